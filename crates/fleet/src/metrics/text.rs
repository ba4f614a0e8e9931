//! Prometheus' text format 0.0.4 and OpenMetrics 1.0, which differ in little.

use std::collections::HashSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Metrics, Server};
use crate::jobs::JobRun;
use crate::row::{Key, Row};

/// A form of metrics as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Exposition {
    /// Prometheus' own, which every scraper reads.
    #[default]
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Exposition {
    /// What a scraper that sends this `Accept` header wants most; Prometheus' own when it does not care.
    #[must_use]
    pub fn negotiate(accept: &str) -> Self {
        let weight = |media: &str| {
            let of = |part: &str| {
                let mut words = part.split(';').map(str::trim);
                let is = words.next().is_some_and(|name| name.eq_ignore_ascii_case(media));
                // A version that is asked for must be one that is spoken.
                let (mut quality, mut known) = (1.0, true);
                for word in words {
                    match word.split_once('=').map(|(name, value)| (name.trim(), value.trim().trim_matches('"'))) {
                        Some(("q", value)) => quality = value.parse().unwrap_or(0.0),
                        Some(("version", value)) => known = ["0.0.1", "1.0.0", "0.0.4"].contains(&value),
                        _ => {}
                    }
                }
                (is && known).then_some(quality)
            };
            accept.split(',').filter_map(of).fold(0.0_f64, f64::max)
        };
        let open = weight("application/openmetrics-text");
        let plain = weight("text/plain").max(weight("text/*")).max(weight("*/*"));
        if open > 0.0 && open >= plain { Self::OpenMetrics } else { Self::Prometheus }
    }

    /// The `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

type OfServer = fn(&Server) -> Option<f64>;

/// What is told of each server: a counter when its name ends in `_total`, else a gauge.
const SERVERS: [(&str, &str, OfServer); 6] = [
    ("backhaul_up", "Whether the last collection of the server gave anything.", |it| Some(f64::from(u8::from(it.up)))),
    ("backhaul_partial", "Whether a part of the last collection failed, so that numbers may be missing.", |it| {
        Some(f64::from(u8::from(it.partial)))
    }),
    ("backhaul_collection_duration_seconds", "How long the last collection took.", |it| Some(it.took.as_secs_f64())),
    ("backhaul_last_collection_timestamp_seconds", "When the last collection that gave anything began.", |it| {
        it.collected_at.map(|at| at.as_second() as f64)
    }),
    ("backhaul_collections_total", "Collections since the exporter began.", |it| Some(it.collections as f64)),
    ("backhaul_collection_errors_total", "What gave no answer since the exporter began.", |it| Some(it.errors as f64)),
];

type OfJob = fn(&JobRun) -> Option<i64>;

/// What is told of each job. `job` would be taken for the scraper's own label.
const JOBS: [(&str, &str, OfJob); 2] = [
    ("backhaul_job_last_result", "How the job's last run ended: 0 success, 1 warning, 2 failed.", |run| {
        let words = ["Success", "Warning", "Failed"];
        words.iter().position(|word| run.result.as_deref() == Some(word)).and_then(|at| i64::try_from(at).ok())
    }),
    ("backhaul_job_last_run_timestamp_seconds", "When the job's last run that came to an end began.", |run| {
        run.started.map(Timestamp::as_second)
    }),
];

type OfRow = fn(&Row) -> Option<i64>;

/// What is told of each repository, once.
const REPOSITORIES: [(&str, &str, OfRow); 5] = [
    ("backhaul_repository_capacity_bytes", "The size of the repository's volume.", |row| row.capacity_bytes),
    ("backhaul_repository_free_bytes", "The free space of the repository's volume.", |row| row.free_bytes),
    ("backhaul_repository_available", "Whether the repository can be used.", |row| row.available.map(i64::from)),
    ("backhaul_object_storage_used_bytes", "What the object storage behind the repository holds.", |row| {
        row.object_storage_taken_bytes
    }),
    ("backhaul_object_storage_limit_bytes", "The limit that is set for the object storage.", |row| {
        row.object_storage_limit_bytes
    }),
];

/// What is told of repositories that no tenant has a part of.
const UNSHARED: (&str, &str, OfRow) =
    ("backhaul_repository_used_bytes", "What backups take where no tenant has a part.", |row| row.used_bytes);

/// What is told of each tenant on each repository.
const TENANTS: [(&str, &str, OfRow); 4] = [
    ("backhaul_tenant_used_bytes", "What the tenant uses; a subtenant's is inside its tenant's.", |row| row.used_bytes),
    ("backhaul_tenant_object_storage_bytes", "The part of it in object storage.", |row| row.object_storage_bytes),
    ("backhaul_tenant_cache_bytes", "What the local cache of object storage takes.", |row| row.cache_bytes),
    ("backhaul_tenant_quota_bytes", "How much the tenant may use.", |row| row.quota_bytes),
];

pub(super) fn write(metrics: &Metrics, exposition: Exposition, now: Timestamp) -> String {
    let mut out = String::new();
    family(&mut out, exposition, "backhaul_build_info", "The release of the exporter.");
    let _ = writeln!(out, "backhaul_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
    for (name, help, value) in SERVERS {
        family(&mut out, exposition, name, help);
        for (server, state) in &metrics.servers {
            let Some(value) = value(state) else { continue };
            out.push_str(name);
            labels(&mut out, &[("system", Some(state.system.name())), ("server", Some(server))]);
            let _ = writeln!(out, " {value}");
        }
    }
    let fresh: Vec<(&String, &Server)> = metrics.fresh(now).collect();
    jobs(&mut out, exposition, &fresh);
    let rows: Vec<&Row> = fresh.iter().flat_map(|(_, server)| &server.rows).collect();
    let mut seen = HashSet::new();
    let first: Vec<&Row> =
        rows.iter().copied().filter(|row| repository(row).is_some_and(|it| seen.insert(it))).collect();
    for (name, help, value) in REPOSITORIES {
        samples(&mut out, exposition, (name, help), &first, value, of_repository);
    }
    let (tenants, unshared): (Vec<&Row>, Vec<&Row>) = rows.iter().copied().partition(|row| row.tenant_kind.is_some());
    let (name, help, value) = UNSHARED;
    samples(&mut out, exposition, (name, help), &unshared, value, of_repository);
    for (name, help, value) in TENANTS {
        samples(&mut out, exposition, (name, help), &tenants, value, of_tenant);
    }
    if exposition == Exposition::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

fn jobs(out: &mut String, exposition: Exposition, servers: &[(&String, &Server)]) {
    for (name, help, value) in JOBS {
        family(out, exposition, name, help);
        for (server, state) in servers {
            for run in &state.jobs {
                let Some(value) = value(run) else { continue };
                let id = run.job_id.as_deref();
                out.push_str(name);
                let system = ("system", Some(state.system.name()));
                labels(out, &[system, ("server", Some(server)), ("job_name", run.job.as_deref()), ("job_id", id)]);
                let _ = writeln!(out, " {value}");
            }
        }
    }
}

fn family(out: &mut String, exposition: Exposition, name: &str, help: &str) {
    // OpenMetrics calls a counter's family by the name without the ending.
    let (name, kind) = match (name.strip_suffix("_total"), exposition) {
        (Some(short), Exposition::OpenMetrics) => (short, "counter"),
        (Some(_), Exposition::Prometheus) => (name, "counter"),
        (None, _) => (name, "gauge"),
    };
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn samples(
    out: &mut String,
    exposition: Exposition,
    (name, help): (&str, &str),
    rows: &[&Row],
    value: OfRow,
    labels: fn(&mut String, &Row),
) {
    family(out, exposition, name, help);
    for row in rows {
        let Some(value) = value(row) else { continue };
        out.push_str(name);
        labels(out, row);
        let _ = writeln!(out, " {value}");
    }
}

/// What a repository's capacity is told once for.
fn repository(row: &Row) -> Option<(&str, Key)> {
    row.repository_key().map(|key| (row.server.as_str(), key))
}

fn of_repository(out: &mut String, row: &Row) {
    labels(
        out,
        &[
            ("system", Some(&row.system)),
            ("server", Some(&row.server)),
            ("repository", row.repository.as_deref()),
            ("repository_id", row.repository_id.as_deref()),
        ],
    );
}

fn of_tenant(out: &mut String, row: &Row) {
    labels(
        out,
        &[
            ("system", Some(&row.system)),
            ("server", Some(&row.server)),
            ("tenant", row.tenant.as_deref()),
            ("tenant_id", row.tenant_id.as_deref()),
            ("tenant_kind", row.tenant_kind.as_deref()),
            ("parent_tenant", row.parent_tenant.as_deref()),
            ("repository", row.repository.as_deref()),
            ("repository_id", row.repository_id.as_deref()),
            ("quota_id", row.quota_id.as_deref()),
        ],
    );
}

/// Labels in braces; an empty one is the same as none, to Prometheus.
fn labels(out: &mut String, labels: &[(&str, Option<&str>)]) {
    let mut before = '{';
    for (name, value) in labels {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        out.push(before);
        before = ',';
        out.push_str(name);
        out.push_str("=\"");
        for c in value.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                c => out.push(c),
            }
        }
        out.push('"');
    }
    out.push('}');
}
