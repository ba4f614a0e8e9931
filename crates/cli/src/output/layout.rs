//! Which columns a table shows, and how wide: the judgement of a table, without its drawing.

use unicode_width::UnicodeWidthStr;

use super::{Column, Kind};

/// Between two columns.
pub(super) const GAP: usize = 2;
/// A text is not wrapped into less than this.
const NARROW: usize = 20;
/// A name up to this width stays on one line.
const WHOLE_NAME: usize = 40;

/// What a table shows of its columns, by their places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The columns that are shown, each with its width.
    pub(super) shown: Vec<(usize, usize)>,
    /// Those without a value in any row.
    pub(super) empty: Vec<usize>,
    /// Those that `-o wide` shows.
    pub(super) details: Vec<usize>,
    /// Those that the width left no room for.
    pub(super) crowded: Vec<usize>,
}

/// Chooses. Nothing is ever cut: a column is whole, wrapped between words, or left out.
///
/// Without a `width`, and with `wide`, nothing is left out for want of room.
pub(super) fn layout(
    columns: &[Column],
    headings: &[String],
    rows: &[Vec<String>],
    width: Option<usize>,
    wide: bool,
) -> Layout {
    let has_values = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|cell| !is_blank(cell)));
    let mut layout = Layout { shown: Vec::new(), empty: Vec::new(), details: Vec::new(), crowded: Vec::new() };
    for (at, column) in columns.iter().enumerate() {
        if !column.asked && !rows.is_empty() && !has_values(at) {
            layout.empty.push(at);
        } else if !column.asked && column.detail && !wide {
            layout.details.push(at);
        } else {
            layout.shown.push((at, 0));
        }
    }
    // Ids alone are better than nothing.
    if layout.shown.is_empty() {
        layout.shown = std::mem::take(&mut layout.details).into_iter().map(|at| (at, 0)).collect();
    }
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at)).chain(headings.get(at));
    let natural = |at: usize| cells(at).map(|cell| cell.width()).max().unwrap_or(0);
    let least = |at: usize| {
        let natural = natural(at);
        let floor = match columns[at].kind {
            Kind::Text => NARROW,
            Kind::Name => WHOLE_NAME,
            _ => natural,
        };
        let word = cells(at).flat_map(|cell| cell.split(' ')).map(UnicodeWidthStr::width).max().unwrap_or(0);
        natural.min(floor.max(word))
    };
    let mut floors: Vec<usize> = layout.shown.iter().map(|&(at, _)| least(at)).collect();
    for column in &mut layout.shown {
        column.1 = natural(column.0);
    }
    let Some(width) = width.filter(|_| !wide) else { return layout };
    let room = |count: usize| width.saturating_sub(GAP * count.saturating_sub(1));
    while layout.shown.len() > 1 && floors.iter().sum::<usize>() > room(floors.len()) {
        // Of what matters alike, the last matters least; what leads a line stays unless it can be spared.
        let candidates = layout
            .shown
            .iter()
            .enumerate()
            .filter(|(place, (at, _))| !columns[*at].asked && (*place > 0 || columns[*at].spare > 0));
        let least = candidates.max_by_key(|(place, (at, _))| (columns[*at].spare, *place)).map(|(place, _)| place);
        let Some(least) = least else { break };
        layout.crowded.push(layout.shown.remove(least).0);
        floors.remove(least);
    }
    layout.crowded.sort_unstable();
    shrink(&mut layout.shown, &floors, room(floors.len()));
    layout
}

/// Takes from the widest first, until a line fits or nothing more can be taken.
fn shrink(shown: &mut [(usize, usize)], floors: &[usize], room: usize) {
    let capped = |cap: usize| shown.iter().zip(floors).map(move |(&(_, natural), &floor)| natural.min(cap).max(floor));
    let widest = shown.iter().map(|&(_, natural)| natural).max().unwrap_or(0);
    // A line has some hundred columns at most, so counting down is quick.
    let cap = (0..=widest).rev().find(|&cap| capped(cap).sum::<usize>() <= room).unwrap_or(0);
    let widths: Vec<usize> = capped(cap).collect();
    for (column, width) in shown.iter_mut().zip(widths) {
        column.1 = width;
    }
}

fn is_blank(cell: &str) -> bool {
    cell.is_empty() || cell == "-"
}

/// The text in lines of at most `width`, broken between words; a longer word has a line of its own, uncut.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_between_words_and_lose_nothing() {
        assert_eq!(wrap("the disk is full", 9), ["the disk", "is full"]);
        assert_eq!(wrap("a /very/long/path b", 6), ["a", "/very/long/path", "b"]);
        assert_eq!(wrap("", 4), [""]);
        for width in 1..30 {
            assert_eq!(wrap("some words of a  reason", width).join(" "), "some words of a  reason");
        }
    }

    #[test]
    fn what_matters_least_goes_first_and_what_was_asked_for_stays() {
        let column = |name: &str, kind| Column::new(name, kind);
        let columns = [
            column("name", Kind::Name),
            column("id", Kind::Text).detail(),
            column("x", Kind::Bool),
            column("why", Kind::Text),
        ];
        let headings = ["name", "id", "x", "why"].map(String::from);
        let rows = [["a".repeat(10), "1".repeat(36), "-".to_owned(), "w".repeat(20)].to_vec()];
        let of = |width, wide, columns: &[Column]| layout(columns, &headings, &rows, width, wide);
        let all = of(Some(40), false, &columns);
        assert_eq!((all.shown, all.details, all.empty), (vec![(0, 10), (3, 20)], vec![1], vec![2]));
        let narrow = of(Some(30), false, &columns);
        assert_eq!((narrow.shown, narrow.crowded), (vec![(0, 10)], vec![3]));
        assert_eq!(of(Some(30), true, &columns).shown, [(0, 10), (1, 36), (3, 20)]);
        let asked = columns.clone().map(Column::asked);
        assert_eq!(of(Some(30), false, &asked).shown.len(), 4);
    }
}
