//! What filters mean for a type and at a moment, and that calculations hold where they should.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::{
    Clock, Evaluator, Expr, FieldDef, Kind, ParseOptions, Predicate, QueryDef, Scalar, Selection, Source, Target,
    check, lower,
};
use common::Map;
use common::naive::naive;
use proptest::prelude::*;

const fn field(name: &'static str, kind: Kind, source: Source<'static>) -> FieldDef {
    FieldDef { name, kind, values: &[], source }
}

const TENANT: QueryDef = QueryDef {
    name: "Tenant",
    fields: &[
        field("Name", Kind::Text, Source::Attribute("Name")),
        field("Made", Kind::DateTime, Source::Field("MadeUTC")),
        field("Ended", Kind::DateTime, Source::Field("Ended")),
        field("Disabled", Kind::Bool, Source::Not("Enabled")),
        field("Used", Kind::Int, Source::Field("UsedQuotaMb")),
        field("QuotaGb", Kind::Int, Source::Field("QuotaGb")),
        field("Size", Kind::Int, Source::Field("Size")),
        field("Load", Kind::Float, Source::Field("Load")),
        field("Secret", Kind::Int, Source::ServerOnly),
    ],
};

fn now() -> backhaul_filter::DateTime {
    "2026-11-29T17:00:00Z".parse().unwrap()
}

fn resolved(text: &str) -> Expr {
    let parsed = ParseOptions::new().extended(true).lenient(true).parse(text).unwrap();
    parsed.resolved(&TENANT, &Clock::utc(now())).into_expr()
}

#[test]
fn what_texts_mean() {
    for (text, meant) in [
        ("Made>=yesterday", "Made>=\"2026-11-28T00:00:00Z\""),
        ("madeutc<now-24h", "Made<\"2026-11-28T17:00:00Z\""),
        ("Made >= now - 24h", "Made>=\"2026-11-28T17:00:00Z\""),
        ("Made>=(today - 90m)", "Made>=\"2026-11-28T22:30:00Z\""),
        ("Made in (today,2025-08-15)", "Made in (\"2026-11-29T00:00:00Z\",2025-08-15)"),
        ("!Made<-1d", "!Made<\"2026-11-28T17:00:00Z\""),
        ("Name==yesterday", "Name==yesterday"),
        ("Size>=1.5TiB", "Size>=1649267441664"),
        ("Size<500GB,Size in (1KiB)", "Size<500000000000,Size in (1024)"),
        ("Used>=1TiB", "Used>=1048576"),
        ("UsedQuotaMb>=1TiB", "Used>=1048576"),
        ("QuotaGb<1TiB", "QuotaGb<1024"),
        ("Used>1KiB", "Used>1KiB"),
        ("Size>(2 * 1GiB)", "Size>(2 * 1GiB)"),
        ("Size>(2 * 1024)", "Size>2048"),
        ("Enabled==true", "Disabled==false"),
        ("Enabled!=FALSE", "Disabled!=true"),
        ("enabled<true", "Disabled>false"),
        ("Enabled in (true,false)", "Disabled in (false,true)"),
        ("Enabled!=null", "Disabled!=null"),
        ("Enabled==t*", "Enabled==t*"),
        ("Disabled==true", "Disabled==true"),
        ("Used>QuotaGb", "Used>(QuotaGb)"),
        ("!Used>QuotaGb", "!Used>(QuotaGb)"),
        ("Made>=Ended", "Made>=(Ended)"),
        ("Made>=Size", "Made>=Size"),
        ("Name>Name", "Name>Name"),
        ("UsedQuotaMb > 0.8 * QuotaGb", "Used>0.8 * QuotaGb"),
        ("Other>1KiB;(Name==a,Size<1kB)", "Other>1KiB;(Name==a,Size<1000)"),
    ] {
        assert_eq!(resolved(text).to_string(), meant, "{text}");
    }
}

#[test]
fn a_server_that_tells_no_zone_is_asked_by_its_own_clock() {
    let ahead = |_| 3600;
    let clock = Clock::new(now(), &ahead).of_server();
    let ask = |text: &str| {
        let parsed = ParseOptions::new().extended(true).parse(text).unwrap().resolved(&TENANT, &clock);
        let ask = Selection { filter: Some(parsed.expr()), ..Selection::default() };
        lower(&ask, &TENANT, Target::ZstackQ).unwrap().sent()[0].1.clone()
    };
    assert_eq!(ask("Made>=today"), "Made>=2026-11-29 00:00:00");
    assert_eq!(ask("Made>=now - 24h"), "Made>=2026-11-28 18:00:00");
}

