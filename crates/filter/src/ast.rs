//! What a filter says: groups of conditions, free of any spelling.
//!
//! Nodes compare equal by meaning. Where a condition stood in the text is kept beside the tree, in
//! [`Parsed`](crate::Parsed); whether a value was quoted is a matter of spelling and not kept in
//! the tree at all.
//!
//! Groups are flat: an [`And`](Expr::And) never holds an `And`, an [`Or`](Expr::Or) never holds an
//! `Or`, and neither holds fewer than two terms. [`All`] and [`Any`] cannot be built any other way
//! than through [`Expr::and`], [`Expr::or`], [`Expr::all`] and [`Expr::any`], so the rule needs no
//! checking.

mod operand;
mod pattern;
mod word;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;

pub use self::operand::{Calculation, Operand, Relation, Sign};
pub use self::pattern::Pattern;
pub(crate) use self::pattern::Piece;
pub use self::word::{FieldName, InvalidName, Value};
pub(crate) use self::word::{is_name, is_name_byte};

/// How deep groups may nest. Deeper text is not parsed, and a deeper tree is neither printed nor
/// evaluated.
pub const MAX_DEPTH: usize = 64;

/// A filter expression.
///
/// The first three kinds of node are what EM's text can say. The others are said in the
/// [extended](crate::ParseOptions::extended) language alone: [`lower`](mod@crate::lower) finds out what a server can be
/// asked of them, and [`print`](crate::print()) refuses them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// Every term holds.
    And(All),
    /// At least one term holds.
    Or(Any),
    /// A field compared with a value.
    Compare(Comparison),
    /// A comparison that does not hold. [`negate`](Expr::negate) makes it of an order alone: where there is nothing to
    /// compare, an order does not hold, and neither does the opposite order.
    Not(Comparison),
    /// Calculations compared.
    Relate {
        /// What is compared.
        relation: Relation,
        /// Whether it must *not* hold.
        negated: bool,
    },
    /// A text matched against a pattern.
    Like {
        /// The field.
        field: FieldName,
        /// The pattern.
        pattern: Pattern,
        /// Whether the field must *not* match.
        negated: bool,
    },
    /// A field that equals one of several values.
    In {
        /// The field.
        field: FieldName,
        /// The values; with none, nothing is in the list.
        values: Vec<Value>,
        /// Whether the field must equal *none* of them.
        negated: bool,
    },
    /// A field without a value.
    Null {
        /// The field.
        field: FieldName,
        /// Whether the field must *have* a value.
        negated: bool,
    },
}

impl Expr {
    /// A comparison.
    #[must_use]
    pub fn compare(field: FieldName, op: Op, value: impl Into<Value>) -> Self {
        Self::Compare(Comparison { field, op, value: value.into() })
    }

    /// Both hold; groups of the same kind are merged.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut terms = Vec::with_capacity(2);
        All::push(&mut terms, self);
        All::push(&mut terms, other);
        Self::And(All(terms))
    }

    /// At least one holds; groups of the same kind are merged.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut terms = Vec::with_capacity(2);
        Any::push(&mut terms, self);
        Any::push(&mut terms, other);
        Self::Or(Any(terms))
    }

    /// The exact opposite. Groups and conditions are turned around, down to the orders, so that no group is ever
    /// negated as a whole.
    ///
    /// ```
    /// use backhaul_filter::parse;
    ///
    /// let either = parse("Name==a,(Size<5;Disabled==true)")?.into_expr();
    /// assert_eq!(either.negate().to_string(), "Name!=a;(!Size<5,Disabled!=true)");
    /// # Ok::<(), backhaul_filter::ParseErrors>(())
    /// ```
    #[must_use]
    pub fn negate(self) -> Self {
        let negate_all = |terms: Vec<Self>| terms.into_iter().map(Self::negate).collect();
        match self {
            Self::And(All(terms)) => Self::Or(Any(negate_all(terms))),
            Self::Or(Any(terms)) => Self::And(All(negate_all(terms))),
            Self::Compare(Comparison { field, op: Op::Eq, value }) => {
                Self::Compare(Comparison { field, op: Op::Ne, value })
            }
            Self::Compare(Comparison { field, op: Op::Ne, value }) => {
                Self::Compare(Comparison { field, op: Op::Eq, value })
            }
            Self::Compare(order) => Self::Not(order),
            Self::Not(comparison) => Self::Compare(comparison),
            Self::Relate { relation, negated } => Self::Relate { relation, negated: !negated },
            Self::Like { field, pattern, negated } => Self::Like { field, pattern, negated: !negated },
            Self::In { field, values, negated } => Self::In { field, values, negated: !negated },
            Self::Null { field, negated } => Self::Null { field, negated: !negated },
        }
    }

    /// All of the terms hold: `None` without terms, the term itself when there is one.
    #[must_use]
    pub fn all(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        terms.into_iter().for_each(|term| All::push(&mut flat, term));
        if flat.len() > 1 { Some(Self::And(All(flat))) } else { flat.pop() }
    }

    /// Any of the terms holds: `None` without terms, the term itself when there is one.
    #[must_use]
    pub fn any(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        terms.into_iter().for_each(|term| Any::push(&mut flat, term));
        if flat.len() > 1 { Some(Self::Or(Any(flat))) } else { flat.pop() }
    }

    /// The terms of a group; none for a condition.
    #[must_use]
    pub fn terms(&self) -> &[Self] {
        match self {
            Self::And(all) => all,
            Self::Or(any) => any,
            _ => &[],
        }
    }

    /// The field of a condition; none for a group, nor for a [`Relate`](Expr::Relate), which may have several.
    #[must_use]
    pub fn field(&self) -> Option<&FieldName> {
        match self {
            Self::And(_) | Self::Or(_) | Self::Relate { .. } => None,
            Self::Compare(Comparison { field, .. })
            | Self::Not(Comparison { field, .. })
            | Self::Like { field, .. }
            | Self::In { field, .. }
            | Self::Null { field, .. } => Some(field),
        }
    }

    /// The fields of all conditions, in the order they are written, each as often as it is.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldName> {
        self.conditions()
            .flat_map(|condition| match condition {
                Self::Relate { relation, .. } => relation.fields(),
                other => other.field().into_iter().collect(),
            })
            .collect()
    }

    /// The conditions, in the order they are written.
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions { rest: vec![std::slice::from_ref(self)] }
    }

    /// A word for the kind of node, for messages.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::And(_) => "and",
            Self::Or(_) => "or",
            Self::Compare(_) => "comparison",
            Self::Not(_) => "not",
            Self::Relate { .. } => "calculation",
            Self::Like { negated: false, .. } => "like",
            Self::Like { negated: true, .. } => "not like",
            Self::In { negated: false, .. } => "in",
            Self::In { negated: true, .. } => "not in",
            Self::Null { negated: false, .. } => "is null",
            Self::Null { negated: true, .. } => "not null",
        }
    }
}

