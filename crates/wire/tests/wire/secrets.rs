//! A secret is seen by the server that it is meant for, and by nobody else.

use backhaul_models::em::{CloudSubtenant, CloudSubtenantCreateSpec};
use backhaul_models::registry;
use backhaul_models::vb365::{Token, TokenRequest};
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::{DateTime, Id, Kind, Secret, Slot, Struct, System, json, xml};

use crate::every::Every;

const SECRET: &str = "hunter2-öß";

fn sample() -> Every {
    let body = format!(
        r#"{{"Password":"{SECRET}","Nested":{{"Password":"{SECRET}"}},"Items":[{{"Password":"{SECRET}"}}],"Parts":{{"p":{{"Password":"{SECRET}"}}}}}}"#
    );
    json::decode(body.as_bytes()).unwrap()
}

#[test]
fn what_people_see_is_redacted() {
    let value = sample();
    let shown = [
        format!("{value:?}"),
        format!("{value:#?}"),
        serde_json::to_string(&value).unwrap(),
        serde_json::to_value(&value).unwrap().to_string(),
        json::to_string_pretty(&value).unwrap(),
        json::to_value(&value).unwrap().to_string(),
        format!("{:?}", Secret::from(SECRET)),
    ];
    for text in &shown {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains(Secret::REDACTED), "{text}");
    }
    assert_eq!(shown[2].matches(Secret::REDACTED).count(), 4);
}

#[test]
fn the_wire_carries_it() {
    let value = sample();
    for case in [json::Case::Schema, json::Case::Camel] {
        let text = String::from_utf8(json::encode(&value, case).unwrap()).unwrap();
        assert_eq!(text.matches(SECRET).count(), 4, "{text}");
    }
    let mut spec = CloudSubtenantCreateSpec::default();
    spec.password = Some(SECRET.into());
    let text = String::from_utf8(xml::encode(&spec).unwrap()).unwrap();
    assert!(text.contains(&format!("<Password>{SECRET}</Password>")), "{text}");
}

#[test]
fn an_empty_secret_is_seen_to_be_empty() {
    let mut value = CloudSubtenant::default();
    value.password = Some("".into());
    assert_eq!(serde_json::to_string(&json::Redacted(&value)).unwrap(), r#"{"Password":""}"#);
}

/// A type with a secret is serialised in a form that is named, so that nobody sends `***` for a password.
#[test]
fn serde_is_told_which_form_is_meant() {
    let mut spec = CloudSubtenantCreateSpec::default();
    spec.password = Some(SECRET.into());
    let redacted = serde_json::to_string(&json::Redacted(&spec)).unwrap();
    assert!(redacted.contains(Secret::REDACTED) && !redacted.contains("hunter2"), "{redacted}");
    let wire = serde_json::to_vec(&json::Wire(&spec)).unwrap();
    assert_eq!(wire, json::encode(&spec, json::Case::Schema).unwrap());
    let again: CloudSubtenantCreateSpec = serde_json::from_slice(&wire).unwrap();
    assert!(again == spec);

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Account {
        #[serde(serialize_with = "Secret::redacted")]
        shown: Secret,
        #[serde(serialize_with = "Secret::exposed")]
        sent: Secret,
        id: Id,
        at: DateTime,
    }
    let text = format!(r#"{{"shown":"a","sent":"{SECRET}","id":"7F","at":"2025-08-15"}}"#);
    let account: Account = serde_json::from_str(&text).unwrap();
    assert_eq!(account.shown.expose(), "a");
    assert_eq!(serde_json::to_string(&account).unwrap(), text.replace("\"a\"", "\"***\""));
}

/// What came empty, at any depth, is not sent back empty; what is set is sent.
#[test]
fn a_request_leaves_empty_secrets_out() {
    let body = format!(
        r#"{{"Password":"","Nested":{{"Password":""}},"Items":[{{"Password":""}},{{"Password":"{SECRET}"}}],"Parts":{{"p":{{"Password":""}}}}}}"#
    );
    let value: Every = json::decode(body.as_bytes()).unwrap();
    let text = String::from_utf8(json::encode_request(&value, json::Case::Schema).unwrap()).unwrap();
    let kept = format!(r#"{{"Nested":{{}},"Items":[{{}},{{"Password":"{SECRET}"}}],"Parts":{{"p":{{}}}}}}"#);
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parsed(&text), parsed(&kept));
    let all = String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap();
    assert_eq!(parsed(&all), parsed(&body));

    let mut subtenant = CloudSubtenant::default();
    (subtenant.name, subtenant.password) = (Some("a".into()), Some("".into()));
    let written = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let request = written(xml::encode_request(&subtenant).unwrap());
    assert!(request.contains("<Name>a</Name>") && !request.contains("Password"), "{request}");
    assert!(written(xml::encode(&subtenant).unwrap()).contains("<Password />"));
    subtenant.password = Some(SECRET.into());
    assert!(written(xml::encode_request(&subtenant).unwrap()).contains(&format!("<Password>{SECRET}</Password>")));
}

#[test]
fn an_error_does_not_tell_it() {
    let body = format!(r#"{{"access_token": "{SECRET}", "expires_in": "soon"}}"#);
    let error = json::decode::<Token>(body.as_bytes()).unwrap_err();
    assert_eq!(error.path(), "expires_in");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    assert!(!error.without_excerpt().excerpt().contains("hunter2"));
    let mut form = TokenRequest::default();
    form.password = Some(SECRET.into());
    let error = json::check_versions(&form, backhaul_wire::ApiVersion::new(3)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

/// A field that says in its name that it is secret is of the kind that is redacted.
#[test]
fn fields_named_like_secrets_are_secrets() {
    for system in System::ALL {
        for entry in registry::types(system) {
            let TypeEntry::Struct(shape) = entry else { continue };
            let mut value = registry::make_typed(system, shape.name).unwrap();
            for (index, field) in shape.fields.iter().enumerate() {
                let name = field.wire.to_ascii_lowercase();
                let named = ["password", "secret", "_token", "sharedkey", "certificate"]
                    .iter()
                    .any(|word| name.ends_with(word));
                let scalar = matches!(field.kind, Kind::Text | Kind::Id);
                assert!(!(named && scalar), "{system}.{}.{} is printed as it is", shape.name, field.wire);
                if matches!(field.kind, Kind::Secret) {
                    match value.slot(index) {
                        Slot::Secret(place) => *place = Some(SECRET.into()),
                        Slot::Edit(place) => match place.slot() {
                            Slot::Secret(place) => *place = Some(SECRET.into()),
                            _ => panic!("{}.{}", shape.name, field.wire),
                        },
                        _ => panic!("{}.{}", shape.name, field.wire),
                    }
                }
            }
            let shown = format!("{:?}{}", &*value as &dyn Struct, json::to_string_pretty(&*value).unwrap());
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
