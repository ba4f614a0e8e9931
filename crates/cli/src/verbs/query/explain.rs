//! `query --explain`: the requests that would be sent, and what would be done here.

use backhaul_filter::Expr;
use backhaul_models::vb365::VERSIONS;
use backhaul_wire::ApiVersion;
use serde_json::json;

use super::asking::{Asks, ByServer, One};
use super::request::Request;
use crate::args::data::Query;
use crate::connect::Preview;
use crate::console::Console;
use crate::exit::Failure;
use crate::output::{Column, Kind, Row, Style, Table};
use crate::profile::Server;
use crate::verbs::query::Listing;

/// Prints a row per server and wording. Nothing is sent.
pub(super) fn print(
    listing: &Listing,
    asks: &ByServer<'_>,
    servers: &[Server],
    args: &Query,
    style: &Style,
    console: &Console,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (at, server) in servers.iter().enumerate() {
        let Some(asks) = asks.server(at) else { continue };
        let preview = Preview::of(server, &args.connection)?;
        let stated = preview.stated();
        if stated.is_none() && asks.depends_on_version() {
            for (version, ask) in by_version(listing, asks) {
                let when = format!("where the server speaks v{version}");
                rows.push(row(listing, ask, server, &preview.speaking(version), &when)?);
            }
            continue;
        }
        for (at, ask) in asks.of(stated).iter().enumerate() {
            let when = if at == 0 { "first" } else { "where the server does not know that" };
            rows.push(row(listing, ask, server, &preview, when)?);
        }
    }
    let columns = vec![
        Column::new("server", Kind::Name),
        Column::new("when", Kind::Text),
        Column::new("request", Kind::Text),
        Column::new("filtered_here", Kind::Text),
        Column::new("sorted_here", Kind::Bool),
    ];
    Table { columns, rows }.print(style, console)?;
    console.note("nothing was sent; `backhaul filter explain` says why of each condition");
    Ok(())
}

/// The versions that are asked in words of their own, the newest first, and the newest of the others.
fn by_version<'a, 'b>(listing: &Listing, asks: &'b Asks<'a>) -> Vec<(u8, &'b One<'a>)> {
    let known = VERSIONS.rev().filter(|version| listing.operation.versions.contains(ApiVersion::new(*version)));
    let mut others = false;
    known
        .filter(|version| asks.has_own(*version) || !std::mem::replace(&mut others, true))
        .filter_map(|version| Some((version, asks.of(Some(version)).first()?)))
        .collect()
}

fn row(listing: &Listing, ask: &One<'_>, server: &Server, preview: &Preview, when: &str) -> Result<Row, Failure> {
    let request = match &ask.request {
        Request::Own(given) => {
            format!("{} {}", listing.operation.method, preview.url(listing.operation, &given.params)?)
        }
        Request::Zql(zql) => format!("ZQL {zql}"),
    };
    Ok(vec![
        json!(server.name()),
        json!(when),
        json!(request),
        json!(ask.plan.rest().map(Expr::to_string)),
        json!(ask.plan.order_here()),
    ])
}
