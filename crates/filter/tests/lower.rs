//! What a server keeps, and then what the rest keeps, is what the whole filter keeps.
//!
//! Each server is a model of its own: it reads the parameters that are sent, as text, and evaluates them naively,
//! ZStack's by the rules of SQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::{
    Evaluator, Expr, FieldDef, Kind, MAX_DEPTH, Narrowing, Op, Order, Plan, QueryDef, Scalar, Selection, Source,
    Target, lower, parse,
};
use common::naive::naive;
use common::sql::{read_q, read_zql, sql};
use common::{Map, condition_on, nested};
use proptest::prelude::*;

const STATES: &[&str] = &["Enabled", "Disabled", "Lost"];

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

/// What the servers know.
const SERVER: QueryDef = QueryDef {
    name: "Thing",
    fields: &[
        field("name", Kind::Text, &[]),
        field("state", Kind::Enum, STATES),
        field("size", Kind::Int, &[]),
        field("load", Kind::Float, &[]),
        field("on", Kind::Bool, &[]),
        field("made", Kind::DateTime, &[]),
        field("ownerId", Kind::Uid, &[]),
        field("zone.name", Kind::Text, &[]),
        field("zoneName", Kind::Text, &[]),
    ],
};

/// What is known here: not the last two.
const HERE: QueryDef = QueryDef {
    name: "Thing",
    fields: &[
        SERVER.fields[0],
        SERVER.fields[1],
        SERVER.fields[2],
        SERVER.fields[3],
        SERVER.fields[4],
        SERVER.fields[5],
        SERVER.fields[6],
        FieldDef { name: "zone.name", kind: Kind::Text, values: &[], source: Source::ServerOnly },
        FieldDef { name: "zoneName", kind: Kind::Text, values: &[], source: Source::ServerOnly },
    ],
};

fn narrowing(name: &str) -> Narrowing<'_> {
    Narrowing { name, values: &[] }
}

const A: &str = "7445e6ce-86f5-4171-b909-dac209c66563";

fn words(words: &[&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words.to_vec()).prop_map(str::to_owned).boxed()
}

fn fields() -> Vec<(&'static str, BoxedStrategy<String>)> {
    let texts = || {
        prop_oneof![3 => words(&["a", "B", "O'B", "a>=b", "x=y", "", "a,b", "%b", "a\\b", "is null", "1"]), 1 => "[ab=!<>~?,' %_]{0,4}"].boxed()
    };
    vec![
        ("NAME", texts()),
        ("name", texts()),
        ("State", words(&["enabled", "Disabled", "LOST", "odd"])),
        ("size", words(&["-1", "0", "1", "+1", "2"])),
        ("load", words(&["-0.5", "0", "1.5", "1e0"])),
        ("on", words(&["true", "FALSE"])),
        ("made", words(&["2018-04-11", "2018-04-11T14:50:54", "2018-04-11T02:50:54.5", "2018-04-12"])),
        (
            "ownerId",
            words(&[
                A,
                "urn:veeam:X:7445E6CE-86F5-4171-B909-DAC209C66563",
                "{7445e6ce-86f5-4171-b909-dac209c66564}",
                "x",
            ]),
        ),
    ]
}

/// With the field that only servers know.
fn all_fields(server_only: &'static str) -> Vec<(&'static str, BoxedStrategy<String>)> {
    let mut fields = fields();
    fields.push((server_only, words(&["a", "b"])));
    fields
}

