//! Fields that the schema does not list, and the server may know all the same.

use crate::ast::Expr;
use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Severity};
use crate::field::{FieldSchema, Kind, Schema, Source};
use crate::suggest::{list, suggest};

impl<'a> Schema<'a> {
    /// The fields of the type, and those that a filter names beyond them: texts that only the server knows, so that
    /// [`lower`](crate::lower()) sends them as they are written, or refuses.
    ///
    /// For a filter that is meant for a server newer than the schema. What is misspelt is then the server's to find.
    ///
    /// ```
    /// use backhaul_filter::{Selection, QueryType, Schema, Target, em::Repository, lower, parse};
    ///
    /// let filter = parse("Name==a;Mood>=7")?;
    /// let fields = Repository::DEF.with_unlisted(filter.expr());
    /// let schema = Schema { name: "Repository", fields: &fields };
    /// let plan = lower(&Selection { filter: Some(filter.expr()), ..Selection::default() }, &schema, Target::Em)?;
    /// assert_eq!(plan.sent()[0].1, "Name==a;Mood>=7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_unlisted<'f>(&self, filter: &'f Expr) -> Vec<FieldSchema<'f>>
    where
        'a: 'f,
    {
        let mut fields: Vec<FieldSchema<'f>> = self.fields.to_vec();
        for name in filter.fields() {
            if !fields.iter().any(|field| field.name.eq_ignore_ascii_case(name.as_str())) {
                let source = Source::ServerOnly;
                fields.push(FieldSchema { name: name.as_str(), kind: Kind::Text, values: &[], source });
            }
        }
        fields
    }
}

/// Checks that a server knows the fields of a filter, by the list that it gave, as Enterprise Manager's query service
/// does. Names count in any ASCII case. Whether the values fit is what [`check`](crate::check()) says.
///
/// ```
/// use backhaul_filter::{check_known, parse};
///
/// let findings = check_known(&parse("Name==a;HierarchyObjRef==b")?, &["UID", "Name"]);
/// assert_eq!(findings[0].message, "the server knows no filter field `HierarchyObjRef`");
/// # Ok::<(), backhaul_filter::ParseErrors>(())
/// ```
#[must_use]
pub fn check_known<'a>(filter: impl Into<Checked<'a>>, known: &[&str]) -> Vec<Diagnostic> {
    let filter = filter.into();
    let mut findings = Vec::new();
    for (at, condition) in filter.expr.conditions().enumerate() {
        for name in condition.fields() {
            if known.iter().any(|known| known.eq_ignore_ascii_case(name.as_str())) {
                continue;
            }
            let help = match suggest(name.as_str(), known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its fields are {}", list(known.iter().copied())),
            };
            findings.push(Diagnostic {
                severity: Severity::Error,
                span: filter.spans.get(at).map(|spans| spans.field),
                message: format!("the server knows no filter field `{name}`"),
                help: Some(help),
            });
        }
    }
    findings
}
