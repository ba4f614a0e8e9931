//! A filter of Enterprise Manager, built from types and checked, without any I/O.
//!
//! `cargo run -p backhaul-filter --example filter_only`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use backhaul_filter::em::CloudSubtenant;
use backhaul_filter::{QueryType, check, parse, url};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let filter = CloudSubtenant::DISABLED.eq(false) & CloudSubtenant::CLOUD_TENANT_NAME.eq("ABC Company");
    println!("{filter}");
    println!("/api/query?type=CloudSubtenant&filter={}", url::encode(&filter.to_string()));

    // What a person wrote is checked against the fields that the type has.
    let source = "Nmae==web*;Disabled==maybe";
    for finding in check(&parse(source).map_err(|errors| errors.render(source))?, CloudSubtenant::DEF) {
        println!("{}", finding.render(source));
    }
    Ok(())
}
