//! What is remembered of a request.

use backhaul_wire::System;

/// A request that a simulator has answered. Bodies, headers and secrets in paths are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The system it went to.
    pub system: System,
    /// Its method.
    pub method: String,
    /// Its path and query, as sent.
    pub path_and_query: String,
    /// The status of the answer; `None` when a fault ended the connection without one.
    pub status: Option<u16>,
}
