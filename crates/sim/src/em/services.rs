//! The documents that lead on: what a session links to, and the services.

use backhaul_models::em::{
    AgentsService, CloudConnectService, EnterpriseSecuritySettings, Link, NASService, QuerySvc, SystemSessionEvent,
    SystemSessionEvents, VCloudService, VSphereSelfService,
};
use backhaul_wire::Struct;
use http::StatusCode;

use super::account::Who;
use super::links::{link, named};
use super::value::{set, text};
use super::writer::put_links;
use super::{Call, Refusal, query, resource_types};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// The collections that a session links to: the kind of entity, and the path.
const COLLECTIONS: [(&str, &str); 20] = [
    ("BackupServer", "backupServers"),
    ("ManagedServer", "managedServers"),
    ("Job", "jobs"),
    ("FailoverPlan", "failoverPlans"),
    ("HierarchyRoot", "hierarchyRoots"),
    ("Repository", "repositories"),
    ("Backup", "backups"),
    ("RestorePoint", "restorePoints"),
    ("VmRestorePoint", "vmRestorePoints"),
    ("VAppRestorePoint", "vAppRestorePoints"),
    ("Replica", "replicas"),
    ("VmReplicaPoint", "vmReplicaPoints"),
    ("CatalogVm", "catalog/vms"),
    ("BackupJobSession", "backupSessions"),
    ("RestoreSession", "restoreSessions"),
    ("ReplicaJobSession", "replicaSessions"),
    ("BackupTaskSession", "backupTaskSessions"),
    ("ReplicaTaskSession", "replicaTaskSessions"),
    ("WanAccelerator", "wanAccelerators"),
    ("BackupFile", "backupFiles"),
];

const SERVICES: [(&str, &str); 10] = [
    ("EnterpriseSecuritySettings", "security"),
    ("TaskList", "tasks"),
    ("QueryService", "querySvc"),
    ("LookupService", "lookupSvc"),
    ("Report", "reports/summary"),
    ("CloudConnectService", "cloud"),
    ("VCloudService", "vCloud"),
    ("AgentsService", "agents"),
    ("VSphereSelfService", "selfService/vSphere"),
    ("NasService", "nas"),
];

/// The links of a session; a tenant's leads to the provider's services alone.
pub(in crate::em) fn session_links(call: &Call<'_>, own: &str, who: &Who) -> Vec<Link> {
    let api = call.api();
    let mut links = vec![link("Up", "EnterpriseManager", format!("{api}/"))];
    if matches!(who, Who::Tenant(_)) {
        links.push(link("Down", "CloudConnectService", format!("{api}/cloud")));
        links.push(link("Delete", "LogonSession", own.to_owned()));
        return links;
    }
    let lists = COLLECTIONS.map(|(kind, path)| {
        let list = link("Down", &format!("{kind}ReferenceList"), format!("{api}/{path}"));
        (list, link("Down", &format!("{kind}List"), format!("{api}/{path}?format=Entity")))
    });
    let (references, entities): (Vec<_>, Vec<_>) = lists.into_iter().unzip();
    links.extend(references);
    links.extend(SERVICES.map(|(kind, path)| link("Down", kind, format!("{api}/{path}"))));
    links.extend(entities);
    links.push(link("Create", "", format!("{api}/backupServers?action=create")));
    links.push(link("Delete", "", own.to_owned()));
    links
}

/// A service document: its type and path, the kinds whose collections it leads to, and more links.
fn document(
    call: &Call<'_>,
    mut body: impl Struct,
    [kind, path]: [&str; 2],
    lists: &[&str],
    more: Vec<Link>,
) -> Answer {
    let api = call.api();
    let mut links = vec![link("Up", "LogonSession", format!("{api}/logonSessions/{}", call.session.id))];
    let found: Vec<_> = lists.iter().filter_map(|name| resource_types::find(name)).collect();
    for (suffix, format) in [("ReferenceList", ""), ("List", "?format=Entity")] {
        for kind in &found {
            let resource_types::Location::At(collection) = kind.place else { continue };
            links.push(link("Down", &format!("{}{suffix}", kind.link), format!("{api}/{collection}{format}")));
        }
    }
    links.extend(more);
    set(&mut body, "Href", &format!("{api}/{path}"));
    set(&mut body, "Type", kind);
    put_links(&mut body, links);
    Ok(call.media.reply(StatusCode::OK, &body))
}

/// `GET /cloud`.
pub(in crate::em) fn cloud(call: &mut Call<'_>) -> Answer {
    let all = [
        "CloudTenant",
        "CloudGateway",
        "CloudGatewayPool",
        "CloudHardwarePlan",
        "CloudPublicIpAddress",
        "VlanConfiguration",
        "CloudReplica",
        "CloudVmReplicaPoint",
        "CloudFailoverPlan",
        "CloudFailoverSession",
    ];
    let lists: &[&str] = match &call.session.account.who {
        Who::Tenant(_) => &["CloudFailoverPlan", "CloudVmReplicaPoint", "CloudReplica"],
        _ => &all,
    };
    document(call, CloudConnectService::default(), ["CloudConnectService", "cloud"], lists, Vec::new())
}

