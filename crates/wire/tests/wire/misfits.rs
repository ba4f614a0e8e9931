//! A value of another type than its field's does not cost the body: it is kept, told, and the rest is read.

use backhaul_models::em::QueryResult;
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_wire::drift::Misfit;
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, json, xml};

use crate::every::Every;

fn in_json<T: Model>(body: &str) -> (T, Drift) {
    let (mut value, mut drift) = (T::default(), Drift::default());
    json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    (value, drift)
}

fn in_xml<T: Model>(body: &str) -> (T, Drift) {
    let (mut value, mut drift) = (T::default(), Drift::default());
    xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    (value, drift)
}

fn misfit(path: &str, reason: &str) -> Misfit {
    Misfit { path: path.into(), reason: reason.into() }
}

#[test]
fn the_member_is_kept_as_it_came_and_the_rest_is_read() {
    for (member, path, reason) in [
        (r#""Items":["f8f3"]"#, "Items[0]", "text stands where an object (Every) is expected"),
        (r#""Items":[{"Count":1},7]"#, "Items[1]", "a number stands where an object (Every) is expected"),
        (r#""Nested":"x""#, "Nested", "text stands where an object (Every) is expected"),
        (r#""Nested":[{},{}]"#, "Nested", "a list stands where an object (Every) is expected"),
        (r#""Count":"12 GB""#, "Count", "`12 GB` is not an integer"),
        (r#""Count":{"a":1}"#, "Count", "an object stands where an integer is expected"),
        (r#""Count":1.5"#, "Count", "1.5 is not a whole number"),
        (r#""Flag":"maybe""#, "Flag", "`maybe` is neither true nor false"),
        (r#""Flag":2"#, "Flag", "a number stands where true or false is expected"),
        (r#""Share":"much""#, "Share", "`much` is not a number"),
        (r#""At":{}"#, "At", "an object stands where text is expected"),
        (r#""Color":[]"#, "Color", "a list stands where text is expected"),
        (r#""Counts":[1,"x"]"#, "Counts[1]", "`x` is not an integer"),
        (r#""Colors":["Red",{}]"#, "Colors[1]", "an object stands where text is expected"),
        (r#""Texts":[1]"#, "Texts", "a list stands where an object of named values (text) is expected"),
        (r#""Texts":{"a b":[]}"#, "Texts.a b", "a list stands where text is expected"),
        (r#""NASJobs":true"#, "NASJobs", "true or false stands where a list (Every) is expected"),
    ] {
        let (value, drift) = in_json::<Every>(&format!("{{\"UID\":\"a\",{member},\"Name\":\"z\"}}"));
        assert_eq!(drift.misfits, [misfit(path, reason)], "{member}");
        let field = path.split(['.', '[']).next().unwrap();
        assert_eq!(drift.unknown_fields, [field], "{member}");
        // Nothing is lost: it goes out as it came, behind what is known.
        let again = String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap();
        assert_eq!(again, format!("{{\"UID\":\"a\",\"Name\":\"z\",{member}}}"));
        // Who did not ask to be told gets an error that names the same place.
        let error = json::decode::<Every>(format!("{{{member}}}").as_bytes()).unwrap_err();
        assert_eq!((error.path(), error.message()), (path, reason));
    }
}

#[test]
fn only_the_innermost_field_is_lost() {
    let (value, drift) = in_json::<Every>(
        r#"{"Items": [{"Count": 1}, {"Nested": {"Count": {}, "Name": "n"}}], "Parts": {"p": {"Flag": 7}}}"#,
    );
    assert_eq!(value.items[0].count, Some(1));
    let nested = value.items[1].nested.as_ref().unwrap();
    assert_eq!((nested.count, nested.name.as_deref()), (None, Some("n")));
    let paths: Vec<_> = drift.misfits.iter().map(|misfit| misfit.path.as_str()).collect();
    assert_eq!(paths, ["Items[1].Nested.Count", "Parts.p.Flag"]);
    assert_eq!(drift.unknown_fields, ["Items[1].Nested.Count", "Parts.p.Flag"]);
}

#[test]
fn what_was_told_inside_of_it_is_told_no_more() {
    let (_, drift) = in_json::<Every>(r#"{"Items": [{"New": 1, "Color": "Puce"}, 7], "Other": 1}"#);
    assert_eq!(drift.unknown_fields, ["Items", "Other"]);
    assert_eq!(drift.unknown_values, []);
    assert_eq!(drift.misfits.len(), 1);
}

#[test]
fn the_list_that_a_page_is_made_of_must_fit() {
    type Usages = Page<OrganizationStorageSpaceUsage>;
    for body in [r#"{"results": "x"}"#, r#"{"results": [{}, 7]}"#, "[{}, 7]", "7"] {
        let error = json::decode_into(&mut Usages::default(), body.as_bytes(), Some(&mut Drift::default()));
        assert!(error.is_err(), "{body}");
    }
    let (page, drift) =
        in_json::<Usages>(r#"{"limit": {}, "results": [{"usedSpaceBytes": []}, {"usedSpaceBytes": 7}]}"#);
    assert_eq!((page.limit, page.results[0].used_space_bytes, page.results[1].used_space_bytes), (None, None, Some(7)));
    assert_eq!(drift.unknown_fields, ["limit", "results[0].usedSpaceBytes"]);
}

#[test]
fn an_errors_body_is_no_empty_page() {
    for body in [
        r#"{"message": "Something went wrong"}"#,
        r#"{"error": {"code": "SYS.1000"}, "hint": null}"#,
        r#"{"Message": "x", "StatusCode": 500}"#,
    ] {
        for error in [
            json::decode::<Page<OrganizationStorageSpaceUsage>>(body.as_bytes()).err(),
            json::decode::<QueryResult>(body.as_bytes()).err(),
            json::decode::<backhaul_models::zstack::Page<backhaul_models::zstack::BackupStorage>>(body.as_bytes())
                .err(),
        ] {
            let error = error.unwrap_or_else(|| panic!("{body}"));
            assert!(error.message().contains("an error's body, or another answer?"), "{error}");
        }
    }
    // A page of a newer server, and one without a word, are pages.
    for body in [r#"{"results": [], "new": 1}"#, r#"{"new": 1, "limit": 30}"#, "{}"] {
        assert!(json::decode::<Page<OrganizationStorageSpaceUsage>>(body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn in_xml_too() {
    let body = "<Every UID='a'><Flag>maybe &amp; not</Flag><Count>1,5</Count><Name>z</Name><Item><Share>x</Share></Item></Every>";
    let (value, drift) = in_xml::<Every>(body);
    assert_eq!((value.flag, value.count, value.name.as_deref()), (None, None, Some("z")));
    assert_eq!(
        drift.misfits,
        [
            misfit("Flag", "`maybe & not` is neither true nor false"),
            misfit("Count", "`1,5` is not an integer"),
            misfit("Item[0].Share", "`x` is not a number"),
        ]
    );
    assert_eq!(drift.unknown_fields, ["Flag", "Count", "Item[0].Share"]);
    let again = String::from_utf8(xml::encode(&value).unwrap()).unwrap();
    assert!(
        again.ends_with(
            "<Flag>maybe &amp; not</Flag><Count>1,5</Count><Name>z</Name><Item><Share>x</Share></Item></Every>"
        ),
        "{again}"
    );
    let error = xml::decode::<Every>(body.as_bytes()).unwrap_err();
    assert_eq!(error.path(), "Flag");

    let (_, drift) = in_xml::<QueryResult>("<QueryResult><PagingInfo PageNum='one' PagesCount='2'/></QueryResult>");
    assert_eq!(drift.misfits, [misfit("PagingInfo.PageNum", "`one` is not an integer")]);
}

#[test]
fn an_xml_element_that_stands_twice_counts_once() {
    let (value, drift) = in_xml::<Every>("<Every><Name>first</Name><Color>Red</Color><Name>second</Name></Every>");
    assert_eq!(value.name.as_deref(), Some("first"), "as .NET's XmlSerializer reads it");
    assert_eq!(drift.unknown_fields, ["Name"]);
    let again = String::from_utf8(xml::encode(&value).unwrap()).unwrap();
    assert!(again.contains("<Color>Red</Color><Name>second</Name>"), "and the other is not lost: {again}");
    let error = xml::decode::<Every>(b"<Every UID='a' UID='b'/>").unwrap_err();
    assert!(error.message().contains("the attribute `UID` stands twice"), "{error}");
}

/// A member that comes twice is its last, whether or not both fit.
/// Its nearest double is a whole number, which it is not.
#[test]
fn a_long_fraction_stays_a_misfit() {
    let body = r#"{"Count": 77772757777773888.25}"#;
    let (value, drift) = in_json::<Every>(body);
    assert_eq!(drift.misfits.len(), 1);
    let written = json::encode(&value, json::Case::Schema).unwrap();
    assert_eq!(String::from_utf8(written.clone()).unwrap(), r#"{"Count":"77772757777773888.25"}"#);
    let (again, drift) = in_json::<Every>(std::str::from_utf8(&written).unwrap());
    assert!(again == value && drift.misfits.len() == 1);
}

#[test]
fn of_a_member_that_comes_twice_the_last_counts() {
    for (body, written) in [
        (r#"{"Count":"x","Count":1}"#, r#"{"Count":1}"#),
        (r#"{"Count":1,"Count":"x"}"#, r#"{"Count":"x"}"#),
        (r#"{"Count":"x","Other":2,"count":"1","Flag":"maybe"}"#, r#"{"Count":1,"Other":2,"Flag":"maybe"}"#),
        (r#"{"Nested":{"Count":1},"Nested":{"Flag":true}}"#, r#"{"Nested":{"Flag":true}}"#),
        (r#"{"Nested":{"Count":1},"Nested":null}"#, "{}"),
        (r#"{"Counts":[1,2],"counts":[3]}"#, r#"{"Counts":[3]}"#),
        (r#"{"Names":"a","Names":"b"}"#, r#"{"Names":["b"]}"#),
        (r#"{"Items":{"Count":1},"Items":{"Count":2,"Count":3}}"#, r#"{"Items":[{"Count":3}]}"#),
        (
            r#"{"NASJobs":{"NASJobs":[{"Count":1}],"NASJob":{"Count":2},"NASJobs":{"Count":3}}}"#,
            r#"{"NASJobs":{"NASJobs":[{"Count":3}]}}"#,
        ),
        (r#"{"Texts":{"a":"1"},"Texts":{"b":"2"}}"#, r#"{"Texts":{"b":"2"}}"#),
    ] {
        let (value, _) = in_json::<Every>(body);
        assert_eq!(String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap(), written, "{body}");
        assert!(in_json::<Every>(written).0 == value, "{body}");
    }
}
