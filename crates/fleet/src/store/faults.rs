//! What goes wrong where runs are kept: a clear error or a stated gap, never a wrong sum, and nothing that was kept
//! is lost.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions, PutResult,
    Result as Put,
};

use super::tests::{Result, at, date, filled, row, save};
use super::*;

/// A place that is full, or gone, as soon as it is said.
#[derive(Debug, Default)]
struct Faulty {
    inner: InMemory,
    full: AtomicBool,
    gone: AtomicBool,
}

impl Faulty {
    fn error(&self, kind: std::io::ErrorKind) -> object_store::Error {
        object_store::Error::Generic { store: "faulty", source: std::io::Error::from(kind).into() }
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Put<PutResult> {
        if self.full.load(Ordering::Relaxed) {
            return Err(self.error(std::io::ErrorKind::StorageFull));
        }
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Put<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Put<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Put<Path>>) -> BoxStream<'static, Put<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Put<ObjectMeta>> {
        if self.gone.load(Ordering::Relaxed) {
            let error = self.error(std::io::ErrorKind::ConnectionRefused);
            return stream::once(std::future::ready(Err(error))).boxed();
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Put<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Put<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_what_was_kept_stays() -> Result {
    let objects = Arc::new(Faulty::default());
    let store = Store::of(Arc::clone(&objects) as Arc<dyn ObjectStore>, "here");
    for day in 0..2 {
        save(&store, day, &[row("em", "a", Some(1), at(day)?)]).await?;
        save(&store, day, &[row("em", "a", Some(2), at(day)?)]).await?;
    }
    objects.full.store(true, Ordering::Relaxed);
    let failed = save(&store, 5, &[row("em", "a", Some(1), at(5)?)]).await;
    let says = failed.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(says.starts_with("here/day=2026-10-06/system=em/") && says.contains("no storage space"), "{says}");
    // Compacting and deleting write before they remove.
    assert!(store.compact(date(9)?).await.is_err());
    save(&store, 0, &[]).await?;
    assert!(store.delete_tenant("nobody").await.is_ok_and(|removed| removed == 0));
    assert_eq!(store.all_files().await?.len(), 4);
    let history = store.history(at(0)?, at(9)?).await?;
    assert_eq!(history.series.first().map(|series| series.points.len()), Some(4));
    objects.gone.store(true, Ordering::Relaxed);
    let unreachable = store.history(at(0)?, at(9)?).await;
    assert!(
        unreachable.is_err_and(|error| error.kind() == StoreErrorKind::Place && error.to_string().contains("refused"))
    );
    Ok(())
}

/// Every file says which version of the columns it has; this changes it, as another release would.
fn of_release(whole: &[u8], version: u8) -> Result<Bytes> {
    let key = b"backhaul.schema";
    let mut bytes = whole.to_vec();
    // The footer comes last; data pages do not hold this text.
    let place = bytes.windows(key.len()).rposition(|window| window == key).ok_or("no version")?;
    let digit = bytes[place + key.len()..].iter().position(|byte| *byte == b'1').ok_or("another version")?;
    bytes[place + key.len() + digit] = version;
    Ok(bytes.into())
}

#[tokio::test]
async fn a_store_of_a_newer_release_is_refused_and_not_half_read() -> Result {
    let store = filled().await?;
    save(&store, 0, &[row("em", "a", Some(7), at(0)?)]).await?;
    let files = store.all_files().await?;
    let file = files.first().ok_or("no file")?;
    let whole = store.fetch(file).await?;
    store.put(&file.path, of_release(&whole, b'9')?, PutMode::Overwrite).await?;
    let refused = store.history(at(0)?, at(9)?).await.err().ok_or("read all the same")?;
    assert_eq!(refused.kind(), StoreErrorKind::Newer);
    assert!(refused.to_string().contains("newer backhaul wrote this file (schema 9)"), "{refused}");
    assert!(store.delete_tenant("a").await.is_err());
    assert!(store.compact(date(9)?).await.is_err());
    // Days that it does not touch can still be asked.
    assert_eq!(store.history(at(2)?, at(2)?).await?.series.len(), 3);
    assert_eq!(store.all_files().await?.len(), 7);
    Ok(())
}

#[tokio::test]
async fn a_store_of_an_older_release_is_read_and_can_be_migrated() -> Result {
    let store = filled().await?;
    for file in store.all_files().await?.iter().take(2) {
        let whole = store.fetch(file).await?;
        store.put(&file.path, of_release(&whole, b'0')?, PutMode::Overwrite).await?;
    }
    let before = store.history(at(0)?, at(9)?).await?.series;
    assert_eq!((store.migrate().await?, store.migrate().await?), (2, 0));
    assert_eq!(store.history(at(0)?, at(9)?).await?.series, before);
    Ok(())
}

/// What a collector that was killed leaves is no file of the store.
#[tokio::test]
async fn half_written_files_of_a_collector_that_was_killed_are_no_files() -> Result {
    let folder = tempfile::tempdir()?;
    let name = folder.path().to_str().ok_or("a path")?;
    let store = Store::create(name)?;
    save(&store, 0, &[row("em", "a", Some(1), at(0)?)]).await?;
    let [file] = &store.all_files().await?[..] else { return Err("one file".into()) };
    let half = folder.path().join(format!("{}#1", file.path()));
    std::fs::write(half, b"PAR1")?;
    std::fs::write(folder.path().join("README.txt"), "ours")?;
    assert_eq!(store.all_files().await?.len(), 1);
    assert_eq!(store.verify().await?.unreadable.len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_clock_that_goes_back_changes_no_order() -> Result {
    let store = Store::of(Arc::new(InMemory::new()), "memory");
    for day in [3, 1, 2] {
        save(&store, day, &[row("em", "a", Some(day), at(day)?)]).await?;
    }
    // Rows of a run may be older than the run: a collector's clock was set between them.
    save(&store, 4, &[row("em", "a", Some(0), at(0)?)]).await?;
    let history = store.history(at(0)?, at(9)?).await?;
    let [series] = history.series.as_slice() else { return Err("one series".into()) };
    let used: Vec<_> = series.points.iter().map(|point| point.used_bytes()).collect();
    assert_eq!(used, [Some(0), Some(1), Some(2), Some(3)]);
    assert_eq!(series.row.used_bytes, Some(3));
    Ok(())
}

/// What other programs write may look like ours from outside.
#[tokio::test]
async fn columns_of_another_kind_are_damage_and_missing_ones_unknown() -> Result {
    let store = filled().await?;
    let files = store.all_files().await?;
    let whole = store.fetch(files.first().ok_or("no file")?).await?;
    // Any byte changed anywhere: told, or without consequence, but never a panic.
    let mut told = 0;
    for place in (4..whole.len()).step_by(11) {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0x55;
        let changed = Store::of(Arc::new(InMemory::new()), "changed");
        let path = changed.partition(date(0)?, "em").join("x.parquet");
        changed.put(&path, bytes.into(), PutMode::Create).await?;
        match changed.history(at(0)?, at(9)?).await {
            Ok(history) => told += history.unreadable.len(),
            Err(error) => told += usize::from(error.is_one_file()),
        }
    }
    assert!(told > 0);
    Ok(())
}
