//! Bodies: XML or JSON, told from the text, read through a type's shape and written again.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_models::registry;
use backhaul_wire::{DecodeError, Drift, EncodeError, Shape, Struct, System, json, xml};
use serde::de::IgnoredAny;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// XML, which only Enterprise Manager speaks.
    Xml,
    Json,
}

impl Form {
    /// Told from the first character, and from the system where that says nothing.
    pub(crate) fn of(system: System, body: &[u8]) -> Self {
        match (system, start(body).first()) {
            (System::Em, Some(b'<')) => Self::Xml,
            _ => Self::Json,
        }
    }

    /// Reads a body into an empty value; what the schemas do not know goes into `drift`.
    pub(crate) fn decode(
        self,
        target: &mut dyn Struct,
        body: &[u8],
        drift: Option<&mut Drift>,
    ) -> Result<(), DecodeError> {
        match self {
            Self::Xml => xml::decode_into(target, body, drift),
            Self::Json => json::decode_into(target, body, drift),
        }
    }

    /// The same of what a server sent, which may take as much memory as [`room`] says.
    pub(crate) fn decode_within(
        self,
        target: &mut dyn Struct,
        body: &[u8],
        most: usize,
        drift: &mut Drift,
    ) -> Result<(), DecodeError> {
        match self {
            Self::Xml => xml::decode_within(most, target, body, Some(drift)),
            Self::Json => json::decode_within(most, target, body, Some(drift)),
        }
    }

    /// Writes a value as a body.
    pub(crate) fn encode(self, value: &dyn Struct) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::Xml => xml::encode(value),
            Self::Json => json::encode(value, json::Case::Schema),
        }
    }
}

/// How many bytes of memory a value may take beside its texts that is read from a body of this size. With the texts, the
/// body, and what is written of the value, it is less than eight times the size and 16 MB.
pub(crate) const fn room(size: usize) -> usize {
    size.saturating_mul(9) / 2 + (12 << 20)
}

/// The body from its first character on: behind a byte-order mark and blanks.
pub(crate) fn start(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start()
}

/// What can be seen of a body without reading it through a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outline {
    /// An XML document with this root element.
    Root(String),
    /// A JSON object with these members.
    Object(BTreeSet<String>),
    /// A JSON array.
    Array,
    /// Neither, or broken.
    Unclear,
}

impl Outline {
    /// The outline of a body.
    pub(crate) fn of(system: System, body: &[u8]) -> Self {
        let text = start(body);
        if Form::of(system, body) == Form::Xml {
            return root(text).map_or(Self::Unclear, Self::Root);
        }
        // Names alone: the values of a large body would take many times its text.
        match text.first() {
            Some(b'[') if serde_json::from_slice::<Vec<IgnoredAny>>(text).is_ok() => Self::Array,
            Some(b'{') => match serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(text) {
                Ok(members) => Self::Object(members.into_keys().collect()),
                Err(_) => Self::Unclear,
            },
            _ => Self::Unclear,
        }
    }

    /// Whether the body reads as this type: by its root element, or by having no member that the type lacks.
    pub(crate) fn is(&self, shape: &Shape) -> bool {
        match self {
            Self::Root(name) => *name == root_name(shape),
            Self::Object(members) => members.iter().all(|name| shape.index_of(name).is_some()),
            Self::Array => shape.bare_list.is_some(),
            Self::Unclear => false,
        }
    }

    /// How many members the type has of those that the body has.
    pub(crate) fn common(&self, shape: &Shape) -> usize {
        match self {
            Self::Root(_) => usize::from(self.is(shape)),
            Self::Object(members) => members.iter().filter(|name| shape.index_of(name).is_some()).count(),
            Self::Array => usize::from(shape.bare_list.is_some()),
            Self::Unclear => 0,
        }
    }

    /// Whether the body is the system's error rather than a value of this type.
    pub(crate) fn is_error(&self, system: System, shape: Option<&Shape>) -> bool {
        let Some(error) = registry::error_shape(system) else { return false };
        let as_error = self.common(error);
        let empty = matches!(self, Self::Object(members) if members.is_empty());
        !empty && self.is(error) && as_error > shape.map_or(0, |shape| self.common(shape))
    }
}

/// The root element that a type's documents have.
fn root_name(shape: &Shape) -> &str {
    shape.root.unwrap_or(shape.name)
}

/// The local name of the first element, behind the declaration, comments and instructions.
fn root(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        rest = match rest.as_bytes().first()? {
            b'?' => &rest[rest.find("?>")?..],
            b'!' if rest.starts_with("!--") => &rest[rest.find("-->")?..],
            b'!' => &rest[rest.find('>')?..],
            _ => break,
        };
    }
    let name = rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
    let name = name.rsplit(':').next().unwrap_or(name);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_from_the_text() {
        assert_eq!(Form::of(System::Em, b"\xef\xbb\xbf <a/>"), Form::Xml);
        assert_eq!(Form::of(System::Em, b"{}"), Form::Json);
        // A proxy's page is no XML document of these systems: the JSON reader says what it is.
        assert_eq!(Form::of(System::Vb365, b"<html>"), Form::Json);
    }

    #[test]
    fn the_root_is_the_first_element() {
        let root = |text: &str| Outline::of(System::Em, text.as_bytes());
        let named = |name: &str| Outline::Root(name.to_owned());
        assert_eq!(root("<?xml version=\"1.0\"?>\n<!-- <x> -->\n<QueryResult xmlns=\"a\">"), named("QueryResult"));
        assert_eq!(root("<v:Task/>"), named("Task"));
        assert_eq!(root("<!DOCTYPE a><a>"), named("a"));
        assert_eq!(root("<?xml "), Outline::Unclear);
        assert_eq!(root("<"), Outline::Unclear);
    }

    #[test]
    fn an_error_is_told_from_an_answer() {
        let shape = registry::find_shape;
        let outline = |text: &str| Outline::of(System::Vb365, text.as_bytes());
        let organization = shape(System::Vb365, "Organization");
        assert!(outline(r#"{"message": "no"}"#).is_error(System::Vb365, organization));
        assert!(!outline(r#"{"id": "1"}"#).is_error(System::Vb365, organization));
        assert!(!outline("{}").is_error(System::Vb365, organization));
        let zstack = Outline::of(System::Zstack, br#"{"error": {"code": "SYS.1000"}}"#);
        assert!(zstack.is_error(System::Zstack, shape(System::Zstack, "PageOfBackupStorage")));
        let em = Outline::of(System::Em, b"<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"a\"/>");
        assert!(em.is_error(System::Em, shape(System::Em, "QueryResult")));
    }
}
