//! Merging a document's types into the tree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::document::Document;
use super::marks::{self, Imported, Span, TYPE, Without};
use super::names::Names;
use super::tree::{BY_NAME, Node, Tree};
use super::{ImportError, Result};

/// One document on its way into the tree.
pub(super) struct Merge<'m> {
    pub(super) tree: &'m mut Tree,
    pub(super) document: &'m Document,
    pub(super) names: &'m Names,
    pub(super) imported: &'m Imported,
    pub(super) changes: &'m mut Vec<String>,
    /// Enums that took values from another place of the document.
    pub(super) taken: Vec<String>,
    /// The types that requests of any version are made of.
    pub(super) sent: BTreeSet<String>,
}

/// What a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Struct,
    Enum,
    Union,
    Map,
}

impl Form {
    pub(super) fn of(node: &Node) -> Self {
        let has = |key: &str| node.contains_key(key);
        match () {
            () if has("anyOf") => Self::Union,
            () if has("enum") => Self::Enum,
            () if has("additionalProperties") && !has("properties") => Self::Map,
            () => Self::Struct,
        }
    }
}

impl Merge<'_> {
    pub(super) fn types(&mut self) -> Result<()> {
        let families = self.families()?;
        let mut seen: Vec<String> = Vec::new();
        for (name, node) in &self.document.types {
            let Some(node) = node.as_object() else { continue };
            seen.push(name.clone());
            match self.tree.get(name).cloned() {
                None => {
                    let family = families.get(name).map_or("core", String::as_str);
                    self.add(family, name, node);
                }
                // Older documents describe a union as one object with every field.
                Some(known) if Form::of(&known) == Form::Union && Form::of(node) == Form::Struct => {
                    seen.extend(self.flat(name, known, node)?);
                }
                Some(known) => self.merge(name, known, node)?,
            }
            seen.append(&mut self.taken);
        }
        for name in self.tree.names() {
            if !seen.contains(&name) {
                self.absent(&name)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, family: &str, name: &str, node: &Node) {
        let mut node = node.clone();
        self.aliases(name, &mut node);
        marks::mark(&mut node, TYPE, Span::only(self.document.version), self.imported.span());
        self.changes.push(format!("+ type {name}, in {family}.json"));
        self.tree.add(family, name, node);
    }

    fn merge(&mut self, name: &str, mut known: Node, node: &Node) -> Result<()> {
        let (form, was) = (Form::of(node), Form::of(&known));
        if form != was {
            let rule = format!("`{name}` is {form:?} here and {was:?} in the schemas: import the newer document first");
            return Err(self.conflict(name, rule));
        }
        let spans = self.spans(name, &known)?;
        match form {
            Form::Struct => self.structure(name, &mut known, node, spans)?,
            Form::Enum => {
                let values = node.get("enum").and_then(Json::as_array).map(Vec::as_slice);
                self.values(name, &mut known, values, spans);
            }
            Form::Union => self.kinds(name, &mut known, node, spans),
            Form::Map => {}
        }
        self.finish(name, known, node, spans);
        Ok(())
    }

    /// Marks a merged type and puts it back.
    pub(super) fn finish(&mut self, name: &str, mut known: Node, node: &Node, spans: Spans) {
        self.aliases(name, &mut known);
        self.evidence(&mut known, node);
        marks::mark(&mut known, TYPE, spans.new, self.imported.span());
        if self.is_news(spans) {
            self.changes.push(format!("~ type {name}: also in v{}", self.document.version));
        }
        if let Some(place) = self.tree.get_mut(name) {
            *place = known;
        }
    }

    /// The versions that had a type, and those that have it with this document.
    pub(super) fn spans(&self, name: &str, known: &Node) -> Result<Spans> {
        let version = self.document.version;
        let before = self.imported.before().unwrap_or(Span::only(version));
        let old = marks::span(known, TYPE, before);
        if self.imported.denies(old, version) {
            return Err(self.conflict(name, "it would be in two ranges of versions, which marks cannot say"));
        }
        Ok(Spans { old, new: old.with(version) })
    }

    /// Whether it is worth a line that the document has something, too: not when it is in every version up to this.
    pub(super) fn is_news(&self, spans: Spans) -> bool {
        let version = self.document.version;
        let Some(before) = self.imported.before() else { return false };
        let goes_on = version > spans.old.until && spans.old.until == before.until
            || version < spans.old.since && spans.old.since == before.since;
        spans.new != spans.old && !goes_on
    }

    /// Whether it is worth a line that the document lacks something: when it was in every version up to this, or is in
    /// less now.
    pub(super) fn is_loss(&self, span: Span, rest: Span) -> bool {
        let version = self.document.version;
        let Some(before) = self.imported.before() else { return false };
        rest != span
            || version > before.until && span.until == before.until
            || version < before.since && span.since == before.since
    }

    /// What the tree has and the document has not.
    fn absent(&mut self, name: &str) -> Result<()> {
        let version = self.document.version;
        let Some(known) = self.tree.get(name) else { return Ok(()) };
        let Some(before) = self.imported.before() else { return Ok(()) };
        let span = marks::span(known, TYPE, before);
        match self.imported.without(span, version) {
            Without::Rest(rest) => {
                if self.is_loss(span, rest) {
                    self.changes.push(format!("~ type {name}: not in v{version}"));
                }
                let all = self.imported.span();
                if let Some(known) = self.tree.get_mut(name) {
                    marks::mark(known, TYPE, rest, all);
                }
                Ok(())
            }
            Without::Nothing => {
                self.changes.push(format!("- type {name}"));
                self.tree.remove(name);
                Ok(())
            }
            Without::Hole => {
                Err(self.conflict(name, format!("it is in versions before and after v{version}, and not in it")))
            }
        }
    }

    /// Adds the document's names for a type. A name that is also a type's own would only confuse.
    fn aliases(&self, name: &str, node: &mut Node) {
        let Some(vendor) = self.document.vendor_names.get(name) else { return };
        let mut aliases: Vec<Json> = node.get("x-aliases").and_then(Json::as_array).cloned().unwrap_or_default();
        for alias in vendor {
            if !aliases.iter().any(|known| known == alias) && self.tree.get(alias).is_none() {
                aliases.push(alias.clone().into());
            }
        }
        if !aliases.is_empty() {
            insert_first(node, "x-aliases", Json::Array(aliases));
        }
    }

    fn evidence(&self, known: &mut Node, node: &Node) {
        let mut marks: BTreeMap<u8, Json> = BTreeMap::new();
        for from in [&*known, node] {
            for (version, mark) in from.get("x-evidence").and_then(Json::as_object).into_iter().flatten() {
                marks.extend(version.parse().ok().map(|version| (version, mark.clone())));
            }
        }
        if !self.document.reconstructed {
            marks.remove(&self.document.version);
        }
        let marks: Map<String, Json> = marks.into_iter().map(|(version, mark)| (version.to_string(), mark)).collect();
        if marks.is_empty() {
            known.shift_remove("x-evidence");
        } else {
            known.insert("x-evidence".into(), Json::Object(marks));
        }
    }

    pub(super) fn conflict(&self, place: &str, rule: impl std::fmt::Display) -> ImportError {
        self.document.error("/components/schemas", format!("{place}: {rule}"))
    }

    /// The file of each new type: that of the first operation which uses it.
    fn families(&self) -> Result<BTreeMap<String, String>> {
        let mut families = BTreeMap::new();
        for operation in &self.document.operations {
            let family = self.names.family(&operation.path).ok_or_else(|| {
                let rule = format!(
                    "no family has `{}`: add its beginning to the `paths` of one in `names.json`, or a family",
                    operation.path
                );
                self.document.error(&operation.pointer, rule)
            })?;
            let request = operation.form.request.iter().filter_map(|request| request.ty.clone());
            let response = operation.form.response.iter().filter_map(|response| named(response).map(str::to_owned));
            let params = operation.params.iter().filter_map(|param| param["type"].as_str().map(str::to_owned));
            for name in reached(&self.document.types, request.chain(response).chain(params).collect()) {
                // The first operation that uses it has it.
                families.entry(name).or_insert_with(|| family.to_owned());
            }
        }
        Ok(families)
    }
}

/// Types, and all that they are made of.
pub(super) fn reached(types: &Map<String, Json>, mut todo: Vec<String>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(node) = types.get(&name)
            && out.insert(name)
        {
            mentioned(node, &mut |name| todo.push(name.to_owned()));
        }
    }
    out
}

