//! `backhaul check-usage`: a plugin for Nagios and those that speak like it. One line, performance data behind a
//! bar, and an exit code of their meaning: 0 ok, 1 warning, 2 critical, 3 unknown.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;

use backhaul_fleet::{Answer, Row};

use super::usage::{Order, ask, collecting, predicate};
use crate::args::exporter::{CheckUsage, Of};
use crate::connect;
use crate::console::Console;
use crate::escape;
use crate::exit::Failure;
use crate::profile::{Location, Wanted, select};

/// How many of what is over a threshold are named.
const NAMED: usize = 5;
/// How many values go into the performance data: some of those that read it cut a line at 8 KB.
const VALUES: usize = 40;

/// What a plugin says, in the order of its exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    Warning,
    Critical,
    Unknown,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl From<State> for ExitCode {
    fn from(state: State) -> Self {
        Self::from(state as u8)
    }
}

/// The exit code of a check that could not be made.
pub(crate) const UNKNOWN: u8 = State::Unknown as u8;

/// Something that fills.
#[derive(Debug, Clone, PartialEq)]
struct Measure {
    name: String,
    /// What tells it from others of the same name.
    id: String,
    percent: f64,
}

/// Runs the verb. Its exit codes are those of plugins, and not the command's.
pub(crate) fn run(args: &CheckUsage, console: &Console) -> ExitCode {
    let checked = check(args, console).and_then(|(state, line)| {
        console.write(format!("{line}\n").as_bytes())?;
        Ok(state)
    });
    checked
        .unwrap_or_else(|failure| {
            console.failure(&failure);
            // Those who started this read stdout alone.
            let _ = console.write(format!("USAGE UNKNOWN - {}\n", text(failure.message())).as_bytes());
            State::Unknown
        })
        .into()
}

fn check(args: &CheckUsage, console: &Console) -> Result<(State, String), Failure> {
    if args.critical < args.warning {
        return Err(Failure::usage("--critical is below --warning"));
    }
    let filter = predicate(args.filter.as_ref(), console)?;
    let wanted = Wanted { profiles: &args.fleet.profiles, demo: args.fleet.connection.demo, system: args.fleet.system };
    let selection = select(wanted, &Location::find()?)?;
    let (mut measures, mut rows) = (Vec::new(), 0);
    let asked = connect::wait_for(ask(
        &args.fleet,
        &selection,
        (collecting(&args.fleet), Order::Servers),
        console,
        |answer: Answer| {
            for row in answer.rows.iter().filter(|row| filter.as_ref().is_none_or(|filter| filter.matches(*row))) {
                rows += 1;
                measures.extend(of(row, args.of));
            }
            Ok(())
        },
    ))?;
    // The same line each time, whoever answered first.
    let mut missing = asked.said().to_vec();
    missing.sort();
    Ok(judge(measures, rows, &missing, args.warning, args.critical))
}

/// What a row says of its quota and its repository.
fn of(row: &Row, what: Of) -> Vec<Measure> {
    let name = |parts: &[Option<&str>]| parts.iter().copied().flatten().collect::<Vec<_>>().join("/");
    let repository = row.repository.as_deref().or(row.repository_id.as_deref());
    let quota = row.quota_percent().filter(|_| what != Of::Repository);
    let (tenant, repository_id) = (row.tenant_id.as_deref(), row.repository_id.as_deref());
    let quota = quota.map(|percent| Measure {
        name: format!("{} quota", name(&[Some(&row.server), row.tenant.as_deref(), repository])),
        // A tenant may have several on one repository.
        id: name(&[row.quota_id.as_deref().or(tenant), repository_id]),
        percent,
    });
    let fill = row.fill_percent().filter(|_| what != Of::Quota);
    let fill = fill.map(|percent| Measure {
        name: name(&[Some(&row.server), repository]),
        id: repository_id.unwrap_or_default().to_owned(),
        percent,
    });
    quota.into_iter().chain(fill).collect()
}

