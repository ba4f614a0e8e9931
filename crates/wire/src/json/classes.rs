//! Which class each object of an answer is: ZStack says it in a map beside the objects, by their place in the body.

use std::collections::BTreeMap;

use super::Case;
use super::lex::{Error, Result};
use super::read::Driver;
use super::ser::Out;
use crate::context::Context;
use crate::reflect::{Model, Slot, Struct};
use crate::shape::{Kind, Shape};

impl Driver<'_, '_, '_> {
    /// Makes every object that is a union the kind that the type's map of classes names.
    ///
    /// A place that is not there, and a class that no kind is known by, say nothing.
    #[inline]
    pub(super) fn settle(&mut self, target: &mut dyn Struct) -> Result<()> {
        match target.shape().classes {
            None => Ok(()),
            Some(index) => self.settle_by(target, index.into()),
        }
    }

    #[cold]
    fn settle_by(&mut self, target: &mut dyn Struct, index: usize) -> Result<()> {
        let Slot::TextMap(classes) = target.slot(index) else { return Ok(()) };
        // Sorted by place, so that an object comes before what stands in it.
        let classes = std::mem::take(classes);
        let settled =
            classes.iter().try_for_each(|(place, class)| become_class(target, place, class, place, self.context));
        if let Slot::TextMap(place) = target.slot(index) {
            *place = classes;
        }
        settled
    }
}

/// Makes one item of a list, and what stands in it, what the map of classes says; `place` is where the item stands.
pub(super) fn settle_item(
    item: &mut dyn Struct,
    declared: &Shape,
    classes: &BTreeMap<String, String>,
    place: &str,
    context: &mut Context<'_>,
) -> Result<()> {
    let below = classes.range(place.to_owned()..).take_while(|(at, _)| at.starts_with(place));
    for (at, class) in below {
        match at.get(place.len()..).and_then(|rest| rest.strip_prefix('.')) {
            Some(rest) => become_class(item, rest, class, at, context)?,
            None if at == place => choose(item, declared, class, at, context)?,
            None => {}
        }
    }
    Ok(())
}

/// Follows a place such as `inventories[0].vmNics[1]` one step at a time.
fn become_class(
    target: &mut dyn Struct,
    rest: &str,
    class: &str,
    place: &str,
    context: &mut Context<'_>,
) -> Result<()> {
    let (step, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let (name, item) = match step.split_once('[') {
        None => (step, None),
        Some((name, item)) => (name, item.strip_suffix(']').and_then(|item| item.parse::<usize>().ok())),
    };
    let Some(index) = target.shape().fields.iter().position(|field| field.json == name) else { return Ok(()) };
    let Kind::Struct(declared) = target.shape().fields[index].kind else { return Ok(()) };
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
        Some(object) => choose(object, declared, class, place, context),
    }
}

fn choose(
    object: &mut dyn Struct,
    declared: &Shape,
    class: &str,
    place: &str,
    context: &mut Context<'_>,
) -> Result<()> {
    let Some(union) = declared.union else { return Ok(()) };
    let class = class.rsplit(['.', '$']).next().unwrap_or(class);
    let is = |shape: &Shape| shape.name == class || shape.aliases.contains(&class);
    let Some(wanted) = union.variants.iter().position(|variant| is(variant.shape)) else { return Ok(()) };
    if std::ptr::eq(object.shape(), union.variants[wanted].shape) {
        return Ok(());
    }
    let body = serde_json::to_string(&Out::wire(object, Case::Schema)).map_err(Error::misfit)?;
    if let Some(slot) = object.union() {
        slot.choose(Some(wanted));
    }
    context.forget(place);
    context.push_name(place);
    Driver::new(&body, context).fields(object)?;
    context.pop();
    Ok(())
}

/// A value as another type that has its fields, such as the struct behind a union as the union, whose kind its tag then
/// tells. `None` when it cannot be written (a number that JSON does not have), or a field is of another type there.
#[must_use]
pub fn recast<T: Model>(value: &dyn Struct) -> Option<T> {
    let mut out = T::default();
    let body = serde_json::to_string(&Out::wire(value, Case::Schema)).ok()?;
    Driver::new(&body, &mut Context::new(None)).document(&mut out).ok()?;
    Some(out)
}
