//! What the server evaluates of a filter, and what is evaluated here.

use backhaul_filter::zstack::lower_q;
use backhaul_filter::{Expr, FieldSchema, Severity, print};
use backhaul_wire::System;
use serde_json::json;

use super::Given;
use crate::args::common::Output;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;
use crate::output::{Column, Format, Kind, Row, Table};
use crate::verbs::query::{Listing, zstack_expr};

/// Runs the verb: one row per part of the filter that goes one way.
pub(super) fn run(given: &Given, output: Output, console: &Console) -> Outcome {
    let expr = given.parsed.expr();
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
    let rows = rows(expr, listing)?;
    let refused = rows.iter().any(|row| row.get(1) == Some(&json!(REFUSED)));
    let columns = ["condition", "evaluated", "sent", "why"].map(|name| Column::new(name, Kind::Text)).into();
    Table { columns, rows }.print(Format::or_default(output.format, console), console)?;
    Ok(if refused { Code::DataSaysNo } else { Code::Done })
}

const SERVER: &str = "server";
const HERE: &str = "here";
const REFUSED: &str = "refused";

fn rows(expr: &Expr, listing: &Listing) -> Result<Vec<Row>, Failure> {
    let row = |expr: &Expr, evaluated: &str, sent: Option<String>, why: &str| -> Row {
        vec![json!(expr.to_string()), json!(evaluated), json!(sent), json!(why)]
    };
    Ok(match listing.operation.system {
        System::Em => match print(expr) {
            Ok(text) => {
                vec![row(expr, SERVER, Some(format!("filter={text}")), "Enterprise Manager evaluates the whole filter")]
            }
            Err(error) => vec![row(expr, REFUSED, None, &error.to_string())],
        },
        System::Vb365 => vec![row(expr, HERE, None, "VB365 takes no filter: every item is fetched and looked at here")],
        System::Zstack => {
            let fields = listing.fields();
            let terms = if let Expr::And(terms) = expr { terms } else { std::slice::from_ref(expr) };
            terms
                .iter()
                .map(|term| condition(term, &fields))
                .map(|(term, evaluated, sent, why)| row(term, evaluated, sent, &why))
                .collect()
        }
    })
}

fn condition<'e>(term: &'e Expr, fields: &[FieldSchema<'_>]) -> (&'e Expr, &'static str, Option<String>, String) {
    let lowered = zstack_expr(term, fields).map_err(|failure| failure.to_string());
    let lowered = lowered.and_then(|expr| lower_q(&expr).map_err(|error| error.to_string()));
    match lowered {
        Ok(conditions) => {
            let sent: Vec<_> = conditions.iter().map(|condition| format!("q={condition}")).collect();
            (term, SERVER, Some(sent.join("&")), "a condition of ZStack's own".to_owned())
        }
        Err(why) => (term, REFUSED, None, why),
    }
}
