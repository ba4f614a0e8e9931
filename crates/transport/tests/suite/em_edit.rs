//! An entity is got, changed and put back: nothing is lost, and no password is reset.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use crate::common::{OK, Reply, Server, task, xml};
use backhaul_models::em::{CloudTenant, Repository};

const TENANT: &str = "<CloudTenant Name=\"ABC\" UID=\"urn:veeam:CloudTenant:1\" Href=\"{server}/api/cloud/tenants/1\" \
    NewAttribute=\"kept\"><Links><Link Rel=\"Edit\" Type=\"CloudTenantReference\" \
    Href=\"{server}/api/cloud/tenants/1\" /></Links><Description>old</Description><NewElement a=\"1\">kept</NewElement>\
    <Password /><Enabled>true</Enabled><TenantType><StandaloneTenant><TenantCredentials><Username>abc</Username>\
    <Password></Password></TenantCredentials></StandaloneTenant></TenantType></CloudTenant>";

const WANTED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <CloudTenant xmlns=\"http://www.veeam.com/ent/v1.0\" Href=\"{server}/api/cloud/tenants/1\" Name=\"ABC\" \
    UID=\"urn:veeam:CloudTenant:1\" NewAttribute=\"kept\"><Links><Link Rel=\"Edit\" \
    Href=\"{server}/api/cloud/tenants/1\" Type=\"CloudTenantReference\" /></Links><Description>new</Description>\
    <NewElement a=\"1\">kept</NewElement><Enabled>true</Enabled><TenantType><StandaloneTenant><TenantCredentials>\
    <Username>abc</Username></TenantCredentials></StandaloneTenant></TenantType></CloudTenant>";

fn tenant(url: &str) -> CloudTenant {
    let mut tenant = CloudTenant::default();
    tenant.href = Some(format!("{url}/api/cloud/tenants/1"));
    tenant
}

#[tokio::test]
async fn what_is_put_back_is_what_came_but_for_the_change() {
    let server = Server::new(|seen| match seen.line().as_str() {
        "GET /api/cloud/tenants/1?format=Entity" => xml(200, TENANT),
        "PUT /api/cloud/tenants/1" => task(202, "task-1", "Finished", OK),
        line => panic!("{line}"),
    })
    .await;
    let em = server.em();
    let task = em.edit(&tenant(&server.url), |tenant| tenant.description = Some("new".to_owned())).await.unwrap();
    task.unwrap().until_done().await.unwrap();
    let put = server.seen().pop().unwrap();
    assert_eq!(put.header("content-type"), put.header("accept"));
    // Nothing but the description is another, and the empty passwords are gone.
    assert_eq!(put.body.replace(&server.url, "{server}"), WANTED);
}

#[tokio::test]
async fn a_password_that_is_set_is_sent() {
    for json in [false, true] {
        let server = Server::new(move |seen| match (seen.method.as_str(), json) {
            ("GET", false) => xml(200, TENANT),
            ("GET", true) => Reply::new(
                200,
                "{\"Name\":\"ABC\",\"Href\":\"{server}/api/cloud/tenants/1\",\"Password\":\"\",\"Enabled\":true,\
                 \"NewMember\":{\"kept\":[1]},\"TenantType\":{\"StandaloneTenant\":{\"TenantCredentials\":\
                 {\"Username\":\"abc\",\"Password\":\"\"}}},\"Links\":[{\"Rel\":\"Edit\",\
                 \"Href\":\"{server}/api/cloud/tenants/1\"}]}",
            ),
            _ => Reply::new(204, ""),
        })
        .await;
        let em = if json { server.em_json() } else { server.em() };
        assert!(em.edit(&tenant(&server.url), |_| {}).await.unwrap().is_none());
        let untouched = server.seen().pop().unwrap();
        assert!(!untouched.body.contains("Password"), "{}", untouched.body);
        let kept = if json { "\"NewMember\":{\"kept\":[1]}" } else { "<NewElement a=\"1\">kept</NewElement>" };
        assert!(untouched.body.contains(kept) && untouched.body.contains("abc"), "{}", untouched.body);
        let media_type = if json { "application/json" } else { "application/xml" };
        assert_eq!(
            (untouched.header("accept"), untouched.header("content-type")),
            (Some(media_type), Some(media_type))
        );

        let set = |tenant: &mut CloudTenant| {
            let standalone = tenant.tenant_type.as_mut().unwrap().standalone_tenant.as_mut().unwrap();
            standalone.tenant_credentials.as_mut().unwrap().password = Some("n3w".to_owned().into());
        };
        em.edit(&tenant(&server.url), set).await.unwrap();
        let changed = server.seen().pop().unwrap();
        assert_eq!(changed.body.matches("n3w").count(), 1, "{}", changed.body);
        let wanted = if json { "\"Password\":\"n3w\"" } else { "<Password>n3w</Password>" };
        assert!(changed.body.contains(wanted), "{}", changed.body);
    }
}

#[tokio::test]
async fn what_cannot_be_edited_is_told_as_such() {
    let server = Server::new(|_| xml(200, "<Repository Name=\"r\" />")).await;
    let mut repository = Repository::default();
    repository.href = Some("/api/repositories/1".to_owned());
    let error = server.em().edit(&repository, |_| {}).await.unwrap_err();
    assert!(error.is_link_refused() && error.to_string().contains("no link `Edit`"), "{error}");
}
