//! A table as HTML. End tags that HTML leaves to the reader are left out: with 25,000 rows they are megabytes.

use std::fmt::Write as _;

use serde_json::Value;

use super::text;
use crate::output::{Column, Kind, Table, cell_text, heading};

/// How many rows a browser lays out before it is asked for more.
const FIRST: usize = 500;
/// Fewer rows than this need no search.
const FEW: usize = 10;
/// From this length on a text needs room as a name does.
const LONG: usize = 24;

/// Draws it; columns without a value in any row, and ids, are left out.
pub(super) fn draw(html: &mut String, table: &Table, part: usize) {
    let says = |at: usize| table.rows.iter().any(|row| row.get(at).is_some_and(|value| !is_blank(value)));
    let shown: Vec<(usize, &Column)> =
        table.columns.iter().enumerate().filter(|(at, column)| !column.detail && (column.asked || says(*at))).collect();
    if table.rows.is_empty() {
        html.push_str("<p>There are none.</p>\n");
        return;
    }
    // What a row is about, to a screen reader: its first name that is not the server's.
    let mut names = shown.iter().filter(|(_, column)| column.kind == Kind::Name);
    let first = names.clone().next();
    let about = names.find(|(_, column)| column.name != "server").or(first).map(|(at, _)| *at);
    let searchable = table.rows.len() > FEW;
    if searchable {
        let _ = write!(
            html,
            "<div class=searchable>\n<div class=tools><label for=search{part}>Search</label>\
             <input id=search{part} type=search autocomplete=off><span role=status></span>\
             <button type=button>Show all rows</button></div>\n"
        );
    }
    let _ = write!(
        html,
        "<div class=scroll role=region tabindex=0 aria-labelledby=part{part}>\n\
         <table aria-labelledby=part{part}>\n<thead>\n<tr>"
    );
    for (_, column) in &shown {
        let class = if is_number(column.kind) { " class=n" } else { "" };
        let name = text(&heading(column).replace('_', " "));
        let name = if searchable { format!("<button type=button>{name}</button>") } else { name };
        let _ = write!(html, "<th scope=col{class}>{name}</th>");
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n");
    for (number, row) in table.rows.iter().enumerate() {
        if number == FIRST {
            html.push_str("<tbody class=more>\n");
        }
        html.push_str("<tr>");
        for (at, column) in &shown {
            let value = row.get(*at).unwrap_or(&Value::Null);
            cell(html, value, column.kind, about == Some(*at));
        }
        html.push('\n');
    }
    html.push_str("</table>\n</div>\n");
    if searchable {
        html.push_str("</div>\n");
    }
}

fn cell(html: &mut String, value: &Value, kind: Kind, about: bool) {
    let shown = if is_blank(value) { String::new() } else { text(&cell_text(value, kind)) };
    let _ = match (kind, value) {
        // The script puts a bar beside the number: 50,000 of them would be megabytes.
        (Kind::Percent, Value::Number(number)) => write!(html, "<td class=p data-v={number}>{shown}"),
        // Bars of text: a curve in each of 25,000 rows would be megabytes. The cells beside it say its numbers.
        (Kind::Trend, _) => write!(html, "<td><i aria-hidden=true>{shown}</i>"),
        (_, Value::Number(number)) => write!(html, "<td data-v={number}>{shown}"),
        // Amounts are texts of decimal numbers.
        (_, Value::String(amount)) if is_number(kind) && number(amount).is_some() => {
            write!(html, "<td data-v={}>{shown}", number(amount).unwrap_or_default())
        }
        (_, Value::Null) if is_number(kind) => write!(html, "<td class=n>"),
        _ if about => write!(html, "<th scope=row>{shown}"),
        (Kind::Name, _) => write!(html, "<td class=name>{shown}"),
        _ if shown.len() > LONG => write!(html, "<td class=name>{shown}"),
        _ => write!(html, "<td>{shown}"),
    };
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

fn is_number(kind: Kind) -> bool {
    !matches!(kind, Kind::Text | Kind::Name | Kind::State | Kind::Bool | Kind::Time | Kind::Trend)
}

/// A decimal number as a browser reads it, whatever its mark.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}
