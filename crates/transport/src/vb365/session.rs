//! Sessions: what VB365 answers with when the work goes on.

use backhaul_models::vb365::operations::{
    DataRetrievalSessionGetById, JobSessionGetById, RepositoryOwnerChangeSessionsGetById,
    RepositoryOwnerChangeSessionsStopAction, RepositorySynchronizeSessionsGetRepositoriesById,
    RepositorySynchronizeSessionsStopSynchronizeAction, RestoreSessionGetByRestoreSessionId,
};
use backhaul_models::vb365::{
    BackupRepositoryOwnerChangeSession, BackupRepositoryOwnerChangeSessionStatus as OwnerChange, DataRetrievalSession,
    DataRetrievalSessionStatus as Retrieval, JobSession, JobSessionJobType as Kind, JobSessionStatus as Job,
    RepositorySynchronizeSession, RepositorySynchronizeSessionState as Synchronizing, RestoreSession,
    RestoreSessionResult as Outcome, RestoreSessionState as Restore,
};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Call, Id, Operation};

use super::stop;
use crate::client::Client;
use crate::error::{Reason, Result};

/// A session of VB365: one run of something that goes on after its call was answered.
pub trait Session: Model + Clone {
    /// What it is, for people.
    const KIND: &'static str;
    /// The operation that gives it by its id, which is its only parameter.
    const GET: &'static Operation;

    /// Its id.
    fn id(&self) -> Option<&Id>;

    /// How it stands, in the server's word.
    fn state(&self) -> Option<&str>;

    /// How it stands, for someone who waits for `wait_for`.
    fn status_for(&self, wait_for: WaitFor) -> Status;

    /// How far it is, in the unit that the server counts in: items of a job, per cent of a synchronisation.
    fn progress(&self) -> Option<i64> {
        None
    }

    /// Stops it, or the job that it is a run of. `id` is its own.
    ///
    /// # Errors
    /// As [`Vb365Client::call`](super::Vb365Client::call); where the server has no way to stop it.
    fn stop(&self, client: &Client, id: &Id) -> impl Future<Output = Result<()>> + Send {
        let refusal =
            client.fail(Self::GET.name, Reason::Call(format!("there is no way to stop the {} {id}", Self::KIND)));
        async { Err(refusal) }
    }
}

/// What somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitFor {
    /// That the work has ended.
    End,
    /// That a restore session is open: backups can be browsed in it until it is stopped.
    Open,
}

/// How a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It goes on.
    Running,
    /// What was waited for is there, perhaps with warnings.
    Done,
    /// It ended otherwise: how, and why as far as the server says.
    Failed(String),
}

/// The failure, with what the server says of it.
fn failed(how: &str, said: [&Option<String>; 2]) -> Status {
    let said = said.into_iter().flatten().find(|text| !text.trim().is_empty());
    let why =
        said.map_or_else(|| "the server does not say why; its log may".to_owned(), |text| crate::said::said(text));
    Status::Failed(format!("{how}: {why}"))
}

/// A state that is not known here: whether the session has ended tells what it means.
fn unknown(ended: bool) -> Status {
    if ended { Status::Done } else { Status::Running }
}

impl Session for JobSession {
    const KIND: &'static str = "job session";
    const GET: &'static Operation = JobSessionGetById::OPERATION;

    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    fn state(&self) -> Option<&str> {
        self.status.as_ref().map(Job::as_str)
    }

    fn status_for(&self, _: WaitFor) -> Status {
        let said = [&self.details, &None];
        match &self.status {
            Some(Job::Running | Job::Queued) => Status::Running,
            Some(Job::Success | Job::Warning) => Status::Done,
            Some(Job::Failed) => failed("failed", said),
            Some(Job::Stopped) => failed("was stopped", said),
            Some(Job::NotConfigured) => failed("ended, since the job is not configured", said),
            Some(Job::Disconnected) => failed("ended, since the backup proxy is disconnected", said),
            _ => unknown(self.end_time.is_some()),
        }
    }

    fn progress(&self) -> Option<i64> {
        self.progress
    }

