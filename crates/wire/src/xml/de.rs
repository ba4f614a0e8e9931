//! The reading driver.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use serde_json::Value;

use super::source::{Error, Source};
use super::{MAX_DEPTH, NAMESPACE};
use crate::json::{Context, Segment, parse_bool, parse_float, parse_int};
use crate::reflect::{Slot, Struct, UnknownField, UnknownPlace};
use crate::shape::{Field, Place, Repeat, Shape};
use crate::text::Secret;

type Result<T> = std::result::Result<T, Error>;

/// Takes the items of one list as they are read, instead of the list itself.
pub(super) trait Sink {
    /// The list's wrapper element.
    fn list(&self) -> &str;
    /// An empty item to read into.
    fn fresh(&mut self) -> &mut dyn Struct;
    /// The item is complete.
    fn done(&mut self);
}

/// What the driver carries down.
struct Driver<'s, 'c, 'd, 'k, S> {
    source: &'s mut S,
    context: &'c mut Context<'d>,
    sink: Option<&'k mut (dyn Sink + 'k)>,
    /// Text on its way to a number, a boolean or an enum.
    scratch: String,
    /// The root element's prefix with its colon, which stands for Enterprise Manager's namespace.
    prefix: String,
    depth: usize,
}

/// Reads a whole document.
pub(super) fn document<'k, S: Source>(
    target: &mut dyn Struct,
    source: &mut S,
    context: &mut Context<'_>,
    sink: Option<&'k mut (dyn Sink + 'k)>,
) -> Result<()> {
    let (prefix, empty) = loop {
        match source.next()? {
            Event::Start(start) => break (root(&start, target, context)?, false),
            Event::Empty(start) => break (root(&start, target, context)?, true),
            Event::DocType(_) => return Err(doctype()),
            Event::Eof => return Err(Error::refused("the body holds no element")),
            _ => {}
        }
    };
    let mut driver = Driver { source, context, sink, scratch: String::new(), prefix, depth: 0 };
    if !empty {
        driver.children(target)?;
    }
    loop {
        match driver.source.next()? {
            Event::Eof => return Ok(()),
            Event::Start(start) | Event::Empty(start) => {
                return Err(Error::refused(format_args!("a second root element, `{}`", start.name().0)));
            }
            Event::DocType(_) => return Err(doctype()),
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return Err(Error::refused("text behind the root element"));
            }
            _ => {}
        }
    }
}

fn doctype() -> Error {
    Error::refused("a document type declaration (DTD) is not taken from a server")
}

/// Checks the root element's name and namespace, reads its attributes, and gives its prefix with the colon.
fn root(start: &BytesStart<'_>, target: &mut dyn Struct, context: &mut Context<'_>) -> Result<String> {
    let shape = target.shape();
    let wanted = shape.root.unwrap_or(shape.name);
    let found = start.local_name().into_inner();
    if found != wanted {
        return Err(Error::refused(format_args!("the root element is `{found}`, not `{wanted}`")));
    }
    let prefix = start.name().prefix().map(|prefix| prefix.into_inner());
    let declaration = prefix.map_or(Cow::Borrowed("xmlns"), |prefix| Cow::Owned(format!("xmlns:{prefix}")));
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| Error::refused(format_args!("in the root element: {error}")))?;
        if attribute.key.0 == declaration && attribute.value != NAMESPACE {
            let namespace = &attribute.value;
            return Err(Error::refused(format_args!(
                "the root element's namespace is `{namespace}`, not `{NAMESPACE}`"
            )));
        }
    }
    attributes(start, target, context)?;
    Ok(prefix.map(|prefix| format!("{prefix}:")).unwrap_or_default())
}

