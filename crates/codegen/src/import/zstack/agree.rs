//! What a document says otherwise than the schemas: a note for each, and nothing changes.

use serde_json::{Map, Value as Json};

use super::document::{Operation, Type};
use super::merge::{Merge, named};

impl Merge<'_> {
    /// An operation's flags, what wraps its body and what it answers.
    pub(super) fn facts(&mut self, row: &Map<String, Json>, operation: &Operation) {
        let name = &operation.name;
        let is_true = |key: &str| row.get(key).is_some_and(|flag| *flag == true);
        let work = |long: bool| if long { "work that goes on" } else { "done when it is answered" };
        let session = |anonymous: bool| if anonymous { "called without a session" } else { "called with a session" };
        for (key, there, what) in [
            ("longRunning", operation.long_running, work as fn(bool) -> &'static str),
            ("anonymous", operation.anonymous, session),
        ] {
            if is_true(key) != there {
                self.differ(name, what(!there), what(there));
            }
        }
        let wrapped = |wrapper: Option<&str>| match wrapper {
            Some(wrapper) => format!("wrapped in `{wrapper}`"),
            None => "without a wrapper".to_owned(),
        };
        let (here, there) = (row.get("wrapper").and_then(Json::as_str), operation.wrapper.as_deref());
        if here != there {
            self.differ(name, &wrapped(here), &wrapped(there));
        }
        self.answers(row, operation);
    }

    fn answers(&mut self, row: &Map<String, Json>, operation: &Operation) {
        let said = |kind: &str, name: &str| format!("answered with {kind} {name}");
        let here = row.get("response").and_then(Json::as_object).and_then(|all| all.iter().next());
        let here = here.map(|(kind, name)| said(kind, name.as_str().unwrap_or_default()));
        let there = operation.response.as_ref().map(|(kind, vendors)| {
            let ours = self.union(vendors).or_else(|| self.names.get(vendors).cloned());
            said(kind, &ours.unwrap_or_else(|| vendors.clone()))
        });
        // Of some queries the document does not say what they find.
        let untyped = |name: &str| {
            let items = self.document.types.get(name).and_then(|ty| ty.properties.get("inventories")?.get("items"));
            items.is_some_and(|items| plain(items).is_none() && named(items).is_none())
        };
        let is_query = row.get("response").is_some_and(|response| response.get("query").is_some());
        if is_query && operation.response.as_ref().is_some_and(|(kind, name)| *kind == "body" && untyped(name)) {
            return;
        }
        if here != there {
            let none = || "answered with nothing".to_owned();
            self.differ(&operation.name, &here.unwrap_or_else(none), &there.unwrap_or_else(none));
        }
    }

    /// What a request must have.
    pub(super) fn requires(&mut self, ours: &str, request: &Type, required: &[String]) {
        let here = self.types.get(ours).map(|known| super::document::texts(known.node.get("required")));
        let here = here.unwrap_or_default();
        let known = self.all_members(ours, 0);
        for name in request.properties.keys().filter(|name| known.contains_key(&name.to_lowercase())) {
            let is_here = here.iter().any(|known| known.eq_ignore_ascii_case(name));
            self.requirement(&format!("{ours}.{name}"), is_here, required.contains(name));
        }
    }

    fn requirement(&mut self, name: &str, here: bool, there: bool) {
        let what = |required: bool| if required { "required" } else { "optional" };
        if here != there {
            self.differ(name, what(here), what(there));
        }
    }

    /// A parameter of ours beside the document's.
    pub(super) fn param_agrees(&mut self, name: &str, known: &Json, schema: &Json, required: bool) {
        let is_true = |key: &str| known.get(key).is_some_and(|flag| *flag == true);
        self.requirement(name, is_true("required"), required);
        let (here, there) = (is_true("list"), schema.get("type").is_some_and(|ty| ty == "array"));
        let many = |list: bool| if list { "a list" } else { "one value" };
        if here != there {
            self.differ(name, many(here), many(there));
            return;
        }
        let one = if there { schema.get("items").unwrap_or(&Json::Null) } else { schema };
        let ours = known["type"].as_str().unwrap_or_default();
        let here = match ours {
            "integer" => "an integer",
            "number" => "a number",
            "boolean" => "true or false",
            "map" => "a map",
            _ => "a text",
        };
        let there = self.theirs(one).map(|(what, _)| what).filter(|what| !what.is_empty());
        if let Some(there) = there.filter(|there| there != here) {
            // An object in a query string is a map whatever its type is called.
            let is_map = here == "a map" && one.get("$ref").is_some();
            let is_time = here == "a text" && there == "a time";
            if !is_map && !is_time {
                self.differ(name, here, &there);
            }
        }
        let values = super::merge::listed(one);
        if self.types.contains_key(ours) && !values.is_empty() {
            self.values(ours, "/enum", &values);
        }
    }

    /// A member of ours beside the document's.
    pub(super) fn member_agrees(&mut self, name: &str, ours: &Json, theirs: &Json) {
        for inner in ["items", "additionalProperties"] {
            if let (Some(ours @ Json::Object(_)), Some(theirs @ Json::Object(_))) = (ours.get(inner), theirs.get(inner))
            {
                let of = if inner == "items" { "an item" } else { "a value" };
                self.member_agrees(&format!("{name}: {of}"), ours, theirs);
            }
        }
        let (Some((here, here_format)), Some((there, there_format))) = (self.ours(ours), self.theirs(theirs)) else {
            return;
        };
        // We may know of a text that it is a time.
        let same = here == there || here == "a time" && there == "a text";
        if !here.is_empty() && !there.is_empty() && !same {
            self.differ(name, &here, &there);
        } else if let (Some(here), Some(there)) = (here_format, there_format)
            && here != there
        {
            self.differ(name, &here, &there);
        }
    }

    /// What a node of ours is, and the format of a number.
    fn ours(&self, json: &Json) -> Option<(String, Option<String>)> {
        match named(json) {
            Some(name) => self.named(name),
            None => plain(json),
        }
    }

    /// What a node of the document is, by our name.
    fn theirs(&self, json: &Json) -> Option<(String, Option<String>)> {
        match named(json) {
            Some(vendors) => {
                let is_enum = self.document.types.get(&vendors).is_some_and(|ty| !ty.values.is_empty());
                let ours = self.union(&vendors).or_else(|| self.names.get(&vendors).cloned());
                if is_enum { Some(("a text".into(), None)) } else { self.named(ours.unwrap_or(vendors)) }
            }
            None => plain(json),
        }
    }

    fn named(&self, name: String) -> Option<(String, Option<String>)> {
        let is_text =
            self.types.get(&name).is_some_and(|known| known.node.get("type").is_some_and(|ty| ty == "string"));
        Some((if is_text { "a text".into() } else { name }, None))
    }
}

fn plain(json: &Json) -> Option<(String, Option<String>)> {
    let format = json.get("format").and_then(Json::as_str);
    let what = match (json.get("type").and_then(Json::as_str)?, format) {
        ("string", Some("zstack-timestamp" | "date-time")) => "a time",
        ("string", _) => "a text",
        ("integer", _) => "an integer",
        ("number", _) => "a number",
        ("boolean", _) => "true or false",
        ("array", _) => "a list",
        ("object", _) => "a map",
        _ => return None,
    };
    let format = format.filter(|format| ["int32", "int64", "float", "double"].contains(format)).map(str::to_owned);
    Some((what.to_owned(), format))
}