fn judge(mut measures: Vec<Measure>, rows: usize, missing: &[String], warning: f64, critical: f64) -> (State, String) {
    measures.sort_by(|a, b| b.percent.total_cmp(&a.percent).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id))));
    // A repository stands on the row of each of its tenants.
    let mut seen = HashSet::new();
    measures.retain(|measure| seen.insert((measure.name.clone(), measure.id.clone())));
    name_apart(&mut measures);
    let state = |measure: &Measure| match measure.percent {
        percent if percent >= critical => State::Critical,
        percent if percent >= warning => State::Warning,
        _ => State::Ok,
    };
    let worst = measures.first().map_or(State::Ok, state);
    // What is known to be critical is not made better by what is not known.
    let overall = match worst {
        State::Critical => State::Critical,
        _ if !missing.is_empty() || measures.is_empty() => State::Unknown,
        other => other,
    };
    let mut says = Vec::new();
    let over: Vec<&Measure> = measures.iter().filter(|measure| state(measure) > State::Ok).collect();
    if !over.is_empty() {
        let named = over.iter().take(NAMED).map(|measure| format!("{} {} %", measure.name, measure.percent));
        let more = if over.len() > NAMED { ", …" } else { "" };
        let named = named.collect::<Vec<_>>().join(", ");
        says.push(format!("{} of {} over {warning} %: {named}{more}", over.len(), measures.len()));
    } else if measures.is_empty() {
        says.push(format!("no quota and no capacity is known ({rows} rows)"));
    } else {
        says.push(format!("all {} below {warning} %", measures.len()));
    }
    says.extend(missing.first().map(|first| {
        let more = if missing.len() > 1 { format!(", and {} more", missing.len() - 1) } else { String::new() };
        format!("no answer: {first}{more}")
    }));
    // The fullest, and always the same order for those that draw them.
    measures.truncate(VALUES);
    measures.sort_by(|a, b| a.name.cmp(&b.name));
    let mut line = format!("USAGE {} - {}", overall.name(), text(&says.join("; ")));
    for (at, Measure { name, percent, .. }) in measures.iter().enumerate() {
        let before = if at == 0 { " |" } else { "" };
        line.push_str(&format!("{before} {}={percent}%;{warning};{critical};0;100", label(name)));
    }
    (overall, line)
}

/// Adds the id to names that repeat: of two values with one label those that draw them know one alone.
fn name_apart(measures: &mut [Measure]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    measures.iter().for_each(|measure| *times.entry(label(&measure.name)).or_default() += 1);
    for measure in measures {
        let repeats = times.get(&label(&measure.name)).is_some_and(|times| *times > 1);
        if repeats && !measure.id.is_empty() {
            measure.name = format!("{} ({})", measure.name, measure.id);
        }
    }
}

/// A text without what has a meaning in the line.
fn text(text: &str) -> String {
    escape::line(text).replace('|', "/")
}

/// A label of performance data: in quotes, which are doubled inside; no `=`, which would end it.
fn label(name: &str) -> String {
    format!("'{}'", text(name).replace('=', "_").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(name: &str, id: &str, percent: f64) -> Measure {
        Measure { name: name.to_owned(), id: id.to_owned(), percent }
    }

    fn measures(all: &[(&str, f64)]) -> Vec<Measure> {
        all.iter().map(|(name, percent)| measure(name, "", *percent)).collect()
    }

    #[test]
    fn one_line_and_the_codes_of_plugins() {
        let none: &[String] = &[];
        let missing = &["em2: not reachable | at all".to_owned(), "em3: x".to_owned()];
        for (all, missing, code, line) in [
            (
                &[("a", 10.0), ("b", 79.9)][..],
                none,
                0,
                "USAGE OK - all 2 below 80 % | 'a'=10%;80;90;0;100 'b'=79.9%;80;90;0;100",
            ),
            (
                &[("b'=|c", 85.5), ("a", 1.0)],
                none,
                1,
                "USAGE WARNING - 1 of 2 over 80 %: b'=/c 85.5 % | 'a'=1%;80;90;0;100 'b''_/c'=85.5%;80;90;0;100",
            ),
            (
                &[("a", 90.0)],
                missing,
                2,
                "USAGE CRITICAL - 1 of 1 over 80 %: a 90 %; no answer: em2: not reachable / at all, and 1 more \
                 | 'a'=90%;80;90;0;100",
            ),
            (
                &[("a", 85.0)],
                missing,
                3,
                "USAGE UNKNOWN - 1 of 1 over 80 %: a 85 %; no answer: em2: not reachable / at all, and 1 more \
                 | 'a'=85%;80;90;0;100",
            ),
            (&[], none, 3, "USAGE UNKNOWN - no quota and no capacity is known (7 rows)"),
        ] {
            let (state, said) = judge(measures(all), 7, missing, 80.0, 90.0);
            assert_eq!((state as u8, said.as_str()), (code, line));
        }
    }

    #[test]
    fn what_has_one_name_is_told_apart_by_its_id() {
        let all = vec![
            measure("em/Repo", "1", 50.0),
            measure("em/Repo", "2", 50.0),
            measure("em/Repo", "1", 50.0),
            measure("em/Other", "3", 50.0),
        ];
        let (_, line) = judge(all, 4, &[], 80.0, 90.0);
        let wanted = "USAGE OK - all 3 below 80 % | 'em/Other'=50%;80;90;0;100 'em/Repo (1)'=50%;80;90;0;100 \
                      'em/Repo (2)'=50%;80;90;0;100";
        assert_eq!(line, wanted);
    }

    #[test]
    fn a_large_fleet_s_line_stays_short() {
        let all: Vec<Measure> =
            (0..1000).map(|at| measure(&format!("server{at}/tenant/repository"), "", f64::from(at) / 10.0)).collect();
        let (state, line) = judge(all, 1000, &[], 80.0, 90.0);
        assert_eq!(state, State::Critical);
        assert!(line.len() < 4096 && line.lines().count() == 1, "{}", line.len());
    }
}
