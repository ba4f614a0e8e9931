//! How an API version may be typed, and the one spelling in which it is kept.

use backhaul_models::vb365::{KNOWN, VERSIONS};
use backhaul_wire::System;

use crate::exit::Failure;

/// The version in its one spelling: `v8` for VB365, `v1_7` or `latest` for EM, `5.2.1` for ZStack.
///
/// VB365 may be typed `8` or `V8`, EM `1.7`, `v1.7` or `1_7`.
pub(crate) fn normalise(system: System, text: &str) -> Result<String, String> {
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    let known = match system {
        System::Vb365 => number.parse().ok().filter(|n| VERSIONS.contains(n)).map(|n: u8| format!("v{n}")),
        System::Em if lower == "latest" => Some(lower),
        System::Em => match number.split(['.', '_']).collect::<Vec<_>>()[..] {
            ["1", minor @ ("5" | "6" | "7")] => Some(format!("v1_{minor}")),
            _ => None,
        },
        System::Zstack => number.split('.').all(is_number).then(|| number.to_owned()),
    };
    known.ok_or_else(|| {
        let expected = match system {
            System::Em => "v1_5, v1_6, v1_7 or latest".to_owned(),
            System::Vb365 => KNOWN.to_string(),
            System::Zstack => "a release such as 5.2.1".to_owned(),
        };
        format!("`{}` is not an API version of {}: use {expected}", text.escape_debug(), system.product())
    })
}

/// The version as the number that the schemas' ranges are in: VB365's; nothing for the other systems, which have one.
pub(crate) fn number(system: System, text: &str) -> Result<Option<u8>, Failure> {
    let version = normalise(system, text).map_err(Failure::usage)?;
    Ok((system == System::Vb365).then(|| version.trim_start_matches('v').parse().ok()).flatten())
}

/// One end of a range of versions: the number, or null where the range is open.
pub(crate) fn bound(version: Option<backhaul_wire::ApiVersion>) -> Option<u8> {
    version.map(backhaul_wire::ApiVersion::get)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 6 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_one_spelling() {
        for (system, typed, kept) in [
            (System::Vb365, "8", "v8"),
            (System::Vb365, "V3", "v3"),
            (System::Em, "1.7", "v1_7"),
            (System::Em, "v1_5", "v1_5"),
            (System::Em, "Latest", "latest"),
            (System::Zstack, "5.2.1", "5.2.1"),
            (System::Zstack, "v1", "1"),
        ] {
            assert_eq!(normalise(system, typed).as_deref(), Ok(kept), "{system} {typed}");
        }
    }

    #[test]
    fn what_a_system_never_had_is_refused() {
        for (system, typed) in [
            (System::Vb365, "v2"),
            (System::Vb365, "v9"),
            (System::Vb365, "1.7"),
            (System::Em, "v8"),
            (System::Em, "2.0"),
            (System::Em, "v1_4"),
            (System::Zstack, "latest"),
            (System::Zstack, "5."),
            (System::Zstack, ""),
        ] {
            assert!(normalise(system, typed).is_err(), "{system} {typed}");
        }
    }
}
