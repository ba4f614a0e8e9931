//! The simulated world: records, the time, and what is about to happen.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::store::Store;
use super::tasks::Desks;
use crate::builder::Pace;
use crate::clock;
use crate::session::{guid, hex};

/// Something that happens at a time.
type Event = Box<dyn FnOnce(&mut World) + Send>;

/// All that can change.
pub(in crate::em) struct World {
    pub(in crate::em) store: Store,
    pub(in crate::em) desks: Desks,
    pub(in crate::em) pace: Pace,
    agenda: BTreeMap<(Duration, u64), Event>,
    began: Instant,
    /// How far the clock was put forward.
    ahead: Duration,
    /// The time on the clock, since the start.
    now: Duration,
    started: i64,
    made: u64,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("store", &self.store).field("now", &self.now).finish_non_exhaustive()
    }
}

impl World {
    pub(in crate::em) fn new(store: Store, pace: Pace) -> Self {
        Self {
            store,
            desks: Desks::default(),
            pace,
            agenda: BTreeMap::new(),
            began: Instant::now(),
            ahead: Duration::ZERO,
            now: Duration::ZERO,
            started: clock::now(),
            made: 0,
        }
    }

    /// Puts the clock forward.
    pub(in crate::em) fn advance(&mut self, by: Duration) {
        self.ahead += by;
        self.catch_up();
    }

    /// Lets everything happen whose time has come, each at its own time.
    pub(in crate::em) fn catch_up(&mut self) {
        let now = self.began.elapsed() + self.ahead;
        while let Some((&(due, number), _)) = self.agenda.first_key_value() {
            if due > now {
                break;
            }
            self.now = self.now.max(due);
            if let Some(event) = self.agenda.remove(&(due, number)) {
                event(self);
            }
        }
        self.now = self.now.max(now);
    }

    /// Lets something happen so much later.
    pub(in crate::em) fn after(&mut self, delay: Duration, event: impl FnOnce(&mut Self) + Send + 'static) {
        self.made += 1;
        self.agenda.insert((self.now + delay, self.made), Box::new(event));
    }

    /// The date and time, such as `2026-11-21T10:29:05Z`.
    pub(in crate::em) fn date(&self) -> String {
        clock::iso(self.seconds())
    }

    /// The time as seconds since 1970.
    pub(in crate::em) fn seconds(&self) -> i64 {
        self.started.saturating_add(i64::try_from(self.now.as_secs()).unwrap_or(i64::MAX))
    }

    /// A GUID that is new.
    pub(in crate::em) fn guid(&mut self) -> String {
        use sha2::{Digest, Sha256};
        self.made += 1;
        guid(&hex(&Sha256::digest(format!("backhaul-sim.{}.{}", self.started, self.made))))
    }
}
