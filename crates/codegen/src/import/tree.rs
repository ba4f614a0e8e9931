//! The checked-in schemas as they are merged into: every type and operation, with references by name alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::{ImportError, Result};

/// A schema node.
pub(super) type Node = Map<String, Json>;

/// The schemas of one system.
pub(super) struct Tree {
    files: BTreeMap<String, File>,
}

struct File {
    title: String,
    types: Map<String, Json>,
    operations: Vec<Json>,
}

/// Where an operation stands, until one is removed: its family, and which of that it is.
#[derive(Debug, Clone)]
pub(super) struct Place(String, usize);

/// Marks a reference by name, where a schema file has `file.json#/$defs/Name`.
pub(super) const BY_NAME: char = '@';

impl Tree {
    pub(super) fn read(root: &Path, system: &str, names: &Names) -> Result<Self> {
        let mut files: BTreeMap<String, File> = names
            .families()
            .iter()
            .map(|family| {
                let file = File { title: family.title.clone(), types: Map::new(), operations: Vec::new() };
                (family.file.clone(), file)
            })
            .collect();
        for name in crate::project::schema_files(root, system)? {
            let mut json: Json = crate::project::parse(root, &format!("{system}/{name}"))?;
            references(&mut json, &mut |reference| {
                reference.rsplit('/').next().map(|name| format!("{BY_NAME}{name}")).unwrap_or_default()
            });
            let mut take = |key: &str| json.get_mut(key).map(Json::take);
            let types = match take("$defs") {
                Some(Json::Object(types)) => types,
                _ => Map::new(),
            };
            let operations = match take("operations") {
                Some(Json::Array(operations)) => operations,
                _ => Vec::new(),
            };
            let title = json.get("title").and_then(Json::as_str).unwrap_or_default().to_owned();
            let stem = name.trim_end_matches(".json").to_owned();
            files.insert(stem, File { title, types, operations });
        }
        Ok(Self { files })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.files.values().find_map(|file| file.types.get(name)).and_then(Json::as_object)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.files.values_mut().find_map(|file| file.types.get_mut(name)).and_then(Json::as_object_mut)
    }

    pub(super) fn add(&mut self, family: &str, name: &str, node: Node) {
        if let Some(file) = self.files.get_mut(family) {
            file.types.insert(name.to_owned(), Json::Object(node));
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        for file in self.files.values_mut() {
            file.types.shift_remove(name);
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.files.values().flat_map(|file| file.types.keys().cloned()).collect()
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &Node> {
        self.files.values().flat_map(|file| &file.operations).filter_map(Json::as_object)
    }

    pub(super) fn operations_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.files.values_mut().flat_map(|file| &mut file.operations).filter_map(Json::as_object_mut)
    }

    /// Where each operation stands.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, &Node)> {
        self.files.iter().flat_map(|(family, file)| {
            let operations = file.operations.iter().enumerate();
            operations.filter_map(move |(at, node)| Some((Place(family.clone(), at), node.as_object()?)))
        })
    }

    pub(super) fn operation(&self, Place(family, at): &Place) -> Option<&Node> {
        self.files.get(family)?.operations.get(*at)?.as_object()
    }

    pub(super) fn operation_mut(&mut self, Place(family, at): &Place) -> Option<&mut Node> {
        self.files.get_mut(family)?.operations.get_mut(*at)?.as_object_mut()
    }

    /// Puts an operation last in a family; `None` where there is no such family.
    pub(super) fn add_operation(&mut self, family: &str, node: Node) -> Option<Place> {
        let operations = &mut self.files.get_mut(family)?.operations;
        operations.push(Json::Object(node));
        Some(Place(family.to_owned(), operations.len() - 1))
    }

    pub(super) fn remove_operation(&mut self, gone: impl Fn(&Node) -> bool) {
        for file in self.files.values_mut() {
            file.operations.retain(|operation| !operation.as_object().is_some_and(&gone));
        }
    }

    /// The files as they are checked in; empty families have none.
    pub(super) fn files(&self, system: &str) -> Result<BTreeMap<PathBuf, String>> {
        let home: BTreeMap<&str, &str> = self
            .files
            .iter()
            .flat_map(|(family, file)| file.types.keys().map(move |name| (name.as_str(), family.as_str())))
            .collect();
        let mut out = BTreeMap::new();
        for (family, file) in &self.files {
            if file.types.is_empty() && file.operations.is_empty() {
                continue;
            }
            let mut json = Map::new();
            json.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
            json.insert("title".into(), file.title.clone().into());
            if !file.types.is_empty() {
                json.insert("$defs".into(), Json::Object(file.types.clone()));
            }
            if !file.operations.is_empty() {
                json.insert("operations".into(), Json::Array(file.operations.clone()));
            }
            let mut json = Json::Object(json);
            let path = format!("schemas/{system}/{family}.json");
            let mut lost = None;
            references(&mut json, &mut |reference| {
                let name = reference.trim_start_matches(BY_NAME);
                match home.get(name) {
                    Some(home) if *home == family => format!("#/$defs/{name}"),
                    Some(home) => format!("{home}.json#/$defs/{name}"),
                    None => {
                        lost = Some(name.to_owned());
                        reference.to_owned()
                    }
                }
            });
            if let Some(name) = lost {
                return Err(ImportError::new(&path, "", format!("something refers to `{name}`, which no version has")));
            }
            let text = serde_json::to_string_pretty(&json).map_err(|error| ImportError::new(&path, "", error))?;
            out.insert(path.into(), text + "\n");
        }
        Ok(out)
    }
}

/// Rewrites every reference below a node: `$ref`, and the targets of a discriminator.
fn references(json: &mut Json, rewrite: &mut dyn FnMut(&str) -> String) {
    match json {
        Json::Object(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    Json::String(text) if key == "$ref" => *text = rewrite(text),
                    Json::Object(discriminator) if key == "discriminator" => {
                        let targets = discriminator.get_mut("mapping").and_then(Json::as_object_mut);
                        for target in targets.into_iter().flat_map(Map::values_mut) {
                            if let Json::String(text) = target {
                                *text = rewrite(text);
                            }
                        }
                    }
                    _ => references(value, rewrite),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| references(item, rewrite)),
        _ => {}
    }
}
