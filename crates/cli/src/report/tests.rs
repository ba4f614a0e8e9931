use serde_json::json;

use super::*;
use crate::output::{Column, Kind};

/// Names that people have given to tenants, and some that nobody should.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "&lt;b&gt; & Söhne",
    "exe\u{202e}gpj",
    "مؤسسة النسخ الاحتياطي",
    "'; style='color:red",
    "a\u{0}b\u{1b}[2J",
    "</table></style></script><!--",
];

fn usage(names: impl IntoIterator<Item = String>) -> Table {
    let columns = [
        ("server", Kind::Name),
        ("tenant", Kind::Name),
        ("used_bytes", Kind::Bytes),
        ("quota_percent", Kind::Percent),
        ("available", Kind::Bool),
        ("tenant_id", Kind::Text),
        ("cache_bytes", Kind::Bytes),
    ];
    let columns = columns
        .map(|(name, kind)| {
            let column = Column::new(name, kind);
            if name.ends_with("_id") { column.detail() } else { column }
        })
        .to_vec();
    let row = |(at, name): (usize, String)| {
        vec![
            json!("em1"),
            json!(name),
            json!(1_000_000_i64 * at as i64),
            json!(at as f64 / 10.0),
            json!(true),
            json!("id"),
            json!(null),
        ]
    };
    Table { columns, rows: names.into_iter().enumerate().map(row).collect() }
}

/// The page without its own script, where `<` is the language's.
fn markup(page: &str) -> String {
    page.replace(SCRIPT, "").replace(STYLE, "")
}

#[test]
fn hostile_names_are_shown_and_obeyed_by_nobody() {
    let mut report = Report::new(HOSTILE[0]);
    report.caution(HOSTILE[1]);
    report.table(HOSTILE[7], &usage(HOSTILE.map(str::to_owned)), Begins::Here);
    let curve = |name: &&str| Curve {
        name: (*name).to_owned(),
        says: (*name).to_owned(),
        moments: vec![(0, 1), (86_400, 5)],
        limit: Some(8),
    };
    report.charts("curves", &HOSTILE.iter().map(curve).collect::<Vec<_>>());
    let page = markup(&report.html());
    // What is ours is one script and one style sheet, both empty now.
    assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (1, 1));
    for tag in ["<img", "onerror=alert(1)>", "<!--"] {
        assert!(!page.contains(tag), "{tag}");
    }
    for shown in ["&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;b&amp;gt; &amp; Söhne"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains("exe\\u{202e}gpj") && page.contains("a\\u{0}b\\u{1b}[2J"));
    assert!(page.chars().all(|c| c == '\n' || !escape::is_unsafe(c)));
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let mut report = Report::new("Usage");
    report.table("rows", &usage((0..20).map(|at| format!("t{at}"))), Begins::Here);
    let page = report.html();
    for word in ["http:", "https:", "src=", "href=", "url(", "@import", "fetch(", "XMLHttp", "<link", "<iframe"] {
        assert!(!page.contains(word), "{word}");
    }
    let policy = page.split("Content-Security-Policy content=\"").nth(1).and_then(|it| it.split('"').next());
    let policy = policy.unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    // The policy would forbid them, and the page would be without its looks.
    assert!(!markup(&page).contains("style="));
}

#[test]
fn the_table_is_one_to_a_screen_reader() {
    let mut report = Report::new("Usage");
    report.figure("used", "1 TiB");
    report.table("Tenants", &usage((0..12).map(|at| format!("t{at}"))), Begins::OwnPage);
    insta::assert_snapshot!(report.body);
}

/// Few rows need no tools; none at all is said.
#[test]
fn small_tables_are_plain() {
    let mut report = Report::new("Usage");
    report.table("Few", &usage(["a".to_owned()]), Begins::Here);
    report.table("None", &usage([]), Begins::Here);
    assert!(!report.body.contains("<input") && report.body.contains("There are none"), "{}", report.body);
}

