//! backhaul-codegen
