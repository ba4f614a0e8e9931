//! Where a reading driver is, and what it reports.

use crate::drift::Drift;
use crate::room::Room;

/// Where a reading driver is, and what it reports.
///
/// A driver that fails leaves its steps in place, so that the path names what it failed at.
pub(crate) struct Context<'a> {
    steps: Vec<Step>,
    /// The names that come from the body, one behind the other: a string for each would cost more than reading it.
    names: String,
    drift: Option<&'a mut Drift>,
    /// How much memory the value may take.
    pub(crate) room: Room,
}

/// One step of a path.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Field(&'static str),
    Index(usize),
    /// A name that comes from the body, up to where it ends in [`Context::names`].
    Name(usize),
    /// An item of a list that repeats without a wrapper.
    Item(&'static str, usize),
}

impl<'a> Context<'a> {
    pub(crate) fn new(drift: Option<&'a mut Drift>) -> Self {
        Self { steps: Vec::new(), names: String::new(), drift, room: Room::ANY }
    }

    /// The same, with room for so many bytes.
    pub(crate) fn within(self, most: usize) -> Self {
        Self { room: Room::of(most), ..self }
    }

    /// Whether the caller asked to be told: only then may a value that does not fit be passed over.
    pub(crate) fn reports(&self) -> bool {
        self.drift.is_some()
    }

    /// The path to where the driver is, such as `results[3].name`.
    pub(crate) fn path(&self) -> String {
        let (mut out, mut start) = (String::new(), 0);
        for step in &self.steps {
            match step {
                Step::Index(index) => push_index(&mut out, *index),
                Step::Field(name) => push_name(&mut out, name),
                Step::Name(end) => {
                    push_name(&mut out, self.names.get(start..*end).unwrap_or_default());
                    start = *end;
                }
                Step::Item(name, index) => {
                    push_name(&mut out, name);
                    push_index(&mut out, *index);
                }
            }
        }
        out
    }

    /// The path to a member of where the driver is; with no name, to the place itself.
    pub(crate) fn path_to(&self, name: &str) -> String {
        let mut path = self.path();
        if !name.is_empty() {
            push_name(&mut path, name);
        }
        path
    }

    /// How deep the path is.
    pub(crate) fn depth(&self) -> usize {
        self.steps.len()
    }

    /// Goes back up to a depth.
    pub(crate) fn rise(&mut self, depth: usize) {
        while self.steps.len() > depth {
            self.pop();
        }
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Goes to an entry that the body names.
    pub(crate) fn push_name(&mut self, name: &str) {
        self.names.push_str(name);
        self.steps.push(Step::Name(self.names.len()));
    }

    pub(crate) fn pop(&mut self) {
        if let Some(Step::Name(_)) = self.steps.pop() {
            let above = self.steps.iter().rev().find_map(|step| match step {
                Step::Name(end) => Some(*end),
                _ => None,
            });
            self.names.truncate(above.unwrap_or(0));
        }
    }

    /// Replaces the last step: the next item of the same list.
    pub(crate) fn step(&mut self, step: Step) {
        if let Some(last) = self.steps.last_mut() {
            *last = step;
        }
    }

    /// Drops what was reported last, as far as it is below a path.
    pub(crate) fn forget_last(&mut self, path: &str) {
        if let Some(drift) = &mut self.drift {
            drift.forget_last(path);
        }
    }

    /// Drops what was reported below a path.
    pub(crate) fn forget(&mut self, path: &str) {
        if let Some(drift) = &mut self.drift {
            drift.forget(path);
        }
    }

    pub(crate) fn unknown_field(&mut self, name: &str) {
        self.report(name, |drift| drift.unknown_fields.len(), Drift::field);
    }

    /// An enum value that its type does not list, at the field `name`, or, with no name, where the driver is.
    pub(crate) fn unknown_value(&mut self, name: &'static str, text: &str) {
        self.report(name, |drift| drift.unknown_values.len(), |drift, path| drift.value(path, text));
    }

    /// A value of the field `name` that its type cannot take, at `path` in it.
    pub(crate) fn misfit(&mut self, name: &str, path: String, reason: String) {
        self.unknown_field(name);
        if let Some(drift) = &mut self.drift {
            drift.misfit(path, reason);
        }
    }

    /// A value that was taken, but not as it stood.
    pub(crate) fn altered(&mut self, name: &str, reason: &str) {
        self.report(name, |drift| drift.misfits.len(), |drift, path| drift.misfit(path, reason.to_owned()));
    }

    /// Reports something of a kind of which so many are `told`.
    fn report(&mut self, name: &str, told: impl Fn(&Drift) -> usize, report: impl FnOnce(&mut Drift, String)) {
        // Past the limit only the number counts: a path for each of 80,000 unknown members would be work for nothing.
        let path = match &self.drift {
            None => return,
            Some(drift) if told(drift) >= Drift::LIMIT => String::new(),
            Some(_) => self.path_to(name),
        };
        if let Some(drift) = &mut self.drift {
            report(drift, path);
        }
    }
}

fn push_name(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.extend(name.chars().take(100));
}

fn push_index(out: &mut String, index: usize) {
    out.push('[');
    out.push_str(&index.to_string());
    out.push(']');
}

/// Whether a body that should be JSON or XML is a web page: a proxy's, or another product's.
#[must_use]
pub fn looks_like_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let head = String::from_utf8_lossy(&body[..body.len().min(200)]).to_ascii_lowercase();
    // Of Enterprise Manager's own elements one may be called so, but not the first.
    let first = head.split('<').find(|tag| tag.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'));
    let rest = first.and_then(|tag| tag.strip_prefix("html"));
    let is_root = rest.is_some_and(|rest| rest.starts_with(|next: char| next == '>' || next.is_ascii_whitespace()));
    // What begins otherwise is no markup, though there may be some in it.
    head.starts_with("<!doctype html") || (head.starts_with('<') && is_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_full_costs_no_more_paths() {
        let mut drift = Drift::default();
        let mut context = Context::new(Some(&mut drift));
        (0..Drift::LIMIT).for_each(|_| context.unknown_field("new"));
        context.report("new", |drift| drift.unknown_fields.len(), |_, path| assert_eq!(path, ""));
        context.report("color", |drift| drift.unknown_values.len(), |_, path| assert_eq!(path, "color"));
        context.unknown_field("new");
        context.unknown_value("color", "Puce");
        assert_eq!((drift.unknown_values.len(), drift.more), (1, 1));
    }
}
