//! Restoring files: to where they came from, or for download.

use backhaul_models::em::FileRestoreSpec;

use super::mounts::{mounted, point};
use super::{encoded, tree};
use crate::em::effects::restore_session;
use crate::em::store::Record;
use crate::em::tasks::{Done, Pointer};
use crate::em::writer::path;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// The paths of the files that the path names: a file, or all below a directory.
fn wanted(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let path = call.path.nth(2);
    let files: Vec<String> = tree::files(&call.em.files, path).iter().map(|file| file.path.clone()).collect();
    if files.is_empty() { Err(Refusal::not_found("The path", path)) } else { Ok(files) }
}

/// `POST .../mounts/{ID}/{filepath}?action=restore`.
pub(in crate::em) fn restore(call: &mut Call<'_>) -> Answer {
    let point = point(call)?;
    let (number, base) = mounted(call)?;
    let spec: FileRestoreSpec = call.body()?;
    let files = wanted(call)?;
    let session = call.session.id.clone();
    match (spec.for_direct_download, spec.to_original_location) {
        (Some(_), None) => call.begin(
            "FileRestoreFromMountPoint",
            Box::new(move |backend| {
                let mut done = Done::default();
                for file in files {
                    backend.work.of(&session).mounts.make_ready(number, &file);
                    let path = format!("{base}/{}?action=download", encoded(&file.to_lowercase()));
                    done.add(Pointer { rel: "Download", kind: "", path, name: None });
                }
                Ok(done)
            }),
        ),
        (None, Some(_)) => begin(call, "FileRestoreFromMountPoint", point, "Ok"),
        _ => Err(Refusal::bad("FileRestoreSpec holds either ForDirectDownload or ToOriginalLocation.")),
    }
}

/// `POST /catalog/vms/{vmname}/vmRestorePoints/{ID}?action=browse`.
pub(in crate::em) fn browse_catalog(call: &mut Call<'_>) -> Answer {
    let point = call.record()?;
    let path = format!("{}/guestfs/", path(point, &call.backend.store));
    call.begin(
        "BrowseVM",
        Box::new(move |_| Ok(Done::to(Pointer { rel: "Down", kind: "FileSystemItemsList", path, name: None }))),
    )
}

/// `POST /catalog/vms/{vmname}/vmRestorePoints/{ID}/guestfs/{filepath}?action=restore`.
pub(in crate::em) fn restore_from_catalog(call: &mut Call<'_>) -> Answer {
    wanted(call)?;
    let catalog = call.record()?;
    let point = call.backend.store.direct_owner(catalog, "VmRestorePoint").unwrap_or(catalog).clone();
    begin(call, "RestoreFile", point, "Restore operations started successfully.")
}

fn begin(call: &mut Call<'_>, operation: &'static str, point: Record, message: &'static str) -> Answer {
    call.begin(
        operation,
        Box::new(move |backend| {
            let mut done = Done::says(message);
            done.add(restore_session(backend, &point, "FileLevelRestore")?);
            Ok(done)
        }),
    )
}
