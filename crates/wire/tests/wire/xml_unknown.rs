//! What a type that is sent back does not know stays in its place: Enterprise Manager reads bodies in the schema's
//! order.

use backhaul_models::em::{CloudSubtenant, CloudSubtenantRepositoryQuota};
use backhaul_wire::{Drift, json, xml};

use crate::every::Every;

fn subtenant(body: &str) -> CloudSubtenant {
    xml::decode(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// What is inside the root element, as it is written.
fn written(value: &CloudSubtenant) -> String {
    String::from_utf8(xml::encode(value).unwrap()).unwrap()
}

const OPEN: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><CloudSubtenant xmlns=\"http://www.veeam.com/ent/v1.0\"";

#[test]
fn elements_and_attributes_come_back_where_they_stood() {
    let body = format!(
        "{OPEN} Id=\"7\" NewAttribute=\"a &amp; &quot;b&quot;\"><First /><Links><Link Rel=\"Up\" /></Links><Name>User01</Name>\
         <AfterName Kind=\"x\"><Deep>1 &lt; 2</Deep><!-- kept --><Deep /></AfterName><AfterName>again</AfterName>\
         <Description>d</Description><Enabled>true</Enabled><Last><![CDATA[<raw>]]></Last></CloudSubtenant>"
    );
    let mut drift = Drift::default();
    let mut value = CloudSubtenant::default();
    xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap();
    assert_eq!(drift.unknown_fields, ["NewAttribute", "First", "AfterName", "AfterName", "Last"]);
    assert_eq!(written(&value), body);
    assert_eq!(subtenant(&written(&value)), value);
}

#[test]
fn an_element_behind_a_list_without_a_wrapper_stays_behind_it() {
    let body = "<Flag>true</Flag><Item><Count>1</Count></Item><Item><Count>2</Count></Item><New>1</New>";
    let value: Every = xml::decode(format!("<Every>{body}</Every>").as_bytes()).unwrap();
    let text = String::from_utf8(xml::encode(&value).unwrap()).unwrap();
    assert!(text.contains(body), "{text}");
    // And so it does in front of it, and between two of its items, where it has no place, behind.
    let value: Every =
        xml::decode(b"<Every><Flag>true</Flag><New/><Counts>1</Counts><Newer/><Counts>2</Counts></Every>").unwrap();
    let text = String::from_utf8(xml::encode(&value).unwrap()).unwrap();
    assert!(text.contains("<Flag>true</Flag><New/><Counts>1</Counts><Counts>2</Counts><Newer/>"), "{text}");
}

#[test]
fn a_field_set_later_takes_its_own_place_between_them() {
    let mut value = subtenant("<CloudSubtenant><Name>a</Name><New>1</New><RepositoryQuota/><Newer /></CloudSubtenant>");
    value.description = Some("set".into());
    value.enabled = Some(false);
    let body = format!(
        "{OPEN}><Name>a</Name><New>1</New><Description>set</Description><Enabled>false</Enabled><RepositoryQuota /><Newer /></CloudSubtenant>"
    );
    assert_eq!(written(&value), body);
}

#[test]
fn a_type_that_is_not_sent_back_passes_over_them() {
    let quota: CloudSubtenantRepositoryQuota =
        xml::decode(b"<RepositoryQuota><New/><QuotaMb>5</QuotaMb></RepositoryQuota>").unwrap();
    assert_eq!(quota.quota_mb, Some(5));
}

#[test]
fn a_copy_keeps_them() {
    let value = subtenant("<CloudSubtenant New='1'><Newer>2</Newer></CloudSubtenant>");
    let copy = value.clone();
    assert_eq!(copy, value);
    assert_eq!(written(&copy), written(&value));
    assert_ne!(copy, CloudSubtenant::default());
}

/// The namespace prefix of the body that came is not declared in the one that goes.
#[test]
fn an_element_with_a_prefix_comes_back_in_the_documents_own_namespace() {
    let value = subtenant(
        "<v:CloudSubtenant xmlns:v='http://www.veeam.com/ent/v1.0'><v:Name>a</v:Name><v:New><v:Deep>x</v:Deep></v:New></v:CloudSubtenant>",
    );
    let text = written(&value);
    let parsed = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let new = parsed.root_element().children().find(|node| node.tag_name().name() == "New").unwrap();
    assert_eq!(new.tag_name().namespace(), Some(xml::NAMESPACE));
    assert_eq!(new.first_element_child().unwrap().tag_name().namespace(), Some(xml::NAMESPACE));
}

/// The written root declares no prefix: an element that uses one brings its own declaration.
#[test]
fn a_prefix_that_the_root_declared_is_declared_where_it_is_used() {
    let root = "xmlns='http://www.veeam.com/ent/v1.0' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
                xmlns:x='urn:x?a&amp;b'";
    let value = subtenant(&format!(
        "<CloudSubtenant {root}><!-- a --><New xsi:nil='true' /><Newer><x:Deep x:a='1'>x: 1</x:Deep></Newer>\
         <Own xmlns:x='urn:own' x:a='1'/><Plain>xsi:nil</Plain><x:Other/><Name>a</Name></CloudSubtenant>"
    ));
    let text = written(&value);
    let parsed = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let child = |name: &str| parsed.descendants().find(|node| node.tag_name().name() == name).unwrap();
    let nil = ("http://www.w3.org/2001/XMLSchema-instance", "nil");
    assert_eq!(child("New").attribute(nil), Some("true"));
    assert_eq!(child("Deep").tag_name().namespace(), Some("urn:x?a&b"));
    assert_eq!(child("Deep").attribute(("urn:x?a&b", "a")), Some("1"));
    assert_eq!(child("Own").attribute(("urn:own", "a")), Some("1"));
    assert_eq!(child("Other").tag_name().namespace(), Some("urn:x?a&b"));
    assert!(text.contains("<Plain>xsi:nil</Plain>"), "nothing is declared that is not used: {text}");
    assert_eq!(subtenant(&text), value, "and it stays as it is");
}

/// Neither codec can say what the other kept: it must not write it wrongly, nor leave it out in silence.
#[test]
fn what_one_format_kept_is_not_garbled_by_the_other() {
    let value = subtenant("<CloudSubtenant><Name>a</Name><New><Deep>x</Deep></New></CloudSubtenant>");
    if let Ok(body) = json::encode(&value, json::Case::Schema) {
        let text = String::from_utf8(body).unwrap();
        assert!(!text.contains("<New>"), "markup stands in JSON: {text}");
    }
    let value: CloudSubtenant = json::decode(br#"{"Name": "a", "New": {"Deep": "x"}}"#).unwrap();
    if let Ok(body) = xml::encode(&value) {
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains("New"), "an unknown field was left out: {text}");
    }
}
