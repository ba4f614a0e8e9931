//! The extended language: what is read, and how it is printed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::{Expr, FieldName, Operand, ParseOptions, Parsed, Pattern, Relation, Sign, parse};
use common::{any_text, condition_on, em_expr, nested, op};
use proptest::prelude::*;

fn extended() -> ParseOptions {
    ParseOptions::new().extended(true)
}

fn read(text: &str) -> String {
    match extended().lenient(true).parse(text) {
        Ok(parsed) => parsed.expr().to_string(),
        Err(errors) => panic!("{text}\n{}", errors.render(text)),
    }
}

#[test]
fn what_is_read() {
    for (text, shown) in [
        ("Name==web*", "Name==web*"),
        ("Name!=*web?", "Name!=*web?"),
        ("Name==\"web*\"", "Name==\"web*\""),
        ("Name==\"web server\"*", "Name==\"web server\"*"),
        ("Name==web.example*", "Name==\"web.example\"*"),
        ("Name==**", "Name==*"),
        ("Name==*\"10\"*\"0%\"", "Name==*10*\"0%\""),
        ("Name==web server*", "Name==\"web server\"*"),
        ("Name = web* and Type==Full", "Name==web*;Type==Full"),
        ("Name==web* & Type==Full", "Name==web*;Type==Full"),
        ("Name>web*", "Name>\"web*\""),
        ("Name=='web*'", "Name==\"web*\""),
        ("name~=\"web%\"", "name==web*"),
        ("name!~=w_b%", "name!=w?b*"),
        ("name ~= w_b%", "name==w?b*"),
        ("name~=web", "name~=web"),
        (r"name~=100\%", r#"name~="100\%""#),
        ("Name==null", "Name==null"),
        ("Name != NULL", "Name!=null"),
        ("Name==\"null\"", "Name==\"null\""),
        ("Name==nullable", "Name==nullable"),
        ("Name in (a,\"b c\")", "Name in (a,\"b c\")"),
        ("Name IN( a , b )", "Name in (a,b)"),
        ("Name not in (a)", "Name not in (a)"),
        ("Name in ()", "Name in ()"),
        ("Name in (a,null,web*)", "Name in (a),Name==null,Name==web*"),
        ("Name not in (a,null,web*)", "Name not in (a);Name!=null;Name!=web*"),
        ("in in (in)", "in in (in)"),
        ("not in (a)", "not in (a)"),
        ("not not in (a)", "not not in (a)"),
        ("not==a", "not==a"),
        ("not not==a", "not!=a"),
        ("NOT a==1", "a!=1"),
        ("!a==1;b==2", "a!=1;b==2"),
        ("!!a==1", "a==1"),
        ("! NOT !(a<1)", "!a<1"),
        ("not(a==1;b in (2),c==x*)", "(a!=1,b not in (2));c!=x*"),
        ("!a>5", "!a>5"),
        ("!(a>5)", "!a>5"),
        ("used_bytes > 0.8 * quota_bytes", "used_bytes>0.8 * quota_bytes"),
        ("used>0.8*quota", "used>0.8 * quota"),
        ("used>quota*2;x==1", "used>quota * 2;x==1"),
        ("used > quota / 2 and x==1", "used>quota / 2;x==1"),
        ("used / quota >= 0.8", "used / quota>=0.8"),
        ("used-free>1.5TiB", "used - free>1.5TiB"),
        ("(used + cache) / quota==1", "(used + cache) / quota==1"),
        ("((a==1))", "a==1"),
        ("used>(quota)", "used>(quota)"),
        ("used==(2*quota)", "used==(2 * quota)"),
        ("a > b - (c - d)", "a>b - (c - d)"),
        ("end - start > 90m", "end - start>90m"),
        ("start>(2025-08-15)", "start>(2025-08-15)"),
        ("a - b - c * d < -5", "a - b - c * d<-5"),
        ("!(a > 2*b)", "!a>2 * b"),
        // What looks like a calculation, and is a text.
        ("name>web-01", "name>web-01"),
        ("path>a/b", "path>\"a/b\""),
        ("made>=2025-08-15", "made>=2025-08-15"),
        ("made>=now-24h", "made>=now-24h"),
        ("size>1*2", "size>\"1*2\""),
    ] {
        assert_eq!(read(text), shown, "{text}");
        let again = extended().parse(shown).unwrap_or_else(|errors| panic!("{shown}\n{}", errors.render(shown)));
        assert_eq!(again.expr().to_string(), shown);
    }
}

#[test]
fn what_is_refused_says_what_to_do() {
    let mut shown = String::new();
    for text in [
        "Size>null",
        "Name in (a b)",
        "Name in (a",
        "Name in a",
        "Name=~web",
        "!",
        "not ",
        "used>0.8 * ",
        "(a + b)",
        "Name==\"web\"x*",
        "Name in (a;b)",
        "Name==web*(x)",
    ] {
        let errors = extended().parse(text).map(|parsed| parsed.expr().to_string());
        shown += &errors.map_or_else(|errors| errors.render(text), |read| format!("{text} is {read}"));
        shown += "\n\n";
    }
    insta::assert_snapshot!(shown);
}

/// Enterprise Manager's grammar knows none of it: these are texts, or no filters.
#[test]
fn the_strict_grammar_stays_what_it_is() {
    for text in ["Name==web*", "Name==null", "Name==what?", "a>0.8*b"] {
        let expr = parse(text).unwrap().into_expr();
        assert!(matches!(expr, Expr::Compare(_)), "{text}");
        assert_eq!(extended().parse(&expr.to_string()).unwrap().into_expr(), expr);
    }
    for text in ["name~=x", "Name in (a)", "!a==1", "not a==1", "a>(b)", "a*2>b"] {
        assert!(parse(text).is_err(), "{text}");
    }
}

fn operand() -> impl Strategy<Value = Operand> {
    let leaf = prop_oneof![
        "[a-z][a-z_]{0,3}(\\.[a-z]+)?".prop_map(|name| Operand::Field(common::name(&name))),
        "-?[0-9]{1,4}(\\.[0-9]{1,2})?|1\\.5TiB|500GB|90m|2025-08-15".prop_map(|text| Operand::Constant(text.into())),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let sign = prop::sample::select(vec![Sign::Add, Sign::Subtract, Sign::Multiply, Sign::Divide]);
        (inner.clone(), sign, inner).prop_map(|(left, sign, right)| left.calculate(sign, right))
    })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    any_text()
        .prop_map(|text| Pattern::glob(&text))
        .boxed()
        .prop_union("[a*?%_\"\\\\ ]{0,6}".prop_map(|text| Pattern::glob(&text)).boxed())
}

