//! What goes wrong.

mod connection;
mod document;
mod pages;
mod status;

use crate::calls::Kind;
use crate::common::Reply;

pub(crate) struct Fault {
    /// As the page has it.
    pub(crate) name: &'static str,
    /// How often the request that it is of is answered so.
    pub(crate) times: usize,
    /// What becomes of a healthy answer; `number` counts the faults of one call.
    pub(crate) apply: fn(Reply, usize) -> Reply,
    /// What it is for; nothing for everything.
    pub(crate) only: &'static [Kind],
    /// Whether what is asked for is answered all the same.
    pub(crate) is_harmless: bool,
    /// Whether the server refused the request for its session, and has not carried it out.
    pub(crate) is_refusal: bool,
}

impl Fault {
    pub(crate) fn is_for(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    pub(crate) fn is_for_any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.is_for(*kind))
    }
}

/// All of them, in the order of the page.
pub(crate) fn faults() -> impl Iterator<Item = &'static Fault> {
    [connection::FAULTS, status::FAULTS, document::FAULTS, pages::FAULTS].into_iter().flatten()
}

/// A token that no client was given, in an answer to its logon.
pub(crate) const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl";

const ALWAYS: usize = usize::MAX;
const PAGE: &str = "<!DOCTYPE html><html><body>Sign in</body></html>";
const PAGES: &[Kind] = &[Kind::First, Kind::Second];
/// What is read whole and parsed.
const READ: &[Kind] = &[Kind::Logon, Kind::Get, Kind::First, Kind::Second, Kind::Wait];
/// What may be sent twice.
const SAFE: &[Kind] = READ;
const FILE: &[Kind] = &[Kind::File];

const fn fault(name: &'static str, times: usize, apply: fn(Reply, usize) -> Reply) -> Fault {
    Fault { name, times, apply, only: &[], is_harmless: false, is_refusal: false }
}

/// The same, of each answer.
const fn always(name: &'static str, apply: fn(Reply, usize) -> Reply) -> Fault {
    fault(name, ALWAYS, apply)
}

const fn only(of: &'static [Kind], fault: Fault) -> Fault {
    Fault { only: of, ..fault }
}

const fn harmless(fault: Fault) -> Fault {
    Fault { is_harmless: true, ..fault }
}

const fn refusal(fault: Fault) -> Fault {
    Fault { is_refusal: true, ..fault }
}

/// The same answer with another body.
fn body(reply: Reply, text: impl Into<String>) -> Reply {
    let status = reply.status();
    reply.with(status, text)
}

/// The same answer with a changed body.
fn changed(reply: Reply, change: impl Fn(&str) -> String) -> Reply {
    let text = change(reply.body());
    body(reply, text)
}