/// What a database holds: values of the field's kind, or none.
fn records() -> impl Strategy<Value = Map> {
    let maybe = |values: BoxedStrategy<Scalar<'static>>| prop_oneof![1 => Just(Scalar::Null), 3 => values];
    let text = |values: &[&'static str]| words(values).prop_map(Scalar::from).boxed();
    (
        maybe(text(&["a", "A", "b", "O'B", "x=y", "", "a,b", "ab", "is null", "1", "o'b"])),
        maybe(text(&["Enabled", "Disabled", "Lost", "Odd"])),
        maybe((-1i64..3).prop_map(Scalar::from).boxed()),
        maybe(prop::sample::select(vec![-0.5, 0.0, 1.0, 1.5]).prop_map(Scalar::from).boxed()),
        maybe(any::<bool>().prop_map(Scalar::from).boxed()),
        maybe(text(&["Apr 11, 2018 2:50:54 PM", "Apr 11, 2018 12:00:00 AM", "Apr 12, 2018 2:50:54 AM"])),
        maybe(text(&[A, "7445e6ce-86f5-4171-b909-dac209c66564"])),
        maybe(text(&["a", "B"])),
    )
        .prop_map(|(name, state, size, load, on, made, owner, zone)| {
            Map::of([
                ("name", name),
                ("state", state),
                ("size", size),
                ("load", load),
                ("on", on),
                ("made", made),
                ("ownerId", owner),
                ("zone.name", zone.clone()),
                ("zoneName", zone),
            ])
        })
}

fn asked(expr: &Expr, target: Target<'_>) -> Result<Plan, backhaul_filter::LowerError> {
    lower(&Selection { filter: Some(expr), ..Selection::default() }, &HERE, target)
}

/// What is common to all targets.
fn consistent(plan: &Plan, expr: &Expr) {
    let terms = if let Expr::And(terms) = expr { terms.len() } else { 1 };
    assert_eq!(plan.parts().len(), terms);
    assert_eq!(plan.rest().is_none(), plan.parts().iter().all(|part| part.by == Evaluator::Server));
    assert_eq!(plan.server().is_none(), plan.sent().is_empty());
    for part in plan.parts() {
        assert_eq!(part.why.is_empty(), part.by == Evaluator::Server, "{plan}");
        assert_eq!(part.sent.is_empty(), part.by == Evaluator::Here, "{plan}");
    }
    assert_eq!(plan.to_string().lines().count(), terms);
}

/// Whether a condition on a field of the server's own stands below an OR or in a form that no server evaluates.
fn names(expr: &Expr, field: &str) -> bool {
    expr.conditions().filter_map(Expr::field).any(|name| name.as_str() == field)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn zstack_q(expr in nested(condition_on(fields())), records in proptest::collection::vec(records(), 1..8)) {
        let plan = asked(&expr, Target::ZstackQ).unwrap();
        consistent(&plan, &expr);
        let sent: Vec<Expr> = plan.sent().iter().map(|(name, text)| { assert_eq!(name, "q"); read_q(text) }).collect();
        for record in &records {
            let kept = sent.iter().all(|condition| sql(condition, record, &SERVER) == Some(true));
            let both = kept && plan.rest().is_none_or(|rest| naive(rest, record, &SERVER));
            prop_assert_eq!(both, naive(&expr, record, &SERVER), "{} on {:?}\n{}", expr, record, plan);
        }
    }

    #[test]
    fn zql(expr in nested(condition_on(fields())), records in proptest::collection::vec(records(), 1..8)) {
        let plan = asked(&expr, Target::ZstackZql).unwrap();
        consistent(&plan, &expr);
        let sent = plan.sent().iter().map(|(name, text)| { assert_eq!(name, "where"); read_zql(text) }).next();
        for record in &records {
            let kept = sent.as_ref().is_none_or(|sent| sql(sent, record, &SERVER) == Some(true));
            let both = kept && plan.rest().is_none_or(|rest| naive(rest, record, &SERVER));
            prop_assert_eq!(both, naive(&expr, record, &SERVER), "{} on {:?}\n{}", expr, record, plan);
        }
    }

    #[test]
    fn enterprise_manager(expr in nested(condition_on(all_fields("zoneName"))), records in proptest::collection::vec(records(), 1..8)) {
        let Ok(plan) = asked(&expr, Target::Em) else {
            prop_assert!(names(&expr, "zoneName"));
            return Ok(());
        };
        consistent(&plan, &expr);
        let sent = plan.sent().iter().map(|(name, text)| { assert_eq!(name, "filter"); parse(text).unwrap().into_expr() }).next();
        prop_assert!(plan.rest().is_none_or(|rest| !names(rest, "zoneName")));
        for record in &records {
            let kept = sent.as_ref().is_none_or(|sent| naive(sent, record, &SERVER));
            let both = kept && plan.rest().is_none_or(|rest| naive(rest, record, &SERVER));
            prop_assert_eq!(both, naive(&expr, record, &SERVER), "{} on {:?}\n{}", expr, record, plan);
        }
    }

    #[test]
    fn vb365(expr in nested(condition_on(fields())), records in proptest::collection::vec(records(), 1..8)) {
        let params = [
            narrowing("OwnerID"), narrowing("other"), narrowing("on"), narrowing("madeLowerBound"), narrowing("madeTo"),
            narrowing("name"), Narrowing { name: "state", values: &["Lost", "Odd"] },
        ];
        let plan = asked(&expr, Target::Vb365 { params: &params }).unwrap();
        consistent(&plan, &expr);
        // Bounds that do not count themselves, and parameters that compare as the field does.
        let sent: Vec<Expr> = plan.sent().iter().map(|(name, value)| {
            let (field, op) = match name.as_ref() {
                "OwnerID" => ("ownerId", Op::Eq),
                "madeLowerBound" => ("made", Op::Gt),
                "madeTo" => ("made", Op::Lt),
                other => (other, Op::Eq),
            };
            assert_ne!(field, "name");
            Expr::compare(common::name(field), op, value.as_str())
        }).collect();
        for record in &records {
            let kept = sent.iter().all(|sent| naive(sent, record, &SERVER));
            let both = kept && plan.rest().is_none_or(|rest| naive(rest, record, &SERVER));
            prop_assert_eq!(both, naive(&expr, record, &SERVER), "{} on {:?}\n{}", expr, record, plan);
        }
    }
}

fn shown(filter: &str, target: Target<'_>) -> String {
    let expr = parse(filter).unwrap().into_expr();
    asked(&expr, target).map_or_else(|error| format!("error   {error}"), |plan| plan.to_string())
}

#[test]
fn who_does_what() {
    let mut all = String::new();
    for filter in [
        "name==a;state>=disabled;size!=1;made<2018-04-11T14:50:54",
        "name==a,name==\"O'B\",NAME==c",
        "(name==a;size>1),(state==Lost;load<=1.5)",
        "name==\"a>=b\";name>a;on==TRUE;ownerId==7445e6ce-86f5-4171-b909-dac209c66563",
        "name==\"\";name!=\"\";state>Lost;state<Odd",
        "zone.name!=a;zone.name>b",
        "zoneName==a,size>\"+1\"",
        "zone.name==a,name>b",
        "made>\"2018-04-11T14:50:54+02:00\"",
        "ownerId==x,ownerId==y;name==\"a\\b\"",
    ] {
        all += &format!("{filter}\n");
        for (name, target) in [
            ("em", Target::Em),
            ("q", Target::ZstackQ),
            ("zql", Target::ZstackZql),
            ("vb365", Target::Vb365 { params: &[narrowing("ownerId")] }),
        ] {
            all += &format!("{name}:\n  {}\n", shown(filter, target).replace('\n', "\n  "));
        }
        all += "\n";
    }
    insta::assert_snapshot!(all);
}

#[test]
fn lists_and_dates_in_the_server_s_words() {
    let q = |expr: &Expr| {
        let plan = asked(expr, Target::ZstackQ).unwrap();
        plan.sent().iter().map(|(_, text)| text.clone()).collect::<Vec<_>>()
    };
    let list = |field: &str, values: &[&str], negated| Expr::In {
        field: common::name(field),
        values: values.iter().map(|&value| value.into()).collect(),
        negated,
    };
    let either = |a: Expr, b: &str| a.or(parse(b).unwrap().into_expr());
    assert_eq!(q(&either(list("NAME", &["a", "b"], false), "name==c")), ["name?=a,b,c"]);
    assert_eq!(q(&either(list("state", &["lost"], false), "STATE==odd")), ["state?=Lost,odd"]);
    let none: [&str; 0] = [];
    assert_eq!(q(&either(list("name", &["a"], true), "name==c")), none);
    assert_eq!(q(&either(list("name", &["a"], false), "size==1")), none);
    assert_eq!(q(&either(list("name", &["a"], false), "name>c")), none);
    assert_eq!(q(&list("on", &["true", "false"], false)), none);
    // A date alone is one of Enterprise Manager's own forms, a moment is written in UTC.
    let sent = |filter: &str| asked(&parse(filter).unwrap().into_expr(), Target::Em).unwrap().sent()[0].1.clone();
    assert_eq!(sent("made>=2018-04-11"), "made>=2018-04-11");
    assert_eq!(sent("made>=2018-04-11T02:00+02:00"), "made>=\"2018-04-11T00:00:00Z\"");
    // For Enterprise Manager, a list is an OR.
    let em = asked(&list("name", &["a", "b c"], false), Target::Em).unwrap();
    assert_eq!(em.sent(), [("filter".into(), "name==a,name==\"b c\"".into())]);
    let em = asked(&list("name", &["a", "b"], true), Target::Em).unwrap();
    assert_eq!(em.sent(), [("filter".into(), "name!=a;name!=b".into())]);
    let em = asked(&list("name", &[], false), Target::Em).unwrap();
    assert_eq!((em.sent(), em.parts()[0].why.as_str()), (&[][..], "the list is empty"));
}

#[test]
fn patterns_go_to_zstack_for_texts_alone() {
    let by = |field: &str, target: Target<'_>| {
        let like =
            Expr::Like { field: common::name(field), pattern: backhaul_filter::Pattern::glob("*1"), negated: false };
        asked(&like, target).unwrap().parts()[0].by
    };
    for target in [Target::ZstackQ, Target::ZstackZql] {
        assert_eq!(
            (by("name", target), by("size", target), by("state", target)),
            (Evaluator::Server, Evaluator::Here, Evaluator::Here)
        );
    }
}

