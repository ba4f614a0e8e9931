//! Answers that are files, written as they come; what was cut goes on where it ended, if the server can say that
//! nothing changed.

use std::path::PathBuf;

use backhaul_models::vb365::is_action;
use backhaul_wire::{Call, Operation, looks_like_html};
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderName, StatusCode};

use super::exchange::Ask;
use super::{Arguments, Client};
use crate::error::{Error, Reason, Result};
use crate::file::{Existing, FileError, NewFile};
use crate::net::{HttpError, StreamingResponse};
use crate::product;

impl Client {
    /// Calls an operation that answers with a file, and writes that to `to`.
    pub(crate) async fn download<C: Call>(&self, call: &C, to: impl Into<PathBuf>, existing: Existing) -> Result<u64> {
        self.check_form(C::OPERATION, C::FORM_UNTIL, self.version().await?)?;
        let given = self.arguments(call).await?;
        let on_disk = |error| self.fail(C::OPERATION.name, Reason::File(error));
        let mut file = NewFile::create(to, existing).await.map_err(on_disk)?;
        let length = self.write_to(C::OPERATION, &given, &mut file).await?;
        file.finish().await.map_err(on_disk)?;
        Ok(length)
    }

    /// Sends an operation and adds its answer to a file as it comes: the form for callers that learn the operation at
    /// run time. Gives how many bytes came. After an error the file holds a part, and must not be finished.
    ///
    /// An answer that is cut is gone on with, by `Range`, where it came with a validator (a strong `ETag`, else
    /// `Last-Modified`), the server answers with that part (206), and the validator is the same; and, for a `POST`,
    /// where the server offers ranges.
    ///
    /// # Errors
    /// When the file cannot be written ([`Error::file`]), or the answer ends before its end and cannot be gone on with;
    /// and as [`Client::send`].
    pub async fn write_to(&self, operation: &'static Operation, given: &Arguments, file: &mut NewFile) -> Result<u64> {
        self.write_answer(&self.ask(operation, given).await?, may_resume(operation), file).await
    }

    /// Writes what is answered to `ask`.
    pub(crate) async fn write_answer(&self, ask: &Ask, resumable: Resumable, file: &mut NewFile) -> Result<u64> {
        let on_disk = |error: FileError| self.fail(ask.name.clone(), Reason::File(error));
        let mut answer = self.exchange_open(ask).await?;
        self.refuse_other(ask, answer.status, &answer.headers)?;
        let mut whole = Whole::of(&answer.headers, resumable);
        let (mut length, mut tries, mut since) = (0_u64, 0_u32, 0_u64);
        // Its beginning, where no type says that it is bytes.
        let mut start = (!is_declared(&answer.headers)).then(Vec::new);
        loop {
            // Parts come within the limits of the request that they are of.
            let part = self.in_time(&ask.name, async { Ok(answer.chunk().await) }).await?;
            let cut = match part {
                Ok(Some(part)) => {
                    let end = length.saturating_add(part.len() as u64);
                    if whole.length.is_some_and(|whole| end > whole) {
                        return Err(self.cut(ask, length, "the server sent more than all of it"));
                    }
                    if let Some(start) = &mut start {
                        let room = product::START.saturating_sub(start.len());
                        start.extend_from_slice(&part[..part.len().min(room)]);
                        if looks_like_html(start) {
                            return Err(self.fail(ask.name.clone(), page_instead()));
                        }
                    }
                    file.write(&part).await.map_err(on_disk)?;
                    length = end;
                    continue;
                }
                // A server may give less of the rest than it was asked for.
                Ok(None) if whole.length.is_some_and(|whole| length < whole) => None,
                Ok(None) if length == 0 => return Err(self.empty(ask)),
                Ok(None) => return Ok(length),
                Err(error) => Some(error),
            };
            // Only a good piece of it is progress: else a byte for each request would go on for ever. What is sent with
            // POST is sent a few times at most, however much came.
            if length - since >= PROGRESS && resumable == Resumable::Always {
                tries = 0;
            }
            (tries, since) = (tries + 1, length);
            // It counts as under way until then, and there may be room for one only.
            drop(answer);
            answer = self.rest(ask, &mut whole, length, tries, cut).await?;
        }
    }

    /// Asks for what is missing after so many bytes.
    async fn rest(
        &self,
        ask: &Ask,
        whole: &mut Whole,
        length: u64,
        tries: u32,
        cut: Option<HttpError>,
    ) -> Result<StreamingResponse> {
        let retry = self.retry();
        let validator = whole.validator.as_ref().filter(|_| tries < retry.max_attempts);
        let passing =
            cut.as_ref().is_none_or(|error| error.is_interrupted() || (error.is_timeout() && !error.is_deadline()));
        let (Some((name, value)), true) = (validator, passing) else {
            return Err(match cut {
                Some(error) => self.fail(ask.name.clone(), Reason::Http(error)),
                None => self.cut(ask, length, "the server gives no more of it"),
            });
        };
        tokio::time::sleep(retry.base_delay.saturating_mul(tries).min(retry.max_delay)).await;
        let part = ask.with(vec![(RANGE, format!("bytes={length}-")), (IF_RANGE, value.clone())]);
        let answer = self.exchange_open(&part).await?;
        match answer.status {
            StatusCode::PARTIAL_CONTENT => {}
            StatusCode::OK => {
                return Err(self.cut(ask, length, "it was changed meanwhile, or the server has no ranges"));
            }
            status => return Err(self.cut(ask, length, &format!("the rest was answered with {status}"))),
        }
        if text(&answer.headers, name).is_some_and(|now| now != value) {
            return Err(self.cut(ask, length, "it was changed meanwhile"));
        }
        let Some(range) = Part::of(&answer.headers).filter(|part| part.begin == length) else {
            return Err(self.cut(ask, length, "the server answered with another part than the rest"));
        };
        match (whole.length, range.whole) {
            (Some(known), Some(now)) if known != now => return Err(self.cut(ask, length, "it has another length now")),
            (known, now) => whole.length = known.or(now),
        }
        Ok(answer)
    }

