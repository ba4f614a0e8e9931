//! Requests that are signed with an access key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::percent_decode_str;
use sha1::Sha1;

use crate::engine::clock;

/// How far a request's date may be off, in seconds.
pub(super) const MAX_SKEW: i64 = 15 * 60;

/// How far a date is off.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Skew {
    /// It is no date.
    Unreadable,
    /// So far ahead of the server.
    Seconds(i64),
}

/// Whether a signature is that of a request: HMAC-SHA1 over method, date and decoded path, from `/v1` on and without
/// the query.
pub(super) fn fits(signature: &str, secret: &str, method: &str, date: &str, path: &str) -> bool {
    let path = percent_decode_str(path.strip_prefix("/zstack").unwrap_or(path)).decode_utf8_lossy();
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(format!("{method}\n{date}\n{path}").as_bytes());
    STANDARD.decode(signature.trim()).is_ok_and(|sent| mac.verify_slice(&sent).is_ok())
}

/// How far a `Date` header is off the server's clock.
///
/// Unless told otherwise the server compares clock readings: what the header's zone says does not count, and its own
/// zone does.
pub(super) fn skew(date: &str, now: i64, offset: i32, checks_zone: bool) -> Skew {
    let Some((reading, zone)) = read(date) else { return Skew::Unreadable };
    if checks_zone {
        return zone_offset(zone).map_or(Skew::Unreadable, |zone| Skew::Seconds(reading - zone - now));
    }
    Skew::Seconds(reading - now - i64::from(offset))
}

/// The clock reading of `Sat, 21 Nov 2026 12:40:46 GMT` in seconds, and the zone.
fn read(date: &str) -> Option<(i64, &str)> {
    let words: Vec<&str> = date.split_whitespace().collect();
    let [_, day, month, year, time, zone] = words.as_slice() else { return None };
    let clock: Vec<i64> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hour, minute, second] = clock.as_slice() else { return None };
    // Java's `z` takes names; an offset such as `+0700` is none.
    if !zone.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let days = clock::days(year.parse().ok()?, month, day.parse().ok()?)?;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second, zone))
}

/// The zones that are told apart, in seconds east of UTC.
fn zone_offset(zone: &str) -> Option<i64> {
    match zone {
        "UTC" | "GMT" | "Z" => Some(0),
        "Asia/Shanghai" => Some(8 * 3600),
        "CST" => Some(-6 * 3600), // Java's: Chicago
        other => {
            let rest = other.strip_prefix("GMT")?;
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = rest.get(1..)?.split_once(':')?;
            Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_clock_readings_unless_zones_are_checked() {
        let date = "Sat, 21 Nov 2026 12:40:46 GMT";
        let now = 1_795_264_846;
        assert_eq!(skew(date, now, 0, true), Skew::Seconds(0));
        assert_eq!(skew(date, now, 0, false), Skew::Seconds(0));
        assert_eq!(skew(date, now, 8 * 3600, true), Skew::Seconds(0));
        assert_eq!(skew(date, now, 8 * 3600, false), Skew::Seconds(-8 * 3600));
        assert_eq!(skew("Sat, 21 Nov 2026 20:40:46 CST", now, 8 * 3600, false), Skew::Seconds(0));
        assert_eq!(skew("Sat, 21 Nov 2026 20:40:46 GMT+08:00", now, 0, true), Skew::Seconds(0));
        for wrong in ["", "Sat, 21 Nov 2026 12:40:46 +0700", "2026-11-21T12:40:46Z", "Sat, 21 Now 2026 12:40:46 GMT"] {
            assert_eq!(skew(wrong, now, 0, false), Skew::Unreadable, "{wrong}");
        }
    }

    #[test]
    fn signatures_cover_method_date_and_path() {
        // echo -ne 'GET\nSat, 21 Nov 2026 12:40:46 GMT\n/v1/zones' | openssl dgst -sha1 -hmac secret -binary | base64
        let date = "Sat, 21 Nov 2026 12:40:46 GMT";
        let signature = "vNXOkEaqR+cp07nlusTBdo/+2U0=";
        assert!(fits(signature, "secret", "GET", date, "/zstack/v1/zones"));
        assert!(fits(signature, "secret", "GET", date, "/zstack/v1/z%6Fnes"));
        assert!(!fits(signature, "secret", "PUT", date, "/zstack/v1/zones"));
        assert!(!fits(signature, "Secret", "GET", date, "/zstack/v1/zones"));
        assert!(!fits("no base64", "secret", "GET", date, "/zstack/v1/zones"));
    }
}
