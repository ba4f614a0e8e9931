//! Enterprise Manager.

use super::*;

const NS: &str = "xmlns=\"http://www.veeam.com/ent/v1.0\"";
const POINT: &str = "ID=7c1d2e3f-1111-4a5b-8c6d-0a1b2c3d4e5f";
const RESTORE: &str = "<RestoreSpec xmlns=\"http://www.veeam.com/ent/v1.0\"><VmRestoreSpec><PowerOnAfterRestore>true</PowerOnAfterRestore>\
                       <QuickRollback>false</QuickRollback></VmRestoreSpec></RestoreSpec>";

fn session() -> String {
    "<BackupJobSession Type=\"BackupJobSession\" Name=\"Job 1@2025-06-14 23:09:26\" \
     UID=\"urn:veeam:BackupJobSession:7c1d2e3f-1111-4a5b-8c6d-0a1b2c3d4e5f\"><Links/>\
     <JobUid>urn:veeam:Job:9d2e3f40-2222-4a5b-8c6d-0a1b2c3d4e5f</JobUid><JobName>Job 1</JobName><JobType>Backup</JobType>\
     <CreationTimeUTC>2025-06-14T23:09:26Z</CreationTimeUTC><EndTimeUTC>2025-06-14T23:10:02Z</EndTimeUTC>\
     <State>Stopped</State><Result>Failed</Result><Progress>0</Progress><FailureMessage>Access is denied.</FailureMessage>\
     <IsRetry>false</IsRetry></BackupJobSession>"
        .to_owned()
}

fn result(entities: &str) -> (u16, String) {
    let paging = "<PagingInfo PageNum=\"1\" PageSize=\"100\" PagesCount=\"1\"><Links/></PagingInfo>";
    (200, format!("<QueryResult {NS}><Entities>{entities}</Entities>{paging}</QueryResult>"))
}

/// 01: why a session failed is read, listed and printed.
#[test]
fn a_session_says_why_it_failed() -> Result {
    let home = Home::new()?;
    let file =
        home.file("session.xml", &session().replacen("<BackupJobSession", &format!("<BackupJobSession {NS}"), 1))?;
    home.run(&["check", "em.BackupJobSession", &file, "--strict"])?.ends(0);
    let (home, _server) = scripted("em", &[], |asked| {
        let sessions = || result(&format!("<BackupJobSessions>{}</BackupJobSessions>", session()));
        asked.target.contains("query").then(sessions)
    })?;
    let ran = home.run(&["query", "em.BackupJobSession", "-p", "it", "-o", "json"])?.ends(0);
    assert_eq!(ran.column("FailureMessage")?, ["Access is denied."]);
    assert_eq!(ran.err, "", "all of it is known");
    let fields = ["--fields", "Name,Result,FailureMessage", "-o", "csv"];
    let ran = home.run(&[&["query", "em.BackupJobSession", "-p", "it"], &fields[..]].concat())?.ends(0);
    assert!(ran.out.ends_with("Failed,Access is denied.\n"), "{}", ran.out);
    // The simulator answers what its estate holds.
    let estate = r#"{"em": {"records": [{"type": "BackupJobSession", "record": {
        "UID": "urn:veeam:BackupJobSession:7c1d2e3f-1111-4a5b-8c6d-0a1b2c3d4e5f", "Name": "Job 1@2025-06-14 23:09:26",
        "Result": "Failed", "FailureMessage": "Access is denied."}}]}}"#;
    let home = Home::new()?;
    let estate = home.file("estate.json", estate)?;
    let (home, _sim) = simulated(&["--estate", &estate])?;
    let ran = home.run(&["query", "em.BackupJobSession", "-p", "em", "-o", "json"])?.ends(0);
    assert_eq!(ran.column("FailureMessage")?, ["Access is denied."]);
    Ok(())
}

