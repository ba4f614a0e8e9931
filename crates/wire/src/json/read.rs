//! The reading driver: what stands in the text goes where the shape says.
//!
//! Of a member that stands twice the last one counts, as with Json.NET, System.Text.Json and serde_json.

mod key;
mod list;
mod nested;
mod scalar;
mod union;

use std::borrow::Cow;

use serde_json::Value;

use super::lex::{Cursor, Error, Result};
use crate::context::{Context, Step};
use crate::reflect::{Slot, Struct, UnknownPlace};
use crate::room;
use crate::shape::{Field, Kind, Repeat, Shape};
use key::{Key, resolve};

/// How many fields a member's name is compared with before it is looked for.
const LOOK_AHEAD: usize = 3;

/// Reads one text.
pub(super) struct Driver<'t, 'c, 'd> {
    pub(super) cursor: Cursor<'t>,
    pub(super) context: &'c mut Context<'d>,
    /// The list whose items are not read now but one at a time, later.
    pub(super) listed: Option<Listed<'c>>,
    /// Whether a member was kept that did not fit its field.
    misfits: bool,
}

/// A list that is passed over, and where it stands.
pub(super) struct Listed<'c> {
    pub(super) name: &'c str,
    pub(super) found: Option<Found>,
}

/// Where the items of a list stand.
pub(super) struct Found {
    pub(super) at: (usize, usize),
    pub(super) path: String,
    pub(super) field: &'static Field,
    /// Whether there is no list but its one item.
    pub(super) single: bool,
}

/// What was met in an object.
#[derive(Default)]
struct Met {
    known: bool,
    unknown: Option<String>,
}

impl<'t, 'c, 'd> Driver<'t, 'c, 'd> {
    pub(super) fn new(text: &'t str, context: &'c mut Context<'d>) -> Self {
        Self::resume(Cursor::new(text), context)
    }

    pub(super) fn resume(cursor: Cursor<'t>, context: &'c mut Context<'d>) -> Self {
        Self { cursor, context, listed: None, misfits: false }
    }

    /// Reads the whole text.
    pub(super) fn document(&mut self, target: &mut dyn Struct) -> Result<()> {
        let shape = target.shape();
        match self.cursor.peek()? {
            b'{' if shape.is_listing() => {
                let met = self.members(target)?;
                // An error's body has nothing of a page, and must not pass for one without items.
                if let (false, Some(name)) = (met.known, met.unknown) {
                    return Err(Error::misfit(format_args!(
                        "the object has no member of a {}, but `{name}`: an error's body, or another answer?",
                        shape.name
                    )));
                }
                self.settle(target)?;
            }
            b'{' => self.object(target)?,
            b'[' => self.bare(target)?,
            _ => return Err(self.another(&shape.expected())),
        }
        self.cursor.end()
    }

    /// Reads an object, which is next.
    pub(super) fn object(&mut self, target: &mut dyn Struct) -> Result<()> {
        if target.shape().union.is_some() {
            self.choose(target)?;
        }
        self.members(target)?;
        self.settle(target)
    }

    /// Reads an object's members into a value whose kind is settled.
    pub(super) fn fields(&mut self, target: &mut dyn Struct) -> Result<()> {
        self.members(target).map(|_| ())
    }

    /// Reads a list that stands for a struct: VB365's bare arrays, and structs that are nothing but a list.
    pub(super) fn bare(&mut self, target: &mut dyn Struct) -> Result<()> {
        let shape = target.shape();
        match shape.takes_list() {
            Some(index) => {
                let field = &shape.fields[index];
                self.context.push(Step::Field(field.json));
                target.slot(index).clear();
                self.items(target.slot(index), field)?;
                self.context.pop();
                Ok(self.context.room.take(room::of_fields(target, 1))?)
            }
            None => Err(self.another(&shape.expected())),
        }
    }

