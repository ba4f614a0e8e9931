//! Bodies that vendors' pages print, which are not in this repository: every one decodes as what its operation asks for
//! or answers in its version.
#![cfg(all(feature = "registry", feature = "vb365"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use backhaul_models::registry;
use backhaul_models::wire::json::{self, Case};
use backhaul_models::wire::reflect::DynamicStruct;
use backhaul_models::wire::{Drift, System};
use serde_json::Value;

fn samples() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let folder = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("vb365/samples");
    assert!(folder.is_dir(), "there are no samples at {}: set BACKHAUL_FACTS", folder.display());
    folder
}

/// A body without what servers do not tell apart: the letter case of names and values, and what kind of JSON a boolean
/// is.
fn plain(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body).to_lowercase().replace("\"true\"", "true").replace("\"false\"", "false");
    serde_json::from_str(&text).unwrap()
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn every_sample_decodes() {
    let folder = samples();
    let index: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut read = 0;
    for sample in index.as_array().unwrap().iter().filter(|sample| sample["valid_json"] == true) {
        let file = sample["file"].as_str().unwrap();
        let body = std::fs::read(folder.join(file)).unwrap();
        let (method, path) = sample["operation"].as_str().unwrap().split_once(' ').unwrap();
        let target = match registry::match_request(System::Vb365, method, path) {
            Some((operation, version)) if sample["kind"] == "request" => {
                let shape =
                    operation.form(Some(version.unwrap())).request.unwrap_or_else(|| panic!("{file}: no request"));
                Some(DynamicStruct::new(shape))
            }
            Some((operation, version)) => registry::answer(operation, Some(version.unwrap())),
            // The links of any page.
            None => registry::find_shape(System::Vb365, "PageOfOrganization").map(DynamicStruct::new),
        };
        let mut value = target.unwrap_or_else(|| panic!("{file}: nothing to read it into"));
        let mut drift = Drift::default();
        json::decode_into(&mut value, &body, Some(&mut drift)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(drift.unknown_values, [], "{file}");
        if sample["kind"] == "request" {
            let again = json::encode(&value, Case::Schema).unwrap();
            assert_eq!(plain(&again), plain(&body), "{file}: written as it came");
        }
        read += 1;
    }
    assert!(read > 35, "{read}");
}
