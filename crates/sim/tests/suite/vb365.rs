//! VB365 over loopback: versions, tokens, paging, projection.
#![allow(clippy::unwrap_used)]

use backhaul_models::vb365::VERSIONS;
use std::time::Duration;

use crate::common::{Client, FORM, vb365};
use backhaul_sim::{Estate, Sim, Vb365Server};
use backhaul_wire::System;

const ABC: &str = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";

async fn sim() -> Sim {
    Sim::builder().vb365("127.0.0.1:0").start().await.unwrap()
}

#[tokio::test]
async fn versions_are_told_by_the_service_instance() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Vb365);
    for version in 1..=9 {
        let answer = client.get(&format!("/v{version}/ServiceInstance")).await;
        let expected = if (6..=8).contains(&version) { 401 } else { 404 };
        assert_eq!((answer.status, answer.body.len()), (expected, 0), "v{version}");
    }
    let answer = client.send("POST /v8/ServiceInstance", &[], "").await.expect(405);
    assert_eq!(answer.header("allow"), Some("GET"));
    client.get("/v8/Nothing").await.expect(404);
    client.get("/api/").await.expect(404);
    let answer = vb365(&sim, 8, "admin").await.get("/v8/serviceinstance").await.expect(200).json();
    assert_eq!(answer["version"], "8.1.0.3503");
}

#[tokio::test]
async fn logging_on() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Vb365);
    let wrong = client
        .send("POST /v6/Token", &[FORM], "grant_type=password&username=admin&password=wrong")
        .await
        .expect(400)
        .json();
    assert_eq!(wrong["error"], "invalid_grant");
    assert!(wrong["error_description"].is_string());
    client.send("POST /v6/token", &[], "grant_type=password").await.expect(400);
    let saml = client.send("POST /v6/token", &[FORM], "grant_type=integration").await.expect(400).json();
    assert_eq!(saml["error"], "unsupported_grant_type");

    let token = client
        .send("POST /v3/token", &[FORM], "grant_type=password&username=Admin&password=password")
        .await
        .expect(200)
        .json();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&"bearer".into(), &3600.into()));
    assert!(token[".issued"].is_string() && token[".expires"].is_string());
    let refresh = format!("grant_type=refresh_token&refresh_token={}", token["refresh_token"].as_str().unwrap());
    let second = client.send("POST /v3/token", &[FORM], &refresh).await.expect(200).json();
    assert_ne!(second["access_token"], token["access_token"]);
    // One use.
    client.send("POST /v3/token", &[FORM], &refresh).await.expect(400);
    let json = r#"{"grant_type":"password","username":"admin","password":"password"}"#;
    client.send("POST /v6/token", &[("Content-Type", "application/json")], json).await.expect(200);
}

#[tokio::test]
async fn expired_tokens_get_an_empty_401() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    client.get("/v8/Organizations").await.expect(200);
    sim.expire_sessions();
    let answer = client.get("/v8/Organizations").await.expect(401);
    assert!(answer.body.is_empty());

    let sim = Sim::builder().vb365(Vb365Server::new().token_life(Duration::from_millis(30))).start().await.unwrap();
    let client = vb365(&sim, 8, "admin").await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    client.get("/v8/Organizations").await.expect(401);
}

#[tokio::test]
async fn antiforgery_tokens_are_needed_unless_turned_off() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Vb365);
    let answer = client
        .send("POST /v8/token", &[FORM], "grant_type=password&username=admin&password=password")
        .await
        .expect(200);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let token = answer.json();
    let client = client.with("Authorization", format!("Bearer {}", token["access_token"].as_str().unwrap()));
    client.get("/v8/Organizations").await.expect(400);
    client.get("/v6/Organizations").await.expect(200);
    client.send("GET /v8/Organizations", &[("Cookie", &cookie)], "").await.expect(200);
    let refresh = format!("grant_type=refresh_token&refresh_token={}", token["refresh_token"].as_str().unwrap());
    client.send("POST /v8/token", &[FORM], &refresh).await.expect(400);
    client.send("POST /v8/token", &[FORM, ("Cookie", &cookie)], &refresh).await.expect(200);
    assert!(vb365(&sim, 8, "admin").await.get("/v8/Organizations").await.header("set-cookie").is_none());
}

#[tokio::test]
async fn listings_are_arrays_or_pages_as_the_version_has_them() {
    let sim = sim().await;
    let usage = format!("Organizations/{ABC}/usedRepositories");
    for version in VERSIONS {
        let client = vb365(&sim, version, "admin").await;
        for (path, paged) in
            [("Organizations", version == 8), ("BackupRepositories", version == 8), (&usage, version >= 6)]
        {
            let body = client.get(&format!("/v{version}/{path}")).await.expect(200).json();
            assert_eq!(body.is_array(), !paged, "v{version} {path}");
            if paged {
                assert_eq!(body["limit"], 30);
                assert_eq!(body["setId"], "00000000-0000-0000-0000-000000000000");
                assert_eq!(body.get("totalCount").is_some(), version == 7);
                assert!(body["_links"].get("next").is_none());
            }
        }
    }
}

