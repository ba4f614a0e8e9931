use heck::ToUpperCamelCase;
use serde_json::{Map, Value as Json};

use super::{File, Index};
use crate::emit::{field_clash, value_clash};
use crate::error::{Result, SchemaError};
use crate::ir::{Field, Kind, Place, Repeat, SECRETS, Struct, Type, TypeShape, Value, Versions, is_type_name};

/// How far references may lead on: more is a circle.
const MAX_DEPTH: usize = 32;

/// What a schema describes, told by the keywords that it has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Reference,
    Enum,
    Struct,
    Union,
    List,
    Map,
    Scalar,
}

impl Form {
    fn of(object: &Map<String, Json>) -> Self {
        let has = |key: &str| object.contains_key(key);
        if has("$ref") {
            Self::Reference
        } else if has("enum") {
            Self::Enum
        } else if has("anyOf") {
            Self::Union
        } else if ["properties", "allOf", "required", "x-bare-list", "x-keep-unknown", "x-keep-null"]
            .iter()
            .any(|key| has(key))
        {
            Self::Struct
        } else if has("items") || object.get("type").is_some_and(|name| name == "array") {
            Self::List
        } else if has("additionalProperties") {
            Self::Map
        } else {
            Self::Scalar
        }
    }

    /// The keywords that say something in this form, beside those of every schema.
    fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Reference => &["$ref", "x-nullable"],
            Self::Union => &["anyOf", "discriminator"],
            Self::Enum => &["type", "enum", "x-values"],
            Self::Struct => &[
                "type",
                "properties",
                "required",
                "allOf",
                "x-bare-list",
                "x-keep-unknown",
                "x-keep-null",
                "minProperties",
                "maxProperties",
            ],
            Self::List => &["type", "items", "minItems", "maxItems"],
            Self::Map => &["type", "additionalProperties", "minProperties", "maxProperties"],
            Self::Scalar => {
                &["type", "format", "x-nullable", "minLength", "maxLength", "pattern", "minimum", "maximum", "default"]
            }
        }
    }
}

/// What every schema may say.
const COMMON: &[&str] =
    &["description", "x-since", "x-until", REQUIRED_SINCE, REQUIRED_UNTIL, "x-sources", "x-evidence", "x-uncertain"];

/// The first version that wants a property in a request, where older ones have it and do not.
pub(crate) const REQUIRED_SINCE: &str = "x-required-since";
pub(crate) const REQUIRED_UNTIL: &str = "x-required-until";

/// Bounds that a value must keep: nothing checks them here, the documentation says them.
const BOUNDS: [(&str, &str); 9] = [
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("pattern", "of the form `{}`"),
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("minProperties", "at least {} members"),
    ("maxProperties", "at most {} members"),
];

