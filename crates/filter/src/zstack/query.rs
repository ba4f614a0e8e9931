//! A whole query in code, and the words in which it can be sent.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::inventory::{Inventory, InventoryDef, KindOf};
use super::text::{Refusal, q, quoted, zql};
use crate::ast::{Expr, FieldName};
use crate::build::{Filter, Sort};
use crate::field::{Field, Kind, kind};
use crate::lower::{LowerError, Param};

/// How many items a server gives when nobody says how many.
const DEFAULT_LIMIT: u64 = 1000;

/// Words of ZQL that no field can be named with there.
const KEYWORDS: [&str; 23] = [
    "and", "asc", "by", "count", "desc", "false", "from", "getapi", "has", "in", "inner", "join", "left", "like",
    "limit", "list", "offset", "on", "or", "query", "right", "search", "sum",
];

/// A query for the inventory `Q`, as the server understands it: by the rules of SQL, a field without a value satisfies
/// neither `!=` nor `not like` nor `not in`.
///
/// It is sent as parameters where they can carry it, and in ZQL where they cannot:
///
/// ```
/// use backhaul_filter::zstack::inventories::{BackupStorage, ImageStoreBackupStorage, Zone};
/// use backhaul_filter::zstack::{Query, Request};
///
/// let query = Query::new()
///     .filter(BackupStorage::STATE.eq("Enabled") & BackupStorage::ZONE.of(Zone::NAME.eq("Z 1")))
///     .only(ImageStoreBackupStorage::HOSTNAME.like("10.0.%"))
///     .sort(BackupStorage::NAME.asc());
/// let Request::Parameters(params) = query.request()? else { panic!() };
/// let params: Vec<_> = params.iter().map(|(name, value)| format!("{name}: {value}")).collect();
/// assert_eq!(params, [
///     "q: type=ImageStoreBackupStorage",
///     "q: state=Enabled",
///     "q: zone.name=Z 1",
///     "q: hostname~=10.0.%",
///     "sort: +name",
/// ]);
///
/// // The server breaks its own query on a quote in `q=`.
/// let query = Query::new().filter(BackupStorage::NAME.eq("O'Brien's")).limit(10);
/// let Request::Zql { statement, .. } = query.request()? else { panic!() };
/// assert_eq!(statement.to_string(), "query backupstorage where name = 'O''Brien''s' limit 10");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Fields of another inventory, and of a kind without saying so, do not compile:
///
/// ```compile_fail,E0308
/// # use backhaul_filter::zstack::{Query, inventories::{BackupStorage, ImageStoreBackupStorage}};
/// let query: Query<BackupStorage> = Query::new().filter(ImageStoreBackupStorage::HOSTNAME.eq("a"));
/// ```
pub struct Query<Q> {
    kind: Option<(&'static str, &'static InventoryDef)>,
    filter: Option<Expr>,
    tags: Vec<Tags>,
    fields: Vec<FieldName>,
    sort: Option<(FieldName, bool)>,
    start: Option<u64>,
    limit: Option<u64>,
    answer: Answer,
    of: PhantomData<fn() -> Q>,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Items,
    Total,
    Both,
}

/// A test that only ZQL has: of all tags of a resource.
#[derive(Debug, Clone)]
struct Tags {
    field: FieldName,
    negated: bool,
    texts: Vec<String>,
}

/// A query as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Parameters of the inventory's own operation, not percent-encoded yet. A server that is given no limit gives 1000
    /// items.
    Parameters(Vec<Param>),
    /// A statement of ZQL, whose text goes to `GET /v1/zql?zql=`.
    Zql {
        /// The statement.
        statement: Statement,
        /// Why parameters cannot carry the query.
        why: Refusal,
    },
}

/// A query in ZQL, clause by clause; prints as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// Whether it asks for a number alone.
    pub counts: bool,
    /// The inventory, with the fields that are selected: `zone.uuid,name`.
    pub target: String,
    /// What must hold.
    pub condition: Option<String>,
    /// Whether it asks for the number of all items, too.
    pub with_total: bool,
    /// The order: `name desc`.
    pub order: Option<String>,
    /// How many items at most. ZQL has no limit of its own.
    pub limit: Option<u64>,
    /// How many items to skip.
    pub start: Option<u64>,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clauses stand in this order.
        write!(f, "{} {}", if self.counts { "count" } else { "query" }, self.target)?;
        if let Some(condition) = &self.condition {
            write!(f, " where {condition}")?;
        }
        if self.with_total {
            f.write_str(" return with (total)")?;
        }
        if let Some(order) = &self.order {
            write!(f, " order by {order}")?;
        }
        if let Some(limit) = self.limit {
            write!(f, " limit {limit}")?;
        }
        self.start.map_or(Ok(()), |start| write!(f, " offset {start}"))
    }
}

