//! The smallest request of an operation that makes sense: ids of what is there, and a body with what must be in it.

use serde_json::{Map, Value, json};

use crate::client::{Client, ORGANIZATION};
use crate::openapi::{Document, Operation};

const NEW: &str = "00000000-0000-4000-8000-000000000001";

pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    pub(crate) form: bool,
}

pub(crate) fn request(client: &Client, document: &Document, operation: &Operation) -> Result<Request, String> {
    let version = client.version;
    let plain =
        operation.path.split_once("/v").map_or("", |(_, rest)| rest.split_once('/').map_or("", |(_, rest)| rest));
    if plain.eq_ignore_ascii_case("token") {
        let body = "grant_type=password&username=admin&password=password".to_owned();
        return Ok(Request { path: operation.path.clone(), body: Some(body), form: true });
    }
    if plain.starts_with("Jobs/") && (plain.contains("/SelectedItems") || plain.contains("/ExcludedItems")) {
        let list = operation.path.find("Items").map_or("", |at| &operation.path[..at + "Items".len()]);
        let items = json!([{ "type": "PartialOrganization", "id": NEW, "mailbox": true }]).to_string();
        client.send("POST", &fill(client, document, list)?, Some(&items), false);
    }
    if plain == "RestoreSessions" {
        fill(client, document, &format!("/v{version}/RestoreSessions/{{restoreSessionId}}"))?;
    }
    let mut path = fill(client, document, &operation.path)?;
    if operation.method != "GET" {
        before(client, plain, &path)?;
    }
    let plain_path = path.clone();
    let ids = || listed_ids(client, &plain_path);
    let of_items = operation.method == "DELETE" && version <= 5 && plain.ends_with("Items");
    if of_items || operation.required.iter().any(|name| name == "ids") {
        path = format!("{path}?ids={}", ids()?.first().ok_or("nothing to take out")?);
    }
    let others: Vec<&String> = operation.required.iter().filter(|name| *name != "ids").collect();
    for name in others {
        let joint = if path.contains('?') { '&' } else { '?' };
        path = format!("{path}{joint}{name}={}", parameter(name));
    }
    let body = match (&operation.body, operation.method) {
        (None, _) => None,
        (Some(_), "POST") if plain.to_ascii_lowercase().ends_with("/action") => Some(action(plain, operation)),
        (Some(schema), "DELETE") => {
            let id = listed_ids(client, path.split('?').next().unwrap_or(&path))?
                .into_iter()
                .next()
                .ok_or("nothing to take out")?;
            let item = &document.resolve(schema)["items"];
            let of_proxies = document.resolve(item)["properties"]["proxyId"].is_object();
            let key = if of_proxies { "proxyId" } else { "id" };
            Some(if document.resolve(item)["type"] == "string" { json!([id]) } else { json!([{ key: id }]) })
        }
        (Some(_), "POST") if version == 5 && plain.ends_with("AuditItems") => Some(json!([])),
        (Some(schema), _) => Some(example(client, document, schema, 0)),
    };
    // Where everything can be left out, so can the items.
    let path = if operation.method == "DELETE" && version == 8 && plain.ends_with("SelectedItems") && body.is_none() {
        format!("{path}?ids={}", ids()?.first().ok_or("nothing to take out")?)
    } else {
        path
    };
    Ok(Request { path, body: body.map(|body| body.to_string()), form: false })
}

fn parameter(name: &str) -> &'static str {
    match name {
        "from" => "latest",
        "organizationId" => ORGANIZATION,
        "authCode" | "host" => "text",
        _ => NEW,
    }
}

