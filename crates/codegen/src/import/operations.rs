//! Merging a document's operations into the tree: one row for each method and path.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use super::document::Operation;
use super::forms;
use super::marks::{self, OPERATION, Span, Without};
use super::properties::{range, wanted};
use super::tree::{Node, Place};
use super::types::{Merge, Spans};
use super::{Result, words};
use crate::ir::Versions;

/// What tells operations apart: letter case and the names of placeholders do not.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(String, String);

impl Key {
    fn new(method: &str, path: &str) -> Self {
        let parts =
            path.split('/').map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_lowercase() });
        Self(method.to_owned(), parts.collect::<Vec<_>>().join("/"))
    }

    fn of(node: &Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Json::as_str).unwrap_or_default();
        Self::new(text("method"), text("path"))
    }
}

/// Where operations stand: a document has thousands, and looking at all of them for each takes minutes.
#[derive(Default)]
struct Index {
    by_key: BTreeMap<Key, Place>,
    by_name: HashMap<String, Place>,
}

impl Index {
    fn add(&mut self, node: &Node, place: Place) {
        self.by_name.entry(name(node).to_owned()).or_insert_with(|| place.clone());
        self.by_key.entry(Key::of(node)).or_insert(place);
    }

    fn rename(&mut self, old: &str, node: &Node, place: Place) {
        if old != name(node) {
            self.by_name.remove(old);
            self.by_name.insert(name(node).to_owned(), place);
        }
    }
}

fn name(node: &Node) -> &str {
    node.get("operation").and_then(Json::as_str).unwrap_or_default()
}