impl<Q: Inventory> Query<Q> {
    /// A query for all there is.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kind: None,
            filter: None,
            tags: Vec::new(),
            fields: Vec::new(),
            sort: None,
            start: None,
            limit: None,
            answer: Answer::Items,
            of: PhantomData,
        }
    }

    /// Asks only for what the filter keeps; several filters must all hold.
    #[must_use]
    pub fn filter(mut self, filter: Filter<Q>) -> Self {
        self.add(filter.into_expr());
        self
    }

    /// Asks only for one kind, and of that for what the filter keeps. Of several kinds the last is asked for.
    #[must_use]
    pub fn only<S: KindOf<Q>>(mut self, filter: Filter<S>) -> Self {
        self.kind = Some((S::TAG, S::DEF));
        self.add(filter.into_expr());
        self
    }

    /// Asks only for resources that have one of these tags, by the operator `has` that only ZQL has.
    #[must_use]
    pub fn has<T: Into<String>>(mut self, tag: Field<Q, kind::Text>, texts: impl IntoIterator<Item = T>) -> Self {
        self.tags.push(Tags::new(tag.field_name(), false, texts));
        self
    }

    /// Asks only for resources that have none of these tags.
    #[must_use]
    pub fn has_not<T: Into<String>>(mut self, tag: Field<Q, kind::Text>, texts: impl IntoIterator<Item = T>) -> Self {
        self.tags.push(Tags::new(tag.field_name(), true, texts));
        self
    }

    /// Asks for this field, and for no other that is not named so. What is not asked for is missing in the answer, and
    /// with it the fields of kinds.
    #[must_use]
    pub fn select<K>(mut self, field: Field<Q, K>) -> Self {
        self.fields.push(field.field_name());
        self
    }

    /// The order of the answer. Pages of a query without an order may overlap.
    #[must_use]
    pub fn sort(mut self, sort: Sort<Q>) -> Self {
        self.sort = Some((sort.field().clone(), sort.descending()));
        self
    }

    /// How many items to skip.
    #[must_use]
    pub fn start(mut self, items: u64) -> Self {
        self.start = Some(items);
        self
    }

    /// How many items at most; 1000 when nobody says.
    #[must_use]
    pub fn limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self
    }

    /// Asks for the number of items instead of the items.
    #[must_use]
    pub fn count(mut self) -> Self {
        self.answer = Answer::Total;
        self
    }

    /// Asks for the number of items beside the page.
    #[must_use]
    pub fn with_count(mut self) -> Self {
        self.answer = Answer::Both;
        self
    }

    /// The query as it is sent: as parameters, or in ZQL where they cannot carry it.
    ///
    /// # Errors
    /// When neither can, or the query asks for what there is not: the error names the part and says why.
    pub fn request(&self) -> Result<Request, LowerError> {
        let terms = self.terms()?;
        match self.parameters(terms) {
            Ok(params) => Ok(Request::Parameters(params)),
            Err((_, why)) => match self.statement(terms) {
                Ok(statement) => Ok(Request::Zql { statement, why }),
                Err((what, zql)) => {
                    let why = if why == zql {
                        format!("neither `q=` nor ZQL can carry it: {zql}")
                    } else {
                        format!("`q=` cannot carry it: {why}; nor can ZQL: {zql}")
                    };
                    Err(LowerError::new(what, why))
                }
            },
        }
    }

    /// The query in ZQL, whether parameters could carry it or not.
    ///
    /// # Errors
    /// When ZQL cannot carry it, or the query asks for what there is not.
    pub fn zql(&self) -> Result<Statement, LowerError> {
        let terms = self.terms()?;
        self.statement(terms).map_err(|(what, why)| LowerError::new(what, why.to_string()))
    }

    fn def(&self) -> &'static InventoryDef {
        self.kind.map_or(Q::DEF, |(_, def)| def)
    }

    /// What must hold, once it is sure that what is selected and sorted by is there.
    fn terms(&self) -> Result<&[Expr], LowerError> {
        let def = self.def();
        for field in self.fields.iter().chain(self.sort.as_ref().map(|(field, _)| field)) {
            if def.own(field.as_str()).is_none() {
                let why =
                    format!("{} has no such field of its own, and only such can be selected and sorted by", def.name);
                return Err(LowerError::new(field.to_string(), why));
            }
        }
        Ok(match &self.filter {
            None => &[],
            Some(Expr::And(terms)) => terms,
            Some(one) => std::slice::from_ref(one),
        })
    }

    fn add(&mut self, expr: Expr) {
        self.filter = Some(match self.filter.take() {
            None => expr,
            Some(filter) => filter.and(expr),
        });
    }

    fn parameters(&self, terms: &[Expr]) -> Result<Vec<Param>, (String, Refusal)> {
        if let Some(tags) = self.tags.first() {
            return Err((tags.field.to_string(), Refusal::Has));
        }
        let mut params: Vec<Param> = Vec::new();
        let mut add = |name: &'static str, value: String| params.push((Cow::Borrowed(name), value));
        if let (Some((tag, _)), Some(field)) = (self.kind, Q::DEF.tag) {
            add("q", format!("{field}={tag}"));
        }
        for term in terms {
            add("q", q(term).map_err(|why| (term.to_string(), why))?);
        }
        if self.answer == Answer::Total {
            add("count", "true".to_owned());
            return Ok(params);
        }
        if !self.fields.is_empty() {
            add("fields", self.selected());
        }
        if let Some((field, descending)) = &self.sort {
            add("sort", format!("{}{field}", if *descending { '-' } else { '+' }));
        }
        if let Some(start) = self.start {
            add("start", start.to_string());
        }
        if let Some(limit) = self.limit {
            add("limit", limit.to_string());
        }
        if self.answer == Answer::Both {
            add("replyWithCount", "true".to_owned());
        }
        Ok(params)
    }

    fn statement(&self, terms: &[Expr]) -> Result<Statement, (String, Refusal)> {
        let def = self.def();
        let words = terms.iter().flat_map(Expr::fields);
        for field in words.chain(&self.fields).chain(self.sort.as_ref().map(|(field, _)| field)) {
            if field.as_str().split('.').any(|word| KEYWORDS.contains(&word)) {
                return Err((field.to_string(), Refusal::Keyword));
            }
        }
        let is_text = |path: &str| !matches!(def.field(path), Some(Kind::Bool | Kind::Int | Kind::Float));
        let several = terms.len() + self.tags.len() > 1;
        let conditions = terms.iter().map(|term| {
            let text = zql(term, is_text).map_err(|why| (term.to_string(), why))?;
            Ok(if several && !term.terms().is_empty() { format!("({text})") } else { text })
        });
        let conditions = conditions.chain(self.tags.iter().map(Tags::zql)).collect::<Result<Vec<_>, _>>()?;
        let condition = (!conditions.is_empty()).then(|| conditions.join(" and "));
        let counts = self.answer == Answer::Total;
        let order = self.sort.as_ref().map(|(field, down)| format!("{field} {}", if *down { "desc" } else { "asc" }));
        let target = if counts || self.fields.is_empty() {
            def.zql.to_owned()
        } else {
            format!("{}.{}", def.zql, self.selected())
        };
        Ok(Statement {
            counts,
            target,
            condition,
            with_total: self.answer == Answer::Both,
            order: order.filter(|_| !counts),
            // What is asked must not depend on the words in which it is.
            limit: (!counts).then(|| self.limit.unwrap_or(DEFAULT_LIMIT)),
            start: self.start.filter(|_| !counts),
        })
    }

    fn selected(&self) -> String {
        let names: Vec<&str> = self.fields.iter().map(FieldName::as_str).collect();
        names.join(",")
    }
}

