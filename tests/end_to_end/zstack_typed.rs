//! Typed queries: as parameters, and in ZQL where those cannot carry them.

use backhaul_filter::zstack::Query;
use backhaul_filter::zstack::inventories::{BackupStorage, ImageStoreBackupStorage, Zone};
use backhaul_models::zstack::operations::{QueryBackupStorage, QueryZone};
use backhaul_sim::{Estate, Sim};
use futures_util::TryStreamExt;

use crate::{sorted, zstack as client};

/// The names of the storages that a query finds, and whether it was asked in ZQL.
async fn found(sim: &Sim, query: &Query<BackupStorage>) -> (Vec<String>, bool) {
    let before = sim.requests().len();
    let items = client(sim).find::<QueryBackupStorage, _>(query).unwrap().by_item();
    let items: Vec<_> = items.try_collect().await.unwrap();
    let names = items.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect();
    let zql = sim.requests()[before..].iter().any(|request| request.path_and_query.contains("/zql?"));
    (names, zql)
}

#[tokio::test]
async fn a_query_is_sent_in_the_words_that_can_carry_it() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let all = Estate::demo().zstack.backup_storages.len();
    let (names, zql) = found(&sim, &Query::new().sort(BackupStorage::NAME.asc()).limit(2)).await;
    assert_eq!((names.len(), names.is_sorted(), zql), (all, true, false), "{names:?}");

    let in_zone = BackupStorage::ZONE.of(Zone::NAME.eq("Zone1"));
    let (plain, zql) = found(&sim, &Query::new().filter(in_zone.clone())).await;
    assert!(!zql && !plain.is_empty() && plain.len() < all, "{plain:?}");
    // A quote breaks `q=`, so the same is asked in ZQL.
    let (quoted, zql) = found(&sim, &Query::new().filter(in_zone & BackupStorage::NAME.ne("O'Brien"))).await;
    assert!(zql);
    assert_eq!(sorted(quoted), sorted(plain));

    let either = BackupStorage::NAME.eq("sftp") | BackupStorage::NAME.eq("ceph-bs");
    let (names, zql) = found(&sim, &Query::new().filter(either).sort(BackupStorage::NAME.desc()).limit(1)).await;
    assert_eq!((names, zql), (vec!["sftp".to_owned(), "ceph-bs".to_owned()], true));
}

#[tokio::test]
async fn a_kind_has_fields_of_its_own() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let query = || Query::new().filter(BackupStorage::STATE.eq("Enabled"));
    let (names, zql) = found(&sim, &query().only(ImageStoreBackupStorage::HOSTNAME.like("%"))).await;
    assert!(!zql && !names.is_empty(), "{names:?}");
    let quote = ImageStoreBackupStorage::HOSTNAME.ne("it's");
    let (again, zql) = found(&sim, &query().only(quote)).await;
    assert!(zql);
    assert_eq!(sorted(again), sorted(names));
}

#[tokio::test]
async fn what_is_no_listing_is_refused_before_it_is_sent() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let client = client(&sim);
    let other = client.find::<QueryZone, _>(&Query::<BackupStorage>::new()).err().unwrap();
    assert!(other.to_string().contains("does not list BackupStorage"), "{other}");
    let count = client.find::<QueryZone, _>(&Query::<Zone>::new().count()).err().unwrap();
    assert!(count.to_string().contains("a number alone"), "{count}");
    let backslash = Query::new().filter(Zone::NAME.eq("a\\b"));
    let backslash = client.find::<QueryZone, _>(&backslash).err().unwrap();
    assert!(backslash.to_string().contains("backslash"), "{backslash}");
    assert!(sim.requests().is_empty());
}
