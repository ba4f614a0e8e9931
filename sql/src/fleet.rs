//! The servers that statements are about, and what was heard of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use backhaul_fleet::{Collect, Server};
use backhaul_wire::System;
use tokio::sync::Semaphore;

/// The servers that statements are about.
#[derive(Debug, Clone)]
pub struct Fleet {
    pub(crate) servers: Arc<[Server]>,
    /// How many are asked at once: a join of two listings asks each server of both.
    pub(crate) at_once: Arc<Semaphore>,
    pub(crate) whole: bool,
    pub(crate) pushdown: bool,
    heard: Arc<Mutex<Heard>>,
}

/// What was heard while statements ran.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heard {
    /// How many pages each server was asked for.
    pub pages: BTreeMap<String, u64>,
    /// Values that were no dates, by column: they are null.
    pub undated: BTreeMap<String, u64>,
    /// Servers that gave no answer, or not all of it, and why.
    pub failed: BTreeMap<String, String>,
}

/// A server that failed while a statement ran.
#[derive(Debug)]
pub struct Failed {
    /// Its name in the fleet.
    pub server: String,
    /// What happened.
    pub error: backhaul_transport::Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.server, self.error)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Fleet {
    /// These servers; 32 of them are asked at once.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = Server>) -> Self {
        Self {
            servers: servers.into_iter().collect(),
            at_once: Arc::new(Semaphore::new(Collect::AT_ONCE)),
            whole: true,
            pushdown: true,
            heard: Arc::default(),
        }
    }

    /// Lets a statement go on without servers that fail. What is missing then is told by [`heard`](Self::heard);
    /// without this, a server that fails fails the statement.
    #[must_use]
    pub fn partial(mut self) -> Self {
        self.whole = false;
        self
    }

    /// Leaves no condition to the servers, to see that the answer is the same.
    #[must_use]
    pub fn without_pushdown(mut self) -> Self {
        self.pushdown = false;
        self
    }

    /// What was heard since it was last asked.
    #[must_use]
    pub fn heard(&self) -> Heard {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn of(&self, system: System) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(move |server| server.client.system() == system)
    }

    pub(crate) fn hear(&self, what: impl FnOnce(&mut Heard)) {
        what(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
