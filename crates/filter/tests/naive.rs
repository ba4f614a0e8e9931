//! The evaluator agrees with a naive one on random filters and records, and with the table in its documentation.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::cmp::Ordering;

use backhaul_filter::{EvalError, Expr, MAX_DEPTH, Op, Pattern, Predicate, QueryType, Scalar, compare};
use common::naive::{naive, of_record, order};
use common::{BackupJobSession, Map, condition_on, key, name, nested};
use proptest::prelude::*;

const FIELDS: &[&str] = &["JobUid", "jobname", "RESULT", "CreationTime", "Progress", "Size", "Finished"];

/// Few texts, so that filters and records often meet.
fn texts() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        3 => prop::sample::select(vec!["Success", "warning", "FAILED", "None", "none", "true", "False", "", "0", "1", "É", "é", "a%", "_b%"]).prop_map(str::to_owned),
        2 => "-?[0-9]{1,2}",
        1 => "-?[0-9]\\.(0|5|25)",
        2 => "2025-08-1[45]",
        1 => "Aug 1[45], 2025 1?[12]:00:0[01] [AP]M",
        2 => "2025-08-1[45]T1[0-2]:00(:0[01](\\.[05]0?)?)?(Z|\\+01:00|-0200)?",
        1 => "7445e6ce-86f5-4171-b909-dac209c6656[34]",
        1 => "(urn|URN):veeam:Job:7445E6CE-86F5-4171-B909-DAC209C6656[34]",
        1 => "urn:VMware:Vm:[ab]\\.vm-1",
        1 => "[abAB]{0,2}",
    ]
}

/// For each field, values that a filter may compare it with.
fn fitting() -> Vec<(&'static str, BoxedStrategy<String>)> {
    let words = |words: &[&'static str]| prop::sample::select(words.to_vec()).prop_map(str::to_owned).boxed();
    vec![
        ("JobUid", texts().boxed()),
        ("jobname", texts().boxed()),
        ("RESULT", words(&["success", "Warning", "FAILED", "None", "true", ""])),
        ("CreationTime", "2025-08-1[45](T1[0-2]:00(:0[01](\\.[05]0?)?)?(Z|\\+01:00|-0200)?)?".boxed()),
        ("Progress", "-?[0-9]{1,2}(\\.(0|5|25))?".boxed()),
        ("Size", "-?[0-9]{1,2}".boxed()),
        ("Finished", words(&["true", "FALSE"])),
    ]
}

/// The same fields, with values that may not fit.
fn anything() -> Vec<(&'static str, BoxedStrategy<String>)> {
    let fit = fitting();
    let any = FIELDS.iter().map(|field| (*field, texts().boxed()));
    fit.iter().cloned().chain(fit.iter().cloned()).chain(fit.iter().cloned()).chain(any).collect()
}

fn scalars() -> impl Strategy<Value = Scalar<'static>> {
    prop_oneof![
        1 => Just(Scalar::Null),
        4 => texts().prop_map(Scalar::from),
        1 => any::<bool>().prop_map(Scalar::from),
        1 => (-9i64..99).prop_map(Scalar::from),
        1 => prop::sample::select(vec![-0.0, 0.5, 1.0, 1.25, f64::NAN, f64::INFINITY]).prop_map(Scalar::from),
    ]
}

