//! What a reader of XML from outside must refuse.

use backhaul_models::em::{CloudSubtenant, QueryResult};
use backhaul_wire::xml;

use crate::every::Every;

fn refused(body: &str) -> String {
    let streamed = xml::decode_stream::<Every, Every>(body.as_bytes(), "NASJobs", |_| {});
    let cut: String = body.chars().take(200).collect();
    assert!(streamed.is_err(), "streamed: {cut}");
    xml::decode::<Every>(body.as_bytes()).expect_err(&cut).message().to_owned()
}

#[test]
fn a_document_type_wherever_it_stands() {
    for body in [
        "<!DOCTYPE Every><Every/>",
        "<!DOCTYPE Every [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><Every><Name>&b;</Name></Every>",
        "<?xml version='1.0'?><!DOCTYPE Every SYSTEM 'http://127.0.0.1:1/x.dtd'><Every/>",
        "<?xml version='1.0'?><!DOCTYPE Every [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Every><Name>&x;</Name></Every>",
        "<Every/><!DOCTYPE Every>",
        "<Every><!DOCTYPE Every><Name>a</Name></Every>",
        "<Every><Other><!DOCTYPE Every></Other></Every>",
        "<Every><NASJobs><!DOCTYPE Every></NASJobs></Every>",
    ] {
        assert!(refused(body).contains("DTD"), "{body}: {}", refused(body));
    }
}

#[test]
fn an_entity_that_was_not_declared() {
    for body in [
        "<Every><Name>&nbsp;</Name></Every>",
        "<Every UID='&nbsp;'/>",
        "<Every><Name>a &; b</Name></Every>",
        "<Every><Name>&#xD800;</Name></Every>",
        "<Every><Name>&#1114112;</Name></Every>",
        "<Every><Name>&#;</Name></Every>",
        "<Every>&xxe;</Every>",
        // What is kept to be sent back, too.
        "<Every><Other a='&;'/></Every>",
        "<Every><Other><Deep a='&nbsp;'>x</Deep></Other></Every>",
    ] {
        refused(body);
    }
    assert!(refused("<Every><Name>&nbsp;</Name></Every>").contains("`&nbsp;`"));
}

#[test]
fn what_is_not_well_formed() {
    for body in [
        "<Every><Name>a</Nested></Every>",
        "<Every><Nested><Name></Nested></Name></Every>",
        "<Every></Other>",
        "<Every><Name>a",
        "<Every>",
        "<Every",
        "<Every><Name",
        "<Every><Other><Deep></Other></Every>",
        "<Every><![CDATA[ a </Every>",
        "<Every><!-- a </Every>",
        "<Every><?>a</Every><?x?>",
        "<Every><? x?></Every>",
        "<Every/><Every/>",
        "<Every></Every><Other/>",
        "<Every/>text",
        "<Every></Every></Every>",
        "<Every UID=x/>",
        "<Every UID/>",
        "<Every UID='x/>",
        "<Every><v:/></Every>",
        "<Every v:='x'/>",
        "<Every><v:1/></Every>",
        "<Every><v:-a:b/></Every>",
        "<Every v:-='x'/>",
    ] {
        refused(body);
    }
    assert!(refused("<Every/><Every/>").contains("second root element"));
}

#[test]
fn depth_is_refused_and_not_followed() {
    let deep = "<Nested>".repeat(100_000);
    assert!(refused(&format!("<Every>{deep}")).contains("nest deeper than 128"));
    let closed = format!("<Every>{}{}</Every>", "<Nested>".repeat(127), "</Nested>".repeat(127));
    xml::decode::<Every>(closed.as_bytes()).expect("128 levels");
    // Unknown elements are passed over, or kept, without going down into them.
    let unknown = format!("{}{}", "<x>".repeat(100_000), "</x>".repeat(100_000));
    assert!(xml::decode::<QueryResult>(format!("<QueryResult>{unknown}</QueryResult>").as_bytes()).is_ok());
    assert!(xml::decode::<CloudSubtenant>(format!("<CloudSubtenant>{unknown}</CloudSubtenant>").as_bytes()).is_ok());
    refused(&format!("<Every><Name>{}", "<x>".repeat(100_000)));
}

#[test]
fn a_tag_or_text_past_16_mebibytes_in_a_stream() {
    let long = "a".repeat(64 << 20);
    let start = format!("<Every><NASJobs><NASJob UID='{long}");
    let error = xml::decode_stream::<Every, Every>(start.as_bytes(), "NASJobs", |_| {}).unwrap_err();
    assert!(error.message().contains("larger than 16 MiB"), "{}", error.message());
    let text = std::io::BufReader::with_capacity(4096, std::io::repeat(b'a'));
    let endless = std::io::Read::chain(&b"<Every><NASJobs><NASJob><Name>"[..], text);
    let error = xml::decode_stream::<Every, Every>(endless, "NASJobs", |_| {}).unwrap_err();
    assert!(error.message().contains("larger than 16 MiB"), "{}", error.message());
}

#[test]
fn characters_that_xml_does_not_have_are_not_written() {
    for bad in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        for value in [
            Every { name: Some(format!("a{bad}")), ..Every::default() },
            Every { id: Some(format!("a{bad}").into()), ..Every::default() },
            Every { names: vec![format!("{bad}")], ..Every::default() },
            Every { password: Some(format!("{bad}").into()), ..Every::default() },
        ] {
            let error = xml::encode(&value).expect_err("a control character");
            assert!(error.to_string().contains(&format!("U+{:04X}", u32::from(bad))), "{error}");
        }
    }
    let nested = Every {
        wrapped: vec![Every::default(), Every { name: Some("\u{1}".into()), ..Every::default() }],
        ..Every::default()
    };
    assert_eq!(xml::encode(&nested).unwrap_err().path(), "Every.NASJobs[1].Name");
}
