//! What goes wrong between the command and a server, by exit code.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use crate::common::scripted::Scripted;
use crate::common::{Home, Ran, Result, SimProcess, set_mode};

#[test]
fn a_refused_logon_is_3() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http"])?;
    for system in ["em", "vb365", "zstack"] {
        home.add(system, system, sim.url(system), &["--user", "nobody"])?;
        for command in [&["profile", "test", system][..], &["usage", "-p", system]] {
            let ran = home.run(command)?.ends(3);
            assert!(ran.out.is_empty() && ran.err.contains("refused the logon"), "{}", ran.err);
        }
    }
    home.run(&["usage"])?.ends(3);
    home.run(&["query", "zstack.Zone"])?.ends(3);
    home.run(&["call", "em.QueryRepository"])?.ends(3);
    Ok(())
}

#[test]
fn what_does_not_answer_as_the_product_is_4() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &[])?;
    // An untrusted certificate: the way to trust it is said.
    home.add("untrusted", "em", sim.url("em"), &[])?;
    let ran = home.run(&["profile", "test", "untrusted"])?.ends(4);
    assert!(ran.err.contains(&format!("--pin {}", sim.pin())), "{}", ran.err);
    // Another product: it is named.
    home.add("other", "em", sim.url("vb365"), &["--pin", sim.pin()])?;
    let ran = home.run(&["usage", "-p", "other"])?.ends(4);
    assert!(ran.err.contains("is Veeam Backup for Microsoft 365, not"), "{}", ran.err);
    home.add("cloud", "em", sim.url("zstack"), &[])?;
    let ran = home.run(&["profile", "test", "cloud"])?.ends(4);
    assert!(ran.err.contains("Veeam Backup Enterprise Manager"), "{}", ran.err);
    // A port where nothing listens.
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    home.add("nowhere", "zstack", &format!("http://{free}"), &[])?;
    let ran = home.run(&["query", "zstack.Zone", "--timeout", "5s"])?.ends(4);
    assert!(ran.out.is_empty() && ran.err.contains("nowhere: "), "{}", ran.err);
    // All failed alike.
    home.run(&["usage"])?.ends(4);
    Ok(())
}

#[test]
fn an_error_of_the_server_is_5_and_some_servers_are_6() -> Result {
    let home = Home::new()?;
    let faults = r#"{"faults": [
        {"system": "zstack", "path": "/zstack/v1/zones", "effect": "status", "status": 503,
         "body": "{\"error\": {\"code\": \"SYS.1000\", \"description\": \"out of order\"}}"},
        {"system": "em", "path": "/api/query*", "skip": 0, "times": 1, "effect": "wrongRoot"}
    ]}"#;
    let faults = home.file("faults.json", faults)?;
    let sim = SimProcess::start(&home, &["--http", "--faults", &faults])?;
    home.add("cloud", "zstack", sim.url("zstack"), &[])?;
    home.add("em", "em", sim.url("em"), &[])?;
    let ran = home.run(&["query", "zstack.Zone"])?.ends(5);
    assert!(ran.out.is_empty() && ran.err.contains("SYS.1000"), "{}", ran.err);
    // An answer that cannot be read is the server's doing, too; the others' rows are printed.
    let ran = home.run(&["usage", "-o", "json"])?.ends(6);
    let rows = ran.json()?;
    let whole = rows.as_array().ok_or("no rows")?.iter().filter(|row| row["partial"] != true);
    assert!(whole.into_iter().all(|row| row["system"] == "zstack") && ran.err.contains("em: "), "{}", ran.err);
    Ok(())
}

