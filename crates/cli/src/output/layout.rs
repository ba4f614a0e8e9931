//! Which columns a table shows, and how wide: the judgement of a table, without its drawing.

use unicode_width::UnicodeWidthStr;

use super::{Column, Kind, bar};

/// Between two columns.
pub(super) const GAP: usize = 2;
/// A text is not wrapped into less than this.
const NARROW: usize = 20;
/// A name up to this width stays on one line, unless a column that matters as much would have to go.
const WHOLE_NAME: usize = 40;
/// The rank of a column for which names are wrapped.
const MATTERS: u8 = 1;
/// A bar goes before the columns of this rank, and after those of higher ones.
const BAR: u8 = 4;

/// What a table shows of its columns, by their places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The columns that are shown, each with its width; a bar comes on top of that.
    pub(super) shown: Vec<(usize, usize)>,
    /// Those of them that have a bar.
    pub(super) bars: Vec<usize>,
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
pub(super) fn layout(columns: &[Column], headings: &[String], rows: &Rows, width: Option<usize>, wide: bool) -> Layout {
    let has_values = |at: usize| rows.extents.get(at).is_some_and(|extent| extent.has_values);
    let (mut places, mut empty, mut details) = (Vec::new(), Vec::new(), Vec::new());
    for (at, column) in columns.iter().enumerate() {
        if !column.asked && !rows.is_empty() && !has_values(at) {
            empty.push(at);
        } else if !column.asked && column.detail && !wide {
            details.push(at);
        } else {
            places.push(at);
        }
    }
    // Ids alone are better than nothing.
    if places.is_empty() {
        places = std::mem::take(&mut details);
    }
    let width = width.filter(|_| !wide).unwrap_or(usize::MAX);
    let with_heading = |(extent, heading): (&Extent, &String)| extent.with(heading);
    let extents: Vec<Extent> = rows.extents.iter().zip(headings).map(with_heading).collect();
    let bars: Vec<usize> =
        places.iter().copied().filter(|at| columns[*at].kind == Kind::Percent && has_values(*at)).collect();
    let fitted = |whole_name| {
        let (shown, bars) = (places.clone(), bars.clone());
        Line { columns, extents: &extents, whole_name, shown, bars, crowded: Vec::new() }.fitted(width)
    };
    let mut line = fitted(WHOLE_NAME);
    if line.matters_of(&line.crowded) > 0 {
        let wrapped = fitted(NARROW);
        if wrapped.matters_of(&wrapped.shown) > line.matters_of(&line.shown) {
            line = wrapped;
        }
    }
    let shown = line.widths(width);
    Layout { shown, bars: line.bars, empty, details, crowded: line.crowded }
}

/// The cells of a table in one text: a cell that says nothing, as most of a wide type do, takes no room in it.
pub(super) struct Rows {
    /// Of each row the cells that are not `-`, each behind its place. No cell has a control character in it.
    text: String,
    len: usize,
    extents: Vec<Extent>,
}

const PLACE_END: char = '\u{1f}';
const CELL_END: char = '\u{1e}';
const ROW_END: char = '\u{1d}';
const NOTHING: &str = "-";

impl Rows {
    /// No rows of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { text: String::new(), len: 0, extents: vec![Extent::default(); columns] }
    }

    /// Adds a row, of a cell for each column.
    pub(super) fn push(&mut self, cells: impl Iterator<Item = String>) {
        for (at, (cell, extent)) in cells.zip(&mut self.extents).enumerate() {
            extent.add(&cell);
            extent.has_values |= !is_blank(&cell);
            if cell != NOTHING {
                self.text.push_str(&at.to_string());
                self.text.push(PLACE_END);
                self.text.push_str(&cell);
                self.text.push(CELL_END);
            }
        }
        self.text.push(ROW_END);
        self.len += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rows, each of a cell for each column.
    pub(super) fn iter(&self) -> impl Iterator<Item = Vec<&str>> {
        self.text.split_terminator(ROW_END).map(|text| {
            let mut row = vec![NOTHING; self.extents.len()];
            for (at, cell) in text.split_terminator(CELL_END).filter_map(|cell| cell.split_once(PLACE_END)) {
                if let Some(place) = at.parse().ok().and_then(|at: usize| row.get_mut(at)) {
                    *place = cell;
                }
            }
            row
        })
    }
}

/// How wide the cells of a column are.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    /// The widest.
    natural: usize,
    /// The longest word.
    word: usize,
    has_values: bool,
}

impl Extent {
    fn add(&mut self, cell: &str) {
        self.natural = self.natural.max(cell.width());
        self.word = cell.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0).max(self.word);
    }

    fn with(mut self, heading: &str) -> Self {
        self.add(heading);
        self
    }
}

/// A line that is being fitted into a width.
struct Line<'a> {
    columns: &'a [Column],
    extents: &'a [Extent],
    whole_name: usize,
    shown: Vec<usize>,
    bars: Vec<usize>,
    crowded: Vec<usize>,
}

