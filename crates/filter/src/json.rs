//! JSON values as records, behind the feature `json`.

use serde_json::Value;

use crate::field::Place;
use crate::link::{is_up, last_segment, names_type};
use crate::record::{Record, Scalar};

/// A JSON object, as a server wrote it, seen as a [`Record`].
///
/// Names are found as they are written, else in any ASCII case, because releases of Enterprise Manager differ in it.
/// Attributes are members like fields. A link's name and identifier are those of the `Up` link of that type among
/// `Links`, or of any other link of it when there is no `Up`. What is no single value (a list, an object) is none.
///
/// ```
/// use backhaul_filter::{FieldDef, Json, Kind, Predicate, QueryDef, Source, parse};
///
/// const REPOSITORY: QueryDef = QueryDef {
///     name: "Repository",
///     fields: &[FieldDef { name: "FreeSpace", kind: Kind::Int, values: &[], source: Source::Field("FreeSpace") }],
/// };
/// let low = Predicate::compile(parse("FreeSpace<107374182400")?.expr(), &REPOSITORY)?;
/// let repository = serde_json::json!({ "name": "Default", "freeSpace": "1048576" });
/// assert!(low.matches(&Json(&repository)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub &'a Value);

impl Record for Json<'_> {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field(path) => path.split('.').try_fold(self.0, member).map_or(Scalar::Null, scalar),
            Place::Attribute(name) => member(self.0, name).map_or(Scalar::Null, scalar),
            Place::LinkName(link) => self.link(link).and_then(|link| text(link, "Name")).into(),
            Place::LinkId(link) => self.link(link).and_then(|link| text(link, "Href")).and_then(last_segment).into(),
        }
    }
}

impl<'a> Json<'a> {
    fn link(self, wanted: &str) -> Option<&'a Value> {
        let links = member(self.0, "Links")?;
        // `"Links": [...]`, or as XML has it `"Links": {"Link": [...]}`.
        let links = links.as_array().or_else(|| member(links, "Link")?.as_array())?;
        let mut found = links.iter().filter(|link| text(link, "Type").is_some_and(|found| names_type(found, wanted)));
        let first = found.next()?;
        let up = |link: &&Value| text(link, "Rel").is_some_and(is_up);
        if up(&first) { Some(first) } else { found.find(up).or(Some(first)) }
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    let any_case = || members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(any_case)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name)?.as_str()
}

fn scalar(value: &Value) -> Scalar<'_> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => Scalar::Null,
        Value::Bool(value) => Scalar::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(int) => Scalar::Int(int),
            None => number.as_f64().into(),
        },
        Value::String(text) => text.as_str().into(),
    }
}
