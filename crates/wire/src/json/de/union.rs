//! Reading unions.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::{Context, read_fields};
use crate::reflect::Struct;
use crate::shape::UnionShape;

/// Reads a union: the tag may stand last, so the whole body is read before its kind is known.
#[cold]
pub(super) fn read_union<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    union: &UnionShape,
    first: Option<String>,
    mut map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let mut body = serde_json::Map::new();
    if let Some(name) = first {
        body.insert(name, map.next_value()?);
    }
    while let Some((name, value)) = map.next_entry()? {
        body.insert(name, value);
    }
    let wide = target.shape();
    if let Some(slot) = target.union() {
        slot.choose(union.pick(wide, &body));
    }
    let fields = Fields { target, context };
    Value::Object(body).deserialize_map(fields).map_err(A::Error::custom)
}

/// Reads the members of the struct that a union's value is.
pub(in crate::json) struct Fields<'t, 'c, 'd> {
    pub(in crate::json) target: &'t mut dyn Struct,
    pub(in crate::json) context: &'c mut Context<'d>,
}

impl<'de> Visitor<'de> for Fields<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        read_fields(self.target, None, map, self.context)
    }
}
