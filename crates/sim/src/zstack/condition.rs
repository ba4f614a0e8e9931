//! One `q=` condition, evaluated as the server's database would.

use std::borrow::Cow;
use std::cmp::Ordering;

use backhaul_filter::zstack::{Condition, QOp, split_q};
use backhaul_filter::{
    Comparison, Expr, FieldName, FieldSchema, Kind, Op, Place, Predicate, Record, Scalar, Schema, Source, compare,
};
use backhaul_wire::reflect::Scalar as Wire;
use backhaul_wire::shape::{Kind as WireKind, Shape};
use backhaul_wire::{DateTime, Struct, View};

use super::Refusal;
use super::inventory::{Aim, Hop};
use crate::estate::ZstackEstate;

/// The one field of the one-field schema that a condition is compiled against.
const FIELD: &str = "value";

/// A condition, ready to run.
#[derive(Debug)]
pub(super) struct Test<'q> {
    hop: Hop,
    field: &'static str,
    kind: Kind,
    op: QOp,
    predicate: Predicate<'q>,
}

/// Takes a condition apart; the refusal is the server's.
pub(super) fn split(text: &str) -> Result<Condition<'_>, Refusal> {
    split_q(text).map_err(|error| Refusal::Text(format!("invalid query string '{text}': {error}")))
}

/// The schema of a single value of each kind; a predicate borrows from it.
#[derive(Debug)]
pub(super) struct Kinds([FieldSchema<'static>; 5]);

impl Kinds {
    pub(super) fn new() -> Self {
        let field = |kind| FieldSchema { name: FIELD, kind, values: &[], source: Source::Field(FIELD) };
        Self([Kind::Text, Kind::Bool, Kind::Int, Kind::Float, Kind::DateTime].map(field))
    }

    fn schema(&self, kind: Kind) -> Schema<'_> {
        let fields = self.0.iter().position(|field| field.kind == kind);
        let fields = fields.map_or(&self.0[..0], |at| &self.0[at..=at]);
        Schema { name: FIELD, fields }
    }
}

impl<'q> Test<'q> {
    /// Looks a condition's field up and reads its value.
    pub(super) fn new(condition: Condition<'_>, aim: Aim, kinds: &'q Kinds) -> Result<Self, Refusal> {
        let Some((hop, shape, field)) = aim.resolve(condition.field) else {
            return Err(unknown(condition.field, aim));
        };
        let kind = kind(shape, field);
        let predicate = expr(condition, kind)
            .and_then(|expr| Predicate::compile(&expr, &kinds.schema(kind)).ok())
            .ok_or_else(|| {
                let Condition { field, op, value } = condition;
                Refusal::argument(format!("the value '{value}' of '{field} {op}' does not fit the field"))
            })?;
        Ok(Self { hop, field, kind, op: condition.op, predicate })
    }

    /// Whether an object fulfils the condition: of what the field leads to, one must.
    pub(super) fn holds(&self, object: &dyn Struct, data: &ZstackEstate) -> bool {
        self.hop.from(object, data).into_iter().any(|end| {
            let values = values(end, self.field, self.kind);
            values.iter().any(|value| self.holds_value(value))
        })
    }

    fn holds_value(&self, value: &Scalar<'_>) -> bool {
        // In SQL nothing can be said of a field without a value, except that it has none.
        let unary = matches!(self.op, QOp::IsNull | QOp::NotNull);
        (unary || *value != Scalar::Null) && self.predicate.matches(&Cell(value.clone()))
    }
}

pub(super) fn unknown(field: &str, aim: Aim) -> Refusal {
    let class = aim.java().rsplit('.').next().unwrap_or_default();
    Refusal::argument(format!("condition name[{field}] is invalid, no such field on inventory class[{class}]"))
}

fn expr(condition: Condition<'_>, kind: Kind) -> Option<Expr> {
    let field = FieldName::new(FIELD).ok()?;
    let value = condition.value;
    // A date is SQL text; in the form in which the server writes dates it is none.
    let is_sql_date = |text: &str| kind == Kind::DateTime && text.starts_with(|c: char| c.is_ascii_digit());
    let literal = |text: &str| if is_sql_date(text) { sortable(text).into_owned() } else { text.to_owned() };
    let compare = |op| Expr::Compare(Comparison { field: field.clone(), op, value: literal(value).into() });
    let list = || value.split(',').map(|item| literal(item).into()).collect();
    Some(match condition.op {
        QOp::Eq => compare(Op::Eq),
        QOp::Ne => compare(Op::Ne),
        QOp::Gt => compare(Op::Gt),
        QOp::Ge => compare(Op::Ge),
        QOp::Lt => compare(Op::Lt),
        QOp::Le => compare(Op::Le),
        QOp::In => Expr::In { field, values: list(), negated: false },
        QOp::NotIn => Expr::In { field, values: list(), negated: true },
        QOp::Like => Expr::Like { field, pattern: value.into(), negated: false },
        QOp::NotLike => Expr::Like { field, pattern: value.into(), negated: true },
        QOp::IsNull => Expr::Null { field, negated: false },
        QOp::NotNull => Expr::Null { field, negated: true },
    })
}

/// One value, wherever it is looked for.
struct Cell<'a>(Scalar<'a>);

