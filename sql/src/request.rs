//! What a server is asked.

use std::fmt;

use backhaul_filter::{Expr as Filter, Narrowing, Plan, Pushdown, Schema, Target, pushdown};
use backhaul_transport::paging::Pages;
use backhaul_transport::zstack::Zql;
use backhaul_transport::{Arguments, Client, Params};
use backhaul_wire::operation::{Param, ParamPlace};
use backhaul_wire::shape::Kind;
use backhaul_wire::{ApiVersion, Operation, System};

use crate::columns::{Columns, From};
use crate::condition::Condition;
use crate::listing::Listing;

/// The largest page that a limit makes smaller.
const PAGE: usize = 100;

/// What a server is asked for one listing.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    operation: &'static Operation,
    version: Option<ApiVersion>,
    pub(crate) params: Params,
    /// ZStack's query language; a server that does not know it is asked by the parameters.
    zql: Option<Zql>,
}

/// How the conditions of a statement are left to a server.
#[derive(Debug)]
pub(crate) struct Left {
    sent: Params,
    zql: Option<Zql>,
    pub(crate) done: Vec<Pushdown>,
}

/// Splits conditions that all must hold. `version` is that of VB365's API.
pub(crate) fn leave(
    listing: &Listing,
    columns: &Columns,
    conditions: &[Condition],
    version: Option<ApiVersion>,
) -> Left {
    let fields: Vec<_> = columns.fields.iter().map(|field| field.schema()).collect();
    let schema = Schema { name: listing.item.name, fields: &fields };
    let filters: Vec<Filter> = conditions.iter().map(|it| it.filter.clone()).collect();
    let split = |target: Target<'_>| {
        let (plan, mut done) = pushdown(&filters, &schema, target);
        for (done, condition) in done.iter_mut().zip(conditions) {
            if *done == Pushdown::Exact && !condition.exact {
                *done = Pushdown::Inexact;
            }
        }
        (plan, done)
    };
    let sent =
        |plan: &Plan| plan.sent().iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
    match listing.operation.system {
        System::Em => {
            let (plan, done) = split(Target::Em);
            Left { sent: sent(&plan), zql: None, done }
        }
        System::Vb365 => {
            let known = narrowing(listing, version);
            let params: Vec<_> = known.iter().map(|(name, values)| Narrowing { name, values }).collect();
            let (plan, done) = split(Target::Vb365 { params: &params });
            Left { sent: sent(&plan), zql: None, done }
        }
        System::Zstack => {
            let (plan, done) = split(Target::ZstackQ);
            let (in_zql, more) = split(Target::ZstackZql);
            let pushed = |done: &[Pushdown]| done.iter().filter(|it| **it != Pushdown::None).count();
            // Where the server has no ZQL, what was asked in it is asked for again without: only what both do alike is
            // done.
            let keeps = done.iter().zip(&more).all(|(own, zql)| *own != Pushdown::Exact || *zql == Pushdown::Exact);
            let condition = in_zql.sent().iter().find(|(name, _)| name == "where").map(|(_, text)| text.as_str());
            let zql = Zql::all(listing.operation).zip(condition).map(|(all, condition)| all.filter(condition));
            match zql {
                Some(zql) if keeps && pushed(&more) > pushed(&done) => {
                    let both = done.iter().zip(&more).map(|(own, zql)| match (own, zql) {
                        (Pushdown::Exact, _) => Pushdown::Exact,
                        (_, Pushdown::None) => *own,
                        _ => Pushdown::Inexact,
                    });
                    Left { sent: sent(&plan), zql: Some(zql), done: both.collect() }
                }
                _ => Left { sent: sent(&plan), zql: None, done },
            }
        }
    }
}

