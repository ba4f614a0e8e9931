//! Statements typed one after the other.

use std::io;

use backhaul::servers::Code;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::{Args, Stop, hear, say, tell};
use crate::output;
use crate::session::Sql;

/// Reads statements, each up to its semicolon, until the input ends. What was typed is remembered while the prompt
/// lasts.
pub(super) async fn run(sql: &Sql, args: &Args) -> Result<Code, Stop> {
    let failed = |error: ReadlineError| Stop::Io("the terminal cannot be used".to_owned(), io::Error::other(error));
    let mut editor = DefaultEditor::new().map_err(failed)?;
    say("note", "SHOW TABLES; lists the tables. A statement ends in a semicolon; Ctrl-D ends the prompt");
    let mut text = String::new();
    loop {
        match editor.readline(if text.is_empty() { "sql> " } else { "  -> " }) {
            Ok(line) => {
                text.push_str(&line);
                text.push('\n');
            }
            Err(ReadlineError::Interrupted) => {
                text.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(Code::Done),
            Err(error) => return Err(failed(error)),
        }
        if text.trim().is_empty() {
            text.clear();
        } else if text.trim_end().ends_with(';') {
            let statement = std::mem::take(&mut text);
            let _ = editor.add_history_entry(statement.trim_end());
            one(sql, args, &statement).await;
        }
    }
}

/// Answers one statement; what is wrong with it is said, and the prompt goes on.
async fn one(sql: &Sql, args: &Args, text: &str) {
    let answered = async {
        for statement in sql.statements(text).map_err(|problem| Stop::Problem(Box::new(problem)))? {
            let rows = sql.plan(text, statement).await.map_err(|problem| Stop::Problem(Box::new(problem)))?;
            let rows = rows.execute_stream().await.map_err(Stop::Rows)?;
            let written = tokio::select! {
                written = output::write(rows, args.format(), io::stdout()) => written,
                _ = tokio::signal::ctrl_c() => {
                    say("note", "the statement was stopped");
                    Ok(0)
                }
            };
            hear(&sql.fleet().heard(), args.verbose);
            written.map_err(Stop::Rows)?;
        }
        Ok(())
    };
    if let Err(stop) = answered.await {
        tell(stop, &[]);
    }
}
