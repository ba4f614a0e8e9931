//! `backhaul jobs`: the runs of jobs on all systems in one table.

use std::time::Duration;

use backhaul_filter::{Predicate, compare};
use backhaul_fleet::jobs::{Found, JOB_COLUMNS, JOBS, JobRun, Runs};
use backhaul_fleet::{Problem, Server};
use backhaul_transport::UtcOffset;
use backhaul_wire::System;
use futures_util::stream::{self, StreamExt};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::args::jobs::Jobs;
use crate::connect::{self, Fleet, refusal};
use crate::console::{Console, Progress};
use crate::exit::{Code, Failure, Outcome};
use crate::expression;
use crate::output::{Column, Kind, Row, Table};
use crate::profile::{self, Location, Wanted, select};
use crate::verbs::usage::fields;
use crate::when::Present;

/// How often a person sees how far it is.
const TICK: Duration = Duration::from_millis(250);
/// How long a logout may take; a session that is not ended ends by itself.
const LOGOUT: Duration = Duration::from_secs(2);

/// Runs the verb.
pub(crate) fn run(args: &Jobs, console: &Console) -> Outcome {
    let present = Present::now();
    let mut runs = Runs::since(present.since(&args.since)?);
    runs.failed = args.failed;
    let source = args.filter.as_ref().map(crate::input::Expression::text).transpose()?;
    let parsed = match &source {
        None => None,
        Some(source) => {
            let parsed = expression::parsed(source, Code::Usage, console)?;
            let parsed = expression::resolved(parsed, JOBS, None, console);
            expression::checked(&parsed, source, JOBS, console)?;
            Some(parsed)
        }
    };
    let filter = parsed.as_ref().map(|parsed| Predicate::compile(parsed.expr(), JOBS)).transpose();
    let filter = filter.map_err(|error| Failure::usage(error.to_string()))?;
    let order = match args.sort.order() {
        Some((name, descending)) => Some((expression::order(name, JOBS)?, descending)),
        None => None,
    };
    let names = fields(&args.fields, &JOB_COLUMNS)?;
    let style = args.output.style(console)?;
    let wanted = Wanted { profiles: &args.profiles, demo: args.connection.demo, system: args.system };
    let mut selection = select(wanted, &Location::find()?)?;
    selection.without_tenants(&args.profiles);
    if let Some(parsed) = &parsed {
        selection.keep(parsed.expr(), JOBS);
    }
    selection.say(console);

    let (mut rows, failed, parts) = connect::wait_for(async {
        let fleet = Fleet::new(&selection.servers, &args.connection, console).await?;
        let (places, present) = (fleet.places(), &present);
        let mut answers = stream::iter(fleet.open(|_| ())).map(|server| {
            let place = places.get(server.name.as_str()).and_then(|at| selection.servers.get(*at));
            let offset = place.and_then(profile::Server::utc_offset);
            async move { (server.name.clone(), ask(runs, server, offset, present.zone(), console).await) }
        });
        let mut answers = std::pin::pin!(answers.by_ref().buffer_unordered(args.at_once.max(1)));
        let (mut rows, mut failed, mut parts) = (Vec::new(), Vec::new(), 0);
        let (mut progress, mut done) = (Progress::new(console), 0);
        let mut tick = tokio::time::interval(TICK);
        loop {
            let answered = tokio::select! {
                answered = answers.next() => answered,
                _ = tick.tick() => {
                    progress.show(|| format!("{done}/{} servers, {} runs", selection.servers.len(), rows.len()));
                    continue;
                }
            };
            progress.clear();
            let Some((name, answer)) = answered else { break };
            done += 1;
            match answer {
                Ok(found) => {
                    parts += found.problems.len();
                    found.problems.iter().for_each(|problem| console.failure(&part(problem, &name)));
                    rows.extend(found.runs);
                }
                Err(error) => {
                    let failure = refusal(&error, &name);
                    failed.push((name, failure));
                }
            }
        }
        for (at, failure) in fleet.failed() {
            failed.push((selection.servers.get(at).map_or("", |server| server.name()).to_owned(), failure));
        }
        Ok((rows, failed, parts))
    })?;
    console.say_left_out();
    console.failed_servers(selection.servers.len(), &failed);
    let failed: Vec<Code> = failed.iter().map(|(_, failure)| failure.code()).collect();
    let code = Code::of_many(selection.servers.len(), &failed).with_failed_parts(parts);
    // No row of any server is not the same as nothing that ran.
    if failed.len() >= selection.servers.len() {
        return Ok(code);
    }
    rows.retain(|run: &JobRun| {
        (!args.running || run.is_running()) && filter.as_ref().is_none_or(|filter| filter.matches(run))
    });
    // Servers answer in any order; people look for the newest.
    rows.sort_by(|a, b| (b.is_running(), b.started, &a.server).cmp(&(a.is_running(), a.started, &b.server)));
    if let Some((field, descending)) = &order {
        rows.sort_by(|a, b| if *descending { compare(field, b, a) } else { compare(field, a, b) });
    }
    let columns = columns(&names, !args.fields.is_empty());
    Table { columns, rows: rows.iter().map(|run| row(run, &names)).collect() }.print(&style, console)?;
    Ok(code)
}

