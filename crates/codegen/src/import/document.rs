//! An OpenAPI 3.0 document, read into the form of our schemas.

mod operation;
mod schema;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::references::{MAX_DEPTH, escape, resolve};
use super::tree::Node;
use super::{ImportError, Result};

pub(super) use operation::{Form, Operation, Request};

/// What a document says of one version of the API.
pub(super) struct Document {
    pub(super) version: u8,
    /// Whether it was put together from excerpts and clients.
    pub(super) reconstructed: bool,
    /// The types, by our name.
    pub(super) types: Map<String, Json>,
    /// Names that the document gives the types.
    pub(super) vendor_names: BTreeMap<String, Vec<String>>,
    /// The operations, in the document's order.
    pub(super) operations: Vec<Operation>,
    /// The types that requests are made of.
    pub(super) sent: BTreeSet<String>,
    path: String,
}

/// A component, and the place where it stands.
#[derive(Clone, Copy)]
struct Component<'d> {
    name: &'d str,
    json: &'d Map<String, Json>,
}

/// What reads a document.
struct Reader<'d> {
    path: &'d str,
    json: &'d Json,
    version: u8,
    names: &'d Names,
    /// Types that stand inline and have a name with us.
    inline: RefCell<Map<String, Json>>,
    /// The components without a type of their own that are being read, to tell a circle.
    within: RefCell<Vec<&'d str>>,
}

impl Document {
    pub(super) fn read(path: &str, json: &Json, version: u8, names: &Names) -> Result<Self> {
        let reader = Reader { path, json, version, names, inline: RefCell::default(), within: RefCell::default() };
        let openapi = json.get("openapi").and_then(Json::as_str).unwrap_or_default();
        if !openapi.starts_with("3.0") {
            return Err(reader.error("/openapi", format!("an OpenAPI 3.0 document is expected, not `{openapi}`")));
        }
        let operations = reader.operations()?;
        let mut types = Map::new();
        let mut vendor_names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // Which component a type of ours was read from first.
        let mut read: BTreeMap<String, &str> = BTreeMap::new();
        for (name, component) in reader.components()? {
            let pointer = format!("/components/schemas/{}", escape(name));
            let component = Component { name, json: reader.object(component, &pointer)? };
            // Pages have one type for all; plain lists and scalars are read where they are referred to.
            if schema::is_page(name) || !schema::is_type(component.json) {
                continue;
            }
            let ours = names.of(name, version);
            let node = reader.component(&ours, component, &pointer)?;
            let known = vendor_names.entry(ours.clone()).or_default();
            known.extend((*name != ours).then(|| name.to_owned()));
            match types.get_mut(&ours).and_then(Json::as_object_mut) {
                None => {
                    read.insert(ours.clone(), name);
                    types.insert(ours, Json::Object(node));
                }
                Some(first) => {
                    let other = read.get(&ours).copied().unwrap_or_default();
                    let settled = names.has_row(name, version) || names.has_row(other, version);
                    if !settled && !is_alike(first, &node) {
                        let rule = format!(
                            "`{name}` and `{other}` are both `{ours}` with us, and differ: give one another name in `types` of \
                             `names.json` ({{\"name\": \"OURS\", \"was\": \"{name}\"}}), or that name if they are one type"
                        );
                        return Err(reader.error(&pointer, rule));
                    }
                    join(first, node);
                }
            }
        }
        for (name, node) in reader.inline.take() {
            vendor_names.entry(name.clone()).or_default();
            types.insert(name, node);
        }
        for (of, name) in names.maps() {
            if types.contains_key(of) && !types.contains_key(name) {
                let mut node = Map::new();
                node.insert("type".into(), "object".into());
                node.insert("additionalProperties".into(), schema::reference(of).into());
                types.insert(name.clone(), Json::Object(node));
            }
        }
        let reconstructed = json.pointer("/info/x-status").is_some();
        let requests = operations.iter().filter_map(|operation| operation.form.request.as_ref()?.ty.clone());
        let sent = super::types::reached(&types, requests.collect());
        Ok(Self { version, reconstructed, types, vendor_names, operations, sent, path: path.to_owned() })
    }

    pub(super) fn error(&self, place: &str, rule: impl std::fmt::Display) -> ImportError {
        ImportError::new(&self.path, place, rule)
    }
}

impl<'d> Reader<'d> {
    fn error(&self, pointer: &str, rule: impl std::fmt::Display) -> ImportError {
        ImportError::new(self.path, pointer, rule)
    }

    fn object(&self, json: &'d Json, pointer: &str) -> Result<&'d Map<String, Json>> {
        json.as_object().ok_or_else(|| self.error(pointer, "an object is expected here"))
    }

    fn components(&self) -> Result<impl Iterator<Item = (&'d String, &'d Json)> + use<'d>> {
        let pointer = "/components/schemas";
        let schemas = self.json.pointer(pointer).ok_or_else(|| self.error(pointer, "the document has no schemas"))?;
        Ok(self.object(schemas, pointer)?.iter())
    }

    /// The component that a reference names.
    fn follow(&self, reference: &Json, pointer: &str) -> Result<Component<'d>> {
        let text = reference.as_str().unwrap_or_default();
        let name = text.strip_prefix("#/components/schemas/");
        let schemas = self.json.pointer("/components/schemas").and_then(Json::as_object);
        let found = name.zip(schemas).and_then(|(name, schemas)| schemas.get_key_value(name));
        match found.and_then(|(name, json)| Some(Component { name, json: json.as_object()? })) {
            Some(component) => Ok(component),
            None => Err(self.error(&format!("{pointer}/$ref"), format!("`{text}` refers to nothing in the document"))),
        }
    }

    /// The object that a reference leads to in a section of the components, or that stands here; with its place.
    fn resolve(&self, json: &'d Json, section: &str, pointer: &str) -> Result<(&'d Map<String, Json>, String)> {
        let (json, pointer) = resolve((self.path, self.json), json, section, pointer)?;
        Ok((self.object(json, &pointer)?, pointer))
    }
}

/// Whether two components say the same but for how sure they are.
fn is_alike(first: &Node, second: &Node) -> bool {
    let said = |node: &Node| -> Node {
        node.iter().filter(|(key, _)| *key != "x-evidence").map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    said(first) == said(second)
}

/// Two components that are one type with us: `Error` and `TokenError`.
fn join(first: &mut Node, second: Node) {
    for (key, value) in second {
        match (first.get_mut(&key), value) {
            (Some(Json::Object(known)), Json::Object(more)) if key == "properties" => {
                for (name, property) in more {
                    known.entry(name).or_insert(property);
                }
            }
            (None, value) => drop(first.insert(key, value)),
            _ => {}
        }
    }
}
