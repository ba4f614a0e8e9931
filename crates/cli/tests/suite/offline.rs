//! The verbs that ask the schemas alone: `ops`, `types`, `check`, `filter`.

use crate::common::{Home, Result};
use serde_json::{Value, json};

fn find<'v>(rows: &'v Value, key: &str, name: &str) -> Result<&'v Value> {
    let rows = rows.as_array().ok_or("no array")?;
    Ok(rows.iter().find(|row| row[key] == name).ok_or(format!("no {name}"))?)
}

#[test]
fn operations_are_rows() -> Result {
    let home = Home::new()?;
    let em = home.run(&["ops", "em", "-o", "json"])?.ends(0).json()?;
    assert_eq!(
        *find(&em, "operation", "QueryCloudSubtenant")?,
        json!({
            "operation": "QueryCloudSubtenant", "method": "GET", "path": "/api/query?type=CloudSubtenant", "since": null,
            "until": null, "long_running": false, "request": null, "response": "QueryResult"
        })
    );
    let vb365 = home.run(&["ops", "VB365"])?.ends(0).json()?;
    let used = find(&vb365, "operation", "Organization_GetStorageSpaceUsage")?;
    assert_eq!(used["path"], "/Organizations/{organizationId}/usedRepositories");
    assert_eq!(used["response"], "PageOfOrganizationStorageSpaceUsage");
    assert_eq!(find(&vb365, "operation", "ServiceInstance_Get")?["since"], json!(6));
    let v3 = home.run(&["ops", "vb365", "--api-version", "v3"])?.ends(0).json()?;
    assert!(find(&v3, "operation", "ServiceInstance_Get").is_err());
    let zstack = home.run(&["ops", "zstack"])?.ends(0).json()?;
    assert_eq!(find(&zstack, "operation", "QueryBackupStorage")?["path"], "/zstack/v1/backup-storage");
    assert!(home.run(&["ops", "zstack", "-o", "table"])?.ends(0).out.starts_with("operation"));
    home.run(&["ops", "vb365", "--api-version", "v2"])?.ends(2);
    Ok(())
}

#[test]
fn types_are_rows() -> Result {
    let home = Home::new()?;
    let vb365 = home.run(&["types", "vb365", "-o", "json"])?.ends(0).json()?;
    let usage = find(&vb365, "type", "OrganizationStorageSpaceUsage")?;
    assert!(usage["aliases"].as_array().is_some_and(|aliases| aliases.contains(&json!("UsedRepository"))));
    assert_eq!((&usage["kind"], &usage["values"]), (&json!("struct"), &json!([])));
    assert_eq!(
        *find(&usage["fields"], "wire", "usedSpaceBytes")?,
        json!({
            "wire": "usedSpaceBytes", "json": "usedSpaceBytes", "type": "integer", "list": false, "optional": true,
            "place": "member", "since": null, "until": null
        })
    );
    let kind = find(&vb365, "type", "OrganizationType")?;
    assert!(
        kind["kind"] == "enum" && kind["values"].as_array().is_some_and(|values| values.contains(&json!("Hybrid")))
    );
    let v3 = home.run(&["types", "vb365", "--api-version", "3"])?.ends(0).json()?;
    assert!(find(&v3, "type", "ServiceInstance").is_err());
    let em = home.run(&["types", "em"])?.ends(0).json()?;
    let tenant = find(&em, "type", "CloudTenant")?;
    assert_eq!(find(&tenant["fields"], "wire", "UID")?["place"], "attribute");
    assert_eq!(find(&tenant["fields"], "wire", "Resources")?["list"], json!(true));
    assert!(home.run(&["types", "zstack", "-o", "table"])?.ends(0).out.contains("BackupStorage"));
    Ok(())
}

/// Checks a body on standard input.
fn check(home: &Home, arguments: &[&str], body: &str, code: i32) -> Result<Value> {
    let ran = home.piped(&[&["check"], arguments, &["-", "-o", "json"]].concat(), body)?.ends(code);
    ran.json()?.get(0).cloned().ok_or_else(|| "no row".into())
}

