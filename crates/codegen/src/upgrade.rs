//! `cargo xtask upgrade`: from a vendor's document to a change that can be reviewed, without a step between.
//!
//! The document is merged into a copy of the schemas and everything is generated from it, in memory; the verdict is
//! taken from the public API of both trees and from what goes over the wire.

use std::fs;
use std::path::Path;

use crate::api::{self, Api, Change};
use crate::diff::{Diff, Kind, Subject, Verdict};
use crate::import::{self, ImportError, Outcome};
use crate::project::{self, Files};

/// What a document would change.
#[derive(Debug)]
pub struct Upgrade {
    /// The schemas, and what changed in them.
    pub outcome: Outcome,
    /// The system's generated files.
    pub generated: Files,
    /// The generated files that would change.
    pub touched: Vec<String>,
    /// The public API's changes.
    pub api: Vec<Change>,
    /// What the version has on the wire that the one before has not; nothing when it is the first.
    pub wire: Option<Diff>,
    /// Types that went while others of the same members came: renames, perhaps.
    pub renames: Vec<(String, String)>,
    /// Operations that the vendor calls otherwise now: the names before, which stay, and those now.
    pub renamed: Vec<(String, String)>,
}

/// Reads a document as one version of a system's API.
///
/// # Errors
/// When the document or the schemas break a rule, with file, place and rule; when the schemas cannot be copied aside.
pub fn read(root: &Path, system: &str, version: u8, path: &str, text: &str) -> import::Result<Upgrade> {
    let was = project::of_system(root, system).map_err(schema)?;
    let outcome = import::import(root, system, version, path, text)?;
    let aside = tempfile::tempdir().map_err(|error| ImportError::new("a temporary folder", "", error))?;
    copy(&root.join("schemas"), &aside.path().join("schemas"))
        .and_then(|()| manifest(root, aside.path()))
        .and_then(|()| import::write(aside.path(), &outcome))
        .map_err(|error| ImportError::new("the copy of schemas/", "", error))?;
    let generated = project::of_system(aside.path(), system).map_err(schema)?;
    let (api_was, api_now) = (api::read(&was), api::read(&generated));
    let api = api::compare(&api_was, &api_now);
    // ZStack numbers no versions to compare.
    let numbered = system != "zstack";
    let before = import::versions(root, system)?.into_iter().rfind(|other| numbered && *other < version);
    let wire = before.map(|before| Diff::read(aside.path(), system, before, version)).transpose().map_err(schema)?;
    let mut touched: Vec<String> = Vec::new();
    for (file, now) in &generated {
        if was.get(file) != Some(now) {
            touched.push(file.display().to_string());
        }
    }
    touched.extend(was.keys().filter(|file| !generated.contains_key(*file)).map(|file| file.display().to_string()));
    let ending = format!(": not in {}", import::label(system, version));
    let gone =
        outcome.changes.iter().filter_map(|change| change.strip_prefix("~ type ")?.strip_suffix(ending.as_str()));
    let renames = renames(&api_was, &api_now, &gone.collect::<Vec<_>>());
    let renamed = outcome.changes.iter().filter_map(|change| {
        let (was, now) = change.strip_prefix("~ operation ")?.strip_suffix(" now")?.split_once(": is ")?;
        Some((was.to_owned(), now.to_owned()))
    });
    let renamed = renamed.collect();
    Ok(Upgrade { outcome, generated, touched, api, wire, renames, renamed })
}

fn schema(error: crate::SchemaError) -> ImportError {
    error.into()
}