    async fn stop(&self, client: &Client, id: &Id) -> Result<()> {
        match (&self.job_id, &self.job_type) {
            (Some(job), Some(Kind::Copy)) => stop::copy_job(client, job.clone()).await,
            (Some(job), _) => stop::job(client, job.clone()).await,
            (None, _) => {
                let rule = format!("the {} {id} does not say which job it is a run of: stop the job", Self::KIND);
                Err(client.fail(Self::GET.name, Reason::Call(rule)))
            }
        }
    }
}

impl Session for RestoreSession {
    const KIND: &'static str = "restore session";
    const GET: &'static Operation = RestoreSessionGetByRestoreSessionId::OPERATION;

    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    fn state(&self) -> Option<&str> {
        self.state.as_ref().map(Restore::as_str)
    }

    fn status_for(&self, wait_for: WaitFor) -> Status {
        let said = [&self.reason, &self.details];
        match (&self.state, wait_for) {
            (Some(Restore::Working), WaitFor::Open) => Status::Done,
            (Some(Restore::Working | Restore::Starting), _) | (Some(Restore::Stopping), WaitFor::End) => {
                Status::Running
            }
            (Some(Restore::Stopped | Restore::Stopping), WaitFor::Open) => failed("was stopped", said),
            (Some(Restore::Stopped), WaitFor::End) => match &self.result {
                Some(Outcome::Failed) => failed("failed", said),
                _ => Status::Done,
            },
            _ => unknown(self.end_time.is_some()),
        }
    }

    async fn stop(&self, client: &Client, id: &Id) -> Result<()> {
        stop::restore_session(client, id.clone()).await
    }
}

impl Session for RepositorySynchronizeSession {
    const KIND: &'static str = "synchronisation of a repository";
    const GET: &'static Operation = RepositorySynchronizeSessionsGetRepositoriesById::OPERATION;

    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    fn state(&self) -> Option<&str> {
        self.state.as_ref().map(Synchronizing::as_str)
    }

    fn status_for(&self, _: WaitFor) -> Status {
        match &self.state {
            // It tells of no end of its own: it is in this state, or in none any more.
            Some(Synchronizing::None) | None => Status::Done,
            Some(Synchronizing::Failed) => failed("failed", [&self.error, &None]),
            _ => Status::Running,
        }
    }

    fn progress(&self) -> Option<i64> {
        self.progress_percent
    }

    async fn stop(&self, client: &Client, id: &Id) -> Result<()> {
        client.call(&RepositorySynchronizeSessionsStopSynchronizeAction::new(id.clone())).await
    }
}

impl Session for BackupRepositoryOwnerChangeSession {
    const KIND: &'static str = "change of a repository's owner";
    const GET: &'static Operation = RepositoryOwnerChangeSessionsGetById::OPERATION;

    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    fn state(&self) -> Option<&str> {
        self.status.as_ref().map(OwnerChange::as_str)
    }

    fn status_for(&self, _: WaitFor) -> Status {
        match &self.status {
            Some(OwnerChange::Waiting | OwnerChange::Running) => Status::Running,
            Some(OwnerChange::Succeeded) => Status::Done,
            Some(OwnerChange::Failed) => failed("failed", [&self.details, &None]),
            _ => unknown(self.end_time.is_some()),
        }
    }

    async fn stop(&self, client: &Client, id: &Id) -> Result<()> {
        client.call(&RepositoryOwnerChangeSessionsStopAction::new(id.clone())).await
    }
}

impl Session for DataRetrievalSession {
    const KIND: &'static str = "data retrieval session";
    const GET: &'static Operation = DataRetrievalSessionGetById::OPERATION;

    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    fn state(&self) -> Option<&str> {
        self.status.as_ref().map(Retrieval::as_str)
    }

    fn status_for(&self, _: WaitFor) -> Status {
        let said = [&None, &None];
        match &self.status {
            Some(Retrieval::Running) => Status::Running,
            Some(Retrieval::Success | Retrieval::Warning) => Status::Done,
            Some(Retrieval::Failed) => failed("failed", said),
            Some(Retrieval::Stopped) => failed("was stopped", said),
            Some(Retrieval::NotConfigured) => failed("ended, since the retrieval is not configured", said),
            _ => unknown(self.end_time.is_some()),
        }
    }

    fn progress(&self) -> Option<i64> {
        self.progress
    }
}
