//! A system in parts that cargo features turn on: the types of a family in groups of the same features, and the operations of a
//! family in a file of their own.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{constant, module_name};
use super::operations::{answer, row};
use super::params::ParamLists;
use super::tables::{self, plain};
use super::{HEADER, render, unions};
use crate::features::{Closure, Features};
use crate::ir::{Operation, Type, TypeShape, Types};

/// The types of one family, in groups of the same features.
#[must_use]
pub fn family_parts(title: &str, types: &[&Type], closure: &Closure, requests: &BTreeSet<&str>) -> String {
    let mut out = format!("{HEADER}//! {title}\n");
    for (features, members) in groups(types, closure) {
        let (name, cfg) = (group_name(&features), cfg(&features).map(|cfg| plain(cfg) + "\n").unwrap_or_default());
        out.push_str(&format!("\n{cfg}pub use self::{name}::*;\n{cfg}pub(super) mod {name} {{\n"));
        out.push_str(&tables::indented(&group(&members, requests)));
        out.push_str("}\n");
    }
    out
}

/// The inside of a group's module.
fn group(members: &[&Type], requests: &BTreeSet<&str>) -> String {
    let mut out = String::from(
        "#[allow(unused_imports, reason = \"what only has enums needs none\")]\nuse super::super::prelude::*;\n",
    );
    let (mut structs, mut enums, mut entries) = (String::new(), String::new(), String::new());
    for ty in members {
        let (name, shape) = (&ty.name, constant(&ty.name));
        let entry = match &ty.shape {
            TypeShape::Struct(_) | TypeShape::Union(_) => format!("TypeEntry::Struct(&{shape}, make::<{name}>)"),
            TypeShape::Enum(_) => format!("TypeEntry::Enum(&{shape})"),
        };
        entries.push_str(&format!("    {entry},\n"));
        match &ty.shape {
            TypeShape::Struct(body) => {
                out.push_str(&tables::structure(ty, body));
                if requests.contains(name.as_str()) {
                    out.push_str(&tables::request(ty, body));
                }
                structs.push_str(&format!("    {name};\n"));
            }
            TypeShape::Union(body) => {
                let any = unions::any_name(name);
                let docs = unions::wide_doc(ty);
                let more = format!(".union(&{})", unions::kinds(ty));
                out.push_str(&tables::model(ty, &any, &unions::wide(body), &docs, &more));
                out.push_str(render(unions::choice(ty, body)).trim_start_matches(HEADER));
                structs.push_str(&format!("    {name};\n    {any};\n"));
            }
            TypeShape::Enum(values) => {
                out.push_str(&tables::choice(ty, values));
                enums.push_str(&format!("    {name};\n"));
            }
        }
    }
    if !structs.is_empty() {
        out.push_str(&format!("backhaul_wire::generated_struct! {{\n{structs}}}\n"));
    }
    if !enums.is_empty() {
        out.push_str(&format!("backhaul_wire::generated_enum! {{\n{enums}}}\n"));
    }
    let head = "#[cfg(feature = \"registry\")]\npub(in super::super) const TYPES: &[TypeEntry] = &[\n";
    out + head + &entries + "];\n"
}

