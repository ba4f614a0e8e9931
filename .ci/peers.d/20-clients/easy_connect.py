"""PyPI's `veeam-easy-connect`: logon over TLS to a simulated Enterprise Manager and a simulated VB365, and a listing of each."""
import sys
from veeam_easy_connect import VeeamEasyConnect

em, vb365, user, password = sys.argv[1:5]
host, port = em.removeprefix("https://").rsplit(":", 1)
client = VeeamEasyConnect(user, password, False).ent_man()
client.update_port(port)
client.login(host)
jobs = client.get("jobs", full=False)["Refs"]
assert jobs, "no jobs"
host, port = vb365.removeprefix("https://").rsplit(":", 1)
client = VeeamEasyConnect(user, password, False).o365()
client.update_port(port)
client.login(host)
organizations = client.get("Organizations", full=False)  # v6 answers with a bare array
assert organizations, "no organizations"
print("veeam-easy-connect:", len(jobs), "jobs,", len(organizations), "organizations")