#[test]
fn the_order_of_an_enumeration_is_spelled_out_for_zstack() {
    let sent = |filter: &str| {
        let plan = asked(&parse(filter).unwrap().into_expr(), Target::ZstackQ).unwrap();
        plan.sent().iter().map(|(_, text)| text.clone()).collect::<String>()
    };
    for (filter, text) in [
        ("state<Disabled", "state=Enabled"),
        ("state<=disabled", "state?=Enabled,Disabled"),
        ("state>Enabled", "state?=Disabled,Lost"),
        ("state>=Lost", "state=Lost"),
        ("state>Lost", ""),
        ("state<Enabled", ""),
    ] {
        assert_eq!(sent(filter), text, "{filter}");
    }
    // Without a list there is no order, unless the server has one.
    let here = field("kind", Kind::Enum, &[]);
    let there = FieldDef { name: "other", source: Source::ServerOnly, ..here };
    let fields = [here, there];
    let schema = backhaul_filter::Schema { name: "Thing", fields: &fields };
    let expr = parse("kind>a;other>b").unwrap().into_expr();
    let plan = lower(&Selection { filter: Some(&expr), ..Selection::default() }, &schema, Target::ZstackQ).unwrap();
    assert_eq!(plan.sent(), [("q".into(), "other>b".into())]);
    assert_eq!(plan.rest().map(ToString::to_string).as_deref(), Some("kind>a"));
}

