//! Edits of a text that a person wrote: what is new goes in, everything else stays as it is.

use std::ops::Range;

use super::element::{At, Element};

/// A part of a text that is replaced.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// What of the document it comes from.
    pub(super) of: At,
}

/// The text with its edits, and where each of them ended up.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> (String, Vec<(Range<usize>, At)>) {
    edits.sort_by_key(|edit| edit.range.start);
    let (mut out, mut places, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
    for edit in edits {
        out.push_str(text.get(at..edit.range.start).unwrap_or_default());
        let start = out.len();
        out.push_str(&edit.text);
        places.push((start..out.len(), edit.of));
        at = edit.range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, places)
}

/// The blanks before a place on its line.
pub(in crate::import) fn indent(text: &str, at: usize) -> &str {
    let line = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(line..at).unwrap_or_default();
    &line[..line.len() - line.trim_start().len()]
}

/// Where lines go into an element that holds nothing yet, or behind its last child; `None` when there are none to add.
pub(super) fn append(text: &str, element: &Element, lines: &[String], of: &At) -> Option<Edit> {
    if lines.is_empty() {
        return None;
    }
    let outer = indent(text, element.range.start).to_owned();
    let inner = format!("{outer}  ");
    let block: String = lines.iter().map(|line| format!("\n{}", indented(line, &inner))).collect();
    let of = of.clone();
    if let Some(last) = element.children.last() {
        return Some(Edit { range: last.range.end..last.range.end, text: block, of });
    }
    let own = text.get(element.range.clone()).unwrap_or_default();
    // `<xs:extension base="Resource"/>`
    if own.ends_with("/>") {
        let (at, tag) = (element.range.end - 2, own[1..].split([' ', '/', '>', '\n']).next().unwrap_or_default());
        return Some(Edit { range: at..element.range.end, text: format!(">{block}\n{outer}</{tag}>"), of });
    }
    let close = own.rfind("</").map_or(element.range.end, |at| element.range.start + at);
    let start = text.get(..close).unwrap_or_default().trim_end().len();
    Some(Edit { range: start..start, text: block, of })
}

/// Lines at a depth.
pub(super) fn indented(lines: &str, indent: &str) -> String {
    lines.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}
