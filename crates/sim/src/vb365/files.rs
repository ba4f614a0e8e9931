//! Binary answers: exports, saved items, reports. Their bytes follow from what was asked for, so that a second try
//! gives the same.

use http::StatusCode;
use http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use serde_json::Value;

use super::store::Members;
use super::{Call, Refusal, invent};
use crate::engine::message::{Made, Reply};
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// The smallest and the largest file.
const SIZES: [u64; 2] = [64 << 10, 192 << 10];

/// Any operation that answers with a file.
pub(super) fn download(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    call.members().or_else(|refusal| call.items().map(|_| Members::new()).map_err(|_| refusal))?;
    let parts: Vec<&str> = address.segments.iter().map(|part| part.text.as_str()).collect();
    let body = String::from_utf8_lossy(&call.request.body).into_owned();
    Ok(file(call, &format!("{} {body}", parts.join("/"))))
}

/// Begins an export, whose file is there at once.
pub(super) fn start_export(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    call.members()?;
    let id = call.backend.new_guid();
    let given = Members::from_iter([("exportTaskId".to_owned(), Value::from(id.as_str()))]);
    call.backend.store.put_single(&format!("exports/{id}"), given.clone());
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    Ok(call.reply(&call.make(shape, &given, &id)))
}

/// The file of an export.
pub(super) fn download_export(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let id = address.last_id().unwrap_or_default();
    if call.backend.store.single(&format!("exports/{id}")).is_empty() {
        return Err(Refusal::not_found("The export", id));
    }
    Ok(file(call, id))
}

/// A file, or the part of it that the request asks for.
fn file(call: &Call<'_>, seed: &str) -> Reply {
    let length = SIZES[0] + invent::number(seed, SIZES[1] - SIZES[0]);
    let made = Made { seed: invent::number(seed, u64::MAX), length };
    let tag = format!("\"{}\"", &invent::digits(seed)[..16]);
    let name = match call.operation.path.to_ascii_lowercase() {
        path if path.ends_with("exporttopst") => "export.pst",
        path if path.contains("/reports/") => "report.pdf",
        path if path.contains("/mailboxes/") => "items.msg",
        _ => "export.zip",
    };
    let respond = |status, from: u64, to: u64| {
        let bytes = made.piece(from, usize::try_from(to - from).unwrap_or(0));
        Reply::typed(status, "application/octet-stream", bytes)
            .with(ACCEPT_RANGES, "bytes")
            .with(ETAG, &tag)
            .with(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
    };
    // A part is given of the same file alone.
    let same = call.request.header(IF_RANGE).is_none_or(|wanted| wanted == tag);
    match call.request.header(RANGE).filter(|_| same).and_then(|range| bounds(range, length)) {
        None => respond(StatusCode::OK, 0, length),
        Some((from, to)) if from < to => respond(StatusCode::PARTIAL_CONTENT, from, to)
            .with(CONTENT_RANGE, format!("bytes {from}-{}/{length}", to - 1)),
        Some(_) => Reply::empty(StatusCode::RANGE_NOT_SATISFIABLE).with(CONTENT_RANGE, format!("bytes */{length}")),
    }
}

/// The first byte of a range and the one behind its last; `None` for what is no single range.
fn bounds(range: &str, length: u64) -> Option<(u64, u64)> {
    let (from, to) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    if from.is_empty() {
        return Some((length.saturating_sub(to.parse().ok()?), length));
    }
    let to = if to.is_empty() { length } else { to.parse::<u64>().ok()?.saturating_add(1).min(length) };
    Some((from.parse().ok()?, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(bounds("bytes=0-", 10), Some((0, 10)));
        assert_eq!(bounds("bytes=4-6", 10), Some((4, 7)));
        assert_eq!(bounds("bytes=-3", 10), Some((7, 10)));
        assert_eq!(bounds("bytes=10-", 10), Some((10, 10)));
        for other in ["bytes=0-1,3-4", "items=0-1", "bytes=a-"] {
            assert_eq!(bounds(other, 10), None, "{other}");
        }
    }
}
