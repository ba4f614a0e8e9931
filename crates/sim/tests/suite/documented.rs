//! The vendors' documented bodies: a simulator that holds the documented records must answer them.
//!
//! The comparison reads XML and JSON by itself and not through `backhaul-wire`, so that the simulator and the clients
//! cannot agree on a mistake. Values are those of the documents, written down as facts.
#![allow(clippy::unwrap_used)]

use crate::common::facts::{API, Expect, HOST, SERVER, em_xml, expected, facts, same};
use crate::common::{Client, vb365, zstack};
use backhaul_sim::{EmRelease, EmServer, Estate, Sim};
use backhaul_wire::System;
use serde_json::json;

#[tokio::test]
async fn em_query_cloud_subtenant() {
    let tenant = "e38a8692-6816-443e-9052-7fa71ee7fd65";
    // Id, name, description, display name of the quota, quota in MB, id of the quota.
    let rows = [
        [
            "5f6a393a-e80b-4b20-91f0-db47b6a7dcbe",
            "User01",
            "",
            "User01",
            "1024",
            "52a1705e-cb79-481c-9209-245b12e17089",
        ],
        [
            "9e924fbb-54d5-4bab-82e0-68216d45b096",
            "User03",
            "Created by SRV12\\Administrator at 7/31/2019 9:28 PM.",
            "User03 Quota",
            "10240",
            "321cbe67-cc8c-474e-ab1e-2694311ef794",
        ],
        [
            "24fd5279-060e-48c5-9ad2-070d823bc705",
            "User2",
            "Created by SRV13\\Administrator at 7/19/2019 9:11 PM.",
            "Quota",
            "10240",
            "4f8d70ba-6434-4f47-9883-67874b8f334f",
        ],
    ];
    let resource = "502686fc-44ea-4f8b-b5f6-7c11a90aa12d";
    let subtenants: Vec<_> = rows
        .iter()
        .rev()
        .map(|[id, name, description, display, quota, quota_id]| {
            json!({
                "tenant": tenant, "Id": id, "Name": name, "Description": description, "Password": "", "Enabled": true,
                "RepositoryQuota": {
                    "Unlimited": true, "DisplayName": display, "TenantResourceId": resource, "QuotaMb": quota,
                    "UsedQuotaMb": 0, "QuotaId": quota_id
                }
            })
        })
        .collect();
    let estate = json!({ "em": {
        "backupServers": [{ "UID": format!("urn:veeam:BackupServer:{SERVER}"), "Name": "172.24.31.67" }],
        "tenants": [{ "backupServer": SERVER, "UID": format!("urn:veeam:CloudTenant:{tenant}"), "Name": "ABC Company" }],
        "subtenants": subtenants
    }});
    let sent = "type=CloudSubtenant&format=Entities&sortAsc=Name&filter=BackupServerName==%22172.24.31.67%22;Disabled==false;\
                CloudTenantName==%22ABC%20Company%22";
    let mut expect = Expect::new("QueryResult");
    let up = format!("/cloud/tenants/{tenant}");
    for (at, [id, name, description, display, quota, quota_id]) in rows.iter().enumerate() {
        let it = format!("QueryResult[0]/Resources[0]/CloudSubtenants[0]/CloudSubtenant[{at}]");
        let own = format!("{up}/subtenants/{id}");
        expect
            .fact(&format!("{it}/@Type"), "CloudSubtenant")
            .fact(&format!("{it}/@Href"), &format!("{API}{own}"))
            .fact(&format!("{it}/@Id"), id)
            .links(
                &it,
                &[
                    ["Edit", "CloudSubtenant", &own, name],
                    ["Delete", "", &own, ""],
                    ["Up", "CloudTenant", &format!("{up}?format=Entity"), "ABC Company"],
                    ["Up", "BackupServer", &format!("/backupServers/{SERVER}?format=Entity"), "172.24.31.67"],
                ],
            )
            .fact(&format!("{it}/Name[0]"), name)
            .fact(&format!("{it}/Description[0]"), description)
            .fact(&format!("{it}/Password[0]"), "")
            .fact(&format!("{it}/Enabled[0]"), "true");
        let of = format!("{it}/RepositoryQuota[0]");
        expect
            .fact(&format!("{of}/@Unlimited"), "true")
            .fact(&format!("{of}/DisplayName[0]"), display)
            .fact(&format!("{of}/TenantResourceId[0]"), resource)
            .fact(&format!("{of}/QuotaMb[0]"), quota)
            .fact(&format!("{of}/UsedQuotaMb[0]"), "0")
            .fact(&format!("{of}/QuotaId[0]"), quota_id);
    }
    expect.paging("type=CloudSubtenant&format=Entities&sortAsc=Name&filter=BackupServerName==\"172.24.31.67\";Disabled==false;CloudTenantName==\"ABC+Company\"");
    same(&em_xml(estate, &format!("/query?{sent}")).await, &expected(&expect.0));
}

