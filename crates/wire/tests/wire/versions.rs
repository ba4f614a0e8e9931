//! A request is checked against one version before it is sent: nothing that is set is dropped.

use backhaul_models::vb365::{GrantType, TokenRequest};
use backhaul_wire::json::check_versions;
use backhaul_wire::{ApiVersion, Versions, json};

use crate::every::Every;

#[test]
fn a_field_of_a_newer_version_is_named_with_its_versions() {
    let mut form = TokenRequest::default();
    form.grant_type = Some(GrantType::Password);
    form.disable_antiforgery_token = Some(true);
    check_versions(&form, ApiVersion::new(8)).unwrap();
    let error = check_versions(&form, ApiVersion::new(6)).unwrap_err();
    assert_eq!(error.path(), "disable_antiforgery_token");
    assert!(error.to_string().contains("not in v6") && error.to_string().contains("v7 and later"), "{error}");
}

#[test]
fn an_enum_value_counts_wherever_it_stands() {
    for (body, path) in [
        (r#"{"Color": "DeepBlue"}"#, "Color"),
        (r#"{"Nested": {"Colors": ["Red", "deepblue"]}}"#, "Nested.Colors[1]"),
        (r#"{"Items": [{}, {"Color": "DeepBlue"}]}"#, "Items[1].Color"),
        (r#"{"Parts": {"p": {"Color": "DeepBlue"}}}"#, "Parts.p.Color"),
    ] {
        let value: Every = json::decode(body.as_bytes()).unwrap();
        for version in [5, 6, 7] {
            check_versions(&value, ApiVersion::new(version)).unwrap();
        }
        for version in [3, 4, 8] {
            let error = check_versions(&value, ApiVersion::new(version)).unwrap_err();
            assert_eq!(error.path(), path);
            assert!(error.to_string().contains("`DeepBlue`") && error.to_string().contains("v5 to v7"), "{error}");
        }
    }
    let unknown: Every = json::decode(br#"{"Color": "Puce"}"#).unwrap();
    check_versions(&unknown, ApiVersion::new(3)).unwrap();
}

#[test]
fn a_required_field_that_is_unset_is_named() {
    let error = check_versions(&TokenRequest::default(), ApiVersion::new(8)).unwrap_err();
    assert_eq!(error.path(), "grant_type");
    assert!(error.to_string().contains("required"), "{error}");
}

#[test]
fn a_field_may_be_required_from_some_version_on() {
    let field = backhaul_wire::Field::new("size", backhaul_wire::Kind::Int).since(4).required_since(6);
    let wanted: Vec<u8> = (1..9).filter(|version| field.is_required_in(ApiVersion::new(*version))).collect();
    assert_eq!(wanted, [6, 7, 8]);
    assert!(!field.is_required_in(None), "a system that numbers no versions is no newer one");
    let field = field.required_until(7);
    let wanted: Vec<u8> = (1..9).filter(|version| field.is_required_in(ApiVersion::new(*version))).collect();
    assert_eq!(wanted, [6, 7]);
}

#[test]
fn ranges_include_their_ends() {
    let range = Versions::new(ApiVersion::new(4), ApiVersion::new(6));
    let inside: Vec<u8> = (0..10).filter(|version| range.contains(ApiVersion::new(*version))).collect();
    assert_eq!(inside, [4, 5, 6]);
    assert!(Versions::ALL.contains(None) && Versions::ALL.contains(ApiVersion::new(u8::MAX)));
    let ranges = [(0, 0), (0, 5), (6, 0), (4, 4), (3, 5)].into_iter();
    let texts: Vec<String> =
        ranges.map(|(a, b)| Versions::new(ApiVersion::new(a), ApiVersion::new(b)).to_string()).collect();
    assert_eq!(texts, ["every version", "up to v5", "v6 and later", "v4", "v3 to v5"]);
}
