//! Lists of parameters, each of which stands once.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::names::constant;
use super::types::{kind, versions};
use crate::features::Closure;
use crate::ir::{Kind, Operation, Param, ParamPlace};

/// Lists that at least so many operations of a system have are named after their parameters.
const SHARED: usize = 3;

/// Named lists of parameters.
#[derive(Debug, Default)]
pub struct ParamLists {
    names: BTreeMap<String, Ident>,
    lists: Vec<(Ident, TokenStream)>,
}

impl ParamLists {
    /// Those that many of a system's operations have, whatever features are on.
    #[must_use]
    pub fn of_many(operations: &[Operation], closure: &Closure) -> Self {
        let mut counts: BTreeMap<String, (usize, &Operation)> = BTreeMap::new();
        // An enum's shape may belong to a feature; the list must not.
        let always = |param: &Param| match &param.kind {
            Kind::Enum(name) => closure.of(name).is_none(),
            _ => true,
        };
        let named = |operation: &&Operation| !operation.params.is_empty() && operation.params.iter().all(always);
        for operation in operations.iter().filter(named) {
            counts.entry(list(operation).to_string()).or_insert((0, operation)).0 += 1;
        }
        let mut lists = Self::default();
        for (_, (_, operation)) in counts.into_iter().filter(|(_, (count, _))| *count >= SHARED) {
            let words: Vec<&str> = operation.params.iter().map(|param| param.name.as_str()).collect();
            let mut name = constant(&words.join("_"));
            while lists.lists.iter().any(|(known, _)| *known == name) {
                name = format_ident!("{name}_TOO");
            }
            lists.add(operation, name);
        }
        lists
    }

    /// The others of these operations, by number.
    #[must_use]
    pub fn of_one<O: Borrow<Operation>>(operations: &[O], shared: &Self) -> Self {
        let mut lists = Self::default();
        for operation in operations.iter().map(Borrow::borrow).filter(|operation| shared.of(operation).is_none()) {
            let name = format_ident!("PARAMS_{}", lists.lists.len());
            lists.add(operation, name);
        }
        lists
    }

    /// The name of an operation's list; `None` when it has no parameters.
    #[must_use]
    pub fn of(&self, operation: &Operation) -> Option<Ident> {
        self.names.get(&list(operation).to_string()).cloned()
    }

    /// The lists with their names.
    pub fn iter(&self) -> impl Iterator<Item = &(Ident, TokenStream)> {
        self.lists.iter()
    }

    fn add(&mut self, operation: &Operation, name: Ident) {
        let list = list(operation);
        if !operation.params.is_empty() && !self.names.contains_key(&list.to_string()) {
            self.names.insert(list.to_string(), name.clone());
            self.lists.push((name, list));
        }
    }
}

/// `&[Param::path("uuid", Kind::Id)]`
fn list(operation: &Operation) -> TokenStream {
    let all = operation.params.iter().map(|param| {
        let Param { name, .. } = param;
        let (new, kind, versions) = (format_ident!("{}", place(param)), kind(&param.kind), versions(param.versions));
        let list = param.list.then(|| quote! { .list() });
        let required = (param.required && param.place != ParamPlace::Path).then(|| quote! { .required() });
        quote! { Param::#new(#name, #kind) #list #required #versions }
    });
    quote! { &[#(#all),*] }
}

fn place(param: &Param) -> &'static str {
    match param.place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::Body => "body",
    }
}
