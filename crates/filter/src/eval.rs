//! Whether a record is one that a filter asks for.
//!
//! What the vendor leaves open is decided here once, for local evaluation, for sorting and for the
//! simulator:
//!
//! | question | answer |
//! | --- | --- |
//! | a field without a value | equals nothing and has no order; `!=` is the exact opposite of `==`, so it holds |
//! | the empty text | equals the empty text and, for text fields, a field without a value: XML and JSON answers must agree |
//! | the empty text in a field of another kind | is no value |
//! | case of texts | does not count, in any alphabet (character by character, no language's rules) |
//! | order of texts, booleans, identifiers | undefined by the vendor ([`check`](crate::check()) warns); here by the lower-case text, `false` first, by GUID |
//! | enumerations | by place in the list, in any ASCII case |
//! | a word that the list lacks, in the filter or in the record | equals the same word in any case, and has no order |
//! | numbers | whole and broken ones compare exactly; a number that arrives as text is a number |
//! | dates | as moments, to the nanosecond, so `06:00:00` equals `06:00:00.000` and `08:00+02:00`; without an offset UTC; a date alone is midnight |
//! | dates in records | as above, and as ZStack writes them (`Apr 11, 2018 2:50:54 PM`), which is the time of the server's clock |
//! | identifiers | by GUID, in any case, with or without a URN around it; without a GUID by the rest of the URN |
//! | a value in the record that is not of the field's kind | equals nothing and has no order, as if unknown |
//! | booleans in records | `true`, `false`, and as in XML `1` and `0` |
//! | [`Like`](Expr::Like) | without regard to case; nothing matches a field without a value, not even `*` |
//! | [negation](Expr::negate) | the exact opposite: where there is no value, an order does not hold, so `!Size<5` does |
//! | [calculations](Expr::Relate) | exact where they fit in 128 bits; without a value when a field has none, and by a division by zero |
//! | units in calculations | a field named in MB or GB (`QuotaMb`) counts in bytes beside a size or a field of another unit; dates count in seconds |
//! | an unquoted value with blanks | not in the grammar; a [lenient](crate::ParseOptions::lenient) parse keeps the blanks, where EM is said to drop them |
//! | what a server makes of all this | its own business for what is sent to it; [`lower`](mod@crate::lower) keeps back what is known to differ |

use std::cmp::Ordering;

use crate::ast::{Comparison, Expr, FieldName, MAX_DEPTH, Op, Value};
use crate::calculate::Sum;
use crate::field::{FieldSchema, Place, Schema};
use crate::key::{Key, Shown};
pub use crate::record::{EvalError, Record, Scalar};
use crate::text::Matcher;

/// A filter made ready to run: fields looked up, values read, once for all records.
///
/// The fields are borrowed from the schema, so the expression may go.
#[derive(Debug, Clone)]
pub struct Predicate<'d> {
    root: Node<'d>,
}

