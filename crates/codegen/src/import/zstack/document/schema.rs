//! Schemas of a document: types, their members, and what stands inline.

use heck::ToUpperCamelCase;
use serde_json::{Value as Json, json};

use super::{MAX_DEPTH, Node, Reader, Type, texts};
use crate::import::Result;

/// What the members of a schema may be; anything else is refused, so that no fact is passed over in silence.
const KEYWORDS: [&str; 18] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "discriminator",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "required",
    "type",
];
/// Those that say nothing of names, types or enums.
const PASSED_OVER: [&str; 15] = [
    "default",
    "deprecated",
    "description",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "maxProperties",
    "minProperties",
    "multipleOf",
    "readOnly",
    "title",
    "uniqueItems",
    "writeOnly",
    "xml",
];
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// The members of an object, with their places; those of what it extends first.
#[derive(Default)]
pub(super) struct Members<'d> {
    pub(super) all: Vec<(&'d str, &'d Json, String)>,
    pub(super) required: Vec<String>,
}

impl<'d> Members<'d> {
    pub(super) fn get(&self, name: &str) -> Option<(&'d Json, &str)> {
        self.all.iter().rfind(|(known, ..)| *known == name).map(|(_, json, pointer)| (*json, pointer.as_str()))
    }
}

impl<'d> Reader<'d> {
    pub(super) fn keywords(&self, json: &Json, pointer: &str) -> Result<()> {
        let node = json.as_object().ok_or_else(|| self.error(pointer, "a schema is expected here"))?;
        let known = |key: &str| KEYWORDS.contains(&key) || PASSED_OVER.contains(&key) || key.starts_with("x-");
        match node.keys().find(|key| !known(key)) {
            Some(key) => Err(self.error(&format!("{pointer}/{}", super::escape(key)), format!("`{key}` is not taken"))),
            None => Ok(()),
        }
    }

    /// Whether a component is a type: an object or an enum of texts.
    pub(super) fn is_type(&self, json: &Json, depth: usize) -> bool {
        let has = |key: &str| json.get(key).is_some_and(|inner| inner.as_object().is_none_or(|all| !all.is_empty()));
        if !texts(json.get("enum")).is_empty() {
            return true;
        }
        if has("properties") {
            return true;
        }
        match json.get("allOf").and_then(Json::as_array).map(Vec::as_slice) {
            // Another word for what it refers to, unless that can be extended.
            Some([only]) => match only.get("$ref").and_then(Json::as_str) {
                Some(reference) => {
                    let name = reference.rsplit('/').next().unwrap_or_default();
                    let target = self.json.pointer("/components/schemas").and_then(|all| all.get(name));
                    let is_object = |target: &Json| target.get("enum").is_none() && self.is_type(target, depth + 1);
                    depth < MAX_DEPTH && target.is_some_and(is_object)
                }
                None => self.is_type(only, depth),
            },
            Some(_) => true,
            None => json.get("type").is_some_and(|ty| ty == "object") && !has("additionalProperties"),
        }
    }

    /// A type; what stands inline in it is called after `owner`.
    pub(super) fn ty(&self, json: &'d Json, owner: &str, pointer: &str) -> Result<Type> {
        let mut out = Type { base: None, properties: Node::new(), values: Vec::new() };
        self.fold(json, owner, pointer, &mut out)?;
        Ok(out)
    }

    fn fold(&self, json: &'d Json, owner: &str, pointer: &str, out: &mut Type) -> Result<()> {
        self.keywords(json, pointer)?;
        if json.get("$ref").is_some() {
            let (_, target) = self.resolve(json, "schemas", pointer)?;
            let name = target.rsplit('/').next().unwrap_or_default().to_owned();
            if out.base.replace(name).is_some() {
                return Err(self.error(pointer, "a type extends one other"));
            }
        }
        for (index, part) in json.get("allOf").and_then(Json::as_array).into_iter().flatten().enumerate() {
            self.fold(part, owner, &format!("{pointer}/allOf/{index}"), out)?;
        }
        out.values.extend(texts(json.get("enum")));
        for (name, property) in json.get("properties").and_then(Json::as_object).into_iter().flatten() {
            let pointer = format!("{pointer}/properties/{}", super::escape(name));
            out.properties.insert(name.clone(), self.property(property, owner, name, &pointer)?);
        }
        Ok(())
    }

