//! What backups take of repositories: the sum of their files, by repository, job or computer.

use std::collections::BTreeMap;

use backhaul_filter::em::{
    AgentRestorePoint as AgentRestorePointQuery, Backup as BackupQuery, BackupFile as BackupFileQuery,
    VmRestorePoint as VmRestorePointQuery,
};
use backhaul_models::em::{AgentRestorePoint, Backup, BackupFile, Link, VmRestorePoint};
use backhaul_transport::{Error, em::EmClient};
use futures_util::{TryStreamExt, try_join};

use super::{all, key, link_up, target};

/// The backups of a server and the sizes of their files.
pub(super) struct Backups {
    /// By GUID.
    backups: BTreeMap<String, Backup>,
    files: Vec<File>,
}

struct File {
    id: Option<String>,
    backup: Option<String>,
    bytes: Option<i64>,
}

/// What one job or computer has on one repository.
pub(super) struct Item {
    pub(super) repository: Option<String>,
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) kind: &'static str,
    /// Unknown as soon as one file's size is.
    pub(super) bytes: Option<i64>,
}

/// The names of the computers that each file has restore points of, by the file's GUID.
pub(super) type Computers = BTreeMap<String, Vec<String>>;

impl Backups {
    pub(super) async fn read(em: &EmClient) -> Result<Self, Error> {
        let files = async {
            let mut files = Vec::new();
            let mut all = em.query::<BackupFileQuery>().by_item()?;
            // A server has far more files than backups: of each, only what is summed is kept.
            while let Some(file) = all.try_next().await? {
                files.push(File::of(&file));
            }
            Ok(files)
        };
        let (backups, files) = try_join!(all::<BackupQuery>(em), files)?;
        let guid = |backup: &Backup| backup.uid.as_ref().map(|uid| key(uid.guid().unwrap_or(uid.as_str())));
        Ok(Self { backups: backups.into_iter().filter_map(|it| Some((guid(&it)?, it))).collect(), files })
    }

    /// What all backups on a repository take; unknown when the size of a file is.
    pub(super) fn on_repository(&self, id: &str) -> Option<i64> {
        let here = self.files.iter().filter(|file| self.repository(file).as_deref() == Some(id));
        here.map(|file| file.bytes).try_fold(0_i64, |sum, bytes| sum.checked_add(bytes?))
    }

    /// By job, or by computer where it is told which of them each file has restore points of.
    pub(super) fn items(&self, computers: Option<&Computers>) -> Vec<Item> {
        let mut items: BTreeMap<(Option<String>, &'static str, Option<String>), Item> = BTreeMap::new();
        for file in &self.files {
            let (id, name, kind) = match computers {
                None => (file.backup.clone(), self.backup(file).and_then(|backup| backup.name.clone()), "job"),
                Some(computers) => match file.id.as_ref().and_then(|id| computers.get(id)).map(Vec::as_slice) {
                    Some([one]) => (None, Some(one.clone()), "computer"),
                    // Of a file with several computers' data nobody knows whose is how much.
                    None | Some(_) => (None, self.backup(file).and_then(|backup| backup.name.clone()), "shared"),
                },
            };
            let repository = self.repository(file);
            let item = items.entry((repository.clone(), kind, id.clone().or_else(|| name.clone())));
            let item = item.or_insert(Item { repository, name, id, kind, bytes: Some(0) });
            item.bytes = item.bytes.zip(file.bytes).and_then(|(sum, bytes)| sum.checked_add(bytes));
        }
        items.into_values().collect()
    }

    fn backup(&self, file: &File) -> Option<&Backup> {
        self.backups.get(file.backup.as_ref()?)
    }

    fn repository(&self, file: &File) -> Option<String> {
        target(link_up(&self.backup(file)?.links, "Repository")?)
    }
}

impl File {
    fn of(file: &BackupFile) -> Self {
        Self {
            id: file.uid.as_ref().map(|uid| key(uid.guid().unwrap_or(uid.as_str()))),
            backup: link_up(&file.links, "Backup").and_then(target),
            bytes: file.backup_size.filter(|bytes| *bytes >= 0),
        }
    }
}

/// Which computers each file has restore points of.
pub(super) async fn computers(em: &EmClient) -> Result<Computers, Error> {
    let (machines, agents): (Vec<VmRestorePoint>, Vec<AgentRestorePoint>) =
        try_join!(all::<VmRestorePointQuery>(em), all::<AgentRestorePointQuery>(em))?;
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
