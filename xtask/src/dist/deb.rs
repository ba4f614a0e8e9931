//! A release as a Debian package.

use super::archive::{gzipped, tar};
use super::{Entry, Release, Result};

/// The package's file name, and the package.
pub(super) fn package(release: &Release) -> Result<(String, Vec<u8>)> {
    let architecture = architecture(&release.target);
    let data = data(release)?;
    let size: usize = data.iter().map(|entry| entry.content.len()).sum();
    let control = format!(
        "Package: backhaul\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: The backhaul developers\n\
         Installed-Size: {kib}\n{depends}Section: admin\nPriority: optional\n\
         Description: who uses how much of which backup repository\n \
         One command that asks Veeam Backup Enterprise Manager, Veeam Backup for\n \
         Microsoft 365 and ZStack, many servers at once.\n",
        version = release.version,
        kib = size.div_ceil(1024),
        depends = depends(&release.binary),
    );
    let control = tar(&[Entry::new("./control", control)], release.time)?;
    let mut package = ar::Builder::new(Vec::new());
    for (name, content) in [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", gzipped(&control)?),
        ("data.tar.gz", gzipped(&tar(&data, release.time)?)?),
    ] {
        let mut header = ar::Header::new(name.into(), content.len() as u64);
        header.set_mode(0o100_644);
        header.set_mtime(release.time);
        package.append(&header, &content[..])?;
    }
    Ok((format!("backhaul_{}_{architecture}.deb", release.version), package.into_inner()?))
}

fn data(release: &Release) -> Result<Vec<Entry>> {
    let program = Entry::new("./usr/bin/backhaul", release.binary.clone());
    let mut entries = vec![Entry { executable: true, ..program }];
    for page in &release.man {
        entries.push(Entry::new(format!("./usr/share/man/man1/{}.gz", page.path), gzipped(&page.content)?));
    }
    for script in &release.completions {
        let place = match script.path.as_str() {
            "_backhaul" => "zsh/vendor-completions/_backhaul",
            "backhaul.fish" => "fish/vendor_completions.d/backhaul.fish",
            _ => "bash-completion/completions/backhaul",
        };
        entries.push(Entry::new(format!("./usr/share/{place}"), script.content.clone()));
    }
    let licences: Vec<&[u8]> = release.licences.iter().map(|licence| &licence.content[..]).collect();
    entries.push(Entry::new("./usr/share/doc/backhaul/copyright", licences.join(&b"\n\n"[..])));
    Ok(entries)
}

/// Debian's name of an architecture.
fn architecture(target: &str) -> &str {
    match target.split('-').next().unwrap_or_default() {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i686" => "i386",
        "armv7" => "armhf",
        other => other,
    }
}

/// The C library that the program asks for; a static one asks for none.
fn depends(binary: &[u8]) -> String {
    let newest = binary.windows(GLIBC.len()).enumerate().filter(|(_, window)| *window == GLIBC);
    let newest = newest.filter_map(|(at, _)| version(&binary[at + GLIBC.len()..])).max();
    newest.map_or_else(String::new, |(major, minor)| format!("Depends: libc6 (>= {major}.{minor})\n"))
}

const GLIBC: &[u8] = b"GLIBC_";

/// The version at the beginning, such as `2.34`.
fn version(text: &[u8]) -> Option<(u32, u32)> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
    let (major, minor) = std::str::from_utf8(&text[..end]).ok()?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts() {
        assert_eq!(depends(b"\0GLIBC_2.2.5\0x\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_\0"), "Depends: libc6 (>= 2.34)\n");
        assert_eq!(depends(b"static"), "");
    }
}
