//! What a newcomer can find out without a server: operations, types, parameters, bodies, requests.

use crate::common::{Home, Ran, Result};
use serde_json::{Value, json};

#[test]
fn operations_are_searched_and_looked_up() -> Result {
    let home = Home::new()?;
    let found = home.run(&["ops", "vb365", "usedrepositories"])?.ends(0).column("operation")?;
    assert!(found.contains(&json!("Organization_GetStorageSpaceUsage")), "{found:?}");
    assert_eq!(home.run(&["ops", "vb365", "usedrepositories", "nonsense"])?.ends(0).json()?, json!([]));

    let one = home.run(&["ops", "em.postjobsbyidstart", "-o", "json"])?.ends(0).json()?;
    assert_eq!(one[0]["operation"], "PostJobsByIdStart");
    assert_eq!(one[0]["params"][0]["parameter"], "ID");
    assert_eq!(one[0]["params"][0]["required"], true);
    let told = home.run(&["ops", "em.PostJobsByIdStart", "-o", "table"])?.ends(0).out;
    assert!(told.starts_with("POST /api/jobs/{ID}?action=start\n"), "{told}");
    assert!(told.contains("backhaul call em.PostJobsByIdStart --param ID=..."), "{told}");
    home.run(&["ops", "em.PostJobsByIdStart", "start"])?.ends(2);
    Ok(())
}

#[test]
fn types_are_searched_and_looked_up() -> Result {
    let home = Home::new()?;
    let one = home.run(&["types", "em.cloudtenant", "-o", "json"])?.ends(0);
    assert_eq!(one.column("type")?, ["CloudTenant"]);
    // A vendor's other name leads there as well.
    let alias = home.run(&["types", "vb365.UsedRepository", "-o", "json"])?.ends(0);
    assert_eq!(alias.column("type")?, ["OrganizationStorageSpaceUsage"]);
    let table = home.run(&["types", "em.CloudTenant", "-o", "table"])?.ends(0).out;
    assert!(table.starts_with("member") && table.contains("LeaseOptions"), "{table}");
    let found = home.run(&["types", "vb365", "usedspacebytes"])?.ends(0).column("type")?;
    assert!(found.contains(&json!("OrganizationStorageSpaceUsage")), "{found:?}");
    let gone = home.run(&["types", "vb365.ServiceInstance", "--api-version", "v3"])?.ends(2);
    assert!(gone.err.contains("not in that version"), "{}", gone.err);
    Ok(())
}

#[test]
fn an_error_ends_in_the_nearest_names() -> Result {
    let home = Home::new()?;
    for (line, near) in [
        (&["ops", "em.PostJobsByIdStrat"][..], "PostJobsByIdStart"),
        (&["types", "em.CloudTennant"], "CloudTenant"),
        (&["query", "em.CloudTenat", "--demo"], "CloudTenant"),
        (&["query", "em.CloudTenant", "--demo", "--fields", "Nmae"], "Name"),
        (&["query", "vb365.Organization", "--demo", "--sort-asc", "nmae"], "name"),
    ] {
        let ran = home.run(line)?.ends(2);
        assert!(ran.err.contains(near), "{line:?}: {}", ran.err);
        let longest = ran.err.lines().map(str::len).max().unwrap_or(0);
        assert!(longest < 400, "{line:?}: {}", ran.err);
    }
    // What was meant to read is not led to what changes something.
    let ran = home.run(&["ops", "em.GteJobsById"])?.ends(2);
    assert!(ran.err.contains("GetJobsById") && !ran.err.contains("Post"), "{}", ran.err);
    Ok(())
}

