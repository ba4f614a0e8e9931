//! Work to its end: the task that an operation is answered with, then the session that the task leaves behind.

use std::collections::BTreeSet;

use backhaul_models::em::{EntityReferences, Link, Task};
use backhaul_wire::Operation;
use http::Method;

use super::EmClient;
use super::session::{Session, SessionWork};
use super::task::{Finished, TaskWork};
use crate::client::{Arguments, Ask, Client};
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};

/// Waits for a task of Enterprise Manager and for the session that it leaves behind.
pub type WholePoller = Poller<WholeWork>;

/// How often the run of a job that was triggered is looked for: the data are said to reflect the change once the task
/// is finished.
const LOOKS: u32 = 5;

impl Client {
    /// Calls an operation of Enterprise Manager and waits for all of its work: the form for callers that learn the
    /// operation at run time. Restores, failovers, quick backups and VeeamZIP lead to a session by the link of their
    /// task; the run of a job that is started or retried is the one that was not there before. `None` where the answer
    /// has no body: the work is done.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub async fn start_whole(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Option<WholePoller>> {
        let em = EmClient::try_from(self.clone())?;
        // What is wrong with the call is told before anything else is asked for it.
        self.ask(operation, arguments).await?;
        let runs = match Runs::of(operation, arguments) {
            None => None,
            Some(runs) => runs.before(&em).await?,
        };
        let task = self.start(operation, arguments).await?;
        Ok(task.map(|task| {
            let phase = Phase::Task(task.into_work());
            Poller::new(WholeWork { em, runs, looks: LOOKS, stage: phase.stage(), phase })
        }))
    }
}

/// How far the work is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Stage {
    /// Its task is under way, or what it leaves behind is looked for.
    Task(Box<Task>),
    /// What it left behind goes on.
    Session(Session),
}

/// What came of the work.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The task, which ended well.
    pub task: Finished,
    /// The session that it left behind, which ended well or with warnings; none where there is none.
    pub session: Option<Session>,
}

/// A task and what it leaves behind, under way.
#[derive(Debug)]
pub struct WholeWork {
    em: EmClient,
    runs: Option<Runs>,
    looks: u32,
    phase: Phase,
    stage: Stage,
}

#[derive(Debug)]
enum Phase {
    Task(TaskWork),
    Session(Finished, SessionWork),
    /// There is no session.
    Alone(Finished),
}

impl Phase {
    fn stage(&self) -> Stage {
        match self {
            Self::Task(work) => Stage::Task(Box::new(work.state().clone())),
            Self::Session(_, work) => Stage::Session(work.state().clone()),
            Self::Alone(task) => Stage::Task(Box::new(task.task().clone())),
        }
    }
}

impl WholeWork {
    /// The session that a finished task leaves behind.
    async fn session(&mut self, task: &Finished) -> Result<Option<SessionWork>> {
        for link in &task.links().rel("Related") {
            if let Some(work) = SessionWork::at(&self.em, link).await? {
                return Ok(Some(work));
            }
        }
        match &self.runs {
            Some(runs) => match runs.begun(&self.em).await? {
                Some(link) => SessionWork::at(&self.em, &link).await,
                None => Ok(None),
            },
            None => Ok(None),
        }
    }
}

impl Work for WholeWork {
    type State = Stage;
    type Done = Whole;

    fn state(&self) -> &Stage {
        &self.stage
    }

    fn end(&self) -> Option<Result<Whole>> {
        match &self.phase {
            // One that ended well is only the beginning.
            Phase::Task(work) => match work.end()? {
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            },
            Phase::Session(task, work) => {
                Some(work.end()?.map(|session| Whole { task: task.clone(), session: Some(session) }))
            }
            Phase::Alone(task) => Some(Ok(Whole { task: task.clone(), session: None })),
        }
    }

