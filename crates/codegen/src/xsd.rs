//! The XSD front end: Enterprise Manager's types.
//!
//! The form is a small part of XSD 1.0, and whatever lies outside it is refused, so that nothing in a schema is
//! silently without effect. A schema holds:
//!
//! - `xs:element name type`: a document root. Its type takes the element's name in Rust.
//! - `xs:complexType name [abstract]`: a struct, of `xs:sequence` or `xs:all` with `xs:element name type [minOccurs]
//!   [maxOccurs]`, of `xs:attribute name type [use]`, of `xs:complexContent/xs:extension` (the base's fields come
//!   first) or of `xs:simpleContent/xs:extension` (an element with text, which becomes the field `Value`). An abstract
//!   type is only a base.
//! - `xs:simpleType name` with `xs:restriction base="xs:string"`: an enum when it lists `xs:enumeration`s. Without them
//!   it is one of the four texts that have a kind of their own: `UidType`, `GuidType` and `HierarchyObjRefType` are
//!   ids, `PasswordType` is a secret.
//! - `xs:annotation` with `xs:documentation`, our own words, and `xs:appinfo`, what XSD has no word for, in the
//!   namespace `urn:backhaul:schema` (`b`):
//!
//! | keyword | stands in | meaning |
//! | --- | --- | --- |
//! | `b:family name` | the schema itself | the types that follow, up to the next one, are generated in this module; its documentation is the module's |
//! | `b:type rust` | a type | its name in Rust, where the rule below gives a bad or a taken one |
//! | `b:type aliases` | a type | more names that the vendor gives it, between spaces |
//! | `b:type formerly` | a type | names that it had in Rust before, between spaces: they stay, deprecated |
//! | `b:type keep-unknown="true"` | a struct | fields that it does not know are kept and written back |
//! | `b:json name` | an element | its name in JSON; on the item of a list type, the name of the array |
//! | `b:json bare` | the item of a list type | `true`: JSON has the array without the object around it; `false`: with it |
//!
//! | `b:api since, until` | a type, an element, an attribute, a value | the first and the last version of the API that has it: `1.8` |
//! | `b:bounds` | an element, an attribute | bounds by the names of XML Schema's facets; told in the documentation, checked by nobody |
//!
//! Names: a type is called after its document root; without one, after itself, less `EntityType` or `Type` at the end.
//! Its name in the schema is the vendor's wherever the vendor's is known and then becomes an alias; a name that we
//! chose has no such end.
//!
//! Lists: a type without attributes whose one element repeats is a list type. An element of a list type is a wrapper
//! and becomes one list; no struct is generated unless the list type is a document root. JSON keeps the wrapper as an
//! object whose one member is named after the item with an `s`; a list of plain texts is a bare array there. An element
//! that repeats by itself is an array named with an `s`.

mod element;
mod fields;
mod schema;

pub(crate) use element::{OURS, TARGET, XSD};
use roxmltree::Document;
pub(crate) use schema::plain;

use crate::error::{Result, SchemaError};
use crate::ir::{TypeShape, Types, Versions};

/// Reads the types of a schema. `path` is its place below `schemas/`.
///
/// # Errors
/// When the text is not XML, or breaks a rule of the form: a construct outside the subset, a reference to nothing, a
/// name that stands twice.
pub fn read(path: &str, text: &str) -> Result<Types> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.pos();
        SchemaError::new(path, format!("{}:{}", at.row, at.col), format!("not XML: {error}"))
    })?;
    let root = element::Element::new(path, document.root_element());
    let schema = schema::Schema::read(root)?;
    let mut types = Types { types: schema.types()?, titles: schema.titles };
    types.box_recursion();
    Ok(types)
}

/// Puts the versions of what only some have into its documentation. Requests to Enterprise Manager name no version, so
/// nothing checks them: the session speaks the one that was chosen at logon.
pub fn tell_versions(types: &mut Types) {
    let tell = |doc: &mut String, versions: &mut Versions| {
        let range = match (versions.since, versions.until) {
            (None, None) => return,
            (Some(since), None) => format!("1.{since} and later"),
            (None, Some(until)) => format!("up to 1.{until}"),
            (Some(since), Some(until)) => format!("1.{since} to 1.{until}"),
        };
        *doc = if doc.is_empty() { format!("Version {range}.") } else { format!("{doc} (version {range})") };
        *versions = Versions::default();
    };
    for ty in &mut types.types {
        tell(&mut ty.doc, &mut ty.versions);
        match &mut ty.shape {
            TypeShape::Struct(body) => {
                body.fields.iter_mut().for_each(|field| tell(&mut field.doc, &mut field.versions));
            }
            TypeShape::Enum(values) => values.iter_mut().for_each(|value| tell(&mut value.doc, &mut value.versions)),
            TypeShape::Union(_) => {}
        }
    }
}
