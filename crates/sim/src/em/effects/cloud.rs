//! Gateways, plans, addresses, organizations and self-service: what a provider makes and takes away.

use std::net::Ipv4Addr;

use backhaul_models::em::{
    CloudGateway, CloudGatewayPool, CloudHardwarePlan, CloudHardwarePlanCreateSpec, CloudPublicIpAddress,
    CloudPublicIpAddressCreateSpec, CreateCloudGatewayPoolSpec, CreateCloudGatewaySpec, JobSettings,
    VCloudOrganizationConfig, VCloudOrganizationConfigBackupJobSettings, VCloudOrganizationConfigCreateSpec,
    VSphereSelfServiceAccount, VSphereSelfServiceConfig, VSphereSelfServiceConfigJobSettings,
    VSphereSelfServiceCreateSpec,
};
use backhaul_wire::Struct;
use http::StatusCode;

use super::create::New;
use crate::em::resource_types::Form;
use crate::em::tasks::{Done, Pointer};
use crate::em::value::{alike, set};
use crate::em::writer::put_links;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// How many addresses one request may add.
const MAX_ADDRESSES: u32 = 1024;

/// `POST /cloud/gateways`.
pub(super) fn add_gateway(call: &mut Call<'_>) -> Answer {
    let spec: CreateCloudGatewaySpec = call.body()?;
    let server = call.mentioned("BackupServer", spec.backup_server_uid.as_ref())?;
    let mut gateway = CloudGateway::default();
    gateway.name = spec.server_host_name;
    gateway.enabled = Some(true);
    gateway.network_mode = spec.network_type.or_else(|| Some("Direct".into()));
    gateway.external_ip = spec.external_ip;
    gateway.external_port = spec.external_port.or(Some(6180));
    gateway.internal_port = spec.internal_port.or(Some(6180));
    gateway.description = spec.description;
    call.create(New::of("CloudGateway", gateway, vec![server]))
}

/// `POST /cloud/gatewayPools`.
pub(super) fn add_pool(call: &mut Call<'_>) -> Answer {
    let spec: CreateCloudGatewayPoolSpec = call.body()?;
    let server = call.mentioned("BackupServer", spec.backup_server_uid.as_ref())?;
    let mut pool = CloudGatewayPool::default();
    alike(&spec, &mut pool);
    call.create(New::of("CloudGatewayPool", pool, vec![server]))
}

/// `POST /cloud/hardwarePlans`.
pub(super) fn add_plan(call: &mut Call<'_>) -> Answer {
    let spec: CloudHardwarePlanCreateSpec = call.body()?;
    let server = call.mentioned("BackupServer", spec.backup_server_uid.as_ref())?;
    let mut plan = CloudHardwarePlan::default();
    alike(&spec, &mut plan);
    call.create(New::of("CloudHardwarePlan", plan, vec![server]))
}

/// `POST /cloud/publicIpAddresses`: every address of a range.
pub(super) fn add_addresses(call: &mut Call<'_>) -> Answer {
    let spec: CloudPublicIpAddressCreateSpec = call.body()?;
    let server = call.mentioned("BackupServer", spec.backup_server_uid.as_ref())?;
    let bound = |text: Option<&String>, name: &str| {
        let text = text.map_or("", String::as_str);
        text.parse::<Ipv4Addr>().map(u32::from).map_err(|_| Refusal::bad(format!("{name}: {text} is no IPv4 address.")))
    };
    let first = bound(spec.ip_address_lower_bound.as_ref(), "IpAddressLowerBound")?;
    let last = bound(spec.ip_address_upper_bound.as_ref(), "IpAddressUpperBound")?;
    if last < first || last - first >= MAX_ADDRESSES {
        return Err(Refusal::bad(format!("A range has from 1 to {MAX_ADDRESSES} addresses.")));
    }
    let uid = spec.backup_server_uid;
    call.begin(
        "CreateCloudPublicIpAddress",
        Box::new(move |backend| {
            for number in first..=last {
                let text = Ipv4Addr::from(number).to_string();
                let mut address = CloudPublicIpAddress::default();
                address.name = Some(text.clone());
                address.ip_address = Some(text);
                address.backup_server_uid = uid.clone();
                New::of("CloudPublicIpAddress", address, vec![server.clone()]).put(backend)?;
            }
            let path = "/cloud/publicIpAddresses?format=Entity".to_owned();
            Ok(Done::to(Pointer { rel: "Related", kind: "CloudPublicIpAddressList", path, name: None }))
        }),
    )
}