/// What must have happened before.
fn before(client: &Client, plain: &str, path: &str) -> Result<(), String> {
    let base = path.rsplit_once('/').map_or("", |(base, _)| base);
    let lower = plain.to_ascii_lowercase();
    let job = lower.starts_with("jobs/") || lower.starts_with("copyjobs/");
    if job && lower.ends_with("/stop") {
        client.send("POST", &format!("{base}/start"), None, false);
    }
    let used = |name: &str| lower == name;
    if used("backuprepositories/{repositoryid}") || used("proxies/{proxyid}/remove") || used("proxies/{proxyid}/action")
    {
        // Whatever uses them goes first.
        for collection in ["CopyJobs", "Jobs", "BackupRepositories"] {
            let at = format!("/v{}/{collection}", client.version);
            let repositories = collection == "BackupRepositories";
            if repositories && lower.starts_with("backup") || collection == "CopyJobs" && client.version < 6 {
                continue;
            }
            if !repositories || lower.starts_with("prox") {
                for id in listed_ids(client, &at)? {
                    client.send("DELETE", &format!("{at}/{id}"), None, false);
                }
            }
        }
    }
    if lower == "proxypools/{poolid}/proxies" {
        let proxy = listed_ids(client, &format!("/v{}/Proxies", client.version))?;
        let body = json!([{ "id": proxy.first().ok_or("no proxy")? }]).to_string();
        client.send("POST", path, Some(&body), false);
    }
    Ok(())
}

/// The ids of what a path lists.
fn listed_ids(client: &Client, path: &str) -> Result<Vec<String>, String> {
    let listing = client.get(path)?;
    let id = |item: &Value| ["id", "applicationId"].iter().find_map(|key| item[*key].as_str().map(str::to_owned));
    Ok(items(&listing).iter().filter_map(id).collect())
}

fn items(listing: &Value) -> &[Value] {
    listing.as_array().or_else(|| listing["results"].as_array()).map_or(&[], Vec::as_slice)
}

pub(crate) fn is_empty_listing(value: &Value) -> bool {
    (value.is_array() || value["results"].is_array()) && items(value).is_empty()
}

/// A path with the ids of what is there.
fn fill(client: &Client, document: &Document, template: &str) -> Result<String, String> {
    let (mut path, mut seen) = (String::new(), String::new());
    for part in template.split('/').skip(1) {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            path = format!("{path}/{part}");
            seen = format!("{seen}/{part}");
            continue;
        };
        let value = value(client, document, name, &path, &seen)?;
        path = format!("{path}/{}", encode(&value));
        seen = format!("{seen}/{part}");
    }
    Ok(path)
}

/// The value of a parameter of a path, by what stands before it.
fn value(client: &Client, document: &Document, name: &str, path: &str, template: &str) -> Result<String, String> {
    match name {
        "organizationId" if template.ends_with("/Organizations") => Ok(ORGANIZATION.to_owned()),
        "restoreSessionId" => explored(client, path, ORGANIZATION),
        "requestExportId" => {
            let start = if path.contains("channels") { "startOperatorExportPosts" } else { "operatorStartExportTask" };
            let base = path.strip_suffix("/operatorExport").unwrap_or(path);
            let task = client
                .post(&format!("{base}/{start}"), &json!({ "posts": [], "channels": [], "items": [], "reason": "" }))?;
            Ok(task["exportTaskId"].as_str().unwrap_or_default().to_owned())
        }
        "reportId" => Ok(NEW.to_owned()),
        _ => {
            // The files of a channel are listed for the whole team.
            let listing = match path.split_once("/channels/") {
                Some((team, rest)) if rest.ends_with("/files") => format!("{team}/files"),
                _ => path.to_owned(),
            };
            let required = match document.reads(template) {
                Some(required) => required,
                None if listing != path => Vec::new(),
                None => return Err(format!("nothing lists {template}")),
            };
            let query: Vec<String> = required.iter().map(|name| format!("{name}={}", parameter(name))).collect();
            let listing = client.get(&format!("{listing}?{}", query.join("&")))?;
            let item = items(&listing).first().ok_or_else(|| format!("nothing at {path}"))?;
            let by_name = name.to_ascii_lowercase().ends_with("name");
            let keys: &[&str] =
                if by_name { &["name", "type"] } else { &["id", "subscriptionId", "organizationId", "name"] };
            let text = |value: &Value| {
                value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
            };
            let key = text(&item[name]).or_else(|| keys.iter().find_map(|key| text(&item[*key])));
            key.ok_or_else(|| format!("{template} lists what has no {name}: {item}"))
        }
    }
}