#[test]
fn a_simulator_is_what_it_is_told_to_be() -> Result {
    let home = Home::new()?;
    let password = home.file("sim-password", "other\n")?;
    set_mode(std::path::Path::new(&password), 0o644)?;
    let more = ["--em", "127.0.0.1:0", "--em-release", "12", "--http", "--user", "boss", "--password-file", &password];
    let sim = SimProcess::start(&home, &more)?;
    assert!(sim.url("em").starts_with("http://127.0.0.1:") && sim.said["vb365"].is_null() && sim.pin().is_empty());
    home.add("em", "em", sim.url("em"), &["--user", "boss"])?;
    home.run(&["profile", "test", "em"])?.ends(3);
    fs::write(home.path("password.txt"), "other\n")?;
    home.run(&["profile", "test", "em"])?.ends(0);
    let raw = home.run(&["call", "em.Get", "-o", "raw", "--em-format", "json"])?.ends(0);
    assert!(raw.out.contains("\"SupportedVersions\""), "{}", raw.out);

    // What it cannot be is said before anything listens.
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let nonsense = home.file("nonsense.json", "{\"nonsense\": 1}")?;
    for arguments in
        [&["--em", &address][..], &["--estate", &nonsense], &["--faults", &nonsense], &["--estate", "no-such-file"]]
    {
        let ran = home.run(&[&["sim"], arguments].concat())?.ends(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty());
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_simulator_ends_when_it_is_asked_to() -> Result {
    use std::io::{BufRead, BufReader};
    let home = Home::new()?;
    for signal in ["-INT", "-TERM"] {
        let mut child = home.unnamed(&["sim", "--announce", "json"]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status()?;
        assert_eq!(child.wait()?.code(), Some(0), "{signal}");
    }
    Ok(())
}

/// `backhaul ... | head` where the reader is gone before the first byte.
#[test]
fn a_broken_pipe_is_quiet() -> Result {
    let home = Home::new()?;
    let commands = [
        &["usage", "--demo", "-o", "table"][..],
        &["usage", "--demo", "-o", "json"],
        &["query", "em.CloudSubtenant", "--demo", "-o", "ndjson"],
        &["query", "zstack.Zone", "--demo", "--fields", "name", "-o", "csv"],
        &["call", "em.Get", "--demo"],
        &["ops", "em", "-o", "json"],
        &["types", "em", "-o", "csv"],
        &["filter", "fmt", "a==b"],
        &["sim", "--announce", "json"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let child = home.unnamed(arguments).stdout(writer).stderr(Stdio::piped()).spawn()?;
        let ran = Ran::new(child.wait_with_output()?)?.ends(0);
        assert!(!ran.err.contains("error"), "{arguments:?}: {}", ran.err);
    }
    Ok(())
}

/// What is no answer to what was asked for does not get into a file, nor does nothing.
#[test]
fn a_file_is_replaced_by_an_answer_and_by_nothing_else() -> Result {
    let server = Scripted::new(|asked, _| match (asked.method.as_str(), asked.target.as_str()) {
        ("POST", "/api/jobs/1?action=toggleScheduleEnabled") => Some((204, String::new())),
        (_, "/api/jobs") => {
            let error = "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"disk full\" StatusCode=\"500\" />";
            Some((200, error.to_owned()))
        }
        (_, "/api/managedServers") => Some((200, "<EntityReferences><Ref Name=\"srv".to_owned())),
        (_, "/api/repositories") => {
            Some((200, "<EntityReferences xmlns=\"http://www.veeam.com/ent/v1.0\" />".to_owned()))
        }
        _ => None,
    })?;
    let home = Home::new()?;
    home.add("em", "em", &server.url, &[])?;
    let to = home.file("answer.xml", "as it was")?;
    for call in [
        &["em.GetJobs"][..],
        &["em.GetManagedServers"],
        &["em.PostJobsByIdToggleScheduleEnabled", "--param", "ID=1"],
        &["em.PostJobsByIdToggleScheduleEnabled", "--param", "ID=1", "-o", "json"],
    ] {
        home.run(&[&["call", "-p", "em", "--out", &to], call].concat())?.ends(5);
        assert_eq!(fs::read_to_string(&to)?, "as it was", "{call:?}");
    }
    home.run(&["call", "-p", "em", "--out", &to, "em.GetRepositories"])?.ends(0);
    assert!(fs::read_to_string(&to)?.starts_with("<EntityReferences"), "as it came");
    Ok(())
}

/// A deadline says what a timeout says: nothing came. Which of the two was shorter is no other failure.
#[test]
fn a_deadline_without_an_answer_is_4() -> Result {
    let server = Scripted::new(|asked, _| {
        let slow = asked.target.starts_with("/api/query") || asked.target.starts_with("/api/backupServers");
        slow.then(|| std::thread::sleep(std::time::Duration::from_secs(4)));
        None
    })?;
    let home = Home::new()?;
    home.add("em", "em", &server.url, &[])?;
    for verb in [&["query", "em.Repository"][..], &["call", "em.GetBackupServers"]] {
        for limit in ["--deadline", "--timeout"] {
            let ran = home.run(&[verb, &["-p", "em", limit, "1s"]].concat())?.ends(4);
            assert!(ran.out.is_empty() && ran.err.contains("em: "), "{verb:?} {limit}: {}", ran.err);
        }
    }
    Ok(())
}
