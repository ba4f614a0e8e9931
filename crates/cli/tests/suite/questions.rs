//! Questions beyond a server's own words: patterns, null, lists, negation, dates by the clock, sizes, calculations.

use crate::common::{Home, Result};
use serde_json::Value;

#[test]
fn who_answers_is_explained() -> Result {
    let home = Home::new()?;
    for (kind, filter, rows) in [
        ("em.CloudTenant", "Name==web*;Name==null", &[("here", ""), ("here", "")][..]),
        (
            "em.CloudTenant",
            "Name in (a,\"b c\");!(Name==x)",
            &[("server", "filter=Name==a,Name==\"b c\""), ("server", "filter=Name!=x")],
        ),
        ("em.CloudSubtenant", "Enabled==true", &[("server", "filter=Disabled==false")]),
        ("em.Repository", "FreeSpace<1.5TiB", &[("server", "filter=FreeSpace<1649267441664")]),
        ("zstack.VmInstance", "name~=\"web%\"", &[("server", "q=name~=web%")]),
        (
            "zstack.VmInstance",
            "name==web*;description==null",
            &[("server", "q=name~=web%"), ("server", "q=description is null")],
        ),
        ("zstack.VmInstance", "name==my_vm*", &[("both", "q=name~=my_vm%")]),
        ("zstack.VmInstance", "name==\"web*\"", &[("server", "q=name=web*")]),
        ("vb365.Job", "name==web*", &[("here", "")]),
        (
            "vb365.RestorePoint",
            "isRetrieved==true;backupTime>=2026-01-01",
            &[("both", "isRetrieved=true"), ("here", "")],
        ),
    ] {
        let ran = home.run(&["filter", "explain", filter, "--type", kind, "-o", "json"])?.ends(0);
        let Value::Array(all) = ran.json()? else { return Err("no rows".into()) };
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let found: Vec<_> = all.iter().map(|row| (text(row, "evaluated"), text(row, "sent"))).collect();
        let rows: Vec<_> = rows.iter().map(|(by, sent)| ((*by).to_owned(), (*sent).to_owned())).collect();
        assert_eq!(found, rows, "{filter}");
    }
    Ok(())
}

/// Cases of people who do this job.
#[test]
fn what_looks_like_a_pattern_or_a_list_is_told() -> Result {
    let home = Home::new()?;
    for literal in ["name==\"web*\"", "name==\"web%\""] {
        let ran = home.run(&["filter", "check", literal, "--type", "zstack.VmInstance"])?.ends(0);
        assert!(ran.out.contains("no wildcards") && ran.out.contains("name==web*"), "{}", ran.out);
    }
    let unquoted = "JobName==Sites, Drives, and Teams";
    let ran = home.run(&["filter", "check", unquoted, "--type", "em.BackupJobSession"])?.ends(1);
    assert!(ran.out.contains("quote that value"), "{}", ran.out);
    home.run(&["filter", "check", "JobName==\"Sites, Drives, and Teams\"", "--type", "em.BackupJobSession"])?.ends(0);
    let ran = home.run(&["filter", "check", "FreeSpace>1.5T", "--type", "em.Repository"])?.ends(1);
    assert!(ran.out.contains("1.5TiB"), "{}", ran.out);
    // Nothing of ours reaches Enterprise Manager as a text.
    for ours in ["Name==web*", "Name==null", "!Size<5", "a > 2 * b"] {
        home.run(&["filter", "url", ours])?.ends(1);
    }
    assert_eq!(
        home.run(&["filter", "fmt", "not a==yesterday and b in (1, 2)"])?.ends(0).out,
        "a!=yesterday;b in (1,2)\n"
    );
    Ok(())
}

#[test]
fn zstack_is_asked_by_this_machine_s_clock_and_that_is_said() -> Result {
    let home = Home::new()?;
    let explain = ["filter", "explain", "createDate>=today", "--type", "zstack.VmInstance", "-o", "json"];
    let ran = home.run(&explain)?.ends(0);
    assert_eq!(ran.column("evaluated")?, ["server"]);
    assert!(ran.err.contains("ZStack does not tell its time zone"), "{}", ran.err);
    let ran = home.run(&["filter", "explain", "CreationTimeUTC>=now-24h", "--type", "em.BackupJobSession"])?.ends(0);
    assert_eq!(ran.err, "");
    Ok(())
}

#[test]
fn rows_are_those_that_are_asked_for() -> Result {
    let home = Home::new()?;
    let names = |kind: &str, filter: &str| {
        let ran = home.demo(&["query", kind, "--filter", filter, "-o", "json"])?.ends(0);
        let names = ran.column(if kind.starts_with("em.") { "Name" } else { "name" })?;
        let mut names: Vec<String> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        names.sort();
        Ok::<_, Box<dyn std::error::Error>>(names)
    };
    for kind in ["em.CloudTenant", "zstack.BackupStorage", "vb365.BackupRepository"] {
        let name = if kind.starts_with("em.") { "Name" } else { "name" };
        let all = names(kind, &format!("{name}!=null"))?;
        let first = all.first().ok_or("the demo has some")?;
        let start: String = first.chars().take(3).collect();
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let pattern = format!("{name}=={}*", quoted(&start));
        let some: Vec<_> =
            all.iter().filter(|it| it.to_lowercase().starts_with(&start.to_lowercase())).cloned().collect();
        assert_eq!(names(kind, &pattern)?, some, "{kind}");
        assert_eq!(names(kind, &format!("!({pattern})"))?.len(), all.len() - some.len(), "{kind}");
        assert_eq!(names(kind, &format!("{name} in ({},null)", quoted(first)))?, std::slice::from_ref(first), "{kind}");
        assert_eq!(names(kind, &format!("{name}==null"))?, Vec::<String>::new(), "{kind}");
    }
    let usage = |filter: &str| {
        Ok::<_, Box<dyn std::error::Error>>(home.demo(&["usage", "--filter", filter, "-o", "json"])?.ends(0))
    };
    let rows = |filter: &str| match usage(filter)?.json()? {
        Value::Array(mut rows) => {
            // When a row was collected differs from run to run.
            rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| drop(row.remove("collected_at")));
            Ok::<_, Box<dyn std::error::Error>>(rows)
        }
        _ => Err("no rows".into()),
    };
    let over = rows("used_bytes > 0.01 * quota_bytes")?;
    assert!(!over.is_empty());
    for row in rows("quota_bytes!=null")? {
        let (used, quota) = (row["used_bytes"].as_f64().unwrap_or(0.0), row["quota_bytes"].as_f64().unwrap_or(0.0));
        assert_eq!(over.contains(&row), used > 0.01 * quota, "{row}");
    }
    assert_eq!(rows("used_bytes>=1GiB")?, rows("used_bytes>=1073741824")?);
    Ok(())
}
