//! What the generated code costs to build, on the scale of a small serde program's clean build (H).
//!
//! The schemas of a whole OpenAPI document go through the JSON Schema front end and the type back end into a throw-away crate
//! below `target/`; beside it stand H and a program that decodes and encodes every type.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use backhaul_codegen::emit;
use backhaul_codegen::ir::{TypeShape, Types};
use backhaul_codegen::json_schema::{self, File};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) fn run(subject: &Path, rounds: usize) -> Result<()> {
    match subject.to_str() {
        Some(feature) if ["em", "vb365", "zstack"].iter().any(|system| feature.starts_with(system)) => {
            checked_in(feature, rounds)
        }
        _ => document(subject, rounds),
    }
}

/// Measures what a feature of the checked-in models brings, with its operations.
fn checked_in(feature: &str, rounds: usize) -> Result<()> {
    let home = crate::root().join("target/build-cost");
    let models = crate::root().join("crates/models");
    let folder = home.join("models");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&models.join("src"), &folder.join("src"))?;
    let system = feature.split('-').next().unwrap_or(feature);
    let mut names = Vec::new();
    for entry in fs::read_dir(models.join(format!("src/{system}/generated")))? {
        let path = entry?.path();
        if path.is_file() {
            names.extend(types(&fs::read_to_string(&path)?, feature).map(|name| format!("{system}::{name}")));
        }
    }
    println!("{} structs and unions", names.len());
    let own = fs::read_to_string(models.join("Cargo.toml"))?;
    let (_, features) = own.split_once("[features]\n").ok_or("no features")?;
    let (features, _) = features.split_once("\n[").ok_or("no end of the features")?;
    let (_, features) = features.split_once('\n').ok_or("one feature")?;
    let wire = crate::root().join("crates/wire");
    let dependencies = format!(
        "backhaul-wire = {{ path = {wire:?} }}\nserde_json = \"1\"\n[features]\ndefault = [{feature:?}]\n{features}"
    );
    fs::write(folder.join("Cargo.toml"), manifest("measured-models", &dependencies))?;
    write_programs(&home, &names, "")?;
    measure(&home, rounds)
}

/// The structs and unions of a generated file that are there with a feature.
fn types<'t>(text: &'t str, feature: &str) -> impl Iterator<Item = &'t str> {
    let wanted = format!("{feature:?}");
    let whole = !feature.contains('-');
    let (mut on, mut listing) = (true, false);
    let lines = text.lines().filter(move |line| {
        if line.starts_with("#[cfg(") {
            on = whole || line.contains(&wanted);
        }
        let was = listing;
        listing = line.ends_with("generated_struct! {") || was && !line.ends_with('}');
        was && listing && on
    });
    lines.flat_map(|line| line.split(';').map(str::trim).filter(|name| !name.is_empty()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{dependencies}\n"
    )
}

fn document(openapi: &Path, rounds: usize) -> Result<()> {
    let document: Value = serde_json::from_str(&fs::read_to_string(openapi)?)?;
    let file = File { path: "measured/all.json".into(), json: definitions(&document)? };
    let types = families(json_schema::read(&[file])?);
    let home = crate::root().join("target/build-cost");
    write_crates(&home, &types)?;
    let count = |f: fn(&TypeShape) -> usize| types.types.iter().map(|t| f(&t.shape)).sum::<usize>();
    println!(
        "{} structs, {} enums, {} fields",
        count(|s| usize::from(matches!(s, TypeShape::Struct(_)))),
        count(|s| usize::from(matches!(s, TypeShape::Enum(_)))),
        count(|s| if let TypeShape::Struct(s) = s { s.fields.len() } else { 0 }),
    );
    measure(&home, rounds)
}

/// The document's schemas in the form that the front end takes.
fn definitions(document: &Value) -> Result<Value> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).ok_or("no /components/schemas")?;
    let defs: Map<String, Value> =
        schemas.iter().map(|(name, schema)| (name.replace('_', ""), plain(schema))).collect();
    Ok(json!({ "$defs": defs }))
}

/// Spreads the types over files of about 30, as the checked-in schemas do by resource family.
fn families(mut types: Types) -> Types {
    for (index, ty) in types.types.iter_mut().enumerate() {
        ty.family = format!("family_{:02}", index / 30);
    }
    types
}

/// Drops what OpenAPI adds to JSON Schema.
fn plain(schema: &Value) -> Value {
    const KEPT: [&str; 7] = ["$ref", "type", "format", "enum", "items", "properties", "additionalProperties"];
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(only) = object.get("allOf").and_then(Value::as_array).and_then(|all| all.first()) {
        return plain(only);
    }
    let mut out = Map::new();
    for (key, value) in object.iter().filter(|(key, _)| KEPT.contains(&key.as_str())) {
        let value = match (key.as_str(), value) {
            ("$ref", Value::String(path)) => json!(path.replace("#/components/schemas/", "#/$defs/").replace('_', "")),
            ("properties", Value::Object(members)) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), plain(member))).collect())
            }
            ("items" | "additionalProperties", inner) => plain(inner),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    Value::Object(out)
}

