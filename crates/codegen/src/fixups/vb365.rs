use serde_json::{Map, Value as Json, json};

use super::Fixup;

/// The documents are those of v6 (6.0), v7 (7.0) and v8 (8.0); v3 to v5 have none of a vendor's.
pub(super) const FIXUPS: &[Fixup] = &[
    Fixup {
        name: "token_media_type",
        versions: &[6, 7, 8],
        says: "`POST /token` answers with the media type `*/*`",
        is: "it answers with JSON",
        known_by: "every public client reads JSON there",
        apply: token_media_type,
    },
    Fixup {
        name: "token_twin_bodies",
        versions: &[6, 7, 8],
        says: "`POST /token` takes a form or JSON, with one inline schema for each",
        is: "the form is what is sent; the two schemas are the same",
        known_by: "OAuth 2.0 (RFC 6749) and every public client send the form",
        apply: token_twin_bodies,
    },
    Fixup {
        name: "octet_stream_object",
        versions: &[6, 7, 8],
        says: "an `application/octet-stream` answer is an object without properties",
        is: "it is a file",
        known_by: "the same answers carry `x-custom-response`, and clients save them",
        apply: octet_stream_object,
    },
    Fixup {
        name: "required_with_default",
        versions: &[6],
        says: "`extendedView` of two listings is required, and has a default",
        is: "it may be left out",
        known_by: "only what may be left out can have a default; v7 and v8 do not require it",
        apply: required_with_default,
    },
    Fixup {
        name: "retrieval_type_with_comma",
        versions: &[6],
        says: "`RESTDataRetrievalSession.type` has the value `RetrievalChangeAvailabilityPeriodDays,`",
        is: "the comma is no part of it",
        known_by: "v7 and v8 have the value without it",
        apply: retrieval_type_with_comma,
    },
    Fixup {
        name: "required_without_property",
        versions: &[6],
        says: "six `RESTBackup…Data` types require `itemType`, `repositoryId` or `isDeleted`, which they do not have",
        is: "v6 does not have them",
        known_by: "v7 defines them, and v6 has no type of the name that `itemType` has in v7",
        apply: required_without_property,
    },
    Fixup {
        name: "edit_copy_job_type",
        versions: &[8],
        says: "`RESTEditCopyJob` has properties and no `type`",
        is: "it is an object",
        known_by: "only objects have properties",
        apply: edit_copy_job_type,
    },
    Fixup {
        name: "delete_with_body",
        versions: &[8],
        says: "three DELETEs have a body, which HTTP gives no meaning",
        is: "the server wants it: it says what to take out of the collection",
        known_by: "two of the three require it, and have no parameter that could say it",
        apply: delete_with_body,
    },
    Fixup {
        name: "event_kinds_unmapped",
        versions: &[8],
        says: "the discriminator of `RESTEvent` maps 27 of its 30 kinds",
        is: "the three kinds of storage policies are named as all others: the type's name without `REST` and `Event`",
        known_by: "that rule gives each of the 27 names",
        apply: event_kinds_unmapped,
    },
];

fn token(document: &mut Json, rest: &str) -> Option<Json> {
    let paths = document.get_mut("paths")?.as_object_mut()?;
    let path = paths.keys().find(|path| path.ends_with("/token"))?.clone();
    paths.get_mut(&path)?.pointer_mut(rest).map(Json::take)
}

fn put_token(document: &mut Json, rest: &str, value: Json) {
    let paths = document.get_mut("paths").and_then(Json::as_object_mut);
    let item = paths.and_then(|paths| paths.iter_mut().find(|(path, _)| path.ends_with("/token")));
    if let Some(place) = item.and_then(|(_, item)| item.pointer_mut(rest)) {
        *place = value;
    }
}

fn token_media_type(document: &mut Json) -> bool {
    let place = "/post/responses/200/content";
    let content = token(document, place).unwrap_or_default();
    let Some(schema) = content.get("*/*").filter(|_| content.as_object().is_some_and(|all| all.len() == 1)) else {
        put_token(document, place, content);
        return false;
    };
    put_token(document, place, json!({ "application/json": schema }));
    true
}

fn token_twin_bodies(document: &mut Json) -> bool {
    let place = "/post/requestBody/content";
    let mut content = token(document, place).unwrap_or_default();
    let form = content.get("application/x-www-form-urlencoded").cloned();
    let twins = form.is_some() && form.as_ref() == content.get("application/json");
    if let Some(all) = content.as_object_mut().filter(|_| twins) {
        all.shift_remove("application/json");
    }
    put_token(document, place, content);
    twins
}

