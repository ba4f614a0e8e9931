//! Asking many servers side by side.

use std::any::Any;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use backhaul_transport::{Client, Error};
use backhaul_wire::System;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered, Stream};
use futures_util::{FutureExt, StreamExt};
use jiff::Timestamp;

use crate::jobs::{JobRun, Runs};
use crate::problem::{Cause, Problem};
use crate::row::{Key, Row};
use crate::{em, vb365, zstack};

/// How long a logout may take. A session that is not ended ends by itself, and costs nobody but its server.
const LOGOUT: Duration = Duration::from_secs(2);

/// How far back the last runs of jobs are looked for: a weekly job has one in it.
const LOOK_BACK: Duration = Duration::from_secs(8 * 86_400);

/// A server of the fleet: a client, and the name that its rows carry.
#[derive(Debug, Clone)]
pub struct Server {
    /// The name that stands in the rows.
    pub name: String,
    /// The client.
    pub client: Client,
}

/// What the rows tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Level {
    /// Tenants where a system has them, else whole repositories.
    #[default]
    Repository,
    /// As before, and ZStack's accounts by the images that they own.
    Tenant,
    /// Jobs: EM's backups by the files that they consist of, whoever owns them; ZStack's images.
    Job,
    /// Computers: EM's backup files by whose restore points they hold; ZStack's images.
    Computer,
}

/// How a fleet is asked.
///
/// ```
/// use std::time::Duration;
/// use backhaul_fleet::{Collect, Server};
/// use futures_util::StreamExt;
///
/// # async fn example(servers: Vec<Server>) {
/// let collect = Collect::new().at_once(16).deadline(Duration::from_secs(300));
/// let mut answers = std::pin::pin!(collect.stream(servers));
/// while let Some(answer) = answers.next().await {
///     println!("{}: {} rows, {} problems", answer.server, answer.rows.len(), answer.problems.len());
/// }
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Collect {
    at_once: usize,
    deadline: Option<Duration>,
    level: Level,
    jobs: bool,
}

impl Default for Collect {
    fn default() -> Self {
        Self { at_once: Self::AT_ONCE, deadline: None, level: Level::default(), jobs: false }
    }
}

/// What one server answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The server's name.
    pub server: String,
    /// What runs there.
    pub system: System,
    /// Its address: one for all spellings of it.
    pub address: String,
    /// The rows; some, or none, when there are problems.
    pub rows: Vec<Row>,
    /// The last run of each job that came to an end, when it was asked for.
    pub jobs: Vec<JobRun>,
    /// What gave no answer.
    pub problems: Vec<Problem>,
    /// How many rows told of the same tenant, repository and quota as another, and were left out.
    pub repeated: usize,
    /// When the server was asked.
    pub collected_at: Timestamp,
    /// How long it took, logout left out.
    pub took: Duration,
}

impl Answer {
    /// Whether the server as a whole gave no answer.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.problems.iter().any(|problem| problem.part.is_none())
    }
}

/// What a system's module found out.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) rows: Vec<Row>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) jobs: Vec<JobRun>,
    /// Whether the account is an organization's own, which sees that organization and nothing else.
    pub(crate) own_account: bool,
}

impl Collect {
    /// How many servers are asked at once when nothing is said: enough to hide their latency, few enough for memory
    /// not to grow with the fleet.
    pub const AT_ONCE: usize = 32;

    /// One row per server, repository and tenant, without a deadline.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many servers are asked at once, at least one.
    pub fn at_once(mut self, servers: usize) -> Self {
        self.at_once = servers.max(1);
        self
    }

    /// How long each server may take in all, counted from when it is begun.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// What the rows tell apart.
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Whether EM and VB365 servers are also asked how their jobs ended last, within eight days.
    pub fn jobs(mut self, wanted: bool) -> Self {
        self.jobs = wanted;
        self
    }

