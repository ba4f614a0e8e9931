//! What goes over the wire: the five calls and the logons, byte for byte but for secrets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use backhaul_filter::em::{CloudSubtenant, CloudTenant};
use backhaul_models::vb365::operations::{
    BackupRepositoryGetRepositoryStorageUsage, OrganizationGetCurrentOrganization, OrganizationGetStorageSpaceUsage,
};
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_transport::em::EmClient;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{EmFormat, EmOptions, EmVersion, Vb365Options};
use backhaul_wire::ApiVersion;
use common::{Canned, Recorder, fixture};
use futures_util::TryStreamExt;

/// The SHA-512 of `pass word&1`, in lower-case hex.
const DIGEST: &str = "95b842082e29b6d13ef4374002626fcf83e7676378efcd63521f06709b34794c9c3584ae2157860a28ef8193080e30d5d48a441eb8f4085cafeefff02c22b8b4";
/// The base64 of `admin:pass word&1`.
const BASIC: &str = "YWRtaW46cGFzcyB3b3JkJjE=";
const EM_SESSION: &str = "MTVhM2ZjOTctMDMyNS00MTE5LWI3ODktNWMwMzY3YzZjNTY1";

/// What was sent, secrets replaced by what they are; a secret where none belongs stays, and shows.
fn shown(server: &Recorder) -> String {
    let mut text = server.shown();
    for (secret, marker) in [
        (DIGEST, "[sha512 of the password]"),
        (BASIC, "[base64 of account:password]"),
        (EM_SESSION, "[session]"),
        ("access-1", "[access token]"),
        ("refresh-1", "[refresh token]"),
        ("00d038b699b74e76a01705918d48d939", "[session]"),
        ("password=pass+word%261", "password=[password, form-encoded]"),
    ] {
        text = text.replace(secret, marker);
    }
    assert!(!text.contains("pass word"), "the password stands somewhere: {text}");
    text
}

fn token() -> Canned {
    Canned::new(
        200,
        r#"{"access_token": "access-1", "token_type": "bearer", "refresh_token": "refresh-1", "expires_in": 3600}"#,
    )
}

fn vb365(server: &Recorder, version: u8) -> Vb365Client {
    let mut options = Vb365Options::from(server.options());
    options.version = ApiVersion::new(version);
    Vb365Client::new(options).unwrap()
}

