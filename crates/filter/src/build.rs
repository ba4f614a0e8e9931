//! Filters in code, checked by the compiler.
//!
//! A [`Field`] knows its query type and the kind of its values, so a filter on another type's
//! field, a boolean compared with a text, or an order asked of a boolean do not compile. Whatever
//! stands in a value stays a value: there is no text that could end it and start another condition.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use crate::ast::{Expr, FieldName, Op, Pattern, Value};
use crate::check::check;
use crate::datetime::DateTime;
use crate::diagnostic::{Diagnostic, Severity};
use crate::field::{Field, QueryType, kind};
use crate::print::{PrintError, print};

/// A filter on the query type `Q`.
///
/// ```
/// # use backhaul_filter::Filter;
/// # use backhaul_filter::em::{CloudSubtenant, Repository};
/// let filter = CloudSubtenant::NAME.eq("User \"01\"") & CloudSubtenant::DISABLED.eq(false);
/// assert_eq!(filter.to_string(), r#"Name=="User ""01""";Disabled==false"#);
///
/// let either = filter | CloudSubtenant::QUOTA.ge(1024);
/// assert_eq!(either.to_string(), r#"(Name=="User ""01""";Disabled==false),Quota>=1024"#);
/// ```
///
/// Filters on two types do not mix:
///
/// ```compile_fail,E0308
/// # use backhaul_filter::Filter;
/// # use backhaul_filter::em::{CloudSubtenant, Repository};
/// let filter = CloudSubtenant::DISABLED.eq(false) & Repository::NAME.eq("x");
/// ```
///
/// ```compile_fail,E0308
/// # use backhaul_filter::Filter;
/// # use backhaul_filter::em::{CloudSubtenant, Repository};
/// let filter: Filter<CloudSubtenant> = Repository::NAME.eq("x");
/// ```
///
/// Nor do kinds, and what has no order is not ordered:
///
/// ```compile_fail,E0277
/// # use backhaul_filter::Filter;
/// # use backhaul_filter::em::{CloudSubtenant, Repository};
/// let filter = CloudSubtenant::DISABLED.eq("maybe");
/// ```
///
/// ```compile_fail,E0599
/// # use backhaul_filter::Filter;
/// # use backhaul_filter::em::{CloudSubtenant, Repository};
/// let filter = CloudSubtenant::DISABLED.gt(true);
/// ```
pub struct Filter<Q> {
    expr: Expr,
    of: PhantomData<fn() -> Q>,
}

impl<Q> Filter<Q> {
    fn new(expr: Expr) -> Self {
        Self { expr, of: PhantomData }
    }

    /// An expression that holds only fields and values of the type.
    #[cfg(feature = "zstack")]
    pub(crate) fn from_checked(expr: Expr) -> Self {
        Self::new(expr)
    }

    /// What the filter says.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// What the filter says, without its type.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// The filter as EM reads it. See [`print()`].
    ///
    /// # Errors
    /// When EM's text cannot say it (a pattern, a list, a null test, an order negated), the filter nests too deep, or
    /// is too long.
    pub fn to_em(&self) -> Result<String, PrintError> {
        print(&self.expr)
    }
}

impl<Q: QueryType> Filter<Q> {
    /// Takes an expression as a filter on this type, if it holds only fields and values of the
    /// type.
    ///
    /// # Errors
    /// with everything [`check()`] finds, when one of the findings is an error.
    pub fn try_from_expr(expr: Expr) -> Result<Self, FilterError> {
        let diagnostics = check(&expr, Q::DEF);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            Err(FilterError { diagnostics })
        } else {
            Ok(Self::new(expr))
        }
    }
}

impl<Q> BitAnd for Filter<Q> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::new(self.expr.and(other.expr))
    }
}

impl<Q> BitOr for Filter<Q> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::new(self.expr.or(other.expr))
    }
}

/// The exact opposite: see [`Expr::negate`].
impl<Q> Not for Filter<Q> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.expr.negate())
    }
}

