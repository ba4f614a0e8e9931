//! What a filter means for a type, at a moment.
//!
//! A text that the [extended language](mod@crate::parse#the-extended-language) takes may still need its type and the
//! clock to be understood. [`resolve`] puts in their place what every server and [`eval`](mod@crate::eval) know:
//!
//! | written | of a field that holds | becomes |
//! | --- | --- | --- |
//! | `CreationTime>=yesterday`, `CreationTime>=now-24h` | dates | the moment, by a [`Clock`] |
//! | `Capacity>1.5TiB`, `Quota>=500GB` | numbers | the number, in the field's own unit (`QuotaMb`: MB of 1024²), if it is a whole one |
//! | `used_bytes>quota_bytes` | numbers or dates | a [calculation](Expr::Relate), if the value is the name of such a field |
//! | `CreationTime>=now - 24h`, `Size>(2 * 1GiB)` | numbers or dates | the value, if it is one without looking at a record |
//! | `CreationTimeUTC>=...`, `Enabled==true` | what the record calls otherwise | the filter's own field: `CreationTime`, `Disabled==false` |
//!
//! Units of sizes are those of 1000 (`kB`, `MB`, `GB`, `TB`, `PB`, `EB`) and of 1024 (`KiB` to `EiB`). Whatever has no
//! such meaning stays as it is, for [`check`](crate::check()) to speak of.

use crate::ast::{All, Any, Comparison, Expr, FieldName, Op, Operand, Relation, Value};
use crate::calculate::{calculate, constant, unit};
use crate::clock::Clock;
use crate::datetime::DateTime;
use crate::field::{FieldSchema, Kind, Schema};
use crate::number::{Number, size};

/// Gives a filter the meaning that it has for a type, at a moment. Conditions keep their number and their order.
///
/// ```
/// use backhaul_filter::em::{BackupJobSession, Repository};
/// use backhaul_filter::{Clock, ParseOptions, QueryType, resolve};
///
/// let clock = Clock::utc("2026-11-29T17:00:00Z".parse()?);
/// let extended = ParseOptions::new().extended(true);
/// let sessions = extended.parse("CreationTimeUTC>=yesterday;Result==Failed")?;
/// assert_eq!(
///     resolve(sessions.expr(), BackupJobSession::DEF, &clock).to_string(),
///     r#"CreationTime>="2026-11-28T00:00:00Z";Result==Failed"#,
/// );
/// let full = extended.parse("FreeSpace<1.5TiB")?;
/// assert_eq!(resolve(full.expr(), Repository::DEF, &clock).to_string(), "FreeSpace<1649267441664");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn resolve(expr: &Expr, schema: &Schema<'_>, clock: &Clock<'_>) -> Expr {
    let all = |terms: &[Expr]| terms.iter().map(|term| resolve(term, schema, clock)).collect();
    let resolver = Resolver { schema, clock };
    match expr {
        // A condition stays one, so groups stay flat.
        Expr::And(terms) => Expr::And(All::from_flat(all(terms))),
        Expr::Or(terms) => Expr::Or(Any::from_flat(all(terms))),
        Expr::Compare(comparison) => resolver.comparison(comparison),
        Expr::Not(comparison) => match resolver.comparison(comparison) {
            Expr::Compare(comparison) => Expr::Not(comparison),
            other => other.negate(),
        },
        Expr::Relate { relation, negated } => {
            let resolved = resolver.relation(relation);
            if *negated { resolved.negate() } else { resolved }
        }
        Expr::In { field, values, negated } => match resolver.field(field) {
            None => expr.clone(),
            Some((known, field, opposite)) => {
                let values = values.iter().map(|value| resolver.value(known, value, opposite)).collect();
                Expr::In { field, values, negated: *negated }
            }
        },
        Expr::Null { field, negated } => {
            let field = resolver.field(field).map_or_else(|| field.clone(), |(_, field, _)| field);
            Expr::Null { field, negated: *negated }
        }
        // What is shown of a boolean is not shown of its opposite.
        Expr::Like { field, pattern, negated } => match resolver.field(field) {
            Some((_, field, false)) => Expr::Like { field, pattern: pattern.clone(), negated: *negated },
            _ => expr.clone(),
        },
    }
}

impl<'a> Schema<'a> {
    /// The field that a name means: the filter's own, else the one whose value the record keeps under this name, as the
    /// field holds it or as its opposite (`true`). In any ASCII case.
    ///
    /// ```
    /// use backhaul_filter::{QueryType, em::CloudSubtenant};
    ///
    /// let (field, opposite) = CloudSubtenant::DEF.meant("Enabled").unwrap();
    /// assert_eq!((field.name, opposite), ("Disabled", true));
    /// ```
    #[must_use]
    pub fn meant(&self, name: &str) -> Option<(&'a FieldSchema<'a>, bool)> {
        use crate::field::{Place, Source};
        let kept = |field: &&FieldSchema<'_>| match field.source.place() {
            Some(Place::Field(path) | Place::Attribute(path)) => path.eq_ignore_ascii_case(name),
            _ => false,
        };
        let other = || {
            let field = self.fields.iter().find(kept)?;
            Some((field, matches!(field.source, Source::Not(_))))
        };
        self.field(name).map(|field| (field, false)).or_else(other)
    }
}

struct Resolver<'s> {
    schema: &'s Schema<'s>,
    clock: &'s Clock<'s>,
}

