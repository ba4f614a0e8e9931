//! Sessions as pollers: from the answer that started one to its end.

use backhaul_wire::Id;

use super::Vb365Client;
use super::inside::Inside;
use super::runs::Runs;
use super::session::{Session, Status, WaitFor};
use super::stop::Stopper;
use crate::client::{Arguments, Client};
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};
use crate::said::said;

/// Waits for a session of VB365.
pub type SessionPoller<S> = Poller<SessionWork<S>>;

impl Vb365Client {
    /// Waits for a session whose id is known already, such as one that a schedule started or another program.
    ///
    /// ```no_run
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_models::vb365::DataRetrievalSession;
    ///
    /// let session = vb365.follow::<DataRetrievalSession>("0b0f7c2e-0000-4000-8000-000000000001").await?;
    /// let done = session.until_done().await?;
    /// println!("{:?}", done.processed_objects);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; when there is no such session.
    pub async fn follow<S: Session>(&self, id: impl Into<Id> + Send) -> Result<SessionPoller<S>> {
        let place = Place::Id(id.into());
        SessionWork::begin(self.client(), S::default(), place, WaitFor::End, Stopper::Session).await
    }
}

/// A session under way.
///
/// It belongs to the server and not to the token in which it was started: a token that ends meanwhile is renewed, and
/// nothing is lost. A poller that is dropped does not stop it.
pub struct SessionWork<S> {
    client: Client,
    session: S,
    place: Place,
    wait_for: WaitFor,
    stopper: Stopper,
    /// What is followed within the session, where that outlasts it.
    inside: Option<Inside>,
}

/// Where a session is found.
#[derive(Debug)]
pub(super) enum Place {
    Id(Id),
    /// Up to v7 the start of a job is answered with nothing: its session is the one among its runs that was not there
    /// before.
    NextOf(Runs),
}

impl<S: Session> SessionWork<S> {
    /// Follows from what the answer to the start says, or from the server's first word where it says nothing but the
    /// id.
    pub(super) async fn begin(
        client: &Client,
        session: S,
        place: Place,
        wait_for: WaitFor,
        stopper: Stopper,
    ) -> Result<SessionPoller<S>> {
        let blank = session.id().is_none();
        Self { client: client.clone(), session, place, wait_for, stopper, inside: None }.begun(blank).await
    }

    /// Follows a restore: its session, or where that is the one it was started in, what happens there.
    pub(super) async fn restore(client: &Client, id: Id, inside: Option<Inside>) -> Result<SessionPoller<S>> {
        let inside = inside.filter(|inside| inside.is_of(&id));
        let (session, place) = (S::default(), Place::Id(id));
        let (wait_for, stopper) = (WaitFor::End, Stopper::Session);
        Self { client: client.clone(), session, place, wait_for, stopper, inside }.begun(true).await
    }

    async fn begun(mut self, blank: bool) -> Result<SessionPoller<S>> {
        if blank && matches!(self.place, Place::Id(_)) {
            self.ask().await?;
        }
        Ok(Poller::new(self))
    }

    /// Stops what is followed: the job, or the session itself. What it ends in is still to be waited for.
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; where the server has no way to stop it.
    pub async fn cancel(&self) -> Result<()> {
        if self.inside.is_some() {
            let rule = format!(
                "the restore runs in {}, which is open for more than that: close it with `stop_restore_session`",
                self.named()
            );
            return Err(self.fail(Reason::Call(rule)));
        }
        self.stopper.stop(&self.client, &self.session, self.id()).await
    }

    /// The session's id; `None` while a job that was started has not begun to run.
    #[must_use]
    pub fn id(&self) -> Option<&Id> {
        match &self.place {
            Place::Id(id) => Some(id),
            Place::NextOf(_) => None,
        }
    }

    fn named(&self) -> String {
        match &self.place {
            Place::Id(id) => format!("the {} {id}", S::KIND),
            Place::NextOf(runs) => format!("the run of the job {}", runs.job()),
        }
    }

    fn state(&self) -> &str {
        match &self.place {
            Place::Id(_) => self.session.state().unwrap_or("in no state that it tells"),
            Place::NextOf(_) => "not begun",
        }
    }

    fn fail(&self, reason: Reason) -> Error {
        self.client.fail(S::GET.name, reason)
    }

    async fn get(&mut self, id: &Id) -> Result<()> {
        let params = S::GET.params.iter().take(1).map(|param| (param.name.to_owned(), id.as_str().to_owned()));
        let given = Arguments { params: params.collect(), body: None };
        let raw = match self.client.send(S::GET, &given).await {
            Ok(raw) => raw,
            Err(error) if error.status() == Some(404) => {
                let message = format!(
                    "the server no longer knows {}, last seen {}: look at the objects themselves for what came of it ({error})",
                    self.named(),
                    self.state()
                );
                return Err(self.fail(Reason::Api { status: 404, code: None, message }));
            }
            Err(error) => return Err(error),
        };
        let mut session = S::default();
        self.client.read(&raw, &mut session, None)?;
        if session.id().is_none() && session.state().is_none() {
            return Err(self.fail(Reason::Answer(format!("the answer is no {}", S::KIND))));
        }
        if let Some(other) = session.id().filter(|other| other.key() != id.key()) {
            let rule =
                format!("{} was asked for, and the answer is of another, {}", self.named(), said(other.as_str()));
            return Err(self.fail(Reason::Answer(rule)));
        }
        self.session = session;
        match &mut self.inside {
            Some(inside) => inside.look(&self.client).await,
            None => Ok(()),
        }
    }
}

impl<S: Session> Work for SessionWork<S> {
    type State = S;
    type Done = S;

    fn state(&self) -> &S {
        &self.session
    }

    fn end(&self) -> Option<Result<S>> {
        if matches!(self.place, Place::NextOf(_)) {
            return None;
        }
        let mut status = self.session.status_for(self.wait_for);
        if let (Status::Running, Some(inside)) = (&status, &self.inside) {
            status = inside.status().clone();
        }
        match status {
            Status::Running => None,
            Status::Done => Some(Ok(self.session.clone())),
            Status::Failed(how) => Some(Err(self.fail(Reason::Task(format!("{} {how}", self.named()))))),
        }
    }

    async fn ask(&mut self) -> Result<()> {
        let id = match &self.place {
            Place::Id(id) => id.clone(),
            Place::NextOf(runs) => match runs.next(&self.client).await? {
                Some(id) => {
                    self.place = Place::Id(id.clone());
                    id
                }
                None => return Ok(()),
            },
        };
        self.get(&id).await
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let progress = self.session.progress().map(|progress| format!(" (progress {progress})")).unwrap_or_default();
        let told = waited.told(&self.named(), &format!("{}{progress}", self.state()));
        self.fail(Reason::Deadline(format!("{told}: it goes on on the server; wait longer, or stop it")))
    }
}

impl<S: Session> std::fmt::Debug for SessionWork<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionWork").field("place", &self.place).field("state", &self.state()).finish_non_exhaustive()
    }
}
