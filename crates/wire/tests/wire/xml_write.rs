//! What is written is XML that any parser reads, in the schema's order.

use backhaul_models::em::{CloudSubtenant, CloudSubtenantCreateSpec, CloudTenant, Error};
use backhaul_wire::{Struct, xml};

use crate::every::Every;

fn written(value: &dyn Struct) -> String {
    String::from_utf8(xml::encode(value).unwrap()).unwrap()
}

#[test]
fn a_request_stands_in_the_schemas_order() {
    let mut spec = CloudSubtenantCreateSpec::default();
    spec.quota_mb = Some(1024);
    spec.tenant_resource_id = Some("502686fc".into());
    spec.password = Some("p<w>".into());
    spec.enabled = Some(true);
    spec.name = Some("User & Co".into());
    spec.description = Some("d".into());
    assert_eq!(
        written(&spec),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><CloudSubtenantCreateSpec xmlns=\"http://www.veeam.com/ent/v1.0\">\
         <Name>User &amp; Co</Name><Description>d</Description><Password>p&lt;w&gt;</Password><Enabled>true</Enabled>\
         <TenantResourceId>502686fc</TenantResourceId><QuotaMb>1024</QuotaMb></CloudSubtenantCreateSpec>"
    );
}

#[test]
fn another_parser_reads_what_was_meant() {
    let value = Every {
        id: Some("a\"b'c<d>&\t\n\re".into()),
        name: Some("]]> & <tag> \r\n\t'\"".into()),
        names: vec!["x\ry".into(), String::new()],
        ..Every::default()
    };
    let text = written(&value);
    let parsed = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = parsed.root_element();
    assert_eq!((root.tag_name().name(), root.tag_name().namespace()), ("Every", Some(xml::NAMESPACE)));
    assert_eq!(root.attribute("UID"), Some("a\"b'c<d>&\t\n\re"));
    let child = |name: &str| root.children().find(|node| node.tag_name().name() == name).unwrap();
    assert_eq!(child("Name").text(), Some("]]> & <tag> \r\n\t'\""));
    let parts: Vec<_> = child("Names").children().map(|part| part.text()).collect();
    assert_eq!(parts, [Some("x\ry"), None]);
}

#[test]
fn a_map_has_no_form_in_xml() {
    let mut value = Every::default();
    written(&value);
    value.texts.insert("a".into(), "b".into());
    assert!(xml::encode(&value).unwrap_err().to_string().contains("Texts"));
}

#[test]
fn roots_are_the_schemas() {
    for (value, root) in [
        (&CloudTenant::default() as &dyn Struct, "<CloudTenant "),
        (&CloudSubtenant::default(), "<CloudSubtenant "),
        (&Error::default(), "<Error "),
    ] {
        assert!(written(value).contains(root), "{}", written(value));
    }
}
