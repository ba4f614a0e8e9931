//! Requests and answers, which show no secret when they are printed.

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::error::{Cause, HttpError};

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
    /// Whether 503 means that the server is busy; ZStack answers the errors of its API with it.
    pub retry_503: bool,
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
            retry_503: true,
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

    /// Method and address, for an error: no account, no query, which may hold what is searched for.
    pub(super) fn place(&self) -> String {
        let mut url = self.url.clone();
        // Both fail only on addresses without a host, which carry no account.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        // A ZStack session stands in the path of its own logout.
        let path = url.path().to_owned();
        if let Some((before, _)) = path.split_once("/accounts/sessions/") {
            url.set_path(&format!("{before}/accounts/sessions/***"));
        }
        format!("{} {url}", self.method)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Request")
            .field("to", &self.place())
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

/// An answer whose body is still to be read.
pub struct StreamingResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    answer: reqwest::Response,
    left: u64,
    limit: u64,
    place: Option<String>,
    /// Counts as under way until the answer is read or dropped.
    _permit: Option<OwnedSemaphorePermit>,
}

impl StreamingResponse {
    pub(super) fn new(
        mut answer: reqwest::Response,
        limit: u64,
        place: Option<String>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        Self { status, headers, answer, left: limit, limit, place, _permit: permit }
    }

    /// Reads the rest of the body.
    ///
    /// # Errors
    /// As [`StreamingResponse::chunk`].
    pub async fn read(mut self) -> Result<Response, HttpError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status: self.status, headers: std::mem::take(&mut self.headers), body: body.freeze() })
    }

    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    /// When the body is larger than the client's limit, or the connection ends before it does.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        match self.answer.chunk().await {
            Ok(None) => Ok(None),
            Ok(Some(chunk)) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Ok(Some(chunk))
                }
                None => Err(HttpError::new(Cause::TooLarge(self.limit), self.place.clone())),
            },
            Err(error) => Err(HttpError::new(Cause::of_body(error), self.place.clone())),
        }
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}
