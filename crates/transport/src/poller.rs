//! Work that goes on after its call was answered: asked about until it has ended.
//!
//! One policy says how long to wait ([`Waiting`]), another which errors to sit out ([`Tolerance`]). What is asked, and
//! how an answer reads, is [`Work`]: Enterprise Manager's tasks, VB365's sessions, ZStack's jobs and long jobs.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{Error, Result};

/// Work that a server carries out, as far as it is known.
pub trait Work: Send {
    /// What the server last said of it.
    type State: Clone + Send + 'static;
    /// What it ends in.
    type Done: Send + 'static;

    /// What the server last said of it.
    fn state(&self) -> &Self::State;

    /// What came of it, if the last state is its end.
    ///
    /// # Errors
    /// When the work ended and failed.
    fn end(&self) -> Option<Result<Self::Done>>;

    /// Asks the server once for its state.
    ///
    /// # Errors
    /// When the server cannot be asked, or no longer knows the work.
    fn ask(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// The error of work that did not end in time; it says how far the work was when it was last seen.
    fn overdue(&self, waited: &Waited) -> Error;
}

/// How long work was waited for, and since when nothing was heard of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Waited {
    /// How long it was waited for.
    pub total: Duration,
    /// How long ago the server last told of it, where it was asked since and did not, and why not.
    pub unheard: Option<(Duration, String)>,
}

impl Waited {
    /// How far the work was: `the job 5 is Running after 60 s`, or in which state it was last seen.
    #[must_use]
    pub fn told(&self, name: &str, state: &str) -> String {
        let (name, state, total) = (name.escape_debug(), state.escape_debug(), self.total.as_secs());
        match &self.unheard {
            None => format!("{name} is {state} after {total} s"),
            Some((since, why)) => format!(
                "{name} was last seen {state}, {} s before the end of {total} s of waiting, and not since ({why})",
                since.as_secs()
            ),
        }
    }
}

/// How long to wait for work to end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Waiting {
    /// The first pause between two questions, doubled each time: 500 ms.
    pub first: Duration,
    /// The longest pause: 5 s.
    pub most: Duration,
    /// How long to wait in all: an hour; none for no limit. Work that goes on longer is an error
    /// ([`Error::is_deadline`](crate::Error::is_deadline)), and goes on on the server all the same.
    pub deadline: Option<Duration>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            most: Duration::from_secs(5),
            deadline: Some(Duration::from_secs(3600)),
        }
    }
}

/// Which errors to sit out while work is waited for: those after which asking again may help
/// ([`Error::is_transient`](crate::Error::is_transient)). Each request has its own retries before one of them counts
/// here.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tolerance {
    /// How many of them may come one after the other; none for as many as come before the deadline: work goes on while
    /// a server or the way to it is away, and only the deadline says when to give up.
    pub in_a_row: Option<u32>,
}

/// How long a question may be without an answer before its work counts as not heard of.
const SILENT: Duration = Duration::from_secs(1);

/// How far work is.
#[derive(Debug, Clone)]
pub enum Progress<S, D> {
    /// It goes on.
    Going(S),
    /// It has ended.
    Done(D),
}

/// Waits for one piece of work.
#[derive(Debug)]
pub struct Poller<W> {
    work: W,
    waiting: Waiting,
    tolerance: Tolerance,
    begun: Instant,
    /// The pause before the next question; none before the first answer was looked at.
    pause: Option<Duration>,
    errors: u32,
    /// When the server last told of it.
    heard: Instant,
    /// When it was asked for the first time since, and the last error; none while that question is on its way.
    unheard: Option<(Instant, Option<String>)>,
}

impl<W: Work> Poller<W> {
    /// Waits for `work` from now on.
    #[must_use]
    pub fn new(work: W) -> Self {
        Self {
            work,
            waiting: Waiting::default(),
            tolerance: Tolerance::default(),
            begun: Instant::now(),
            pause: None,
            errors: 0,
            heard: Instant::now(),
            unheard: None,
        }
    }

    /// Sets how long to wait.
    #[must_use]
    pub fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = waiting;
        self
    }

    /// Sets how long to wait in all, counted from when the work was started.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.waiting.deadline = Some(deadline);
        self
    }

    /// Sets which errors to sit out.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The work.
    #[must_use]
    pub fn work(&self) -> &W {
        &self.work
    }

    /// The work alone, which somebody else waits for.
    pub(crate) fn into_work(self) -> W {
        self.work
    }

    /// What the server last said of the work.
    #[must_use]
    pub fn state(&self) -> &W::State {
        self.work.state()
    }

    /// How far the work is: the first time from the answer that started it, then after a pause and a question. Dropping
    /// the future between two questions loses nothing.
    ///
    /// # Errors
    /// When the work failed, did not end in time, or cannot be asked about.
    pub async fn next(&mut self) -> Result<Progress<W::State, W::Done>> {
        match self.pause {
            None => self.pause = Some(self.waiting.first.min(self.waiting.most)),
            Some(pause) => {
                self.in_time(pause).await?;
                self.pause = Some(pause.saturating_mul(2).min(self.waiting.most));
            }
        }
        match self.work.end() {
            None => Ok(Progress::Going(self.work.state().clone())),
            Some(end) => end.map(Progress::Done),
        }
    }

    /// Waits and asks, both no longer than the deadline allows.
    async fn in_time(&mut self, pause: Duration) -> Result<()> {
        let end = self.waiting.deadline.and_then(|deadline| self.begun.checked_add(deadline));
        let (work, unheard) = (&mut self.work, &mut self.unheard);
        let asking = async {
            sleep(pause).await;
            unheard.get_or_insert((Instant::now(), None));
            work.ask().await
        };
        let asked = match end {
            None => asking.await,
            Some(end) => match timeout_at(end, asking).await {
                Ok(asked) => asked,
                Err(_) => return Err(self.overdue()),
            },
        };
        match asked {
            Ok(()) => (self.errors, self.heard, self.unheard) = (0, Instant::now(), None),
            // The client's own deadline came first.
            Err(error) if error.is_deadline() => return Err(self.overdue()),
            Err(error) if error.is_transient() && self.tolerance.in_a_row.is_none_or(|most| self.errors < most) => {
                self.errors = self.errors.saturating_add(1);
                self.unheard = Some((Instant::now(), Some(error.to_string())));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn overdue(&self) -> Error {
        // A question that was just sent has no answer yet, and says nothing.
        let unheard = self.unheard.as_ref().filter(|(asked, why)| why.is_some() || asked.elapsed() >= SILENT);
        let unheard = unheard.map(|(_, why)| {
            (self.heard.elapsed(), why.clone().unwrap_or_else(|| "the server did not answer".to_owned()))
        });
        self.work.overdue(&Waited { total: self.begun.elapsed(), unheard })
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// As [`Poller::next`].
    pub async fn until_done(mut self) -> Result<W::Done> {
        loop {
            if let Progress::Done(done) = self.next().await? {
                return Ok(done);
            }
        }
    }
}

impl<W: Work + 'static> Poller<W> {
    /// How far the work is, each time that it was asked about; the last item is its end, or an error.
    #[must_use]
    pub fn into_stream(self) -> BoxStream<'static, Result<Progress<W::State, W::Done>>> {
        stream::unfold(Some(self), |poller| async {
            let mut poller = poller?;
            let progress = poller.next().await;
            let more = matches!(progress, Ok(Progress::Going(_)));
            Some((progress, more.then_some(poller)))
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests;
