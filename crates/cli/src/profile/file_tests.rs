//! Tests of the configuration file.

use super::*;
use crate::exit::Code;
use crate::profile::{Trust, parse_url};
use crate::secret::Source;
use backhaul_wire::System;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const HAND_WRITTEN: &str = "\
# Servers of the Berlin office.
theme = \"dark\" # not ours

# The old one.
[profiles.old]
system = \"em\"
url = \"https://old:9398\"
note = \"kept\" # why

# The new one.
[profiles.new]
system = \"em\"
url = \"https://new:9398\"

[other]
key = 1
";

fn open(text: &str) -> Result<(tempfile::TempDir, ConfigFile)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("config.toml");
    fs::write(&path, text)?;
    let file = Location { path, named: true }.open()?.ok_or("it is there")?;
    Ok((folder, file))
}

fn saved(file: &ConfigFile) -> Result<String> {
    file.save()?;
    Ok(fs::read_to_string(file.path())?)
}

fn profile(name: &str) -> Result<Profile> {
    Ok(Profile {
        logon: backhaul_transport::ZstackLogon::Account,
        utc_offset: None,
        name: name.into(),
        system: System::Zstack,
        url: parse_url("http://10.0.0.5:8080")?,
        user: Some("admin".into()),
        password: Source::Env("ZSTACK_PASSWORD".into()),
        trust: Trust::System,
        also_known_as: Vec::new(),
        tls: crate::profile::Tls::default(),
        tags: Vec::new(),
        api_version: None,
        microsoft: None,
    })
}

#[test]
fn the_variable_wins_and_empty_is_unset() -> Result {
    let named = Location::from_variable(Some("/etc/backhaul.toml".into()))?;
    assert!(named.named);
    assert!(named.path.ends_with("backhaul.toml"));
    let platform = Location::from_variable(Some(OsString::new()))?;
    assert!(!platform.named && platform.path.ends_with("backhaul/config.toml"), "{platform:?}");
    Ok(())
}

#[test]
fn missing_is_nothing_unless_named() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("none.toml");
    assert!(Location { path: path.clone(), named: false }.open()?.is_none());
    let named = Location { path, named: true }.open();
    assert_eq!(named.err().map(|failure| failure.code()), Some(Code::Usage));
    Ok(())
}

#[test]
fn what_a_person_wrote_survives() -> Result {
    let (_folder, mut file) = open(HAND_WRITTEN)?;
    file.add(&profile("cloud")?)?;
    file.add(&profile("Kunde \u{c4}.1")?)?;
    let text = saved(&file)?;
    for line in HAND_WRITTEN.lines() {
        assert!(text.contains(line), "{line} is gone from:\n{text}");
    }
    let again = Location { path: file.path().into(), named: true }.open()?.ok_or("it is there")?;
    assert_eq!(again.names(), ["old", "new", "cloud", "Kunde \u{c4}.1"]);
    assert_eq!(again.get("cloud")?.profile, profile("cloud")?);
    assert_eq!(again.get("old")?.warnings.len(), 1);
    Ok(())
}

#[test]
fn added_and_removed_is_as_before() -> Result {
    let (_folder, mut file) = open(HAND_WRITTEN)?;
    file.add(&profile("cloud")?)?;
    file.remove("cloud")?;
    assert_eq!(saved(&file)?, HAND_WRITTEN);
    Ok(())
}

#[test]
fn removing_takes_the_comment_right_above_alone() -> Result {
    let (_folder, mut file) =
        open("# The file's own.\n\n# Of a.\n[profiles.a]\nx = 1\n\n# Of b.\n[profiles.b]\nx = 2\n")?;
    file.remove("a")?;
    assert_eq!(saved(&file)?, "# The file's own.\n\n# Of b.\n[profiles.b]\nx = 2\n");
    file.remove("b")?;
    assert_eq!(saved(&file)?, "# The file's own.\n");
    Ok(())
}

#[test]
fn inline_tables_are_tables() -> Result {
    let (_folder, mut file) = open("profiles = { a = { system = \"em\", url = \"https://em\" } }\n")?;
    file.add(&profile("b")?)?;
    saved(&file)?;
    let again = Location { path: file.path().into(), named: true }.open()?.ok_or("it is there")?;
    assert_eq!(again.get("b")?.profile, profile("b")?);
    assert_eq!(again.names(), ["a", "b"]);
    Ok(())
}

