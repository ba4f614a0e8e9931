//! Which field a member's name means.

use std::borrow::Cow;

use crate::shape::{Place, Shape};

/// Which field a member is.
pub(super) enum Key<'t> {
    Known(usize),
    /// The name of the XML document itself: naive XML-to-JSON conversions keep it around its members.
    Root,
    /// An XML namespace, which JSON has no use for.
    Namespace,
    Unknown(Cow<'t, str>),
}

/// The field that a name means; `next` is the field after the one read last.
pub(super) fn resolve<'t>(shape: &'static Shape, next: usize, name: Cow<'t, str>) -> Key<'t> {
    let fields = shape.fields;
    let mut close = None;
    // What a body leaves out is skipped over: the field that it means stands a little further on.
    for index in (next.min(fields.len())..fields.len()).chain(0..next.min(fields.len())) {
        let field = &fields[index];
        if field.json.len() == name.len() {
            if field.json == name {
                return Key::Known(index);
            }
            if close.is_none() && field.json.eq_ignore_ascii_case(&name) {
                close = Some(index);
            }
        }
    }
    if let Some(index) = close {
        return Key::Known(index);
    }
    match &*name {
        // How such conversions name the text of an element that has attributes.
        "#text" if let Some(index) = fields.iter().position(|field| field.place == Place::Text) => Key::Known(index),
        "xmlns" | "@xmlns" => Key::Namespace,
        _ if let Some(index) = fields.iter().position(|field| field.wire.eq_ignore_ascii_case(&name)) => {
            Key::Known(index)
        }
        _ if next == 0 && shape.is_document(&name) => Key::Root,
        _ => Key::Unknown(name),
    }
}
