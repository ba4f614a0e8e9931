//! The reading driver, over serde's data model.

mod lists;
mod union;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::scalar;
use crate::drift::Drift;
use crate::reflect::{EditSlot, EnumSlot, Slot, Struct, UnknownField, UnknownPlace};
use crate::shape::{Field, Place, Repeat, Shape};
use crate::text::{DateTime, Id, Secret};
use lists::{read_items, read_wrapped, wraps};
pub(super) use union::Fields;
use union::read_union;

/// Where the driver is, and what it reports.
pub(crate) struct Context<'a> {
    segments: Vec<Segment>,
    drift: Option<&'a mut Drift>,
}

/// One step of a path.
#[derive(Clone)]
pub(crate) enum Segment {
    Field(&'static str),
    Index(usize),
    Name(String),
    /// An item of a list that repeats without a wrapper.
    Item(&'static str, usize),
}

impl<'a> Context<'a> {
    pub(crate) fn new(drift: Option<&'a mut Drift>) -> Self {
        Self { segments: Vec::new(), drift }
    }

    /// The path to where the driver is, such as `results[3].name`.
    pub(crate) fn path(&self) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Index(index) => out.push_str(&format!("[{index}]")),
                Segment::Field(name) => push_name(&mut out, name),
                Segment::Name(name) => push_name(&mut out, name),
                Segment::Item(name, index) => {
                    push_name(&mut out, name);
                    out.push_str(&format!("[{index}]"));
                }
            }
        }
        out
    }

    pub(crate) fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    pub(crate) fn pop(&mut self) {
        self.segments.pop();
    }

    /// Drops what was reported below a path.
    pub(super) fn forget(&mut self, path: &str) {
        if let Some(drift) = &mut self.drift {
            drift.forget(path);
        }
    }

    pub(crate) fn unknown_field(&mut self, name: &str) {
        if self.drift.is_some() {
            let mut path = self.path();
            push_name(&mut path, name);
            if let Some(drift) = &mut self.drift {
                drift.field(path);
            }
        }
    }

    /// An enum value that its type does not list, at the field `name`, or, with no name, where the driver is.
    pub(crate) fn unknown_value(&mut self, name: &'static str, text: &str) {
        if self.drift.is_some() {
            let mut path = self.path();
            if !name.is_empty() {
                push_name(&mut path, name);
            }
            if let Some(drift) = &mut self.drift {
                drift.value(path, text);
            }
        }
    }

    /// Runs `read` one step deeper. On an error the step stays, so that the path names the place.
    fn within<T, E>(&mut self, segment: Segment, read: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.segments.push(segment);
        let value = read(self)?;
        self.segments.pop();
        Ok(value)
    }

    /// Adds the last step of the path to an error that a scalar gave.
    fn blame<T, E>(&mut self, field: &'static str, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.segments.push(Segment::Field(field));
        }
        result
    }
}

fn push_name(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.extend(name.chars().take(100));
}

/// A serde_json error without its own notion of the type, with the place in the text.
pub(super) struct Explained<'a> {
    pub(super) error: &'a serde_json::Error,
    pub(super) text: &'a str,
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.text.trim_start();
        if start.starts_with('<') {
            let what = if looks_like_html(start) { "an HTML page (from a proxy or another product?)" } else { "XML" };
            return write!(f, "the body is {what}, not JSON");
        }
        if self.error.is_eof() {
            return write!(f, "the body ends too early: {}", self.error);
        }
        self.error.fmt(f)
    }
}

pub(crate) fn looks_like_html(start: &str) -> bool {
    let head: String = start.chars().take(200).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.contains("<html")
}

/// Reads a whole text. Not generic, so that it is compiled once, here.
pub(super) fn run(target: &mut dyn Struct, text: &str, context: &mut Context<'_>) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    StructSeed { target, context }.deserialize(&mut reader)?;
    reader.end()
}

/// Reads one struct.
pub(crate) struct StructSeed<'t, 'c, 'd> {
    pub(crate) target: &'t mut dyn Struct,
    pub(crate) context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for StructSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StructSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.target.shape().name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        read_members(self.target, None, map, self.context)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { target, context } = self;
        let shape = target.shape();
        match takes_list(shape) {
            Some(index) => {
                let field = &shape.fields[index];
                context.within(Segment::Field(field.json), |context| read_items(target.slot(index), &mut seq, context))
            }
            None => Err(A::Error::custom(format_args!("a list stands where an object ({}) is expected", shape.name))),
        }
    }
}

/// The field that takes a list which stands where the struct is expected.
fn takes_list(shape: &Shape) -> Option<usize> {
    let only = matches!(shape.fields, [only] if only.repeat == Repeat::List).then_some(0);
    shape.bare_list.map(usize::from).or(only)
}

/// Reads the members of a struct or union; the name of the first one may have been read already.
fn read_members<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    first: Option<String>,
    map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    match target.shape().union {
        None => {
            read_fields(target, first, map, context)?;
            match target.shape().classes {
                None => Ok(()),
                Some(index) => super::classes::settle(target, index.into(), context).map_err(A::Error::custom),
            }
        }
        Some(union) => read_union(target, union, first, map, context),
    }
}

