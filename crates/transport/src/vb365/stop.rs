//! Stopping what was started, in each version's own way.

use backhaul_models::vb365::operations::{
    CopyJobStop, JobStopAction, PostJobsByJobIdAction, PostRestoreSessionsByRestoreSessionIdAction,
    RestoreSessionStopAction,
};
use backhaul_models::vb365::{JobActionBody, RestoreSessionActionBody};
use backhaul_wire::{ApiVersion, Edit, Id};

use super::Vb365Client;
use super::session::Session;
use crate::client::Client;
use crate::error::{Reason, Result};

/// Whether a resource has one place for all of its actions: up to v5.
pub(super) fn has_actions(version: Option<ApiVersion>) -> bool {
    version <= ApiVersion::new(5)
}

impl Vb365Client {
    /// Closes a restore session. One that is not closed stays open until the server loses patience, and keeps what it
    /// reads from.
    ///
    /// # Errors
    /// As [`Vb365Client::call`].
    pub async fn stop_restore_session(&self, id: impl Into<Id> + Send) -> Result<()> {
        restore_session(self.client(), id.into()).await
    }

    /// Stops a job that runs.
    ///
    /// # Errors
    /// As [`Vb365Client::call`].
    pub async fn stop_job(&self, id: impl Into<Id> + Send) -> Result<()> {
        job(self.client(), id.into()).await
    }
}

/// How what was started is stopped.
#[derive(Debug, Clone)]
pub(super) enum Stopper {
    /// By the job that it is a run of.
    Job(Id),
    /// By the copy job that it is a run of.
    CopyJob(Id),
    /// As its kind is, by what the session says of itself.
    Session,
}

impl Stopper {
    pub(super) async fn stop<S: Session>(&self, client: &Client, session: &S, id: Option<&Id>) -> Result<()> {
        match (self, id) {
            (Self::Job(id), _) => job(client, id.clone()).await,
            (Self::CopyJob(id), _) => copy_job(client, id.clone()).await,
            (Self::Session, Some(id)) => session.stop(client, id).await,
            (Self::Session, None) => {
                let rule = format!("there is no {} to stop yet", S::KIND);
                Err(client.fail(S::GET.name, Reason::Call(rule)))
            }
        }
    }
}

pub(super) async fn job(client: &Client, id: Id) -> Result<()> {
    if !has_actions(client.version().await?) {
        return client.call(&JobStopAction::new(id)).await;
    }
    let mut body = JobActionBody::default();
    body.stop = Edit::NULL;
    client.call(&PostJobsByJobIdAction::new(id, body)).await.map(drop)
}

pub(super) async fn copy_job(client: &Client, id: Id) -> Result<()> {
    client.call(&CopyJobStop::new(id)).await
}

pub(super) async fn restore_session(client: &Client, id: Id) -> Result<()> {
    if !has_actions(client.version().await?) {
        return client.call(&RestoreSessionStopAction::new(id)).await;
    }
    let mut body = RestoreSessionActionBody::default();
    body.stop = Edit::NULL;
    client.call(&PostRestoreSessionsByRestoreSessionIdAction::new(id, body)).await
}
