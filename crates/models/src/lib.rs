//! backhaul-models
