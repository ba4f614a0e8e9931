//! What a document of ZStack's says, in the form of our schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

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

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];
const TAGS: [&str; 2] = ["systemTags", "userTags"];

struct Reader<'d> {
    path: &'d str,
    json: &'d Json,
}

impl Document {
    pub(super) fn read(path: &str, json: &Json) -> Result<Self> {
        let reader = Reader { path, json };
        let error = |pointer: &str, rule: &str| ImportError::new(path, pointer, rule);
        let paths =
            json.get("paths").and_then(Json::as_object).ok_or_else(|| error("/paths", "the document has no paths"))?;
        let mut operations: Vec<Operation> = Vec::new();
        for (place, item) in paths {
            let pointer = format!("/paths/{}", place.replace('~', "~0").replace('/', "~1"));
            let rest = place.strip_prefix("/zstack").unwrap_or(place);
            if !rest.starts_with("/v1/") {
                let rule = "a path of ZStack's starts with `/v1/`: this is a document of another product";
                return Err(error(&pointer, rule));
            }
            for (method, operation) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    operations.push(reader.operation(rest, method, operation, &format!("{pointer}/{method}"))?);
                }
            }
        }
        let mut types = BTreeMap::new();
        let schemas = json.pointer("/components/schemas").and_then(Json::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            types.insert(name.clone(), reader.ty(schema, &format!("/components/schemas/{name}"))?);
        }
        Ok(Self { types, operations })
    }
}