/// Reads an element's attributes into a struct.
fn attributes(start: &BytesStart<'_>, target: &mut dyn Struct, context: &mut Context<'_>) -> Result<()> {
    let raw = start.attributes_raw();
    if raw.is_empty() {
        return Ok(());
    }
    let shape = target.shape();
    let mut next = 0;
    let mut list = start.attributes();
    // Whether a name stands twice costs a comparison with every other; the last one wins, and nothing is lost by it.
    for attribute in list.with_checks(false) {
        let attribute = attribute.map_err(|error| Error::refused(format_args!("in `{}`: {error}", start.name().0)))?;
        let name = attribute.key.local_name().into_inner();
        let value = unescaped(&attribute.value)?;
        match find(shape, name, true, next) {
            Some(index) => {
                next = index + 1;
                let field = &shape.fields[index];
                put(target.slot(index), field, value, context)?;
            }
            None if attribute.key.0.starts_with("xmlns") || attribute.key.0.starts_with("xsi:") => {}
            None => {
                context.unknown_field(name);
                if let Some(unknown) = target.unknown_mut() {
                    let (name, value) = (name.to_owned(), Value::String(value.into_owned()));
                    unknown.push(UnknownField { name, place: UnknownPlace::Attribute, value });
                }
            }
        }
    }
    Ok(())
}

#[inline]
fn unescaped(raw: &str) -> Result<Cow<'_, str>> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    unescape(raw).map_err(|error| Error::refused(format_args!("an entity that XML does not have: {error}")))
}

/// The field that an attribute or element is; `next` is where it mostly stands.
#[inline]
fn find(shape: &Shape, name: &str, attribute: bool, next: usize) -> Option<usize> {
    let fits = |field: &Field| (field.place == Place::Attribute) == attribute && field.place != Place::Text;
    if let Some(field) = shape.fields.get(next)
        && field.wire == name
        && fits(field)
    {
        return Some(next);
    }
    let exact = shape.fields.iter().position(|field| field.wire == name && fits(field));
    exact.or_else(|| shape.fields.iter().position(|field| field.wire.eq_ignore_ascii_case(name) && fits(field)))
}

/// Puts a text where it belongs: a scalar, or the next item of a list of scalars.
fn put(slot: Slot<'_>, field: &'static Field, text: Cow<'_, str>, context: &mut Context<'_>) -> Result<()> {
    // The items of a wrapped list have their step of the path already.
    let name = if field.item.is_none() { field.wire } else { "" };
    let refused = |context: &mut Context<'_>, message: String| {
        if !name.is_empty() {
            context.push(Segment::Field(name));
        }
        Error::Refused(message)
    };
    match slot {
        Slot::Text(place) => *place = Some(text.into_owned()),
        Slot::Id(place) => *place = Some(text.into_owned()).filter(|text| !text.is_empty()).map(Into::into),
        Slot::DateTime(place) => *place = Some(text.into_owned()).filter(|text| !text.is_empty()).map(Into::into),
        Slot::Secret(place) => *place = Some(Secret::from(text.into_owned())),
        Slot::Bool(place) => *place = parse_bool(&text).map_err(|message| refused(context, message))?,
        Slot::Int(place) => *place = parse_int(&text).map_err(|message| refused(context, message))?,
        Slot::Float(place) => *place = parse_float(&text).map_err(|message| refused(context, message))?,
        Slot::Enum(place) => {
            let text = text.trim();
            if !place.put(Some(text).filter(|text| !text.is_empty())) {
                context.unknown_value(name, text);
            }
        }
        Slot::Texts(list) => list.push(text.into_owned()),
        Slot::Ids(list) => list.push(text.into_owned().into()),
        Slot::DateTimes(list) => list.push(text.into_owned().into()),
        Slot::Bools(list) => list.extend(parse_bool(&text).map_err(|message| refused(context, message))?),
        Slot::Ints(list) => list.extend(parse_int(&text).map_err(|message| refused(context, message))?),
        Slot::Floats(list) => list.extend(parse_float(&text).map_err(|message| refused(context, message))?),
        Slot::Enums(list) => {
            let known = list.push(text.trim());
            if !known {
                context.unknown_value(name, text.trim());
            }
        }
        Slot::Json(place) => *place = Some(Value::String(text.into_owned())),
        Slot::Jsons(list) => list.push(Value::String(text.into_owned())),
        // A struct, map or list of structs never comes here: the driver reads their elements.
        _ => {}
    }
    Ok(())
}