#[test]
fn a_body_is_begun_seen_and_missed() -> Result {
    let home = Home::new()?;
    let call = "zstack.AddImageStoreBackupStorage";
    let template = home.run(&["call", call, "--template=required"])?.ends(0).json()?;
    let members: Vec<&String> = template.as_object().ok_or("no object")?.keys().collect();
    assert!(members.iter().any(|name| *name == "hostname"), "{members:?}");
    let all = home.run(&["call", call, "--template"])?.ends(0).json()?;
    assert!(all.as_object().is_some_and(|all| all.len() > members.len()));

    let missing = home.run(&["call", call, "--demo"])?.ends(2);
    assert!(missing.err.contains("needs a body") && missing.err.contains("--template"), "{}", missing.err);
    // What was meant as a body is no file's name, and is not shown.
    let inline = home.run(&["call", call, "--body", "{\"password\": \"s3cret\"}"])?.ends(2);
    assert!(inline.err.contains("`--body -`") && !inline.err.contains("s3cret"), "{}", inline.err);

    let mut body = template;
    body["hostname"] = json!("172.20.0.9");
    body["password"] = json!("hunter2");
    let file = home.file("storage.json", &body.to_string())?;
    let dry = home.run(&["call", call, "--demo", "--body", &file, "--dry-run"])?.ends(0);
    assert!(dry.out.starts_with("POST https://demo-zstack/zstack/v1/backup-storage/image-store"), "{}", dry.out);
    assert!(dry.out.contains("172.20.0.9") && !dry.out.contains("hunter2"), "{}", dry.out);

    let dry = ["call", "vb365.Job_StartAction", "--demo", "--param", "jobId=7c2e", "--dry-run", "--api-version", "v7"];
    assert_eq!(home.run(&dry)?.ends(0).out, "POST https://demo-vb365/v7/Jobs/7c2e/start\n");
    // What the version lacks would not be sent, either.
    let old = ["call", "vb365.CopyJob_Get", "--demo", "--dry-run", "--api-version", "v5"];
    assert!(home.run(&old)?.ends(2).err.contains("v6"));
    home.run(&[&old[..], &["--force"]].concat())?.ends(0);
    home.run(&["call", "em.PostJobsByIdStart", "--demo", "--dry-run"])?.ends(2);
    Ok(())
}

#[test]
fn a_query_is_explained_and_not_asked() -> Result {
    let home = Home::new()?;
    let filter = "Enabled==false;Name==web*";
    let rows = home.demo(&["query", "em.CloudTenant", "--filter", filter, "--explain", "-o", "json"])?.ends(0);
    let row = &rows.json()?[0];
    let request = row["request"].as_str().unwrap_or_default();
    assert!(request.starts_with("GET https://demo-em/api/query?type=CloudTenant"), "{request}");
    assert!(request.contains("filter=Enabled==false"), "{request}");
    assert_eq!((&row["filtered_here"], &row["sorted_here"]), (&json!("Name==web*"), &json!(false)));
    let rows = home.demo(&["query", "zstack.BackupStorage", "--filter", "name!=a", "--explain", "-o", "json"])?.ends(0);
    let all = rows.column("request")?;
    assert!(all[0].as_str().is_some_and(|it| it.starts_with("ZQL query backupstorage")) && all.len() == 2, "{all:?}");
    Ok(())
}

/// A shell asks the command itself.
#[cfg(unix)]
#[test]
fn a_shell_is_told_what_goes_on() -> Result {
    let home = Home::new()?;
    home.add("berlin", "em", "https://em.example.com:9398", &["--insecure"])?;
    let ask = |words: &[&str]| {
        let mut command = home.unnamed(&[&["--"], words].concat());
        let index = (words.len() - 1).to_string();
        command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_COMPLETE_COMP_TYPE", "9");
        command.env("_CLAP_IFS", "\n").env("BACKHAUL_CONFIG", home.config());
        Ok::<_, Box<dyn std::error::Error>>(Ran::new(command.output()?)?.ends(0).out)
    };
    assert!(ask(&["backhaul", "usage", "-p", "ber"])?.lines().any(|it| it == "berlin"));
    assert!(ask(&["backhaul", "query", "em.CloudSubt"])?.lines().any(|it| it == "em.CloudSubtenant"));
    assert!(ask(&["backhaul", "call", "em.PostJobsByIdStart", "--param", "I"])?.contains("ID="));
    let fields = ask(&["backhaul", "query", "em.CloudTenant", "--fields", "Name,Ena"])?;
    assert!(fields.contains("Name,Enabled"), "{fields}");
    Ok(())
}