/// 03: the task ends well, and the restore that it began does not.
#[test]
fn a_restore_is_followed_to_its_own_end() -> Result {
    let id = "7c1d2e3f-1111-4a5b-8c6d-0a1b2c3d4e5f";
    let server = Scripted::new(move |asked, own| {
        let task = |done: bool| {
            let related = format!(
                "<Link Rel=\"Related\" Type=\"RestoreSession\" Href=\"{own}/api/restoreSessions/{id}?format=Entity\"/>"
            );
            let (related, state, end) = match done {
                true => (related.as_str(), "Finished", "<Result Success=\"true\"><Message>Ok</Message></Result>"),
                false => ("", "Running", ""),
            };
            format!(
                "<Task {NS} Type=\"Task\" Href=\"{own}/api/tasks/task-7\"><Links><Link Rel=\"Delete\" Type=\"Task\" \
                 Href=\"{own}/api/tasks/task-7\"/>{related}</Links><TaskId>task-7</TaskId><State>{state}</State>\
                 <Operation>StartVmRestore</Operation>{end}</Task>"
            )
        };
        let failed = format!(
            "<RestoreSession {NS} Type=\"RestoreSession\" Name=\"a\" UID=\"urn:veeam:RestoreSession:{id}\"><Links/>\
             <JobType>RestoreVm</JobType><CreationTimeUTC>2026-06-14T23:09:26Z</CreationTimeUTC><State>Stopped</State>\
             <Result>Failed</Result><Progress>10</Progress><FailureMessage>no space left</FailureMessage></RestoreSession>"
        );
        match (asked.method.as_str(), asked.target.as_str()) {
            ("POST", target) if target.contains("action=restore") => Some((202, task(false))),
            ("GET", target) if target.contains("/tasks/") => Some((200, task(true))),
            ("GET", target) if target.contains("/restoreSessions/") => Some((200, failed)),
            _ => None,
        }
    })?;
    let home = Home::new()?;
    home.add("it", "em", &server.url, &[])?;
    let body = home.file("restore.xml", RESTORE)?;
    let call = ["call", "em.PostVmRestorePointsByIdRestore", "-p", "it", "--param", POINT, "--body", &body, "--wait"];
    let ran = home.run(&call)?.ends(5);
    assert!(ran.err.contains("no space left"), "{}", ran.err);
    assert!(server.asked().iter().any(|asked| asked.target.contains("/restoreSessions/")));
    Ok(())
}

/// 03: the simulator's ends well.
#[test]
fn a_restore_of_the_simulator_ends_well() -> Result {
    let (home, _sim) = simulated(&[])?;
    let point = format!("ID={}", first_id(&home, "em.VmRestorePoint", "UID")?);
    let body = home.file("restore.xml", RESTORE)?;
    home.run(&["call", "em.PostVmRestorePointsByIdRestore", "-p", "em", "--param", &point, "--body", &body, "--wait"])?
        .ends(0);
    let restores = home.run(&["query", "em.RestoreSession", "-p", "em", "-o", "json"])?.ends(0);
    assert!(restores.column("Result")?.contains(&"Success".into()), "{}", restores.out);
    Ok(())
}

/// 04: restore points by the machine that they are of, quoted and not.
#[test]
fn restore_points_are_found_by_their_machine() -> Result {
    let (home, _sim) = simulated(&[])?;
    let all = home.run(&["query", "em.VmRestorePoint", "-o", "json"])?.ends(0);
    let machine = all.column("HierarchyObjRef")?.first().and_then(Value::as_str).ok_or("no points")?.to_owned();
    let later = format!("HierarchyObjRef=={machine};CreationTime>=\"2011-02-01T00:00:00Z\"");
    for filter in [format!("HierarchyObjRef==\"{machine}\""), later] {
        home.run(&["filter", "check", &filter, "--type", "em.VmRestorePoint"])?.ends(0);
        let found = home.run(&["query", "em.VmRestorePoint", "--filter", &filter, "-o", "json"])?.ends(0);
        let machines = found.column("HierarchyObjRef")?;
        assert!(!machines.is_empty() && machines.iter().all(|it| *it == *machine), "{filter}: {machines:?}");
    }
    Ok(())
}

/// 06: a job is put to its Edit link, which names no action.
#[test]
fn a_job_is_put_back() -> Result {
    let (home, _sim) = simulated(&[])?;
    let id = first_id(&home, "em.Job", "UID")?;
    let (param, entity) = (format!("ID={id}"), ["--param", "format=Entity", "--em-format", "json"]);
    let get = [&["call", "em.GetJobsById", "-p", "em", "--param", &param], &entity[..]].concat();
    let job = home.run(&get)?.ends(0).out;
    let file = home.file("job.json", &job)?;
    let request = format!("PUT /api/jobs/{id}?format=Entity");
    home.run(&["check", "em", "--request", &request, "--body", &file])?.ends(0);
    let put =
        ["call", "em.PutJobsById", "-p", "em", "--param", &param, "--body", &file, "--em-format", "json", "--wait"];
    let task = home.run(&put)?.ends(0).json()?;
    assert_eq!(task["State"], "Finished", "{task}");
    Ok(())
}

/// 07: a whole restore to where the machine was takes no body.
#[test]
fn a_restore_needs_no_body() -> Result {
    let (home, _sim) = simulated(&[])?;
    let point = format!("ID={}", first_id(&home, "em.VmRestorePoint", "UID")?);
    let call = ["call", "em.PostVmRestorePointsByIdRestore", "-p", "em", "--param", &point, "--wait"];
    assert_eq!(home.run(&call)?.ends(0).json()?["Result"]["Success"], true);
    Ok(())
}

