//! backhaul-filter
