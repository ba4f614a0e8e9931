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

/// What a crate holds of a system.
#[derive(Debug, Clone, Copy)]
pub enum Holds<'a> {
    /// All of it.
    All,
    /// Its types.
    Types,
    /// Its operations; it re-exports the types of the crate that is named.
    Calls(&'a str),
}

/// One crate of a system, as the back ends see it.
#[derive(Debug)]
pub struct System<'a> {
    /// What it holds.
    pub holds: Holds<'a>,
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
        for operation in self.operations.iter().filter(|_| self.has_calls()) {
            operations.entry(&operation.family).or_default().push(operation);
        }
        let names: BTreeSet<&str> = types.keys().chain(operations.keys()).copied().collect();
        let families: Vec<Family<'_>> = names
            .into_iter()
            .map(|name| {
                let types = types.get(name).cloned().unwrap_or_default();
                let operations = operations.get(name).cloned().unwrap_or_default();
                let module = family_module(name);
                match self.elsewhere().filter(|_| !types.is_empty()) {
                    None => Family { name, module, parts: self.parts(&types, &roles), operations, elsewhere: None },
                    Some(from) => {
                        let features = any_of(types.iter().map(|ty| self.closure.of(&ty.name)));
                        Family { name, module, parts: Vec::new(), operations, elsewhere: Some((from, features)) }
                    }
                }
            })
            .filter(|family| !family.is_empty())
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
        if self.has_calls() {
            files.insert(folder.join("operations.rs"), self.all_operations(&families));
        }
        files
    }

    fn has_calls(&self) -> bool {
        !matches!(self.holds, Holds::Types)
    }

    /// The crate that has the types, where this one re-exports them.
    fn elsewhere(&self) -> Option<&str> {
        if let Holds::Calls(from) = self.holds { Some(from) } else { None }
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
        if let Some((from, features)) = &family.elsewhere {
            let cfg = self.there(features).map(line).unwrap_or_default();
            out.push_str(&format!("{cfg}#[doc(inline)]\npub use {from}::{}::*;\n", family.module));
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
            let types = family.has_types().then(|| quote! { #cfg #[doc(no_inline)] pub use self::#name::*; });
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
        // What the tables of types are made with, and of what there is as rows.
        let imports = |module: &str, macros: &str, replies: TokenStream| {
            let (module, macros) = (format_ident!("{module}"), format_ident!("{macros}"));
            let calls = self.has_calls().then(|| {
                let replies = self.replies.then_some(replies);
                quote! { pub(super) use super::super::#api as ThisApi; #replies }
            });
            quote! {
                mod #module {
                    pub(super) use backhaul_wire::generated::*;
                    pub(super) use backhaul_wire::generated::#macros::*;
                    pub(super) use super::*;
                    #calls
                }
            }
        };
        let typed = imports("prelude", "typed", quote! { pub(super) use super::super::reply::*; });
        let rows = self.closure.rows().map(|feature| {
            let rows = imports("rows", "rows", quote! { pub(super) use super::super::reply::rows::*; });
            quote! { #[cfg(feature = #feature)] #rows }
        });
        let lists = match self.elsewhere() {
            Some(from) => {
                let from = format_ident!("{from}");
                quote! {
                    #[cfg(feature = "registry")]
                    pub use #from::TYPES;
                    #[cfg(feature = "typed-registry")]
                    pub use #from::MAKES;
                }
            }
            None => {
                let (types, makes) = (parts("TYPES"), parts("MAKES"));
                quote! {
                    #[cfg(feature = "registry")]
                    use backhaul_wire::generated::{TypeEntry, concat, total};
                    #[cfg(feature = "registry")]
                    const TYPE_LISTS: &[&[TypeEntry]] = &[#(#types),*];
                    /// Every type whose feature is on, family by family.
                    #[cfg(feature = "registry")]
                    pub static TYPES: &[TypeEntry] = &concat::<_, { total(TYPE_LISTS) }>(TYPE_LISTS);
                    #[cfg(feature = "typed-registry")]
                    use backhaul_wire::generated::Make;
                    #[cfg(feature = "typed-registry")]
                    const MAKE_LISTS: &[&[Option<Make>]] = &[#(#makes),*];
                    /// How an empty value of each of them is made; `None` for an enum.
                    #[cfg(feature = "typed-registry")]
                    pub static MAKES: &[Option<Make>] = &concat::<_, { total(MAKE_LISTS) }>(MAKE_LISTS);
                }
            }
        };
        let operations = self.has_calls().then(|| quote! { pub mod operations; });
        render(quote! {
            #operations
            #(#modules)*
            #typed
            #rows
            #lists
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
        let parts = family.parts.iter().map(|part| part.features.clone());
        let elsewhere = family.elsewhere.iter().map(|(_, features)| features.clone());
        self.there(&any_of(parts.chain(own).chain(elsewhere)))
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
    /// The crate that its types are re-exported from, and their features.
    elsewhere: Option<(&'a str, Features)>,
}

/// Types of a family that stand in one file.
struct Part<'a> {
    module: String,
    features: Features,
    types: Vec<&'a Type>,
}

impl Family<'_> {
    fn has_types(&self) -> bool {
        !self.parts.is_empty() || self.elsewhere.is_some()
    }

    fn is_empty(&self) -> bool {
        !self.has_types() && self.operations.is_empty()
    }

    /// Whether its types stand in files of their own, below its module.
    fn split(&self) -> bool {
        self.parts.len() > 1 || self.parts.iter().any(|part| part.features.is_some())
    }
}

/// All features of things, of which one brings something; `None` where something is always there.
fn any_of(mut things: impl Iterator<Item = Features>) -> Features {
    things.try_fold(BTreeSet::new(), |mut all, features| {
        all.extend(features?);
        Some(all)
    })
}

/// The module of the types that these features bring, such as `with_compute_or_storage`.
fn group_name(features: &Features) -> String {
    let Some(features) = features else { return "always".to_owned() };
    let names: Vec<String> = features.iter().map(|name| name.replace('-', "_")).collect();
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