/// Anything that the language says.
fn any_expr() -> impl Strategy<Value = Expr> {
    let values = || prop_oneof![any_text(), Just("null".to_owned()), "[a*?]{1,4}"].boxed();
    let condition = condition_on(vec![("a", values()), ("not", values()), ("in", values()), ("b.c", values())]);
    nested(prop_oneof![
        4 => condition,
        1 => ("[ab]", pattern(), any::<bool>()).prop_map(|(field, pattern, negated)| Expr::Like { field: common::name(&field), pattern, negated }),
        1 => (operand(), op(), operand(), any::<bool>())
            .prop_map(|(left, op, right, negated)| Expr::Relate { relation: Relation { left, op, right }, negated }),
    ])
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(expr in any_expr()) {
        let text = expr.to_string();
        let parsed = extended().parse(&text).map_err(|errors| TestCaseError::fail(errors.render(&text)))?;
        prop_assert_eq!(parsed.expr(), &expr, "{}", text);
        prop_assert_eq!(parsed.spans().len(), expr.conditions().count());
    }

    #[test]
    fn what_is_printed_for_the_server_says_the_same_in_both(expr in em_expr()) {
        let text = backhaul_filter::print(&expr).unwrap();
        prop_assert_eq!(extended().parse(&text).unwrap().into_expr(), expr);
    }

    #[test]
    fn a_negation_negated_is_the_same(expr in any_expr()) {
        prop_assert_eq!(expr.clone().negate().negate(), expr.clone());
        let text = format!("!({expr})");
        prop_assert_eq!(extended().parse(&text).map(Parsed::into_expr), Ok(expr.negate()));
    }

    #[test]
    fn any_text_is_read_the_same_leniently_or_refused(pieces in proptest::collection::vec(piece(), 0..10)) {
        let text = pieces.concat();
        match (extended().parse(&text), extended().lenient(true).parse(&text)) {
            (Ok(strict), lenient) => {
                prop_assert_eq!(Ok(&strict), lenient.as_ref());
                prop_assert_eq!(strict.spans().len(), strict.expr().conditions().count());
                let again = extended().parse(&strict.expr().to_string()).map(Parsed::into_expr);
                prop_assert_eq!(again.as_ref(), Ok(strict.expr()), "{}", text);
            }
            (Err(errors), Ok(lenient)) => {
                let fixed = errors.fixed(&text).unwrap();
                let meant = extended().parse(&fixed);
                prop_assert_eq!(meant.as_ref().map(Parsed::expr), Ok(lenient.expr()), "{} fixed {}", text, fixed);
                for (spans, condition) in lenient.spans().iter().zip(lenient.expr().conditions()) {
                    if let Some(field) = condition.field() {
                        prop_assert_eq!(spans.field.text(&text), Some(FieldName::as_str(field)));
                    }
                    prop_assert!(spans.op.text(&text).is_some_and(|op| !op.is_empty()) && spans.value.text(&text).is_some());
                }
            }
            (Err(errors), Err(_)) => prop_assert!(!errors.render(&text).is_empty()),
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = vec![
        "Name",
        "a",
        "==",
        "!=",
        ">",
        ">=",
        "=",
        " = ",
        "~=",
        "!~=",
        " in (",
        " not in (",
        "not ",
        "NOT(",
        "!",
        "(",
        ")",
        ";",
        ",",
        " and ",
        " or ",
        "&",
        " ",
        "null",
        "\"null\"",
        "web*",
        "*",
        "?",
        "\"a b\"",
        "\"\"",
        "'x*'",
        "“a*”",
        "0.8",
        " * ",
        " - ",
        "+",
        "/",
        "5",
        "1.5TiB",
        "now-24h",
        "2025-08-15",
        "x",
        "é*",
        "_%",
        "a b*",
        "R&D*",
    ];
    prop::sample::select(words).prop_map(str::to_owned)
}
