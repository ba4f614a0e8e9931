//! The checker, the evaluator and the lowering for each server.
#![no_main]

use backhaul_filter::zstack::split_q;
use backhaul_filter::{
    Clock, Expr, FieldDef, Kind, Narrowing, ParseOptions, Place, Predicate, QueryDef, Record, Scalar, Selection,
    Severity, Source, Target, check, lower, parse,
};
use libfuzzer_sys::fuzz_target;

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

const THING: QueryDef = QueryDef {
    name: "Thing",
    fields: &[
        field("Name", Kind::Text, &[]),
        field("state", Kind::Enum, &["Enabled", "Disabled", "Lost"]),
        field("size", Kind::Int, &[]),
        field("load", Kind::Float, &[]),
        FieldDef { name: "on", kind: Kind::Bool, values: &[], source: Source::Not("off") },
        field("made", Kind::DateTime, &[]),
        field("ownerId", Kind::Uid, &[]),
        FieldDef { name: "zone.name", kind: Kind::Text, values: &[], source: Source::ServerOnly },
    ],
};

const PARAMS: [Narrowing<'static>; 3] = [
    Narrowing { name: "ownerid", values: &[] },
    Narrowing { name: "madeFrom", values: &[] },
    Narrowing { name: "state", values: &["Lost"] },
];

/// One value for every field, or none.
struct Thing(Option<&'static str>);

impl Record for Thing {
    fn get(&self, _: Place<'_>) -> Scalar<'_> {
        self.0.into()
    }
}

const RECORDS: [Thing; 8] = [
    Thing(None),
    Thing(Some("")),
    Thing(Some("a")),
    Thing(Some("5")),
    Thing(Some("true")),
    Thing(Some("Disabled")),
    Thing(Some("Apr 11, 2018 2:50:54 PM")),
    Thing(Some("7445e6ce-86f5-4171-b909-dac209c66563")),
];

fuzz_target!(|text: &str| {
    let Ok(parsed) = ParseOptions::new().extended(true).lenient(true).parse(text) else { return };
    let clock = Clock::utc("2026-11-29T17:00:00Z".parse().expect("a moment"));
    let parsed = parsed.resolved(&THING, &clock);
    let findings = check(&parsed, &THING);
    findings.iter().for_each(|finding| drop(finding.render(text)));
    let expr = parsed.expr();
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let ask = Selection { filter: Some(expr), ..Selection::default() };
    for target in [Target::Em, Target::ZstackQ, Target::ZstackZql, Target::Vb365 { params: &PARAMS }] {
        let Ok(plan) = lower(&ask, &THING, target) else { continue };
        let _ = plan.to_string();
        for (name, value) in plan.sent() {
            match name.as_ref() {
                "filter" => assert_eq!(Some(parse(value).expect("a filter").expr()), plan.server()),
                "q" => {
                    let condition = split_q(value).expect("a condition");
                    assert!(THING.fields.iter().any(|field| field.name == condition.field), "{value}");
                }
                "where" => assert_eq!(value.matches('\'').count() % 2, 0, "{value}"),
                other => assert!(PARAMS.iter().any(|param| param.name == other), "{other}"),
            }
        }
        let compiled = |expr: Option<&Expr>| expr.map(|expr| Predicate::compile(expr, &THING));
        let rest = compiled(plan.rest()).map(|rest| rest.expect("the rest can be evaluated here"));
        // What only the server knows is not evaluated here, nor are dates in the server's own words.
        let Some(Ok(whole)) = compiled(Some(expr)) else { continue };
        let Ok(server) = compiled(plan.server()).transpose() else { continue };
        for record in &RECORDS {
            let kept = server.as_ref().is_none_or(|server| server.matches(record));
            let both = kept && rest.as_ref().is_none_or(|rest| rest.matches(record));
            assert_eq!(both, whole.matches(record), "{expr} on {:?}: {plan}", record.0);
        }
    }
});
