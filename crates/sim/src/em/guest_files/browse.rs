//! Looking into directories, and downloading.

use backhaul_models::em::{DirectoryEntry, FileEntry, FileSystemEntries, FileSystemEntry};
use http::StatusCode;
use http::header::CONTENT_DISPOSITION;

use super::mounts::mounted;
use super::tree::{self, Entry, Listing};
use super::{encoded, entry_links};
use crate::em::estate::GuestFile;
use crate::em::links::link;
use crate::em::query::Page;
use crate::em::writer::path;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// `GET .../mounts/{ID}/{filepath}` and `GET .../guestfs/{filepath}`, with `action=listAll`, `listDirs`, `listFiles` or
/// `download`; without one, a directory is listed and a file told of.
pub(in crate::em) fn browse(call: &mut Call<'_>) -> Answer {
    let catalog = in_catalog(call);
    let (mount, base) = if catalog {
        let point = call.record()?;
        (None, format!("{}/guestfs", path(point, &call.backend.store)))
    } else {
        let (number, base) = mounted(call)?;
        (Some(number), base)
    };
    let wanted = call.path.nth(2).to_owned();
    let entry = tree::entry(&call.em.files, &wanted);
    let entry = entry.ok_or_else(|| Refusal::not_found("The path", &wanted))?;
    let action = call.param("action").unwrap_or_default().to_ascii_lowercase();
    match (entry, action.as_str()) {
        (Entry::File(file), "download") => download(call, mount, file),
        (Entry::File(file), "") => {
            let mut answer = FileSystemEntry::default();
            answer.file_entry = Some(about(&format!("{}{base}", call.api()), file));
            Ok(call.media.reply(StatusCode::OK, &answer))
        }
        (Entry::File(_), _) => Err(Refusal::bad(format!("{wanted} is a file."))),
        (Entry::Directory(_), "download") => Err(Refusal::bad(format!("{wanted} is a directory."))),
        (Entry::Directory(listing), action) => show(call, &base, &wanted, listing, action),
    }
}

fn in_catalog(call: &Call<'_>) -> bool {
    call.segments().first().is_some_and(|first| first.eq_ignore_ascii_case("catalog"))
}

/// `GET /catalog/vms/{vmname}/vmRestorePoints/{ID}/guestfs`.
pub(in crate::em) fn catalog_root(call: &mut Call<'_>) -> Answer {
    if call.param("action").is_some() {
        return browse(call);
    }
    let point = call.record()?;
    let href = format!("{}{}/guestfs/", call.api(), path(point, &call.backend.store));
    let mut root = DirectoryEntry::default();
    root.links = vec![
        link("Down", "FileSystemItemsList", format!("{href}?action=listAll")),
        link("Down", "FileEntryList", format!("{href}?action=listFiles&pageSize=10&page=1")),
        link("Down", "DirectoryEntryList", format!("{href}?action=listDirs&pageSize=10&page=1")),
    ];
    root.href = Some(href);
    root.r#type = Some("DirectoryEntry".to_owned());
    let mut answer = FileSystemEntry::default();
    answer.directory_entry = Some(root);
    Ok(call.media.reply(StatusCode::OK, &answer))
}

/// A page of a directory: its directories first, then its files.
fn show(call: &Call<'_>, base: &str, wanted: &str, mut listing: Listing<'_>, action: &str) -> Answer {
    match action {
        "" | "listall" => {}
        "listdirs" => listing.files.clear(),
        "listfiles" => listing.directories.clear(),
        other => {
            return Err(Refusal::bad(format!(
                "There is no action {other}; there are listAll, listDirs, listFiles, download."
            )));
        }
    }
    let page = Page::asked(call)?;
    let base = format!("{}{base}", call.api());
    let wanted = wanted.trim_matches('/');
    let address = format!("{base}/{}", encoded(wanted));
    let total = listing.directories.len() + listing.files.len();
    let (first, size) = (page.first(), page.size);
    let directories = listing.directories.iter().skip(first).take(size);
    let shown = directories.len();
    let files = listing.files.iter().skip(first.saturating_sub(listing.directories.len())).take(size - shown);
    let mut answer = FileSystemEntries::default();
    answer.directories = directories
        .map(|path| {
            let mut entry = DirectoryEntry::default();
            let href = format!("{base}/{}", encoded(path));
            entry.links = entry_links(&href, true);
            entry.href = Some(href);
            entry.r#type = Some("DirectoryEntry".to_owned());
            entry.path = Some((*path).to_owned());
            entry.name = Some(tree::name(path).to_owned());
            entry
        })
        .collect();
    answer.files = files.map(|file| about(&base, file)).collect();
    let info = page.info(call, &address, total);
    answer.links = vec![link("Up", "DirectoryEntry", parent(&base, wanted))];
    answer.href =
        Some(format!("{address}?action={}&pageSize={size}&page=1", call.param("action").unwrap_or("listAll")));
    answer.paging_info = Some(info);
    Ok(call.media.reply(StatusCode::OK, &answer))
}

/// The address of what a directory is in.
fn parent(base: &str, path: &str) -> String {
    match path.rsplit_once('/') {
        Some((above, _)) => format!("{base}/{}", encoded(above)),
        None => base.to_owned(),
    }
}

fn about(base: &str, file: &GuestFile) -> FileEntry {
    let mut entry = FileEntry::default();
    let href = format!("{base}/{}", encoded(&file.path));
    entry.links = entry_links(&href, false);
    entry.href = Some(href);
    entry.r#type = Some("FileEntry".to_owned());
    entry.path = Some(file.path.clone());
    entry.name = Some(tree::name(&file.path).to_owned());
    entry.size = i64::try_from(file.size).ok();
    entry.owner = Some(file.owner.clone());
    entry.modified_date_utc = Some(file.modified.as_str().into());
    entry
}

/// The bytes of a file that a restore has made ready.
fn download(call: &mut Call<'_>, mount: Option<u64>, file: &GuestFile) -> Answer {
    let mounts = &call.backend.work.of(&call.session.id).mounts;
    if !mount.is_some_and(|number| mounts.is_ready(number, &file.path)) {
        let message = format!("{} was not restored for download.", file.path);
        return Err(Refusal::new(StatusCode::NOT_FOUND, message));
    }
    let name = tree::name(&file.path).replace(['"', '\\'], "_");
    let mut reply = Reply::typed(StatusCode::OK, "application/octet-stream", Vec::new())
        .with(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    reply.rest = Some(tree::content(file));
    Ok(reply)
}
