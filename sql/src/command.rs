//! The command `backhaul-sql`.

mod prompt;

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use backhaul::servers::{Choice, Code, Peer, Peers};
use backhaul_fleet::Server;
use clap::Parser;
use datafusion::error::DataFusionError;
use etcetera::BaseStrategy;

use crate::fleet::{Failed, Fleet, Heard};
use crate::output::{self, Format};
use crate::problem::Problem;
use crate::session::Sql;

/// Asks Veeam Enterprise Manager, Veeam Backup for Microsoft 365 and ZStack servers in SQL. Every listing is a table
/// (em.repository, vb365.job_session, zstack.vm_instance); `usage` is who uses how much of which repository, `history`
/// what was kept of that. SHOW TABLES lists them, DESCRIBE em.repository shows the columns, EXPLAIN SELECT ... what
/// each server is asked. Nothing is ever changed.
#[derive(Debug, Parser)]
#[command(name = "backhaul-sql", version, max_term_width = 100)]
struct Args {
    /// The statements, separated by semicolons; a prompt when there are none
    #[arg(value_name = "SQL", conflicts_with = "file")]
    text: Option<String>,

    /// Read the statements from a file; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// The servers, as `backhaul` takes them: profiles, lists a,b, patterns em-*, groups @berlin [default: all]
    #[arg(short, long, value_name = "PROFILE")]
    profile: Vec<String>,

    /// Use the built-in demo servers, whatever the configuration file says
    #[arg(long)]
    demo: bool,

    /// The store of `backhaul usage --save`, for the table history [default: a folder among the user's data]
    #[arg(long, value_name = "FOLDER", env = "BACKHAUL_STORE")]
    store: Option<String>,

    /// The output's format [default: table on a terminal, else json]
    #[arg(short, long, value_name = "FMT", value_enum, ignore_case = true)]
    output: Option<Format>,

    /// Write to a file, which is whole or not there, in place of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Answer without the servers that fail, each of which is named on stderr: exit code 6. Without this they fail the
    /// statement
    #[arg(long)]
    partial: bool,

    /// How long one request may take, in seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,

    /// Say on stderr how many pages each server was asked for
    #[arg(short, long)]
    verbose: bool,
}

/// Why the command ends.
enum Stop {
    Usage(String),
    Servers(backhaul::servers::Failure),
    Problem(Box<Problem>),
    Rows(DataFusionError),
    Io(String, io::Error),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return code(if error.use_stderr() { Code::Usage } else { Code::Done });
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say("error", &format!("no threads can be started: {error}"));
            return code(Code::Internal);
        }
    };
    code(runtime.block_on(run(&args)))
}

fn code(code: Code) -> ExitCode {
    code.into()
}

async fn run(args: &Args) -> Code {
    let choice = Choice {
        profiles: args.profile.clone(),
        demo: args.demo,
        timeout: args.timeout.map(Duration::from_secs),
        ..Choice::default()
    };
    let peers = match choice.open().await {
        Ok(mut peers) => {
            if args.profile.is_empty() {
                // An organization's own account sees a part of what the administrator of the same server sees.
                peers.ready.retain(|peer| peer.name != "demo-vb365-org");
            }
            peers
        }
        Err(failure) => return tell(Stop::Servers(failure), &[]),
    };
    let ended = answer(args, &peers).await;
    for peer in &peers.ready {
        // A session that is not ended ends by itself.
        let _ = peer.client.logout().await;
    }
    ended.unwrap_or_else(|stop| tell(stop, &peers.ready))
}

async fn answer(args: &Args, peers: &Peers) -> Result<Code, Stop> {
    let server = |peer: &Peer| Server { name: peer.name.clone(), client: peer.client.clone() };
    let mut fleet = Fleet::new(peers.ready.iter().map(server));
    if args.partial {
        fleet = fleet.partial();
        peers.failed.iter().for_each(|failure| say("error", failure.message()));
    } else if let Some(failure) = peers.failed.first() {
        return Err(Stop::Servers(failure.clone()));
    }
    let mut sql = Sql::new(fleet);
    if let Some(store) = args.store() {
        sql = sql.with_history(&store).await.map_err(Stop::Rows)?;
    }
    let text = match (&args.text, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(path)) => read(path)?,
        (None, None) if io::stdin().is_terminal() => return prompt::run(&sql, args).await,
        (None, None) => read(Path::new("-"))?,
    };
    let mut left_out = !peers.failed.is_empty();
    let statements = sql.statements(&text).map_err(|problem| Stop::Problem(Box::new(problem)))?;
    if statements.is_empty() {
        return Err(Stop::Usage("there is no statement".to_owned()));
    }
    if args.out.is_some() && statements.len() > 1 {
        return Err(Stop::Usage("--out takes the rows of one statement, and there are several".to_owned()));
    }
    for statement in statements {
        let rows = sql.plan(&text, statement).await.map_err(|problem| Stop::Problem(Box::new(problem)))?;
        let rows = rows.execute_stream().await.map_err(Stop::Rows)?;
        let written = match &args.out {
            Some(path) => to_file(rows, args.format(), path).await,
            None if args.format() == Format::Parquet && io::stdout().is_terminal() => {
                return Err(Stop::Usage("Parquet is no text for a terminal: give --out FILE, or a pipe".to_owned()));
            }
            None => output::write(rows, args.format(), io::stdout()).await.map(drop).map_err(Stop::Rows),
        };
        left_out |= hear(&sql.fleet().heard(), args.verbose);
        written?;
    }
    Ok(if left_out { Code::SomeFailed } else { Code::Done })
}