impl From<Comparison> for Expr {
    fn from(comparison: Comparison) -> Self {
        Self::Compare(comparison)
    }
}

/// The conditions of an expression, from left to right. See [`Expr::conditions`].
#[derive(Debug, Clone)]
pub struct Conditions<'a> {
    rest: Vec<&'a [Expr]>,
}

impl<'a> Iterator for Conditions<'a> {
    type Item = &'a Expr;

    fn next(&mut self) -> Option<&'a Expr> {
        loop {
            let level = self.rest.last_mut()?;
            let Some((first, others)) = level.split_first() else {
                self.rest.pop();
                continue;
            };
            *level = others;
            match first {
                Expr::And(_) | Expr::Or(_) => self.rest.push(first.terms()),
                condition => return Some(condition),
            }
        }
    }
}

macro_rules! group {
    ($(#[$doc:meta])* $name:ident, $variant:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Vec<Expr>);

        impl $name {
            /// Wraps terms that are known to be flat and at least two.
            pub(crate) fn from_flat(terms: Vec<Expr>) -> Self {
                debug_assert!(terms.len() > 1 && !terms.iter().any(|term| matches!(term, Expr::$variant(_))));
                Self(terms)
            }

            /// Adds a term, or the terms of a group of the same kind.
            pub(crate) fn push(terms: &mut Vec<Expr>, term: Expr) {
                match term {
                    Expr::$variant(group) if terms.is_empty() => *terms = group.0,
                    Expr::$variant(group) => terms.extend(group.0),
                    other => terms.push(other),
                }
            }
        }

        impl Deref for $name {
            type Target = [Expr];

            fn deref(&self) -> &[Expr] {
                &self.0
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = &'a Expr;
            type IntoIter = std::slice::Iter<'a, Expr>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }
    };
}

group! {
    /// Two or more terms that must all hold, none of them an [`Expr::And`]. Reads as a slice.
    All, And
}
group! {
    /// Two or more terms of which one must hold, none of them an [`Expr::Or`]. Reads as a slice.
    Any, Or
}

/// A field, an operator and a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// The field.
    pub field: FieldName,
    /// The operator.
    pub op: Op,
    /// The value.
    pub value: Value,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

impl Op {
    /// Every operator.
    pub const ALL: [Self; 6] = [Self::Eq, Self::Ne, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The operator as EM writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Le => "<=",
        }
    }

    /// Whether it holds of two values in this order; without one only `!=` does.
    pub(crate) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Eq => order.is_some_and(Ordering::is_eq),
            Self::Ne => order.is_none_or(Ordering::is_ne),
            Self::Gt => order.is_some_and(Ordering::is_gt),
            Self::Ge => order.is_some_and(Ordering::is_ge),
            Self::Lt => order.is_some_and(Ordering::is_lt),
            Self::Le => order.is_some_and(Ordering::is_le),
        }
    }

    /// Whether the operator asks for an order, not just for equality.
    #[must_use]
    pub const fn is_ordering(self) -> bool {
        !matches!(self, Self::Eq | Self::Ne)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn leaf(name: &str) -> Expr {
        Expr::compare(name.parse().unwrap(), Op::Eq, "x")
    }

    #[test]
    fn groups_are_flat_and_never_short() {
        let nested = leaf("a").and(leaf("b")).and(leaf("c").and(leaf("d")));
        assert_eq!(nested.terms().len(), 4);
        let mixed = leaf("a").or(leaf("b")).and(leaf("c"));
        assert_eq!(mixed.terms().len(), 2);
        assert_eq!(Expr::all([]), None);
        assert_eq!(Expr::any([leaf("a")]), Some(leaf("a")));
        assert_eq!(Expr::all([leaf("a").and(leaf("b"))]), Some(leaf("a").and(leaf("b"))));
        assert_eq!(Expr::any([leaf("a").or(leaf("b")), leaf("c")]).unwrap().terms().len(), 3);
    }

    #[test]
    fn conditions_come_in_written_order() {
        let expr = leaf("a").or(leaf("b").and(leaf("c").or(leaf("d")))).or(leaf("e"));
        let names: Vec<_> = expr.conditions().filter_map(Expr::field).map(FieldName::as_str).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
    }
}
