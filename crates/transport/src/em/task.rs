//! Tasks: what Enterprise Manager answers with when the work goes on.

use backhaul_models::em::{Em, Link, Task, TaskState, Tasks};
use backhaul_wire::Call;
use backhaul_wire::reflect::Model;
use http::Method;

use super::EmClient;
use super::link_type::{fits, whole};
use super::links::{Linked, Links};
use crate::client::{Answered, Ask, Bound, Client};
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};
use crate::said::said;

/// Waits for a task of Enterprise Manager.
pub type TaskPoller = Poller<TaskWork>;

impl EmClient {
    /// Calls an operation that is answered with a task, and waits for nothing yet.
    ///
    /// ```no_run
    /// # async fn run(em: backhaul_transport::em::EmClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use backhaul_models::em::operations::PostJobsByIdStart;
    ///
    /// let call = PostJobsByIdStart::new("b04c217b-0538-4650-bec4-19deff4ea1ac");
    /// let done = em.start(&call).await?.deadline(Duration::from_secs(120)).until_done().await?;
    /// println!("{}", done.message().unwrap_or("started"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`EmClient::call`]; when the answer is no task.
    pub async fn start<C: Call<Api = Em, Answer = Task>>(&self, call: &C) -> Result<TaskPoller> {
        let given = self.client().arguments(call).await?;
        begin(self.client(), &self.client().ask(C::OPERATION, &given).await?).await
    }
}

impl Client {
    /// Sends an operation of Enterprise Manager that is answered with a task, and gives what waits for it: the form for
    /// callers that learn the operation at run time. `None` where the answer has no body: the work is done.
    ///
    /// # Errors
    /// As [`Client::send`]; when the answer is no task.
    pub async fn start(
        &self,
        operation: &'static backhaul_wire::Operation,
        given: &crate::Arguments,
    ) -> Result<Option<TaskPoller>> {
        let answered = self.exchange(&self.ask(operation, given).await?).await?;
        match task_of(self, &answered)? {
            None if !answered.body.is_empty() => Err(no_task(self, &answered)),
            found => Ok(found),
        }
    }
}

/// The task in an answer; `None` when the answer is something else, or nothing.
pub(super) fn task_of(client: &Client, answered: &Answered) -> Result<Option<TaskPoller>> {
    let mut task = Task::default();
    match document(&answered.body) {
        Document::None | Document::Other => return Ok(None),
        Document::Task => client.read_body(answered.name.clone(), &answered.body, &mut task, None)?,
        // In JSON, any object reads as a task on which nothing is set.
        Document::Json => {
            client.read_body(answered.name.clone(), &answered.body, &mut task, None)?;
            if is_blank(&task) {
                task = match only_task(client, answered) {
                    Ok(only) => only,
                    Err(_) => return Ok(None),
                };
            }
        }
        Document::Tasks => task = only_task(client, answered)?,
    }
    Ok(Some(Poller::new(TaskWork { client: client.clone(), task, session: answered.session })))
}

/// The task of a list of one: so the documents print the answer to the mount of an agent's restore point.
fn only_task(client: &Client, answered: &Answered) -> Result<Task> {
    let mut list = Tasks::default();
    client.read_body(answered.name.clone(), &answered.body, &mut list, None)?;
    match (list.tasks.pop(), list.tasks.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(no_task(client, answered)),
    }
}

/// What a body is, by its first words.
enum Document {
    None,
    Task,
    Tasks,
    Json,
    Other,
}

fn document(body: &[u8]) -> Document {
    let text = String::from_utf8_lossy(body);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if rest.is_empty() {
        return Document::None;
    }
    if let Some((_, after)) = rest.strip_prefix("<?").and_then(|rest| rest.split_once("?>")) {
        rest = after.trim_start();
    }
    match rest.strip_prefix('<') {
        None if rest.starts_with('{') => Document::Json,
        Some(root) => {
            let name = root.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next().unwrap_or("");
            match name {
                "Tasks" => Document::Tasks,
                // A page of a proxy is read as a task too, and reading it says what it is.
                "Task" | "html" | "HTML" => Document::Task,
                name if name.starts_with('!') => Document::Task,
                _ => Document::Other,
            }
        }
        None => Document::Task,
    }
}

/// Whether the body says nothing of a task.
fn is_blank(task: &Task) -> bool {
    task.task_id.is_none() && task.state.is_none() && task.result.is_none()
}

fn no_task(client: &Client, answered: &Answered) -> Error {
    let rule = "the answer is no task: there is nothing to wait for, the operation is answered at once";
    client.fail(answered.name.clone(), Reason::Answer(rule.to_owned()))
}

/// Sends what is answered with a task.
pub(super) async fn begin(client: &Client, ask: &Ask) -> Result<TaskPoller> {
    let answered = client.exchange(ask).await?;
    task_of(client, &answered)?.ok_or_else(|| no_task(client, &answered))
}

/// A task under way.
///
/// A task belongs to the session in which it was started: once that session has ended, the server no longer tells of
/// it, though the work may go on.
#[derive(Debug)]
pub struct TaskWork {
    client: Client,
    task: Task,
    session: u64,
}

