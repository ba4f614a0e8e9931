//! The only module that writes to stdout and stderr: data to the one, everything else to the other.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::args::Global;
use crate::args::common::Colour;
use crate::escape;
use crate::exit::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::left_out::LeftOut;
use crate::stdout::{self, Stdout};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The program that shows what is longer than a screen, in the order in which the variables are asked.
const PAGERS: [&str; 2] = ["BACKHAUL_PAGER", "PAGER"];

/// The terminal, or whatever stands in its place, and how much the user wants to hear.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    verbosity: u8,
    quiet: bool,
    colour: Colour,
    started: Instant,
    stdout_is_terminal: bool,
    interrupt: Interrupt,
    left_out: LeftOut,
}

impl Console {
    /// The process's own console.
    pub(crate) fn new(verbosity: u8, global: Global) -> Self {
        let Global { colour, quiet } = global;
        Self {
            verbosity,
            quiet,
            colour,
            started: Instant::now(),
            stdout_is_terminal: io::stdout().is_terminal(),
            interrupt: Interrupt::default(),
            left_out: LeftOut::default(),
        }
    }

    /// The same in a process that is all ours: signals are handled.
    pub(crate) fn with_signals(mut self) -> Self {
        self.interrupt = Interrupt::of_the_process();
        self
    }

    /// What a signal does.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// What answers held that no field could take.
    pub(crate) fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Says once what was left out of answers since it was said last.
    pub(crate) fn say_left_out(&self) {
        self.left_out.take().into_iter().for_each(|text| self.warn(&text));
    }

    /// Whether a level of telling is on.
    pub(crate) fn tells(&self, level: u8) -> bool {
        self.verbosity >= level
    }

