//! The form of `schemas/em/queries.json`: what can be queried, and where a record keeps what a filter speaks of.
//!
//! A filter field is not a field of the entity: `Disabled` is the opposite of `Enabled`, `BackupServerName` is the name
//! of a link, and some words only the server understands. Every [`Source`] is checked against the entity's type, so
//! that no filter looks for a field that is not there.
//!
//! The form is itself a JSON Schema, made from these types with schemars (`schemas/forms/queries.schema.json`).

mod sources;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Result;
use crate::ir::Types;

/// The query types of a system.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queries {
    /// The query types.
    pub types: Vec<QueryType>,
}

/// A type that can be queried.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryType {
    /// Its name in a query, as the vendor writes it.
    #[serde(rename = "type")]
    pub name: String,
    /// The member of `QueryResult` that holds its list.
    pub bucket: String,
    /// Its list in the bucket.
    pub list: String,
    /// The type of the list's items.
    pub entity: String,
    /// The fields that a filter may use, in the vendor's order.
    pub params: Vec<Param>,
}

/// A field that a filter may use.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name in a filter, as the vendor writes it.
    pub name: String,
    /// What its values are.
    pub kind: ParamKind,
    /// The values of an enum, lowest first: the server compares them by their place in this list.
    #[serde(default)]
    pub values: Vec<String>,
    /// Where a record keeps the value.
    pub source: Source,
    /// What it means, in our own words.
    #[serde(default)]
    pub description: String,
}

/// What the values of a filter field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ParamKind {
    /// Any text; a reference to an object of a hypervisor, too.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Int64,
    /// A number.
    Double,
    /// A moment.
    DateTime,
    /// An identifier: a GUID, or a URN that ends in one.
    UidType,
    /// One of a list of words, compared by place in the list.
    Enum,
}

/// Where a record keeps the value of a filter field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// In a field: XML names with dots between them, such as `RepositoryQuota.QuotaMb`.
    Field(String),
    /// In a boolean field that says the opposite.
    Not(String),
    /// In an attribute of the entity's own element.
    Attribute(String),
    /// In the name on the link of this type. `BackupServer` also means `BackupServerReference`.
    LinkName(String),
    /// In the identifier at the end of the link of this type. `BackupServer` also means `BackupServerReference`.
    LinkId(String),
    /// Nowhere: only the server knows.
    ServerOnly,
}

/// Reads a file of query types and checks it against the system's types. `path` is its place below `schemas/`.
///
/// # Errors
/// When the file breaks a rule of the form, or names a type or a field that the types do not have.
pub fn read(path: &str, text: &str, types: &Types) -> Result<Queries> {
    let queries: Queries = crate::error::from_json(path, crate::error::parse(path, text)?)?;
    sources::Check { path, types }.all(&queries)?;
    Ok(queries)
}
