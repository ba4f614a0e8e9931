//! ZStack's own texts: the conditions of `q=`, and those of ZQL.
//!
//! A query takes any number of `q` parameters, one condition each, all of which must hold. A
//! condition is a text such as `name~=web%`, and the server takes it apart by a rule that does not
//! look at quotes: of twelve operators in a fixed order ([`QOp::ORDER`]) the first that occurs
//! *anywhere* in the text splits it, where it occurs first. [`split_q`] is that rule, and [`q`]
//! refuses every value that the rule would misread. [`zql`] quotes what can be quoted.
//!
//! These are spellings. Meanings differ in one point: on the server a field without a value does not
//! satisfy `!=`, `not like` and `not in`, by the rules of SQL; in [evaluation here](crate::eval) it
//! does. [`lower`](mod@crate::lower) knows that, and looks values up.
//!
//! With the feature `zstack` there are the inventories as types (`inventories`) and whole queries in code (`Query`),
//! which mean what the server makes of them.

use std::error::Error;
use std::fmt;

#[cfg(feature = "zstack")]
pub(crate) mod inventory;
#[cfg(feature = "zstack")]
mod local_time;
#[cfg(feature = "zstack")]
mod query;
mod text;

#[cfg(feature = "zstack")]
pub use self::inventory::{Inventory, InventoryDef, Join, KindOf};
#[cfg(feature = "zstack")]
pub use self::local_time::{InvalidLocalTime, LocalTime};
#[cfg(feature = "zstack")]
pub use self::query::{Query, Request, Statement};
pub use self::text::{Refusal, q, zql};
#[cfg(feature = "zstack")]
pub use crate::generated::zstack as inventories;

/// An operator of a `q=` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QOp {
    /// `!=`
    Ne,
    /// `>=`
    Ge,
    /// `<=`
    Le,
    /// `!?=`, not in a list
    NotIn,
    /// `!~=`, not like a pattern
    NotLike,
    /// `~=`, like a pattern
    Like,
    /// `?=`, in a list
    In,
    /// `=`
    Eq,
    /// `>`
    Gt,
    /// `<`
    Lt,
    /// `is null`
    IsNull,
    /// `not null`
    NotNull,
}

impl QOp {
    /// The order in which the server looks for operators.
    pub const ORDER: [Self; 12] = [
        Self::Ne,
        Self::Ge,
        Self::Le,
        Self::NotIn,
        Self::NotLike,
        Self::Like,
        Self::In,
        Self::Eq,
        Self::Gt,
        Self::Lt,
        Self::IsNull,
        Self::NotNull,
    ];

    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ne => "!=",
            Self::Ge => ">=",
            Self::Le => "<=",
            Self::NotIn => "!?=",
            Self::NotLike => "!~=",
            Self::Like => "~=",
            Self::In => "?=",
            Self::Eq => "=",
            Self::Gt => ">",
            Self::Lt => "<",
            Self::IsNull => "is null",
            Self::NotNull => "not null",
        }
    }
}

impl fmt::Display for QOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A `q=` condition, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition<'a> {
    /// The field, without blanks around it.
    pub field: &'a str,
    /// The operator.
    pub op: QOp,
    /// The value with its blanks; the items of a list are separated by commas; empty for the tests
    /// for null.
    pub value: &'a str,
}

/// Takes a `q=` condition apart as the server does.
///
/// ```
/// use backhaul_filter::zstack::{split_q, QOp};
///
/// let condition = split_q("name~=web%")?;
/// assert_eq!((condition.field, condition.op, condition.value), ("name", QOp::Like, "web%"));
/// // The operator inside of the value wins.
/// assert_eq!(split_q("name=a!=b")?.field, "name=a");
/// # Ok::<(), backhaul_filter::zstack::SplitError>(())
/// ```
///
/// # Errors
/// Where the server answers 400: no operator, nothing before it, or nothing behind it.
pub fn split_q(text: &str) -> Result<Condition<'_>, SplitError> {
    let (op, at) = find_op(text).ok_or(SplitError::NoOperator)?;
    let field = text[..at].trim_matches(|c| c <= ' ');
    let unary = matches!(op, QOp::IsNull | QOp::NotNull);
    let value = if unary { "" } else { &text[at + op.as_str().len()..] };
    if field.is_empty() {
        Err(SplitError::NoField)
    } else if value.is_empty() && !unary {
        Err(SplitError::NoValue)
    } else {
        Ok(Condition { field, op, value })
    }
}

/// The server's rule: the first operator of its list that is anywhere in the text, and where it is
/// first.
fn find_op(text: &str) -> Option<(QOp, usize)> {
    QOp::ORDER.into_iter().find_map(|op| Some((op, text.find(op.as_str())?)))
}

/// Why a text is no `q=` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitError {
    /// No operator in it.
    NoOperator,
    /// Nothing before the operator.
    NoField,
    /// Nothing behind the operator: the empty text cannot be asked for.
    NoValue,
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOperator => "the condition has no operator",
            Self::NoField => "the condition names no field",
            Self::NoValue => "the condition has no value",
        })
    }
}

impl Error for SplitError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_as_the_facts_say() {
        let split = |text| split_q(text).map(|c| (c.field, c.op, c.value));
        assert_eq!(split("name=a!=b"), Ok(("name=a", QOp::Ne, "b")));
        assert_eq!(split("name~=x>=y"), Ok(("name~=x", QOp::Ge, "y")));
        assert_eq!(split("description=is null"), Ok(("description", QOp::Eq, "is null")));
        assert_eq!(split("uuid!?=a,b"), Ok(("uuid", QOp::NotIn, "a,b")));
        assert_eq!(split("uuid!~=a%"), Ok(("uuid", QOp::NotLike, "a%")));
        assert_eq!(split(" name = x "), Ok(("name", QOp::Eq, " x ")));
        assert_eq!(split("name is null"), Ok(("name", QOp::IsNull, "")));
        assert_eq!(split("vmInstanceUuid not null"), Ok(("vmInstanceUuid", QOp::NotNull, "")));
        assert_eq!(split("name=a=b"), Ok(("name", QOp::Eq, "a=b")));
        assert_eq!(split("name>a=b"), Ok(("name>a", QOp::Eq, "b")));
        assert_eq!(split("name="), Err(SplitError::NoValue));
        assert_eq!(split("=x"), Err(SplitError::NoField));
        assert_eq!(split("is null"), Err(SplitError::NoField));
        assert_eq!(split("name"), Err(SplitError::NoOperator));
        assert_eq!(SplitError::NoValue.to_string(), "the condition has no value");
    }
}