/// Asks a server, whose clock is so far ahead of UTC, or of this zone where its profile does not say how far.
async fn ask(
    mut runs: Runs,
    server: Server,
    offset: Option<UtcOffset>,
    zone: &TimeZone,
    console: &Console,
) -> Result<Found, backhaul_transport::Error> {
    let since = runs.since;
    let guesses = server.client.system() == System::Zstack && offset.is_none();
    runs.zstack_offset_seconds = offset.and_then(|it| i32::try_from(it.seconds()).ok()).unwrap_or_default();
    if guesses {
        // No clock is a day from UTC: what began since is told, and more.
        runs.since = since.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    }
    let mut answer = runs.of(&server.name, &server.client).await;
    if let (Ok(found), true) = (&mut answer, guesses) {
        found.runs.iter_mut().for_each(|run| {
            run.started = run.started.and_then(|shown| in_zone(shown, zone));
            run.ended = run.ended.and_then(|shown| in_zone(shown, zone));
        });
        found.runs.retain(|run| run.is_running() || run.started.is_none_or(|started| started >= since));
    }
    if tokio::time::timeout(LOGOUT, server.client.logout()).await.is_err() {
        console.verbose(1, || format!("{}: the logout was not answered", server.name));
    }
    answer
}

/// When a clock of the zone showed what was read as if it were UTC: what holds at that date holds, and not what holds
/// now.
fn in_zone(shown: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(TimeZone::UTC.to_datetime(shown)).ok()
}

fn part(problem: &Problem, server: &str) -> Failure {
    Failure::new(Code::SomeFailed, problem.to_string()).of_server(server)
}

fn columns(names: &[&'static str], asked: bool) -> Vec<Column> {
    let column = |name: &&'static str| {
        let column = match *name {
            "job" => Column::new(*name, Kind::Name),
            "result" | "state" => Column::new(*name, Kind::State),
            "started" | "ended" => Column::new(*name, Kind::Time),
            "job_id" | "session_id" => Column::new(*name, Kind::Text).detail(),
            _ => Column::new(*name, Kind::Text),
        };
        let column = column.spare(match *name {
            "job" | "result" => 0,
            "reason" | "started" => 1,
            "server" => 3,
            "ended" => 4,
            _ => 5,
        });
        if asked { column.asked() } else { column }
    };
    names.iter().map(column).collect()
}

fn row(run: &JobRun, names: &[&'static str]) -> Row {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let value = |name: &&'static str| -> Value {
        match *name {
            "system" => run.system.name().into(),
            "server" => run.server.as_str().into(),
            "job" => run.job.clone().into(),
            "result" => run.result.clone().into(),
            "reason" => run.reason.clone().into(),
            "started" => time(run.started).into(),
            "ended" => time(run.ended).into(),
            "state" => run.state.into(),
            "kind" => run.kind.clone().into(),
            "job_id" => run.job_id.clone().into(),
            "session_id" => run.session_id.clone().into(),
            _ => Value::Null,
        }
    };
    names.iter().map(value).collect()
}
