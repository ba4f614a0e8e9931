//! No number is rounded, cut or guessed.

use backhaul_wire::json;

use crate::every::Every;

fn count(number: &str) -> Result<Option<i64>, String> {
    let body = format!("{{\"Nested\": {{\"Count\": {number}}}}}");
    json::decode::<Every>(body.as_bytes()).map(|value| value.nested.unwrap().count).map_err(|error| {
        assert_eq!(error.path(), "Nested.Count", "{number}");
        error.message().to_owned()
    })
}

#[test]
fn integers_are_exact_to_the_ends() {
    for number in [i64::MAX, i64::MIN, (1 << 53) + 1, -(1 << 53) - 1, 0, -1] {
        assert_eq!(count(&number.to_string()), Ok(Some(number)));
        assert_eq!(count(&format!("\"{number}\"")), Ok(Some(number)));
        assert_eq!(count(&format!("\"{number}.000\"")), Ok(Some(number)));
        let value = Every { count: Some(number), ..Every::default() };
        let written = json::encode(&value, json::Case::Schema).unwrap();
        assert_eq!(written, format!("{{\"Count\":{number}}}").into_bytes());
    }
}

#[test]
fn an_integer_that_does_not_fit_is_an_error() {
    for number in [
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e19",
        "1e400",
        "-1e400",
        "0.5",
        "4900.5",
        "\"9223372036854775808\"",
        "\"9223372036854775807.5\"",
        "\"0x10\"",
        "\"12 GB\"",
        "true",
        "[]",
        "{}",
    ] {
        assert!(count(number).is_err(), "{number}: {:?}", count(number));
    }
    assert!(count("9223372036854775808").unwrap_err().contains("too large"));
}

/// What the text says is what counts: through a double, 2^53 + 1 would read as 2^53.
#[test]
fn a_whole_number_in_the_form_of_a_double_is_read_digit_by_digit() {
    for (number, wanted) in [
        ("9007199254740991.0", 9_007_199_254_740_991),
        ("9007199254740993.0", 9_007_199_254_740_993),
        ("-9007199254740993.0", -9_007_199_254_740_993),
        ("9223372036854775807.0", i64::MAX),
        ("-9.223372036854775808e18", i64::MIN),
        ("1.2345678901234568E+17", 123_456_789_012_345_680),
        ("\"1e3\"", 1000),
        ("120e-1", 12),
        ("0e999999999", 0),
    ] {
        assert_eq!(count(number), Ok(Some(wanted)), "{number}");
    }
    for number in ["1e999999999", "1e-999999999", "1.5e0", "12e-1", "9.3e18"] {
        assert!(count(number).is_err(), "{number}");
    }
}

#[test]
fn doubles_come_back_bit_for_bit() {
    for number in [0.1, 1.0 / 3.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 123_456_789.987_654_33, -0.0] {
        let value = Every { share: Some(number), shares: vec![number], ..Every::default() };
        let again: Every = json::decode(&json::encode(&value, json::Case::Schema).unwrap()).unwrap();
        assert_eq!(again.share.map(f64::to_bits), Some(number.to_bits()), "{number}");
        assert_eq!(again.shares[0].to_bits(), number.to_bits(), "{number}");
    }
}

#[test]
fn what_is_neither_a_number_nor_the_name_of_none_is_an_error() {
    for text in ["\"inf\"", "\"nan\"", "\"+Infinity\"", "1e400", "\"1e400\"", "nan", "Infinit", "+INF"] {
        assert!(json::decode::<Every>(format!("{{\"Share\": {text}}}").as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn ids_and_dates_keep_their_text() {
    let joined = "5f6a393a-e80b-4b20-91f0-db47b6a7dcbe9e924fbb-54d5-4bab-82e0-68216d45b096";
    for (id, at) in [
        (joined, "2020-05-29T10:29:05.5413083Z"),
        ("36C27E8FF05C4780BF6D2FA65700F22E", "Apr 11, 2018 2:50:54 PM"),
        ("urn:veeam:CloudTenant:9C3AAD22-3d96-43fe-ab25-6e1800b0dda0", "not a date at all"),
    ] {
        let body = format!("{{\"UID\":\"{id}\",\"At\":\"{at}\"}}");
        let value: Every = json::decode(body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(json::encode(&value, json::Case::Schema).unwrap()).unwrap(), body);
    }
}
