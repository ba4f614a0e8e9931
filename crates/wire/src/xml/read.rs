//! The reading driver: what stands in a document goes where the shape says.
//!
//! Of an element that stands twice the first one counts, as with .NET's XmlSerializer; the others are unknown elements.
//! An attribute that stands twice is an error, as everywhere in XML.

mod put;
mod unknown;

use std::borrow::Cow;

use super::lex::{Error, Mark, Result, Source, Span, Token};
use super::{MAX_DEPTH, NAMESPACE};
use crate::context::{Context, Step};
use crate::reflect::{Slot, Struct, StructList};
use crate::room::{self, Room};
use crate::shape::{Field, Place, Repeat, Shape};

/// Reads one document.
pub(super) struct Driver<'s, 't, 'c, 'd> {
    pub(super) source: &'s mut Source<'t>,
    pub(super) context: &'c mut Context<'d>,
    pub(super) listed: Listed<'c>,
    pub(super) prefixes: Prefixes,
    pub(super) depth: usize,
    /// A field that is passed over: the name of its type, and its own.
    pub(super) omitted: Option<(&'c str, &'c str)>,
}

/// The namespace of `xsi:nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What stands for namespaces, by the root element.
#[derive(Clone, Default)]
pub(super) struct Prefixes {
    /// The root element's own prefix with its colon, which stands for Enterprise Manager's namespace.
    pub(super) own: String,
    /// Prefixes with their colons, and their namespaces.
    pub(super) declared: Vec<(String, String)>,
}

/// The list whose items are not read into the document's value.
pub(super) enum Listed<'c> {
    None,
    /// They are handed over as they come.
    Now(&'c mut dyn Sink),
    /// They are read later, one at a time.
    Later {
        name: &'c str,
        /// A list may stand in several wrappers, which are one list.
        found: Vec<Found>,
    },
}

/// Takes the items of one list as they are read, instead of the list itself.
pub(super) trait Sink {
    /// The list's wrapper element.
    fn list(&self) -> &str;
    /// An empty item to read into.
    fn fresh(&mut self) -> &mut dyn Struct;
    /// The item is complete.
    fn done(&mut self);
}

/// Where the items of a list stand.
pub(super) struct Found {
    pub(super) mark: Mark,
    pub(super) field: &'static Field,
    pub(super) path: String,
    pub(super) prefixes: Prefixes,
    pub(super) depth: usize,
}

impl<'s, 't, 'c, 'd> Driver<'s, 't, 'c, 'd> {
    pub(super) fn new(source: &'s mut Source<'t>, context: &'c mut Context<'d>, listed: Listed<'c>) -> Self {
        Self { source, context, listed, prefixes: Prefixes::default(), depth: 0, omitted: None }
    }

    /// Reads the whole document.
    pub(super) fn document(&mut self, target: &mut dyn Struct) -> Result<()> {
        let empty = loop {
            match self.source.next()? {
                Token::Open { name, empty } => {
                    self.root(name, target)?;
                    break empty;
                }
                Token::Text { span, .. } if blank(self.source.str(span)) => {}
                Token::End => return Err(Error::refused("the body holds no element")),
                _ => return Err(Error::refused("text before the root element")),
            }
        };
        if !empty {
            self.children(target)?;
        }
        loop {
            match self.source.next()? {
                Token::End => return Ok(()),
                Token::Text { span, .. } if blank(self.source.str(span)) => {}
                Token::Open { name, .. } => {
                    let name = self.source.str(name);
                    return Err(Error::refused(format_args!("a second root element, `{name}`")));
                }
                _ => return Err(Error::refused("text behind the root element")),
            }
        }
    }

    /// Checks the root element's name and namespace, and reads its attributes.
    fn root(&mut self, name: Span, target: &mut dyn Struct) -> Result<()> {
        let shape = target.shape();
        let wanted = shape.root.unwrap_or(shape.name);
        let full = self.source.str(name);
        let found = local(full);
        if found != wanted {
            return Err(Error::refused(format_args!("the root element is `{found}`, not `{wanted}`")));
        }
        self.prefixes.own = full.strip_suffix(found).unwrap_or_default().to_owned();
        for attribute in self.source.attributes() {
            let prefix = match self.source.str(attribute.name) {
                "xmlns" => String::new(),
                name => match name.strip_prefix("xmlns:") {
                    Some(prefix) => format!("{prefix}:"),
                    None => continue,
                },
            };
            let namespace = self.source.value(*attribute)?;
            if prefix == self.prefixes.own && namespace != NAMESPACE {
                return Err(Error::refused(format_args!(
                    "the root element's namespace is `{namespace}`, not `{NAMESPACE}`"
                )));
            }
            if !prefix.is_empty() {
                self.prefixes.declared.push((prefix, namespace.into_owned()));
            }
        }
        // An element between may declare this one, which has one meaning.
        if !self.prefixes.declared.iter().any(|(prefix, _)| prefix == "xsi:") {
            self.prefixes.declared.push(("xsi:".to_owned(), INSTANCE.to_owned()));
        }
        self.attributes(target)
    }

