//! What one of many callers asks of a server, for all who wait for it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::error::{Error, Result};

/// A value that one caller at a time asks for. Those who wait meanwhile share what comes of it, a failure as well: else
/// each would ask anew, one after another, and a hundred calls to a silent server would take a hundred timeouts, or a
/// wrong password be tried a hundred times.
#[derive(Debug, Default)]
pub(crate) struct Turn<T> {
    held: Mutex<Held<T>>,
    /// How many have failed.
    failures: AtomicU64,
}

#[derive(Debug, Default)]
struct Held<T> {
    value: T,
    /// Which failure was the last one, counted from 1.
    failed: Option<(u64, Error)>,
}

impl<T> Turn<T> {
    pub(crate) fn of(value: T) -> Self {
        Self { held: Mutex::new(Held { value, failed: None }), failures: AtomicU64::new(0) }
    }

    /// What is there by `ready`, else what `ask` gives. Who gives up while he asks leaves it to the next.
    pub(crate) async fn take<R>(
        &self,
        ready: impl FnOnce(&T) -> Option<R>,
        ask: impl AsyncFnOnce(&mut T) -> Result<R>,
    ) -> Result<R> {
        let before = self.failures.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        if let Some(there) = ready(&held.value) {
            return Ok(there);
        }
        if let Some((number, error)) = &held.failed
            && *number > before
        {
            return Err(error.clone());
        }
        // Seldom, and larger than all that is around it.
        let outcome = Box::pin(ask(&mut held.value)).await;
        if let Err(error) = &outcome {
            let number = self.failures.load(Ordering::Acquire) + 1;
            held.failed = Some((number, error.clone()));
            self.failures.store(number, Ordering::Release);
        }
        outcome
    }

    /// The value, once nobody asks for it.
    pub(crate) async fn value(&self) -> tokio::sync::MappedMutexGuard<'_, T> {
        MutexGuard::map(self.held.lock().await, |held| &mut held.value)
    }
}
