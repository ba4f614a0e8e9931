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

/// What of a source stays out of the schemas, or is there in another way: a name, a type with all its members, or an
/// empty text for all, and why.
type Reasons = &'static [(&'static str, &'static str)];

/// One source, and what of it the schemas have.
pub(crate) struct Source {
    name: String,
    left_out: Reasons,
    counts: Vec<Count>,
}

/// The things of one kind, such as `members`, that a source names.
struct Count {
    kind: &'static str,
    total: usize,
    missing: Vec<String>,
    left_out: Vec<(String, &'static str)>,
}

impl Source {
    fn new(name: impl Into<String>, left_out: Reasons) -> Self {
        Self { name: name.into(), left_out, counts: Vec::new() }
    }

    /// Adds things of one kind, of which those that `known` lacks are missing, or left out when there is a reason.
    fn count(mut self, kind: &'static str, wanted: &BTreeSet<String>, known: impl Fn(&str) -> bool) -> Self {
        let mut count = Count { kind, total: wanted.len(), missing: Vec::new(), left_out: Vec::new() };
        for name in wanted.iter().filter(|name| !known(name)) {
            match self.reason(name) {
                Some(why) => count.left_out.push((name.clone(), why)),
                None => count.missing.push(name.clone()),
            }
        }
        self.counts.push(count);
        self
    }

    fn reason(&self, name: &str) -> Option<&'static str> {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', ' ']);
        let explains = |of: &str| of.is_empty() || name.strip_prefix(of).is_some_and(ends);
        self.left_out.iter().find(|(of, _)| explains(of)).map(|(_, why)| *why)
    }

    fn print(&self, all: bool) {
        let some = if all { usize::MAX } else { NAMED };
        println!("{}", self.name);
        for count in &self.counts {
            let known = count.total - count.missing.len() - count.left_out.len();
            println!("  {:<12} {known:>6} of {:>6}", count.kind, count.total);
            count.missing.iter().take(some).for_each(|name| println!("    lacks {name}"));
            let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (name, why) in &count.left_out {
                by_reason.entry(why).or_default().push(name);
            }
            for (why, names) in by_reason {
                println!("    left out, because {why}:");
                names.iter().take(some).for_each(|name| println!("      {name}"));
                if names.len() > some {
                    println!("      and {} more: --all names them", names.len() - some);
                }
            }
            if count.missing.len() > some {
                println!("    and {} more: --all names them", count.missing.len() - some);
            }
        }
    }
}

/// Prints a line for each source, and what is missing below it; an error when something is missing without a reason.
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
    sources.iter().for_each(|source| source.print(all));
    let missing: usize = sources.iter().flat_map(|source| &source.counts).map(|count| count.missing.len()).sum();
    if missing > 0 {
        return Err(format!("the schemas lack {missing} names: add them, or say in xtask/src/facts why they stay out"));
    }
    // A reason for what is not missing would mislead whoever reads it. Sources may share reasons.
    let left_out = || sources.iter().flat_map(|source| &source.counts).flat_map(|count| &count.left_out);
    let idle = |why: &str| left_out().all(|(_, used)| *used != why);
    match sources.iter().flat_map(|source| source.left_out).find(|(_, why)| idle(why)) {
        Some((name, _)) => Err(format!("xtask/src/facts has a reason for {name}, which is not missing: take it out")),
        None => Ok(()),
    }
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
    let path = path.split('?').next().unwrap_or(path).trim_end_matches('/');
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    format!("{} {}", method.to_uppercase(), parts.collect::<Vec<_>>().join("/").to_lowercase())
}

/// The first and the last version that has something.
type Span = (u64, u64);

/// The types of a system by each of their names, in small letters, with the names of their members and which versions
/// have them.
struct Types(BTreeMap<String, BTreeMap<String, Vec<Span>>>);

impl Types {
    /// Of JSON Schema files: members of what a type is put together from are its own.
    fn of(files: &[Value]) -> Self {
        let defs: BTreeMap<&str, &Value> =
            files.iter().flat_map(|file| members(file, "$defs")).map(|(name, ty)| (name.as_str(), ty)).collect();
        let mut all: BTreeMap<String, BTreeMap<String, Vec<Span>>> = BTreeMap::new();
        for (name, ty) in &defs {
            let mut found = BTreeMap::new();
            collect(ty, &defs, &mut found, 0);
            let aliases = list(ty, "x-aliases").iter().filter_map(Value::as_str);
            for name in aliases.chain([*name]) {
                let known = all.entry(name.to_lowercase()).or_default();
                found.iter().for_each(|(name, spans)| known.entry(name.clone()).or_default().extend(spans));
            }
        }
        Self(all)
    }

    /// The types that a name may mean: what VB365 answers with and what it is sent often have one name on its pages.
    fn meant(&self, name: &str) -> impl Iterator<Item = &BTreeMap<String, Vec<Span>>> {
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
        self.spans(path).next().is_some()
    }

    /// Whether a `Type.member` is there in a version.
    fn has_member_in(&self, path: &str, version: u64) -> bool {
        self.spans(path).any(|(since, until)| (since..=until).contains(&version))
    }

    fn spans(&self, path: &str) -> impl Iterator<Item = Span> {
        let (name, member) = path.split_once('.').unwrap_or((path, ""));
        let member = member.to_lowercase();
        self.meant(name).filter_map(move |members| members.get(&member)).flatten().copied()
    }
}

fn collect(ty: &Value, defs: &BTreeMap<&str, &Value>, found: &mut BTreeMap<String, Vec<Span>>, depth: usize) {
    for (name, member) in members(ty, "properties") {
        let span = (member["x-since"].as_u64().unwrap_or(0), member["x-until"].as_u64().unwrap_or(u64::MAX));
        found.entry(name.to_lowercase()).or_default().push(span);
    }
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
