//! Merging unions, and what older documents say of them as one object.

use serde_json::{Map, Value as Json};

use super::Result;
use super::properties::texts;
use super::tree::{BY_NAME, Node};
use super::types::{Merge, Spans};

impl Merge<'_> {
    /// Merges the kinds of a union, and what its tag's values mean.
    pub(super) fn kinds(&mut self, name: &str, known: &mut Node, node: &Node, spans: Spans) {
        let mut kinds = known.get("anyOf").and_then(Json::as_array).cloned().unwrap_or_default();
        for kind in node.get("anyOf").and_then(Json::as_array).into_iter().flatten() {
            if !kinds.iter().any(|other| other["$ref"] == kind["$ref"]) {
                self.changes.push(format!("+ {name}: kind {}", kind["$ref"]));
                kinds.push(kind.clone());
            }
        }
        known.insert("anyOf".into(), Json::Array(kinds));
        let Some(discriminator) = node.get("discriminator") else { return };
        let mut merged = known.get("discriminator").cloned().unwrap_or_else(|| discriminator.clone());
        let newest = self.rules_over(spans.old);
        let targets = discriminator.get("mapping").and_then(Json::as_object);
        if let Some(mapping) = merged.get_mut("mapping").and_then(Json::as_object_mut) {
            for (value, target) in targets.into_iter().flatten() {
                if newest || !mapping.contains_key(value) {
                    mapping.insert(value.clone(), target.clone());
                }
            }
        }
        known.insert("discriminator".into(), merged);
    }

    /// Gives the kinds of a union what a document says of all of them in one object: each the properties that it knows,
    /// and those that no kind knows. A kind whose tag the document does not list is not there. Gives the names of the
    /// kinds.
    pub(super) fn flat(&mut self, name: &str, mut known: Node, node: &Node) -> Result<Vec<String>> {
        let spans = self.spans(name, &known)?;
        let kinds: Vec<String> = known
            .get("anyOf")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|kind| Some(kind["$ref"].as_str()?.trim_start_matches(BY_NAME).to_owned()))
            .collect();
        let properties = node.get("properties").and_then(Json::as_object).cloned().unwrap_or_default();
        let discriminator = known.get("discriminator").cloned().unwrap_or_default();
        let tag = discriminator["propertyName"].as_str().unwrap_or_default();
        let listed = properties.get(tag).map(|tag| texts(tag.get("enum"))).unwrap_or_default();
        let there = |kind: &String| {
            let mapping = discriminator["mapping"].as_object();
            let mut tags = mapping
                .into_iter()
                .flatten()
                .filter(|(_, target)| target.as_str().is_some_and(|t| t.trim_start_matches(BY_NAME) == kind));
            listed.is_empty() || tags.any(|(value, _)| listed.contains(value))
        };
        let knows = |kind: &String, property: &String| {
            let known = self.tree.get(kind).and_then(|node| node.get("properties")).and_then(Json::as_object);
            known.is_some_and(|known| known.keys().any(|name| name.eq_ignore_ascii_case(property)))
        };
        let mut shares: Vec<(String, Node)> = Vec::new();
        for kind in kinds.iter().filter(|kind| there(kind)) {
            let share: Map<String, Json> = properties
                .iter()
                .filter(|(property, _)| knows(kind, property) || !kinds.iter().any(|other| knows(other, property)))
                .map(|(property, value)| (property.clone(), value.clone()))
                .collect();
            let mut node: Node = Map::from_iter([("properties".to_owned(), Json::Object(share))]);
            node.extend(
                self.document
                    .types
                    .get(name)
                    .and_then(|ty| ty.get("x-evidence"))
                    .map(|e| ("x-evidence".to_owned(), e.clone())),
            );
            shares.push((kind.clone(), node));
        }
        let mut seen = Vec::new();
        for (kind, share) in shares {
            let Some(mut known) = self.tree.get(&kind).cloned() else { continue };
            let spans = self.spans(&kind, &known)?;
            self.structure(&kind, &mut known, &share, spans)?;
            self.finish(&kind, known, &share, spans);
            seen.push(kind);
        }
        known.shift_remove("properties");
        self.finish(name, known, node, spans);
        Ok(seen)
    }
}

/// Sets a member; a new one comes right behind another.
pub(super) fn insert_behind(node: &mut Node, behind: &str, key: &str, value: Json) {
    let mut value = Some(value);
    let rest = std::mem::take(node);
    for (name, member) in rest {
        let here = name == behind;
        if name != key {
            node.insert(name, member);
        }
        if here {
            node.extend(value.take().map(|value| (key.to_owned(), value)));
        }
    }
    node.extend(value.map(|value| (key.to_owned(), value)));
}
