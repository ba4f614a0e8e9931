//! The simulated world: records, the time, and what is about to happen.

use std::time::Duration;

use super::store::Store;
use super::tasks::Desks;
use crate::agenda::Agenda;
use crate::builder::Pace;

/// All that can change.
#[derive(Debug)]
pub(in crate::em) struct World {
    pub(in crate::em) store: Store,
    pub(in crate::em) desks: Desks,
    pub(in crate::em) pace: Pace,
    agenda: Agenda<Self>,
}

impl World {
    pub(in crate::em) fn new(store: Store, pace: Pace) -> Self {
        Self { store, desks: Desks::default(), pace, agenda: Agenda::new() }
    }

    /// Puts the clock forward.
    pub(in crate::em) fn advance(&mut self, by: Duration) {
        self.agenda.advance(by);
        self.catch_up();
    }

    /// Lets everything happen whose time has come, each at its own time.
    pub(in crate::em) fn catch_up(&mut self) {
        while let Some(event) = self.agenda.due() {
            event(self);
        }
    }

    /// Lets something happen so much later.
    pub(in crate::em) fn after(&mut self, delay: Duration, event: impl FnOnce(&mut Self) + Send + 'static) {
        self.agenda.after(delay, event);
    }

    /// The date and time, such as `2026-11-21T10:29:05Z`.
    pub(in crate::em) fn date(&self) -> String {
        self.agenda.date()
    }

    /// The time as seconds since 1970.
    pub(in crate::em) fn seconds(&self) -> i64 {
        self.agenda.seconds()
    }

    /// A GUID that is new.
    pub(in crate::em) fn guid(&mut self) -> String {
        self.agenda.guid()
    }
}
