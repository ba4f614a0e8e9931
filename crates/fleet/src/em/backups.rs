//! What backups take of repositories: the sum of their files, by repository, job or computer.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_filter::em::{
    AgentRestorePoint as AgentRestorePointQuery, Backup as BackupQuery, BackupFile as BackupFileQuery,
    VmRestorePoint as VmRestorePointQuery,
};
use backhaul_models::em::{AgentRestorePoint, Backup, BackupFile, Link, VmRestorePoint};
use backhaul_transport::{Error, em::EmClient};
use backhaul_wire::{Id, IdKey};
use futures_util::TryStreamExt;

use super::{all, link_up, target};

/// The backups of a server and the sizes of their files.
pub(super) struct Backups {
    backups: BTreeMap<IdKey, Backup>,
    files: Vec<File>,
    /// Whether there is something of which it is not said where it lies: then nobody knows what a repository holds.
    pub(super) misplaced: bool,
}

/// Whether it is said where a backup lies: on a repository, or in an archive's external one.
fn lies_somewhere(backup: &Backup) -> bool {
    ["Repository", "ExternalRepository"].into_iter().any(|kind| link_up(&backup.links, kind).is_some())
}

/// What the files on each repository take; unknown as soon as one file's size is.
pub(super) struct Sums {
    sums: BTreeMap<IdKey, Option<i64>>,
    misplaced: bool,
}

impl Sums {
    pub(super) fn of(&self, repository: &IdKey) -> Option<i64> {
        if self.misplaced { None } else { self.sums.get(repository).copied().unwrap_or(Some(0)) }
    }
}

struct File {
    id: Option<IdKey>,
    backup: Option<IdKey>,
    /// What the file itself calls its backup.
    backup_name: Option<String>,
    bytes: Option<i64>,
}

/// What one job or computer has on one repository.
pub(super) struct Item {
    pub(super) repository: Option<IdKey>,
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) kind: &'static str,
    /// Unknown as soon as one file's size is.
    pub(super) bytes: Option<i64>,
}

/// The names of the computers that each file has restore points of, by the file's id.
pub(super) type Computers = BTreeMap<IdKey, Vec<String>>;

impl Backups {
    /// All backups with all files.
    pub(super) async fn all(em: &EmClient) -> Result<Self, Error> {
        let (mut backups, mut files) = (Self::without_files(em).await?, Vec::new());
        let mut all = em.query::<BackupFileQuery>().by_item()?;
        // A server has far more files than backups: of each, only what is summed is kept.
        while let Some(file) = all.try_next().await? {
            files.push(File::of(&file));
        }
        backups.misplaced |= files.iter().any(|file| file.backup.is_none());
        backups.files = files;
        Ok(backups)
    }

    /// The same as far as these repositories go: files are asked for only where one of them has a backup.
    pub(super) async fn on(em: &EmClient, repositories: &BTreeSet<IdKey>) -> Result<Self, Error> {
        let mut backups = Self::without_files(em).await?;
        let repository = |backup: &Backup| link_up(&backup.links, "Repository").and_then(target);
        backups.backups.retain(|_, backup| repository(backup).is_some_and(|it| repositories.contains(&it)));
        if backups.backups.is_empty() {
            return Ok(backups);
        }
        let mut all = em.query::<BackupFileQuery>().by_item()?;
        while let Some(file) = all.try_next().await? {
            let file = File::of(&file);
            match &file.backup {
                None => backups.misplaced = true,
                Some(backup) if backups.backups.contains_key(backup) => backups.files.push(file),
                Some(_) => {}
            }
        }
        Ok(backups)
    }

    async fn without_files(em: &EmClient) -> Result<Self, Error> {
        let backups: Vec<Backup> = all::<BackupQuery>(em).await?;
        let misplaced = !backups.iter().all(lies_somewhere);
        let backups = backups.into_iter().filter_map(|it| Some((it.uid.as_ref()?.key(), it))).collect();
        Ok(Self { backups, files: Vec::new(), misplaced })
    }

    /// What all backups on each repository take.
    pub(super) fn by_repository(&self) -> Sums {
        let mut sums: BTreeMap<IdKey, Option<i64>> = BTreeMap::new();
        for file in &self.files {
            let Some(repository) = self.repository(file) else { continue };
            let sum = sums.entry(repository).or_insert(Some(0));
            *sum = sum.zip(file.bytes).and_then(|(sum, bytes)| sum.checked_add(bytes));
        }
        Sums { sums, misplaced: self.misplaced }
    }

    /// By job, or by computer where it is told which of them each file has restore points of.
    pub(super) fn items(&self, computers: Option<&Computers>) -> Vec<Item> {
        let mut items: BTreeMap<(Option<IdKey>, &'static str, Option<String>), Item> = BTreeMap::new();
        for file in &self.files {
            let (id, name, kind) = match computers {
                None => (file.backup.as_ref().map(|id| id.as_str().to_owned()), self.name(file), "job"),
                Some(computers) => match file.id.as_ref().and_then(|id| computers.get(id)).map(Vec::as_slice) {
                    Some([one]) => (None, Some(one.clone()), "computer"),
                    // Of a file with several computers' data nobody knows whose is how much.
                    None | Some(_) => (None, self.name(file), "shared"),
                },
            };
            let repository = self.repository(file);
            let item = items.entry((repository.clone(), kind, id.clone().or_else(|| name.clone())));
            let item = item.or_insert(Item { repository, name, id, kind, bytes: Some(0) });
            item.bytes = item.bytes.zip(file.bytes).and_then(|(sum, bytes)| sum.checked_add(bytes));
        }
        items.into_values().collect()
    }

    /// The name of the file's backup, which is its job's. A backup that is listed nowhere any more, as its job, is
    /// known by what the file calls it.
    fn name(&self, file: &File) -> Option<String> {
        let listed = self.backup(file).and_then(|backup| backup.name.clone());
        listed.or_else(|| file.backup_name.clone())
    }

    fn backup(&self, file: &File) -> Option<&Backup> {
        self.backups.get(file.backup.as_ref()?)
    }

    fn repository(&self, file: &File) -> Option<IdKey> {
        target(link_up(&self.backup(file)?.links, "Repository")?)
    }
}

impl File {
    fn of(file: &BackupFile) -> Self {
        let backup = link_up(&file.links, "Backup");
        Self {
            id: file.uid.as_ref().map(Id::key),
            backup: backup.and_then(target),
            backup_name: backup.and_then(|link| link.name.clone()),
            bytes: file.backup_size.filter(|bytes| *bytes >= 0),
        }
    }
}

/// Which computers each file has restore points of.
pub(super) async fn computers(em: &EmClient) -> Result<Computers, Error> {
    let (machines, agents): (Vec<VmRestorePoint>, Vec<AgentRestorePoint>) =
        (all::<VmRestorePointQuery>(em).await?, all::<AgentRestorePointQuery>(em).await?);
    let mut computers = Computers::new();
    let mut add = |links: &[Link], name: Option<&str>| {
        let Some((file, name)) = link_up(links, "BackupFile").and_then(target).zip(name) else { return };
        let names = computers.entry(file).or_default();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    for point in &machines {
        add(&point.links, point.vm_display_name.as_deref().or_else(|| of_point(point.name.as_deref())));
    }
    for point in &agents {
        add(&point.links, of_point(point.name.as_deref()));
    }
    Ok(computers)
}

/// The computer's name in that of its restore point, `srv04@2025-10-17 05:22:52`.
fn of_point(name: Option<&str>) -> Option<&str> {
    name.map(|name| name.rsplit_once('@').map_or(name, |(computer, _)| computer))
}
