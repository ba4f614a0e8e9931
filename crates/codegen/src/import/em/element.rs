//! A schema document as a tree of its elements, with their places and with names resolved. Comments and documentation
//! never get into it, so no sentence of a vendor's can get out.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use roxmltree::Document;

use crate::import::{ImportError, Result};
use crate::xsd::{OURS, TARGET, XSD};

/// How deep elements may stand in each other.
const MAX_DEPTH: usize = 64;

/// The attributes whose values are names of types, elements or groups.
const NAMES: [&str; 6] = ["type", "base", "ref", "itemType", "memberTypes", "substitutionGroup"];

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    file: Rc<str>,
    row: u32,
    column: u32,
}

impl At {
    pub(super) fn error(&self, rule: impl std::fmt::Display) -> ImportError {
        ImportError::new(&self.file, &format!("{}:{}", self.row, self.column), rule)
    }
}

/// `line 12`
impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.row)
    }
}

/// What an attribute refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A type of XML Schema's own.
    BuiltIn(String),
    /// Something of the document's.
    Named(String),
}

/// An element of XML Schema.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) tag: String,
    pub(super) at: At,
    /// From its `<` to behind its end, in the text of its file.
    pub(super) range: Range<usize>,
    pub(super) children: Vec<Element>,
    attributes: Vec<(String, String)>,
    names: Vec<(&'static str, std::result::Result<Name, String>)>,
    /// What our own appinfo says: keyword, attribute, value.
    said: Vec<(String, String, String)>,
}

impl Element {
    pub(super) fn is(&self, tag: &str) -> bool {
        self.tag == tag
    }

    pub(super) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    pub(super) fn need(&self, attribute: &str) -> Result<&str> {
        // Of a list of values, one may be the empty text.
        let value = self.get(attribute).filter(|value| !value.is_empty() || attribute == "value");
        value.ok_or_else(|| self.error(format!("`xs:{}` needs `{attribute}` here", self.tag)))
    }

    pub(super) fn is_true(&self, attribute: &str) -> Result<bool> {
        match self.get(attribute) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => Err(self.error(format!("`{attribute}` is true or false, not `{other}`"))),
        }
    }

    /// What an attribute refers to; a list of types refers to several.
    pub(super) fn references(&self, attribute: &str) -> Result<Vec<Name>> {
        let all = self.names.iter().filter(|(name, _)| *name == attribute);
        all.map(|(_, name)| name.clone().map_err(|rule| self.error(rule))).collect()
    }

    pub(super) fn reference(&self, attribute: &str) -> Result<Option<Name>> {
        Ok(self.references(attribute)?.into_iter().next())
    }

    /// The value of a keyword's attribute in our own appinfo.
    pub(super) fn said(&self, keyword: &str, attribute: &str) -> Option<&str> {
        let mut all = self.said.iter();
        all.find(|(word, name, _)| word == keyword && name == attribute).map(|(_, _, value)| value.as_str())
    }

    pub(super) fn error(&self, rule: impl std::fmt::Display) -> ImportError {
        self.at.error(rule)
    }

    /// Refuses attributes that XML Schema does not have here.
    pub(super) fn attributes(&self, known: &[&str]) -> Result<()> {
        match self.attributes.iter().find(|(name, _)| name != "id" && !known.contains(&name.as_str())) {
            Some((name, _)) => Err(self.error(format!("the attribute `{name}` has no meaning on `xs:{}`", self.tag))),
            None => Ok(()),
        }
    }

    /// The elements inside, of which only these may stand there.
    pub(super) fn inside(&self, known: &[&str]) -> Result<&[Element]> {
        match self.children.iter().find(|child| !known.contains(&child.tag.as_str())) {
            Some(child) => Err(child.error(format!(
                "`xs:{}` is outside the part of XML Schema that is read inside `xs:{}`",
                child.tag, self.tag
            ))),
            None => Ok(&self.children),
        }
    }

    /// The one element inside.
    pub(super) fn only(&self, known: &[&str]) -> Result<&Element> {
        match self.inside(known)? {
            [only] => Ok(only),
            _ => Err(self.error(format!("`xs:{}` holds one of {}", self.tag, known.join(", ")))),
        }
    }

    /// How often it may stand: at least, and whether more than once; `None` when it may not stand at all.
    pub(super) fn occurs(&self) -> Result<Option<(u32, bool)>> {
        let count = |attribute: &str| match self.get(attribute) {
            None => Ok(1),
            Some("unbounded") if attribute == "maxOccurs" => Ok(u32::MAX),
            Some(text) => match text.trim().parse::<u32>() {
                Ok(count) => Ok(count),
                Err(_) => Err(self.error(format!("`{attribute}` is a number, not `{text}`"))),
            },
        };
        let (least, most) = (count("minOccurs")?, count("maxOccurs")?);
        if most < least {
            let rule = format!("`maxOccurs` ({most}) lies below `minOccurs` ({least}): no document could have it");
            return Err(self.error(rule));
        }
        Ok((most > 0).then_some((least, most > 1)))
    }
}

/// What stands below `xs:schema`, with what it includes in the place of the includes.
pub(super) fn read(path: &str, text: &str) -> Result<Vec<Element>> {
    let mut seen = BTreeSet::from([normal(Path::new(path))]);
    let mut out = Vec::new();
    read_into(path, text, false, &mut seen, &mut out)?;
    Ok(out)
}