impl Line<'_> {
    /// Leaves out what the width has no room for: of what matters alike, the last.
    fn fitted(mut self, width: usize) -> Self {
        let wanted = self.bars.clone();
        while self.least_width() > width {
            // What leads a line stays unless it can be spared.
            let spared = |(place, at): &(usize, &usize)| {
                let column = &self.columns[**at];
                self.shown.len() > 1 && !column.asked && (*place > 0 || column.spare > 0)
            };
            let columns = self.shown.iter().enumerate().filter(spared);
            let column = columns.map(|(place, at)| (self.columns[*at].spare, place)).max();
            match (column, self.bars.is_empty()) {
                (Some((rank, place)), empty) if empty || rank > BAR => self.crowded.push(self.shown.remove(place)),
                (_, false) => drop(self.bars.pop()),
                (_, true) => break,
            }
            let shown = &self.shown;
            self.bars.retain(|at| shown.contains(at));
        }
        // The columns that went after the bars may have left room for some of them.
        for at in wanted.into_iter().filter(|at| self.shown.contains(at)) {
            if !self.bars.contains(&at) && self.least_width().saturating_add(bar::WIDTH) <= width {
                self.bars.push(at);
            }
        }
        self.crowded.sort_unstable();
        self
    }

    /// How many of the columns are such that names are wrapped for them.
    fn matters_of(&self, places: &[usize]) -> usize {
        places.iter().filter(|at| self.columns[**at].spare == MATTERS).count()
    }

    /// What a column needs at least.
    fn least(&self, at: usize) -> usize {
        let Extent { natural, word, .. } = self.extents[at];
        let floor = match self.columns[at].kind {
            Kind::Text => NARROW,
            Kind::Name => self.whole_name,
            _ => natural,
        };
        natural.min(floor.max(word))
    }

    /// What lies between the columns and behind percentages.
    fn between(&self) -> usize {
        GAP * self.shown.len().saturating_sub(1) + bar::WIDTH * self.bars.len()
    }

    fn least_width(&self) -> usize {
        self.shown.iter().map(|at| self.least(*at)).sum::<usize>() + self.between()
    }

    /// The columns with their widths: the widest gives way first, until all fit or nothing more can be taken.
    fn widths(&self, width: usize) -> Vec<(usize, usize)> {
        let room = width.saturating_sub(self.between());
        let capped =
            |cap: usize| self.shown.iter().map(move |&at| (at, self.extents[at].natural.min(cap).max(self.least(at))));
        let widest = self.shown.iter().map(|&at| self.extents[at].natural).max().unwrap_or(0);
        // A line has some hundred columns at most, so counting down is quick.
        let fits = |cap: &usize| capped(*cap).map(|(_, width)| width).sum::<usize>() <= room;
        capped((0..=widest).rev().find(fits).unwrap_or(0)).collect()
    }
}

fn is_blank(cell: &str) -> bool {
    cell.is_empty() || cell == NOTHING
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

    fn gathered(rows: &[Vec<String>]) -> Rows {
        let mut out = Rows::new(rows.first().map_or(0, Vec::len));
        rows.iter().for_each(|row| out.push(row.iter().cloned()));
        out
    }

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
        let of = |width, wide, columns: &[Column]| layout(columns, &headings, &gathered(&rows), width, wide);
        let all = of(Some(40), false, &columns);
        assert_eq!((all.shown, all.details, all.empty), (vec![(0, 10), (3, 20)], vec![1], vec![2]));
        let narrow = of(Some(30), false, &columns);
        assert_eq!((narrow.shown, narrow.crowded), (vec![(0, 10)], vec![3]));
        assert_eq!(of(Some(30), true, &columns).shown, [(0, 10), (1, 36), (3, 20)]);
        let asked = columns.clone().map(Column::asked);
        assert_eq!(of(Some(30), false, &asked).shown.len(), 4);
    }

    #[test]
    fn names_are_wrapped_for_what_matters_as_much_and_bars_go_before_that() {
        let columns = [
            Column::new("name", Kind::Name),
            Column::new("used", Kind::Percent).spare(1),
            Column::new("count", Kind::Number).spare(5),
        ];
        let headings = ["name", "used", "count"].map(String::from);
        let rows = [[format!("{0} {0}", "n".repeat(15)), "90.0".to_owned(), "12345".to_owned()].to_vec()];
        let of = |width| layout(&columns, &headings, &gathered(&rows), Some(width), false);
        assert_eq!((of(55).shown, of(55).bars), (vec![(0, 31), (1, 4), (2, 5)], vec![1]));
        assert_eq!((of(54).shown, of(54).bars, of(54).crowded), (vec![(0, 31), (1, 4)], vec![1], vec![2]));
        assert_eq!((of(47).shown, of(47).bars), (vec![(0, 31), (1, 4)], vec![]));
        let mut ranked = columns.clone();
        ranked[2].spare = 3;
        let narrow = layout(&ranked, &headings, &gathered(&rows), Some(48), false);
        assert_eq!((narrow.shown, narrow.bars), (vec![(0, 31), (1, 4), (2, 5)], vec![]));
        assert_eq!((of(36).shown, of(36).crowded), (vec![(0, 30), (1, 4)], vec![2]));
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let rows: Vec<Vec<String>> = [["a b", "-", ""], ["-", "-", "-"], ["", "\u{fc}, 日本", "3"]]
            .map(|row| row.map(str::to_owned).to_vec())
            .into();
        let gathered = gathered(&rows);
        assert_eq!((gathered.len(), gathered.is_empty()), (3, false));
        assert!(gathered.iter().eq(rows.iter().map(|row| row.iter().map(String::as_str).collect::<Vec<_>>())));
    }
}
