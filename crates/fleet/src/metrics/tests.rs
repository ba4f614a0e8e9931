use super::*;
use crate::problem::{Cause, Problem};

/// 2026-10-01.
const START: i64 = 1_790_812_800;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap_or_default()
}

fn row(server: &str, tenant: Option<&str>, repository: &str) -> Row {
    Row {
        system: "em".to_owned(),
        server: server.to_owned(),
        tenant: tenant.map(str::to_owned),
        tenant_kind: tenant.map(|_| "tenant".to_owned()),
        repository: Some(repository.to_owned()),
        repository_id: Some(format!("ID-{repository}")),
        used_bytes: Some(100),
        quota_bytes: tenant.map(|_| i64::MAX),
        capacity_bytes: Some(1000),
        free_bytes: Some(300),
        collected_at: Some(at(0)),
        ..Row::default()
    }
}

fn answer(server: &str, rows: Vec<Row>, problems: Vec<Problem>) -> Answer {
    Answer {
        server: server.to_owned(),
        system: System::Em,
        address: String::new(),
        rows,
        jobs: vec![JobRun {
            system: System::Em,
            server: server.to_owned(),
            job: Some("Daily \"A\"".to_owned()),
            result: Some("Warning".to_owned()),
            reason: None,
            started: Some(at(-60)),
            ended: Some(at(-30)),
            state: "Ended",
            kind: None,
            job_id: None,
            session_id: None,
        }],
        problems,
        repeated: 0,
        collected_at: at(0),
        took: Duration::from_millis(1500),
    }
}

fn late() -> Problem {
    Problem::whole(Cause::Deadline(Duration::from_secs(1)))
}

fn three() -> Metrics {
    let mut metrics = Metrics::new().stale_after(Duration::from_secs(600));
    let hostile = "a\"b\\c\nd{e=\"f\"} 1";
    metrics.take(answer("good", vec![row("good", Some("t"), "r"), row("good", Some(hostile), "r")], Vec::new()));
    metrics.take(answer("half", vec![row("half", None, "r")], vec![Problem { part: Some("p".to_owned()), ..late() }]));
    metrics.failed("none", System::Vb365);
    metrics
}

#[test]
fn both_forms_say_the_same() {
    let metrics = three();
    let (plain, open) = (metrics.text(Exposition::Prometheus, at(1)), metrics.text(Exposition::OpenMetrics, at(1)));
    assert_eq!(plain.lines().count() + 1, open.lines().count());
    assert!(open.ends_with("# EOF\n") && !plain.contains("EOF"));
    assert!(open.contains("# TYPE backhaul_collections counter\nbackhaul_collections_total{"), "{open}");
    let wanted = [
        "backhaul_up{system=\"em\",server=\"good\"} 1\n",
        "backhaul_up{system=\"vb365\",server=\"none\"} 0\n",
        "backhaul_partial{system=\"em\",server=\"half\"} 1\n",
        "backhaul_collection_duration_seconds{system=\"em\",server=\"good\"} 1.5\n",
        "backhaul_last_collection_timestamp_seconds{system=\"em\",server=\"good\"} 1790812800\n",
        "backhaul_collection_errors_total{system=\"vb365\",server=\"none\"} 1\n",
        "backhaul_repository_used_bytes{system=\"em\",server=\"half\",repository=\"r\",repository_id=\"ID-r\"} 100\n",
        "tenant=\"a\\\"b\\\\c\\nd{e=\\\"f\\\"} 1\"",
        "backhaul_job_last_result{system=\"em\",server=\"good\",job_name=\"Daily \\\"A\\\"\"} 1\n",
        "backhaul_job_last_run_timestamp_seconds{system=\"em\",server=\"half\",job_name=\"Daily \\\"A\\\"\"} 1790812740\n",
        // No float on the way: the last digit is there.
        " 9223372036854775807\n",
    ];
    for text in wanted {
        assert!(plain.contains(text) && open.contains(text), "{text}\n{plain}");
    }
    assert!(!plain.contains("backhaul_last_collection_timestamp_seconds{system=\"vb365\""));
}

#[test]
fn a_repository_s_capacity_is_told_once() {
    let text = three().text(Exposition::Prometheus, at(1));
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let capacities = samples.iter().filter(|line| line.starts_with("backhaul_repository_capacity_bytes")).count();
    assert_eq!(capacities, 2);
    let names: std::collections::HashSet<&str> =
        samples.iter().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
    assert_eq!(names.len(), samples.len(), "a sample twice: {text}");
}

#[test]
fn what_a_server_said_before_it_failed_is_not_shown_again() {
    let mut metrics = three();
    assert!(metrics.text(Exposition::Prometheus, at(600)).contains("tenant=\"t\""));
    // Nobody said that it failed, and nobody said anything for too long.
    let stale = metrics.text(Exposition::Prometheus, at(601));
    assert!(
        !stale.contains("tenant=\"t\"")
            && !stale.contains("job_name=")
            && stale.contains("backhaul_last_collection_timestamp_seconds"),
        "{stale}"
    );
    metrics.take(answer("good", Vec::new(), vec![late()]));
    let text = metrics.text(Exposition::Prometheus, at(1));
    assert!(!text.contains("tenant=\"t\"") && text.contains("backhaul_up{system=\"em\",server=\"good\"} 0"), "{text}");
    assert!(text.contains("backhaul_collections_total{system=\"em\",server=\"good\"} 2"));
    metrics.take(answer("good", vec![row("good", Some("t"), "r")], Vec::new()));
    assert!(metrics.text(Exposition::Prometheus, at(1)).contains("tenant=\"t\""));
}

#[test]
fn a_scraper_gets_what_it_asks_for() {
    use Exposition::{OpenMetrics, Prometheus};
    for (accept, wanted) in [
        ("", Prometheus),
        ("*/*", Prometheus),
        ("text/plain", Prometheus),
        ("application/openmetrics-text", OpenMetrics),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OpenMetrics),
        ("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.5", Prometheus),
        ("application/openmetrics-text;version=7.0.0", Prometheus),
        ("application/openmetrics-text; q=0", Prometheus),
        ("application/vnd.google.protobuf;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", Prometheus),
    ] {
        assert_eq!(Exposition::negotiate(accept), wanted, "{accept}");
    }
}

#[test]
fn lines_for_influx_are_one_line_each_whatever_the_name() {
    let plain = line_protocol(&row("s", Some("ABC, Inc = x"), "r"));
    assert_eq!(
        plain,
        "backhaul_usage,system=em,server=s,tenant=ABC\\,\\ Inc\\ \\=\\ x,tenant_kind=tenant,repository=r,\
         repository_id=ID-r used_bytes=100i,quota_bytes=9223372036854775807i,capacity_bytes=1000i,free_bytes=300i,\
         quota_percent=0,fill_percent=70,partial=false 1790812800000000000"
    );
    let hostile = line_protocol(&row("s", Some("a\nb\r\u{1b}\\"), "r"));
    assert!(hostile.contains("tenant=a\\nb\\r\\u{1b},") && hostile.lines().count() == 1, "{hostile}");
    let nothing = line_protocol(&Row { system: "em".to_owned(), server: "s".to_owned(), ..Row::default() });
    assert_eq!(nothing, "backhaul_usage,system=em,server=s partial=false");
}
