//! The file that an answer is written to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::exit::Failure;

/// A file under way: it takes its place when it is complete, so that nobody ever finds half an answer there.
pub(super) struct OutFile<'p> {
    path: &'p Path,
    out: Out,
}

enum Out {
    /// Beside the place that it will take.
    Beside(NamedTempFile),
    /// A pipe or a device, which cannot be replaced.
    Direct(File),
}

impl<'p> OutFile<'p> {
    pub(super) fn new(path: &'p Path) -> Result<Self, Failure> {
        let out = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                return Err(Failure::usage(format!("{} is a folder, not a file", path.display())));
            }
            Ok(found) if !found.is_file() => File::options().write(true).open(path).map(Out::Direct),
            _ => beside(path).map(Out::Beside),
        };
        match out {
            Ok(out) => Ok(Self { path, out }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Failure::usage(format!("there is no folder for {}", path.display())))
            }
            Err(error) => Err(fault(path, &error)),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &mut self.out {
            Out::Beside(file) => file.write_all(bytes),
            Out::Direct(file) => file.write_all(bytes),
        };
        written.map_err(|error| fault(self.path, &error))
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        let finished = match self.out {
            Out::Direct(mut file) => file.flush(),
            Out::Beside(file) => file.as_file().sync_all().and_then(|()| {
                file.persist(self.path).map_err(|error| error.error)?;
                Ok(())
            }),
        };
        finished.map_err(|error| fault(self.path, &error))
    }
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // As any new file: the user's mask says who may read it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".backhaul-").tempfile_in(folder)
}

fn fault(path: &Path, error: &io::Error) -> Failure {
    Failure::internal(format!("cannot write {}: {error}", path.display()))
}
