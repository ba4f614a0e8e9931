//! What the generated code costs to build, on the scale of a small serde program's clean build (H).
//!
//! Where Linux tells it, the time is the processors' and not the clock's: other work on the machine makes that longer
//! by far less.
//!
//! The schemas of a whole OpenAPI document go through the JSON Schema front end and the type back end into a throw-away
//! crate below `target/`; beside it stand H and a program that decodes and encodes every type.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use backhaul_codegen::emit;
use backhaul_codegen::features::Closure;
use backhaul_codegen::ir::{TypeShape, Types};
use backhaul_codegen::json_schema::{self, File};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) fn run(subject: &Path, rounds: usize) -> Result<()> {
    match subject.to_str() {
        Some("all") => checked_in(&SYSTEMS, rounds),
        Some(feature) if SYSTEMS.iter().any(|system| feature.starts_with(system)) => checked_in(&[feature], rounds),
        _ => document(subject, rounds),
    }
}

const SYSTEMS: [&str; 3] = ["em", "vb365", "zstack"];

/// The packages that hold the models.
const MODELS: [&str; 5] =
    ["backhaul-em", "backhaul-vb365", "backhaul-zstack-types", "backhaul-zstack", "backhaul-models"];

/// Measures what features of the checked-in models bring, with their operations.
fn checked_in(features: &[&str], rounds: usize) -> Result<()> {
    let home = crate::root().join("target/build-cost");
    let folder = home.join("models");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("src"))?;
    let models = crate::root().join("crates/models");
    let dependencies = format!(
        "backhaul-models = {{ path = {models:?}, default-features = false, features = {features:?} }}\n[features]\n\
         typed-registry = [\"backhaul-models/typed-registry\"]"
    );
    fs::write(folder.join("Cargo.toml"), manifest("measured-models", &dependencies))?;
    fs::write(folder.join("src/lib.rs"), "pub use backhaul_models::*;\n")?;
    let systems = features.iter().map(|feature| feature.split('-').next().unwrap_or(feature));
    write_programs(&home, &systems.collect::<Vec<_>>())?;
    measure(&home, &MODELS, rounds)
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
    measure(&home, &["measured-models"], rounds)
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
    fs::create_dir_all(models.join("src"))?;
    fs::write(
        models.join("Cargo.toml"),
        manifest(
            "measured-models",
            &format!(
                "backhaul-wire = {{ path = {wire:?} }}\n[features]\nregistry = []\ntyped-registry = [\"registry\"]"
            ),
        ),
    )?;
    fs::write(models.join("src/lib.rs"), "pub mod generated;\n")?;
    let closure = Closure::new(BTreeMap::new(), types, &[]);
    let (api, requests) = ("Measured", &BTreeSet::new());
    let holds = emit::Holds::Types;
    let system = emit::System { holds, api, replies: false, types, operations: &[], requests, closure: &closure };
    for (path, code) in system.files(&models.join("src/generated")) {
        fs::create_dir_all(path.parent().unwrap_or(home))?;
        fs::write(path, code)?;
    }
    write_programs(home, &["generated"])
}

/// The program that decodes and encodes every type, and H.
fn write_programs(home: &Path, modules: &[&str]) -> Result<()> {
    let types: Vec<String> = modules.iter().map(|module| format!("measured_models::{module}::MAKES")).collect();
    let types = types.join(", ");
    let wire = crate::root().join("crates/wire");
    let all = home.join("use-all");
    fs::create_dir_all(all.join("src"))?;
    let models = "measured-models = { path = \"../models\", features = [\"typed-registry\"] }";
    fs::write(
        all.join("Cargo.toml"),
        manifest("use-all", &format!("backhaul-wire = {{ path = {wire:?} }}\n{models}")),
    )?;
    fs::write(
        all.join("src/main.rs"),
        format!(
            "use backhaul_wire::json;\n\
             fn main() {{\n    let body = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();\n    \
             for make in [{types}].concat().into_iter().flatten() {{\n        \
             let mut value = make();\n        \
             json::decode_into(value.as_mut(), &body, None).unwrap();\n        \
             println!(\"{{}}\", json::encode(value.as_ref(), json::Case::Schema).unwrap().len());\n    }}\n}}\n"
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

/// Builds everything from nothing, and then `packages` again.
fn measure(home: &Path, packages: &[&str], rounds: usize) -> Result<()> {
    let mut rows: Vec<(&str, Vec<Duration>)> = Vec::new();
    let mut note = |name: &'static str, took: Duration| match rows.iter_mut().find(|(n, _)| *n == name) {
        Some((_, times)) => times.push(took),
        None => rows.push((name, vec![took])),
    };
    for _ in 0..rounds {
        for (profile, clean, alone) in [
            ("check", "H check", "models check, without what they need"),
            ("release", "H release", "models release, without what they need"),
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
            forget(&models, packages)?;
            note(alone, build(&models, profile, false)?);
        }
        let all = home.join("use-all");
        note("models + use all release, dependencies included", build(&all, "release", true)?);
        forget(&all, packages)?;
        forget(&all, &["measured-models"])?;
        note("models + use all release, without what they need", build(&all, "release", false)?);
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

/// Removes what was built of packages, in each profile; of those that are no part of this build there is nothing.
fn forget(home: &Path, packages: &[&str]) -> Result<()> {
    for package in packages {
        for profile in ["dev", "release"] {
            let mut command = cargo(home);
            command.args(["clean", "--quiet", "--package", package, "--profile", profile]);
            let output = command.output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            if !output.status.success() && !said.contains("did not match any packages") {
                return Err(format!("{package} cannot be forgotten: {said}").into());
            }
        }
    }
    Ok(())
}

fn cargo(home: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(home).env("CARGO_TARGET_DIR", home.join("target")).env("CARGO_INCREMENTAL", "0");
    command
}

fn build(home: &Path, profile: &str, clean: bool) -> Result<Duration> {
    let target = home.join("target");
    if clean && target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let mut command = cargo(home);
    command.args(if profile == "check" { &["check", "--quiet"][..] } else { &["build", "--release", "--quiet"][..] });
    let (start, before) = (Instant::now(), children());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", home.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(children().zip(before).map_or_else(|| start.elapsed(), |(now, before)| now.saturating_sub(before)))
}

/// The processors' time of all processes that were started here and have ended, theirs included.
fn children() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, the 14th and 15th are user and system time in hundredths of a second.
    let numbers = stat.rsplit_once(')')?.1.split_whitespace().skip(13).take(2);
    let ticks: u64 = numbers.filter_map(|number| number.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}
