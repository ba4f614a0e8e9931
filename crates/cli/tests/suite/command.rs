//! The command as a script sees it: exit codes, streams, and the life of a profile.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::common::{Home, Ran, Result, set_mode};

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
        assert!(script.contains("COMPLETE") && script.contains("backhaul"), "{shell}: {script}");
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

#[test]
fn a_profile_is_changed_and_renamed_and_keeps_the_rest() -> Result {
    let home = Home::new()?;
    let sim = crate::common::SimProcess::start(&home, &["--em", "127.0.0.1:0"])?;
    home.add("old", "em", sim.url("em"), &["--tags", "berlin,old"])?;
    // What the refusal recommends is one whole command, and it mends the profile.
    let refused = home.run(&["profile", "test", "old"])?.ends(4);
    let recipe = refused.err.split("backhaul profile set ").nth(1).ok_or("no recipe")?.trim();
    let words: Vec<&str> = ["profile", "set"].into_iter().chain(recipe.split(' ')).collect();
    home.run(&words)?.ends(0);
    home.run(&["profile", "test", "old"])?.ends(0);
    // The certificate is asked for on request.
    home.run(&["profile", "set", "old", "--system-trust", "--tags", "munich"])?.ends(0);
    home.run(&["profile", "test", "old"])?.ends(4);
    let learned = home.run(&["profile", "set", "old", "--learn-pin"])?.ends(0);
    assert!(learned.err.contains(sim.pin()), "{}", learned.err);
    home.run(&["profile", "rename", "old", "new"])?.ends(0);
    home.run(&["profile", "test", "new"])?.ends(0);
    let shown = home.run(&["profile", "show", "new", "-o", "json"])?.ends(0).json()?;
    assert_eq!((&shown["tags"][0], &shown["trust_value"]), (&"munich".into(), &sim.pin().into()));
    let origin = home.run(&["profile", "show", "new", "--origin", "-o", "json"])?.ends(0);
    let value = |key: &str| origin.json().map(|rows| rows.as_array()?.iter().find(|row| row["key"] == key).cloned());
    assert!(value("url")?.is_some_and(|row| row["origin"].as_str().is_some_and(|it| it.ends_with("[profiles.new]"))));
    assert!(value("api_version")?.is_some_and(|row| row["origin"] == "not set"));
    for refused in [
        &["set", "nobody", "--user", "x"][..],
        &["set", "new", "--pin", "abc"],
        &["set", "new", "--api-version", "v1_4"],
        &["rename", "new", "-x"],
        &["rename", "nobody", "x"],
    ] {
        home.run(&[&["profile"], refused].concat())?.ends(2);
    }
    Ok(())
}

#[test]
fn the_default_and_the_groups_are_chosen_by_verbs() -> Result {
    let home = Home::new()?;
    home.file("backhaul.toml", "# ours\n[profiles.em1]\nsystem = \"em\"\nurl = \"https://a\"\n")?;
    let add = ["profile", "add", "em2", "--system", "em", "--url", "https://b"];
    home.run(&add)?.ends(0);
    let default = home.run(&["profile", "default", "-o", "json"])?.ends(0);
    assert!(default.out == "[]\n" && default.err.contains("there is no default"), "{}", default.err);
    home.run(&["profile", "default", "em1,em2", "-o", "json"])?.ends(0);
    home.run(&["profile", "group", "berlin", "em1", "em*"])?.ends(0);
    let groups = home.run(&["profile", "group", "-o", "json"])?.ends(0).json()?;
    let berlin = serde_json::json!([{ "name": "berlin", "says": ["em1", "em*"], "profiles": ["em1", "em2"] }]);
    assert_eq!(groups, berlin);

    // Nothing that would mean no server is kept.
    for refused in [
        &["default", "em3"][..],
        &["default", "x*"],
        &["default", "@munich"],
        &["group", "munich", "@berlin"],
        &["group", "munich"],
        &["group", "munich", "--remove"],
        &["group", "a,b", "em1"],
        &["group", "--remove"],
    ] {
        home.run(&[&["profile"], refused].concat())?.ends(2);
    }

    // Lists follow their profiles.
    let renamed = home.run(&["profile", "rename", "em1", "old"])?.ends(0).err;
    assert!(renamed.contains("also in groups.berlin, default"), "{renamed}");
    let file = std::fs::read_to_string(home.config())?;
    assert!(file.starts_with("default = [\"old\", \"em2\"]\n# ours\n[profiles.old]"), "{file}");
    home.run(&["profile", "remove", "em2"])?.ends(0);
    let default = home.run(&["profile", "default", "-o", "json"])?.ends(0).json()?;
    assert_eq!(default, serde_json::json!([{ "name": "default", "says": ["old"], "profiles": ["old"] }]));
    home.run(&["profile", "default", "--clear"])?.ends(0);
    home.run(&["profile", "group", "berlin", "--remove"])?.ends(0);
    let file = std::fs::read_to_string(home.config())?;
    assert!(!file.contains("default") && !file.contains("berlin"), "{file}");
    Ok(())
}

#[test]
fn slips_in_the_configuration_are_told() -> Result {
    let home = Home::new()?;
    let no_pem = home.file("ca.pem", "no certificate\n")?;
    let add = ["profile", "add", "x", "--system", "em", "--url", "https://em", "--ca", &no_pem];
    assert!(home.run(&add)?.ends(2).err.contains("certificate"));
    home.file("backhaul.toml", "foo = 1\n[profile.x]\nsystem = \"em\"\n")?;
    let listed = home.run(&["profile", "list"])?.ends(0).err;
    assert!(listed.contains("`foo` is not known") && listed.contains("did you mean `profiles`?"), "{listed}");
    #[cfg(unix)]
    {
        set_mode(&home.config(), 0o666)?;
        let refused = home.run(&["profile", "list"])?.ends(2).err;
        assert!(refused.contains("others can write") && refused.contains("chmod go-w"), "{refused}");
    }
    Ok(())
}
