//! What the three simulated systems stand on: HTTP and faults before them, routes, sessions, a clock and collections
//! below. Nothing here knows a system's records.
//!
//! | module | one idea |
//! | --- | --- |
//! | [`server`] | listening, TLS, HTTP, and the requests that are remembered |
//! | [`fault`] | what goes wrong on purpose |
//! | [`message`] | a request and an answer, as the systems see them |
//! | [`session`] | who is logged on |
//! | [`schedule`], [`clock`] | a simulated clock and what is to happen by it; forms of dates |
//! | [`collection`], [`project`] | records in their order, by id; the answer of one version |
//! | [`common`] | the account and the start, for all three |
//! | [`form`] | reading files of estates and faults |
//! | [`night`] | when the demo's last night was |
//! | [`made_up`] | identifiers and amounts of estates of any size |

pub(crate) mod clock;
pub(crate) mod collection;
pub(crate) mod common;
pub(crate) mod fault;
pub(crate) mod form;
pub(crate) mod made_up;
pub(crate) mod message;
pub(crate) mod night;
pub(crate) mod project;
pub(crate) mod schedule;
pub(crate) mod server;
pub(crate) mod session;
