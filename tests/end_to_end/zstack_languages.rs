//! The same question in both of ZStack's languages, and in the filter's own.

use backhaul_filter::{Expr, FieldName, Pattern, parse, zstack};
use backhaul_models::zstack::operations::{QueryBackupStorage, QueryZone};
use backhaul_sim::{Estate, Sim};
use backhaul_transport::zstack::Zql;
use backhaul_wire::Call;
use futures_util::TryStreamExt;

use crate::{sorted, zstack as client};

/// The names of the storages that ZQL finds.
async fn in_zql(sim: &Sim, filter: &Expr) -> Vec<String> {
    let condition = zstack::zql(filter, |field| !field.ends_with("Capacity")).unwrap();
    let query = Zql::all(QueryBackupStorage::OPERATION).unwrap().filter(condition).page_size(2);
    let found = client(sim).list_zql::<QueryBackupStorage>(query).by_item();
    let found: Vec<_> = found.try_collect().await.unwrap();
    sorted(found.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect())
}

/// The names of the storages that `q=` finds.
async fn in_q(sim: &Sim, conditions: &[&str]) -> Vec<String> {
    let mut query = QueryBackupStorage::new();
    query.q = conditions.iter().map(|&condition| condition.to_owned()).collect();
    query.limit = Some(2);
    let found: Vec<_> = client(sim).list(&query).by_item().try_collect().await.unwrap();
    sorted(found.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect())
}

#[tokio::test]
async fn both_languages_find_the_same() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let all = Estate::demo().zstack.backup_storages.len();
    let of = |filter: &str| parse(filter).unwrap().expr().clone();
    let name = || "name".parse::<FieldName>().unwrap();
    let list = |negated| Expr::In { field: name(), values: vec!["ceph-bs".into(), "sftp".into()], negated };
    let like = Expr::Like { field: name(), pattern: Pattern::glob("*s*"), negated: false };
    let null = Expr::Null { field: "description".parse().unwrap(), negated: false };
    for (filter, conditions) in [
        (of("state==Enabled"), &["state=Enabled"][..]),
        (of("state!=Enabled"), &["state!=Enabled"]),
        (list(false), &["name?=ceph-bs,sftp"]),
        (list(true), &["name!?=ceph-bs,sftp"]),
        (like.and(of("state==Enabled")), &["name~=%s%", "state=Enabled"]),
        (of("totalCapacity>=5000000000000"), &["totalCapacity>=5000000000000"]),
        (of("zone.name==Zone1"), &["zone.name=Zone1"]),
        (null, &["description is null"]),
    ] {
        let found = in_zql(&sim, &filter).await;
        assert!(!found.is_empty() && found.len() < all, "{filter}: {found:?}");
        assert_eq!(found, in_q(&sim, conditions).await, "{filter}");
    }
}

#[tokio::test]
async fn zql_says_what_q_cannot() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let found = |filter: &str| {
        let filter = parse(filter).unwrap().expr().clone();
        let sim = &sim;
        async move { in_zql(sim, &filter).await }
    };
    assert_eq!(found("name==ceph-bs,name==sftp;state==Enabled").await, ["ceph-bs", "sftp"]);
    assert!(found("name==\"O'Brien & sons; a>=b\"").await.is_empty());
}

#[tokio::test]
async fn an_order_goes_over_all_pages() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let query = Zql::all(QueryBackupStorage::OPERATION).unwrap().order("totalCapacity desc").page_size(2);
    let found: Vec<_> = client(&sim).list_zql::<QueryBackupStorage>(query).by_item().try_collect().await.unwrap();
    let capacities: Vec<i64> = found.iter().filter_map(|storage| storage.total_capacity()).collect();
    assert!(capacities.len() > 2 && capacities.is_sorted_by(|a, b| a >= b), "{capacities:?}");
    let wrong = Zql::all(QueryZone::OPERATION).unwrap().filter("nothing = 'x'");
    let error = client(&sim).list_zql::<QueryZone>(wrong).by_item().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_api(), "{error}");
}
