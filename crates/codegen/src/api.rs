//! The public API of generated code: every item that a user can name, with its signature, read from the tables as they
//! were written.
//!
//! A verdict that is taken from schemas alone can be wrong where the generator is not a plain picture of them; what
//! users compile against is what was generated.

pub mod sources;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diff::Verdict;
use crate::project::{self, Files, SYSTEMS};

/// Items by path, such as `vb365::jobs::Job.isEnabled`, with their signatures.
pub type Api = BTreeMap<String, String>;

/// Where the API of the crates is kept, below the workspace's root: a file for each crate, and for each family of the
/// models.
pub const FOLDER: &str = "xtask/api";

/// The public API of the crates that users depend on, as the files in [`FOLDER`].
///
/// # Errors
/// When a schema or a source cannot be read; the text says which.
pub fn of_workspace(root: &Path) -> Result<Files, String> {
    let mut out = Files::new();
    for name in ["wire", "filter", "transport", "fleet", "sim", "models", "em", "vb365", "zstack"] {
        let tables = SYSTEMS.contains(&name).then_some("generated");
        let lines = sources::read(&format!("backhaul_{name}"), &root.join("crates").join(name).join("src"), tables)?;
        out.insert(Path::new(FOLDER).join(format!("{name}.txt")), lines.join("\n") + "\n");
    }
    for system in SYSTEMS {
        let files = project::of_system(root, system).map_err(|error| error.to_string())?;
        let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // Which of its types serde writes is written down where the tables are: by `holds secrets`.
        for (item, of) in read(&files).into_iter().filter(|(item, _)| !item.ends_with(SERIALIZE)) {
            let family = item.split("::").nth(1).unwrap_or_default().to_owned();
            families.entry(family).or_default().push(format!("{item}: {of}"));
        }
        for (family, lines) in families {
            let path = Path::new(FOLDER).join(format!("models/{system}/{family}.txt"));
            out.insert(path, grouped(lines));
        }
    }
    Ok(out)
}

/// A line for each type, with its members below.
fn grouped(lines: Vec<String>) -> String {
    let item = |line: &str| line.split(": ").next().unwrap_or_default().to_owned();
    let is_type =
        |line: &&String| ["struct", "enum", "union", "call"].iter().any(|of| line.ends_with(&format!(": {of}")));
    let types: std::collections::BTreeSet<String> = lines.iter().filter(is_type).map(|line| item(line)).collect();
    let owner = |line: &str| {
        let whole = item(line);
        let cut = whole.find('.').or_else(|| whole.rfind("::")).unwrap_or(whole.len());
        if types.contains(&whole) { whole } else { whole[..cut].to_owned() }
    };
    let mut all: Vec<(String, bool, String)> =
        lines.into_iter().map(|line| (owner(&line), !types.contains(&item(&line)), line)).collect();
    all.sort();
    let mut out = String::new();
    for (owner, is_member, line) in all {
        match line.strip_prefix(&owner).filter(|_| is_member && types.contains(&owner)) {
            Some(rest) => out.push_str(&format!("  {rest}\n")),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// The lines of a file, each with the name of what it belongs to.
fn spread(text: &str) -> std::collections::BTreeSet<String> {
    let mut head = "";
    text.lines()
        .map(|line| match line.strip_prefix("  ") {
            Some(rest) => format!("{head}{rest}"),
            None => {
                head = line.split(": ").next().unwrap_or_default();
                line.to_owned()
            }
        })
        .collect()
}

/// How the files in [`FOLDER`] differ from the API: a line for each item, `+` for what is new and `-` for what is gone.
///
/// # Errors
/// When a file cannot be read.
pub fn differences(root: &Path, now: &Files) -> io::Result<Vec<String>> {
    let mut out = Vec::new();
    for path in kept(root)?.iter().chain(now.keys()).collect::<std::collections::BTreeSet<_>>() {
        let was = std::fs::read_to_string(root.join(path)).unwrap_or_default().replace("\r\n", "\n");
        let is = now.get(path).map(String::as_str).unwrap_or_default();
        let (known, wanted) = (spread(&was), spread(is));
        out.extend(known.difference(&wanted).map(|line| format!("- {line}")));
        out.extend(wanted.difference(&known).map(|line| format!("+ {line}")));
    }
    Ok(out)
}

/// Writes the files in [`FOLDER`], and removes those of families that are gone.
///
/// # Errors
/// When a file cannot be written or removed.
pub fn keep(root: &Path, now: &Files) -> io::Result<()> {
    for path in kept(root)?.into_iter().filter(|path| !now.contains_key(path)) {
        std::fs::remove_file(root.join(path))?;
    }
    for (path, text) in now {
        let target = root.join(path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(target, text)?;
    }
    Ok(())
}

/// The files that are there.
fn kept(root: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut todo, mut out) = (vec![PathBuf::from(FOLDER)], Vec::new());
    while let Some(folder) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                todo.push(path);
            } else {
                out.push(path);
            }
        }
    }
    Ok(out)
}