impl<Q> From<Filter<Q>> for Expr {
    fn from(filter: Filter<Q>) -> Self {
        filter.expr
    }
}

impl<Q> fmt::Display for Filter<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl<Q> fmt::Debug for Filter<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.expr).finish()
    }
}

impl<Q> Clone for Filter<Q> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}

impl<Q> PartialEq for Filter<Q> {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl<Q> Eq for Filter<Q> {}

impl<Q> Hash for Filter<Q> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
    }
}

/// An expression that is no filter on the type it was meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    diagnostics: Vec<Diagnostic>,
}

impl FilterError {
    /// Everything that was found.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        if let Some(first) = errors.next() {
            f.write_str(&first.message)?;
        }
        match errors.count() {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

impl Error for FilterError {}

impl<Q, K> Field<Q, K> {
    /// The field's name, as a name.
    #[must_use]
    pub fn field_name(self) -> FieldName {
        FieldName::checked(Cow::Borrowed(self.name()))
    }

    fn compare(self, op: Op, value: impl IntoValue<K>) -> Filter<Q> {
        Filter::new(Expr::compare(self.field_name(), op, value.into_value()))
    }

    /// The field equals the value.
    #[must_use]
    pub fn eq(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Eq, value)
    }

    /// The field does not equal the value.
    #[must_use]
    pub fn ne(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Ne, value)
    }

    /// The field equals one of the values: so many comparisons, joined by OR. `None` without
    /// values.
    #[must_use]
    pub fn any_of<V: IntoValue<K>>(self, values: impl IntoIterator<Item = V>) -> Option<Filter<Q>> {
        Expr::any(values.into_iter().map(|value| self.eq(value).expr)).map(Filter::new)
    }

    /// The field equals one of the values, of which there may be none.
    #[must_use]
    pub fn is_in<V: IntoValue<K>>(self, values: impl IntoIterator<Item = V>) -> Filter<Q> {
        self.list(values, false)
    }

    /// The field equals none of the values.
    #[must_use]
    pub fn not_in<V: IntoValue<K>>(self, values: impl IntoIterator<Item = V>) -> Filter<Q> {
        self.list(values, true)
    }

    /// The field has no value.
    #[must_use]
    pub fn is_null(self) -> Filter<Q> {
        Filter::new(Expr::Null { field: self.field_name(), negated: false })
    }

    /// The field has a value.
    #[must_use]
    pub fn not_null(self) -> Filter<Q> {
        Filter::new(Expr::Null { field: self.field_name(), negated: true })
    }

    /// The field is like a pattern of SQL: `%` stands for any run of characters, `_` for any one.
    #[must_use]
    pub fn like(self, pattern: impl AsRef<str>) -> Filter<Q> {
        self.matches(Pattern::sql(pattern.as_ref()))
    }

    /// The field is not like the pattern.
    #[must_use]
    pub fn not_like(self, pattern: impl AsRef<str>) -> Filter<Q> {
        !self.like(pattern)
    }

    /// The field matches a pattern.
    #[must_use]
    pub fn matches(self, pattern: Pattern) -> Filter<Q> {
        Filter::new(Expr::Like { field: self.field_name(), pattern, negated: false })
    }

    fn list<V: IntoValue<K>>(self, values: impl IntoIterator<Item = V>, negated: bool) -> Filter<Q> {
        let values = values.into_iter().map(IntoValue::into_value).collect();
        Filter::new(Expr::In { field: self.field_name(), values, negated })
    }

    /// Sorts by this field, lowest first.
    #[must_use]
    pub fn asc(self) -> Sort<Q> {
        Sort { field: self.field_name(), descending: false, of: PhantomData }
    }

    /// Sorts by this field, highest first.
    #[must_use]
    pub fn desc(self) -> Sort<Q> {
        Sort { field: self.field_name(), descending: true, of: PhantomData }
    }
}

