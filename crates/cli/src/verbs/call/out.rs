//! The file that an answer is written to: what its faults mean to the user.

use std::io;

use backhaul_transport::file::{FileError, NewFile};

use crate::exit::Failure;

/// Adds to the file's end.
pub(super) async fn write(file: &mut NewFile, bytes: &[u8]) -> Result<(), Failure> {
    file.write(bytes).await.map_err(|error| refusal(&error))
}

/// A place that cannot be written to is the user's to choose anew, the rest is the disk's.
pub(super) fn refusal(error: &FileError) -> Failure {
    match error.kind() {
        io::ErrorKind::IsADirectory | io::ErrorKind::NotFound => Failure::usage(error.to_string()),
        _ => Failure::internal(error.to_string()),
    }
}
