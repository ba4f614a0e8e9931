//! Listings in ZQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use crate::common::{Reply, Server, zstack_error};
use backhaul_models::zstack::BackupStorage;
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_transport::zstack::Zql;
use backhaul_wire::Call;
use futures_util::TryStreamExt;

fn zql() -> Zql {
    Zql::all(QueryBackupStorage::OPERATION).unwrap().filter("name = 'O''Brien' or state = 'Enabled'").page_size(2)
}

async fn names(server: &Server) -> Result<Vec<String>, backhaul_transport::Error> {
    let items = server.zstack().list_zql::<QueryBackupStorage>(zql()).by_item();
    let items: Vec<BackupStorage> = items.try_collect().await?;
    Ok(items.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect())
}

fn page(names: &[&str], total: u32) -> Reply {
    let items: Vec<String> =
        names.iter().map(|name| format!(r#"{{"name": "{name}", "type": "SftpBackupStorage"}}"#)).collect();
    Reply::new(200, format!(r#"{{"results": [{{"inventories": [{}], "total": {total}}}]}}"#, items.join(",")))
}

#[tokio::test]
async fn pages_are_asked_for_by_their_offset() {
    let mut pages = vec![page(&["a", "b"], 3), page(&["c"], 3)].into_iter();
    let server = Server::of_zstack(move |_| pages.next().unwrap()).await;
    assert_eq!(names(&server).await.unwrap(), ["a", "b", "c"]);
    let asked = |offset| {
        format!(
            "GET /zstack/v1/zql?zql=query%20backupstorage%20where%20name%20%3D%20%27O%27%27Brien%27%20or%20state%20%3D%20%27Enabled\
             %27%20return%20with%20%28total%29%20order%20by%20uuid%20asc%20limit%202%20offset%20{offset}"
        )
    };
    assert_eq!(server.lines(), [asked(0), asked(2)]);
}

#[tokio::test]
async fn an_empty_result_is_a_page() {
    let server = Server::of_zstack(|_| Reply::new(200, r#"{"results": [{"inventories": [], "total": 0}]}"#)).await;
    assert!(names(&server).await.unwrap().is_empty());
    // Null fields are left out of every answer.
    let server = Server::of_zstack(|_| Reply::new(200, r#"{"results": [{"total": 0}]}"#)).await;
    assert!(names(&server).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_result_is_an_error() {
    for body in [r#"{"results": []}"#, r#"{"inventories": [], "total": 0}"#, "{}", r#"{"results": [{}]}"#] {
        let server = Server::of_zstack(move |_| Reply::new(200, body)).await;
        let error = names(&server).await.unwrap_err();
        assert!(error.to_string().starts_with("QueryBackupStorage: "), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_zql_is_told_from_one_that_refuses() {
    for status in [404, 501] {
        let server = Server::of_zstack(move |_| Reply::new(status, "no api")).await;
        let error = names(&server).await.unwrap_err();
        assert_eq!((error.status(), error.is_wrong_product()), (Some(status), false));
        assert!(error.to_string().contains("has no ZQL"), "{error}");
    }
    let server = Server::of_zstack(|_| zstack_error("SYS.1007", "no such field")).await;
    assert_eq!(names(&server).await.unwrap_err().code(), Some("SYS.1007"));
}
