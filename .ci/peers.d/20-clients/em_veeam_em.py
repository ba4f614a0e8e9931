"""PyPI's `veeam-em`: accounts, roles, scopes and hierarchy of a simulated Enterprise Manager."""
import sys
from veeam_em.manager import VeeamEm

base, user, password = sys.argv[1:4]
em = VeeamEm(api_endpoint=base, ssl_verify=False)
em.get_token(user, password)
assert em.whoami()["UserName"].lower().endswith(user), em.whoami()
assert em.get_logon_sessions(), "no session"
roles = em.get_roles()
assert roles, "no roles"
accounts = em.get_accounts()
before = len(accounts)
for account in accounts:
    uuid = account["UUID"]
    assert em.get_account(uuid)["UID"] == account["UID"]
    assert em.get_account_roles(uuid) is not None
    assert em.get_account_scopes(uuid) is not None
roots = em.get_hierarchy_roots()
assert roots, "no hierarchy roots"
assert em.get_hierarchy_root(roots[0]["UUID"])["UID"] == roots[0]["UID"]
assert em.get_hierarchy_roots_by_name(roots[0]["Name"])
assert em.get_roles_by_name(roles[0]["Name"])
assert before == len(em.get_accounts())
print("veeam-em:", before, "accounts,", len(roles), "roles,", len(roots), "hierarchy roots")
