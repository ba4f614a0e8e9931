//! Links of Enterprise Manager, followed typed and only on the server that they belong to.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use crate::common::{OK, Reply, Server, task, xml};
use backhaul_filter::em::CloudSubtenant;
use backhaul_models::em::operations::PostNasJobsByIdStart;
use backhaul_models::em::{
    BackupServer, EntityRef, EntityReferences, FileSystemEntries, Job, Jobs, Link, NASJob, Task,
};
use backhaul_transport::em::Linked;
use futures_util::TryStreamExt;

fn link(rel: &str, link_type: &str, href: &str) -> Link {
    let mut link = Link::default();
    link.rel = Some(rel.to_owned());
    link.r#type = (!link_type.is_empty()).then(|| link_type.to_owned());
    link.href = Some(href.to_owned());
    link
}

#[tokio::test]
async fn a_job_is_reached_by_links_alone() {
    let server = Server::new(|seen| match seen.line().as_str() {
        "GET /api/jobs" => xml(
            200,
            "<EntityReferences><Ref Type=\"JobReference\" Href=\"{server}/api/jobs/1\" Name=\"SQL\"><Links>\
             <Link Rel=\"Up\" Type=\"BackupServerReference\" Href=\"{server}/api/backupServers/2\" Name=\"srv02\" />\
             <Link Rel=\"Alternate\" Type=\"Job\" Href=\"{server}/api/jobs/1?format=Entity\" /></Links></Ref>\
             </EntityReferences>",
        ),
        "GET /api/jobs/1?format=Entity" => xml(
            200,
            "<Job Name=\"SQL\"><Links><Link Rel=\"Start\" Href=\"{server}/api/jobs/1?action=start\" />\
             <Link Rel=\"Up\" Type=\"BackupServerReference\" Href=\"{server}/api/backupServers/2\" /></Links></Job>",
        ),
        "GET /api/backupServers/2?format=Entity" => xml(200, "<BackupServer Name=\"srv02\" />"),
        "POST /api/jobs/1?action=start" => task(202, "task-1", "Finished", OK),
        line => panic!("{line}"),
    })
    .await;
    let em = server.em();
    let jobs = link("Down", "JobReferenceList", &format!("{}/api/jobs", server.url));
    let references: EntityReferences = em.follow(&jobs).await.unwrap();
    let job: Job = em.entity(&references.refs[0]).await.unwrap();
    assert_eq!(job.name.as_deref(), Some("SQL"));
    let up = job.all_links().rel("up").of_type("backupserverreference").into_first().unwrap();
    let above: BackupServer = em.follow_entity(&up).await.unwrap();
    assert_eq!(above.name.as_deref(), Some("srv02"));
    assert!(job.link("Stop").is_none());
    let task = em.act(&job.link("Start").unwrap(), None).await.unwrap().unwrap();
    assert_eq!(task.until_done().await.unwrap().message(), Some("Ok"));
    assert_eq!(server.seen().last().unwrap().header("content-length"), Some("0"));
}

#[tokio::test]
async fn an_entity_without_an_alternate_link_is_got_at_its_own_address() {
    let server = Server::new(|seen| {
        assert_eq!(seen.line(), "GET /api/jobs/1?format=Entity");
        xml(200, "<Job Name=\"SQL\" />")
    })
    .await;
    let mut reference = EntityRef::default();
    reference.r#type = Some("JobReference".to_owned());
    reference.href = Some("/api/jobs/1".to_owned());
    let job: Job = server.em().entity(&reference).await.unwrap();
    assert_eq!(job.name.as_deref(), Some("SQL"));
    let error = server.em().entity::<BackupServer>(&reference).await.unwrap_err();
    assert!(error.is_link_refused() && error.to_string().contains("`JobReference`"), "{error}");
}

#[tokio::test]
async fn lists_come_in_both_forms() {
    let server = Server::new(|seen| {
        assert_eq!(seen.line(), "GET /api/jobs?format=Entity");
        xml(200, "<Jobs><Job Name=\"SQL\" /></Jobs>")
    })
    .await;
    let em = server.em();
    for (link_type, href) in [("JobReferenceList", "/api/jobs"), ("JobList", "/api/jobs?format=Entity")] {
        let jobs: Jobs = em.follow_entity(&link("Down", link_type, href)).await.unwrap();
        assert_eq!(jobs.jobs.len(), 1);
    }
}

#[tokio::test]
async fn a_link_to_something_else_is_not_followed() {
    let server = Server::new(|seen| panic!("{}", seen.line())).await;
    let em = server.em();
    let to = |link_type| link("Down", link_type, "/api/jobs");
    let refused = [
        em.follow::<Job>(&to("JobReferenceList")).await.unwrap_err(),
        em.follow::<Job>(&to("JobReference")).await.unwrap_err(),
        em.follow::<EntityRef>(&to("Job")).await.unwrap_err(),
        em.follow::<FileSystemEntries>(&to("JobList")).await.unwrap_err(),
        em.follow_entity::<Job>(&to("JobList")).await.unwrap_err(),
    ];
    assert!(refused.iter().all(backhaul_transport::Error::is_link_refused), "{refused:?}");
    assert!(refused[1].to_string().contains("`follow_entity`"), "{}", refused[1]);
    let error = em.act(&to("Job"), None).await.unwrap_err();
    assert!(error.is_link_refused() && error.to_string().contains("follow it"), "{error}");
    let nowhere = em.follow::<Job>(&Link::default()).await.unwrap_err();
    assert!(nowhere.to_string().contains("no address"), "{nowhere}");
    assert_eq!(server.sessions(), 0);
}

