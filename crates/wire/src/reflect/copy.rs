use super::{Slot, Struct, View};

/// Copies every field of `from` into `to`, an empty value of the same type.
///
/// `Clone` of the generated types goes through it: deriving `Clone` would cost their build more than all the rest.
pub fn copy(from: &dyn Struct, to: &mut dyn Struct) {
    if let Some(to) = to.union() {
        to.choose(to.kind_of(from));
    }
    for index in 0..from.shape().fields.len() {
        copy_field(from.view(index), to.slot(index));
    }
    if let Some(from) = from.unknown().filter(|from| !from.is_empty())
        && let Some(to) = to.unknown_mut()
    {
        to.clone_from(from);
    }
}

pub(super) fn copy_field(from: View<'_>, to: Slot<'_>) {
    match (from, to) {
        (View::Bool(from), Slot::Bool(to)) => *to = *from,
        (View::Int(from), Slot::Int(to)) => *to = *from,
        (View::Float(from), Slot::Float(to)) => *to = *from,
        (View::Text(from), Slot::Text(to)) => to.clone_from(from),
        (View::Id(from), Slot::Id(to)) => to.clone_from(from),
        (View::DateTime(from), Slot::DateTime(to)) => to.clone_from(from),
        (View::Secret(from), Slot::Secret(to)) => to.clone_from(from),
        (View::Json(from), Slot::Json(to)) => to.clone_from(from),
        (View::Bools(from), Slot::Bools(to)) => to.clone_from(from),
        (View::Ints(from), Slot::Ints(to)) => to.clone_from(from),
        (View::Floats(from), Slot::Floats(to)) => to.clone_from(from),
        (View::Texts(from), Slot::Texts(to)) => to.clone_from(from),
        (View::Ids(from), Slot::Ids(to)) => to.clone_from(from),
        (View::DateTimes(from), Slot::DateTimes(to)) => to.clone_from(from),
        (View::Jsons(from), Slot::Jsons(to)) => to.clone_from(from),
        (View::TextMap(from), Slot::TextMap(to)) => to.clone_from(from),
        (View::JsonMap(from), Slot::JsonMap(to)) => to.clone_from(from),
        (View::Enum(from), Slot::Enum(to)) => {
            to.put(from.text());
        }
        (View::Enums(from), Slot::Enums(to)) => {
            for text in (0..from.len()).filter_map(|i| from.text(i)) {
                to.push(text);
            }
        }
        (View::Struct(from), Slot::Struct(to)) => {
            if let Some(from) = from.get() {
                copy(from, to.get_or_default());
            }
        }
        (View::Structs(from), Slot::Structs(to)) => {
            for from in (0..from.len()).filter_map(|i| from.get(i)) {
                copy(from, to.push());
            }
        }
        (View::StructMap(from), Slot::StructMap(to)) => {
            for (name, from) in from.iter() {
                copy(from, to.entry(name));
            }
        }
        (View::Edit(from), Slot::Edit(to)) => {
            copy_field(from.view(), to.slot());
            to.set_null(from.is_null());
        }
        // The views and slots of one type agree; only an index past the end comes here.
        _ => {}
    }
}
