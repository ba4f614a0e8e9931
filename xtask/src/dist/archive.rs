//! A release as one archive.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::{Entry, Release, Result};

/// All files, in one folder with the release's name.
fn files(release: &Release) -> Vec<(String, &[u8], bool)> {
    let folder = release.name();
    let mut files = vec![
        (format!("{folder}/{}", release.program), &release.binary[..], true),
        (format!("{folder}/README.md"), &release.readme[..], false),
    ];
    let groups = [("", &release.licences), ("man/", &release.man), ("completions/", &release.completions)];
    for (place, entries) in groups {
        files.extend(entries.iter().map(|it| (format!("{folder}/{place}{}", it.path), &it.content[..], it.executable)));
    }
    files
}

pub(super) fn tar_gz(release: &Release) -> Result<Vec<u8>> {
    let entries =
        files(release).into_iter().map(|(path, content, executable)| Entry { executable, ..Entry::new(path, content) });
    gzipped(&tar(&entries.collect::<Vec<_>>(), release.time)?)
}

pub(super) fn zip(release: &Release) -> Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content, executable) in files(release) {
        let mode = if executable { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(path, options.unix_permissions(mode))?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Files of nobody in particular, all of one time, each behind the folders that it is in: dpkg makes none by itself.
pub(super) fn tar(entries: &[Entry], time: u64) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut folders = BTreeSet::new();
    for entry in entries {
        let parents = entry.path.match_indices('/').map(|(at, _)| &entry.path[..=at]);
        for folder in parents.filter(|folder| *folder != "./") {
            if folders.insert(folder) {
                let mut header = tar::Header::new_gnu();
                header.set_entry_type(tar::EntryType::Directory);
                header.set_size(0);
                header.set_mode(0o755);
                header.set_mtime(time);
                archive.append_data(&mut header, folder, std::io::empty())?;
            }
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.content.len() as u64);
        header.set_mode(if entry.executable { 0o755 } else { 0o644 });
        header.set_mtime(time);
        archive.append_data(&mut header, &entry.path, &entry.content[..])?;
    }
    Ok(archive.into_inner()?)
}

pub(super) fn gzipped(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}