/// How an item changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The item's path: `vb365::jobs::Job.is_enabled`, `vb365::jobs::Job::new`, `vb365::jobs::JobType::Backup`.
    pub item: String,
    /// Its signature before, when it was there.
    pub was: Option<String>,
    /// Its signature now, when it is still there.
    pub now: Option<String>,
}

impl Change {
    /// What it means for users: what is new breaks nothing, for structs, enums and calls are `#[non_exhaustive]` or
    /// made by `new`.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.was.is_none() { Verdict::Additive } else { Verdict::Breaking }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = &self.item;
        match (&self.was, &self.now) {
            (None, Some(now)) => write!(f, "`{item}` is new: `{now}`"),
            (Some(was), None) => write!(f, "`{item}` is gone: it was `{was}`"),
            (was, now) => write!(
                f,
                "`{item}` becomes `{}`: it was `{}`",
                now.as_deref().unwrap_or_default(),
                was.as_deref().unwrap_or_default()
            ),
        }
    }
}

/// Every change between two APIs, by item.
#[must_use]
pub fn compare(was: &Api, now: &Api) -> Vec<Change> {
    let items: std::collections::BTreeSet<&String> = was.keys().chain(now.keys()).collect();
    let changes = items.into_iter().map(|item| Change {
        item: item.clone(),
        was: was.get(item).cloned(),
        now: now.get(item).cloned(),
    });
    // That a type is written by serde is no news of one that is new, nor lost of one that is gone.
    let is_told = |change: &Change| match change.item.strip_suffix(SERIALIZE) {
        Some(ty) => change.now.is_none() && now.contains_key(ty),
        None => true,
    };
    changes.filter(|change| change.was != change.now && is_told(change)).collect()
}

/// Behind the path of a type that is `serde::Serialize`: one that holds secrets is not.
const SERIALIZE: &str = ": Serialize";

/// The API of the models among generated files.
#[must_use]
pub fn read(files: &Files) -> Api {
    let mut api = Api::new();
    for (path, text) in files {
        if let Some(module) = module(path) {
            tables(&module, text, &mut api);
        }
    }
    api
}

/// `crates/vb365/src/generated/jobs/operations.rs` is `vb365::jobs::operations`; the parts that a family is cut into by
/// features are the family's, and ZStack's types those of ZStack.
fn module(path: &Path) -> Option<String> {
    let path = path.with_extension("");
    let mut parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let ["crates", name, "src", "generated", _, ..] = parts[..] else { return None };
    let system = name.strip_suffix("-types").unwrap_or(name);
    SYSTEMS.contains(&system).then_some(())?;
    parts.drain(..4);
    parts.retain(|part| !part.starts_with("with_"));
    parts.insert(0, system);
    Some(parts.join("::"))
}

/// One table at a time: from `generated_model! {` to `}`.
fn tables(module: &str, text: &str, api: &mut Api) {
    let mut rows: Vec<&str> = Vec::new();
    let (mut macro_name, mut aliases) = (None, Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("generated_") {
            let (name, rest) = rest.split_once('!').unwrap_or((rest, ""));
            if let Some(inside) = rest.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                table(module, name, &[inside.trim()], api);
            } else {
                macro_name = Some(name);
            }
        } else if let Some(alias) = line.trim_start().strip_prefix("pub type ").and_then(|rest| rest.strip_suffix(';'))
        {
            aliases.extend(alias.split_once(" = "));
        } else if line == "}" {
            if let Some(name) = macro_name.take() {
                table(module, name, &rows, api);
            }
            rows.clear();
        } else if macro_name.is_some() {
            let row = line.trim();
            if !row.is_empty() && !row.starts_with("///") && !row.starts_with("#[") {
                rows.push(row);
            }
        }
    }
    // What was renamed has all that it had by its old name, too.
    for (old, new) in aliases {
        let new = format!("{module}::{new}");
        let same = api.iter().filter_map(|(item, of)| Some((item.strip_prefix(&new)?.to_owned(), of.clone())));
        let same: Vec<_> = same.filter(|(rest, _)| rest.is_empty() || rest.starts_with(['.', ':'])).collect();
        api.extend(same.into_iter().map(|(rest, of)| (format!("{module}::{old}{rest}"), of)));
    }
}

