//! What the servers hold: the demo, the scaled ones, and files.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use backhaul_models::vb365::OrganizationType;
use backhaul_sim::Estate;

/// The numbers of the demo agree with each other.
#[test]
fn the_demo_adds_up() {
    let vb365 = Estate::demo().vb365;
    assert!(vb365.organizations.len() >= 4 && vb365.repositories.len() >= 5);
    for kind in [OrganizationType::Office365, OrganizationType::OnPremises, OrganizationType::Hybrid] {
        assert!(vb365.organizations.iter().any(|it| it.r#type.as_ref() == Some(&kind)), "{kind:?}");
    }
    assert!(vb365.repositories.iter().any(|it| it.capacity_bytes.is_none()));
    assert!(vb365.repositories.iter().any(|it| it.capacity_bytes == Some(-1)));
    for repository in &vb365.repositories {
        let rows = vb365.usage.iter().filter(|it| it.space.repository_id == repository.id);
        let (mut local, mut object) = (0, 0);
        for row in rows {
            let space = &row.space;
            local += space.used_space_bytes.unwrap() + space.local_cache_used_space_bytes.unwrap_or(0);
            object += space.object_storage_used_space_bytes.unwrap_or(0);
            let lost = repository.capacity_bytes == Some(-1);
            assert_eq!(space.is_available, Some(!lost), "{repository:?}");
        }
        if let (Some(capacity @ 0..), Some(free)) = (repository.capacity_bytes, repository.free_space_bytes) {
            assert!(local <= capacity - free, "{:?}: {local} of {}", repository.name, capacity - free);
        }
        if let Some(storage) = &repository.object_storage {
            assert_eq!(storage.used_space_bytes(), Some(object), "{:?}", repository.name);
        } else {
            assert_eq!(object, 0);
        }
    }

    let em = Estate::demo().em;
    assert!(em.servers.len() >= 3 && em.tenants.len() >= 5 && em.subtenants.len() >= 12);
    for server in &em.servers {
        let id = server.uid.as_ref().unwrap();
        let mut used: BTreeMap<&str, i64> = BTreeMap::new();
        for tenant in em.tenants.iter().filter(|it| it.owner.same(id)) {
            for resource in &tenant.entity.resources {
                let quota = resource.repository_quota.as_ref().unwrap();
                assert!(quota.used_quota <= quota.quota);
                let repository = quota.repository_uid.as_ref().unwrap();
                *used.entry(repository.guid().unwrap()).or_default() += quota.used_quota.unwrap() << 20;
                let parts = em.subtenants.iter().filter(|it| it.owner.same(tenant.entity.uid.as_ref().unwrap()));
                let parts = parts.filter_map(|it| it.entity.repository_quota.as_ref());
                let parts: i64 =
                    parts.filter(|it| it.tenant_resource_id == resource.id).map(|it| it.used_quota_mb.unwrap()).sum();
                assert!(Some(parts) <= quota.used_quota, "{:?}: {parts}", quota.display_name);
            }
        }
        for (repository, used) in used {
            let found = em.repositories.iter().find(|it| it.entity.uid.as_ref().unwrap().guid() == Some(repository));
            let found = found.unwrap_or_else(|| unreachable!("{repository}"));
            assert!(found.owner.same(id));
            assert!(
                used <= found.entity.capacity.unwrap() - found.entity.free_space.unwrap(),
                "{:?}",
                found.entity.name
            );
        }
    }

    let zstack = Estate::demo().zstack;
    assert!(zstack.zones.len() >= 2);
    for storage in &zstack.backup_storages {
        assert!(storage.available_capacity() <= storage.total_capacity());
        assert!(
            storage
                .attached_zone_uuids()
                .iter()
                .all(|zone| zstack.zones.iter().any(|it| it.uuid.as_ref() == Some(zone)))
        );
    }
}

#[test]
fn scaled_estates_are_as_large_as_asked_and_the_same_every_time() {
    for n in [1, 3, 100, 5000] {
        let estate = Estate::scaled(n);
        assert_eq!(
            (estate.em.subtenants.len(), estate.vb365.usage.len(), estate.zstack.backup_storages.len()),
            (n, n, n)
        );
        assert_eq!(format!("{estate:?}"), format!("{:?}", Estate::scaled(n)));
        let mut ids: Vec<_> = estate.em.subtenants.iter().map(|it| it.entity.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), n);
        assert!(ids.iter().flatten().all(|id| id.guid().is_some()));
        let mut pairs: Vec<_> =
            estate.vb365.usage.iter().map(|it| (it.organization_id.clone(), it.space.repository_id.clone())).collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), n);
    }
}

