//! One question: a command of its own, and what it prints.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

/// Runs the command for its rows.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) program: PathBuf,
    /// The flags that say which servers may be asked.
    pub(super) servers: Vec<String>,
    /// More rows are never handed on.
    pub(super) most_rows: usize,
    /// How long a question may take.
    pub(super) patience: Duration,
}

impl Asker {
    /// The rows of a command that asks the servers.
    pub(super) async fn servers(&self, words: Vec<String>, limit: Option<usize>) -> Result<Value, String> {
        let words = [&words[..1], &self.servers, &words[1..]].concat();
        self.rows(words, limit).await
    }

    /// The rows of a command, and what it said beside them. Without any rows, what it said is the error.
    pub(super) async fn rows(&self, words: Vec<String>, limit: Option<usize>) -> Result<Value, String> {
        let mut command = Command::new(&self.program);
        command.args(&words[..1]).args(["--output=json", "--color=never"]).args(&words[1..]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(self.patience, command.output()).await;
        let output = output.map_err(|_| format!("no answer within {} s", self.patience.as_secs()))?;
        let output = output.map_err(|error| format!("the question cannot be asked: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let Ok(Value::Array(mut rows)) = serde_json::from_slice(&output.stdout) else {
            return Err(if said.is_empty() { "there is no answer".to_owned() } else { said });
        };
        let limit = limit.unwrap_or(self.most_rows).min(self.most_rows);
        let all = rows.len();
        rows.truncate(limit);
        let mut answer = json!({ "rows": rows, "complete": output.status.success() && all <= limit });
        if all > limit {
            answer["left_out"] = json!(format!("{} more rows: narrow the question, or raise its limit", all - limit));
        }
        if !said.is_empty() {
            answer["said"] = json!(said);
        }
        Ok(answer)
    }
}

/// A filter as a flag. A file, or standard input, is nothing that an assistant may have read.
pub(super) fn filter(text: Option<String>) -> Result<Option<String>, String> {
    match text {
        Some(text) if text.trim_start().starts_with('@') || text.trim() == "-" => {
            Err("a filter is an expression here: files are not read".to_owned())
        }
        Some(text) => Ok(Some(format!("--filter={text}"))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_read_for_a_filter() {
        for text in ["@/etc/passwd", " @x", "-"] {
            assert!(filter(Some(text.to_owned())).is_err(), "{text}");
        }
        assert_eq!(filter(Some("-a==b".to_owned())), Ok(Some("--filter=-a==b".to_owned())));
    }
}
