//! backhaul-transport