#[test]
fn manual_pages_are_printed_and_written() -> Result {
    let home = Home::new()?;
    let page = home.run(&["man"])?.ends(0).out;
    assert!(page.contains(".TH") && page.contains("backhaul"), "{page}");
    let folder = home.path("man1");
    home.run(&["man", "--dir", &folder.to_string_lossy()])?.ends(0);
    let verb = std::fs::read_to_string(folder.join("backhaul-profile-add.1"))?;
    assert!(verb.contains("learn\\-pin"), "{verb}");
    Ok(())
}

/// The demo by a clock that stands still.
fn at(home: &Home, now: &str, arguments: &[&str]) -> Result<Ran> {
    Ran::new(home.unnamed(&[arguments, &["--demo"]].concat()).env("BACKHAUL_NOW", now).output()?)
}

#[test]
fn last_night_is_last_night_whenever_it_is_asked_for() -> Result {
    let home = Home::new()?;
    for now in ["2026-11-29T20:00:00Z", "2031-03-01T04:00:00Z"] {
        let failed = at(&home, now, &["jobs", "--failed", "-o", "json"])?.ends(0);
        let Value::Array(rows) = failed.json()? else { return Err("no rows".into()) };
        let found = |system: &str, job: &str| rows.iter().find(|row| row["system"] == system && row["job"] == job);
        let em = found("em", "DB Backup").ok_or(format!("{now}: {rows:?}"))?;
        assert_eq!(em["reason"], "sqlsrv03: The network path was not found.");
        let vb365 = found("vb365", "Mailboxes and sites of north.local").ok_or(format!("{now}: {rows:?}"))?;
        assert_eq!(vb365["reason"], "The network path was not found.");
        assert!(rows.iter().all(|row| row["result"] == "Failed"), "{rows:?}");
        // The server's own filter finds it as well, by this machine's days.
        let filter = ["query", "em.BackupJobSession", "--filter", "Result==Failed;CreationTime>=now-24h", "--count"];
        assert_eq!(at(&home, now, &filter)?.ends(0).out, "1\n", "{now}");
    }
    Ok(())
}

#[test]
fn runs_are_filtered_sorted_and_counted() -> Result {
    let home = Home::new()?;
    let now = "2026-11-29T20:00:00Z";
    let all = at(&home, now, &["jobs", "--since", "3d", "-o", "json"])?.ends(0);
    let count = all.json()?.as_array().map_or(0, Vec::len);
    let Value::Array(rows) = all.json()? else { return Err("no rows".into()) };
    // What is running comes first.
    let started: Vec<&Value> = rows.iter().filter(|row| row["state"] == "Ended").map(|row| &row["started"]).collect();
    let times: Vec<&str> = started.iter().filter_map(|at| at.as_str()).collect();
    assert!(times.windows(2).all(|two| two[0] >= two[1]), "{times:?}");
    let good = at(&home, now, &["jobs", "--since", "3d", "--filter", "result==Success", "--count"])?.ends(0);
    let rest = at(&home, now, &["jobs", "--since", "3d", "--filter", "result!=Success", "--count"])?.ends(0);
    assert_eq!(good.out.trim().parse::<usize>()? + rest.out.trim().parse::<usize>()?, count);
    // Every system of the demo has runs, and VB365's have their jobs' names in each version.
    for version in ["v3", "v6", "v7", "v8"] {
        let line = ["jobs", "-p", "demo-vb365", "--api-version", version, "--since", "30d", "-o", "json"];
        let rows = at(&home, now, &line)?.ends(0);
        let jobs = rows.column("job")?;
        assert!(!jobs.is_empty() && jobs.iter().all(Value::is_string), "{version}: {jobs:?}");
    }
    let ran = at(&home, now, &["jobs", "--since", "soon"])?.ends(2);
    assert!(ran.err.contains("24h"), "{}", ran.err);
    Ok(())
}
