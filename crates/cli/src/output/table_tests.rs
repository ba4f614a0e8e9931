//! Tables as people see them.

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::*;

fn columns() -> Vec<Column> {
    vec![
        Column::new("tenant", Kind::Name),
        Column::new("tenant_id", Kind::Text).detail(),
        Column::new("state", Kind::State),
        Column::new("used_bytes", Kind::Bytes),
        Column::new("used_percent", Kind::Percent),
        Column::new("path", Kind::Text),
        Column::new("reason", Kind::Text),
    ]
}

fn rows() -> Vec<Row> {
    let why = "The repository has no room left for the next restore point.";
    vec![
        vec![json!("Bäckerei Müller"), json!("7a3f-11"), json!("Success"), json!(1_000_204_886_016_u64), json!(81)],
        vec![
            json!("日本バックアップ株式会社 東京"),
            json!(null),
            json!("Failed"),
            json!(512),
            json!(97),
            json!(null),
            json!(why),
        ],
        vec![json!("evil\u{1b}[2J\nname"), json!("x")],
    ]
}

fn rendered(width: Option<usize>, wide: bool, colours: bool) -> (String, Option<String>) {
    let columns = columns();
    let headings: Vec<String> = columns.iter().map(heading).collect();
    let cells = |row: Row| -> Vec<String> {
        let values = row.iter().chain(std::iter::repeat(&Value::Null));
        values.zip(&columns).map(|(value, column)| cell::text(value, column.kind)).collect()
    };
    let mut gathered = Rows::new(columns.len());
    rows().into_iter().for_each(|row| gathered.push(cells(row).into_iter()));
    let rows = gathered;
    let layout = layout(&columns, &headings, &rows, width, wide);
    let drawing = Drawing { columns: &columns, layout: &layout, colours };
    let mut text = String::new();
    drawing.header(&mut text, &headings);
    rows.iter().for_each(|row| drawing.row(&mut text, &row));
    (text, left_out(&columns, &layout))
}

#[test]
fn columns_are_aligned_whatever_the_script() {
    let (text, note) = rendered(None, true, false);
    insta::assert_snapshot!(text);
    assert_eq!(note.as_deref(), Some("empty: path"));
}

#[test]
fn a_narrow_terminal_wraps_texts_and_then_leaves_out_columns() {
    let (text, note) = rendered(Some(100), false, false);
    insta::assert_snapshot!(text);
    assert_eq!(note.as_deref(), Some("-o wide also shows tenant_id; empty: path"));
    let (text, note) = rendered(Some(60), false, false);
    insta::assert_snapshot!(text);
    assert_eq!(note.as_deref(), Some("-o wide also shows reason, tenant_id; empty: path"));
}

#[test]
fn states_and_thresholds_have_colours() {
    insta::assert_snapshot!(rendered(Some(120), false, true).0.escape_debug().to_string().replace("\\n", "\n"));
}

#[test]
fn of_many_names_the_first_are_said() {
    assert_eq!(some(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e, f");
    assert_eq!(some(&["a", "b", "c", "d", "e", "f", "g", "h"]), "a, b, c, d, e, f and 2 more");
}

#[test]
fn every_line_fits_as_long_as_a_name_does() {
    for width in 30..160 {
        for line in rendered(Some(width), false, false).0.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
}