fn table(module: &str, name: &str, rows: &[&str], api: &mut Api) {
    let Some((head, rows)) = rows.split_first() else { return };
    let path = |name: &str| format!("{module}::{name}");
    match name {
        "model" => {
            let ty = word(head);
            api.insert(path(ty), "struct".into());
            if !head.ends_with(" holds secrets;") {
                api.insert(format!("{}{SERIALIZE}", path(ty)), "impl".into());
            }
            for row in rows {
                // `0 object_storage_id: Option<Id> = Id, new("objectStorageId", Kind::Id);`
                let field = row.split_once(' ').and_then(|(_, rest)| rest.split_once(": "));
                if let Some((field, rest)) = field
                    && let Some((of, _)) = rest.split_once(" = ")
                {
                    api.insert(format!("{}.{field}", path(ty)), of.to_owned());
                }
            }
        }
        "choice" => {
            let ty = word(head);
            api.insert(path(ty), "enum".into());
            for row in rows {
                // `0 ItemLevel = "ItemLevel";`
                if let Some((variant, _)) = row.split_once(' ').and_then(|(_, rest)| rest.split_once(" = ")) {
                    api.insert(format!("{}::{variant}", path(ty)), "variant".into());
                }
            }
        }
        "request" => {
            // `CreateZoneRequest(name: impl Into<String>) { description: impl Into<String>, size: i64 }`
            let whole = [&[*head], rows].concat().join(" ");
            if let Some((ty, rest)) = whole.split_once('(') {
                let (arguments, setters) = rest.split_once(") {").unwrap_or((rest, ""));
                api.insert(format!("{}::new", path(ty.trim())), format!("({arguments})"));
                for setter in split(setters.trim_end_matches('}')) {
                    let Some((setter, of)) = setter.split_once(": ") else { continue };
                    api.insert(format!("{}::{setter}()", path(ty.trim())), of.to_owned());
                }
            }
        }
        "call" => {
            let ty = word(head);
            api.insert(path(ty), "call".into());
            let mut rows = rows.iter();
            // `(repository_id: Id) body(BackupRepositoryFromClient) -> empty(());`
            if let Some(signature) = rows.next() {
                api.insert(format!("{}::new", path(ty)), signature.trim_end_matches(';').to_owned());
            }
            for row in rows {
                // `proxy_id: Option<Id> [None] query("proxyId", Kind::Id).since(4);`
                if let Some((field, rest)) = row.split_once(": ")
                    && let Some((of, _)) = rest.split_once(" [")
                {
                    api.insert(format!("{}.{field}", path(ty)), of.to_owned());
                }
            }
        }
        "union" => {
            let ty = word(head);
            api.insert(path(ty), "union".into());
            if !head.ends_with(" holds secrets;") {
                api.insert(format!("{}{SERIALIZE}", path(ty)), "impl".into());
            }
            api.insert(format!("{}::Unknown", path(ty)), format!("Any{ty}"));
            for row in rows {
                if let Some((kind, of)) = row.split_once(") = ").and_then(|(row, _)| row.split_once('(')) {
                    // `0 Site(JobSiteItem) = JOB_SITE_ITEM, &["Site"];`
                    let kind = kind.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
                    api.insert(format!("{}::{kind}", path(ty)), of.to_owned());
                } else if let Some((field, rest)) = row.split_once(": ")
                    && let Some((of, _)) = rest.split_once(" = ")
                {
                    // `id: Option<&Id> = as_ref;`
                    api.insert(format!("{}::{field}()", path(ty)), of.to_owned());
                }
            }
        }
        _ => {}
    }
}

/// The name before ` = `.
fn word(head: &str) -> &str {
    head.split_once(" = ").map_or(head, |(name, _)| name)
}

/// `a: X, b: BTreeMap<String, Y>` at the commas that stand in no brackets.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, char) in list.char_indices() {
        match char {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