/// A path with ids of what is there; `pick` says which of several.
pub(crate) fn walk(
    client: &Client,
    template: &str,
    pick: impl Fn(&[Value]) -> Option<Value>,
) -> Result<String, String> {
    let mut path = String::new();
    for part in template.split('/').skip(1) {
        let value = match part.strip_prefix('{') {
            None => part.to_owned(),
            Some(_) if path.ends_with("/Organizations") => ORGANIZATION.to_owned(),
            Some(_) if path.ends_with("/RestoreSessions") => explored(client, &path, ORGANIZATION)?,
            Some(_) => {
                let listing = client.get(&path)?;
                let item = pick(items(&listing)).ok_or_else(|| format!("nothing at {path}"))?;
                encode(item["id"].as_str().unwrap_or_default())
            }
        };
        path = format!("{path}/{value}");
    }
    Ok(path)
}

/// A restore session of an organization.
fn explored(client: &Client, path: &str, organization: &str) -> Result<String, String> {
    let kind = if path.contains("eams") { "Vet" } else { "Vex" };
    let body = json!({ "type": kind, "dateTime": "2026-11-20T22:00:00Z" });
    let at = format!("/v{}/Organizations/{organization}", client.version);
    let session = match client.version {
        ..=5 => client.post(&format!("{at}/Action"), &json!({ "explore": body })),
        _ => client.post(&format!("{at}/explore"), &body),
    };
    Ok(session?["id"].as_str().unwrap_or_default().to_owned())
}

fn encode(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let mut out = String::new();
    for c in text.chars() {
        if plain(c) {
            out.push(c);
        } else {
            c.to_string().bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

/// The body of an action of v3 to v5.
fn action(plain: &str, operation: &Operation) -> Value {
    let lower = plain.to_ascii_lowercase();
    let parameters = json!({ "type": "vex", "dateTime": "2026-11-20 22:00:00" });
    let (name, parameters) = match lower.split('/').next().unwrap_or_default() {
        "jobs" | "organization" => ("explore", parameters),
        "organizations" if lower.contains("audititems") => ("remove", json!({ "items": [] })),
        "organizations" => ("explore", parameters),
        "proxies" => ("rescan", Value::Null),
        "license" => ("update", Value::Null),
        "restoresessions" if lower == "restoresessions/{restoresessionid}/action" => ("stop", Value::Null),
        "restoresessions" => (operation.actions.first().map_or("restore", String::as_str), json!({})),
        _ => ("sendTest", Value::Null),
    };
    json!({ name: parameters })
}

/// A body with what a schema requires, and ids of what is there.
fn example(client: &Client, document: &Document, schema: &Value, depth: usize) -> Value {
    let schema = document.resolve(schema);
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("array") if depth == 0 => json!([example(client, document, &schema["items"], depth + 1)]),
        Some("array") => json!([]),
        Some("boolean") => true.into(),
        Some("integer" | "number") => 1.into(),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => NEW.into(),
            Some("date-time") => "2026-11-20T22:00:00Z".into(),
            _ => "text".into(),
        },
        _ => {
            let empty = Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&empty);
            let required =
                |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
            let mut body = Map::new();
            for (name, property) in properties.iter().filter(|(name, _)| !name.starts_with('_')) {
                match known(client, name, depth) {
                    Some(value) => drop(body.insert(name.clone(), value)),
                    None if required(name) && depth < 4 => {
                        body.insert(name.clone(), example(client, document, property, depth + 1));
                    }
                    None => {}
                }
            }
            Value::Object(body)
        }
    }
}

/// What members of these names say where they stand in a body.
fn known(client: &Client, name: &str, depth: usize) -> Option<Value> {
    let first = |path: &str| {
        let listing = client.get(&format!("/v{}/{path}", client.version)).ok()?;
        items(&listing).first()?["id"].as_str().map(Value::from)
    };
    match name {
        "organizationId" => Some(ORGANIZATION.into()),
        "repositoryId" => first("BackupRepositories"),
        "proxyId" => first("Proxies"),
        "id" if depth > 0 => first("Proxies"),
        // The first job has a copy.
        "backupJobId" => {
            let listing = client.get(&format!("/v{}/Jobs", client.version)).ok()?;
            items(&listing).last()?["id"].as_str().map(Value::from)
        }
        // What is in every made-up text.
        "query" => Some("e".into()),
        "name" if depth == 0 => Some("A new one".into()),
        _ => None,
    }
}
