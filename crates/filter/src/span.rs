//! Where something stood in the text, and drawing that place for a reader.

use std::fmt::Write;
use std::ops::Range;

/// A range of bytes in the text of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as a range, to slice with.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The text of the span; none when the span is not of this text.
    #[must_use]
    pub fn text(self, source: &str) -> Option<&str> {
        source.get(self.range())
    }
}

/// The widest piece of a line that is drawn; a longer line is cut around the span.
const WIDTH: usize = 100;

/// Draws `title`, the line of the span with carets below it, and the help.
pub(crate) fn render(title: &str, source: &str, span: Option<Span>, help: Option<&str>) -> String {
    let mut out = String::with_capacity(title.len() + 160);
    out.push_str(title);
    if let Some(span) = span {
        draw(&mut out, source, span);
    }
    if let Some(help) = help {
        let _ = write!(out, "\n  = help: {help}");
    }
    out
}

fn draw(out: &mut String, source: &str, span: Span) {
    let start = floor(source, span.start);
    let end = floor(source, span.end.max(start));
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);

    // Zero-width characters aside, no more of a line is looked at than is drawn.
    let before = || source[line_start..start].chars().rev().map(cell);
    let after = || source[end.min(line_end)..line_end].chars().map(cell);

    let marked = head(source[start..end.min(line_end)].chars().map(cell), WIDTH);
    let spare = WIDTH - width(&marked);
    let mut before = head(before(), spare - (spare / 2).min(width(&head(after(), WIDTH))));
    before.reverse();
    let after = head(after(), spare - width(&before));

    out.push_str("\n  | ");
    for (text, _) in before.iter().chain(&marked).chain(&after) {
        out.push(*text);
    }
    out.push_str("\n  | ");
    out.extend(std::iter::repeat_n(' ', width(&before)));
    out.extend(std::iter::repeat_n('^', width(&marked).max(1)));
}

/// A character to draw and the columns it takes.
type Cell = (char, usize);

fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.1).sum()
}

/// The first cells that fit; when not all do, an ellipsis takes the place of the rest.
fn head(cells: impl Iterator<Item = Cell>, limit: usize) -> Vec<Cell> {
    let mut kept = Vec::new();
    let mut taken = 0;
    for cell in cells {
        taken += cell.1;
        kept.push(cell);
        if taken > limit {
            while taken + 1 > limit
                && let Some((_, width)) = kept.pop()
            {
                taken -= width;
            }
            kept.extend((limit > 0).then_some(('…', 1)));
            break;
        }
    }
    kept
}

/// The character as it is drawn: a control character as its picture, so that no text can drive the
/// terminal.
fn cell(c: char) -> Cell {
    match c {
        '\t' => (' ', 1),
        '\u{7f}' => ('\u{2421}', 1),
        '\0'..='\u{1f}' => (char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'), 1),
        // C1 controls, and the marks that turn the direction of the text around.
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ('\u{fffd}', 1)
        }
        _ => (c, columns(c)),
    }
}

/// The columns a character takes in a terminal: the blocks that matter, not the whole of Unicode's
/// table.
fn columns(c: char) -> usize {
    match u32::from(c) {
        // combining marks, joiners, variation selectors
        0x0300..=0x036f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x200b..=0x200d | 0x20d0..=0x20ff => 0,
        0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xfeff => 0,
        // Hangul, CJK, kana, full-width forms, emoji
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff => 2,
        0x1f900..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The character boundary at or before `at`.
fn floor(source: &str, at: usize) -> usize {
    source.floor_char_boundary(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(source: &str, start: usize, end: usize) -> String {
        render("t", source, Some(Span::new(start, end)), None)
    }

    #[test]
    fn carets_stand_below_the_span() {
        assert_eq!(drawn("Name=x", 4, 5), "t\n  | Name=x\n  |     ^");
        assert_eq!(drawn("Name", 4, 4), "t\n  | Name\n  |     ^");
        assert_eq!(drawn("é==\"ü\" x", 4, 8), "t\n  | é==\"ü\" x\n  |    ^^^");
        assert_eq!(drawn("日本 x", 7, 8), "t\n  | 日本 x\n  |      ^");
        assert_eq!(drawn("e\u{301} x", 4, 5), "t\n  | e\u{301} x\n  |   ^");
    }

    #[test]
    fn only_the_line_of_the_span_is_drawn() {
        assert_eq!(drawn("one\ntwo\nthree", 4, 10), "t\n  | two\n  | ^^^");
    }

    #[test]
    fn controls_cannot_reach_the_terminal() {
        assert_eq!(drawn("a\u{1b}[31m\u{202e}b", 1, 2), "t\n  | a␛[31m\u{fffd}b\n  |  ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let source = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let text = drawn(&source, 500, 501);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[1].starts_with("  | …aaa") && lines[1].ends_with("bbb…"), "{text}");
        assert_eq!(lines[1].chars().count(), WIDTH + 4);
        assert_eq!(lines[1].chars().position(|c| c == 'X'), lines[2].chars().position(|c| c == '^'));
        // A span that takes the whole width leaves no room beside it.
        for start in [0, 1, 500] {
            let text = drawn(&source, start, source.len());
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 4), "{text}");
        }
        drawn(&source, 990, 5000);
        drawn(&source, 5000, 2);
    }
}
