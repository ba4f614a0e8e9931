//! What the operations tell of types: which bodies edit, and so tell null from absence or keep what they do not know.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::properties::is_nullable;
use super::tree::Tree;
use super::types::{Form, mentioned, named};

/// Sets `x-keep-null` on bodies that only edit, and `x-keep-unknown` on those that are read, edited and sent back.
pub(super) fn set(tree: &mut Tree, changes: &mut Vec<String>) {
    let (mut edits, mut answers, mut creates) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for operation in tree.operations() {
        let none = Vec::new();
        let older = operation.get("older").and_then(Json::as_array).unwrap_or(&none);
        let method = operation.get("method").and_then(Json::as_str).unwrap_or_default();
        for form in older.iter().filter_map(Json::as_object).chain([operation]) {
            if let Some(request) = form.get("request").and_then(Json::as_str) {
                let set = if matches!(method, "PUT" | "PATCH") { &mut edits } else { &mut creates };
                set.insert(request.to_owned());
            }
            answers.extend(form.get("response").and_then(named).map(str::to_owned));
        }
    }
    let answers = closure(tree, answers);
    let edited = with_kinds(tree, &edits);
    let all_edits = closure(tree, edits);
    for name in tree.names() {
        let Some(node) = tree.get(&name) else { continue };
        if Form::of(node) != Form::Struct {
            continue;
        }
        let properties = node.get("properties").and_then(Json::as_object);
        let some_null = properties.into_iter().flatten().any(|(_, p)| p.as_object().is_some_and(is_nullable));
        // v3 to v5 name an action by the one member of a body: `{"start": null}`.
        let is_action = creates.contains(&name) && node.contains_key("minProperties");
        let keep_null = some_null && !answers.contains(&name) && (all_edits.contains(&name) || is_action);
        let keep_unknown = edited.contains(&name) && answers.contains(&name);
        let Some(node) = tree.get_mut(&name) else { continue };
        if keep_null != node.contains_key("x-keep-null") {
            changes.push(format!(
                "~ type {name}: {} null from absence",
                if keep_null { "tells" } else { "no longer tells" }
            ));
            if keep_null {
                super::unions::insert_behind(node, "type", "x-keep-null", true.into());
            } else {
                node.shift_remove("x-keep-null");
            }
        }
        if keep_unknown && !node.contains_key("x-keep-unknown") {
            changes.push(format!("~ type {name}: keeps unknown fields"));
            super::unions::insert_behind(node, "type", "x-keep-unknown", true.into());
        }
    }
}

/// Types, and the kinds of those that are unions.
fn with_kinds(tree: &Tree, names: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = names.clone();
    for kinds in names.iter().filter_map(|name| tree.get(name)?.get("anyOf")) {
        mentioned(kinds, &mut |kind| {
            all.insert(kind.to_owned());
        });
    }
    all
}

/// Types with all that they refer to.
fn closure(tree: &Tree, names: BTreeSet<String>) -> BTreeSet<String> {
    let mut todo: Vec<String> = names.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(node) = tree.get(&name)
            && seen.insert(name)
        {
            for (_, value) in node {
                mentioned(value, &mut |other| todo.push(other.to_owned()));
            }
        }
    }
    seen
}