#[tokio::test]
async fn pages_follow_their_links() {
    let sim = Sim::builder().vb365("127.0.0.1:0").estate(Estate::scaled(400)).start().await.unwrap();
    let client = vb365(&sim, 8, "admin").await;
    let mut path = "/v8/Organizations?limit=40".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = client.get(&path).await.expect(200).json();
        seen.extend(page["results"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let links = &page["_links"];
        assert_eq!(links.get("prev").is_some(), page["offset"] != 0);
        match links["next"]["href"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (100, 100));
    let page = client.get("/v8/Organizations?limit=1000000&offset=95").await.expect(200).json();
    assert_eq!((&page["limit"], page["results"].as_array().unwrap().len()), (&10_000.into(), 5));
    assert_eq!(page["_links"]["first"]["href"], "/v8/Organizations?offset=0&limit=10000");
    let error = client.get("/v8/Organizations?limit=-1").await.expect(400).json();
    assert_eq!(error["errorCode"], "ParameterValidationFailure");
    // Where there are no pages, a limit means nothing.
    let all = vb365(&sim, 6, "admin").await.get("/v6/Organizations?limit=3").await.expect(200).json();
    assert_eq!(all.as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn answers_hold_what_their_version_has() {
    let sim = sim().await;
    let get = async |version: u8, path: &str| {
        vb365(&sim, version, "admin").await.get(&format!("/v{version}/{path}")).await.expect(200).json()
    };
    let repository = "BackupRepositories/cfe34111-3331-45c0-babf-0be32e030444";
    let v3 = get(3, repository).await;
    let v6 = get(6, repository).await;
    let v8 = get(8, repository).await;
    assert!(v3.get("objectStorageId").is_none() && v3.get("isOutOfSync").is_none());
    assert!(v6["objectStorageId"].is_string() && v6.get("objectStorage").is_none());
    assert!(v8.get("objectStorageId").is_none() && v8["objectStorage"]["usedSpaceBytes"].is_i64());
    let host = sim.url(System::Vb365).unwrap();
    let own = "backuprepositories/cfe34111-3331-45c0-babf-0be32e030444";
    assert_eq!(v3["_links"]["self"]["href"], format!("{host}/v3/{own}"));
    assert_eq!(v6["_links"]["self"]["href"], format!("/v6/{own}"));

    let usage = format!("Organizations/{ABC}/UsedRepositories");
    let v3 = get(3, &usage).await;
    assert_eq!(v3[2]["usedSpaceBytes"], "9559506944");
    assert!(v3[0].get("objectStorageUsedSpaceBytes").is_none());
    let v5 = get(5, &usage).await;
    assert_eq!(
        (&v5[2]["usedSpaceBytes"], &v5[0]["objectStorageUsedSpaceBytes"]),
        (&9_559_506_944_i64.into(), &2_499_432_773_i64.into())
    );
    assert!(get(6, &usage).await["results"][0].get("repositoryId").is_none());
    assert!(get(8, &usage).await["results"][0]["repositoryId"].is_string());
}

#[tokio::test]
async fn an_organization_sees_itself() {
    let sim = sim().await;
    let own = vb365(&sim, 5, "admin@abc.onmicrosoft.com").await;
    let organization = own.get("/v5/Organization").await.expect(200).json();
    assert_eq!(organization["id"], ABC);
    let explore = format!("{}/v5/organization/action", sim.url(System::Vb365).unwrap());
    assert_eq!(organization["_actions"]["explore"]["uri"], explore);
    own.get(&format!("/v5/Organizations/{ABC}/usedRepositories")).await.expect(200);
    for path in ["Organizations", "BackupRepositories", "Organizations/7b2b1ae1-7bbb-4651-b479-bda7edc7838b"] {
        own.get(&format!("/v5/{path}")).await.expect(403);
    }
    let admin = vb365(&sim, 8, "admin").await;
    let refused = admin.get("/v8/Organization").await.expect(403).json();
    assert_eq!(refused["errorCode"], "ResourceAccessDenied");
    let missing = admin.get("/v8/Organizations/00000000-0000-0000-0000-000000000001").await.expect(404).json();
    assert_eq!(missing["errorCode"], "ResourceNotFound");
    let missing = vb365(&sim, 6, "admin").await.get("/v6/Organizations/1").await.expect(404).json();
    assert!(missing["message"].is_string() && missing.get("errorCode").is_none());
    let client = Client::new(&sim, System::Vb365);
    let body = "grant_type=password&username=admin@nobody.example&password=password";
    client.send("POST /v8/token", &[FORM], body).await.expect(400);
}

#[tokio::test]
async fn proxies_are_shown_whole_or_not() {
    let sim = sim().await;
    for (version, query, whole) in [
        (5, "", true),
        (6, "?extendedView=false", false),
        (7, "", false),
        (7, "?extendedView=true", true),
        (8, "", true),
    ] {
        let client = vb365(&sim, version, "admin").await;
        let body = client.get(&format!("/v{version}/Proxies{query}")).await.expect(200).json();
        let proxy = if version == 8 { &body["results"][0] } else { &body[0] };
        assert_eq!(proxy.get("throttlingUnit").is_some(), whole, "v{version}{query}: {proxy}");
        assert!(proxy["hostName"].is_string());
    }
}