/// `POST /vCloud/orgConfigs`.
pub(super) fn add_organization(call: &mut Call<'_>) -> Answer {
    let spec: VCloudOrganizationConfigCreateSpec = call.body()?;
    let repository = call.mentioned("Repository", spec.repository_uid.as_ref())?;
    let server = match &spec.backup_server_uid {
        Some(uid) => call.mentioned("BackupServer", Some(uid))?,
        None => {
            let repository = call.backend.store.get(repository.kind, &repository.id);
            let server = repository.and_then(|it| call.backend.store.owner(it, "BackupServer"));
            server.ok_or_else(|| Refusal::bad("The repository is on no backup server."))?.as_owner()
        }
    };
    let mut config = VCloudOrganizationConfig::default();
    alike(&spec, &mut config);
    config.name = spec.organization_name;
    config.backup_server_uid = Some(format!("urn:veeam:BackupServer:{}", server.id).into());
    config.is_disabled = Some(false);
    config.used_quota_mb = Some(0);
    config.job_settings = Some(settings(spec.template_job_uid, spec.job_scheduler_type, spec.high_priority_job));
    call.create(New::of("VCloudOrganizationConfig", config, vec![server]))
}

fn settings(
    template: Option<backhaul_wire::Id>,
    scheduler: Option<backhaul_models::em::JobSchedulerType>,
    high_priority: Option<bool>,
) -> JobSettings {
    let mut settings = JobSettings::default();
    settings.default_settings = Some(template.is_none());
    settings.custom_settings = Some(template.is_some());
    settings.template_job_uid = template;
    settings.job_scheduler_type = scheduler;
    settings.high_priority_job = high_priority;
    settings
}

/// `POST /vCloud/orgConfigs/{ID}?action=disable`.
pub(super) fn disable_organization(call: &mut Call<'_>) -> Answer {
    let config = call.subject("VCloudOrganizationConfig")?.clone();
    call.begin(
        "EditOtherOrganizationConfig",
        Box::new(move |backend| {
            backend.store.edit(config.kind.name, &config.id, |body| set(body, "IsDisabled", true));
            Ok(Done::default())
        }),
    )
}

/// `POST /selfService/vSphere/Configs`.
pub(super) fn add_self_service(call: &mut Call<'_>) -> Answer {
    let spec: VSphereSelfServiceCreateSpec = call.body()?;
    let repository = call.mentioned("Repository", spec.repository_uid.as_ref())?;
    let repository = call.backend.store.get(repository.kind, &repository.id);
    let server = repository.and_then(|it| call.backend.store.owner(it, "BackupServer"));
    let server = server.ok_or_else(|| Refusal::bad("The repository is on no backup server."))?.as_owner();
    let mut config = VSphereSelfServiceConfig::default();
    alike(&spec, &mut config);
    config.name = spec.account_name.clone();
    config.backup_server_uid = Some(format!("urn:veeam:BackupServer:{}", server.id).into());
    let mut account = VSphereSelfServiceAccount::default();
    account.account_name = spec.account_name;
    account.account_type = spec.account_type.or_else(|| Some("User".into()));
    config.account = Some(account);
    config.job_settings = Some(settings(spec.template_job_uid, spec.job_scheduler_type, spec.high_priority_job));
    config.used_quota_mb = Some(0);
    call.create(New::of("VSphereSelfServiceConfig", config, vec![server]))
}

/// `GET /vCloud/orgConfigs/{ID}/backupJobSettings`.
pub(super) fn organization_settings(call: &mut Call<'_>) -> Answer {
    job_settings(call, "VCloudOrganizationConfig", VCloudOrganizationConfigBackupJobSettings::default())
}

/// `GET /selfService/vSphere/Configs/{ID}/backupJobSettings`.
pub(super) fn self_service_settings(call: &mut Call<'_>) -> Answer {
    job_settings(call, "VSphereSelfServiceConfig", VSphereSelfServiceConfigJobSettings::default())
}

/// The settings of the jobs that a configuration's users make: the defaults.
fn job_settings(call: &Call<'_>, kind: &str, mut body: impl Struct) -> Answer {
    let config = call.subject(kind)?;
    let api = call.api();
    let writer = call.writer(&api);
    set(&mut body, "Href", &format!("{}/backupJobSettings", writer.href(config)));
    // The vendor's documents carry this type for both.
    set(&mut body, "Type", "VCloudOrganizationConfigBackupJobSettings");
    set(&mut body, "UseDefaultJobSettings", true);
    set(&mut body, "SourceProxyAutoDetect", true);
    let server =
        call.backend.store.owner(config, "BackupServer").map(|server| writer.to("Up", server, Form::Reference));
    put_links(&mut body, server.into_iter().chain([writer.to("Up", config, Form::Entity)]).collect());
    Ok(call.media.reply(StatusCode::OK, &body))
}
