//! A simulated clock, and what is about to happen by it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::clock;
use crate::session::{guid, hex};

/// Something that happens to a world at a time.
pub(crate) type Event<W> = Box<dyn FnOnce(&mut W) + Send>;

/// A clock that runs with the machine's and can be put forward, and events by their time.
pub(crate) struct Agenda<W> {
    events: BTreeMap<(Duration, u64), Event<W>>,
    began: Instant,
    /// How far the clock was put forward.
    ahead: Duration,
    /// The time on the clock, since the start.
    now: Duration,
    started: i64,
    made: u64,
}

impl<W> fmt::Debug for Agenda<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agenda").field("now", &self.now).field("events", &self.events.len()).finish_non_exhaustive()
    }
}

impl<W> Agenda<W> {
    pub(crate) fn new() -> Self {
        Self {
            events: BTreeMap::new(),
            began: Instant::now(),
            ahead: Duration::ZERO,
            now: Duration::ZERO,
            started: clock::now(),
            made: 0,
        }
    }

    /// Puts the clock forward; what is due then is still to be taken.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead += by;
    }

    /// Takes the next event that is due, with the clock set to its time; the present when there is none.
    pub(crate) fn due(&mut self) -> Option<Event<W>> {
        let now = self.began.elapsed() + self.ahead;
        match self.events.first_key_value() {
            Some((&(due, number), _)) if due <= now => {
                self.now = self.now.max(due);
                self.events.remove(&(due, number))
            }
            _ => {
                self.now = self.now.max(now);
                None
            }
        }
    }

    /// Lets something happen so much later.
    pub(crate) fn after(&mut self, delay: Duration, event: impl FnOnce(&mut W) + Send + 'static) {
        self.made += 1;
        self.events.insert((self.now + delay, self.made), Box::new(event));
    }

    /// The time as seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.started.saturating_add(i64::try_from(self.now.as_secs()).unwrap_or(i64::MAX))
    }

    /// The date and time, such as `2026-11-21T10:29:05Z`.
    pub(crate) fn date(&self) -> String {
        clock::iso(self.seconds())
    }

    /// A GUID that is new.
    pub(crate) fn guid(&mut self) -> String {
        self.made += 1;
        guid(&hex(&Sha256::digest(format!("backhaul-sim.{}.{}", self.started, self.made))))
    }
}
