//! What goes wrong on purpose: which requests, and how.

mod apply;
mod file;

use std::sync::Mutex;
use std::time::Duration;

use backhaul_wire::System;
use http::{HeaderName, HeaderValue};

pub(crate) use apply::{Outcome, rewrite};

use crate::engine::form::FormError;
use crate::engine::session::lock;

/// Which requests go wrong, and how. Faults are tried in order; the first that matches a request is the one it meets.
///
/// ```
/// use backhaul_sim::{Effect, Fault, Faults};
/// use backhaul_wire::System;
///
/// let faults = Faults::new()
///     .with(Fault::new(Effect::Drop).system(System::Em).path("/api/query").skip(1).times(1))
///     .with(Fault::new(Effect::status(503, "busy")).path("*/usedRepositories"));
/// let same = Faults::from_json(r#"{"faults": [
///     {"system": "em", "path": "/api/query", "skip": 1, "times": 1, "effect": "drop"},
///     {"path": "*/usedRepositories", "effect": "status", "status": 503, "body": "busy"}
/// ]}"#)?;
/// assert_eq!(faults, same);
/// # Ok::<(), backhaul_sim::FormError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(Vec<Fault>);

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    system: Option<System>,
    method: Option<String>,
    path: String,
    skip: u64,
    times: Option<u64>,
    delay: Duration,
    effect: Effect,
}

/// How a request goes wrong.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// It does not: it only takes as long as [`Fault::delay`] says.
    Delay,
    /// Another answer, which the simulated server never sees.
    Status {
        /// The status code.
        status: u16,
        /// The `Content-Type`, if any.
        content_type: Option<String>,
        /// More headers, such as `Retry-After`.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// A proxy's HTML page in place of the answer.
    Html {
        /// The status code.
        status: u16,
    },
    /// The answer's status and headers, and no body.
    Empty,
    /// The answer's headers, but only the first bytes of its body; then the connection ends.
    Truncate(usize),
    /// The connection ends without an answer; the server has done what was asked.
    Drop,
    /// A 200 that begins as an answer does and goes on for so many bytes; made as it is sent, never held.
    Huge(u64),
    /// The answer under another root element, or in an object that it is not in.
    WrongRoot,
    /// The link to the next page leads to the page itself.
    LoopingNext,
    /// The link to the next page leads to this scheme, host and port.
    ForeignNext(String),
    /// Every session of the system ends before the request is looked at.
    ExpireSessions,
    /// What the request begins, a task of Enterprise Manager, a session of VB365 or a job of ZStack, stays `Running`
    /// for ever.
    TaskHangs,
    /// What the request begins, a task of Enterprise Manager, a session of VB365 or a job of ZStack, ends without
    /// success, and with this message; it changes nothing.
    TaskFails(String),
    /// A job of ZStack that the request begins is not known afterwards, although its work is done.
    TaskVanishes,
}

impl Effect {
    /// A plain-text answer of this status.
    #[must_use]
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Status { status, content_type: None, headers: Vec::new(), body: body.into() }
    }
}

impl Fault {
    /// A fault that every request meets; the methods below narrow it down.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self { system: None, method: None, path: "*".to_owned(), skip: 0, times: None, delay: Duration::ZERO, effect }
    }

    /// Only requests to this system.
    #[must_use]
    pub fn system(mut self, system: System) -> Self {
        self.system = Some(system);
        self
    }

    /// Only requests of this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only requests to this path. `*` stands for any run of characters, letter case does not count, and a pattern with
    /// a `?` in it is compared with the path and the query as sent.
    #[must_use]
    pub fn path(mut self, pattern: impl Into<String>) -> Self {
        self.path = pattern.into();
        self
    }

    /// The first so many requests that match are let through.
    #[must_use]
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// After so many requests the fault is over.
    #[must_use]
    pub fn times(mut self, requests: u64) -> Self {
        self.times = Some(requests);
        self
    }

    /// The answer comes so much later.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// What of it no answer could carry.
    fn check(&self) -> Result<(), String> {
        let (Effect::Status { status, .. } | Effect::Html { status }) = &self.effect else { return Ok(()) };
        if !(200..=599).contains(status) {
            return Err(format!("{status} is no status: it is a number from 200 to 599"));
        }
        let Effect::Status { content_type, headers, .. } = &self.effect else { return Ok(()) };
        for (name, value) in headers {
            if HeaderName::try_from(name.as_str()).is_err() {
                return Err(format!("`{}` cannot be the name of a header", name.escape_debug()));
            }
            value_of(name, value)?;
        }
        content_type.as_ref().map_or(Ok(()), |kind| value_of("Content-Type", kind))
    }

    fn matches(&self, system: System, method: &str, path: &str, target: &str) -> bool {
        let subject = if self.path.contains('?') { target } else { path };
        self.system.is_none_or(|wanted| wanted == system)
            && self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && glob(self.path.as_bytes(), subject.as_bytes())
    }
}

fn value_of(name: &str, value: &str) -> Result<(), String> {
    let wrong = |_| format!("`{}` cannot be the value of the header {name}", value.escape_debug());
    HeaderValue::try_from(value).map(drop).map_err(wrong)
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.0.push(fault);
        self
    }

    /// What of a fault no answer could carry; the first is told.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.0.iter().try_for_each(Fault::check)
    }

    /// Reads the file form, which `docs/simulator.md` describes.
    ///
    /// # Errors
    /// When the text is not JSON or not of that form; the error says where.
    pub fn from_json(text: &str) -> Result<Self, FormError> {
        file::read(text).map(Self)
    }
}

/// The faults of a running simulator, which count.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    faults: Vec<Fault>,
    seen: Mutex<Vec<u64>>,
}

/// What a request meets.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    pub(crate) delay: Duration,
    pub(crate) effect: Effect,
}

impl Plan {
    pub(crate) fn new(Faults(faults): Faults) -> Self {
        let seen = Mutex::new(vec![0; faults.len()]);
        Self { faults, seen }
    }

    /// The fault that a request meets, which counts it as seen.
    pub(crate) fn meet(&self, system: System, method: &str, path: &str, target: &str) -> Option<Met> {
        let mut seen = lock(&self.seen);
        for (fault, seen) in self.faults.iter().zip(seen.iter_mut()) {
            if !fault.matches(system, method, path, target) {
                continue;
            }
            let number = *seen;
            *seen += 1;
            let last = fault.times.map(|times| fault.skip.saturating_add(times));
            if number >= fault.skip && last.is_none_or(|last| number < last) {
                return Some(Met { delay: fault.delay, effect: fault.effect.clone() });
            }
        }
        None
    }
}

/// Whether a text fits a pattern in which `*` is any run of bytes; letter case does not count.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut retry) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(glob(b"*", b"/v8/token"));
        assert!(glob(b"*/TOKEN", b"/v8/token"));
        assert!(glob(b"/api/query", b"/api/query"));
        assert!(!glob(b"/api/query", b"/api/query/"));
        assert!(glob(b"/v*/org*/used*", b"/v8/Organizations/1/usedRepositories"));
        assert!(!glob(b"a*b", b"acbc"));
        assert!(glob(b"a*b*", b"acbc"));
    }

    #[test]
    fn counting() {
        let plan = Plan::new(Faults::new().with(Fault::new(Effect::Drop).path("/x").skip(1).times(2)));
        let meet = |path| plan.meet(System::Em, "GET", path, path).is_some();
        let met: Vec<bool> = ["/x", "/y", "/x", "/x", "/x"].map(meet).into();
        assert_eq!(met, [false, false, true, true, false]);
    }
}
