//! Operations of a document: bodies, parameters and answers, through every reference.

use serde_json::Value as Json;

use super::schema::Members;
use super::{METHODS, Node, Operation, Reader, SHARED, Type, escape, texts};
use crate::import::Result;

const TAGS: [&str; 2] = ["systemTags", "userTags"];
/// Headers that no call has: the client's own, and those of every HTTP API. ZStack's own begin with `X-`.
const HEADERS: [&str; 3] = ["authorization", "accept", "content-type"];

/// A body: its members without tags, those that must be there, and whether tags go with it.
type Body = (Option<Type>, Vec<String>, bool);

impl<'d> Reader<'d> {
    pub(super) fn operations(&self) -> Result<Vec<Operation>> {
        let paths = self.json.get("paths").and_then(Json::as_object);
        let paths = paths.ok_or_else(|| self.error("/paths", "the document has no paths"))?;
        let mut out = Vec::new();
        for (place, item) in paths {
            let pointer = format!("/paths/{}", escape(place));
            let rest = place.strip_prefix("/zstack").unwrap_or(place);
            if !rest.starts_with("/v1/") {
                let rule = "a path of ZStack's starts with `/v1/`: this is a document of another product";
                return Err(self.error(&pointer, rule));
            }
            for (method, operation) in item.as_object().into_iter().flatten() {
                let pointer = format!("{pointer}/{method}");
                if SHARED.contains(&method.as_str()) || method.starts_with("x-") {
                    continue;
                }
                if !METHODS.contains(&method.as_str()) {
                    return Err(self.error(&pointer, format!("`{method}` is no method that is taken")));
                }
                out.push(self.operation(rest, method, operation, item, &pointer)?);
            }
        }
        let is_own = |operation: &Json| {
            operation.as_object().is_some_and(|all| all.keys().any(|key| key.starts_with("x-zstack-")))
        };
        let mut all = paths.values().flat_map(|item| item.as_object().into_iter().flatten());
        if !out.is_empty() && !all.any(|(_, operation)| is_own(operation)) {
            let rule = "no operation has a member `x-zstack-…`: nothing says what wraps a body, which work goes on behind \
                        an answer and what it gives. Take ZStack's own document, or add `x-zstack-body-wrapper`, \
                        `x-zstack-async` and `x-zstack-job-result`";
            return Err(self.error("/paths", rule));
        }
        Ok(out)
    }

