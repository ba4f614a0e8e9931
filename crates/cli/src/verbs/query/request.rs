//! How a query is split: what the server is asked, and what is done here.

use backhaul_filter::{Expr, LowerError, Narrowing, Order, Parsed, Plan, Schema, Selection, Target, lower};
use backhaul_transport::paging::Pages;
use backhaul_transport::zstack::Zql;
use backhaul_transport::{Arguments, Client, Params};
use backhaul_wire::ApiVersion;
use backhaul_wire::operation::ParamPlace;
use backhaul_wire::shape::Kind;
use backhaul_wire::{Operation, System};

use super::{Listing, Wording};
use crate::exit::{Code, Failure};
use crate::names;
use crate::output::Projection;

/// How many items a page of Enterprise Manager and of ZStack holds when the query does not say.
const PAGE: u64 = 100;

/// Who does what of the filter, the order and the limit. Parameters that the user gave already are left alone;
/// `version` is that of VB365's API when it is known.
pub(crate) fn plan(
    listing: &Listing,
    ask: &Selection<'_>,
    given: &Params,
    version: Option<u8>,
    code: Code,
) -> Result<Plan, Failure> {
    let fields = listing.fields();
    let schema = Schema { name: listing.name, fields: &fields };
    let known = narrowing(listing, given, version);
    let params: Vec<_> = known.iter().map(|it| Narrowing { name: it.name, values: &it.values }).collect();
    let target = match listing.operation.system {
        System::Em => Target::Em,
        System::Zstack => Target::ZstackQ,
        System::Vb365 => Target::Vb365 { params: &params },
    };
    lower(ask, &schema, target).map_err(|error| nobody(listing, ask, &error, code))
}

/// The failure of what neither the server nor we can do.
pub(super) fn nobody(listing: &Listing, ask: &Selection<'_>, error: &LowerError, code: Code) -> Failure {
    let failure = Failure::new(code, format!("{} cannot be asked this: {error}", listing.operation.system.product()));
    let joined = ask.several && ask.order.is_some_and(|order| order.field.source.place().is_none());
    if joined { failure.with_help("name one server with -p") } else { failure }
}

/// A parameter of a VB365 listing, and the words that it takes.
struct Narrows {
    name: &'static str,
    values: Vec<&'static str>,
}

/// The parameters of a VB365 listing that may narrow it: those of the version, or of all that have the listing.
fn narrowing(listing: &Listing, given: &Params, version: Option<u8>) -> Vec<Narrows> {
    let operation = listing.operation;
    let params = operation.params.iter().filter(|param| {
        let known = match version {
            Some(version) => param.versions.contains(ApiVersion::new(version)),
            None => param.versions.since <= operation.versions.since && param.versions.until.is_none(),
        };
        let open = !given.iter().any(|(given, _)| given.eq_ignore_ascii_case(param.name));
        known && open && param.place == ParamPlace::Query
    });
    let words = |kind: Kind| match kind {
        Kind::Enum(shape) => shape.values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    };
    params.map(|param| Narrows { name: param.name, values: words(param.kind) }).collect()
}

/// What is sent.
pub(super) enum Request {
    /// The operation, with parameters.
    Own(Arguments),
    /// A query in ZStack's language.
    Zql(Zql),
}

impl Request {
    pub(super) fn new(
        listing: &Listing,
        params: Params,
        wording: &Wording,
        order: Option<&Order<'_>>,
        projection: Option<&Projection>,
    ) -> Result<Self, Failure> {
        if let Some(zql) = &wording.zql {
            return Ok(Self::Zql(zql.clone()));
        }
        let plan = &wording.plan;
        let mut given = Arguments { params, body: None };
        let system = listing.operation.system;
        for (name, value) in plan.sent() {
            let twice = given.params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
            if twice && name != "q" {
                return Err(Failure::usage(format!(
                    "--param {name} contradicts --filter or a --sort option: give one"
                )));
            }
            given.params.push((name.clone().into_owned(), value.clone()));
        }
        let mut add = |name: &str, value: String| {
            let known = names::find_param(listing.operation, name);
            if known.is_some() && !given.params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
                given.params.push((name.to_owned(), value));
            }
        };
        match system {
            System::Em => {
                add("format", "Entities".to_owned());
                if let Some(limit @ 1..PAGE) = plan.limit() {
                    add("pageSize", limit.to_string());
                }
            }
            System::Zstack => {
                if let Some(limit @ 1..PAGE) = plan.limit() {
                    add("limit", limit.to_string());
                }
                // What is evaluated and sorted here must be there, whether it is printed or not.
                if let Some(mut names) = projection.and_then(Projection::own_names) {
                    let fields = listing.fields();
                    let schema = Schema { name: listing.name, fields: &fields };
                    let evaluated = plan.rest().into_iter().flat_map(Expr::fields);
                    let evaluated = evaluated.filter_map(|name| schema.field(name.as_str())).map(|field| field.name);
                    let sorted = order.filter(|_| plan.order_here()).map(|order| order.field.name);
                    for name in evaluated.chain(sorted) {
                        if !names.contains(&name) {
                            names.push(name);
                        }
                    }
                    add("fields", names.join(","));
                }
            }
            // Which of its versions take a `limit` is known once it is spoken to; the listing asks for large pages
            // then.
            System::Vb365 => {}
        }
        Ok(Self::Own(given))
    }

    /// The pages of the answer of one server.
    pub(super) fn pages(&self, client: &Client, operation: &'static Operation) -> Pages {
        match self {
            Self::Own(given) => client.pages(operation, given.clone()),
            Self::Zql(zql) => client.pages_zql(operation, zql.clone()),
        }
    }
}