#[test]
fn a_large_fleet_fits_in_a_mail() {
    let mut report = Report::new("Usage");
    let names = (0..25_000).map(|at| format!("A tenant with quite a name, number {at}"));
    report.table("rows", &usage(names), Begins::Here);
    let page = report.html();
    assert!(page.len() < 15_000_000, "{}", page.len());
    assert_eq!(page.matches("\n<tr>").count(), 25_000 + 1, "a heading and the rows");
}

/// A growth report has more columns: as many as `usage --since` shows of a fleet of tenants.
#[test]
fn a_large_fleet_fits_in_a_mail_with_its_growth() {
    let columns = [
        ("server", Kind::Name),
        ("tenant", Kind::Name),
        ("repository", Kind::Name),
        ("used_bytes", Kind::Bytes),
        ("growth_bytes_per_day", Kind::Bytes),
        ("trend", Kind::Trend),
        ("forecast", Kind::Text),
        ("quota_full_on", Kind::Text),
        ("quota_percent", Kind::Percent),
        ("quota_bytes", Kind::Bytes),
        ("fill_percent", Kind::Percent),
        ("capacity_bytes", Kind::Bytes),
        ("free_bytes", Kind::Bytes),
        ("first_bytes", Kind::Bytes),
    ];
    let row = |at: i64| {
        let bytes = 600_000_000_000 + at;
        vec![
            json!("em0123"),
            json!(format!("Tenant 12 of {at}")),
            json!("Cloud 1"),
            json!(bytes),
            json!(157_286_400 + at),
            json!("▁▁▂▂▃▃▄▄▅▅▅▅▆▆▇▇████"),
            json!("quota will fill, repository not foreseen to fill"),
            json!("2031-02-28"),
            json!(12.5),
            json!(bytes * 4),
            json!(37.5),
            json!(bytes * 100),
            json!(bytes * 60),
            json!(bytes / 2),
        ]
    };
    let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
    let mut report = Report::new("Usage");
    report.table("rows", &Table { columns, rows: (0..25_000).map(row).collect() }, Begins::Here);
    let page = report.html();
    assert!(page.len() < 15_000_000, "{}", page.len());
    assert!(page.contains("<i aria-hidden=true>▁▁▂▂▃▃▄▄▅▅▅▅▆▆▇▇████</i>"), "bars without a voice");
}

fn save(report: Report, path: &Path) -> Result<(), Failure> {
    report.save(path, "it is", &Console::new(0, crate::args::Global::default()))
}

#[test]
fn a_file_is_written_whole_or_not_at_all() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("report.html");
    save(Report::new("first"), &path)?;
    save(Report::new("second"), &path)?;
    assert!(std::fs::read_to_string(&path)?.contains("<h1>second</h1>"));
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    let nowhere = folder.path().join("no").join("report.html");
    let failed = save(Report::new("x"), &nowhere);
    assert!(failed.is_err_and(|failure| failure.message().contains("report.html")));
    Ok(())
}

#[test]
fn curves_have_ends_in_words_and_no_numbers_break_them() {
    for moments in [vec![(0, 5)], vec![(0, i64::MIN), (1, i64::MAX)], vec![(5, 1), (5, 1)], Vec::new()] {
        let mut html = String::new();
        Curve { name: "n".to_owned(), says: String::new(), moments: moments.clone(), limit: Some(i64::MAX) }
            .draw(&mut html);
        assert_eq!(html.is_empty(), moments.is_empty());
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }
    let mut html = String::new();
    let moments = (0..400).map(|day| (day * 86_400, (100 + day) << 30)).collect();
    Curve { name: "n".to_owned(), says: "s".to_owned(), moments, limit: Some(600 << 30) }.draw(&mut html);
    assert!(html.contains("aria-label=\"n: from 100.0 GiB on 1970-01-01 to 499.0 GiB on 1971-02-04\""), "{html}");
    assert!(html.contains("limit 600.0 GiB") && html.matches('L').count() < 210);
}