impl Args {
    /// The store that is named, else the one among the user's data, if there is one.
    fn store(&self) -> Option<String> {
        self.store.clone().or_else(|| {
            let folder = etcetera::choose_base_strategy().ok()?.data_dir().join("backhaul").join("store");
            folder.is_dir().then(|| folder.to_string_lossy().into_owned())
        })
    }

    fn format(&self) -> Format {
        let terminal = self.out.is_none() && io::stdout().is_terminal();
        self.output.unwrap_or(if terminal { Format::Table } else { Format::Json })
    }
}

fn read(path: &Path) -> Result<String, Stop> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => io::stdin().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.map_err(|error| Stop::Io(format!("cannot read {}", path.display()), error))?;
    Ok(text)
}

/// Writes beside the file and puts it in its place when it is whole.
async fn to_file(
    rows: datafusion::physical_plan::SendableRecordBatchStream,
    format: Format,
    path: &Path,
) -> Result<(), Stop> {
    let failed = |error: io::Error| Stop::Io(format!("cannot write {}", path.display()), error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    output::write(rows, format, io::BufWriter::new(file.as_file_mut())).await.map_err(Stop::Rows)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Says what was heard of the servers, and whether some were left out.
fn hear(heard: &Heard, verbose: bool) -> bool {
    for (server, says) in &heard.failed {
        let says = says.strip_prefix(&format!("{server}: ")).unwrap_or(says);
        say("error", &format!("{server}: {says}"));
    }
    for (column, count) in &heard.undated {
        say("warning", &format!("{column}: {count} values are no dates, and are null here"));
    }
    if verbose {
        for (server, pages) in &heard.pages {
            say("note", &format!("{server}: {pages} {}", if *pages == 1 { "page" } else { "pages" }));
        }
    }
    !heard.failed.is_empty()
}

/// Says why the command ends, and gives the exit code.
fn tell(stop: Stop, peers: &[Peer]) -> Code {
    match stop {
        Stop::Usage(says) => {
            say("error", &says);
            Code::Usage
        }
        Stop::Servers(failure) => {
            say("error", failure.message());
            failure.help().into_iter().for_each(|help| say("  = help", help));
            failure.code()
        }
        Stop::Problem(problem) => {
            say("error", &problem.to_string());
            Code::Usage
        }
        Stop::Rows(error) if output::is_broken_pipe(&error) => Code::Done,
        Stop::Rows(error) => rows(&error, peers),
        Stop::Io(says, error) => {
            say("error", &format!("{says}: {error}"));
            if error.kind() == io::ErrorKind::NotFound { Code::Usage } else { Code::Internal }
        }
    }
}

/// Why there were no more rows: a server, the statement, or us.
fn rows(error: &DataFusionError, peers: &[Peer]) -> Code {
    let failed = match error.find_root() {
        DataFusionError::External(error) => error.downcast_ref::<Failed>(),
        _ => None,
    };
    if let Some((peer, failed)) = failed.and_then(|it| Some((peers.iter().find(|peer| peer.name == it.server)?, it))) {
        let failure = peer.refusal(&failed.error);
        say("error", failure.message());
        failure.help().into_iter().for_each(|help| say("  = help", help));
        say("  = help", "--partial answers without the servers that fail");
        return failure.code();
    }
    let root = error.find_root();
    say("error", &root.message());
    match root {
        DataFusionError::Internal(_) | DataFusionError::IoError(_) => Code::Internal,
        DataFusionError::ResourcesExhausted(_) => Code::Internal,
        _ => Code::Usage,
    }
}

/// The one place that writes to stderr. A server's text must not steer the terminal.
fn say(what: &str, says: &str) {
    let says = output::harmless(says);
    let _ = writeln!(io::stderr(), "{what}: {says}");
}
