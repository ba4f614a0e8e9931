//! What a server is asked for an SQL engine holds wherever SQL's conditions do, and nowhere else where it says so.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::cmp::Ordering;

use backhaul_filter::{
    Comparison, Expr, FieldDef, Kind, Narrowing, Pushdown, QueryDef, Scalar, Source, Target, parse, pushdown,
};
use common::naive::naive;
use common::sql::{read_q, read_zql, sql};
use common::{Map, condition_on, nested};
use proptest::prelude::*;

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

const THING: QueryDef = QueryDef {
    name: "Thing",
    fields: &[
        field("name", Kind::Text, &[]),
        field("state", Kind::Enum, &["Enabled", "Disabled", "Lost"]),
        field("size", Kind::Int, &[]),
        field("on", Kind::Bool, &[]),
        field("made", Kind::DateTime, &[]),
        field("ownerId", Kind::Uid, &[]),
    ],
};

const OWNER: &str = "7445e6ce-86f5-4171-b909-dac209c66563";

fn words(words: &[&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words.to_vec()).prop_map(str::to_owned).boxed()
}

fn conditions() -> impl Strategy<Value = Expr> {
    nested(condition_on(vec![
        ("name", words(&["a", "A", "b", "", "O'B", "a%", "a>=b"])),
        ("state", words(&["Enabled", "enabled", "Lost", "Odd"])),
        ("size", words(&["-1", "0", "1"])),
        ("on", words(&["true", "false"])),
        ("made", words(&["2018-04-11", "2018-04-11T14:50:54"])),
        ("ownerId", words(&[OWNER, "7445E6CE-86F5-4171-B909-DAC209C66563"])),
    ]))
}

fn records() -> impl Strategy<Value = Map> {
    let text = |values: &[&'static str]| {
        let some = words(values).prop_map(Scalar::from);
        prop_oneof![1 => Just(Scalar::Null), 3 => some]
    };
    let size = prop::sample::select(vec![Scalar::Null, Scalar::Int(-1), Scalar::Int(0), Scalar::Int(1)]);
    let on = prop::sample::select(vec![Scalar::Null, true.into(), false.into()]);
    (
        text(&["a", "A", "b", "B", "O'B", "ab"]),
        text(&["Enabled", "Disabled", "Lost", "Odd"]),
        size,
        on,
        text(&["Apr 11, 2018 2:50:54 PM", "Apr 11, 2018 12:00:00 AM"]),
        text(&[OWNER, "7445e6ce-86f5-4171-b909-dac209c66564"]),
    )
        .prop_map(|(name, state, size, on, made, owner)| {
            let fields =
                [("name", name), ("state", state), ("size", size), ("on", on), ("made", made), ("ownerId", owner)];
            Map::of(fields)
        })
}

/// What an engine makes of it, which regards case and has three truth values.
fn engine(expr: &Expr, record: &Map) -> Option<bool> {
    let and = |all: Vec<Option<bool>>, end: bool| {
        if all.contains(&Some(end)) { Some(end) } else { all.into_iter().collect::<Option<Vec<_>>>().map(|_| !end) }
    };
    let held = |name: &backhaul_filter::FieldName| record.0.get(name.as_str()).filter(|value| **value != Scalar::Null);
    let order = |name: &backhaul_filter::FieldName, value: &str| {
        let field = THING.field(name.as_str()).unwrap();
        Some(match (field.kind, held(name)?) {
            (Kind::Int, Scalar::Int(size)) => size.cmp(&value.parse().unwrap()),
            (Kind::Bool, Scalar::Bool(on)) => on.cmp(&value.parse().unwrap()),
            (Kind::DateTime, Scalar::Text(made)) => common::naive::moment(made).cmp(&common::naive::moment(value)),
            (_, Scalar::Text(text)) => text.as_ref().cmp(value),
            other => unreachable!("{other:?}"),
        })
    };
    match expr {
        Expr::And(terms) => and(terms.iter().map(|term| engine(term, record)).collect(), false),
        Expr::Or(terms) => and(terms.iter().map(|term| engine(term, record)).collect(), true),
        Expr::Compare(Comparison { field, op, value }) => {
            let order = order(field, value.as_str())?;
            use backhaul_filter::Op;
            Some(match op {
                Op::Eq => order == Ordering::Equal,
                Op::Ne => order != Ordering::Equal,
                Op::Gt => order == Ordering::Greater,
                Op::Ge => order != Ordering::Less,
                Op::Lt => order == Ordering::Less,
                Op::Le => order != Ordering::Greater,
            })
        }
        Expr::Not(comparison) => engine(&Expr::Compare(comparison.clone()), record).map(|held| !held),
        Expr::In { field, values, negated } => {
            held(field)?;
            let within = values.iter().any(|value| order(field, value.as_str()) == Some(Ordering::Equal));
            Some(negated ^ within)
        }
        Expr::Null { field, negated } => Some(negated ^ held(field).is_none()),
        Expr::Like { field, pattern, negated } => {
            let text = match held(field)? {
                Scalar::Text(text) => text.to_string(),
                Scalar::Int(size) => size.to_string(),
                Scalar::Bool(on) => on.to_string(),
                other => unreachable!("{other:?}"),
            };
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let sql = pattern.to_sql()?;
            Some(negated ^ common::naive::like(&chars(&sql), &chars(&text)))
        }
        Expr::Relate { .. } => unreachable!("no generator makes one"),
    }
}

