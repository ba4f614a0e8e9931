//! A simulated clock, and what is to happen by it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::clock;
use crate::session::{guid, hex};

/// Something that happens to a world at a time.
type Event<W> = Box<dyn FnOnce(&mut W) + Send>;

/// The time in a world, and what is about to happen there.
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

    /// Takes out the next event whose time has come; the clock shows that time. When there is none, it shows the present.
    pub(crate) fn due(&mut self) -> Option<Event<W>> {
        let present = self.began.elapsed() + self.ahead;
        match self.events.first_entry() {
            Some(first) if first.key().0 <= present => {
                self.now = self.now.max(first.key().0);
                Some(first.remove())
            }
            _ => {
                self.now = self.now.max(present);
                None
            }
        }
    }

    /// Lets something happen so much later.
    pub(crate) fn after(&mut self, delay: Duration, event: impl FnOnce(&mut W) + Send + 'static) {
        let number = self.number();
        self.events.insert((self.now + delay, number), Box::new(event));
    }

    /// The time as seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.started.saturating_add(i64::try_from(self.now.as_secs()).unwrap_or(i64::MAX))
    }

    /// The date and time, such as `2026-11-21T10:29:05Z`.
    pub(crate) fn date(&self) -> String {
        clock::iso(self.seconds())
    }

    /// 64 hex digits that are new, others on every run.
    pub(crate) fn hex(&mut self) -> String {
        let number = self.number();
        hex(&Sha256::digest(format!("backhaul-sim.{}.{number}", self.started)))
    }

    /// A GUID that is new.
    pub(crate) fn guid(&mut self) -> String {
        guid(&self.hex())
    }

    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}
