//! What a document has and the schemas have not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use super::document::{Document, Node, Operation, Type, is_id, property};
use super::place::Files;
use crate::import::em::OnlyHere;

pub(super) struct Merge<'m> {
    pub(super) document: &'m Document,
    files: &'m mut Files,
    /// Our types, by their name: the file, and the members and values.
    pub(super) types: BTreeMap<String, Known>,
    /// Our names of the vendor's types: of a union, that of its base.
    pub(super) names: BTreeMap<String, String>,
    /// Our unions, by the vendor's names.
    unions: BTreeMap<String, String>,
    /// Our operations, by their names and aliases.
    rows: HashMap<String, Row>,
    /// How many operations each file has below the start of a path.
    below: HashMap<String, BTreeMap<String, usize>>,
    /// New types that something refers to, with their files.
    wanted: Vec<(String, String)>,
    pub(super) changes: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// An operation of ours: its file, and its place there.
#[derive(Clone)]
struct Row {
    file: String,
    index: usize,
}

/// A type of ours.
pub(super) struct Known {
    file: String,
    pub(super) node: Node,
}

/// What a path begins with below the API's root, segment by segment: the shortest first.
fn starts(path: &str) -> Vec<String> {
    let mut starts: Vec<String> = Vec::new();
    for segment in path.split('/').skip(3) {
        let before = starts.last().map(|start| format!("{start}/")).unwrap_or_default();
        starts.push(before + &segment.to_lowercase());
    }
    starts
}

impl<'m> Merge<'m> {
    pub(super) fn new(document: &'m Document, files: &'m mut Files) -> Self {
        let (mut types, mut names, mut unions) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (file, json) in files.iter() {
            for (name, node) in json.get("$defs").and_then(Json::as_object).into_iter().flatten() {
                let Some(node) = node.as_object() else { continue };
                types.insert(name.clone(), Known { file: file.to_owned(), node: node.clone() });
                let is_union = node.contains_key("anyOf");
                if is_union {
                    for alias in super::document::texts(node.get("x-aliases")) {
                        unions.entry(alias).or_insert_with(|| name.clone());
                    }
                }
                for alias in super::document::texts(node.get("x-aliases")).into_iter().chain([name.clone()]) {
                    if is_union {
                        names.entry(alias).or_insert_with(|| name.clone());
                    } else {
                        names.insert(alias, name.clone());
                    }
                }
            }
        }
        let (wanted, changes, notes) = (Vec::new(), Vec::new(), Vec::new());
        let (rows, below) = (HashMap::new(), HashMap::new());
        let mut merge = Self { document, files, types, names, unions, rows, below, wanted, changes, notes };
        let known: Vec<(String, Json)> = merge
            .files
            .iter()
            .filter_map(|(file, json)| Some((file.to_owned(), json.get("operations")?.clone())))
            .collect();
        for (file, rows) in known {
            for (index, row) in rows.as_array().into_iter().flatten().enumerate() {
                merge.has_row(&file, index, row);
            }
        }
        merge
    }

    /// Remembers an operation; of two with one name the first counts.
    fn has_row(&mut self, file: &str, index: usize, row: &Json) {
        let names = super::document::texts(row.get("aliases")).into_iter();
        for name in names.chain(row.get("operation").and_then(Json::as_str).map(str::to_owned)) {
            self.rows.entry(name).or_insert_with(|| Row { file: file.to_owned(), index });
        }
        for start in starts(row.get("path").and_then(Json::as_str).unwrap_or_default()) {
            *self.below.entry(start).or_default().entry(file.to_owned()).or_default() += 1;
        }
    }

