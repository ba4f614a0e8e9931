//! What real serializers write, by tool and version, as reports on classes made from our own `em.xsd` tell it. The
//! tools themselves are not run here.

use backhaul_wire::{Drift, json, xml};

use crate::every::Every;

fn in_json(body: &str) -> (Every, Drift) {
    let (mut value, mut drift) = (Every::default(), Drift::default());
    json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    (value, drift)
}

fn in_xml(inside: &str) -> Every {
    let body = format!("<Every xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{inside}</Every>");
    let (mut value, mut drift) = (Every::default(), Drift::default());
    xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert!(drift.is_empty(), "{body}: {drift:?}");
    value
}

/// XmlSerializer (mono 6.8, .NET Core 3.1, .NET 8) writes XML Schema's names; Json.NET 6 and 10 write theirs as texts.
#[test]
fn doubles_that_are_no_numbers() {
    for (text, wanted) in [("NaN", f64::NAN), ("INF", f64::INFINITY), ("-INF", f64::NEG_INFINITY)] {
        let value = in_xml(&format!("<Share>{text}</Share><Name>next</Name>"));
        assert_eq!(value.share.unwrap().to_bits(), wanted.to_bits(), "{text}");
        assert_eq!(value.name.as_deref(), Some("next"));
        let again = String::from_utf8(xml::encode(&value).unwrap()).unwrap();
        assert!(again.contains(&format!("<Share>{text}</Share>")), "{again}");
        assert!(value == value.clone(), "a value is the same as its copy");
    }
    for (text, wanted) in [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)] {
        let body = format!("{{\"Share\":\"{text}\",\"Shares\":[\"{text}\"]}}");
        let (value, drift) = in_json(&body);
        assert!(drift.is_empty(), "{drift:?}");
        assert_eq!(value.share.unwrap().to_bits(), wanted.to_bits(), "{text}");
        assert_eq!(String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap(), body);
    }
}

/// DataContractJsonSerializer (.NET 8) writes XML Schema's names without quotes, Json.NET 10 with
/// `FloatFormatHandling.Symbol`, Gson 2.13 with `serializeSpecialFloatingPointValues` and Python 3.12 JavaScript's.
#[test]
fn doubles_that_are_no_numbers_without_quotes() {
    for (text, wanted) in [
        ("NaN", f64::NAN),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        ("INF", f64::INFINITY),
        ("-INF", f64::NEG_INFINITY),
    ] {
        let (value, drift) = in_json(&format!("{{\"Share\": {text}, \"Shares\": [1, {text}], \"Name\": \"next\"}}"));
        assert!(drift.is_empty(), "{drift:?}");
        assert_eq!(value.share.unwrap().to_bits(), wanted.to_bits(), "{text}");
        assert_eq!((value.shares.len(), value.name.as_deref()), (2, Some("next")));
        // Elsewhere it costs a value at most, and is told.
        let (value, drift) = in_json(&format!("{{\"Count\": {text}, \"New\": {{\"a\": {text}}}, \"Name\": \"next\"}}"));
        assert_eq!((value.count, value.name.as_deref()), (None, Some("next")));
        let paths: Vec<_> = drift.misfits.iter().map(|misfit| misfit.path.as_str()).collect();
        assert_eq!(paths, ["Count", "New"], "{drift:?}");
    }
    for no_value in ["NaNs", "nan", "INFINITE", "-Inf", "+INF", "N"] {
        json::decode::<Every>(format!("{{\"Share\": {no_value}}}").as_bytes()).unwrap_err();
    }
}