fn fine(kind: &str) -> Value {
    json!({
        "file": "-", "type": kind, "ok": true, "error": null, "unknown_fields": [], "unknown_values": [], "round_trip": true, "reason": null
    })
}

const USED_V6: &str = r#"{"offset": 0, "limit": 30, "results": [{"usedSpaceBytes": 9559506944, "localCacheUsedSpaceBytes": 0,
    "objectStorageUsedSpaceBytes": 2348310138, "isAvailable": true,
    "_links": {"backupRepository": {"href": "/v6/backuprepositories/cfe34111-3331-45c0-babf-0be32e030444"}}}],
    "_links": {"self": {"href": "/v6/organizations/cbc52c37-df7f-4b03-98f3-036e7d4b3127/usedrepositories?offset=0&limit=30"}},
    "setId": "00000000-0000-0000-0000-000000000000"}"#;

const SUBTENANTS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<QueryResult xmlns="http://www.veeam.com/ent/v1.0"><Resources><CloudSubtenants>
<CloudSubtenant Type="CloudSubtenant" Href="https://localhost:9398/api/cloud/tenants/1?format=Entity&amp;a=b" Id="5f6a393a-e80b-4b20-91f0-db47b6a7dcbe">
<Name>User01</Name><Description /><Password /><Enabled>true</Enabled>
<RepositoryQuota Unlimited="true"><DisplayName>User01</DisplayName><QuotaMb>1024</QuotaMb><UsedQuotaMb>0</UsedQuotaMb></RepositoryQuota>
</CloudSubtenant></CloudSubtenants></Resources>
<PagingInfo PageNum="1" PageSize="100" PagesCount="1" /></QueryResult>"#;

const JOB: &str = r#"{"location": "http://10.0.0.5:8080/zstack/v1/api-jobs/5cf4a7dca7f2416a9a6cc2a0a2ba5fe7", "apiTimeout": 1800000}"#;
const STORAGE: &str = r#"{"inventories": [{"uuid": "33a35f75885f45ab96ea2626ce9c05a6", "name": "sftp", "url": "/export/backupStorage/sftp",
    "totalCapacity": 1585341214720, "availableCapacity": 1258407346176, "type": "SftpBackupStorage", "state": "Enabled",
    "status": "Connected", "createDate": "Jun 1, 2015 3:42:26 PM", "lastOpDate": "Jun 1, 2015 3:42:26 PM",
    "attachedZoneUuids": ["36de66d82f424639af67215a53418ff6"]}]}"#;

