//! Runs that are kept, so that usage can be looked at over time.
//!
//! A store is a folder or an S3 bucket of Parquet files, `day=2026-10-31/system=em/RUN.parquet`: partitioned as
//! Hive does, so that DuckDB, Polars, pandas, ClickHouse and Spark read it whole. Each run writes one file per
//! system, whole or not at all: collectors that run at once write files of their own names. Nothing is ever changed
//! in place; [`compact`](Store::compact) and the rest write anew what they change.
//!
//! The day and the system of a row stand in the path alone, as is usual for partitions. Sizes are signed 64-bit
//! numbers of bytes, times UTC timestamps of microseconds, all else plain texts.

mod care;
mod error;
mod file;
mod history;
mod trend;

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

pub use care::{Compacted, Verified};
pub use error::{StoreError, StoreErrorKind};
pub use history::{History, Point, Series};
pub use trend::{Trend, trends};

use self::file::Part;
use crate::row::Row;

/// How many files are fetched at once.
const AT_ONCE: usize = 8;

/// A place where runs are kept.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// What of the place's address names a folder in it.
    prefix: Path,
    /// As the user wrote it.
    name: String,
}

/// A file of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The day, in UTC, on which its run began.
    pub day: Date,
    /// The system.
    pub system: String,
    /// The file's size in bytes.
    pub size: u64,
    path: Path,
}

impl StoredFile {
    /// Where it is in the store.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_ref()
    }
}

impl Store {
    /// Opens a store to read: a folder, `file:///…`, or `s3://BUCKET/FOLDER`. Nothing is written, so that it may be
    /// a place that cannot be written to.
    ///
    /// # Errors
    /// When there is no such folder, or the address is none.
    pub fn open(address: &str) -> Result<Self, StoreError> {
        Self::at(address, false)
    }

    /// Opens a store to write; a folder that is not there is made.
    ///
    /// # Errors
    /// When the folder cannot be made, or the address is none.
    pub fn create(address: &str) -> Result<Self, StoreError> {
        Self::at(address, true)
    }

    fn at(address: &str, create: bool) -> Result<Self, StoreError> {
        if address.starts_with("s3://") || address.starts_with("s3a://") {
            return Self::s3(address);
        }
        let folder = match address.split_once("://") {
            Some(("file", path)) => path,
            Some((scheme, _)) => {
                let says = format!("`{scheme}://` is no place for a store: give a folder, or s3://BUCKET/FOLDER");
                return Err(StoreError::new(StoreErrorKind::Address, address, says));
            }
            None => address,
        };
        let folder = FilePath::new(folder);
        let fail = |error: std::io::Error| StoreError::io(address, &error);
        if create {
            std::fs::create_dir_all(folder).map_err(fail)?;
        } else if let Err(error) = std::fs::read_dir(folder) {
            return Err(match error.kind() {
                std::io::ErrorKind::NotFound => StoreError::new(
                    StoreErrorKind::Missing,
                    address,
                    "there is no store here; `backhaul collect` or `usage --save` begins one",
                ),
                _ => fail(error),
            });
        }
        let objects = LocalFileSystem::new_with_prefix(folder).map_err(|error| StoreError::object(address, error))?;
        // A compaction removes what it has read: by then what it wrote must be on the disk.
        let objects = objects.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), prefix: Path::default(), name: address.to_owned() })
    }

    #[cfg(feature = "s3")]
    fn s3(address: &str) -> Result<Self, StoreError> {
        let wrong = |says: String| StoreError::new(StoreErrorKind::Address, address, says);
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong("write s3://BUCKET/FOLDER".to_owned()));
        }
        let prefix = Path::parse(prefix.trim_matches('/')).map_err(|error| wrong(error.to_string()))?;
        // By itself it tries for three minutes; who looks at a prompt, or a timer that comes again, is told sooner.
        let retry = object_store::RetryConfig {
            max_retries: 3,
            retry_timeout: std::time::Duration::from_secs(30),
            ..object_store::RetryConfig::default()
        };
        // What `object_store` speaks TLS with has no cryptography of its own; a program that chose one keeps it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = object_store::aws::AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
        let objects = builder.build().map_err(|error| StoreError::object(address, error))?;
        Ok(Self { objects: Arc::new(objects), prefix, name: address.to_owned() })
    }

    #[cfg(not(feature = "s3"))]
    fn s3(address: &str) -> Result<Self, StoreError> {
        let says = "this build keeps runs in folders only; build it with `--features s3`";
        Err(StoreError::new(StoreErrorKind::Address, address, says))
    }

    /// A store in any place that the `object_store` crate knows.
    #[must_use]
    pub fn of(objects: Arc<dyn ObjectStore>, name: impl Into<String>) -> Self {
        Self { objects, prefix: Path::default(), name: name.into() }
    }

    /// Its address, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins to save a run that was begun at this time. Nothing is written before [`Run::finish`].
    #[must_use]
    pub fn run(&self, started: Timestamp) -> Run {
        Run { store: self.clone(), started, parts: Vec::new() }
    }

    /// The files of the days from `since` to `until`, both included, oldest first.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn files(&self, since: Date, until: Date) -> Result<Vec<StoredFile>, StoreError> {
        let all = self.objects.list(Some(&self.prefix)).map_err(|error| StoreError::object(&self.name, error));
        let mut files: Vec<StoredFile> = all
            .try_filter_map(|object| async move { Ok(StoredFile::of(object.location, object.size)) })
            .try_filter(|file| std::future::ready(since <= file.day && file.day <= until))
            .try_collect()
            .await?;
        files.sort_by(|a, b| (a.day, &a.system, &a.path).cmp(&(b.day, &b.system, &b.path)));
        Ok(files)
    }

    /// All files, oldest first.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn all_files(&self) -> Result<Vec<StoredFile>, StoreError> {
        self.files(Date::MIN, Date::MAX).await
    }

    async fn fetch(&self, file: &StoredFile) -> Result<Bytes, StoreError> {
        let name = self.place(file);
        let got = self.objects.get(&file.path).await.map_err(|error| StoreError::object(&name, error))?;
        got.bytes().await.map_err(|error| StoreError::object(&name, error))
    }

    /// The files' contents, in their order, a few at a time.
    fn contents<'a>(
        &'a self,
        files: impl IntoIterator<Item = &'a StoredFile, IntoIter: Send> + 'a,
    ) -> impl StreamExt<Item = (&'a StoredFile, Result<Bytes, StoreError>)> + 'a {
        stream::iter(files).map(move |file| async move { (file, self.fetch(file).await) }).buffered(AT_ONCE)
    }

    /// Writes a file, whole or not at all.
    async fn put(&self, path: &Path, content: Bytes, mode: PutMode) -> Result<(), StoreError> {
        let options = PutOptions { mode, ..PutOptions::default() };
        let put = self.objects.put_opts(path, PutPayload::from(content), options).await;
        put.map(drop).map_err(|error| StoreError::object(&format!("{}/{path}", self.name), error))
    }

    fn partition(&self, day: Date, system: &str) -> Path {
        let folder = if self.prefix.as_ref().is_empty() { String::new() } else { format!("{}/", self.prefix) };
        Path::from(format!("{folder}day={day}/system={system}"))
    }

    fn place(&self, file: &StoredFile) -> String {
        format!("{}/{}", self.name.trim_end_matches('/'), file.path)
    }
}