#[tokio::test]
async fn em_query_cloud_tenant() {
    let (id, resource) = ("9c3aad22-3d96-43fe-ab25-6e1800b0dda0", "6022432d-375f-46a8-bea4-b28ab2ad8bd5");
    let name = "tech\\john.smith";
    let repository = "urn:veeam:Repository:003a6ffe-b9f5-4e37-9aa8-27c468d827da";
    let accelerator = "urn:veeam:WanAccelerator:3a2a5b97-6248-4b62-8310-e57239ecd44e";
    let account = "f1b5f006-5e29-4702-8aaa-7653d30af191";
    let scalars = [
        ("Description", "Tenant account for AD user"),
        ("Enabled", "true"),
        ("LastResult", "Success"),
        ("ThrottlingEnabled", "true"),
        ("ThrottlingSpeedLimit", "10"),
        ("ThrottlingSpeedUnit", "MBps"),
        ("PublicIpCount", "0"),
        ("BackupCount", "0"),
        ("ReplicaCount", "0"),
        ("MaxConcurrentTasks", "1"),
        ("WorkStationBackupCount", "0"),
        ("ServerBackupCount", "0"),
        ("BackupProtectionEnabled", "true"),
        ("BackupProtectionPeriod", "1"),
    ];
    let mut record = json!({
        "backupServer": SERVER, "UID": format!("urn:veeam:CloudTenant:{id}"), "Name": name, "LeaseOptions": { "Enabled": false },
        "Resources": { "CloudTenantResources": [{ "Id": resource, "RepositoryQuota": {
            "DisplayName": "AD User Cloud Repository", "RepositoryUid": repository, "WanAcceleratorUid": accelerator,
            "Quota": 30720, "UsedQuota": 0
        }}]},
        "TenantType": { "ADTenantType": {
            "Domain": { "DomainName": "tech.local", "DomainAccount": account, "Port": 389 }, "Account": name
        }}
    });
    for (name, value) in scalars {
        record[name] = value.into();
    }
    let estate = json!({ "em": {
        "backupServers": [{ "UID": format!("urn:veeam:BackupServer:{SERVER}"), "Name": "172.24.31.67" }], "tenants": [record]
    }});
    let it = "QueryResult[0]/Entities[0]/CloudTenants[0]/CloudTenant[0]";
    let own = format!("/cloud/tenants/{id}");
    let resources = format!("{own}/resources");
    let mut expect = Expect::new("QueryResult");
    expect
        .fact(&format!("{it}/@Type"), "CloudTenant")
        .fact(&format!("{it}/@Href"), &format!("{API}{own}?format=Entity"))
        .fact(&format!("{it}/@Name"), name)
        .fact(&format!("{it}/@UID"), &format!("urn:veeam:CloudTenant:{id}"))
        .links(
            it,
            &[
                ["Up", "BackupServerReference", &format!("/backupServers/{SERVER}"), "172.24.31.67"],
                ["Alternate", "CloudTenantReference", &own, name],
                ["Edit", "CloudTenantReference", &own, name],
                ["Down", "CloudTenantResourceList", &resources, ""],
                ["Create", "CloudTenantResource", &resources, ""],
                ["Delete", "", &own, ""],
                ["Related", "FreeLicenseCounters", &format!("{own}/freelicenseCounters"), "FreeLicenseCounters"],
            ],
        )
        .fact(&format!("{it}/LeaseOptions[0]/@Enabled"), "false")
        .fact(&format!("{it}/LeaseOptions[0]"), "");
    for (name, value) in scalars {
        expect.fact(&format!("{it}/{name}[0]"), value);
    }
    let of = format!("{it}/Resources[0]/CloudTenantResource[0]");
    expect
        .fact(&format!("{of}/@Type"), "CloudTenantResource")
        .fact(&format!("{of}/@Href"), &format!("{API}{resources}/{resource}"))
        .fact(&format!("{of}/@Id"), resource)
        .fact(&format!("{of}/RepositoryQuota[0]/DisplayName[0]"), "AD User Cloud Repository")
        .fact(&format!("{of}/RepositoryQuota[0]/RepositoryUid[0]"), repository)
        .fact(&format!("{of}/RepositoryQuota[0]/WanAcceleratorUid[0]"), accelerator)
        .fact(&format!("{of}/RepositoryQuota[0]/Quota[0]"), "30720")
        .fact(&format!("{of}/RepositoryQuota[0]/UsedQuota[0]"), "0");
    let kind = format!("{it}/TenantType[0]/ADTenantType[0]");
    expect
        .fact(&format!("{kind}/Domain[0]/DomainName[0]"), "tech.local")
        .fact(&format!("{kind}/Domain[0]/DomainAccount[0]"), account)
        .fact(&format!("{kind}/Domain[0]/Port[0]"), "389")
        .fact(&format!("{kind}/Account[0]"), name)
        .paging("type=CloudTenant&format=Entities&sortAsc=name&filter=BackupServerName==\"172.24.31.67\";Type==ActiveDirectory");
    let sent = "type=CloudTenant&format=Entities&sortAsc=name&filter=BackupServerName==%22172.24.31.67%22;Type==ActiveDirectory";
    let found = em_xml(estate, &format!("/query?{sent}")).await;
    // The document has an empty `ComputeResources`, which says no more than its absence does.
    same(&found, &expected(&expect.0));
}

