//! Errors say where in the body, what was wrong, and how the body began.

use backhaul_models::em::{CloudSubtenant, QueryResult};
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_wire::{DecodeError, json, xml};

use crate::every::Every;

type Usages = Page<OrganizationStorageSpaceUsage>;

fn in_json(body: &str) -> DecodeError {
    json::decode::<Usages>(body.as_bytes()).expect_err(body)
}

fn in_xml(body: &str) -> DecodeError {
    xml::decode::<QueryResult>(body.as_bytes()).expect_err(body)
}

#[test]
fn the_path_leads_to_the_value() {
    for (body, path) in [
        (r#"{"results": [{}, {}, {}, {"_links": {"next": {"href": []}}}]}"#, "results[3]._links.next.href"),
        (r#"{"results": [{}, {"usedSpaceBytes": "12 GB"}]}"#, "results[1].usedSpaceBytes"),
        (r#"[{}, {}, {"isAvailable": "maybe"}]"#, "results[2].isAvailable"),
        (r#"{"results": [{"usedSpaceBytes": 1}, 7]}"#, "results[1]"),
        (r#"{"limit": 1e400}"#, "limit"),
        (r#"{"_links": {"next": 7}}"#, "_links.next"),
        (r#"{"LIMIT": "x"}"#, "limit"),
        ("7", ""),
    ] {
        let error = in_json(body);
        assert_eq!(error.path(), path, "{body}: {error}");
        assert_eq!(error.type_name(), "Page");
    }
    for (body, path) in [
        (r#"{"Counts": [1, 2, "x"]}"#, "Counts[2]"),
        (r#"{"NASJobs": {"nasJobs": [{}, {"Count": "x"}]}}"#, "NASJobs.nasJobs[1].Count"),
        (r#"{"Parts": {"some name": {"Flag": 2}}}"#, "Parts.some name.Flag"),
        (r#"{"Colors": ["Red", {}]}"#, "Colors[1]"),
        (r#"{"Color": []}"#, "Color"),
    ] {
        assert_eq!(json::decode::<Every>(body.as_bytes()).expect_err(body).path(), path, "{body}");
    }
}

#[test]
fn the_path_leads_to_the_element_or_attribute() {
    for (body, path) in [
        ("<QueryResult><PagingInfo PageNum='x'/></QueryResult>", "PagingInfo.PageNum"),
        (
            "<QueryResult><Resources><CloudSubtenants><CloudSubtenant/><CloudSubtenant><RepositoryQuota><QuotaMb>1,5</QuotaMb>",
            "Resources.CloudSubtenants[1].RepositoryQuota.QuotaMb",
        ),
        ("<QueryResult><Entities><CloudTenants><CloudTenant><Enabled>so</Enabled>", "Entities.CloudTenants[0].Enabled"),
    ] {
        assert_eq!(in_xml(body).path(), path, "{body}");
    }
    let error = xml::decode::<Every>(b"<Every><Item/><Item/><Item><Nested><Count>x</Count></Nested></Item></Every>")
        .unwrap_err();
    assert_eq!(error.path(), "Item[2].Nested.Count");
}

#[test]
fn what_is_not_json_is_named() {
    for (body, says) in [
        ("", "empty"),
        (" \r\n\t", "empty"),
        ("\u{feff}", "empty"),
        ("<!DOCTYPE html><html><body>Blocked by proxy</body></html>", "HTML"),
        ("\n<html lang=\"en\"><head>", "HTML"),
        ("<HTML>", "HTML"),
        ("<?xml version=\"1.0\"?><QueryResult/>", "XML"),
        ("<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"/>", "XML"),
        ("{\"results\": [{\"usedSpaceBytes\": 1", "ends too early"),
        ("{\"results\": [", "ends too early"),
        ("{", "ends too early"),
        ("{} {}", "trailing"),
        ("{\"results\": []]", "expected"),
        ("Service Unavailable", "expected"),
        ("{'limit': 1}", "key must be a string"),
    ] {
        let error = in_json(body);
        assert!(error.message().contains(says), "{body:?}: {error}");
    }
    let error = json::decode::<Usages>(b"{\"results\": \xff}").unwrap_err();
    assert!(error.message().contains("not UTF-8 (byte 12)"), "{error}");
}

#[test]
fn what_is_not_xml_is_named() {
    for (body, says) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("<!DOCTYPE html><html>", "HTML"),
        ("<html><body/></html>", "HTML"),
        ("<?xml version='1.0'?><!-- a --><HTML lang='de'>", "HTML"),
        ("{\"Refs\": null}", "JSON"),
        ("[]", "JSON"),
        ("Service Unavailable", "not XML"),
        ("<QueryResult><Entities>", "ends too early"),
        ("<QueryResult><Entities><CloudTen", "ends too early"),
        ("<QueryResult><!-- ", "ends too early"),
        ("<?xml version=\"1.0\"?>", "no element"),
    ] {
        let error = in_xml(body);
        assert!(error.message().contains(says), "{body:?}: {error}");
    }
    assert!(xml::decode::<QueryResult>(b"<QueryResult>\xff</QueryResult>").is_err());
    assert!(xml::decode::<QueryResult>(b"<QueryResult><html/><htmlText/></QueryResult>").is_ok());
}

/// The transport asks the same of what answers in place of an API.
#[test]
fn a_page_is_told_by_its_first_element() {
    for page in [
        "<html>",
        "\u{feff} \n<HTML lang='de'>",
        "<!doctype html>",
        "<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>",
    ] {
        assert!(backhaul_wire::looks_like_html(page.as_bytes()), "{page}");
    }
    for other in [
        r#"{"description": "<html> in a text"}"#,
        r#"["<html>"]"#,
        "<QueryResult><html/></QueryResult>",
        "<htmlText/>",
        "see <html>",
        "",
    ] {
        assert!(!backhaul_wire::looks_like_html(other.as_bytes()), "{other}");
    }
    assert!(!backhaul_wire::looks_like_html(b"\xff\xfe"));
}

#[test]
fn each_text_of_an_error_can_be_changed() {
    let error = json::decode::<Every>(br#"{"Parts": {"hunter2": {"Count": "hunter2"}}}"#).unwrap_err();
    assert!(error.path().contains("hunter2") && error.message().contains("hunter2"), "{error}");
    let error = error.with_texts(|text| *text = text.replace("hunter2", "***"));
    assert!(!error.to_string().contains("hunter2") && !error.excerpt().contains("hunter2"), "{error}");
    assert_eq!((error.path(), error.excerpt()), ("Parts.***.Count", r#"{"Parts": {"***": {"Count": "***"}}}"#));
}

#[test]
fn a_truncated_body_is_an_error_wherever_it_ends() {
    let value: Every = json::decode(br#"{"Name":"a","Items":[{"Count":1}],"Parts":{"p":{"Flag":true}}}"#).unwrap();
    let whole = json::encode(&value, json::Case::Schema).unwrap();
    for end in 0..whole.len() {
        assert!(json::decode::<Every>(&whole[..end]).is_err(), "{end}");
    }
    let value: CloudSubtenant = json::decode(br#"{"Id":"i","Links":[{"Rel":"Up"}],"Name":"a & b"}"#).unwrap();
    let whole = xml::encode(&value).unwrap();
    for end in 0..whole.len() {
        assert!(xml::decode::<CloudSubtenant>(&whole[..end]).is_err(), "{end}");
    }
}

#[test]
fn the_excerpt_is_bounded() {
    let long = format!("{{\"limit\": \"{}\"}}", "é".repeat(4000));
    let error = in_json(&long);
    assert!(error.excerpt().len() <= 2048, "{}", error.excerpt().len());
    assert!(error.excerpt().len() > 2000);
    assert!(error.is_excerpt_cut());
    assert!(long.starts_with(error.excerpt()), "a letter is not cut in two");
    assert!(error.to_string().len() < 400, "the text of the error does not carry the body");
    assert!(format!("{error:?}").len() < 400);

    let error = json::decode::<Usages>(&[0xff; 5000]).unwrap_err();
    assert!(error.excerpt().len() <= 2048, "{}", error.excerpt().len());

    let short = in_json("{\"limit\": \"x\"}");
    assert_eq!((short.excerpt(), short.is_excerpt_cut()), ("{\"limit\": \"x\"}", false));
    assert_eq!(short.without_excerpt().excerpt(), "");
}

#[test]
fn a_long_name_does_not_make_a_long_path() {
    let body = format!("{{\"_links\": {{\"{}\": 7}}}}", "n".repeat(100_000));
    assert!(in_json(&body).path().len() < 300);
}

#[test]
fn depth_is_refused_and_not_followed() {
    for unit in ["{\"Nested\":", "[", "{\"Any\":[", "{\"Parts\":{\"a\":"] {
        let body = unit.repeat(100_000);
        let error = json::decode::<Every>(body.as_bytes()).unwrap_err();
        assert!(error.to_string().len() < 8192, "{unit}");
    }
}