    /// Whether a person reads stdout.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// Whether a person reads stderr, and wants to.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Shows how far a long run is, in place of what was shown before; the empty text takes it away. Only for a
    /// terminal.
    pub(crate) fn progress(&self, text: &str) {
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0));
        let text: String = escape::line(text).chars().take(width.saturating_sub(1)).collect();
        let mut stderr = anstream::stderr().lock();
        let _ = write!(stderr, "\r\u{1b}[K{text}").and_then(|()| stderr.flush());
    }

    /// Whether stdout shows colours and bold: by `--color`, else `NO_COLOR` and old terminals say no.
    pub(crate) fn colours(&self) -> bool {
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => self.stdout_is_terminal && AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        }
    }

    /// How many columns stdout has; `None` when it is no terminal, where nothing is ever cut.
    pub(crate) fn width(&self) -> Option<usize> {
        if !self.stdout_is_terminal {
            return None;
        }
        let size = terminal_size::terminal_size_of(io::stdout());
        Some(size.map_or(80, |(width, _)| usize::from(width.0)))
    }

    /// A buffered stdout. Flush it: a write that fails on drop is lost.
    pub(crate) fn stdout(&self) -> BufWriter<Stdout> {
        BufWriter::new(Stdout::new())
    }

    /// Writes all of `bytes` to stdout, as they are.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = Stdout::new();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
    }

    /// Takes away what a terminal shows.
    pub(crate) fn clear(&self) {
        if self.stdout_is_terminal {
            let _ = self.write(b"\x1b[H\x1b[2J");
        }
    }

    /// Shows a text that is longer than the screen with the user's pager; `false` when it is to be written as usual.
    pub(crate) fn page(&self, text: &str) -> bool {
        let height = terminal_size::terminal_size_of(io::stdout()).map_or(usize::MAX, |(_, height)| height.0.into());
        if !self.stdout_is_terminal || !io::stdin().is_terminal() || text.lines().count() < height {
            return false;
        }
        let pager = PAGERS.iter().find_map(|name| std::env::var(name).ok()).filter(|line| line.trim() != "cat");
        let Some(words) = pager.and_then(|line| shlex::split(&line)) else { return false };
        let Some((program, arguments)) = words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // Colours as they are, and wide lines without wrapping.
            command.env("LESS", "FRSX");
        }
        let Ok(mut child) = command.spawn() else {
            self.warn(&format!("the pager `{program}` did not start"));
            return false;
        };
        if let Some(mut stdin) = child.stdin.take() {
            // A pager that is left early closes its end: that is no failure.
            let _ = stdin.write_all(text.as_bytes());
        }
        let _ = child.wait();
        true
    }

    /// A question to a person at a terminal, of which only yes means yes; `None` where nobody can answer.
    pub(crate) fn agrees(&self, question: &str) -> Option<bool> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let mut stderr = anstream::stderr().lock();
        let _ = write!(stderr, "{} [y/N] ", escape::line(question)).and_then(|()| stderr.flush());
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).is_ok();
        Some(read && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Says something that the user should know but need not act on.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say(NOTE, "note", text);
        }
    }

    /// Says something that the user may want to act on.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.say(WARNING, "warning", text);
        }
    }

    /// Says why the command, or its part that speaks to one server, failed. A failure without a message is quiet.
    pub(crate) fn failure(&self, failure: &Failure) {
        if !failure.message().is_empty() {
            self.say(ERROR, "error", failure.message());
        }
        if let Some(help) = failure.help() {
            self.say(NOTE, "help", help);
        }
    }

    /// Says which servers failed, and of many that is then said once more with their names together.
    pub(crate) fn failed_servers(&self, asked: usize, failed: &[(String, Failure)]) {
        failed.iter().for_each(|(_, failure)| self.failure(failure));
        self.failed_of(asked, failed.iter().map(|(name, _)| name.as_str()));
    }

    /// Says together which servers failed, after each was said by itself.
    pub(crate) fn failed_of<'a>(&self, asked: usize, failed: impl Iterator<Item = &'a str>) {
        let names: Vec<&str> = failed.collect();
        if names.len() > 1 && !self.quiet {
            self.say(WARNING, "warning", &format!("{} of {asked} servers failed: {}", names.len(), names.join(", ")));
        }
    }

    /// Says what is going on when `-v` was given at least `level` times.
    pub(crate) fn verbose(&self, level: u8, text: impl FnOnce() -> String) {
        if self.verbosity >= level {
            let elapsed = self.started.elapsed().as_secs_f64();
            let text = text();
            self.stderr_line(&format!("{DIM}[{elapsed:8.3}s]{DIM:#} {}", escape::lines(&text)));
        }
    }

    fn say(&self, style: Style, label: &str, text: &str) {
        self.stderr_line(&format!("{style}{label}:{style:#} {}", escape::lines(text)));
    }

    /// One write per line, so that lines of parallel work do not mix; a stderr that fails cannot be told so.
    fn stderr_line(&self, line: &str) {
        let choice = match self.colour {
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
            Colour::Auto => AutoStream::choice(&io::stderr()),
        };
        let _ = writeln!(AutoStream::new(io::stderr().lock(), choice), "{line}");
    }
}

/// Prints what clap has to say: help and version to stdout with 0, errors to stderr with 2.
pub(crate) fn print_clap(error: &clap::Error) -> Code {
    let code = if error.use_stderr() { Code::Usage } else { Code::Done };
    if code == Code::Done && stdout::is_closed() {
        let _ = writeln!(io::stderr(), "error: cannot write to standard output: {}", stdout::CLOSED);
        return Code::Internal;
    }
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::BrokenPipe) => Code::Internal,
        _ => code,
    }
}

/// How far something long is, in place of what was shown before: for a person at a terminal, once it takes longer than
/// a second.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    console: &'a Console,
    started: Instant,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// Begins now.
    pub(crate) fn new(console: &'a Console) -> Self {
        Self { console, started: Instant::now(), shown: false }
    }

    /// Shows a line.
    pub(crate) fn show(&mut self, text: impl FnOnce() -> String) {
        if self.console.shows_progress() && self.started.elapsed() > Duration::from_secs(1) {
            self.console.progress(&text());
            self.shown = true;
        }
    }

    /// Takes the line away, before anything else is written.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.console.progress("");
        }
    }
}