impl Tags {
    fn new<T: Into<String>>(field: FieldName, negated: bool, texts: impl IntoIterator<Item = T>) -> Self {
        Self { field, negated, texts: texts.into_iter().map(Into::into).collect() }
    }

    /// `__systemTag__ has ('a', 'b')`
    fn zql(&self) -> Result<String, (String, Refusal)> {
        let refused = |why| (self.field.to_string(), why);
        if self.texts.is_empty() {
            return Err(refused(Refusal::Empty));
        }
        let texts = self.texts.iter().map(|text| quoted(text)).collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let op = if self.negated { "not has" } else { "has" };
        Ok(format!("{} {op} ({})", self.field, texts.join(", ")))
    }
}

impl<Q: Inventory> Default for Query<Q> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Q> Clone for Query<Q> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            filter: self.filter.clone(),
            tags: self.tags.clone(),
            fields: self.fields.clone(),
            sort: self.sort.clone(),
            start: self.start,
            limit: self.limit,
            answer: self.answer,
            of: PhantomData,
        }
    }
}

impl<Q> fmt::Debug for Query<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("kind", &self.kind.map(|(tag, _)| tag))
            .field("filter", &self.filter)
            .field("tags", &self.tags)
            .field("fields", &self.fields)
            .field("sort", &self.sort)
            .field("start", &self.start)
            .field("limit", &self.limit)
            .field("answer", &self.answer)
            .finish()
    }
}
