//! The form of `schemas/zstack/inventories.json`: which of ZStack's types can be asked for, and what a condition can
//! follow from one to another.
//!
//! A condition's fields are those of the type itself, so the file only says what the types do not: collections that can
//! be asked for, and joins. Names are checked against the types.
//!
//! The form is itself a JSON Schema, made from these types with schemars (`schemas/forms/inventories.schema.json`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::{Result, SchemaError, from_json};
use crate::ir::{Field, Kind, Repeat, Type, TypeShape, Types};

/// The types that can be asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventories {
    /// What is particular about each, by the name of its type.
    pub inventories: BTreeMap<String, Inventory>,
}

/// A type that can be asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Its name in ZQL, where that is not the type's in lower case.
    pub zql: Option<String>,
    /// The lists that a condition can speak of.
    #[serde(default)]
    pub lists: Vec<String>,
    /// The types that a condition can go on to, by the word that it writes before the dot.
    #[serde(default)]
    pub joins: BTreeMap<String, String>,
}

impl Inventories {
    /// Takes the file and checks it against the types. `path` is its place below `schemas/`.
    ///
    /// # Errors
    /// When it breaks a rule of the form, or names a type or a field that there is not.
    pub fn read(path: &str, json: serde_json::Value, types: &Types) -> Result<Self> {
        let all: Self = from_json(path, json)?;
        for (name, inventory) in &all.inventories {
            let wrong =
                |member: &str, rule: String| SchemaError::new(path, format!("/inventories/{name}{member}"), rule);
            let ty = types.get(name).ok_or_else(|| wrong("", format!("there is no type `{name}`")))?;
            for list in &inventory.lists {
                if !fields(ty).any(|field| field.wire == *list && field.repeat == Repeat::List) {
                    return Err(wrong("/lists", format!("`{name}` has no list `{list}`")));
                }
            }
            for (word, target) in &inventory.joins {
                if !all.inventories.contains_key(target) {
                    return Err(wrong(&format!("/joins/{word}"), format!("`{target}` is not among the inventories")));
                }
            }
        }
        Ok(all)
    }

    /// The kinds of a union that can be asked for, each with the value of the tag that says so.
    #[must_use]
    pub fn kinds<'t>(&self, ty: &'t Type) -> Vec<(&'t str, &'t str)> {
        let TypeShape::Union(union) = &ty.shape else { return Vec::new() };
        // A kind that comes in kinds itself is asked for as a whole, and stands here as its base.
        let asked = |ty: &'t str| {
            [ty, ty.strip_prefix("Base").unwrap_or(ty)].into_iter().find(|name| self.inventories.contains_key(*name))
        };
        let known = union.variants.iter().filter_map(|variant| Some((variant, asked(&variant.ty)?)));
        let known = known.filter(|(_, name)| *name != ty.name);
        known.flat_map(|(variant, name)| variant.tags.iter().map(move |tag| (tag.as_str(), name))).collect()
    }
}

impl Inventory {
    /// The fields that a condition on the type can speak of.
    pub fn fields<'t>(&'t self, ty: &'t Type) -> impl Iterator<Item = &'t Field> {
        fields(ty).filter(|field| match (&field.kind, field.repeat) {
            (Kind::Secret | Kind::Json | Kind::Struct(_), _) | (_, Repeat::Map) => false,
            (_, Repeat::One) => true,
            (_, Repeat::List) => self.lists.contains(&field.wire),
        })
    }
}

/// The fields of a type; of a union those that all its kinds have.
fn fields(ty: &Type) -> impl Iterator<Item = &Field> {
    let (fields, shared) = match &ty.shape {
        TypeShape::Struct(body) => (&body.fields[..], None),
        TypeShape::Union(union) => (&union.fields[..], Some(&union.shared)),
        TypeShape::Enum(_) => (&[][..], None),
    };
    fields.iter().filter(move |field| shared.is_none_or(|shared| shared.contains(&field.wire)))
}
