//! A simulated clock, and what is to happen by it.
//!
//! Whatever changes with time holds a [`Schedule`] and is [`Clocked`]: events are taken in the order of their times,
//! each at its own time, whenever a request comes in or the clock is put forward. Nothing runs in the background.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::clock;
use super::session::guid;

/// Something that happens at a time.
type Event<B> = Box<dyn FnOnce(&mut B) + Send>;

/// What changes as a simulated clock goes on.
pub(crate) trait Clocked: Sized {
    /// Its clock.
    fn schedule(&self) -> &Schedule<Self>;

    /// Its clock, to change.
    fn schedule_mut(&mut self) -> &mut Schedule<Self>;

    /// Puts the clock forward and lets happen what is due then.
    fn advance(&mut self, by: Duration) {
        let schedule = self.schedule_mut();
        schedule.ahead = schedule.ahead.saturating_add(by);
        self.catch_up();
    }

    /// Lets everything happen whose time has come, each at its own time.
    fn catch_up(&mut self) {
        while let Some(event) = self.schedule_mut().due() {
            event(self);
        }
    }

    /// Lets something happen so much later.
    fn after(&mut self, delay: Duration, event: impl FnOnce(&mut Self) + Send + 'static) {
        let schedule = self.schedule_mut();
        let number = schedule.number();
        schedule.events.insert((schedule.now.saturating_add(delay), number), Box::new(event));
    }

    /// The time as seconds since 1970.
    fn seconds(&self) -> i64 {
        let schedule = self.schedule();
        schedule.started.saturating_add(i64::try_from(schedule.now.as_secs()).unwrap_or(i64::MAX))
    }

    /// The date and time, such as `2026-11-21T10:29:05Z`.
    fn iso_date(&self) -> String {
        clock::iso(self.seconds())
    }

    /// 64 hex digits that are new.
    fn new_hex(&mut self) -> String {
        let schedule = self.schedule_mut();
        let number = schedule.number();
        hex::encode(Sha256::digest(format!("backhaul-sim.{}.{number}", schedule.started)))
    }

    fn new_guid(&mut self) -> String {
        guid(&self.new_hex())
    }
}

/// The time, and what is about to happen.
pub(crate) struct Schedule<B> {
    events: BTreeMap<(Duration, u64), Event<B>>,
    began: Instant,
    /// How far the clock was put forward.
    ahead: Duration,
    /// The time on the clock, since the start.
    now: Duration,
    started: i64,
    made: u64,
}

impl<B> fmt::Debug for Schedule<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule").field("now", &self.now).field("events", &self.events.len()).finish_non_exhaustive()
    }
}

impl<B> Schedule<B> {
    /// A clock that shows this time now, in seconds since 1970, and goes on from there.
    pub(crate) fn starting_at(started: i64) -> Self {
        Self {
            events: BTreeMap::new(),
            began: Instant::now(),
            ahead: Duration::ZERO,
            now: Duration::ZERO,
            started,
            made: 0,
        }
    }

    /// Takes out the next event whose time has come; the clock shows that time. When there is none, it shows the
    /// present.
    fn due(&mut self) -> Option<Event<B>> {
        let present = self.began.elapsed().saturating_add(self.ahead);
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

    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}
