use std::fmt;
use std::io;

/// What is wrong with a store, where, and what to do.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    place: String,
    says: String,
}

/// The kinds of what can be wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The address is none.
    Address,
    /// There is no store.
    Missing,
    /// The place cannot be reached, read or written to.
    Place,
    /// A file was written by a newer release.
    Newer,
    /// A file was not written by this library.
    Foreign,
    /// A file is not whole, or was changed.
    Damaged,
    /// A fault of this library.
    Fault,
}

impl StoreError {
    pub(super) fn new(kind: StoreErrorKind, place: &str, says: impl Into<String>) -> Self {
        Self { kind, place: place.to_owned(), says: says.into() }
    }

    pub(super) fn io(place: &str, error: &io::Error) -> Self {
        Self::new(StoreErrorKind::Place, place, error.to_string())
    }

    pub(super) fn object(place: &str, error: object_store::Error) -> Self {
        // The innermost error says it: the layers above repeat paths and URLs.
        let mut source: &dyn std::error::Error = &error;
        let mut gone = is_gone(source);
        while let Some(inner) = source.source() {
            source = inner;
            gone |= is_gone(source);
        }
        let text = error.to_string();
        let says = match &error {
            // Where the machine's own account is asked for, in the clouds of Amazon; elsewhere nobody is there.
            _ if text.contains("169.254.169.254") => {
                "nothing says which account to use: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT \
                 for a server that is not Amazon's"
                    .to_owned()
            }
            _ if text.contains("NoSuchBucket") => "there is no such bucket".to_owned(),
            _ if text.contains("403 Forbidden") => {
                "access is denied: look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what the account may do"
                    .to_owned()
            }
            _ if gone => format!("it cannot be reached: {source}"),
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                format!("access is denied: {source}")
            }
            _ => source.to_string(),
        };
        Self::new(StoreErrorKind::Place, place, says)
    }

    pub(super) fn fault(place: &str, error: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::Fault, place, format!("a row cannot be kept: {error}"))
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether it is about one file, so that the others can be read without it.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Newer | StoreErrorKind::Foreign | StoreErrorKind::Damaged)
    }
}

/// Whether nobody is there, or nobody answers.
fn is_gone(error: &(dyn std::error::Error + 'static)) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut,
    };
    let kinds = [ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut];
    error.downcast_ref::<io::Error>().is_some_and(|error| kinds.contains(&error.kind()))
        || error.to_string().starts_with("dns error")
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.says)
    }
}

impl std::error::Error for StoreError {}
