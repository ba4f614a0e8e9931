//! The public API of the crates is what is written down in `xtask/api`.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use backhaul_codegen::api;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_public_api_is_what_is_written_down() {
    let now = api::of_workspace(&workspace()).unwrap();
    let differences = api::differences(&workspace(), &now).unwrap();
    assert!(differences.is_empty(), "run `cargo xtask api`, and read what changed:\n{}", differences.join("\n"));
}

fn items(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    api::sources::read("thing", root.path(), None).unwrap()
}

#[test]
fn items_stand_under_the_path_that_users_write() {
    let found = items(&[
        (
            "lib.rs",
            "mod inner; pub mod open; pub use inner::{Pen as Quill, deep::*}; pub use std::fmt::Debug; mod unseen;",
        ),
        (
            "inner.rs",
            "pub mod deep; #[derive(Clone)] pub struct Pen { pub ink: u8, cap: bool } \
          impl Pen { pub fn write(&self, text: &str) -> Option<u8> { None } fn refill(&mut self) {} } \
          impl std::fmt::Display for Pen { }",
        ),
        ("inner/deep.rs", "pub const LEAST: usize = 1; pub(crate) fn hidden() {}"),
        (
            "open.rs",
            "#[non_exhaustive] pub enum Way { In(u8), Out { far: bool } } \
          pub trait Go<T>: Send { const HOW: u8; type To; fn go(&self, to: T) -> Self::To; fn stay(&self) {} }",
        ),
        ("unseen.rs", "pub fn nobody() {}"),
    ]);
    let wanted = [
        "thing::Debug: pub use std::fmt::Debug",
        "thing::LEAST: pub const usize",
        "thing::Quill.ink: u8",
        "thing::Quill: impl Clone for Self (derived)",
        "thing::Quill: impl std::fmt::Display for Self",
        "thing::Quill: pub fn write(&self, text: &str) -> Option<u8>",
        "thing::Quill: pub struct",
        "thing::open::Go: pub trait<T>: Send",
        "thing::open::Go::const HOW: u8",
        "thing::open::Go::fn go(&self, to: T) -> Self::To",
        "thing::open::Go::fn stay(&self) (provided)",
        "thing::open::Go::type To:",
        "thing::open::Way: pub enum non_exhaustive",
        "thing::open::Way::In(u8)",
        "thing::open::Way::Out { far: bool }",
    ];
    assert_eq!(found.iter().map(|line| line.trim_end()).collect::<Vec<_>>(), wanted);
}
