//! What the server evaluates of a filter, and what is evaluated here.

use backhaul_filter::{Evaluator, Order, Part, Schema, Severity};
use backhaul_wire::System;
use serde_json::json;

use super::Given;
use crate::args::filter::Explain;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;
use crate::output::{Column, Kind, Row, Table};
use crate::verbs::query::Listing;

/// Runs the verb: one row per part of what is asked that goes one way.
pub(super) fn run(given: &Given, args: &Explain, console: &Console) -> Outcome {
    let listing = given.listing.as_ref().ok_or_else(|| {
        Failure::usage("who evaluates a filter depends on what it is about")
            .with_help("add --type, such as --type em.CloudSubtenant")
    })?;
    for finding in given.findings() {
        let drawn = finding.render(&given.source);
        if finding.severity == Severity::Error {
            return Err(Failure::new(Code::DataSaysNo, expression::untitled(&drawn, finding.severity)));
        }
        console.warn(&expression::untitled(&drawn, finding.severity));
    }
    let fields = listing.fields();
    let schema = Schema { name: listing.name, fields: &fields };
    let order = match args.sort.order() {
        Some((name, descending)) => Some(Order { field: expression::order(name, &schema)?, descending }),
        None => None,
    };
    let (newest, wordings) = given.wordings(listing, order, args.limit)?;
    let Some(best) = wordings.first() else { return Err(Failure::internal("a listing that nobody can be asked for")) };
    let parts = best.plan.parts();
    let rows = match &best.zql {
        None => parts.iter().map(|part| row(part, listing)).collect(),
        // Why it is ZQL is told by what the operation's own parameters cannot say.
        Some(_) => {
            let own = wordings.get(1).map(|wording| wording.plan.parts());
            parts.iter().enumerate().map(|(at, part)| zql_row(part, own.and_then(|own| own.get(at)))).collect()
        }
    };
    let columns = ["condition", "evaluated", "sent", "why"].map(|name| Column::new(name, Kind::Text)).into();
    Table { columns, rows }.print(&args.output.style(console)?, console)?;
    if let Some(newest) = newest {
        console.note(&format!(
            "so it is with v{newest} of the API, and others may take less: `backhaul query --explain` shows each"
        ));
    }
    Ok(Code::Done)
}

fn zql_row(part: &Part, own: Option<&Part>) -> Row {
    let sent: Vec<_> = part.sent.iter().map(|(clause, text)| format!("{clause} {text}")).collect();
    let sent = (!sent.is_empty()).then(|| sent.join(" "));
    let why = match (part.by, own) {
        (Evaluator::Server, Some(own)) if !own.why.is_empty() => format!("ZQL, which stands in for `q=`: {}", own.why),
        (Evaluator::Server, _) => "ZQL, along with what `q=` cannot say".to_owned(),
        _ => part.why.clone(),
    };
    vec![json!(part.what), json!(part.by.to_string()), json!(sent), json!(why)]
}

fn row(part: &Part, listing: &Listing) -> Row {
    let sent: Vec<_> = part.sent.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let sent = (!sent.is_empty()).then(|| sent.join("&"));
    let why = match (part.by, listing.operation.system) {
        (Evaluator::Server, System::Em) => "Enterprise Manager's own filter",
        (Evaluator::Server, System::Zstack) => "a condition of ZStack's own",
        (Evaluator::Server, System::Vb365) => "a parameter of the listing",
        _ => part.why.as_str(),
    };
    vec![json!(part.what), json!(part.by.to_string()), json!(sent), json!(why)]
}
