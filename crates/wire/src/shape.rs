//! What a generated type is, as static data.
//!
//! Shapes are emitted by `cargo xtask codegen` and only read at run time: by the codecs, by the command's `types` verb,
//! by the simulator. They refer to each other by reference, so a walk over a whole body needs no registry.

use crate::reflect::Known;
use crate::version::{ApiVersion, Versions};

/// A struct type: its schema name and its fields, in wire order.
#[derive(Debug)]
pub struct Shape {
    /// The type's name in our schemas, which is also its Rust name.
    pub name: &'static str,
    /// Names that vendors' documents give the same type.
    pub aliases: &'static [&'static str],
    /// The XML root element, when the type can be a document.
    pub root: Option<&'static str>,
    /// The fields, in the order in which XML wants them.
    pub fields: &'static [Field],
    /// The field that takes a body which is a bare array instead of an object (VB365 turned arrays into pages in v8).
    pub bare_list: Option<u16>,
    /// The field that names the class of each object by its place in the body, such as `inventories[0]` (ZStack). The
    /// class says which kind of a union an object is, whatever its tag says.
    pub classes: Option<u16>,
    /// Whether it is also written as that bare array.
    pub written_bare: bool,
    /// What tells its kinds apart, when a value of it is one of several structs.
    pub union: Option<&'static UnionShape>,
    /// The API versions that have the type.
    pub versions: Versions,
}

impl Shape {
    /// A struct type; the generated code sets the rest with the methods below.
    #[must_use]
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            aliases: &[],
            root: None,
            fields,
            bare_list: None,
            classes: None,
            written_bare: false,
            union: None,
            versions: Versions::ALL,
        }
    }

    /// Sets the vendors' other names.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets the XML root element.
    #[must_use]
    pub const fn root(mut self, root: &'static str) -> Self {
        self.root = Some(root);
        self
    }

    /// Sets the field that takes a bare array.
    #[must_use]
    pub const fn bare_list(mut self, index: u16) -> Self {
        self.bare_list = Some(index);
        self
    }

    /// Sets the field that names classes.
    #[must_use]
    pub const fn classes(mut self, index: u16) -> Self {
        self.classes = Some(index);
        self
    }

    /// Has the list written as a bare array, too.
    #[must_use]
    pub const fn written_bare(mut self) -> Self {
        self.written_bare = true;
        self
    }

    /// Makes it a union: its fields are those that any kind has.
    #[must_use]
    pub const fn union(mut self, union: &'static UnionShape) -> Self {
        self.union = Some(union);
        self
    }

    /// Sets the first API version that has the type.
    #[must_use]
    pub const fn since(mut self, version: u8) -> Self {
        self.versions.since = ApiVersion::new(version);
        self
    }

    /// Sets the last API version that has the type.
    #[must_use]
    pub const fn until(mut self, version: u8) -> Self {
        self.versions.until = ApiVersion::new(version);
        self
    }

    /// Whether unknown members that are null are kept, too: of unknown kinds of a union, and of bodies with no fields
    /// of their own, such as VB365's actions (`{"start": null}`).
    pub(crate) fn keeps_nulls(&self) -> bool {
        self.union.is_some() || self.fields.is_empty()
    }

    /// Whether this is the name of an XML document of this type; letter case is ignored.
    #[must_use]
    pub fn is_document(&self, name: &str) -> bool {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        self.root.is_some_and(|root| is(root) || is(self.name))
    }

    /// The index of the field with this wire or JSON name; letter case is ignored when no name fits exactly.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|f| f.wire == name || f.json == name);
        exact.or_else(|| {
            self.fields.iter().position(|f| f.wire.eq_ignore_ascii_case(name) || f.json.eq_ignore_ascii_case(name))
        })
    }
}

/// What tells the kinds of a union apart.
#[derive(Debug)]
pub struct UnionShape {
    /// The JSON name of the field that names the kind, where there is one.
    pub tag: Option<&'static str>,
    /// The kinds, in schema order.
    pub variants: &'static [Variant],
}

/// One kind of a union.
#[derive(Debug)]
pub struct Variant {
    /// The struct.
    pub shape: &'static Shape,
    /// The values of the tag that mean this kind. One of them also covers those that go on after a dot: `IPM.Note` is
    /// `IPM.Note.SMIME`, too.
    pub tags: &'static [&'static str],
}

/// One field of a struct type.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The XML name, or the JSON name where the system speaks only JSON.
    pub wire: &'static str,
    /// The JSON name, in the letter case of the schema.
    pub json: &'static str,
    /// The name of a list's items inside their XML wrapper; `None` when items repeat without a wrapper.
    pub item: Option<&'static str>,
    /// The name of the array inside the JSON wrapper; `None` when the array stands without one.
    pub json_item: Option<&'static str>,
    /// What a single value is.
    pub kind: Kind,
    /// How many values there may be.
    pub repeat: Repeat,
    /// Whether its place also takes an explicit null ([`Edit`](crate::Edit)).
    pub edit: bool,
    /// Where XML puts it.
    pub place: Place,
    /// Whether a request must carry it.
    pub required: bool,
    /// The versions that want it in a request, of those that have it.
    pub required_in: Versions,
    /// Whether the vendor's documents only suggest its type: a value of another type is kept as it came, and no error.
    pub uncertain: bool,
    /// The API versions that have it.
    pub versions: Versions,
}

impl Field {
    /// A field with one optional value; the generated code sets the rest with the methods below.
    #[must_use]
    pub const fn new(wire: &'static str, kind: Kind) -> Self {
        Self {
            wire,
            json: wire,
            item: None,
            json_item: None,
            kind,
            repeat: Repeat::One,
            edit: false,
            place: Place::Element,
            required: false,
            required_in: Versions::ALL,
            uncertain: false,
            versions: Versions::ALL,
        }
    }

