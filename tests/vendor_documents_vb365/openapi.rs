//! `OpenAPI` 3.0 as JSON Schema, more strictly than it is written: a member that a schema does not name is a mistake,
//! since it would be another version's.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// What a document says that is not so: the versions, the place, what stands there instead, and why. The same mistakes
/// are fixups of the import (`crates/codegen/src/fixups/vb365.rs`).
const EXCEPTIONS: &[(&[u8], &str, Fix, &str)] = &[
    (
        &[3],
        "/components/schemas/UsedRepository/properties",
        Fix::Texts(&["usedSpaceBytes", "isAvailable", "Details"]),
        "the page of the Help Center prints texts",
    ),
    (
        &[3],
        "/components/schemas/BackedUpOrganization/properties",
        Fix::Texts(&["usedSpaceBytes"]),
        "the page of the Help Center prints texts",
    ),
    (
        &[3, 4, 5],
        "/components/schemas/MailboxFolder/properties",
        Fix::Members(&["description"]),
        "pages of v3 and v5 print it, and the reconstructed document does not have it",
    ),
    (
        &[3, 4, 5],
        "/components/schemas/OneDriveFolder/properties",
        Fix::Members(&["version"]),
        "pages of v3 and v5 print it, and the reconstructed document does not have it",
    ),
    (
        &[3, 4, 5],
        "/components/schemas/MailboxItem/properties",
        Fix::Members(&["attendees", "startTime", "endTime", "location", "recurring"]),
        "the sample of an appointment has them",
    ),
    (
        &[3, 4, 5],
        "/components/schemas/MailboxItem/properties",
        Fix::Members(&["status", "percentComplete", "startDate", "dueDate", "owner"]),
        "pages of v3 and v5 print them for tasks",
    ),
    (
        &[4, 5],
        "/components/schemas/ObjectStorageRepository/properties",
        Fix::Members(&["azureContainer", "azureFolder", "s3Folder"]),
        "the page of the Help Center prints them, and the reconstructed document does not have them",
    ),
    (
        &[4],
        "/components/schemas/ObjectStorageRepository/properties",
        Fix::Members(&["usedSpaceGB"]),
        "the page of the Help Center prints it, and the reconstructed document does not have it",
    ),
    (
        &[5],
        "/components/schemas/OrganizationTeam/properties",
        Fix::Members(&["name"]),
        "clients read it, and the reconstructed document does not have it",
    ),
    (
        &[6],
        "/components/schemas/RESTDataRetrievalSession/properties/type/enum",
        Fix::Rename("RetrievalChangeAvailabilityPeriodDays,", "RetrievalChangeAvailabilityPeriodDays"),
        "the comma is no part of the value: v7 and v8 have it without",
    ),
    (&[6], "/components/schemas/RESTBackupGroupData", Fix::RequireWhatIsThere, "v6 has no such members"),
    (&[6], "/components/schemas/RESTBackupMailboxData", Fix::RequireWhatIsThere, "v6 has no such members"),
    (&[6], "/components/schemas/RESTBackupOneDriveData", Fix::RequireWhatIsThere, "v6 has no such members"),
    (&[6], "/components/schemas/RESTBackupSiteData", Fix::RequireWhatIsThere, "v6 has no such members"),
    (&[6], "/components/schemas/RESTBackupTeamData", Fix::RequireWhatIsThere, "v6 has no such members"),
    (&[6], "/components/schemas/RESTBackupUserData", Fix::RequireWhatIsThere, "v6 has no such members"),
];

/// Operations of reconstructed documents whose answers are not known: the versions, the method, the end of the path,
/// and why.
const OPEN: &[(&[u8], &str, &str, &str)] =
    &[(&[5], "POST", "/AuditItems", "it answers with an array of nothing in particular, and in v6 with nothing")];

/// How a mistake is mended.
enum Fix {
    Rename(&'static str, &'static str),
    RequireWhatIsThere,
    /// Members that are there, too.
    Members(&'static [&'static str]),
    /// v3's documents print numbers and booleans as texts, and one member with a capital.
    Texts(&'static [&'static str]),
}

