//! The files inside restore points: mounts, browsing, restoring, downloading.

mod browse;
mod mounts;
mod restore;
mod tree;

pub(in crate::em) use self::browse::{browse, catalog_root};
pub(in crate::em) use self::mounts::{Mounts, get, list, mount, unmount};
pub(in crate::em) use self::restore::{browse_catalog, restore, restore_from_catalog};

use super::links::link;
use backhaul_models::em::Link;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a path in an address is encoded for; `/` and `:` stay.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b':')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'(')
    .remove(b')');

/// A path inside a guest, as a part of an address.
fn encoded(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// The links of an entry: what is in a directory, and how it is restored.
fn entry_links(href: &str, directory: bool) -> Vec<Link> {
    let mut links = Vec::new();
    if directory {
        for (action, kind) in [("listDirs", "DirectoryEntryList"), ("listFiles", "FileEntryList")] {
            links.push(link("Down", kind, format!("{href}?action={action}&pageSize=10&page=1")));
        }
    }
    links.push(link("Restore", "", format!("{href}?action=restore")));
    links
}
