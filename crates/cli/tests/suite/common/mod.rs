//! What the tests of the command share: a home of its own, the command, simulated servers as processes.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod scripted;

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

/// A home of its own for each test: nothing of the developer's is read or written.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    now: Option<&'static str>,
}

impl Home {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, now: None })
    }

    /// One whose clock stands still.
    pub(crate) fn at(now: &'static str) -> Result<Self> {
        Ok(Self { now: Some(now), ..Self::new()? })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("backhaul.toml")
    }

    /// The command with no configuration file named.
    pub(crate) fn unnamed(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env_remove("BACKHAUL_CONFIG")
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("xdg"))
            .env("APPDATA", self.path("xdg"));
        if let Some(now) = self.now {
            command.env("BACKHAUL_NOW", now);
        }
        command
    }

    /// Runs the command with a configuration file named.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Ran> {
        let output = self.unnamed(arguments).env("BACKHAUL_CONFIG", self.config()).output()?;
        Ran::new(output)
    }

    /// Runs the command with the built-in servers.
    pub(crate) fn demo(&self, arguments: &[&str]) -> Result<Ran> {
        Ran::new(self.unnamed(&[arguments, &["--demo"]].concat()).output()?)
    }

    /// Runs the command with a text on standard input.
    pub(crate) fn piped(&self, arguments: &[&str], input: &str) -> Result<Ran> {
        let mut child =
            self.unnamed(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // A command that refuses its arguments need not read what it is sent.
        match child.stdin.take().ok_or("no stdin")?.write_all(input.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        Ran::new(child.wait_with_output()?)
    }

    /// Writes a file, and gives its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> Result<String> {
        let path = self.path(name);
        fs::write(&path, content)?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// Adds a profile whose password is `password`.
    pub(crate) fn add(&self, name: &str, system: &str, url: &str, more: &[&str]) -> Result {
        let password = self.path("password.txt");
        fs::write(&password, "password\n")?;
        set_mode(&password, 0o600)?;
        let password = password.to_string_lossy();
        let add = ["profile", "add", name, "--system", system, "--url", url, "--password-file", &password];
        let user = if more.contains(&"--user") { &[][..] } else { &["--user", "admin"] };
        self.run(&[&add[..], user, more].concat())?.ends(0);
        Ok(())
    }

    /// A password file that its owner alone may read.
    pub(crate) fn password_file(&self) -> Result<String> {
        let path = self.path("password");
        fs::write(&path, "hunter2\n")?;
        set_mode(&path, 0o600)?;
        Ok(path.to_string_lossy().into_owned())
    }
}

pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn new(output: Output) -> Result<Self> {
        let (out, err) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        Ok(Self { code: output.status.code(), out, err })
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Stdout as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.out)?)
    }

    /// The values of a member of each row of stdout.
    pub(crate) fn column(&self, name: &str) -> Result<Vec<Value>> {
        let rows = self.json()?;
        Ok(rows.as_array().ok_or("no array")?.iter().map(|row| row[name].clone()).collect())
    }
}

/// `backhaul sim` in a process of its own; it ends with the test.
pub(crate) struct SimProcess {
    child: Child,
    /// What it announced.
    pub(crate) said: Value,
}

impl SimProcess {
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Result<Self> {
        let line = [&["sim", "--announce", "json"], arguments].concat();
        let mut child = home.unnamed(&line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut said = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut said)?;
        match serde_json::from_str(&said) {
            Ok(said) => Ok(Self { child, said }),
            Err(error) => {
                let _ = child.kill();
                Err(format!("{said}: {error}").into())
            }
        }
    }

    pub(crate) fn url(&self, system: &str) -> &str {
        self.said[system].as_str().unwrap_or_default()
    }

    pub(crate) fn pin(&self) -> &str {
        self.said["cert_sha256"].as_str().unwrap_or_default()
    }
}

impl Drop for SimProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) -> Result {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_path: &Path, _mode: u32) -> Result {
    Ok(())
}