impl TaskWork {
    fn bound(&self) -> Bound {
        Bound { session: self.session, what: named(&self.task) }
    }

    /// Stops the task, or removes it from the server's list when it has ended.
    ///
    /// # Errors
    /// As [`EmClient::call`]; when its session has ended.
    pub async fn cancel(&self) -> Result<()> {
        let ask = Ask::link(Method::DELETE, self.url()?, None).bound(Some(self.bound()));
        self.client.exchange(&ask).await.map(drop)
    }

    /// The task's address, below the one that was given: a server behind another name writes links that are not
    /// followed.
    fn url(&self) -> Result<url::Url> {
        match self.task.task_id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => Ok(self.client.below(&["api", "tasks", id])),
            None => {
                let rule = "the server started a task without an id: it cannot be waited for".to_owned();
                Err(self.client.fail("task", Reason::Answer(rule)))
            }
        }
    }
}

impl Work for TaskWork {
    type State = Task;
    type Done = Finished;

    fn state(&self) -> &Task {
        &self.task
    }

    fn end(&self) -> Option<Result<Finished>> {
        // Only this state promises that what Enterprise Manager answers reflects the change.
        if self.task.state != Some(TaskState::Finished) {
            return None;
        }
        let result = self.task.result.as_ref();
        if result.and_then(|result| result.success) == Some(false) {
            let message = result.and_then(|result| result.message.as_deref()).filter(|message| !message.is_empty());
            let message = message.map_or_else(|| "the server does not say why".to_owned(), said);
            let message = format!("{} failed: {message}", named(&self.task));
            return Some(Err(self.client.fail("task", Reason::Task(message))));
        }
        Some(Ok(Finished { client: self.client.clone(), task: self.task.clone(), session: self.session }))
    }

    async fn ask(&mut self) -> Result<()> {
        let ask = Ask::link(Method::GET, self.url()?, None).bound(Some(self.bound()));
        let answered = match self.client.exchange(&ask).await {
            Ok(answered) => answered,
            Err(error) if error.status() == Some(404) => {
                let message = format!(
                    "the server no longer knows {}, last seen {}: it was removed, or the server was started anew; look at the \
                     objects themselves for what came of it",
                    named(&self.task),
                    state(&self.task)
                );
                return Err(self.client.fail(ask.name, Reason::Api { status: 404, code: None, message }));
            }
            Err(error) => return Err(error),
        };
        let mut task = Task::default();
        self.client.read_body(answered.name.clone(), &answered.body, &mut task, None)?;
        if is_blank(&task) {
            return Err(no_task(&self.client, &answered));
        }
        if let (Some(asked), Some(other)) = (&self.task.task_id, &task.task_id)
            && !asked.eq_ignore_ascii_case(other)
        {
            let rule =
                format!("{} was asked for, and the answer is of another task, {}", named(&self.task), said(other));
            return Err(self.client.fail(answered.name, Reason::Answer(rule)));
        }
        self.task = task;
        Ok(())
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let told = waited.told(&named(&self.task), state(&self.task));
        self.client.fail("task", Reason::Deadline(format!("{told}: it goes on on the server; wait longer, or stop it")))
    }
}

/// The task's id and operation, for errors.
fn named(task: &Task) -> String {
    let id = task.task_id.as_deref().unwrap_or("the task");
    match task.operation.as_deref() {
        Some(operation) => format!("{id} ({operation})"),
        None => id.to_owned(),
    }
}

fn state(task: &Task) -> &str {
    task.state.as_ref().map_or("in no state that it tells", TaskState::as_str)
}

/// A task that ended well.
#[derive(Debug, Clone)]
pub struct Finished {
    client: Client,
    task: Task,
    session: u64,
}

impl Finished {
    /// The task.
    #[must_use]
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// What the server says of the end, such as `Ok`.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.task.result.as_ref()?.message.as_deref().filter(|message| !message.is_empty())
    }

    /// Links to what the task made or worked on, and to files that can be downloaded now.
    #[must_use]
    pub fn links(&self) -> Links {
        self.task.all_links()
    }

    /// The link to what was made, or worked on, of type `T`.
    pub(super) fn related<T: Model>(&self) -> Option<Link> {
        let all = self.links().rel("Related");
        let of_type = |link: &&Link| link.r#type.as_deref().is_some_and(|found| fits(&whole(found), T::SHAPE));
        all.iter().find(of_type).cloned()
    }

    /// Gets what the task made or worked on, such as the tenant after a tenant was created, or the restore session
    /// after a restore was started: `done.created::<CloudTenant>()`.
    ///
    /// # Errors
    /// When the task links to no `T`; and as [`EmClient::follow`].
    pub async fn created<T: Model>(&self) -> Result<T> {
        let Some(link) = self.related::<T>() else {
            let links = self.links().rel("Related");
            let found: Vec<&str> = links.iter().filter_map(|link| link.r#type.as_deref()).collect();
            let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
            let message = format!("{} links to {found}, and to no `{}`", named(&self.task), T::SHAPE.name);
            return Err(self.client.fail("task", Reason::Link(message)));
        };
        EmClient(self.client.clone()).follow_entity(&link).await
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The number of the session that it belongs to.
    pub(super) fn session(&self) -> u64 {
        self.session
    }
}
