//! The examples, run.

#![cfg(feature = "store")]

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[path = "../examples/collect.rs"]
mod collect;
#[path = "../examples/history.rs"]
mod history;

#[test]
fn a_fleet_is_collected_and_kept() -> Result {
    collect::main()
}

#[test]
fn growth_forecast_and_bills() -> Result {
    history::main()
}
