//! `--wait`: from the task, session or job that an operation is answered with to its end.

use backhaul_models::em::{Task, TaskState};
use backhaul_models::zstack::{LongJob, LongJobState};
use backhaul_transport::em::{Stage, Whole};
use backhaul_transport::poller::{Poller, Progress, Work};
use backhaul_transport::vb365::{Session, Started};
use backhaul_transport::zstack::{Job, ZstackClient};
use backhaul_transport::{Arguments, Error};
use backhaul_wire::operation::Response;
use backhaul_wire::{Struct, System, json};

use super::{Calling, Shown};
use crate::connect::Peer;
use crate::exit::{Code, Failure};

impl Calling<'_> {
    /// Whether there may be something to wait for: of any other operation the answer is the end already. What of VB365
    /// starts a session depends on the version that is spoken.
    pub(super) fn waits(&self) -> bool {
        self.args.wait
            && match self.operation.system {
                System::Em => self.operation.long_running,
                System::Vb365 => self.operation.method == "POST" && !matches!(self.operation.response, Response::Bytes),
                System::Zstack => self.operation.long_running,
            }
    }

    /// Calls, and waits for the end, which is given as text; of a task or session itself, of a job its
    /// answer. Nothing where the server has done it at once and says nothing.
    pub(super) async fn to_the_end(&self, peer: &Peer, given: &Arguments) -> Result<Option<Shown>, Failure> {
        match self.operation.system {
            System::Em => {
                let started = peer.client.start_whole(self.operation, given).await;
                let Some(work) = started.map_err(|error| peer.refusal(&error))? else { return Ok(None) };
                whole(&self.wait(peer, work, stage_told).await?).map(Some)
            }
            System::Vb365 => self.session_to_the_end(peer, given).await,
            System::Zstack => {
                let job = peer.client.start_job(self.operation, given).await.map_err(|error| peer.refusal(&error))?;
                let raw = self.wait(peer, job, job_told).await?;
                let client = ZstackClient::try_from(peer.client.clone());
                let long = client.and_then(|client| client.long_job_in(&raw)).map_err(|error| peer.refusal(&error))?;
                if let Some(long) = long {
                    return Ok(shown(self.wait(peer, long, long_job_told).await?));
                }
                self.decoded(peer, given, raw).await
            }
        }
    }

    async fn session_to_the_end(&self, peer: &Peer, given: &Arguments) -> Result<Option<Shown>, Failure> {
        let started = peer.client.start_session(self.operation, given).await;
        Ok(match started.map_err(|error| peer.refusal(&error))? {
            Started::Done(raw) => self.decoded(peer, given, raw).await?,
            Started::Job(session) => shown(self.wait(peer, session, session_told).await?),
            Started::Restore(session) => shown(self.wait(peer, session, session_told).await?),
            Started::Synchronize(session) => shown(self.wait(peer, session, session_told).await?),
            Started::ChangeOwner(session) => shown(self.wait(peer, session, session_told).await?),
        })
    }

    async fn wait<W: Work>(
        &self,
        peer: &Peer,
        mut poller: Poller<W>,
        told: impl Fn(&W::State) -> String,
    ) -> Result<W::Done, Failure> {
        if let Some(limit) = self.args.connection.deadline {
            poller = poller.deadline(limit);
        }
        loop {
            let interrupt = self.console.interrupt();
            let next = tokio::select! {
                next = poller.next() => next,
                // A pause between two questions is not waited for.
                () = interrupt.stopped() => return Err(left(peer)),
            };
            match next {
                // A question that was under way when the signal came.
                Err(_) if interrupt.is_on() => return Err(left(peer)),
                Err(error) => return Err(going_on(peer, &error)),
                Ok(Progress::Done(done)) => return Ok(done),
                Ok(Progress::Going(now)) => self.console.verbose(1, || format!("{}: {}", peer.name, told(&now))),
            }
        }
    }
}

/// A signal ended the waiting.
fn left(peer: &Peer) -> Failure {
    Failure::new(Code::Interrupted, "no longer waited for: the work goes on on the server").of_server(&peer.name)
}

/// Why work that a server began is not waited for any more. When its time is up the server did answer: it is at work.
fn going_on(peer: &Peer, error: &Error) -> Failure {
    let failure = peer.refusal(error);
    if error.is_deadline() { failure.with_code(Code::ServerError) } else { failure }
}

fn shown(done: impl Struct) -> Option<Shown> {
    Some(Shown::Value(Box::new(done)))
}

/// The task, and within it the session that it left behind.
fn whole(done: &Whole) -> Result<Shown, Failure> {
    let tree = |value: &dyn Struct| json::to_value(value).map_err(|error| Failure::internal(error.to_string()));
    let mut task = tree(done.task.task())?;
    if let Some(session) = &done.session {
        task["Session"] = tree(session.value())?;
    }
    Ok(Shown::Tree(task))
}

fn stage_told(stage: &Stage) -> String {
    match stage {
        Stage::Session(session) => {
            let state = session.state().unwrap_or("in no state that it tells");
            let progress = session.progress().map(|progress| format!(", {progress} %")).unwrap_or_default();
            format!("{} is {state}{progress}", session.name().unwrap_or("its session"))
        }
        Stage::Task(task) => task_told(task),
        _ => "it goes on".to_owned(),
    }
}

fn task_told(task: &Task) -> String {
    let state = task.state.as_ref().map_or("in no state that it tells", TaskState::as_str);
    format!("{} is {state}", task.task_id.as_deref().unwrap_or("the task"))
}

fn session_told<S: Session>(session: &S) -> String {
    let Some(id) = session.id() else { return "not begun".to_owned() };
    let state = session.state().unwrap_or("in no state that it tells");
    let progress = session.progress().map(|progress| format!(", progress {progress}")).unwrap_or_default();
    format!("the {} {id} is {state}{progress}", S::KIND)
}

fn long_job_told(job: &LongJob) -> String {
    let state = job.state.as_ref().map_or("in no state that it tells", LongJobState::as_str);
    format!("the long job {} is {state}", job.uuid.as_ref().map_or("without an id", |id| id.as_str()))
}

fn job_told(job: &Job) -> String {
    format!("the job {} is running", job.id().unwrap_or("without an id"))
}
