//! ZStack's two query languages: joins and tags in conditions, ZQL.
#![allow(clippy::unwrap_used)]

use crate::common::{Client, zstack};
use backhaul_filter::url::encode;
use backhaul_filter::zstack::split_q;
use backhaul_sim::{Estate, Sim};
use serde_json::{Value, json};

async fn sim() -> Sim {
    Sim::builder().zstack("127.0.0.1:0").start().await.unwrap()
}

fn names(body: &Value) -> Vec<String> {
    let rows = body["inventories"].as_array().unwrap();
    let mut names: Vec<String> = rows.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn joins_and_tags() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("backup-storage", &["image.name=install.iso"], &["sftp"]),
        ("backup-storage", &["imageRef.status=Ready"], &["ceph-bs", "image-store", "sftp"]),
        ("backup-storage", &["volumeSnapshot.name~=snap%"], &["image-store"]),
        ("backup-storage", &["zone.cluster.name=cluster-2", "type=SftpBackupStorage"], &["sftp"]),
        // The same join in two conditions: each may be fulfilled by another row.
        ("backup-storage", &["image.platform=Windows", "image.name=centos-7.9"], &["image-store"]),
        ("backup-storage", &["image.name!=centos-7.9"], &["image-store", "sftp"]),
        ("images", &["backupStorage.name=image-store", "mediaType!=ISO"], &["centos-7.9", "win2019 (O'Brien's)"]),
        ("images", &["backupStorageRefs.backupStorage.type=Ceph"], &["centos-7.9"]),
        ("vm-instances", &["host.name=kvm-1", "state=Running"], &["db01"]),
        ("vm-instances", &["zone.name=Zone1", "rootVolume.size>50000000000"], &["web01"]),
        ("vm-instances", &["allVolumes.type=Data"], &["db01"]),
        ("volume-snapshots", &["volume.vmInstance.name=db01"], &["snap-before-upgrade", "snap-nightly"]),
        ("volumes", &["primaryStorage.type=Ceph"], &["data-db01"]),
        ("primary-storage", &["attachedClusterUuids?=d2b2c3d4e5f60718293a4b5c6d7e8f95"], &["ceph-ps"]),
        ("primary-storage", &["cluster.name=cluster-1", "cluster.state=Enabled"], &["ceph-ps", "local"]),
        ("primary-storage", &["type=Ceph", "fsid~=3f6a%"], &["ceph-ps"]),
        ("backup-storage", &["__systemTag__=allowbackup"], &["image-store", "image-store-2"]),
        ("backup-storage", &["__systemTag__~=remote%"], &["image-store-2"]),
        // Without such a tag, and not: with another.
        ("backup-storage", &["__systemTag__!=remotebackup", "type=ImageStoreBackupStorage"], &["image-store"]),
        ("backup-storage", &["__systemTag__!?=remotebackup,other", "__userTag__=gold"], &["ceph-bs"]),
        ("zones", &["backupStorage.__userTag__=gold"], &["Zone1"]),
        ("vm-instances", &["__systemTag__=staticIp::10.0.0.9"], &["db01"]),
    ];
    for (path, conditions, expected) in cases {
        let q: Vec<String> = conditions.iter().map(|it| format!("q={}", encode(it))).collect();
        let body = client.get(&format!("/zstack/v1/{path}?{}", q.join("&"))).await.expect(200).json();
        assert_eq!(names(&body), *expected, "{path} {conditions:?}");
        // The same in the other language.
        let entity = path.replace("backup-storage", "backupstorage").replace("primary-storage", "primarystorage");
        let entity = entity.replace("vm-instances", "vminstance").replace("volume-snapshots", "volumesnapshot");
        let conditions: Vec<String> = conditions.iter().map(|it| in_zql(it)).collect();
        let text = format!("query {} where {}", entity.trim_end_matches('s'), conditions.join(" and "));
        assert_eq!(select(&client, &text).await, *expected, "{text}");
    }
}

