//! Where a password comes from: a file, the environment, a command, the keyring, or the person at the terminal.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{Secret, keyring};
use crate::exit::Failure;
use crate::input;

/// How long a password command may take: a person may have to unlock something.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// How much a password command may print; a password is shorter.
const MOST_BYTES: u64 = 64 * 1024;

/// Where a password comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file, which nobody but its owner may read; a line break at its end does not count.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A program and its arguments; the first line that it prints is the password.
    Command(Vec<String>),
    /// An entry of the platform's keyring.
    Keyring(String),
    /// The person at the terminal is asked, every time.
    Prompt,
}

impl Source {
    /// Splits a command line into words as a POSIX shell would, without running one: no variables, no pipes.
    pub(crate) fn command(line: &str) -> Result<Self, Failure> {
        match shlex::split(line) {
            Some(words) if words.first().is_some_and(|program| !program.is_empty()) => Ok(Self::Command(words)),
            Some(_) => Err(Failure::usage("the password command is empty")),
            None => Err(Failure::usage("the password command has a quote that is never closed")),
        }
    }

    /// `file`, `env`, `command`, `keyring` or `prompt`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Env(_) => "env",
            Self::Command(_) => "command",
            Self::Keyring(_) => "keyring",
            Self::Prompt => "prompt",
        }
    }

    /// Which file, variable, program or entry. A command's arguments are left out: they may hold what nobody should
    /// see.
    pub(crate) fn place(&self) -> Option<String> {
        match self {
            Self::File(path) => Some(path.display().to_string()),
            Self::Env(name) | Self::Keyring(name) => Some(name.clone()),
            Self::Command(words) => words.first().cloned(),
            Self::Prompt => None,
        }
    }

    /// Fetches the password; `profile` names it in the prompt and in failures.
    pub(crate) fn read(&self, profile: &str) -> Result<Secret, Failure> {
        let secret = match self {
            Self::File(path) => from_file_of(PASSWORD, path)?,
            Self::Env(name) => from_env(name)?,
            Self::Command(words) => from_command(words, COMMAND_LIMIT)?,
            Self::Keyring(name) => keyring::read(name)?,
            Self::Prompt => from_prompt(profile)?,
        };
        if secret.expose().is_empty() {
            return Err(Failure::usage(format!("the password of profile `{profile}` is empty")));
        }
        Ok(secret)
    }
}

/// What a file with a password is called in a failure.
const PASSWORD: &str = "the password file";

/// The secret in a file: the whole content but for a line break at its end. `what` is what it is called in a failure.
///
/// A file that others can read is refused.
pub(crate) fn from_file_of(what: &str, path: &Path) -> Result<Secret, Failure> {
    match read(what, path)? {
        (secret, None) => Ok(secret),
        (_, Some(caution)) => Err(caution),
    }
}

/// The same, with what a caution there is: for a password that guards nothing, such as a simulator's.
pub(crate) fn from_file_with_caution(path: &Path) -> Result<(Secret, Option<Failure>), Failure> {
    read(PASSWORD, path)
}

fn read(what: &str, path: &Path) -> Result<(Secret, Option<Failure>), Failure> {
    let fail = |error: io::Error| Failure::file(path, &error);
    let mut file = File::open(path).map_err(fail)?;
    let caution = refuse_readable_by_others(what, path, &file).err();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(fail)?;
    let text = input::utf8(bytes, &path.display().to_string())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok((Secret::from(text), caution))
}

/// Refuses a file with a secret that others can read. The open file is asked, so that it cannot change in between; what
/// is no regular file (a pipe such as `<(pass show x)`) has no mode that says anything.
#[cfg(unix)]
fn refuse_readable_by_others(what: &str, path: &Path, file: &File) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|error| Failure::file(path, &error))?;
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_file() && mode & 0o077 != 0 && !is_credential(path) {
        let path = path.display();
        return Err(Failure::usage(format!("others can read {what} {path} (mode {mode:03o})"))
            .with_help(format!("chmod 600 {path}")));
    }
    Ok(())
}

/// Whether systemd handed the file to this service, in a folder that nobody else can enter. Its access list for the
/// service's user shows as a mode for the group.
#[cfg(unix)]
fn is_credential(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

/// Elsewhere, access is not a matter of a mode.
#[cfg(not(unix))]
fn refuse_readable_by_others(_what: &str, _path: &Path, _file: &File) -> Result<(), Failure> {
    Ok(())
}

fn from_env(name: &str) -> Result<Secret, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(Secret::from(text)),
        Err(std::env::VarError::NotPresent) => {
            Err(Failure::usage(format!("the environment variable {name}, which should hold the password, is not set")))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("the environment variable {name} is not UTF-8 text")))
        }
    }
}

/// Runs the program without a shell. Its output is never shown, whatever happens; its stderr is its own, so that it can
/// say why it fails. Standard input is kept from it: that may be the filter or the body.
fn from_command(words: &[String], limit: Duration) -> Result<Secret, Failure> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("the password command is empty"));
    };
    let named = format!("the password command `{program}`");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| Failure::usage(format!("{named} did not start: {error}")))?;
    let ended = finish(&mut child, limit);
    if !matches!(ended, Ok((_, _))) {
        // What is still running is ours to end; that it may have ended by itself meanwhile is no matter.
        let _ = child.kill();
        let _ = child.wait();
    }
    let (printed, status) = ended.map_err(|problem| Failure::usage(format!("{named} {problem}")))?;
    if !status.success() {
        return Err(Failure::usage(format!("{named} failed: {status}")));
    }
    let text = input::utf8(printed, &format!("what {named} printed"))?;
    Ok(Secret::from(text.lines().next().unwrap_or_default().to_owned()))
}

