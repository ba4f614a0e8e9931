//! What a server evaluates of a filter, and what is left to evaluate here.
//!
//! [`lower`] splits a filter for a [`Target`], so that what the server keeps and what the
//! [rest](Plan::rest) then keeps is what the whole filter keeps, by the semantics of
//! [`eval`](mod@crate::eval). It does so for every part of the filter that can stand alone:
//!
//! - what the server can say goes to the server;
//! - what it can say less exactly goes to the server as well, to have less to fetch, and is evaluated
//!   again here: of `(a==1;name==x*),b==2` Enterprise Manager is asked `a==1,b==2`;
//! - everything else is evaluated here, on what the server sends;
//! - what neither can do is an error. Nothing is left out in silence.
//!
//! What each server can say:
//!
//! | condition | Enterprise Manager | ZStack `q=` | ZQL | VB365 |
//! | --- | --- | --- | --- | --- |
//! | `==` | yes | yes, but for values that it misreads | yes, `""` with `or is null` | no |
//! | `==` of identifiers | yes | no: compared as texts | no: compared as texts | where the listing has [a parameter](Narrowing) for it; evaluated again here |
//! | `==` of booleans, enumerations | yes | yes | yes | as of identifiers |
//! | `!=` | yes | no: SQL has it fail where there is no value | with `or is null` | no |
//! | order of numbers, dates | yes | yes | yes | of dates, as of identifiers; a second aside |
//! | order of enumerations | yes | as a list of words | as a list of words | no |
//! | order of texts, booleans, identifiers | no: undefined | no: the database's own | no: the database's own | no |
//! | a negated order | no | no | the opposite, with `or is null` | no |
//! | a calculation | no | no | no | no |
//! | `in` | as `==` joined by OR | yes | yes | no |
//! | a pattern | no | yes; less exactly with `%` or `_` in its texts; not negated | as `q=`, negated with `or is null` | no |
//! | null | no | yes | yes | no |
//! | OR | yes | only as a list of one field's values | yes | no |
//!
//! A field that [only the server knows](crate::Source::ServerOnly) means what the server makes of it,
//! so whatever the server can say of it goes there as it is. Where the vendors leave open how a server
//! compares texts (case, culture), the server's answer stands.
//!
//! ZStack keeps dates by its own clock and does not tell the zone: a date with an offset is refused, one
//! without is taken as that clock shows it, on the server and here.
//!
//! An order is left to a server when it is one that its vendor defines and the rows of several servers are not to be
//! merged; a limit, when nothing is left to do here.

mod em;
mod plan;
mod vb365;
mod zstack;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

pub use self::plan::{Evaluator, Param, Part, Plan};
use crate::ast::{Comparison, Expr, FieldName, MAX_DEPTH, Op};
use crate::field::{FieldSchema, Schema};
use crate::suggest::suggest;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target<'a> {
    /// Enterprise Manager: one parameter `filter`.
    Em,
    /// ZStack's queries: any number of parameters `q`.
    ZstackQ,
    /// ZStack's query language: the text behind `where`.
    ZstackZql,
    /// Veeam Backup for Microsoft 365: parameters of the listing that are named like fields.
    Vb365 {
        /// The parameters of the listing that may narrow it.
        params: &'a [Narrowing<'a>],
    },
}

/// A parameter of a listing that may narrow it.
///
/// By its name it is known what it compares: `jobId` asks for a `jobId` (an identifier, a boolean, a word of an
/// enumeration), `endTimeLowerBound` and `endTimeFrom` for an `endTime` from there on, `endTimeUpperBound` and
/// `endTimeTo` for one up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrowing<'a> {
    /// Its name.
    pub name: &'a str,
    /// The words of its enumeration, which may be others than the field's; empty for the other kinds.
    pub values: &'a [&'a str],
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selection<'a> {
    /// Which records.
    pub filter: Option<&'a Expr>,
    /// In which order.
    pub order: Option<Order<'a>>,
    /// How many at most.
    pub limit: Option<u64>,
    /// Whether the answers of several servers become one list.
    pub several: bool,
}

/// An order by one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<'a> {
    /// The field.
    pub field: FieldSchema<'a>,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// Splits what is asked for between a server and this side. The filter is one that