#[tokio::test]
async fn vb365_v3_backed_up_organizations() {
    let server = Recorder::new(vec![token(), Canned::new(200, fixture("vb365/v3_backed_up_organizations.json"))]);
    let call = BackupRepositoryGetRepositoryStorageUsage::new("7b8e1b2c-0000-4000-8000-000000000001");
    let page = vb365(&server, 3).call(&call).await.unwrap();
    assert_eq!(page.results[0].used_space_bytes, Some(12_566_568));
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn vb365_v5_organization() {
    let server = Recorder::new(vec![token(), Canned::new(200, fixture("vb365/v5_organization.json"))]);
    let organization = vb365(&server, 5).call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
    assert_eq!(organization.name.as_deref(), Some("abc.onmicrosoft.com"));
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn vb365_v6_used_repositories() {
    let server = Recorder::new(vec![token(), Canned::new(200, fixture("vb365/v6_used_repositories.json"))]);
    let mut call = OrganizationGetStorageSpaceUsage::new("7665cf30-ee89-4d0d-a343-2776da77ed79");
    call.limit = Some(30);
    call.offset = Some(0);
    let page = vb365(&server, 6).call(&call).await.unwrap();
    assert_eq!(page.results.len(), 3);
    insta::assert_snapshot!(shown(&server));
}

/// From v7 on a cookie would be handed out, and wanted back, unless the token form says otherwise.
#[tokio::test]
async fn vb365_finds_the_newest_version_and_logs_on_to_it() {
    let server = Recorder::new(vec![
        Canned::new(404, ""),
        Canned::new(401, ""),
        token(),
        Canned::new(200, fixture("vb365/v6_used_repositories.json")),
    ]);
    let client = Vb365Client::new(server.options()).unwrap();
    client.call(&OrganizationGetStorageSpaceUsage::new("7665cf30-ee89-4d0d-a343-2776da77ed79")).await.unwrap();
    assert_eq!(client.client().version().await.unwrap(), ApiVersion::new(7));
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn vb365_renews_a_refused_token_with_the_refresh_token() {
    let server = Recorder::new(vec![
        token(),
        Canned::new(401, ""),
        Canned::new(200, r#"{"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600}"#),
        Canned::new(200, fixture("vb365/v5_organization.json")),
    ]);
    vb365(&server, 8).call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

/// The form of each logon that was sent: its grant.
fn grants(server: &Recorder) -> Vec<String> {
    let requests = server.requests();
    let forms = requests
        .iter()
        .filter(|request| request.starts_with("POST "))
        .map(|request| request.rsplit('\n').next().unwrap());
    forms.map(|form| form.split('&').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn vb365_logs_on_with_the_password_when_the_refresh_token_is_refused() {
    let server = Recorder::new(vec![
        token(),
        Canned::new(401, ""),
        Canned::new(400, r#"{"error": "invalid_grant"}"#),
        token(),
        Canned::new(200, fixture("vb365/v5_organization.json")),
    ]);
    vb365(&server, 8).call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
    assert_eq!(grants(&server), ["grant_type=password", "grant_type=refresh_token", "grant_type=password"]);
}

/// A token that says that it has ended is renewed before it is used again, and not refused first.
#[tokio::test]
async fn vb365_renews_a_token_that_has_ended_before_the_next_call() {
    let ended = r#"{"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 0}"#;
    let body = fixture("vb365/v5_organization.json");
    let answers = [ended.as_bytes(), &body, ended.as_bytes(), &body];
    let server = Recorder::new(answers.map(|body| Canned::new(200, body)).into());
    let client = vb365(&server, 8);
    for _ in 0..2 {
        client.call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
    }
    assert_eq!(grants(&server), ["grant_type=password", "grant_type=refresh_token"]);
    assert_eq!(server.requests().len(), 4);
}

/// A parameter is data: nothing in it makes another path or query of the request.
#[tokio::test]
async fn a_parameter_stays_where_it_belongs() {
    let server = Recorder::new(vec![token(), Canned::new(200, "[]")]);
    let call = OrganizationGetStorageSpaceUsage::new("a/../b?limit=1#x%2F é");
    vb365(&server, 6).call(&call).await.unwrap();
    let requests = server.requests();
    let line = requests[1].lines().next().unwrap();
    assert_eq!(line, "GET /v6/Organizations/a%2F..%2Fb%3Flimit%3D1%23x%252F%20%C3%A9/usedRepositories HTTP/1.1");
}

fn em_logon() -> Canned {
    Canned::new(201, fixture("em/logon_session.xml"))
        .header("Content-Type", "application/xml; charset=utf-8")
        .header("X-RestSvcSessionId", EM_SESSION)
        .header("Set-Cookie", &format!("X-RestSvcSessionId={EM_SESSION}; Path=/api;"))
}

fn em(server: &Recorder, format: EmFormat) -> EmClient {
    let mut options = EmOptions::from(server.options());
    options.format = format;
    EmClient::new(options).unwrap()
}

/// HTTP.sys, which Enterprise Manager stands on, answers 411 to a `POST` that does not say how long it is.
#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let server = Recorder::new(vec![em_logon()]);
    em(&server, EmFormat::Xml).client().logon().await.unwrap();
    let logon = &server.requests()[0];
    assert!(logon.starts_with("POST /api/sessionMngr/?v=latest HTTP/1.1\n"), "{logon}");
    assert!(logon.to_ascii_lowercase().contains("\ncontent-length: 0"), "{logon}");
}

/// A server that hands out no session header still names the session in its body.
#[tokio::test]
async fn em_session_from_the_body() {
    let page = Canned::new(200, fixture("em/query_cloud_subtenant.xml"));
    let server = Recorder::new(vec![Canned::new(201, fixture("em/logon_session.xml")), page]);
    subtenants(&em(&server, EmFormat::Xml)).await;
    assert!(server.requests()[1].contains(&format!("x-restsvcsessionid: {EM_SESSION}")), "{}", server.requests()[1]);
}

/// The filter of the document's own example.
async fn subtenants(em: &EmClient) -> usize {
    let filter = CloudSubtenant::BACKUP_SERVER_NAME.eq("172.24.31.67")
        & CloudSubtenant::DISABLED.eq(false)
        & CloudSubtenant::CLOUD_TENANT_NAME.eq("ABC Company");
    let items = em.query::<CloudSubtenant>().filter(filter).sort(CloudSubtenant::NAME.asc()).by_item().unwrap();
    items.try_collect::<Vec<_>>().await.unwrap().len()
}

#[tokio::test]
async fn em_query_in_xml_and_logout() {
    let server = Recorder::new(vec![
        em_logon(),
        Canned::new(200, fixture("em/query_cloud_subtenant.xml")),
        Canned::new(204, ""),
    ]);
    let em = em(&server, EmFormat::Xml);
    assert_eq!(subtenants(&em).await, 3);
    em.client().logout().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn em_query_in_json() {
    let logon = Canned::new(201, fixture("em/logon_session.13.json")).header("X-RestSvcSessionId", EM_SESSION);
    let server = Recorder::new(vec![logon, Canned::new(200, fixture("em/query_cloud_subtenant.13.json"))]);
    assert_eq!(subtenants(&em(&server, EmFormat::Json)).await, 3);
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn em_query_of_tenants_by_kind() {
    let server = Recorder::new(vec![em_logon(), Canned::new(200, fixture("em/query_cloud_tenant.xml"))]);
    let mut options = EmOptions::from(server.options());
    options.version = Some(EmVersion::V1_7);
    let filter = CloudTenant::BACKUP_SERVER_NAME.eq("a+b \"c\"") | CloudTenant::NAME.ne("x;y,(z)&t=1#%");
    let pages = EmClient::new(options).unwrap().query::<CloudTenant>().filter(filter).page_size(50).by_page().unwrap();
    assert_eq!(pages.try_collect::<Vec<_>>().await.unwrap().len(), 1);
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn zstack_query_and_logout() {
    let server = Recorder::new(vec![
        Canned::new(200, fixture("zstack/log_in_by_account.json")),
        Canned::new(200, fixture("zstack/query_backup_storage.json")),
        Canned::new(200, r#"{"total": 1}"#),
        Canned::new(200, "{}"),
    ]);
    let zstack = ZstackClient::new(server.options()).unwrap();
    let mut call = QueryBackupStorage::new();
    call.q = vec!["state=Enabled".to_owned(), "name~=image%".to_owned(), "totalCapacity>=1024".to_owned()];
    call.sort = Some("-availableCapacity".to_owned());
    call.fields = Some("uuid,name,totalCapacity".to_owned());
    call.start = Some(0);
    call.limit = Some(20);
    let page = zstack.call(&call).await.unwrap();
    assert_eq!(page.inventories.len(), 1);
    let mut count = QueryBackupStorage::new();
    count.count = Some(true);
    assert_eq!(zstack.call(&count).await.unwrap().total, Some(1));
    zstack.client().logout().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

/// A listing asks for pages of a useful size, in an order, and with a count to check itself by.
#[tokio::test]
async fn zstack_listing() {
    let server = Recorder::new(vec![
        Canned::new(200, fixture("zstack/log_in_by_account.json")),
        Canned::new(200, r#"{"inventories": [{"uuid": "a"}, {"uuid": "b"}], "total": 3}"#),
        Canned::new(200, r#"{"inventories": [{"uuid": "c"}], "total": 3}"#),
    ]);
    let zstack = ZstackClient::new(server.options()).unwrap();
    let mut call = QueryBackupStorage::new();
    call.limit = Some(2);
    let items: Vec<_> = zstack.list(&call).by_item().try_collect().await.unwrap();
    assert_eq!(items.len(), 3);
    insta::assert_snapshot!(shown(&server));
}
