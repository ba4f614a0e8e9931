//! Which types and operations belong to which family: read from the generated tables, as a reader would find them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use backhaul_wire::System;

/// A family of a system: the types and operations of one generated module and of those below it, in the order of their
/// names.
#[derive(Default)]
pub struct Family {
    pub name: String,
    pub types: Vec<String>,
    pub operations: Vec<String>,
}

/// A system's families by name.
pub fn of(system: System) -> impl Iterator<Item = Family> {
    let crates = match system {
        System::Zstack => &["zstack-types", "zstack"][..],
        System::Em => &["em"],
        System::Vb365 => &["vb365"],
    };
    let root = |name: &&str| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src/generated");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (root, file) in
        crates.iter().map(root).flat_map(|root| files(&root).into_iter().map(move |it| (root.clone(), it)))
    {
        let below = file.strip_prefix(&root).unwrap().with_extension("");
        let name = below.iter().next().unwrap().to_str().unwrap().to_owned();
        let family = families.entry(name.clone()).or_insert_with(|| Family { name, ..Family::default() });
        let mut table = String::new();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            if let Some(name) = line.strip_prefix("generated_") {
                name.clone_into(&mut table);
            }
            // A union's type is that of the struct behind it, which comes before.
            if table.starts_with("union!") {
                continue;
            }
            // ` BackupRepository = BACKUP_REPOSITORY("BackupRepository")`, ` JobGet = op("Job_Get", "GET",
            // "/Jobs/{jobId}")`, and what has no typed call: ` op("QueryJob", "GET", "/api/query?type=Job")`.
            let Some(row) = line.strip_prefix("    ") else { continue };
            let (rust, shape) = row.split_once(" = ").filter(|_| !row.starts_with("op(")).unwrap_or(("", row));
            if rust.contains(' ') || !(rust.is_empty() || rust.starts_with(char::is_uppercase)) {
                continue;
            }
            if let Some(quoted) = shape.strip_prefix("op(\"") {
                family.operations.push(quoted.split('"').next().unwrap().to_owned());
            } else if !rust.is_empty()
                && let Some((constant, rest)) = shape.split_once('(')
                && constant.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_')
            {
                // A type that Rust calls otherwise names itself in quotes.
                let own = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
                family.types.push(own.unwrap_or(rust).to_owned());
            }
        }
    }
    // The modules that only join the families are none.
    let families = families.into_values().filter(|family| !family.types.is_empty() || !family.operations.is_empty());
    families.map(|mut family| {
        family.types.sort();
        family.operations.sort();
        family
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
