//! The command as a script sees it: exit codes, streams, and the life of a profile.

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::{Home, Ran, Result, set_mode};

#[test]
fn help_is_data_and_errors_are_not() -> Result {
    let home = Home::new()?;
    for arguments in [&["--help"][..], &["--version"], &["usage", "-h"], &["help", "query"], &["profile", "--help"]] {
        let ran = home.run(arguments)?.ends(0);
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{arguments:?}");
    }
    for arguments in [&[][..], &["nonsense"], &["usage", "--password", "x"], &["ops", "aws"]] {
        let ran = home.run(arguments)?.ends(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn a_profile_lives_and_is_removed() -> Result {
    let home = Home::new()?;
    let password = home.password_file()?;
    let pin = "AB:".repeat(31) + "CD";
    let add = [
        "profile",
        "add",
        "prod",
        "--system",
        "em",
        "--url",
        "https://em.example.com:9398",
        "--user",
        "DOM\\svc",
        "--password-file",
        &password,
        "--pin",
        &pin,
        "--api-version",
        "1.7",
    ];
    let added = home.run(&add)?.ends(0);
    assert!(added.out.is_empty() && added.err.contains("`prod` added"), "{}", added.err);
    home.run(&add)?.ends(2);
    home.run(&[
        "profile",
        "add",
        "m365",
        "--system",
        "vb365",
        "--url",
        "https://vb365:4443",
        "--password-env",
        "M365_PASSWORD",
    ])?
    .ends(0);

    let list: serde_json::Value = serde_json::from_str(&home.run(&["profile", "list"])?.ends(0).out)?;
    let names: Vec<_> = list.as_array().into_iter().flatten().map(|row| &row["name"]).collect();
    assert_eq!(names, ["prod", "m365"]);

    let show: serde_json::Value =
        serde_json::from_str(&home.run(&["profile", "show", "prod", "-o", "json"])?.ends(0).out)?;
    assert_eq!(
        show,
        serde_json::json!({
            "name": "prod",
            "system": "em",
            "url": "https://em.example.com:9398",
            "user": "DOM\\svc",
            "password_from": "file",
            "password_place": password,
            "trust": "pin",
            "trust_value": "ab".repeat(31) + "cd",
            "api_version": "v1_7",
        })
    );
    let table = home.run(&["profile", "show", "prod", "-o", "table"])?.ends(0).out;
    assert!(table.contains(&password) && !table.contains("hunter2"), "{table}");
    assert!(!fs::read_to_string(home.config())?.contains("hunter2"));

    let slip = home.run(&["profile", "show", "prud"])?.ends(2);
    assert!(slip.err.contains("did you mean `prod`?"), "{}", slip.err);
    home.run(&["profile", "remove", "prod"])?.ends(0);
    home.run(&["profile", "remove", "prod"])?.ends(2);
    home.run(&["profile", "remove", "m365"])?.ends(0);
    assert_eq!(home.run(&["profile", "list"])?.ends(0).out, "[]\n");
    Ok(())
}

#[test]
fn what_cannot_be_a_profile_is_refused_and_nothing_is_written() -> Result {
    let home = Home::new()?;
    let em = ["profile", "add", "x", "--system", "em", "--url"];
    for rest in [
        &["https://svc:hunter2@em:9398"][..],
        &["svc:hunter2@em:9398"],
        &["em:9398"],
        &["https://em", "--pin", "abc"],
        &["https://em", "--ca", "no-such-file.pem"],
        &["https://em", "--password-file", "no-such-file"],
        &["https://em", "--password-command", ""],
        &["https://em", "--api-version", "v8"],
    ] {
        let ran = home.run(&[&em[..], rest].concat())?.ends(2);
        assert!(ran.out.is_empty() && !ran.err.contains("hunter2"), "{}", ran.err);
    }
    home.run(&["profile", "add", "demo-em", "--system", "em", "--url", "https://em"])?.ends(2);
    assert!(!home.config().exists());
    Ok(())
}

#[cfg(unix)]
#[test]
fn files_are_private() -> Result {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new()?;
    let password = home.password_file()?;
    let add = |name| ["profile", "add", name, "--system", "em", "--url", "https://em", "--password-file", &password];
    let ran = Ran::new(home.unnamed(&add("a")).output()?)?.ends(0);
    let config = home.path("xdg").join("backhaul").join("config.toml");
    assert!(ran.err.contains(&config.display().to_string()), "{}", ran.err);
    assert_eq!(fs::metadata(&config)?.permissions().mode() & 0o777, 0o600);

    set_mode(Path::new(&password), 0o644)?;
    let ran = Ran::new(home.unnamed(&add("b")).output()?)?.ends(2);
    assert!(ran.err.contains(&format!("chmod 600 {password}")), "{}", ran.err);
    Ok(())
}

#[test]
fn a_named_file_that_is_missing_is_a_usage_error() -> Result {
    let home = Home::new()?;
    for arguments in [&["profile", "list"][..], &["profile", "show", "a"], &["profile", "remove", "a"]] {
        home.run(arguments)?.ends(2);
    }
    let list = Ran::new(home.unnamed(&["profile", "list", "-o", "ndjson"]).output()?)?.ends(0);
    assert!(list.out.is_empty() && list.err.contains("demo-em"), "{}", list.err);
    let show = Ran::new(home.unnamed(&["profile", "show", "demo-zstack", "-o", "csv"]).output()?)?.ends(0);
    assert!(show.out.contains("\ndemo-zstack,zstack,"), "{}", show.out);
    Ran::new(home.unnamed(&["profile", "show", "prod"]).output()?)?.ends(2);
    Ok(())
}

#[test]
fn every_shell_gets_its_completions() -> Result {
    let home = Home::new()?;
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = home.run(&["completions", shell])?.ends(0).out;
        assert!(script.contains("sort-desc") && script.contains("vb365"), "{shell}");
    }
    Ok(())
}

/// `backhaul ... | head` where the reader is gone before the first byte.
#[test]
fn a_broken_pipe_is_quiet() -> Result {
    let home = Home::new()?;
    fs::write(home.config(), "[profiles.a]\nsystem = \"em\"\nurl = \"https://em\"\n")?;
    let commands = [
        &["completions", "bash"][..],
        &["--help"],
        &["profile", "list", "-o", "table"],
        &["profile", "list", "-o", "json"],
        &["profile", "list", "-o", "ndjson"],
        &["profile", "list", "-o", "csv"],
        &["profile", "show", "a", "-o", "json"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let child = home
            .unnamed(arguments)
            .env("BACKHAUL_CONFIG", home.config())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()?;
        let ran = Ran::new(child.wait_with_output()?)?.ends(0);
        assert!(ran.err.is_empty(), "{arguments:?}: {}", ran.err);
    }
    Ok(())
}
