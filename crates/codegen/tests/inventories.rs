//! What can be asked for is checked against the types.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use backhaul_codegen::emit;
use backhaul_codegen::inventories::Inventories;
use backhaul_codegen::ir::Types;
use backhaul_codegen::json_schema::{self, File};
use serde_json::{Value, json};

fn types() -> Types {
    let text = json!({"type": "string"});
    let zone = json!({"type": "object", "properties": {
        "name": text, "tags": {"type": "array", "items": text}, "more": {"type": "object", "additionalProperties": text},
        "key": {"type": "string", "format": "password"}, "createDate": {"type": "string", "format": "zstack-timestamp"},
    }});
    let of_kind = |own: &str| json!({"type": "object", "properties": {"name": text, "type": text, own: text}});
    let host = json!({
        "anyOf": [{"$ref": "#/$defs/KvmHost"}, {"$ref": "#/$defs/EsxHost"}],
        "discriminator": {"propertyName": "type", "mapping": {"KVM": "#/$defs/KvmHost", "ESX": "#/$defs/EsxHost"}},
    });
    let defs = json!({"Zone": zone, "Host": host, "KvmHost": of_kind("port"), "EsxHost": of_kind("center")});
    json_schema::read(&[File { path: "zstack/test.json".into(), json: json!({ "$defs": defs }) }]).unwrap()
}

fn read(inventories: Value) -> Result<String, String> {
    let types = types();
    let all = Inventories::read("zstack/inventories.json", json!({ "inventories": inventories }), &types);
    let files = all.map_err(|error| error.to_string())?;
    Ok(emit::inventories(&files, &types)[Path::new("zstack/test.rs")].clone())
}

#[test]
fn tables_hold_what_a_condition_can_speak_of() {
    let code = read(json!({
        "Zone": {"lists": ["tags"], "joins": {"host": "Host"}, "zql": "place"},
        "Host": {}, "KvmHost": {},
    }));
    let code = code.unwrap();
    let tables = code.split("inventory! {\n").skip(1).map(|table| table.lines().skip(1).collect::<Vec<_>>().join("\n"));
    let tables: Vec<String> = tables.collect();
    assert_eq!(
        tables,
        [
            // Fields that all kinds have; a kind that cannot be asked for by itself is left out.
            "    Host = HOST(\"host\", Some(\"type\"));\n    fields {\n        NAME: Text = \"name\";\n        TYPE: Text = \"type\";\n    \
             }\n    kinds {\n        KvmHost = \"KVM\", KVM_HOST;\n    }\n}",
            "    KvmHost = KVM_HOST(\"kvmhost\", None);\n    fields {\n        NAME: Text = \"name\";\n        TYPE: Text = \"type\";\n        \
             PORT: Text = \"port\";\n    }\n}",
            // No secret, and no map.
            "    Zone = ZONE(\"place\", None);\n    fields {\n        NAME: Text = \"name\";\n        TAGS: Text = \"tags\";\n        \
             CREATE_DATE: LocalTime = \"createDate\";\n    }\n    joins {\n        HOST: Host = \"host\", HOST;\n    }\n}",
        ]
    );
}

#[test]
fn what_is_not_there_is_refused_where_it_stands() {
    for (wrong, place, rule) in [
        (json!({"Planet": {}}), "/inventories/Planet", "there is no type `Planet`"),
        (json!({"Zone": {"lists": ["moons"]}}), "/inventories/Zone/lists", "`Zone` has no list `moons`"),
        (json!({"Zone": {"lists": ["name"]}}), "/inventories/Zone/lists", "`Zone` has no list `name`"),
        (
            json!({"Zone": {"joins": {"host": "Host"}}}),
            "/inventories/Zone/joins/host",
            "`Host` is not among the inventories",
        ),
        (json!({"Zone": {"join": {}}}), "/inventories/Zone", "unknown field `join`"),
    ] {
        let error = read(wrong).unwrap_err();
        assert!(error.contains(place) && error.contains(rule), "{error}");
    }
}