#[tokio::test]
async fn em_repository_and_backup_server() {
    let (server, repository) = ("ce15a8c7-aa49-495e-b05b-ee3398c91018", "bffeb9f5-1bdd-4bbd-9299-6fcb7c37bdf6");
    let (host, volume) = ("srv02.tech.local", "Backup Volume 01");
    let estate = json!({ "em": {
        "backupServers": [{
            "UID": format!("urn:veeam:BackupServer:{server}"), "Name": host, "Description": "", "Port": 9392, "Version": "8.0"
        }],
        "repositories": [{
            "backupServer": server, "UID": format!("urn:veeam:Repository:{repository}"), "Name": volume,
            "Capacity": 1_079_639_011_328_i64, "FreeSpace": 881_812_750_336_i64, "Kind": "WindowsLocal"
        }]
    }});
    let own = format!("/repositories/{repository}");
    let mut expect = Expect::new("Repository");
    expect
        .fact("Repository[0]/@Type", "Repository")
        .fact("Repository[0]/@Href", &format!("{API}{own}?format=Entity"))
        .fact("Repository[0]/@Name", volume)
        .fact("Repository[0]/@UID", &format!("urn:veeam:Repository:{repository}"))
        .links(
            "Repository[0]",
            &[
                ["Up", "BackupServerReference", &format!("/backupServers/{server}"), host],
                ["Alternate", "RepositoryReference", &own, volume],
                ["Down", "BackupReferenceList", &format!("{own}/backups"), ""],
                ["Down", "ReplicaReferenceList", &format!("{own}/replicas"), ""],
            ],
        )
        .fact("Repository[0]/Capacity[0]", "1079639011328")
        .fact("Repository[0]/FreeSpace[0]", "881812750336")
        .fact("Repository[0]/Kind[0]", "WindowsLocal");
    same(&em_xml(estate.clone(), &format!("{own}?format=Entity")).await, &expected(&expect.0));

    let own = format!("/backupServers/{server}");
    let under = |path: &str| format!("{own}{path}");
    let mut expect = Expect::new("BackupServer");
    expect
        .fact("BackupServer[0]/@Type", "BackupServer")
        .fact("BackupServer[0]/@Href", &format!("{API}{own}?format=Entity"))
        .fact("BackupServer[0]/@Name", host)
        .fact("BackupServer[0]/@UID", &format!("urn:veeam:BackupServer:{server}"))
        .links(
            "BackupServer[0]",
            &[
                ["Alternate", "BackupServerReference", &own, host],
                ["Edit", "BackupServerReference", &own, ""],
                ["Delete", "BackupServerReference", &own, ""],
                ["Down", "JobReferenceList", &under("/jobs"), ""],
                ["Down", "ManagedServerReferenceList", &under("/managedServers"), ""],
                ["Down", "RepositoryReferenceList", &under("/repositories"), ""],
                ["Down", "CredentialsList", &under("/credentials"), ""],
                ["Create", "", &under("/credentials?action=create"), ""],
                ["Down", "PasswordKeyList", &under("/passwords"), ""],
                ["Create", "", &under("/passwords?action=create"), ""],
                ["VeeamZip", "", &under("?action=veeamzip"), ""],
                ["QuickBackup", "", &under("?action=quickbackup"), ""],
                ["Start", "", &under("?action=collect"), ""],
            ],
        )
        .fact("BackupServer[0]/Description[0]", "")
        .fact("BackupServer[0]/Port[0]", "9392")
        .fact("BackupServer[0]/Version[0]", "8.0");
    same(&em_xml(estate, &format!("{own}?format=Entity")).await, &expected(&expect.0));
}

