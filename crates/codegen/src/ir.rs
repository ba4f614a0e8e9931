//! The one form that both front ends read into and all back ends render.

use std::collections::{BTreeMap, BTreeSet};

/// One system's types, in schema order.
#[derive(Debug, Clone, Default)]
pub struct Types {
    /// The types, by name in schema order; a name stands once per system.
    pub types: Vec<Type>,
    /// What each family is, as a sentence.
    pub titles: BTreeMap<String, String>,
}

impl Types {
    /// The type with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|t| t.name == name)
    }

    /// What a family is, as a sentence.
    #[must_use]
    pub fn title(&self, family: &str) -> String {
        self.titles.get(family).cloned().unwrap_or_else(|| format!("The family `{family}`."))
    }

    /// The types of each schema file, in file order.
    #[must_use]
    pub fn by_family(&self) -> BTreeMap<&str, Vec<&Type>> {
        let mut families: BTreeMap<&str, Vec<&Type>> = BTreeMap::new();
        for ty in &self.types {
            families.entry(&ty.family).or_default().push(ty);
        }
        families
    }

    /// The types that hold a secret, in themselves or further down.
    #[must_use]
    pub fn secretive(&self) -> BTreeSet<&str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        loop {
            let holds = |kind: &Kind| match kind {
                Kind::Secret => true,
                Kind::Struct(name) => found.contains(name.as_str()),
                _ => false,
            };
            let more = self.types.iter().filter(|ty| match &ty.shape {
                TypeShape::Struct(Struct { fields, .. }) | TypeShape::Union(Union { fields, .. })
                    if fields.iter().any(|field| holds(&field.kind)) =>
                {
                    true
                }
                TypeShape::Union(union) => union.variants.iter().any(|variant| found.contains(variant.ty.as_str())),
                _ => false,
            });
            let more: Vec<&str> = more.map(|ty| ty.name.as_str()).filter(|name| !found.contains(name)).collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    /// The types that fields which edit hold.
    #[must_use]
    pub fn edited(&self) -> BTreeSet<&str> {
        let structs = self.types.iter().filter_map(|ty| match &ty.shape {
            TypeShape::Struct(body) => Some(body),
            _ => None,
        });
        let fields = structs.flat_map(|body| &body.fields).filter(|field| field.edit);
        fields
            .filter_map(|field| match &field.kind {
                Kind::Enum(name) | Kind::Struct(name) => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Boxes the fields through which a type contains itself by value.
    pub fn box_recursion(&mut self) {
        let direct: BTreeMap<String, BTreeSet<String>> = self
            .types
            .iter()
            .filter_map(|ty| match &ty.shape {
                TypeShape::Struct(Struct { fields, .. }) => {
                    Some((ty.name.clone(), fields.iter().filter_map(Field::by_value).map(str::to_owned).collect()))
                }
                TypeShape::Union(union) => {
                    let kinds = union.variants.iter().map(|variant| variant.ty.clone());
                    let fields = union.fields.iter().filter_map(Field::by_value).map(str::to_owned);
                    Some((ty.name.clone(), kinds.chain(fields).collect()))
                }
                TypeShape::Enum(_) => None,
            })
            .collect();
        let reaches = |from: &str, to: &str| {
            let (mut todo, mut seen) = (vec![from], BTreeSet::new());
            while let Some(name) = todo.pop() {
                if name == to {
                    return true;
                }
                if seen.insert(name) {
                    todo.extend(direct.get(name).into_iter().flatten().map(String::as_str));
                }
            }
            false
        };
        for ty in &mut self.types {
            let (TypeShape::Struct(Struct { fields, .. }) | TypeShape::Union(Union { fields, .. })) = &mut ty.shape
            else {
                continue;
            };
            for field in fields {
                field.boxed = field.by_value().is_some_and(|target| reaches(target, &ty.name));
            }
        }
    }
}

/// Why no list or map holds secrets.
pub(crate) const SECRETS: &str = "a list or map of secrets would be one of plain texts, which anything prints: make its items \
     objects with one secret each";

/// Whether a name can be a type's, in the schemas and in Rust: UpperCamelCase letters and digits.
#[must_use]
pub fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A named type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Its name, in the schema and in Rust.
    pub name: String,
    /// The family it is generated with: the schema file's stem.
    pub family: String,
    /// Where it stands, such as `schemas/vb365/repositories.json#/$defs/BackupRepository`.
    pub source: String,
    /// What it is, in our own words.
    pub doc: String,
    /// Names that vendors' documents give it.
    pub aliases: Vec<String>,
    /// Names that it had in Rust before.
    pub formerly: Vec<String>,
    /// The API versions that have it.
    pub versions: Versions,
    /// How sure it is that versions which no vendor document describes have it, by version.
    pub evidence: Vec<(u8, String)>,
    /// Its inside.
    pub shape: TypeShape,
}

/// A range of API versions, both ends included; `None` leaves an end open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Versions {
    /// The first version.
    pub since: Option<u8>,
    /// The last version.
    pub until: Option<u8>,
}

/// A type's inside.
#[derive(Debug, Clone)]
pub enum TypeShape {
    /// Named fields.
    Struct(Struct),
    /// One of a list of names.
    Enum(Vec<Value>),
    /// One of several structs.
    Union(Union),
}

/// One of several structs.
#[derive(Debug, Clone, Default)]
pub struct Union {
    /// The field that names the kind, when there is one.
    pub tag: Option<String>,
    /// The kinds, in schema order.
    pub variants: Vec<Variant>,
    /// The fields that any kind has.
    pub fields: Vec<Field>,
    /// The JSON names of those that every kind has.
    pub shared: Vec<String>,
}

/// One kind of a union.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The struct.
    pub ty: String,
    /// The values of the tag that mean it.
    pub tags: Vec<String>,
    /// Whether it came after the others had been given their names in Rust.
    pub is_later: bool,
}

