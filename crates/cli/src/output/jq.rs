//! `--jq`: what a program in jq's language makes of the rows.

use std::io::Write;
use std::rc::Rc;

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, unwrap_valr};
use jaq_json::{Val, read, write};
use serde::Serialize;
use serde_json::Value;

use super::{Cell, Column, More, Object, Row, RowWriter};
use crate::escape;
use crate::exit::Failure;

type Filter = jaq_core::Filter<JustLut<Val>>;

/// What jq has and the library leaves to its own program: rows of CSV and TSV.
const DEFINITIONS: &str = r#"
def @csv: [.[] | if isstring then "\"" + gsub("\""; "\"\"") + "\"" elif . == null then "" else tostring end] | join(",");
def @tsv: [.[] | if isstring then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
  elif . == null then "" else tostring end] | join("\t");
"#;

/// A program, ready to run.
#[derive(Clone)]
pub(crate) struct Program(Rc<Filter>);

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Program")
    }
}

impl Program {
    /// Reads a program.
    pub(crate) fn compile(code: &str) -> Result<Self, Failure> {
        let wrong = |found: &str, what: &str| {
            let place = if found.is_empty() { "its end".to_owned() } else { format!("`{}`", first_line(found)) };
            Failure::usage(format!("--jq: {what} at {place}"))
                .with_help("the language is jq's, over the array that -o json prints, such as '.[].name'")
        };
        let ours = jaq_core::load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(ours);
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(defs).load(&arena, File { code, path: () }).map_err(|errors| {
            use jaq_core::load::Error;
            match errors.into_iter().next().map(|(_, error)| error) {
                Some(Error::Lex(found)) => wrong(found.first().map_or("", |(_, at)| at), "a mistake"),
                Some(Error::Parse(found)) => wrong(found.first().map_or("", |(_, at)| at), "a mistake"),
                _ => Failure::usage("--jq: modules cannot be loaded"),
            }
        })?;
        let filter = Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
            let found = errors.into_iter().flat_map(|(_, errors)| errors).next();
            found.map_or_else(|| wrong("", "a mistake"), |(name, _)| wrong(name, "an unknown name"))
        })?;
        Ok(Self(Rc::new(filter)))
    }

    /// A writer of what it makes of the rows. On a terminal, what the terminal would obey is escaped.
    pub(crate) fn writer<W: Write + 'static>(&self, out: W, terminal: bool) -> Box<dyn RowWriter> {
        Box::new(JqWriter { out, program: self.clone(), terminal, names: Vec::new(), rows: Vec::new() })
    }

    /// Runs the program over a value. Texts come out as they are, everything else as JSON, each on its line.
    fn run(&self, input: &Value, mut line: impl FnMut(&str) -> Result<(), Failure>) -> Result<(), Failure> {
        let text = input.to_string();
        let input = read::parse_single(text.as_bytes());
        let input = input.map_err(|error| Failure::internal(format!("--jq cannot read the rows: {error}")))?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        for made in self.0.id.run((context, input)).map(unwrap_valr) {
            let made = made.map_err(|error| {
                Failure::usage(format!("--jq: {}", first_line(&error.to_string())))
                    .with_help("the program runs over the array that -o json prints, such as '.[].name'")
            })?;
            match &made {
                Val::TStr(text) | Val::BStr(text) => line(&String::from_utf8_lossy(text))?,
                other => {
                    let mut json = Vec::new();
                    write::write(&mut json, &write::Pp::default(), 0, other)
                        .map_err(|error| Failure::output(&error))?;
                    line(&escape::json(&String::from_utf8_lossy(&json)))?;
                }
            }
        }
        Ok(())
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(80).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

/// Collects the rows, and prints what a program makes of their array.
struct JqWriter<W: Write> {
    out: W,
    program: Program,
    terminal: bool,
    names: Vec<String>,
    rows: Vec<Value>,
}

impl<W: Write> JqWriter<W> {
    fn object(&mut self, row: &[impl Serialize], more: More<'_>) -> Result<(), Failure> {
        let object = Object { names: &self.names, row, more };
        self.rows.push(serde_json::to_value(&object).map_err(super::json::failure)?);
        Ok(())
    }
}

impl<W: Write> RowWriter for JqWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.names = columns.iter().map(|column| column.name.clone()).collect();
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        self.object(&row, More::NONE)
    }

    fn cells(&mut self, cells: Vec<Cell<'_>>, more: More<'_>) -> Result<(), Failure> {
        self.object(&cells, more)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let rows = Value::Array(std::mem::take(&mut self.rows));
        let out = &mut self.out;
        let terminal = self.terminal;
        self.program.run(&rows, |line| {
            let shown = if terminal { escape::lines(line) } else { line.into() };
            let written = out.write_all(shown.as_bytes()).and_then(|()| out.write_all(b"\n"));
            written.map_err(|error| Failure::output(&error))
        })?;
        self.out.flush().map_err(|error| Failure::output(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;
    use serde_json::json;

    fn made(code: &str) -> Result<String, Failure> {
        let mut out = String::new();
        let rows = json!([{"name": "a\u{1b}", "used_bytes": u64::MAX}, {"name": null, "used_bytes": 1.5}]);
        Program::compile(code)?.run(&rows, |line| {
            out.push_str(line);
            out.push('\n');
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn texts_are_bare_and_numbers_exact() -> Result<(), Failure> {
        assert_eq!(made(".[].name")?, "a\u{1b}\nnull\n");
        assert_eq!(made("map(.used_bytes)")?, "[18446744073709551615,1.5]\n");
        assert_eq!(made("length")?, "2\n");
        assert_eq!(made(".[0].name | test(\"^A\"; \"i\")")?, "true\n");
        assert_eq!(made(r#"["a\"b", null, 1, true] | @csv"#)?, "\"a\"\"b\",,1,true\n");
        assert_eq!(made(r#"["a\tb\\", null, 1] | @tsv"#)?, "a\\tb\\\\\t\t1\n");
        Ok(())
    }

    #[test]
    fn a_slip_is_a_usage_error_that_says_where() {
        for (code, says) in [(".[", "a mistake"), (".[].name | lenght", "`lenght`"), (".name", "--jq: ")] {
            let failure = made(code).err();
            let told = failure.as_ref().is_some_and(|it| it.code() == Code::Usage && it.message().contains(says));
            assert!(told, "{code}: {failure:?}");
        }
    }
}
