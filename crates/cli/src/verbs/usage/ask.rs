//! Asking the servers side by side, and saying on stderr how far that is and what gave no answer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use backhaul_fleet::{Answer, Cause, Collect, Once, Problem};
use futures_util::StreamExt;

use crate::args::usage::{Fleet, Level};
use crate::connect::{self, refusal};
use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::profile::{Selection, Server};

/// How often a person sees how far it is.
const TICK: Duration = Duration::from_millis(250);

/// How a collection ended.
#[derive(Debug, Default)]
pub(in crate::verbs) struct Asked {
    servers: usize,
    failed: Vec<(String, Code)>,
    parts: usize,
    said: Vec<String>,
}

impl Asked {
    /// Whether no server answered.
    pub(in crate::verbs) fn all_failed(&self) -> bool {
        self.failed.len() >= self.servers
    }

    /// What gave no answer, and why.
    pub(in crate::verbs) fn said(&self) -> &[String] {
        &self.said
    }

    /// The exit code.
    pub(in crate::verbs) fn code(&self) -> Code {
        let failed: Vec<Code> = self.failed.iter().map(|(_, code)| *code).collect();
        Code::of_many(self.servers, &failed).with_failed_parts(self.parts)
    }
}

/// The order in which answers are handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::verbs) enum Order {
    Servers,
    AsTheyCome,
}

/// How servers are asked, by the flags of their verb.
pub(in crate::verbs) fn collecting(args: &Fleet) -> Collect {
    Collect::new().at_once(args.at_once).deadline(args.deadline()).level(level(args.level))
}

/// Asks all servers; each one's answer is handed to `take`, also when it is none, and its problems are said on stderr.
pub(in crate::verbs) async fn ask(
    args: &Fleet,
    selection: &Selection,
    how: (Collect, Order),
    console: &Console,
    mut take: impl FnMut(Answer) -> Result<(), Failure>,
) -> Result<Asked, Failure> {
    let fleet = connect::Fleet::new(&selection.servers, &args.connection, console).await?;
    let places = fleet.places();
    let mut progress = Progress::new(&selection.servers, console);
    let begun = RefCell::new(Vec::new());
    let (collect, order) = how;
    let answers = collect.stream(fleet.open(|at| begun.borrow_mut().push(at))).fuse();
    let mut answers = std::pin::pin!(answers);
    let mut asked = Asked { servers: selection.servers.len(), ..Asked::default() };
    // Where one server is asked with two accounts, whose row counts must not depend on who is faster.
    let shared = fleet.shares_addresses();
    let in_order = order == Order::Servers || shared;
    let (mut early, mut turn, mut once) = (BTreeMap::new(), 0, Once::default());
    let mut tick = tokio::time::interval(TICK);
    while asked.servers > progress.done {
        let answer = tokio::select! {
            answer = answers.next() => answer,
            _ = tick.tick() => {
                progress.show(&begun.borrow());
                continue;
            }
        };
        for (at, failure) in fleet.failed() {
            progress.clear();
            console.failure(&failure);
            let name = selection.servers.get(at).map_or("", |server| server.name());
            asked.failed.push((name.to_owned(), failure.code()));
            asked.said.push(failure.message().to_owned());
            early.insert(at, None);
            progress.done += 1;
        }
        let Some(answer) = answer else { break };
        progress.answered(&answer);
        let at = places.get(answer.server.as_str()).copied().unwrap_or(usize::MAX);
        begun.borrow_mut().retain(|begun| *begun != at);
        let said = say_problems(&answer, console);
        asked.said.extend(said.iter().map(|failure| failure.message().to_owned()));
        asked.parts += answer.problems.iter().filter(|problem| problem.part.is_some()).count();
        let whole = answer.problems.iter().find(|problem| problem.part.is_none());
        asked.failed.extend(whole.map(|problem| (answer.server.clone(), failure(problem, &answer.server).code())));
        early.insert(at, Some(answer));
        while let Some(next) = if in_order { early.remove(&turn) } else { early.pop_first().map(|(_, it)| it) } {
            turn += 1;
            let Some(mut answer) = next else { continue };
            // What is remembered of each row would grow with the fleet.
            let again = if shared { once.retain(&answer.address, &mut answer.rows) } else { 0 };
            let repeated = again + answer.repeated;
            if repeated > 0 {
                let is = if repeated == 1 { "1 row tells" } else { &format!("{repeated} rows tell") };
                console.note(&format!("{}: {is} of what another row told already, left out", answer.server));
            }
            take(answer)?;
        }
    }
    progress.clear();
    // Sessions that are still being ended; all rows are handed on.
    while answers.next().await.is_some() {}
    console.say_left_out();
    console.failed_of(asked.servers, asked.failed.iter().map(|(name, _)| name.as_str()));
    Ok(asked)
}

/// Says what of a server gave no answer.
fn say_problems(answer: &Answer, console: &Console) -> Vec<Failure> {
    let failures: Vec<Failure> = answer.problems.iter().map(|problem| failure(problem, &answer.server)).collect();
    failures.iter().for_each(|failure| console.failure(failure));
    failures
}

fn failure(problem: &Problem, server: &str) -> Failure {
    let part = problem.part.as_ref().map_or_else(|| server.to_owned(), |part| format!("{server}: {part}"));
    match &problem.cause {
        // The help of a refused certificate names the profile.
        Cause::Call(error) if problem.part.is_none() => refusal(error, server),
        Cause::Call(error) => refusal(error, server).renamed(server, &part),
        Cause::Deadline(_) => Failure::new(Code::NotReachable, problem.cause.to_string())
            .of_server(&part)
            .with_help("--deadline sets how long one server may take"),
        cause => Failure::internal(cause.to_string()).of_server(&part),
    }
}

fn level(level: Option<Level>) -> backhaul_fleet::Level {
    match level {
        None => backhaul_fleet::Level::Repository,
        Some(Level::Tenant) => backhaul_fleet::Level::Tenant,
        Some(Level::Job) => backhaul_fleet::Level::Job,
        Some(Level::Computer) => backhaul_fleet::Level::Computer,
    }
}

/// How far a collection is.
struct Progress<'a> {
    servers: &'a [Server],
    console: &'a Console,
    started: Instant,
    done: usize,
    rows: usize,
    failed: usize,
    shown: bool,
}

impl<'a> Progress<'a> {
    fn new(servers: &'a [Server], console: &'a Console) -> Self {
        Self { servers, console, started: Instant::now(), done: 0, rows: 0, failed: 0, shown: false }
    }

    fn answered(&mut self, answer: &Answer) {
        self.clear();
        self.done += 1;
        self.rows += answer.rows.len();
        self.failed += usize::from(answer.is_failed());
        let (rows, took) = (answer.rows.len(), answer.took.as_secs_f64());
        self.console.verbose(1, || {
            format!("{}: {rows} rows in {took:.3} s ({}/{} servers)", answer.server, self.done, self.servers.len())
        });
    }

    /// On a terminal, and not before it is worth a look.
    fn show(&mut self, begun: &[usize]) {
        if self.started.elapsed() < 2 * TICK || !self.console.shows_progress() {
            return;
        }
        let names: Vec<&str> = begun.iter().filter_map(|at| self.servers.get(*at)).map(Server::name).take(5).collect();
        let more = if begun.len() > names.len() { ", …" } else { "" };
        self.console.progress(&format!(
            "{}/{} servers, {} rows, {} failed; waiting for {}{more}",
            self.done,
            self.servers.len(),
            self.rows,
            self.failed,
            names.join(", ")
        ));
        self.shown = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.console.progress("");
        }
    }
}