/// A condition of `q=` in ZQL.
fn in_zql(condition: &str) -> String {
    let (field, op, value) = naively(condition).unwrap();
    let quoted = format!("'{}'", value.replace('\'', "''"));
    let listed = format!("({})", quoted.replace(',', "','"));
    match op {
        "?=" => format!("{field} in {listed}"),
        "!?=" => format!("{field} not in {listed}"),
        "~=" => format!("{field} like {quoted}"),
        "!~=" => format!("{field} not like {quoted}"),
        "is null" => format!("{field} is null"),
        "not null" => format!("{field} is not null"),
        op => format!("{field} {op} {quoted}"),
    }
}

/// `LIKE`, by trying everything.
fn like(text: &[char], pattern: &[char]) -> bool {
    match (text, pattern) {
        (text, ['%', rest @ ..]) => (0..=text.len()).any(|from| like(&text[from..], rest)),
        ([_, text @ ..], ['_', pattern @ ..]) => like(text, pattern),
        ([a, text @ ..], [b, pattern @ ..]) => a == b && like(text, pattern),
        (text, pattern) => text.is_empty() && pattern.is_empty(),
    }
}

/// What a condition says of a row, without the simulator's help.
fn fulfils(row: &Value, field: &str, op: &str, value: &str) -> bool {
    let found = match &row[field] {
        Value::Null => return op == "is null",
        Value::String(text) => text.to_lowercase(),
        other => other.to_string(),
    };
    let value = value.to_lowercase();
    let order = match (found.parse::<i64>(), value.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => found.cmp(&value),
    };
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    match op {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        "?=" => value.split(',').any(|item| item == found),
        "!?=" => value.split(',').all(|item| item != found),
        "~=" => like(&chars(&found), &chars(&value)),
        "!~=" => !like(&chars(&found), &chars(&value)),
        op => op == "not null",
    }
}

#[tokio::test]
async fn conditions_select_what_a_reader_would() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let all = client.get("/zstack/v1/backup-storage").await.expect(200).json();
    let values =
        ["image-store", "IMAGE-STORE", "sftp,ceph-bs", "%store%", "%-_", "Rack 4, being moved", "Zone", "_%bs"];
    let numbers = ["0", "1585341214720", "9992857976832,1", "43980465111040", "-5"];
    let texts = ["=", "!=", "~=", "!~=", "?=", "!?=", ">", "<=", "is null", "not null"];
    let orders = ["=", "!=", "?=", "!?=", ">", ">=", "<", "<="];
    let mut cases = Vec::new();
    for field in ["name", "description", "state", "url"] {
        cases.extend(texts.iter().flat_map(|op| values.map(|value| (field, *op, value))));
    }
    for field in ["totalCapacity", "availableCapacity"] {
        cases.extend(orders.iter().flat_map(|op| numbers.map(|value| (field, *op, value))));
    }
    for (field, op, value) in cases {
        let expected: Vec<&Value> = all["inventories"].as_array().unwrap().iter().collect();
        let expected: Vec<&Value> = expected.into_iter().filter(|row| fulfils(row, field, op, value)).collect();
        let unary = op.ends_with("null");
        let condition = if unary { format!("{field} {op}") } else { format!("{field}{op}{value}") };
        let answer = client.get(&format!("/zstack/v1/backup-storage?q={}", encode(&condition))).await;
        // A list is no number.
        if answer.status == 503 && value.contains(',') && field.ends_with("Capacity") && !op.contains('?') {
            continue;
        }
        let found = answer.expect(200).json();
        let found: Vec<&Value> = found["inventories"].as_array().unwrap().iter().collect();
        assert_eq!(found, expected, "{condition}");
    }
}

/// The server's rule in the words of the facts: the first operator of the list that is contained anywhere, at its first
/// place.
fn naively(text: &str) -> Option<(&str, &str, &str)> {
    for op in ["!=", ">=", "<=", "!?=", "!~=", "~=", "?=", "=", ">", "<", "is null", "not null"] {
        if text.contains(op) {
            let mut parts = text.splitn(2, op);
            let (field, value) = (parts.next()?, parts.next()?);
            return Some((field.trim(), op, value));
        }
    }
    None
}

