//! Reading and changing records whose type is only known while running.

use backhaul_wire::reflect::{DynamicStruct, Scalar, copy};
use backhaul_wire::{Kind, Repeat, Secret, Slot, Struct, View};

/// A value to put into a field.
#[derive(Debug, Clone, Copy)]
pub(in crate::em) enum Value<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// The text at a dotted path: text, an identifier, a date or a word of an enumeration.
pub(in crate::em) fn text<'a>(of: &'a dyn Struct, path: &str) -> Option<&'a str> {
    match of.path(path).scalar() {
        Some(Scalar::Text(text) | Scalar::Enum(text)) => Some(text),
        _ => None,
    }
}

/// The number at a dotted path.
pub(in crate::em) fn int(of: &dyn Struct, path: &str) -> Option<i64> {
    match of.path(path).scalar() {
        Some(Scalar::Int(number)) => Some(number),
        _ => None,
    }
}

/// The boolean at a dotted path; an absent one is `false`.
pub(in crate::em) fn flag(of: &dyn Struct, path: &str) -> bool {
    matches!(of.path(path).scalar(), Some(Scalar::Bool(true)))
}

/// The secret at a dotted path.
pub(in crate::em) fn secret<'a>(of: &'a dyn Struct, path: &str) -> Option<&'a str> {
    match of.path(path).scalar() {
        Some(Scalar::Secret(secret)) => Some(secret.expose()),
        _ => None,
    }
}

/// The items of the list of structs at a dotted path.
pub(in crate::em) fn items<'a>(of: &'a dyn Struct, path: &str) -> Vec<&'a dyn Struct> {
    let list = of.path(path).structs();
    list.map_or_else(Vec::new, |list| (0..list.len()).filter_map(|at| list.get(at)).collect())
}

/// Whether the list of identifiers at a dotted path holds this GUID.
pub(in crate::em) fn lists_id(of: &dyn Struct, path: &str, id: &str) -> bool {
    match of.path(path) {
        View::Ids(ids) => ids.iter().any(|known| known.same(&id.into())),
        _ => false,
    }
}

/// Sets the field at a dotted path, making the structs on the way; a path that the type lacks is passed over.
pub(in crate::em) fn set<'v>(of: &mut dyn Struct, path: &str, value: impl Into<Value<'v>>) {
    let value = value.into();
    at(of, path, Missing::Made, &mut |slot| match (slot, value) {
        (Slot::Text(place), Value::Text(text)) => *place = Some(text.to_owned()),
        (Slot::Id(place), Value::Text(text)) => *place = Some(text.into()),
        (Slot::DateTime(place), Value::Text(text)) => *place = Some(text.into()),
        (Slot::Secret(place), Value::Text(text)) => *place = Some(Secret::from(text)),
        (Slot::Enum(place), Value::Text(text)) => {
            place.put(Some(text));
        }
        (Slot::Int(place), Value::Int(number)) => *place = Some(number),
        (Slot::Bool(place), Value::Bool(value)) => *place = Some(value),
        _ => {}
    });
}

/// Empties the field at a dotted path.
pub(in crate::em) fn clear(of: &mut dyn Struct, path: &str) {
    at(of, path, Missing::Left, &mut |mut slot| slot.clear());
}

/// Puts a struct into the field at a dotted path; a path that the type lacks is passed over.
pub(in crate::em) fn put(of: &mut dyn Struct, path: &str, value: &dyn Struct) {
    at(of, path, Missing::Made, &mut |slot| {
        if let Slot::Struct(place) = slot {
            copy(value, place.get_or_default());
        }
    });
}

/// Adds an item to the list of structs at a dotted path.
pub(in crate::em) fn push(of: &mut dyn Struct, path: &str, item: &dyn Struct) {
    at(of, path, Missing::Made, &mut |slot| {
        if let Slot::Structs(list) = slot {
            alike(item, list.push());
        }
    });
}

/// Keeps the items of the list of structs at a dotted path for which `keep` holds, and says how many went.
pub(in crate::em) fn retain(of: &mut dyn Struct, path: &str, keep: &dyn Fn(&dyn Struct) -> bool) -> usize {
    let mut gone = 0;
    at(of, path, Missing::Left, &mut |slot| {
        let Slot::Structs(list) = slot else { return };
        // Lists grow and are cut, and nothing else: what stays is written again, behind the rest and then in its place.
        let before = list.len();
        let kept: Vec<usize> = (0..before).filter(|&at| list.get(at).is_some_and(keep)).collect();
        gone = before - kept.len();
        rebuild(list, &kept);
    });
    gone
}

/// Cuts a list down to the items at these places, which are in rising order.
fn rebuild(list: &mut dyn backhaul_wire::reflect::StructList, kept: &[usize]) {
    let Some(first) = kept.iter().enumerate().find(|(to, from)| to != *from).map(|(to, _)| to) else {
        list.truncate(kept.len());
        return;
    };
    let moved: Vec<DynamicStruct> = kept[first..].iter().filter_map(|&from| list.get(from)).map(held).collect();
    list.truncate(first);
    for item in moved {
        copy(&item, list.push());
    }
}

/// A copy of an item, to be kept while its list is built anew.
fn held(item: &dyn Struct) -> DynamicStruct {
    let mut out = DynamicStruct::new(item.shape());
    copy(item, &mut out);
    out
}