/// The empty text equals a field without a value, in a list as well.
#[test]
fn zql_finds_what_has_no_value() {
    let sent = |field: &str, values: [&str; 2], negated| {
        let values = values.map(Into::into).to_vec();
        let list = Expr::In { field: common::name(field), values, negated };
        asked(&list, Target::ZstackZql).unwrap().sent()[0].1.clone()
    };
    assert_eq!(sent("name", ["a", "b"], false), "name in ('a', 'b')");
    assert_eq!(sent("name", ["a", "b"], true), "name not in ('a', 'b') or name is null");
    assert_eq!(sent("name", ["a", ""], false), "name in ('a', '') or name is null");
    assert_eq!(sent("name", ["a", ""], true), "name not in ('a', '')");
    assert_eq!(sent("state", ["lost", ""], false), "state in ('Lost', '')");
    assert_eq!(sent("size", ["1", "+2"], true), "size not in (1, 2) or size is null");
}

#[test]
fn vb365_takes_an_identifier_once_and_no_or() {
    const TWO: QueryDef = QueryDef {
        name: "Job",
        fields: &[field("id", Kind::Uid, &[]), field("proxyId", Kind::Uid, &[]), field("name", Kind::Text, &[])],
    };
    let sent = |filter: &str| {
        let expr = parse(filter).unwrap().into_expr();
        let ask = Selection { filter: Some(&expr), ..Selection::default() };
        let plan = lower(&ask, &TWO, Target::Vb365 { params: &["id", "proxyid", "name"].map(narrowing) }).unwrap();
        assert_eq!(plan.rest(), Some(&expr));
        plan.sent().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    assert_eq!(sent(&format!("id=={A};PROXYID=={A}")), format!("id={A}&proxyid={A}"));
    assert_eq!(sent(&format!("id=={A},proxyId=={A}")), "");
    assert_eq!(sent(&format!("id=={A};id=={A};id!={A}")), format!("id={A}"));
    assert_eq!(sent(&format!("name=={A};id==x;proxyId>{A}")), "");
}

#[test]
fn orders_and_limits_are_left_to_a_server_that_cannot_change_the_answer() {
    let name = parse("name==a").unwrap().into_expr();
    let text_order = parse("name>a").unwrap().into_expr();
    let ask = |filter, field: &str, several| Selection {
        filter,
        order: HERE.field(field).map(|field| Order { field: *field, descending: true }),
        limit: Some(5),
        several,
    };
    let mut all = String::new();
    for (what, ask) in [
        ("by size", ask(Some(&name), "size", false)),
        ("by state", ask(Some(&name), "state", false)),
        ("with a rest", ask(Some(&text_order), "size", false)),
        ("by name, several servers", ask(None, "name", true)),
        ("by zoneName", ask(None, "zoneName", false)),
        ("by zoneName, several servers", ask(None, "zoneName", true)),
        ("by zone.name", ask(None, "zone.name", false)),
        ("limit alone, several servers", Selection { order: None, ..ask(None, "", true) }),
    ] {
        all += &format!("{what}\n");
        for target in [Target::Em, Target::ZstackQ, Target::ZstackZql, Target::Vb365 { params: &[] }] {
            let plan = lower(&ask, &HERE, target);
            if let Ok(plan) = &plan {
                assert_eq!(plan.limit().is_some(), plan.rest().is_none() && !plan.order_here());
                assert_eq!(
                    plan.limit().is_some(),
                    plan.parts().last().is_some_and(|part| part.by == Evaluator::Server)
                );
            }
            let plan = plan.map_or_else(|error| format!("error   {error}"), |plan| plan.to_string());
            all += &format!("  {}\n", plan.replace('\n', "\n  "));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_the_type_lacks_and_what_is_too_deep_is_an_error() {
    assert_eq!(shown("nmae==a", Target::Em), "error   nmae: Thing has no such field; did you mean `name`?");
    let leaf = || parse("name==b").unwrap().into_expr();
    let mut deep = leaf();
    for level in 0..=MAX_DEPTH {
        deep = if level % 2 == 0 { deep.and(leaf()) } else { deep.or(leaf()) };
    }
    assert!(asked(&deep, Target::Em).is_ok());
    assert_eq!(asked(&deep.or(leaf()), Target::Em).unwrap_err().why(), "it nests too deep");
    let long = parse(&format!("name==\"{}\"", "a b".repeat(21_000))).unwrap().into_expr();
    let long = long.clone().or(long);
    assert_eq!(asked(&long, Target::Em).unwrap_err().what(), "the filter");
}