impl Merge<'_> {
    pub(super) fn operations(&mut self) -> Result<()> {
        let mut index = Index::default();
        self.tree.places().for_each(|(place, node)| index.add(node, place));
        let mut told = BTreeSet::new();
        for operation in &self.document.operations {
            let key = Key::new(&operation.method, &operation.path);
            let found = index.by_key.get(&key).cloned();
            match found.and_then(|place| Some((self.tree.operation(&place)?.clone(), place))) {
                None => {
                    let node = self.row(operation)?;
                    let node = self.apart(node, &mut index);
                    let family = self.names.family(&operation.path).unwrap_or("core");
                    self.changes.push(format!("+ operation {} {}, in {family}.json", operation.method, operation.path));
                    if let Some(place) = self.tree.add_operation(family, node.clone()) {
                        index.add(&node, place);
                    }
                }
                Some((known, place)) => {
                    let old = name(&known).to_owned();
                    let node = self.merged(known, operation, &index)?;
                    index.rename(&old, &node, place.clone());
                    if let Some(known) = self.tree.operation_mut(&place) {
                        *known = node;
                    }
                }
            }
            told.insert(key);
        }
        self.gone(&told);
        Ok(())
    }

    /// A new row.
    fn row(&self, operation: &Operation) -> Result<Node> {
        let mut node = Map::new();
        node.insert("operation".into(), operation.name.clone().into());
        node.insert("method".into(), operation.method.clone().into());
        node.insert("path".into(), operation.path.clone().into());
        node.insert("description".into(), words::operation(&operation.method, &operation.path).into());
        let version = self.document.version;
        let before = Spans { old: Span::only(version), new: Span::only(version) };
        marks::mark(&mut node, OPERATION, before.new, self.imported.span());
        self.finish_row(node, operation, before)
    }

    /// Tells operations of one name apart, where versions use it for different paths: the newest keeps it, an older one
    /// is named after its last version.
    fn apart(&mut self, mut node: Node, index: &mut Index) -> Node {
        let version = self.document.version;
        let before = self.imported.before().unwrap_or(Span::only(version));
        let text = name(&node).to_owned();
        let Some(place) = index.by_name.get(&text).cloned() else { return node };
        let Some(twin) = self.tree.operation_mut(&place) else { return node };
        let until = marks::span(twin, OPERATION, before).until;
        let is_twin = until < version;
        let (older, until) = if is_twin { (twin, until) } else { (&mut node, version) };
        older.insert("operation".into(), format!("{text}V{until}").into());
        if is_twin {
            index.rename(&text, older, place);
        }
        let mut aliases = super::properties::texts(older.get("aliases"));
        aliases.push(text.clone());
        insert_behind_name(older, "aliases", json!(aliases));
        self.changes.push(format!("~ operation {text}: the one up to v{until} is {text}V{until}"));
        node
    }

    fn merged(&mut self, mut node: Node, operation: &Operation, index: &Index) -> Result<Node> {
        let version = self.document.version;
        let before = self.imported.before().unwrap_or(Span::only(version));
        let old = marks::span(&node, OPERATION, before);
        let spans = Spans { old, new: old.with(version) };
        let text = |key: &str| node.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (name, path) = (text("operation"), text("path"));
        let newest = version >= old.until;
        let mut aliases = super::properties::texts(node.get("aliases"));
        if name != operation.name {
            // A version used the name for something else; this row has it as an alias.
            let is_taken = index.by_name.contains_key(&operation.name);
            let newest = newest && !is_taken;
            let alias = if newest { name.clone() } else { operation.name.clone() };
            if newest {
                self.changes.push(format!("~ operation {name}: is {} now", operation.name));
                aliases.retain(|alias| *alias != operation.name);
                node.insert("operation".into(), operation.name.clone().into());
                // The call keeps its old name in Rust, too.
                let mut formerly = super::properties::texts(node.get("formerly"));
                formerly.retain(|old| *old != operation.name && *old != name);
                formerly.push(name.clone());
                insert_behind_name(&mut node, "formerly", json!(formerly));
            }
            if !aliases.contains(&alias) {
                aliases.push(alias);
            }
            insert_behind_name(&mut node, "aliases", json!(aliases));
        }
        if newest {
            node.insert("path".into(), with_placeholders(&operation.path, &path).into());
        }
        if self.is_news(spans) {
            self.changes.push(format!("~ operation {}: also in v{version}", operation.name));
        }
        marks::mark(&mut node, OPERATION, spans.new, self.imported.span());
        self.finish_row(node, operation, spans)
    }

    /// What a row holds beside its name and path.
    fn finish_row(&self, mut node: Node, operation: &Operation, spans: Spans) -> Result<Node> {
        let version = self.document.version;
        self.params(&mut node, operation, spans);
        let fresh = spans.old == Span::only(version);
        let mut all = if fresh
            && !node.contains_key("response")
            && !node.contains_key("request")
            && !node.contains_key("older")
        {
            forms::Forms::new()
        } else {
            forms::read(&node, spans.old, self.imported.all())
        };
        forms::add(&mut all, version, &operation.form);
        forms::write(&mut node, &all, spans.new).map_err(|rule| self.document.error(&operation.pointer, rule))?;
        let newest = version >= spans.old.until;
        if newest {
            let answer = node.get("response").and_then(|response| response.get("body")).and_then(Json::as_str);
            let starts = operation.method == "POST" && answer.is_some_and(|name| self.names.is_session(name));
            let long = starts || node.contains_key("longRunning");
            flag(&mut node, "longRunning", long);
            flag(&mut node, "anonymous", operation.anonymous);
        }
        self.tell_evidence(&mut node, operation);
        Ok(in_order(node))
    }

    fn tell_evidence(&self, node: &mut Node, operation: &Operation) {
        let mut marks: Vec<(u8, Json)> = node
            .get("evidence")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(version, mark)| Some((version.parse().ok()?, mark.clone())))
            .filter(|(version, _)| *version != self.document.version)
            .collect();
        marks.extend(operation.evidence.clone().map(|mark| (self.document.version, mark.into())));
        marks.sort_by_key(|(version, _)| *version);
        let marks: Map<String, Json> = marks.into_iter().map(|(version, mark)| (version.to_string(), mark)).collect();
        node.shift_remove("evidence");
        if !marks.is_empty() {
            node.insert("evidence".into(), Json::Object(marks));
        }
        let mut sources = super::properties::texts(node.get("sources"));
        if let Some(source) = operation.source.as_ref().filter(|source| !sources.contains(source)) {
            sources.push(source.clone());
            sources.sort();
            node.insert("sources".into(), json!(sources));
        }
    }

    /// Merges parameters. Those in a path are told apart by their place, those in a query by their name; ids in a path
    /// are what a path holds when nothing is said, and are left out.
    fn params(&self, node: &mut Node, operation: &Operation, spans: Spans) {
        let version = self.document.version;
        let known = match node.shift_remove("params") {
            Some(Json::Array(known)) => known,
            _ => Vec::new(),
        };
        let mut params: Vec<(Node, Option<Span>)> = known
            .into_iter()
            .filter_map(|param| match param {
                Json::Object(param) => Some(param),
                _ => None,
            })
            .map(|param| {
                let range = (param["in"] == "query").then(|| marks::span(&param, OPERATION, spans.old));
                (param, range)
            })
            .collect();
        let rename = |param: &Node| -> Node {
            let mut param = param.clone();
            let path = node.get("path").and_then(Json::as_str).unwrap_or_default();
            let name = param["name"].as_str().unwrap_or_default();
            let at = placeholders(&operation.path).position(|other| other == name);
            if let Some(ours) = at.and_then(|at| placeholders(path).nth(at)) {
                param.insert("name".into(), ours.into());
            }
            param
        };
        let mut told: Vec<String> = Vec::new();
        for param in &operation.params {
            let in_path = param["in"] == "path";
            if in_path && param["type"] == "id" {
                continue;
            }
            let param = if in_path { rename(param) } else { param.clone() };
            let name = param["name"].as_str().unwrap_or_default().to_owned();
            let found = params
                .iter_mut()
                .find(|(known, _)| known["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(&name)));
            match found {
                None => {
                    // What an exact document has as an id in its path, no reconstructed one makes a text.
                    if in_path && self.document.reconstructed && self.imported.is_exact(spans.old) {
                        continue;
                    }
                    params.push((param, (!in_path).then(|| Span::only(version))));
                }
                Some((known, range)) => {
                    let rules = range.map_or_else(|| self.rules_over(spans.old), |range| self.rules_over(range));
                    if rules {
                        let mut param = param;
                        require(&mut param, known, *range == Some(Span::only(version)), version);
                        for key in ["name", "type", "list", "required", "requiredSince", "requiredUntil"] {
                            known.shift_remove(key);
                        }
                        let ours = std::mem::replace(known, param);
                        known.extend(ours);
                    }
                    *range = range.map(|range| range.with(version));
                }
            }
            told.push(name.to_lowercase());
        }
        params.retain_mut(|(param, range)| {
            let name = param["name"].as_str().unwrap_or_default().to_lowercase();
            let Some(known) = range.filter(|_| !told.contains(&name)) else { return true };
            match self.imported.without(known, version) {
                Without::Rest(rest) => {
                    *range = Some(rest);
                    true
                }
                Without::Nothing => false,
                Without::Hole => true,
            }
        });
        let params = params.into_iter().map(|(mut param, range)| {
            if let Some(range) = range {
                marks::mark(&mut param, OPERATION, range, spans.new);
            }
            Json::Object(param)
        });
        let params: Vec<Json> = params.collect();
        if !params.is_empty() {
            node.insert("params".into(), Json::Array(params));
        }
    }

    /// What the tree has and the document has not.
    fn gone(&mut self, told: &BTreeSet<Key>) {
        let version = self.document.version;
        let Some(before) = self.imported.before() else { return };
        let all = self.imported.span();
        let mut changes = Vec::new();
        let mut removed = BTreeSet::new();
        let is_loss = |span: Span, rest: Span| {
            rest != span
                || version > before.until && span.until == before.until
                || version < before.since && span.since == before.since
        };
        for node in self.tree.operations_mut() {
            let key = Key::of(node);
            if told.contains(&key) {
                continue;
            }
            let span = marks::span(node, OPERATION, before);
            match self.imported.without(span, version) {
                Without::Rest(rest) => {
                    if is_loss(span, rest) {
                        changes.push(format!(
                            "~ operation {}: not in v{version}",
                            node["operation"].as_str().unwrap_or("")
                        ));
                    }
                    if rest != span {
                        let forms = forms::read(node, span, self.imported.all().filter(|other| rest.has(*other)));
                        // They were one range before, and so are those that are left.
                        drop(forms::write(node, &forms, rest));
                        *node = in_order(std::mem::take(node));
                    }
                    marks::mark(node, OPERATION, rest, all);
                }
                Without::Nothing => {
                    changes.push(format!("- operation {}", node["operation"].as_str().unwrap_or("")));
                    removed.insert(key);
                }
                Without::Hole => {}
            }
        }
        self.tree.remove_operation(|node| removed.contains(&Key::of(node)));
        self.changes.append(&mut changes);
    }
}

/// The members of a row in the order in which all rows have them.
fn in_order(mut node: Node) -> Node {
    const ORDER: [&str; 19] = [
        "operation",
        "aliases",
        "formerly",
        "method",
        "path",
        "since",
        "until",
        "description",
        "params",
        "request",
        "requestList",
        "requestOptional",
        "response",
        "bare",
        "older",
        "longRunning",
        "anonymous",
        "evidence",
        "sources",
    ];
    let known: Node = ORDER.iter().filter_map(|key| Some(((*key).to_owned(), node.shift_remove(*key)?))).collect();
    known.into_iter().chain(node).collect()
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next())
}

