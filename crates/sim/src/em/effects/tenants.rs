//! Tenants, what they may use, and their subtenants.

use backhaul_models::em::{
    ActiveDirectoryTenant, CloudSubtenant, CloudSubtenantCreateSpec, CloudSubtenantRepositoryQuota, CloudTenant,
    CloudTenantComputeResource, CloudTenantComputeResourceCreateSpec, CloudTenantFreeLicenseCounters, CloudTenantKind,
    CloudTenantLeaseOptions, CloudTenantRepositoryQuota, CloudTenantResource, CloudTenantVCloudComputeResource,
    CloudTenantVCloudComputeResourceCreateSpec, CreateCloudTenantResourceSpec, CreateCloudTenantSpec, StandaloneTenant,
    TenantCredentials, VCloudTenant,
};
use backhaul_wire::{Id, Secret, Struct};
use http::StatusCode;

use super::create::New;
use crate::em::resource_types::Form;
use crate::em::tasks::{Done, Effect};
use crate::em::value::{alike, int, items, push, set, text};
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// `POST /cloud/tenants`.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let spec: CreateCloudTenantSpec = call.body()?;
    let server = call.mentioned("BackupServer", spec.backup_server_uid.as_ref())?;
    for resource in &spec.resources {
        call.mentioned("Repository", resource.repository_uid.as_ref())?;
    }
    for resource in &spec.compute_resources {
        call.mentioned("CloudHardwarePlan", resource.cloud_hardware_plan_uid.as_ref())?;
    }
    let mut tenant = CloudTenant::default();
    // Description, Enabled, the throttling and what else has one name in both.
    alike(&spec, &mut tenant);
    tenant.resources = Vec::new();
    tenant.compute_resources = Vec::new();
    tenant.v_cloud_compute_resources = Vec::new();
    tenant.enabled = spec.enabled.or(Some(true));
    tenant.description = Some(spec.description.clone().unwrap_or_default());
    let mut lease = CloudTenantLeaseOptions::default();
    lease.enabled = Some(spec.lease_expiration_date.is_some());
    lease.lease_expiration_date = spec.lease_expiration_date.clone();
    tenant.lease_options = Some(lease);
    tenant.last_result = Some("None".into());
    for count in ["BackupCount", "ReplicaCount", "WorkStationBackupCount", "ServerBackupCount", "PublicIpCount"] {
        if int(&tenant, count).is_none() {
            set(&mut tenant, count, 0);
        }
    }
    tenant.tenant_type = Some(kind(&spec));
    for resource in spec.resources {
        let quota = resource.quota_mb;
        tenant.resources.push(storage(
            call,
            resource.name,
            resource.repository_uid,
            quota,
            resource.wan_accelerator_uid,
        ));
    }
    for resource in &spec.compute_resources {
        let mut it = CloudTenantComputeResource::default();
        alike(resource, &mut it);
        it.id = Some(call.backend.new_guid().into());
        tenant.compute_resources.push(it);
    }
    for resource in &spec.v_cloud_compute_resources {
        let mut it = CloudTenantVCloudComputeResource::default();
        alike(resource, &mut it);
        it.id = Some(call.backend.new_guid().into());
        it.enabled = Some(true);
        tenant.v_cloud_compute_resources.push(it);
    }
    call.create(New::of("CloudTenant", tenant, vec![server]))
}

fn kind(spec: &CreateCloudTenantSpec) -> CloudTenantKind {
    let mut kind = CloudTenantKind::default();
    match spec.tenant_type.as_ref().map(AsRef::as_ref) {
        Some("ActiveDirectory") => {
            let mut tenant = ActiveDirectoryTenant::default();
            tenant.domain = spec.domain.clone();
            tenant.account = spec.name.clone();
            kind.ad_tenant_type = Some(tenant);
        }
        Some("vCD") => {
            let mut tenant = VCloudTenant::default();
            tenant.organization_name = spec.name.clone();
            tenant.organization_ref = spec.organization_ref.clone();
            kind.v_cloud_tenant = Some(tenant);
        }
        _ => {
            let mut credentials = TenantCredentials::default();
            credentials.username = spec.name.clone();
            credentials.password = spec.password.clone().or_else(|| Some(Secret::from("")));
            let mut tenant = StandaloneTenant::default();
            tenant.tenant_credentials = Some(credentials);
            kind.standalone_tenant = Some(tenant);
        }
    }
    kind
}

fn storage(
    call: &mut Call<'_>,
    name: Option<String>,
    repository: Option<Id>,
    quota_mb: Option<i64>,
    accelerator: Option<Id>,
) -> CloudTenantResource {
    let mut quota = CloudTenantRepositoryQuota::default();
    quota.display_name = name;
    quota.repository_uid = repository;
    quota.wan_accelerator_uid = accelerator;
    quota.quota = quota_mb;
    quota.used_quota = Some(0);
    let mut resource = CloudTenantResource::default();
    resource.id = Some(call.backend.new_guid().into());
    resource.repository_quota = Some(quota);
    resource
}

