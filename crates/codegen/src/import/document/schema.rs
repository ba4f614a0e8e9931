//! Schemas of a document.

use serde_json::{Map, Value as Json, json};

use super::{Component, MAX_DEPTH, Reader, escape};
use crate::import::Result;
use crate::import::tree::{BY_NAME, Node};

/// What the members of a schema may be; anything else is refused, so that no fact is passed over in silence.
const KEYWORDS: [&str; 23] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "default",
    "discriminator",
    "enum",
    "example",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "type",
];
/// Those that say nothing of names, types, enums or bounds, and those that hold sentences.
const PASSED_OVER: [&str; 7] =
    ["deprecated", "description", "example", "externalDocs", "title", "uniqueItems", "writeOnly"];
/// Only a request body has a place by which `names.json` can name it.
const INLINE: &str = "an object that stands inline has no name: make it a component of the document, with a reference to it \
                      here, or, if it is a request body, name it by its operation in `inline` of `names.json`";
const BOUNDS: [&str; 9] = [
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

/// Whether a component is a page of items, which has one type for all.
pub(super) fn is_page(name: &str) -> bool {
    name.starts_with("PageOf")
}

/// Whether an object has members of any name. That it has none but those listed is what every type says.
fn is_open(json: &Map<String, Json>) -> bool {
    json.get("additionalProperties").is_some_and(|inner| *inner != Json::Bool(false))
}

/// Whether a component becomes a type: an object, an enum or a union.
pub(super) fn is_type(json: &Map<String, Json>) -> bool {
    let extends = json.get("allOf").and_then(Json::as_array).is_some_and(|parts| parts.len() > 1);
    let is_object = json.get("type").is_some_and(|name| name == "object");
    json.contains_key("enum") || json.contains_key("x-anyOf") || is_object || extends
}

pub(super) fn reference(name: &str) -> Node {
    Map::from_iter([("$ref".to_owned(), format!("{BY_NAME}{name}").into())])
}

impl<'d> Reader<'d> {
    /// A component as a definition of ours.
    pub(super) fn component(&self, ours: &str, component: Component<'d>, pointer: &str) -> Result<Node> {
        let mut node = if let Some(kinds) = component.json.get("x-anyOf") {
            self.union(ours, component, kinds, pointer)?
        } else if component.json.contains_key("enum") || is_open(component.json) {
            let mut node = self.schema(component.json, pointer)?;
            // An open map with no schema for its values: a body whose members are all of its own making.
            if node
                .get("additionalProperties")
                .is_some_and(|inner| inner.get("$ref").is_none() && inner.get("type").is_none())
            {
                node = Map::from_iter([("type".into(), "object".into()), ("x-keep-unknown".into(), true.into())]);
                self.bounds(component.json, &mut node);
            }
            node
        } else {
            self.structure(ours, component.json, pointer)?
        };
        self.evidence(component.json, pointer, &mut node)?;
        Ok(node)
    }

    pub(super) fn structure(&self, ours: &str, json: &'d Map<String, Json>, pointer: &str) -> Result<Node> {
        self.keywords(json, pointer)?;
        let mut node = Map::new();
        node.insert("type".into(), "object".into());
        self.bounds(json, &mut node);
        let (mut properties, mut required) = (Map::new(), Vec::new());
        let mut parts = Vec::new();
        self.parts(json, pointer, 0, &mut parts)?;
        for (part, pointer) in &parts {
            for (name, property) in part.get("properties").and_then(Json::as_object).into_iter().flatten() {
                let pointer = format!("{pointer}/properties/{}", escape(name));
                let property = self.object(property, &pointer)?;
                properties.insert(name.clone(), Json::Object(self.property(ours, name, property, &pointer)?));
            }
        }
        for (part, pointer) in &parts {
            let own = self.texts(part, "required", pointer)?;
            if let Some(missing) = own.iter().find(|name| !properties.contains_key(**name)) {
                return Err(self.error(&format!("{pointer}/required"), format!("`{missing}` is not a property")));
            }
            required.extend(own.into_iter().filter(|name| !required.contains(name)).collect::<Vec<_>>());
        }
        node.insert("properties".into(), Json::Object(properties));
        if !required.is_empty() {
            node.insert("required".into(), json!(required));
        }
        Ok(node)
    }

    /// What an object extends and itself, the first one first: our types hold the members of their bases.
    fn parts(
        &self,
        json: &'d Map<String, Json>,
        pointer: &str,
        depth: usize,
        out: &mut Vec<(&'d Map<String, Json>, String)>,
    ) -> Result<()> {
        self.keywords(json, pointer)?;
        if depth > MAX_DEPTH {
            return Err(self.error(pointer, "the types extend each other in a circle"));
        }
        if let Some(properties) = json.get("properties") {
            self.object(properties, &format!("{pointer}/properties"))?;
        }
        for (index, part) in json.get("allOf").and_then(Json::as_array).into_iter().flatten().enumerate() {
            let (part, pointer) = self.resolve(part, "schemas", &format!("{pointer}/allOf/{index}"))?;
            let is_object = part.get("type").is_none_or(|ty| ty == "object");
            if !is_object || ["enum", "x-anyOf"].iter().any(|key| part.contains_key(*key)) || is_open(part) {
                return Err(self.error(&pointer, "only an object with members of its own can be extended"));
            }
            self.parts(part, &pointer, depth + 1, out)?;
        }
        out.push((json, pointer.to_owned()));
        Ok(())
    }

    fn union(&self, ours: &str, component: Component<'d>, kinds: &'d Json, pointer: &str) -> Result<Node> {
        let list_pointer = format!("{pointer}/x-anyOf");
        let kinds =
            kinds.as_array().ok_or_else(|| self.error(&list_pointer, "a list of references is expected here"))?;
        let mut any_of = Vec::new();
        let mut known: Vec<&String> = Vec::new();
        for (index, kind) in kinds.iter().enumerate() {
            let pointer = format!("{list_pointer}/{index}");
            let target = self.object(kind, &pointer)?.get("$ref").unwrap_or(&Json::Null);
            let target = self.follow(target, &pointer)?;
            known.extend(target.json.get("properties").and_then(Json::as_object).into_iter().flat_map(Map::keys));
            any_of.push(Json::Object(reference(&self.names.of(target.name, self.version))));
        }
        let wide = component.json.get("properties").and_then(Json::as_object).into_iter().flat_map(Map::keys);
        if let Some(lost) = wide.into_iter().find(|name| !known.contains(name)) {
            let rule = format!("no kind of the union has `{lost}`");
            return Err(self.error(&format!("{pointer}/properties/{}", escape(lost)), rule));
        }
        let mut node = Map::new();
        node.insert("anyOf".into(), Json::Array(any_of));
        let mut mapping = Map::new();
        let mut tag = None;
        if let Some(discriminator) = component.json.get("discriminator") {
            let pointer = format!("{pointer}/discriminator");
            let discriminator = self.object(discriminator, &pointer)?;
            tag = discriminator.get("propertyName").and_then(Json::as_str).map(str::to_owned);
            for (value, target) in discriminator.get("mapping").and_then(Json::as_object).into_iter().flatten() {
                let target = self.follow(target, &format!("{pointer}/mapping/{value}"))?;
                mapping.insert(value.clone(), format!("{BY_NAME}{}", self.names.of(target.name, self.version)).into());
            }
        }
        if let Some(tags) = self.names.tags(ours) {
            tag = Some(tags.tag.clone());
            for (value, kind) in &tags.mapping {
                // A kind that this version does not have is no kind of it.
                let target = format!("{BY_NAME}{kind}");
                if node["anyOf"].as_array().is_some_and(|all| all.iter().any(|one| one["$ref"] == target.as_str())) {
                    mapping.insert(value.clone(), target.into());
                }
            }
        }
        if let Some(tag) = tag {
            node.insert("discriminator".into(), json!({ "propertyName": tag, "mapping": mapping }));
        }
        Ok(node)
    }

    /// A property; its name tells what its type does not.
    fn property(&self, owner: &str, name: &str, json: &'d Map<String, Json>, pointer: &str) -> Result<Node> {
        let mut node = self.schema(json, pointer)?;
        let plain = node.get("type").is_some_and(|ty| *ty == "string" || *ty == json!(["string", "null"]))
            && !node.contains_key("enum")
            && !node.contains_key("format");
        if plain && self.names.is_secret(name) {
            node.insert("format".into(), "password".into());
        } else if plain && is_id(name) {
            node.insert("format".into(), "id".into());
        }
        match self.named_enum(&format!("{owner}.{name}"), &node) {
            Some(named) => Ok(reference(&named)),
            None => Ok(node),
        }
    }

    /// Makes an enum that stands inline a type, where `names.json` has a name for it. Of several of one place, such as
    /// a parameter of many operations, the last value can be added to tell them apart: `?itemType:Documents`.
    pub(super) fn named_enum(&self, place: &str, node: &Node) -> Option<String> {
        let values = node.get("enum")?.as_array()?;
        let last = values.last()?.as_str()?;
        let named = self.names.inline(&format!("{place}:{last}")).or_else(|| self.names.inline(place))?.clone();
        let mut inline = self.inline.borrow_mut();
        let ty = inline.entry(named.clone()).or_insert_with(|| json!({ "type": "string", "enum": [] }));
        if let Some(known) = ty.get_mut("enum").and_then(Json::as_array_mut) {
            for value in values {
                if !known.contains(value) {
                    known.push(value.clone());
                }
            }
        }
        Some(named)
    }

    /// A schema in our form, with references by name.
    pub(super) fn schema(&self, json: &'d Map<String, Json>, pointer: &str) -> Result<Node> {
        self.keywords(json, pointer)?;
        let nullable = json.get("nullable").is_some_and(|flag| *flag == Json::Bool(true));
        if let Some(all) = json.get("allOf") {
            let only = match all.as_array().map(Vec::as_slice) {
                Some([only]) => only,
                _ => {
                    return Err(
                        self.error(&format!("{pointer}/allOf"), "`allOf` of one reference is all that is taken")
                    );
                }
            };
            if json.contains_key("properties") {
                return Err(self.error(pointer, INLINE));
            }
            let pointer = format!("{pointer}/allOf/0");
            let mut node = self.schema(self.object(only, &pointer)?, &pointer)?;
            if nullable {
                node.insert("x-nullable".into(), true.into());
            }
            return Ok(node);
        }
        if let Some(target) = json.get("$ref") {
            let target = self.follow(target, pointer)?;
            if is_type(target.json) && !is_page(target.name) {
                return Ok(reference(&self.names.of(target.name, self.version)));
            }
            // Aliases, lists and open maps are read where they are named, and may lead back to themselves.
            if self.within.borrow().contains(&target.name) {
                let rule =
                    format!("`{}` leads back to itself, with no type between: nothing could be read", target.name);
                return Err(self.error(&format!("{pointer}/$ref"), rule));
            }
            self.within.borrow_mut().push(target.name);
            let read = self.schema(target.json, &format!("/components/schemas/{}", escape(target.name)));
            self.within.borrow_mut().pop();
            return read;
        }
        let mut node = Map::new();
        let ty = match json.get("type") {
            None => "",
            Some(Json::String(ty)) => ty.as_str(),
            Some(_) => return Err(self.error(&format!("{pointer}/type"), "`type` is a name")),
        };
        match ty {
            "array" => {
                let pointer = format!("{pointer}/items");
                let items = json.get("items").ok_or_else(|| self.error(&pointer, "a list needs `items`"))?;
                let items = self.schema(self.object(items, &pointer)?, &pointer)?;
                node.insert("type".into(), "array".into());
                node.insert("items".into(), Json::Object(items));
            }
            "object" if json.contains_key("properties") => {
                return Err(self.error(pointer, INLINE));
            }
            "object" => {
                node.insert("type".into(), "object".into());
                match json.get("additionalProperties") {
                    Some(inner @ Json::Object(_)) => {
                        let pointer = format!("{pointer}/additionalProperties");
                        let inner = self.schema(self.object(inner, &pointer)?, &pointer)?;
                        let of =
                            inner.get("$ref").and_then(Json::as_str).unwrap_or_default().trim_start_matches(BY_NAME);
                        if let Some(named) = self.names.map(of).filter(|_| {
                            !pointer.starts_with("/components/schemas/") || pointer.contains("/properties/")
                        }) {
                            return Ok(reference(named));
                        }
                        node.insert("additionalProperties".into(), Json::Object(inner));
                    }
                    Some(Json::Bool(true)) => drop(node.insert("additionalProperties".into(), true.into())),
                    _ => {}
                }
            }
            "string" | "integer" | "number" | "boolean" => {
                node.insert("type".into(), ty.into());
                if let Some(format) = json.get("format") {
                    let known = ["byte", "date-time", "double", "float", "int32", "int64", "password", "uuid"];
                    if !format.as_str().is_some_and(|format| known.contains(&format)) {
                        return Err(self
                            .error(&format!("{pointer}/format"), format!("the format {format} has no meaning here")));
                    }
                    if format != "byte" {
                        node.insert("format".into(), format.clone());
                    }
                }
                if json.contains_key("enum") {
                    let null = |value: &&Json| value.is_null() && nullable;
                    let values = json.get("enum").and_then(Json::as_array).into_iter().flatten();
                    let values: Vec<&Json> = values.filter(|value| !null(value)).collect();
                    // Beside `nullable`, null is one of the values.
                    if values.iter().any(|value| !value.is_string()) {
                        self.texts(json, "enum", pointer)?;
                    }
                    node.insert("enum".into(), json!(values));
                }
            }
            "" if json.contains_key("properties") => {
                return Err(self.error(pointer, "a schema with `properties` says `\"type\": \"object\"`"));
            }
            "" => {}
            other => return Err(self.error(&format!("{pointer}/type"), format!("`{other}` is no type"))),
        }
        if nullable {
            match node.get_mut("type") {
                Some(Json::String(ty)) => {
                    let both = json!([ty, "null"]);
                    node.insert("type".into(), both);
                }
                _ => drop(node.insert("x-nullable".into(), true.into())),
            }
        }
        self.bounds(json, &mut node);
        Ok(node)
    }

    fn bounds(&self, json: &Map<String, Json>, node: &mut Node) {
        for key in BOUNDS {
            if let Some(bound) = json.get(key) {
                node.insert(key.to_owned(), bound.clone());
            }
        }
    }

    fn keywords(&self, json: &Map<String, Json>, pointer: &str) -> Result<()> {
        let known = |key: &str| KEYWORDS.contains(&key) || PASSED_OVER.contains(&key) || key.starts_with("x-");
        match json.keys().find(|key| !known(key)) {
            Some(key) => Err(self.error(&format!("{pointer}/{}", escape(key)), format!("`{key}` is not taken"))),
            None => Ok(()),
        }
    }

    pub(super) fn texts(&self, json: &'d Map<String, Json>, key: &str, pointer: &str) -> Result<Vec<&'d str>> {
        let Some(list) = json.get(key) else { return Ok(Vec::new()) };
        let texts = list.as_array().and_then(|list| list.iter().map(Json::as_str).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| self.error(&format!("{pointer}/{key}"), format!("`{key}` is a list of texts")))
    }

    /// How sure a reconstructed document is of a type, told by the best of its sources.
    fn evidence(&self, json: &'d Map<String, Json>, pointer: &str, node: &mut Node) -> Result<()> {
        let sources = self.texts(json, "x-evidence", pointer)?;
        let has = |start: &str| sources.iter().any(|source| source.starts_with(start));
        let mark = match sources.as_slice() {
            [] => return Ok(()),
            _ if has("doc") => "documented",
            _ if has("client") || has("trace") => "client",
            _ if has("diff") => "diff",
            _ => "inferred",
        };
        node.insert("x-evidence".into(), json!({ self.version.to_string(): mark }));
        Ok(())
    }
}

/// Whether a text of this name is an identifier.
pub(super) fn is_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("id") || name.ends_with("Id")
}