impl<Q: QueryType> Field<Q, kind::Enum> {
    /// The words of the list, lowest first: `RESULT.ge(RESULT.values()[1])` asks for what is not below the second.
    ///
    /// ```
    /// use backhaul_filter::em::CloudTenant;
    ///
    /// let kinds = CloudTenant::TYPE.values();
    /// assert_eq!(CloudTenant::TYPE.eq(kinds[0]).to_string(), format!("Type=={}", kinds[0]));
    /// ```
    #[must_use]
    pub fn values(self) -> &'static [&'static str] {
        Q::DEF.field(self.name()).map_or(&[], |field| field.values)
    }
}

impl<Q, K: kind::Ordered> Field<Q, K> {
    /// The field is greater than the value.
    #[must_use]
    pub fn gt(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Gt, value)
    }

    /// The field is greater than the value, or equal.
    #[must_use]
    pub fn ge(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Ge, value)
    }

    /// The field is less than the value.
    #[must_use]
    pub fn lt(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Lt, value)
    }

    /// The field is less than the value, or equal.
    #[must_use]
    pub fn le(self, value: impl IntoValue<K>) -> Filter<Q> {
        self.compare(Op::Le, value)
    }
}

/// What can be compared with a field of the kind `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a field of the kind `{K}`",
    note = "a `DateTime` field takes a `backhaul_filter::DateTime` (`\"2025-08-15\".parse()?`) or a `SystemTime`"
)]
pub trait IntoValue<K> {
    /// The value.
    fn into_value(self) -> Value;
}

macro_rules! into_value {
    ($kind:ident: text) => {
        impl<T: AsRef<str>> IntoValue<kind::$kind> for T {
            fn into_value(self) -> Value {
                Value::from(self.as_ref())
            }
        }
    };
    ($kind:ident: $($number:ty as $wide:ty),*) => {$(
        impl IntoValue<kind::$kind> for $number {
            fn into_value(self) -> Value {
                Value::from(<$wide>::from(self))
            }
        }
    )*};
}

into_value!(Text: text);
into_value!(Uid: text);
into_value!(Enum: text);
into_value!(Bool: bool as bool);
into_value!(Int: i64 as i64, i32 as i64, i16 as i64, i8 as i64, u32 as i64, u16 as i64, u8 as i64);
into_value!(Float: f64 as f64, f32 as f64, i32 as f64, u32 as f64);

impl IntoValue<kind::DateTime> for DateTime {
    fn into_value(self) -> Value {
        Value::new(self.to_string())
    }
}

impl IntoValue<kind::DateTime> for std::time::SystemTime {
    fn into_value(self) -> Value {
        DateTime::from(self).into_value()
    }
}

/// An order of the answers: by one field of the query type `Q`. Made by [`Field::asc`] and
/// [`Field::desc`].
pub struct Sort<Q> {
    field: FieldName,
    descending: bool,
    of: PhantomData<fn() -> Q>,
}

impl<Q> Sort<Q> {
    /// The field.
    #[must_use]
    pub fn field(&self) -> &FieldName {
        &self.field
    }

    /// Whether the highest comes first.
    #[must_use]
    pub fn descending(&self) -> bool {
        self.descending
    }

    /// The name of EM's query parameter: `sortAsc` or `sortDesc`. Its value is the field's name.
    #[must_use]
    pub fn parameter(&self) -> &'static str {
        if self.descending { "sortDesc" } else { "sortAsc" }
    }
}

impl<Q: QueryType> Sort<Q> {
    /// Sorts by the field of this name, in any ASCII case; `None` when the type has no such field.
    #[must_use]
    pub fn by_name(name: &str, descending: bool) -> Option<Self> {
        let field = FieldName::new(Q::DEF.field(name)?.name).ok()?;
        Some(Self { field, descending, of: PhantomData })
    }
}

impl<Q> Clone for Sort<Q> {
    fn clone(&self) -> Self {
        Self { field: self.field.clone(), descending: self.descending, of: PhantomData }
    }
}

impl<Q> PartialEq for Sort<Q> {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.descending == other.descending
    }
}

impl<Q> Eq for Sort<Q> {}

impl<Q> fmt::Debug for Sort<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sort").field("field", &self.field).field("descending", &self.descending).finish()
    }
}
