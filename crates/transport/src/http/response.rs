//! An answer, whole or as it comes.

use std::fmt;
use std::time::Duration;

use ::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::error::{HttpError, Kind, Phase, Place, Trouble};
use super::request::Names;

/// As much is set aside for a body as its head promises, but no more than this before it comes.
const MAX_PROMISED: u64 = 8 << 20;

/// A whole answer, whatever its status. Redirects are answers like any other.
///
/// Its `Debug` output has the status, the names of the headers and the length of the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &Names(&self.headers))
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// How long to wait for the rest.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// What was allowed.
    pub(super) allowed: Duration,
    /// When it ends; else it starts anew with every piece.
    pub(super) until: Option<Instant>,
}

/// An answer whose body is still coming. It keeps its place among the client's requests in flight until it is dropped.
#[non_exhaustive]
pub struct StreamingResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    pub(super) engine: reqwest::Response,
    pub(super) place: Place,
    pub(super) patience: Option<Patience>,
    pub(super) limit: u64,
    pub(super) received: u64,
    pub(super) expected: Option<u64>,
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

impl StreamingResponse {
    /// The next piece of the body, decompressed; `None` at its end. Dropping the future loses nothing but the wait.
    ///
    /// # Errors
    /// When the connection is cut, the body is broken, or the request timeout passes without a piece.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let phase = Phase::Body { received: self.received, expected: self.expected };
        let next = match self.patience {
            None => self.engine.chunk().await,
            Some(Patience { allowed, until }) => {
                let until = until.or_else(|| Instant::now().checked_add(allowed));
                let timeout = Kind::Timeout { after: allowed, received: Some(self.received) };
                match until {
                    None => self.engine.chunk().await,
                    Some(until) => match tokio::time::timeout_at(until, self.engine.chunk()).await {
                        Ok(next) => next,
                        Err(_) => return Err(self.place.fail(timeout)),
                    },
                }
            }
        };
        match next {
            Ok(Some(piece)) => {
                self.received += piece.len() as u64;
                Ok(Some(piece))
            }
            Ok(None) => {
                self.permit = None;
                Ok(None)
            }
            Err(error) => {
                let trouble = Trouble { place: &self.place, phase, connect_timeout: Duration::ZERO, proxy: None };
                Err(trouble.name(error))
            }
        }
    }

    /// How long the body will be, where the server said so and did not compress it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.expected
    }

    /// The whole answer, within the client's limit on bodies.
    ///
    /// # Errors
    /// As [`StreamingResponse::chunk`], and when the body is larger than the limit.
    pub async fn into_response(mut self) -> Result<Response, HttpError> {
        let too_large = Kind::TooLarge { limit: self.limit };
        let expected = self.expected.unwrap_or(0);
        if expected > self.limit {
            return Err(self.place.fail(too_large));
        }
        let first = self.chunk().await?.unwrap_or_default();
        let mut body = None;
        while self.received <= self.limit {
            let Some(piece) = self.chunk().await? else {
                // Most bodies are one piece, which need not be copied.
                let body = body.map_or(first, BytesMut::freeze);
                return Ok(Response { status: self.status, headers: self.headers, body });
            };
            let body = body.get_or_insert_with(|| {
                let capacity = usize::try_from(expected.min(MAX_PROMISED)).unwrap_or(0);
                let mut body = BytesMut::with_capacity(capacity.max(first.len()));
                body.extend_from_slice(&first);
                body
            });
            body.extend_from_slice(&piece);
        }
        Err(self.place.fail(too_large))
    }
}

impl fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse")
            .field("status", &self.status)
            .field("headers", &Names(&self.headers))
            .field("received_bytes", &self.received)
            .finish_non_exhaustive()
    }
}
