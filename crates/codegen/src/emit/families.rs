//! A module per family, gathered in the module of the system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::HEADER;
use super::names::family_module;
use crate::ir::Types;

/// The module that gathers a system's families.
pub(super) struct Gathered<'a> {
    pub(super) system: &'a str,
    pub(super) title: &'a str,
    /// What stands behind the families.
    pub(super) rest: &'a str,
}

impl Gathered<'_> {
    /// Its file and those of the families, each given whole.
    pub(super) fn files(&self, families: BTreeMap<&str, String>) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut out = format!("{HEADER}//! {}\n\n", self.title);
        for (family, code) in families {
            let name = family_module(family);
            out.push_str(&format!("pub mod {name};\npub use self::{name}::*;\n"));
            files.insert(Path::new(self.system).join(format!("{name}.rs")), code);
        }
        files.insert(format!("{}.rs", self.system).into(), out + self.rest);
        files
    }
}

/// The family of a type; of one that there is not, which no schema gets past its checks with, the common one.
pub(super) fn family_of<'t>(types: &'t Types, name: &str) -> &'t str {
    types.get(name).map_or("common", |ty| &ty.family)
}
