//! What keeps a store small, whole and lawful.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use backhaul_wire::IdKey;
use futures_util::StreamExt;
use jiff::civil::Date;
use object_store::path::Path;
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
    /// The files of the days from `since` to `until`, oldest first, without those whose rows are in a compacted file
    /// as well: what a compaction leaves that is cut short, or done by two at once. Who sums the rows of all files
    /// counts such rows twice.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn files_once(&self, since: Date, until: Date) -> Result<Vec<StoredFile>, StoreError> {
        let mut files = self.files(since, until).await?;
        let again = self.again(&files).await?;
        files.retain(|file| !again.contains(&file.path));
        Ok(files)
    }

    /// Which of the files, that are in order, have nothing but rows that are in a compacted one as well.
    async fn again(&self, files: &[StoredFile]) -> Result<HashSet<Path>, StoreError> {
        let mut again: HashSet<Path> = HashSet::new();
        let of_a_partition = |a: &StoredFile, b: &StoredFile| (a.day, &a.system) == (b.day, &b.system);
        for files in files.chunk_by(of_a_partition).filter(|files| files.len() > 1) {
            let mut compacted: Vec<(&StoredFile, Vec<String>)> = Vec::new();
            for file in files.iter().filter(|file| file.is_compacted()) {
                // What is in a file that cannot be read is not known to be there again.
                if let Ok(reader) = Reader::new(file, self.place(file), self.fetch(file).await?) {
                    compacted.push((file, reader.runs()));
                }
            }
            // What was made of more comes first.
            compacted.sort_by_key(|(_, runs)| Reverse(runs.len()));
            let mut held: HashSet<String> = HashSet::new();
            for (file, runs) in compacted {
                if !runs.is_empty() && runs.iter().all(|run| held.contains(run)) {
                    again.insert(file.path.clone());
                }
                held.extend(runs);
            }
            again.extend(files.iter().filter(|file| held.contains(file.run())).map(|file| file.path.clone()));
        }
        Ok(again)
    }

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
        let has_id = |row: &Row| row.tenant_id.as_deref().is_some_and(|id| IdKey::from(id) == wanted);
        // A subtenant's row has its tenant's name alone, which may have been another in each run.
        let mut named: HashSet<(String, String)> = HashSet::new();
        for file in &files {
            let (rows, _) = self.rows(file, self.fetch(file).await?)?;
            let tenants = rows.into_iter().filter(|row| has_id(row) && !row.is_subtenant());
            named.extend(tenants.filter_map(|row| Some((row.server, row.tenant?))));
        }
        for file in &files {
            let (rows, runs) = self.rows(file, self.fetch(file).await?)?;
            let is_inside = |row: &Row| {
                let parent = row.parent_tenant.clone().filter(|_| row.is_subtenant());
                parent.is_some_and(|parent| named.contains(&(row.server.clone(), parent)))
            };
            let about = |row: &Row| is(&row.tenant) || is(&row.parent_tenant) || has_id(row) || is_inside(row);
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
        let again = self.again(&files).await?;
        let mut partitions: BTreeMap<(Date, &str), Vec<&StoredFile>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.day < before) {
            partitions.entry((file.day, &file.system)).or_default().push(file);
        }
        let mut compacted = Compacted::default();
        for ((day, system), files) in partitions.into_iter().filter(|(_, files)| files.len() > 1) {
            let (mut all, mut runs) = (Vec::new(), Vec::new());
            for file in files.iter().filter(|file| !again.contains(&file.path)) {
                let (rows, of_file) = self.rows(file, self.fetch(file).await?)?;
                all.extend(rows);
                runs.extend(if of_file.is_empty() { vec![file.run().to_owned()] } else { of_file });
            }
            let path = format!("{}/{COMPACTED}{:016x}.parquet", self.partition(day, system), super::random());
            let Some(file) = StoredFile::of(path.into(), 0) else { continue };
            self.write(&file, &runs, all, PutMode::Create).await?;
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
        rows.iter().try_for_each(|row| part.push(row))?;
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
