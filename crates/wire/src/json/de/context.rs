//! Where the driver is, and what it reports.

use std::fmt;

use crate::drift::Drift;

/// Where the driver is, and what it reports.
pub(crate) struct Context<'a> {
    pub(super) segments: Vec<Segment>,
    pub(super) drift: Option<&'a mut Drift>,
}

/// One step of a path.
#[derive(Clone)]
pub(crate) enum Segment {
    Field(&'static str),
    Index(usize),
    Name(String),
    /// An item of a list that repeats without a wrapper.
    Item(&'static str, usize),
}

impl<'a> Context<'a> {
    pub(crate) fn new(drift: Option<&'a mut Drift>) -> Self {
        Self { segments: Vec::new(), drift }
    }

    /// The path to where the driver is, such as `results[3].name`.
    pub(crate) fn path(&self) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Index(index) => out.push_str(&format!("[{index}]")),
                Segment::Field(name) => push_name(&mut out, name),
                Segment::Name(name) => push_name(&mut out, name),
                Segment::Item(name, index) => {
                    push_name(&mut out, name);
                    out.push_str(&format!("[{index}]"));
                }
            }
        }
        out
    }

    pub(crate) fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    pub(crate) fn pop(&mut self) {
        self.segments.pop();
    }

    /// Drops what was reported below a path.
    pub(in crate::json) fn forget(&mut self, path: &str) {
        if let Some(drift) = &mut self.drift {
            drift.forget(path);
        }
    }

    pub(crate) fn unknown_field(&mut self, name: &str) {
        if self.drift.is_some() {
            let mut path = self.path();
            push_name(&mut path, name);
            if let Some(drift) = &mut self.drift {
                drift.field(path);
            }
        }
    }

    /// An enum value that its type does not list, at the field `name`, or, with no name, where the driver is.
    pub(crate) fn unknown_value(&mut self, name: &'static str, text: &str) {
        if self.drift.is_some() {
            let mut path = self.path();
            if !name.is_empty() {
                push_name(&mut path, name);
            }
            if let Some(drift) = &mut self.drift {
                drift.value(path, text);
            }
        }
    }

    /// Runs `read` one step deeper. On an error the step stays, so that the path names the place.
    pub(super) fn within<T, E>(
        &mut self,
        segment: Segment,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.segments.push(segment);
        let value = read(self)?;
        self.segments.pop();
        Ok(value)
    }

    /// Adds the last step of the path to an error that a scalar gave.
    pub(super) fn blame<T, E>(&mut self, field: &'static str, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.segments.push(Segment::Field(field));
        }
        result
    }
}

fn push_name(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.extend(name.chars().take(100));
}

/// A serde_json error without its own notion of the type, with the place in the text.
pub(in crate::json) struct Explained<'a> {
    pub(in crate::json) error: &'a serde_json::Error,
    pub(in crate::json) text: &'a str,
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.text.trim_start();
        if start.starts_with('<') {
            let what = if looks_like_html(start) { "an HTML page (from a proxy or another product?)" } else { "XML" };
            return write!(f, "the body is {what}, not JSON");
        }
        if self.error.is_eof() {
            return write!(f, "the body ends too early: {}", self.error);
        }
        self.error.fmt(f)
    }
}

pub(crate) fn looks_like_html(start: &str) -> bool {
    let head: String = start.chars().take(200).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.contains("<html")
}
