//! Mounts of restore points. They belong to a session and end with it.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_models::em::{
    AgentRestorePointMount, AgentRestorePointMounts, DirectoryEntry, StartMountSpec, VmReplicaPointMount,
    VmReplicaPointMounts, VmRestorePointMount, VmRestorePointMounts,
};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Shape, Struct};
use http::StatusCode;

use super::encoded;
use super::tree::{self, Entry};
use crate::em::links::link;
use crate::em::resource_types::empty;
use crate::em::store::Record;
use crate::em::tasks::{Done, Pointer};
use crate::em::value::{push, set};
use crate::em::writer::{append, path, put_links};
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// The mounts of a session.
#[derive(Debug, Default)]
pub(in crate::em) struct Mounts {
    all: BTreeMap<u64, Mount>,
    made: u64,
}

/// A restore point that is mounted.
#[derive(Debug)]
struct Mount {
    /// The point's address below the API.
    point: String,
    /// The files that a restore has made ready for download, in lower case.
    ready: BTreeSet<String>,
}

impl Mounts {
    /// Makes a file ready for download.
    pub(super) fn make_ready(&mut self, number: u64, file: &str) {
        if let Some(mount) = self.all.get_mut(&number) {
            mount.ready.insert(file.to_lowercase());
        }
    }

    pub(super) fn is_ready(&self, number: u64, file: &str) -> bool {
        self.all.get(&number).is_some_and(|mount| mount.ready.contains(&file.to_lowercase()))
    }
}

/// The restore point that the path names: a machine's, a replica's or an agent's.
pub(super) fn point(call: &Call<'_>) -> Result<Record, Refusal> {
    let first = call.segments().into_iter().next().unwrap_or_default().to_ascii_lowercase();
    let kind = match first.as_str() {
        "agents" => "AgentRestorePoint",
        "vmreplicapoints" => "VmReplicaPoint",
        _ => "VmRestorePoint",
    };
    call.subject(kind).cloned()
}

/// The number of the mount that the path names, and the address of it below the API.
pub(super) fn mounted(call: &mut Call<'_>) -> Result<(u64, String), Refusal> {
    let point = point(call)?;
    let point = path(&point, &call.backend.store);
    let text = call.path.nth(1).to_owned();
    let number: u64 = text.parse().map_err(|_| Refusal::bad(format!("{text} is no number of a mount, such as 1.")))?;
    let mounts = &call.backend.work.of(&call.session.id).mounts;
    match mounts.all.get(&number) {
        Some(mount) if mount.point == point => Ok((number, format!("{point}/mounts/{number}"))),
        _ => Err(Refusal::not_found("The mount", &text)),
    }
}

/// `POST .../mounts`.
pub(in crate::em) fn mount(call: &mut Call<'_>) -> Answer {
    let point = point(call)?;
    let _spec: StartMountSpec = call.body_or_default()?;
    let session = call.session.id.clone();
    call.begin(
        "MountRestorePoint",
        Box::new(move |backend| {
            let path = path(&point, &backend.store);
            let mounts = &mut backend.work.of(&session).mounts;
            mounts.made += 1;
            let number = mounts.made;
            mounts.all.insert(number, Mount { point: path.clone(), ready: BTreeSet::new() });
            let kind = types(point.kind.name).0.name;
            let name = Some(format!("{}@{number}", point.id));
            Ok(Done::to(Pointer { rel: "Related", kind, path: format!("{path}/mounts/{number}"), name }))
        }),
    )
}

/// `GET .../mounts`.
pub(in crate::em) fn list(call: &mut Call<'_>) -> Answer {
    let point = point(call)?;
    let own = path(&point, &call.backend.store);
    let mounts = &call.backend.work.of(&call.session.id).mounts;
    let numbers: Vec<u64> = mounts.all.iter().filter(|(_, it)| it.point == own).map(|(number, _)| *number).collect();
    let mut all = empty(types(point.kind.name).1);
    for number in numbers {
        append(all.as_mut(), document(call, &point, &format!("{own}/mounts/{number}")).as_ref());
    }
    Ok(call.media.reply(StatusCode::OK, all.as_ref()))
}

/// `GET .../mounts/{ID}`.
pub(in crate::em) fn get(call: &mut Call<'_>) -> Answer {
    let point = point(call)?;
    let (_, path) = mounted(call)?;
    let document = document(call, &point, &path);
    Ok(call.media.reply(StatusCode::OK, document.as_ref()))
}

/// `DELETE .../mounts/{ID}`.
pub(in crate::em) fn unmount(call: &mut Call<'_>) -> Answer {
    let (number, _) = mounted(call)?;
    call.backend.work.of(&call.session.id).mounts.all.remove(&number);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The types of a point's mounts and of a list of them. A mount's name is also the type of links to it.
fn types(point: &str) -> (&'static Shape, &'static Shape) {
    match point {
        "AgentRestorePoint" => (AgentRestorePointMount::SHAPE, AgentRestorePointMounts::SHAPE),
        "VmReplicaPoint" => (VmReplicaPointMount::SHAPE, VmReplicaPointMounts::SHAPE),
        _ => (VmRestorePointMount::SHAPE, VmRestorePointMounts::SHAPE),
    }
}

/// A mount, with the drives in it.
fn document(call: &Call<'_>, point: &Record, path: &str) -> Box<dyn Struct> {
    let href = format!("{}{path}", call.api());
    let (shape, _) = types(point.kind.name);
    let (kind, mut mount) = (shape.name, empty(shape));
    set(mount.as_mut(), "Href", &href);
    set(mount.as_mut(), "Type", kind);
    put_links(mount.as_mut(), vec![link("Delete", kind, href.clone())]);
    if let Some(Entry::Directory(root)) = tree::entry(&call.em.files, "") {
        for drive in root.directories {
            let mut entry = DirectoryEntry::default();
            entry.href = Some(format!("{href}/{}", encoded(drive)));
            entry.r#type = Some("DirectoryEntry".to_owned());
            entry.path = Some(drive.to_owned());
            entry.name = Some(drive.to_owned());
            push(mount.as_mut(), "FSRoots", &entry);
        }
    }
    mount
}
