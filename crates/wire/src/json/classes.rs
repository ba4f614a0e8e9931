//! Which class each object of an answer is: ZStack says it in a map beside the objects, by their place in the body.

use serde::Deserializer;
use serde::de::DeserializeSeed;

use super::Case;
use super::de::{Context, Fields, Segment, StructSeed};
use super::ser::Out;
use crate::reflect::{Model, Slot, Struct};
use crate::shape::{Kind, Shape, UnionShape};

/// Makes every object that is a union the kind that the map at `index` names.
///
/// A place that is not there, and a class that no kind is known by, say nothing.
pub(super) fn settle(
    target: &mut dyn Struct,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), serde_json::Error> {
    let Slot::TextMap(classes) = target.slot(index) else { return Ok(()) };
    // Sorted by place, so that an object comes before what stands in it.
    let classes = std::mem::take(classes);
    let settled = classes.iter().try_for_each(|(place, class)| {
        let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
        become_class(target, place, simple, place, context)
    });
    if let Slot::TextMap(place) = target.slot(index) {
        *place = classes;
    }
    settled
}

/// Follows a place such as `inventories[0].vmNics[1]` one step at a time.
fn become_class(
    target: &mut dyn Struct,
    rest: &str,
    class: &str,
    place: &str,
    context: &mut Context<'_>,
) -> Result<(), serde_json::Error> {
    let (step, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let (name, item) = match step.split_once('[') {
        None => (step, None),
        Some((name, item)) => (name, item.strip_suffix(']').and_then(|item| item.parse::<usize>().ok())),
    };
    let Some(index) = target.shape().fields.iter().position(|field| field.json == name) else { return Ok(()) };
    let Kind::Struct(shape) = target.shape().fields[index].kind else { return Ok(()) };
    if target.view(index).is_absent() {
        return Ok(());
    }
    let object = match (target.slot(index), item) {
        (Slot::Struct(object), None) => Some(object.get_or_default()),
        (Slot::Structs(list), Some(item)) => list.get_mut(item),
        _ => None,
    };
    match object {
        None => Ok(()),
        Some(object) if !rest.is_empty() => become_class(object, rest, class, place, context),
        Some(object) => match shape.union {
            None => Ok(()),
            Some(union) => choose(object, union, class, place, context),
        },
    }
}

fn choose(
    object: &mut dyn Struct,
    union: &'static UnionShape,
    class: &str,
    place: &str,
    context: &mut Context<'_>,
) -> Result<(), serde_json::Error> {
    let is = |shape: &Shape| shape.name == class || shape.aliases.contains(&class);
    let Some(wanted) = union.variants.iter().position(|variant| is(variant.shape)) else { return Ok(()) };
    if std::ptr::eq(object.shape(), union.variants[wanted].shape) {
        return Ok(());
    }
    let body = serde_json::to_value(Out::wire(object, Case::Schema))?;
    if let Some(slot) = object.union() {
        slot.choose(Some(wanted));
    }
    context.forget(place);
    context.push(Segment::Name(place.to_owned()));
    body.deserialize_map(Fields { target: object, context })?;
    context.pop();
    Ok(())
}

/// A value as another type that has its fields, such as the struct behind a union as the union, whose kind its tag then tells.
/// `None` when it cannot be written (a number that JSON does not have), or a field is of another type there.
#[must_use]
pub fn recast<T: Model>(value: &dyn Struct) -> Option<T> {
    let mut out = T::default();
    let body = serde_json::to_value(Out::wire(value, Case::Schema)).ok()?;
    let mut context = Context::new(None);
    StructSeed { target: &mut out, context: &mut context }.deserialize(body).ok()?;
    Some(out)
}
