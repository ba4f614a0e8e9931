//! A value as a table shows it.

use anstyle::{AnsiColor, Style};
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
        (Value::Number(number), _) => self::number(&number.to_string(), kind),
        // Old servers write a number as text.
        (Value::String(text), Kind::Bytes | Kind::Mebibytes | Kind::Gibibytes | Kind::Rate) => number(text, kind),
        (Value::String(text), Kind::Time) => whole_seconds(text),
        (Value::String(text), _) => text.clone(),
        (Value::Array(items), _) => list(items, kind),
        (Value::Object(_), _) => value.to_string(),
    };
    escape::line(&text).into_owned()
}

/// A number, as what it counts is shown; what is no whole number stays as it is.
fn number(text: &str, kind: Kind) -> String {
    let (shift, per) = match kind {
        Kind::Bytes => (0, ""),
        Kind::Rate => (0, "/s"),
        Kind::Mebibytes => (20, ""),
        Kind::Gibibytes => (30, ""),
        _ => return text.to_owned(),
    };
    // The vendors say so that they do not know a size.
    if text == "-1" {
        return "-".to_owned();
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let size = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    size.map_or_else(|| text.to_owned(), |size| format!("{sign}{}{per}", bytes(size)))
}

/// A time without the fraction of its second: `2026-11-20T03:00:00Z`.
fn whole_seconds(text: &str) -> String {
    let Some((time, fraction)) = text.split_once('.').filter(|(time, _)| time.len() == "2026-11-20T03:00:00".len())
    else {
        return text.to_owned();
    };
    format!("{time}{}", fraction.trim_start_matches(|c: char| c.is_ascii_digit()))
}

const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OFF: Style = Style::new().dimmed();

/// The colour of a value: of states by their words, of percentages by how full something is.
pub(crate) fn style(text: &str, kind: Kind) -> Style {
    match kind {
        Kind::State => state(text),
        Kind::Percent => match text.parse::<f64>() {
            Ok(percent) if percent >= 95.0 => BAD,
            Ok(percent) if percent >= 80.0 => DOUBTFUL,
            _ => Style::new(),
        },
        _ => Style::new(),
    }
}

fn state(word: &str) -> Style {
    match word.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "running" | "working" | "connected" | "enabled" | "ready" | "online"
        | "available" | "ok" | "healthy" | "valid" => GOOD,
        "warning" | "connecting" | "disconnecting" | "maintenance" | "premaintenance" | "degraded" | "queued"
        | "outdated" | "expired" | "stopping" => DOUBTFUL,
        "failed" | "error" | "disconnected" | "unavailable" | "offline" | "invalid" | "notavailable" | "crashed" => BAD,
        "disabled" | "none" | "notconfigured" => OFF,
        _ => Style::new(),
    }
}

/// A list of plain values is shown as such, any other as JSON.
fn list(items: &[Value], kind: Kind) -> String {
    if items.is_empty() {
        return "-".to_owned();
    }
    if items.iter().any(|item| item.is_array() || item.is_object()) {
        return Value::Array(items.to_vec()).to_string();
    }
    items.iter().map(|item| text(item, kind)).collect::<Vec<_>>().join(", ")
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
            (json!(-1), Kind::Bytes, "-"),
            (json!(-1), Kind::Number, "-1"),
            (json!(-1_610_612_736), Kind::Bytes, "-1.5 GiB"),
            (json!(1_426_172), Kind::Rate, "1.4 MiB/s"),
            (json!(5120), Kind::Mebibytes, "5.0 GiB"),
            (json!(u64::MAX), Kind::Gibibytes, "18446744073709551615"),
            (json!(81.5), Kind::Percent, "81.5"),
            (json!("2026-11-20T03:00:00.1234567+01:00"), Kind::Time, "2026-11-20T03:00:00+01:00"),
            (json!("Apr 11, 2018 2:50:54 PM"), Kind::Time, "Apr 11, 2018 2:50:54 PM"),
            (json!(["a", 1, null]), Kind::Text, "a, 1, -"),
            (json!([20_971_520, null]), Kind::Mebibytes, "20.0 TiB, -"),
            (json!([]), Kind::Text, "-"),
            (json!([{"a": 1}]), Kind::Text, "[{\"a\":1}]"),
            (json!({"b": 1, "a": "\u{9b}"}), Kind::Text, "{\"b\":1,\"a\":\"\\u{9b}\"}"),
            (json!("a\nb\u{1b}[2J"), Kind::Text, "a\\nb\\u{1b}[2J"),
        ] {
            assert_eq!(text(&value, kind), shown);
        }
    }
}
