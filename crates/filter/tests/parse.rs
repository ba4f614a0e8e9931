//! What the grammar takes, and what it makes of it.
#![allow(missing_docs, clippy::unwrap_used)]

use backhaul_filter::{DoubledQuotes, Expr, MAX_DEPTH, MAX_LEN, Op, ParseErrorKind, ParseOptions, Parsed, Span, parse};

fn value(source: &str) -> String {
    match parse(source).unwrap().into_expr() {
        Expr::Compare(comparison) => comparison.value.as_str().to_owned(),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn operators() {
    for op in Op::ALL {
        let Expr::Compare(comparison) = parse(&format!("Name{op}x")).unwrap().into_expr() else { unreachable!() };
        assert_eq!(comparison.op, op);
    }
}

#[test]
fn values() {
    assert_eq!(value("a==x-y_z.9:/?[]{}|%+=<>!"), "x-y_z.9:/?[]{}|%+=<>!");
    assert_eq!(value("a==naïve日本"), "naïve日本");
    assert_eq!(value("a==O'Brien"), "O'Brien");
    assert_eq!(value(r#"a=="""#), "");
    assert_eq!(value(r#"a=="a b;c,(d)&e""#), "a b;c,(d)&e");
    assert_eq!(value(r#"a=="""Backup""""#), "\"Backup\"");
    assert_eq!(value(r#"a=="x""""#), "x\"");
    assert_eq!(value("a==\"line\nbreak\""), "line\nbreak");
}

#[test]
fn doubled_quotes() {
    let lenient = ParseOptions::new().doubled_quotes(DoubledQuotes::AsInExample);
    let expect = parse(r#"Name=="""Backup""";a==b"#).unwrap().into_expr();
    assert_eq!(lenient.parse(r#"Name==""Backup"";a==b"#).unwrap().into_expr(), expect);
    assert_eq!(lenient.parse(r#"Name=="""Backup""";a==b"#).unwrap().into_expr(), expect);
    for same in [r#"a=="";b=="""#, r#"(a=="")"#, r#"a=="",b=="x""#, r#"a=="x"""#, r#"a=="";b==""x"""#] {
        let lenient = lenient.parse(same).map(Parsed::into_expr).map_err(|e| e.to_string());
        let strict = parse(same).map(Parsed::into_expr).map_err(|e| e.to_string());
        if strict.is_ok() {
            assert_eq!(lenient, strict, "{same}");
        }
    }
}

#[test]
fn and_binds_tighter() {
    let loose = parse("a==1;b==2,c==3;d==4").unwrap();
    assert_eq!(loose.expr(), parse("(a==1;b==2),(c==3;d==4)").unwrap().expr());
    assert_eq!(loose.expr().terms().len(), 2);
}

#[test]
fn redundant_parentheses_vanish() {
    assert_eq!(parse("((a==1))").unwrap().expr(), parse("a==1").unwrap().expr());
    assert_eq!(parse("(a==1;b==2);c==3").unwrap().expr(), parse("a==1;b==2;c==3").unwrap().expr());
    assert_eq!(parse("a==1,(b==2,(c==3))").unwrap().expr(), parse("a==1,b==2,c==3").unwrap().expr());
}

#[test]
fn spans_belong_to_the_conditions_in_order() {
    let source = "(é==1)";
    assert_eq!(parse(source).unwrap_err()[0].span(), Span::new(1, 3));
    let source = "(a==1;zone.name!=\"x y\"),c>=3";
    let parsed = parse(source).unwrap();
    let texts: Vec<_> = parsed
        .spans()
        .iter()
        .map(|s| (s.field.text(source).unwrap(), s.op.text(source).unwrap(), s.value.text(source).unwrap(), s.quoted))
        .collect();
    assert_eq!(texts, [("a", "==", "1", false), ("zone.name", "!=", "\"x y\"", true), ("c", ">=", "3", false)]);
    assert_eq!(parsed.spans()[1].whole().text(source), Some("zone.name!=\"x y\""));
    assert_eq!(parsed.expr().conditions().count(), parsed.spans().len());
}

#[test]
fn limits() {
    let nest = |depth: usize| format!("{}a==1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nest(MAX_DEPTH)).is_ok());
    assert_eq!(parse(&nest(MAX_DEPTH + 1)).unwrap_err()[0].kind(), ParseErrorKind::TooDeep);
    assert_eq!(parse(&"(".repeat(MAX_LEN)).unwrap_err()[0].kind(), ParseErrorKind::TooDeep);
    let long = |len: usize| format!("a=={}", "x".repeat(len - 3));
    assert!(parse(&long(MAX_LEN)).is_ok());
    assert_eq!(parse(&long(MAX_LEN + 1)).unwrap_err()[0].kind(), ParseErrorKind::TooLong);
    assert!(parse(&"a==1;(b==1,".repeat(5000)).is_err());
}

#[test]
fn an_error_says_what_was_expected_and_what_was_found() {
    let errors = parse("Name=x;Size<").unwrap_err();
    let [op, value] = &errors[..] else { unreachable!("{errors:?}") };
    assert_eq!((op.expected(), op.found()), ("an operator (`==`, `!=`, `>`, `>=`, `<` or `<=`)", "`=`"));
    assert_eq!((value.expected(), value.found()), ("a value", "the end of the filter"));
    assert_eq!(op.fix().map(|fix| (fix.span, &*fix.text)), Some((Span::new(4, 5), "==")));
    assert_eq!(value.fix(), None);
    assert_eq!(value.to_string(), "expected a value, found the end of the filter");
}
