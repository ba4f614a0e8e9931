//! What can change: records, the time, and what is about to happen.

use super::settings::Pace;
use super::store::Store;
use super::tasks::WorkBySession;
use crate::engine::schedule::{Clocked, Schedule};

/// All that can change.
#[derive(Debug)]
pub(in crate::em) struct Backend {
    pub(in crate::em) store: Store,
    pub(in crate::em) work: WorkBySession,
    pub(in crate::em) pace: Pace,
    schedule: Schedule<Self>,
}

impl Backend {
    pub(in crate::em) fn new(store: Store, pace: Pace, started: i64) -> Self {
        Self { store, work: WorkBySession::default(), pace, schedule: Schedule::starting_at(started) }
    }
}

impl Clocked for Backend {
    fn schedule(&self) -> &Schedule<Self> {
        &self.schedule
    }

    fn schedule_mut(&mut self) -> &mut Schedule<Self> {
        &mut self.schedule
    }
}
