//! Calculations, made ready to run on records.

use crate::ast::{Operand, Relation, Sign, Value};
use crate::datetime::DateTime;
use crate::field::{FieldSchema, Kind, Place, Schema};
use crate::number::{self, Number};
use crate::record::{EvalError, Record, Scalar};

/// How many calculations stand in one another at most.
pub(crate) const MAX_STEPS: usize = 64;

/// A side of a relation, ready to run.
#[derive(Debug, Clone)]
pub(crate) enum Sum<'d> {
    Constant(Number),
    Field { place: Place<'d>, kind: Kind, unit: i64 },
    Calculation(Box<(Sum<'d>, Sign, Sum<'d>)>),
}

impl<'d> Sum<'d> {
    /// Both sides. Fields of different units, and those beside a size, count in bytes.
    pub(crate) fn sides(relation: &Relation, schema: &Schema<'d>) -> Result<(Self, Self), EvalError> {
        let mut sides = Sides { schema, in_bytes: false };
        let units: Vec<i64> = relation
            .fields()
            .iter()
            .filter_map(|name| schema.field(name.as_str()))
            .filter(|field| field.kind == Kind::Int || field.kind == Kind::Float)
            .map(unit)
            .collect();
        sides.in_bytes = has_size(&relation.left)
            || has_size(&relation.right)
            || units.windows(2).any(|pair| pair.first() != pair.last());
        let (left, of_left) = sides.side(&relation.left, 0)?;
        let (right, of_right) = sides.side(&relation.right, 0)?;
        let fits = of_left == of_right && (0..=1).contains(&of_left);
        if fits { Ok((left, right)) } else { Err(EvalError::Calculation { text: relation.to_string() }) }
    }

    /// The value; none when a field has none, or by a division by zero.
    pub(crate) fn of<R: Record + ?Sized>(&self, record: &R) -> Option<Number> {
        match self {
            Self::Constant(number) => Some(*number),
            Self::Field { place, kind, unit } => {
                let number = read(&record.get(*place), *kind)?;
                if *unit == 1 { Some(number) } else { number.multiply(Number::int(*unit)) }
            }
            Self::Calculation(calculation) => {
                let (left, sign, right) = &**calculation;
                calculate(left.of(record)?, *sign, right.of(record)?)
            }
        }
    }
}

pub(crate) fn calculate(left: Number, sign: Sign, right: Number) -> Option<Number> {
    match sign {
        Sign::Add => left.add(right),
        Sign::Subtract => left.subtract(right),
        Sign::Multiply => left.multiply(right),
        Sign::Divide => left.divide(right),
    }
}

struct Sides<'s, 'd> {
    schema: &'s Schema<'d>,
    in_bytes: bool,
}

impl<'d> Sides<'_, 'd> {
    /// The side, and how many moments it counts: a date less a date is a number of seconds, and only a number or one
    /// moment can be compared.
    fn side(&self, operand: &Operand, depth: usize) -> Result<(Sum<'d>, i32), EvalError> {
        if depth > MAX_STEPS {
            return Err(EvalError::TooDeep);
        }
        match operand {
            Operand::Constant(value) => {
                let (number, moments) =
                    constant(value).ok_or_else(|| EvalError::BadConstant { value: value.clone() })?;
                Ok((Sum::Constant(number), moments))
            }
            Operand::Field(name) => {
                let field = *self.schema.field(name.as_str()).ok_or_else(|| EvalError::unknown(name, self.schema))?;
                let place = field.source.place().ok_or_else(|| EvalError::ServerOnly { field: name.clone() })?;
                if !matches!(field.kind, Kind::Int | Kind::Float | Kind::DateTime) {
                    return Err(EvalError::NoNumber { field: field.name.to_owned(), kind: field.kind });
                }
                let unit = if self.in_bytes { unit(&field) } else { 1 };
                Ok((Sum::Field { place, kind: field.kind, unit }, i32::from(field.kind == Kind::DateTime)))
            }
            Operand::Calculation(calculation) => {
                let (left, of_left) = self.side(&calculation.left, depth + 1)?;
                let (right, of_right) = self.side(&calculation.right, depth + 1)?;
                let moments = match calculation.sign {
                    Sign::Add => of_left + of_right,
                    Sign::Subtract => of_left - of_right,
                    Sign::Multiply | Sign::Divide if (of_left, of_right) == (0, 0) => 0,
                    _ => return Err(EvalError::Calculation { text: operand.to_string() }),
                };
                Ok((Sum::Calculation(Box::new((left, calculation.sign, right))), moments))
            }
        }
    }
}

/// A constant's value, and how many moments it counts.
pub(crate) fn constant(value: &Value) -> Option<(Number, i32)> {
    let text = value.as_str();
    let number = number::decimal(text).or_else(|| number::size(text)).or_else(|| number::duration(text));
    match number {
        Some(number) => Some((number, 0)),
        None => Some((DateTime::read(text)?.to_number()?, 1)),
    }
}

fn has_size(operand: &Operand) -> bool {
    match operand {
        Operand::Constant(value) => number::size(value.as_str()).is_some(),
        Operand::Field(_) => false,
        Operand::Calculation(calculation) => has_size(&calculation.left) || has_size(&calculation.right),
    }
}

fn read(scalar: &Scalar<'_>, kind: Kind) -> Option<Number> {
    match (scalar, kind) {
        (Scalar::Text(text), Kind::DateTime) => DateTime::of_record(text.trim())?.to_number(),
        (_, Kind::DateTime) | (Scalar::Null | Scalar::Bool(_), _) => None,
        (Scalar::Int(int), _) => Some(Number::int(*int)),
        (Scalar::Float(float), _) => Number::float(*float),
        (Scalar::Text(text), _) => number::decimal(text.trim()).or_else(|| Number::float(text.trim().parse().ok()?)),
    }
}

/// What one of a field stands for, in bytes, as its name or that of its place says: `QuotaMb`.
pub(crate) fn unit(field: &FieldSchema<'_>) -> i64 {
    let place = match field.source.place() {
        Some(Place::Field(name) | Place::Attribute(name)) => name,
        _ => field.name,
    };
    let of = |name: &str| {
        let unit = name.get(name.len().checked_sub(2)?..)?;
        let power = match unit {
            "Kb" | "KB" | "kB" => 1,
            "Mb" | "MB" => 2,
            "Gb" | "GB" => 3,
            "Tb" | "TB" => 4,
            _ => return snake(name),
        };
        Some(1024_i64.pow(power))
    };
    of(place).or_else(|| of(field.name)).unwrap_or(1)
}

fn snake(name: &str) -> Option<i64> {
    let units = [("_kb", 1024), ("_mb", 1 << 20), ("_gb", 1 << 30), ("_tb", 1 << 40)];
    units.iter().find(|(end, _)| name.ends_with(end)).map(|(_, unit)| *unit)
}