#[tokio::test]
async fn em_entrance_and_error() {
    let sim = Sim::builder().em(EmServer::new().release(EmRelease::V12)).start().await.unwrap();
    let client = Client::new(&sim, System::Em);
    let mut expect = Expect::new("EnterpriseManager");
    let log_on = |version: &str| format!("/sessionMngr/?v={version}");
    expect.links(
        "EnterpriseManager[0]",
        &[["Down", "LogonSessionList", "/logonSessions", ""], ["Create", "LogonSession", &log_on("latest"), ""]],
    );
    for (at, version) in ["v1_5", "v1_6", "v1_7"].iter().enumerate() {
        let it = format!("EnterpriseManager[0]/SupportedVersions[0]/SupportedVersion[{at}]");
        expect.fact(&format!("{it}/@Name"), version).links(&it, &[["Create", "LogonSession", &log_on(version), ""]]);
    }
    same(&facts(&client.send("GET /api/", &[HOST], "").await.text()), &expected(&expect.0));

    let error = client.send("GET /api/jobs", &[("Accept", "application/json")], "").await.expect(401).json();
    let members: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members.len(), 5);
    for name in ["FirstChanceExceptionMessage", "Message", "StackTrace", "Status", "StatusCode"] {
        assert!(members.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn vb365_usage() {
    let repositories = [
        "cfe34111-3331-45c0-babf-0be32e030444",
        "880cb276-127e-4da1-96c1-0d97ecdecd4d",
        "e412ad5a-a100-462b-8fca-85d7c6415f06",
    ];
    let numbers: [[i64; 3]; 3] = [[0, 3_473_408, 2_499_432_773], [0, 0, 2_348_310_138], [9_559_506_944, 0, 0]];
    let id = "7665cf30-ee89-4d0d-a343-2776da77ed79";
    let rows = repositories.iter().zip(numbers);
    let rows = rows.map(|(repository, [used, cache, object])| {
        json!({
            "organizationId": id, "repositoryId": repository, "usedSpaceBytes": used, "localCacheUsedSpaceBytes": cache,
            "objectStorageUsedSpaceBytes": object, "isAvailable": true, "details": "", "protectedObjectsCount": 1
        })
    });
    let estate = json!({ "vb365": {
        "organizations": [{ "id": id, "name": "x" }],
        "repositories": repositories.map(|id| json!({ "id": id })),
        "usage": rows.collect::<Vec<_>>()
    }});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let sim = Sim::builder().vb365("127.0.0.1:0").estate(estate).start().await.unwrap();
    let path = format!("/v6/Organizations/{id}/usedRepositories");
    let results = repositories.iter().zip(numbers).map(|(repository, [used, cache, object])| {
        json!({
            "usedSpaceBytes": used, "localCacheUsedSpaceBytes": cache, "objectStorageUsedSpaceBytes": object,
            "isAvailable": true, "details": "",
            "_links": { "backupRepository": { "href": format!("/v6/backuprepositories/{repository}") } }
        })
    });
    let expected = json!({
        "offset": 0, "limit": 30, "_links": { "self": { "href": format!("{path}?offset=0&limit=30") } },
        "results": results.collect::<Vec<_>>(), "setId": "00000000-0000-0000-0000-000000000000"
    });
    assert_eq!(vb365(&sim, 6, "admin").await.get(&path).await.json(), expected);
}

#[tokio::test]
async fn vb365_older_versions() {
    let (id, repository) = ("5a905bb5-9071-433c-9d2f-f805d4da2cf4", "cfe34111-3331-45c0-babf-0be32e030444");
    let first = "2020-05-29T10:29:05.5413083Z";
    let own = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";
    let estate = json!({ "vb365": {
        "organizations": [
            { "id": id, "name": "ABC Support", "description": "not in v3" },
            { "id": own, "name": "abc.onmicrosoft.com", "type": "Office365", "isBackedup": true, "firstBackuptime": first,
              "lastBackuptime": first, "description": "not in v5" }
        ],
        "repositories": [{ "id": repository }],
        "usage": [{ "organizationId": id, "repositoryId": repository, "usedSpaceBytes": 12_566_568, "isAvailable": true,
                    "details": "default_repository", "objectStorageUsedSpaceBytes": 0 }]
    }});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let sim = Sim::builder().vb365("127.0.0.1:0").estate(estate).start().await.unwrap();
    let client = vb365(&sim, 3, "admin").await;
    let host = sim.url(System::Vb365).unwrap();
    let body =
        client.get(&format!("/v3/BackupRepositories/{repository}/BackedUpOrganizations")).await.expect(200).json();
    assert_eq!(body, json!([{ "name": "ABC Support", "id": id, "usedSpaceBytes": "12566568" }]));
    let body = client.get(&format!("/v3/Organizations/{id}/UsedRepositories")).await.expect(200).json();
    let href = format!("{host}/v3/backuprepositories/{repository}");
    assert_eq!(
        body,
        json!([{ "usedSpaceBytes": "12566568", "isAvailable": "true", "Details": "default_repository",
                 "_links": { "backupRepository": { "href": href } } }])
    );

    let client = vb365(&sim, 5, "admin@abc.onmicrosoft.com").await;
    let body = client.send("GET /v5/Organization", &[("Host", "abc.tech.local:4443")], "").await.expect(200).json();
    assert_eq!(
        body,
        json!({
            "id": own, "name": "abc.onmicrosoft.com", "type": "Office365", "isBackedup": true, "firstBackuptime": first,
            "lastBackuptime": first,
            "_actions": { "explore": { "uri": "https://abc.tech.local:4443/v5/organization/action", "method": "POST" } }
        })
    );
}

#[tokio::test]
async fn zstack_backup_storages() {
    // The demo holds the documented storages.
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let client = zstack(&sim).await;
    let body = client.get("/zstack/v1/backup-storage?q=type=SftpBackupStorage&q=name=sftp").await.expect(200).json();
    assert_eq!(
        body,
        json!({
            "inventories": [{
                "attachedZoneUuids": ["36de66d82f424639af67215a53418ff6"], "availableCapacity": 1_258_407_346_176_i64,
                "createDate": "Jun 1, 2015 3:42:26 PM", "hostname": "172.16.0.220", "lastOpDate": "Jun 1, 2015 3:42:26 PM",
                "name": "sftp", "sshPort": 22, "state": "Enabled", "status": "Connected", "totalCapacity": 1_585_341_214_720_i64,
                "type": "SftpBackupStorage", "url": "/export/backupStorage/sftp", "username": "root",
                "uuid": "33a35f75885f45ab96ea2626ce9c05a6"
            }],
            "schema": { "inventories[0]": "org.zstack.storage.backup.sftp.SftpBackupStorageInventory" }
        })
    );
    let body = client.get("/zstack/v1/backup-storage/1ab3b836a88342e1bbc1b1a17d092f0f").await.expect(200).json();
    assert_eq!(
        body["inventories"],
        json!([{
            "attachedZoneUuids": ["140ebc2fbdb74ae197323a69d432f25e"], "availableCapacity": 4_931_431_059_456_i64,
            "createDate": "Apr 11, 2018 2:50:54 PM", "description": "", "hostname": "172.20.1.115",
            "lastOpDate": "Dec 13, 2019 7:32:49 PM", "name": "image-store", "sshPort": 22, "state": "Enabled",
            "status": "Connected", "totalCapacity": 9_992_857_976_832_i64, "type": "ImageStoreBackupStorage",
            "url": "/zstack_imagestore", "username": "root", "uuid": "1ab3b836a88342e1bbc1b1a17d092f0f"
        }])
    );
}