    async fn ask(&mut self) -> Result<()> {
        match &mut self.phase {
            Phase::Session(_, work) => work.ask().await?,
            Phase::Alone(_) => {}
            Phase::Task(work) => {
                if work.end().is_none() {
                    work.ask().await?;
                }
                if let Some(Ok(task)) = work.end() {
                    self.looks = self.looks.saturating_sub(1);
                    match self.session(&task).await? {
                        Some(session) => self.phase = Phase::Session(task, session),
                        None if self.runs.is_none() || self.looks == 0 => self.phase = Phase::Alone(task),
                        None => {}
                    }
                }
            }
        }
        self.stage = self.phase.stage();
        Ok(())
    }

    fn overdue(&self, waited: &Waited) -> Error {
        match &self.phase {
            Phase::Task(work) if matches!(work.end(), Some(Ok(_))) => {
                let total = waited.total.as_secs();
                let rule =
                    format!("the task has ended, and no run of the job was seen in {total} s: look at its sessions");
                self.em.client().fail("task", Reason::Deadline(rule))
            }
            Phase::Task(work) => work.overdue(waited),
            Phase::Session(_, work) => work.overdue(waited),
            Phase::Alone(_) => {
                let told = waited.told("the work", "done");
                self.em.client().fail("task", Reason::Deadline(told))
            }
        }
    }
}

/// The runs of a job: the task that triggers one does not say which it is.
#[derive(Debug)]
struct Runs {
    /// Where they are listed, below the address.
    lists: Vec<Vec<String>>,
    before: BTreeSet<String>,
}

impl Runs {
    /// Those of the job that an operation triggers; `None` for any other operation.
    fn of(operation: &'static Operation, arguments: &Arguments) -> Option<Self> {
        let path = operation.path.strip_prefix("/api/")?;
        let (path, action) = path.split_once('?').or_else(|| path.rsplit_once('/'))?;
        let does = |action: &str| matches!(action, "start" | "retry");
        if operation.method != "POST" || !does(action.strip_prefix("action=").unwrap_or(action)) {
            return None;
        }
        let kinds: &[&str] = match path {
            "jobs/{ID}" => &["backupSessions", "replicaSessions"],
            "agents/jobs/{ID}" | "nas/jobs/{ID}" => &["backupSessions"],
            _ => return None,
        };
        let (_, id) = arguments.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("ID"))?;
        let list = |kind: &&str| {
            let segments =
                ["api"].into_iter().chain(path.split('/')).map(|part| if part == "{ID}" { id } else { part });
            segments.chain([*kind]).map(str::to_owned).collect()
        };
        Some(Self { lists: kinds.iter().map(list).collect(), before: BTreeSet::new() })
    }

    /// The same, with the runs that are there now. `None` where the server does not list them, or not to this account:
    /// their end is then not waited for, and what was wanted is done all the same.
    async fn before(mut self, em: &EmClient) -> Result<Option<Self>> {
        match self.list(em).await {
            Ok(runs) => {
                self.before = runs.into_iter().filter_map(|run| run.href).collect();
                Ok(Some(self))
            }
            Err(error) if error.is_api() || error.is_wrong_product() || error.decode().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The run that was not there before.
    async fn begun(&self, em: &EmClient) -> Result<Option<Link>> {
        let runs = self.list(em).await?;
        Ok(runs.into_iter().find(|run| run.href.as_ref().is_some_and(|href| !self.before.contains(href))))
    }

    async fn list(&self, em: &EmClient) -> Result<Vec<Link>> {
        let mut runs = Vec::new();
        for list in &self.lists {
            let segments: Vec<&str> = list.iter().map(String::as_str).collect();
            let ask = Ask::link(Method::GET, em.client().below(&segments), None);
            let answered = em.client().exchange(&ask).await?;
            let references: EntityReferences = em.read(&answered)?;
            runs.extend(references.refs.into_iter().map(|reference| {
                let mut link = Link::default();
                (link.href, link.r#type) = (reference.href, reference.r#type);
                link
            }));
        }
        Ok(runs)
    }
}
