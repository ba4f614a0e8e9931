//! Unions: values that are one of several structs.
//!
//! A union hands out the fields of the struct that its value is, so that whatever reads or writes structs also reads
//! and writes unions. Only two things know more: who makes a value chooses its kind first ([`UnionSlot::choose`]), and
//! the JSON reader buffers a body until it can tell the kind ([`UnionShape::pick`]).

use serde_json::{Map, Value};

use super::copy::copy_field;
use super::{Model, Scalar, Struct};

use crate::shape::{Field, Kind, Repeat, Shape, UnionShape, Variant};

/// The kind of a union's value.
pub trait UnionSlot: Send + Sync {
    /// The kinds that there are.
    fn kinds(&self) -> &'static UnionShape;
    /// Makes it an empty value of the kind at `index` among [`UnionShape::variants`]; of an unknown one for `None`.
    fn choose(&mut self, index: Option<usize>);
    /// Which of its kinds a value is; `None` for an unknown one.
    fn kind_of(&self, value: &dyn Struct) -> Option<usize> {
        let shape = value.shape();
        self.kinds().variants.iter().position(|variant| std::ptr::eq(variant.shape, shape))
    }
}

impl UnionShape {
    /// Which kind a body is; `None` for an unknown one.
    ///
    /// The tag decides. Where there is none, or its value is known and yet means no kind in particular, or it is free
    /// text, it is the kind that knows most of the body's members; of several such the one with the fewest fields of
    /// its own, and of those the first.
    pub(crate) fn pick(&self, wide: &Shape, body: &Map<String, Value>) -> Option<usize> {
        let tag = self.tag.and_then(|tag| wide.index_of(tag)).and_then(|index| wide.fields.get(index));
        if let Some(tag) = tag
            && let Some(text) = member(body, tag.json).and_then(Value::as_str).filter(|text| !text.is_empty())
        {
            if let Some(index) = self.tagged(text) {
                return Some(index);
            }
            if matches!(tag.kind, Kind::Enum(values) if values.index_of(text).is_none()) {
                return None;
            }
        }
        let known = |variant: &Variant| body.iter().filter(|(name, value)| knows(variant.shape, name, value)).count();
        let counted = self.variants.iter().enumerate().map(|(index, variant)| (index, known(variant), variant));
        let fits = counted.filter(|(_, count, _)| *count > 0);
        // The first of those that are alike.
        let best = fits.min_by_key(|(_, count, variant)| (std::cmp::Reverse(*count), variant.shape.fields.len()));
        best.map(|(index, ..)| index)
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

/// Makes the struct that holds every field of a union's kinds into the kind that it is, told by its tag or by its
/// fields; `None` when it has a field that this kind has not.
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
    let index = match union.tag.and_then(|tag| any.field(tag).scalar()) {
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
    if let Some(slot) = out.union() {
        slot.choose(Some(index));
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