    /// A member: references to what is no type are followed, and an object that stands inline becomes a type.
    pub(super) fn property(&self, json: &'d Json, owner: &str, name: &str, pointer: &str) -> Result<Json> {
        self.keywords(json, pointer)?;
        if json.get("$ref").is_some() {
            return self.reference(json, owner, name, pointer);
        }
        let has_members = json.get("properties").and_then(Json::as_object).is_some_and(|all| !all.is_empty());
        match json.get("allOf").and_then(Json::as_array).map(Vec::as_slice) {
            Some([only]) if !has_members => {
                let mut inner = self.property(only, owner, name, &format!("{pointer}/allOf/0"))?;
                if let (None, Some(own), Some(outer)) =
                    (inner.get("$ref"), inner.as_object().cloned(), json.as_object())
                {
                    let rest = outer.iter().filter(|(key, _)| *key != "allOf" && !own.contains_key(*key));
                    rest.for_each(|(key, value)| inner[key] = value.clone());
                }
                return Ok(inner);
            }
            Some(_) => return self.lift(json, owner, name, pointer),
            None if has_members => return self.lift(json, owner, name, pointer),
            None => {}
        }
        if let Some(ty) = json.get("type").filter(|ty| !ty.as_str().is_some_and(|ty| TYPES.contains(&ty))) {
            return Err(self.error(&format!("{pointer}/type"), format!("{ty} is no type")));
        }
        if json.get("type").is_some_and(|ty| ty == "array") && json.get("items").is_none() {
            return Err(self.error(&format!("{pointer}/items"), "a list needs `items`"));
        }
        let mut out = json.clone();
        for key in ["items", "additionalProperties"] {
            if let Some(inner @ Json::Object(_)) = json.get(key) {
                let one = name.strip_suffix('s').unwrap_or(name);
                out[key] = self.property(inner, owner, one, &format!("{pointer}/{key}"))?;
            }
        }
        Ok(out)
    }

    fn reference(&self, json: &'d Json, owner: &str, name: &str, pointer: &str) -> Result<Json> {
        let (target, at) = self.resolve(json, "schemas", pointer)?;
        if self.is_type(target, 0) {
            return Ok(json!({ "$ref": format!("#{at}") }));
        }
        if self.within.borrow().contains(&at) {
            let rule = format!("`#{at}` leads back to itself, with no type between: nothing could be read");
            return Err(self.error(&format!("{pointer}/$ref"), rule));
        }
        self.within.borrow_mut().push(at.clone());
        let read = self.property(target, owner, name, &at);
        self.within.borrow_mut().pop();
        read
    }

    /// Makes an object that stands inline a type, called after its owner and its member.
    fn lift(&self, json: &'d Json, owner: &str, name: &str, pointer: &str) -> Result<Json> {
        let owner = owner.strip_suffix("Inventory").unwrap_or(owner);
        let name = format!("{owner}{}", name.to_upper_camel_case());
        let is_component = self.json.pointer("/components/schemas").is_some_and(|all| all.get(&name).is_some());
        let ty = self.ty(json, &name, pointer)?;
        if is_component || self.lifted.borrow_mut().insert(name.clone(), ty).is_some() {
            let rule = format!("the object that stands inline here is called `{name}`, and so is another: name it");
            return Err(self.error(pointer, rule));
        }
        Ok(json!({ "$ref": format!("#/components/schemas/{name}") }))
    }

    /// The members of an object, whatever refers to it and whatever it extends.
    pub(super) fn members(&self, json: &'d Json, pointer: &str) -> Result<Members<'d>> {
        let mut out = Members::default();
        self.gather(json, pointer, 0, &mut out)?;
        Ok(out)
    }

    fn gather(&self, json: &'d Json, pointer: &str, depth: usize, out: &mut Members<'d>) -> Result<()> {
        self.keywords(json, pointer)?;
        let (json, pointer) = self.resolve(json, "schemas", pointer)?;
        self.keywords(json, &pointer)?;
        if depth > MAX_DEPTH {
            return Err(self.error(&pointer, "the types extend each other in a circle"));
        }
        if json.get("type").is_some_and(|ty| ty != "object") {
            return Err(self.error(&pointer, "a body and an answer are objects, or refer to one"));
        }
        for (index, part) in json.get("allOf").and_then(Json::as_array).into_iter().flatten().enumerate() {
            self.gather(part, &format!("{pointer}/allOf/{index}"), depth + 1, out)?;
        }
        out.required.extend(texts(json.get("required")));
        for (name, property) in json.get("properties").and_then(Json::as_object).into_iter().flatten() {
            out.all.push((name, property, format!("{pointer}/properties/{}", super::escape(name))));
        }
        Ok(())
    }
}
