//! `backhaul call --wait`: from the start of a task to its end.

use crate::common::{Home, Result, SimProcess};

/// A server whose tasks for `stop` fail and for `retry` never end, and the jobs on it.
fn jobs(home: &Home) -> Result<(SimProcess, Vec<String>)> {
    let faults = r#"{"faults": [
        {"system": "em", "method": "POST", "path": "/api/jobs/*?action=stop", "effect": "taskFails", "message": "It was not running."},
        {"system": "em", "method": "POST", "path": "/api/jobs/*?action=retry", "effect": "taskHangs"}
    ]}"#;
    let faults = home.file("faults.json", faults)?;
    let sim = SimProcess::start(home, &["--http", "--faults", &faults])?;
    home.add("em", "em", sim.url("em"), &[])?;
    let jobs = home.run(&["call", "em.GetJobs"])?.ends(0).json()?;
    let jobs = jobs["Refs"].as_array().ok_or("no jobs")?.iter().filter_map(|job| job["UID"].as_str());
    Ok((sim, jobs.map(|uid| format!("ID={}", uid.rsplit(':').next().unwrap_or_default())).collect()))
}

#[test]
fn a_task_is_waited_for_and_its_end_printed() -> Result {
    let home = Home::new()?;
    let (_sim, jobs) = jobs(&home)?;
    let begun = home.run(&["call", "em.PostJobsByIdStart", "--param", &jobs[0]])?.ends(0);
    assert_eq!(begun.json()?["State"], "Running");
    let done = home.run(&["call", "em.PostJobsByIdStart", "--param", &jobs[1], "--wait", "-v"])?.ends(0);
    assert_eq!((&done.json()?["State"], &done.json()?["Result"]["Success"]), (&"Finished".into(), &true.into()));
    assert!(done.err.contains("em: task-1 is Running"), "{}", done.err);
    let to = home.path("task.json").to_string_lossy().into_owned();
    let quiet = home.run(&["call", "em.PostJobsByIdStart", "--param", &jobs[2], "--wait", "--out", &to])?.ends(0);
    assert!(quiet.out.is_empty() && std::fs::read_to_string(&to)?.contains("\"Finished\""));
    // What is answered at once needs no waiting.
    home.run(&["call", "em.GetJobsById", "--param", &jobs[0], "--wait"])?.ends(0);
    Ok(())
}

#[test]
fn a_task_that_fails_or_does_not_end_is_5() -> Result {
    let home = Home::new()?;
    let (_sim, jobs) = jobs(&home)?;
    let failed = home.run(&["call", "em.PostJobsByIdStop", "--param", &jobs[0], "--wait"])?.ends(5);
    assert!(failed.out.is_empty(), "{}", failed.out);
    assert!(failed.err.contains("task-1") && failed.err.contains("failed: \"It was not running.\""), "{}", failed.err);
    let to = home.path("task.json").to_string_lossy().into_owned();
    let late = ["call", "em.PostJobsByIdRetry", "--param", &jobs[0], "--wait", "--deadline", "1s", "--out", &to];
    let late = home.run(&late)?.ends(5);
    assert!(late.err.contains("is Running after 1 s"), "{}", late.err);
    assert!(!std::path::Path::new(&to).exists());
    Ok(())
}

#[test]
fn what_cannot_be_waited_for_is_told_as_such() -> Result {
    let home = Home::new()?;
    let raw = home.demo(&["call", "em.PostJobsByIdStart", "--param", "ID=1", "--wait", "-o", "raw"])?.ends(2);
    assert!(raw.err.contains("leave -o raw out"), "{}", raw.err);
    Ok(())
}