/// A version's document.
pub(crate) struct Document {
    pub(crate) version: u8,
    json: Value,
    schemas: Map<String, Value>,
    validators: RefCell<HashMap<String, Validator>>,
}

/// An operation of a document.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    /// Its path, with the version.
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) answer: Answer,
    /// The schema of the body that it takes.
    pub(crate) body: Option<Value>,
    /// The names of the parameters of the query that must be given.
    pub(crate) required: Vec<String>,
    /// The actions of v3 to v5 that clients were seen to use.
    pub(crate) actions: Vec<String>,
}

/// What an operation answers with.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    None,
    Bytes,
    Json(Value),
    /// What the document leaves open.
    Anything,
}

impl Operation {
    /// Whether a listing may be empty at the start: nothing has happened, yet.
    pub(crate) fn may_be_empty(&self) -> bool {
        ["/Events", "/RestorePoints/Changes"].iter().any(|end| self.path.ends_with(end))
    }
}

impl Document {
    pub(crate) fn new(version: u8, mut json: Value) -> Self {
        for (versions, place, fix, why) in EXCEPTIONS {
            if versions.contains(&version) {
                let found = json.pointer_mut(place).is_some_and(|value| fix.apply(value));
                assert!(found, "v{version}: the exception at {place} ({why}) applies to nothing any more");
            }
        }
        let names = json["components"]["schemas"].as_object().unwrap();
        let schemas = names.iter().map(|(name, schema)| (name.clone(), convert(schema))).collect();
        Self { version, json, schemas, validators: RefCell::default() }
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut all = Vec::new();
        for (path, item) in self.json["paths"].as_object().unwrap() {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let operation = &item[method.to_lowercase()];
                if operation.is_object() {
                    all.push(self.operation(method, path, operation));
                }
            }
        }
        assert!(all.len() > 90, "v{}: {} operations", self.version, all.len());
        all
    }

    fn operation(&self, method: &'static str, path: &str, operation: &Value) -> Operation {
        let answers = operation["responses"].as_object().unwrap();
        let (status, answer) = answers.iter().find(|(status, _)| status.starts_with('2')).unwrap();
        let answer = match answer["content"].as_object().and_then(|content| content.iter().next()) {
            None => Answer::None,
            Some((kind, _)) if kind == "application/octet-stream" => Answer::Bytes,
            // The reconstructed documents leave open what actions of v3 to v5 answer with.
            Some((_, content)) if content["schema"] == json!({}) => Answer::Anything,
            Some((_, content)) => Answer::Json(content["schema"].clone()),
        };
        let open = OPEN.iter().any(|(versions, other, end, _)| {
            versions.contains(&self.version) && *other == method && path.ends_with(end)
        });
        let answer = if open { Answer::Anything } else { answer };
        let body = operation["requestBody"]["content"].as_object();
        let body = body.and_then(|content| content.get("application/json").or_else(|| content.values().next()));
        let required = operation["parameters"].as_array().into_iter().flatten();
        let required = required.filter(|it| it["in"] == "query" && it["required"] == true);
        let actions = operation["x-actions-seen"].as_array().into_iter().flatten();
        Operation {
            method,
            path: path.to_owned(),
            status: status.parse().unwrap(),
            answer,
            body: body.map(|body| body["schema"].clone()),
            required: required.map(|it| it["name"].as_str().unwrap().to_owned()).collect(),
            actions: actions.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// The parameters that reading this path wants; `None` where nothing reads it. Letter case does not count.
    pub(crate) fn reads(&self, path: &str) -> Option<Vec<String>> {
        let paths = self.json["paths"].as_object().unwrap();
        let same = |(other, item): &(&String, &Value)| other.eq_ignore_ascii_case(path) && item["get"].is_object();
        let (path, item) = paths.iter().find(same)?;
        Some(self.operation("GET", path, &item["get"]).required)
    }

    /// A schema, with references to components followed.
    pub(crate) fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match name_of(schema) {
            Some(name) => self.resolve(&self.json["components"]["schemas"][name]),
            None => schema,
        }
    }

    /// Checks a value against a schema of this document.
    pub(crate) fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let mut whole = convert(schema);
            let mut needed = BTreeSet::new();
            self.collect(&whole, &mut needed);
            let definitions: Map<_, _> =
                needed.into_iter().map(|name| (name.clone(), self.schemas[&name].clone())).collect();
            whole["definitions"] = Value::Object(definitions);
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            options.build(&whole).unwrap_or_else(|error| panic!("{schema}: {error}"))
        });
        let wrong: Vec<String> = validator
            .iter_errors(value)
            .take(3)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    /// The components that a converted schema refers to.
    fn collect(&self, schema: &Value, needed: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                if let Some(name) = name_of(schema)
                    && needed.insert(name.to_owned())
                {
                    self.collect(&self.schemas[name], needed);
                }
                members.values().for_each(|member| self.collect(member, needed));
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, needed)),
            _ => {}
        }
    }
}

