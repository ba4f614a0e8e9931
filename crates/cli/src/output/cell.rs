//! A value as a table shows it.

use serde_json::Value;

use super::Kind;
use crate::escape;

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// The value on one line, fit for a terminal; null is `-`.
pub(crate) fn text(value: &Value, kind: Kind) -> String {
    let text = match (value, kind) {
        (Value::Null, _) => "-".to_owned(),
        (Value::Bool(true), _) => "yes".to_owned(),
        (Value::Bool(false), _) => "no".to_owned(),
        (Value::Number(number), Kind::Bytes) => number.as_u64().map_or_else(|| number.to_string(), bytes),
        // Old servers write a number as text.
        (Value::String(text), Kind::Bytes) => text.parse().map_or_else(|_| text.clone(), bytes),
        (Value::String(text), _) => text.clone(),
        (Value::Array(items), _) => list(items),
        (Value::Number(_) | Value::Object(_), _) => value.to_string(),
    };
    escape::line(&text).into_owned()
}

/// A list of plain values is shown as such, any other as JSON.
fn list(items: &[Value]) -> String {
    if items.is_empty() {
        return "-".to_owned();
    }
    if items.iter().any(|item| item.is_array() || item.is_object()) {
        return Value::Array(items.to_vec()).to_string();
    }
    items.iter().map(|item| text(item, Kind::Text)).collect::<Vec<_>>().join(", ")
}

/// A number of bytes in binary units, such as `931.5 GiB`, rounded to one place.
pub(crate) fn bytes(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of a unit in whole numbers: 1023.96 KiB must become 1.0 MiB, and floats would lose exbibytes.
    let mut unit = 0;
    loop {
        let one = 1_u128 << (10 * (unit + 1));
        let tenths = (u128::from(bytes) * 10 + one / 2) / one;
        if tenths < 10_240 || unit + 1 == UNITS.len() {
            return format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]);
        }
        unit += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_in_binary_units() {
        for (size, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_524, "1023.9 KiB"),
            (1_048_525, "1.0 MiB"),
            (1_000_204_886_016, "931.5 GiB"),
            (5 << 40, "5.0 TiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(size), shown);
        }
    }

    #[test]
    fn each_kind_of_value_has_a_look() {
        for (value, kind, shown) in [
            (json!(null), Kind::Bytes, "-"),
            (json!(true), Kind::Bool, "yes"),
            (json!(1024), Kind::Number, "1024"),
            (json!("12566568"), Kind::Bytes, "12.0 MiB"),
            (json!(-1), Kind::Bytes, "-1"),
            (json!(["a", 1, null]), Kind::Text, "a, 1, -"),
            (json!([]), Kind::Text, "-"),
            (json!([{"a": 1}]), Kind::Text, "[{\"a\":1}]"),
            (json!({"b": 1, "a": "\u{9b}"}), Kind::Text, "{\"b\":1,\"a\":\"\\u{9b}\"}"),
            (json!("a\nb\u{1b}[2J"), Kind::Text, "a\\nb\\u{1b}[2J"),
        ] {
            assert_eq!(text(&value, kind), shown);
        }
    }
}
