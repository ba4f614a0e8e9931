//! Starting what goes on after its call was answered: which operations do, and what they answer with.

use backhaul_models::vb365::operations::{CopyJobStart, CopyJobStartV6, JobStartAction, PostJobsByJobIdAction};
use backhaul_models::vb365::{
    AsyncRestoreResponse, BackupRepositoryOwnerChangeSession, JobActionBody, JobSession,
    OperatorRestoreSessionResponse, RepositorySynchronizeSession, RestoreSession, StartJobOptions,
    TeamsOperatorRestoreSessionResponse, Vb365, is_action,
};
use backhaul_wire::ApiVersion;
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::Model;
use backhaul_wire::{Call, Edit, Id, Operation, System, json};

use super::Vb365Client;
use super::follow::{Place, SessionPoller, SessionWork};
use super::inside::Inside;
use super::runs::Runs;
use super::session::{Session, WaitFor};
use super::stop::{Stopper, has_actions};
use crate::client::{Arguments, Client, RawAnswer};
use crate::error::{Reason, Result};

/// An answer that leads to a session.
pub trait StartsSession: Model {
    /// The session.
    type Session: Session;
}

impl<S: Session> StartsSession for S {
    type Session = Self;
}

impl StartsSession for AsyncRestoreResponse {
    type Session = RestoreSession;
}

impl StartsSession for OperatorRestoreSessionResponse {
    type Session = RestoreSession;
}

impl StartsSession for TeamsOperatorRestoreSessionResponse {
    type Session = RestoreSession;
}

/// What an operation starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A run of a job.
    Job,
    /// A restore session to browse backups in.
    Explore,
    /// A restore.
    Restore,
    /// The synchronisation of a repository.
    Synchronize,
    /// The change of a repository's owner.
    ChangeOwner,
}

/// What an operation starts in a version of the API; `None` when its answer is the end. `body` tells what an action of
/// v3 to v5 does.
#[must_use]
pub fn starts(operation: &'static Operation, version: Option<ApiVersion>, body: Option<&[u8]>) -> Option<Kind> {
    if operation.system != System::Vb365 || operation.method != "POST" {
        return None;
    }
    let is = |row: &'static Operation| row.name == operation.name;
    if is_action(operation) {
        let member = body.and_then(member)?;
        let job = is(PostJobsByJobIdAction::OPERATION);
        return match member.to_ascii_lowercase().as_str() {
            "start" if job => Some(Kind::Job),
            "explore" => Some(Kind::Explore),
            _ => None,
        };
    }
    match operation.form(version).response {
        Response::Empty if is(JobStartAction::OPERATION) || is(CopyJobStart::OPERATION) => Some(Kind::Job),
        Response::Body(shape) => match shape.name {
            name if name == JobSession::SHAPE.name => Some(Kind::Job),
            name if name == RestoreSession::SHAPE.name => Some(Kind::Explore),
            name if name == RepositorySynchronizeSession::SHAPE.name => Some(Kind::Synchronize),
            name if name == BackupRepositoryOwnerChangeSession::SHAPE.name => Some(Kind::ChangeOwner),
            name if is_start_of_restore(name) => Some(Kind::Restore),
            _ => None,
        },
        _ => None,
    }
}

fn is_start_of_restore(name: &str) -> bool {
    let shapes = [
        AsyncRestoreResponse::SHAPE,
        OperatorRestoreSessionResponse::SHAPE,
        TeamsOperatorRestoreSessionResponse::SHAPE,
    ];
    shapes.iter().any(|shape| shape.name == name)
}

/// The first member of a body.
fn member(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.as_object()?.keys().next().cloned()
}

/// What came of a call that may start something.
pub enum Started {
    /// The answer is the end: so it is for restores up to v7.
    Done(RawAnswer),
    /// A run of a job.
    Job(SessionPoller<JobSession>),
    /// A restore session: being opened, or a restore.
    Restore(SessionPoller<RestoreSession>),
    /// The synchronisation of a repository.
    Synchronize(SessionPoller<RepositorySynchronizeSession>),
    /// The change of a repository's owner.
    ChangeOwner(SessionPoller<BackupRepositoryOwnerChangeSession>),
}

impl Vb365Client {
    /// Calls an operation that is answered with a session, or with the id of one, and waits for nothing yet. A restore
    /// session that is opened for browsing is done when it is open; anything else when it has ended.
    ///
    /// ```no_run
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_models::vb365::ExploreOptions;
    /// use backhaul_models::vb365::operations::JobExploreAction;
    ///
    /// let call = JobExploreAction::new("0b0f7c2e-0000-4000-8000-000000000001", ExploreOptions::default());
    /// let session = vb365.start(&call).await?.until_done().await?;
    /// // Browse, restore, export ... and close it:
    /// vb365.stop_restore_session(session.id.unwrap_or_default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; when the version answers with something else than the call's type.
    pub async fn start<C>(&self, call: &C) -> Result<SessionPoller<<C::Answer as StartsSession>::Session>>
    where
        C: Call<Api = Vb365>,
        C::Answer: StartsSession,
    {
        let client = self.client();
        client.check_form(C::OPERATION, C::FORM_UNTIL, client.version().await?)?;
        begin(client, C::OPERATION, &client.arguments(call).await?).await
    }