/// Lets a filter for ZStack name fields of objects that the server joins (`zone.name`): only the server knows them.
pub(crate) fn allow_joined(listing: &mut Listing, parsed: &Parsed) {
    if listing.operation.system == System::Zstack {
        let joined = parsed.expr().fields().into_iter().filter(|field| field.is_dotted());
        joined.for_each(|field| listing.allow(field.as_str()));
    }
}

/// Lets a filter name fields that the schemas do not list: they are sent as they are written. Gives their names.
pub(crate) fn allow_unlisted(listing: &mut Listing, parsed: &Parsed) -> Vec<String> {
    let fields = listing.fields();
    let known = |name: &str| fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
    let names = parsed.expr().fields().into_iter().map(|field| field.as_str());
    let unlisted: Vec<String> = names.filter(|name| !known(name)).map(str::to_owned).collect();
    unlisted.iter().for_each(|name| listing.allow(name));
    unlisted
}

#[cfg(test)]
mod tests {
    use super::super::wordings;
    use super::*;
    use crate::console::Console;
    use crate::expression;

    fn planned(
        target: &str,
        filter: &str,
        given: &Params,
        version: Option<u8>,
    ) -> Result<(Vec<String>, String), Failure> {
        let target = target.parse().map_err(|message: String| Failure::internal(message))?;
        let mut listing = Listing::about(&target)?;
        let parsed = expression::parsed(filter, Code::Usage, &Console::new(0, crate::args::Global::default()))?;
        allow_joined(&mut listing, &parsed);
        let ask = Selection { filter: Some(parsed.expr()), ..Selection::default() };
        let plan = &wordings(&listing, &ask, given, version, Code::Usage)?[0].plan;
        let sent = plan.sent().iter().map(|(name, value)| format!("{name}={value}")).collect();
        Ok((sent, plan.rest().map(ToString::to_string).unwrap_or_default()))
    }

    fn zstack(filter: &str) -> Result<(Vec<String>, String), Failure> {
        planned("zstack.BackupStorage", filter, &Params::default(), None)
    }

    #[test]
    fn conditions_are_spelled_as_zstack_spells_them() -> Result<(), Failure> {
        let sent = |filter: &str| Ok::<_, Failure>(zstack(filter)?.0);
        assert_eq!(sent("STATE==enabled;zone.name!=\"Zone 1\"")?, ["q=state=Enabled", "q=zone.name!=Zone 1"]);
        assert_eq!(sent("createDate>\"2024-01-31T08:00:00\"")?, ["q=createDate>2024-01-31 08:00:00"]);
        assert_eq!(sent("createDate>2024-01-31")?, ["q=createDate>2024-01-31"]);
        assert_eq!(sent("name==a,name==b")?, ["q=name?=a,b"]);
        Ok(())
    }

    #[test]
    fn what_zstack_would_misread_is_asked_in_zql_or_evaluated_here() -> Result<(), Failure> {
        for (filter, sent) in [
            ("name==a,state==Enabled", "where=name = 'a' or state = 'Enabled'"),
            ("name==\"a>=b\";state==Enabled", "where=name = 'a>=b' and state = 'Enabled'"),
            ("name!=a", "where=name != 'a' or name is null"),
            ("zone.name==\"O'Brien\",name==b", "where=zone.name = 'O''Brien' or name = 'b'"),
        ] {
            assert_eq!(zstack(filter)?, (vec![sent.to_owned()], String::new()), "{filter}");
        }
        // ZQL cannot say all of it, either: `q=` serves as well.
        let backslash = "name==\"a\\b\";state==Enabled";
        assert_eq!(zstack(backslash)?.0, ["q=state=Enabled"]);
        // A parameter of the operation cannot go along.
        let given = Params::from([("limit".to_owned(), "3".to_owned())]);
        assert_eq!(planned("zstack.BackupStorage", "name!=a", &given, None)?.0, [""; 0]);
        Ok(())
    }

