//! Calculations with fields.

use std::fmt;

use super::{FieldName, Op, Value};

/// Two calculations compared: `used_bytes > 0.8 * quota_bytes`.
///
/// No server can be asked this, so it is evaluated [here](mod@crate::eval).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Relation {
    /// The left side.
    pub left: Operand,
    /// The operator.
    pub op: Op,
    /// The right side.
    pub right: Operand,
}

/// A side of a [`Relation`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A number, a size with its unit (`1.5TiB`), a length of time (`90m`, in seconds) or a date.
    Constant(Value),
    /// What a field holds: a number, or a date.
    Field(FieldName),
    /// Two operands and what is done with them.
    Calculation(Box<Calculation>),
}

/// Two operands and what is done with them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Calculation {
    /// The left one.
    pub left: Operand,
    /// What is done.
    pub sign: Sign,
    /// The right one.
    pub right: Operand,
}

/// What is done with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Sign {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    const fn binds_tighter(self) -> bool {
        matches!(self, Self::Multiply | Self::Divide)
    }
}

impl Operand {
    /// Two operands and what is done with them.
    #[must_use]
    pub fn calculate(self, sign: Sign, right: Self) -> Self {
        Self::Calculation(Box::new(Calculation { left: self, sign, right }))
    }

    /// The fields, from left to right.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldName> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Field(field) => vec![field],
            Self::Calculation(calculation) => {
                let mut fields = calculation.left.fields();
                fields.extend(calculation.right.fields());
                fields
            }
        }
    }

    /// The same with other constants and fields.
    pub(crate) fn map(self, change: &mut impl FnMut(Self) -> Self) -> Self {
        match self {
            Self::Calculation(calculation) => {
                let Calculation { left, sign, right } = *calculation;
                left.map(change).calculate(sign, right.map(change))
            }
            other => change(other),
        }
    }

    fn begins_below_zero(&self) -> bool {
        match self {
            Self::Constant(value) => value.as_str().starts_with('-'),
            Self::Field(_) => false,
            Self::Calculation(calculation) => calculation.left.begins_below_zero(),
        }
    }

    fn is_calculation(&self) -> bool {
        matches!(self, Self::Calculation(_))
    }
}

impl Relation {
    /// The fields, from left to right.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldName> {
        let mut fields = self.left.fields();
        fields.extend(self.right.fields());
        fields
    }
}

/// In such a way that it reads as a calculation, and as no value.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { left, op, right } = self;
        match left {
            // In front of an operator a word is a field, and a sign is nothing.
            Operand::Constant(_) => write!(f, "({left}){op}"),
            Operand::Calculation(_) if left.begins_below_zero() => write!(f, "({left}){op}"),
            _ => write!(f, "{left}{op}"),
        }?;
        // Behind a calculation there is nothing but an operand; behind a field there may be a text.
        let plain = left.is_calculation() || matches!(left, Operand::Constant(_));
        if plain || (op.is_ordering() && right.is_calculation() && !right.fields().is_empty()) {
            write!(f, "{right}")
        } else {
            write!(f, "({right})")
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => f.write_str(value.as_str()),
            Self::Field(field) => field.fmt(f),
            Self::Calculation(calculation) => {
                let Calculation { left, sign, right } = &**calculation;
                match left {
                    Self::Calculation(inner) if sign.binds_tighter() && !inner.sign.binds_tighter() => {
                        write!(f, "({left})")?;
                    }
                    _ => left.fmt(f)?,
                }
                write!(f, " {} ", sign.as_str())?;
                match right {
                    Self::Calculation(inner) if sign.binds_tighter() || !inner.sign.binds_tighter() => {
                        write!(f, "({right})")
                    }
                    _ => right.fmt(f),
                }
            }
        }
    }
}