impl Record for Cell<'_> {
    fn get(&self, _: Place<'_>) -> Scalar<'_> {
        self.0.clone()
    }
}

/// How the database compares a field: enumerations and ids are text there.
fn kind(shape: &Shape, field: &str) -> Kind {
    let kind = shape.fields.iter().find(|it| it.json == field).map(|it| it.kind);
    match kind {
        Some(WireKind::Bool) => Kind::Bool,
        Some(WireKind::Int) => Kind::Int,
        Some(WireKind::Float) => Kind::Float,
        Some(WireKind::DateTime) => Kind::DateTime,
        _ => Kind::Text,
    }
}

/// The values of a field: one, or all of a list.
fn values<'a>(object: &'a dyn Struct, field: &str, kind: Kind) -> Vec<Scalar<'a>> {
    let Some(at) = object.shape().fields.iter().position(|it| it.json == field) else {
        return Vec::new();
    };
    match object.view(at) {
        View::Ids(ids) => ids.iter().map(|id| id.as_str().into()).collect(),
        view => vec![match view.scalar() {
            None | Some(Wire::Secret(_)) => Scalar::Null,
            Some(Wire::Bool(value)) => Scalar::Bool(value),
            Some(Wire::Int(value)) => Scalar::Int(value),
            Some(Wire::Float(value)) => Scalar::Float(value),
            Some(Wire::Text(text)) if kind == Kind::DateTime => Scalar::Text(sortable(text)),
            Some(Wire::Text(text) | Wire::Enum(text)) => Scalar::Text(Cow::Borrowed(text)),
        }],
    }
}

/// A date as the database compares it: a clock reading in the server's zone, whatever zone that is.
fn sortable(text: &str) -> Cow<'_, str> {
    DateTime::from(text).parts().map_or(Cow::Borrowed(text), |it| {
        let (date, time) = ((it.year, it.month, it.day), (it.hour, it.minute, it.second));
        let ((year, month, day), (hour, minute, second)) = (date, time);
        Cow::Owned(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
    })
}

/// The order of two objects by a field of their own.
pub(super) fn order(a: &dyn Struct, b: &dyn Struct, field: &str, kinds: &Kinds) -> Ordering {
    let kind = kind(a.shape(), field);
    let cell = |object| Cell(values(object, field, kind).into_iter().next().unwrap_or(Scalar::Null));
    match kinds.schema(kind).fields.first() {
        Some(schema) => compare(schema, &cell(a), &cell(b)),
        None => Ordering::Equal,
    }
}

/// A text or id of an object.
pub(super) fn text<'a>(object: &'a dyn Struct, field: &str) -> Option<&'a str> {
    let at = object.shape().fields.iter().position(|it| it.json == field)?;
    match object.view(at).scalar()? {
        Wire::Text(text) => Some(text),
        _ => None,
    }
}
