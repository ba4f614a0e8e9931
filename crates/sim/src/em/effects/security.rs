//! Accounts, the roles that they are in, and what they may restore.

use backhaul_models::em::{
    EnterpriseAccount, EnterpriseAccountCreateSpec, EnterpriseAccountHierarchyScope, EnterpriseAccountInRole,
    EnterpriseAccountInRoleCreateSpec, HierarchyScopeCreateSpec, HierarchyScopeItem, RebuildScopeJobSpec,
};
use backhaul_wire::Id;
use http::StatusCode;

use super::create::New;
use crate::em::lookup::Reference;
use crate::em::resource_types;
use crate::em::store::{Owner, Record};
use crate::em::tasks::Done;
use crate::em::value::{flag, set};
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// `POST /security/accounts`.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let spec: EnterpriseAccountCreateSpec = call.body()?;
    let mut roles = Vec::new();
    for role in &spec.roles {
        roles.push(role_of(call, role.enterprise_role_uid.as_ref())?);
    }
    let mut account = EnterpriseAccount::default();
    account.name = spec.account_name;
    account.account_type = spec.account_type;
    account.allow_restore_all_vms = spec.allow_restore_all_vms.or(Some(true));
    let account = New::of("EnterpriseAccount", account, Vec::new()).put(call.backend).map_err(Refusal::bad)?;
    for role in roles {
        put_role(call, &account, &role);
    }
    for item in &spec.hierarchy_scope_objects {
        put_scope(call, account.as_owner(), item)?;
    }
    Ok(Reply::empty(StatusCode::CREATED))
}

/// `POST /security/accounts/{ID}`: turns the restriction to scopes on and off.
pub(super) fn toggle(call: &mut Call<'_>) -> Answer {
    let account = call.subject("EnterpriseAccount")?.clone();
    call.backend.store.edit(account.kind.name, &account.id, |body| {
        let all = !flag(body, "AllowRestoreAllVms");
        set(body, "AllowRestoreAllVms", all);
    });
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn role_of(call: &Call<'_>, uid: Option<&Id>) -> Result<Record, Refusal> {
    let role = call.mentioned("EnterpriseRole", uid)?;
    call.backend.store.get(role.kind, &role.id).cloned().ok_or_else(|| call.nothing())
}

/// Puts an account into a role.
fn put_role(call: &mut Call<'_>, account: &Record, role: &Record) {
    let Some(kind) = resource_types::find("EnterpriseAccountInRole") else { return };
    let mut body = EnterpriseAccountInRole::default();
    body.role_name = role.name().map(str::to_owned);
    let id = call.backend.new_guid();
    let owners = vec![account.as_owner(), role.as_owner()];
    call.backend.store.put(Record { kind, id: id.into(), body: std::sync::Arc::new(body), owners });
}

/// `POST /security/accounts/{ID}/roles`.
pub(super) fn add_role(call: &mut Call<'_>) -> Answer {
    let spec: EnterpriseAccountInRoleCreateSpec = call.body()?;
    let account = call.subject("EnterpriseAccount")?.clone();
    let role = role_of(call, spec.enterprise_role_uid.as_ref())?;
    let is_in = |it: &Record| it.belongs_to(&account) && it.belongs_to(&role);
    if call.backend.store.all("EnterpriseAccountInRole").any(is_in) {
        return Err(Refusal::bad(format!("The account is in the role {} already.", role.name().unwrap_or_default())));
    }
    put_role(call, &account, &role);
    Ok(Reply::empty(StatusCode::CREATED))
}

/// `POST /security/accounts/{ID}/scopes`.
pub(super) fn add_scopes(call: &mut Call<'_>) -> Answer {
    let spec: HierarchyScopeCreateSpec = call.body()?;
    let account = call.subject("EnterpriseAccount")?.as_owner();
    for item in &spec.hierarchy_scope_items {
        put_scope(call, account.clone(), item)?;
    }
    Ok(Reply::empty(StatusCode::CREATED))
}

fn put_scope(call: &mut Call<'_>, account: Owner, item: &HierarchyScopeItem) -> Result<(), Refusal> {
    let text = item.hierarchy_obj_ref.as_ref().map_or("", Id::as_str);
    let reference = Reference::parse(text).ok_or_else(|| {
        Refusal::bad(format!("HierarchyObjRef: {text} is not of the form urn:VMware:Vm:<root>.<object>."))
    })?;
    let mut scope = EnterpriseAccountHierarchyScope::default();
    scope.name = item.object_name.clone();
    scope.hierarchy_root_name = Some(reference.root.to_owned());
    scope.platform = Some(reference.platform.into());
    scope.hierarchy_object_type = Some(reference.kind.to_owned());
    scope.state = Some("Unprocessed".into());
    New::of("EnterpriseAccountHierarchyScope", scope, vec![account]).put(call.backend).map(|_| ()).map_err(Refusal::bad)
}

/// `POST /security/accounts?action=rebuildScope`: scopes that were not processed are.
pub(super) fn rebuild_scope(call: &mut Call<'_>) -> Answer {
    let spec: RebuildScopeJobSpec = call.body()?;
    if spec.rebuild_all.is_none() && spec.rebuild_unprocessed.is_none() && spec.rebuild_for_current_user.is_none() {
        return Err(Refusal::bad("RebuildScopeJobSpec says nothing of what to rebuild."));
    }
    call.begin(
        "StartRebuildScope",
        Box::new(|backend| {
            let all: Vec<_> = backend.store.all("EnterpriseAccountHierarchyScope").map(|it| it.id.clone()).collect();
            for id in all {
                backend.store.edit("EnterpriseAccountHierarchyScope", &id, |body| set(body, "State", "Processed"));
            }
            Ok(Done::default())
        }),
    )
}
