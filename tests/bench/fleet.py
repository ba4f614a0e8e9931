#!/usr/bin/env python3
"""What a fleet costs its client: `usage` of many Enterprise Managers over TLS, with another build of the command as peer.

    python3 tests/bench/fleet.py [--servers 1000] [--runs 3] [--tenants 24] target/release/backhaul

`BASE=/path/to/an/older/backhaul` measures that command in turn with the first. The simulator is one process that listens on
all of loopback, so that each profile has an address, and a session, of its own; what it costs is not measured.
"""
import argparse
import json
import os
import pathlib
import selectors
import statistics
import subprocess
import tempfile
import time
import uuid


def estate(tenants):
    """A provider: one repository of which each tenant has a part."""
    server, repository = str(uuid.uuid4()), str(uuid.uuid4())
    quota = {"RepositoryUid": f"urn:veeam:Repository:{repository}", "Quota": 102400, "UsedQuota": 51200}
    tenant = lambda at: {
        "backupServer": server,
        "UID": f"urn:veeam:CloudTenant:{uuid.uuid4()}",
        "Name": f"Tenant {at}",
        "Enabled": True,
        "Resources": {"CloudTenantResources": [{"Id": str(uuid.uuid4()), "RepositoryQuota": quota | {"DisplayName": f"Cloud {at}"}}]},
    }
    return {
        "em": {
            "backupServers": [{"UID": f"urn:veeam:BackupServer:{server}", "Name": "backup1", "Port": 9392}],
            "repositories": [
                {
                    "backupServer": server,
                    "UID": f"urn:veeam:Repository:{repository}",
                    "Name": "Cloud",
                    "Capacity": 10 << 40,
                    "FreeSpace": 3 << 40,
                    "Kind": "WinLocal",
                }
            ],
            "tenants": [tenant(at) for at in range(tenants)],
        }
    }


def measured(command, environment):
    """CPU seconds, peak memory in MB, seconds to the first row, seconds in all, and rows."""
    began, first, rows = time.monotonic(), None, 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            selector.register(stream, selectors.EVENT_READ)
        errors = b""
        while selector.get_map():
            for key, _ in selector.select():
                part = os.read(key.fd, 1 << 16)
                if not part:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    errors += part
                else:
                    first = first or time.monotonic() - began
                    rows += part.count(b"\n")
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}: {errors[-2000:].decode()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, first, time.monotonic() - began, rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("command")
    arguments.add_argument("--servers", type=int, default=1000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--tenants", type=int, default=24, help="rows of each server; 0 for the demo's estate")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "estate.json").write_text(json.dumps(estate(given.tenants)))
        (work / "password").touch(mode=0o600)
        (work / "password").write_text("password\n")
        holds = ["--estate", work / "estate.json"] if given.tenants else []
        listens = ["--em", "0.0.0.0:0", "--announce", "json"]
        simulator = subprocess.Popen([given.command, "sim", *listens, *holds], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            port = json.loads(simulator.stdout.readline())["em"].rsplit(":", 1)[1].rstrip("/")
            (work / "config.toml").write_text(
                "".join(
                    f'[profiles.em{at:05}]\nsystem = "em"\nurl = "https://127.{1 + at // 62500}.{at // 250 % 250}.{1 + at % 250}:{port}"\n'
                    f'user = "admin"\npassword_file = "{work}/password"\ninsecure = true\n'
                    for at in range(given.servers)
                )
            )
            environment = os.environ | {"BACKHAUL_CONFIG": str(work / "config.toml"), "HOME": folder}
            commands = {"now": given.command} | ({"base": os.environ["BASE"]} if os.environ.get("BASE") else {})
            found = {name: [] for name in commands}
            for _ in range(given.runs):
                for name, command in commands.items():
                    all_profiles = [word for at in range(given.servers) for word in ("-p", f"em{at:05}")]
                    found[name].append(measured([command, "usage", *all_profiles, "-o", "ndjson"], environment))
        finally:
            simulator.terminate()
            simulator.wait()
    middle = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in found.items()}
    for name, (cpu, memory, first, wall, rows) in middle.items():
        print(f"{name:>5}: {rows:.0f} rows, {cpu:.2f} s of CPU, {memory:.0f} MB, first row after {first:.2f} s, {wall:.1f} s in all")
    if "base" in middle:
        cpu, memory = (middle["now"][at] / middle["base"][at] for at in (0, 1))
        print(f"ratio: CPU {cpu:.2f}, memory {memory:.2f}")


main()
