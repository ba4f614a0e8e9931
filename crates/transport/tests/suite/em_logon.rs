//! Who logs on to Enterprise Manager, with what, and what is said when it is refused.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use crate::common::{Reply, Seen, Server, xml};
use backhaul_models::em::operations::GetTasks;
use backhaul_transport::em::EmClient;
use backhaul_transport::{EmFormat, EmLogon, EmOptions, EmVersion, Options};

async fn logon(change: impl FnOnce(&mut EmOptions)) -> Seen {
    let server = Server::new(|_| Reply::new(500, "")).await;
    let mut options = EmOptions::from(server.options());
    change(&mut options);
    EmClient::new(options).unwrap().client().logon().await.unwrap();
    server.logons().pop().unwrap()
}

#[tokio::test]
async fn an_account_logs_on_with_a_header_and_no_body() {
    let seen = logon(|_| {}).await;
    assert_eq!(seen.line(), "POST /api/sessionMngr/?v=latest");
    assert_eq!((seen.header("authorization"), seen.body.as_str()), (Some("Basic YWRtaW46aHVudGVyMg=="), ""));
    assert_eq!(seen.header("content-type"), None);
    let seen = logon(|options| options.version = Some(EmVersion::V1_6)).await;
    assert_eq!(seen.line(), "POST /api/sessionMngr/?v=v1_6");
}

#[tokio::test]
async fn a_tenant_logs_on_with_a_body_and_no_header() {
    let seen = logon(|options| options.logon = EmLogon::Tenant).await;
    assert_eq!((seen.header("authorization"), seen.header("content-type")), (None, Some("application/xml")));
    assert!(
        seen.body.ends_with(
            "<LoginSpec xmlns=\"http://www.veeam.com/ent/v1.0\"><TenantCredentials><Username>admin</Username>\
             <Password>hunter2</Password></TenantCredentials></LoginSpec>"
        ),
        "{}",
        seen.body
    );
    let seen = logon(|options| {
        options.logon = EmLogon::VCloudOrganization("vCDOrg1".to_owned());
        options.format = EmFormat::Json;
    })
    .await;
    assert_eq!(seen.header("accept"), seen.header("content-type"));
    assert_eq!(
        seen.body,
        "{\"VCloudOrganizationCredentials\":{\"OrganizationName\":\"vCDOrg1\",\"Login\":\"admin\",\
         \"Password\":\"hunter2\"}}"
    );
}

#[tokio::test]
async fn a_refused_logon_says_who_and_never_shows_the_password() {
    let refuse = Reply::new(401, "").header("WWW-Authenticate: Basic Realm=RestSvc");
    let (url, _) = refusing(refuse).await;
    for (em_logon, who) in [
        (EmLogon::Account, "the account `admin`"),
        (EmLogon::Tenant, "the cloud tenant `admin`"),
        (EmLogon::VCloudOrganization("org".to_owned()), "the account `admin` of the organization `org`"),
    ] {
        let mut options = EmOptions::from(Options::new(&url, "admin", "hunter2").unwrap());
        options.logon = em_logon;
        assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
        let error = EmClient::new(options).unwrap().client().logon().await.unwrap_err();
        assert!(error.is_logon_refused(), "{error}");
        assert!(error.to_string().contains(who) && !error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_version_that_the_server_lacks_is_named() {
    let body = "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"Unsupported version\" StatusCode=\"400\" />";
    let (url, _) = refusing(Reply::new(400, body)).await;
    let mut options = EmOptions::from(Options::new(&url, "admin", "hunter2").unwrap());
    options.version = Some(EmVersion::V1_5);
    let error = EmClient::new(options).unwrap().client().logon().await.unwrap_err();
    assert!(error.is_api(), "{error}");
    assert!(
        error.to_string().contains("\"Unsupported version\" (the logon asked for version 1.5 of the API)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_once_and_ended_by_a_logout() {
    let server = Server::new(|seen| match seen.method.as_str() {
        "DELETE" => Reply::new(204, ""),
        _ => xml(200, "<Tasks />"),
    })
    .await;
    let em = server.em();
    em.call(&GetTasks::new()).await.unwrap();
    server.end_session();
    em.call(&GetTasks::new()).await.unwrap();
    assert_eq!(server.sessions(), 2);
    em.client().logout().await.unwrap();
    let last = server.seen().pop().unwrap();
    assert_eq!(last.line(), "DELETE /api/logonSessions/15a3fc97-0325-4119-b789-5c0367c6c565");
    assert_eq!(last.header("x-restsvcsessionid"), Some("session-2"));
    em.client().logout().await.unwrap();
    assert_eq!(server.lines().len(), 4);
}

/// A server that answers every request with this.
async fn refusing(reply: Reply) -> (String, Server) {
    let server = Server::refusing(reply).await;
    (server.url.clone(), server)
}