fn read_fields<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    mut first: Option<String>,
    mut map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let shape = target.shape();
    let keep = target.unknown().is_some();
    let mut next = 0;
    loop {
        let key = KeySeed { shape, next, name: keep || context.drift.is_some() };
        let key = match first.take() {
            Some(name) => Some(key.resolve(&name)),
            None => map.next_key_seed(key)?,
        };
        match key {
            None => return Ok(()),
            Some(Key::Known(index)) => {
                next = index + 1;
                let field = &shape.fields[index];
                if field.uncertain {
                    read_uncertain(target, index, &mut map, context)?;
                } else {
                    read_field(target.slot(index), field, &mut map, context)?;
                }
            }
            // The document's element around its members: naive XML-to-JSON conversions keep it.
            Some(Key::Root) => map.next_value_seed(OrNull { target: &mut *target, context: &mut *context })?,
            Some(Key::Namespace) => drop(map.next_value::<IgnoredAny>()?),
            Some(Key::Unknown(name)) if keep => {
                let value = map.next_value::<Value>()?;
                // EM writes every member that a type could have: an unknown one without a value says nothing.
                if value.is_null() && !shape.keeps_nulls() {
                    continue;
                }
                context.unknown_field(&name);
                if let Some(unknown) = target.unknown_mut() {
                    unknown.push(UnknownField { name, place: UnknownPlace::Member, value });
                }
            }
            Some(Key::Unknown(name)) => {
                if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                    context.unknown_field(&name);
                }
            }
        }
    }
}

/// Which field a member is.
enum Key {
    Known(usize),
    /// The name of the XML document itself.
    Root,
    /// An XML namespace, which JSON has no use for.
    Namespace,
    Unknown(String),
}

struct KeySeed {
    shape: &'static Shape,
    /// The field after the one read last: members mostly come in the schema's order.
    next: usize,
    /// Whether the name of an unknown member is wanted.
    name: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.resolve(name))
    }
}

impl KeySeed {
    fn resolve(&self, name: &str) -> Key {
        let fields = self.shape.fields;
        if let Some(field) = fields.get(self.next)
            && (field.json == name || field.json.eq_ignore_ascii_case(name))
        {
            return Key::Known(self.next);
        }
        let exact = fields.iter().position(|field| field.json == name);
        if let Some(index) = exact.or_else(|| self.shape.index_of(name)) {
            return Key::Known(index);
        }
        match name {
            // How such conversions name the text of an element that has attributes.
            "#text" if let Some(index) = fields.iter().position(|field| field.place == Place::Text) => {
                Key::Known(index)
            }
            "xmlns" | "@xmlns" => Key::Namespace,
            _ if self.next == 0 && self.shape.is_document(name) => Key::Root,
            _ if self.name => Key::Unknown(name.to_owned()),
            _ => Key::Unknown(String::new()),
        }
    }
}

/// Reads the value of a known member into its slot.
fn read_field<'de, A: MapAccess<'de>>(
    slot: Slot<'_>,
    field: &'static Field,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    match slot {
        Slot::None => map.next_value::<IgnoredAny>().map(|_| ()),
        Slot::Bool(place) => {
            let read = map.next_value_seed(scalar::Bool);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Int(place) => {
            let read = map.next_value_seed(scalar::Int);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Float(place) => {
            let read = map.next_value_seed(scalar::Float);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Text(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Id(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(Id::from);
            Ok(())
        }
        Slot::DateTime(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(DateTime::from);
            Ok(())
        }
        Slot::Secret(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(Secret::from);
            Ok(())
        }
        Slot::Json(place) => {
            let value = map.next_value::<Value>();
            *place = Some(context.blame(field.json, value)?).filter(|value| !value.is_null());
            Ok(())
        }
        Slot::Enum(place) => {
            let read = map.next_value_seed(EnumSeed { place, field, context });
            context.blame(field.json, read)
        }
        Slot::Edit(place) => read_edit(place, field, map, context),
        slot => {
            // Without a wrapper, an object where a list belongs is its one item.
            let wrapped = field.item.is_empty();
            context.within(Segment::Field(field.json), |context| {
                map.next_value_seed(NestedSeed { slot, field, wrapped, context })
            })
        }
    }
}

/// Reads a member whose type is a guess: a value that does not fit is kept as it came, and reported.
#[cold]
fn read_uncertain<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    index: usize,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let field = &target.shape().fields[index];
    let value: Value = map.next_value()?;
    let (depth, mut one) = (context.segments.len(), serde_json::Map::new());
    one.insert(field.json.to_owned(), value.clone());
    let mut drift = context.drift.is_some().then(Drift::default);
    let mut inner = Context { segments: std::mem::take(&mut context.segments), drift: drift.as_mut() };
    let read = Value::Object(one).deserialize_map(One { slot: target.slot(index), field, context: &mut inner });
    inner.segments.truncate(depth);
    context.segments = std::mem::take(&mut inner.segments);
    if read.is_ok() {
        if let (Some(all), Some(more)) = (&mut context.drift, drift) {
            all.extend(more);
        }
        return Ok(());
    }
    target.slot(index).clear();
    context.unknown_field(field.json);
    if let Some(unknown) = target.unknown_mut() {
        unknown.push(UnknownField { name: field.json.to_owned(), place: UnknownPlace::Member, value });
    }
    Ok(())
}

/// Reads the one member of an object into a slot.
struct One<'t, 'c, 'd> {
    slot: Slot<'t>,
    field: &'static Field,
    context: &'c mut Context<'d>,
}

impl<'de> Visitor<'de> for One<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        map.next_key::<IgnoredAny>()?;
        read_field(self.slot, self.field, &mut map, self.context)
    }
}

