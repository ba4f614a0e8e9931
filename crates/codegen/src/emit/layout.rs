//! Where generated items stand: a module per family, its types in it, its operations in a module below; where cargo features turn
//! on parts of a family, its types in groups of the same features.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::family_module;
use super::{HEADER, calls, render, tables};
use crate::features::{Closure, Features};
use crate::ir::{Operation, Type, Types};

/// One system, as the back ends see it.
#[derive(Debug)]
pub struct System<'a> {
    /// The type that stands for it: `Vb365`.
    pub api: &'a str,
    /// Whether `reply.rs` beside the generated code has generic answers.
    pub replies: bool,
    /// Its types.
    pub types: &'a Types,
    /// Its operations.
    pub operations: &'a [Operation],
    /// The types that are sent.
    pub requests: &'a BTreeSet<&'a str>,
    /// Which cargo features they are there with.
    pub closure: &'a Closure,
}

impl System<'_> {
    /// Its files below `folder`.
    #[must_use]
    pub fn files(&self, folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let types = self.types.by_family();
        let mut operations: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for operation in self.operations {
            operations.entry(&operation.family).or_default().push(operation);
        }
        let names: BTreeSet<&str> = types.keys().chain(operations.keys()).copied().collect();
        let families: Vec<Family<'_>> = names
            .into_iter()
            .map(|name| {
                let types = types.get(name).cloned().unwrap_or_default();
                let operations = operations.get(name).cloned().unwrap_or_default();
                Family { name, module: family_module(name), groups: groups(&types, self.closure), operations }
            })
            .collect();
        let edited = self.types.edited();
        for family in &families {
            let title = self.types.title(family.name);
            files.insert(folder.join(format!("{}.rs", family.module)), self.family(family, &title, &edited));
            let below = folder.join(&family.module);
            if family.split() {
                for (features, members) in &family.groups {
                    let code = HEADER.to_owned() + &self.types(members, &edited, "super::super");
                    files.insert(below.join(format!("{}.rs", group_name(features))), code);
                }
            }
            if !family.operations.is_empty() {
                let code = calls::operations(&format!("Calls: {}", lower(&title)), &family.operations);
                files.insert(below.join("operations.rs"), code);
            }
        }
        files.insert(folder.join("mod.rs"), self.module(&families));
        files.insert(folder.join("operations.rs"), self.all_operations(&families));
        files
    }

    fn family(&self, family: &Family<'_>, title: &str, edited: &BTreeSet<&str>) -> String {
        let mut out = format!("{HEADER}//! {title}\n\n");
        if !family.operations.is_empty() {
            let cfg = cfg(&self.closure.family(family.name)).map(line).unwrap_or_default();
            out.push_str(&format!("{cfg}pub mod operations;\n"));
        }
        if !family.split() {
            let all: Vec<&Type> = family.groups.values().flatten().copied().collect();
            if !all.is_empty() {
                out.push_str(&self.types(&all, edited, "super"));
            }
            return out;
        }
        for features in family.groups.keys() {
            let (name, cfg) = (group_name(features), cfg(features).map(line).unwrap_or_default());
            out.push_str(&format!("{cfg}pub(super) mod {name};\n{cfg}pub use self::{name}::*;\n"));
        }
        out
    }

    /// The types of a family, or of a part of it. `up` leads to the module of the system.
    fn types(&self, members: &[&Type], edited: &BTreeSet<&str>, up: &str) -> String {
        let mut out =
            format!("#[allow(unused_imports, reason = \"what only has enums needs none\")]\nuse {up}::prelude::*;\n");
        for ty in members {
            out.push_str(&tables::ty(ty, self.requests.contains(ty.name.as_str()), edited.contains(ty.name.as_str())));
        }
        let entries: String = members.iter().map(|ty| format!("    {},\n", tables::entry(ty))).collect();
        let head = format!("#[cfg(feature = \"registry\")]\npub(in {up}) const TYPES: &[TypeEntry] = &[\n");
        out + &head + &entries + "];\n"
    }

    /// The module that gathers the families.
    fn module(&self, families: &[Family<'_>]) -> String {
        let api = format_ident!("{}", self.api);
        let modules = families.iter().map(|family| {
            let (name, cfg) = (format_ident!("{}", family.module), self.cfg(family));
            let types = (!family.groups.is_empty()).then(|| quote! { #cfg pub use self::#name::*; });
            quote! { #cfg pub mod #name; #types }
        });
        let parts = families.iter().flat_map(|family| {
            let name = format_ident!("{}", family.module);
            let groups = family.groups.keys().filter(|_| family.split()).map({
                let name = name.clone();
                move |features| {
                    let (group, cfg) = (format_ident!("{}", group_name(features)), cfg(features));
                    quote! { #cfg self::#name::#group::TYPES }
                }
            });
            let cfg = self.cfg(family);
            let whole = (!family.split() && !family.groups.is_empty()).then(|| quote! { #cfg self::#name::TYPES });
            groups.chain(whole).collect::<Vec<_>>()
        });
        let replies = self.replies.then(|| quote! { pub(super) use super::super::reply::*; });
        render(quote! {
            pub mod operations;
            #(#modules)*
            mod prelude {
                pub(super) use backhaul_wire::generated::*;
                pub(super) use super::*;
                pub(super) use super::super::#api as ThisApi;
                #replies
            }
            #[cfg(feature = "registry")]
            const PARTS: &[&[backhaul_wire::generated::TypeEntry]] = &[#(#parts),*];
            /// Every type whose feature is on, family by family.
            #[cfg(feature = "registry")]
            pub static TYPES: &[backhaul_wire::generated::TypeEntry] =
                &backhaul_wire::generated::concat::<_, { backhaul_wire::generated::total(PARTS) }>(PARTS);
        })
    }

    /// The module that gathers the operations of all families.
    fn all_operations(&self, families: &[Family<'_>]) -> String {
        let families = families.iter().filter(|family| !family.operations.is_empty());
        let (names, cfgs): (Vec<_>, Vec<_>) =
            families.map(|family| (format_ident!("{}", family.module), cfg(&self.closure.family(family.name)))).unzip();
        render(quote! {
            //! Every operation, as data and as a typed call; family by family they stand in the modules of the families.
            #(#cfgs #[doc(no_inline)] #[allow(unused_imports, unreachable_pub, reason = "a family may have rows alone")] pub use super::#names::operations::*;)*
            #[cfg(feature = "registry")]
            use backhaul_wire::generated::{MakeAnswer, OlderAnswer};
            use backhaul_wire::generated::{Operation, concat, total};
            const PARTS: &[&[Operation]] = &[#(#cfgs super::#names::operations::OPERATIONS),*];
            /// Every operation whose feature is on, family by family.
            pub static OPERATIONS: &[Operation] = &concat::<_, { total(PARTS) }>(PARTS);
            #[cfg(feature = "registry")]
            const ANSWER_PARTS: &[&[MakeAnswer]] = &[#(#cfgs super::#names::operations::ANSWERS),*];
            /// How an empty answer of each operation is made, beside [`OPERATIONS`].
            #[cfg(feature = "registry")]
            pub(crate) static ANSWERS: &[MakeAnswer] = &concat::<_, { total(ANSWER_PARTS) }>(ANSWER_PARTS);
            /// The same for older forms.
            #[cfg(feature = "registry")]
            pub(crate) static OLDER_ANSWERS: &[&[OlderAnswer]] = &[#(#cfgs super::#names::operations::OLDER_ANSWERS),*];
        })
    }

    /// What a family's module is there with: anything that is in it.
    fn cfg(&self, family: &Family<'_>) -> Option<TokenStream> {
        let own = (!family.operations.is_empty()).then(|| self.closure.family(family.name));
        let mut all = BTreeSet::new();
        for features in family.groups.keys().cloned().chain(own) {
            all.extend(features?);
        }
        cfg(&Some(all))
    }
}

/// One family.
struct Family<'a> {
    name: &'a str,
    module: String,
    /// Its types by their features.
    groups: BTreeMap<Features, Vec<&'a Type>>,
    operations: Vec<&'a Operation>,
}

impl Family<'_> {
    /// Whether its types stand in files by their features.
    fn split(&self) -> bool {
        self.groups.keys().any(Option::is_some)
    }
}

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

fn line(cfg: TokenStream) -> String {
    tables::plain(cfg) + "\n"
}

/// A title inside a sentence: `Backup jobs and copy jobs.` as `backup jobs and copy jobs.`
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    let second_is_lower = chars.clone().nth(1).is_some_and(|c| !c.is_uppercase());
    match chars.next() {
        Some(first) if second_is_lower => first.to_lowercase().chain(chars).collect(),
        _ => title.to_owned(),
    }
}