    fn empty(&self, ask: &Ask) -> Error {
        let message = "the server answered with success and without a file: look there whether there is one".to_owned();
        self.fail(ask.name.clone(), Reason::Answer(message))
    }

    fn cut(&self, ask: &Ask, length: u64, why: &str) -> Error {
        let message =
            format!("the file was cut after {length} bytes, and cannot be gone on with: {why}; ask for it again");
        self.fail(ask.name.clone(), Reason::Answer(message))
    }

    /// Refuses an answer of success that is not the file: a web page where bytes are declared comes from a proxy, a
    /// part was not asked for, and what is packed would be written as it came.
    fn refuse_other(&self, ask: &Ask, status: StatusCode, headers: &HeaderMap) -> Result<()> {
        let fail = |reason| Err(self.fail(ask.name.clone(), reason));
        if status == StatusCode::PARTIAL_CONTENT {
            return fail(Reason::Answer(
                "the server answered with a part of the file, and was asked for all of it".to_owned(),
            ));
        }
        if status == StatusCode::NO_CONTENT {
            return Err(self.empty(ask));
        }
        let packed = text(headers, &CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
        if let Some(encoding) = packed {
            let encoding: String = encoding.chars().take(40).collect();
            let encoding = encoding.escape_debug();
            return fail(Reason::Answer(format!(
                "the file came packed (`Content-Encoding: {encoding}`), which nobody asked for: ask past the proxy that does so"
            )));
        }
        match text(headers, &CONTENT_TYPE) {
            Some(kind) if is_of(kind, &["text/html", "application/xhtml+xml"]) => fail(page_instead()),
            Some(kind) if ask.is_file() && is_of(kind, &["application/json", "application/xml", "text/xml"]) => {
                let kind: String = kind.chars().take(40).collect();
                let kind = kind.escape_debug();
                fail(Reason::Answer(format!(
                    "the server answered with a document (`{kind}`) and not with the file: look there whether there is one"
                )))
            }
            _ => Ok(()),
        }
    }
}

fn page_instead() -> Reason {
    let hint = "it answered with an HTML page instead of a file (a proxy, or a web interface?)";
    Reason::Product(None, hint.to_owned())
}

/// Whether a media type is one of these, whatever its parameters.
fn is_of(kind: &str, of: &[&str]) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    of.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

/// Whether an answer says that it is a file: a file may be a web page.
fn is_declared(headers: &HeaderMap) -> bool {
    let is_attached =
        text(headers, &CONTENT_DISPOSITION).is_some_and(|how| !how.to_ascii_lowercase().starts_with("inline"));
    let is_bytes = text(headers, &CONTENT_TYPE).is_some_and(|kind| !kind.to_ascii_lowercase().starts_with("text/"));
    is_attached || is_bytes
}

/// How much must come for the tries to be counted anew.
const PROGRESS: u64 = 64 << 10;

/// Whether a cut answer may be asked for in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resumable {
    /// No: asking again does something again.
    Never,
    /// Where the server offers it: a `POST` that makes the file that it answers.
    Offered,
    /// Where the server can say that nothing changed.
    Always,
}

fn may_resume(operation: &Operation) -> Resumable {
    match operation.method {
        "GET" => Resumable::Always,
        // An action of VB365's v3 to v5 may restore, and not only export: only its body tells.
        _ if is_action(operation) => Resumable::Never,
        _ => Resumable::Offered,
    }
}

/// What the first answer says of the whole file.
struct Whole {
    length: Option<u64>,
    /// The header that changes with the file, and its value; nothing where going on is not possible.
    validator: Option<(HeaderName, String)>,
}

impl Whole {
    fn of(headers: &HeaderMap, resumable: Resumable) -> Self {
        let offered = text(headers, &ACCEPT_RANGES).is_some_and(|ranges| ranges.eq_ignore_ascii_case("bytes"));
        let possible = match resumable {
            Resumable::Never => false,
            Resumable::Offered => offered,
            Resumable::Always => true,
        };
        let header = |name: &HeaderName| text(headers, name).map(|value| (name.clone(), value.to_owned()));
        // A weak tag (`W/`) promises less than equal bytes.
        let tag = header(&ETAG).filter(|(_, tag)| tag.starts_with('"'));
        Self {
            length: text(headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            validator: tag.or_else(|| header(&LAST_MODIFIED)).filter(|_| possible),
        }
    }
}

/// The part that an answer holds: `Content-Range: bytes 7-19/20`.
struct Part {
    begin: u64,
    /// How long all of it is, where the server says so.
    whole: Option<u64>,
}

impl Part {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let (range, whole) = text(headers, &CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
        let (begin, end) = range.split_once('-')?;
        let (begin, end) = (begin.trim().parse().ok()?, end.trim().parse::<u64>().ok()?);
        let whole = match whole.trim() {
            "*" => None,
            known => Some(known.parse().ok()?),
        };
        (begin <= end && whole.is_none_or(|whole| end < whole)).then_some(Self { begin, whole })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
