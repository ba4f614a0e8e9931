//! Unions: values that are one of several structs.
//!
//! A union hands out the fields of the struct that its value is, so that whatever reads or writes structs also reads and writes
//! unions. Only two things know more: who makes a value chooses its kind first ([`UnionSlot::choose`]), and the JSON reader
//! buffers a body until it can tell the kind ([`UnionShape::pick`]).

use serde_json::{Map, Value};

use super::copy::copy_field;
use super::{Model, Scalar, Slot, Struct};

use crate::shape::{Field, Kind, Repeat, Shape, UnionShape, Variant};

/// The index at which a union tells its kind.
pub const UNION: usize = usize::MAX - 1;

/// The kind of a union's value.
pub trait UnionSlot: Send + Sync {
    /// The index of the kind; `shape().variants.len()` for an unknown one.
    fn index(&self) -> usize;
    /// Makes it an empty value of the kind at `index`; past the end, of an unknown one.
    fn choose(&mut self, index: usize);
}

impl UnionShape {
    /// Which kind a body is; `variants.len()` for an unknown one.
    ///
    /// The tag decides. Where there is none, or its value is known and yet means no kind in particular, or it is free text, it is
    /// the kind that knows most of the body's members; of several such the one with the fewest fields of its own, and of those
    /// the first.
    pub(crate) fn pick(&self, wide: &Shape, body: &Map<String, Value>) -> usize {
        let unknown = self.variants.len();
        let tag = wide.index_of(self.tag).and_then(|index| wide.fields.get(index));
        if let Some(tag) = tag
            && let Some(text) = member(body, tag.json).and_then(Value::as_str).filter(|text| !text.is_empty())
        {
            if let Some(index) = self.tagged(text) {
                return index;
            }
            if matches!(tag.kind, Kind::Enum(values) if values.index_of(text).is_none()) {
                return unknown;
            }
        }
        let known = |variant: &Variant| body.iter().filter(|(name, value)| knows(variant.shape, name, value)).count();
        let mut best = (0, usize::MAX, unknown);
        for (index, variant) in self.variants.iter().enumerate() {
            let (count, size) = (known(variant), variant.shape.fields.len());
            if count > best.0 || count == best.0 && count > 0 && size < best.1 {
                best = (count, size, index);
            }
        }
        best.2
    }

    /// The kind that a value of the tag means; the longest one that fits.
    fn tagged(&self, text: &str) -> Option<usize> {
        let all = self
            .variants
            .iter()
            .enumerate()
            .flat_map(|(index, variant)| variant.tags.iter().map(move |tag| (tag, index)));
        let fits = |tag: &str| match text.split_at_checked(tag.len()) {
            Some((start, rest)) => start.eq_ignore_ascii_case(tag) && (rest.is_empty() || rest.starts_with('.')),
            None => false,
        };
        all.filter(|(tag, _)| fits(tag)).max_by_key(|(tag, _)| tag.len()).map(|(_, index)| index)
    }
}

/// Makes the struct that holds every field of a union's kinds into the kind that it is, told by its tag or by its fields; `None` when it
/// has a field that this kind has not.
pub fn narrow<U: Model>(any: &dyn Struct) -> Option<U> {
    let union = U::SHAPE.union?;
    let set: Vec<&Field> = any
        .shape()
        .fields
        .iter()
        .enumerate()
        .filter(|(index, _)| !any.view(*index).is_absent())
        .map(|(_, field)| field)
        .collect();
    let has_all = |shape: &Shape| set.iter().all(|field| shape.index_of(field.json).is_some());
    let index = match any.field(union.tag).scalar() {
        Some(Scalar::Enum(text) | Scalar::Text(text)) => union.tagged(text),
        _ => None,
    };
    let smallest = || {
        let fits = union.variants.iter().enumerate().filter(|(_, variant)| has_all(variant.shape));
        fits.min_by_key(|(_, variant)| variant.shape.fields.len()).map(|(index, _)| index)
    };
    let index = index.or_else(smallest)?;
    if !has_all(union.variants.get(index)?.shape) || any.unknown().is_some_and(|unknown| !unknown.is_empty()) {
        return None;
    }
    let mut out = U::default();
    if let Slot::Union(slot) = out.slot(UNION) {
        slot.choose(index);
    }
    let shape = out.shape();
    for field in set {
        if let Some(index) = shape.index_of(field.json) {
            copy_field(any.field(field.json), out.slot(index));
        }
    }
    Some(out)
}

/// Whether a type knows a member, and would write it again: null and empty lists are no members.
fn knows(shape: &Shape, name: &str, value: &Value) -> bool {
    let Some(field) = shape.index_of(name).and_then(|index| shape.fields.get(index)) else { return false };
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty() || field.repeat == Repeat::One,
        Value::String(text) => !text.is_empty() || is_text(field),
        _ => true,
    }
}

fn is_text(field: &Field) -> bool {
    field.repeat == Repeat::One && matches!(field.kind, Kind::Text | Kind::Id | Kind::DateTime | Kind::Secret)
}

fn member<'b>(body: &'b Map<String, Value>, name: &str) -> Option<&'b Value> {
    let exact = body.get(name);
    exact.or_else(|| body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}
