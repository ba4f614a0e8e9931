//! One element of a schema, with its place: what may stand in it, and the errors that say where something else does.

use std::collections::BTreeMap;

use roxmltree::Node;

use crate::error::{Result, SchemaError};
use crate::ir::Versions;

/// XML Schema's own namespace.
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// The namespace of our appinfo.
pub(crate) const OURS: &str = "urn:backhaul:schema";
/// The namespace of every Enterprise Manager document.
pub(crate) const TARGET: &str = "http://www.veeam.com/ent/v1.0";

/// What our appinfo may say in one place: elements, with their attributes.
pub(super) type Keywords = &'static [(&'static str, &'static [&'static str])];

/// Which versions of the API have something.
pub(super) const API: (&str, &[&str]) = ("api", &["since", "until"]);
/// What a value must keep, by XML Schema's names.
pub(super) const BOUNDS: (&str, &[&str]) = (
    "bounds",
    &[
        "minInclusive",
        "maxInclusive",
        "minExclusive",
        "maxExclusive",
        "length",
        "minLength",
        "maxLength",
        "pattern",
        "totalDigits",
        "fractionDigits",
    ],
);
/// The same in words.
const SAID: [(&str, &str); 10] = [
    ("minInclusive", "at least {}"),
    ("maxInclusive", "at most {}"),
    ("minExclusive", "more than {}"),
    ("maxExclusive", "less than {}"),
    ("length", "{} characters"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("pattern", "of the form `{}`"),
    ("totalDigits", "at most {} digits"),
    ("fractionDigits", "at most {} digits after the point"),
];

/// An element of a schema file.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    file: &'a str,
    node: Node<'a, 'a>,
}

/// What a `type` or `base` attribute refers to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// A type of XML Schema, such as `string`.
    BuiltIn(&'a str),
    /// A type of this schema.
    Named(&'a str),
}

impl<'a> Element<'a> {
    pub(super) fn new(file: &'a str, node: Node<'a, 'a>) -> Self {
        Self { file, node }
    }

    /// The file's path below `schemas/`.
    pub(super) fn file(self) -> &'a str {
        self.file
    }

    /// The element's name without a prefix.
    pub(super) fn tag(self) -> &'a str {
        self.node.tag_name().name()
    }

    /// Whether it is XML Schema's element of this name.
    pub(super) fn is(self, name: &str) -> bool {
        self.node.tag_name().namespace() == Some(XSD) && self.tag() == name
    }

    /// An error at this element.
    pub(super) fn error(self, rule: impl Into<String>) -> SchemaError {
        let at = self.node.document().text_pos_at(self.node.range().start);
        SchemaError::new(self.file, format!("{}:{}", at.row, at.col), rule)
    }

    /// The value of an attribute.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// The value of an attribute that must be there.
    pub(super) fn need(self, name: &str) -> Result<&'a str> {
        match self.get(name) {
            // Of a list of values, one may be the empty text.
            Some(value) if !value.is_empty() || name == "value" => Ok(value),
            _ => Err(self.error(format!("`xs:{}` needs `{name}` here", self.tag()))),
        }
    }

    /// An attribute that is `true` or `false`.
    pub(super) fn flag(self, name: &str) -> Result<bool> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(self.error(format!("`{name}` is true or false"))),
        }
    }

    /// Refuses attributes other than these.
    pub(super) fn attributes(self, known: &[&str]) -> Result<()> {
        let unknown = self.node.attributes().find(|a| a.namespace().is_some() || !known.contains(&a.name()));
        match unknown {
            Some(a) => Err(self.error(format!("the attribute `{}` has no meaning on `{}` here", a.name(), self.tag()))),
            None => Ok(()),
        }
    }

    /// The elements inside, without the annotation. Only these names of XML Schema may stand there, and no text.
    pub(super) fn children(self, known: &[&str]) -> Result<Vec<Self>> {
        let all = self.inside()?;
        let unknown = all.iter().find(|child| !child.is("annotation") && !known.iter().any(|name| child.is(name)));
        match unknown {
            Some(child) => Err(child.error(format!(
                "`{}` is outside the part of XSD that is read inside `{}`{}",
                child.tag(),
                self.tag(),
                expected(known)
            ))),
            None => Ok(all.into_iter().filter(|child| !child.is("annotation")).collect()),
        }
    }

    pub(super) fn inside(self) -> Result<Vec<Self>> {
        let text =
            self.node.children().find(|node| node.is_text() && !node.text().unwrap_or_default().trim().is_empty());
        match text {
            Some(_) => Err(self.error(format!("text has no meaning in `{}`", self.tag()))),
            None => Ok(self.node.children().filter(Node::is_element).map(|node| Self { node, ..self }).collect()),
        }
    }

    /// The type that an attribute refers to.
    pub(super) fn reference(self, attribute: &str) -> Result<Reference<'a>> {
        let text = self.need(attribute)?;
        let (prefix, name) = match text.split_once(':') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        match self.node.lookup_namespace_uri(prefix) {
            Some(XSD) => Ok(Reference::BuiltIn(name)),
            Some(TARGET) => Ok(Reference::Named(name)),
            _ => Err(self.error(format!("`{text}` is neither in XML Schema's namespace nor in {TARGET}"))),
        }
    }

    /// The annotation inside; only these keywords of ours may stand in it.
    pub(super) fn notes(self, known: Keywords) -> Result<Notes<'a>> {
        let mut notes = Notes::default();
        for annotation in self.inside()?.into_iter().filter(|c| c.is("annotation")) {
            annotation.read_notes(known, &mut notes)?;
        }
        Ok(notes)
    }

    pub(super) fn annotation(self, known: Keywords) -> Result<Notes<'a>> {
        let mut notes = Notes::default();
        self.read_notes(known, &mut notes)?;
        Ok(notes)
    }

    fn read_notes(self, known: Keywords, notes: &mut Notes<'a>) -> Result<()> {
        self.attributes(&[])?;
        for part in self.children(&["documentation", "appinfo"])? {
            part.attributes(&[])?;
            if part.is("documentation") {
                notes.doc = paragraphs(part.node.text().unwrap_or_default());
                continue;
            }
            for said in part.inside()? {
                let (keyword, ours) = (said.tag(), said.node.tag_name().namespace() == Some(OURS));
                let Some((_, attributes)) = known.iter().find(|(name, _)| ours && *name == keyword) else {
                    return Err(said.error(format!("the keyword `{keyword}` has no meaning here")));
                };
                said.attributes(attributes)?;
                for attribute in said.node.attributes() {
                    let value = (said, attribute.value());
                    notes.said.insert((keyword, attribute.name()), value);
                }
            }
        }
        Ok(())
    }
}

