//! What keeps a store small, whole and lawful.

use std::collections::BTreeMap;

use backhaul_wire::IdKey;
use futures_util::StreamExt;
use jiff::civil::Date;
use object_store::{ObjectStoreExt, PutMode};

use super::file::{Part, Reader};
use super::{Store, StoreError, StoredFile};
use crate::row::Row;

/// The begin of a compacted file's name.
const COMPACTED: &str = "compacted-";

/// What a check found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verified {
    /// Files that can be read whole.
    pub files: usize,
    /// The rows in them.
    pub rows: u64,
    /// Files that cannot be read.
    pub unreadable: Vec<StoreError>,
}

/// What compacting did.
#[derive(Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compacted {
    /// How many files there were where something was done.
    pub before: usize,
    /// How many there are now in their place.
    pub after: usize,
}

impl StoredFile {
    pub(super) fn is_compacted(&self) -> bool {
        self.run().starts_with(COMPACTED)
    }
}

impl Store {
    /// Reads every file whole.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let (files, mut verified) = (self.all_files().await?, Verified::default());
        let mut contents = std::pin::pin!(self.contents(&files));
        while let Some((file, content)) = contents.next().await {
            match self.rows(file, content?) {
                Ok((rows, _)) => {
                    verified.files += 1;
                    verified.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
                }
                Err(error) => verified.unreadable.push(error),
            }
        }
        Ok(verified)
    }

    /// Removes the files of all days before this one; gives how many.
    ///
    /// # Errors
    /// When the place cannot be read or written to.
    pub async fn prune(&self, before: Date) -> Result<usize, StoreError> {
        let files = self.all_files().await?;
        let old: Vec<_> = files.iter().filter(|file| file.day < before).collect();
        for file in &old {
            self.remove(file).await?;
        }
        Ok(old.len())
    }

    /// Removes the rows that are about a tenant, by name or id, and about its subtenants; gives how many. Each file
    /// that has some is written anew, whole, in its old place; one of which nothing is left is removed.
    ///
    /// # Errors
    /// When the place cannot be read or written to, or a file cannot be read: what cannot be read cannot be said to
    /// be free of it. Files that were done before stay done.
    pub async fn delete_tenant(&self, tenant: &str) -> Result<u64, StoreError> {
        let (files, mut deleted) = (self.all_files().await?, 0);
        let (is, wanted) = (|name: &Option<String>| name.as_deref() == Some(tenant), IdKey::from(tenant));
        for file in &files {
            let (rows, runs) = self.rows(file, self.fetch(file).await?)?;
            let about = |row: &Row| {
                is(&row.tenant)
                    || is(&row.parent_tenant)
                    || row.tenant_id.as_deref().is_some_and(|id| IdKey::from(id) == wanted)
            };
            let (gone, kept): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(about);
            if gone.is_empty() {
                continue;
            }
            deleted += u64::try_from(gone.len()).unwrap_or(u64::MAX);
            if kept.is_empty() {
                self.remove(file).await?;
            } else {
                self.write(file, &runs, kept, PutMode::Overwrite).await?;
            }
        }
        Ok(deleted)
    }

    /// Writes anew, whole and in their old places, the files that an older release wrote, so that all have the
    /// columns of this one; gives how many.
    ///
    /// # Errors
    /// When the place cannot be read or written to, or a file cannot be read. Files that were done before stay done.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let (files, mut migrated) = (self.all_files().await?, 0);
        for file in &files {
            let content = self.fetch(file).await?;
            if Reader::new(file, self.place(file), content.clone())?.is_current() {
                continue;
            }
            let (rows, runs) = self.rows(file, content)?;
            self.write(file, &runs, rows, PutMode::Overwrite).await?;
            migrated += 1;
        }
        Ok(migrated)
    }

    /// Brings the files of each day and system before `before` together into one. The new file is written before
    /// the old ones are removed and says which they are, so that nothing is lost or counted twice by
    /// [`history`](Store::history), even when this is cut short in between.
    ///
    /// # Errors
    /// When the place cannot be read or written to, or a file cannot be read.
    pub async fn compact(&self, before: Date) -> Result<Compacted, StoreError> {
        let files = self.all_files().await?;
        let mut partitions: BTreeMap<(Date, &str), Vec<&StoredFile>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.day < before) {
            partitions.entry((file.day, &file.system)).or_default().push(file);
        }
        let mut compacted = Compacted::default();
        for ((day, system), files) in partitions.into_iter().filter(|(_, files)| files.len() > 1) {
            let mut all: Vec<(&StoredFile, Vec<Row>, Vec<String>)> = Vec::new();
            for file in &files {
                let (rows, runs) = self.rows(file, self.fetch(file).await?)?;
                all.push((file, rows, runs));
            }
            // What a compaction that was cut short left is in its file already.
            let known: Vec<String> = all.iter().flat_map(|(_, _, runs)| runs.iter().cloned()).collect();
            all.retain(|(file, ..)| !known.iter().any(|run| run == file.run()));
            let runs: Vec<String> = all
                .iter()
                .flat_map(|(file, _, runs)| if runs.is_empty() { vec![file.run().to_owned()] } else { runs.clone() })
                .collect();
            let rows: Vec<Row> = all.into_iter().flat_map(|(_, rows, _)| rows).collect();
            let path = format!("{}/{COMPACTED}{:016x}.parquet", self.partition(day, system), super::random());
            let Some(file) = StoredFile::of(path.into(), 0) else { continue };
            self.write(&file, &runs, rows, PutMode::Create).await?;
            for old in &files {
                self.remove(old).await?;
            }
            compacted.before += files.len();
            compacted.after += 1;
        }
        Ok(compacted)
    }

    fn rows(&self, file: &StoredFile, content: bytes::Bytes) -> Result<(Vec<Row>, Vec<String>), StoreError> {
        let reader = Reader::new(file, self.place(file), content)?;
        let mut rows = Vec::new();
        for group in 0..reader.groups() {
            rows.extend(reader.rows(group)?);
        }
        Ok((rows, reader.runs()))
    }

    async fn write(&self, file: &StoredFile, runs: &[String], rows: Vec<Row>, mode: PutMode) -> Result<(), StoreError> {
        let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
        let mut part = Part::new(&file.system, &runs)?;
        rows.into_iter().try_for_each(|row| part.push(row))?;
        self.put(&file.path, part.finish()?, mode).await
    }

    async fn remove(&self, file: &StoredFile) -> Result<(), StoreError> {
        match self.objects.delete(&file.path).await {
            // Another prune was faster.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::object(&self.place(file), error)),
        }
    }
}
