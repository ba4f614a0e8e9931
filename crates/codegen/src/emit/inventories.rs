//! ZStack's inventories, their fields and joins as tables for the macro `inventory!` of `backhaul-filter`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use heck::ToShoutySnakeCase;

use super::HEADER;
use super::families::{Gathered, family_of};
use super::names::constant;
use crate::inventories::{Inventories, Inventory};
use crate::ir::{Kind, Type, TypeShape, Types};

/// The files `zstack.rs` and `zstack/FAMILY.rs` of `crates/filter/src/generated`, by the family of the inventory's
/// type.
#[must_use]
pub fn inventories(all: &Inventories, types: &Types) -> BTreeMap<PathBuf, String> {
    let mut families: BTreeMap<&str, String> = BTreeMap::new();
    for (name, inventory) in &all.inventories {
        if let Some(ty) = types.get(name) {
            let family = family_of(types, name);
            let code = families.entry(family).or_insert_with(|| {
                let title = types.title(family);
                format!(
                    "{HEADER}//! Inventories: {title}\n\n#[allow(unused_imports, reason = \"only joins and kinds need them\")]\n\
                     use super::*;\nuse crate::zstack::inventory::inventory;\n"
                )
            });
            code.push_str(&table(all, ty, inventory));
        }
    }
    let title = "What ZStack can be asked for: the fields of each inventory, the joins to others, and its kinds.";
    Gathered { system: "zstack", title, rest: "" }.files(families)
}

fn table(all: &Inventories, ty: &Type, inventory: &Inventory) -> String {
    let name = &ty.name;
    let zql = inventory.zql.clone().unwrap_or_else(|| name.to_lowercase());
    let doc = ty.doc.lines().next().unwrap_or(name);
    let mut out = format!("inventory! {{\n    /// {doc}\n    {name} = {}({zql:?}", constant(name));
    let tag = match &ty.shape {
        TypeShape::Union(union) => &union.tag,
        _ => &None,
    };
    out.push_str(&format!(", {tag:?});\n    fields {{\n"));
    let mut taken = BTreeSet::new();
    for field in inventory.fields(ty) {
        let ident = constant(&field.wire).to_string();
        out.push_str(&format!("        {ident}: {} = {:?};\n", kind(&field.kind), field.wire));
        taken.insert(ident);
    }
    out.push_str("    }\n");
    let mut joins = String::new();
    for (word, target) in &inventory.joins {
        let ident = word.to_shouty_snake_case();
        let ident = if taken.contains(&ident) { format!("{ident}_JOIN") } else { ident };
        joins.push_str(&format!("        {ident}: {target} = {word:?}, {};\n", constant(target)));
    }
    let (mut kinds, mut named) = (String::new(), BTreeSet::new());
    for (tag, kind) in all.kinds(ty) {
        // A kind that several values of the tag mean is told by the first.
        if named.insert(kind) {
            kinds.push_str(&format!("        {kind} = {tag:?}, {};\n", constant(kind)));
        }
    }
    for (word, rows) in [("joins", joins), ("kinds", kinds)].iter().filter(|(_, rows)| !rows.is_empty()) {
        out.push_str(&format!("    {word} {{\n{rows}    }}\n"));
    }
    out + "}\n"
}

/// ZStack's database keeps enums as texts and orders them as such.
fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "Bool",
        Kind::Int => "Int",
        Kind::Float => "Float",
        Kind::Id => "Uid",
        Kind::DateTime => "LocalTime",
        Kind::Text | Kind::Enum(_) | Kind::Secret | Kind::Json | Kind::Struct(_) => "Text",
    }
}