/// 16: a version that Enterprise Manager no longer has.
#[test]
fn an_old_version_is_refused_at_once() -> Result {
    let home = Home::new()?;
    let add = ["profile", "add", "old", "--system", "em", "--url", "https://em:9398", "--user", "a", "--api-version"];
    let password = home.password_file()?;
    let ran = home.run(&[&add[..], &["v1_4", "--password-file", &password]].concat())?.ends(2);
    assert!(ran.err.contains("1_5") && ran.err.contains("latest"), "{}", ran.err);
    Ok(())
}

/// 28: an organization's configuration with an empty element.
#[test]
fn an_organizations_configuration_is_known() -> Result {
    let home = Home::new()?;
    let spec = format!(
        "<VCloudOrganizationConfigCreateSpec {NS}><OrganizationName>org-c</OrganizationName>\
         <BackupServerUid>urn:veeam:BackupServer:c0516273-6666-4a5b-8c6d-0a1b2c3d4e5f</BackupServerUid>\
         <RepositoryUid>urn:veeam:Repository:c0516273-7777-4a5b-8c6d-0a1b2c3d4e5f</RepositoryUid><QuotaGb>500</QuotaGb>\
         <TemplateJobUid></TemplateJobUid><JobSchedulerType>Full</JobSchedulerType></VCloudOrganizationConfigCreateSpec>"
    );
    let file = home.file("config.xml", &spec)?;
    home.run(&["check", "em.VCloudOrganizationConfigCreateSpec", &file, "--strict"])?.ends(0);
    Ok(())
}

