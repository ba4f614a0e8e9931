//! One comparison of a field, as the server's database would make it.

use std::borrow::Cow;
use std::cmp::Ordering;

use backhaul_filter::zstack::QOp;
use backhaul_filter::{
    Comparison, Expr, FieldName, FieldSchema, Kind, Op, Pattern, Place, Predicate, Record, Scalar, Schema, Source,
};
use backhaul_wire::{DateTime, Field};
use serde_json::Value;

/// The one field of the one-field schemas that comparisons are compiled against.
const FIELD: &str = "value";
const fn field(kind: Kind) -> FieldSchema<'static> {
    FieldSchema { name: FIELD, kind, values: &[], source: Source::Field(FIELD) }
}
static FIELDS: [FieldSchema<'static>; 5] =
    [field(Kind::Text), field(Kind::Bool), field(Kind::Int), field(Kind::Float), field(Kind::DateTime)];

/// A comparison, ready to run.
#[derive(Debug)]
pub(in crate::zstack) struct Test {
    kind: Kind,
    op: QOp,
    predicate: Predicate<'static>,
}

impl Test {
    /// A comparison with these values; `None` when they do not fit the field.
    pub(in crate::zstack) fn new(field: Option<&Field>, op: QOp, values: &[String]) -> Option<Self> {
        let kind = kind(field);
        let expr = expr(op, values, kind)?;
        let fields = FIELDS.iter().position(|field| field.kind == kind).map_or(&FIELDS[..0], |at| &FIELDS[at..=at]);
        let predicate = Predicate::compile(&expr, &Schema { name: FIELD, fields }).ok()?;
        Some(Self { kind, op, predicate })
    }

    /// Whether a value, or one of a list, fulfils it.
    pub(in crate::zstack) fn holds(&self, value: Option<&Value>) -> bool {
        match value {
            Some(Value::Array(items)) => items.iter().any(|item| self.holds(Some(item))),
            value => {
                let value = cell(value, self.kind);
                // In SQL nothing can be said of a field without a value, except that it has none.
                let unary = matches!(self.op, QOp::IsNull | QOp::NotNull);
                (unary || value != Scalar::Null) && self.predicate.matches(&Cell(value))
            }
        }
    }
}

/// The order of two values of a field.
pub(in crate::zstack) fn order(field: Option<&Field>, a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let kind = kind(field);
    let schema = FIELDS.iter().find(|field| field.kind == kind);
    schema
        .map_or(Ordering::Equal, |schema| backhaul_filter::compare(schema, &Cell(cell(a, kind)), &Cell(cell(b, kind))))
}

fn expr(op: QOp, values: &[String], kind: Kind) -> Option<Expr> {
    let field = FieldName::new(FIELD).ok()?;
    // A date is SQL text; in the form in which the server writes dates it is none.
    let is_sql_date = |text: &str| kind == Kind::DateTime && text.starts_with(|c: char| c.is_ascii_digit());
    let literal = |text: &str| if is_sql_date(text) { sortable(text).into_owned() } else { text.to_owned() };
    let first = values.first().map_or("", String::as_str);
    let compare = |op| Expr::Compare(Comparison { field: field.clone(), op, value: literal(first).into() });
    let list = || values.iter().map(|item| literal(item).into()).collect();
    Some(match op {
        QOp::Eq => compare(Op::Eq),
        QOp::Ne => compare(Op::Ne),
        QOp::Gt => compare(Op::Gt),
        QOp::Ge => compare(Op::Ge),
        QOp::Lt => compare(Op::Lt),
        QOp::Le => compare(Op::Le),
        QOp::In => Expr::In { field, values: list(), negated: false },
        QOp::NotIn => Expr::In { field, values: list(), negated: true },
        QOp::Like => Expr::Like { field, pattern: Pattern::sql(first), negated: false },
        QOp::NotLike => Expr::Like { field, pattern: Pattern::sql(first), negated: true },
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
fn kind(field: Option<&Field>) -> Kind {
    match field.map(|field| field.kind) {
        Some(backhaul_wire::Kind::Bool) => Kind::Bool,
        Some(backhaul_wire::Kind::Int) => Kind::Int,
        Some(backhaul_wire::Kind::Float) => Kind::Float,
        Some(backhaul_wire::Kind::DateTime) => Kind::DateTime,
        _ => Kind::Text,
    }
}

fn cell(value: Option<&Value>, kind: Kind) -> Scalar<'_> {
    match value {
        Some(Value::Bool(value)) => Scalar::Bool(*value),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(value) => Scalar::Int(value),
            None => number.as_f64().map_or(Scalar::Null, Scalar::Float),
        },
        Some(Value::String(text)) if kind == Kind::DateTime => Scalar::Text(sortable(text)),
        Some(Value::String(text)) => Scalar::Text(Cow::Borrowed(text)),
        _ => Scalar::Null,
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
