//! `backhaul ops`: the operations of an API.

use backhaul_models::registry;
use backhaul_wire::ApiVersion;
use backhaul_wire::Operation;
use serde_json::json;

use crate::args::catalogue::Ops;
use crate::console::Console;
use crate::exit::{Code, Outcome};
use crate::output::{Column, Format, Kind, Row, Table};
use crate::{api_version, names};

/// Runs the verb.
pub(crate) fn run(args: &Ops, console: &Console) -> Outcome {
    let version = args.api_version.as_deref().map(|text| api_version::number(args.system, text));
    let version = version.transpose()?.flatten();
    let all = registry::operations(args.system).iter();
    let rows = all.filter(|it| version.is_none_or(|version| it.versions.contains(ApiVersion::new(version))));
    // Without a version it is the newest that is told of.
    let rows = rows.map(|it| row(it, version.unwrap_or(0))).collect();
    let columns = vec![
        Column::new("operation", Kind::Text),
        Column::new("method", Kind::Text),
        Column::new("path", Kind::Text),
        Column::new("since", Kind::Number),
        Column::new("until", Kind::Number),
        Column::new("long_running", Kind::Bool).detail(),
        Column::new("request", Kind::Text).detail(),
        Column::new("response", Kind::Text).detail(),
    ];
    Table { columns, rows }.print(Format::or_default(args.output.format, console), console)?;
    Ok(Code::Done)
}

fn row(operation: &Operation, version: u8) -> Row {
    let form = operation.form(ApiVersion::new(version));
    vec![
        json!(operation.name),
        json!(operation.method),
        json!(operation.path),
        json!(api_version::bound(operation.versions.since)),
        json!(api_version::bound(operation.versions.until)),
        json!(operation.long_running),
        json!(form.request.map(|shape| shape.name)),
        json!(names::answer_of(form.response)),
    ]
}
