//! Merging the properties of an object, and the values of an enum.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::Result;
use super::marks::{self, Span, TYPE, Without};
use super::tree::{BY_NAME, Node};
use super::types::{Form, Merge, Spans};
use crate::ir::Versions;
use crate::json_schema::{REQUIRED_SINCE, REQUIRED_UNTIL};

/// What of a property is a fact of the vendor's; the rest is ours.
const FACTS: [&str; 17] = [
    "type",
    "format",
    "enum",
    "x-values",
    "$ref",
    "items",
    "additionalProperties",
    "x-nullable",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

impl Merge<'_> {
    /// Merges the properties of a document's object into the tree's.
    pub(super) fn structure(&mut self, name: &str, known: &mut Node, node: &Node, spans: Spans) -> Result<()> {
        let version = self.document.version;
        let mut properties = match known.get_mut("properties").map(Json::take) {
            Some(Json::Object(properties)) => properties,
            _ => Map::new(),
        };
        let mut ranges: BTreeMap<String, Span> = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), marks::span(property.as_object()?, TYPE, spans.old))))
            .collect();
        let mut required = texts(known.get("required"));
        let mut partly = required_partly(&properties);
        let sent = self.sent.contains(name);
        let now_required = texts(node.get("required"));
        let mut told: Vec<String> = Vec::new();
        let mut last: Option<String> = None;
        for (property, value) in node.get("properties").and_then(Json::as_object).into_iter().flatten() {
            let Some(value) = value.as_object() else { continue };
            let place = format!("{name}.{property}");
            let Some(found) = properties.keys().find(|known| known.eq_ignore_ascii_case(property)).cloned() else {
                insert_after(&mut properties, last.as_deref(), property, Json::Object(value.clone()));
                ranges.insert(property.clone(), Span::only(version));
                if now_required.contains(property) {
                    required.push(property.clone());
                }
                self.changes.push(format!("+ {place}"));
                told.push(property.clone());
                last = Some(property.clone());
                continue;
            };
            let range = ranges.get(&found).copied().unwrap_or(spans.old);
            if self.imported.denies(range, version) {
                // Reconstructed documents describe the kinds of a union as one; of vendors' own it would be two ranges.
                if !self.document.reconstructed {
                    return Err(self.conflict(&place, "it would be in two ranges of versions, which marks cannot say"));
                }
                told.push(found);
                continue;
            }
            let newest = self.rules_over(range);
            let mut current = properties.get(&found).and_then(Json::as_object).cloned().unwrap_or_default();
            self.value(name, property, &mut current, value, Spans { old: range, new: range.with(version) })?;
            properties.insert(found.clone(), Json::Object(current));
            let spelled = if newest { property.clone() } else { found.clone() };
            if spelled != found {
                rename(&mut properties, &found, &spelled);
                required.iter_mut().filter(|name| **name == found).for_each(|name| name.clone_from(&spelled));
                if let Some(wanted) = partly.remove(&found) {
                    partly.insert(spelled.clone(), wanted);
                }
            }
            if newest {
                let was = match partly.remove(&spelled) {
                    Some(wanted) => Some(wanted),
                    None => required.contains(&spelled).then(Versions::default),
                };
                required.retain(|name| *name != spelled);
                // Answers have no constructor that could change.
                let is_new = range == Span::only(version) || !sent && !now_required.contains(property);
                match wanted(was.filter(|_| !is_new), now_required.contains(property), is_new, version) {
                    Some(all) if all == Versions::default() => required.push(spelled.clone()),
                    Some(some) => drop(partly.insert(spelled.clone(), some)),
                    None => {}
                }
            }
            if self.is_news(Spans { old: range, new: range.with(version) }) {
                self.changes.push(format!("~ {place}: also in v{version}"));
            }
            ranges.remove(&found);
            ranges.insert(spelled.clone(), range.with(version));
            told.push(spelled.clone());
            last = Some(spelled);
        }
        for property in properties.keys().cloned().collect::<Vec<_>>() {
            if told.contains(&property) {
                continue;
            }
            let range = ranges.get(&property).copied().unwrap_or(spans.old);
            match self.imported.without(range, version) {
                Without::Rest(rest) => {
                    if self.is_loss(range, rest) {
                        self.changes.push(format!("~ {name}.{property}: not in v{version}"));
                    }
                    ranges.insert(property, rest);
                }
                Without::Nothing => {
                    self.changes.push(format!("- {name}.{property}"));
                    properties.shift_remove(&property);
                    required.retain(|name| *name != property);
                }
                Without::Hole if self.document.reconstructed => {}
                Without::Hole => {
                    let rule = format!("`{property}` is in versions before and after v{version}, and not in it");
                    return Err(self.conflict(name, rule));
                }
            }
        }
        for (property, node) in &mut properties {
            if let (Some(node), Some(range)) = (node.as_object_mut(), ranges.get(property)) {
                marks::mark(node, TYPE, *range, spans.new);
                let wanted = partly.get(property).copied().unwrap_or_default();
                for (key, version) in [(REQUIRED_SINCE, wanted.since), (REQUIRED_UNTIL, wanted.until)] {
                    match version {
                        Some(version) => drop(node.insert(key.to_owned(), json!(version))),
                        None => drop(node.shift_remove(key)),
                    }
                }
            }
        }
        required.sort_by_key(|name| properties.keys().position(|property| property == name));
        let keep = required.iter().any(|name| !name.is_empty());
        known.insert("properties".into(), Json::Object(properties));
        if keep {
            known.insert("required".into(), json!(required));
        } else {
            known.shift_remove("required");
        }
        for bound in ["minProperties", "maxProperties"] {
            if let Some(value) = node.get(bound) {
                known.insert(bound.to_owned(), value.clone());
            }
        }
        Ok(())
    }

    /// Whether the document's word stands over what the schemas have of these versions: the newest vendor's document
    /// rules.
    pub(super) fn rules_over(&self, range: Span) -> bool {
        let newest = self.document.version >= range.until;
        if self.document.reconstructed {
            newest && !self.imported.is_exact(range)
        } else {
            newest || !self.imported.is_exact(range)
        }
    }

    /// Merges a property's type.
    fn value(&mut self, owner: &str, property: &str, known: &mut Node, value: &Node, spans: Spans) -> Result<()> {
        // A reconstructed document leaves open what nobody recorded: that says nothing against a type that is known.
        if self.document.reconstructed && kind(value).is_empty() {
            return Ok(());
        }
        let rules = self.rules_over(spans.old);
        let inline = known.contains_key("enum") && value.contains_key("enum");
        if inline {
            let values = value.get("enum").and_then(Json::as_array).map(Vec::as_slice);
            self.values(&format!("{owner}.{property}"), known, values, spans);
        } else if kind(known) != kind(value) {
            let both_exact = self.imported.is_exact(spans.old) && !self.document.reconstructed;
            let settled = self.names.conflict(owner, property).and_then(Json::as_object);
            if both_exact && settled.is_none() {
                let rule = format!(
                    "`{property}` is {} here and {} in the schemas: settle it in `names.json`",
                    Json::Object(kind(value)),
                    Json::Object(kind(known))
                );
                return Err(self.conflict(owner, rule));
            }
            if let Some(value) = settled.filter(|_| both_exact).or(rules.then_some(value)) {
                if kind(known) != kind(value) {
                    self.changes.push(format!("~ {owner}.{property}: {}", Json::Object(kind(value))));
                }
                let nullable = is_nullable(known);
                FACTS.iter().for_each(|fact| drop(known.shift_remove(*fact)));
                known.extend(value.iter().map(|(key, value)| (key.clone(), value.clone())));
                set_nullable(known, nullable);
            } else {
                self.absorb(known, value.get("enum").and_then(Json::as_array).map(Vec::as_slice), spans);
            }
        }
        if rules {
            set_nullable(known, is_nullable(value));
        }
        Ok(())
    }

    /// Takes what a reconstructed document says into the enum that vendors' documents have at a place: a list of
    /// values, or free text, which holds the values of the nearest version.
    fn absorb(&mut self, known: &mut Node, values: Option<&[Json]>, spans: Spans) {
        if known.contains_key("enum") {
            self.values("", known, values, spans);
            return;
        }
        let Some(name) =
            known.get("$ref").and_then(Json::as_str).map(|name| name.trim_start_matches(BY_NAME).to_owned())
        else {
            return;
        };
        let Some(mut ty) = self.tree.get(&name).filter(|ty| Form::of(ty) == Form::Enum).cloned() else { return };
        let Ok(spans) = self.spans(&name, &ty) else { return };
        self.values(&name, &mut ty, values, spans);
        marks::mark(&mut ty, TYPE, spans.new, self.imported.span());
        if let Some(place) = self.tree.get_mut(&name) {
            *place = ty;
        }
        self.taken.push(name);
    }

    /// Merges the values of an enum; `None` for free text.
    pub(super) fn values(&mut self, place: &str, known: &mut Node, values: Option<&[Json]>, spans: Spans) {
        let version = self.document.version;
        let mut names = texts(known.get("enum"));
        let mut notes = match known.shift_remove("x-values") {
            Some(Json::Object(notes)) => notes,
            _ => Map::new(),
        };
        let none = Map::new();
        let range =
            |name: &String| marks::span(notes.get(name).and_then(Json::as_object).unwrap_or(&none), TYPE, spans.old);
        let mut ranges: BTreeMap<String, Span> = names.iter().map(|name| (name.clone(), range(name))).collect();
        match values {
            Some(values) => {
                // `vex` of older documents is `Vex`: servers ignore letter case, and so do we.
                let spelled = |value: &str| names.iter().find(|name| name.eq_ignore_ascii_case(value)).cloned();
                let values =
                    values.iter().filter_map(Json::as_str).map(|value| spelled(value).unwrap_or(value.to_owned()));
                let values: Vec<String> = values.collect();
                let mut last: Option<usize> = None;
                for value in &values {
                    let range = ranges.get(value).map_or(Span::only(version), |range| range.with(version));
                    if ranges.insert(value.clone(), range).is_none() {
                        names.insert(last.map_or(0, |last| last + 1), value.clone());
                        self.changes.push(format!("+ {place}: value {value}"));
                    }
                    last = names.iter().position(|name| name == value);
                }
                names.retain(|name| {
                    if values.contains(name) {
                        return true;
                    }
                    match self.imported.without(ranges.get(name).copied().unwrap_or(spans.old), version) {
                        Without::Rest(rest) => drop(ranges.insert(name.clone(), rest)),
                        Without::Nothing => return false,
                        Without::Hole => {}
                    }
                    true
                });
            }
            None => {
                for range in ranges.values_mut() {
                    let edge = version < spans.old.since && range.since == spans.old.since
                        || version > spans.old.until && range.until == spans.old.until;
                    if edge {
                        *range = range.with(version);
                    }
                }
            }
        }
        let mut out = Map::new();
        for name in &names {
            let mut note = match notes.shift_remove(name) {
                Some(Json::Object(note)) => note,
                _ => Map::new(),
            };
            if let Some(range) = ranges.get(name) {
                marks::mark(&mut note, TYPE, *range, spans.new);
            }
            if !note.is_empty() {
                out.insert(name.clone(), Json::Object(note));
            }
        }
        known.insert("enum".into(), json!(names));
        if !out.is_empty() {
            super::unions::insert_behind(known, "enum", "x-values", Json::Object(out));
        }
    }
}