    /// Starts a job, and waits for nothing yet. Up to v7 the server does not say which run it started; it is then found
    /// among the job's runs, as the one that was not there before.
    ///
    /// ```no_run
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use backhaul_models::vb365::StartJobOptions;
    ///
    /// let run = vb365.start_job("0b0f7c2e-0000-4000-8000-000000000001", StartJobOptions::default()).await?;
    /// let done = run.deadline(Duration::from_secs(7200)).until_done().await?;
    /// println!("{:?}", done.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; when `options` ask for what the version does not know.
    pub async fn start_job(
        &self,
        job: impl Into<Id> + Send,
        options: StartJobOptions,
    ) -> Result<SessionPoller<JobSession>> {
        if !has_actions(self.client().version().await?) {
            return self.start(&JobStartAction::new(job.into(), options)).await;
        }
        if options.full.is_some() {
            let rule = "`full` is in v6 and later: v3 to v5 start a job without options".to_owned();
            return Err(self.client().fail(PostJobsByJobIdAction::OPERATION.name, Reason::Version(rule)));
        }
        let mut body = JobActionBody::default();
        body.start = Edit::NULL;
        let given = self.client().arguments(&PostJobsByJobIdAction::new(job.into(), body)).await?;
        begin(self.client(), PostJobsByJobIdAction::OPERATION, &given).await
    }

    /// Starts a copy job, as [`Vb365Client::start_job`] does a job.
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; when the version knows no copy jobs.
    pub async fn start_copy_job(&self, job: impl Into<Id> + Send) -> Result<SessionPoller<JobSession>> {
        if self.client().version().await? != ApiVersion::new(6) {
            return self.start(&CopyJobStart::new(job.into())).await;
        }
        let given = self.client().arguments(&CopyJobStartV6::new(job.into(), StartJobOptions::default())).await?;
        begin(self.client(), CopyJobStartV6::OPERATION, &given).await
    }
}

impl Client {
    /// Calls an operation of VB365 and follows what it starts: the form for callers that learn the operation at run
    /// time.
    ///
    /// # Errors
    /// As [`Client::send`]; when the answer is no session where one is declared.
    pub async fn start_session(&self, operation: &'static Operation, given: &Arguments) -> Result<Started> {
        let version = self.version().await?;
        Ok(match starts(operation, version, given.body.as_deref()) {
            None => Started::Done(self.send(operation, given).await?),
            Some(Kind::Job) => Started::Job(begin(self, operation, given).await?),
            Some(Kind::Explore | Kind::Restore) => Started::Restore(begin(self, operation, given).await?),
            Some(Kind::Synchronize) => Started::Synchronize(begin(self, operation, given).await?),
            Some(Kind::ChangeOwner) => Started::ChangeOwner(begin(self, operation, given).await?),
        })
    }
}

/// Sends what starts a session, and follows that.
async fn begin<S: Session>(
    client: &Client,
    operation: &'static Operation,
    given: &Arguments,
) -> Result<SessionPoller<S>> {
    let version = client.version().await?;
    let kind = starts(operation, version, given.body.as_deref());
    let job = || given.params.first().map(|(_, id)| Id::from(id.as_str())).unwrap_or_default();
    let is_copy = operation.name == CopyJobStart::OPERATION.name;
    let stopper = match kind {
        Some(Kind::Job) if is_copy => Stopper::CopyJob(job()),
        Some(Kind::Job) => Stopper::Job(job()),
        _ => Stopper::Session,
    };
    let wait_for = if kind == Some(Kind::Explore) { WaitFor::Open } else { WaitFor::End };
    let silent = operation.form(version).response.shape().is_none() || is_action(operation);
    if kind == Some(Kind::Job) && silent {
        // What is wrong with the call is told before anything else is asked for it.
        client.ask(operation, given).await?;
        let runs = Runs::before(client, job(), is_copy).await?;
        client.send(operation, given).await?;
        return SessionWork::begin(client, S::default(), Place::NextOf(runs), wait_for, stopper).await;
    }
    if kind == Some(Kind::Restore) {
        client.ask(operation, given).await?;
        let browsed = given.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("restoreSessionId"));
        let inside = match browsed {
            Some((_, id)) => match Inside::before(client, Id::from(id.as_str())).await {
                Ok(inside) => Some(inside),
                // Who may restore, such as an operator, need not be allowed to read the log.
                Err(error) if error.is_api() => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let raw = client.send(operation, given).await?;
        let response: AsyncRestoreResponse =
            json::decode(&raw.body).map_err(|error| client.fail(operation.name, Reason::Decode(error)))?;
        let id = named::<S>(client, operation, response.session_id)?;
        return SessionWork::restore(client, id, inside).await;
    }
    let raw = client.send(operation, given).await?;
    let mut session = S::default();
    client.read(&raw, &mut session, None)?;
    let id = named::<S>(client, operation, session.id().cloned())?;
    SessionWork::begin(client, session, Place::Id(id), wait_for, stopper).await
}

/// The id of what was started.
fn named<S: Session>(client: &Client, operation: &'static Operation, id: Option<Id>) -> Result<Id> {
    id.filter(|id| !id.as_str().is_empty()).ok_or_else(|| {
        let rule = format!("the answer names no {}: there is nothing to wait for", S::KIND);
        client.fail(operation.name, Reason::Answer(rule))
    })
}
