//! Our JSON reader takes what serde_json takes, and reads the same.

use backhaul_wire::{Drift, json};
use proptest::prelude::*;
use serde_json::Value;

use crate::every::Every;

/// Reads a text as any value, under a name.
fn ours(text: &str) -> Result<(Value, Drift), String> {
    let (mut value, mut drift) = (Every::default(), Drift::default());
    let body = format!("{{\"Any\": {text}}}");
    json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).map_err(|error| error.to_string())?;
    Ok((value.any.unwrap_or(Value::Null), drift))
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    // As a value of its own it must be one: `1}, {` is none.
    let peer: Result<Value, _> = serde_json::from_str(text);
    match (ours(text), peer) {
        (Ok((ours, _)), Ok(peer)) => prop_assert_eq!(ours, peer, "{}", text),
        (Err(error), Ok(_)) => return Err(TestCaseError::fail(format!("refused: {error}: {text}"))),
        // These cost serde_json the whole text, and us the value at most, which is told.
        (Ok((_, drift)), Err(error)) if !drift.misfits.is_empty() => {
            let error = error.to_string();
            prop_assert!(
                ["surrogate", "out of range", "hex escape"].iter().any(|it| error.contains(it))
                    || ["NaN", "Infinity", "INF"].iter().any(|it| text.contains(it)),
                "{}: {}",
                text,
                error
            );
        }
        (Ok(_), Err(error)) if !text.contains(['{', '}', ',']) => {
            return Err(TestCaseError::fail(format!("taken, though {error}: {text}")));
        }
        _ => {}
    }
    Ok(())
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(".{0,12}", inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes(value in values(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        agree(&text.unwrap())?;
    }

    #[test]
    fn what_is_almost_json(value in values(), at: prop::sample::Index, with in "[\\[\\]{}:,\"\\\\u0-9eE+. \n\u{0}é-]{0,3}") {
        let mut text = serde_json::to_string(&value).unwrap();
        let at = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.ceil_char_boundary((at + 1).min(text.len()));
        text.replace_range(at..end, &with);
        agree(&text)?;
    }

    #[test]
    fn numbers(text in "-?(0|[0-9]{1,25})(\\.[0-9]{0,20})?([eE][+-]?[0-9]{0,3})?") {
        agree(&text)?;
    }

    #[test]
    fn strings(text in "\"([a-z\"]|\\\\[\"\\\\/bfnrtu]|\\\\u[0-9a-fA-F]{4}|\\\\ud[89a-f][0-9a-f]{2}|\u{1F600}|\t){0,12}\"") {
        agree(&text)?;
    }
}

#[test]
fn what_others_get_wrong() {
    for text in [
        "01",
        "-01",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "-",
        "--1",
        "0x10",
        "nan",
        "NaNs",
        "nul",
        "nulll",
        "tru",
        "'a'",
        "\"\\x\"",
        "\"\\u12\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{a:1}",
        "\"\t\"",
        "[1]]",
        "",
        " ",
        "// a\n1",
        "1 // a",
        "\u{feff}1",
    ] {
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        assert!(ours(text).is_err(), "{text}");
    }
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(ours(&deep(126)).is_ok());
    assert!(ours(&deep(128)).is_err());
}