impl<'s> Resolver<'s> {
    /// The field, its name as written or the filter's own, and whether it is the opposite of what is written.
    fn field(&self, name: &FieldName) -> Option<(&'s FieldSchema<'s>, FieldName, bool)> {
        let (field, opposite) = self.schema.meant(name.as_str())?;
        let same = field.name.eq_ignore_ascii_case(name.as_str());
        let name = if same { name.clone() } else { FieldName::new(field.name.to_owned()).ok()? };
        Some((field, name, opposite))
    }

    fn comparison(&self, comparison: &Comparison) -> Expr {
        let Comparison { field: name, op, value } = comparison;
        let Some((field, name, opposite)) = self.field(name) else { return Expr::Compare(comparison.clone()) };
        if let Some(other) = self.named(field, value) {
            let relation = Relation { left: Operand::Field(name), op: *op, right: Operand::Field(other) };
            return Expr::Relate { relation, negated: false };
        }
        let op = if opposite { turned(*op) } else { *op };
        Expr::compare(name, op, self.value(field, value, opposite))
    }

    /// The value as the field holds it.
    fn value(&self, field: &FieldSchema<'_>, value: &Value, opposite: bool) -> Value {
        let text = value.as_str();
        let meant = match field.kind {
            Kind::DateTime if DateTime::read(text).is_none() => {
                self.clock.moment(text).map(|moment| self.clock.write(moment))
            }
            Kind::Int | Kind::Float => size(text).and_then(|size| in_unit(size, field)).map(|whole| whole.to_string()),
            Kind::Bool if opposite && text.eq_ignore_ascii_case("true") => Some("false".to_owned()),
            Kind::Bool if opposite && text.eq_ignore_ascii_case("false") => Some("true".to_owned()),
            _ => None,
        };
        meant.map_or_else(|| value.clone(), Value::new)
    }

    /// The other field that a value names: no number and no date is written so.
    fn named(&self, field: &FieldSchema<'_>, value: &Value) -> Option<FieldName> {
        let is_date = |field: &FieldSchema<'_>| field.kind == Kind::DateTime;
        let is_number = |field: &FieldSchema<'_>| matches!(field.kind, Kind::Int | Kind::Float);
        let (other, name, _) = self.field(&FieldName::new(value.as_str().to_owned()).ok()?)?;
        let fits = (is_date(field) && is_date(other)) || (is_number(field) && is_number(other));
        (fits && constant(value).is_none()).then_some(name)
    }

    fn relation(&self, relation: &Relation) -> Expr {
        let side = |operand: &Operand| {
            operand.clone().map(&mut |operand| match operand {
                Operand::Field(name) => match self.field(&name) {
                    Some((_, name, false)) => Operand::Field(name),
                    Some(_) => Operand::Field(name),
                    None => match self.clock.moment(name.as_str()) {
                        Some(moment) => Operand::Constant(Value::new(self.clock.write(moment))),
                        None => Operand::Field(name),
                    },
                },
                other => other,
            })
        };
        let relation = Relation { left: side(&relation.left), op: relation.op, right: side(&relation.right) };
        self.compared(&relation).unwrap_or(Expr::Relate { relation, negated: false })
    }

    /// A relation that is a comparison: of a field with what needs no record.
    fn compared(&self, relation: &Relation) -> Option<Expr> {
        let Operand::Field(name) = &relation.left else { return None };
        let field = self.schema.field(name.as_str())?;
        let (number, moments) = fold(&relation.right)?;
        let text = match (field.kind, moments) {
            (Kind::DateTime, 1) => {
                let moment = DateTime::of_number(number)?.to_string();
                if self.clock.is_of_server() { moment.trim_end_matches('Z').to_owned() } else { moment }
            }
            (Kind::Int | Kind::Float, 0) => number.whole().filter(|_| !has_unit(&relation.right))?.to_string(),
            _ => return None,
        };
        Some(Expr::compare(name.clone(), relation.op, text))
    }
}

/// A size in the field's own unit, if it is a whole number of it.
fn in_unit(size: Number, field: &FieldSchema<'_>) -> Option<i64> {
    size.divide(Number::int(unit(field)))?.whole()
}

/// What an operand without fields comes to, and how many moments it counts.
fn fold(operand: &Operand) -> Option<(Number, i32)> {
    match operand {
        Operand::Constant(value) => constant(value),
        Operand::Field(_) => None,
        Operand::Calculation(calculation) => {
            let ((left, a), (right, b)) = (fold(&calculation.left)?, fold(&calculation.right)?);
            let moments = match calculation.sign {
                crate::ast::Sign::Add => a + b,
                crate::ast::Sign::Subtract => a - b,
                _ if (a, b) == (0, 0) => 0,
                _ => return None,
            };
            Some((calculate(left, calculation.sign, right)?, moments))
        }
    }
}

/// Whether a size is among the constants: then the field's unit counts.
fn has_unit(operand: &Operand) -> bool {
    match operand {
        Operand::Constant(value) => size(value.as_str()).is_some(),
        Operand::Field(_) => false,
        Operand::Calculation(calculation) => has_unit(&calculation.left) || has_unit(&calculation.right),
    }
}

/// The operator between the opposites of two booleans.
fn turned(op: Op) -> Op {
    match op {
        Op::Eq | Op::Ne => op,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
    }
}
