//! Sessions: unguessable names that live for a while.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// Locks, whoever panicked before: the values behind these locks are whole at every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who may do what, by token.
#[derive(Debug)]
pub(crate) struct Sessions<T> {
    life: Life,
    state: Mutex<State<T>>,
    seed: u64,
}

/// When a session ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Life {
    /// So long after it began.
    Fixed(Duration),
    /// So long after it was last used.
    Idle(Duration),
}

#[derive(Debug)]
struct State<T> {
    made: u64,
    live: HashMap<String, (Instant, T)>,
}

impl<T: Clone> Sessions<T> {
    pub(crate) fn new(life: Life) -> Self {
        let state = State { made: 0, live: HashMap::new() };
        Self { life, state: Mutex::new(state), seed: RandomState::new().build_hasher().finish() }
    }

    /// Opens a session and gives its token: 64 hex digits, another one on every run.
    pub(crate) fn open(&self, value: T) -> String {
        let mut state = lock(&self.state);
        state.made += 1;
        let token = hex::encode(Sha256::digest(format!("{:x}.{}", self.seed, state.made)));
        state.live.retain(|_, (since, _)| self.life.holds(*since));
        state.live.insert(token.clone(), (Instant::now(), value));
        token
    }

    /// Opens a session under a token that the caller made from [`Sessions::open`]'s.
    pub(crate) fn reopen(&self, from: &str, token: String) {
        let mut state = lock(&self.state);
        if let Some(entry) = state.live.remove(from) {
            state.live.insert(token, entry);
        }
    }

    /// Lets a session that is alive begin anew, and says whether it is.
    pub(crate) fn renew(&self, token: &str) -> bool {
        match lock(&self.state).live.get_mut(token) {
            Some((since, _)) if self.life.holds(*since) => {
                *since = Instant::now();
                true
            }
            _ => false,
        }
    }

    /// Whether a token is alive; asking does not count as use.
    pub(crate) fn lives(&self, token: &str) -> bool {
        lock(&self.state).live.get(token).is_some_and(|(since, _)| self.life.holds(*since))
    }

    /// The tokens that are alive, with what belongs to them.
    pub(crate) fn all(&self) -> Vec<(String, T)> {
        let state = lock(&self.state);
        let live = state.live.iter().filter(|(_, (since, _))| self.life.holds(*since));
        live.map(|(token, (_, value))| (token.clone(), value.clone())).collect()
    }

    /// What belongs to a token that is alive.
    pub(crate) fn get(&self, token: &str) -> Option<T> {
        let mut state = lock(&self.state);
        let (since, value) = state.live.get_mut(token)?;
        if !self.life.holds(*since) {
            state.live.remove(token);
            return None;
        }
        if matches!(self.life, Life::Idle(_)) {
            *since = Instant::now();
        }
        Some(value.clone())
    }

    /// Ends a session and gives what belonged to it.
    pub(crate) fn close(&self, token: &str) -> Option<T> {
        let (since, value) = lock(&self.state).live.remove(token)?;
        self.life.holds(since).then_some(value)
    }

    /// Ends every session.
    pub(crate) fn clear(&self) {
        lock(&self.state).live.clear();
    }
}

impl Life {
    fn holds(self, since: Instant) -> bool {
        let (Self::Fixed(life) | Self::Idle(life)) = self;
        since.elapsed() < life
    }
}

/// A GUID out of hex digits.
pub(crate) fn guid(hex: &str) -> String {
    uuid::Uuid::try_parse(hex.get(..32).unwrap_or_default()).unwrap_or_default().to_string()
}