/// The parameters of a VB365 listing that may narrow it, with the words that they take; of any version where none is
/// named.
fn narrowing(listing: &Listing, version: Option<ApiVersion>) -> Vec<(&'static str, Vec<&'static str>)> {
    let known = |param: &&Param| {
        param.place == ParamPlace::Query && !param.required && (version.is_none() || param.versions.contains(version))
    };
    let words = |kind: Kind| match kind {
        Kind::Enum(shape) => shape.values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    };
    listing.operation.params.iter().filter(known).map(|param| (param.name, words(param.kind))).collect()
}

impl Request {
    /// The request: `params` are the operation's own that the statement names, `places` the columns that are wanted.
    pub(crate) fn new(
        listing: &Listing,
        columns: &Columns,
        left: &Left,
        params: Params,
        places: &[usize],
        limit: Option<usize>,
        version: Option<ApiVersion>,
    ) -> Self {
        let operation = listing.operation;
        let mut params = params;
        params.extend(left.sent.iter().cloned());
        let mut add = |name: &str, value: String| {
            let known = operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name));
            let known = known.is_some_and(|param| version.is_none() || param.versions.contains(version));
            if known && !params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
                params.push((name.to_owned(), value));
            }
        };
        let small = limit.filter(|limit| (1..PAGE).contains(limit));
        match operation.system {
            System::Em => {
                add("format", "Entities".to_owned());
                small.into_iter().for_each(|limit| add("pageSize", limit.to_string()));
            }
            System::Vb365 => small.into_iter().for_each(|limit| add("limit", limit.to_string())),
            System::Zstack => {
                small.into_iter().for_each(|limit| add("limit", limit.to_string()));
                if let Some(names) = wanted(listing, columns, places) {
                    add("fields", names.join(","));
                }
            }
        }
        let zql = left.zql.clone().map(|zql| match small.and_then(|limit| u32::try_from(limit).ok()) {
            Some(limit) => zql.page_size(limit),
            None => zql,
        });
        Self { operation, version, params, zql }
    }

    /// The pages of the answer.
    pub(crate) fn pages(&self, client: &Client) -> Pages {
        match &self.zql {
            Some(zql) => client.pages_zql(self.operation, zql.clone()),
            None => client.pages(self.operation, Arguments { params: self.params.clone(), body: None }),
        }
    }

    /// The same for a server that does not know ZQL; nothing where it was not asked in ZQL.
    pub(crate) fn without_zql(&self) -> Option<Self> {
        self.zql.is_some().then(|| Self { zql: None, ..self.clone() })
    }
}

/// The fields that ZStack need send; nothing where all must come. Pages are told apart by what has an id.
fn wanted(listing: &Listing, columns: &Columns, places: &[usize]) -> Option<Vec<&'static str>> {
    let of = |place: &usize| match columns.all.get(*place)?.from {
        From::Item(_, index) => listing.item.fields.get(index).map(|field| field.json),
        _ => None,
    };
    let mut names: Vec<&'static str> = places.iter().filter_map(of).collect();
    if !names.iter().all(|name| listing.is_known(name)) {
        return None;
    }
    let id = listing.item.fields.iter().map(|field| field.json).find(|name| *name == "uuid")?;
    if !names.contains(&id) {
        names.push(id);
    }
    (names.len() < listing.item.fields.len()).then_some(names)
}

/// As it is sent, but for the page and the percent-encoding.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(zql) = &self.zql {
            return write!(f, "GET /zstack/v1/zql?zql={zql}");
        }
        f.write_str("GET ")?;
        if let Some(version) = self.version {
            write!(f, "/{version}")?;
        }
        let mut path = self.operation.path.to_owned();
        let mut separator = if path.contains('?') { '&' } else { '?' };
        let mut query = String::new();
        for (name, value) in &self.params {
            let place = format!("{{{name}}}");
            if path.contains(&place) {
                path = path.replace(&place, value);
            } else {
                query.push_str(&format!("{separator}{name}={value}"));
                separator = '&';
            }
        }
        write!(f, "{path}{query}")
    }
}
