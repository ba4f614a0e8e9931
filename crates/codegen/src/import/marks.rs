//! Which versions have something: what `x-since` and `x-until` say, and how one more version changes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{ImportError, Result};

/// The versions whose documents are in the tree.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Imported {
    versions: BTreeMap<u8, Source>,
    /// The version that is being merged, when it was not in the tree before.
    #[serde(skip)]
    fresh: Option<u8>,
}

/// Where a version's facts come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    /// The document's sha256.
    sha256: String,
    /// Whether it was put together from excerpts and clients, and is no vendor's document.
    #[serde(default)]
    reconstructed: bool,
}

pub(super) fn path(system: &str) -> PathBuf {
    format!("schemas/{system}/{}", crate::project::VERSIONS).into()
}

impl Imported {
    pub(super) fn read(root: &Path, system: &str) -> Result<Self> {
        let path = path(system);
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else { return Ok(Self::default()) };
        let error = |error: serde_json::Error| {
            ImportError::new(&path.display().to_string(), &format!("line {}", error.line()), error)
        };
        serde_json::from_str(&text).map_err(error)
    }

    pub(super) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| ImportError::new("versions", "", error))?;
        Ok(text + "\n")
    }

    pub(super) fn add(&mut self, version: u8, reconstructed: bool, sha256: &str) {
        let source = Source { sha256: sha256.to_owned(), reconstructed };
        self.fresh = self.versions.insert(version, source).is_none().then_some(version);
    }

    /// All versions, in order.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = u8> {
        self.versions.keys().copied()
    }

    /// From the first version to the last.
    pub(super) fn span(&self) -> Span {
        Span { since: self.all().next().unwrap_or(0), until: self.all().next_back().unwrap_or(0) }
    }

    /// The span of what carries no marks in the tree as it is: of all versions but the one that is new to it.
    pub(super) fn before(&self) -> Option<Span> {
        let mut others = self.all().filter(|other| Some(*other) != self.fresh);
        let since = others.next()?;
        Some(Span { since, until: others.next_back().unwrap_or(since) })
    }

    pub(super) fn is_reconstructed(&self, version: u8) -> bool {
        self.versions.get(&version).is_some_and(|source| source.reconstructed)
    }

    /// Whether a vendor's document describes something of this span.
    pub(super) fn is_exact(&self, span: Span) -> bool {
        self.all().any(|version| span.has(version) && !self.is_reconstructed(version))
    }

    /// Whether a vendor's document describes a version between a span and `version`, and so denies the span there.
    pub(super) fn denies(&self, span: Span, version: u8) -> bool {
        self.all().any(|other| {
            (span.until < other && other < version || version < other && other < span.since)
                && !self.is_reconstructed(other)
        })
    }

    /// What is left of a span without one version; `None` when nothing is, or when a hole would be.
    pub(super) fn without(&self, span: Span, version: u8) -> Without {
        // A reconstructed document read again denies nothing: what another source gave that version stays.
        let denies = self.fresh == Some(version) || !self.is_reconstructed(version);
        if !span.has(version) || !denies {
            return Without::Rest(span);
        }
        if span.since == version && span.until == version {
            return Without::Nothing;
        }
        if span.until == version {
            let last = self.all().rfind(|other| *other < version);
            return last.map_or(Without::Nothing, |until| Without::Rest(Span { until, ..span }));
        }
        if span.since == version {
            let first = self.all().find(|other| *other > version);
            return first.map_or(Without::Nothing, |since| Without::Rest(Span { since, ..span }));
        }
        Without::Hole
    }
}

/// What is left of a span without one version.
pub(super) enum Without {
    /// This.
    Rest(Span),
    Nothing,
    /// Two spans, which the marks cannot say.
    Hole,
}

/// The first and the last version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: u8,
    pub(super) until: u8,
}

impl Span {
    pub(super) fn only(version: u8) -> Self {
        Self { since: version, until: version }
    }

    pub(super) fn has(self, version: u8) -> bool {
        (self.since..=self.until).contains(&version)
    }

    pub(super) fn with(self, version: u8) -> Self {
        Self { since: self.since.min(version), until: self.until.max(version) }
    }
}

/// The names of the two marks: `x-since` and `x-until` in types, `since` and `until` in operations.
#[derive(Clone, Copy)]
pub(super) struct Keys(&'static str, &'static str);

pub(super) const TYPE: Keys = Keys("x-since", "x-until");
pub(super) const OPERATION: Keys = Keys("since", "until");

/// The span that a node's marks give it inside its owner's.
pub(super) fn span(node: &Map<String, Json>, keys: Keys, owner: Span) -> Span {
    let read = |key: &str| node.get(key).and_then(Json::as_u64).and_then(|version| u8::try_from(version).ok());
    let (since, until) = (read(keys.0), read(keys.1));
    // An open end is the owner's; of what only the version that is being merged has, the owner's may lie before it.
    let until_or_owner = until.unwrap_or(owner.until.max(since.unwrap_or(0)));
    Span { since: since.unwrap_or(owner.since.min(until_or_owner)), until: until_or_owner }
}

/// Marks a node with what differs from its owner's span.
pub(super) fn mark(node: &mut Map<String, Json>, keys: Keys, span: Span, owner: Span) {
    let mut set = |key: &str, value: u8, same: u8| {
        if value == same {
            node.shift_remove(key);
        } else {
            node.insert(key.to_owned(), value.into());
        }
    };
    set(keys.0, span.since, owner.since);
    set(keys.1, span.until, owner.until);
}