    /// Reads the members of an object, which is next.
    fn members(&mut self, target: &mut dyn Struct) -> Result<Met> {
        let shape = target.shape();
        let fields = shape.fields;
        let (mut first, mut next, mut kept, mut met) = (true, 0, 0_usize, Met::default());
        let mut count = 0;
        self.cursor.open()?;
        while self.cursor.more_members(&mut first)? {
            // Members mostly come in the schema's order, and a server leaves out a few: then the name is compared where
            // it stands.
            let ahead = fields.get(next..).unwrap_or_default().iter().take(LOOK_AHEAD);
            let key = match self.cursor.take_name(ahead.map(|field| field.json)) {
                Some(ahead) => Key::Known(next + ahead),
                None => {
                    let key = resolve(shape, next, self.cursor.string()?);
                    self.cursor.colon()?;
                    key
                }
            };
            match key {
                Key::Known(index) => {
                    next = index + 1;
                    count += 1;
                    met.known = true;
                    self.field(target, index, &fields[index])?;
                }
                Key::Root => {
                    met.known = true;
                    self.or_null(target)?;
                }
                Key::Namespace => self.cursor.skip()?,
                Key::Unknown(name) => {
                    let null = self.cursor.peek()? == b'n';
                    if !null && met.unknown.is_none() {
                        met.unknown = Some(name.to_string());
                    }
                    kept += usize::from(self.unknown(target, name, null)?);
                }
            }
        }
        if (kept > 1 || self.misfits)
            && let Some(unknown) = target.unknown_mut()
        {
            unknown.drop_twins();
        }
        if self.misfits {
            drop_outdated(target);
        }
        if self.context.room.is_bounded() {
            self.context.room.take(room::of_fields(target, count))?;
        }
        Ok(met)
    }

    /// Keeps an unknown member on types that do, or passes over it; says which.
    fn unknown(&mut self, target: &mut dyn Struct, name: Cow<'t, str>, null: bool) -> Result<bool> {
        // A null says nothing but that there is such a member: it is told to who asks, and not kept for others.
        if null && !target.shape().keeps_nulls() && !self.context.reports() {
            return self.cursor.literal("null").map(|()| false);
        }
        let Some(unknown) = target.unknown_mut() else {
            self.cursor.skip()?;
            self.context.unknown_field(&name);
            return Ok(false);
        };
        unknown.append_member(&name, |out| self.cursor.copy(out))?;
        self.context.unknown_field(&name);
        if let Some(altered) = self.cursor.take_altered() {
            self.context.altered(&name, altered.reason());
        }
        Ok(true)
    }

    /// Reads the value of a known member, which is next.
    #[inline]
    fn field(&mut self, target: &mut dyn Struct, index: usize, field: &'static Field) -> Result<()> {
        let (start, depth) = (self.cursor.at(), self.context.depth());
        match self.value(target.slot(index), field) {
            Ok(()) => match self.cursor.take_altered() {
                None => Ok(()),
                Some(altered) if self.context.reports() => {
                    self.context.altered(field.json, altered.reason());
                    Ok(())
                }
                Some(altered) => {
                    self.context.push(Step::Field(field.json));
                    Err(Error::misfit(altered.reason()))
                }
            },
            Err(error) => self.misfit(target, index, (start, depth), error),
        }
    }

    /// Keeps a member's value as it came when it does not fit and somebody wants to know; else it is an error.
    #[cold]
    fn misfit(
        &mut self,
        target: &mut dyn Struct,
        index: usize,
        (start, depth): ((usize, usize), usize),
        error: Error,
    ) -> Result<()> {
        let shape = target.shape();
        let field = &shape.fields[index];
        let Some(reason) = error.as_misfit() else { return Err(error) };
        // Without the list that it is made of, a page would be an empty one.
        let needed = shape.is_listing() && matches!(field.kind, Kind::Struct(_)) && field.repeat == Repeat::List;
        if needed || !(self.context.reports() || field.uncertain) {
            return Err(error);
        }
        let path = self.context.path();
        self.context.rise(depth);
        self.context.forget_last(&self.context.path_to(field.json));
        self.cursor.go_back(start);
        if self.context.room.is_bounded() {
            // Who shows it in its place may have it as a tree.
            let weight = self.cursor.weight()?;
            if let Err(too_large) = self.context.room.take(weight) {
                self.context.push(Step::Field(field.json));
                return Err(too_large.into());
            }
        }
        let mut text = String::new();
        self.cursor.copy(&mut text)?;
        self.cursor.take_altered();
        // Of a fraction with too many digits the nearest double may be a whole number, which the field would take.
        let is_int = matches!(field.kind, Kind::Int) && field.repeat == Repeat::One;
        let is_whole = |text: &str| text.parse().is_ok_and(|double: f64| double.fract() == 0.0);
        if is_int && text.contains(['.', 'e']) && is_whole(&text) {
            text = Value::from(self.cursor.since(start)).to_string();
        }
        target.slot(index).clear();
        self.forget_listed(field.json);
        self.misfits = true;
        match field.uncertain {
            true => self.context.unknown_field(field.json),
            false => self.context.misfit(field.json, path, reason.to_owned()),
        }
        if let Some(unknown) = target.unknown_mut() {
            unknown.append(field.json, UnknownPlace::Member, &text);
        }
        Ok(())
    }