/// The component that a reference names.
fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

impl Fix {
    fn apply(&self, value: &mut Value) -> bool {
        match self {
            Self::Rename(from, to) => {
                let found = value.as_array_mut().unwrap().iter_mut().find(|value| *value == from);
                found.map(|value| *value = (*to).into()).is_some()
            }
            Self::Texts(names) => {
                let properties = value.as_object_mut().unwrap();
                names.iter().for_each(|name| drop(properties.insert((*name).to_owned(), json!({ "type": "string" }))));
                true
            }
            Self::Members(names) => {
                let Some(properties) = value.as_object_mut() else { return false };
                let before = properties.len();
                for name in *names {
                    properties.entry(*name).or_insert_with(|| json!({}));
                }
                properties.len() == before + names.len()
            }
            Self::RequireWhatIsThere => {
                let there: Vec<String> = value["properties"].as_object().unwrap().keys().cloned().collect();
                let required = value["required"].as_array_mut().unwrap();
                let before = required.len();
                required.retain(|name| there.iter().any(|there| name == there));
                required.len() < before
            }
        }
    }
}

/// A schema of `OpenAPI` 3.0 in JSON Schema's words.
fn convert(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(name) = name_of(schema) {
        return json!({ "$ref": format!("#/definitions/{name}") });
    }
    let mut out = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "properties" => {
                let properties = value.as_object().unwrap().iter();
                properties.map(|(name, schema)| (name.clone(), convert(schema))).collect()
            }
            "items" | "additionalProperties" => convert(value),
            "allOf" | "anyOf" | "oneOf" => value.as_array().unwrap().iter().map(convert).collect(),
            "type" | "enum" | "required" => value.clone(),
            "format" if ["uuid", "date-time"].iter().any(|known| value == known) => value.clone(),
            "format" => {
                bound(value.as_str().unwrap_or_default(), &mut out);
                continue;
            }
            _ => continue,
        };
        out.insert(name.clone(), value);
    }
    let kinds = members.get("x-anyOf").and_then(Value::as_array);
    let tagged = members.contains_key("discriminator");
    if out.contains_key("properties") && !out.contains_key("additionalProperties") && !(tagged && kinds.is_some()) {
        out.insert("additionalProperties".to_owned(), false.into());
    }
    if let Some(kinds) = kinds {
        // The members of a union stand in an extension.
        out.insert("anyOf".to_owned(), kinds.iter().map(convert).collect());
    }
    if members.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [{ "type": "null" }, out] });
    }
    Value::Object(out)
}

/// The bounds that a number's format means.
fn bound(format: &str, out: &mut Map<String, Value>) {
    if format == "int32" {
        out.insert("minimum".to_owned(), i32::MIN.into());
        out.insert("maximum".to_owned(), i32::MAX.into());
    }
}