/// Records, each field mostly of its kind.
fn records() -> impl Strategy<Value = Map> {
    let keys = ["Job.id", "JobName", "Result", "CreationTimeUTC", "Progress", "@Size", "Finished"];
    proptest::collection::vec(scalars(), keys.len())
        .prop_map(move |values| Map(keys.iter().map(|key| (*key).to_owned()).zip(values).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn both_evaluators_agree(expr in nested(condition_on(fitting())), records in proptest::collection::vec(records(), 1..6)) {
        // Infinities are no numbers in the naive one's texts.
        let finite = |record: &Map| record.0.values().all(|value| !matches!(value, Scalar::Float(float) if float.is_infinite()));
        let predicate = Predicate::compile(&expr, BackupJobSession::DEF).unwrap();
        for record in records.iter().filter(|record| finite(record)) {
            prop_assert_eq!(predicate.matches(record), naive(&expr, record, BackupJobSession::DEF), "{} on {:?}", expr, record);
        }
    }

    #[test]
    fn a_single_condition_agrees(expr in condition_on(fitting()), value in scalars()) {
        let predicate = Predicate::compile(&expr, BackupJobSession::DEF).unwrap();
        if matches!(value, Scalar::Float(float) if float.is_infinite()) {
            return Ok(());
        }
        let field = BackupJobSession::DEF.field(expr.field().unwrap().as_str()).unwrap();
        let record = Map::of([(&key(field.source.place().unwrap()), value)]);
        prop_assert_eq!(predicate.matches(&record), naive(&expr, &record, BackupJobSession::DEF), "{} on {:?}", expr, record);
    }

    #[test]
    fn what_is_certain_is_so_for_every_record(
        expr in prop::sample::select(FIELDS.to_vec()).prop_flat_map(|field| {
            nested(condition_on(fitting().into_iter().filter(|(name, _)| *name == field).collect()))
        }),
        records in proptest::collection::vec(records(), 1..12),
    ) {
        let findings = backhaul_filter::check(&expr, BackupJobSession::DEF);
        let said = |what: &str| findings.iter().any(|finding| finding.message.ends_with(what));
        // Of one condition, or of a group of conditions alone, what is found is found of the whole; unless of one term.
        let flat = expr.terms().iter().all(|term| term.terms().is_empty());
        let of_one = said("` never holds") || said("` always holds");
        if expr.terms().is_empty() || (flat && !of_one) {
            for record in &records {
                let held = naive(&expr, record, BackupJobSession::DEF);
                prop_assert!(!said("never holds") || !held, "{} on {:?}", expr, record);
                prop_assert!(!said("always holds") || held, "{} on {:?}", expr, record);
            }
        }
    }

    #[test]
    fn sorting_is_a_total_order(records in proptest::collection::vec(records(), 3), at in 0..FIELDS.len()) {
        let field = BackupJobSession::DEF.field(FIELDS[at]).unwrap();
        let [a, b, c] = &records[..] else { unreachable!() };
        let by = |a: &Map, b: &Map| compare(field, a, b);
        prop_assert_eq!(by(a, a), Ordering::Equal);
        prop_assert_eq!(by(a, b), by(b, a).reverse());
        if by(a, b).is_le() && by(b, c).is_le() {
            prop_assert!(by(a, c).is_le());
        }
        // What `<` says of two records, sorting says too.
        let (x, y) = (of_record(field, a), of_record(field, b));
        if let Some(order) = order(&x, &y) {
            prop_assert_eq!(by(a, b), order);
        }
    }

    #[test]
    fn a_check_without_errors_is_a_filter_that_compiles(expr in nested(condition_on(anything()))) {
        let errors = backhaul_filter::check(&expr, BackupJobSession::DEF).iter().any(|finding| finding.severity == backhaul_filter::Severity::Error);
        prop_assert_eq!(Predicate::compile(&expr, BackupJobSession::DEF).is_err(), errors);
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused_by_name() {
    let compile = |text: &str| {
        let expr = backhaul_filter::parse(text).unwrap().into_expr();
        Predicate::compile(&expr, common::CloudSubtenant::DEF).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(
        compile("Name==x;unlimited==true").unwrap_err(),
        "`unlimited` is known to the server only: its answers do not hold it, so it cannot be evaluated here"
    );
    assert_eq!(compile("Nmae==x").unwrap_err(), "CloudSubtenant has no filter field `Nmae`; did you mean `Name`?");
    assert_eq!(compile("zone.name==x").unwrap_err(), "CloudSubtenant has no filter field `zone.name`");
    assert_eq!(compile("Quota>abc").unwrap_err(), "`Quota` holds a whole number, and `abc` is not one");
    let mut deep = Expr::compare(name("Name"), Op::Eq, "x");
    for level in 0..=MAX_DEPTH {
        let leaf = Expr::compare(name("Name"), Op::Eq, "y");
        deep = if level % 2 == 0 { deep.and(leaf) } else { deep.or(leaf) };
    }
    assert!(Predicate::compile(&deep, common::CloudSubtenant::DEF).is_ok());
    let deeper = deep.or(Expr::compare(name("Name"), Op::Eq, "z")).and(Expr::compare(name("Name"), Op::Eq, "z"));
    let error = Predicate::compile(&deeper, common::CloudSubtenant::DEF).unwrap_err();
    assert_eq!(error, EvalError::TooDeep);
    assert_eq!(error.to_string(), "the filter nests deeper than 64 groups");
}

/// What no text says, on a field that is the opposite of what the record holds, and on one that is not.
#[test]
fn patterns_and_lists() {
    let holds = |expr: &Expr, key: &str, value: Scalar<'static>| {
        Predicate::compile(expr, common::CloudSubtenant::DEF).unwrap().matches(&Map::of([(key, value)]))
    };
    let like = |pattern: &str, negated| Expr::Like { field: name("Disabled"), pattern: Pattern::sql(pattern), negated };
    assert!(holds(&like("TRU_", false), "Enabled", false.into()));
    assert!(!holds(&like("TRU_", false), "Enabled", true.into()));
    assert!(holds(&like("f%", false), "Enabled", true.into()));
    assert!(!holds(&like("f%", true), "Enabled", true.into()));
    assert!(holds(&like("f%", true), "Enabled", Scalar::Null));
    let list = |negated| Expr::In { field: name("Quota"), values: vec!["1".into(), "2".into()], negated };
    for (value, within) in [(Scalar::from(2), true), (3.into(), false), (Scalar::Null, false), ("1".into(), true)] {
        assert_eq!(holds(&list(false), "QuotaMb", value.clone()), within, "{value:?}");
        assert_eq!(holds(&list(true), "QuotaMb", value.clone()), !within, "{value:?}");
    }
    for (value, none) in [(Scalar::Null, true), ("".into(), true), (0.into(), false)] {
        assert_eq!(holds(&Expr::Null { field: name("Quota"), negated: false }, "QuotaMb", value.clone()), none);
        assert_eq!(holds(&Expr::Null { field: name("Quota"), negated: true }, "QuotaMb", value), !none);
    }
}

/// The table in the documentation of `eval`, row by row.
#[test]
fn the_documented_answers() {
    let session = |text: &str, key: &str, value: Scalar<'static>| {
        let expr = backhaul_filter::parse(text).unwrap().into_expr();
        Predicate::compile(&expr, BackupJobSession::DEF).unwrap().matches(&Map::of([(key, value)]))
    };
    for (filter, key, value, expected) in [
        ("JobName==x", "JobName", Scalar::Null, false),
        ("JobName!=x", "JobName", Scalar::Null, true),
        ("Size<5", "@Size", Scalar::Null, false),
        ("Size>=5", "@Size", Scalar::Null, false),
        (r#"JobName=="""#, "JobName", Scalar::Null, true),
        (r#"JobName=="""#, "JobName", "".into(), true),
        ("Size!=0", "@Size", "".into(), true),
        ("JobName==straÉe", "JobName", "STRAéE".into(), true),
        ("JobName<b", "JobName", "A".into(), true),
        ("Finished<true", "Finished", false.into(), true),
        ("Finished==true", "Finished", "1".into(), true),
        ("Result>=warning", "Result", "Failed".into(), true),
        ("Result>=warning", "Result", "Success".into(), false),
        ("Result==none", "Result", "None".into(), true),
        ("Result<Failed", "Result", "None".into(), false),
        ("Result>None", "Result", "Failed".into(), false),
        ("Result!=Failed", "Result", "None".into(), true),
        ("Size==12566568", "@Size", "12566568".into(), true),
        ("Size>9007199254740992", "@Size", Scalar::Int(9_007_199_254_740_993), true),
        ("Size>1", "@Size", Scalar::Float(1.5), true),
        ("CreationTime==\"2025-08-15T06:00:00Z\"", "CreationTimeUTC", "2025-08-15T06:00:00.0000000".into(), true),
        ("CreationTime==\"2025-08-15T08:00+02:00\"", "CreationTimeUTC", "2025-08-15T06:00:00Z".into(), true),
        ("CreationTime>=2025-08-15", "CreationTimeUTC", "2025-08-15T00:00:00Z".into(), true),
        ("CreationTime<2025-08-15", "CreationTimeUTC", "2025-08-14T23:59:59.9999999".into(), true),
        ("CreationTime<2025-08-15", "CreationTimeUTC", "Apr 11, 2018 2:50:54 PM".into(), true),
        ("CreationTime==2018-04-11T14:50:54", "CreationTimeUTC", "Apr 11, 2018 2:50:54 PM".into(), true),
        ("CreationTime<2025-08-15", "CreationTimeUTC", "11.04.2018".into(), false),
        (
            "JobUid==7445e6ce-86f5-4171-b909-dac209c66563",
            "Job.id",
            "urn:veeam:Job:7445E6CE-86F5-4171-B909-DAC209C66563".into(),
            true,
        ),
        ("JobUid==\"urn:VMware:Vm:a.vm-1\"", "Job.id", "A.VM-1".into(), true),
        ("Size!=5", "@Size", "many".into(), true),
        ("Size>5", "@Size", "many".into(), false),
    ] {
        assert_eq!(session(filter, key, value.clone()), expected, "{filter} on {value:?}");
    }
}
