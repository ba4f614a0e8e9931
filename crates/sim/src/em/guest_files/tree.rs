//! The files of the estate as a tree.

use std::collections::BTreeSet;

use crate::em::estate::GuestFile;
use crate::engine::message::Made;

/// What is at a path.
#[derive(Debug)]
pub(super) enum Entry<'f> {
    Directory(Listing<'f>),
    File(&'f GuestFile),
}

/// What is in a directory, by name.
#[derive(Debug, Default)]
pub(super) struct Listing<'f> {
    /// The paths of the directories.
    pub(super) directories: Vec<&'f str>,
    pub(super) files: Vec<&'f GuestFile>,
}

/// What is at a path; letter case does not count, as on Windows. The empty path is where the drives are.
pub(super) fn entry<'f>(files: &'f [GuestFile], path: &str) -> Option<Entry<'f>> {
    let path = path.trim_matches('/');
    if let Some(file) = files.iter().find(|file| same(&file.path, path)) {
        return Some(Entry::File(file));
    }
    let mut listing = Listing::default();
    let mut seen = BTreeSet::new();
    for file in files {
        let Some(rest) = below(&file.path, path) else { continue };
        match rest.find('/') {
            None => listing.files.push(file),
            Some(end) => {
                let directory = &file.path[..file.path.len() - rest.len() + end];
                if seen.insert(directory.to_lowercase()) {
                    listing.directories.push(directory);
                }
            }
        }
    }
    listing.directories.sort_unstable();
    listing.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let there = path.is_empty() || !listing.directories.is_empty() || !listing.files.is_empty();
    there.then_some(Entry::Directory(listing))
}

/// Every file at a path or below it.
pub(super) fn files<'f>(files: &'f [GuestFile], path: &str) -> Vec<&'f GuestFile> {
    let path = path.trim_matches('/');
    files.iter().filter(|file| same(&file.path, path) || below(&file.path, path).is_some()).collect()
}

/// The last name of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The bytes of a file, which follow from its path.
pub(super) fn content(file: &GuestFile) -> Made {
    let seed = file
        .path
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Made { seed, length: file.size }
}

fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// What is left of a path below a directory.
fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    let (start, rest) = path.split_at_checked(directory.len())?;
    let rest = rest.strip_prefix('/')?;
    same(start, directory).then_some(rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn directories_come_from_paths() {
        let all = ["C:/a/b.txt", "C:/a/c/d.txt", "D:/e.txt", "C:/ab/f.txt"].map(|path| GuestFile::new(path, 1));
        let list = |path: &str| match entry(&all, path) {
            Some(Entry::Directory(it)) => {
                (it.directories.clone(), it.files.iter().map(|file| name(&file.path)).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(list(""), (vec!["C:", "D:"], vec![]));
        assert_eq!(list("/c:/"), (vec!["C:/a", "C:/ab"], vec![]));
        assert_eq!(list("C:/A"), (vec!["C:/a/c"], vec!["b.txt"]));
        assert!(matches!(entry(&all, "c:/A/B.TXT"), Some(Entry::File(file)) if file.path == "C:/a/b.txt"));
        assert!(entry(&all, "C:/nothing").is_none());
        assert_eq!(files(&all, "C:/a").len(), 2);
    }

    #[test]
    fn contents_are_the_same_every_time_and_in_every_piece() {
        let made = content(&GuestFile::new("C:/a", 1000));
        let whole = made.piece(0, 2000);
        assert_eq!(whole.len(), 1000);
        assert_eq!(whole[13..513], made.piece(13, 500)[..]);
        assert_ne!(whole, content(&GuestFile::new("C:/b", 1000)).piece(0, 1000));
    }
}