    /// A field with a value, an explicit null, or nothing.
    #[must_use]
    pub const fn edit(wire: &'static str, kind: Kind) -> Self {
        let mut field = Self::new(wire, kind);
        field.edit = true;
        field
    }

    /// A field that repeats.
    #[must_use]
    pub const fn list(wire: &'static str, kind: Kind) -> Self {
        let mut field = Self::new(wire, kind);
        field.repeat = Repeat::List;
        field
    }

    /// A field that maps names to values.
    #[must_use]
    pub const fn map(wire: &'static str, kind: Kind) -> Self {
        let mut field = Self::new(wire, kind);
        field.repeat = Repeat::Map;
        field
    }

    /// Sets the JSON name.
    #[must_use]
    pub const fn json(mut self, json: &'static str) -> Self {
        self.json = json;
        self
    }

    /// Sets the name of a list's items inside their XML wrapper.
    #[must_use]
    pub const fn item(mut self, item: &'static str) -> Self {
        self.item = Some(item);
        self
    }

    /// Sets the name of the array inside its JSON wrapper.
    #[must_use]
    pub const fn json_item(mut self, json_item: &'static str) -> Self {
        self.json_item = Some(json_item);
        self
    }

    /// Makes it an XML attribute.
    #[must_use]
    pub const fn attribute(mut self) -> Self {
        self.place = Place::Attribute;
        self
    }

    /// Makes it the XML element's text.
    #[must_use]
    pub const fn text(mut self) -> Self {
        self.place = Place::Text;
        self
    }

    /// Marks its type as a guess.
    #[must_use]
    pub const fn uncertain(mut self) -> Self {
        self.uncertain = true;
        self
    }

    /// Marks it as required in requests.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Marks it as required in requests to this version and later ones.
    #[must_use]
    pub const fn required_since(mut self, version: u8) -> Self {
        self.required = true;
        self.required_in.since = ApiVersion::new(version);
        self
    }

    /// Marks it as required in requests to this version and earlier ones.
    #[must_use]
    pub const fn required_until(mut self, version: u8) -> Self {
        self.required = true;
        self.required_in.until = ApiVersion::new(version);
        self
    }

    /// Whether a request to a version of the API must carry it.
    #[must_use]
    pub fn is_required_in(&self, version: Option<ApiVersion>) -> bool {
        self.required && self.versions.contains(version) && self.required_in.contains(version)
    }

    /// Sets the first API version that has it.
    #[must_use]
    pub const fn since(mut self, version: u8) -> Self {
        self.versions.since = ApiVersion::new(version);
        self
    }

    /// Sets the last API version that has it.
    #[must_use]
    pub const fn until(mut self, version: u8) -> Self {
        self.versions.until = ApiVersion::new(version);
        self
    }
}

/// What a single value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A 64-bit signed integer.
    Int,
    /// A double.
    Float,
    /// Text.
    Text,
    /// An identifier: a GUID, a 32-hex uuid, a URN, or joined GUIDs.
    Id,
    /// A date, a time or both, in any of the vendors' forms.
    DateTime,
    /// A password or key.
    Secret,
    /// Any JSON value.
    Json,
    /// One of a list of names.
    Enum(&'static EnumShape),
    /// A nested struct.
    Struct(&'static Shape),
}

impl Kind {
    /// The name that `backhaul types` prints: `integer`, `text`, or the nested type's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Float => "number",
            Self::Text => "text",
            Self::Id => "id",
            Self::DateTime => "datetime",
            Self::Secret => "secret",
            Self::Json => "any",
            Self::Enum(shape) => shape.name,
            Self::Struct(shape) => shape.name,
        }
    }
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
    /// An attribute of the struct's own element.
    Attribute,
    /// The text of the struct's own element.
    Text,
}

/// An enum type: its name and its values, in index order.
#[derive(Debug)]
pub struct EnumShape {
    /// The type's name in our schemas, which is also its Rust name.
    pub name: &'static str,
    /// Names that vendors' documents give the same type.
    pub aliases: &'static [&'static str],
    /// The values, in declared order: Enterprise Manager compares them by it.
    pub values: &'static [EnumValue],
}

impl EnumShape {
    /// The text of a value, by its index or as it came.
    #[inline(never)] // called from the generated code of every enum type
    pub(crate) fn text<'a>(&self, value: Known<'a>) -> &'a str {
        match value {
            Known::Listed(index) => self.values.get(index).map_or("", |value| value.name),
            Known::Other(unknown) => unknown.as_str(),
        }
    }

    /// The index of a value; letter case is ignored when no name fits exactly.
    #[must_use]
    #[inline(never)] // called from the generated code of every enum type
    pub fn index_of(&self, text: &str) -> Option<usize> {
        self.values
            .iter()
            .position(|v| v.name == text)
            .or_else(|| self.values.iter().position(|v| v.name.eq_ignore_ascii_case(text)))
    }
}

/// One value of an enum type.
#[derive(Debug, Clone, Copy)]
pub struct EnumValue {
    /// The value as on the wire.
    pub name: &'static str,
    /// The API versions that have it.
    pub versions: Versions,
}

impl EnumValue {
    /// A value that every version has.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, versions: Versions::ALL }
    }

    /// Sets the first API version that has it.
    #[must_use]
    pub const fn since(mut self, version: u8) -> Self {
        self.versions.since = ApiVersion::new(version);
        self
    }

    /// Sets the last API version that has it.
    #[must_use]
    pub const fn until(mut self, version: u8) -> Self {
        self.versions.until = ApiVersion::new(version);
        self
    }
}
