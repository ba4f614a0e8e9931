//! Work follows the length of a body: eight times the members cost about eight times as much, not sixty-four times.
//!
//! The yardstick is another reading on the same machine at the same time, and the bounds are wide.

use std::time::{Duration, Instant};

use backhaul_models::em::CloudTenant;
use backhaul_wire::{Drift, json, xml};

use crate::every::Every;

/// The best of a few.
fn time(mut run: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed());
    }
    best
}

/// Holds if one of a few tries says so. Eight short bodies take as long as a long one, so that a machine under load
/// interrupts both alike; what is quadratic takes eight times as long for the long one.
fn linear(what: &str, mut run: impl FnMut(usize)) {
    let mut tries = Vec::new();
    for _ in 0..5 {
        let (few, many) = (time(|| (0..8).for_each(|_| run(5_000))), time(|| run(40_000)));
        if many < few * 4 {
            return;
        }
        tries.push((few, many));
    }
    panic!("{what}: {tries:?}");
}

#[test]
fn unknown_members() {
    let body = |count: usize| -> String {
        let members: Vec<String> = (0..count).map(|at| format!("\"n{at}\":{at}")).collect();
        format!("{{{}}}", members.join(","))
    };
    linear("unknown members", |count| {
        let (mut value, mut drift) = (CloudTenant::default(), Drift::default());
        json::decode_into(&mut value, body(count).as_bytes(), Some(&mut drift)).unwrap();
        assert_eq!(value.unknown.iter().count(), count);
        assert_eq!(drift.unknown_fields.len() + drift.more, count);
    });
    let same: String = "\"n\":1,".repeat(30_000);
    let value: CloudTenant = json::decode(format!("{{{same}\"n\":2}}").as_bytes()).unwrap();
    assert_eq!(value.unknown.iter().count(), 1, "the last one counts");
    assert_eq!(value.unknown.get("n"), Some(2.into()));
}

/// What does not fit is kept beside what is unknown: neither is looked for among the others each time it comes, nor
/// among what was told.
#[test]
fn misfits_among_unknown_members() {
    linear("misfits among unknown members", |count| {
        let members: String = (0..count).map(|at| format!("\"n{at}\":{at},")).collect();
        let body = format!("{{{members}{}\"Count\":{{}}}}", "\"Count\":[],".repeat(count));
        let (mut value, mut drift) = (Every::default(), Drift::default());
        json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap();
        assert_eq!(value.unknown.iter().count(), count + 1);
        assert_eq!(value.unknown.get("Count"), Some(serde_json::json!({})), "the last one counts");
        assert_eq!(drift.misfits.len(), 1);
    });
}

#[test]
fn unknown_attributes_and_elements() {
    linear("unknown attributes", |count| {
        let attributes: String = (0..count).map(|at| format!(" a{at}='x'")).collect();
        let value: CloudTenant = xml::decode(format!("<CloudTenant{attributes}/>").as_bytes()).unwrap();
        assert_eq!(value.unknown.iter().count(), count);
    });
    linear("unknown elements", |count| {
        let body = format!("<CloudTenant>{}</CloudTenant>", "<New>1</New>".repeat(count));
        let value: CloudTenant = xml::decode(body.as_bytes()).unwrap();
        assert_eq!(value.unknown.iter().count(), count);
    });
}

#[test]
fn maps() {
    linear("maps", |count| {
        let parts: Vec<String> = (0..count).map(|at| format!("\"p{at}\":{{}}")).collect();
        let body = format!("{{\"Parts\":{{{}}}}}", parts.join(","));
        let value: Every = json::decode(body.as_bytes()).unwrap();
        assert_eq!(value.parts.len(), count);
        assert!(json::encode(&value, json::Case::Schema).unwrap().len() >= count);
        json::check_versions(&value, None).unwrap();
        assert!(value.clone() == value);
    });
}

/// One long text that comes in small pieces must not be looked at again for each of them. The short ones, too, are long
/// enough to get pages of their own from the allocator: what a page costs under load is no question here.
#[test]
fn a_long_text_in_a_stream() {
    linear("a text in a stream", |count| {
        let body = format!("<Every><Name>{}</Name></Every>", "a".repeat(count * 100));
        let reader = std::io::BufReader::with_capacity(64, body.as_bytes());
        let value: Every = xml::decode_stream(reader, "NASJobs", |_: Every| {}).unwrap();
        assert_eq!(value.name.unwrap().len(), count * 100);
    });
}
