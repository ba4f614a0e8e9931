//! XML or JSON, as the client asks.

use backhaul_models::em::Error;
use backhaul_wire::json::camel_case;
use backhaul_wire::shape::{Field, Kind, Repeat, Shape};
use backhaul_wire::{Struct, xml};
use http::StatusCode;
use serde_json::{Map, Value};

use super::settings::{EmRelease, EmServer};
use crate::engine::message::{Reply, Request};
use crate::engine::project::to_json;

/// The form of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Media {
    /// What there is unless JSON is asked for.
    Xml,
    /// JSON of a release, with or without a byte-order mark.
    Json { release: EmRelease, mark: bool },
}

/// The members of `Entities` in JSON: a list type each, all of them always there.
const ENTITIES: [&str; 50] = [
    "Jobs",
    "FailoverPlans",
    "Backups",
    "Replicas",
    "Repositories",
    "RestorePoints",
    "VmRestorePoints",
    "VAppRestorePoints",
    "VmReplicaPoints",
    "BackupJobSessions",
    "ReplicaJobSessions",
    "ReplicaTaskSessions",
    "RestoreSessions",
    "HierarchyRoots",
    "BackupTaskSessions",
    "BackupServers",
    "ManagedServers",
    "EnterpiseRoles",
    "EnterpiseAccounts",
    "WanAccelerators",
    "CloudGateways",
    "CloudTenants",
    "CloudReplicas",
    "VCloudOrganizationConfigs",
    "BackupFiles",
    "VSphereSelfServiceConfigs",
    "CloudPublicIps",
    "CloudHardwarePlans",
    "CloudVmReplicaPoints",
    "AgentRestorePoints",
    "AgentBackupJob",
    "CloudGatewayPools",
    "CloudFailoverPlans",
    "ExternalRepositories",
    "VlanConfigurations",
    "CloudFailoverSessions",
    "AgentProtectionGroups",
    "DiscoveredComputers",
    "FileServers",
    "NASJobs",
    "CdpReplicas",
    "CdpReplicaVms",
    "CdpPolicies",
    "CdpReplicaSessions",
    "CdpReplicaTaskSessions",
    "VAppReplicaPoints",
    "VmCdpReplicas",
    "VAppCdpReplicas",
    "VAppCdpReplicaVms",
    "SystemSessions",
];

impl Media {
    /// What a request asks for: XML, unless it accepts JSON by name.
    pub(super) fn asked(request: &Request, server: &EmServer) -> Self {
        let accepts = request.headers.get_all(http::header::ACCEPT).into_iter();
        let json = accepts
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| range.split(';').next())
            .any(|range| range.trim().eq_ignore_ascii_case("application/json"));
        if json { Self::Json { release: server.release, mark: server.byte_order_mark } } else { Self::Xml }
    }

    pub(super) fn is_json(self) -> bool {
        matches!(self, Self::Json { .. })
    }

    /// An answer with a body.
    pub(super) fn reply(self, status: StatusCode, body: &dyn Struct) -> Reply {
        let written = match self {
            Self::Xml => xml::encode(body).map(|bytes| Reply::typed(status, "application/xml; charset=utf-8", bytes)),
            Self::Json { release, mark } => to_json(body).map(|mut value| {
                complete(&mut value, body.shape());
                if let Some(list) = collection(body.shape()).and_then(|list| value.get_mut(list.json))
                    && list.is_null()
                {
                    *list = Value::Array(Vec::new());
                }
                if release == EmRelease::V13 {
                    value = camel(value);
                }
                let mark = if mark { "\u{feff}" } else { "" };
                Reply::typed(status, "application/json; charset=utf-8", format!("{mark}{value}"))
            }),
        };
        written.unwrap_or_else(|error| {
            // An estate that holds what XML cannot carry, such as a control character in a name.
            Reply::typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string())
        })
    }

    pub(super) fn error(self, status: StatusCode, message: &str) -> Reply {
        let mut error = Error::default();
        error.message = Some(message.to_owned());
        error.status_code = Some(status.as_u16().into());
        if !self.is_json() {
            error.first_chance_exception_message = Some(message.to_owned());
        }
        self.reply(status, &error)
    }
}

/// Adds the members that are absent, as null: Enterprise Manager writes all of them.
fn complete(value: &mut Value, shape: &Shape) {
    let Value::Object(members) = value else {
        return;
    };
    for field in shape.fields {
        let member = members.entry(field.json).or_insert(Value::Null);
        if let Kind::Struct(nested) = field.kind {
            items(member, field).into_iter().for_each(|item| complete(item, nested));
        }
    }
    if shape.name == "QueryEntities" {
        for name in ENTITIES {
            members.entry(name).or_insert(Value::Null);
        }
    }
}

/// The list of a document that is nothing else. It is a list in JSON without items, too: clients go over it (PyPI's
/// `veeam-exporter` 1.1.0 over a session's `BackupTaskSessions`).
fn collection(shape: &Shape) -> Option<&Field> {
    let mut others = shape.fields.iter().filter(|field| field.json != "PagingInfo");
    let list = others.next().filter(|list| list.repeat == Repeat::List && matches!(list.kind, Kind::Struct(_)))?;
    others.next().is_none().then_some(list)
}

/// The values of a field: one, or all of a list, inside its wrapper or not.
fn items<'v>(member: &'v mut Value, field: &Field) -> Vec<&'v mut Value> {
    let wrapped = field.repeat == Repeat::List && member.is_object();
    let list = if wrapped { member.get_mut(field.json_item.unwrap_or_default()) } else { Some(member) };
    match list {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter_mut().collect(),
        Some(one) => vec![one],
    }
}

/// The same value with its names in camelCase.
fn camel(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let renamed = members.into_iter().map(|(name, value)| (camel_case(&name).into_owned(), camel(value)));
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(camel).collect(),
        other => other,
    }
}
