//! Whether a filter makes sense for a type.
//!
//! A field that the type lacks and a value that is not of the field's kind are errors. A word that
//! an enumeration lacks is a warning, because servers know words that lists do not, and so is
//! anything whose effect the vendor leaves open. So are conditions that hold for no record, or for
//! every one, by the semantics of [`eval`](mod@crate::eval).

use crate::ast::{Expr, FieldName, MAX_DEPTH, Op, Pattern, Relation, Value};
use crate::calculate::Sum;
use crate::datetime::FORMS;
use crate::decide::{Certain, decide};
pub use crate::diagnostic::{Diagnostic, Severity};
use crate::field::{FieldSchema, Kind, Schema};
use crate::key::{Key, is_uid};
use crate::parse::{ComparisonSpans, Parsed};
use crate::span::Span;
use crate::suggest::{list, suggest};
use crate::text::shown;

/// What [`check`] looks at: an expression, or a parsed one, whose findings then have a place.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    pub(crate) expr: &'a Expr,
    pub(crate) spans: &'a [ComparisonSpans],
}

impl<'a> From<&'a Expr> for Checked<'a> {
    fn from(expr: &'a Expr) -> Self {
        Self { expr, spans: &[] }
    }
}

impl<'a> From<&'a Parsed> for Checked<'a> {
    fn from(parsed: &'a Parsed) -> Self {
        Self { expr: parsed.expr(), spans: parsed.spans() }
    }
}

/// Checks a filter, an [`Expr`] or a [`Parsed`], against the fields of a type. The findings on single
/// conditions come first, in their order; then what is certain whatever the record holds.
///
/// ```
/// use backhaul_filter::{check, parse, FieldDef, Kind, QueryDef, Severity, Source};
///
/// const JOB: QueryDef = QueryDef {
///     name: "Job",
///     fields: &[FieldDef { name: "Name", kind: Kind::Text, values: &[], source: Source::Field("Name") }],
/// };
/// let findings = check(&parse("name==x;Nam==y")?, &JOB);
/// assert_eq!(findings.len(), 1);
/// assert_eq!(findings[0].severity, Severity::Error);
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `Name`?"));
/// # Ok::<(), backhaul_filter::ParseErrors>(())
/// ```
#[must_use]
pub fn check<'a>(filter: impl Into<Checked<'a>>, schema: &Schema<'_>) -> Vec<Diagnostic> {
    let filter = filter.into();
    let mut checker = Checker { schema, spans: filter.spans, findings: Vec::new() };
    for (at, condition) in filter.expr.conditions().enumerate() {
        checker.condition(condition, filter.spans.get(at));
    }
    checker.certain(filter.expr, 0, 0);
    checker.findings
}

