"""PyPI's `veeam-365`: every operation of v6, v7 and v8 that lists something and needs no parameter. Its generated models decode each
answer, so a member of the wrong type fails here."""
import asyncio
import importlib
import inspect
import pkgutil
import sys
from veeam_365.client import VeeamClient, _import_with_unset_patch

base, user, password, member = sys.argv[1:5]
# These are for an organization's own account; the others are for the administrator.
OWN = ("organization_get_current_organization", "organization_rbac_get_logged_in_user")
# The package was made from a newer document of v8 than the newest that the vendor's own pages print.
NEWER = {"v8": ("repository_maintenance_sessions_get",)}

# Known to fail, and why.
KNOWN = {"v6": {"data_retrieval_session_get": "the vendor's document has a comma inside an enum's value: see findings/"}}


async def version(name, account, own):
    async with VeeamClient(base, account, password, name, verify_ssl=False) as client:
        package = importlib.import_module(client.package + ".api")
        tried, failed = 0, []
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            leaf = found.name.rsplit(".", 1)[1]
            if found.ispkg or "get" not in leaf or leaf.startswith(OWN) != own or leaf in NEWER.get(name, ()) or leaf in KNOWN.get(name, {}):
                continue
            module = _import_with_unset_patch(found.name, client.package)
            if not hasattr(module, "asyncio_detailed"):
                continue
            parameters = inspect.signature(module.asyncio_detailed).parameters.values()
            if any(p.default is p.empty and p.name != "client" for p in parameters):
                continue
            tried += 1
            try:
                answer = await client.call(module.asyncio_detailed)
                if int(answer.status_code) >= 400:
                    failed.append((found.name, int(answer.status_code), bytes(answer.content)[:200]))
            except Exception as error:  # every kind of failure is a finding here
                failed.append((found.name, type(error).__name__, str(error)[:300]))
        print("veeam-365", name, "own" if own else "administrator", tried, "listings,", len(failed), "failed")
        for failure in failed:
            print("  ", *failure)
        return tried, failed


async def main():
    bad = 0
    for name in ("v6", "v7", "v8"):
        for account, own, least in ((user, False, 30), (member, True, 3)):
            tried, failed = await version(name, account, own)
            assert tried >= least, "the package offers other names now"
            bad += len(failed)
    sys.exit(1 if bad else 0)


asyncio.run(main())
