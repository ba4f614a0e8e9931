//! What users of other clients ask job by job, for hours, is one query here.

use std::collections::BTreeMap;

use backhaul_filter::em::{BackupJobSession, Job};
use backhaul_models::em;
use backhaul_sim::{Estate, Sim};
use backhaul_wire::System;
use futures_util::TryStreamExt;

/// How many sessions of each job.
fn by_job(sessions: &[em::BackupJobSession]) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for session in sessions {
        *out.entry(session.job_name.clone().unwrap()).or_default() += 1;
    }
    out
}

#[tokio::test]
async fn a_report_over_a_thousand_jobs_is_one_query_page_by_page() {
    let sim = Sim::builder().estate(Estate::scaled(10_000)).em("127.0.0.1:0").start().await.unwrap();
    let em = super::em(&sim);
    let jobs: Vec<em::Job> = em.query::<Job>().page_size(1000).by_item().unwrap().try_collect().await.unwrap();
    assert_eq!(jobs.len(), 1000);

    // The oracle: every session, and the choice made here.
    let sessions = em.query::<BackupJobSession>().page_size(1000);
    let mut all: Vec<em::BackupJobSession> = sessions.by_item().unwrap().try_collect().await.unwrap();
    assert_eq!(all.len(), 10_000);
    let bad = [em::OperationResult::Warning, em::OperationResult::Failed];
    all.retain(|session| session.result.as_ref().is_some_and(|result| bad.contains(result)));
    assert!(!all.is_empty() && all.len() < 10_000, "{}", all.len());

    let before = sim.requests().len();
    let wanted = BackupJobSession::RESULT.ge("Warning");
    let report = em.query::<BackupJobSession>().filter(wanted).sort(BackupJobSession::CREATION_TIME.desc());
    let report: Vec<_> = report.page_size(1000).by_item().unwrap().try_collect().await.unwrap();
    let requests = sim.requests().split_off(before);
    assert_eq!(by_job(&report), by_job(&all));
    assert!(report.is_sorted_by(|a, b| a.creation_time_utc.as_ref().map(|it| it.as_str().to_owned())
        >= b.creation_time_utc.as_ref().map(|it| it.as_str().to_owned())));
    assert_eq!(requests.len(), report.len().div_ceil(1000), "a request for each page, and no other");
    assert!(requests.iter().all(|request| request.system == System::Em && request.path_and_query.contains("filter=")));
}