    /// Asks the servers, and gives each one's answer as soon as it is there, whatever the order.
    ///
    /// A server is taken from the iterator when its turn comes, so that an iterator that makes clients makes few at
    /// a time; they are dropped when their server is done. Sessions are ended while other answers come; the stream
    /// ends when the last one is, or after two seconds. It must be polled from within a tokio runtime with time.
    pub fn stream<I>(&self, servers: I) -> impl Stream<Item = Answer> + use<I>
    where
        I: IntoIterator<Item = Server>,
    {
        let state = Under {
            waiting: servers.into_iter(),
            options: self.clone(),
            asked: FuturesUnordered::new(),
            closing: FuturesUnordered::new(),
        };
        stream::unfold(state, |mut state| async move { state.next().await.map(|answer| (answer, state)) })
    }
}

/// A collection under way.
struct Under<I> {
    waiting: I,
    options: Collect,
    asked: FuturesUnordered<BoxFuture<'static, (Answer, Client)>>,
    closing: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl<I: Iterator<Item = Server>> Under<I> {
    async fn next(&mut self) -> Option<Answer> {
        loop {
            while self.asked.len() < self.options.at_once {
                let Some(server) = self.waiting.next() else { break };
                self.asked.push(ask(server, self.options.clone()).boxed());
            }
            if self.asked.is_empty() {
                // All answers were given out: what is left are logouts.
                while self.closing.next().await.is_some() {}
                return None;
            }
            futures_util::select! {
                answer = self.asked.select_next_some() => {
                    let (answer, client) = answer;
                    self.closing.push(log_out(client).boxed());
                    return Some(answer);
                }
                () = self.closing.select_next_some() => {}
            }
        }
    }
}

async fn log_out(client: Client) {
    let _ = tokio::time::timeout(LOGOUT, AssertUnwindSafe(client.logout()).catch_unwind()).await;
}

async fn ask(server: Server, options: Collect) -> (Answer, Client) {
    let (started, collected_at) = (Instant::now(), now());
    let Server { name, client } = server;
    let found = async {
        let mut found = usage_of(&name, &client, options.level).await;
        // On a busy server a listing changes while it is read, rarely twice in a row.
        if is_unsteady(&found) {
            found = usage_of(&name, &client, options.level).await;
        }
        let mut found = found?;
        // What ZStack calls long jobs are no backup jobs, and no two are the same job.
        if options.jobs && !found.own_account && client.system() != System::Zstack {
            let since = collected_at.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
            match Runs::since(since).of(&name, &client).await {
                Ok(runs) => {
                    found.problems.extend(runs.problems);
                    found.jobs = last_of_each(runs.runs);
                }
                Err(error) => found.problems.push(Problem::of("jobs", error)),
            }
        }
        Ok(found)
    };
    let mut found = confined(found, options.deadline).await;
    let before = found.rows.len();
    let mut seen = HashSet::new();
    found.rows.retain(|row| seen.insert(Identity::of(row)));
    let partial = !found.problems.is_empty();
    for row in &mut found.rows {
        row.partial = partial;
        row.collected_at = Some(collected_at);
    }
    let answer = Answer {
        system: client.system(),
        address: client.address().to_owned(),
        server: name,
        repeated: before - found.rows.len(),
        rows: found.rows,
        jobs: found.jobs,
        problems: found.problems,
        collected_at,
        took: started.elapsed(),
    };
    (answer, client)
}

async fn usage_of(name: &str, client: &Client, level: Level) -> Result<Found, Error> {
    match client.system() {
        System::Em => em::usage(name, client, level).await,
        System::Vb365 => vb365::usage(name, client).await,
        System::Zstack => zstack::usage(name, client, level).await,
    }
}

/// Whether a listing changed while it was read.
fn is_unsteady(found: &Result<Found, Error>) -> bool {
    match found {
        Err(error) => error.is_unsteady(),
        Ok(found) => {
            found.problems.iter().any(|problem| matches!(&problem.cause, Cause::Call(error) if error.is_unsteady()))
        }
    }
}

/// The last run of each job that came to an end; runs come newest first.
fn last_of_each(runs: Vec<JobRun>) -> Vec<JobRun> {
    let mut seen = HashSet::new();
    let mut is_last = |run: &JobRun| !run.is_running() && seen.insert(run.job_id.clone().or_else(|| run.job.clone()));
    runs.into_iter().filter(|run| is_last(run)).collect()
}

/// What a server's work found out. A panic over its answer, or an answer that never comes, must not take the rows
/// of the others with it.
async fn confined(work: impl Future<Output = Result<Found, Error>>, deadline: Option<Duration>) -> Found {
    let work = AssertUnwindSafe(work).catch_unwind();
    let ended = match deadline {
        None => Ok(work.await),
        Some(time) => tokio::time::timeout(time, work).await.map_err(|_| Cause::Deadline(time)),
    };
    let cause = match ended {
        Ok(Ok(Ok(found))) => return found,
        Ok(Ok(Err(error))) => Cause::Call(error),
        Ok(Err(panic)) => Cause::Fault(said(panic.as_ref())),
        Err(late) => late,
    };
    Found { problems: vec![Problem::whole(cause)], ..Found::default() }
}

/// To the second: rows of one answer belong together, and no system tells more.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// What makes two rows of one server the same thing seen twice. A quota is part of it: a tenant may have several on one
/// repository, and each counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identity([Option<Key>; 4]);

impl Identity {
    fn of(row: &Row) -> Self {
        Self([
            Key::of(row.tenant_id.as_deref(), row.tenant.as_deref()),
            row.repository_key(),
            Key::of(row.quota_id.as_deref(), None),
            Key::of(row.item_id.as_deref(), row.item.as_deref()),
        ])
    }
}

/// What a fleet answered.
#[derive(Debug, Default)]
pub struct Usage {
    /// The rows, in the order of the servers.
    pub rows: Vec<Row>,
    /// What gave no answer, with the server's name, in the order of the servers.
    pub failed: Vec<(String, Problem)>,
}

/// Asks every server who uses how much of which repository, 32 at a time, and waits for all.
///
/// Two servers at one address, asked with different accounts, give each row once: the first account that sees it wins.
pub async fn usage(servers: &[Server]) -> Usage {
    let numbered = servers.iter().enumerate().map(|(at, server)| Server { name: at.to_string(), ..server.clone() });
    let mut answers: Vec<Option<Answer>> = servers.iter().map(|_| None).collect();
    let mut stream = std::pin::pin!(Collect::new().stream(numbered.collect::<Vec<_>>()));
    while let Some(answer) = stream.next().await {
        if let Some(place) = answer.server.parse::<usize>().ok().and_then(|at| answers.get_mut(at)) {
            *place = Some(answer);
        }
    }
    let (mut usage, mut once) = (Usage::default(), Once::default());
    for (server, answer) in servers.iter().zip(answers) {
        let Some(mut answer) = answer else { continue };
        once.retain(&answer.address, &mut answer.rows);
        usage.rows.extend(answer.rows.into_iter().map(|row| Row { server: server.name.clone(), ..row }));
        usage.failed.extend(answer.problems.into_iter().map(|problem| (server.name.clone(), problem)));
    }
    usage
}

/// Leaves out rows that another account at the same address told of.
#[derive(Debug, Default)]
pub struct Once {
    seen: HashSet<(String, Identity)>,
}

impl Once {
    /// Keeps the rows that no earlier call for this address had; gives the number of those left out.
    pub fn retain(&mut self, address: &str, rows: &mut Vec<Row>) -> usize {
        let before = rows.len();
        rows.retain(|row| self.seen.insert((address.to_owned(), Identity::of(row))));
        before - rows.len()
    }
}

#[cfg(test)]
mod tests;