struct Checker<'s> {
    schema: &'s Schema<'s>,
    spans: &'s [ComparisonSpans],
    findings: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn condition(&mut self, condition: &Expr, spans: Option<&ComparisonSpans>) {
        if let Expr::Relate { relation, .. } = condition {
            return self.relation(relation, spans);
        }
        let Some(name) = condition.field() else {
            return;
        };
        let Some(field) = self.schema.field(name.as_str()) else {
            return self.unknown_field(name, spans);
        };
        match condition {
            Expr::Compare(comparison) | Expr::Not(comparison) => {
                if comparison.op.is_ordering() && !field.kind.is_ordered() {
                    self.no_order(field, comparison.op, spans);
                }
                self.value(field, comparison.op, &comparison.value, spans);
            }
            Expr::In { values, .. } => values.iter().for_each(|value| self.value(field, Op::Eq, value, spans)),
            _ => {}
        }
    }

    /// Fields that are not there come first, each with its help.
    fn relation(&mut self, relation: &Relation, spans: Option<&ComparisonSpans>) {
        let unknown: Vec<_> =
            relation.fields().into_iter().filter(|name| self.schema.field(name.as_str()).is_none()).collect();
        if unknown.is_empty()
            && let Err(error) = Sum::sides(relation, self.schema)
        {
            self.find(Severity::Error, spans.map(ComparisonSpans::whole), error.to_string(), None);
        }
        let span = spans.map(|spans| ComparisonSpans { field: spans.whole(), ..*spans });
        unknown.into_iter().for_each(|name| self.unknown_field(name, span.as_ref()));
    }

    fn unknown_field(&mut self, name: &FieldName, spans: Option<&ComparisonSpans>) {
        let fields = self.schema.fields.iter().map(|field| field.name);
        let help = match suggest(name.as_str(), fields.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name.is_dotted() => {
                "dotted names reach into joined records, which this type's filter cannot do".to_owned()
            }
            None => format!("its fields are {}", list(fields)),
        };
        let message = format!("{} has no filter field `{name}`", self.schema.name);
        self.find(Severity::Error, spans.map(|spans| spans.field), message, Some(help));
    }

    fn no_order(&mut self, field: &FieldSchema<'_>, op: Op, spans: Option<&ComparisonSpans>) {
        let message = format!("`{}` is {} and has no defined order for `{op}`", field.name, a(field.kind));
        let help = if field.source.place().is_none() {
            "what the server makes of it is not documented; use `==` or `!=`"
        } else {
            "what a server makes of it is not documented, so it is evaluated here: texts without regard to case, `false` first"
        };
        let help = help.to_owned();
        self.find(Severity::Warning, spans.map(|spans| spans.op), message, Some(help));
    }

    fn value(&mut self, field: &FieldSchema<'_>, op: Op, value: &Value, spans: Option<&ComparisonSpans>) {
        let span = spans.map(|spans| spans.value);
        let text = value.as_str();
        match Key::of_literal(field.kind, field.values, text) {
            None => {
                let message = format!("`{}` is {}, and {} is not one", field.name, a(field.kind), shown(text));
                let help = match field.kind {
                    Kind::Bool => "write `true` or `false`".to_owned(),
                    Kind::Int => INT.to_owned(),
                    Kind::Float => "write a number, for example `\"99.5\"`".to_owned(),
                    _ => format!("write a date such as {FORMS}"),
                };
                self.find(Severity::Error, span, message, Some(help));
            }
            Some(Key::Text(_)) if field.kind == Kind::Enum && !field.values.is_empty() => {
                let mut help = suggest(text, field.values.iter().copied())
                    .map_or(String::new(), |near| format!("did you mean `{near}`? "));
                help += &format!("its values are {}", list(field.values.iter().copied()));
                if op.is_ordering() {
                    help += "; a value outside of the list has no order";
                }
                self.find(
                    Severity::Warning,
                    span,
                    format!("`{}` has no known value {}", field.name, shown(text)),
                    Some(help),
                );
            }
            Some(_) if field.kind == Kind::Uid && !is_uid(text) => {
                let message = format!("`{}` is an identifier, and {} does not look like one", field.name, shown(text));
                let help = "write a GUID, or a URN such as `\"urn:veeam:Job:<guid>\"`".to_owned();
                self.find(Severity::Warning, span, message, Some(help));
            }
            // Where there are patterns they stand without quotes; a server that has none compares the text.
            Some(Key::Text(_))
                if field.kind == Kind::Text && !op.is_ordering() && spans.is_some() && is_pattern(text) =>
            {
                let message = format!("{} is compared as it is: its signs are no wildcards", shown(text));
                let help = format!("a pattern is written without quotes: `{}{op}{}`", field.name, as_pattern(text));
                self.find(Severity::Warning, span, message, Some(help));
            }
            Some(_) => {
                if spans.is_some_and(|spans| !spans.quoted) && has_operator(text) {
                    let message = format!("the value of `{}` is {}, operators and all", field.name, shown(text));
                    let help = if starts_with_operator(text) {
                        format!("is the operator `{op}` meant? if the value is meant, quote it")
                    } else {
                        "conditions are joined with `;` (AND) or `,` (OR); if the value is meant so, quote it"
                            .to_owned()
                    };
                    self.find(Severity::Warning, span, message, Some(help));
                }
            }
        }
    }

    /// Finds what holds for no record or for every one: single conditions, and conditions on one field in one group.
    /// `first` is the number of conditions before the expression. Says what was found of the whole.
    fn certain(&mut self, expr: &Expr, first: usize, depth: usize) -> Option<Certain> {
        let terms = (depth <= MAX_DEPTH).then(|| expr.terms())?;
        if let Some(name) = expr.field() {
            let field = self.schema.field(name.as_str())?;
            let certain = decide(&[expr], true, field)?;
            self.certainly(certain, None, field, &[first]);
            return Some(certain);
        }
        let all = matches!(expr, Expr::And(_));
        // The terms that speak of one field, with the conditions before each; those that were found out are no news.
        let mut by_field: Vec<(&FieldSchema<'_>, Vec<(usize, &Expr)>)> = Vec::new();
        let mut at = first;
        for term in terms {
            let found = self.certain(term, at, depth + 1);
            let news = matches!(found, None | Some(Certain::EveryKnown));
            if let (true, Some(field)) = (news, only_field(term).and_then(|name| self.schema.field(name.as_str()))) {
                match by_field.iter_mut().find(|(known, _)| std::ptr::eq(*known, field)) {
                    Some((_, terms)) => terms.push((at, term)),
                    None => by_field.push((field, vec![(at, term)])),
                }
            }
            at += term.conditions().count();
        }
        let mut whole = None;
        for (field, terms) in by_field.iter().filter(|(_, terms)| terms.len() > 1) {
            let exprs: Vec<&Expr> = terms.iter().map(|(_, term)| *term).collect();
            let certain = decide(&exprs, all, field).filter(|certain| all == (*certain == Certain::Never));
            if let Some(certain) = certain {
                let conditions = terms.iter().flat_map(|(at, term)| *at..*at + term.conditions().count());
                self.certainly(certain, Some(all), field, &conditions.collect::<Vec<_>>());
                whole = Some(certain);
            }
        }
        whole
    }

    /// Says it of a single condition, or of those on a field in a group.
    fn certainly(&mut self, certain: Certain, group: Option<bool>, field: &FieldSchema<'_>, conditions: &[usize]) {
        let span = conditions.iter().filter_map(|at| self.spans.get(*at)).map(ComparisonSpans::whole).reduce(Span::to);
        let name = field.name;
        let what = match group {
            None => format!("the condition on `{name}`"),
            Some(true) => format!("the conditions on `{name}` exclude each other: this"),
            Some(false) => format!("the conditions on `{name}` leave nothing out: this"),
        };
        let (message, help) = match certain {
            Certain::Never => (format!("{what} never holds"), None),
            Certain::Always => (format!("{what} always holds"), Some("leave it out".to_owned())),
            Certain::EveryKnown => (
                format!("{what} holds for every known value"),
                Some(format!("it leaves out only records without a known value of `{name}`")),
            ),
        };
        self.find(Severity::Warning, span, message, help);
    }

    fn find(&mut self, severity: Severity, span: Option<Span>, message: String, help: Option<String>) {
        self.findings.push(Diagnostic { severity, span, message, help });
    }
}

/// The field of an expression that speaks of one alone.
fn only_field(expr: &Expr) -> Option<&FieldName> {
    let names = expr.fields();
    let (first, names) = names.split_first()?;
    names.iter().all(|name| name.as_str().eq_ignore_ascii_case(first.as_str())).then_some(*first)
}

/// Whether a text looks as if it were meant as a pattern.
fn is_pattern(text: &str) -> bool {
    text.len() > 1 && (text.starts_with(['*', '%']) || text.ends_with(['*', '%']))
}

fn as_pattern(text: &str) -> Pattern {
    if text.contains('*') { Pattern::glob(text) } else { Pattern::sql(text) }
}

fn starts_with_operator(text: &str) -> bool {
    text.starts_with(['=', '<', '>', '!'])
}

/// Whether a bare value looks as if a separator was forgotten or an operator misspelt.
fn has_operator(text: &str) -> bool {
    starts_with_operator(text) || ["==", "!=", ">=", "<=", "||"].iter().any(|op| text.contains(op))
}

const INT: &str = "write digits, for example `107374182400`, or a size in whole units of the field: `1.5TiB`, `500GB`";

/// The kind with its article.
fn a(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Uid | Kind::Enum => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
