//! Sessions: what a task leaves behind that goes on. A task ends when a job is triggered or a restore has begun; how
//! that ends is told by its session.

use std::sync::Arc;

use backhaul_models::em::{
    BackupJobSession, CdpReplicaSession, CloudFailoverSession, Link, ReplicaJobSession, RestoreSession,
};
use backhaul_wire::Struct;
use backhaul_wire::reflect::Scalar;
use http::Method;
use url::Url;

use super::EmClient;
use super::link_type::whole;
use crate::client::{Ask, Client};
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};
use crate::said::said;

/// Waits for a session of Enterprise Manager.
pub type SessionPoller = Poller<SessionWork>;

/// An empty session of the kind that a link leads to; `None` where it leads to none that ends by itself.
fn blank(link_type: &str) -> Option<Box<dyn Struct>> {
    let kinds: [Box<dyn Struct>; 5] = [
        Box::<BackupJobSession>::default(),
        Box::<ReplicaJobSession>::default(),
        Box::<RestoreSession>::default(),
        Box::<CloudFailoverSession>::default(),
        Box::<CdpReplicaSession>::default(),
    ];
    let kind = whole(link_type);
    kinds.into_iter().find(|blank| blank.shape().name.eq_ignore_ascii_case(&kind))
}

/// A session, as it was last seen: a run of a job, a restore, a failover.
#[derive(Clone)]
pub struct Session(Arc<dyn Struct>);

impl Session {
    /// All that the server says of it: a `BackupJobSession`, `ReplicaJobSession`, `RestoreSession`,
    /// `CloudFailoverSession` or `CdpReplicaSession`, as its shape tells.
    #[must_use]
    pub fn value(&self) -> &dyn Struct {
        &*self.0
    }

    fn text(&self, field: &str) -> Option<&str> {
        match self.0.field(field).scalar()? {
            Scalar::Text(text) | Scalar::Enum(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// What it is of: the job's name, or what is restored and when.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.text("Name")
    }

    /// How far it is, in the server's word: `Working`, `Stopped`.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.text("State")
    }

    /// How it ended: `Success`, `Warning`, `Failed`.
    #[must_use]
    pub fn result(&self) -> Option<&str> {
        self.text("Result")
    }

    /// Why it failed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.text("FailureMessage")
    }

    /// How far it is, in per cent.
    #[must_use]
    pub fn progress(&self) -> Option<i64> {
        match self.0.field("Progress").scalar()? {
            Scalar::Int(progress) => Some(progress),
            _ => None,
        }
    }

    /// Whether it has ended. A state that is not known here has, once there is an end time.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        match self.state() {
            Some("Stopped") => true,
            Some("Starting" | "Stopping" | "Working" | "Pausing" | "Resuming") => false,
            _ => !self.0.field("EndTimeUTC").is_absent(),
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("kind", &self.0.shape().name)
            .field("name", &self.name())
            .field("state", &self.state())
            .field("result", &self.result())
            .finish_non_exhaustive()
    }
}

impl EmClient {
    /// Waits for the session that a link leads to, such as the one of a restore that somebody else began.
    ///
    /// # Errors
    /// When the link leads to no session of a job, a restore or a failover, or to another server; and as
    /// [`EmClient::call`].
    pub async fn session(&self, link: &Link) -> Result<SessionPoller> {
        match SessionWork::at(self, link).await? {
            Some(work) => Ok(Poller::new(work)),
            None => {
                let kind = link.r#type.as_deref().unwrap_or_default().escape_debug();
                let rule = format!("it leads to `{kind}`, which is no session that can be waited for");
                Err(self.client().fail("session", Reason::Link(rule)))
            }
        }
    }
}

/// A session under way. Unlike a task it belongs to the server, and outlives the session in which it was started.
#[derive(Debug)]
pub struct SessionWork {
    client: Client,
    url: Url,
    session: Session,
}

impl SessionWork {
    /// What a link leads to; `None` where that is no session.
    pub(super) async fn at(em: &EmClient, link: &Link) -> Result<Option<Self>> {
        let Some(empty) = link.r#type.as_deref().and_then(blank) else { return Ok(None) };
        let mut url = em.place(link)?;
        // A link to a reference leads to the session as well.
        crate::address::set_query(&mut url, backhaul_wire::operation::FORMAT, backhaul_wire::operation::ENTITY);
        let mut work = Self { client: em.client().clone(), url, session: Session(empty.into()) };
        work.ask().await?;
        Ok(Some(work))
    }

    fn named(&self) -> String {
        let session = &self.session;
        let kind = match session.0.shape().name {
            "RestoreSession" => "the restore",
            "CloudFailoverSession" => "the failover",
            _ => "the run",
        };
        match session.name() {
            Some(name) => format!("{kind} {}", said(name)),
            None => format!("{kind} {}", self.url.path()),
        }
    }

    fn fail(&self, reason: Reason) -> Error {
        self.client.fail("session", reason)
    }
}

impl Work for SessionWork {
    type State = Session;
    type Done = Session;

    fn state(&self) -> &Session {
        &self.session
    }

    fn end(&self) -> Option<Result<Session>> {
        if !self.session.has_ended() {
            return None;
        }
        Some(match self.session.result() {
            Some("Failed") => {
                let why = self.session.reason().map_or_else(|| "the server does not say why".to_owned(), said);
                Err(self.fail(Reason::Task(format!("{} failed: {why}", self.named()))))
            }
            _ => Ok(self.session.clone()),
        })
    }

    async fn ask(&mut self) -> Result<()> {
        let ask = Ask::link(Method::GET, self.url.clone(), None);
        let answered = self.client.exchange(&ask).await?;
        let Some(mut value) = blank(self.session.0.shape().name) else { return Ok(()) };
        self.client.read_body(answered.name, &answered.body, value.as_mut(), None)?;
        let session = Session(value.into());
        if session.state().is_none() && session.result().is_none() {
            return Err(self.fail(Reason::Answer("the answer is no session".to_owned())));
        }
        self.session = session;
        Ok(())
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let progress = self.session.progress().map(|progress| format!(" ({progress} %)")).unwrap_or_default();
        let state = self.session.state().unwrap_or("in no state that it tells");
        let told = waited.told(&self.named(), &format!("{state}{progress}"));
        self.fail(Reason::Deadline(format!("{told}: it goes on on the server; wait longer, or stop it")))
    }
}