#[test]
fn recorded_bodies_are_read_and_written_back() -> Result {
    let home = Home::new()?;
    let used = "PageOfOrganizationStorageSpaceUsage";
    for (arguments, body, kind) in [
        (&["vb365.UsedRepository"][..], USED_V6, used),
        (&["vb365.PageOfUsedRepository"], USED_V6, used),
        (&["vb365", "--request", "GET /v6/organizations/1/UsedRepositories?limit=30"], USED_V6, used),
        (
            &["vb365", "--request", "get https://h:4443/v3/BackupRepositories/1/BackedUpOrganizations"],
            r#"[{"name": "abc.onmicrosoft.com", "usedSpaceBytes": "12566568"}]"#,
            "PageOfBackupRepositoryStorageUsageInfo",
        ),
        (
            &["vb365.RESTLoggedInOrganization", "--api-version", "v5"],
            r#"{"id": "cbc52c37-df7f-4b03-98f3-036e7d4b3127", "name": "abc.onmicrosoft.com", "type": "Office365", "isBackedup": true}"#,
            "LoggedInOrganization",
        ),
        (&["em.CloudSubtenant"], SUBTENANTS, "QueryResult"),
        (&["em", "--request", "GET /api/query?type=CloudSubtenant&format=Entities"], SUBTENANTS, "QueryResult"),
        (&["zstack.BackupStorage"], STORAGE, "PageOfBackupStorage"),
        (
            &["zstack", "--request", "GET /zstack/v1/backup-storage/33a35f75885f45ab96ea2626ce9c05a6"],
            STORAGE,
            "PageOfBackupStorage",
        ),
        // The body says that it is an error, or the status does.
        (&["vb365", "--request", "GET /v6/Organizations"], r#"{"message": "The token has expired."}"#, "ExceptionInfo"),
        (
            &["zstack", "--request", "GET /zstack/v1/zones", "--status", "503"],
            r#"{"error": {"code": "SYS.1003"}}"#,
            "ErrorResponse",
        ),
        // A job is no answer yet.
        (&["zstack", "--request", "DELETE /zstack/v1/zones/1"], JOB, "JobLocation"),
        (&["zstack", "--request", "POST /zstack/v1/zones", "--status", "202"], JOB, "JobLocation"),
    ] {
        assert_eq!(check(&home, arguments, body, 0)?, fine(kind), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn zstack_says_nothing_in_an_object() -> Result {
    let home = Home::new()?;
    let found = check(&home, &["zstack", "--request", "DELETE /zstack/v1/zones/1"], "{}", 0)?;
    assert_eq!(found["ok"], json!(true), "{found}");
    Ok(())
}

#[test]
fn what_is_unknown_is_said_and_fails_when_strict() -> Result {
    let home = Home::new()?;
    let body = r#"{"results": [{"name": "a", "type": "Odd", "colour": "blue"}]}"#;
    let found = check(&home, &["vb365.Organization"], body, 0)?;
    assert_eq!(found["unknown_fields"], json!(["results[0].colour"]));
    assert_eq!(found["unknown_values"], json!([{"path": "results[0].type", "value": "Odd"}]));
    assert_eq!(check(&home, &["vb365.Organization", "--strict"], body, 1)?, found);
    Ok(())
}

#[test]
fn strict_goes_by_the_version_of_the_request() -> Result {
    let home = Home::new()?;
    // `organizationId` of encryption keys came with v8.
    let body = r#"{"id": "cbc52c37-df7f-4b03-98f3-036e7d4b3127", "description": "a", "organizationId": "cbc52c37-df7f-4b03-98f3-036e7d4b3128"}"#;
    let request = |version: &str| format!("GET /{version}/EncryptionKeys/cbc52c37-df7f-4b03-98f3-036e7d4b3127");
    check(&home, &["vb365", "--strict", "--request", &request("v8")], body, 0)?;
    for old in ["v7", "v5", "v4"] {
        let found = check(&home, &["vb365", "--strict", "--request", &request(old)], body, 1)?;
        assert_eq!(found["unknown_fields"], json!(["organizationId"]), "{old}");
    }
    let file = home.file("key.json", body)?;
    let ran = home.run(&["check", "vb365", "--request", &request("v9"), &file])?.ends(2);
    assert!(ran.err.contains("v3 to v8"), "{}", ran.err);
    Ok(())
}

#[test]
fn the_body_that_a_request_sends_is_checked_whole() -> Result {
    let home = Home::new()?;
    let sync = "POST /zstack/v1/volumes/batch-sync-volumes";
    let unwrapped = home.file("sync.json", r#"{"clusterUuid": "33a35f75885f45ab96ea2626ce9c05a6"}"#)?;
    home.run(&["check", "zstack", "--request", sync, "--body", &unwrapped])?.ends(0);
    let empty = home.file("empty.json", "{}")?;
    let found = home.run(&["check", "zstack", "--request", sync, "--body", &empty, "-o", "json"])?.ends(1).json()?;
    assert!(found[0]["error"].as_str().is_some_and(|error| error.contains("clusterUuid")), "{found}");
    let nics = "POST /zstack/v1/security-groups/33a35f75885f45ab96ea2626ce9c05a6/vm-instances/nics";
    let found = home.run(&["check", "zstack", "--request", nics, "--body", &empty, "-o", "json"])?.ends(1).json()?;
    assert!(found[0]["error"].as_str().is_some_and(|error| error.contains("`params`")), "{found}");
    let wrapped = home.file("nics.json", r#"{"params": {"vmNicUuids": ["33a35f75885f45ab96ea2626ce9c05a6"]}}"#)?;
    home.run(&["check", "zstack", "--request", nics, "--body", &wrapped, "--strict"])?.ends(0);
    Ok(())
}

#[test]
fn recorded_traffic_is_checked_entry_by_entry() -> Result {
    let home = Home::new()?;
    let entry = |method: &str, url: &str, status: u16, answer: Value| {
        json!({ "request": { "method": method, "url": url },
            "response": { "status": status, "content": { "size": 1, "text": answer.to_string() } } })
    };
    let host = "https://vb365.example:4443";
    let mut started =
        entry("POST", &format!("{host}/v8/Jobs/0b0f7c2e-0000-4000-8000-000000000001/start"), 200, json!({}));
    started["request"]["postData"] = json!({ "mimeType": "application/json", "text": "{\"full\": {}}" });
    let mut unread = entry("GET", &format!("{host}/v8/Health"), 200, json!({}));
    unread["response"]["content"] = json!({ "size": 20, "text": "e30=", "encoding": "base64" });
    let mut lost = unread.clone();
    lost["response"]["content"] = json!({ "size": 20 });
    let archive = json!({ "log": { "version": "1.2", "entries": [
        entry("GET", &format!("{host}/v8/Organizations?limit=1&token=not-to-be-shown"), 200, json!({ "results": [{ "name": "a", "colour": "red" }] })),
        entry("GET", &format!("{host}/v8/Organizations/x"), 404, json!({ "message": "No." })),
        started, unread, lost,
        entry("GET", "https://elsewhere.example/logo", 200, json!({})),
    ] } });
    let file = home.file("night.har", &archive.to_string())?;
    let ran = home.run(&["check", "vb365", "--har", &file, "-o", "json"])?.ends(1);
    assert!(ran.err.contains("1 entries are no requests of vb365"), "{}", ran.err);
    assert!(ran.err.contains("1 entries have no answer, or not its body"), "{}", ran.err);
    assert!(!ran.out.contains("not-to-be-shown"), "{}", ran.out);
    let rows = ran.json()?;
    let short = |row: &Value| {
        let name = row["file"].as_str().and_then(|name| name.split_once('#')).map_or("", |(_, name)| name).to_owned();
        (name, row["type"].as_str().map(str::to_owned), row["ok"] == true)
    };
    let rows: Vec<_> = rows.as_array().ok_or("no rows")?.iter().map(short).collect();
    let wanted = [
        ("1 GET /v8/Organizations", Some("PageOfOrganization"), true),
        ("2 GET /v8/Organizations/x", Some("ExceptionInfo"), true),
        ("3 POST /v8/Jobs/0b0f7c2e-0000-4000-8000-000000000001/start (sent)", Some("StartJobOptions"), false),
        ("3 POST /v8/Jobs/0b0f7c2e-0000-4000-8000-000000000001/start", Some("JobSession"), true),
        ("4 GET /v8/Health", None, true),
    ];
    for ((name, kind, ok), (wanted, of, fine)) in rows.iter().zip(wanted) {
        assert_eq!((name.as_str(), *ok), (wanted, fine), "{rows:?}");
        assert!(of.is_none() || kind.as_deref() == of, "{rows:?}");
    }
    assert_eq!(rows.len(), wanted.len(), "{rows:?}");
    home.run(&["check", "vb365", "--har", &file, "--strict", "-o", "json"])?.ends(1);
    let broken = home.file("broken.har", "{}")?;
    assert!(home.run(&["check", "vb365", "--har", &broken])?.ends(2).err.contains("no `log.entries`"));
    Ok(())
}

#[test]
fn what_cannot_be_read_says_where() -> Result {
    let home = Home::new()?;
    for (body, says) in [
        ("{\"results\": [{\"name\": \"a\"},]}", "line 1"),
        ("{\"results\": [{\"name\": \"a\"}, ...]}", "line 1 column 29"),
        ("<html></html>", "HTML page"),
        ("", "empty"),
    ] {
        let found = check(&home, &["vb365.Organization"], body, 1)?;
        assert_eq!((&found["ok"], &found["round_trip"]), (&json!(false), &json!(null)));
        assert!(found["error"].as_str().is_some_and(|error| error.contains(says)), "{found}");
    }
    // XML has no such character, so what was read cannot be written; why is said.
    let control =
        r#"<BackupServer xmlns="http://www.veeam.com/ent/v1.0"><Description>x&#x1;y</Description></BackupServer>"#;
    let found = check(&home, &["em.BackupServer"], control, 0)?;
    assert_eq!((&found["ok"], &found["round_trip"]), (&json!(true), &json!(false)));
    assert!(found["reason"].as_str().is_some_and(|reason| reason.contains("U+0001")), "{found}");
    // A value that does not fit its field costs no more than itself, and is told.
    let misfit = "{\"results\": [{\"isBackedup\": \"perhaps\"}]}";
    let found = check(&home, &["vb365.Organization"], misfit, 0)?;
    assert_eq!((&found["ok"], &found["unknown_fields"]), (&json!(true), &json!(["results[0].isBackedup"])));
    check(&home, &["vb365.Organization", "--strict"], misfit, 1)?;
    let good = home.file("good.json", "[]")?;
    let ran = home.run(&["check", "vb365.Organization", &good, "-o", "json"])?.ends(0);
    assert_eq!(ran.column("file")?, [json!(good)]);
    for arguments in [
        &["vb365.Organization", "no-such-file"][..],
        &["vb365.Organizatio", &good],
        &["vb365.OrganizationType", &good],
        &["vb365.ServiceInstance", "--api-version", "v5", &good],
        &["vb365", "--request", "GET /v5/ServiceInstance", &good],
        &["em", "--request", "GET /api/nothing", &good],
    ] {
        let refused = home.run(&[&["check"], arguments].concat())?.ends(2);
        assert!(refused.out.is_empty(), "{}", refused.out);
    }
    Ok(())
}

#[test]
fn filters_are_formatted_checked_and_encoded() -> Result {
    let home = Home::new()?;
    let filter = |arguments: &[&str], code| {
        Ok::<_, Box<dyn std::error::Error>>(home.run(&[&["filter"], arguments].concat())?.ends(code))
    };
    assert_eq!(filter(&["fmt", "(Disabled==true;name==\"User01\")"], 0)?.out, "Disabled==true;name==User01\n");
    let subtenant = ["--type", "em.CloudSubtenant"];
    let checked = filter(&[&["check", "Nam==x;Disabled==fals"][..], &subtenant].concat(), 1)?;
    assert!(checked.out.contains("did you mean `Name`?") && checked.out.contains("^^^^"), "{}", checked.out);
    let warned = filter(&[&["check", "Name>a"][..], &subtenant].concat(), 0)?;
    assert!(warned.out.starts_with("warning: "), "{}", warned.out);
    assert_eq!(filter(&["check", "anything==x"], 0)?.out, "");
    assert!(filter(&["check", "a="], 1)?.out.contains("did you mean `==`?"));
    filter(&["check", "a==b", "--type", "em.Nothing"], 2)?;
    let encoded = filter(&["url", "Name==\"ABC Company\";Disabled==false", "--type", "em.CloudSubtenant"], 0)?;
    assert_eq!(encoded.out, "Name==%22ABC%20Company%22;Disabled==false\n");
    assert_eq!(filter(&["url", "name==\"a b\"", "--type", "zstack.Zone"], 0)?.out, "q=name%3Da%20b\n");
    filter(&["fmt", "a=="], 1)?;
    // What a URL cannot carry as a whole it does not carry at all.
    let refused = filter(&["url", "name!=a;state==Enabled", "--type", "zstack.Zone"], 1)?;
    assert!(refused.out.is_empty() && refused.err.contains("no value"), "{}", refused.err);
    Ok(())
}

#[test]
fn what_people_paste_is_read_and_reported_and_check_is_strict() -> Result {
    let home = Home::new()?;
    let pasted = "Name = \u{201c}User 01\u{201d} and Disabled=='true'";
    let formatted = home.run(&["filter", "fmt", pasted])?.ends(0);
    assert_eq!(formatted.out, "Name==\"User 01\";Disabled==true\n");
    assert_eq!(formatted.err.matches("warning: ").count(), 4, "{}", formatted.err);
    assert!(formatted.err.contains("` and ` is read as `;`"), "{}", formatted.err);
    // All of what is wrong at once: with the text, and with what it says.
    let checked = home.run(&["filter", "check", "Nam = x;Disabled==maybe", "--type", "em.CloudSubtenant"])?.ends(1);
    for says in ["as it may be meant: Nam==x;Disabled==maybe", "did you mean `Name`?", "write `true` or `false`"] {
        assert!(checked.out.contains(says), "{}", checked.out);
    }
    let never = home.run(&["filter", "check", "Name==x;Name==y", "--type", "em.CloudSubtenant"])?.ends(0);
    assert!(never.out.contains("never"), "{}", never.out);
    Ok(())
}

#[test]
fn who_evaluates_a_filter_is_explained() -> Result {
    let home = Home::new()?;
    for (filter, kind, evaluated, code) in [
        ("Name==a,Disabled==true", "em.CloudSubtenant", &["server"][..], 0),
        ("name==a", "vb365.Organization", &["here"], 0),
        ("name==a;state==Enabled", "zstack.Zone", &["server", "server"], 0),
        ("name==\"a>=b\";state==Enabled", "zstack.Zone", &["server", "server"], 0),
        ("name==\"a\\b\";state==Enabled", "zstack.Zone", &["here", "server"], 0),
        ("name==a,name==b;uuid!=x", "zstack.Zone", &["server"], 0),
        ("(name==a,name==b);uuid!=x", "zstack.Zone", &["server", "server"], 0),
        ("Name>a;Disabled==true", "em.CloudSubtenant", &["here", "server"], 0),
    ] {
        let ran = home.run(&["filter", "explain", filter, "--type", kind, "-o", "json"])?.ends(code);
        assert_eq!(ran.column("evaluated")?, evaluated, "{filter}");
    }
    let table = home.run(&["filter", "explain", "name==a", "--type", "vb365.Organization", "-o", "table"])?.ends(0);
    assert!(table.out.starts_with("condition"), "{}", table.out);
    home.run(&["filter", "explain", "name==a"])?.ends(2);
    home.run(&["filter", "explain", "zone.name==\"a\\b\",name==b", "--type", "zstack.Zone"])?.ends(1);
    let zql = ["filter", "explain", "name!=a;state==Enabled", "--type", "zstack.Zone", "-o", "json"];
    let zql = home.run(&[&zql[..], &["--sort-asc", "createDate"]].concat())?.ends(0);
    let sent = ["where name != 'a' or name is null", "where state = 'Enabled'", "order by createDate asc"];
    assert_eq!(zql.column("sent")?, sent);
    let why = zql.column("why")?;
    assert!(why[0].as_str().is_some_and(|why| why.contains("where there is no value")), "{why:?}");
    assert_eq!(why[1], "ZQL, along with what `q=` cannot say");
    let all =
        ["filter", "explain", "name==a", "--type", "zstack.Zone", "--sort-desc", "name", "--limit", "5", "-o", "json"];
    let all = home.run(&all)?.ends(0);
    assert_eq!(all.column("condition")?, ["name==a", "sorted by name, highest first", "the first 5"]);
    assert_eq!(all.column("sent")?, [json!("q=name=a"), json!("sort=-name"), json!(null)]);
    Ok(())
}
