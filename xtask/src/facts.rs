//! `cargo xtask facts`: how much of what the vendors' facts name is in the schemas, and what is not.
//!
//! The facts are not in this repository: their folder is named by `BACKHAUL_FACTS` or stands beside the workspace.

mod em;
mod vb365;
mod zstack;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// How many missing names of a source are printed without `--all`.
const NAMED: usize = 20;

/// One source, and what of it the schemas have.
pub(crate) struct Source {
    name: String,
    /// Kinds of things, such as `members`: how many there are, and which are missing.
    counts: Vec<(&'static str, usize, Vec<String>)>,
}

impl Source {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), counts: Vec::new() }
    }

    /// Adds things of one kind, of which those that `known` lacks are missing.
    fn count(mut self, kind: &'static str, wanted: &BTreeSet<String>, known: impl Fn(&str) -> bool) -> Self {
        let missing = wanted.iter().filter(|name| !known(name)).cloned().collect();
        self.counts.push((kind, wanted.len(), missing));
        self
    }
}

/// Prints a line for each source, and what is missing below it.
pub(crate) fn run(all: bool) -> Result<(), String> {
    let schemas = crate::root().join("schemas");
    let facts = std::env::var_os("BACKHAUL_FACTS").map(PathBuf::from);
    let facts = facts.unwrap_or_else(|| crate::root().join("../shared/facts"));
    if !facts.is_dir() {
        return Err(format!("there are no facts at {}: name their folder in BACKHAUL_FACTS", facts.display()));
    }
    let mut sources = em::sources(&facts.join("em"), &schemas.join("em"))?;
    sources.extend(vb365::sources(&facts.join("vb365"), &schemas.join("vb365"))?);
    sources.extend(zstack::sources(&facts.join("zstack"), &schemas.join("zstack"))?);
    for source in sources {
        println!("{}", source.name);
        for (kind, total, missing) in &source.counts {
            println!("  {kind:<12} {:>6} of {total:>6}", total - missing.len());
            let shown = if all { missing.len() } else { NAMED };
            missing.iter().take(shown).for_each(|name| println!("    lacks {name}"));
            if missing.len() > shown {
                println!("    and {} more: --all names them", missing.len() - shown);
            }
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<Value, String> {
    let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// The schema files of a system, without what only the tools read.
fn schemas(folder: &Path) -> Result<Vec<Value>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|it| it == "json"));
    files.sort();
    let all: Vec<Value> = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|file| file.get("$defs").is_some() || file.get("operations").is_some()).collect())
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value[name].as_object().into_iter().flatten()
}

/// Method and path as two documents can be compared by: letter case and the names of placeholders do not count.
fn place(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    format!("{} {}", method.to_uppercase(), parts.collect::<Vec<_>>().join("/").to_lowercase())
}

/// The types of a system by each of their names, with the names of their members, in small letters.
struct Types(BTreeMap<String, BTreeSet<String>>);

impl Types {
    /// Of JSON Schema files: members of what a type is put together from are its own.
    fn of(files: &[Value]) -> Self {
        let defs: BTreeMap<&str, &Value> =
            files.iter().flat_map(|file| members(file, "$defs")).map(|(name, ty)| (name.as_str(), ty)).collect();
        let mut all = BTreeMap::new();
        for (name, ty) in &defs {
            let mut found = BTreeSet::new();
            collect(ty, &defs, &mut found, 0);
            let aliases = list(ty, "x-aliases").iter().filter_map(Value::as_str);
            for name in aliases.chain([*name]) {
                all.entry(name.to_lowercase()).or_insert_with(BTreeSet::new).extend(found.iter().cloned());
            }
        }
        Self(all)
    }

    /// The types that a name may mean: what VB365 answers with and what it is sent often have one name on its pages.
    fn meant(&self, name: &str) -> impl Iterator<Item = &BTreeSet<String>> {
        let name = name.to_lowercase();
        let sent =
            ["edit", "create"].iter().find_map(|end| name.strip_suffix(end)).map(|name| format!("{name}fromclient"));
        let names = [format!("{name}toclient"), format!("any{name}"), name].into_iter().chain(sent);
        names.filter_map(|name| self.0.get(&name))
    }

    fn has(&self, name: &str) -> bool {
        self.meant(name).next().is_some()
    }

    /// Whether a `Type.member` is there.
    fn has_member(&self, path: &str) -> bool {
        let Some((name, member)) = path.split_once('.') else { return false };
        self.meant(name).any(|members| members.contains(&member.to_lowercase()))
    }
}

fn collect(ty: &Value, defs: &BTreeMap<&str, &Value>, found: &mut BTreeSet<String>, depth: usize) {
    found.extend(members(ty, "properties").map(|(name, _)| name.to_lowercase()));
    if depth > 8 {
        return;
    }
    for part in list(ty, "allOf").iter().chain(list(ty, "oneOf")).chain(list(ty, "anyOf")) {
        match text(part, "$ref").rsplit('/').next().and_then(|name| defs.get(name)) {
            Some(other) => collect(other, defs, found, depth + 1),
            None => collect(part, defs, found, depth + 1),
        }
    }
}
