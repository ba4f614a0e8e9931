//! What an operation asks for and answers, version by version, and as the schemas write it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::document::{Form, Request};
use super::marks::Span;
use super::tree::Node;

/// The forms of an operation in the versions that have it.
pub(super) type Forms = BTreeMap<u8, Form>;

/// Reads them off a node.
pub(super) fn read(node: &Node, span: Span, versions: impl Iterator<Item = u8>) -> Forms {
    let none = Vec::new();
    let older = node.get("older").and_then(Json::as_array).unwrap_or(&none);
    let bare = node.get("bare").and_then(Json::as_object);
    let bare = bare.map(|bare| super::marks::span(bare, super::marks::OPERATION, span));
    let of = |version: u8| {
        let then = older.iter().find(|form| form["until"].as_u64().is_some_and(|until| u64::from(version) <= until));
        let then = then.and_then(Json::as_object).unwrap_or(node);
        Form {
            request: Some(Request {
                ty: then.get("request").and_then(Json::as_str).map(str::to_owned),
                list: then.get("requestList").is_some(),
                optional: then.get("requestOptional").is_some(),
            }),
            response: Some(then.get("response").cloned().unwrap_or(Json::Null)),
            bare: bare.is_some_and(|bare| bare.has(version)),
        }
    };
    versions.filter(|version| span.has(*version)).map(|version| (version, of(version))).collect()
}

/// Adds what a document says of one version; what it leaves open is as in the nearest version, newer ones first.
pub(super) fn add(forms: &mut Forms, version: u8, form: &Form) {
    let newer = forms.range(version + 1..).next().map(|(_, form)| form.clone());
    let near = newer.or_else(|| forms.range(..version).next_back().map(|(_, form)| form.clone()));
    let near = near.unwrap_or(Form { request: None, response: None, bare: false });
    let response = form.response.clone().or(near.response).unwrap_or(Json::Null);
    let request = form.request.clone().or(near.request).unwrap_or_default();
    let bare = form.bare && response.get("page").is_some();
    forms.insert(version, Form { request: Some(request), response: Some(response), bare });
}

/// Writes them into a node.
///
/// # Errors
/// When the versions with a bare array are not one range; the text says so.
pub(super) fn write(node: &mut Node, forms: &Forms, span: Span) -> Result<(), String> {
    for key in ["request", "requestList", "requestOptional", "response", "bare", "older"] {
        node.shift_remove(key);
    }
    let Some(newest) = forms.values().next_back() else { return Ok(()) };
    let mut older: Vec<(u8, &Form)> = Vec::new();
    for (version, form) in forms {
        // A body that may be left out is no other form than none.
        let none = |request: &Option<Request>| request.as_ref().is_none_or(|r| r.ty.is_none() || r.optional);
        let same = |other: &Form| {
            other.response == form.response
                && (other.request == form.request || none(&other.request) && none(&form.request))
        };
        match older.last_mut() {
            Some(last) if same(last.1) => last.0 = *version,
            _ => older.push((*version, form)),
        }
    }
    older.pop();
    node.extend(members(newest));
    let bare: Vec<u8> = forms.iter().filter(|(_, form)| form.bare).map(|(version, _)| *version).collect();
    if let (Some(since), Some(until)) = (bare.first().copied(), bare.last().copied()) {
        if forms.iter().any(|(version, form)| (since..=until).contains(version) && !form.bare) {
            return Err(format!("the answer is a bare array in {bare:?}, which is no range"));
        }
        let mut range = Map::new();
        super::marks::mark(&mut range, super::marks::OPERATION, Span { since, until }, span);
        node.insert("bare".into(), Json::Object(range));
    }
    let older = older.into_iter().map(|(until, form)| {
        let mut node = Map::from_iter([("until".to_owned(), json!(until))]);
        node.extend(members(form).into_iter().filter(|(key, _)| *key != "requestOptional"));
        Json::Object(node)
    });
    let older: Vec<Json> = older.collect();
    if !older.is_empty() {
        node.insert("older".into(), Json::Array(older));
    }
    Ok(())
}

fn members(form: &Form) -> Node {
    let mut out = Map::new();
    if let Some(Request { ty: Some(ty), list, optional }) = &form.request {
        out.insert("request".into(), ty.clone().into());
        out.extend(list.then(|| ("requestList".to_owned(), true.into())));
        out.extend(optional.then(|| ("requestOptional".to_owned(), true.into())));
    }
    if let Some(response) = form.response.as_ref().filter(|response| !response.is_null()) {
        out.insert("response".into(), response.clone());
    }
    out
}
