//! Enterprise Manager with many jobs: one filtered, paged query in place of a call per job.
#![allow(clippy::unwrap_used)]

use crate::common::em;
use backhaul_models::em::{BackupJobSession, QueryResult};
use backhaul_sim::{Estate, Sim, TlsMode};
use backhaul_wire::xml;

#[tokio::test]
async fn a_night_of_a_thousand_jobs_is_one_query() {
    let estate = Estate::scaled(10_000);
    let count = |name: &str| estate.em.records.iter().filter(|it| it.entity().shape().name == name).count();
    assert_eq!((count("Job"), count("BackupJobSession")), (1000, 10_000));
    let sim = Sim::builder().em("127.0.0.1:0").tls(TlsMode::NoTls).estate(estate).start().await.unwrap();
    let client = em(&sim).await;
    let night = "CreationTime%3E=%222025-10-05T12:00:00Z%22;CreationTime%3C%222025-10-06T12:00:00Z%22;\
                 BackupServerName==%22backup0000.example.com%22";
    let mut sessions: Vec<BackupJobSession> = Vec::new();
    let mut pages = 1;
    let mut page = 1;
    while page <= pages {
        let path = format!(
            "/api/query?type=BackupJobSession&format=Entities&sortDesc=CreationTime&pageSize=250&page={page}&filter={night}"
        );
        let answer: QueryResult = xml::decode(&client.get(&path).await.expect(200).body).unwrap();
        pages = answer.paging_info.unwrap().pages_count.unwrap();
        sessions.extend(answer.entities.unwrap().backup_job_sessions);
        page += 1;
    }
    // All jobs of one of the four servers, once each.
    let mut jobs: Vec<_> = sessions.iter().map(|it| it.job_uid.clone().unwrap()).collect();
    jobs.sort();
    jobs.dedup();
    assert_eq!((pages, sessions.len(), jobs.len()), (1, 250, 250));
    let times: Vec<_> = sessions.iter().map(|it| it.creation_time_utc.clone().unwrap().into_string()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(sim.requests().len(), 2);
}