#[derive(Debug, Clone)]
enum Node<'d> {
    All(Vec<Node<'d>>),
    Any(Vec<Node<'d>>),
    Test { field: FieldSchema<'d>, place: Place<'d>, test: Test },
    Relation { left: Sum<'d>, op: Op, right: Sum<'d>, negated: bool },
}

#[derive(Debug, Clone)]
enum Test {
    Compare { op: Op, literal: Key<'static>, negated: bool },
    Like { pattern: Matcher, negated: bool },
    In { values: Vec<Key<'static>>, negated: bool },
    Null { negated: bool },
}

impl<'d> Predicate<'d> {
    /// Makes an expression ready to run on records of a type.
    ///
    /// # Errors
    /// When the type has no such field, only the server knows the field, the value is not one of
    /// the field's kind, or the expression nests deeper than [`MAX_DEPTH`].
    pub fn compile(expr: &Expr, schema: &Schema<'d>) -> Result<Self, EvalError> {
        Ok(Self { root: Node::compile(expr, schema, 0)? })
    }

    /// Whether the record is one that the filter asks for.
    #[must_use]
    pub fn matches<R: Record + ?Sized>(&self, record: &R) -> bool {
        self.root.matches(record)
    }
}

impl<'d> Node<'d> {
    fn compile(expr: &Expr, schema: &Schema<'d>, depth: usize) -> Result<Self, EvalError> {
        let terms = || {
            if depth > MAX_DEPTH {
                return Err(EvalError::TooDeep);
            }
            expr.terms().iter().map(|term| Self::compile(term, schema, depth + 1)).collect()
        };
        match expr {
            Expr::And(_) => terms().map(Self::All),
            Expr::Or(_) => terms().map(Self::Any),
            Expr::Compare(comparison) => Self::comparison(comparison, false, schema),
            Expr::Not(comparison) => Self::comparison(comparison, true, schema),
            Expr::Relate { relation, negated } => {
                let (left, right) = Sum::sides(relation, schema)?;
                Ok(Self::Relation { left, op: relation.op, right, negated: *negated })
            }
            Expr::Like { field, pattern, negated } => {
                Self::test(field, schema, |_| Ok(Test::Like { pattern: Matcher::new(pattern), negated: *negated }))
            }
            Expr::In { field, values, negated } => Self::test(field, schema, |field| {
                let values = values.iter().map(|value| literal(field, value)).collect::<Result<_, _>>()?;
                Ok(Test::In { values, negated: *negated })
            }),
            Expr::Null { field, negated } => Self::test(field, schema, |_| Ok(Test::Null { negated: *negated })),
        }
    }

    fn comparison(comparison: &Comparison, negated: bool, schema: &Schema<'d>) -> Result<Self, EvalError> {
        let Comparison { field, op, value } = comparison;
        Self::test(field, schema, |field| Ok(Test::Compare { op: *op, literal: literal(field, value)?, negated }))
    }

    fn test(
        name: &FieldName,
        schema: &Schema<'d>,
        make: impl FnOnce(&FieldSchema<'_>) -> Result<Test, EvalError>,
    ) -> Result<Self, EvalError> {
        let field = *schema.field(name.as_str()).ok_or_else(|| EvalError::unknown(name, schema))?;
        let place = field.source.place().ok_or_else(|| EvalError::ServerOnly { field: name.clone() })?;
        Ok(Self::Test { field, place, test: make(&field)? })
    }

    fn matches<R: Record + ?Sized>(&self, record: &R) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.matches(record)),
            Self::Any(terms) => terms.iter().any(|term| term.matches(record)),
            Self::Test { field, place, test } => test.matches(field, &record.get(*place)),
            // Where there is nothing to compare, nothing is equal and nothing has an order.
            Self::Relation { left, op, right, negated } => {
                let order = left.of(record).zip(right.of(record)).map(|(left, right)| left.order(right));
                negated ^ op.holds(order)
            }
        }
    }
}

impl Test {
    fn matches(&self, field: &FieldSchema<'_>, scalar: &Scalar<'_>) -> bool {
        let kind = field.kind;
        let mut shown = Shown::new();
        match self {
            Self::Compare { op, literal, negated } => {
                let key = key(field, scalar, &mut shown);
                negated
                    ^ match op {
                        Op::Eq => key.equals(literal, kind),
                        Op::Ne => !key.equals(literal, kind),
                        order => order.holds(key.order(literal, kind)),
                    }
            }
            Self::Like { pattern, negated } => {
                negated
                    ^ match scalar {
                        Scalar::Null => false,
                        Scalar::Bool(value) => {
                            let value = Scalar::Bool(value ^ field.source.is_negated());
                            pattern.matches(shown.text(&value))
                        }
                        other => pattern.matches(shown.text(other)),
                    }
            }
            Self::In { values, negated } => {
                let key = key(field, scalar, &mut shown);
                negated ^ values.iter().any(|literal| key.equals(literal, kind))
            }
            Self::Null { negated } => negated ^ key(field, scalar, &mut shown).is_null(),
        }
    }
}

fn literal(field: &FieldSchema<'_>, value: &Value) -> Result<Key<'static>, EvalError> {
    Key::of_literal(field.kind, field.values, value.as_str()).ok_or_else(|| EvalError::BadValue {
        field: field.name.to_owned(),
        kind: field.kind,
        value: value.clone(),
    })
}

fn key<'a>(field: &FieldSchema<'_>, scalar: &'a Scalar<'_>, shown: &'a mut Shown) -> Key<'a> {
    let key = Key::of_scalar(field.kind, field.values, scalar, shown);
    if field.source.is_negated() { key.negated() } else { key }
}

/// The order of two records by one field, lowest first: records without a value come first, then
/// the known values, then values that are not of the field's kind (such as unknown words of an
/// enumeration), by their text.
///
/// Records are equal where only the server knows the field.
///
/// ```
/// # use backhaul_filter::{compare, FieldDef, Kind, Place, Record, Scalar, Source};
/// # struct Row(&'static str);
/// # impl Record for Row {
/// #     fn get(&self, _: Place<'_>) -> Scalar<'_> { self.0.into() }
/// # }
/// let result = FieldDef {
///     name: "Result",
///     kind: Kind::Enum,
///     values: &["Success", "Warning", "Failed"],
///     source: Source::Field("Result"),
/// };
/// let mut rows = [Row("Failed"), Row("Odd"), Row("success"), Row("")];
/// rows.sort_by(|a, b| compare(&result, a, b));
/// assert_eq!(rows.map(|row| row.0), ["", "success", "Failed", "Odd"]);
/// ```
#[must_use]
pub fn compare<R: Record + ?Sized>(field: &FieldSchema<'_>, a: &R, b: &R) -> Ordering {
    let Some(place) = field.source.place() else {
        return Ordering::Equal;
    };
    let (a, b) = (a.get(place), b.get(place));
    let (mut of_a, mut of_b) = (Shown::new(), Shown::new());
    key(field, &a, &mut of_a).sort_order(&key(field, &b, &mut of_b))
}
