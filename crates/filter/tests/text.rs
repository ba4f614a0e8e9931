//! Text in, text out: whatever is printed or encoded comes back as it was meant.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::{
    DoubledQuotes, FieldName, ParseErrors, ParseOptions, Parsed, parse, print, print_with, url, zstack,
};
use common::{any_text, condition_on, em_expr, nested};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_printed_is_parsed_as_the_same(expr in em_expr()) {
        let text = print(&expr).unwrap();
        let parsed = parse(&text).unwrap();
        prop_assert_eq!(parsed.expr(), &expr);
        prop_assert_eq!(parsed.spans().len(), expr.conditions().count());
        prop_assert_eq!(print(parsed.expr()).unwrap(), text);
    }

    #[test]
    fn groups_are_flat_and_never_short(expr in em_expr()) {
        fn flat(expr: &backhaul_filter::Expr) -> bool {
            let kind = std::mem::discriminant(expr);
            let terms = expr.terms();
            terms.len() != 1 && terms.iter().all(|term| std::mem::discriminant(term) != kind && flat(term))
        }
        prop_assert!(flat(&expr) && flat(parse(&print(&expr).unwrap()).unwrap().expr()));
    }

    #[test]
    fn any_text_is_parsed_or_refused_with_its_place(text in any_text(), cut in any::<prop::sample::Index>()) {
        let refused = |errors: ParseErrors, text: &str| {
            assert!(!errors.is_empty() && errors.iter().all(|error| error.span().text(text).is_some()), "{errors:?}");
            errors.render(text)
        };
        if let Err(error) = parse(&text) {
            refused(error, &text);
        }
        // The beginning of a good filter, and then anything.
        let good = r#"(Name=="Ä ""b""";x>=1),zone.name!=y"#;
        let at = good.floor_char_boundary(cut.index(good.len()));
        let text = format!("{}{text}{}", &good[..at], &good[at..]);
        match parse(&text) {
            Err(error) => { refused(error, &text); }
            Ok(parsed) => prop_assert_eq!(parse(&parsed.expr().to_string()).unwrap().into_expr(), parsed.into_expr()),
        }
    }

    #[test]
    fn the_example_s_form_is_read_as_it_is_printed(expr in em_expr()) {
        let text = print_with(&expr, DoubledQuotes::AsInExample).unwrap();
        let options = ParseOptions::new().doubled_quotes(DoubledQuotes::AsInExample);
        let parsed = options.parse(&text);
        prop_assert_eq!(parsed.as_ref().map(Parsed::expr), Ok(&expr), "{}", text);
        // What both readings take, both take the same.
        let canonical = print(&expr).unwrap();
        prop_assert_eq!(options.parse(&canonical).map(Parsed::into_expr), Ok(expr));
    }

    #[test]
    fn what_is_read_leniently_is_what_the_fixes_say(text in pasted()) {
        let (strict, lenient) = (parse(&text), ParseOptions::new().lenient(true).parse(&text));
        match (strict, lenient) {
            // Strict text is read the same, and nothing is repaired.
            (Ok(strict), lenient) => prop_assert_eq!(Ok(strict), lenient),
            (Err(errors), Ok(lenient)) => {
                prop_assert_eq!(&errors[..], lenient.repairs());
                let fixed = errors.fixed(&text).unwrap();
                let meant = parse(&fixed);
                prop_assert_eq!(meant.as_ref().map(Parsed::expr), Ok(lenient.expr()), "{} fixed {}", text, fixed);
                prop_assert_eq!(lenient.spans().len(), lenient.expr().conditions().count());
                for (spans, condition) in lenient.spans().iter().zip(lenient.expr().conditions()) {
                    prop_assert_eq!(spans.field.text(&text), condition.field().map(FieldName::as_str));
                    prop_assert!(spans.op.text(&text).is_some_and(|op| !op.is_empty()) && spans.value.text(&text).is_some());
                }
                for repair in lenient.repairs() {
                    prop_assert!(!repair.repaired(&text).render(&text).is_empty());
                }
            }
            (Err(errors), Err(unmended)) => {
                prop_assert!(errors.fixed(&text).is_none());
                prop_assert!(unmended.iter().all(|error| error.fix().is_none() && errors.contains(error)));
            }
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_as_the_same(text in any::<String>()) {
        let encoded = url::encode(&text).into_owned();
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic() && !br##""<>&#+"##.contains(&byte)));
        prop_assert_eq!(url::decode(&encoded).unwrap(), text.as_str());
        // As a value among other parameters, too.
        let query = format!("type=Job&filter={encoded}&page=1");
        let pairs: Vec<_> = url::pairs(&query).map(Result::unwrap).collect();
        prop_assert_eq!(&pairs[1], &("filter".into(), text.into()));
    }

    #[test]
    fn decoding_never_panics(text in "[%+0-9a-fA-F é\"&=]{0,24}") {
        let _ = url::decode(&text);
        let _ = url::pairs(&text).count();
    }

    #[test]
    fn what_q_carries_is_read_as_meant(
        expr in nested(condition_on(
            ["name", "zone.name", "__systemTag__"]
                .map(|field| (field, "[a-c=!<>~?,' ]{0,4}|is null|not null|.{0,6}".boxed()))
                .to_vec(),
        )),
    ) {
        for meant in expr.conditions() {
            if let Ok(text) = zstack::q(meant) {
                prop_assert_eq!(&read_q(&text), meant);
            }
        }
    }
}

/// Texts as people paste them: pieces that are almost a filter.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Name",
        "a.b",
        "==",
        "=",
        " = ",
        "!=",
        ">",
        "> =",
        "≥",
        "<>",
        "=gt=",
        ":",
        "!",
        "~",
        "(",
        ")",
        ";",
        ",",
        " ;",
        " and ",
        " or ",
        " AND(",
        "&",
        " && ",
        "||",
        " ",
        "  ",
        "\u{a0}",
        "“Backup 1”",
        "””x””",
        "'a b'",
        "'O''Brien'",
        "'",
        "“",
        "\"x y\"",
        "\"\"",
        "\"\"x\"\"",
        "\"",
        "Backup",
        "Job 1",
        "R&D",
        "and",
        "5",
        "%3D",
        "é",
        "x",
    ]);
    let condition = ("[ab]", "==|=| = |>= ?|≥|<>|:", "x|Job 1|'a b'|“x”|\"\"x\"\"|R&D|\"a;b\"|5 |a and b")
        .prop_map(|(a, b, c)| a + &b + &c);
    let joined = (proptest::collection::vec((condition, ";|,| ; | and | or |&| && |;;|, "), 1..4), "(;| |;;|)?")
        .prop_map(|(parts, end)| {
            let text: String = parts.into_iter().map(|(condition, joiner)| condition + &joiner).collect();
            text + &end
        });
    prop_oneof![2 => proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()), 2 => joined, 1 => any_text()]
}

