//! What of other people is in the program, and under which licences.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Result, text};

/// A package of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: String,
    /// As an SPDX expression.
    pub(super) licence: String,
    pub(super) repository: Option<String>,
    folder: PathBuf,
}

/// The packages that the command is built of with all features, apart from our own.
pub(super) fn of_the_command(root: &Path, target: &str) -> Result<Vec<Dependency>> {
    let features = ["-p", "backhaul", "--features", "full", "--locked", "--target", target];
    let mut tree = Command::new("cargo");
    tree.current_dir(root).args(["tree", "-e", "normal", "--prefix", "none", "-f", "{p}"]).args(features);
    let built = text(&mut tree)?;
    let mut metadata = Command::new("cargo");
    metadata.current_dir(root).args(["metadata", "--format-version", "1", "--locked", "--all-features"]);
    // Packages for other platforms are not fetched.
    metadata.args(["--filter-platform", target]);
    let metadata: Value = serde_json::from_str(&text(&mut metadata)?)?;
    let known = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let known: BTreeMap<(&str, &str), &Value> =
        known.iter().filter_map(|it| Some(((it["name"].as_str()?, it["version"].as_str()?), it))).collect();
    let mut found = Vec::new();
    for line in built.lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
        let version = version.trim_start_matches('v');
        let package = known.get(&(name, version)).ok_or_else(|| format!("cargo metadata does not know `{line}`"))?;
        if package["source"].is_null() {
            continue;
        }
        let file = package["license_file"].as_str().map(|file| format!("in {file}"));
        let licence = package["license"].as_str().map(str::to_owned).or(file);
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        found.push(Dependency {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: licence.ok_or_else(|| format!("{name} {version} has no licence"))?,
            repository: package["repository"].as_str().map(str::to_owned),
            folder: manifest.parent().unwrap_or(manifest).to_owned(),
        });
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Who made what, and the texts of the licences, each once.
pub(super) fn licences(dependencies: &[Dependency]) -> String {
    let mut text = String::from("backhaul contains these packages of others.\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for it in dependencies {
        let place = it.repository.as_deref().unwrap_or("-");
        text.push_str(&format!("{} {}\n    {}\n    {place}\n", it.name, it.version, it.licence));
        for licence in texts_in(&it.folder) {
            texts.entry(licence).or_default().push(format!("{} {}", it.name, it.version));
        }
    }
    for (licence, names) in texts {
        text.push_str(&format!("\n{}\n{}\n\n{licence}\n", "=".repeat(80), names.join(", ")));
    }
    text
}

/// The licence texts that a package ships.
fn texts_in(folder: &Path) -> Vec<String> {
    let is_licence = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|word| name.starts_with(word))
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = files.filter(|file| is_licence(&file.file_name().to_string_lossy())).collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let read = files.iter().filter_map(|file| fs::read_to_string(file.path()).ok());
    read.map(|text| text.replace("\r\n", "\n").trim().to_owned()).collect()
}
