//! backhaul-wire
