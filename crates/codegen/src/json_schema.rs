//! The JSON Schema front end: VB365's and ZStack's types.
//!
//! The form is JSON Schema 2020-12, of which a small part is taken and the rest refused, so that nothing in a schema is
//! silently without effect. `schemas/README.md` lists the keywords.

mod reader;
mod union;

use std::collections::BTreeMap;

pub(crate) use reader::{REQUIRED_SINCE, REQUIRED_UNTIL};
use serde_json::Value as Json;

use crate::emit::{TypeNames, family_clash};
use crate::error::{Result, SchemaError};
use crate::ir::{TypeShape, Types};

/// One schema file.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path below `schemas/`, such as `vb365/repositories.json`.
    pub path: String,
    /// What it holds.
    pub json: Json,
}

impl File {
    /// The file's stem: the family's name.
    #[must_use]
    pub fn family(&self) -> &str {
        self.name().split('.').next().unwrap_or(&self.path)
    }

    /// The cargo feature that its types and operations are compiled with; always when there is none.
    #[must_use]
    pub fn feature(&self) -> Option<&str> {
        self.json.get("x-feature").and_then(Json::as_str)
    }

    /// The file's name without its folder.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Reads the types of one system's files.
///
/// # Errors
/// When a file breaks a rule of the form: an unknown keyword, a reference to nothing, a name that stands twice.
pub fn read(files: &[File]) -> Result<Types> {
    let mut families = BTreeMap::new();
    for file in files {
        if let Some(rule) = family_clash(&mut families, file.family()) {
            return Err(SchemaError::new(&file.path, "", rule));
        }
    }
    let index = Index::new(files)?;
    let mut types = Vec::new();
    for file in files {
        for (name, definition) in definitions(file)? {
            let pointer = format!("/$defs/{name}");
            reader::Reader { file, index: &index, out: &mut types, depth: 0 }.definition(name, definition, &pointer)?;
        }
    }
    let (mut seen, mut names) = (BTreeMap::new(), TypeNames::default());
    for ty in &types {
        if let Some(first) = seen.insert(ty.name.clone(), ty.source.clone()) {
            let rule = format!("the type name `{}` stands twice in one system; the other is {first}", ty.name);
            return Err(place(&ty.source, rule));
        }
        let is_union = matches!(ty.shape, TypeShape::Union(_));
        names.add(&ty.name, is_union).map_err(|rule| place(&ty.source, rule))?;
        for name in &ty.formerly {
            names.add(name, false).map_err(|rule| place(&ty.source, rule))?;
        }
    }
    let title = |file: &File| Some((file.family().to_owned(), file.json.get("title")?.as_str()?.to_owned()));
    let mut types = Types { types, titles: files.iter().filter_map(title).collect() };
    union::gather(&mut types)?;
    types.box_recursion();
    Ok(types)
}

pub(crate) fn place(source: &str, rule: String) -> SchemaError {
    let (file, pointer) = source.split_once('#').unwrap_or((source, ""));
    SchemaError::new(file.trim_start_matches("schemas/"), pointer, rule)
}

fn definitions(file: &File) -> Result<impl Iterator<Item = (&str, &Json)>> {
    let error = |pointer: &str, rule: &str| SchemaError::new(&file.path, pointer, rule);
    let root = file.json.as_object().ok_or_else(|| error("", "a schema file is an object"))?;
    for key in root.keys() {
        if !["$schema", "$id", "title", "description", "x-feature", "$defs", "operations"].contains(&key.as_str()) {
            return Err(error(&format!("/{key}"), "unknown member of a schema file"));
        }
    }
    let defs = match root.get("$defs") {
        None => None,
        Some(Json::Object(defs)) => Some(defs),
        Some(_) => return Err(error("/$defs", "`$defs` is an object of named definitions")),
    };
    Ok(defs.into_iter().flatten().map(|(name, definition)| (name.as_str(), definition)))
}

/// Every definition of a system, by file and name.
pub(crate) struct Index<'a> {
    definitions: BTreeMap<(&'a str, &'a str), Definition<'a>>,
}

/// A definition, with the file that its own references start from.
#[derive(Clone, Copy)]
pub(crate) struct Definition<'a> {
    pub(crate) file: &'a File,
    pub(crate) name: &'a str,
    pub(crate) json: &'a Json,
}

impl<'a> Index<'a> {
    fn new(files: &'a [File]) -> Result<Self> {
        let mut all = BTreeMap::new();
        for file in files {
            for (name, json) in definitions(file)? {
                all.insert((file.name(), name), Definition { file, name, json });
            }
        }
        Ok(Self { definitions: all })
    }

    /// Follows `#/$defs/Name` or `file.json#/$defs/Name`.
    pub(crate) fn follow(&self, from: &File, reference: &str) -> Option<Definition<'a>> {
        let (file, pointer) = reference.split_once('#')?;
        let file = if file.is_empty() { from.name() } else { file };
        self.definitions.get(&(file, pointer.strip_prefix("/$defs/")?)).copied()
    }
}