fn write_crates(home: &Path, types: &Types) -> Result<()> {
    let wire = crate::root().join("crates/wire");
    let models = home.join("models");
    if models.exists() {
        fs::remove_dir_all(&models)?;
    }
    fs::create_dir_all(models.join("src/generated"))?;
    fs::write(
        models.join("Cargo.toml"),
        manifest("measured-models", &format!("backhaul-wire = {{ path = {wire:?} }}\n[features]\nregistry = []")),
    )?;
    fs::write(models.join("src/lib.rs"), "pub mod generated;\npub enum Measured {}\n")?;
    fs::write(models.join("src/generated/mod.rs"), emit::module(types, "Measured"))?;
    for (family, members) in types.by_family() {
        fs::write(
            models.join(format!("src/generated/{}.rs", emit::module_name(family))),
            emit::family("Measured.", &members, &BTreeSet::new(), &types.edited()),
        )?;
    }
    fs::write(models.join("src/generated/operations.rs"), "//! No operations are measured.\n")?;
    let names = types.types.iter().filter(|t| matches!(t.shape, TypeShape::Struct(_))).map(|t| t.name.clone());
    write_programs(home, &names.collect::<Vec<_>>(), "::generated")
}

/// The program that decodes and encodes every type, and H.
fn write_programs(home: &Path, names: &[String], module: &str) -> Result<()> {
    let wire = crate::root().join("crates/wire");
    let calls: String = names.iter().map(|name| format!("    go::<{name}>(&body);\n")).collect();
    let all = home.join("use-all");
    fs::create_dir_all(all.join("src"))?;
    fs::write(
        all.join("Cargo.toml"),
        manifest(
            "use-all",
            &format!("backhaul-wire = {{ path = {wire:?} }}\nmeasured-models = {{ path = \"../models\" }}"),
        ),
    )?;
    fs::write(
        all.join("src/main.rs"),
        format!(
            "use backhaul_wire::json;\nuse measured_models{module}::*;\n\
             fn go<T: backhaul_wire::reflect::Model>(body: &[u8]) {{\n    let value: T = json::decode(body).unwrap();\n    \
             println!(\"{{}}\", json::encode(&value, json::Case::Schema).unwrap().len());\n}}\n\
             fn main() {{\n    let body = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();\n{calls}}}\n"
        ),
    )?;
    let small = home.join("small-serde");
    fs::create_dir_all(small.join("src"))?;
    fs::write(
        small.join("Cargo.toml"),
        manifest("small-serde", "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\""),
    )?;
    fs::write(
        small.join("src/main.rs"),
        "#[derive(serde::Serialize, serde::Deserialize)]\nstruct One { name: String, size: Option<i64> }\n\
         fn main() {\n    let one: One = serde_json::from_str(&std::env::args().nth(1).unwrap()).unwrap();\n    \
         println!(\"{}\", serde_json::to_string(&one).unwrap());\n}\n",
    )?;
    Ok(())
}

fn measure(home: &Path, rounds: usize) -> Result<()> {
    let mut rows: Vec<(&str, Vec<Duration>)> = Vec::new();
    let mut note = |name: &'static str, took: Duration| match rows.iter_mut().find(|(n, _)| *n == name) {
        Some((_, times)) => times.push(took),
        None => rows.push((name, vec![took])),
    };
    for _ in 0..rounds {
        for (profile, clean, alone) in [
            ("check", "H check", "models check, the crate alone"),
            ("release", "H release", "models release, the crate alone"),
        ] {
            note(clean, build(&home.join("small-serde"), profile, true)?);
            let models = home.join("models");
            let whole = build(&models, profile, true)?;
            note(
                if profile == "check" {
                    "models check, dependencies included"
                } else {
                    "models release, dependencies included"
                },
                whole,
            );
            touch(&models.join("src/lib.rs"))?;
            note(alone, build(&models, profile, false)?);
        }
        let all = home.join("use-all");
        note("models + use all release, dependencies included", build(&all, "release", true)?);
        touch(&home.join("models/src/lib.rs"))?;
        note("models + use all release, the two crates", build(&all, "release", false)?);
    }
    let median = |times: &[Duration]| {
        let mut times = times.to_vec();
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let find = |name: &str| rows.iter().find(|(n, _)| *n == name).map_or(f64::NAN, |(_, times)| median(times));
    for (name, times) in &rows {
        let yardstick = if name.contains("check") { find("H check") } else { find("H release") };
        println!("{name:50} {:6.2} s  {:5.2} × H", median(times), median(times) / yardstick);
    }
    Ok(())
}

fn touch(path: &PathBuf) -> Result<()> {
    let text = fs::read_to_string(path)?;
    Ok(fs::write(path, text)?)
}

fn build(home: &Path, profile: &str, clean: bool) -> Result<Duration> {
    let target = home.join("target");
    if clean && target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(home).env("CARGO_TARGET_DIR", &target).env("CARGO_INCREMENTAL", "0");
    command.args(if profile == "check" { &["check", "--quiet"][..] } else { &["build", "--release", "--quiet"][..] });
    let start = Instant::now();
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", home.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(start.elapsed())
}
