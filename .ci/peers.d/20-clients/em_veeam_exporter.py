"""PyPI's `veeam-exporter`: all the metrics that it ships with, collected once from a simulated Enterprise Manager."""
import os
import re
import subprocess
import sys
import veeam_exporter

base, user, password, work = sys.argv[1:5]
host, port = base.removeprefix("http://").rsplit(":", 1)
os.makedirs(work)
metrics = os.path.join(os.path.dirname(veeam_exporter.__file__), "conf", "metrics", "*_metrics.yml")
config = os.path.join(work, "config.yml")
log = os.path.join(work, "log.txt")
with open(config, "w") as file:
    file.write(f"""
veeams:
  - {{host: {host}, port: {port}, user: {user}, password: {password}, protocol: http, verify_ssl: false, timeout: 20}}
weblisten: {{address: 127.0.0.1, port: 0}}
logger: {{level: info, facility: {log}}}
metrics_file: "{metrics}"
""")
command = os.path.join(os.path.dirname(sys.executable), "veeam_exporter")
done = subprocess.run([command, "-c", config, "-n", "-v"], capture_output=True, text=True, timeout=120)
said = done.stdout + done.stderr
found = set(re.findall(r"- (veeam_em_\w+?)(?:\{[^}]*\})? -?[0-9.e+]+$", said, re.M))
families = ("backup_servers", "overview_repositories", "jobs_sessions", "agents", "overview_vms")
print("veeam-exporter:", len(found), "metrics")
for family in families:
    if not any(family in name for name in found):
        sys.exit(f"no metric of {family}:\n" + "\n".join(sorted(found)) + "\n" + said[-3000:])
for line in said.splitlines():
    if "level=ERROR" in line or "Traceback" in line:
        sys.exit(said[-3000:])