/// The session belongs to one server: another scheme, host or port is another server, and so is the port that samples
/// print.
#[tokio::test]
async fn a_link_to_another_server_is_not_followed() {
    let server = Server::new(|seen| panic!("{}", seen.line())).await;
    let em = server.em();
    let port = server.url.rsplit(':').next().unwrap();
    for href in [
        format!("http://evil.example:{port}/api/jobs/1"),
        format!("https://127.0.0.1:{port}/api/jobs/1"),
        "http://127.0.0.1:9399/api/jobs/1".to_owned(),
        format!("//localhost:{port}/api/jobs/1"),
        format!("http://user@evil.example:{port}/"),
        "http://[".to_owned(),
    ] {
        let there = link("Alternate", "Job", &href);
        let error = em.follow::<Job>(&there).await.unwrap_err();
        assert!(error.is_link_refused(), "{href}: {error}");
        let error = em.act(&link("Delete", "", &href), None).await.unwrap_err();
        assert!(error.is_link_refused(), "{href}: {error}");
    }
}

#[tokio::test]
async fn the_next_page_on_another_server_is_not_asked_for() {
    let server = Server::new(|_| {
        xml(
            200,
            "<QueryResult><Resources><CloudSubtenants><CloudSubtenant Name=\"a\" /></CloudSubtenants></Resources>\
             <PagingInfo PageNum=\"1\" PageSize=\"1\" PagesCount=\"2\"><Links>\
             <Link Rel=\"Next\" Href=\"http://192.0.2.1/api/query?page=2\" /></Links></PagingInfo></QueryResult>",
        )
    })
    .await;
    let error = server.em().query::<CloudSubtenant>().by_item().unwrap().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_link_refused() && error.to_string().contains("http://192.0.2.1:80"), "{error}");
}

#[tokio::test]
async fn a_session_that_ends_between_two_pages_costs_nothing() {
    let page = |number: u32, next: &str| {
        xml(
            200,
            &format!(
                "<QueryResult><Resources><CloudSubtenants><CloudSubtenant><Name>{number}</Name></CloudSubtenant></CloudSubtenants>\
                 </Resources><PagingInfo PageNum=\"{number}\" PageSize=\"1\" PagesCount=\"2\"><Links>{next}</Links>\
                 </PagingInfo></QueryResult>"
            ),
        )
    };
    let next = "<Link Rel=\"Next\" Href=\"{server}/api/query?type=CloudSubtenant&amp;page=2\" />";
    let server =
        Server::new(move |seen| if seen.target.contains("page=2") { page(2, "") } else { page(1, next) }).await;
    let mut all = server.em().query::<CloudSubtenant>().by_item().unwrap();
    let first = all.try_next().await.unwrap().unwrap();
    server.end_session();
    let rest: Vec<_> = all.try_collect().await.unwrap();
    assert_eq!((first.name.as_deref(), rest[0].name.as_deref(), rest.len()), (Some("1"), Some("2"), 1));
    assert_eq!(server.sessions(), 2);
    // The second page was asked for twice, the first once.
    assert_eq!(server.lines().iter().filter(|line| line.contains("page=2")).count(), 2);
    assert_eq!(server.lines().len(), 3);
}

/// NAS jobs have their actions in the path, where every other resource has them in the query.
#[tokio::test]
async fn actions_of_nas_jobs_go_by_link_and_by_call() {
    let server = Server::new(|seen| match seen.line().as_str() {
        "POST /api/nas/jobs/5f0a/start" => task(202, "task-3", "Finished", OK),
        "POST /api/nas/jobs/5f0a/toggleScheduleEnabled" => Reply::new(204, ""),
        line => panic!("{line}"),
    })
    .await;
    let em = server.em();
    let mut job = NASJob::default();
    job.links = vec![
        link("Start", "", &format!("{}/api/nas/jobs/5f0a/start", server.url)),
        link("ToggleScheduleEnabled", "", "/api/nas/jobs/5f0a/toggleScheduleEnabled"),
    ];
    let task = em.act(&job.link("Start").unwrap(), None).await.unwrap().unwrap();
    assert_eq!(task.until_done().await.unwrap().message(), Some("Ok"));
    let done = em.start(&PostNasJobsByIdStart::new("5f0a")).await.unwrap().until_done().await.unwrap();
    assert_eq!(done.message(), Some("Ok"));
    assert!(em.act(&job.link("ToggleScheduleEnabled").unwrap(), None).await.unwrap().is_none());
}

#[tokio::test]
async fn a_refused_action_says_what_the_server_says() {
    let server = Server::new(|_| xml(400, "<Error Message=\"The job is running.\" StatusCode=\"400\" />")).await;
    let error = server.em().act(&link("Start", "", "/api/jobs/1?action=start"), None).await.unwrap_err();
    assert!(error.is_api(), "{error}");
    assert!(error.to_string().starts_with("POST /api/jobs/1: ") && error.to_string().contains("is running"), "{error}");
}

#[test]
fn a_task_has_links_too() {
    let mut task = Task::default();
    task.links = vec![link("Related", "Job", "/a"), link("related", "BackupServer", "/b"), link("Delete", "", "/c")];
    assert_eq!(task.all_links().rel("RELATED").len(), 2);
    let hrefs: Vec<_> = task.all_links().into_iter().map(|link| link.href.unwrap()).collect();
    assert_eq!(hrefs, ["/a", "/b", "/c"]);
}
