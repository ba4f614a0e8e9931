//! Requests and answers, which show no secret when they are printed.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use url::Url;

use super::RetryPolicy;
use super::error::{Cause, HttpError};
use super::rate::Rate;

/// A request.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// Whether sending it twice does the same as once: by itself only GET and HEAD.
    pub idempotent: bool,
    /// By when its answer must be there, tries, pauses and waiting for a turn included; none for the limits of each try
    /// alone.
    pub deadline: Option<Instant>,
    /// How long each try may take, where it is not as long as the client says.
    pub timeout: Option<Duration>,
    /// When to try again, where it is not as the client says.
    pub retry: Option<RetryPolicy>,
    /// Of the body of a 503: whether it is an answer and not a server that is busy. ZStack answers the errors of its
    /// API with it, a proxy in front of it means what 503 says.
    pub own_503: fn(&[u8]) -> bool,
    pub(super) bad_header: Option<HeaderName>,
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let idempotent = method == Method::GET || method == Method::HEAD;
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            idempotent,
            deadline: None,
            timeout: None,
            retry: None,
            own_503: |_| false,
            bad_header: None,
        }
    }

    /// Sets a header. A value that HTTP cannot carry makes sending fail.
    #[must_use]
    pub fn header(self, name: HeaderName, value: &str) -> Self {
        self.set(name, value, false)
    }

    /// Sets a header whose value is not shown.
    #[must_use]
    pub fn secret_header(self, name: HeaderName, value: &str) -> Self {
        self.set(name, value, true)
    }

    fn set(mut self, name: HeaderName, value: &str, sensitive: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(sensitive);
                self.headers.insert(name, value);
            }
            Err(_) => self.bad_header = Some(name),
        }
        self
    }

    /// Sets the body and its media type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE, content_type)
    }

    /// The address as it is sent.
    pub(super) fn bare_url(&self) -> Url {
        bare(&self.url)
    }

    /// Method and address, for an error.
    pub(super) fn place(&self) -> Place {
        Place { method: self.method.clone(), url: self.url.clone() }
    }
}

/// Method and address of a request: they are written only where there is an error to tell.
#[derive(Clone)]
pub(super) struct Place {
    method: Method,
    url: Url,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, shown(&self.url))
    }
}

/// An address for an error: no account, no query, which may hold what is searched for, no session.
pub(crate) fn shown(url: &Url) -> Url {
    let mut url = bare(url);
    url.set_query(None);
    url.set_fragment(None);
    // Sessions stand in the path of their own logout.
    let path = url.path().to_owned();
    for sessions in ["/accounts/sessions/", "/logonSessions/"] {
        if let Some((before, _)) = path.split_once(sessions) {
            url.set_path(&format!("{before}{sessions}***"));
        }
    }
    url
}

/// An address without an account, which would be sent as a header of its own.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only on addresses without a host, which carry no account.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Request")
            .field("to", &self.place().to_string())
            .field("headers", &names)
            .field("body", &self.body.len())
            .finish()
    }
}

/// An answer.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// An answer with a body and no headers, for a [`Stub`](super::Stub). A status that HTTP does not have is 500.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body", &self.body.len())
            .finish()
    }
}

/// An answer whose body is still to be read. It counts as under way until it is dropped.
pub struct StreamingResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
    /// How long a body the headers promise.
    promised: Option<u64>,
    limits: Limits,
    rate: Rate,
    place: Place,
    _permit: Option<OwnedSemaphorePermit>,
}

/// Where a body is.
enum Body {
    OnTheWay(reqwest::Response),
    /// Read already, to see what it says.
    Read(Option<Bytes>),
}

/// What holds for a body.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// How large it may be where it is read whole.
    pub(super) largest: u64,
    /// How long each part may take.
    pub(super) patience: Option<Duration>,
    /// How many bytes a second must come.
    pub(super) least: u32,
    /// By when all of it must be there.
    pub(super) deadline: Option<Instant>,
}

impl StreamingResponse {
    pub(super) fn new(
        mut answer: reqwest::Response,
        head: bool,
        limits: Limits,
        permit: Option<OwnedSemaphorePermit>,
        place: Place,
    ) -> Self {
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
        // The answer to HEAD tells the length of a body that does not come.
        let promised = length.filter(|_| !head);
        let rate = Rate::new(limits.least, limits.patience);
        Self { status, headers, body: Body::OnTheWay(answer), promised, limits, rate, place, _permit: permit }
    }

    /// An answer that is there already.
    pub(super) fn ready(answer: Response, limits: Limits, permit: Option<OwnedSemaphorePermit>, place: Place) -> Self {
        let Response { status, headers, body } = answer;
        let body = Body::Read(Some(body).filter(|body| !body.is_empty()));
        Self { status, headers, body, promised: None, limits, rate: Rate::new(0, None), place, _permit: permit }
    }

    /// Status and headers, without the body.
    pub(super) fn head(&self) -> Response {
        Response { status: self.status, headers: self.headers.clone(), body: Bytes::new() }
    }

    /// The same with its body at hand, which is looked at before it is given.
    pub(super) async fn read_ahead(self) -> Result<(Self, Response), HttpError> {
        let (limits, place) = (self.limits.clone(), self.place.clone());
        let read = self.read().await?;
        Ok((Self::ready(read.clone(), limits, None, place), read))
    }

    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    /// When the connection ends before the body does, the next part takes longer than the client's timeout, or the body
    /// comes slower than the client's least rate.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let Self { body, limits, place, rate, .. } = self;
        let answer = match body {
            Body::OnTheWay(answer) => answer,
            Body::Read(read) => return Ok(read.take()),
        };
        let part = within(limits.patience, limits.deadline, || place.clone(), async {
            answer.chunk().await.map_err(|error| HttpError::new(Cause::of_body(error), Some(place.clone())))
        })
        .await?;
        if let Some(least) = part.as_ref().and_then(|part| rate.too_slow(part.len())) {
            return Err(HttpError::new(Cause::TooSlow(least), Some(place.clone())));
        }
        Ok(part)
    }

    /// Reads the rest of the body.
    ///
    /// # Errors
    /// As [`StreamingResponse::chunk`], and when it is larger than the client's limit.
    pub async fn read(mut self) -> Result<Response, HttpError> {
        let limit = self.limits.largest;
        let too_large = |place: &Place| Err(HttpError::new(Cause::TooLarge(limit), Some(place.clone())));
        let promised = self.promised.unwrap_or(0);
        if promised > limit {
            return too_large(&self.place);
        }
        // A promise is not yet a reason to set memory aside.
        let mut body = BytesMut::with_capacity(usize::try_from(promised.min(1 << 20)).unwrap_or(0));
        while let Some(chunk) = self.chunk().await? {
            if (body.len() as u64).saturating_add(chunk.len() as u64) > limit {
                return too_large(&self.place);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status: self.status, headers: self.headers, body: body.freeze() })
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Waits no longer than the limit, and not beyond the deadline.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    deadline: Option<Instant>,
    place: impl Fn() -> Place,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let late = |cause| Err(HttpError::new(cause, Some(place())));
    let limited = async {
        match limit {
            None => work.await,
            Some(limit) => match tokio::time::timeout(limit, work).await {
                Ok(outcome) => outcome,
                Err(_) => late(Cause::Timeout(Some(limit))),
            },
        }
    };
    match deadline {
        None => limited.await,
        Some(deadline) => match tokio::time::timeout_at(deadline, limited).await {
            Ok(outcome) => outcome,
            Err(_) => late(Cause::Deadline),
        },
    }
}