#[tokio::test]
async fn conditions_are_split_where_the_server_splits_them() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let pieces = ["name", "!=", ">=", "!?=", "~=", "?=", "=", "<", " is null", " not null", "a", ",", "%", " "];
    let mut seed: usize = 7;
    for _ in 0..300 {
        let mut text = String::from("name");
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) % pieces.len()]);
        }
        let naive = naively(&text);
        if let (Ok(split), Some((field, op, value))) = (split_q(&text), naive) {
            let unary = matches!(op, "is null" | "not null");
            assert_eq!((split.field, split.op.as_str()), (field, op), "{text}");
            assert!(unary || split.value == value, "{text}");
        }
        let status = client.get(&format!("/zstack/v1/zones?q={}", encode(&text))).await.status;
        let expected = match naive {
            None => 400,
            Some((_, op, value)) if value.is_empty() && !op.ends_with("null") => 400,
            Some(("name", ..)) => 200,
            Some(_) => 503,
        };
        assert_eq!(status, expected, "{text}");
    }
}

async fn zql(client: &Client<'_>, text: &str) -> Value {
    let answer = client.get(&format!("/zstack/v1/zql?zql={}", encode(text))).await;
    let mut body = answer.expect(200).json();
    body["results"].take()
}

async fn select(client: &Client<'_>, text: &str) -> Vec<String> {
    names(&zql(client, text).await[0])
}

#[tokio::test]
async fn zql_selects() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let cases: &[(&str, &[&str])] = &[
        ("query backupstorage where name = 'image-store'", &["image-store"]),
        ("query BackupStorage where name='image-store' or name = \"sftp\"", &["image-store", "sftp"]),
        ("query image where name = 'win2019 (O''Brien''s)'", &["win2019 (O'Brien's)"]),
        (
            "query backupstorage where (type = 'Ceph' or type = 'Addon') and state != 'Disabled' and zone.name like 'Zone_'",
            &["ceph-bs", "cloud-dr"],
        ),
        // `and` binds before `or`.
        ("query backupstorage where type = 'Ceph' or type = 'Addon' and name = 'x'", &["ceph-bs"]),
        ("query backupstorage where description is not null and description not like '%rack%'", &["image-store"]),
        (
            "query backupstorage where name not in ('sftp', 'ceph-bs') and totalCapacity > 100000000000000",
            &["tape <LTO-9> & vault"],
        ),
        ("query backupstorage where description = ''", &["image-store"]),
        ("query cephbackupstorage where poolReplicatedSize >= 3", &["ceph-bs"]),
        (
            "query backupstorage where type = 'ImageStoreBackupStorage' and hostname = '172.20.1.116'",
            &["image-store-2"],
        ),
        (
            "query backupstorage where uuid in (query imagebackupstorageref.backupStorageUuid where imageUuid = 'f3b2c3d4e5f60718293a4b5c6d7e8f9a')",
            &["sftp"],
        ),
        ("query vminstance where hostUuid in (query host.uuid where state = 'Enabled') and cpuNum > 4", &["web01"]),
        ("query vminstance where hostUuid in (query host.uuid where state = 'None')", &[]),
        ("query zone where isDefault = true", &["Zone1"]),
        ("query backupstorage where __systemTag__ has ('remotebackup', 'x')", &["image-store-2"]),
        (
            "query backupstorage where type = 'ImageStoreBackupStorage' and __systemTag__ not has ('remotebackup')",
            &["image-store"],
        ),
        ("query image restrict by (backupstorage.name = 'sftp')", &["install.iso"]),
        ("query volume restrict by (zone.name = 'Zone1', primarystorage.name = 'ceph-ps')", &["data-db01"]),
        ("query backupstorage where createDate > '2024-01-31 00:00:00'", &["cloud-dr", "tape <LTO-9> & vault"]),
        (
            "query backupstorage order by totalCapacity desc, name limit 2 offset 1",
            &["image-store-2", "tape <LTO-9> & vault"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(select(&client, text).await, *expected, "{text}");
    }
}

#[tokio::test]
async fn zql_counts_and_gives_more_than_rows() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let text = "query zone.name,state return with (total) order by name limit 1 named as 'zones'; count backupstorage";
    let expected = json!([
        {"inventories": [{"name": "Zone 2 (Außenstelle)", "state": "Enabled"}], "total": 2, "name": "zones"},
        {"total": 7},
    ]);
    assert_eq!(zql(&client, text).await, expected);
    let text = "count backupstorage where type = 'ImageStoreBackupStorage' or type = 'Ceph' group by type";
    let expected = json!([[{"type": "ImageStoreBackupStorage"}, 2], [{"type": "Ceph"}, 1]]);
    assert_eq!(zql(&client, text).await[0]["inventoryCounts"], expected);
    let text = "sum vminstance.cpuNum,memorySize by uuid where cpuNum > 4";
    let expected = json!([["12b2c3d4e5f60718293a4b5c6d7e8fb1", 8, 17_179_869_184_i64]]);
    assert_eq!(zql(&client, text).await[0]["inventories"], expected);
    let max = zql(&client, "query max(vmInstance.cpuNum)").await;
    assert_eq!(max[0], json!({"inventoryAggregateFunctions": [[{"cpuNum": 8}, 8]]}));
    let distinct = zql(&client, "query distinct(vminstance.hypervisorType)").await;
    assert_eq!(distinct[0]["inventories"], json!([{"hypervisorType": "KVM"}]));
    // ZQL has no limit of its own.
    let sim = Sim::builder().zstack("127.0.0.1:0").estate(Estate::scaled(1200)).start().await.unwrap();
    let client = zstack(&sim).await;
    assert_eq!(zql(&client, "query backupstorage").await[0]["inventories"].as_array().unwrap().len(), 1200);
}

