//! A file that is whole or not there: what is written goes beside its place, and takes the place when it is complete.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// What happens to a file that stands where a new one shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It stays, and the new one is an error.
    #[default]
    Keep,
    /// The new one takes its place, once it is whole.
    Replace,
}

/// A file under way. Until [`NewFile::finish`] nothing stands at its place but what stood there before; a file that is
/// dropped, because of an error or because nobody waits for it any more, leaves nothing behind.
///
/// A symbolic link is followed: the file that it leads to is replaced, and the link stays. A file that is replaced
/// keeps its mode. A pipe or a device, which cannot be replaced, is written to as it is.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    existing: Existing,
    out: File,
    /// Beside the place that it will take; removed when dropped. Nothing for a pipe or a device.
    beside: Option<TempPath>,
}

impl NewFile {
    /// Begins a file that will stand at `path`.
    ///
    /// # Errors
    /// When there is a folder at `path`, or a file that shall be kept, or a link that leads nowhere, or no folder
    /// around it, or none may be made there.
    pub async fn create(path: impl Into<PathBuf>, existing: Existing) -> Result<Self, FileError> {
        let given = path.into();
        let path = match behind_links(&given).await {
            Ok(path) => path,
            Err(error) => return Err(FileError { path: given, error }),
        };
        let begun = match fs::metadata(&path).await {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => File::options().write(true).open(&path).await.map(|out| (out, None)),
            Ok(_) if existing == Existing::Keep => Err(io::ErrorKind::AlreadyExists.into()),
            found => beside(&path, found.ok().as_ref()).map(|(out, temporary)| (out, Some(temporary))),
        };
        match begun {
            Ok((out, beside)) => Ok(Self { path, existing, out, beside }),
            Err(error) => Err(FileError { path, error }),
        }
    }

    /// Where it will stand.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds to its end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.out.write_all(bytes).await.map_err(|error| self.fail(error))
    }

    /// Adds to its end what is written to a writer. It blocks its thread meanwhile.
    ///
    /// # Errors
    /// As [`NewFile::write`], and when `write` fails.
    pub async fn write_with(
        &mut self,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), FileError> {
        let flushed = self.out.flush().await;
        let out = match flushed {
            Ok(()) => self.out.try_clone().await,
            Err(error) => Err(error),
        };
        let mut out = io::BufWriter::new(out.map_err(|error| self.fail(error))?.into_std().await);
        write(&mut out).and_then(|()| io::Write::flush(&mut out)).map_err(|error| self.fail(error))
    }

    /// Puts it on the disk and then in its place.
    ///
    /// # Errors
    /// When the disk refuses, or a file came to its place meanwhile that shall be kept.
    pub async fn finish(mut self) -> Result<(), FileError> {
        let flushed = self.out.flush().await;
        flushed.map_err(|error| self.fail(error))?;
        let Self { path, existing, out, beside } = self;
        let Some(temporary) = beside else { return Ok(()) };
        let placed = match out.sync_all().await {
            Err(error) => Err(error),
            Ok(()) => match existing {
                Existing::Replace => temporary.persist(&path),
                Existing::Keep => temporary.persist_noclobber(&path),
            }
            .map_err(|error| error.error),
        };
        match placed {
            Ok(()) => {
                sync_folder(&path).await;
                Ok(())
            }
            Err(error) => Err(FileError { path, error }),
        }
    }

    fn fail(&self, error: io::Error) -> FileError {
        FileError { path: self.path.clone(), error }
    }
}

/// The file that symbolic links lead to.
async fn behind_links(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path).await {
        // One that leads nowhere is not followed: nobody can say what was meant.
        Ok(found) if found.is_symlink() => fs::canonicalize(path).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("it is a symbolic link that leads nowhere"),
            _ => error,
        }),
        _ => Ok(path.to_owned()),
    }
}

fn beside(path: &Path, replaced: Option<&std::fs::Metadata>) -> io::Result<(File, TempPath)> {
    let mut builder = tempfile::Builder::new();
    // As any new file: the user's mask says who may read it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let (file, temporary) = builder.prefix(".backhaul-").tempfile_in(folder(path))?.into_parts();
    if let Some(replaced) = replaced {
        file.set_permissions(replaced.permissions())?;
    }
    Ok((File::from_std(file), temporary))
}

/// Makes the new name last through a power cut, where a folder can be opened for that. The file itself is safe without.
async fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder(path)).await {
        let _ = folder.sync_all().await;
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that could not be written.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    error: io::Error,
}

impl FileError {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the disk said: `IsADirectory` where there is a folder, `AlreadyExists` where a file shall be kept,
    /// `NotFound` where there is no folder around it.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.error.kind()
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.error.kind() {
            io::ErrorKind::IsADirectory => write!(f, "{path} is a folder, not a file"),
            io::ErrorKind::AlreadyExists => {
                write!(f, "{path} is there already: say that it may be replaced, or choose another")
            }
            io::ErrorKind::NotFound => write!(f, "there is no folder for {path}"),
            _ => write!(f, "cannot write {path}: {}", self.error),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    async fn write(path: &Path) -> Result<(), FileError> {
        let mut file = NewFile::create(path, Existing::Replace).await?;
        file.write(b"new").await?;
        file.finish().await
    }

    #[tokio::test]
    async fn a_link_is_followed_and_the_mode_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        write(&link).await.unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_link_that_leads_nowhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("gone", &link).unwrap();
        let error = write(&link).await.unwrap_err();
        assert!(error.to_string().contains("leads nowhere"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