/// Json.NET 10 on a long that went through a double (.NET Core 3.1), and Gson 2.8 (JDK 11) on a number read as an
/// Object.
#[test]
fn whole_numbers_in_scientific_notation() {
    assert_eq!(in_json(r#"{"Count": 1.2345678901234568E+17}"#).0.count, Some(123_456_789_012_345_680));
    assert_eq!(in_json(r#"{"Count": 1.2345678E7}"#).0.count, Some(12_345_678));
    assert_eq!(in_xml("<Count>1.2345678901234568E+17</Count>").count, Some(123_456_789_012_345_680));
    let error = json::decode::<Every>(br#"{"Count": 1.8446744073709552E+19}"#).unwrap_err();
    assert!(error.message().contains("too large"), "{error}");
}

/// XmlSerializer (.NET 8) writes a null where the schema says `nillable`, and DataContractSerializer wherever it likes.
#[test]
fn null_in_xml() {
    for nil in ["xsi:nil='true'", "xsi:nil=\"1\"", "i:nil='true' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"] {
        for name in ["Name", "Count", "Flag", "At", "Password", "Color", "Nested", "NASJobs", "Counts"] {
            assert_eq!(in_xml(&format!("<{name} {nil}/>")), Every::default(), "{name} {nil}");
            assert_eq!(in_xml(&format!("<{name} {nil}></{name}>")), Every::default(), "{name} {nil}");
        }
    }
    assert_eq!(in_xml("<Name xsi:nil='false'>a</Name>").name.as_deref(), Some("a"));
}

/// Json.NET 6 and Gson 2.13 (JDK 25) write half a character as it is.
#[test]
fn half_a_character() {
    for (body, name) in [
        (r#"{"Name": "a\ud83d", "Count": 7}"#, "a\u{fffd}"),
        (r#"{"Name": "\udE00b", "Count": 7}"#, "\u{fffd}b"),
        (r#"{"Name": "\ud83d\ud83d\ude00", "Count": 7}"#, "\u{fffd}😀"),
        (r#"{"Name": "\ud83dx", "Count": 7}"#, "\u{fffd}x"),
    ] {
        let (value, drift) = in_json(body);
        assert_eq!((value.name.as_deref(), value.count), (Some(name), Some(7)), "{body}");
        assert_eq!(drift.misfits[0].path, "Name");
        assert!(drift.misfits[0].reason.contains("lone surrogate"), "{drift:?}");
        assert_eq!(json::decode::<Every>(body.as_bytes()).unwrap_err().path(), "Name", "it must be told");
    }
    let (value, drift) = in_json(r#"{"New": {"a": "\ud83d"}, "Items": [{"Name": "\ud83d"}]}"#);
    assert_eq!(value.items[0].name.as_deref(), Some("\u{fffd}"));
    let paths: Vec<_> = drift.misfits.iter().map(|misfit| misfit.path.as_str()).collect();
    assert_eq!(paths, ["New", "Items[0].Name"]);
}

/// BigInteger (Json.NET 10, Gson 2.8).
#[test]
fn integers_beyond_64_bits() {
    let (value, drift) = in_json(r#"{"Count": 18446744073709551616, "Name": "next"}"#);
    assert_eq!((value.count, value.name.as_deref()), (None, Some("next")));
    assert!(drift.misfits[0].reason.contains("needs more than 64 bits"), "{drift:?}");
    assert_eq!(
        in_json(r#"{"Name": 123456789012345678901234567890}"#).0.name.as_deref(),
        Some("123456789012345678901234567890")
    );
    let (_, drift) = in_json(r#"{"New": 123456789012345678901234567890}"#);
    assert_eq!(drift.misfits[0].path, "New", "{drift:?}");
}

/// XmlTextWriter (mono 6.8) writes control characters that XML 1.0 does not have; what is read cannot be written.
#[test]
fn references_to_control_characters() {
    let value = in_xml("<Name>a&#x1;b</Name>");
    assert_eq!(value.name.as_deref(), Some("a\u{1}b"));
    let error = xml::encode(&value).unwrap_err();
    assert_eq!(error.to_string(), "cannot write `Every.Name`: XML cannot hold the character U+0001");
}

/// XmlSerializer (mono 6.8, .NET 8) reads `<Password>   </Password>` as an empty text, and a CDATA section as it is.
#[test]
fn texts_of_blanks_alone() {
    let value = Every { name: Some(" \t ".into()), password: Some("   ".into()), ..Every::default() };
    let body = xml::encode(&value).unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(text.contains("<Name><![CDATA[ \t ]]></Name><Password><![CDATA[   ]]></Password>"), "{text}");
    assert_eq!(xml::decode::<Every>(&body).unwrap(), value);
}
