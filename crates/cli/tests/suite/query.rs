//! `backhaul query` and `backhaul call`, against the demo.

use std::fs;

use crate::common::scripted::Scripted;
use crate::common::{Home, Result};
use serde_json::json;

#[test]
fn enterprise_manager_filters_and_sorts_by_itself() -> Result {
    let home = Home::new()?;
    let all = home.demo(&["query", "em.CloudSubtenant"])?.ends(0);
    let disabled =
        home.demo(&["query", "em.cloudsubtenant", "--filter", "Disabled==true", "--sort-desc", "Name"])?.ends(0);
    let (all, names) = (all.column("Name")?, disabled.column("Name")?);
    assert!(names.len() > 1 && names.len() < all.len());
    assert!(disabled.column("Enabled")?.iter().all(|enabled| *enabled == json!(false)));
    let sorted = names.iter().filter_map(|name| Some(name.as_str()?.to_lowercase())).collect::<Vec<_>>();
    assert!(sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    for format in ["xml", "json"] {
        let one =
            home.demo(&["query", "em.CloudSubtenant", "--limit", "1", "--fields", "name", "--em-format", format])?;
        assert_eq!(one.ends(0).json()?, json!([{ "Name": all[0] }]));
    }
    Ok(())
}

#[test]
fn vb365_is_filtered_and_sorted_here() -> Result {
    let home = Home::new()?;
    let query =
        ["query", "vb365.Organization", "--filter", "exchangeOnlineSettings.account==\"backup@abc.onmicrosoft.com\""];
    let ran = home.demo(&[&query[..], &["--fields", "name,type"]].concat())?.ends(0);
    assert_eq!(ran.json()?, json!([{"name": "abc.onmicrosoft.com", "type": "Office365"}]));
    let sorted = home.demo(&[
        "query",
        "vb365.Organization",
        "--sort-desc",
        "type",
        "--limit",
        "2",
        "--fields",
        "type",
        "-o",
        "csv",
    ])?;
    assert_eq!(sorted.ends(0).out, "type\nHybrid\nOnPremises\n");
    let few = home.demo(&["query", "vb365.Organization", "--limit", "2", "--fields", "name"])?.ends(0);
    assert_eq!(few.json()?.as_array().map(Vec::len), Some(2));
    assert_eq!(home.demo(&["query", "vb365.Organization", "--limit", "0"])?.ends(0).out, "[]\n");
    // A collection below another needs to know which; the vendor's older names are understood.
    let needs = home.demo(&["query", "vb365.UsedRepository"])?.ends(2);
    assert!(needs.err.contains("--param organizationId=..."), "{}", needs.err);
    let id = "organizationId=cbc52c37-df7f-4b03-98f3-036e7d4b3127";
    for version in ["v3", "v6", "v8"] {
        let used =
            ["query", "vb365.UsedRepository", "--param", id, "--sort-asc", "usedSpaceBytes", "--api-version", version];
        let used = home.demo(&used)?.ends(0);
        assert_eq!(used.column("usedSpaceBytes")?.last(), Some(&json!(9_559_506_944_i64)), "{version}");
    }
    Ok(())
}

#[test]
fn zstack_is_asked_in_its_own_words() -> Result {
    let home = Home::new()?;
    let filter = "STATE==enabled;availableCapacity>5000000000000";
    let query = ["query", "zstack.BackupStorage", "--filter", filter, "--sort-desc", "availableCapacity"];
    let ran = home.demo(&[&query[..], &["--fields", "name,state", "--limit", "2"]].concat())?.ends(0);
    assert_eq!(
        ran.json()?,
        json!([{"name": "ceph-bs", "state": "Enabled"}, {"name": "tape <LTO-9> & vault", "state": "Enabled"}])
    );
    let joined =
        home.demo(&["query", "zstack.BackupStorage", "--filter", "zone.name==Zone1", "--fields", "name"])?.ends(0);
    assert!(joined.json()?.as_array().is_some_and(|rows| !rows.is_empty()));
    // What it cannot say is evaluated here, on fields that are asked for, too, and then left out.
    let query =
        |filter: &str| home.demo(&["query", "zstack.BackupStorage", "--filter", filter, "--fields", "name", "-vv"]);
    let either = query("name==ceph-bs,status!=Connected")?.ends(0);
    assert!(either.column("name")?.contains(&json!("ceph-bs")));
    assert_eq!(query("name==\"O'Brien\"")?.ends(0).out, "[]\n");
    let all = home.demo(&["query", "zstack.BackupStorage", "--fields", "name,createDate"])?.ends(0);
    let since = query("createDate!=2000-01-01;name!=ceph-bs")?.ends(0);
    assert_eq!(since.column("name")?.len() + 1, all.column("name")?.len());
    let pasted = query("name = \u{2018}ceph-bs\u{2019}")?.ends(0);
    assert_eq!(pasted.json()?, json!([{"name": "ceph-bs"}]));
    assert!(pasted.err.contains("is read as `\"ceph-bs\"`"), "{}", pasted.err);
    for (filter, says) in [
        ("zone.name==\"a\\b\",name==b", "only the server knows"),
        ("createDate>\"2020-01-01T00:00:00Z\"", "time zone"),
        ("nmae==x", "did you mean `name`?"),
    ] {
        let refused = home.demo(&["query", "zstack.BackupStorage", "--filter", filter])?.ends(2);
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    Ok(())
}

#[test]
fn what_cannot_be_asked_is_a_usage_error() -> Result {
    let home = Home::new()?;
    for (arguments, says) in [
        (&["em.CloudTenan"][..], "did you mean `CloudTenant`?"),
        (&["em.PagingInfo"], "no operation lists it"),
        (&["em.CloudTenant", "--param", "pagesiz=3"], "did you mean `pageSize`?"),
        (&["em.CloudTenant", "--fields", "Nmae"], "did you mean `Name`?"),
        (&["em.CloudTenant", "--filter", "Nam==x"], "did you mean `Name`?"),
        (&["em.CloudTenant", "--filter", "a.b==x"], "dotted"),
        (&["em.CloudTenant", "--filter", "Name==x", "--param", "filter=Name==y"], "contradicts"),
        (&["vb365.Organization", "--api-version", "1.7"], "not an API version"),
        (&["vb365.Organization", "-p", "demo-em"], "not of Veeam Backup for Microsoft 365"),
    ] {
        let refused = home.demo(&[&["query"], arguments].concat())?.ends(2);
        assert!(refused.out.is_empty() && refused.err.contains(says), "{}", refused.err);
    }
    // An organization's own account may not list.
    home.demo(&["query", "vb365.Organization", "-p", "demo-vb365-org"])?.ends(5);
    Ok(())
}

#[test]
fn an_operation_is_called_by_name() -> Result {
    let home = Home::new()?;
    let call = ["call", "vb365.organization_getbyid", "--param", "OrganizationId=cbc52c37-df7f-4b03-98f3-036e7d4b3127"];
    assert_eq!(home.demo(&call)?.ends(0).json()?["name"], json!("abc.onmicrosoft.com"));
    let own = home.demo(&["call", "vb365.get_Organization", "-p", "demo-vb365-org", "--wait"])?.ends(0);
    assert_eq!(own.json()?["name"], json!("abc.onmicrosoft.com"));
    let raw = home.demo(&["call", "em.Get", "-o", "raw"])?.ends(0);
    assert!(raw.out.starts_with("<?xml"), "{}", raw.out);
    let raw = home.demo(&["call", "em.Get", "-o", "raw", "--em-format", "json"])?.ends(0);
    assert!(raw.json()?["supportedVersions"].is_object(), "{}", raw.out);

    let out = home.path("answer.json");
    let to = out.to_string_lossy();
    let call = ["call", "zstack.QueryBackupStorage", "--param", "q=name=sftp", "--out", &to];
    assert_eq!(home.demo(&call)?.ends(0).out, "");
    assert!(fs::read_to_string(&out)?.starts_with("{\"inventories\""));
    home.demo(&[&call[..], &["-o", "json"]].concat())?.ends(0);
    assert!(fs::read_to_string(&out)?.starts_with("{\n"));
    // What is no file is written to and not replaced.
    #[cfg(unix)]
    {
        home.demo(&["call", "em.Get", "--out", "/dev/null"])?.ends(0);
        assert!(!fs::metadata("/dev/null")?.is_file());
    }
    home.demo(&["call", "em.Get", "--out", &home.path(".").to_string_lossy()])?.ends(2);
    // A call that fails leaves the file as it was, and nothing beside it.
    let fails = ["call", "vb365.Organization_GetById", "--param", "organizationId=none", "--out", &to];
    home.demo(&fails)?.ends(5);
    assert!(fs::read_to_string(&out)?.starts_with("{\n"));
    assert_eq!(fs::read_dir(out.parent().ok_or("no folder")?)?.count(), 1);
    Ok(())
}

#[test]
fn a_body_is_read_before_it_is_sent() -> Result {
    let home = Home::new()?;
    let account = r#"{"logInByAccount": {"accountName": "admin", "password": "secret", "colour": "blue"}}"#;
    let body = home.file("body.json", account)?;
    let refused = home.demo(&["call", "zstack.LogInByAccount", "--body", &body])?.ends(5);
    assert!(refused.err.contains("does not have: colour") && !refused.err.contains("secret"), "{}", refused.err);
    for (operation, body, says) in [
        ("zstack.LogInByAccount", "{\"accountName\": ", "cannot read LogInByAccountRequest"),
        ("zstack.QueryZone", "{}", "takes no body"),
        ("zstack.QueryZon", "{}", "did you mean `QueryZone`?"),
    ] {
        let refused = home.piped(&["call", operation, "--body", "-", "--demo"], body)?.ends(2);
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    Ok(())
}

#[test]
fn calls_that_do_not_fit_are_usage_errors() -> Result {
    let home = Home::new()?;
    for (arguments, says) in [
        (&["vb365.ServiceInstance_Get", "--api-version", "v5"][..], "not known in v5 of the API"),
        (&["vb365.Organization_GetById"], "`organizationId` is required"),
        (&["vb365.Organization_Get", "--param", "limit=many", "--api-version", "v8"], "integer"),
        (&["vb365.Organization_Get", "--param", "msidd=1"], "did you mean `msid`?"),
    ] {
        let refused = home.demo(&[&["call"], arguments].concat())?.ends(2);
        assert!(refused.out.is_empty() && refused.err.contains(says), "{}", refused.err);
    }
    Ok(())
}

/// Rows are printed in the order of the servers. While a slow one has its turn, the others wait with their next pages:
/// what they hold would be held in memory.
#[test]
fn servers_that_wait_for_their_turn_are_not_read_ahead_without_end() -> Result {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const PAGES: usize = 50;
    let (pages, meanwhile) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
    let (read, seen) = (Arc::clone(&pages), Arc::clone(&meanwhile));
    let slow = Scripted::new(move |asked, _| {
        asked.target.starts_with("/zstack/v1/zones").then(|| {
            std::thread::sleep(std::time::Duration::from_secs(3));
            seen.store(read.load(Ordering::Relaxed), Ordering::Relaxed);
            (200, r#"{"inventories": [{"uuid": "slow", "name": "slow"}], "total": 1}"#.to_owned())
        })
    })?;
    let large = Scripted::new(move |asked, _| {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        (path == "/zstack/v1/zones").then(|| {
            pages.fetch_add(1, Ordering::Relaxed);
            let start = query.split('&').find_map(|pair| pair.strip_prefix("start=")?.parse::<usize>().ok());
            let start = start.unwrap_or_default();
            let zone = |at: usize| format!("{{\"uuid\": \"{at:032}\", \"name\": \"zone{at}\"}}");
            let zones: Vec<String> = (start..(start + 100).min(100 * PAGES)).map(zone).collect();
            (200, format!("{{\"inventories\": [{}], \"total\": {}}}", zones.join(","), 100 * PAGES))
        })
    })?;
    let home = Home::new()?;
    home.add("a", "zstack", &slow.url, &[])?;
    home.add("b", "zstack", &large.url, &[])?;
    let ran = home.run(&["query", "zstack.Zone", "--fields", "name", "-o", "json"])?.ends(0);
    let names = ran.column("name")?;
    assert_eq!((names.len(), names.first()), (100 * PAGES + 1, Some(&"slow".into())));
    let ahead = meanwhile.load(Ordering::Relaxed);
    assert!((1..PAGES / 2).contains(&ahead), "{ahead} pages were read before they could be printed");
    Ok(())
}