#[test]
fn the_file_form() {
    let estate = Estate::from_json(
        r#"{
        "em": {
            "backupServers": [{"UID": "urn:veeam:BackupServer:ca19249e-e638-421a-ab22-68cb89b9009a", "Name": "vbr"}],
            "repositories": [{"backupServer": "ca19249e-e638-421a-ab22-68cb89b9009a", "UID": "urn:veeam:Repository:1", "Capacity": 5}],
            "tenants": [{"backupServer": "CA19249E-E638-421A-AB22-68CB89B9009A", "UID": "urn:veeam:CloudTenant:t", "Name": "T"}],
            "subtenants": [{"tenant": "urn:veeam:CloudTenant:t", "Id": "s", "RepositoryQuota": {"QuotaMb": 7}}]
        },
        "vb365": {
            "installationId": "i", "build": "8.0",
            "organizations": [{"id": "o", "name": "x.example"}],
            "repositories": [{"id": "r", "objectStorageId": "s"}],
            "usage": [{"organizationId": "o", "repositoryId": "r", "usedSpaceBytes": "12"}]
        },
        "zstack": {
            "utcOffset": "-03:30",
            "zones": [{"uuid": "z"}],
            "backupStorages": [{"uuid": "b", "attachedZoneUuids": ["z"]}]
        }
    }"#,
    );
    let estate = estate.unwrap();
    assert_eq!(estate.em.subtenants[0].entity.repository_quota.as_ref().unwrap().quota_mb, Some(7));
    assert_eq!(estate.vb365.usage[0].space.used_space_bytes, Some(12));
    assert_eq!(estate.zstack.utc_offset_seconds, -12_600);
    assert!(Estate::from_json("{}").unwrap().vb365.organizations.is_empty());
}

#[test]
fn files_that_are_wrong_say_where() {
    for (text, message) in [
        ("nonsense", "not JSON: expected ident at line 1 column 2"),
        (r#"{"vbr": {}}"#, "`vbr` is not known here; there are em, vb365, zstack"),
        (
            r#"{"vb365": {"organisations": []}}"#,
            "at `vb365`: `organisations` is not known here; there are installationId, build, organizations, repositories, usage",
        ),
        (r#"{"vb365": {"organizations": {}}}"#, "at `vb365.organizations`: expected an array, found an object"),
        (
            r#"{"vb365": {"organizations": [{}, {"nmae": ""}]}}"#,
            "at `vb365.organizations[1]`: `nmae` is no field of Organization",
        ),
        (r#"{"vb365": {"repositories": [{"capacityBytes": "much"}]}}"#, "at `vb365.repositories[0].capacityBytes`: "),
        (r#"{"vb365": {"usage": [{"repositoryId": "r"}]}}"#, "at `vb365.usage[0]`: `organizationId` is missing"),
        (
            r#"{"vb365": {"usage": [{"organizationId": "o"}]}}"#,
            "at `vb365.usage[0].organizationId`: `o` is the id of nothing in `vb365.organizations`",
        ),
        (
            r#"{"em": {"tenants": [{"backupServer": "x"}]}}"#,
            "at `em.tenants[0].backupServer`: `x` is the id of nothing in `em.backupServers`",
        ),
        (r#"{"zstack": {"zones": [{"nmae": "x"}]}}"#, "at `zstack.zones[0]`: `nmae` is no field of Zone"),
        (
            r#"{"em": {"backupServers": [{"nmae": "x"}]}}"#,
            "at `em.backupServers[0]`: `nmae` is no field of BackupServer",
        ),
        (r#"{"zstack": {"utcOffset": "CET"}}"#, "at `zstack.utcOffset`: an offset from UTC is written +08:00"),
    ] {
        let error = Estate::from_json(text).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.path().is_empty(), !message.starts_with("at"));
    }
}

/// The examples of `docs/simulator.md` are files that can be read.
#[test]
fn the_documented_files_are_read() {
    let document = include_str!("../../../../docs/simulator.md");
    let blocks = document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (faults, estates): (Vec<&str>, Vec<&str>) = blocks.partition(|block| block.contains("\"faults\""));
    assert_eq!((faults.len(), estates.len()), (1, 1));
    backhaul_sim::Faults::from_json(faults[0]).unwrap();
    let estate = Estate::from_json(estates[0]).unwrap();
    assert_eq!((estate.em.subtenants.len(), estate.vb365.usage.len(), estate.zstack.backup_storages.len()), (1, 1, 1));
}

#[test]
fn records_of_any_type_in_files() {
    let server = "urn:veeam:BackupServer:ca19249e-e638-421a-ab22-68cb89b9009a";
    let file =
        |records: &str| format!(r#"{{"em": {{"backupServers": [{{"UID": "{server}"}}], "records": [{records}]}}}}"#);
    let job =
        format!(r#"{{"type": "job", "belongsTo": ["{server}"], "record": {{"UID": "urn:veeam:Job:j", "Name": "J"}}}}"#);
    let estate = Estate::from_json(&file(&job)).unwrap();
    assert_eq!((estate.em.records.len(), estate.em.records[0].belongs_to.len()), (1, 1));
    for (record, message) in [
        (r#"{"type": "Jib"}"#, "at `em.records[0].type`: `Jib` is no type of resource"),
        (r#"{"type": "JobInfo", "record": {}}"#, "at `em.records[0].type`: `JobInfo` is no type of resource"),
        (r#"{"type": "Job"}"#, "at `em.records[0].record`: it is missing"),
        (r#"{"type": "Job", "record": {"Nmae": "x"}}"#, "at `em.records[0].record`: `Nmae` is no field of Job"),
        (r#"{"type": "Job", "record": {"Name": "x"}}"#, "at `em.records[0].record`: Job carries no identifier here"),
        (
            r#"{"type": "Job", "belongsTo": ["urn:veeam:BackupServer:x"], "record": {"UID": "u"}}"#,
            "at `em.records[0].belongsTo[0]`: `urn:veeam:BackupServer:x` is the id of nothing in `em`",
        ),
    ] {
        let error = Estate::from_json(&file(record)).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
