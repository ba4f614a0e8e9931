//! Accounts, roles, and what accounts may restore.

use backhaul_models::em::{
    EnterpriseAccount, EnterpriseAccountHierarchyScope, EnterpriseAccountHierarchyScopes, EnterpriseAccountInRole,
    EnterpriseAccountInRoleList, EnterpriseAccounts, EnterpriseRole, EnterpriseRoles,
};

use super::links::{ALTERNATE, DELETE, action, down, own};
use super::{ResourceType, below};

pub(super) static KINDS: &[ResourceType] = &[
    ResourceType::new::<EnterpriseAccount, EnterpriseAccounts>("security/accounts", "EnterpriseAccountReference")
        .links(&[
            ALTERNATE,
            down("EnterpriseAccountInRoleList", "/roles"),
            own("Create", "EnterpriseAccountInRole", "/roles"),
            down("EnterpriseAccountHierarchyScopeList", "/scopes"),
            own("Create", "EnterpriseAccountHierarchyScope", "/scopes"),
            own(DELETE, "", ""),
            action("ToggleRestoreScopesEnabled", ""),
        ])
        .subs(&[below("roles", "EnterpriseAccountInRole"), below("scopes", "EnterpriseAccountHierarchyScope")]),
    ResourceType::new::<EnterpriseRole, EnterpriseRoles>("security/roles", "EnterpriseRoleReference")
        .links(&[ALTERNATE]),
    ResourceType::under::<EnterpriseAccountInRole, EnterpriseAccountInRoleList>("EnterpriseAccount", "roles", "")
        .plain("RoleName")
        .links(&[own(DELETE, "", "")]),
    ResourceType::under::<EnterpriseAccountHierarchyScope, EnterpriseAccountHierarchyScopes>(
        "EnterpriseAccount",
        "scopes",
        "",
    )
    .plain("Name")
    .links(&[own(DELETE, "", "")]),
];
