//! Answers that are files, written as they come; what was cut goes on where it ended, if the server can say that nothing changed.

use std::path::PathBuf;

use ::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE,
};
use ::http::{HeaderMap, HeaderName, StatusCode};
use backhaul_wire::{Call, Operation};

use super::exchange::Ask;
use super::{Client, Given, is_action};
use crate::error::{Error, Reason, Result};
use crate::file::{Existing, FileError, NewFile};
use crate::http::{HttpError, StreamingResponse};

impl Client {
    /// Calls an operation that answers with a file, such as an export or a report, and writes that to `to`. Gives its length in
    /// bytes. The file takes its place when it is whole; an error, or a caller that does not wait for the end, leaves the place as
    /// it was.
    ///
    /// ```no_run
    /// # async fn run(client: backhaul_transport::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_models::vb365::operations::ExchangeItemSaveItemAction;
    /// use backhaul_transport::file::Existing;
    ///
    /// let call = ExchangeItemSaveItemAction::new("restore-session", "mailbox", "item");
    /// let bytes = client.download(&call, "message.msg", Existing::Keep).await?;
    /// println!("{bytes} bytes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the file cannot be written ([`Error::file`]), or the answer ends before its end and cannot be gone on with; and as
    /// [`Client::call`].
    pub async fn download<C: Call>(&self, call: &C, to: impl Into<PathBuf>, existing: Existing) -> Result<u64> {
        self.check_form(C::OPERATION, C::FORM_UNTIL, self.version().await?)?;
        let given = self.given(call).await?;
        let on_disk = |error| self.fail(C::OPERATION.name, Reason::File(error));
        let mut file = NewFile::create(to, existing).await.map_err(on_disk)?;
        let length = self.write_to(C::OPERATION, &given, &mut file).await?;
        file.finish().await.map_err(on_disk)?;
        Ok(length)
    }

    /// Sends an operation and adds its answer to a file as it comes: the form for callers that learn the operation at run time.
    /// Gives how many bytes came. After an error the file holds a part, and must not be finished.
    ///
    /// An answer that is cut is gone on with, by `Range`, where it came with a validator (a strong `ETag`, else `Last-Modified`),
    /// the server answers with that part (206), and the validator is the same; and, for a `POST`, where the server offers ranges.
    ///
    /// # Errors
    /// As [`Client::download`].
    pub async fn write_to(&self, operation: &'static Operation, given: &Given, file: &mut NewFile) -> Result<u64> {
        self.write_answer(&self.ask(operation, given).await?, may_resume(operation), file).await
    }

    /// Writes what is answered to `ask`.
    pub(crate) async fn write_answer(&self, ask: &Ask, resumable: Resumable, file: &mut NewFile) -> Result<u64> {
        let on_disk = |error: FileError| self.fail(ask.name.clone(), Reason::File(error));
        let mut answer = self.exchange_open(ask).await?;
        self.refuse_page(ask, &answer.headers)?;
        let whole = Whole::of(&answer.headers, resumable);
        let (mut length, mut tries) = (0_u64, 0);
        loop {
            let cut = match answer.chunk().await {
                Ok(Some(part)) => {
                    file.write(&part).await.map_err(on_disk)?;
                    length += part.len() as u64;
                    tries = 0;
                    continue;
                }
                // A server may give less of the rest than it was asked for.
                Ok(None) if whole.length.is_some_and(|whole| length < whole) => None,
                Ok(None) => return Ok(length),
                Err(error) => Some(error),
            };
            tries += 1;
            // It counts as under way until then, and there may be room for one only.
            drop(answer);
            answer = self.rest(ask, &whole, length, tries, cut).await?;
        }
    }

    /// Asks for what is missing after so many bytes.
    async fn rest(
        &self,
        ask: &Ask,
        whole: &Whole,
        length: u64,
        tries: u32,
        cut: Option<HttpError>,
    ) -> Result<StreamingResponse> {
        let retry = &self.core.options.http.retry;
        let validator = whole.validator.as_ref().filter(|_| tries < retry.max_attempts);
        let passing = cut.as_ref().is_none_or(|error| error.is_interrupted() || error.is_timeout());
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
        if begin(&answer.headers) != Some(length) {
            return Err(self.cut(ask, length, "the server answered with another part than the rest"));
        }
        Ok(answer)
    }

    fn cut(&self, ask: &Ask, length: u64, why: &str) -> Error {
        let message =
            format!("the file was cut after {length} bytes, and cannot be gone on with: {why}; ask for it again");
        self.fail(ask.name.clone(), Reason::Answer(message))
    }

    /// A web page where a file of bytes is declared comes from a proxy.
    fn refuse_page(&self, ask: &Ask, headers: &HeaderMap) -> Result<()> {
        match text(headers, &CONTENT_TYPE) {
            Some(kind) if kind.to_ascii_lowercase().starts_with("text/html") => {
                let hint = "it answered with an HTML page instead of a file (a proxy, or a web interface?)";
                Err(self.fail(ask.name.clone(), Reason::Product(None, hint.to_owned())))
            }
            _ => Ok(()),
        }
    }
}

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

/// Where the part begins that an answer holds.
fn begin(headers: &HeaderMap) -> Option<u64> {
    text(headers, &CONTENT_RANGE)?.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
