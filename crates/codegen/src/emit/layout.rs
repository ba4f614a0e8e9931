//! Where generated items stand: a module per family, its types in it, its operations in a module below; where cargo
//! features turn on parts of a family, its types in groups of the same features.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::family_module;
use super::{HEADER, calls, render, tables};
use crate::features::{Closure, Features};
use crate::ir::{Operation, Type, Types};

/// How much code stands in one file before the requests get a file of their own.
const MOST_OF_A_PART: usize = 180_000;

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
        let roles = Roles { sent: self.requests, edited: self.types.edited(), secretive: self.types.secretive() };
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
                Family { name, module: family_module(name), parts: self.parts(&types, &roles), operations }
            })
            .collect();
        for family in &families {
            let title = self.types.title(family.name);
            files.insert(folder.join(format!("{}.rs", family.module)), self.family(family, &title, &roles));
            let below = folder.join(&family.module);
            if family.split() {
                for part in &family.parts {
                    let prelude = self.prelude(&part.features, "super::super");
                    let code = HEADER.to_owned() + &roles.types(&part.types, &prelude, "super::super");
                    files.insert(below.join(format!("{}.rs", part.module)), code);
                }
            }
            if !family.operations.is_empty() {
                let prelude = self.prelude(&self.closure.family(family.name), "super::super");
                let code = calls::operations(&format!("Calls: {}", lower(&title)), &prelude, &family.operations);
                files.insert(below.join("operations.rs"), code);
            }
        }
        files.insert(folder.join("mod.rs"), self.module(&families));
        files.insert(folder.join("operations.rs"), self.all_operations(&families));
        files
    }

    /// The parts that a family's types stand in: by the features that bring them, and the requests by themselves where
    /// all in one file would be too much.
    fn parts<'t>(&self, types: &[&'t Type], roles: &Roles<'_>) -> Vec<Part<'t>> {
        let mut groups: BTreeMap<Features, Vec<&Type>> = BTreeMap::new();
        for ty in types {
            groups.entry(self.closure.of(&ty.name)).or_default().push(ty);
        }
        let parts = groups.into_iter().flat_map(|(features, types)| {
            let module = group_name(&features);
            if roles.types(&types, "", "super::super").len() < MOST_OF_A_PART {
                return vec![Part { module, features, types }];
            }
            let (sent, got) = types.into_iter().partition(|ty| self.requests.contains(ty.name.as_str()));
            let requests = Part { module: format!("{module}_requests"), features: features.clone(), types: sent };
            vec![Part { module, features, types: got }, requests]
        });
        parts.collect()
    }

    fn family(&self, family: &Family<'_>, title: &str, roles: &Roles<'_>) -> String {
        let mut out = format!("{HEADER}//! {title}\n\n");
        if !family.operations.is_empty() {
            let cfg = self.there(&self.closure.family(family.name)).map(line).unwrap_or_default();
            out.push_str(&format!("{cfg}pub mod operations;\n"));
        }
        if !family.split() {
            if let [whole] = &*family.parts {
                out.push_str(&roles.types(&whole.types, &self.prelude(&whole.features, "super"), "super"));
            }
            return out;
        }
        for part in &family.parts {
            let (name, cfg) = (&part.module, self.there(&part.features).map(line).unwrap_or_default());
            out.push_str(&format!("{cfg}pub(super) mod {name};\n{cfg}pub use self::{name}::*;\n"));
        }
        out
    }

    /// The module that gathers the families.
    fn module(&self, families: &[Family<'_>]) -> String {
        let api = format_ident!("{}", self.api);
        let modules = families.iter().map(|family| {
            let (name, cfg) = (format_ident!("{}", family.module), self.cfg(family));
            let types = (!family.parts.is_empty()).then(|| quote! { #cfg pub use self::#name::*; });
            quote! { #cfg pub mod #name; #types }
        });
        let parts = |list: &str| {
            let list = format_ident!("{list}");
            let parts = families.iter().flat_map(|family| family.parts.iter().map(move |part| (family, part)));
            let parts = parts.map(|(family, part)| {
                let (name, module, cfg) =
                    (format_ident!("{}", family.module), format_ident!("{}", part.module), self.there(&part.features));
                let module = family.split().then(|| quote! { #module:: });
                quote! { #cfg self::#name::#module #list }
            });
            parts.collect::<Vec<_>>()
        };
        let (types, makes) = (parts("TYPES"), parts("MAKES"));
        // What the tables of types are made with, and of what there is as rows.
        let imports = |module: &str, macros: &str, replies: TokenStream| {
            let (module, macros) = (format_ident!("{module}"), format_ident!("{macros}"));
            let replies = self.replies.then_some(replies);
            quote! {
                mod #module {
                    pub(super) use backhaul_wire::generated::*;
                    pub(super) use backhaul_wire::generated::#macros::*;
                    pub(super) use super::*;
                    pub(super) use super::super::#api as ThisApi;
                    #replies
                }
            }
        };
        let typed = imports("prelude", "typed", quote! { pub(super) use super::super::reply::*; });
        let rows = self.closure.rows().map(|feature| {
            let rows = imports("rows", "rows", quote! { pub(super) use super::super::reply::rows::*; });
            quote! { #[cfg(feature = #feature)] #rows }
        });
        render(quote! {
            pub mod operations;
            #(#modules)*
            #typed
            #rows
            #[cfg(feature = "registry")]
            const PARTS: &[&[backhaul_wire::generated::TypeEntry]] = &[#(#types),*];
            /// Every type whose feature is on, family by family.
            #[cfg(feature = "registry")]
            pub static TYPES: &[backhaul_wire::generated::TypeEntry] =
                &backhaul_wire::generated::concat::<_, { backhaul_wire::generated::total(PARTS) }>(PARTS);
            /// How an empty value of each of them is made, part by part; `None` for an enum.
            #[cfg(feature = "typed-registry")]
            pub static MAKES: &[&[Option<backhaul_wire::generated::Make>]] = &[#(#makes),*];
        })
    }

    /// The module that gathers the operations of all families.
    fn all_operations(&self, families: &[Family<'_>]) -> String {
        let families = families.iter().filter(|family| !family.operations.is_empty());
        let (names, cfgs): (Vec<_>, Vec<_>) = families
            .map(|family| (format_ident!("{}", family.module), self.there(&self.closure.family(family.name))))
            .unzip();
        render(quote! {
            //! Every operation, as data and as a typed call; family by family they stand in the modules of the families.
            #(#cfgs #[doc(no_inline)] #[allow(unused_imports, unreachable_pub, reason = "a family may have rows alone")] pub use super::#names::operations::*;)*
            use backhaul_wire::generated::{Operation, concat, total};
            const PARTS: &[&[Operation]] = &[#(#cfgs super::#names::operations::OPERATIONS),*];
            /// Every operation whose feature is on, family by family.
            pub static OPERATIONS: &[Operation] = &concat::<_, { total(PARTS) }>(PARTS);
        })
    }

    /// What a family's module is there with: anything that is in it.
    fn cfg(&self, family: &Family<'_>) -> Option<TokenStream> {
        let own = (!family.operations.is_empty()).then(|| self.closure.family(family.name));
        let mut all = BTreeSet::new();
        for features in family.parts.iter().map(|part| part.features.clone()).chain(own) {
            all.extend(features?);
        }
        self.there(&Some(all))
    }

    /// Where something is there at all: with one of its features, or as rows.
    fn there(&self, features: &Features) -> Option<TokenStream> {
        let mut features = features.clone()?;
        features.extend(self.closure.rows().map(str::to_owned));
        Some(cfg(&features))
    }

    /// What a file's tables are made with: types with one of its features, else rows. `up` leads to the system's module.
    fn prelude(&self, features: &Features, up: &str) -> String {
        let typed = format!("use {up}::prelude::*;\n");
        let (Some(features), Some(_)) = (features, self.closure.rows()) else { return typed };
        let any = any(features);
        format!("{}{typed}{}use {up}::rows::*;\n", line(cfg(features)), line(quote! { #[cfg(not(#any))] }))
    }
}

/// What is known of types from others.
struct Roles<'a> {
    sent: &'a BTreeSet<&'a str>,
    edited: BTreeSet<&'a str>,
    secretive: BTreeSet<&'a str>,
}

impl Roles<'_> {
    /// The types of a family, or of a part of it, after what imports their macros. `up` leads to the module of the
    /// system.
    fn types(&self, members: &[&Type], prelude: &str, up: &str) -> String {
        let mut out = prelude.to_owned();
        let role = |ty: &Type| tables::Role {
            sent: self.sent.contains(ty.name.as_str()),
            edited: self.edited.contains(ty.name.as_str()),
            secretive: self.secretive.contains(ty.name.as_str()),
        };
        let members: Vec<(&Type, tables::Role)> = members.iter().map(|ty| (*ty, role(ty))).collect();
        for (ty, role) in &members {
            out.push_str(&tables::ty(ty, *role));
        }
        out + &tables::lists(&members, up)
    }
}

struct Family<'a> {
    name: &'a str,
    module: String,
    /// Its types.
    parts: Vec<Part<'a>>,
    operations: Vec<&'a Operation>,
}

/// Types of a family that stand in one file.
struct Part<'a> {
    module: String,
    features: Features,
    types: Vec<&'a Type>,
}

impl Family<'_> {
    /// Whether its types stand in files of their own, below its module.
    fn split(&self) -> bool {
        self.parts.len() > 1 || self.parts.iter().any(|part| part.features.is_some())
    }
}

/// The module of the types that these features bring, such as `with_compute_or_storage`.
fn group_name(features: &Features) -> String {
    let Some(features) = features else { return "always".to_owned() };
    let names: Vec<&str> = features.iter().map(|name| name.split_once('-').map_or(name.as_str(), |it| it.1)).collect();
    format!("with_{}", names.join("_or_"))
}

/// `#[cfg(any(feature = "a", feature = "b"))]`
fn cfg(features: &BTreeSet<String>) -> TokenStream {
    let any = any(features);
    quote! { #[cfg(#any)] }
}

/// `any(feature = "a", feature = "b")`
fn any(features: &BTreeSet<String>) -> TokenStream {
    let features: Vec<&String> = features.iter().collect();
    match features.as_slice() {
        [one] => quote! { feature = #one },
        several => quote! { any(#(feature = #several),*) },
    }
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
