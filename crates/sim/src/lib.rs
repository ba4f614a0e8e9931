//! backhaul-sim
