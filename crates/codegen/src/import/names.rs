//! `names.json`: what our schemas call things, where that is not the vendor's word.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ImportError, Result};

/// How a vendor's documents are read into our names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamesFile {
    /// What vendors put before names and we leave out.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Types that have another name with us, or had other names in other versions.
    #[serde(default)]
    pub types: Vec<Rename>,
    /// Properties whose type differs between documents, as `Type.property`, with the type that reads all of them.
    #[serde(default)]
    pub conflicts: BTreeMap<String, Settled>,
    /// Unions: what tells their kinds apart, which the documents do not say.
    #[serde(default)]
    pub unions: BTreeMap<String, Tags>,
    /// Names for types that stand inline: of request bodies by operation, of enums by `Type.property` or `?parameter`.
    #[serde(default)]
    pub inline: BTreeMap<String, String>,
    /// Maps of a type that have a name, by the type.
    #[serde(default)]
    pub maps: BTreeMap<String, String>,
    /// Properties that are secrets, whatever their document calls them.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Answers that only say that the work has started.
    #[serde(default)]
    pub sessions: Vec<String>,
    /// The schema files, by the paths of the operations that they hold; the longest path that fits wins.
    pub families: Vec<Family>,
}

/// A type's name in some versions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// Our name.
    pub name: String,
    /// The document's name.
    pub was: String,
    /// The first version in which it is called so.
    pub since: Option<u8>,
    /// The last version in which it is called so.
    pub until: Option<u8>,
}

/// How a conflict is settled.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The schema of the property.
    pub schema: Json,
    /// The first version with the newer of the two types.
    pub since: Option<u8>,
    /// Why.
    pub why: String,
}

/// What tells a union's kinds apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tags {
    /// The property that names the kind.
    pub tag: String,
    /// What its values mean. A value that is left out means no kind in particular: the members decide.
    pub mapping: BTreeMap<String, String>,
}

/// A schema file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its name without `.json`.
    pub file: String,
    /// What it holds.
    pub title: String,
    /// The paths, in lower case, `*` for a parameter.
    #[serde(default)]
    pub paths: Vec<String>,
}

/// The names of one system.
pub(super) struct Names {
    file: NamesFile,
}

impl Names {
    pub(super) fn read(root: &Path, system: &str) -> Result<Self> {
        let path = format!("schemas/{system}/{}", crate::project::NAMES);
        let text = std::fs::read_to_string(root.join(&path)).map_err(|error| ImportError::new(&path, "", error))?;
        let json = serde_json::from_str(&text)
            .map_err(|error| ImportError::new(&path, &format!("line {}", error.line()), error))?;
        Ok(Self { file: crate::error::from_json(&format!("{system}/{}", crate::project::NAMES), json)? })
    }

    /// Our name for a document's type.
    pub(super) fn of(&self, name: &str, version: u8) -> String {
        if let Some(row) = self.row(name, version) {
            return row.name.clone();
        }
        let rest = self.file.prefixes.iter().find_map(|prefix| {
            name.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        });
        rest.unwrap_or(name).replace('_', "")
    }

    /// Whether a person has said what a document's type is called.
    pub(super) fn has_row(&self, name: &str, version: u8) -> bool {
        self.row(name, version).is_some()
    }

    fn row(&self, name: &str, version: u8) -> Option<&Rename> {
        self.file.types.iter().find(|row| {
            row.was == name && row.since.is_none_or(|v| version >= v) && row.until.is_none_or(|v| version <= v)
        })
    }

    pub(super) fn conflict(&self, ty: &str, property: &str) -> Option<&Json> {
        self.file.conflicts.get(&format!("{ty}.{property}")).map(|settled| &settled.schema)
    }

    pub(super) fn tags(&self, union: &str) -> Option<&Tags> {
        self.file.unions.get(union)
    }

    pub(super) fn inline(&self, place: &str) -> Option<&String> {
        self.file.inline.get(place)
    }

    /// The name of the map whose values are of a type.
    pub(super) fn map(&self, ty: &str) -> Option<&String> {
        self.file.maps.get(ty)
    }

    pub(super) fn maps(&self) -> impl Iterator<Item = (&String, &String)> {
        self.file.maps.iter()
    }

    pub(super) fn is_secret(&self, property: &str) -> bool {
        self.file.secrets.iter().any(|secret| secret.eq_ignore_ascii_case(property))
    }

    pub(super) fn is_session(&self, ty: &str) -> bool {
        self.file.sessions.iter().any(|session| session == ty)
    }

    pub(super) fn families(&self) -> &[Family] {
        &self.file.families
    }

    /// The file for an operation's path.
    pub(super) fn family(&self, path: &str) -> Option<&str> {
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(str::to_ascii_lowercase).collect();
        let fits = |pattern: &str| {
            let mut wanted = pattern.split('/');
            let mut found = segments.iter();
            let fits = wanted
                .all(|want| found.next().is_some_and(|found| found == want || want == "*" && found.starts_with('{')));
            fits.then(|| pattern.split('/').count())
        };
        let rows = self.file.families.iter().flat_map(|family| family.paths.iter().map(move |path| (family, path)));
        rows.filter_map(|(family, path)| Some((fits(path)?, family)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, family)| family.file.as_str())
    }
}