/// What an annotation says.
#[derive(Default)]
pub(super) struct Notes<'a> {
    /// The documentation, a paragraph a line.
    pub(super) doc: String,
    said: BTreeMap<(&'a str, &'a str), (Element<'a>, &'a str)>,
}

impl<'a> Notes<'a> {
    /// The value of a keyword's attribute.
    pub(super) fn get(&self, keyword: &str, attribute: &str) -> Option<&'a str> {
        self.said.get(&(keyword, attribute)).map(|(_, value)| *value)
    }

    /// The documentation, with the bounds.
    pub(super) fn documented(&self) -> String {
        let bounds = SAID.iter().filter_map(|(facet, words)| Some(words.replace("{}", self.get("bounds", facet)?)));
        let bounds: Vec<String> = bounds.collect();
        if bounds.is_empty() {
            return self.doc.clone();
        }
        format!("{}\n\nHas {}.", self.doc, bounds.join(", ")).trim_start().to_owned()
    }

    /// The versions that have it, by the number behind `1.`.
    pub(super) fn versions(&self) -> Result<Versions> {
        let read = |attribute: &str| match self.said.get(&("api", attribute)) {
            None => Ok(None),
            Some((said, text)) => match text.strip_prefix("1.").and_then(|minor| minor.parse().ok()) {
                Some(minor) if minor > 0 => Ok(Some(minor)),
                _ => Err(said.error(format!("`{text}` is no version of the API: say `1.8`"))),
            },
        };
        let versions = Versions { since: read("since")?, until: read("until")? };
        match (versions.since, versions.until, self.said.get(&("api", "until"))) {
            (Some(since), Some(until), Some((said, _))) if since > until => {
                Err(said.error("`until` lies before `since`"))
            }
            _ => Ok(versions),
        }
    }

    /// The value of a keyword's attribute, which is `true` or `false`.
    pub(super) fn flag(&self, keyword: &str, attribute: &str) -> Result<Option<bool>> {
        match self.said.get(&(keyword, attribute)) {
            None => Ok(None),
            Some((_, "true")) => Ok(Some(true)),
            Some((_, "false")) => Ok(Some(false)),
            Some((said, _)) => Err(said.error(format!("`{attribute}` is true or false"))),
        }
    }
}

fn expected(known: &[&str]) -> String {
    match known {
        [] => String::new(),
        known => format!(" (which takes {})", known.join(", ")),
    }
}

/// A text without the schema's indentation: a line a paragraph, an empty line between two.
fn paragraphs(text: &str) -> String {
    let mut out: Vec<String> = vec![String::new()];
    for line in text.lines().map(str::trim) {
        match out.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
            Some(last) if !last.is_empty() => out.push(String::new()),
            _ => {}
        }
    }
    out.join("\n\n").trim().to_owned()
}
