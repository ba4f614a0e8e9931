//! The form of operations in the schemas: the `operations` of a JSON Schema file, and all of `em/operations.json`.
//!
//! The form is itself a JSON Schema, made from these types with schemars (`schemas/forms/operations.schema.json`).

mod zstack;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::emit::param_clash;
use crate::error::{Result, SchemaError};
use crate::ir::{self, Kind, ParamPlace, TypeShape, Types, Versions};
use crate::queries::QueryType;

/// A file of operations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationsFile {
    /// The operations.
    pub operations: Vec<OperationDef>,
}

/// An operation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct OperationDef {
    /// Its name: VB365's newest operationId, ZStack's API name, EM's method and path in PascalCase.
    pub operation: String,
    /// What it does, in our own words.
    pub description: String,
    /// Names that older documents give it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Names that it had here before: its call keeps them in Rust, deprecated.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// The HTTP method.
    pub method: Method,
    /// The path after the host, `{name}` for parameters; VB365's version prefix left out.
    pub path: String,
    /// Other paths that lead to it, with or without some of its parameters.
    #[serde(default)]
    pub also: Vec<String>,
    /// The first API version that has it.
    pub since: Option<u8>,
    /// The last API version that has it.
    pub until: Option<u8>,
    /// Its parameters. Path parameters that are not listed are ids.
    #[serde(default)]
    pub params: Vec<ParamDef>,
    /// The request body's type; `id` for ids.
    pub request: Option<String>,
    /// Whether the request body is a bare array of that type.
    #[serde(default)]
    pub request_list: bool,
    /// Whether the request body may be left out.
    #[serde(default)]
    pub request_optional: bool,
    /// The member of the body that wraps the request.
    pub wrapper: Option<String>,
    /// Whether it takes system tags and user tags (ZStack).
    #[serde(default)]
    pub tags: bool,
    /// What the answer holds; nothing when left out.
    pub response: Option<ResponseDef>,
    /// The versions that answer a listing with a bare array where the others answer with a page.
    pub bare: Option<RangeDef>,
    /// What older versions ask for and answer, where it is another type; the oldest first.
    #[serde(default)]
    pub older: Vec<OlderDef>,
    /// How sure it is that versions which no vendor document describes have it, by version.
    #[serde(default)]
    pub evidence: std::collections::BTreeMap<String, String>,
    /// Whether the answer only starts the work.
    #[serde(default)]
    pub long_running: bool,
    /// Whether it needs no session.
    #[serde(default)]
    pub anonymous: bool,
    /// Where the facts come from: vendor pages.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// A range of versions, both ends included.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RangeDef {
    /// The first API version.
    pub since: Option<u8>,
    /// The last API version.
    pub until: Option<u8>,
}

/// What an operation asked for and answered up to some version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct OlderDef {
    /// The last API version with this form.
    pub until: u8,
    /// The request body's type; `id` for ids.
    pub request: Option<String>,
    /// Whether the request body is a bare array of that type.
    #[serde(default)]
    pub request_list: bool,
    /// What the answer holds; nothing when left out.
    pub response: Option<ResponseDef>,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A parameter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct ParamDef {
    /// Its name on the wire.
    pub name: String,
    /// What it does, in our own words.
    #[serde(default)]
    pub description: String,
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: PlaceDef,
    /// What a value is: `id`, `text`, `integer`, `number`, `boolean`, `datetime`, `map` (`key=value`, sent
    /// as `name.key=value`), or the name of an enum type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it may be given several times.
    #[serde(default)]
    pub list: bool,
    /// Whether it must be given; path parameters always must.
    #[serde(default)]
    pub required: bool,
    /// The first version in which it must be given, where older ones have it and do without.
    pub required_since: Option<u8>,
    /// The last version in which it must be given, where newer ones have it and do without.
    pub required_until: Option<u8>,
    /// The first API version that has it.
    pub since: Option<u8>,
    /// The last API version that has it.
    pub until: Option<u8>,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlaceDef {
    /// Into the path.
    Path,
    /// Into the query string.
    Query,
}

/// What an answer holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResponseDef {
    /// A body of this type.
    Body(String),
    /// One page of items of this type: VB365's page or bare array, ZStack's query reply.
    Page(String),
    /// ZStack's reply with one `inventory` of this type.
    Inventory(String),
    /// ZStack's reply with all `inventories` of this type, which are not cut into pages.
    Inventories(String),
    /// ZStack's query reply. The operation gets the parameters of a query by itself.
    Query(String),
    /// One of two bodies, which the parameter `format` chooses between (EM).
    Forms(Forms),
    /// A file.
    Bytes(Bytes),
}