impl Reader<'_> {
    fn error(&self, pointer: &str, rule: impl std::fmt::Display) -> ImportError {
        ImportError::new(self.path, pointer, rule)
    }

    fn ty(&self, schema: &Json, pointer: &str) -> Result<Type> {
        let mut out = Type { base: None, properties: Map::new(), values: texts(schema.get("enum")) };
        let parts = schema.get("allOf").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for (index, part) in parts.iter().chain([schema]).enumerate() {
            if let Some(reference) = part.get("$ref").and_then(Json::as_str) {
                let name = self.follow(reference, &format!("{pointer}/allOf/{index}/$ref"))?;
                if out.base.replace(name).is_some() {
                    return Err(self.error(&format!("{pointer}/allOf"), "a type extends one other"));
                }
            }
            for (name, property) in part.get("properties").and_then(Json::as_object).into_iter().flatten() {
                self.check(property, &format!("{pointer}/properties/{name}"))?;
                out.properties.insert(name.clone(), property.clone());
            }
        }
        Ok(out)
    }

    /// Refuses references to nothing, and types that are none.
    fn check(&self, property: &Json, pointer: &str) -> Result<()> {
        if let Some(reference) = property.get("$ref").and_then(Json::as_str) {
            self.follow(reference, &format!("{pointer}/$ref"))?;
        }
        let known = ["string", "integer", "number", "boolean", "array", "object"];
        match property.get("type") {
            Some(ty) if !ty.as_str().is_some_and(|ty| known.contains(&ty)) => {
                return Err(self.error(&format!("{pointer}/type"), format!("{ty} is no type")));
            }
            Some(ty) if ty == "array" && property.get("items").is_none() => {
                return Err(self.error(&format!("{pointer}/items"), "a list needs `items`"));
            }
            _ => {}
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner @ Json::Object(_)) = property.get(key) {
                self.check(inner, &format!("{pointer}/{key}"))?;
            }
        }
        Ok(())
    }

    fn follow(&self, reference: &str, pointer: &str) -> Result<String> {
        let name = reference.strip_prefix("#/components/schemas/");
        let found =
            name.filter(|name| self.json.pointer("/components/schemas").is_some_and(|all| all.get(*name).is_some()));
        match found {
            Some(name) => Ok(name.to_owned()),
            None => Err(self.error(pointer, format!("`{reference}` refers to nothing in the document"))),
        }
    }

    fn operation(&self, path: &str, method: &str, json: &Json, pointer: &str) -> Result<Operation> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let name = text("operationId").ok_or_else(|| self.error(pointer, "an operation has an `operationId`"))?;
        let is_true = |key: &str| json.get(key).is_some_and(|flag| *flag == true);
        let wrapper = text("x-zstack-body-wrapper");
        let body = json.pointer("/requestBody/content/application~1json/schema");
        let mut tags =
            TAGS.iter().any(|tag| body.and_then(|body| body.pointer(&format!("/properties/{tag}"))).is_some());
        let inside = match (&wrapper, body) {
            (Some(wrapper), Some(body)) => body.get("properties").and_then(|all| all.get(wrapper.as_str())),
            (None, body) => body,
            (Some(_), None) => None,
        };
        let body_pointer = format!("{pointer}/requestBody");
        let mut request = inside.map(|inside| self.ty(inside, &body_pointer)).transpose()?;
        if let Some(request) = request.as_mut().filter(|_| tags) {
            request.properties.retain(|name, _| !TAGS.contains(&name.as_str()));
        }
        let request = request.filter(|request| !request.properties.is_empty());
        let mut required = texts(inside.and_then(|inside| inside.get("required")));
        let mut params = Vec::new();
        for (index, param) in json.get("parameters").and_then(Json::as_array).into_iter().flatten().enumerate() {
            let Some(name) = param.get("name").and_then(Json::as_str) else { continue };
            if param.get("in").is_none_or(|place| place != "query") {
                continue;
            }
            if TAGS.contains(&name) {
                tags = true;
                continue;
            }
            let schema = param.get("schema").cloned().unwrap_or_default();
            self.check(&schema, &format!("{pointer}/parameters/{index}/schema"))?;
            if param.get("required").is_some_and(|flag| *flag == true) {
                required.push(name.to_owned());
            }
            params.push((name.to_owned(), schema));
        }
        let kind = text("x-zstack-kind").unwrap_or_default();
        let response = self.response(json, &kind, pointer)?;
        let whole = |path: &str| format!("/zstack{}", path.split('#').next().unwrap_or(path));
        Ok(Operation {
            name,
            method: method.to_uppercase(),
            path: whole(path_of(json, path)),
            also: texts(json.get("x-zstack-optional-paths")).iter().map(|other| whole(other)).collect(),
            wrapper,
            request,
            params,
            tags,
            response,
            long_running: is_true("x-zstack-async"),
            anonymous: json.get("x-zstack-need-session").is_some_and(|flag| *flag == false),
            required,
        })
    }

    /// What an answer holds, told by the members of its type.
    fn response(&self, json: &Json, kind: &str, pointer: &str) -> Result<Option<(&'static str, String)>> {
        let answer =
            json.get("x-zstack-job-result").or_else(|| json.pointer("/responses/200/content/application~1json/schema"));
        let Some(reference) = answer.and_then(|answer| answer.get("$ref")).and_then(Json::as_str) else {
            return Ok(None);
        };
        let name = self.follow(reference, pointer)?;
        let members =
            self.json.pointer("/components/schemas").and_then(|all| all.get(&name)?.get("properties")?.as_object());
        let Some(members) = members.filter(|members| !members.is_empty()) else { return Ok(None) };
        let of = |node: Option<&Json>| node.and_then(|node| node.get("$ref")).and_then(Json::as_str).map(str::to_owned);
        let names: Vec<&str> = members.keys().map(String::as_str).filter(|name| *name != "total").collect();
        let one = of(members.get("inventory"));
        let many = of(members.get("inventories").and_then(|list| list.get("items")));
        Ok(Some(match (names.as_slice(), one, many) {
            (["inventory"], Some(one), _) => ("inventory", self.follow(&one, pointer)?),
            (["inventories"], _, Some(many)) if kind == "query" => ("query", self.follow(&many, pointer)?),
            (["inventories"], _, Some(many)) => ("inventories", self.follow(&many, pointer)?),
            _ => ("body", name),
        }))
    }
}

/// ZStack's own word for the path, where two operations share one.
fn path_of<'j>(json: &'j Json, path: &'j str) -> &'j str {
    json.get("x-zstack-path").and_then(Json::as_str).unwrap_or(path)
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
    for bound in ["minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems"] {
        node.extend(json.get(bound).map(|value| (bound.to_owned(), value.clone())));
    }
    if ty == "string" && json.get("enum").is_some() {
        node.insert("enum".into(), json!(texts(json.get("enum"))));
    }
    Json::Object(node)
}

pub(super) fn is_id(name: &str) -> bool {
    name == "uuid" || name.ends_with("Uuid")
}
