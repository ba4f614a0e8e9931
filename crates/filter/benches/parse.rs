//! Parsing against the least that could do it, printing, and evaluating.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use backhaul_filter::{FieldDef, Kind, Place, Predicate, QueryDef, Record, Scalar, Source, parse, print};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

/// 210 bytes, eight comparisons, two groups.
const FILTER: &str = concat!(
    r#"(Result==Failed;CreationTime>="2025-08-15T06:00:00Z";Size>107374182400;JobName=="Daily backup 7"),"#,
    r#"(Result==Warning;JobUid==7445e6ce-86f5-4171-b909-dac209c66563;State!=Working;Name=="Exchange backup 1 (weekly)")"#,
);

fn main() {
    assert_eq!(FILTER.len(), 210);
    assert_eq!(parse(FILTER).unwrap().expr().conditions().count(), 8);
    divan::main();
}

#[divan::bench]
fn parse_ours(bencher: Bencher) {
    bencher.counter(BytesCount::new(FILTER.len())).bench(|| parse(black_box(FILTER)));
}

#[divan::bench]
fn parse_minimal(bencher: Bencher) {
    bencher.counter(BytesCount::new(FILTER.len())).bench(|| minimal::parse(black_box(FILTER)));
}

#[divan::bench]
fn byte_scan(bencher: Bencher) {
    bencher
        .counter(BytesCount::new(FILTER.len()))
        .bench(|| black_box(FILTER).bytes().filter(|byte| matches!(byte, b';' | b',' | b'(' | b')' | b'"')).count());
}

#[divan::bench]
fn print_ours(bencher: Bencher) {
    let expr = parse(FILTER).unwrap().into_expr();
    bencher.counter(BytesCount::new(FILTER.len())).bench(|| print(black_box(&expr)));
}

const SESSION: QueryDef = QueryDef {
    name: "BackupJobSession",
    fields: &[
        field("JobUid", Kind::Uid, &[]),
        field("JobName", Kind::Text, &[]),
        field("Result", Kind::Enum, &["Success", "Warning", "Failed"]),
        field("CreationTime", Kind::DateTime, &[]),
        field("Size", Kind::Int, &[]),
    ],
};

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

struct Session {
    job: String,
    name: String,
    result: &'static str,
    created: String,
    size: i64,
}

impl Record for Session {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field("JobUid") => self.job.as_str().into(),
            Place::Field("JobName") => self.name.as_str().into(),
            Place::Field("Result") => self.result.into(),
            Place::Field("CreationTime") => self.created.as_str().into(),
            Place::Field("Size") => self.size.into(),
            _ => Scalar::Null,
        }
    }
}

fn sessions() -> Vec<Session> {
    (0..1000)
        .map(|at| Session {
            job: format!("urn:veeam:Job:7445e6ce-86f5-4171-b909-{at:012x}"),
            name: format!("Daily backup {at}"),
            result: ["Success", "Warning", "Failed"][at % 3],
            created: format!("2025-08-{:02}T06:00:00.1234567Z", at % 28 + 1),
            size: at as i64 * 1_000_000,
        })
        .collect()
}

/// One comparison for each record, so that items are comparisons.
#[divan::bench(args = ["JobUid==7445e6ce-86f5-4171-b909-000000000007", "JobName==\"Daily backup 7\"", "Result>=Warning", "CreationTime>=2025-08-15", "Size>500000000"])]
fn eval(bencher: Bencher, text: &str) {
    let sessions = sessions();
    let predicate = Predicate::compile(parse(text).unwrap().expr(), &SESSION).unwrap();
    bencher
        .counter(ItemsCount::new(sessions.len()))
        .bench(|| sessions.iter().filter(|session| predicate.matches(*session)).count());
}

/// The least that could do it: an owned tree of the same shape, no places, no messages, no limits.
mod minimal {
    #[derive(Debug)]
    #[allow(dead_code)]
    pub(crate) enum Node {
        And(Vec<Node>),
        Or(Vec<Node>),
        Compare(String, Op, String),
    }

    #[derive(Debug)]
    pub(crate) enum Op {
        Eq,
        Ne,
        Gt,
        Ge,
        Lt,
        Le,
    }

    pub(crate) fn parse(text: &str) -> Option<Node> {
        let mut at = 0;
        let node = or(text, &mut at)?;
        (at == text.len()).then_some(node)
    }

    fn or(text: &str, at: &mut usize) -> Option<Node> {
        list(text, at, b',', and, Node::Or)
    }

    fn and(text: &str, at: &mut usize) -> Option<Node> {
        list(text, at, b';', term, Node::And)
    }

    fn list(
        text: &str,
        at: &mut usize,
        separator: u8,
        item: fn(&str, &mut usize) -> Option<Node>,
        group: fn(Vec<Node>) -> Node,
    ) -> Option<Node> {
        let first = item(text, at)?;
        if text.as_bytes().get(*at) != Some(&separator) {
            return Some(first);
        }
        let mut items = vec![first];
        while text.as_bytes().get(*at) == Some(&separator) {
            *at += 1;
            items.push(item(text, at)?);
        }
        Some(group(items))
    }

    fn term(text: &str, at: &mut usize) -> Option<Node> {
        if text.as_bytes().get(*at) == Some(&b'(') {
            *at += 1;
            let node = or(text, at)?;
            return (text.as_bytes().get(*at) == Some(&b')')).then(|| {
                *at += 1;
                node
            });
        }
        let name = run(text, at, |byte| byte.is_ascii_alphanumeric() || byte == b'_')?;
        let rest = &text[*at..];
        let (op, len) = if rest.starts_with("==") {
            (Op::Eq, 2)
        } else if rest.starts_with("!=") {
            (Op::Ne, 2)
        } else if rest.starts_with(">=") {
            (Op::Ge, 2)
        } else if rest.starts_with("<=") {
            (Op::Le, 2)
        } else if rest.starts_with('>') {
            (Op::Gt, 1)
        } else if rest.starts_with('<') {
            (Op::Lt, 1)
        } else {
            return None;
        };
        *at += len;
        if text.as_bytes().get(*at) != Some(&b'"') {
            let value = run(text, at, |byte| !matches!(byte, b' ' | b'"' | b';' | b',' | b'(' | b')' | b'&'))?;
            return Some(Node::Compare(name, op, value));
        }
        *at += 1;
        let mut value = String::new();
        loop {
            let end = *at + text[*at..].find('"')?;
            value.push_str(&text[*at..end]);
            *at = end + 1;
            if text.as_bytes().get(*at) != Some(&b'"') {
                return Some(Node::Compare(name, op, value));
            }
            value.push('"');
            *at += 1;
        }
    }

    fn run(text: &str, at: &mut usize, accept: fn(u8) -> bool) -> Option<String> {
        let len = text.as_bytes()[*at..].iter().take_while(|&&byte| accept(byte)).count();
        let start = *at;
        *at += len;
        (len > 0).then(|| text[start..start + len].to_owned())
    }
}