fn read_into(
    path: &str,
    text: &str,
    included: bool,
    seen: &mut BTreeSet<PathBuf>,
    out: &mut Vec<Element>,
) -> Result<()> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.pos();
        let rule = if matches!(error, roxmltree::Error::DtdDetected) {
            "it has a document type declaration, which a schema does not need: take it out".to_owned()
        } else {
            format!("it is not XML: {error}")
        };
        ImportError::new(path, &format!("{}:{}", at.row, at.col), rule)
    })?;
    let file: Rc<str> = path.into();
    let root = document.root_element();
    let place = At { row: 1, column: 1, file: Rc::clone(&file) };
    if root.tag_name().namespace() != Some(XSD) || root.tag_name().name() != "schema" {
        let name = root.tag_name().name();
        return Err(place.error(format!("it is no XML Schema: its root is `{name}`, not `xs:schema`")));
    }
    let adopted = match root.attribute("targetNamespace") {
        Some(TARGET) => false,
        // What has no namespace of its own takes that of what includes it.
        None if included => true,
        other => {
            let other = other.map_or("no namespace".to_owned(), |other| format!("the namespace {other}"));
            return Err(place.error(format!("it describes {other}: Enterprise Manager's is {TARGET}")));
        }
    };
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let source = Source { file, text, lines, adopted };
    for child in element(&source, root, 0)?.children {
        match child.tag.as_str() {
            "include" => include(path, &child, seen, out)?,
            "redefine" | "override" => {
                return Err(
                    child.error(format!("`xs:{}` is not read: include the file, and change it there", child.tag))
                );
            }
            // What is of another namespace is an error where something refers to it.
            "import" => child.attributes(&["namespace", "schemaLocation"])?,
            _ => out.push(child),
        }
    }
    Ok(())
}

fn include(path: &str, element: &Element, seen: &mut BTreeSet<PathBuf>, out: &mut Vec<Element>) -> Result<()> {
    element.attributes(&["schemaLocation"])?;
    let location = element.need("schemaLocation")?;
    if location.contains("://") {
        return Err(element.error(format!("`{location}` is not fetched: put the file beside this one and name it so")));
    }
    let target = normal(&Path::new(path).parent().unwrap_or(Path::new("")).join(location));
    if !seen.insert(target.clone()) {
        return Ok(());
    }
    let text = std::fs::read_to_string(&target)
        .map_err(|error| element.error(format!("the included file {}: {error}", target.display())))?;
    read_into(&target.display().to_string(), &text, true, seen, out)
}

/// `./x.xsd` and `a/../x.xsd` are `x.xsd`: one file that two include is read once.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A file as it is read.
struct Source<'t> {
    file: Rc<str>,
    text: &'t str,
    /// Where its lines begin.
    lines: Vec<usize>,
    /// Whether names without a namespace are its includer's.
    adopted: bool,
}

impl Source<'_> {
    fn at(&self, offset: usize) -> At {
        let row = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(row.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        At { file: Rc::clone(&self.file), row: number(row), column: number(column) }
    }
}

fn element(source: &Source<'_>, node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Element> {
    let at = source.at(node.range().start);
    if depth > MAX_DEPTH {
        return Err(at.error("elements stand too deep in each other"));
    }
    let mut out = Element {
        tag: node.tag_name().name().to_owned(),
        range: node.range(),
        children: Vec::new(),
        attributes: Vec::new(),
        names: Vec::new(),
        said: Vec::new(),
        at,
    };
    if node.tag_name().namespace() != Some(XSD) {
        return Err(out.error(format!("`{}` is no element of XML Schema", out.tag)));
    }
    // An attribute of another namespace is a tool's, and says nothing of the document.
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let (name, value) = (attribute.name(), attribute.value());
        if let Some(known) = NAMES.iter().find(|known| **known == name) {
            out.names.extend(value.split_whitespace().map(|text| (*known, resolve(node, text, source.adopted))));
        }
        out.attributes.push((name.to_owned(), value.to_owned()));
    }
    for child in node.children() {
        if child.is_text() && !child.text().unwrap_or_default().trim().is_empty() {
            return Err(out.error(format!("text has no meaning in `xs:{}`", out.tag)));
        } else if child.has_tag_name((XSD, "annotation")) {
            let ours = child.descendants().filter(|said| said.tag_name().namespace() == Some(OURS));
            for said in ours {
                let word = said.tag_name().name();
                let all = said.attributes().map(|a| (word.to_owned(), a.name().to_owned(), a.value().to_owned()));
                out.said.extend(all);
            }
        } else if child.is_element() {
            out.children.push(element(source, child, depth + 1)?);
        }
    }
    Ok(out)
}

fn resolve(node: roxmltree::Node<'_, '_>, text: &str, adopted: bool) -> std::result::Result<Name, String> {
    let (prefix, name) = text.split_once(':').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    match node.lookup_namespace_uri(prefix) {
        Some(XSD) => Ok(Name::BuiltIn(name.to_owned())),
        Some(TARGET) => Ok(Name::Named(name.to_owned())),
        None if prefix.is_none() && adopted => Ok(Name::Named(name.to_owned())),
        Some(other) => Err(format!("`{text}` is of the namespace {other}, which is not read")),
        None => Err(format!("`{text}` has no namespace: nothing says what the prefix means")),
    }
}