fn holds(condition: &Expr, record: &Map) -> bool {
    engine(condition, record) == Some(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn nothing_is_lost_and_exact_is_exact(
        conditions in proptest::collection::vec(conditions(), 1..4),
        records in proptest::collection::vec(records(), 1..8),
    ) {
        let params = [Narrowing { name: "ownerId", values: &[] }, Narrowing { name: "madeFrom", values: &[] }];
        for target in [Target::Em, Target::ZstackQ, Target::ZstackZql, Target::Vb365 { params: &params }] {
            let (plan, done) = pushdown(&conditions, &THING, target);
            prop_assert_eq!(done.len(), conditions.len());
            for record in &records {
                let kept = match target {
                    Target::Em => plan.sent().iter().all(|(_, text)| naive(parse(text).unwrap().expr(), record, &THING)),
                    Target::ZstackQ => plan.sent().iter().all(|(_, text)| sql(&read_q(text), record, &THING) == Some(true)),
                    Target::ZstackZql => plan.sent().iter().all(|(_, text)| sql(&read_zql(text), record, &THING) == Some(true)),
                    _ => plan.server().is_none_or(|server| naive(server, record, &THING)),
                };
                let all = conditions.iter().all(|condition| holds(condition, record));
                prop_assert!(kept || !all, "{:?} {:?} lost {:?}\n{}", target, conditions, record, plan);
                for (condition, done) in conditions.iter().zip(&done) {
                    let exact = *done == Pushdown::Exact;
                    prop_assert!(!kept || !exact || holds(condition, record), "{:?} {} on {:?}\n{}", target, condition, record, plan);
                }
            }
        }
    }
}

#[test]
fn how_far_a_condition_is_left_to_a_server() {
    use Pushdown::{Exact, Inexact, None};
    let extended = backhaul_filter::ParseOptions::new().extended(true).lenient(true);
    for (text, em, q, zql) in [
        ("size>=1", Exact, Exact, Exact),
        ("size!=1", Inexact, None, Inexact),
        ("size==1,made<2018-04-11", Exact, None, Exact),
        ("name==a", Inexact, Inexact, Inexact),
        ("name!=a", None, Inexact, Inexact),
        ("name==a*", None, Inexact, Inexact),
        ("state>Enabled", None, Inexact, Inexact),
        ("on==true", Exact, Exact, Exact),
        ("size==null", None, Inexact, Inexact),
        ("size > 2 * size", None, None, None),
        ("other==1", None, None, None),
        ("name!=a,size==1", None, None, Inexact),
    ] {
        let condition = [extended.parse(text).unwrap().into_expr()];
        for (target, done) in [(Target::Em, em), (Target::ZstackQ, q), (Target::ZstackZql, zql)] {
            assert_eq!(pushdown(&condition, &THING, target).1, [done], "{text} {target:?}");
        }
    }
}
