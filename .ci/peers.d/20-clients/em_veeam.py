"""PyPI's `veeam`: every read that it offers, against a simulated Enterprise Manager. Its logon asks for API version 1.4, which
no server in use has: the version in the URL is corrected, as its users must."""
import sys
import requests
from veeam.client import VeeamClient

base, user, password = sys.argv[1:4]


class Session(requests.Session):
    def request(self, method, url, **more):
        return super().request(method, url.replace("v=v1_4", "v=latest"), **more)


client = VeeamClient(base + "/api", user, password, session=Session())
jobs = client.get_jobs()["Refs"]
assert jobs, "no jobs"
job = client.get_job(jobs[0]["UID"].rsplit(":", 1)[1])
assert job["Name"] == jobs[0]["Name"], job
backups = client.get_backups()["Refs"]
backup = backups[0]["UID"].rsplit(":", 1)[1]
assert client.get_backup(backup)["Name"] == backups[0]["Name"]
points = client.get_restore_points(backup)
assert points, points
for report in ("get_repo_summary", "get_vms_processed_day", "get_summary_job_stats", "get_summary_vms", "get_summary_overview"):
    assert getattr(client, report)(), report
for repository in client.get_repos():
    assert 0 <= repository["percentage_free"] <= 100, repository
assert client.get_jobs_1_day(), "no session of the last day"
failed = client.get_failed_jobs()
assert failed and all(session["Result"] == "Failed" for session in failed), failed
persistent = client.get_persistently_failed_jobs()
# The client adds a member to each of them.
assert {session["UID"] for session in persistent} <= {session["UID"] for session in failed}, persistent
sessions = client.get_backup_sessions(jobs[0]["UID"].rsplit(":", 1)[1])["BackupJobSessions"]
assert [s["CreationTimeUTC"] for s in sessions] == sorted((s["CreationTimeUTC"] for s in sessions), reverse=True)
client.logout()
assert client.session.get(base + "/api/jobs").status_code in (401, 403), "logged out, and still answered"
print("veeam:", len(jobs), "jobs,", len(failed), "failed sessions of the last day,", len(sessions), "sessions of the first job")
