//! Rows as an aligned table, for people.

use std::io::Write;

use anstyle::Style;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Column, Kind, Row, RowWriter, cell};
use crate::console::Console;
use crate::escape;
use crate::exit::Failure;

const GAP: usize = 2;
/// Below this a cut text says too little; then a column is left out instead.
const MIN_TEXT: usize = 8;
const HEADER: Style = Style::new().bold();

/// Collects rows, and prints them at the end. On a terminal, texts are cut and then columns left out until a line
/// fits, and stderr says which; elsewhere nothing is ever lost.
pub(crate) struct TableWriter<W: Write> {
    out: W,
    console: Console,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl<W: Write> TableWriter<W> {
    /// A table as wide as the console.
    pub(crate) fn new(out: W, console: Console) -> Self {
        Self { out, console, columns: Vec::new(), rows: Vec::new() }
    }
}

impl<W: Write> RowWriter for TableWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.columns = columns.to_vec();
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        let values = row.iter().chain(std::iter::repeat(&Value::Null));
        self.rows.push(self.columns.iter().zip(values).map(|(column, value)| cell::text(value, column.kind)).collect());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let (text, hidden) = render(&self.columns, &self.rows, self.console.width());
        let text = match text.split_once('\n') {
            Some((header, body)) if self.console.colours() => {
                format!("{HEADER}{header}{HEADER:#}\n{body}")
            }
            _ => text,
        };
        self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).map_err(|error| Failure::output(&error))?;
        if !hidden.is_empty() {
            let hidden = hidden.join(", ");
            self.console.note(&format!("the terminal is too narrow for: {hidden} (-o json or -o csv prints all)"));
        }
        Ok(())
    }
}

/// The table's text, and the names of the columns that `width` leaves no room for.
fn render(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> (String, Vec<String>) {
    let names: Vec<String> = columns.iter().map(|column| escape::line(&column.name).into_owned()).collect();
    let natural = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(std::iter::once(&names[at]));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let mut shown: Vec<(usize, usize)> = (0..columns.len()).map(|at| (at, natural(at))).collect();
    let mut hidden = Vec::new();
    if let Some(width) = width {
        while shown.len() > 1 && least(columns, &shown) > width {
            let details = shown.iter().rposition(|&(at, _)| columns[at].detail);
            let (at, _) = shown.remove(details.unwrap_or(shown.len() - 1));
            hidden.push(at);
        }
        shrink(columns, &mut shown, width);
    }
    hidden.sort_unstable();

    let mut text = String::new();
    for row in std::iter::once(&names).chain(rows) {
        let mut line = String::new();
        for &(at, width) in &shown {
            let cell = cut(row.get(at).map_or("", String::as_str), width);
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            let right = matches!(columns[at].kind, Kind::Bytes | Kind::Number);
            line.push_str(&if right { pad + &cell } else { cell + &pad });
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if columns.is_empty() {
        text.clear();
    }
    (text, hidden.into_iter().map(|at| names[at].clone()).collect())
}

/// How narrow a column may be: only text is cut, as a cut number would be another number, and never a name.
fn floor(column: &Column, natural: usize) -> usize {
    if column.kind == Kind::Text { natural.min(column.name.width().max(MIN_TEXT)) } else { natural }
}

fn least(columns: &[Column], shown: &[(usize, usize)]) -> usize {
    let cells: usize = shown.iter().map(|&(at, natural)| floor(&columns[at], natural)).sum();
    cells + GAP * shown.len().saturating_sub(1)
}

/// Takes from the widest texts first, until a line fits.
fn shrink(columns: &[Column], shown: &mut [(usize, usize)], width: usize) {
    let room = width.saturating_sub(GAP * shown.len().saturating_sub(1));
    let floors: Vec<usize> = shown.iter().map(|&(at, natural)| floor(&columns[at], natural)).collect();
    let capped = |cap: usize| shown.iter().zip(&floors).map(move |(&(_, natural), &floor)| natural.min(cap).max(floor));
    let widest = shown.iter().map(|&(_, natural)| natural).max().unwrap_or(0);
    // The widest cap at which all columns fit; a line has some hundred columns at most, so counting down is quick.
    let cap = (0..=widest).rev().find(|&cap| capped(cap).sum::<usize>() <= room).unwrap_or(0);
    let widths: Vec<usize> = capped(cap).collect();
    for (column, width) in shown.iter_mut().zip(widths) {
        column.1 = width;
    }
}

/// The text in at most `width` columns, with `…` where it was cut; never within a character as people see it.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for grapheme in text.graphemes(true) {
        if short.width() + grapheme.width() + 1 > width {
            break;
        }
        short.push_str(grapheme);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn columns() -> Vec<Column> {
        vec![
            Column::new("tenant", Kind::Text),
            Column::new("tenant_id", Kind::Text).detail(),
            Column::new("used_bytes", Kind::Bytes),
            Column::new("available", Kind::Bool),
        ]
    }

    fn rendered(width: Option<usize>) -> (String, Vec<String>) {
        let columns = columns();
        let rows = [
            vec![json!("Bäckerei Müller"), json!("7a3f-11"), json!(1_000_204_886_016_u64), json!(true)],
            vec![json!("日本バックアップ株式会社 東京"), json!(null), json!(512), json!(false)],
            vec![json!("evil\u{1b}[2J\nname"), json!("x"), json!(null), json!(null)],
        ];
        let cells = |row: Row| row.iter().zip(&columns).map(|(value, column)| cell::text(value, column.kind)).collect();
        render(&columns, &rows.map(cells), width)
    }

    #[test]
    fn columns_are_aligned_whatever_the_script() {
        insta::assert_snapshot!(rendered(None).0);
    }

    #[test]
    fn a_narrow_terminal_cuts_texts_and_then_leaves_out_columns() {
        let (text, hidden) = rendered(Some(50));
        assert!(hidden.is_empty(), "{hidden:?}");
        insta::assert_snapshot!(text);
        let (text, hidden) = rendered(Some(32));
        assert_eq!(hidden, ["tenant_id"]);
        insta::assert_snapshot!(text);
        let (text, hidden) = rendered(Some(4));
        assert_eq!(hidden, ["tenant_id", "used_bytes", "available"]);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn every_line_fits() {
        for width in 8..120 {
            for line in rendered(Some(width)).0.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn characters_are_cut_whole() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }
}