    /// Reads what stands inside a struct's element, to its end tag.
    pub(super) fn children(&mut self, target: &mut dyn Struct) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::refused(format_args!("elements nest deeper than {MAX_DEPTH}")));
        }
        let shape = target.shape();
        // `next` is where the next element mostly stands, which may be in the same list; `last` is behind the last one.
        let (mut text, mut next, mut last) = (String::new(), 0, 0);
        let mut count = 0;
        loop {
            match self.source.next()? {
                Token::Open { name, empty } => {
                    let found = find(shape, self.source.str(name), Place::Element, next);
                    match found {
                        Some(index) if self.omits(shape, index) => {
                            (next, last) = (index + 1, index + 1);
                            if !empty {
                                self.source.pass()?;
                            }
                        }
                        Some(index) if index >= next || !again(target, index) => {
                            let field = &shape.fields[index];
                            count += 1;
                            let repeats = field.repeat != Repeat::One && field.item.is_none();
                            (next, last) = (if repeats { index } else { index + 1 }, index + 1);
                            self.element(target, index, empty)?;
                        }
                        _ => self.unknown(target, last, name, empty)?,
                    }
                }
                Token::Close => break,
                token => self.gather(token, &mut text)?,
            }
        }
        self.depth -= 1;
        self.take(|| room::of_fields(target, count))?;
        if blank(&text) && (text.is_empty() || shape.text_field().is_none()) {
            return Ok(());
        }
        match shape.text_field() {
            Some(index) => self.scalar(target, index, Cow::Owned(text)),
            None => {
                self.context.unknown_field("#text");
                Ok(())
            }
        }
    }

    /// Takes room for a value, if there is a bound.
    #[inline]
    fn take(&mut self, bytes: impl FnOnce() -> usize) -> Result<()> {
        if !self.context.room.is_bounded() {
            return Ok(());
        }
        self.grow();
        Ok(self.context.room.take(bytes())?)
    }

    /// Adds an empty struct to a list.
    #[inline]
    fn push<'l>(&mut self, list: &'l mut dyn StructList) -> Result<&'l mut dyn Struct> {
        if !self.context.room.is_bounded() {
            return Ok(list.push());
        }
        self.grow();
        Ok(self.context.room.push(list)?)
    }

    /// How long a reader's text is, its end alone tells: what was read so far stands for it.
    fn grow(&mut self) {
        if let Some(passed) = self.source.passed() {
            self.context.room.grow(Room::usual(passed));
        }
    }

    fn omits(&self, shape: &Shape, index: usize) -> bool {
        let wire = shape.fields.get(index).map_or("", |field| field.wire);
        self.omitted.is_some_and(|(of, field)| shape.name == of && wire == field)
    }

    /// Reads the element of a known field, whose start tag was read.
    fn element(&mut self, target: &mut dyn Struct, index: usize, empty: bool) -> Result<()> {
        let field = &target.shape().fields[index];
        let nested = match target.slot(index) {
            Slot::Struct(place) => {
                let nested = place.get_or_default();
                self.take(|| room::of_struct(nested))?;
                Some((Step::Field(field.wire), nested))
            }
            Slot::Structs(list) if field.item.is_none() => Some((Step::Item(field.wire, list.len()), self.push(list)?)),
            _ => None,
        };
        if let Some((step, nested)) = nested {
            self.context.push(step);
            let null = self.nil();
            if !null {
                self.attributes(nested)?;
            }
            if !empty {
                self.children(nested)?;
            }
            self.context.pop();
            if null && let Slot::Struct(place) = target.slot(index) {
                place.clear();
            }
            return Ok(());
        }
        if self.nil() {
            if let Slot::Edit(place) = target.slot(index) {
                place.set_null(true);
            }
            return if empty { Ok(()) } else { self.skip() };
        }
        if field.item.is_some() {
            // An empty wrapper is an empty list.
            return if empty { Ok(()) } else { self.wrapped(target, index) };
        }
        if empty {
            return self.scalar(target, index, Cow::Borrowed(""));
        }
        if let Some((span, plain)) = self.source.leaf() {
            let text = self.source.meaning(span, plain)?;
            return match put::put(target.slot(index), text, (self.context, field.wire)) {
                Ok(()) => Ok(()),
                Err(reason) => {
                    let text = self.source.meaning(span, plain)?.into_owned();
                    self.misfit(target, index, &text, reason)
                }
            };
        }
        let mut text = String::new();
        self.content(&mut text)?;
        self.scalar(target, index, Cow::Owned(text))
    }

    /// Reads the text of an element that holds a scalar, to its end tag.
    fn content(&mut self, out: &mut String) -> Result<()> {
        loop {
            match self.source.next()? {
                Token::Close => return Ok(()),
                Token::Open { name, empty } => {
                    self.context.unknown_field(local(self.source.str(name)));
                    if !empty {
                        self.skip()?;
                    }
                }
                token => self.gather(token, out)?,
            }
        }
    }

    /// Reads a list out of its wrapper element.
    fn wrapped(&mut self, target: &mut dyn Struct, index: usize) -> Result<()> {
        let field = &target.shape().fields[index];
        self.context.push(Step::Field(field.wire));
        match &mut self.listed {
            Listed::Later { name, found } if *name == field.wire || *name == field.json => {
                found.push(Found {
                    mark: self.source.mark(),
                    field,
                    path: self.context.path(),
                    prefixes: self.prefixes.clone(),
                    depth: self.depth,
                });
                self.source.pass()?;
            }
            Listed::Now(sink) if sink.list() == field.wire => {
                if let Listed::Now(sink) = std::mem::replace(&mut self.listed, Listed::None) {
                    let (mut at, before) = (0, self.context.room);
                    while let Some(empty) = self.next_item(field)? {
                        self.context.push(Step::Index(at));
                        self.item(sink.fresh(), empty)?;
                        sink.done();
                        self.context.room = before;
                        self.context.pop();
                        at += 1;
                    }
                    self.listed = Listed::Now(sink);
                }
            }
            _ => {
                let mut at = 0;
                while let Some(empty) = self.next_item(field)? {
                    self.context.push(Step::Index(at));
                    match target.slot(index) {
                        Slot::Structs(list) => {
                            let item = self.push(list)?;
                            self.item(item, empty)?;
                        }
                        _ => self.scalar_item(target, index, empty)?,
                    }
                    self.context.pop();
                    at += 1;
                }
            }
        }
        self.context.pop();
        Ok(())
    }

    /// Reads an item of a wrapped list of scalars.
    fn scalar_item(&mut self, target: &mut dyn Struct, index: usize, empty: bool) -> Result<()> {
        let (null, mut text) = (self.nil(), String::new());
        if !empty {
            self.content(&mut text)?;
        }
        if null {
            return Ok(());
        }
        self.take(|| room::TEXT * 3 + room::ALLOCATION)?;
        match put::put(target.slot(index), Cow::Owned(text), (self.context, "")) {
            Ok(()) => Ok(()),
            Err(reason) if !self.context.reports() => Err(Error::Refused(reason)),
            Err(reason) => {
                self.context.misfit("", self.context.path(), reason);
                Ok(())
            }
        }
    }

    /// Goes to the next item of a wrapped list, past what is none; says whether its start tag is its end tag, too.
    pub(super) fn next_item(&mut self, field: &Field) -> Result<Option<bool>> {
        loop {
            match self.source.next()? {
                Token::Open { name, empty } => {
                    let name = self.source.str(name);
                    if field.item == Some(name) || field.item == Some(local(name)) {
                        return Ok(Some(empty));
                    }
                    self.context.unknown_field(local(name));
                    if !empty {
                        self.skip()?;
                    }
                }
                Token::Close => return Ok(None),
                token => self.gather(token, &mut String::new())?,
            }
        }
    }

    /// Reads an item whose start tag was read.
    pub(super) fn item(&mut self, target: &mut dyn Struct, empty: bool) -> Result<()> {
        self.attributes(target)?;
        if empty { Ok(()) } else { self.children(target) }
    }

    /// Passes over the rest of an element whose start tag was read, and sees that it is well-formed.
    fn skip(&mut self) -> Result<()> {
        let above = self.source.depth().saturating_sub(1);
        while self.source.depth() > above {
            self.source.next()?;
        }
        Ok(())
    }

    /// Whether the element whose tag was read stands for null: `xsi:nil`, which is taken where the schema does not list
    /// it, too.
    fn nil(&self) -> bool {
        self.source.attributes().iter().any(|attribute| {
            let name = self.source.str(attribute.name);
            name.ends_with(":nil") && matches!(self.source.str(attribute.value), "true" | "1")
        })
    }

    /// Adds what a token says in text.
    fn gather(&mut self, token: Token, out: &mut String) -> Result<()> {
        match token {
            Token::Text { span, plain } => out.push_str(&self.source.meaning(span, plain)?),
            Token::CData(span) => out.push_str(&self.source.str(span).replace("\r\n", "\n").replace('\r', "\n")),
            Token::End => return Err(Error::Short("an element")),
            Token::Open { .. } | Token::Close => {}
        }
        Ok(())
    }
}

impl Shape {
    fn text_field(&self) -> Option<usize> {
        self.fields.iter().position(|field| field.place == Place::Text)
    }
}

/// Whether a field that takes one element has had it.
fn again(target: &dyn Struct, index: usize) -> bool {
    target.shape().fields[index].repeat == Repeat::One && !target.view(index).is_absent()
}

fn blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The field that an attribute or element is; `next` is where it mostly stands.
#[inline]
fn find(shape: &Shape, name: &str, place: Place, next: usize) -> Option<usize> {
    if let Some(field) = shape.fields.get(next)
        && field.wire == name
        && field.place == place
    {
        return Some(next);
    }
    let (name, fields, mut close) = (local(name), shape.fields, None);
    let next = next.min(fields.len());
    for index in (next..fields.len()).chain(0..next) {
        let field = &fields[index];
        if field.place == place && field.wire.len() == name.len() {
            if field.wire == name {
                return Some(index);
            }
            if close.is_none() && field.wire.eq_ignore_ascii_case(name) {
                close = Some(index);
            }
        }
    }
    close
}
