//! Requests and answers, as the simulated systems see them.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    /// What stood behind `?`, as sent; empty when there was none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Scheme, host and port as the client addressed the server, such as `https://localhost:9398`.
    pub(crate) base: String,
    /// What becomes of a task that the request begins.
    pub(crate) work_fault: WorkFault,
}

/// What becomes of a task, which only a fault makes other than it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum WorkFault {
    #[default]
    None,
    Hangs,
    /// It ends without success and says this.
    Fails(String),
    /// Nobody knows it, although its work is done (ZStack).
    Vanishes,
}

/// The segments of a path as they were before they were percent-encoded; empty ones do not count.
pub(crate) fn segments(path: &str) -> Vec<Cow<'_, str>> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy()).collect()
}

impl Request {
    /// A header as text; `None` when it is absent or not text.
    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The path and query as sent.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The query's parameters, decoded, in order; `Err` says what is wrong with the encoding.
    pub(crate) fn params(&self) -> Result<Vec<(String, String)>, String> {
        backhaul_filter::url::pairs(&self.query)
            .map(|pair| match pair {
                Ok((name, value)) => Ok((name.into_owned(), value.into_owned())),
                Err(error) => Err(error.to_string()),
            })
            .collect()
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all(http::header::COOKIE).into_iter();
        all.filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The credentials of an `Authorization` header of this scheme; the scheme's letter case does not count.
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (name, rest) = self.header(http::header::AUTHORIZATION)?.split_once(' ')?;
        name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }
}

/// An answer, before faults touch it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What comes after the body, made as it is sent.
    pub(crate) rest: Option<Made>,
}

/// Bytes that follow from a seed and their place, made as they are sent and never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) seed: u64,
    pub(crate) length: u64,
}

impl Made {
    /// The bytes from one place on, at most so many.
    pub(crate) fn piece(self, from: u64, most: usize) -> Bytes {
        let left = usize::try_from(self.length.saturating_sub(from)).unwrap_or(usize::MAX);
        let count = left.min(most) as u64;
        (from..from + count).map(|at| self.byte(at)).collect()
    }

    /// Bytes that look arbitrary, so that no compression and no lucky shift hides a mistake.
    fn byte(self, at: u64) -> u8 {
        let word = (self.seed ^ (at / 8)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (word ^ word >> 29).to_le_bytes()[usize::try_from(at % 8).unwrap_or(0)]
    }
}

impl Reply {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), rest: None }
    }

    /// An answer without a content type.
    pub(crate) fn bare(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }
    }

    /// An answer of a content type.
    pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::bare(status, body).with(CONTENT_TYPE, content_type)
    }

    /// A JSON answer.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::typed(status, "application/json; charset=utf-8", body.to_string().into_bytes())
    }

    /// Adds a header; a value that no header can carry is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.append(name, value);
        }
        self
    }
}