/// `POST /cloud/tenants/{ID}/resources`.
pub(super) fn add_resource(call: &mut Call<'_>) -> Answer {
    let spec: CreateCloudTenantResourceSpec = call.body()?;
    call.mentioned("Repository", spec.repository_uid.as_ref())?;
    let item = storage(call, spec.name, spec.repository_uid, spec.quota_mb, spec.wan_accelerator_uid);
    grow(call, "Resources", "CreateCloudTenantResource", item)
}

/// `POST /cloud/tenants/{ID}/computeResources`.
pub(super) fn add_compute(call: &mut Call<'_>) -> Answer {
    let spec: CloudTenantComputeResourceCreateSpec = call.body()?;
    call.mentioned("CloudHardwarePlan", spec.cloud_hardware_plan_uid.as_ref())?;
    let mut item = CloudTenantComputeResource::default();
    alike(&spec, &mut item);
    item.id = Some(call.backend.new_guid().into());
    grow(call, "ComputeResources", "CreateCloudTenantResource", item)
}

/// `POST /cloud/tenants/{ID}/vCloudComputeResources`.
pub(super) fn add_v_cloud_compute(call: &mut Call<'_>) -> Answer {
    let spec: CloudTenantVCloudComputeResourceCreateSpec = call.body()?;
    let mut item = CloudTenantVCloudComputeResource::default();
    alike(&spec, &mut item);
    item.id = Some(call.backend.new_guid().into());
    item.enabled = Some(true);
    grow(call, "VCloudComputeResources", "CreateCloudTenantVCloudComputeResource", item)
}

/// Adds an item to a list of the tenant that the path names.
fn grow(call: &mut Call<'_>, list: &'static str, operation: &'static str, item: impl Struct) -> Answer {
    let tenant = call.subject("CloudTenant")?.clone();
    let effect: Effect = Box::new(move |backend| {
        match backend.store.edit(tenant.kind.name, &tenant.id, |body| {
            push(body, list, &item);
        }) {
            true => Ok(Done::default()),
            false => Err("The CloudTenant is no longer there.".to_owned()),
        }
    });
    call.begin(operation, effect)
}

/// `POST /cloud/tenants/{ID}/subtenants`.
pub(super) fn add_subtenant(call: &mut Call<'_>) -> Answer {
    let spec: CloudSubtenantCreateSpec = call.body()?;
    let tenant = call.subject("CloudTenant")?.clone();
    let resource = spec.tenant_resource_id.clone();
    let known = |wanted: &Id| {
        let all = items(tenant.body.as_ref(), "Resources");
        all.into_iter().any(|it| text(it, "Id").is_some_and(|id| wanted.same(&id.into())))
    };
    if !resource.as_ref().is_some_and(known) {
        let id = resource.unwrap_or_default();
        return Err(Refusal::bad(format!("The tenant has no resource {id}.")));
    }
    let mut quota = CloudSubtenantRepositoryQuota::default();
    quota.unlimited = spec.unlimited_quota;
    quota.display_name = spec.quota_name.or_else(|| spec.name.clone());
    quota.tenant_resource_id = resource;
    quota.quota_mb = spec.quota_mb;
    quota.used_quota_mb = Some(0);
    quota.quota_id = Some(call.backend.new_guid().into());
    let mut subtenant = CloudSubtenant::default();
    subtenant.name = spec.name;
    subtenant.description = Some(spec.description.unwrap_or_default());
    subtenant.password = spec.password;
    subtenant.enabled = spec.enabled.or(Some(true));
    subtenant.repository_quota = Some(quota);
    call.create(New::of("CloudSubtenant", subtenant, vec![tenant.as_owner()]))
}

/// `GET /cloud/tenants/{ID}/freelicenseCounters`: what the tenant's counts say; nothing of it is new.
pub(super) fn license_counters(call: &mut Call<'_>) -> Answer {
    let tenant = call.subject("CloudTenant")?;
    let api = call.api();
    let writer = call.writer(&api);
    let count = |name: &str| Some(int(tenant.body.as_ref(), name).unwrap_or(0));
    let mut counters = CloudTenantFreeLicenseCounters::default();
    counters.href = Some(format!("{}/freelicenseCounters", writer.href(tenant)));
    counters.r#type = Some("FreeLicenseCounters".to_owned());
    counters.links = vec![writer.to("Up", tenant, Form::Entity)];
    counters.rental_vm_backup_count = count("BackupCount");
    counters.rental_workstation_backup_count = count("WorkStationBackupCount");
    counters.rental_server_backup_count = count("ServerBackupCount");
    counters.new_vm_backup_count = Some(0);
    counters.new_workstation_backup_count = Some(0);
    counters.new_server_backup_count = Some(0);
    counters.new_vm_replica_count = Some(0);
    Ok(call.media.reply(StatusCode::OK, &counters))
}