#[test]
fn calculations() {
    let record = Map::of([
        ("UsedQuotaMb", Scalar::Int(900)),
        ("QuotaGb", Scalar::Int(1)),
        ("Size", Scalar::Text("11".into())),
        ("Load", Scalar::Float(1.1)),
        ("MadeUTC", "2026-11-29T10:00:00Z".into()),
        ("Ended", "2026-11-29T12:30:00.5Z".into()),
    ]);
    let holds = |text: &str| Predicate::compile(&resolved(text), &TENANT).unwrap().matches(&record);
    for (text, expected) in [
        // 900 MB of 1 GB: units differ, so both are bytes.
        ("Used > 0.8 * QuotaGb", true),
        ("Used > 0.9 * QuotaGb", false),
        ("Used / QuotaGb >= 0.5", true),
        ("Used>QuotaGb", false),
        ("Used + Size > 900MiB", true),
        ("Used * 2 > 1000", true),
        // As people calculate, not as floats do.
        ("Size==(Load * 10)", true),
        ("Size>=10*Load", true),
        ("Size / 0 > 1", false),
        ("!(Size / 0 > 1)", true),
        ("Size / 0 != 1", true),
        ("Ended - Made > 2h", true),
        ("Ended - Made == 9000.5", true),
        ("Ended > Made + 2h30m", true),
        ("Ended > Made + 3h", false),
        ("Ended>Made", true),
    ] {
        assert_eq!(holds(text), expected, "{text}");
    }
    let empty = Map::default();
    for text in ["Used>QuotaGb", "Used - QuotaGb < 5", "Ended - Made > 2h"] {
        assert!(!Predicate::compile(&resolved(text), &TENANT).unwrap().matches(&empty), "{text}");
        assert!(Predicate::compile(&resolved(text).negate(), &TENANT).unwrap().matches(&empty), "{text}");
    }
    // Numbers of a server that lead beyond 64 bits.
    let large = Map::of([("Used", Scalar::Null), ("Size", Scalar::Int(i64::MAX)), ("Load", Scalar::Float(f64::MAX))]);
    let holds = |text: &str| Predicate::compile(&resolved(text), &TENANT).unwrap().matches(&large);
    assert!(holds("Size * Size * Size > Size") && holds("Load * 2 > 1") == holds("Load * 2 > 2"));
}

#[test]
fn calculations_that_make_no_sense_are_errors() {
    let mut shown = String::new();
    for text in [
        "Name * 2 > 5",
        "Made * 2 > 5",
        "Made - Ended > today",
        "Made + Ended > 5",
        "Used > 0.8 * Quota",
        "Secret > 2 * Used",
        "Size>(soon)",
        "Size>1.5T",
        "Used>1KiB",
        "Made>=soon",
        "Name==\"web*\";Name!=\"100%\"",
    ] {
        let parsed = ParseOptions::new().extended(true).lenient(true).parse(text).unwrap();
        let parsed = parsed.resolved(&TENANT, &Clock::utc(now()));
        for finding in check(&parsed, &TENANT) {
            shown += &format!("{}\n", finding.render(text));
        }
        shown += "\n";
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_no_server_can_be_asked_is_evaluated_here() {
    let mut shown = String::new();
    for text in [
        "Name==web*;Name==my_vm*;Name!=web*",
        "Name==null;Size!=null",
        "Size in (1,2);Name not in (a,b)",
        "!Size<5;!(Name==a,Size>1)",
        "Used > 0.8 * QuotaGb;Name==a",
        "Name==web*,Size>5",
    ] {
        shown += &format!("{text}\n");
        let filter = resolved(text);
        let ask = Selection { filter: Some(&filter), ..Selection::default() };
        for (name, target) in [("em", Target::Em), ("q", Target::ZstackQ), ("zql", Target::ZstackZql)] {
            let plan = lower(&ask, &TENANT, target).unwrap();
            shown += &format!("{name}:\n  {}\n", plan.to_string().replace('\n', "\n  "));
        }
        shown += "\n";
    }
    insta::assert_snapshot!(shown);
    // Nor is what only a server knows evaluated nowhere in silence.
    let secret = resolved("Secret > 2 * Used");
    let ask = Selection { filter: Some(&secret), ..Selection::default() };
    assert!(lower(&ask, &TENANT, Target::Em).unwrap_err().to_string().contains("only the server knows `Secret`"));
    let plan = lower(&Selection { filter: Some(&resolved("Name==web*")), ..Selection::default() }, &TENANT, Target::Em)
        .unwrap();
    assert_eq!((plan.parts()[0].by, plan.sent()), (Evaluator::Here, &[][..]));
}

proptest! {
    /// The opposite of a filter holds exactly where the filter does not.
    #[test]
    fn negation_is_exact(expr in filters(), records in proptest::collection::vec(records(), 1..8)) {
        let (holds, fails) = (Predicate::compile(&expr, &TENANT).unwrap(), Predicate::compile(&expr.clone().negate(), &TENANT).unwrap());
        for record in &records {
            prop_assert_ne!(holds.matches(record), fails.matches(record), "{} on {:?}", expr, record);
            prop_assert_eq!(holds.matches(record), naive(&expr, record, &TENANT), "{} on {:?}", expr, record);
        }
    }
}

fn filters() -> impl Strategy<Value = Expr> {
    let words = |words: &[&'static str]| prop::sample::select(words.to_vec()).prop_map(str::to_owned).boxed();
    common::nested(common::condition_on(vec![
        ("Name", words(&["a", "b%", "", "_"])),
        ("Size", words(&["-1", "0", "1"])),
        ("Disabled", words(&["true", "false"])),
    ]))
}

fn records() -> impl Strategy<Value = Map> {
    let text = prop::sample::select(vec![Scalar::Null, "a".into(), "b".into(), "".into()]);
    let size = prop::sample::select(vec![Scalar::Null, Scalar::Int(0), Scalar::Int(1), "many".into()]);
    let flag = prop::sample::select(vec![Scalar::Null, true.into(), false.into(), "odd".into()]);
    (text, size, flag).prop_map(|(name, size, flag)| Map::of([("@Name", name), ("Size", size), ("Enabled", flag)]))
}