impl<S: Source> Driver<'_, '_, '_, '_, S> {
    /// Reads what stands inside a struct's element, to its end tag.
    fn children(&mut self, target: &mut dyn Struct) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::refused(format_args!("elements nest deeper than {MAX_DEPTH}")));
        }
        let shape = target.shape();
        let text_field = shape.fields.iter().position(|field| field.place == Place::Text);
        let mut text = String::new();
        let mut next = 0;
        loop {
            match self.source.next()? {
                Event::Start(start) => match find(shape, start.local_name().into_inner(), false, next) {
                    Some(index) => {
                        let field = &shape.fields[index];
                        next = if field.repeat == Repeat::One || !field.item.is_none() { index + 1 } else { index };
                        let slot = target.slot(index);
                        if let Some(nested) = nested(slot, field, &start, self.context)? {
                            self.children(nested)?;
                            self.context.pop();
                        } else if field.item.is_none() {
                            self.scalar(target.slot(index), field)?;
                        } else {
                            self.wrapped(target.slot(index), field)?;
                        }
                    }
                    None => {
                        let start = start.into_owned();
                        self.unknown(target, next, &start, false)?;
                    }
                },
                Event::Empty(start) => match find(shape, start.local_name().into_inner(), false, next) {
                    Some(index) => {
                        let field = &shape.fields[index];
                        next = if field.repeat == Repeat::One || !field.item.is_none() { index + 1 } else { index };
                        let slot = target.slot(index);
                        // An empty wrapper is an empty list, and any other empty element an empty text.
                        if nested(slot, field, &start, self.context)?.is_some() {
                            self.context.pop();
                        } else if field.item.is_none() {
                            put(target.slot(index), field, Cow::Borrowed(""), self.context)?;
                        }
                    }
                    None => {
                        let start = start.into_owned();
                        self.unknown(target, next, &start, true)?;
                    }
                },
                Event::End(_) => break,
                event => gather(event, &mut text)?,
            }
        }
        if let Some(index) = text_field {
            // `<Day></Day>` says no more than `<Day />`: there is no text.
            if !text.is_empty() {
                put(target.slot(index), &shape.fields[index], Cow::Owned(text), self.context)?;
            }
        } else if !text.trim().is_empty() {
            self.context.unknown_field("#text");
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads the text of an element that holds a scalar.
    fn scalar(&mut self, slot: Slot<'_>, field: &'static Field) -> Result<()> {
        match slot {
            // These keep the text: read it where it will stay.
            Slot::Text(_) | Slot::Id(_) | Slot::DateTime(_) | Slot::Secret(_) | Slot::Texts(_) | Slot::Ids(_) => {
                let mut text = String::new();
                self.text(&mut text)?;
                put(slot, field, Cow::Owned(text), self.context)
            }
            slot => {
                let mut text = std::mem::take(&mut self.scratch);
                text.clear();
                self.text(&mut text)?;
                put(slot, field, Cow::Borrowed(&text), self.context)?;
                self.scratch = text;
                Ok(())
            }
        }
    }

    fn text(&mut self, out: &mut String) -> Result<()> {
        loop {
            match self.source.next()? {
                Event::End(_) => return Ok(()),
                Event::Start(start) => {
                    let start = start.into_owned();
                    self.context.unknown_field(start.local_name().into_inner());
                    self.skip()?;
                }
                Event::Empty(start) => self.context.unknown_field(start.local_name().into_inner()),
                event => gather(event, out)?,
            }
        }
    }

    /// Reads a list out of its wrapper element.
    fn wrapped(&mut self, mut list: Slot<'_>, field: &'static Field) -> Result<()> {
        self.context.push(Segment::Field(field.wire));
        let streamed = self.sink.as_ref().is_some_and(|sink| sink.list() == field.wire);
        let mut index = 0;
        loop {
            let (start, empty) = match self.source.next()? {
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                Event::End(_) => break,
                event => {
                    gather(event, &mut String::new())?;
                    continue;
                }
            };
            if Some(start.local_name().into_inner()) != field.item {
                self.context.unknown_field(start.local_name().into_inner());
                if !empty {
                    self.skip()?;
                }
                continue;
            }
            self.context.push(Segment::Index(index));
            if streamed && let Some(sink) = self.sink.take() {
                let target = sink.fresh();
                attributes(&start, target, self.context)?;
                if !empty {
                    self.children(target)?;
                }
                sink.done();
                self.sink = Some(sink);
            } else if let Slot::Structs(items) = &mut list {
                let target = items.push();
                attributes(&start, target, self.context)?;
                if !empty {
                    self.children(target)?;
                }
            } else if empty {
                put(list.reborrow(), field, Cow::Borrowed(""), self.context)?;
            } else {
                self.scalar(list.reborrow(), field)?;
            }
            self.context.pop();
            index += 1;
        }
        self.context.pop();
        Ok(())
    }

    /// Passes over an unknown element, or keeps it as it stands on types that are sent back.
    fn unknown(&mut self, target: &mut dyn Struct, next: usize, start: &BytesStart<'_>, empty: bool) -> Result<()> {
        let name = start.local_name().into_inner();
        self.context.unknown_field(name);
        let Some(unknown) = target.unknown_mut() else {
            return if empty { Ok(()) } else { self.skip() };
        };
        let mut markup = Writer::new(Vec::new());
        let failed =
            |error: std::io::Error| Error::refused(format_args!("an unknown element could not be kept: {error}"));
        let kept = unprefixed(start.borrow(), &self.prefix);
        if empty {
            markup.write_event(Event::Empty(kept)).map_err(failed)?;
        } else {
            markup.write_event(Event::Start(kept)).map_err(failed)?;
            let mut open = 1;
            while open > 0 {
                let event = self.source.next()?;
                match &event {
                    Event::Start(_) => open += 1,
                    Event::End(_) => open -= 1,
                    Event::Eof => return Err(Error::Eof),
                    Event::DocType(_) => return Err(doctype()),
                    _ => {}
                }
                let event = match event {
                    Event::Start(start) => Event::Start(unprefixed(start, &self.prefix)),
                    Event::Empty(start) => Event::Empty(unprefixed(start, &self.prefix)),
                    Event::End(end) if end.name().0.starts_with(&self.prefix) => {
                        Event::End(BytesEnd::new(end.name().0[self.prefix.len()..].to_owned()))
                    }
                    event => event,
                };
                markup.write_event(event).map_err(failed)?;
            }
        }
        let place = UnknownPlace::ElementAfter(u16::try_from(next).unwrap_or(u16::MAX));
        let value = Value::String(String::from_utf8_lossy(&markup.into_inner()).into_owned());
        unknown.push(UnknownField { name: name.to_owned(), place, value });
        Ok(())
    }

    /// Passes over the rest of an element whose start tag was read.
    fn skip(&mut self) -> Result<()> {
        let mut open = 1;
        while open > 0 {
            match self.source.next()? {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                Event::Eof => return Err(Error::Eof),
                Event::DocType(_) => return Err(doctype()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The tag without the root element's prefix, which the body that goes back does not declare.
fn unprefixed<'s>(mut start: BytesStart<'s>, prefix: &str) -> BytesStart<'s> {
    if !prefix.is_empty() && start.name().0.starts_with(prefix) {
        let name = start.name().0[prefix.len()..].to_owned();
        start.set_name(&name);
    }
    start
}

/// Opens the struct that an element stands for, goes one step down the path and reads the attributes; `None` when the element
/// stands for a scalar or a wrapped list.
fn nested<'t>(
    slot: Slot<'t>,
    field: &'static Field,
    start: &BytesStart<'_>,
    context: &mut Context<'_>,
) -> Result<Option<&'t mut dyn Struct>> {
    let (segment, target) = match slot {
        Slot::Struct(place) => (Segment::Field(field.wire), place.get_or_default()),
        Slot::Structs(list) if field.item.is_none() => (Segment::Item(field.wire, list.len()), list.push()),
        _ => return Ok(None),
    };
    context.push(segment);
    attributes(start, target, context)?;
    Ok(Some(target))
}

/// Adds what an event says in text; refuses what is not text.
fn gather(event: Event<'_>, out: &mut String) -> Result<()> {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => out.push(resolve(&reference)?),
        Event::DocType(_) => return Err(doctype()),
        Event::Eof => return Err(Error::Eof),
        _ => {}
    }
    Ok(())
}

fn resolve(reference: &BytesRef<'_>) -> Result<char> {
    let bad = || Error::refused(format_args!("the entity `&{};` is not one that XML has", reference.xml10_content()));
    if let Some(char) = reference.resolve_char_ref().map_err(|_| bad())? {
        return Ok(char);
    }
    match &*reference.xml10_content() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(bad()),
    }
}