    fn operation(&self, path: &str, method: &str, json: &'d Json, item: &'d Json, pointer: &str) -> Result<Operation> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let name = text("operationId").ok_or_else(|| self.error(pointer, "an operation has an `operationId`"))?;
        let is_true = |key: &str| json.get(key).is_some_and(|flag| *flag == true);
        let wrapper = text("x-zstack-body-wrapper");
        let (request, mut required, mut tags) = self.body(&name, wrapper.as_deref(), json, pointer)?;
        let mut params = Vec::new();
        for (param, pointer) in self.params(json, item, pointer)? {
            let param_name = param.get("name").and_then(Json::as_str).unwrap_or_default();
            if TAGS.contains(&param_name) {
                tags = true;
                continue;
            }
            if param.get("required").is_some_and(|flag| *flag == true) {
                required.push(param_name.to_owned());
            }
            params.push((param_name.to_owned(), self.param(&name, param_name, param, &pointer)?));
        }
        let kind = text("x-zstack-kind").unwrap_or_default();
        let response = self.response(&name, json, &kind, pointer)?;
        let whole = |path: &str| format!("/zstack{}", path.split('#').next().unwrap_or(path));
        // ZStack's own word for the path, where two operations share one.
        let own_path = json.get("x-zstack-path").and_then(Json::as_str).unwrap_or(path);
        Ok(Operation {
            method: method.to_uppercase(),
            path: whole(own_path),
            also: texts(json.get("x-zstack-optional-paths")).iter().map(|other| whole(other)).collect(),
            wrapper,
            request,
            params,
            tags,
            response,
            long_running: is_true("x-zstack-async"),
            anonymous: json.get("x-zstack-need-session").is_some_and(|flag| *flag == false),
            required,
            name,
        })
    }

    fn body(&self, name: &str, wrapper: Option<&str>, json: &'d Json, pointer: &str) -> Result<Body> {
        let Some(body) = json.get("requestBody") else { return Ok((None, Vec::new(), false)) };
        let (body, at) = self.resolve(body, "requestBodies", &format!("{pointer}/requestBody"))?;
        let (schema, at) = self.content(body, &at)?;
        let mut members = self.members(schema, &at)?;
        let tags = members.all.iter().any(|(name, ..)| TAGS.contains(name));
        if let Some(wrapper) = wrapper {
            let other = members.all.iter().find(|(name, ..)| *name != wrapper && !TAGS.contains(name));
            if let Some((other, _, at)) = other {
                let rule = format!("`{other}` stands beside `{wrapper}`, which wraps the body: only tags may");
                return Err(self.error(at, rule));
            }
            members = match members.get(wrapper) {
                Some((inside, at)) => self.members(inside, at)?,
                None => Members::default(),
            };
        }
        let mut properties = Node::new();
        for (member, json, at) in members.all.iter().filter(|(member, ..)| !tags || !TAGS.contains(member)) {
            properties.insert((*member).to_owned(), self.property(json, name, member, at)?);
        }
        let request = (!properties.is_empty()).then(|| Type { base: None, properties, values: Vec::new() });
        Ok((request, members.required, tags))
    }

    /// The parameters of the query string: those of the path item, and the operation's own, which count.
    fn params(&self, json: &'d Json, item: &'d Json, pointer: &str) -> Result<Vec<(&'d Json, String)>> {
        let of_path = format!("{}/parameters", pointer.rsplit_once('/').map_or(pointer, |(path, _)| path));
        let mut out: Vec<(&Json, String)> = Vec::new();
        for (list, pointer) in [(item, of_path), (json, format!("{pointer}/parameters"))] {
            for (index, param) in list.get("parameters").and_then(Json::as_array).into_iter().flatten().enumerate() {
                let (param, at) = self.resolve(param, "parameters", &format!("{pointer}/{index}"))?;
                let text = |key: &str| {
                    let value = param.get(key).and_then(Json::as_str);
                    value.ok_or_else(|| self.error(&format!("{at}/{key}"), format!("a parameter has a `{key}`")))
                };
                let (name, place) = (text("name")?, text("in")?);
                match place {
                    "path" => continue,
                    "query" => {}
                    "header" if HEADERS.contains(&name.to_lowercase().as_str()) || name.starts_with("X-") => continue,
                    _ => return Err(self.error(&format!("{at}/in"), format!("a parameter in `{place}` is not taken"))),
                }
                out.retain(|(known, _)| known.get("name") != param.get("name"));
                out.push((param, at));
            }
        }
        Ok(out)
    }

    fn param(&self, owner: &str, name: &str, json: &'d Json, pointer: &str) -> Result<Json> {
        let pointer = format!("{pointer}/schema");
        let schema = json.get("schema").ok_or_else(|| self.error(&pointer, "a parameter has a `schema`"))?;
        self.property(schema, owner, name, &pointer)
    }

    /// What an answer holds, told by the members of its type.
    fn response(
        &self,
        name: &str,
        json: &'d Json,
        kind: &str,
        pointer: &str,
    ) -> Result<Option<(&'static str, String)>> {
        let Some((answer, at)) = self.answer(json, pointer)? else { return Ok(None) };
        let members = self.members(answer, &at)?;
        let is_query = kind == "query" && members.get("inventories").is_some();
        // What every query's answer has beside its items says nothing of this one.
        let beside = |name: &str| name == "total" || is_query && name != "inventories";
        let names: Vec<&str> = members.all.iter().map(|(name, ..)| *name).filter(|name| !beside(name)).collect();
        let envelope = match names.as_slice() {
            [] if members.all.is_empty() => return Ok(None),
            ["inventory"] => Some(("inventory", "/$ref")),
            ["inventories"] if is_query => Some(("query", "/items/$ref")),
            ["inventories"] => Some(("inventories", "/items/$ref")),
            _ => None,
        };
        if let Some((kind, reference)) = envelope
            && let Some((inside, at)) = names.first().and_then(|name| members.get(name))
        {
            let inside = self.property(inside, name, names.first().copied().unwrap_or_default(), at)?;
            if let Some(named) = inside.pointer(reference).and_then(Json::as_str) {
                return Ok(Some((kind, last(named))));
            }
        }
        let whole = self.property(answer, name, "Result", &at)?;
        Ok(whole.get("$ref").and_then(Json::as_str).map(|named| ("body", last(named))))
    }

    /// The schema of the one answer that tells something: that of the work that goes on, or that of success.
    fn answer(&self, json: &'d Json, pointer: &str) -> Result<Option<(&'d Json, String)>> {
        if let Some(result) = json.get("x-zstack-job-result") {
            return Ok(Some((result, format!("{pointer}/x-zstack-job-result"))));
        }
        let all = json.get("responses").and_then(Json::as_object).into_iter().flatten();
        let mut found: Vec<(&str, (&Json, String))> = Vec::new();
        for (code, answer) in all.filter(|(code, _)| code.starts_with('2')) {
            let (answer, at) = self.resolve(answer, "responses", &format!("{pointer}/responses/{code}"))?;
            if answer.get("content").is_some() {
                found.push((code, self.content(answer, &at)?));
            }
        }
        // 202 says that the work goes on, and where to ask for it.
        let goes_on = found.len() > 1 || json.get("x-zstack-async").is_some_and(|flag| *flag == true);
        found.retain(|(code, _)| *code != "202" || !goes_on);
        if found.len() > 1 {
            return Err(self.error(&format!("{pointer}/responses"), "one answer of success is taken, not two"));
        }
        Ok(found.pop().map(|(_, found)| found))
    }

    /// The schema of the JSON in a body or an answer.
    fn content(&self, json: &'d Json, pointer: &str) -> Result<(&'d Json, String)> {
        let pointer = format!("{pointer}/content");
        let all = json.get("content").and_then(Json::as_object).into_iter().flatten();
        let plain = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut all = all.filter(|(media, _)| ["application/json", "*/*"].contains(&plain(media).as_str()));
        let (media, content) = all.next().ok_or_else(|| self.error(&pointer, "JSON is expected here"))?;
        let pointer = format!("{pointer}/{}/schema", escape(media));
        match content.get("schema").filter(|schema| schema.as_object().is_none_or(|all| !all.is_empty())) {
            Some(schema) => Ok((schema, pointer)),
            None => Err(self.error(&pointer, "nothing says what is in it: a schema is expected here")),
        }
    }
}

/// The name at the end of a reference.
fn last(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or_default().to_owned()
}