/// `GET /vCloud`.
pub(in crate::em) fn v_cloud(call: &mut Call<'_>) -> Answer {
    document(call, VCloudService::default(), ["VCloudService", "vCloud"], &["VCloudOrganizationConfig"], Vec::new())
}

/// `GET /nas`.
pub(in crate::em) fn nas(call: &mut Call<'_>) -> Answer {
    let sessions = link("Down", "BackupJobSessionReferenceList", format!("{}/nas/backupSessions", call.api()));
    document(call, NASService::default(), ["NasService", "nas"], &["NASJob", "FileServer"], vec![sessions])
}

/// `GET /agents`.
pub(in crate::em) fn agents(call: &mut Call<'_>) -> Answer {
    let api = call.api();
    let lists = ["AgentBackupJob", "AgentProtectionGroup", "DiscoveredComputer", "AgentRestorePoint"];
    let views = [
        ("Backup", "backups"),
        ("BackupFile", "backupFiles"),
        ("BackupJobSession", "backupSessions"),
        ("RestorePoint", "restorePoints"),
    ];
    let more = views.map(|(kind, path)| link("Down", &format!("{kind}ReferenceList"), format!("{api}/agents/{path}")));
    document(call, AgentsService::default(), ["AgentsService", "agents"], &lists, more.into())
}

/// `GET /selfService/vSphere`.
pub(in crate::em) fn self_service(call: &mut Call<'_>) -> Answer {
    let names = ["VSphereSelfService", "selfService/vSphere"];
    document(call, VSphereSelfService::default(), names, &["VSphereSelfServiceConfig"], Vec::new())
}

/// `GET /security`.
pub(in crate::em) fn security(call: &mut Call<'_>) -> Answer {
    let api = call.api();
    let mut body = EnterpriseSecuritySettings::default();
    body.href = Some(format!("{api}/security"));
    body.links = vec![
        link("Down", "EnterpriseAccountReferenceList", format!("{api}/security/accounts")),
        link("Down", "EnterpriseRoleReferenceList", format!("{api}/security/roles")),
        link("Create", "", format!("{api}/security/accounts")),
        link("Start", "", format!("{api}/security/accounts?action=rebuildScope")),
    ];
    Ok(call.media.reply(StatusCode::OK, &body))
}

/// `GET /querySvc`: a first page of everything that can be queried.
pub(in crate::em) fn queries(call: &mut Call<'_>) -> Answer {
    let api = call.api();
    let mut body = QuerySvc::default();
    body.href = Some(format!("{api}/querySvc"));
    body.r#type = Some("QueryService".to_owned());
    body.links = vec![link("Up", "LogonSession", format!("{api}/logonSessions/{}", call.session.id))];
    body.links.extend(query::names().map(|name| {
        let (list, sort) = match name {
            "Task" => ("TaskList", "TaskId"),
            "Passwords" => ("PasswordKeyList", "BackupServerUid"),
            "Credentials" => ("CredentialsList", "BackupServerUid"),
            "NasObject" => ("NasObjectList", "JobName"),
            "CdpReplicaSession" | "CdpReplicaTaskSession" => (name, "Name"),
            "VlanConfiguration" => ("VlanConfigurationList", "SwitchName"),
            name => (name, "name"),
        };
        let list = if list == name { format!("{name}List") } else { list.to_owned() };
        let href = format!("{api}/query?type={name}&format=Entities&sortAsc={sort}&pageSize=15&page=1");
        named("Down", &list, href, None)
    }));
    Ok(call.media.reply(StatusCode::OK, &body))
}

/// `GET /systemSessions/{ID}/events`: when it began, and when it ended.
pub(in crate::em) fn events(call: &mut Call<'_>) -> Answer {
    let session = call.subject("SystemSession")?;
    let body = session.body.as_ref();
    let name = session.name().unwrap_or_default();
    let name = name.split_once('@').map_or(name, |(name, _)| name).trim();
    let event = |field: &str, message: String, order: i64| {
        let mut event = SystemSessionEvent::default();
        event.creation_time_utc = Some(text(body, field)?.trim_end_matches('Z').into());
        event.message = Some(message);
        event.order = Some(order);
        Some(event)
    };
    let mut all = SystemSessionEvents::default();
    let began = event("CreationTimeUTC", format!("{name} started."), 1);
    let ended = event("EndTimeUTC", format!("{name} finished."), 2);
    all.events = began.into_iter().chain(ended).collect();
    Ok(call.media.reply(StatusCode::OK, &all))
}