/// The module that gathers a system's families.
#[must_use]
pub fn module_parts(types: &Types, api: &str, closure: &Closure) -> String {
    let api = format_ident!("{api}");
    let mut modules = Vec::new();
    let mut parts = Vec::new();
    for (family, members) in types.by_family() {
        let name = format_ident!("{}", module_name(family));
        let groups = groups(&members, closure);
        let any: Features = groups.keys().try_fold(BTreeSet::new(), |mut all, features| {
            all.extend(features.clone()?);
            Some(all)
        });
        let cfg_any = cfg(&any);
        modules.push(quote! { #cfg_any mod #name; #cfg_any pub use self::#name::*; });
        for features in groups.keys() {
            let (group, cfg) = (format_ident!("{}", group_name(features)), cfg(features));
            parts.push(quote! { #cfg self::#name::#group::TYPES });
        }
    }
    render(quote! {
        pub mod operations;
        #(#modules)*
        mod prelude {
            pub(super) use backhaul_wire::generated::*;
            pub(super) use super::*;
            pub(super) use super::super::#api as ThisApi;
        }
        #[cfg(feature = "registry")]
        const PARTS: &[&[backhaul_wire::generated::TypeEntry]] = &[#(#parts),*];
        /// Every type whose feature is on, family by family.
        #[cfg(feature = "registry")]
        pub static TYPES: &[backhaul_wire::generated::TypeEntry] =
            &backhaul_wire::generated::concat::<_, { backhaul_wire::generated::total(PARTS) }>(PARTS);
    })
}

/// The operations of one family, as a file. `shared` names the parameter lists that have a constant.
#[must_use]
pub fn operations_part(system: &str, title: &str, all: &[&Operation], shared: &ParamLists) -> String {
    let system = format_ident!("{system}");
    let mut out = format!("{HEADER}//! {title}\nuse super::prelude::*;\n");
    let own = ParamLists::of_one(all, shared);
    for (name, list) in own.iter() {
        out.push_str(&format!("const {name}: &[Param] = {};\n", plain(list.clone())));
    }
    out.push_str("pub(super) const OPERATIONS: &[Operation] = &[\n");
    for operation in all {
        let list = shared.of(operation).or_else(|| own.of(operation));
        out.push_str(&format!("    {},\n", plain(row(&system, operation, list.as_ref()))));
    }
    out.push_str("];\n#[cfg(feature = \"registry\")]\npub(super) const ANSWERS: &[Option<Make>] = &[\n");
    for operation in all {
        let answer = answer(&operation.response).map(plain);
        out.push_str(
            &answer.map_or_else(|| "    None,\n".to_owned(), |answer| format!("    Some(make::<{answer}>),\n")),
        );
    }
    out.push_str("];\n");
    out.extend(all.iter().enumerate().map(|(index, operation)| tables::call(index, operation)));
    out
}

/// The module that gathers the operations of a system's families.
#[must_use]
pub fn operations_module(families: &[&str], closure: &Closure, shared: &ParamLists) -> String {
    let names: Vec<_> = families.iter().map(|family| format_ident!("{}", module_name(family))).collect();
    let cfgs: Vec<_> = families.iter().map(|family| cfg(&closure.family(family))).collect();
    let lists = shared.iter().map(|(name, list)| quote! { pub(super) const #name: &[Param] = #list; });
    render(quote! {
        //! Operations as data, and a typed call for each.
        #[allow(unused_imports, reason = "what the parts refer to")]
        use super::*;
        #(#cfgs mod #names; #cfgs pub use self::#names::*;)*
        mod prelude {
            pub(super) use super::super::prelude::*;
            pub(super) use super::super::super::reply::*;
            pub(super) use super::lists::*;
        }
        /// Lists of parameters that many operations have.
        #[allow(dead_code, reason = "which are used is up to the features")]
        mod lists {
            use super::super::prelude::*;
            #(#lists)*
        }
        use backhaul_wire::generated::{Operation, concat, total};
        const PARTS: &[&[Operation]] = &[#(#cfgs self::#names::OPERATIONS),*];
        /// Every operation whose feature is on, family by family.
        pub static OPERATIONS: &[Operation] = &concat::<_, { total(PARTS) }>(PARTS);
        #[cfg(feature = "registry")]
        const ANSWER_PARTS: &[&[Option<backhaul_wire::generated::Make>]] = &[#(#cfgs self::#names::ANSWERS),*];
        /// How an empty answer of each operation is made, beside [`OPERATIONS`].
        #[cfg(feature = "registry")]
        pub static ANSWERS: &[Option<backhaul_wire::generated::Make>] =
            &concat::<_, { total(ANSWER_PARTS) }>(ANSWER_PARTS);
        /// Older forms: no operation has one.
        #[cfg(feature = "registry")]
        pub static OLDER_ANSWERS: &[(usize, Option<backhaul_wire::ApiVersion>, backhaul_wire::generated::Make)] = &[];
    })
}

/// The types of one family by their features.
fn groups<'t>(types: &[&'t Type], closure: &Closure) -> BTreeMap<Features, Vec<&'t Type>> {
    let mut groups: BTreeMap<Features, Vec<&Type>> = BTreeMap::new();
    for ty in types {
        groups.entry(closure.of(&ty.name)).or_default().push(ty);
    }
    groups
}

/// The module of the types that these features bring, such as `with_compute_or_storage`.
fn group_name(features: &Features) -> String {
    let Some(features) = features else { return "always".to_owned() };
    let names: Vec<&str> = features.iter().map(|name| name.split_once('-').map_or(name.as_str(), |it| it.1)).collect();
    format!("with_{}", names.join("_or_"))
}

/// `#[cfg(any(feature = "a", feature = "b"))]`
fn cfg(features: &Features) -> Option<TokenStream> {
    let features: Vec<&String> = features.as_ref()?.iter().collect();
    Some(match features.as_slice() {
        [one] => quote! { #[cfg(feature = #one)] },
        several => quote! { #[cfg(any(#(feature = #several),*))] },
    })
}