/// What the server understands of a `q=` condition.
fn read_q(text: &str) -> backhaul_filter::Expr {
    use backhaul_filter::{Expr, Op, zstack::QOp};
    let read = zstack::split_q(text).unwrap();
    let field = common::name(read.field);
    let negated = matches!(read.op, QOp::NotLike | QOp::NotIn | QOp::NotNull);
    let op = match read.op {
        QOp::Eq => Op::Eq,
        QOp::Ne => Op::Ne,
        QOp::Gt => Op::Gt,
        QOp::Ge => Op::Ge,
        QOp::Lt => Op::Lt,
        QOp::Le => Op::Le,
        QOp::Like | QOp::NotLike => {
            return Expr::Like { field, pattern: backhaul_filter::Pattern::sql(read.value), negated };
        }
        QOp::In | QOp::NotIn => {
            return Expr::In { field, values: read.value.split(',').map(Into::into).collect(), negated };
        }
        QOp::IsNull | QOp::NotNull => return Expr::Null { field, negated },
    };
    Expr::compare(field, op, read.value)
}

/// Every request of the facts, as printed there.
const EXAMPLES: &str = include_str!("examples.txt");

#[test]
fn every_published_example_goes_there_and_back() {
    let mut shown = String::new();
    for line in EXAMPLES.lines() {
        let query = line.split_once('?').unwrap().1;
        for pair in url::pairs(query) {
            let (key, text) = pair.unwrap();
            if !key.eq_ignore_ascii_case("filter") {
                continue;
            }
            let parsed = match parse(&text) {
                Ok(parsed) => parsed,
                Err(error) => {
                    shown += &format!("{}\n\n", error.render(&text));
                    continue;
                }
            };
            let printed = print(parsed.expr()).unwrap();
            let encoded = url::encode(&printed);
            assert_eq!(url::decode(&encoded).unwrap(), printed);
            assert_eq!(parse(&printed).unwrap().expr(), parsed.expr());
            shown += &format!("{text}\n{printed}\n{encoded}\n\n");
        }
    }
    assert_eq!(EXAMPLES.lines().count(), 61);
    insta::assert_snapshot!(shown);
}