/// The features that schema files may name stand in the manifest of the models.
fn manifest(root: &Path, aside: &Path) -> std::io::Result<()> {
    let of = |root: &Path| root.join(project::MODELS);
    if !of(root).exists() {
        return Ok(());
    }
    fs::create_dir_all(of(aside).parent().unwrap_or(aside))?;
    fs::copy(of(root), of(aside)).map(drop)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Pairs of a struct that the version no longer has and one that came with the same members.
fn renames(was: &Api, now: &Api, gone: &[&str]) -> Vec<(String, String)> {
    let members = |api: &Api, ty: &str| -> Vec<(String, String)> {
        let all = api
            .iter()
            .filter_map(|(item, of)| Some((item.strip_prefix(ty)?.strip_prefix('.')?.to_owned(), of.clone())));
        all.collect()
    };
    let structs = |api: &Api| -> Vec<String> {
        api.iter().filter(|(_, what)| *what == "struct").map(|(item, _)| item.clone()).collect()
    };
    let came: Vec<String> = structs(now).into_iter().filter(|item| !was.contains_key(item)).collect();
    let mut out = Vec::new();
    for old in structs(was) {
        if !gone.contains(&old.rsplit("::").next().unwrap_or_default()) {
            continue;
        }
        // The old one may have members of versions that are past, and an enum that stands inline is named after its
        // owner: the new one has no members of other names, and half of the old ones as they were.
        let known = members(was, &old);
        let new = came.iter().find(|new| {
            let own = members(now, new);
            let same = own.iter().filter(|member| known.contains(member)).count();
            let named = |name: &String| known.iter().any(|(other, _)| other == name);
            same > 0 && same * 2 >= known.len() && own.iter().all(|(name, _)| named(name))
        });
        out.extend(new.map(|new| (old.clone(), new.clone())));
    }
    out
}

impl Upgrade {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcome.files.is_empty() && self.touched.is_empty()
    }

    /// What the next release may be called, by cargo's reading of versions.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let all = self.api.iter().map(Change::verdict);
        all.min().unwrap_or(Verdict::WireOnly)
    }

    /// The next version of the crates: a change that breaks raises the leftmost number that is not 0.
    #[must_use]
    pub fn next(&self, current: &str) -> String {
        let mut parts: Vec<u64> = current.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        parts.resize(3, 0);
        let leftmost = parts.iter().position(|part| *part > 0).unwrap_or(2);
        let raised = match self.verdict() {
            Verdict::Breaking => leftmost,
            Verdict::Additive => (leftmost + 1).min(2),
            Verdict::WireOnly => 2,
        };
        parts[raised] += 1;
        parts[raised + 1..].fill(0);
        parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    }

    /// The report, as Markdown: verdict, API, what to settle, files; then the wire.
    #[must_use]
    pub fn markdown(&self, current: &str) -> String {
        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        // A document may say otherwise and change nothing.
        let notes: Vec<String> = self.outcome.notes.iter().map(|note| format!("Note: {note}.")).collect();
        if self.is_empty() {
            line("Nothing changes.".into());
            notes.into_iter().for_each(line);
            return out;
        }
        line(format!("# Verdict: {}\n", self.verdict()));
        line(format!("The next release is {} (now {current}).", self.next(current)));
        notes.into_iter().for_each(&mut line);
        for (was, now) in &self.renamed {
            line(format!("Note: the operation `{was}` is `{now}` now. The call keeps its old name, too, deprecated."));
        }
        // A call of the old name goes to another path from now on.
        for moved in self.outcome.changes.iter().filter(|change| change.contains(": the one up to v")) {
            let (name, older) = moved.trim_start_matches("~ operation ").split_once(": ").unwrap_or_default();
            line(format!(
                "Note: the operation `{name}` is another from this version on: {older}. Its call changes with it."
            ));
        }
        for (was, now) in &self.renames {
            line(format!(
                "Note: `{was}` is not in this version, and `{now}` came with the same members. If it was renamed, keep its name: add \
                 {{\"name\": \"{}\", \"was\": \"THE DOCUMENT'S NAME\"}} to `types` in `names.json`.",
                was.rsplit("::").next().unwrap_or_default()
            ));
        }
        for (title, verdict) in [("What breaks", Verdict::Breaking), ("What is new", Verdict::Additive)] {
            let changes: Vec<&Change> = self.api.iter().filter(|change| change.verdict() == verdict).collect();
            if changes.is_empty() {
                continue;
            }
            line(format!("\n## {title}: {}\n", changes.len()));
            changes.iter().for_each(|change| line(format!("- {change}")));
        }
        line("\n## For CHANGELOG.md\n".into());
        line(self.changelog());
        line("## Files\n".into());
        for file in self.outcome.files.keys() {
            line(format!("- {}", file.display()));
        }
        self.touched.iter().for_each(|file| line(format!("- {file}")));
        if let Some(wire) = &self.wire {
            line(String::new());
            line(wire.markdown());
        }
        out
    }

    /// The entry for CHANGELOG.md: what breaks item by item, what is new by number.
    fn changelog(&self) -> String {
        let (breaking, new): (Vec<&Change>, Vec<&Change>) =
            self.api.iter().partition(|change| change.verdict() == Verdict::Breaking);
        let mut out: String = breaking.iter().map(|change| format!("- **Breaking:** {change}.\n")).collect();
        for (was, now) in &self.renamed {
            out += &format!("- The call of `{was}` is deprecated by that name: the vendor calls it `{now}`.\n");
        }
        let of = |what: &str| new.iter().filter(|change| change.now.as_deref() == Some(what)).count();
        let fields = new.iter().filter(|change| change.item.contains('.')).count();
        let (calls, types, values) = (of("call"), of("struct") + of("enum") + of("union"), of("variant"));
        if calls + types + values + fields > 0 {
            out += &format!(
                "- New: {calls} calls, {types} types, {values} enumeration values, {fields} fields and parameters.\n"
            );
        }
        let wanted = self.wire.iter().flat_map(|wire| &wire.changes).filter(|change| {
            let is_member = matches!(change.of, Subject::Property | Subject::Parameter);
            is_member && change.change == Kind::Retyped && change.verdict == Verdict::WireOnly
        });
        wanted.for_each(|change| out += &format!("- `{}`: {}.\n", change.name, change.detail));
        if out.is_empty() {
            out.push_str("- The version is known; nothing else changes for users.\n");
        }
        out
    }
}
