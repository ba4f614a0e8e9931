//! The file that an answer is written to: what its faults mean to the user.

use std::io;
use std::path::Path;

use backhaul_transport::Error;
use backhaul_transport::file::FileError;

use crate::connect::Peer;
use crate::exit::{Code, Failure};

/// Why the answer did not get into its file: the disk, or the server.
pub(super) fn failure(peer: &Peer, error: &Error) -> Failure {
    error.file().map_or_else(|| peer.refusal(error), refusal)
}

/// The server did what it was asked for, and gave nothing to write.
pub(super) fn nothing(peer: &Peer, path: &Path) -> Failure {
    let (name, path) = (&peer.name, path.display());
    let rule = format!("{name}: the server answered with success and without a word: {path} is as it was");
    Failure::new(Code::ServerError, rule).with_help("leave --out out where an operation answers nothing")
}

/// A place that cannot be written to is the user's to choose anew, the rest is the disk's.
pub(super) fn refusal(error: &FileError) -> Failure {
    match error.kind() {
        io::ErrorKind::IsADirectory | io::ErrorKind::NotFound => Failure::usage(error.to_string()),
        _ => Failure::internal(error.to_string()),
    }
}
