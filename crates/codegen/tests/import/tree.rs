//! A tree to import into, and a small document.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use backhaul_codegen::import::{self, ImportError, Outcome};
use serde_json::{Value, json};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder that is gone when the test ends.
pub(crate) struct Tree {
    root: PathBuf,
}

impl Drop for Tree {
    fn drop(&mut self) {
        // A folder that stays behind does no harm.
        drop(fs::remove_dir_all(&self.root));
    }
}

impl Tree {
    pub(crate) fn new(names: &Value) -> Self {
        let unique = format!("backhaul-import-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let tree = Self { root: std::env::temp_dir().join(unique) };
        fs::create_dir_all(tree.root.join("schemas/vb365")).unwrap();
        fs::write(tree.root.join("schemas/vb365/names.json"), names.to_string()).unwrap();
        tree
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn import(&self, version: u8, document: &Value) -> Result<Outcome, ImportError> {
        let outcome = import::import(&self.root, "vb365", version, "document.json", &document.to_string())?;
        import::write(&self.root, &outcome).unwrap();
        Ok(outcome)
    }

    /// Every file, by name.
    pub(crate) fn files(&self) -> BTreeMap<String, Value> {
        let entries = fs::read_dir(self.root.join("schemas/vb365")).unwrap();
        let read = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
        };
        entries.map(|entry| read(entry.unwrap().path())).collect()
    }

    pub(crate) fn things(&self) -> Value {
        self.files().remove("things.json").unwrap()
    }

    /// Changes a file as a person would.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut things = self.things();
        change(&mut things);
        fs::write(self.root.join("schemas/vb365/things.json"), things.to_string()).unwrap();
    }
}

pub(crate) fn names() -> Value {
    json!({ "prefixes": ["REST"], "families": [{ "file": "things", "title": "Things.", "paths": ["things"] }] })
}

/// A document of version 4 with one type and one listing. No fixup is of that version.
pub(crate) fn document(version: u8, schemas: Value) -> Value {
    let path = format!("/v{version}/Things");
    let answer = json!({ "type": "array", "items": { "$ref": "#/components/schemas/RESTThing" } });
    json!({
        "openapi": "3.0.1",
        "info": { "title": "x", "version": "x" },
        "paths": { path: { "get": {
            "operationId": "Thing_Get",
            "responses": { "200": { "description": "", "content": { "application/json": { "schema": answer } } } },
        } } },
        "components": { "schemas": schemas },
    })
}

pub(crate) fn thing(properties: Value) -> Value {
    json!({ "RESTThing": { "type": "object", "properties": properties } })
}
