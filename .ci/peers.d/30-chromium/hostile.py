"""Writes an estate whose tenants are called what nobody should call a tenant."""
import json
import sys
import uuid

NAMES = [
    "<script>document.title='hacked'</script>",
    "\"><img src=x onerror=\"document.title='hacked'\">",
    "exe\u202egpj",
    "مؤسسة النسخ الاحتياطي",
    "W" * 200,
    "</table></style></script><!--",
    "a&amp;b",
    "'; background: url(//x) '",
]
TIB = 1 << 40
server, repository = str(uuid.uuid4()), str(uuid.uuid4())


def tenant(at):
    name = NAMES[at] if at < len(NAMES) else f"Tenant {at}"
    quota = {
        "DisplayName": name,
        "RepositoryUid": f"urn:veeam:Repository:{repository}",
        "Quota": 102400,
        "UsedQuota": 3300 * at,
    }
    return {
        "backupServer": server,
        "UID": f"urn:veeam:CloudTenant:{uuid.uuid4()}",
        "Name": name,
        "Enabled": True,
        "Resources": {"CloudTenantResources": [{"Id": str(uuid.uuid4()), "RepositoryQuota": quota}]},
    }


estate = {
    "em": {
        "backupServers": [{"UID": f"urn:veeam:BackupServer:{server}", "Name": "backup1", "Port": 9392}],
        "repositories": [
            {
                "backupServer": server,
                "UID": f"urn:veeam:Repository:{repository}",
                "Name": NAMES[1],
                "Capacity": 10 * TIB,
                "FreeSpace": 3 * TIB,
                "Kind": "WinLocal",
            }
        ],
        "tenants": [tenant(at) for at in range(30)],
    }
}
json.dump(estate, open(sys.argv[1], "w"))
