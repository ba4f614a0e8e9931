//! The writing driver.

use super::NAMESPACE;
use crate::error::EncodeError;
use crate::reflect::{Node, Scalar, Struct, UnknownPlace};
use crate::shape::{Field, Place, Shape};

/// Writes a value as a document, in the schema's order; secrets are written as they are.
///
/// # Errors
/// When a text holds a character that XML cannot (a control character), or the value has a map, which XML has no form
/// for.
pub fn encode(value: &dyn Struct) -> Result<Vec<u8>, EncodeError> {
    document(value, Empty::Written)
}

/// Writes a request as [`encode`] does, but without the secrets that are empty: Enterprise Manager answers every
/// password empty, and one that is put back so may be taken for a new one.
///
/// # Errors
/// As [`encode`].
pub fn encode_request(value: &dyn Struct) -> Result<Vec<u8>, EncodeError> {
    document(value, Empty::LeftOut)
}

/// What becomes of a secret without a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Written,
    LeftOut,
}

fn document(value: &dyn Struct, secrets: Empty) -> Result<Vec<u8>, EncodeError> {
    let shape = value.shape();
    let root = shape.root.unwrap_or(shape.name);
    let mut out = String::with_capacity(1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    element(&mut out, root, value, Some(NAMESPACE), root, secrets)?;
    Ok(out.into_bytes())
}

fn element(
    out: &mut String,
    name: &str,
    value: &dyn Struct,
    namespace: Option<&str>,
    path: &str,
    secrets: Empty,
) -> Result<(), EncodeError> {
    let shape = value.shape();
    out.push('<');
    out.push_str(name);
    if let Some(namespace) = namespace {
        attribute(out, "xmlns", namespace, path)?;
    }
    for (index, field) in fields(shape, Place::Attribute) {
        if let Node::Scalar(scalar) = value.view(index).node() {
            attribute(out, field.wire, &text_of(scalar), path)?;
        }
    }
    for unknown in value.unknown().into_iter().flat_map(crate::reflect::Unknown::iter) {
        match unknown.place() {
            UnknownPlace::Attribute => attribute(out, unknown.name(), unknown.text(), path)?,
            UnknownPlace::Member => {
                let here = format!("{path}.{}", unknown.name());
                return Err(EncodeError::format(here, "it came in JSON, and its place in XML is not known"));
            }
            UnknownPlace::ElementAfter(_) => {}
        }
    }
    let open = out.len();
    out.push('>');
    kept(out, value, 0);
    for (index, field) in shape.fields.iter().enumerate() {
        match field.place {
            Place::Element => member(out, field, value.view(index).node(), path, secrets)?,
            Place::Text => {
                if let Node::Scalar(scalar) = value.view(index).node() {
                    content(out, &text_of(scalar), path)?;
                }
            }
            Place::Attribute => {}
        }
        kept(out, value, index + 1);
    }
    if out.len() == open + 1 {
        out.truncate(open);
        out.push_str(" />");
    } else {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
    Ok(())
}

fn fields(shape: &'static Shape, place: Place) -> impl Iterator<Item = (usize, &'static Field)> {
    shape.fields.iter().enumerate().filter(move |(_, field)| field.place == place)
}

/// Writes the unknown elements that stood after the known field before `next`.
fn kept(out: &mut String, value: &dyn Struct, next: usize) {
    for unknown in value.unknown().into_iter().flat_map(crate::reflect::Unknown::iter) {
        if matches!(unknown.place(), UnknownPlace::ElementAfter(after) if usize::from(after) == next) {
            out.push_str(unknown.text());
        }
    }
}

fn member(out: &mut String, field: &Field, node: Node<'_>, path: &str, secrets: Empty) -> Result<(), EncodeError> {
    let here = || format!("{path}.{}", field.wire);
    match node {
        Node::Absent => Ok(()),
        Node::Scalar(Scalar::Secret(secret)) if secret.is_empty() && secrets == Empty::LeftOut => Ok(()),
        Node::Scalar(scalar) => leaf(out, field.wire, &text_of(scalar), &here()),
        Node::Struct(value) => element(out, field.wire, value, None, &here(), secrets),
        Node::Json(value) => leaf(out, field.wire, &json_text(value), &here()),
        Node::List(list) if list.len == 0 => Ok(()),
        Node::List(list) => {
            let wrapped = field.item.is_some();
            let name = field.item.unwrap_or(field.wire);
            if wrapped {
                out.push('<');
                out.push_str(field.wire);
                out.push('>');
            }
            for index in 0..list.len {
                let here = || format!("{path}.{}[{index}]", field.wire);
                match list.get(index) {
                    Node::Struct(value) => element(out, name, value, None, &here(), secrets)?,
                    Node::Scalar(scalar) => leaf(out, name, &text_of(scalar), &here())?,
                    Node::Json(value) => leaf(out, name, &json_text(value), &here())?,
                    _ => {}
                }
            }
            if wrapped {
                out.push_str("</");
                out.push_str(field.wire);
                out.push('>');
            }
            Ok(())
        }
        Node::Map(map) if map.len == 0 => Ok(()),
        Node::Map(_) => Err(EncodeError::format(here(), "XML has no form for a map")),
    }
}

fn json_text(value: &serde_json::Value) -> std::borrow::Cow<'_, str> {
    match value {
        serde_json::Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

fn leaf(out: &mut String, name: &str, text: &str, path: &str) -> Result<(), EncodeError> {
    out.push('<');
    out.push_str(name);
    if text.is_empty() {
        out.push_str(" />");
        return Ok(());
    }
    out.push('>');
    content(out, text, path)?;
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    Ok(())
}

/// Writes the text of an element. .NET's XmlSerializer takes blanks alone for no text at all, unless they are marked as
/// text.
fn content(out: &mut String, text: &str, path: &str) -> Result<(), EncodeError> {
    let blank = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
    if !blank {
        return escape(out, text, false, path);
    }
    out.push_str("<![CDATA[");
    out.push_str(text);
    out.push_str("]]>");
    Ok(())
}

fn attribute(out: &mut String, name: &str, text: &str, path: &str) -> Result<(), EncodeError> {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, text, true, path)?;
    out.push('"');
    Ok(())
}

fn text_of(scalar: Scalar<'_>) -> std::borrow::Cow<'_, str> {
    match scalar {
        Scalar::Bool(value) => if value { "true" } else { "false" }.into(),
        Scalar::Int(value) => value.to_string().into(),
        // As XML Schema writes them; Rust writes `NaN` as it does.
        Scalar::Float(f64::INFINITY) => "INF".into(),
        Scalar::Float(f64::NEG_INFINITY) => "-INF".into(),
        Scalar::Float(value) => value.to_string().into(),
        Scalar::Text(text) | Scalar::Enum(text) => text.into(),
        Scalar::Secret(secret) => secret.expose().into(),
    }
}

fn escape(out: &mut String, text: &str, attribute: bool, path: &str) -> Result<(), EncodeError> {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            // Written as they are, a parser would read blanks (in attributes) or a line feed (for a carriage return).
            '\t' | '\n' if attribute => out.push_str(if char == '\t' { "&#9;" } else { "&#10;" }),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(char),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let rule = format!("XML cannot hold the character U+{:04X}", u32::from(char));
                return Err(EncodeError::format(path, rule));
            }
            _ => out.push(char),
        }
    }
    Ok(())
}
