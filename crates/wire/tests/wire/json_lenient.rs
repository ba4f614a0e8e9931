//! What a reader of JSON takes besides what a schema says.

use backhaul_models::em::{CloudTenant, CloudTenants, QueryResult};
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_models::zstack;
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, json};

use crate::every::{Color, Every};

fn every(body: &str) -> Every {
    json::decode(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn drift<T: Model>(body: &str) -> (T, Drift) {
    let (mut value, mut drift) = (T::default(), Drift::default());
    json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    (value, drift)
}

#[test]
fn null_and_absence_are_one() {
    let names = every("{}").shape_names();
    let nulls: Vec<String> = names.iter().map(|name| format!("\"{name}\": null")).collect();
    let (value, drift) = drift::<Every>(&format!("{{{}}}", nulls.join(",")));
    assert_eq!(value, Every::default());
    assert!(drift.is_empty());
}

impl Every {
    fn shape_names(&self) -> Vec<&'static str> {
        Self::SHAPE.fields.iter().map(|field| field.json).collect()
    }
}

#[test]
fn a_null_after_a_value_empties_the_place() {
    let value = every(r#"{"Count": 1, "Items": [{}], "Nested": {}, "Count": null, "Items": null, "Nested": null}"#);
    assert_eq!(value, Every::default());
}

#[test]
fn numbers_may_be_strings() {
    for (body, wanted) in [
        (r#"{"Count": "12566568"}"#, Some(12_566_568)),
        (r#"{"Count": " -7 "}"#, Some(-7)),
        (r#"{"Count": "4900.0"}"#, Some(4900)),
        (r#"{"Count": 4900.0}"#, Some(4900)),
        (r#"{"Count": 4.9e3}"#, Some(4900)),
        (r#"{"Count": -0.0}"#, Some(0)),
        (r#"{"Count": ""}"#, None),
    ] {
        assert_eq!(every(body).count, wanted, "{body}");
    }
    assert_eq!(every(r#"{"Counts": ["1", 2.0, "3.00", ""]}"#).counts, [1, 2, 3]);
    assert_eq!(every(r#"{"Share": "0.25"}"#).share, Some(0.25));
    assert_eq!(every(r#"{"Share": 3}"#).share, Some(3.0));
    assert_eq!(every(r#"{"Share": ""}"#).share, None);
    assert_eq!(every(r#"{"Shares": ["0.5", 2]}"#).shares, [0.5, 2.0]);
}

#[test]
fn booleans_may_be_strings() {
    for (body, wanted) in [
        (r#"{"Flag": "true"}"#, Some(true)),
        (r#"{"Flag": "True"}"#, Some(true)),
        (r#"{"Flag": "FALSE"}"#, Some(false)),
        (r#"{"Flag": "1"}"#, Some(true)),
        (r#"{"Flag": "0"}"#, Some(false)),
        (r#"{"Flag": ""}"#, None),
    ] {
        assert_eq!(every(body).flag, wanted, "{body}");
    }
    assert_eq!(every(r#"{"Flags": ["true", false]}"#).flags, [true, false]);
    assert!(json::decode::<Every>(br#"{"Flag": "yes"}"#).is_err());
}

#[test]
fn texts_may_be_numbers_and_booleans() {
    assert_eq!(every(r#"{"Name": 12}"#).name.as_deref(), Some("12"));
    assert_eq!(every(r#"{"Name": -3}"#).name.as_deref(), Some("-3"));
    assert_eq!(every(r#"{"Name": true}"#).name.as_deref(), Some("true"));
    assert_eq!(every(r#"{"Name": 18446744073709551615}"#).name.as_deref(), Some("18446744073709551615"));
    assert_eq!(every(r#"{"UID": 42}"#).id.unwrap().as_str(), "42");
    assert_eq!(every(r#"{"Password": 1234}"#).password.unwrap().expose(), "1234");
    assert_eq!(every(r#"{"Name": ""}"#).name.as_deref(), Some(""));
}

#[test]
fn an_empty_string_stands_for_an_empty_struct_list_or_map() {
    let body = r#"{"Nested": "", "Items": "", "NASJobs": "", "Names": "", "Texts": "", "Members": "", "Parts": ""}"#;
    assert_eq!(every(body), Every::default());
    let error = json::decode::<Every>(br#"{"Nested": {"Nested": "x"}}"#).unwrap_err();
    assert_eq!(error.path(), "Nested.Nested");
}

#[test]
fn a_byte_order_mark_and_blanks_may_come_first() {
    assert_eq!(every("\u{feff}{\"Count\": 1}").count, Some(1));
    assert_eq!(every("\u{feff} \r\n{\"Count\": 1}\n").count, Some(1));
}

#[test]
fn names_fit_in_any_letter_case() {
    for name in ["UID", "uid", "Uid", "uId"] {
        assert_eq!(every(&format!("{{\"{name}\": \"x\"}}")).id.unwrap().as_str(), "x");
    }
    for body in [
        r#"{"NASJobs": {"NASJobs": [{"Count": 1}]}}"#,
        r#"{"nasJobs": {"nasJobs": [{"count": 1}]}}"#,
        r#"{"NASJOBS": {"nasjobs": [{"COUNT": 1}]}}"#,
    ] {
        assert_eq!(every(body).wrapped[0].count, Some(1), "{body}");
    }
}

#[test]
fn members_come_in_any_order() {
    let value = every(r#"{"Items": [{}], "Count": 3, "Name": "n", "Flag": true, "UID": "u"}"#);
    assert_eq!((value.count, value.flag, value.items.len()), (Some(3), Some(true), 1));
    assert_eq!((value.name.as_deref(), value.id.unwrap().as_str()), (Some("n"), "u"));
}

#[test]
fn a_list_stands_bare_wrapped_and_wrapped_twice() {
    for body in [
        r#"{"NASJobs": [{"Count": 1}, {"Count": 2}]}"#,
        r#"{"NASJobs": {"NASJobs": [{"Count": 1}, {"Count": 2}]}}"#,
        r#"{"NASJobs": {"NASJob": [{"Count": 1}, {"Count": 2}]}}"#,
        r#"{"NASJobs": {"NASJobs": {"NASJobs": [{"Count": 1}, {"Count": 2}]}}}"#,
        r#"{"NASJobs": {"Links": null, "NASJobs": [{"Count": 1}, {"Count": 2}]}}"#,
    ] {
        let (value, drift) = drift::<Every>(body);
        let counts: Vec<_> = value.wrapped.iter().map(|item| item.count).collect();
        assert_eq!(counts, [Some(1), Some(2)], "{body}");
        assert!(drift.is_empty(), "{body}: {drift:?}");
    }
    for body in [r#"{"NASJobs": {"NASJobs": null}}"#, r#"{"NASJobs": {}}"#, r#"{"NASJobs": []}"#] {
        assert_eq!(every(body), Every::default(), "{body}");
    }
}

#[test]
fn what_a_wrapper_holds_besides_its_list_is_drift() {
    let (value, drift) = drift::<Every>(r#"{"NASJobs": {"NASJobs": [{}], "Total": 7}}"#);
    assert_eq!(value.wrapped.len(), 1);
    assert_eq!(drift.unknown_fields, ["NASJobs.Total"]);
}

#[test]
fn enterprise_managers_query_wraps_twice_and_its_collection_once() {
    let twice = r#"{"Refs": null, "Entities": {"Repositories": null, "CloudTenants": {"CloudTenants": [{"Name": "a"}, {"Name": "b"}]}}}"#;
    let (page, seen) = drift::<QueryResult>(twice);
    assert_eq!(page.entities.unwrap().cloud_tenants.len(), 2);
    assert!(seen.is_empty());
    let once = json::decode::<CloudTenants>(br#"{"CloudTenants": [{"Name": "a"}, {"Name": "b"}]}"#).unwrap();
    assert_eq!(once.cloud_tenants.len(), 2);
}

#[test]
fn a_bare_array_is_a_page() {
    let page: Page<OrganizationStorageSpaceUsage> =
        json::decode(br#"[{"usedSpaceBytes": "1"}, {"usedSpaceBytes": 2}]"#).unwrap();
    let used: Vec<_> = page.results.iter().map(|usage| usage.used_space_bytes).collect();
    assert_eq!((used, page.offset), (vec![Some(1), Some(2)], None));
    let page: zstack::Page<zstack::BackupStorage> = json::decode(br#"[{"name": "a"}]"#).unwrap();
    assert_eq!(page.inventories[0].name(), Some("a"));
    let error = json::decode::<CloudTenant>(b"[]").unwrap_err();
    assert!(error.message().contains("a list stands where an object (CloudTenant) is expected"), "{error}");
}

#[test]
fn a_null_item_is_an_empty_one() {
    let page: Page<OrganizationStorageSpaceUsage> =
        json::decode(br#"{"results": [null, {"usedSpaceBytes": 2}]}"#).unwrap();
    assert_eq!(page.results.len(), 2);
    assert_eq!(page.results[0], OrganizationStorageSpaceUsage::default());
}

#[test]
fn a_list_that_comes_twice_is_the_last_one() {
    assert_eq!(every(r#"{"Counts": [1, 2], "Counts": [3]}"#).counts, [3]);
    assert_eq!(every(r#"{"Items": [{}, {}], "Items": [{}]}"#).items.len(), 1);
    assert_eq!(every(r#"{"Colors": ["Red"], "Colors": []}"#).colors.len(), 0);
}

#[test]
fn unknown_fields_are_reported_with_their_path() {
    let body = r#"{"results": [{"usedSpaceBytes": 1}, {"newField": {"deep": [1]}, "usedSpaceBytes": 2}], "hint": 1, "nothing": null}"#;
    let (page, drift) = drift::<Page<OrganizationStorageSpaceUsage>>(body);
    assert_eq!(page.results[1].used_space_bytes, Some(2));
    assert_eq!(drift.unknown_fields, ["results[1].newField", "hint", "nothing"]);
}

#[test]
fn unknown_fields_survive_on_types_that_are_sent_back() {
    let body = r#"{"Name": "a", "NewList": [1, {"x": null}], "Empty": null}"#;
    let (tenant, drift) = drift::<CloudTenant>(body);
    assert_eq!(drift.unknown_fields, ["NewList", "Empty"]);
    let again = json::encode(&tenant, json::Case::Schema).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), r#"{"Name":"a","NewList":[1,{"x":null}],"Empty":null}"#);
    // Who does not ask is not given what says nothing.
    assert_eq!(json::decode::<CloudTenant>(body.as_bytes()).unwrap().unknown.iter().count(), 1);
}

#[test]
fn unknown_enum_values_come_back_as_they_came() {
    let (value, drift) =
        drift::<Every>(r#"{"Color": "Puce", "Colors": ["Red", "pUcE", "DEEPBLUE"], "Nested": {"Color": 7}}"#);
    assert!(matches!(&value.color, Some(Color::Unknown(text)) if text.as_str() == "Puce"));
    assert!(matches!(value.colors[2], Color::DeepBlue), "a known value in another letter case is known");
    let values: Vec<_> = drift.unknown_values.iter().map(|at| (at.path.as_str(), at.value.as_str())).collect();
    assert_eq!(values, [("Color", "Puce"), ("Colors[1]", "pUcE"), ("Nested.Color", "7")]);
    let again = String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap();
    assert_eq!(again, r#"{"Color":"Puce","Nested":{"Color":"7"},"Colors":["Red","pUcE","DeepBlue"]}"#);
}

#[test]
fn drift_is_bounded() {
    let items: Vec<String> = (0..Drift::LIMIT + 5).map(|i| format!("{{\"new{i}\": 1}}")).collect();
    let (_, drift) = drift::<Page<OrganizationStorageSpaceUsage>>(&format!("[{}]", items.join(",")));
    assert_eq!((drift.unknown_fields.len(), drift.more), (Drift::LIMIT, 5));
}

#[test]
fn maps_take_null_and_an_empty_list() {
    assert_eq!(every(r#"{"Texts": [], "Members": [], "Parts": []}"#), Every::default());
    let value = every(r#"{"Texts": {"a": null, "b": 1}, "Parts": {"x": null}, "Members": {"m": null}}"#);
    assert_eq!(value.texts.into_iter().collect::<Vec<_>>(), [("a".into(), String::new()), ("b".into(), "1".into())]);
    assert_eq!(value.parts["x"], Every::default());
    assert!(value.members["m"].is_null());
    let error = json::decode::<Every>(br#"{"Texts": [["a", "b"]]}"#).unwrap_err();
    assert_eq!(error.path(), "Texts");
}

/// Inside of what is unknown, too; a format that has each name once (YAML) could not be written from it.
#[test]
fn of_a_member_that_stands_twice_the_last_one_counts() {
    let body = r#"{"new": {"a": 1, "b": {"x": [1], "y": 2, "\u0078": {"z": 1, "z": 2}}, "a": [2, {"c": 1, "c": null}], "d": 1.50}}"#;
    let value: CloudTenant = json::decode(body.as_bytes()).unwrap();
    let kept = value.unknown.iter().next().unwrap();
    assert_eq!(kept.text(), r#"{"a":[2,{"c":null}],"b":{"x":{"z":2},"y":2},"d":1.5}"#);
    assert_eq!(kept.value(), serde_json::from_str::<serde_json::Value>(body).unwrap()["new"]);
}
