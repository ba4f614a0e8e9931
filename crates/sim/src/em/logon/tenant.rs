//! The logons of a provider's tenants.

use backhaul_models::em::LoginSpec;
use backhaul_wire::Secret;

use super::wrong;
use crate::em::account::{Account, Who};
use crate::em::store::Record;
use crate::em::{Call, Refusal, value};

/// Where a tenant's own password stands.
const PASSWORDS: [&str; 2] = ["Password", "TenantType.StandaloneTenant.TenantCredentials.Password"];

/// The account that a `LoginSpec` names.
pub(super) fn by_body(call: &Call<'_>) -> Result<Account, Refusal> {
    let spec: LoginSpec = call.body()?;
    if let Some(tenant) = spec.tenant_credentials {
        let user = tenant.username.unwrap_or_default();
        let password = tenant.password.as_ref().map_or("", Secret::expose);
        return account(call, &user, password).ok_or_else(wrong);
    }
    let Some(organization) = spec.v_cloud_organization_credentials else {
        return Err(Refusal::bad("LoginSpec holds neither TenantCredentials nor VCloudOrganizationCredentials."));
    };
    let name = organization.organization_name.unwrap_or_default();
    let of = |tenant: &&Record| {
        let known = value::text(tenant.body.as_ref(), "TenantType.vCloudTenant.OrganizationName");
        known.is_some_and(|known| known.eq_ignore_ascii_case(&name))
    };
    let password = organization.password.as_ref().map_or("", Secret::expose);
    let tenant = call.backend.store.all("CloudTenant").find(of).filter(|tenant| opens(call, tenant, password));
    tenant.map(|tenant| session(tenant, organization.login.unwrap_or_default())).ok_or_else(wrong)
}

/// The tenant with this name and password.
pub(super) fn account(call: &Call<'_>, user: &str, password: &str) -> Option<Account> {
    let is = |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(user));
    let credentials = "TenantType.StandaloneTenant.TenantCredentials.Username";
    let mut tenants = call.backend.store.all("CloudTenant");
    let tenant = tenants.find(|it| is(it.name()) || is(value::text(it.body.as_ref(), credentials)))?;
    opens(call, tenant, password).then(|| session(tenant, user.to_owned()))
}

/// Whether this is the tenant's password: their own, or the simulator's where the estate gives none. A tenant that is
/// disabled has none.
fn opens(call: &Call<'_>, tenant: &Record, password: &str) -> bool {
    let body = tenant.body.as_ref();
    let disabled = !body.path("Enabled").is_absent() && !value::flag(body, "Enabled");
    let own = PASSWORDS.iter().filter_map(|path| value::secret(body, path)).find(|own| !own.is_empty());
    !disabled && password == own.unwrap_or(&call.em.common.password)
}

fn session(tenant: &Record, user: String) -> Account {
    Account { user, who: Who::Tenant(tenant.id.clone()) }
}