/// A document's path with the placeholders of ours: they are names of fields, and those who set them keep them.
fn with_placeholders(theirs: &str, ours: &str) -> String {
    let parts = theirs.split('/').zip(ours.split('/'));
    let parts = parts.map(|(there, here)| if there.starts_with('{') { here } else { there });
    parts.collect::<Vec<_>>().join("/")
}

/// Says in which versions a parameter must be given. A list is no argument, and neither is what came later than its
/// call: of those only what a version newly wants has to be told.
fn require(param: &mut Node, known: &Node, is_new: bool, version: u8) {
    let now = param.shift_remove("required").is_some();
    let range = range(known, ["requiredSince", "requiredUntil"]);
    let was = (known.contains_key("required") || range != Versions::default()).then_some(range);
    let is_argument = !known.contains_key("list") && !known.contains_key("since");
    match wanted(was.filter(|_| !is_new && (now || is_argument)), now, is_new, version) {
        Some(all) if all == Versions::default() => drop(param.insert("required".into(), true.into())),
        Some(some) => {
            param.extend(some.since.map(|since| ("requiredSince".into(), since.into())));
            param.extend(some.until.map(|until| ("requiredUntil".into(), until.into())));
        }
        None => {}
    }
}

fn flag(node: &mut Node, key: &str, on: bool) {
    node.shift_remove(key);
    if on {
        node.insert(key.to_owned(), true.into());
    }
}

fn insert_behind_name(node: &mut Node, key: &str, value: Json) {
    super::unions::insert_behind(node, "operation", key, value);
}
