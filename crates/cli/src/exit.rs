//! Exit codes, and what a verb that fails says.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// What the command's exit code means; scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Code {
    /// All was done.
    Done = 0,
    /// All was done, and the answer is no: a check failed, a filter has errors.
    DataSaysNo = 1,
    /// The command line or the configuration is wrong; an operation that the version lacks, too.
    Usage = 2,
    /// The server refused the logon.
    LogonRefused = 3,
    /// The server was not reached, its certificate was refused, or another product answered.
    NotReachable = 4,
    /// The server answered with an error.
    ServerError = 5,
    /// Some of the servers, or of their parts, gave no answer, or each failed in a way of its own; what came is printed.
    SomeFailed = 6,
    /// A fault of ours or of the disk.
    Internal = 7,
    /// The terminal hung up.
    HungUp = 129,
    /// Somebody interrupted it.
    Interrupted = 130,
    /// It was to end.
    Terminated = 143,
}

impl Code {
    /// The code of a command that asked `asked` servers, of which those with `failed` codes failed.
    ///
    /// When all failed alike, that code says more than "some failed".
    pub(crate) fn of_many(asked: usize, failed: &[Self]) -> Self {
        match failed {
            [] => Self::Done,
            [first, rest @ ..] if failed.len() >= asked && rest.iter().all(|code| code == first) => *first,
            _ => Self::SomeFailed,
        }
    }

    /// The same when `parts` of what the servers hold gave no answer: a failure, even when every server answered.
    pub(crate) fn with_failed_parts(self, parts: usize) -> Self {
        if self == Self::Done && parts > 0 { Self::SomeFailed } else { self }
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why a verb stopped: an exit code, a sentence, and a hint when there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: Code,
    message: String,
    help: Option<String>,
}

/// What a verb returns: the exit code of a run that said all it had to say, or a failure still to be said.
pub(crate) type Outcome = Result<Code, Failure>;

impl Failure {
    /// A failure with any code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    /// The command line or the configuration is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Something that the command does, but not this build of it.
    #[allow(dead_code, reason = "a build with all features has everything")]
    pub(crate) fn not_built(what: &str, feature: &str) -> Self {
        Self::usage(format!("{what} is not in this build: it needs the feature `{feature}`")).with_help(format!(
            "cargo install --path crates/cli --features {feature} (`full` for everything); released packages have it"
        ))
    }

    /// A fault of ours or of the disk.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    /// Standard output failed. A reader that went away (`backhaul ... | head`) is no failure: that ends quietly with 0.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Code::Done, "");
        }
        Self::internal(format!("cannot write to standard output: {error}"))
    }

    /// A file that the user named could not be read: missing is a usage error, the rest is the disk's.
    pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::usage(format!("there is no file {}", path.display())),
            io::ErrorKind::IsADirectory => Self::usage(format!("{} is a folder, not a file", path.display())),
            _ => Self::internal(format!("cannot read {}: {error}", path.display())),
        }
    }

    /// The same with another code.
    pub(crate) fn with_code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Adds what the user can do about it.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with the server's name before the sentence.
    pub(crate) fn of_server(mut self, name: &str) -> Self {
        if !self.message.is_empty() {
            self.message = format!("{name}: {}", self.message);
        }
        self
    }

    /// The same, with a longer name in place of the server's.
    pub(crate) fn renamed(mut self, name: &str, longer: &str) -> Self {
        if let Some(rest) = self.message.strip_prefix(name) {
            self.message = format!("{longer}{rest}");
        }
        self
    }

    /// The exit code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence; empty when there is nothing to say.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the user can do about it.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_contract() {
        let codes = [
            Code::Done,
            Code::DataSaysNo,
            Code::Usage,
            Code::LogonRefused,
            Code::NotReachable,
            Code::ServerError,
            Code::SomeFailed,
            Code::Internal,
            Code::HungUp,
            Code::Interrupted,
            Code::Terminated,
        ];
        assert_eq!(codes.map(|code| code as u8), [0, 1, 2, 3, 4, 5, 6, 7, 129, 130, 143]);
    }

    #[test]
    fn many_servers_make_one_code() {
        use Code::{Done, LogonRefused, NotReachable, SomeFailed};
        assert_eq!(Code::of_many(3, &[]), Done);
        assert_eq!(Code::of_many(3, &[LogonRefused]), SomeFailed);
        assert_eq!(Code::of_many(2, &[LogonRefused, LogonRefused]), LogonRefused);
        assert_eq!(Code::of_many(2, &[LogonRefused, NotReachable]), SomeFailed);
        assert_eq!(Code::of_many(1, &[NotReachable]), NotReachable);
        assert_eq!(Done.with_failed_parts(0), Done);
        assert_eq!(Done.with_failed_parts(1), SomeFailed);
        assert_eq!(NotReachable.with_failed_parts(1), NotReachable);
    }

    #[test]
    fn a_reader_that_went_away_is_quiet() {
        let gone = Failure::output(&io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((gone.code(), gone.message()), (Code::Done, ""));
        let full = Failure::output(&io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.code(), Code::Internal);
    }
}