/// Named fields.
#[derive(Debug, Clone, Default)]
pub struct Struct {
    /// The XML root element, when it can be a document.
    pub root: Option<String>,
    /// The fields, in wire order.
    pub fields: Vec<Field>,
    /// The index of the field that takes a bare array body.
    pub bare_list: Option<usize>,
}

/// One name of an enum.
#[derive(Debug, Clone)]
pub struct Value {
    /// The text on the wire.
    pub name: String,
    /// What it means, in our own words; may be empty.
    pub doc: String,
    /// The API versions that have it.
    pub versions: Versions,
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The XML name, or the JSON name where the system speaks only JSON.
    pub wire: String,
    /// The JSON name.
    pub json: String,
    /// The name of a list's items inside an XML wrapper.
    pub item: Option<String>,
    /// The name of the array inside a JSON wrapper.
    pub json_item: Option<String>,
    /// What it is, in our own words; may be empty.
    pub doc: String,
    /// What a single value is.
    pub kind: Kind,
    /// How many values there may be.
    pub repeat: Repeat,
    /// Where XML puts it.
    pub place: Place,
    /// Whether a request must carry it.
    pub required: bool,
    /// The versions that want it in a request, of those that have it.
    pub required_in: Versions,
    /// The API versions that have it.
    pub versions: Versions,
    /// Whether it stands in a box, since its type contains itself.
    pub boxed: bool,
    /// Whether an explicit null is told from absence.
    pub edit: bool,
    /// Whether the documents only suggest its type, so that a value of another type is kept and no error.
    pub uncertain: bool,
}

impl Field {
    /// The struct that a value of this field holds by value.
    fn by_value(&self) -> Option<&str> {
        match (&self.kind, self.repeat) {
            (Kind::Struct(name), Repeat::One) => Some(name),
            _ => None,
        }
    }
}

/// What a single value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// An integer.
    Int,
    /// A double.
    Float,
    /// Text.
    Text,
    /// An identifier.
    Id,
    /// A date, a time or both.
    DateTime,
    /// A password or key.
    Secret,
    /// Any JSON value.
    Json,
    /// A named enum.
    Enum(String),
    /// A named struct.
    Struct(String),
}

/// How many values a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// None or one.
    One,
    /// Any number, in order.
    List,
    /// Any number, by name.
    Map,
}

/// Where XML puts a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A child element.
    Element,
    /// An attribute.
    Attribute,
    /// The element's own text.
    Text,
}

/// An operation, with its types resolved.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// The family it is generated with: the schema file's stem.
    pub family: String,
    /// Where it stands in the schemas.
    pub source: String,
    /// What it does, in our own words.
    pub doc: String,
    /// Names that older documents give it.
    pub aliases: Vec<String>,
    /// Names that its call had in Rust before.
    pub formerly: Vec<String>,
    /// The HTTP method.
    pub method: String,
    /// The path, as `ops` prints it.
    pub path: String,
    /// The API versions that have it.
    pub versions: Versions,
    /// Other paths that lead to it.
    pub also: Vec<String>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The request body.
    pub request: Option<Request>,
    /// The member of the body that wraps the request.
    pub wrapper: Option<String>,
    /// What the answer holds.
    pub response: Response,
    /// The versions that answer a listing with a bare array where the others answer with a page.
    pub bare: Option<Versions>,
    /// What older versions ask for and answer, where it is another type; the oldest first.
    pub older: Vec<OlderForm>,
    /// How sure it is that versions which no vendor document describes have it, by version.
    pub evidence: Vec<(u8, String)>,
    /// Whether the answer only starts the work.
    pub long_running: bool,
    /// Whether it needs no session.
    pub anonymous: bool,
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its type, or the type of its items; `None` for ids.
    pub ty: Option<String>,
    /// Whether it is a bare array.
    pub list: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What an operation asked for and answered up to some version.
#[derive(Debug, Clone)]
pub struct OlderForm {
    /// The last version with this form.
    pub until: u8,
    /// The request body.
    pub request: Option<Request>,
    /// What the answer holds.
    pub response: Response,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamPlace {
    /// Into the path.
    Path,
    /// Into the query string.
    Query,
    /// Into the body, beside the member that wraps the request.
    Body,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name on the wire.
    pub name: String,
    /// What it does, in our own words.
    pub doc: String,
    /// Where it goes.
    pub place: ParamPlace,
    /// What a value is.
    pub kind: Kind,
    /// Whether it may be given several times.
    pub list: bool,
    /// Whether it must be given.
    pub required: bool,
    /// The versions in which it must be given, of those that have it.
    pub required_in: Versions,
    /// The API versions that have it.
    pub versions: Versions,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Nothing.
    Empty,
    /// A body of this type.
    Body(String),
    /// A page of items of this type, in the system's own page form.
    Page(String),
    /// A reply with one `inventory` of this type (ZStack).
    Inventory(String),
    /// A reply with all `inventories` of this type (ZStack).
    Inventories(String),
    /// A list inside a body of this type, at this path (EM's queries).
    List(String, String),
    /// A body of the first type when the request asks for all fields, else of the second (EM).
    Forms(String, String),
    /// Bytes.
    Bytes,
}
