//! Accounts, roles, and what accounts may restore.

use backhaul_models::em::{
    EnterpriseAccount, EnterpriseAccountHierarchyScope, EnterpriseAccountHierarchyScopes, EnterpriseAccountInRole,
    EnterpriseAccountInRoleList, EnterpriseAccounts, EnterpriseRole, EnterpriseRoles,
};

use super::links::{ALTERNATE, DELETE, action, down, own};
use super::{Kind, below};

pub(super) static KINDS: &[Kind] = &[
    Kind::new::<EnterpriseAccount, EnterpriseAccounts>("security/accounts", "EnterpriseAccountReference")
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
    Kind::new::<EnterpriseRole, EnterpriseRoles>("security/roles", "EnterpriseRoleReference").links(&[ALTERNATE]),
    Kind::under::<EnterpriseAccountInRole, EnterpriseAccountInRoleList>("EnterpriseAccount", "roles", "")
        .plain("RoleName")
        .links(&[own(DELETE, "", "")]),
    Kind::under::<EnterpriseAccountHierarchyScope, EnterpriseAccountHierarchyScopes>("EnterpriseAccount", "scopes", "")
        .plain("Name")
        .links(&[own(DELETE, "", "")]),
];
