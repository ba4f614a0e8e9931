//! backhaul-fleet