impl StoredFile {
    /// What a path says; none for what is no file of a store.
    fn of(path: Path, size: u64) -> Option<Self> {
        let mut parts = path.as_ref().rsplit('/');
        let (name, system, day) = (parts.next()?, parts.next()?, parts.next()?);
        let file = Self {
            day: day.strip_prefix("day=")?.parse().ok()?,
            system: system.strip_prefix("system=")?.to_owned(),
            size,
            path: path.clone(),
        };
        name.ends_with(".parquet").then_some(file)
    }

    /// The run that it holds, unless it is compacted.
    fn run(&self) -> &str {
        self.path.filename().and_then(|name| name.strip_suffix(".parquet")).unwrap_or_default()
    }
}

/// A run that is being saved.
#[derive(Debug)]
pub struct Run {
    store: Store,
    started: Timestamp,
    parts: Vec<Part>,
}

impl Run {
    /// Adds rows. They are encoded as they come, so that memory holds little of a large fleet.
    ///
    /// # Errors
    /// When rows cannot be encoded, which would be a fault of this library.
    pub fn push(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        for row in rows {
            let place = self.parts.iter().position(|part| part.system == row.system);
            let part = match place.and_then(|place| self.parts.get_mut(place)) {
                Some(part) => part,
                None => {
                    self.parts.push(Part::new(&row.system, &[])?);
                    let Some(part) = self.parts.last_mut() else { continue };
                    part
                }
            };
            part.push(row)?;
        }
        Ok(())
    }

    /// Writes what was added: a file per system. Gives the number of rows.
    ///
    /// # Errors
    /// When the place cannot be written to; files that were written stay, each is whole.
    pub async fn finish(self) -> Result<usize, StoreError> {
        let day = self.started.to_zoned_datetime(TimeZone::UTC).date();
        let (stamp, mut rows) = (self.started.strftime("%Y%m%dT%H%M%SZ").to_string(), 0);
        for part in self.parts {
            let folder = self.store.partition(day, &part.system);
            let count = part.rows();
            let content = part.finish()?;
            let path = Path::from(format!("{folder}/{stamp}-{:016x}.parquet", random()));
            self.store.put(&path, content, PutMode::Create).await?;
            rows += count;
        }
        Ok(rows)
    }
}

/// Different in each call and process: collectors that begin in the same second must not write the same file.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