/// Changes every item of the list of structs at a dotted path.
pub(in crate::em) fn each(of: &mut dyn Struct, path: &str, change: &dyn Fn(&mut dyn Struct)) {
    at(of, path, Missing::Left, &mut |slot| {
        let Slot::Structs(list) = slot else { return };
        let mut changed: Vec<DynamicStruct> = (0..list.len()).filter_map(|place| list.get(place)).map(held).collect();
        changed.iter_mut().for_each(|item| change(item));
        list.truncate(0);
        for item in changed {
            copy(&item, list.push());
        }
    });
}

/// What becomes of structs on the way to a field that are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Made,
    Left,
}

/// Acts on the field at a dotted path; on the way, structs that are not there are made, or nothing is done.
fn at(of: &mut dyn Struct, path: &str, missing: Missing, act: &mut dyn FnMut(Slot<'_>)) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(index) = of.shape().index_of(first) else { return };
    match of.slot(index) {
        Slot::Struct(nested) if !rest.is_empty() && (missing == Missing::Made || nested.get().is_some()) => {
            at(nested.get_or_default(), rest, missing, act);
        }
        slot if rest.is_empty() => act(slot),
        _ => {}
    }
}

/// Copies the fields that both types have under one name, with the same kind of value.
pub(in crate::em) fn alike(from: &dyn Struct, to: &mut dyn Struct) {
    if std::ptr::eq(from.shape(), to.shape()) {
        copy(from, to);
        return;
    }
    for (index, field) in from.shape().fields.iter().enumerate() {
        let Some(place) = to.shape().fields.iter().position(|other| other.wire == field.wire) else { continue };
        let other = &to.shape().fields[place];
        let fits = std::mem::discriminant(&field.kind) == std::mem::discriminant(&other.kind)
            && field.repeat == other.repeat
            && match (field.kind, other.kind) {
                (Kind::Struct(a), Kind::Struct(b)) => a.name == b.name,
                _ => true,
            };
        if fits {
            one(from.view(index), to.slot(place));
        }
    }
}

/// Copies one field to a field of the same kind.
fn one(from: View<'_>, to: Slot<'_>) {
    match (from, to) {
        (View::Bool(from), Slot::Bool(to)) => *to = *from,
        (View::Int(from), Slot::Int(to)) => *to = *from,
        (View::Float(from), Slot::Float(to)) => *to = *from,
        (View::Text(from), Slot::Text(to)) => to.clone_from(from),
        (View::Id(from), Slot::Id(to)) => to.clone_from(from),
        (View::DateTime(from), Slot::DateTime(to)) => to.clone_from(from),
        (View::Secret(from), Slot::Secret(to)) => to.clone_from(from),
        (View::Texts(from), Slot::Texts(to)) => to.clone_from(from),
        (View::Ids(from), Slot::Ids(to)) => to.clone_from(from),
        (View::Enum(from), Slot::Enum(to)) => {
            to.put(from.text());
        }
        (View::Enums(from), Slot::Enums(to)) => {
            to.clear();
            (0..from.len()).filter_map(|at| from.text(at)).for_each(|text| {
                to.push(text);
            });
        }
        (View::Struct(from), Slot::Struct(to)) => {
            to.clear();
            if let Some(from) = from.get() {
                copy(from, to.get_or_default());
            }
        }
        (View::Structs(from), Slot::Structs(to)) => {
            to.truncate(0);
            (0..from.len()).filter_map(|at| from.get(at)).for_each(|item| copy(item, to.push()));
        }
        _ => {}
    }
}

/// Lays what a client sent over what there is: what it left out stays, and so does a secret that it sent empty. Of a
/// choice (a struct of nothing but structs), what was sent replaces the rest. Lists are replaced whole, unknown fields
/// one by one.
pub(in crate::em) fn overlay(sent: &dyn Struct, to: &mut dyn Struct) {
    let choice = |field: &backhaul_wire::Field| matches!(field.kind, Kind::Struct(_)) && field.repeat == Repeat::One;
    let is_choice = to.shape().fields.iter().all(choice);
    for index in 0..to.shape().fields.len() {
        let from = sent.view(index);
        if from.is_absent() {
            if is_choice {
                to.slot(index).clear();
            }
            continue;
        }
        match (from, to.slot(index)) {
            (View::Struct(from), Slot::Struct(place)) => {
                if let Some(from) = from.get() {
                    overlay(from, place.get_or_default());
                }
            }
            (View::Secret(Some(from)), Slot::Secret(_)) if from.expose().is_empty() => {}
            (from, place) => one(from, place),
        }
    }
    if let (Some(sent), Some(to)) = (sent.unknown(), to.unknown_mut()) {
        let names: Vec<&str> = sent.iter().map(|field| field.name()).collect();
        let mut merged = backhaul_wire::reflect::Unknown::default();
        to.iter().filter(|field| !names.contains(&field.name())).chain(sent).for_each(|field| merged.push(field));
        *to = merged;
    }
}

/// Empties every secret that is set: Enterprise Manager never answers one.
pub(in crate::em) fn blank_secrets(of: &mut dyn Struct) {
    for index in 0..of.shape().fields.len() {
        match of.slot(index) {
            Slot::Secret(place) if place.is_some() => *place = Some(Secret::from("")),
            Slot::Struct(nested) if nested.get().is_some() => blank_secrets(nested.get_or_default()),
            _ => {}
        }
    }
}

/// What a body must hold and does not: the path of the first such field.
pub(in crate::em) fn missing(of: &dyn Struct) -> Option<&'static str> {
    let fields = of.shape().fields.iter().enumerate();
    fields
        .filter(|(_, field)| field.required)
        .find(|(index, _)| of.view(*index).is_absent())
        .map(|(_, field)| field.wire)
}