/// What a program prints until its end, and how it ended. One that goes on, or that prints without end, is an error.
fn finish(child: &mut Child, limit: Duration) -> Result<(Vec<u8>, ExitStatus), String> {
    let until = Instant::now() + limit;
    let too_long = || format!("has not ended after {} s", limit.as_secs());
    let Some(stdout) = child.stdout.take() else { return Err("has no output".to_owned()) };
    let (sender, printed) = mpsc::channel();
    // A thread of its own: a program that neither prints nor ends must not hold us.
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        // Nobody listens any more when the time was up.
        let _ = sender.send(read.map(|_| bytes));
    });
    let bytes = printed.recv_timeout(limit).map_err(|_| too_long())?;
    let bytes = bytes.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("prints more than {MOST_BYTES} bytes"));
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok((bytes, status)),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => return Err(too_long()),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

/// A password that is to be kept: asked for on the terminal, or the first line of what stands in its place.
pub(crate) fn to_keep(profile: &str) -> Result<Secret, Failure> {
    let secret = if io::stdin().is_terminal() {
        from_prompt(profile)?
    } else {
        let mut line = String::new();
        let read = io::stdin().lock().take(MOST_BYTES).read_line(&mut line);
        read.map_err(|error| Failure::usage(format!("standard input cannot be read: {error}")))?;
        Secret::from(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    if secret.expose().is_empty() {
        return Err(Failure::usage(format!("the password of profile `{profile}` is empty")));
    }
    Ok(secret)
}

fn from_prompt(profile: &str) -> Result<Secret, Failure> {
    let nobody = || {
        Failure::usage(format!("the password of profile `{profile}` must be asked for, and there is no terminal"))
            .with_help("give the profile a password_file, password_env, password_command or password_keyring")
    };
    if !io::stderr().is_terminal() && !io::stdin().is_terminal() {
        return Err(nobody());
    }
    let prompt = format!("Password of {}: ", crate::escape::line(profile));
    rpassword::prompt_password(prompt).map(Secret::from).map_err(|_| nobody())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;

    type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

    fn file(content: &[u8]) -> Result<tempfile::NamedTempFile> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), content)?;
        Ok(file)
    }

    #[test]
    fn it_never_prints() {
        let secret = Secret::from("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn one_line_break_at_a_files_end_does_not_count() -> Result {
        for (content, password) in
            [("pass\n", "pass"), ("pass\r\n", "pass"), (" p w ", " p w "), ("\u{feff}pass", "pass"), ("a\n\n", "a\n")]
        {
            assert_eq!(from_file_of(PASSWORD, file(content.as_bytes())?.path())?.expose(), password);
        }
        let empty = file(b"\n")?;
        assert!(Source::File(empty.path().into()).read("p").is_err());
        let utf16 = from_file_of(PASSWORD, file(b"\xff\xfep\0")?.path());
        assert!(utf16.is_err_and(|failure| failure.message().ends_with("is not UTF-8 text")));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_read_is_refused() -> Result {
        use std::os::unix::fs::PermissionsExt;
        let file = file(b"pass")?;
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode))?;
            let failure = from_file_of(PASSWORD, file.path()).err().ok_or("it was read")?;
            assert_eq!(failure.code(), Code::Usage);
            assert!(failure.help().is_some_and(|help| help.starts_with("chmod 600 ")), "{failure}");
        }
        Ok(())
    }

    #[test]
    fn what_is_not_there_is_a_usage_error() {
        for source in [
            Source::File("/nowhere/at/all".into()),
            Source::Env("BACKHAUL_TEST_IS_NEVER_SET".into()),
            Source::Command(vec!["backhaul-test-no-such-program".into()]),
        ] {
            assert_eq!(source.read("p").map_err(|failure| failure.code()), Err(Code::Usage), "{source:?}");
        }
    }

    #[test]
    fn command_lines_are_words_not_scripts() -> Result {
        let words = Source::command(r#"op read "op://Private/em server/password" $HOME"#)?;
        let wanted = ["op", "read", "op://Private/em server/password", "$HOME"].map(String::from);
        assert_eq!(words, Source::Command(wanted.into()));
        assert_eq!(words.place().as_deref(), Some("op"));
        assert!(Source::command("pass 'x").is_err() && Source::command("  ").is_err());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_commands_first_line_counts_and_its_failure_tells_nothing() -> Result {
        let run = |script: &str| Source::Command(["sh", "-c", script].map(String::from).into()).read("p");
        assert_eq!(run("printf 'pass\\nuser: x\\n'")?.expose(), "pass");
        let failure = run("echo hunter2; exit 3").err().ok_or("it succeeded")?;
        assert_eq!(failure.code(), Code::Usage);
        assert!(!failure.message().contains("hunter2"), "{failure}");
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_command_without_end_is_ended() {
        let run = |script: &str| {
            from_command(&["sh", "-c", script].map(String::from), Duration::from_millis(500)).map(|_| ())
        };
        for (script, says) in [
            ("exec sleep 60", "has not ended"),
            ("exec yes", "prints more"),
            ("exec >&-; exec sleep 60", "has not ended"),
        ] {
            let failure = run(script).err();
            assert!(failure.as_ref().is_some_and(|it| it.message().contains(says)), "{script}: {failure:?}");
        }
    }
}