    /// Reads a value into a slot. On an error the steps to it stay in the context.
    fn value(&mut self, slot: Slot<'_>, field: &'static Field) -> Result<()> {
        match slot {
            Slot::None => return self.cursor.skip(),
            Slot::Bool(place) => *place = self.at(field, Self::bool)?,
            Slot::Int(place) => *place = self.at(field, Self::int)?,
            Slot::Float(place) => *place = self.at(field, Self::float)?,
            Slot::Text(place) => *place = self.at(field, Self::text)?.map(Cow::into_owned),
            Slot::Id(place) => *place = self.at(field, Self::text)?.map(|text| text.into_owned().into()),
            Slot::DateTime(place) => *place = self.at(field, Self::text)?.map(|text| text.into_owned().into()),
            Slot::Secret(place) => *place = self.at(field, Self::text)?.map(|text| text.into_owned().into()),
            Slot::Json(place) => *place = Some(self.json()?).filter(|value| !value.is_null()),
            Slot::Enum(place) => {
                // As in XML, an empty text is no value.
                let text = self.at(field, Self::text)?;
                if !place.put(text.as_deref().filter(|text| !text.is_empty())) {
                    self.context.unknown_value(field.json, text.as_deref().unwrap_or_default());
                }
            }
            Slot::Edit(place) => {
                self.value(place.slot(), field)?;
                let null = place.view().is_absent();
                place.set_null(null);
            }
            slot => {
                self.context.push(Step::Field(field.json));
                // Without a wrapper, an object where a list belongs is its one item.
                self.nested(slot, field, field.item.is_none())?;
                self.context.pop();
            }
        }
        Ok(())
    }

    /// Reads any value as a tree.
    fn json(&mut self) -> Result<Value> {
        if self.context.room.is_bounded() {
            self.context.room.take(self.cursor.weight()?)?;
        }
        self.cursor.value()
    }

    #[inline]
    fn at<T>(&mut self, field: &'static Field, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let read = read(self);
        if read.is_err() {
            self.context.push(Step::Field(field.json));
        }
        read
    }
}

impl Shape {
    /// The field that takes a list which stands where the struct is expected.
    fn takes_list(&self) -> Option<usize> {
        let alone = match self.fields {
            [list] => list.repeat == Repeat::List,
            // Beside the list there may be what says which page it is.
            [list, page] => {
                list.repeat == Repeat::List && page.repeat == Repeat::One && matches!(page.kind, Kind::Struct(_))
            }
            _ => false,
        };
        self.bare_list.map(usize::from).or(alone.then_some(0))
    }

    /// Whether a body of it is a listing: a page, or an object of lists.
    fn is_listing(&self) -> bool {
        let nested = |field: &Field| matches!(field.kind, Kind::Struct(_)) && field.repeat != Repeat::Map;
        self.union.is_none() && (self.bare_list.is_some() || !self.fields.is_empty() && self.fields.iter().all(nested))
    }

    fn expected(&self) -> String {
        format!("an object ({})", self.name)
    }
}

/// Drops what was kept of members that came again and fitted: the last one counts, as with any member.
#[cold]
fn drop_outdated(target: &mut dyn Struct) {
    let fields = target.shape().fields.iter().enumerate();
    let there: Vec<&str> =
        fields.filter(|(at, _)| !target.view(*at).is_absent()).map(|(_, field)| field.json).collect();
    if let Some(unknown) = target.unknown_mut() {
        unknown.retain(|field| field.place() != UnknownPlace::Member || !there.contains(&field.name()));
    }
}
