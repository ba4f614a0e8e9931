//! Values that nobody gave: made up from a seed, the same ones every time.

use backhaul_models::vb365::VERSIONS;
use backhaul_wire::ApiVersion;
use backhaul_wire::shape::{EnumShape, Field, Kind, Repeat, Variant};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::engine::clock;
use crate::engine::session::guid;

/// What made-up dates come before: 2026-11-20T22:00:00Z.
const EPOCH: i64 = 1_795_212_000;
/// Values that a healthy server shows; other enums take what comes.
const HEALTHY: [&str; 12] = [
    "Success",
    "Online",
    "Valid",
    "Healthy",
    "Completed",
    "Finished",
    "Enabled",
    "Licensed",
    "Stopped",
    "Office365",
    "Worldwide",
    "User",
];
/// What a healthy server answers no to.
const RARE: [&str; 8] = ["deleted", "outof", "outdated", "failed", "error", "expired", "will", "obsolete"];

/// Digits that follow from a seed.
pub(in crate::vb365) fn digits(seed: &str) -> String {
    hex::encode(Sha256::digest(seed))
}

/// A GUID that follows from a seed.
pub(in crate::vb365) fn id(seed: &str) -> String {
    guid(&digits(seed))
}

/// A number below a bound that follows from a seed.
pub(in crate::vb365) fn number(seed: &str, below: u64) -> u64 {
    u64::from_str_radix(&digits(seed)[..12], 16).unwrap_or_default() % below.max(1)
}

/// The date so many seconds before the last backups of the made-up backend.
pub(in crate::vb365) fn date(seconds_before: i64) -> String {
    clock::iso(EPOCH - seconds_before)
}

/// What is known that values refer to: the name of a member that holds an id, and the id.
pub(in crate::vb365) type Known = Map<String, Value>;

/// A value of a kind that is no struct; none when the version has no such value.
pub(in crate::vb365) fn scalar(field: &Field, version: u8, seed: &str, known: &Known) -> Option<Value> {
    let value = match field.kind {
        Kind::Bool => (!RARE.iter().any(|rare| field.json.to_ascii_lowercase().contains(rare))).into(),
        Kind::Int => int(field.json, seed).into(),
        Kind::Float => f64::from(u32::try_from(number(seed, 1000)).unwrap_or(0)).mul_add(0.1, 0.0).into(),
        Kind::Text => text(field.json, seed).into(),
        Kind::Id => known.get(field.json).cloned().unwrap_or_else(|| id(seed).into()),
        Kind::DateTime => date(i64::try_from(number(seed, 30 * 86_400)).unwrap_or(0)).into(),
        Kind::Enum(values) => enumerated(values, version, seed)?.into(),
        // What is secret is not told, and where something must be said it says nothing.
        Kind::Secret if field.required => "".into(),
        Kind::Secret => return None,
        Kind::Json => Value::Object(Map::new()),
        Kind::Struct(_) => return None,
    };
    Some(value)
}

fn int(name: &str, seed: &str) -> u64 {
    let name = name.to_ascii_lowercase();
    if name == "port" {
        return 9191;
    }
    let below = if name.ends_with("bytes") { 1 << 30 } else { 100 };
    number(seed, below)
}

/// A value that the version has: one of every version where there is such a one, so that a record is the same in all.
fn enumerated(shape: &EnumShape, version: u8, seed: &str) -> Option<&'static str> {
    let every = |value: &&backhaul_wire::shape::EnumValue| {
        value.versions.contains(ApiVersion::new(*VERSIONS.start()))
            && value.versions.contains(ApiVersion::new(*VERSIONS.end()))
            && value.versions.contains(ApiVersion::new(version))
    };
    let mut values: Vec<&'static str> = shape.values.iter().filter(every).map(|value| value.name).collect();
    if values.is_empty() {
        values = shape
            .values
            .iter()
            .filter(|value| value.versions.contains(ApiVersion::new(version)))
            .map(|value| value.name)
            .collect();
    }
    if let Some(healthy) = HEALTHY.iter().find(|healthy| values.contains(healthy)) {
        return Some(healthy);
    }
    values.get(usize::try_from(number(seed, values.len() as u64)).unwrap_or(0)).copied()
}

/// What stands in for a value that the version lacks.
pub(in crate::vb365) fn nearest(shape: &EnumShape, version: u8, value: &str) -> Option<String> {
    let has = |index: usize| shape.values.get(index).filter(|value| value.versions.contains(ApiVersion::new(version)));
    match shape.index_of(value) {
        Some(index) => {
            has(index).map(|value| value.name).or_else(|| enumerated(shape, version, value)).map(str::to_owned)
        }
        None => Some(value.to_owned()),
    }
}

/// The kind of a union that a made-up value is of.
pub(in crate::vb365) fn variant<'v>(variants: &'v [Variant], version: u8, seed: &str) -> Option<&'v Variant> {
    let there: Vec<&Variant> =
        variants.iter().filter(|it| it.shape.versions.contains(ApiVersion::new(version))).collect();
    let at = usize::try_from(number(seed, variants.len() as u64)).unwrap_or(0);
    let chosen = variants.get(at).filter(|it| it.shape.versions.contains(ApiVersion::new(version)));
    chosen.or_else(|| there.get(at % there.len().max(1)).copied())
}

/// How many items a made-up list inside a record has.
pub(in crate::vb365) fn count(field: &Field, depth: usize) -> usize {
    match (field.repeat, depth) {
        (Repeat::List, 0..=1) => 2,
        (Repeat::List, 2) => 1,
        _ => 0,
    }
}

fn text(name: &str, seed: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let is = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    let some = &digits(seed)[..4];
    if is(&["email", "mail", "mailbox", "from", "to", "cc", "bcc", "address", "account", "login"]) {
        format!("user.{some}@example.com")
    } else if is(&["username", "by", "author", "owner"]) {
        "EXAMPLE\\administrator".to_owned()
    } else if is(&["url", "uri", "weblink"]) {
        format!("https://example.sharepoint.com/sites/{some}")
    } else if is(&["hostname", "fqdn", "servername", "host", "server"]) {
        format!("srv{some}.example.com")
    } else if is(&["thumbprint"]) {
        digits(seed)[..40].to_uppercase()
    } else if is(&["time"]) {
        "22:00:00".to_owned()
    } else if is(&["duration", "timeout"]) {
        "00:00:42".to_owned()
    } else if is(&["description", "details", "error", "reason", "message", "warning"]) {
        String::new()
    } else if is(&["path"]) {
        format!("D:\\Backups\\{some}")
    } else if is(&["version"]) {
        "1.0".to_owned()
    } else {
        format!("{name} {some}")
    }
}

#[cfg(test)]
mod tests {
    use backhaul_wire::Versions;
    use backhaul_wire::shape::EnumValue;

    use super::*;

    #[test]
    fn the_same_every_time_and_of_the_version() {
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
        assert_eq!(EnumValue::new("x").versions, Versions::ALL);
        static VALUES: [EnumValue; 3] =
            [EnumValue::new("Old").until(5), EnumValue::new("New").since(6), EnumValue::new("Stopped")];
        let shape = EnumShape { name: "E", aliases: &[], values: &VALUES };
        assert_eq!(enumerated(&shape, 3, "seed"), Some("Stopped"));
        assert_eq!(nearest(&shape, 8, "old").as_deref(), Some("Stopped"));
        assert_eq!(nearest(&shape, 3, "old").as_deref(), Some("Old"));
        assert_eq!(nearest(&shape, 3, "unheard").as_deref(), Some("unheard"));
    }
}