/// A property's type, without what may differ: null, the values of an enum, bounds.
fn kind(node: &Node) -> Node {
    let mut out = Map::new();
    if let Some(ty) = node.get("type") {
        let ty = ty.as_array().and_then(|list| list.iter().find(|name| *name != "null")).unwrap_or(ty);
        out.insert("type".into(), ty.clone());
    }
    for key in ["format", "$ref"] {
        out.extend(node.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = node.get(key) {
            let inner = inner.as_object().map_or_else(|| inner.clone(), |inner| Json::Object(kind(inner)));
            out.insert(key.to_owned(), inner);
        }
    }
    if node.contains_key("enum") {
        out.insert("enum".into(), true.into());
    }
    out
}

pub(super) fn is_nullable(node: &Node) -> bool {
    let listed = node.get("type").and_then(Json::as_array).is_some_and(|names| names.iter().any(|name| name == "null"));
    listed || node.get("x-nullable").is_some_and(|flag| *flag == Json::Bool(true))
}

/// The properties that a request must have in some versions alone.
fn required_partly(properties: &Map<String, Json>) -> BTreeMap<String, Versions> {
    let all = properties.iter().filter_map(|(name, node)| {
        let wanted = range(node.as_object()?, [REQUIRED_SINCE, REQUIRED_UNTIL]);
        (wanted != Versions::default()).then(|| (name.clone(), wanted))
    });
    all.collect()
}

/// The range of versions that two members tell.
pub(super) fn range(node: &Node, [since, until]: [&str; 2]) -> Versions {
    let read = |key: &str| node.get(key).and_then(Json::as_u64).and_then(|version| u8::try_from(version).ok());
    Versions { since: read(since), until: read(until) }
}

/// The versions that want something of a request, with one more version that wants it or not.
///
/// Constructors stay as they are: what older versions do without, only newer servers are told the absence of; and what
/// a newer version does without stays an argument.
pub(super) fn wanted(was: Option<Versions>, now: bool, is_new: bool, version: u8) -> Option<Versions> {
    match (was, now) {
        (Some(was), true) => Some(Versions { until: None, ..was }),
        (Some(was), false) if was.since == Some(version) => None,
        (Some(was), false) => Some(Versions { until: was.until.or(version.checked_sub(1)), ..was }),
        (None, true) => Some(Versions { since: (!is_new).then_some(version), until: None }),
        (None, false) => None,
    }
}

fn set_nullable(node: &mut Node, nullable: bool) {
    if is_nullable(node) == nullable {
        return;
    }
    match (node.get("type").cloned(), nullable) {
        (Some(Json::String(ty)), true) => drop(node.insert("type".into(), json!([ty, "null"]))),
        (Some(Json::Array(list)), false) => {
            let ty = list.into_iter().find(|name| name != "null");
            node.extend(ty.map(|ty| ("type".to_owned(), ty)));
        }
        (_, true) => drop(node.insert("x-nullable".into(), true.into())),
        (_, false) => drop(node.shift_remove("x-nullable")),
    }
}

pub(super) fn texts(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Adds a member behind another; first, where there is none.
fn insert_after(members: &mut Map<String, Json>, behind: Option<&str>, name: &str, value: Json) {
    let at = behind.and_then(|behind| members.keys().position(|key| key == behind)).map_or(0, |at| at + 1);
    let mut rest: Vec<(String, Json)> = std::mem::take(members).into_iter().collect();
    rest.insert(at.min(rest.len()), (name.to_owned(), value));
    members.extend(rest);
}

/// Renames a member in its place.
fn rename(members: &mut Map<String, Json>, from: &str, to: &str) {
    let all = std::mem::take(members);
    members
        .extend(all.into_iter().map(|(name, value)| if name == from { (to.to_owned(), value) } else { (name, value) }));
}