/// The two forms of an entity or a collection. The operation gets the parameter `format` by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forms {
    /// The type with all fields, which `format=Entity` asks for.
    pub entity: String,
    /// The type that only refers to it.
    pub reference: String,
}

/// A file, with its media type.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// The media type.
    pub media: String,
}

/// Reads the operations of one file against the system's types.
///
/// # Errors
/// When the file is not of the form, or an operation breaks a rule; the error names file, pointer and rule.
pub fn read(path: &str, operations: &serde_json::Value, types: &Types) -> Result<Vec<ir::Operation>> {
    let file: OperationsFile = crate::error::from_json(path, serde_json::json!({ "operations": operations }))?;
    let family = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or(path);
    let read = |(index, def)| Reader { path, types, pointer: format!("/operations/{index}") }.operation(family, def);
    file.operations.into_iter().enumerate().map(read).collect()
}

/// The operation of one of Enterprise Manager's queries, which all take the same parameters.
#[must_use]
pub fn query(query: &QueryType) -> ir::Operation {
    let param = query_param;
    ir::Operation {
        name: format!("Query{}", query.name),
        family: QUERIES.to_owned(),
        source: format!("schemas/em/queries.json#{}", query.name),
        doc: format!("Finds entities of the type `{}`.", query.entity),
        aliases: Vec::new(),
        formerly: Vec::new(),
        method: "GET".to_owned(),
        path: format!("/api/query?type={}", query.name),
        also: Vec::new(),
        versions: Versions::default(),
        params: vec![
            param("format", Kind::Text, "`Entities` for all fields; references when left out."),
            param("filter", Kind::Text, "What to keep, in the filter language."),
            param("sortAsc", Kind::Text, "The field to order by."),
            param("sortDesc", Kind::Text, "The field to order by, backwards."),
            param("pageSize", Kind::Int, "How many entities a page holds: 100 when left out."),
            param("page", Kind::Int, "The page, counted from 1."),
        ],
        request: None,
        wrapper: None,
        response: ir::Response::List("QueryResult".to_owned(), format!("{}.{}", query.bucket, query.list)),
        bare: None,
        older: Vec::new(),
        evidence: Vec::new(),
        long_running: false,
        anonymous: false,
    }
}

/// Gives each of Enterprise Manager's operations, which stand in one file, the family of the types below the same path:
/// that of most of its neighbours' answers.
pub(crate) fn spread(operations: &mut [ir::Operation], types: &Types) {
    let mut votes: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for operation in operations.iter() {
        let named = crate::features::used(operation).into_iter().filter_map(|name| types.get(name));
        for ty in named.filter(|ty| ty.family != SHARED) {
            *votes.entry(place(&operation.path)).or_default().entry(&ty.family).or_default() += 1;
        }
    }
    for operation in operations {
        let family = votes.get(&place(&operation.path)).and_then(|votes| {
            // Of as many the first by name, so that the order of a file means nothing.
            votes.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)))
        });
        operation.family = family.map_or(SHARED, |(name, _)| name).to_owned();
    }
}

/// The family of what every resource shares.
const SHARED: &str = "core";

/// The first segment of a path after `/api`.
fn place(path: &str) -> String {
    path.split(['/', '?']).filter(|segment| !segment.is_empty()).nth(1).unwrap_or_default().to_lowercase()
}

/// The family of queries.
pub(crate) const QUERIES: &str = "queries";
/// The parameter that chooses between the two forms of an answer.
pub(crate) const FORMAT: &str = "format";

/// An optional parameter in the query string.
fn query_param(name: &str, kind: Kind, doc: &str) -> ir::Param {
    ir::Param {
        name: name.to_owned(),
        doc: doc.to_owned(),
        place: ParamPlace::Query,
        kind,
        list: false,
        required: false,
        required_in: Versions::default(),
        versions: Versions::default(),
    }
}

struct Reader<'a> {
    path: &'a str,
    types: &'a Types,
    pointer: String,
}