/// The types that the tree's requests are made of, older forms included: their constructors are there.
pub(super) fn sent(tree: &Tree) -> BTreeSet<String> {
    let requests = tree.operations().flat_map(|row| {
        let older = row.get("older").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object);
        std::iter::once(row).chain(older).filter_map(|form| form.get("request")?.as_str().map(str::to_owned))
    });
    let types = tree.names().into_iter().filter_map(|name| {
        let node = tree.get(&name)?.clone();
        Some((name, Json::Object(node)))
    });
    reached(&types.collect(), requests.collect())
}

/// The versions that had something, and those that have it now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans {
    pub(super) old: Span,
    pub(super) new: Span,
}

/// The type that an answer's form names.
pub(super) fn named(response: &Json) -> Option<&str> {
    response.get("body").or_else(|| response.get("page")).and_then(Json::as_str)
}

/// Every type that a node refers to.
pub(super) fn mentioned(node: &Json, visit: &mut dyn FnMut(&str)) {
    match node {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(text) if key == "$ref" => visit(text.trim_start_matches(BY_NAME)),
                    _ => mentioned(value, visit),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| mentioned(item, visit)),
        _ => {}
    }
}

/// Sets a member; a new one comes right behind the description.
pub(super) fn insert_first(node: &mut Node, key: &str, value: Json) {
    if let Some(place) = node.get_mut(key) {
        *place = value;
        return;
    }
    let at = usize::from(node.contains_key("description"));
    let rest: Vec<(String, Json)> = std::mem::take(node).into_iter().collect();
    for (index, (name, member)) in rest.into_iter().enumerate() {
        if index == at {
            node.insert(key.to_owned(), value.clone());
        }
        node.insert(name, member);
    }
    node.entry(key.to_owned()).or_insert_with(|| json!(value));
}
