//! Unions: their kinds, and the fields that these have in all.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::place;
use super::reader::Reader;
use crate::emit::field_clash;
use crate::error::Result;
use crate::ir::{Field, Kind, Repeat, Type, TypeShape, Types, Union, Variant, Versions};

/// The version that was the newest when kinds were given their names in Rust: what all of them then had in common is
/// left out of them, and what comes later changes nothing in that.
const NAMED: u8 = 8;

impl Reader<'_> {
    /// `anyOf` lists the kinds; `discriminator`, as in OpenAPI, the field that names the kind and what its values mean.
    pub(super) fn union(&mut self, object: &Map<String, Json>, pointer: &str) -> Result<Union> {
        let list_pointer = format!("{pointer}/anyOf");
        let kinds = object.get("anyOf").and_then(Json::as_array).filter(|kinds| !kinds.is_empty());
        let kinds = kinds.ok_or_else(|| self.error(&list_pointer, "`anyOf` is a list of references"))?;
        let mut union = Union::default();
        for (index, kind) in kinds.iter().enumerate() {
            let pointer = format!("{list_pointer}/{index}");
            let object = self.object(kind, &pointer, &["$ref"])?;
            let ty = self.named(object.get("$ref"), &pointer)?;
            if union.variants.iter().any(|variant| variant.ty == ty) {
                return Err(self.error(&pointer, format!("the kind `{ty}` stands twice")));
            }
            union.variants.push(Variant { ty, tags: Vec::new(), is_later: false });
        }
        let Some(discriminator) = object.get("discriminator") else { return Ok(union) };
        let pointer = format!("{pointer}/discriminator");
        let discriminator = self.object(discriminator, &pointer, &["propertyName", "mapping"])?;
        let tag = discriminator.get("propertyName").and_then(Json::as_str);
        let tag = tag.ok_or_else(|| self.error(&pointer, "`discriminator` names its `propertyName`"))?;
        union.tag = Some(tag.to_owned());
        let mapping = match discriminator.get("mapping") {
            None => None,
            Some(Json::Object(mapping)) => Some(mapping),
            Some(_) => return Err(self.error(&format!("{pointer}/mapping"), "`mapping` is an object of references")),
        };
        for (value, target) in mapping.into_iter().flatten() {
            let pointer = format!("{pointer}/mapping/{value}");
            let ty = self.named(Some(target), &pointer)?;
            match union.variants.iter_mut().find(|variant| variant.ty == ty) {
                Some(variant) => variant.tags.push(value.clone()),
                None => return Err(self.error(&pointer, format!("`{ty}` is no kind of the union"))),
            }
        }
        Ok(union)
    }

    /// The name of the definition that a reference leads to.
    fn named(&self, reference: Option<&Json>, pointer: &str) -> Result<String> {
        let found = reference.and_then(Json::as_str).and_then(|reference| self.index.follow(self.file, reference));
        found
            .map(|definition| definition.name.to_owned())
            .ok_or_else(|| self.error(pointer, "a reference to a definition that exists is expected here"))
    }
}

/// Gives every union the fields of its kinds, the first kind's first.
///
/// # Errors
/// When a kind is no struct, or none has the tag.
pub(super) fn gather(types: &mut Types) -> Result<()> {
    let is_later = |ty: &&Type| ty.versions.since.is_some_and(|since| since > NAMED);
    let later: BTreeSet<String> = types.types.iter().filter(is_later).map(|ty| ty.name.clone()).collect();
    for ty in &mut types.types {
        if let TypeShape::Union(union) = &mut ty.shape {
            union.variants.iter_mut().for_each(|kind| kind.is_later = later.contains(&kind.ty));
        }
    }
    for index in 0..types.types.len() {
        let TypeShape::Union(union) = &types.types[index].shape else { continue };
        let source = &types.types[index].source;
        let mut wide: Vec<Field> = Vec::new();
        for variant in &union.variants {
            let Some(TypeShape::Struct(body)) = types.get(&variant.ty).map(|ty| &ty.shape) else {
                return Err(place(source, format!("the kind `{}` is no object", variant.ty)));
            };
            for field in &body.fields {
                match wide.iter_mut().find(|known| known.json == field.json) {
                    None => {
                        if let Some(rule) = field_clash(&wide, field) {
                            return Err(place(source, format!("of its kinds, {rule}")));
                        }
                        wide.push(Field {
                            required: false,
                            required_in: Versions::default(),
                            edit: false,
                            ..field.clone()
                        });
                    }
                    Some(known) if (&known.kind, known.repeat) == (&field.kind, field.repeat) => {}
                    // Of an unknown kind nothing tells which of the two it is.
                    Some(known) => (known.kind, known.repeat) = (Kind::Json, Repeat::One),
                }
            }
        }
        if let Some(tag) = &union.tag
            && !wide.iter().any(|field| field.json == *tag)
        {
            return Err(place(source, format!("no kind has the tag `{tag}`")));
        }
        let has = |ty: &str, wide: &Field| match types.get(ty).map(|ty| &ty.shape) {
            Some(TypeShape::Struct(body)) => {
                let same =
                    |field: &Field| (&field.json, &field.kind, field.repeat) == (&wide.json, &wide.kind, wide.repeat);
                body.fields.iter().any(|field| same(field) && !field.edit)
            }
            _ => false,
        };
        let all = |field: &&Field| union.variants.iter().all(|variant| has(&variant.ty, field));
        let shared = wide.iter().filter(all).map(|field| field.json.clone()).collect();
        if let TypeShape::Union(union) = &mut types.types[index].shape {
            (union.fields, union.shared) = (wide, shared);
        }
    }
    Ok(())
}