    pub(super) fn run(&mut self) {
        let document = self.document;
        for operation in &document.operations {
            match self.rows.get(&operation.name).cloned() {
                Some(row) => self.known_operation(operation, &row.file, row.index),
                None => self.new_operation(operation),
            }
        }
        for (name, ty) in &document.types {
            // What is new is written below, whole.
            let is_new = |ours: &String| self.types.get(ours).is_some_and(|known| known.node.is_empty());
            if let Some(ours) = self.names.get(name).filter(|ours| !is_new(ours)).cloned() {
                self.known_type(&ours, ty);
            }
        }
        let mut written = BTreeSet::new();
        while let Some((name, file)) = self.wanted.pop() {
            if let (true, Some(ty)) = (written.insert(name.clone()), document.types.get(&name)) {
                self.new_type(&name, ty, &file);
            }
        }
        self.changes.sort();
        self.notes.sort();
    }

    fn known_operation(&mut self, operation: &Operation, file: &str, index: usize) {
        let Some(row) = self
            .files
            .iter()
            .find(|(name, _)| *name == file)
            .and_then(|(_, json)| json.get("operations")?.get(index)?.as_object().cloned())
        else {
            return;
        };
        let name = &operation.name;
        let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
        let plain = |path: &str| -> String {
            let parts =
                path.split('/').map(|part| if part.starts_with('{') { "{}".into() } else { part.to_lowercase() });
            parts.collect::<Vec<String>>().join("/")
        };
        let also = super::document::texts(row.get("also"));
        let is_path = |path: &str| plain(path) == plain(&operation.path);
        if text("method") != operation.method || !is_path(text("path")) && !also.iter().any(|path| is_path(path)) {
            let (method, path) = (&operation.method, &operation.path);
            self.differ(name, &format!("{} {}", text("method"), text("path")), &format!("{method} {path}"));
        }
        self.facts(&row, operation);
        let pointer = format!("/operations/{index}");
        if let Some(request) = &operation.request {
            match row.get("request").and_then(Json::as_str).map(str::to_owned) {
                Some(ours) => {
                    let known = self.all_members(&ours, 0);
                    for name in request.properties.keys().filter(|name| !known.contains_key(&name.to_lowercase())) {
                        self.optional(&format!("{ours}.{name}"), operation.required.contains(name));
                    }
                    self.requires(&ours, request, &operation.required);
                    self.members(&ours, request);
                }
                None => {
                    let ours = self.request(operation, request, file);
                    self.changes.push(format!("+ {name}: a body, {ours}"));
                    self.files.add(file, &pointer, Some("request"), &ours.into());
                }
            }
        }
        // A query's are all the same.
        let is_query = row.get("response").is_some_and(|response| response.get("query").is_some());
        if is_query || operation.response.as_ref().is_some_and(|(kind, _)| *kind == "query") {
            return;
        }
        let known: Vec<Json> = row.get("params").and_then(Json::as_array).cloned().unwrap_or_default();
        for (param, schema) in &operation.params {
            let is = |known: &&Json| known["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(param));
            if let Some(known) = known.iter().find(is) {
                self.param_agrees(&format!("{name}?{param}"), known, schema, operation.required.contains(param));
                continue;
            }
            self.changes.push(format!("+ {name}?{param}"));
            self.optional(&format!("{name}?{param}"), operation.required.contains(param));
            let node = self.param(param, schema, file);
            self.files.ensure(file, &pointer, "params", &json!([]));
            self.files.add(file, &format!("{pointer}/params"), None, &node);
        }
    }

    /// What is there already can be called as it is: what a document newly requires stays optional.
    fn optional(&mut self, name: &str, required: bool) {
        if required {
            self.notes.push(format!(
                "`{name}` must be there by the document: it is taken as optional, so that no constructor changes"
            ));
        }
    }

    pub(super) fn differ(&mut self, name: &str, here: &str, there: &str) {
        if super::settled::SETTLED.contains(&(name, there)) {
            return;
        }
        self.notes
            .push(format!("`{name}` is {here} here and {there} in the document: it stays; settle it in the schema"));
    }

    fn param(&mut self, name: &str, schema: &Json, file: &str) -> Json {
        let is_list = schema.get("type").is_some_and(|ty| ty == "array");
        let one = if is_list { schema.get("items").cloned().unwrap_or_default() } else { schema.clone() };
        let named = one.get("$ref").and_then(Json::as_str).map(|reference| {
            let vendors = reference.rsplit('/').next().unwrap_or_default();
            let is_enum = self.document.types.get(vendors).is_some_and(|ty| !ty.values.is_empty());
            if is_enum { self.name(vendors, file) } else { "map".to_owned() }
        });
        let kind = match (&named, one.get("type").and_then(Json::as_str).unwrap_or_default()) {
            (Some(named), _) => named,
            (None, "object") => "map",
            (None, kind @ ("integer" | "number" | "boolean")) => kind,
            _ if is_id(name.strip_suffix('s').unwrap_or(name)) => "id",
            _ => "text",
        };
        let mut node = json!({ "name": name, "in": "query", "type": kind });
        if is_list {
            node["list"] = true.into();
        }
        node
    }

    /// The name of a new request body.
    fn request(&mut self, operation: &Operation, request: &Type, file: &str) -> String {
        let name = format!("{}Request", operation.name);
        let mut node = self.structure(request, file);
        let required: Vec<&String> =
            operation.required.iter().filter(|name| request.properties.contains_key(*name)).collect();
        if !required.is_empty() {
            node.insert("required".into(), json!(required));
        }
        self.write(&name, node, file);
        name
    }

    fn new_operation(&mut self, operation: &Operation) {
        let file = self.family(&operation.path);
        self.changes.push(format!("+ operation {}, in {file}.json", operation.name));
        let words = crate::emit::field_words(&operation.name);
        let mut row = Map::new();
        row.insert("operation".into(), operation.name.clone().into());
        row.insert("method".into(), operation.method.clone().into());
        row.insert("path".into(), operation.path.clone().into());
        row.insert("description".into(), words.into());
        if !operation.also.is_empty() {
            row.insert("also".into(), json!(operation.also));
        }
        let is_query = operation.response.as_ref().is_some_and(|(kind, _)| *kind == "query");
        let params: Vec<Json> = operation
            .params
            .iter()
            .filter(|_| !is_query)
            .map(|(name, schema)| {
                let mut node = self.param(name, schema, &file);
                if operation.required.contains(name) {
                    node["required"] = true.into();
                }
                node
            })
            .collect();
        if !params.is_empty() {
            row.insert("params".into(), Json::Array(params));
        }
        if let Some(request) = &operation.request {
            let request = self.request(operation, request, &file);
            row.insert("request".into(), request.into());
        }
        row.extend(operation.wrapper.clone().map(|wrapper| ("wrapper".to_owned(), wrapper.into())));
        if operation.tags {
            row.insert("tags".into(), true.into());
        }
        if let Some((kind, name)) = &operation.response {
            let ours = self.answer(name, &file);
            row.insert("response".into(), json!({ *kind: ours }));
        }
        for (key, flag) in [("longRunning", operation.long_running), ("anonymous", operation.anonymous)] {
            if flag {
                row.insert(key.into(), true.into());
            }
        }
        self.files.ensure(&file, "", "operations", &json!([]));
        let row = Json::Object(row);
        let index = self.files.count(&file, "/operations");
        self.has_row(&file, index, &row);
        self.files.add(&file, "/operations", None, &row);
    }

    /// The file of most operations below the same path.
    fn family(&self, path: &str) -> String {
        let votes = starts(path).into_iter().rev().find_map(|start| self.below.get(&start));
        let best = votes.into_iter().flatten().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
        best.map_or("management", |(name, _)| name).to_owned()
    }

    /// Our name of the type of an answer, whose union is what it is of.
    fn answer(&mut self, vendors: &str, file: &str) -> String {
        match self.union(vendors) {
            Some(name) => name,
            None => self.name(vendors, file),
        }
    }

    /// The union that a type of the vendor's is with us.
    pub(super) fn union(&self, vendors: &str) -> Option<String> {
        self.unions.get(vendors).cloned()
    }

    /// Our name of a type; one that is new is written later.
    fn name(&mut self, vendors: &str, file: &str) -> String {
        if let Some(ours) = self.names.get(vendors) {
            return ours.clone();
        }
        let plain = vendors.strip_suffix("Inventory").unwrap_or(vendors);
        let ours = if self.types.contains_key(plain) { vendors } else { plain }.to_owned();
        self.names.insert(vendors.to_owned(), ours.clone());
        self.types.insert(ours.clone(), Known { file: file.to_owned(), node: Map::new() });
        self.wanted.push((vendors.to_owned(), file.to_owned()));
        ours
    }

    fn reference(&mut self, vendors: &str, file: &str) -> Json {
        let ours = self.answer(vendors, file);
        let home = self.types.get(&ours).map_or(file, |known| known.file.as_str());
        let home = if home == file { String::new() } else { format!("{home}.json") };
        json!({ "$ref": format!("{home}#/$defs/{ours}") })
    }

    fn property(&mut self, name: &str, json: &Json, file: &str) -> Json {
        // Values that the document only lists are a type where one of that name is.
        if let Some(source) = json.get("x-zstack-enum-source").and_then(Json::as_str)
            && self.types.get(source).is_some_and(|known| known.node.contains_key("enum"))
        {
            return self.reference(source, file);
        }
        property(name, json, &mut |vendors| self.reference(vendors, file))
    }

    fn structure(&mut self, ty: &Type, file: &str) -> Node {
        let mut node = Map::new();
        node.insert("type".into(), "object".into());
        let properties: Map<String, Json> =
            ty.properties.iter().map(|(name, json)| (name.clone(), self.property(name, json, file))).collect();
        node.insert("properties".into(), Json::Object(properties));
        node
    }

    fn new_type(&mut self, vendors: &str, ty: &Type, file: &str) {
        let Some(ours) = self.names.get(vendors).cloned() else { return };
        self.changes.push(format!("+ type {ours}, in {file}.json"));
        let mut node = Map::new();
        if ours != vendors {
            node.insert("x-aliases".into(), json!([vendors]));
        }
        if ty.values.is_empty() {
            if let Some(base) = &ty.base {
                // The members of a union are its base's.
                let base = self.name(base, file);
                let home = self.types.get(&base).map_or(file, |known| known.file.as_str());
                let home = if home == file { String::new() } else { format!("{home}.json") };
                node.insert("allOf".into(), json!([{ "$ref": format!("{home}#/$defs/{base}") }]));
            }
            node.extend(self.structure(ty, file));
        } else {
            node.insert("type".into(), "string".into());
            node.insert("enum".into(), json!(ty.values));
        }
        self.write(&ours, node, file);
    }

    fn write(&mut self, name: &str, node: Node, file: &str) {
        self.files.ensure(file, "", "$defs", &json!({}));
        self.files.add(file, "/$defs", Some(name), &Json::Object(node.clone()));
        self.types.insert(name.to_owned(), Known { file: file.to_owned(), node });
    }

    fn known_type(&mut self, ours: &str, ty: &Type) {
        let Some(known) = self.types.get(ours) else { return };
        match (known.node.contains_key("enum"), ty.values.is_empty()) {
            (true, false) => self.values(ours, "/enum", &ty.values),
            (false, true) => self.members(ours, ty),
            // A union has no members of its own.
            (_, is_struct) if !known.node.contains_key("anyOf") => {
                let what = |is_struct: bool| if is_struct { "a struct" } else { "one of a list of texts" };
                self.differ(ours, what(!is_struct), what(is_struct));
            }
            _ => {}
        }
    }

    /// The values that an enum lacks, of a type or of a member in it.
    pub(super) fn values(&mut self, ours: &str, pointer: &str, values: &[String]) {
        let Some(known) = self.types.get_mut(ours) else { return };
        let Some(all) = known.node.get_mut(pointer.split('/').nth(1).unwrap_or_default()) else { return };
        let rest = pointer.splitn(3, '/').nth(2).map(|rest| format!("/{rest}")).unwrap_or_default();
        let Some(Json::Array(all)) = all.pointer_mut(&rest) else { return };
        let (file, of) = (known.file.clone(), pointer.strip_prefix("/properties/").unwrap_or_default());
        let of =
            of.strip_suffix("/enum").map(|member| format!(".{}", member.replace("/items", ""))).unwrap_or_default();
        for value in values {
            // Another member may have brought it already.
            if all.iter().any(|known| known == value) {
                continue;
            }
            all.push(value.as_str().into());
            self.changes.push(format!("+ {ours}{of}: value {value}"));
            self.files.add(&file, &format!("/$defs/{ours}{pointer}"), None, &value.as_str().into());
        }
    }

    /// The members that a type lacks, in itself and in what it extends.
    fn members(&mut self, ours: &str, ty: &Type) {
        let Some(file) = self.types.get(ours).map(|known| known.file.clone()) else { return };
        let known = self.all_members(ours, 0);
        for (name, json) in &ty.properties {
            let place = format!("{ours}.{name}");
            if let Some((owner, wire, member)) = known.get(&name.to_lowercase()) {
                self.member_agrees(&place, member, json);
                self.listed((owner, wire), member, json);
                continue;
            }
            self.changes.push(format!("+ {place}"));
            let node = self.property(name, json, &file);
            self.files.ensure(&file, &format!("/$defs/{ours}"), "properties", &json!({}));
            self.files.add(&file, &format!("/$defs/{ours}/properties"), Some(name), &node);
            // Another of the vendor's types may be this one of ours, too.
            if let Some(known) = self.types.get_mut(ours) {
                let all = known.node.entry("properties").or_insert_with(|| json!({}));
                all[name] = node;
            }
        }
    }

    /// Values that a document lists beside a text which is an enum with us.
    fn listed(&mut self, (owner, wire): (&str, &str), member: &Json, json: &Json) {
        let (member, json, end) = match (member.get("items"), json.get("items")) {
            (Some(ours), Some(theirs)) => (ours, theirs, "/items/enum"),
            _ => (member, json, "/enum"),
        };
        let values = listed(json);
        if values.is_empty() {
            return;
        }
        if let Some(name) = named(member) {
            self.values(&name, "/enum", &values);
        } else if member.get("enum").is_some() {
            self.values(owner, &format!("/properties/{wire}{end}"), &values);
        }
    }

    /// The members of a type by their names in lower case, with the type that has each.
    pub(super) fn all_members(&self, ours: &str, depth: usize) -> BTreeMap<String, (String, String, Json)> {
        let mut out = BTreeMap::new();
        let Some(known) = self.types.get(ours).filter(|_| depth < 16) else { return out };
        for base in known.node.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            out.extend(self.all_members(&named(base).unwrap_or_default(), depth + 1));
        }
        let own = known.node.get("properties").and_then(Json::as_object).into_iter().flatten();
        out.extend(own.map(|(name, json)| (name.to_lowercase(), (ours.to_owned(), name.clone(), json.clone()))));
        out
    }

    pub(super) fn only_here(&self) -> OnlyHere {
        let mut out = OnlyHere::default();
        let told: BTreeSet<&str> = self.document.operations.iter().map(|operation| operation.name.as_str()).collect();
        for (_, json) in self.files.iter() {
            let rows = json.get("operations").and_then(Json::as_array).into_iter().flatten();
            let names = rows.filter_map(|row| row.get("operation")?.as_str()).filter(|name| !told.contains(name));
            out.members.extend(names.map(|name| format!("operation {name}")));
        }
        out.members.sort();
        out
    }
}

/// The type that a node refers to.
pub(super) fn named(json: &Json) -> Option<String> {
    json.get("$ref").and_then(Json::as_str).and_then(|reference| reference.rsplit('/').next()).map(str::to_owned)
}

/// The values that a document lists for a text.
pub(super) fn listed(json: &Json) -> Vec<String> {
    let known = super::document::texts(json.get("x-zstack-known-values"));
    if known.is_empty() { super::document::texts(json.get("enum")) } else { known }
}