    #[test]
    fn a_server_without_zql_is_asked_otherwise() -> Result<(), Failure> {
        let wordings = |filter: &str| {
            let target = "zstack.BackupStorage".parse().map_err(|message: String| Failure::internal(message))?;
            let mut listing = Listing::about(&target)?;
            let parsed = expression::parsed(filter, Code::Usage, &Console::new(0, crate::args::Global::default()))?;
            allow_joined(&mut listing, &parsed);
            let ask = Selection { filter: Some(parsed.expr()), limit: Some(3), ..Selection::default() };
            let wordings = wordings(&listing, &ask, &Params::default(), None, Code::Usage)?;
            Ok::<_, Failure>(
                wordings.into_iter().map(|wording| wording.zql.map(|zql| zql.to_string())).collect::<Vec<_>>(),
            )
        };
        let zql = "query backupstorage where name != 'a' or name is null return with (total) order by uuid asc";
        assert_eq!(wordings("name!=a")?, [Some(zql.to_owned()), None]);
        assert_eq!(wordings("name==a")?, [None]);
        let joined = "query backupstorage where zone.name = 'a' or name = 'b' return with (total) order by uuid asc";
        assert_eq!(wordings("zone.name==a,name==b")?, [Some(joined.to_owned())]);
        Ok(())
    }

    #[test]
    fn vb365_is_told_an_identifier_where_the_version_takes_it() -> Result<(), Failure> {
        let id = "0b2b4f5e-7c5b-4c1c-9f0a-0d4a1d9f0c11";
        let filter = format!("proxyId=={id};name==x");
        let planned = |given: &Params, version| planned("vb365.BackupRepository", &filter, given, version);
        let none = Params::default();
        assert_eq!(planned(&none, Some(8))?, (vec![format!("proxyId={id}")], filter.clone()));
        assert_eq!(planned(&none, Some(3))?.0, [""; 0]);
        assert_eq!(planned(&none, None)?.0, [""; 0]);
        let given = Params::from([("ProxyID".to_owned(), "x".to_owned())]);
        assert_eq!(planned(&given, Some(8))?.0, [""; 0]);
        Ok(())
    }

    #[test]
    fn a_server_is_told_what_its_own_version_takes() -> Result<(), Failure> {
        let target = "vb365.JobSession".parse().map_err(|message: String| Failure::internal(message))?;
        let listing = Listing::about(&target)?;
        let filter = "jobId==0b2b4f5e-7c5b-4c1c-9f0a-0d4a1d9f0c11;status==Failed;endTime>=2026-11-28T00:00:00Z";
        let parsed = expression::parsed(filter, Code::Usage, &Console::new(0, crate::args::Global::default()))?;
        let ask = Selection { filter: Some(parsed.expr()), ..Selection::default() };
        let worded = super::super::worded(&listing, &ask, &Params::default(), None, Code::Usage)?;
        let sent = |(version, wordings): &(Option<u8>, Vec<Wording>)| {
            let sent = wordings[0].plan.sent().iter().map(|(name, _)| name.to_string());
            (*version, sent.collect::<Vec<_>>().join(" "))
        };
        let sent: Vec<_> = worded.iter().map(sent).collect();
        let told = |version, names: &str| (version, names.to_owned());
        let expected = [
            told(None, ""),
            told(Some(6), "endTimeLowerBound"),
            told(Some(7), "jobId endTimeLowerBound"),
            told(Some(8), "jobId status endTimeLowerBound"),
        ];
        assert_eq!(sent, expected);
        Ok(())
    }

    #[test]
    fn what_nobody_can_evaluate_is_refused() {
        for (filter, says) in [
            ("createDate>\"2024-01-31T08:00:00Z\"", "time zone"),
            ("zone.name==\"a\\b\",name==b", "only the server knows"),
        ] {
            let failure = zstack(filter).err();
            assert!(failure.as_ref().is_some_and(|it| it.message().contains(says)), "{filter}: {failure:?}");
        }
    }
}
