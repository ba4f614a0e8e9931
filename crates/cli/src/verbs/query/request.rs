//! How a query is split: what the server is asked, and what is done here.

use backhaul_filter::zstack::lower_q;
use backhaul_filter::{Comparison, Expr, FieldSchema, Kind, Op, Parsed, Value, print};
use backhaul_transport::{Given, Params};
use backhaul_wire::System;

use super::Listing;
use crate::exit::Failure;
use crate::names;
use crate::output::Projection;

/// How many items a page of Enterprise Manager and of ZStack holds when the query does not say.
const PAGE: u64 = 100;

/// What of the filter and the order goes to the server, and what is done here.
#[derive(Debug)]
pub(super) struct Split<'a> {
    /// Filter parameters of the server's own, one or several.
    filter: Vec<(&'static str, String)>,
    /// The order, as a parameter of the server's own.
    order: Option<(&'static str, String)>,
    /// The filter that is evaluated here.
    pub(super) here: Option<Expr>,
    /// The order that is made here.
    pub(super) order_here: Option<(FieldSchema<'a>, bool)>,
}

impl<'a> Split<'a> {
    pub(super) fn new(
        listing: &Listing,
        filter: Option<&Parsed>,
        order: Option<(FieldSchema<'a>, bool)>,
        several: bool,
    ) -> Result<Self, Failure> {
        let system = listing.operation.system;
        let mut split = Self { filter: Vec::new(), order: None, here: None, order_here: None };
        match (system, filter.map(Parsed::expr)) {
            (_, None) => {}
            (System::Em, Some(expr)) => {
                let text = print(expr).map_err(|error| Failure::usage(error.to_string()))?;
                split.filter.push(("filter", text));
            }
            (System::Zstack, Some(expr)) => {
                let fields = listing.fields();
                let lowered = lower_q(&zstack_expr(expr, &fields)?).map_err(|error| refused(&error))?;
                split.filter.extend(lowered.into_iter().map(|condition| ("q", condition)));
            }
            (System::Vb365, Some(expr)) => split.here = Some(expr.clone()),
        }
        let Some((field, largest_first)) = order else { return Ok(split) };
        // The rows of several servers are one table: its order is made here.
        if system == System::Vb365 || several {
            if field.source.place().is_none() {
                let failure =
                    format!("`{}` is known to the servers alone: rows of several cannot be sorted by it", field.name);
                return Err(Failure::usage(failure).with_help("name one server with -p"));
            }
            split.order_here = Some((field, largest_first));
        } else if system == System::Em {
            split.order = Some((if largest_first { "sortDesc" } else { "sortAsc" }, field.name.to_owned()));
        } else {
            split.order = Some(("sort", format!("{}{}", if largest_first { '-' } else { '+' }, field.name)));
        }
        Ok(split)
    }
}

fn refused(error: &backhaul_filter::zstack::LowerError) -> Failure {
    Failure::usage(format!("ZStack cannot be asked this: {error}"))
        .with_help("ask for more and choose among the rows, or ask in ZQL")
}

/// What is sent.
pub(super) struct Request {
    pub(super) given: Given,
}

impl Request {
    pub(super) fn new(
        listing: &Listing,
        params: Params,
        limit: Option<u64>,
        split: &Split<'_>,
        projection: Option<&Projection>,
    ) -> Result<Self, Failure> {
        let mut given = Given { params, body: None };
        let system = listing.operation.system;
        for (name, value) in split.filter.iter().chain(&split.order) {
            let twice = given.params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
            if twice && *name != "q" {
                return Err(Failure::usage(format!(
                    "--param {name} contradicts --filter or a --sort option: give one"
                )));
            }
            given.params.push(((*name).to_owned(), value.clone()));
        }
        let mut add = |name: &str, value: String| {
            let known = names::find_param(listing.operation, name);
            if known.is_some() && !given.params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
                given.params.push((name.to_owned(), value));
            }
        };
        let all_is_asked = split.here.is_none() && split.order_here.is_none();
        match system {
            System::Em => {
                add("format", "Entities".to_owned());
                if let (true, Some(limit @ 1..PAGE)) = (all_is_asked, limit) {
                    add("pageSize", limit.to_string());
                }
            }
            System::Zstack => {
                if let (true, Some(limit @ 1..PAGE)) = (all_is_asked, limit) {
                    add("limit", limit.to_string());
                }
                // What is sorted here must be there, whether it is printed or not.
                let order = split.order_here.map(|(field, _)| field.name.to_owned());
                if let Some(mut names) = projection.and_then(Projection::own_names) {
                    names.extend(order.as_deref().filter(|name| !names.contains(name)).into_iter().collect::<Vec<_>>());
                    add("fields", names.join(","));
                }
            }
            // Which of its versions take a `limit` is known once it is spoken to; the listing asks for large pages then.
            System::Vb365 => {}
        }
        Ok(Self { given })
    }
}

/// Lets a filter for ZStack name fields of objects that the server joins (`zone.name`): only the server knows them.
pub(crate) fn allow_joined(listing: &mut Listing, parsed: &Parsed) {
    if listing.operation.system == System::Zstack {
        let joined = parsed.expr().conditions().filter_map(Expr::field).filter(|field| field.is_dotted());
        joined.for_each(|field| listing.allow(field.as_str()));
    }
}

/// The filter with field names as ZStack spells them, and with dates as its database reads them.
///
/// The server compares a date with its own clock's, so one with an offset from UTC could mean another moment than it says:
/// that is refused.
pub(crate) fn zstack_expr(expr: &Expr, fields: &[FieldSchema<'_>]) -> Result<Expr, Failure> {
    let group = |terms: &[Expr]| terms.iter().map(|term| zstack_expr(term, fields)).collect::<Result<Vec<_>, _>>();
    let empty = || Failure::internal("a group of conditions without any");
    match expr {
        Expr::And(terms) => Expr::all(group(terms)?).ok_or_else(empty),
        Expr::Or(terms) => Expr::any(group(terms)?).ok_or_else(empty),
        Expr::Compare(comparison) => zstack_comparison(comparison, fields),
        other => Ok(other.clone()),
    }
}

fn zstack_comparison(comparison: &Comparison, fields: &[FieldSchema<'_>]) -> Result<Expr, Failure> {
    let Comparison { field, op, value } = comparison;
    let Some(known) = fields.iter().find(|known| known.name.eq_ignore_ascii_case(field.as_str())) else {
        return Ok(comparison.clone().into());
    };
    let name = known.name.parse().unwrap_or_else(|_| field.clone());
    if known.kind == Kind::DateTime {
        return Ok(Expr::compare(name, *op, Value::from(local_date(field.as_str(), value.as_str())?)));
    }
    // Enumerations are compared by their text there, and have no order.
    if known.kind == Kind::Enum && !matches!(op, Op::Eq | Op::Ne) {
        return Err(Failure::usage(format!(
            "`{field}` is an enumeration, which ZStack compares as text: it has no order"
        )));
    }
    let value = known.values.iter().find(|text| text.eq_ignore_ascii_case(value.as_str()));
    Ok(Expr::compare(name, *op, value.map_or_else(|| comparison.value.clone(), |text| Value::from(*text))))
}

/// `2024-01-31T08:00:00` as `2024-01-31 08:00:00`.
fn local_date(field: &str, text: &str) -> Result<String, Failure> {
    let (date, time) = text.split_at_checked(10).unwrap_or((text, ""));
    if time.contains(['Z', 'z', '+', '-']) {
        return Err(Failure::usage(format!(
            "`{field}` is kept in the server's own time zone, which it does not tell: `{text}` names another"
        ))
        .with_help("write the moment as the server's clock shows it, without an offset"));
    }
    let time = time.trim_start_matches(['T', 't', ' ']);
    Ok(if time.is_empty() { date.to_owned() } else { format!("{date} {time}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(filter: &str) -> Result<Vec<String>, Failure> {
        let target = "zstack.BackupStorage".parse().map_err(|message: String| Failure::internal(message))?;
        let mut listing = Listing::find(&target, &[])?;
        let parsed = crate::expression::parsed(filter, crate::exit::Code::Usage, &crate::console::Console::new(0))?;
        allow_joined(&mut listing, &parsed);
        Split::new(&listing, Some(&parsed), None, false)
            .map(|split| split.filter.into_iter().map(|(_, condition)| condition).collect())
    }

    #[test]
    fn conditions_are_spelled_as_zstack_spells_them() -> Result<(), Failure> {
        assert_eq!(lowered("STATE==enabled;zone.name!=\"Zone 1\"")?, ["state=Enabled", "zone.name!=Zone 1"]);
        assert_eq!(lowered("createDate>\"2024-01-31T08:00:00\"")?, ["createDate>2024-01-31 08:00:00"]);
        assert_eq!(lowered("createDate>2024-01-31")?, ["createDate>2024-01-31"]);
        Ok(())
    }

    #[test]
    fn what_zstack_would_misread_is_refused() {
        for (filter, says) in [
            ("name==a,name==b", "no OR"),
            ("name==\"a>=b\"", "would split"),
            ("createDate>\"2024-01-31T08:00:00Z\"", "time zone"),
            ("state>Enabled", "no order"),
        ] {
            let failure = lowered(filter).err();
            assert!(failure.as_ref().is_some_and(|it| it.message().contains(says)), "{filter}: {failure:?}");
        }
    }
}
