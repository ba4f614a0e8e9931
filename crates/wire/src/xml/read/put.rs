//! Texts and attributes into slots.

use std::borrow::Cow;

use serde_json::Value;

use super::super::lex::{Error, Result};
use super::{Driver, find, local};
use crate::context::{Context, Step};
use crate::reflect::{Slot, Struct, UnknownPlace};
use crate::room;
use crate::shape::Place;
use crate::text::{parse_bool, parse_float, parse_int};

impl Driver<'_, '_, '_, '_> {
    /// Reads the attributes of the tag that was read last.
    pub(super) fn attributes(&mut self, target: &mut dyn Struct) -> Result<()> {
        let shape = target.shape();
        let mut next = 0;
        for attribute in self.source.attributes() {
            let full = self.source.str(attribute.name);
            let value = self.source.value(*attribute)?;
            match find(shape, full, Place::Attribute, next) {
                Some(index) => {
                    next = index + 1;
                    let field = &shape.fields[index];
                    let Err(reason) = put(target.slot(index), value, (self.context, field.wire)) else {
                        continue;
                    };
                    if !self.context.reports() {
                        self.context.push(Step::Field(field.wire));
                        return Err(Error::Refused(reason));
                    }
                    self.context.misfit(field.wire, self.context.path_to(field.wire), reason);
                    keep(target, field.wire, &self.source.value(*attribute)?);
                }
                None if full.starts_with("xmlns") || full.starts_with("xsi:") => {}
                None => {
                    self.context.unknown_field(local(full));
                    keep(target, local(full), &value);
                }
            }
        }
        let count = self.source.attributes().len();
        self.take(|| room::of_attributes(target, count))
    }

    /// Puts the text of an element into a field.
    pub(super) fn scalar(&mut self, target: &mut dyn Struct, index: usize, text: Cow<'_, str>) -> Result<()> {
        let field = &target.shape().fields[index];
        match put(target.slot(index), Cow::Borrowed(&text), (self.context, field.wire)) {
            Ok(()) => Ok(()),
            Err(reason) => self.misfit(target, index, &text, reason),
        }
    }
}

fn keep(target: &mut dyn Struct, name: &str, value: &str) {
    if let Some(unknown) = target.unknown_mut() {
        unknown.append(name, UnknownPlace::Attribute, value);
    }
}

/// Puts a text where it belongs: a scalar, or the next item of a list of scalars. The name is what an unknown enum
/// value is told under. The error is the reason why it does not fit.
pub(super) fn put(
    slot: Slot<'_>,
    text: Cow<'_, str>,
    told: (&mut Context<'_>, &'static str),
) -> std::result::Result<(), String> {
    match slot {
        Slot::Text(place) => *place = Some(text.into_owned()),
        Slot::Id(place) => *place = Some(text.into_owned()).filter(|text| !text.is_empty()).map(Into::into),
        Slot::DateTime(place) => *place = Some(text.into_owned()).filter(|text| !text.is_empty()).map(Into::into),
        Slot::Secret(place) => *place = Some(text.into_owned().into()),
        Slot::Bool(place) => *place = parse_bool(&text)?,
        Slot::Int(place) => *place = parse_int(&text)?,
        Slot::Float(place) => *place = parse_float(&text)?,
        Slot::Enum(place) => {
            let text = text.trim();
            if !place.put(Some(text).filter(|text| !text.is_empty())) {
                told.0.unknown_value(told.1, text);
            }
        }
        Slot::Texts(list) => list.push(text.into_owned()),
        Slot::Ids(list) => list.push(text.into_owned().into()),
        Slot::DateTimes(list) => list.push(text.into_owned().into()),
        Slot::Bools(list) => list.extend(parse_bool(&text)?),
        Slot::Ints(list) => list.extend(parse_int(&text)?),
        Slot::Floats(list) => list.extend(parse_float(&text)?),
        Slot::Enums(list) => {
            let known = list.push(text.trim());
            if !known {
                told.0.unknown_value(told.1, text.trim());
            }
        }
        Slot::Json(place) => *place = Some(Value::String(text.into_owned())),
        Slot::Jsons(list) => list.push(Value::String(text.into_owned())),
        Slot::Edit(place) => put(place.slot(), text, told)?,
        // A struct, map or list of structs never comes here: the driver reads their elements.
        _ => {}
    }
    Ok(())
}
