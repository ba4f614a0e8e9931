//! What a document of ZStack's says, in the form of our schemas.

mod operation;
mod schema;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::import::references::{MAX_DEPTH, escape, resolve};
use crate::import::{ImportError, Result};

pub(super) type Node = Map<String, Json>;

pub(super) struct Document {
    /// Types by the vendor's names.
    pub(super) types: BTreeMap<String, Type>,
    pub(super) operations: Vec<Operation>,
}

/// A type, its members by name in the vendor's form.
pub(super) struct Type {
    pub(super) base: Option<String>,
    pub(super) properties: Node,
    /// The values, of an enum.
    pub(super) values: Vec<String>,
}

pub(super) struct Operation {
    pub(super) name: String,
    pub(super) method: String,
    /// As in our schemas: `/zstack/v1/zones`.
    pub(super) path: String,
    pub(super) also: Vec<String>,
    pub(super) wrapper: Option<String>,
    /// What stands in the wrapper.
    pub(super) request: Option<Type>,
    /// The parameters of the query string: name, schema.
    pub(super) params: Vec<(String, Json)>,
    /// Whether system and user tags go beside the wrapper, or into the query string.
    pub(super) tags: bool,
    /// As in our schemas, but with the vendor's names of types.
    pub(super) response: Option<(&'static str, String)>,
    pub(super) long_running: bool,
    pub(super) anonymous: bool,
    pub(super) required: Vec<String>,
}

/// Members of a path item that are no operations.
const SHARED: [&str; 4] = ["summary", "description", "servers", "parameters"];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
struct Reader<'d> {
    path: &'d str,
    json: &'d Json,
    /// Objects that stand inline, by the name that they get from their owner.
    lifted: RefCell<BTreeMap<String, Type>>,
    /// The components without a type of their own that are being read, to tell a circle.
    within: RefCell<Vec<String>>,
}

impl Document {
    pub(super) fn read(path: &str, json: &Json) -> Result<Self> {
        let reader = Reader { path, json, lifted: RefCell::default(), within: RefCell::default() };
        let operations = reader.operations()?;
        let mut types = BTreeMap::new();
        let schemas = json.pointer("/components/schemas").and_then(Json::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            let pointer = format!("/components/schemas/{}", escape(name));
            reader.keywords(schema, &pointer)?;
            // Plain texts, lists and maps are read where something refers to them.
            if reader.is_type(schema, 0) {
                types.insert(name.clone(), reader.ty(schema, name, &pointer)?);
            }
        }
        types.extend(reader.lifted.take());
        Ok(Self { types, operations })
    }
}

impl<'d> Reader<'d> {
    fn error(&self, pointer: &str, rule: impl std::fmt::Display) -> ImportError {
        ImportError::new(self.path, pointer, rule)
    }

    /// What a reference leads to in a section of the components, or the thing itself; with its place.
    fn resolve(&self, json: &'d Json, section: &str, pointer: &str) -> Result<(&'d Json, String)> {
        resolve((self.path, self.json), json, section, pointer)
    }
}

pub(super) fn texts(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A property in the form of our schemas; `refer` gives a reference to a type.
pub(super) fn property(name: &str, json: &Json, refer: &mut dyn FnMut(&str) -> Json) -> Json {
    if let Some(reference) = json.get("$ref").and_then(Json::as_str) {
        return refer(reference.rsplit('/').next().unwrap_or_default());
    }
    let ty = json.get("type").and_then(Json::as_str).unwrap_or_default();
    let mut node = Map::new();
    if !ty.is_empty() {
        node.insert("type".into(), ty.into());
    }
    let known = ["int32", "int64", "double", "float", "date-time", "zstack-timestamp", "byte"];
    let format = json.get("format").and_then(Json::as_str).filter(|format| known.contains(format));
    let is_secret = name.ends_with("assword") || json.get("x-zstack-sensitive").is_some_and(|flag| *flag == true);
    match (ty, format) {
        ("string", None) if is_secret => drop(node.insert("format".into(), "password".into())),
        ("string", None) if is_id(name) => drop(node.insert("format".into(), "id".into())),
        (_, Some(format)) => drop(node.insert("format".into(), format.into())),
        ("array", None) => {
            let inner = json.get("items").cloned().unwrap_or_default();
            let name = name.strip_suffix('s').unwrap_or(name);
            node.insert("items".into(), property(name, &inner, refer));
        }
        ("object", None) if json.get("additionalProperties").is_some_and(Json::is_object) => {
            let inner = json.get("additionalProperties").cloned().unwrap_or_default();
            node.insert("additionalProperties".into(), property("", &inner, refer));
        }
        _ => {}
    }
    if ty == "string" && json.get("enum").is_some() {
        // How long its values may be says nothing more of them.
        node.insert("enum".into(), json!(texts(json.get("enum"))));
        return Json::Object(node);
    }
    for bound in ["minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems"] {
        node.extend(json.get(bound).map(|value| (bound.to_owned(), value.clone())));
    }
    Json::Object(node)
}

pub(super) fn is_id(name: &str) -> bool {
    name == "uuid" || name.ends_with("Uuid")
}