/// Reads a value that may be an explicit null.
fn read_edit<'de, A: MapAccess<'de>>(
    place: &mut dyn EditSlot,
    field: &'static Field,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    read_field(place.slot(), field, map, context)?;
    let null = place.view().is_absent();
    place.set_null(null);
    Ok(())
}

/// Reads an enum value without a copy of its text.
struct EnumSeed<'t, 'c, 'd> {
    place: &'t mut dyn EnumSlot,
    field: &'static Field,
    context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for EnumSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { place, field, context } = self;
        deserializer.deserialize_any(scalar::WithText(|text: Option<&str>| {
            // As in XML, an empty text is no value.
            if !place.put(text.filter(|text| !text.is_empty())) {
                context.unknown_value(field.json, text.unwrap_or_default());
            }
        }))
    }
}

/// Reads a struct, list or map, where `null` empties the place.
struct NestedSeed<'t, 'c, 'd> {
    slot: Slot<'t>,
    field: &'static Field,
    /// Whether the wrapper of a list, if it has one, is around this already.
    wrapped: bool,
    context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for NestedSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NestedSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.slot {
            Slot::Struct(_) => "an object",
            Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) => "an object of named values",
            _ => "a list",
        };
        write!(f, "{what} ({})", self.field.kind.name())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.slot.clear();
        Ok(())
    }

    /// An empty string stands for absence: naive XML-to-JSON conversions write one for an empty element.
    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        match &mut self.slot {
            slot if text.is_empty() => slot.clear(),
            // They also write a list of one item as the item.
            Slot::Texts(list) => list.push(text.to_owned()),
            Slot::Ids(list) => list.push(text.into()),
            Slot::Enums(list) => {
                if !list.push(text) {
                    self.context.unknown_value("", text);
                }
            }
            _ => return Err(E::invalid_type(serde::de::Unexpected::Str("..."), &self)),
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { slot, field, wrapped, context } = self;
        match slot {
            // Inside its wrapper, an object is another wrapper or the one item: its first member tells.
            Slot::Structs(place) if wrapped => match map.next_key::<String>()? {
                None => Ok(()),
                Some(name) if wraps(field, &name) => {
                    read_wrapped(Slot::Structs(place), field, Some(name), map, context)
                }
                Some(name) => read_members(place.push(), Some(name), map, context),
            },
            Slot::Struct(place) => StructSeed { target: place.get_or_default(), context }.visit_map(map),
            Slot::StructMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    let target = place.entry(&name);
                    context.within(Segment::Name(name), |context| map.next_value_seed(OrNull { target, context }))?;
                }
                Ok(())
            }
            Slot::TextMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    let text = context.within(Segment::Name(name.clone()), |_| map.next_value_seed(scalar::Text))?;
                    place.insert(name, text.unwrap_or_default());
                }
                Ok(())
            }
            Slot::JsonMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    place.insert(name, map.next_value()?);
                }
                Ok(())
            }
            list => read_wrapped(list, field, None, map, context),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { slot, context, .. } = self;
        match slot {
            // A struct that is nothing but a list may stand as the list alone.
            Slot::Struct(place) => StructSeed { target: place.get_or_default(), context }.visit_seq(seq),
            // ZStack writes maps with object keys as arrays of pairs; an empty one says nothing.
            Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) => match seq.next_element::<IgnoredAny>()? {
                None => Ok(()),
                Some(_) => Err(A::Error::custom("a list stands where an object of named values is expected")),
            },
            list => read_items(list, &mut seq, context),
        }
    }
}

/// Reads a struct that may be null, which leaves it empty.
struct OrNull<'t, 'c, 'd> {
    target: &'t mut dyn Struct,
    context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for OrNull<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OrNull<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.target.shape().name)
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        StructSeed { target: self.target, context: self.context }.visit_map(map)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { target, context } = self;
        if takes_list(target.shape()).is_some() {
            return StructSeed { target, context }.visit_seq(seq);
        }
        // A list of one in a list is that one: so a page of VB365's documents prints users.
        let shape = target.shape();
        let item = context.within(Segment::Index(0), |context| seq.next_element_seed(OrNull { target, context }))?;
        match item.is_none() || seq.next_element::<IgnoredAny>()?.is_some() {
            true => Err(A::Error::custom(format_args!("a list stands where an object ({}) is expected", shape.name))),
            false => Ok(()),
        }
    }
}
