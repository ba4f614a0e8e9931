use std::borrow::Cow;

/// A name in camelCase by .NET's rule: the leading run of capitals is lowered, but for its last letter when a
/// lower-case letter follows.
///
/// ```
/// use backhaul_wire::json::camel_case;
/// assert_eq!(camel_case("UID"), "uid");
/// assert_eq!(camel_case("NASJobs"), "nasJobs");
/// assert_eq!(camel_case("VAppRestorePoints"), "vAppRestorePoints");
/// assert_eq!(camel_case("SupportedVersions"), "supportedVersions");
/// ```
#[must_use]
pub fn camel_case(name: &str) -> Cow<'_, str> {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let lowered = match name.as_bytes().get(capitals) {
        Some(next) if capitals > 1 && next.is_ascii_lowercase() => capitals - 1,
        _ => capitals,
    };
    if lowered == 0 {
        return Cow::Borrowed(name);
    }
    let mut out = name.to_owned();
    out[..lowered].make_ascii_lowercase();
    Cow::Owned(out)
}
