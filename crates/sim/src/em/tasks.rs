//! Tasks: what a 202 answers with. They belong to a session and end with it.

use std::collections::{BTreeMap, HashMap};

use backhaul_models::em::{Task, TaskResult, TaskState, Tasks};
use http::StatusCode;

use super::backend::Backend;
use super::links::{link, named};
use super::{Call, Refusal, guest_files};
use crate::engine::message::{Reply, WorkFault};
use crate::engine::schedule::Clocked as _;

/// What every session has in work, by the session's identifier.
#[derive(Debug, Default)]
pub(in crate::em) struct WorkBySession(HashMap<String, SessionWork>);

#[derive(Debug, Default)]
pub(in crate::em) struct SessionWork {
    tasks: BTreeMap<u64, Job>,
    made: u64,
    pub(in crate::em) mounts: guest_files::Mounts,
}

/// A task.
#[derive(Debug, Clone)]
struct Job {
    operation: &'static str,
    state: TaskState,
    result: Option<(bool, String)>,
    links: Vec<Pointer>,
}

/// Where a finished task leads to.
#[derive(Debug, Clone)]
pub(in crate::em) struct Pointer {
    pub(in crate::em) rel: &'static str,
    /// The link type; empty where there is none.
    pub(in crate::em) kind: &'static str,
    /// The address below the API.
    pub(in crate::em) path: String,
    pub(in crate::em) name: Option<String>,
}

/// What came of a task.
#[derive(Debug, Default)]
pub(in crate::em) struct Done {
    message: Option<String>,
    links: Vec<Pointer>,
}

impl Done {
    pub(in crate::em) fn says(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), links: Vec::new() }
    }

    pub(in crate::em) fn to(pointer: Pointer) -> Self {
        Self { message: None, links: vec![pointer] }
    }

    pub(in crate::em) fn add(&mut self, pointer: Pointer) {
        self.links.push(pointer);
    }
}

/// What a task does once it is carried out; `Err` is why it could not.
pub(in crate::em) type Effect = Box<dyn FnOnce(&mut Backend) -> Result<Done, String> + Send>;

impl WorkBySession {
    pub(in crate::em) fn of(&mut self, session: &str) -> &mut SessionWork {
        self.0.entry(session.to_owned()).or_default()
    }

    /// Forgets what belongs to sessions that are over.
    pub(in crate::em) fn keep(&mut self, lives: impl Fn(&str) -> bool) {
        self.0.retain(|session, _| lives(session));
    }

    fn task(&mut self, session: &str, number: u64) -> Option<&mut Job> {
        self.0.get_mut(session)?.tasks.get_mut(&number)
    }
}

impl Call<'_> {
    /// Begins a task and answers with it.
    pub(in crate::em) fn begin(&mut self, operation: &'static str, effect: Effect) -> Result<Reply, Refusal> {
        self.begin_as(StatusCode::ACCEPTED, operation, effect)
    }

    pub(in crate::em) fn begin_as(
        &mut self,
        status: StatusCode,
        operation: &'static str,
        effect: Effect,
    ) -> Result<Reply, Refusal> {
        let session = self.session.id.clone();
        let work = self.backend.work.of(&session);
        work.made += 1;
        let number = work.made;
        work.tasks.insert(number, Job { operation, state: TaskState::Running, result: None, links: Vec::new() });
        let work_fault = self.request.work_fault.clone();
        if work_fault != WorkFault::Hangs {
            let [first, second] = self.backend.pace.task_steps;
            let (owner, late) = (session.clone(), session.clone());
            self.backend.after(first, move |backend| half_done(backend, &owner, number));
            self.backend.after(first + second, move |backend| finish(backend, &late, number, &work_fault, effect));
        }
        let body = self.task(number).ok_or_else(|| Refusal::not_found("The task", "task"))?;
        Ok(self.media.reply(status, &body))
    }

    /// The tasks of the session, oldest first.
    pub(in crate::em) fn tasks(&mut self) -> Vec<Task> {
        let numbers: Vec<u64> = self.backend.work.of(&self.session.id).tasks.keys().copied().collect();
        numbers.into_iter().filter_map(|number| self.task(number)).collect()
    }

    fn task(&mut self, number: u64) -> Option<Task> {
        let api = self.api();
        let job = self.backend.work.of(&self.session.id).tasks.get(&number)?;
        let mut task = Task::default();
        let href = format!("{api}/tasks/task-{number}");
        task.links = vec![link("Delete", "Task", href.clone())];
        task.links
            .extend(job.links.iter().map(|to| named(to.rel, to.kind, format!("{api}{}", to.path), to.name.as_deref())));
        task.href = Some(href);
        task.r#type = Some("Task".to_owned());
        task.task_id = Some(format!("task-{number}"));
        task.state = Some(job.state.clone());
        task.operation = Some(job.operation.to_owned());
        task.result = job.result.as_ref().map(|(success, message)| {
            let mut result = TaskResult::default();
            result.success = Some(*success);
            result.message = Some(message.clone());
            result
        });
        Some(task)
    }
}

fn half_done(backend: &mut Backend, session: &str, number: u64) {
    if let Some(job) = backend.work.task(session, number) {
        job.state = TaskState::OperationFinished;
        job.result = Some((true, "OperationFinished".to_owned()));
    }
}

/// The work is done with the task's last step: before that, Enterprise Manager may not know of it. A task that was
/// deleted does nothing; one whose session is over still works.
fn finish(backend: &mut Backend, session: &str, number: u64, work_fault: &WorkFault, effect: Effect) {
    let session_lives = backend.work.0.contains_key(session);
    if session_lives && backend.work.task(session, number).is_none() {
        return;
    }
    let outcome = match work_fault {
        WorkFault::Fails(message) => Err(message.clone()),
        _ => effect(backend),
    };
    let Some(job) = backend.work.task(session, number) else { return };
    job.state = TaskState::Finished;
    match outcome {
        Ok(done) => {
            job.result = Some((true, done.message.unwrap_or_else(|| "Ok".to_owned())));
            job.links = done.links;
        }
        Err(message) => job.result = Some((false, message)),
    }
}

/// `GET /api/tasks`.
pub(in crate::em) fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut all = Tasks::default();
    all.tasks = call.tasks();
    Ok(call.media.reply(StatusCode::OK, &all))
}

/// `GET /api/tasks/{ID}`.
pub(in crate::em) fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.first().to_owned();
    let task = number(&id)?.and_then(|number| call.task(number));
    let task = task.ok_or_else(|| Refusal::not_found("The task", &id))?;
    Ok(call.media.reply(StatusCode::OK, &task))
}

/// `DELETE /api/tasks/{ID}`: stops it, or removes it when it is over.
pub(in crate::em) fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.first().to_owned();
    let removed = number(&id)?.and_then(|number| call.backend.work.of(&call.session.id).tasks.remove(&number));
    removed.map(|_| Reply::empty(StatusCode::NO_CONTENT)).ok_or_else(|| Refusal::not_found("The task", &id))
}

fn number(id: &str) -> Result<Option<u64>, Refusal> {
    let digits = id.get(..5).filter(|start| start.eq_ignore_ascii_case("task-")).map(|_| &id[5..]);
    match digits {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(digits.parse().ok())
        }
        _ => Err(Refusal::bad(format!("{id} is no identifier of a task, such as task-1."))),
    }
}
