//! The map of the house leads to places that exist.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// What stands for a system and for a part of one in the map's places.
const SYSTEMS: [(&str, &str); 3] = [("em", "cloud"), ("vb365", "jobs"), ("zstack", "zones")];

#[test]
fn every_place_of_the_map_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let (_, map) = page.split_once("## Where to look").unwrap();
    let (map, _) = map.split_once("\n## ").unwrap();
    let code = map.split('`').skip(1).step_by(2);
    let places: Vec<&str> = code.filter(|text| text.contains('/') || text.ends_with(".md")).collect();
    assert!(places.len() > 25, "{places:?}");
    for place in places {
        let found = SYSTEMS
            .iter()
            .any(|(system, family)| root.join(place.replace("SYSTEM", system).replace("FAMILY", family)).exists());
        assert!(found, "docs/architecture.md leads to {place}, which is not there");
    }
}