#[test]
fn an_existing_name_is_kept_and_a_missing_one_named() -> Result {
    let (_folder, mut file) = open(HAND_WRITTEN)?;
    let twice = file.add(&profile("old")?).err().ok_or("it was overwritten")?;
    assert_eq!(twice.code(), Code::Usage);
    let missing = file.remove("odl").err().ok_or("it was removed")?;
    assert!(missing.message().ends_with("(did you mean `old`?)"), "{missing}");
    Ok(())
}

#[test]
fn a_broken_file_is_named_without_its_content() -> Result {
    let failure = open("a = 1\npassword = hunter2\n").err().ok_or("it was read")?.to_string();
    assert!(failure.contains("is not TOML: line 2") && !failure.contains("hunter2"), "{failure}");
    // What is wrong may be what a line begins with.
    for (text, line) in [("= 1\n", 1), ("a = 1\n= 2\n", 2), ("a = 1\n\n]\n", 3), ("a = 1\r\n\r\n= 2", 3)] {
        let failure = open(text).err().ok_or("it was read")?.to_string();
        assert!(failure.contains(&format!("is not TOML: line {line}:")), "{failure}");
    }
    for text in ["profiles = 1", "[profiles]\na = 1"] {
        assert!(open(text).is_err(), "{text}");
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn it_is_private_and_a_link_stays_a_link() -> Result {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = open(HAND_WRITTEN)?;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(file.path(), &link)?;
    let mut linked = Location { path: link.clone(), named: true }.open()?.ok_or("it is there")?;
    linked.add(&profile("cloud")?)?;
    linked.save()?;
    assert!(fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(fs::metadata(file.path())?.permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path())?.count(), 2, "no temporary file stays behind");
    Ok(())
}

#[test]
fn a_changed_profile_keeps_what_is_not_ours() -> Result {
    let (_folder, mut file) = open(HAND_WRITTEN)?;
    let mut old = file.get("old")?.profile;
    old.url = parse_url("https://other:9398")?;
    old.trust = Trust::Pin("ab".repeat(32).parse()?);
    old.tags = vec!["berlin".into()];
    file.replace(&old)?;
    file.rename("old", "older")?;
    let text = saved(&file)?;
    let wanted = HAND_WRITTEN
        .replace("[profiles.old]", "[profiles.older]")
        .replace("\"https://old:9398\"", "\"https://other:9398\"")
        .replace("# why\n", &format!("# why\npin = \"{}\"\ntags = [\"berlin\"]\n", "ab".repeat(32)));
    assert_eq!(text, wanted);
    assert_eq!(file.names(), ["older", "new"]);
    assert_eq!(file.rename("older", "new").map_err(|failure| failure.code()), Err(Code::Usage));
    assert_eq!(file.rename("nobody", "x").map_err(|failure| failure.code()), Err(Code::Usage));
    Ok(())
}

#[test]
fn slips_beside_the_profiles_are_told() -> Result {
    let (_folder, file) = open("[profile.x]\nsystem = \"em\"\n")?;
    let warnings = file.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("did you mean `profiles`?"), "{warnings:?}");
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_write_is_refused() -> Result {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let location = Location { path: folder.path().join("config.toml"), named: true };
    fs::write(&location.path, HAND_WRITTEN)?;
    for (mode, read) in [(0o600, true), (0o644, true), (0o666, false), (0o620, false)] {
        fs::set_permissions(&location.path, fs::Permissions::from_mode(mode))?;
        assert_eq!(location.open().is_ok(), read, "{mode:o}");
    }
    Ok(())
}

/// As many commands as a script starts at once: each change is there afterwards.
#[test]
fn changes_at_the_same_time_are_all_kept() -> Result {
    let folder = tempfile::tempdir()?;
    let location = Location { path: folder.path().join("new").join("config.toml"), named: true };
    let profile = profile("p")?;
    std::thread::scope(|scope| {
        for number in 0..16 {
            let profile = Profile { name: format!("p{number}"), ..profile.clone() };
            let location = &location;
            scope.spawn(move || location.change(|file| file.add(&profile)));
        }
    });
    assert_eq!(location.open()?.map(|file| file.names().len()), Some(16));
    Ok(())
}