/// Bounds that stand in order.
const RANGES: [(&str, &str); 4] =
    [("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];

/// Reads the definitions of one file into types.
pub(super) struct Reader<'a> {
    pub(super) file: &'a File,
    pub(super) index: &'a Index<'a>,
    pub(super) out: &'a mut Vec<Type>,
    /// How many references led here.
    pub(super) depth: usize,
}

impl Reader<'_> {
    /// A reader for what a reference leads to, in the file where that stands.
    fn there<'r>(&'r mut self, file: &'r File, pointer: &str) -> Result<Reader<'r>> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(pointer, "the references go in a circle"));
        }
        Ok(Reader { file, index: self.index, out: &mut *self.out, depth: self.depth + 1 })
    }

    pub(super) fn error(&self, pointer: &str, rule: impl Into<String>) -> SchemaError {
        SchemaError::new(&self.file.path, pointer, rule)
    }

    pub(super) fn definition(&mut self, name: &str, json: &Json, pointer: &str) -> Result<()> {
        let object = self.schema(json, pointer, &["x-aliases", "x-formerly"])?;
        if !is_type_name(name) {
            return Err(
                self.error(pointer, format!("`{name}` is not a type name: use UpperCamelCase letters and digits"))
            );
        }
        let shape = match Form::of(object) {
            Form::Enum => TypeShape::Enum(self.values(object, pointer)?),
            Form::Struct => TypeShape::Struct(self.structure(name, object, pointer)?),
            Form::Union => TypeShape::Union(self.union(object, pointer)?),
            Form::Scalar if object.get("type").is_none_or(|name| name == "object") => {
                TypeShape::Struct(Struct::default())
            }
            Form::Reference => return Err(self.error(&format!("{pointer}/$ref"), "a definition is no mere reference")),
            // A named scalar, list or map: it is read where it is referred to.
            Form::Scalar | Form::List | Form::Map => return Ok(()),
        };
        let ty = Type {
            name: name.to_owned(),
            family: self.file.family().to_owned(),
            source: format!("schemas/{}#{pointer}", self.file.path),
            doc: documented(object),
            aliases: self.texts(object, "x-aliases", pointer)?,
            formerly: self.texts(object, "x-formerly", pointer)?,
            versions: self.versions(object, pointer)?,
            evidence: self.evidence(object, pointer)?,
            shape,
        };
        self.out.push(ty);
        Ok(())
    }

    fn structure(&mut self, name: &str, object: &Map<String, Json>, pointer: &str) -> Result<Struct> {
        let mut fields = Vec::new();
        self.fields(name, object, pointer, &mut fields)?;
        if self.flag(object, "x-keep-null", pointer)? {
            for field in fields.iter_mut().filter(|field| field.repeat == Repeat::One) {
                field.edit = object
                    .get("properties")
                    .and_then(|properties| properties.get(&field.wire))
                    .and_then(Json::as_object)
                    .is_some_and(nullable);
            }
        }
        let required = self.texts(object, "required", pointer)?;
        for wanted in &required {
            match fields.iter_mut().find(|field| field.wire == *wanted) {
                Some(field) if field.required_in != Versions::default() => {
                    let by = if field.required_in.since.is_some() { REQUIRED_SINCE } else { REQUIRED_UNTIL };
                    let rule = format!("`{wanted}` is required in some versions alone, by `{by}`: not here, too");
                    return Err(self.error(&format!("{pointer}/required"), rule));
                }
                Some(field) => field.required = true,
                None => {
                    return Err(self.error(&format!("{pointer}/required"), format!("`{wanted}` is not a property")));
                }
            }
        }
        let bare_list = match object.get("x-bare-list") {
            None => None,
            Some(wanted) => {
                let found = fields.iter().position(|f| *wanted == f.wire.as_str() && f.repeat == Repeat::List);
                let pointer = format!("{pointer}/x-bare-list");
                Some(found.ok_or_else(|| self.error(&pointer, "`x-bare-list` names a property that is a list"))?)
            }
        };
        // Every generated type keeps what it does not know; the mark says for which of them that matters.
        self.flag(object, "x-keep-unknown", pointer)?;
        Ok(Struct { root: None, fields, bare_list })
    }

    /// The properties of a struct, those of what it extends (`allOf`) first.
    fn fields(&mut self, name: &str, object: &Map<String, Json>, pointer: &str, out: &mut Vec<Field>) -> Result<()> {
        if let Some(bases) = object.get("allOf") {
            let pointer = format!("{pointer}/allOf");
            let bases = bases.as_array().ok_or_else(|| self.error(&pointer, "`allOf` is a list of references"))?;
            for (i, base) in bases.iter().enumerate() {
                let pointer = format!("{pointer}/{i}");
                let reference = base.get("$ref").and_then(Json::as_str).unwrap_or_default();
                let Some(base) = self.index.follow(self.file, reference) else {
                    return Err(self.error(&pointer, "`allOf` lists references to definitions that exist"));
                };
                let object =
                    base.json.as_object().ok_or_else(|| self.error(&pointer, "the definition is not an object"))?;
                let mut there = self.there(base.file, &pointer)?;
                there.fields(name, object, &format!("/$defs/{}", base.name), out)?;
            }
        }
        let Some(properties) = object.get("properties") else {
            return Ok(());
        };
        let pointer = format!("{pointer}/properties");
        let properties = properties.as_object().ok_or_else(|| self.error(&pointer, "`properties` is an object"))?;
        for (wire, json) in properties {
            let pointer = format!("{pointer}/{}", wire.replace('~', "~0").replace('/', "~1"));
            let field = self.field(name, wire, json, &pointer)?;
            if let Some(rule) = field_clash(out, &field) {
                return Err(self.error(&pointer, rule));
            }
            out.push(field);
        }
        Ok(())
    }

    fn field(&mut self, owner: &str, wire: &str, json: &Json, pointer: &str) -> Result<Field> {
        let object = self.schema(json, pointer, &[])?;
        let (kind, repeat) = self.kind(&format!("{owner}{}", wire.to_upper_camel_case()), object, pointer)?;
        Ok(Field {
            wire: wire.to_owned(),
            json: wire.to_owned(),
            item: None,
            json_item: None,
            doc: documented(object),
            kind,
            repeat,
            place: Place::Element,
            required: [REQUIRED_SINCE, REQUIRED_UNTIL].iter().any(|key| object.contains_key(*key)),
            required_in: self.range(object, [REQUIRED_SINCE, REQUIRED_UNTIL], pointer)?,
            versions: self.versions(object, pointer)?,
            boxed: false,
            edit: false,
            uncertain: self.flag(object, "x-uncertain", pointer)?,
        })
    }

    /// What a property, an item or a parameter holds. `name` is for an enum that stands inline.
    pub(super) fn kind(&mut self, name: &str, object: &Map<String, Json>, pointer: &str) -> Result<(Kind, Repeat)> {
        if let Some(reference) = object.get("$ref") {
            return self.reference(reference.as_str().unwrap_or_default(), &format!("{pointer}/$ref"));
        }
        if object.contains_key("enum") {
            self.out.push(Type {
                name: name.to_owned(),
                family: self.file.family().to_owned(),
                source: format!("schemas/{}#{pointer}", self.file.path),
                doc: text(object, "description"),
                aliases: Vec::new(),
                formerly: Vec::new(),
                versions: self.versions(object, pointer)?,
                evidence: Vec::new(),
                shape: TypeShape::Enum(self.values(object, pointer)?),
            });
            return Ok((Kind::Enum(name.to_owned()), Repeat::One));
        }
        let kind = match (self.type_name(object, pointer)?, object.get("format").and_then(Json::as_str)) {
            ("string", None | Some("byte")) => Kind::Text,
            ("string", Some("uuid" | "id")) => Kind::Id,
            ("string", Some("date-time" | "zstack-timestamp")) => Kind::DateTime,
            ("string", Some("password")) => Kind::Secret,
            ("boolean", None) => Kind::Bool,
            ("integer", None | Some("int32" | "int64")) => Kind::Int,
            ("number", None | Some("double" | "float")) => Kind::Float,
            ("array", None) => return self.inner(name, object, "items", Repeat::List, pointer),
            ("object", None) if object.contains_key("additionalProperties") => {
                return self.inner(name, object, "additionalProperties", Repeat::Map, pointer);
            }
            ("object" | "", None) => Kind::Json,
            (name, format) => {
                let format = format.unwrap_or_default();
                return Err(self.error(pointer, format!("no such type and format: `{name}` with `{format}`")));
            }
        };
        Ok((kind, Repeat::One))
    }

    /// The items of a list, or the values of a map.
    fn inner(
        &mut self,
        name: &str,
        object: &Map<String, Json>,
        member: &str,
        repeat: Repeat,
        pointer: &str,
    ) -> Result<(Kind, Repeat)> {
        let pointer = format!("{pointer}/{member}");
        let Some(inner) = object.get(member) else {
            return Err(self.error(&pointer, format!("a list needs `{member}`")));
        };
        if *inner == Json::Bool(true) {
            return Ok((Kind::Json, repeat));
        }
        let inner = self.schema(inner, &pointer, &[])?;
        let (kind, nested) = self.kind(&format!("{name}Item"), inner, &pointer)?;
        if kind == Kind::Secret {
            return Err(self.error(&pointer, SECRETS));
        }
        let plain = matches!(kind, Kind::Text | Kind::Json | Kind::Struct(_));
        match nested {
            Repeat::One if repeat == Repeat::List || plain => Ok((kind, repeat)),
            // A list of lists, or a map of numbers, is kept as JSON.
            _ => Ok((Kind::Json, repeat)),
        }
    }

    fn reference(&mut self, reference: &str, pointer: &str) -> Result<(Kind, Repeat)> {
        let Some(target) = self.index.follow(self.file, reference) else {
            let rule = format!("`{reference}` refers to nothing: use `#/$defs/Name` or `file.json#/$defs/Name`");
            return Err(self.error(pointer, rule));
        };
        let name = target.name.to_owned();
        let object = target.json.as_object().ok_or_else(|| self.error(pointer, "the definition is not an object"))?;
        if object.contains_key("enum") {
            Ok((Kind::Enum(name), Repeat::One))
        } else if object.contains_key("additionalProperties") || object.get("type").is_some_and(|t| t != "object") {
            let mut there = self.there(target.file, pointer)?;
            there.kind(&name, object, &format!("/$defs/{name}"))
        } else {
            Ok((Kind::Struct(name), Repeat::One))
        }
    }

    /// `type`, where `[T, "null"]` is `T`: every field may be absent or null anyway.
    fn type_name<'j>(&self, object: &'j Map<String, Json>, pointer: &str) -> Result<&'j str> {
        match object.get("type") {
            None => Ok(""),
            Some(Json::String(name)) => Ok(name),
            Some(Json::Array(names)) => {
                let mut real = names.iter().filter_map(Json::as_str).filter(|name| *name != "null");
                match (real.next(), real.next()) {
                    (Some(name), None) => Ok(name),
                    _ => Err(self.error(&format!("{pointer}/type"), "`type` lists one type and `null`")),
                }
            }
            Some(_) => Err(self.error(&format!("{pointer}/type"), "`type` is a name, or a list of a name and `null`")),
        }
    }

    fn values(&self, object: &Map<String, Json>, pointer: &str) -> Result<Vec<Value>> {
        let names = self.texts(object, "enum", pointer)?;
        let marks = match object.get("x-values") {
            None => None,
            Some(Json::Object(marks)) => Some(marks),
            Some(_) => return Err(self.error(&format!("{pointer}/x-values"), "`x-values` is an object of values")),
        };
        for (name, _) in marks.into_iter().flatten() {
            if !names.contains(name) {
                return Err(self.error(&format!("{pointer}/x-values/{name}"), "not a value of the enum"));
            }
        }
        let mut values: Vec<Value> = Vec::new();
        for name in names {
            let mark_pointer = format!("{pointer}/x-values/{name}");
            let mark = match marks.and_then(|marks| marks.get(&name)) {
                None => &Map::new(),
                Some(mark) => self.object(mark, &mark_pointer, &["description", "x-since", "x-until"])?,
            };
            if let Some(rule) = value_clash(&values, &name) {
                return Err(self.error(&format!("{pointer}/enum"), rule));
            }
            values.push(Value { doc: text(mark, "description"), versions: self.versions(mark, &mark_pointer)?, name });
        }
        Ok(values)
    }

    /// A schema: an object with the keywords of its form, those in `more` (of definitions), and no others.
    fn schema<'j>(&self, json: &'j Json, pointer: &str, more: &[&str]) -> Result<&'j Map<String, Json>> {
        let mut form = json.as_object().map_or(Form::Scalar, Form::of);
        let is_definition = !more.is_empty();
        let says_array = json.get("type").is_none_or(|name| name == "array" || name.is_array());
        // A struct has a name, so it is a definition; and only an array has items.
        if form == Form::Struct && !is_definition || form == Form::List && !says_array {
            form = Form::Scalar;
        }
        let object = self.object(json, pointer, &[COMMON, form.keywords(), more].concat())?;
        for (least, most) in RANGES {
            let bound = |key: &str| object.get(key).and_then(Json::as_f64);
            if let (Some(from), Some(to)) = (bound(least), bound(most))
                && from > to
            {
                let rule = format!("`{most}` ({to}) lies below `{least}` ({from}): no value could keep both");
                return Err(self.error(&format!("{pointer}/{most}"), rule));
            }
        }
        for key in ["description", "format"] {
            if object.get(key).is_some_and(|value| !value.is_string()) {
                return Err(self.error(&format!("{pointer}/{key}"), format!("`{key}` is a text")));
            }
        }
        Ok(object)
    }

    pub(super) fn object<'j>(&self, json: &'j Json, pointer: &str, known: &[&str]) -> Result<&'j Map<String, Json>> {
        let object = json.as_object().ok_or_else(|| self.error(pointer, "an object is expected here"))?;
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(self.error(&format!("{pointer}/{key}"), format!("the keyword `{key}` has no meaning here")))
            }
            None => Ok(object),
        }
    }

    fn texts(&self, object: &Map<String, Json>, key: &str, pointer: &str) -> Result<Vec<String>> {
        let rule = || self.error(&format!("{pointer}/{key}"), format!("`{key}` is a list of texts"));
        match object.get(key) {
            None => Ok(Vec::new()),
            Some(Json::Array(list)) => list.iter().map(|v| v.as_str().map(str::to_owned).ok_or_else(rule)).collect(),
            Some(_) => Err(rule()),
        }
    }

    fn flag(&self, object: &Map<String, Json>, key: &str, pointer: &str) -> Result<bool> {
        match object.get(key) {
            None => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(self.error(&format!("{pointer}/{key}"), format!("`{key}` is true or false"))),
        }
    }

    /// `x-evidence`: `{"3": "documented"}`.
    fn evidence(&self, object: &Map<String, Json>, pointer: &str) -> Result<Vec<(u8, String)>> {
        let rule = || self.error(&format!("{pointer}/x-evidence"), "`x-evidence` is an object of texts by version");
        match object.get("x-evidence") {
            None => Ok(Vec::new()),
            Some(Json::Object(marks)) => marks
                .iter()
                .map(|(version, mark)| {
                    let (version, mark) = (version.parse().ok(), mark.as_str());
                    version.zip(mark.map(str::to_owned)).ok_or_else(rule)
                })
                .collect(),
            Some(_) => Err(rule()),
        }
    }

    fn version(&self, object: &Map<String, Json>, key: &str, pointer: &str) -> Result<Option<u8>> {
        match object.get(key) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|v| u8::try_from(v).ok()).filter(|v| *v > 0) {
                Some(version) => Ok(Some(version)),
                None => Err(self.error(&format!("{pointer}/{key}"), format!("`{key}` is a version number"))),
            },
        }
    }

    pub(super) fn versions(&self, object: &Map<String, Json>, pointer: &str) -> Result<Versions> {
        self.range(object, ["x-since", "x-until"], pointer)
    }

    fn range(&self, object: &Map<String, Json>, [since, until]: [&str; 2], pointer: &str) -> Result<Versions> {
        let read = |key: &str| self.version(object, key, pointer);
        let versions = Versions { since: read(since)?, until: read(until)? };
        match (versions.since, versions.until) {
            (Some(first), Some(last)) if first > last => {
                Err(self.error(&format!("{pointer}/{until}"), format!("`{until}` lies before `{since}`")))
            }
            _ => Ok(versions),
        }
    }
}

/// Whether null is a value.
fn nullable(object: &Map<String, Json>) -> bool {
    let listed =
        object.get("type").and_then(Json::as_array).is_some_and(|names| names.iter().any(|name| name == "null"));
    listed || object.get("x-nullable").is_some_and(|flag| *flag == Json::Bool(true))
}

/// The description, and the bounds.
fn documented(object: &Map<String, Json>) -> String {
    let bounds = BOUNDS.iter().filter_map(|(key, words)| {
        let bound = object.get(*key)?;
        let bound = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
        Some(words.replace("{}", &bound))
    });
    let bounds: Vec<String> = bounds.collect();
    let mut text = text(object, "description");
    if let Some(default) = object.get("default") {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        text = format!("{text} `{default}` when left out.").trim_start().to_owned();
    }
    if bounds.is_empty() {
        return text;
    }
    format!("{text}\n\nHas {}.", bounds.join(", ")).trim_start().to_owned()
}

fn text(object: &Map<String, Json>, key: &str) -> String {
    object.get(key).and_then(Json::as_str).unwrap_or_default().trim().to_owned()
}