/// Calls `visit` for every operation, with its method.
fn operations(document: &mut Json, mut visit: impl FnMut(&str, &str, &mut Map<String, Json>)) {
    let paths = document.get_mut("paths").and_then(Json::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                visit(path, method, operation);
            }
        }
    }
}

fn octet_stream_object(document: &mut Json) -> bool {
    let mut found = false;
    operations(document, |_, _, operation| {
        let answers = operation.get_mut("responses").and_then(Json::as_object_mut);
        for (_, answer) in answers.into_iter().flatten() {
            let schema = answer.pointer_mut("/content/application~1octet-stream/schema");
            if let Some(schema) = schema.filter(|schema| **schema == json!({ "type": "object" })) {
                *schema = json!({ "type": "string", "format": "binary" });
                found = true;
            }
        }
    });
    found
}

fn required_with_default(document: &mut Json) -> bool {
    let mut found = false;
    operations(document, |_, _, operation| {
        let params = operation.get_mut("parameters").and_then(Json::as_array_mut);
        for param in params.into_iter().flatten().filter_map(Json::as_object_mut) {
            if param.get("schema").is_some_and(|schema| schema.get("default").is_some()) {
                found |= param.remove("required").is_some_and(|flag| flag == true);
            }
        }
    });
    found
}

fn retrieval_type_with_comma(document: &mut Json) -> bool {
    let place = "/components/schemas/RESTDataRetrievalSession/properties/type/enum";
    let values = document.pointer_mut(place).and_then(Json::as_array_mut);
    let value = values.and_then(|values| values.iter_mut().find(|v| *v == "RetrievalChangeAvailabilityPeriodDays,"));
    value.map(|value| *value = "RetrievalChangeAvailabilityPeriodDays".into()).is_some()
}

/// All six must still have the mistake.
fn required_without_property(document: &mut Json) -> bool {
    const TYPES: [&str; 6] = ["Group", "Site", "Team", "User", "OneDrive", "Mailbox"];
    const MISSING: [&str; 3] = ["itemType", "repositoryId", "isDeleted"];
    TYPES.iter().all(|ty| {
        let Some(ty) = document.pointer_mut(&format!("/components/schemas/RESTBackup{ty}Data")) else { return false };
        let has = |name: &str| ty.pointer(&format!("/properties/{name}")).is_some();
        let missing: Vec<&str> = MISSING.into_iter().filter(|name| !has(name)).collect();
        let Some(required) = ty.get_mut("required").and_then(Json::as_array_mut) else { return false };
        let before = required.len();
        required.retain(|name| !name.as_str().is_some_and(|name| missing.contains(&name)));
        required.len() < before
    })
}

fn edit_copy_job_type(document: &mut Json) -> bool {
    let ty = document.pointer_mut("/components/schemas/RESTEditCopyJob").and_then(Json::as_object_mut);
    match ty {
        Some(ty) if !ty.contains_key("type") && ty.contains_key("properties") => {
            ty.insert("type".into(), "object".into());
            true
        }
        _ => false,
    }
}

/// Exactly these three may have one; another would be news.
fn delete_with_body(document: &mut Json) -> bool {
    const WANTED: [&str; 3] = [
        "/Jobs/{jobId}/SelectedItems",
        "/Organizations/{organizationId}/BackupApplications",
        "/ProxyPools/{poolId}/proxies",
    ];
    let mut found = 0;
    operations(document, |path, method, operation| {
        let body = operation.get_mut("requestBody").and_then(Json::as_object_mut);
        // `/v8/Jobs/…`: whatever the version.
        let rest = path.find("/v").and_then(|at| path[at + 1..].find('/').map(|slash| &path[at + 1 + slash..]));
        let wanted = method == "delete" && rest.is_some_and(|rest| WANTED.contains(&rest));
        if let Some(body) = body.filter(|_| wanted) {
            body.insert("x-wanted".into(), true.into());
            found += 1;
        }
    });
    found == WANTED.len()
}

fn event_kinds_unmapped(document: &mut Json) -> bool {
    let Some(event) = document.pointer_mut("/components/schemas/RESTEvent") else { return false };
    let kinds = event.get("x-anyOf").and_then(Json::as_array).cloned().unwrap_or_default();
    let Some(mapping) = event.pointer_mut("/discriminator/mapping").and_then(Json::as_object_mut) else { return false };
    let mut found = false;
    for kind in kinds.iter().filter_map(|kind| kind["$ref"].as_str()) {
        let name = kind.rsplit('/').next().and_then(|name| name.strip_prefix("REST")?.strip_suffix("Event"));
        let Some(name) = name else { return false };
        if !mapping.contains_key(name) {
            mapping.insert(name.to_owned(), kind.into());
            found = true;
        }
    }
    found
}
