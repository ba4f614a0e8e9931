//! Releases of a program that is none.

use std::io::Read;

use super::*;

fn release() -> Release {
    let entry = |path: &str| Entry::new(path, path.as_bytes());
    Release {
        version: "1.2.3".into(),
        target: "x86_64-unknown-linux-gnu".into(),
        time: 1_764_446_400,
        program: "backhaul".into(),
        binary: b"\x7fELF\0GLIBC_2.34\0".to_vec(),
        man: vec![entry("backhaul.1"), entry("backhaul-usage.1")],
        completions: vec![entry("backhaul.bash"), entry("_backhaul")],
        licences: vec![entry("LICENSE-MIT"), entry("THIRD-PARTY-LICENCES.txt")],
        readme: b"read me".to_vec(),
    }
}

fn names(tar: &[u8]) -> Result<Vec<(String, u32)>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(tar));
    let entry = |entry: std::io::Result<tar::Entry<'_, _>>| -> Result<(String, u32)> {
        let entry = entry?;
        Ok((entry.path()?.to_string_lossy().into_owned(), entry.header().mode()?))
    };
    let all: Vec<_> = archive.entries()?.map(entry).collect::<Result<_>>()?;
    Ok(all.into_iter().filter(|(name, _)| !name.ends_with('/')).collect())
}

#[test]
fn archives_hold_the_program_and_what_belongs_to_it() -> Result<()> {
    let release = release();
    let tar = names(&archive::tar_gz(&release)?)?;
    let folder = "backhaul-1.2.3-x86_64-unknown-linux-gnu";
    assert_eq!(tar[0], (format!("{folder}/backhaul"), 0o755));
    assert!(tar.contains(&(format!("{folder}/man/backhaul-usage.1"), 0o644)));
    assert!(tar.contains(&(format!("{folder}/THIRD-PARTY-LICENCES.txt"), 0o644)));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive::zip(&release)?))?;
    let mut zipped = Vec::new();
    for at in 0..zip.len() {
        let file = zip.by_index(at)?;
        zipped.push((file.name()?.into_owned(), file.unix_mode().unwrap_or(0) & 0o777));
    }
    assert_eq!(zipped, tar);
    assert_eq!(archive::tar_gz(&release)?, archive::tar_gz(&release)?);
    Ok(())
}

#[test]
fn a_debian_package_has_its_three_members() -> Result<()> {
    let (name, package) = deb::package(&release())?;
    assert_eq!(name, "backhaul_1.2.3_amd64.deb");
    let mut archive = ar::Archive::new(&package[..]);
    let mut members = Vec::new();
    while let Some(member) = archive.next_entry() {
        let mut member = member?;
        let mut content = Vec::new();
        member.read_to_end(&mut content)?;
        members.push((String::from_utf8(member.header().identifier().to_vec())?, content));
    }
    let identifiers: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(identifiers, ["debian-binary", "control.tar.gz", "data.tar.gz"]);
    assert_eq!(names(&members[1].1)?, [("control".to_owned(), 0o644)]);
    let data = names(&members[2].1)?;
    assert_eq!(data[0], ("usr/bin/backhaul".to_owned(), 0o755));
    assert!(data.contains(&("usr/share/bash-completion/completions/backhaul".to_owned(), 0o644)), "{data:?}");
    Ok(())
}

#[test]
fn the_bill_of_materials_names_each_dependency() -> Result<()> {
    let of_xtask = dependencies::of_the_command(&crate::root(), "x86_64-unknown-linux-gnu")?;
    assert!(of_xtask.iter().any(|it| it.name == "rustls") && !of_xtask.iter().any(|it| it.name == "backhaul-wire"));
    let document: serde_json::Value = serde_json::from_slice(&sbom::cyclonedx(&release(), &of_xtask)?)?;
    assert_eq!(document["components"].as_array().map(Vec::len), Some(of_xtask.len()));
    let licences = dependencies::licences(&of_xtask);
    assert!(licences.contains("rustls") && licences.contains("Permission is hereby granted"));
    Ok(())
}
