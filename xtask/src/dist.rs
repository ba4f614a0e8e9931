//! What a release is made of: the command with all features as archives and a Debian package, with what else people ask
//! for.
//!
//! Two runs of one commit make the same files: their times are the commit's.

mod archive;
mod deb;
mod dependencies;
mod sbom;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use self::dependencies::Dependency;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The static target: one file for every Linux of the architecture.
const MUSL: &str = "x86_64-unknown-linux-musl";

/// A file of the release, by its path in an archive.
struct Entry {
    path: String,
    content: Vec<u8>,
    executable: bool,
}

impl Entry {
    fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into(), executable: false }
    }
}

/// What is released.
struct Release {
    version: String,
    target: String,
    /// When the commit was made, in seconds of Unix time.
    time: u64,
    /// The program's name with the platform's ending.
    program: String,
    binary: Vec<u8>,
    man: Vec<Entry>,
    completions: Vec<Entry>,
    licences: Vec<Entry>,
    readme: Vec<u8>,
}

impl Release {
    fn name(&self) -> String {
        format!("backhaul-{}-{}", self.version, self.target)
    }
}

pub(crate) fn run(target: Option<String>, out: Option<PathBuf>, built: bool) -> Result<()> {
    let root = crate::root();
    let host = host()?;
    let target = target.map_or_else(|| usual_target(&host), Ok)?;
    let program = program(&root, &host, &target);
    if !built {
        build(&root, (target != host).then_some(&target))?;
    }
    let out = out.unwrap_or_else(|| root.join("target/dist"));
    fs::create_dir_all(&out)?;
    let dependencies = dependencies::of_the_command(&root, &target)?;
    let release = collected(&root, target, &program, &dependencies)?;
    let mut files = Vec::new();
    let mut write = |name: String, content: Vec<u8>| -> Result<()> {
        fs::write(out.join(&name), &content)?;
        println!("{name}  {:.1} MB", content.len() as f64 / 1e6);
        files.push((name, content));
        Ok(())
    };
    write(format!("{}.tar.gz", release.name()), archive::tar_gz(&release)?)?;
    write(format!("{}.zip", release.name()), archive::zip(&release)?)?;
    if release.target.contains("linux") {
        let (name, package) = deb::package(&release)?;
        write(name, package)?;
    }
    write(format!("{}.cdx.json", release.name()), sbom::cyclonedx(&release, &dependencies)?)?;
    let sum = |(name, content): &(String, Vec<u8>)| format!("{:x}  {name}\n", Sha256::digest(content));
    fs::write(out.join("SHA256SUMS"), files.iter().map(sum).collect::<String>())?;
    println!("SHA256SUMS\nin {}", out.display());
    Ok(())
}

/// The target of this machine.
fn host() -> Result<String> {
    let version = text(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say its host")?.to_owned())
}

/// The static target where this toolchain has it, else that of this machine.
fn usual_target(host: &str) -> Result<String> {
    if !host.contains("linux") {
        return Ok(host.to_owned());
    }
    let sysroot = text(Command::new("rustc").args(["--print", "sysroot"]))?;
    if host.starts_with("x86_64") && Path::new(sysroot.trim()).join("lib/rustlib").join(MUSL).is_dir() {
        return Ok(MUSL.to_owned());
    }
    eprintln!(
        "xtask: no static target here (`rustup target add {MUSL}`): building for {host}, which needs its C library"
    );
    Ok(host.to_owned())
}

/// Where Cargo puts the program; that of this machine stands beside what `cargo build --release` makes, and is built
/// once.
fn program(root: &Path, host: &str, target: &str) -> PathBuf {
    let name = if target.contains("windows") { "backhaul.exe" } else { "backhaul" };
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = if target == host { folder } else { folder.join(target) };
    folder.join("release").join(name)
}

fn build(root: &Path, target: Option<&String>) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["build", "--release", "--locked", "-p", "backhaul", "--features", "full"]);
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(format!("{cargo:?}: {status}").into()) }
}

/// Reads what belongs into a release; the manual and the completions are what the program itself prints.
fn collected(root: &Path, target: String, path: &Path, dependencies: &[Dependency]) -> Result<Release> {
    let binary = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let version = text(Command::new(path).arg("-V"))?;
    let version = version.split_whitespace().nth(1).ok_or("the program does not say its version")?.to_owned();

    let pages = tempfile::tempdir()?;
    text(Command::new(path).args(["man", "--dir"]).arg(pages.path()))?;
    let mut man = Vec::new();
    for page in fs::read_dir(pages.path())? {
        let page = page?;
        man.push(Entry::new(page.file_name().to_string_lossy(), fs::read(page.path())?));
    }
    man.sort_by(|a, b| a.path.cmp(&b.path));
    let mut completions = Vec::new();
    for (shell, name) in [("bash", "backhaul.bash"), ("zsh", "_backhaul"), ("fish", "backhaul.fish")] {
        completions.push(Entry::new(name, text(Command::new(path).args(["completions", shell]))?));
    }
    let mut licences = Vec::new();
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        licences.push(Entry::new(name, fs::read(root.join(name))?));
    }
    licences.push(Entry::new("THIRD-PARTY-LICENCES.txt", dependencies::licences(dependencies)));
    let time = text(Command::new("git").current_dir(root).args(["log", "-1", "--format=%ct"]))?.trim().parse()?;
    let readme = fs::read(root.join("README.md"))?;
    let program = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Release { version, target, time, program, binary, man, completions, licences, readme })
}

/// What a program prints; an error when it fails.
fn text(command: &mut Command) -> Result<String> {
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{:?}: {}", command.get_program(), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests;
