//! Asks what Enterprise Manager cannot be asked as it stands, and shows who answers which part.
//!
//! `cargo run -p backhaul-filter --example questions -- 'Name==web*;CreationTimeUTC>=yesterday'`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;
use std::time::SystemTime;

use backhaul_filter::em::BackupJobSession;
use backhaul_filter::{Clock, ParseOptions, QueryType, Selection, Target, check, lower};

fn main() -> Result<(), Box<dyn Error>> {
    let given = std::env::args().nth(1);
    let source = given.as_deref().unwrap_or("JobName==web*;CreationTimeUTC>=yesterday;Result in (Warning,Failed)");
    let schema = BackupJobSession::DEF;

    let parsed =
        ParseOptions::new().extended(true).lenient(true).parse(source).map_err(|errors| errors.render(source))?;
    // What `yesterday` is depends on the clock, and on the place.
    let parsed = parsed.resolved(schema, &Clock::utc(SystemTime::now().into()));
    for finding in check(&parsed, schema) {
        println!("{}", finding.render(source));
    }
    let plan = lower(&Selection { filter: Some(parsed.expr()), ..Selection::default() }, schema, Target::Em)?;
    println!("{plan}");
    Ok(())
}