/// 30: quick backups, VeeamZIP and clones in JSON.
#[test]
fn tasks_are_begun_in_json() -> Result {
    let (home, _sim) = simulated(&[])?;
    let machine = "urn:VMware:Vm:ca2f751f-8f26-4f39-815e-ce493b61fd80.vm-31017";
    let server = first_id(&home, "em.BackupServer", "UID")?;
    let repository = format!("urn:veeam:Repository:{}", first_id(&home, "em.Repository", "UID")?);
    let zip = format!(
        r#"{{"VmRef": "{machine}", "RepositoryUid": "{repository}", "BackupRetention": "Never", "CompressionLevel": 3,
            "DisableGuestQuiescence": true}}"#
    );
    let clone = format!(r#"{{"BackupJobCloneInfo": {{"JobName": "clone-1", "RepositoryUid": "{repository}"}}}}"#);
    for (operation, id, body) in [
        ("em.PostBackupServersByIdQuickbackup", server.clone(), format!(r#"{{"VmRef": "{machine}"}}"#)),
        ("em.PostBackupServersByIdVeeamzip", server, zip),
        ("em.PostJobsByIdClone", first_id(&home, "em.Job", "UID")?, clone),
    ] {
        let (param, body) = (format!("ID={id}"), home.file("body.json", &body)?);
        let call = ["call", operation, "-p", "em", "--param", &param, "--body", &body, "--em-format", "json"];
        let task = home.run(&call)?.ends(0).json()?;
        assert_eq!(text(&task, "State"), "Running", "{operation}: {task}");
    }
    Ok(())
}

/// 33: a capacity of 0 stays 0, and -1 says nothing.
#[test]
fn a_capacity_of_nothing_divides_nothing() -> Result {
    let repository = |id: &str, name: &str, capacity: i64| {
        format!(
            "<Repository Href=\"http://x/api/repositories/{id}?format=Entity\" Type=\"Repository\" Name=\"{name}\" \
             UID=\"urn:veeam:Repository:{id}\"><Links/><Capacity>{capacity}</Capacity><FreeSpace>{capacity}</FreeSpace>\
             <Kind>WinLocal</Kind></Repository>"
        )
    };
    let both = repository("36f86ade-4db3-4d5f-af32-4b1a11a56d13", "Default", 0)
        + &repository("46f86ade-4db3-4d5f-af32-4b1a11a56d13", "Cloud &amp; Object", -1);
    let (home, _server) = scripted("em", &[], move |asked| {
        let target = asked.target.to_ascii_lowercase();
        match () {
            () if target.contains("type=repository") => Some(result(&format!("<Repositories>{both}</Repositories>"))),
            () if target.starts_with("/api/query") => Some(result("")),
            () => None,
        }
    })?;
    let rows = home.run(&["usage", "-p", "it", "-o", "json"])?.ends(0).json()?;
    let rows = rows.as_array().ok_or("no rows")?;
    let of = |name: &str| rows.iter().find(|row| row["repository"] == name).ok_or("no such row");
    assert_eq!(of("Default")?["capacity_bytes"], 0);
    assert_eq!(of("Cloud & Object")?["capacity_bytes"], Value::Null);
    home.run(&["usage", "-p", "it", "-o", "csv"])?.ends(0);
    Ok(())
}

/// Not in a case of its own: what a newer release adds is told in one line, and printed.
#[test]
fn what_is_not_known_is_told_in_one_line() -> Result {
    let new = session().replacen("<IsRetry>", "<Mood>fine</Mood><IsRetry>", 1);
    let (home, _server) = scripted("em", &[], move |asked| {
        let both = || result(&format!("<BackupJobSessions>{new}{new}</BackupJobSessions>"));
        asked.target.contains("query").then(both)
    })?;
    let query = ["query", "em.BackupJobSession", "-p", "it"];
    let named = [&query[..], &["--fields", "Name"]].concat();
    let ran = home.run(&[&named[..], &["-o", "csv"]].concat())?.ends(0);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.contains("BackupJobSession.Mood (2 times)") && ran.err.contains("--unknown"), "{}", ran.err);
    let ran = home.run(&[&named[..], &["-o", "json", "--unknown"]].concat())?.ends(0);
    assert!(ran.out.contains("Mood") && ran.out.contains("fine"), "{}", ran.out);
    let ran = home.run(&[&named[..], &["-o", "csv", "--unknown"]].concat())?.ends(2);
    assert!(ran.err.contains("-o json"), "{}", ran.err);
    // A null is told, too: there is such a member.
    let (home, _server) = scripted("em", &["--api-version", "latest"], |asked| {
        let job = r#"{"Name": "Job 1", "Mood": null, "UID": "urn:veeam:Job:9d2e3f40-2222-4a5b-8c6d-0a1b2c3d4e5f"}"#;
        asked.target.contains("/api/jobs/").then(|| (200, job.to_owned()))
    })?;
    let call =
        ["call", "em.GetJobsById", "-p", "it", "--param", POINT, "--param", "format=Entity", "--em-format", "json"];
    let ran = home.run(&call)?;
    assert!(ran.err.contains("Job.Mood"), "{}{}", ran.out, ran.err);
    Ok(())
}

/// Not in a case of its own: a filter field that no list has is sent on purpose, and the server's word counts.
#[test]
fn a_field_that_is_not_listed_is_sent_on_purpose() -> Result {
    let (home, server) = scripted("em", &[], |asked| {
        let service = format!(
            "<QuerySvc {NS} Type=\"QueryService\"><Links><Link Rel=\"Down\" Type=\"RepositoryList\" \
             Href=\"http://x/api/query?type=Repository&amp;format=Entities&amp;sortAsc=name\"/></Links></QuerySvc>"
        );
        let refusal = format!("<Error {NS} Message=\"There is no Gloom.\" StatusCode=\"400\"/>");
        match asked.target.as_str() {
            target if target.contains("querySvc") => Some((200, service)),
            target if target.contains("Gloom") => Some((400, refusal)),
            target if target.contains("query") => Some(result("")),
            _ => None,
        }
    })?;
    let query = ["query", "em.Repository", "-p", "it", "--filter", "Mood==7;Name==a", "-o", "json"];
    let ran = home.run(&query)?.ends(2);
    assert!(ran.err.contains("has no filter field `Mood`"), "{}", ran.err);
    home.run(&[&query[..], &["--raw-filter"]].concat())?.ends(0);
    assert!(server.asked().iter().any(|asked| asked.target.contains("filter=Mood==7;Name==a")), "{:?}", server.asked());
    let check = |filter: &str, kind: &str, code| {
        Ok::<_, Box<dyn std::error::Error>>(
            home.run(&["filter", "check", filter, "--type", kind, "-p", "it"])?.ends(code),
        )
    };
    assert!(check("Mood==7", "em.Repository", 0)?.err.contains("takes what this release does not know: Mood"));
    assert!(check("Gloom==7", "em.Repository", 1)?.out.contains("There is no Gloom."));
    assert!(check("Name==a", "em.Job", 1)?.out.contains("does not list the type Job"));
    // The simulator knows what the schemas know.
    let (home, _sim) = simulated(&[])?;
    home.run(&["filter", "check", "Name==a", "--type", "em.Repository", "-p", "em"])?.ends(0);
    home.run(&["filter", "check", "Mood==7", "--type", "em.Repository", "-p", "em"])?.ends(1);
    Ok(())
}