impl Reader<'_> {
    fn error(&self, member: &str, rule: String) -> SchemaError {
        SchemaError::new(self.path, format!("{}/{member}", self.pointer), rule)
    }

    fn operation(&self, family: &str, def: OperationDef) -> Result<ir::Operation> {
        let mut params = self.params(&def)?;
        let request = self.request("request", def.request.as_ref(), def.request_list, def.request_optional)?;
        let response = self.response("", def.response.as_ref())?;
        let older = def.older.iter().enumerate().map(|(index, form)| {
            let member = format!("older/{index}/");
            Ok(ir::OlderForm {
                until: form.until,
                request: self.request(&format!("{member}request"), form.request.as_ref(), form.request_list, false)?,
                response: self.response(&member, form.response.as_ref())?,
            })
        });
        let older: Vec<ir::OlderForm> = older.collect::<Result<_>>()?;
        if !older.is_sorted_by(|a, b| a.until < b.until) {
            return Err(self.error("older", "the oldest form comes first, and each has its own `until`".to_owned()));
        }
        let bare = match def.bare {
            // Of a version at least.
            Some(_) if !older.iter().map(|form| &form.response).chain([&response]).any(is_page) => {
                return Err(self.error("bare", "only a listing can be a bare array".to_owned()));
            }
            Some(range) => Some(self.versions("bare/until", range.since, range.until)?),
            None => None,
        };
        let mut evidence = Vec::new();
        for (version, mark) in &def.evidence {
            let version = version.parse().map_err(|_| self.error("evidence", format!("`{version}` is no version")))?;
            evidence.push((version, mark.clone()));
        }
        if matches!(response, ir::Response::Forms(..)) {
            if params.iter().any(|param| param.name.eq_ignore_ascii_case(FORMAT)) {
                return Err(self.error("params", format!("`{FORMAT}` comes with `forms`: do not list it")));
            }
            params.push(query_param(FORMAT, Kind::Text, "`Entity` for all fields; a reference when left out."));
        }
        self.of_zstack(&def, &mut params)?;
        if let Some(rule) = param_clash(params.iter().map(|param| param.name.as_str()), request.is_some()) {
            return Err(self.error("params", rule));
        }
        if !def.path.starts_with('/') {
            return Err(self.error("path", format!("`{}` does not start with `/`", def.path)));
        }
        let named = def.operation.starts_with(|c: char| c.is_ascii_alphabetic());
        if !named || !def.operation.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            let rule = format!("`{}` is not a name: use letters, digits and `_`, a letter first", def.operation);
            return Err(self.error("operation", rule));
        }
        let versions = self.versions("until", def.since, def.until)?;
        Ok(ir::Operation {
            source: format!("schemas/{}#{}", self.path, self.pointer),
            family: family.to_owned(),
            doc: def.description,
            name: def.operation,
            aliases: def.aliases,
            formerly: def.formerly,
            method: def.method.name().to_owned(),
            path: def.path,
            also: def.also,
            versions,
            params,
            request,
            wrapper: def.wrapper,
            response,
            bare,
            older,
            evidence,
            long_running: def.long_running,
            anonymous: def.anonymous,
        })
    }

    /// What `query` and `tags` stand for: the parameters that many of ZStack's operations share.
    fn of_zstack(&self, def: &OperationDef, params: &mut Vec<ir::Param>) -> Result<()> {
        let mut shared = Vec::new();
        if matches!(def.response, Some(ResponseDef::Query(_))) {
            shared.extend(zstack::query());
        }
        if def.tags {
            shared.extend(zstack::tags(def.wrapper.is_some()));
        }
        if let Some(twin) = shared.iter().find(|of| params.iter().any(|param| param.name == of.name)) {
            return Err(self.error("params", format!("`{}` comes by itself: do not list it", twin.name)));
        }
        for (index, path) in def.also.iter().enumerate() {
            if !path.starts_with('/') || path.matches('{').count() != path.matches('}').count() {
                return Err(self.error(&format!("also/{index}"), format!("`{path}` is no path")));
            }
        }
        params.extend(shared);
        Ok(())
    }

    fn request(&self, member: &str, name: Option<&String>, list: bool, optional: bool) -> Result<Option<ir::Request>> {
        match name {
            None if list || optional => Err(self.error(member, "there is no request body".to_owned())),
            None => Ok(None),
            Some(name) if name == "id" && list => Ok(Some(ir::Request { ty: None, list, optional })),
            Some(name) => Ok(Some(ir::Request { ty: Some(self.structure(member, name)?), list, optional })),
        }
    }

    fn response(&self, member: &str, def: Option<&ResponseDef>) -> Result<ir::Response> {
        let structure = |end: &str, name: &str| self.structure(&format!("{member}response/{end}"), name);
        Ok(match def {
            None => ir::Response::Empty,
            Some(ResponseDef::Body(name)) => ir::Response::Body(structure("body", name)?),
            Some(ResponseDef::Inventories(name)) => ir::Response::Inventories(structure("inventories", name)?),
            Some(ResponseDef::Query(name)) => ir::Response::Page(structure("query", name)?),
            Some(ResponseDef::Page(name)) => ir::Response::Page(structure("page", name)?),
            Some(ResponseDef::Inventory(name)) => ir::Response::Inventory(structure("inventory", name)?),
            Some(ResponseDef::Forms(forms)) => ir::Response::Forms(
                structure("forms/entity", &forms.entity)?,
                structure("forms/reference", &forms.reference)?,
            ),
            Some(ResponseDef::Bytes(_)) => ir::Response::Bytes,
        })
    }

    fn versions(&self, member: &str, since: Option<u8>, until: Option<u8>) -> Result<Versions> {
        match (since, until) {
            (Some(since), Some(until)) if since > until => {
                Err(self.error(member, "`until` lies before `since`".to_owned()))
            }
            _ => Ok(Versions { since, until }),
        }
    }

    fn structure(&self, member: &str, name: &str) -> Result<String> {
        match self.types.get(name) {
            Some(ty) if !matches!(ty.shape, TypeShape::Enum(_)) => Ok(name.to_owned()),
            Some(_) => Err(self.error(member, format!("`{name}` is an enum, not a body"))),
            None => Err(self.error(member, format!("there is no type `{name}`"))),
        }
    }

    /// The listed parameters, and those that stand only in the path.
    fn params(&self, def: &OperationDef) -> Result<Vec<ir::Param>> {
        let mut names = Vec::new();
        for part in def.path.split('{').skip(1) {
            match part.split_once('}') {
                Some((name, _)) if !name.is_empty() => names.push(name),
                _ => return Err(self.error("path", format!("`{}` has a brace without its match", def.path))),
            }
        }
        if def.path.matches('{').count() != def.path.matches('}').count() {
            return Err(self.error("path", format!("`{}` has a brace without its match", def.path)));
        }
        if names.iter().enumerate().any(|(i, name)| names[..i].contains(name)) {
            return Err(self.error("path", format!("a placeholder stands twice in `{}`", def.path)));
        }
        let mut params: Vec<ir::Param> = Vec::new();
        for name in &names {
            if !def.params.iter().any(|param| param.name == *name) {
                params.push(ir::Param {
                    name: (*name).to_owned(),
                    doc: String::new(),
                    place: ParamPlace::Path,
                    kind: Kind::Id,
                    list: false,
                    required: true,
                    required_in: Versions::default(),
                    versions: Versions::default(),
                });
            }
        }
        for (index, param) in def.params.iter().enumerate() {
            let in_path = param.place == PlaceDef::Path;
            if def.params[..index].iter().any(|other| other.name.eq_ignore_ascii_case(&param.name)) {
                return Err(self.error(&format!("params/{index}/name"), format!("`{}` is listed twice", param.name)));
            }
            if in_path != names.contains(&param.name.as_str()) {
                let rule = format!("`{}` is a path parameter exactly when it stands in `{}`", param.name, def.path);
                return Err(self.error(&format!("params/{index}/in"), rule));
            }
            let kind = match param.kind.as_str() {
                "id" => Kind::Id,
                "text" => Kind::Text,
                "integer" => Kind::Int,
                "number" => Kind::Float,
                "boolean" => Kind::Bool,
                "datetime" => Kind::DateTime,
                "map" => Kind::Json,
                name => match self.types.get(name).map(|ty| &ty.shape) {
                    Some(TypeShape::Enum(_)) => Kind::Enum(name.to_owned()),
                    _ => {
                        return Err(
                            self.error(&format!("params/{index}/type"), format!("`{name}` is no kind of value"))
                        );
                    }
                },
            };
            let required_in =
                self.versions(&format!("params/{index}/requiredUntil"), param.required_since, param.required_until)?;
            if param.required && required_in != Versions::default() {
                let rule = format!("`{}` is required in some versions alone: leave out `required`", param.name);
                return Err(self.error(&format!("params/{index}/required"), rule));
            }
            params.push(ir::Param {
                name: param.name.clone(),
                doc: param.description.clone(),
                place: if in_path { ParamPlace::Path } else { ParamPlace::Query },
                kind,
                list: param.list,
                required: param.required || in_path || required_in != Versions::default(),
                required_in,
                versions: self.versions(&format!("params/{index}/until"), param.since, param.until)?,
            });
        }
        Ok(params)
    }
}

/// Whether an answer is a listing, which may be cut into pages.
fn is_page(response: &ir::Response) -> bool {
    matches!(response, ir::Response::Page(_))
}
