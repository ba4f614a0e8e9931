//! Requests and answers, which show no secret when they are printed.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use url::Url;

use super::RetryPolicy;
use super::error::{Cause, HttpError};
use super::pool::Connection;
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

    /// The address without an account, as a proxy is told it.
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

/// An address without an account, which is nobody's business.
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
pub(super) enum Body {
    /// On this connection, which is free again when the body has ended.
    OnTheWay(Incoming, Option<Connection>),
    /// Read already, to see what it says.
    Read(Option<Bytes>),
}

impl Body {
    pub(super) fn on_the_way(body: Incoming, connection: Connection) -> Self {
        Self::OnTheWay(body, Some(connection))
    }

    async fn part(&mut self) -> Result<Option<Bytes>, Cause> {
        let (body, connection) = match self {
            Self::OnTheWay(body, connection) => (body, connection),
            Self::Read(read) => return Ok(read.take()),
        };
        while let Some(frame) = body.frame().await {
            // What follows a body says nothing here.
            if let Ok(part) = frame.map_err(Cause::of_body)?.into_data() {
                return Ok(Some(part));
            }
        }
        if let Some(connection) = connection.take() {
            connection.keep();
        }
        Ok(None)
    }
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
        answer: http::Response<Body>,
        head: bool,
        limits: Limits,
        permit: Option<OwnedSemaphorePermit>,
        place: Place,
    ) -> Self {
        let (http::response::Parts { status, headers, .. }, body) = answer.into_parts();
        let length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
        // The answer to HEAD tells the length of a body that does not come.
        let promised = length.filter(|_| !head);
        let rate = Rate::new(limits.least, limits.patience);
        Self { status, headers, body, promised, limits, rate, place, _permit: permit }
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
        let part = pin!(async { body.part().await.map_err(|cause| HttpError::new(cause, Some(place.clone()))) });
        let part = within(limits.patience, limits.deadline, || place.clone(), part).await?;
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
        if self.promised.is_some_and(|promised| promised > limit) {
            return too_large(&self.place);
        }
        let mut body = Pieces::default();
        while let Some(chunk) = self.chunk().await? {
            if body.length().saturating_add(chunk.len() as u64) > limit {
                return too_large(&self.place);
            }
            body.push(chunk);
        }
        Ok(Response { status: self.status, headers: self.headers, body: body.whole() })
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A body that comes in pieces. They are put together when all are there: what is set aside before that, for each of
/// many bodies, is memory that waits with them.
#[derive(Default)]
struct Pieces {
    together: BytesMut,
    apart: Vec<Bytes>,
    length_apart: usize,
}

impl Pieces {
    /// What stands apart at most, since it is there twice while it is put together.
    const MOST: usize = 1 << 20;
    /// What is smaller is copied at once: it would keep the buffer that it was read into, of 8 KB at least.
    const SMALL: usize = 4 << 10;

    fn length(&self) -> u64 {
        (self.together.len() + self.length_apart) as u64
    }

    fn push(&mut self, piece: Bytes) {
        if piece.len() < Self::SMALL {
            self.put_together();
            return self.together.extend_from_slice(&piece);
        }
        self.length_apart += piece.len();
        self.apart.push(piece);
        if self.length_apart >= Self::MOST {
            self.put_together();
        }
    }

    fn put_together(&mut self) {
        self.together.reserve(std::mem::take(&mut self.length_apart));
        self.apart.drain(..).for_each(|piece| self.together.extend_from_slice(&piece));
    }

    fn whole(mut self) -> Bytes {
        match self.apart.as_mut_slice() {
            [only] if self.together.is_empty() => std::mem::take(only),
            _ => {
                self.put_together();
                self.together.freeze()
            }
        }
    }
}

/// Waits no longer than the limit, and not beyond the deadline. The work is best given pinned where it stands: a future
/// that is handed over stands in this one twice.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    deadline: Option<Instant>,
    place: impl Fn() -> Place,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let end = limit.and_then(|limit| Instant::now().checked_add(limit));
    let Some(until) = end.into_iter().chain(deadline).min() else { return work.await };
    match tokio::time::timeout_at(until, work).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let cause = if deadline == Some(until) { Cause::Deadline } else { Cause::Timeout(limit) };
            Err(HttpError::new(cause, Some(place())))
        }
    }
}
