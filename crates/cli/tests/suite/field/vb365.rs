//! VB365.

use super::*;

/// 12: a listing goes on where its links lead, in whichever form they are written.
#[test]
fn next_links_are_followed_in_any_form() -> Result {
    for form in ["/v8/LicensedUsers?offset={at}", "{own}/v8/LicensedUsers?offset={at}", "/v7/licensedusers?offset={at}"]
    {
        let server = Scripted::new(move |asked, own| {
            if !asked.target.to_ascii_lowercase().contains("/licensedusers") {
                return None;
            }
            let at: usize =
                asked.target.split("offset=").nth(1).and_then(|it| it.split('&').next()?.parse().ok()).unwrap_or(0);
            let user = |at: usize| format!(r#"{{"id": "user-{at}", "name": "User {at}"}}"#);
            let users: Vec<_> = (at..(at + 30).min(89)).map(user).collect();
            let next = form.replace("{at}", &(at + 30).to_string()).replace("{own}", own);
            let links =
                if at + 30 < 89 { format!(r#", "_links": {{"next": {{"href": "{next}"}}}}"#) } else { String::new() };
            Some((200, format!(r#"{{"offset": {at}, "limit": 30, "results": [{}]{links}}}"#, users.join(","))))
        })?;
        let home = Home::new()?;
        home.add("it", "vb365", &server.url, &["--api-version", "v8"])?;
        let ran = home.run(&["query", "vb365.LicensedUser", "-p", "it", "-o", "json"])?.ends(0);
        assert_eq!(ran.column("name")?.len(), 89, "{form}: {}", ran.err);
    }
    Ok(())
}

/// 15: a body with a comma too many is told before it is sent.
#[test]
fn a_comma_too_many_is_told() -> Result {
    let (home, server) = scripted("vb365", &["--api-version", "v5"], |_| None)?;
    let body = home.file("explore.json", r#"{ "explore": { "datetime": "2026.11.28 12:00", "type": "vet", } }"#)?;
    let call = ["call", "vb365.post_Jobs_by_jobId_Action", "-p", "it", "--param", "jobId=1", "--body", &body];
    let ran = home.run(&call)?.ends(2);
    assert!(ran.err.contains("explore.json") && ran.err.contains("line 1"), "{}", ran.err);
    assert!(!server.asked().iter().any(|asked| asked.target.contains("Action")));
    Ok(())
}

/// 20: operations that no document of v3 and v4 lists whole, and booleans written as texts.
#[test]
fn old_versions_have_what_their_pages_show() -> Result {
    let home = Home::new()?;
    let (yes, no) = (r#""deletedItems":"false""#, r#""drafts":"true","junkEmail":"true","outbox":"true""#);
    let settings = home.file("settings.json", &format!("{{{yes},{no}}}"))?;
    home.run(&["check", "vb365", "--request", "GET /v3/ExclusionSettings", "--strict", &settings])?.ends(0);
    for version in ["v3", "v4"] {
        let rows = home.run(&["ops", "vb365", "--api-version", version, "-o", "json"])?.ends(0).json()?;
        let has = |method: &str, path: &str| {
            let plain = |path: &str| {
                let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
                parts.collect::<Vec<_>>().join("/").to_ascii_lowercase()
            };
            let mut rows = rows.as_array().into_iter().flatten();
            rows.any(|row| text(row, "method") == method && plain(text(row, "path")) == plain(path))
        };
        for (only, method, path) in [
            ("v3", "GET", "/ExclusionSettings"),
            ("v3", "PUT", "/ExclusionSettings"),
            ("v3", "GET", "/Proxies/{id}/Repositories"),
            ("v3", "GET", "/InternetProxySettings"),
            ("v3", "GET", "/Organizations/{id}/Users/{id}/OneDrives"),
            ("v3", "GET", "/JobSessions/{id}/Log"),
            ("v4", "PUT", "/ExclusionSettings"),
            ("v4", "GET", "/VEODEmailSettings"),
        ] {
            assert!(only != version || has(method, path), "{version} {method} {path}");
        }
    }
    Ok(())
}

/// 20: what a reconstructed version lacks is not said to be absent, and can be sent.
#[test]
fn what_is_not_known_of_an_old_version_can_be_sent() -> Result {
    let (home, server) = scripted("vb365", &["--api-version", "v3"], |asked| {
        asked.target.to_ascii_lowercase().contains("/copyjobs").then(|| (200, "[]".to_owned()))
    })?;
    let call = ["call", "vb365.CopyJob_Get", "-p", "it"];
    let ran = home.run(&call)?.ends(2);
    let says = ["not known in v3", "v6 and later", "Help Center", "--force"];
    assert!(says.iter().all(|it| ran.err.contains(it)) && !ran.err.contains("not in v3"), "{}", ran.err);
    home.run(&[&call[..], &["--force"]].concat())?.ends(0);
    assert!(server.asked().iter().any(|asked| asked.target.to_ascii_lowercase().contains("/v3/copyjobs")));
    // A document of v6 lacks what came with v8: nothing sends that.
    let later = ["call", "vb365.Health_Get", "-p", "it", "--force"];
    let ran = home.run(&later)?.ends(2);
    assert!(ran.err.contains("is not in v3") || ran.err.contains("not in v3 of the API"), "{}", ran.err);
    Ok(())
}

/// 22, 23: bodies of audits.
#[test]
fn audits_are_set() -> Result {
    let items = r#"[{"type": "user", "user": {"id": "aa7dd142-bad0-41ff-8d4a-bae7ba57b50c00000000-0000-0000-0000-000000000000",
        "displayName": "User One", "name": "user1@example.onmicrosoft.com"}}]"#;
    let email = r#"{"enableNotification": true, "from": "backup@example.com", "to": "ops@example.com",
        "subject": "Audit - %StartTime% \u2014 %OrganizationName%", "authenticationType": "Microsoft365",
        "userId": "2ab6c5b6-3c0e-4f8c-8c55-0a4a1f3f3f2f", "requestId": "b3a41cf8-2f7e-4a5e-9d8e-7ab0e1a5c001"}"#;
    let (home, _sim) = simulated(&[])?;
    let (items, email) = (home.file("items.json", items)?, home.file("email.json", email)?);
    let organization = format!("organizationId={}", first_id(&home, "vb365.Organization", "id")?);
    let audit = ["call", "vb365.OrganizationAudit_Post", "-p", "vb365", "--param", &organization, "--body", &items];
    home.run(&audit)?.ends(0);
    home.run(&["call", "vb365.AuditEmailSettings_Update", "-p", "vb365", "--body", &email])?.ends(0);
    Ok(())
}

/// 25: names of jobs that CSV must quote.
#[test]
fn names_are_quoted_in_csv() -> Result {
    let (home, _server) = scripted("vb365", &["--api-version", "v7"], |asked| {
        let names = ["\"ACME\" Full Sites", "Sites, Drives, and Teams", "Größe\tTab", "=cmd|calc", "a\nb", "  lead"];
        let job = |name: &str| serde_json::json!({"name": name, "lastRun": "0001-01-01T00:00:00"});
        let jobs: Vec<_> = names.into_iter().map(job).collect();
        asked.target.to_ascii_lowercase().contains("/jobs").then(|| (200, Value::from(jobs).to_string()))
    })?;
    let filter = "name==\"Sites, Drives, and Teams\"";
    let query = ["query", "vb365.Job", "-p", "it", "--filter", filter, "--fields", "name,lastRun", "-o", "csv"];
    let ran = home.run(&query)?.ends(0);
    assert_eq!(ran.out, "name,lastRun\n\"Sites, Drives, and Teams\",0001-01-01T00:00:00\n");
    Ok(())
}