/// [`check`](crate::check()) finds no error in.
///
/// ```
/// use backhaul_filter::{Selection, FieldDef, Kind, QueryDef, Source, Target, lower, parse};
///
/// const ZONE: QueryDef = QueryDef {
///     name: "Zone",
///     fields: &[
///         FieldDef { name: "name", kind: Kind::Text, values: &[], source: Source::Field("name") },
///         FieldDef { name: "state", kind: Kind::Enum, values: &["Enabled", "Disabled"], source: Source::Field("state") },
///     ],
/// };
/// let filter = parse("State==enabled;name!=x;(name==a,name==b)")?;
/// let ask = Selection { filter: Some(filter.expr()), ..Selection::default() };
/// let plan = lower(&ask, &ZONE, Target::ZstackQ)?;
/// assert_eq!(plan.sent(), [("q".into(), "state=Enabled".into()), ("q".into(), "name?=a,b".into())]);
/// assert_eq!(plan.rest().map(ToString::to_string).as_deref(), Some("name!=x"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a part can be done neither by the server nor here, or the type has no such field.
pub fn lower(ask: &Selection<'_>, schema: &Schema<'_>, target: Target<'_>) -> Result<Plan, LowerError> {
    match target {
        Target::Em => plan(ask, schema, em::Em),
        Target::ZstackQ => plan(ask, schema, zstack::Zstack { zql: false, schema }),
        Target::ZstackZql => plan(ask, schema, zstack::Zstack { zql: true, schema }),
        Target::Vb365 { params } => plan(ask, schema, vb365::Vb365::new(params)),
    }
}

/// Why something is not left to the server.
type Why = Cow<'static, str>;

