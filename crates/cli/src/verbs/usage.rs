//! `backhaul usage`: storage usage, one row per server, repository and tenant.

use backhaul_filter::Predicate;
use backhaul_fleet::{COLUMNS, ROWS, Row, Server};
use serde_json::Value;

use crate::args::data::Usage;
use crate::connect::{self, Peers, refusal};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;
use crate::output::{self, Column, Kind, Table};
use crate::profile::{Location, Selection, Wanted, select};

/// Runs the verb.
pub(crate) fn run(args: &Usage, console: &Console) -> Outcome {
    let filter = predicate(args, console)?;
    let order = match args.sort.order() {
        Some((name, largest_first)) => Some((expression::order(name, ROWS)?, largest_first)),
        None => None,
    };
    let wanted = Wanted { profiles: &args.profiles, demo: args.connection.demo, system: None };
    let selection = select(wanted, &Location::find()?)?;
    selection.say(console);

    let asked = selection.servers.len();
    let (mut rows, failed) = connect::wait_for(ask(args, &selection, console))?;
    for failure in &failed {
        console.failure(failure);
    }
    let codes: Vec<Code> = failed.iter().map(Failure::code).collect();
    let code = Code::of_many(asked, &codes);
    // No row of any server is not the same as no usage: a reader of JSON must not take the one for the other.
    if failed.len() == asked {
        return Ok(code);
    }
    rows.retain(|row| filter.as_ref().is_none_or(|filter| filter.matches(row)));
    if let Some((field, largest_first)) = order {
        rows.sort_by(|a, b| if largest_first { b.compare(a, &field) } else { a.compare(b, &field) });
    }
    let rows = rows.iter().map(cells).collect::<Result<_, _>>()?;
    let style = args.output.style(console)?;
    Table { columns: columns(), rows }.print(&style, console)?;
    Ok(code)
}

fn predicate(args: &Usage, console: &Console) -> Result<Option<Predicate<'static>>, Failure> {
    let Some(filter) = &args.filter else { return Ok(None) };
    let source = filter.text()?;
    let parsed = expression::parsed(&source, Code::Usage, console)?;
    let parsed = expression::resolved(parsed, ROWS, None, console);
    expression::checked(&parsed, &source, ROWS, console)?;
    let predicate = Predicate::compile(parsed.expr(), ROWS);
    predicate.map(Some).map_err(|error| Failure::usage(error.to_string()))
}

/// The rows of the servers that answered, and the failures of the others.
async fn ask(args: &Usage, selection: &Selection, console: &Console) -> Result<(Vec<Row>, Vec<Failure>), Failure> {
    let mut peers = Peers::open(&selection.servers, &args.connection, console).await?;
    let servers: Vec<Server> =
        peers.ready.iter().map(|peer| Server { name: peer.name.clone(), client: peer.client.clone() }).collect();
    let usage = backhaul_fleet::usage(&servers).await;
    console.verbose(1, || format!("{} rows of {} servers", usage.rows.len(), servers.len() - usage.failed.len()));
    let mut failed = std::mem::take(&mut peers.failed);
    failed.extend(usage.failed.iter().map(|(name, error)| refusal(error, name)));
    Ok((usage.rows, failed))
}

fn columns() -> Vec<Column> {
    let column = |name: &'static str| match name {
        "available" => Column::new(name, Kind::Bool),
        "tenant_id" | "tenant_kind" | "parent_tenant" | "repository_id" => Column::new(name, Kind::Text).detail(),
        _ if name.ends_with("_bytes") => Column::new(name, Kind::Bytes),
        _ => Column::new(name, Kind::Text),
    };
    COLUMNS.into_iter().map(column).collect()
}

/// The row's values in the order of the columns.
fn cells(row: &Row) -> Result<output::Row, Failure> {
    let value = serde_json::to_value(row);
    let mut value = value.map_err(|error| Failure::internal(format!("a row cannot be written: {error}")))?;
    Ok(COLUMNS.iter().map(|name| value.get_mut(name).map_or(Value::Null, Value::take)).collect())
}
