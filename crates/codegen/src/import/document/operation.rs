//! Operations of a document.

use serde_json::{Map, Value as Json, json};

use super::schema::{is_id, is_page};
use super::{Reader, escape};
use crate::import::Result;
use crate::import::tree::{BY_NAME, Node};

/// An operation of one version.
pub(in crate::import) struct Operation {
    pub(in crate::import) name: String,
    pub(in crate::import) method: String,
    /// The path without the version.
    pub(in crate::import) path: String,
    pub(in crate::import) params: Vec<Node>,
    pub(in crate::import) form: Form,
    pub(in crate::import) anonymous: bool,
    /// How sure a reconstructed document is of it.
    pub(in crate::import) evidence: Option<String>,
    /// The vendor's page that tells of it.
    pub(in crate::import) source: Option<String>,
    /// Where it stands.
    pub(in crate::import) pointer: String,
}

/// What an operation asks for and answers; what a document leaves open is `None`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import) struct Form {
    pub(in crate::import) request: Option<Request>,
    /// As in our schemas, null for nothing.
    pub(in crate::import) response: Option<Json>,
    /// Whether a listing is a bare array.
    pub(in crate::import) bare: bool,
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::import) struct Request {
    /// The type, or that of the items; `id` for ids.
    pub(in crate::import) ty: Option<String>,
    pub(in crate::import) list: bool,
    pub(in crate::import) optional: bool,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Members of a path item that are no operations.
const SHARED: [&str; 4] = ["summary", "description", "servers", "parameters"];
/// The members that pages may have: those of `Page`.
const PAGE: [&str; 6] = ["offset", "limit", "results", "_links", "setId", "totalCount"];

impl<'d> Reader<'d> {
    pub(super) fn operations(&self) -> Result<Vec<Operation>> {
        let json = self.json;
        let paths = json.get("paths").ok_or_else(|| self.error("/paths", "the document has no paths"))?;
        let mut out: Vec<Operation> = Vec::new();
        let prefix = format!("/v{}/", self.version);
        for (path, item) in self.object(paths, "/paths")? {
            let pointer = format!("/paths/{}", escape(path));
            let Some(rest) = path.strip_prefix(&prefix) else {
                let rule = format!(
                    "a path of version {} starts with `{prefix}`: this is a document of another version or product",
                    self.version
                );
                return Err(self.error(&pointer, rule));
            };
            let item = self.object(item, &pointer)?;
            let shared = self.params(item, &pointer)?;
            for (method, operation) in item {
                let pointer = format!("{pointer}/{method}");
                if SHARED.contains(&method.as_str()) || method.starts_with("x-") {
                    continue;
                }
                if !METHODS.contains(&method.as_str()) {
                    return Err(self.error(&pointer, format!("`{method}` is no method that is taken")));
                }
                let operation = self.object(operation, &pointer)?;
                let read = self.operation(method, &format!("/{rest}"), operation, &shared, &pointer)?;
                if let Some(twin) = out.iter().find(|other| other.name.eq_ignore_ascii_case(&read.name)) {
                    let rule = format!("`{}` is also the operationId of {}", read.name, twin.pointer);
                    return Err(self.error(&format!("{pointer}/operationId"), rule));
                }
                out.push(read);
            }
        }
        Ok(out)
    }

    /// The parameters of a path item or of an operation.
    fn params(&self, json: &'d Map<String, Json>, pointer: &str) -> Result<Vec<Node>> {
        let Some(list) = json.get("parameters") else { return Ok(Vec::new()) };
        let pointer = format!("{pointer}/parameters");
        let list = list.as_array().ok_or_else(|| self.error(&pointer, "`parameters` is a list"))?;
        let read = |(index, param)| {
            let (param, pointer) = self.resolve(param, "parameters", &format!("{pointer}/{index}"))?;
            self.param(param, &pointer)
        };
        list.iter().enumerate().map(read).collect()
    }

    fn operation(
        &self,
        method: &str,
        path: &str,
        json: &'d Map<String, Json>,
        shared: &[Node],
        pointer: &str,
    ) -> Result<Operation> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let name = text("operationId").ok_or_else(|| self.error(pointer, "an operation has an `operationId`"))?;
        let own = self.params(json, pointer)?;
        // Of a path item's parameters those count that the operation does not list itself.
        let is_own = |param: &&Node| own.iter().any(|own| own["name"] == param["name"] && own["in"] == param["in"]);
        let mut params: Vec<Node> = shared.iter().filter(|param| !is_own(param)).cloned().collect();
        params.extend(own);
        for placeholder in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            if !params.iter().any(|param| param["in"] == "path" && param["name"] == placeholder) {
                return Err(self.error(&format!("{pointer}/parameters"), format!("`{{{placeholder}}}` is not listed")));
            }
        }
        let request = self.request(&name, method, json, pointer)?;
        let (response, bare) = self.response(json, pointer)?;
        Ok(Operation {
            method: method.to_uppercase(),
            path: path.to_owned(),
            params,
            form: Form { request, response, bare },
            anonymous: json.get("x-anonymous").is_some_and(|flag| *flag == Json::Bool(true)),
            evidence: text("x-confidence"),
            source: text("x-doc-url"),
            pointer: pointer.to_owned(),
            name,
        })
    }

    fn param(&self, json: &'d Map<String, Json>, pointer: &str) -> Result<Node> {
        let text = |key: &str| {
            let value = json.get(key).and_then(Json::as_str);
            value.ok_or_else(|| self.error(&format!("{pointer}/{key}"), format!("a parameter has a `{key}`")))
        };
        let (name, place) = (text("name")?, text("in")?);
        if place != "path" && place != "query" {
            return Err(self.error(&format!("{pointer}/in"), format!("a parameter in `{place}` is not taken")));
        }
        let pointer = format!("{pointer}/schema");
        let schema = json.get("schema").ok_or_else(|| self.error(&pointer, "a parameter has a schema"))?;
        let mut schema = self.schema(self.object(schema, &pointer)?, &pointer)?;
        let list = schema.get("type").is_some_and(|ty| ty == "array");
        if list && let Some(Json::Object(items)) = schema.remove("items") {
            schema = items;
        }
        let format = schema.get("format").and_then(Json::as_str).unwrap_or_default();
        let ty = schema.get("type").and_then(|ty| ty.as_str().or_else(|| ty.get(0)?.as_str())).unwrap_or_default();
        let kind = match (schema.get("$ref").and_then(Json::as_str), ty, format) {
            (Some(named), ..) => named.trim_start_matches(BY_NAME).to_owned(),
            (None, "string", _) if schema.contains_key("enum") => {
                self.named_enum(&format!("?{name}"), &schema).ok_or_else(|| {
                    self.error(
                        &pointer,
                        format!("the enum of `{name}` has no name: give `?{name}` one in `names.json`"),
                    )
                })?
            }
            (None, "string", "uuid") => "id".to_owned(),
            (None, "string", "date-time") => "datetime".to_owned(),
            (None, "string", _) if is_id(name) => "id".to_owned(),
            (None, "string", _) => "text".to_owned(),
            (None, kind @ ("integer" | "number" | "boolean"), _) => kind.to_owned(),
            _ => return Err(self.error(&pointer, "a parameter is a text, a number, a boolean or an enum")),
        };
        let mut node = Map::new();
        node.insert("name".into(), name.into());
        node.insert("in".into(), place.into());
        node.insert("type".into(), kind.into());
        if list {
            node.insert("list".into(), true.into());
        }
        if place == "query" && json.get("required").is_some_and(|flag| *flag == Json::Bool(true)) {
            node.insert("required".into(), true.into());
        }
        Ok(node)
    }

    fn request(&self, name: &str, method: &str, json: &'d Map<String, Json>, pointer: &str) -> Result<Option<Request>> {
        let Some(body) = json.get("requestBody") else { return Ok(Some(Request::default())) };
        let (body, pointer) = self.resolve(body, "requestBodies", &format!("{pointer}/requestBody"))?;
        if method == "delete" && body.get("x-wanted").is_none() {
            return Err(self.error(&pointer, "a DELETE has no body: a fixup must say that the server wants one"));
        }
        let optional = body.get("required").is_none_or(|flag| *flag != Json::Bool(true));
        let (_, schema, pointer) = self.only_content(body, &pointer)?;
        let Some(schema) = schema.filter(|schema| !schema.is_empty()) else {
            return self.open(&pointer).map(|()| None);
        };
        if let Some(ours) = self.names.inline(name)
            && schema.contains_key("properties")
        {
            let node = self.structure(ours, schema, &pointer)?;
            self.inline.borrow_mut().insert(ours.clone(), Json::Object(node));
            return Ok(Some(Request { ty: Some(ours.clone()), list: false, optional }));
        }
        let schema = self.schema(schema, &pointer)?;
        if let Some(named) = schema.get("$ref").and_then(Json::as_str) {
            let ty = Some(named.trim_start_matches(BY_NAME).to_owned());
            return Ok(Some(Request { ty, list: false, optional }));
        }
        let items = schema.get("items").and_then(Json::as_object);
        let ty = match items.map(|items| (items.get("$ref").and_then(Json::as_str), items.get("type"))) {
            Some((Some(named), _)) => named.trim_start_matches(BY_NAME).to_owned(),
            Some((None, Some(ty))) if ty == "string" => "id".to_owned(),
            _ => return Err(self.error(&pointer, "a body is an object, or a list of objects or ids")),
        };
        Ok(Some(Request { ty: Some(ty), list: true, optional }))
    }

    /// What an answer holds, and whether it is a bare array.
    fn response(&self, json: &'d Map<String, Json>, pointer: &str) -> Result<(Option<Json>, bool)> {
        let pointer = format!("{pointer}/responses");
        let all = json.get("responses").ok_or_else(|| self.error(&pointer, "an operation has `responses`"))?;
        let mut good = self.object(all, &pointer)?.iter().filter(|(code, _)| code.starts_with('2'));
        let (Some((code, answer)), None) = (good.next(), good.next()) else {
            return Err(self.error(&pointer, "exactly one answer of success is taken"));
        };
        let (answer, pointer) = self.resolve(answer, "responses", &format!("{pointer}/{code}"))?;
        let is_empty = answer.get("content").and_then(Json::as_object).is_some_and(Map::is_empty);
        if !answer.contains_key("content") || code == "204" && is_empty {
            return Ok((Some(Json::Null), false));
        }
        let octets = answer["content"].get("application/octet-stream");
        if let Some(octets) = octets {
            let format = octets.pointer("/schema/format").and_then(Json::as_str);
            if format != Some("binary") {
                let pointer = format!("{pointer}/content/application~1octet-stream/schema");
                return Err(self.error(&pointer, "a file is a string of the format `binary`"));
            }
            return Ok((Some(json!({ "bytes": { "media": "application/octet-stream" } })), false));
        }
        let (_, schema, pointer) = self.only_content(answer, &pointer)?;
        let Some(schema) = schema.filter(|schema| !schema.is_empty()) else {
            return self.open(&pointer).map(|()| (None, false));
        };
        if let Some(page) = schema
            .get("$ref")
            .filter(|target| target.as_str().is_some_and(|t| is_page(t.rsplit('/').next().unwrap_or(""))))
        {
            return Ok((Some(json!({ "page": self.page(page, &pointer)? })), false));
        }
        let read = self.schema(schema, &pointer)?;
        if let Some(named) = read.get("$ref").and_then(Json::as_str) {
            return Ok((Some(json!({ "body": named.trim_start_matches(BY_NAME) })), false));
        }
        match read.get("items").map(|items| items.get("$ref").and_then(Json::as_str)) {
            Some(Some(named)) => Ok((Some(json!({ "page": named.trim_start_matches(BY_NAME) })), true)),
            Some(None) => self.open(&pointer).map(|()| (None, true)),
            None => Err(self.error(&pointer, "an answer is an object, a page, a list of objects or a file")),
        }
    }

    /// A reconstructed document leaves open what nobody recorded; a vendor's says what there is.
    fn open(&self, pointer: &str) -> Result<()> {
        if self.json.pointer("/info/x-status").is_some() {
            return Ok(());
        }
        let rule = "nothing says what is in it, or it is a list of texts or numbers: an object, a page, or a list of objects is \
                    taken";
        Err(self.error(pointer, rule))
    }

    /// The type of a page's items.
    fn page(&self, reference: &Json, pointer: &str) -> Result<String> {
        let page = self.follow(reference, pointer)?;
        let pointer = format!("/components/schemas/{}/properties", escape(page.name));
        let properties = page.json.get("properties").unwrap_or(&Json::Null);
        let properties = self.object(properties, &pointer)?;
        if let Some(name) = properties.keys().find(|name| !PAGE.contains(&name.as_str())) {
            return Err(self.error(&format!("{pointer}/{}", escape(name)), "pages have no such member"));
        }
        let items = properties.get("results").and_then(|results| results.pointer("/items/$ref"));
        let items = items.ok_or_else(|| self.error(&pointer, "a page has `results`, a list of references"))?;
        let items = self.follow(items, &format!("{pointer}/results/items"))?;
        Ok(self.names.of(items.name, self.version))
    }

    /// The media type of a body that is taken, with its schema: JSON where there is a choice.
    fn only_content(&self, body: &'d Node, pointer: &str) -> Result<(&'d str, Option<&'d Node>, String)> {
        let pointer = format!("{pointer}/content");
        let content = body.get("content").ok_or_else(|| self.error(&pointer, "a body has `content`"))?;
        let all = self.object(content, &pointer)?;
        let plain = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let wanted = ["application/json", "application/x-www-form-urlencoded"];
        let taken = wanted.iter().find_map(|wanted| all.iter().find(|(media, _)| plain(media) == *wanted));
        let (media, content) = taken.ok_or_else(|| self.error(&pointer, "a body is JSON, or a form"))?;
        let pointer = format!("{pointer}/{}", escape(media));
        let schema =
            content.get("schema").map(|schema| self.object(schema, &format!("{pointer}/schema"))).transpose()?;
        Ok((media, schema, format!("{pointer}/schema")))
    }
}
