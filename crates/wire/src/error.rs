//! Decode and encode errors, with the path inside the body.

use std::fmt;

use crate::version::{ApiVersion, Versions};

/// How much of a body an error keeps.
const EXCERPT: usize = 2048;

/// A body could not be read.
///
/// # Troubleshooting
/// [`DecodeError::path`] says where in the body reading stopped; [`DecodeError::excerpt`] keeps the start of the body,
/// cut to 2 KiB. A body that is not of the format at all (a proxy's HTML page, say) has an empty path.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    type_name: &'static str,
    path: String,
    message: String,
    excerpt: String,
    truncated: bool,
}

impl DecodeError {
    pub(crate) fn new(type_name: &'static str, path: String, message: impl fmt::Display, body: &[u8]) -> Self {
        let kept = &body[..body.len().min(EXCERPT)];
        // The cut may fall inside a letter, which is no fault of the body.
        let kept = match std::str::from_utf8(kept) {
            Err(error) if error.error_len().is_none() && kept.len() < body.len() => &kept[..error.valid_up_to()],
            _ => kept,
        };
        let mut excerpt = String::from_utf8_lossy(kept).into_owned();
        // What stands in for a byte that is not UTF-8 is longer than the byte.
        excerpt.truncate(excerpt.floor_char_boundary(EXCERPT));
        Self(Box::new(Inner {
            type_name,
            path,
            message: message.to_string(),
            excerpt,
            truncated: body.len() > EXCERPT,
        }))
    }

    /// The type that was being read.
    #[must_use]
    pub fn type_name(&self) -> &str {
        self.0.type_name
    }

    /// Where in the body reading stopped, such as `results[3].usedSpaceBytes`; empty at the top.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What was wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The start of the body, at most 2 KiB; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }

    /// Whether the body went on past [`DecodeError::excerpt`].
    #[must_use]
    pub fn is_excerpt_cut(&self) -> bool {
        self.0.truncated
    }

    /// The same error with each of its texts changed: path, message and excerpt. For who takes a secret out of them, which
    /// a server may repeat in any.
    #[must_use]
    pub fn with_texts(mut self, change: impl Fn(&mut String)) -> Self {
        let Inner { path, message, excerpt, .. } = &mut *self.0;
        [path, message, excerpt].into_iter().for_each(change);
        self
    }

    /// The same error without the body, for answers that carry a secret (tokens).
    #[must_use]
    pub fn without_excerpt(mut self) -> Self {
        self.0.excerpt.clear();
        self
    }
}

/// Leaves the body out: a log must not grow by 2 KiB, nor learn what the body said.
impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { type_name, path, message, .. } = &*self.0;
        f.debug_struct("DecodeError")
            .field("type", type_name)
            .field("path", path)
            .field("message", message)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}", self.0.type_name)?;
        if !self.0.path.is_empty() {
            write!(f, " at `{}`", self.0.path)?;
        }
        write!(f, ": {}", self.0.message)
    }
}

impl std::error::Error for DecodeError {}

/// A value could not be written for the server it is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    pub(crate) path: String,
    pub(crate) reason: EncodeReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EncodeReason {
    Field { version: Option<ApiVersion>, versions: Versions },
    Value { version: Option<ApiVersion>, value: String, versions: Versions },
    Missing,
    Format(String),
}

impl EncodeError {
    pub(crate) fn format(path: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { path: path.into(), reason: EncodeReason::Format(reason.to_string()) }
    }

    /// Where in the value the trouble is.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The versions that have the field or value, when that is the trouble.
    #[must_use]
    pub fn versions(&self) -> Option<Versions> {
        match self.reason {
            EncodeReason::Field { versions, .. } | EncodeReason::Value { versions, .. } => Some(versions),
            EncodeReason::Missing | EncodeReason::Format(_) => None,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.reason {
            EncodeReason::Field { version, versions } => {
                write!(
                    f,
                    "`{path}` is not in {} of the API: it is in {versions}; leave it unset or use such a version",
                    named(*version)
                )
            }
            EncodeReason::Value { version, value, versions } => {
                let version = named(*version);
                write!(f, "`{path}`: the value `{value}` is not in {version} of the API: it is in {versions}")
            }
            EncodeReason::Missing => write!(f, "`{path}` is required and not set"),
            EncodeReason::Format(reason) => write!(f, "cannot write `{path}`: {reason}"),
        }
    }
}

impl std::error::Error for EncodeError {}

fn named(version: Option<ApiVersion>) -> String {
    version.map_or_else(|| "this version".to_owned(), |version| version.to_string())
}