/// What a server can do.
trait Server {
    /// Whether it knows OR; if not, why not.
    fn or(&self) -> Result<(), Why>;
    /// What it can evaluate of a condition on a field.
    fn condition(&mut self, condition: &Expr, field: &FieldSchema<'_>) -> Carry;
    /// The parameters for what it can evaluate.
    fn spell(&self, expr: &Expr) -> Result<Vec<Param>, LowerError>;
    /// The parameter for an order, if its order by this field is defined.
    fn order(&self, order: &Order<'_>) -> Result<Param, Why>;
}

/// How much of a condition a server can evaluate.
enum Carry {
    /// All of it, as this.
    All(Expr),
    /// This, which holds wherever the condition does.
    Some(Expr, Why),
    /// Nothing.
    None(Why),
    /// Nothing, and nobody else can, either.
    Never(Why),
}

/// What a server evaluates of an expression.
struct Split {
    server: Option<Expr>,
    why: Option<Why>,
}

impl Split {
    fn none(why: Why) -> Self {
        Self { server: None, why: Some(why) }
    }
}

fn plan(ask: &Selection<'_>, schema: &Schema<'_>, mut server: impl Server) -> Result<Plan, LowerError> {
    let mut plan = Plan::default();
    let (mut sent, mut rest) = (Vec::new(), Vec::new());
    let terms = match ask.filter {
        None => &[],
        Some(Expr::And(terms)) => &**terms,
        Some(one) => std::slice::from_ref(one),
    };
    for term in terms {
        let split = split(term, schema, &mut server, 0)?;
        let by = match (&split.server, &split.why) {
            (Some(_), None) => Evaluator::Server,
            (Some(_), Some(_)) => Evaluator::Both,
            (None, _) => Evaluator::Here,
        };
        let why = split.why.unwrap_or_default();
        if by != Evaluator::Server {
            evaluable(term, schema, &why)?;
            rest.push(term.clone());
        }
        let params = split.server.as_ref().map(|expr| server.spell(expr)).transpose()?.unwrap_or_default();
        sent.extend(split.server);
        plan.parts.push(Part { what: term.to_string(), by, sent: params, why: why.into_owned() });
    }
    plan.server = Expr::all(sent);
    plan.rest = Expr::all(rest);
    if let Some(expr) = &plan.server {
        plan.sent = server.spell(expr)?;
    }
    plan.place_order(ask, &server)?;
    plan.place_limit(ask.limit);
    Ok(plan)
}

/// Splits an expression. No group is negated as a whole, so what holds wherever the terms hold makes a group that holds
/// wherever the group does.
fn split(expr: &Expr, schema: &Schema<'_>, server: &mut impl Server, depth: usize) -> Result<Split, LowerError> {
    if depth > MAX_DEPTH {
        return Err(LowerError { what: "the filter".to_owned(), why: "it nests too deep".into() });
    }
    match expr {
        Expr::And(terms) => {
            let mut whole = Split { server: None, why: None };
            let mut sent = Vec::new();
            for term in terms {
                let part = split(term, schema, server, depth + 1)?;
                sent.extend(part.server);
                whole.why = whole.why.or(part.why);
            }
            whole.server = Expr::all(sent);
            Ok(whole)
        }
        Expr::Or(terms) => {
            if let Err(why) = server.or() {
                return match as_list(terms) {
                    Some(list) => condition(&list, schema, server),
                    None => Ok(Split::none(why)),
                };
            }
            let mut whole = Split { server: None, why: None };
            let mut sent = Vec::new();
            for term in terms {
                let part = split(term, schema, server, depth + 1)?;
                // A term that the server cannot narrow down may hold for any record.
                let Some(expr) = part.server else { return Ok(Split { server: None, why: part.why }) };
                sent.push(expr);
                whole.why = whole.why.or(part.why);
            }
            whole.server = Expr::any(sent);
            Ok(whole)
        }
        one => condition(one, schema, server),
    }
}

fn condition(expr: &Expr, schema: &Schema<'_>, server: &mut impl Server) -> Result<Split, LowerError> {
    if let Expr::Relate { .. } = expr {
        return Ok(Split::none("the server does not calculate".into()));
    }
    let Some(name) = expr.field() else { return Ok(Split::none("it is a group".into())) };
    let field = schema.field(name.as_str()).ok_or_else(|| unknown(name, schema))?;
    Ok(match server.condition(expr, field) {
        Carry::All(expr) => Split { server: Some(expr), why: None },
        Carry::Some(expr, why) => Split { server: Some(expr), why: Some(why) },
        Carry::None(why) => Split::none(why),
        Carry::Never(why) => return Err(LowerError { what: expr.to_string(), why }),
    })
}

/// Comparisons for equality with one field, joined by OR, as a list.
fn as_list(terms: &[Expr]) -> Option<Expr> {
    let field = terms.first()?.field()?;
    let mut values = Vec::with_capacity(terms.len());
    for term in terms.iter().filter(|term| term.field().is_some_and(|name| same(name, field))) {
        match term {
            Expr::Compare(Comparison { op: Op::Eq, value, .. }) => values.push(value.clone()),
            Expr::In { values: more, negated: false, .. } => values.extend(more.iter().cloned()),
            _ => return None,
        }
    }
    let all = terms.iter().all(|term| term.field().is_some_and(|name| same(name, field)));
    all.then(|| Expr::In { field: field.clone(), values, negated: false })
}

fn same(a: &FieldName, b: &FieldName) -> bool {
    a.as_str().eq_ignore_ascii_case(b.as_str())
}

/// Whether a part that is left can be evaluated here.
fn evaluable(term: &Expr, schema: &Schema<'_>, why: &Why) -> Result<(), LowerError> {
    for name in term.fields() {
        let field = schema.field(name.as_str()).ok_or_else(|| unknown(name, schema))?;
        if field.source.place().is_none() {
            return Err(LowerError::nobody(term.to_string(), why, field));
        }
    }
    Ok(())
}

fn unknown(name: &FieldName, schema: &Schema<'_>) -> LowerError {
    let near = suggest(name.as_str(), schema.fields.iter().map(|field| field.name));
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    LowerError { what: name.to_string(), why: format!("{} has no such field{hint}", schema.name).into() }
}

/// A name of the schema's as the name in an expression.
fn named(field: &FieldSchema<'_>, written: &FieldName) -> FieldName {
    FieldName::new(field.name.to_owned()).unwrap_or_else(|_| written.clone())
}

/// A part that nobody can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerError {
    what: String,
    why: Why,
}

impl LowerError {
    /// A part, and why nobody can do it.
    #[cfg(feature = "zstack")]
    pub(crate) fn new(what: String, why: impl Into<Why>) -> Self {
        Self { what, why: why.into() }
    }

    /// The server cannot, for this reason, and nobody else knows the field.
    fn nobody(what: String, why: &Why, field: &FieldSchema<'_>) -> Self {
        let why = format!("{why}, and it cannot be done here, because only the server knows `{}`", field.name);
        Self { what, why: why.into() }
    }

    /// The part: a condition or a group of the filter, a field, the order.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why nobody can do it.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl Error for LowerError {}