#[tokio::test]
async fn zql_that_is_wrong_says_where() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    for (text, code, says) in [
        ("query", "SYS.1007", "an entity"),
        ("select zone", "SYS.1007", "expecting query, count, sum"),
        ("QUERY zone", "SYS.1007", "mismatched input 'QUERY'"),
        ("query nothing", "SYS.1007", "no inventory is named 'nothing'"),
        ("query zone where name = 'a' nad state = 'b'", "SYS.1007", "mismatched input 'nad' at character 28"),
        ("query zone where name = 'O'Brien'", "SYS.1007", "does not end"),
        (r"query zone where name = 'O\'Brien'", "SYS.1007", ""),
        ("query zone where name is  null", "SYS.1007", "an operator"),
        ("query zone where (name = 'a'", "SYS.1007", "expecting )"),
        ("query zone where nothing = 'a'", "SYS.1007", "no such field"),
        ("query backupstorage where hostname = 'a'", "SYS.1007", "no such field"),
        ("query zone where name has ('a')", "SYS.1007", "for tags"),
        ("query zone where uuid in (query host where state = 'x')", "SYS.1007", "one field"),
        ("query zone where uuid in (query host.zoneUuid limit 1)", "SYS.1007", "conditions only"),
        ("query count(zone.uuid)", "SYS.1007", "use the statement count"),
        ("query zone limit many", "SYS.1007", "a whole number"),
        ("query zone where uuid = 'a' limit 1 where name = 'b'", "SYS.1007", "expecting the end"),
        ("search 'x'", "SYS.1014", "'search'"),
        ("query zone return with (zwatch{metricName='x'})", "SYS.1014", "zwatch{}"),
        ("query vminstance left join vmnic on vminstance.uuid = vmnic.vmInstanceUuid", "SYS.1014", "'join'"),
        ("query zone where uuid in getapi(api='x', output='y')", "SYS.1014", "'getapi'"),
    ] {
        let answer = client.get(&format!("/zstack/v1/zql?zql={}", encode(text))).await.expect(503).json();
        assert_eq!(answer["error"]["code"], code, "{text}: {answer}");
        assert!(answer["error"]["details"].as_str().unwrap().contains(says), "{text}: {answer}");
    }
    let deep = format!("query zone where {}name = 'a'{}", "(".repeat(500), ")".repeat(500));
    client.get(&format!("/zstack/v1/zql?zql={}", encode(&deep))).await.expect(503);
    let deep = format!("query {}zone{}", "f(".repeat(5_000), ")".repeat(5_000));
    client.get(&format!("/zstack/v1/zql?zql={}", encode(&deep))).await.expect(503);
}
