//! What is in a release, as a CycloneDX document.

use serde_json::{Value, json};

use super::dependencies::Dependency;
use super::{Release, Result};

pub(super) fn cyclonedx(release: &Release, dependencies: &[Dependency]) -> Result<Vec<u8>> {
    let of_us = purl("backhaul", &release.version);
    let refs: Vec<String> = dependencies.iter().map(|it| purl(&it.name, &it.version)).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {
            "type": "application",
            "bom-ref": of_us,
            "name": "backhaul",
            "version": release.version,
            "purl": of_us,
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
        }},
        "components": dependencies.iter().map(component).collect::<Vec<_>>(),
        "dependencies": [{"ref": of_us, "dependsOn": refs}],
    });
    Ok(serde_json::to_vec_pretty(&document)?)
}

fn component(it: &Dependency) -> Value {
    let purl = purl(&it.name, &it.version);
    // Before SPDX, Cargo wrote `MIT/Apache-2.0`.
    let licence = it.licence.replace('/', " OR ");
    let licence = if it.licence.starts_with("in ") {
        json!({"license": {"name": licence}})
    } else {
        json!({"expression": licence})
    };
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": it.name,
        "version": it.version,
        "purl": purl,
        "licenses": [licence],
    });
    if let Some(repository) = &it.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

fn purl(name: &str, version: &str) -> String {
    // A `+` would be a space to who reads it as a URL.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}
