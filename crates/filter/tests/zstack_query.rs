//! What the builder sends, the server reads back as it was meant, or the builder refuses.
//!
//! The server is a model of its own (`common::sql`): it takes a `q=` apart by the rule of its source, the operators in
//! their order, each wherever it is; and it reads ZQL by its grammar.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::zstack::inventories::{BackupStorage, ImageStoreBackupStorage, KVMHost, VmInstance, Volume, Zone};
use backhaul_filter::zstack::{Inventory, InventoryDef, LocalTime, Query, Refusal, Request};
use backhaul_filter::{Expr, Filter, Kind, Value};
use common::sql::{read_q, read_zql};
use proptest::prelude::*;

/// Texts with all that means something to the server more often than chance has it.
fn any_value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "!=", ">=", "<=", "!?=", "!~=", "~=", "?=", "=", ">", "<", "is null", "not null", "'", "''", "\"", "\\", "%", "_", ",", " ",
            "!", "?", "~", "&", "+", "#", "(", ")", " and ", " or ", "\n", ";",
        ]).prop_map(str::to_owned),
        2 => "[a-z0-9:]{1,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Conditions with every operator, on texts, identifiers, numbers, booleans, tags, and through joins.
fn condition() -> impl Strategy<Value = Filter<BackupStorage>> {
    let text = prop::sample::select(vec![BackupStorage::NAME, BackupStorage::STATE, BackupStorage::SYSTEM_TAG]);
    let texts = (text, any_value(), prop::collection::vec(any_value(), 0..4), 0..12_usize);
    let texts = texts.prop_map(|(field, value, values, which)| match which {
        0 => field.eq(value),
        1 => field.ne(value),
        2 => field.after(value),
        3 => field.at_or_after(value),
        4 => field.before(value),
        5 => field.at_or_before(value),
        6 => field.like(value),
        7 => field.not_like(value),
        8 => field.is_in(values),
        9 => field.not_in(values),
        10 => field.is_null(),
        _ => field.not_null(),
    });
    let numbers = (any::<i64>(), 0..4_usize).prop_map(|(value, which)| match which {
        0 => BackupStorage::TOTAL_CAPACITY.eq(value),
        1 => BackupStorage::TOTAL_CAPACITY.ge(value),
        2 => BackupStorage::TOTAL_CAPACITY.lt(value),
        _ => BackupStorage::TOTAL_CAPACITY.is_in([value, 0]),
    });
    let joined = (any_value(), any::<bool>()).prop_map(|(value, flag)| {
        BackupStorage::ZONE.of(Zone::NAME.ne(value) & Zone::IS_DEFAULT.eq(flag) & Zone::USER_TAG.like("a::%"))
    });
    let lists = any_value().prop_map(|value| BackupStorage::ATTACHED_ZONE_UUIDS.is_in([value]));
    prop_oneof![8 => texts, 1 => numbers, 2 => joined, 1 => lists]
}

fn filter() -> impl Strategy<Value = Filter<BackupStorage>> {
    condition().prop_recursive(3, 12, 4, |inner| {
        (inner.clone(), inner, prop::bool::weighted(0.75)).prop_map(|(a, b, all)| if all { a & b } else { a | b })
    })
}

/// Whether the server's rule reads this one condition as it is meant: what must then be sent as a parameter.
fn is_plain(condition: &Expr) -> bool {
    const OPERATORS: [&str; 8] = ["!=", ">=", "<=", "~=", "?=", "=", ">", "<"];
    let plain = |value: &Value| !value.as_str().is_empty() && !value.as_str().contains(['\'', '\\', ',']);
    let harmless = |value: &Value| plain(value) && !OPERATORS.iter().any(|sign| value.as_str().contains(sign));
    match condition {
        Expr::And(_) | Expr::Or(_) => false,
        Expr::Compare(comparison) => harmless(&comparison.value),
        Expr::Like { pattern, .. } => pattern.to_sql().is_some_and(|sql| harmless(&sql.into())),
        Expr::In { values, .. } => !values.is_empty() && values.iter().all(harmless),
        Expr::Null { .. } => true,
        Expr::Not(_) | Expr::Relate { .. } => unreachable!("no generator makes one"),
    }
}

fn conditions(expr: &Expr) -> Vec<Expr> {
    if let Expr::And(terms) = expr { terms.to_vec() } else { vec![expr.clone()] }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_sent_is_read_as_it_was_meant(filter in filter()) {
        let meant = filter.expr().clone();
        match Query::new().filter(filter).request() {
            Ok(Request::Parameters(params)) => {
                prop_assert!(params.iter().all(|(name, _)| name == "q"));
                let read = params.iter().map(|(_, text)| read_q(text));
                prop_assert_eq!(Expr::all(read), Some(meant));
            }
            Ok(Request::Zql { statement, .. }) => {
                let text = statement.to_string();
                prop_assert!(!conditions(&meant).iter().all(is_plain), "parameters could carry {}", meant);
                let text = text.strip_prefix("query backupstorage where ").and_then(|text| text.strip_suffix(" limit 1000"));
                prop_assert_eq!(read_zql(text.expect("the frame")), meant);
            }
            Err(error) => {
                let backslash = |value: &Value| value.as_str().contains('\\');
                let refused = meant.conditions().any(|condition| match condition {
                    Expr::Compare(comparison) => backslash(&comparison.value),
                    Expr::Like { pattern, .. } => pattern.to_sql().is_none_or(|sql| sql.contains('\\')),
                    Expr::In { values, .. } => values.is_empty() || values.iter().any(backslash),
                    _ => false,
                });
                prop_assert!(refused, "{}", error);
            }
        }
    }
}

fn sent<Q: Inventory>(query: &Query<Q>) -> Vec<String> {
    match query.request().unwrap() {
        Request::Parameters(params) => params.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        Request::Zql { statement, .. } => vec![statement.to_string()],
    }
}

#[test]
fn pages_fields_order_and_counts() {
    let query = Query::<Zone>::new();
    assert_eq!(sent(&query), [""; 0]);
    assert_eq!(query.zql().unwrap().to_string(), "query zone limit 1000");
    let query = query.select(Zone::UUID).select(Zone::NAME).sort(Zone::NAME.desc()).start(20).limit(10).with_count();
    assert_eq!(sent(&query), ["fields=uuid,name", "sort=-name", "start=20", "limit=10", "replyWithCount=true"]);
    assert_eq!(
        query.zql().unwrap().to_string(),
        "query zone.uuid,name return with (total) order by name desc limit 10 offset 20"
    );
    let count = query.filter(Zone::NAME.like("a%")).count();
    assert_eq!(sent(&count), ["q=name~=a%", "count=true"]);
    assert_eq!(count.zql().unwrap().to_string(), "count zone where name like 'a%'");
}

#[test]
fn a_kind_switches_the_target() {
    let query = Query::new()
        .filter(BackupStorage::NAME.eq("O'Brien") & BackupStorage::ZONE.of(Zone::IS_DEFAULT.eq(true)))
        .only(ImageStoreBackupStorage::SSH_PORT.ge(22))
        .sort(BackupStorage::NAME.asc());
    let Request::Zql { statement, why } = query.request().unwrap() else { panic!() };
    assert_eq!(why, Refusal::Quote);
    assert_eq!(
        statement.to_string(),
        "query imagestorebackupstorage where name = 'O''Brien' and zone.isDefault = true and sshPort >= 22 \
         order by name asc limit 1000"
    );
    let of_kind =
        Query::new().filter(BackupStorage::STATE.eq("Enabled")).only(ImageStoreBackupStorage::SSH_PORT.eq(22));
    assert_eq!(sent(&of_kind), ["q=type=ImageStoreBackupStorage", "q=state=Enabled", "q=sshPort=22"]);
}

#[test]
fn joins_go_on() {
    let filter = VmInstance::ALL_VOLUMES.of(Volume::PRIMARY_STORAGE_UUID.is_in(["a", "b"]))
        & VmInstance::ZONE.of(Zone::NAME.eq("Z"));
    assert_eq!(sent(&Query::new().filter(filter)), ["q=allVolumes.primaryStorageUuid?=a,b", "q=zone.name=Z"]);
    let def = <VmInstance as Inventory>::DEF;
    assert_eq!(def.field("vmNics.ip"), Some(Kind::Text));
    assert_eq!(def.field("vmNics.eip.vipIp"), Some(Kind::Text));
    assert_eq!(def.field("host.cluster.zone.__systemTag__"), Some(Kind::Text));
    assert_eq!(def.field("nowhere.name"), None);
    assert_eq!(KVMHost::USER_TAG.eq("a").to_string(), "__userTag__==a");
}

#[test]
fn tags_by_has_are_zql() {
    let query = Query::new().has(Zone::SYSTEM_TAG, ["a::b", "it's"]).has_not(Zone::USER_TAG, ["c"]);
    let either = query.filter(Zone::NAME.eq("x") | Zone::NAME.eq("y"));
    let text = "query zone where (name = 'x' or name = 'y') and __systemTag__ has ('a::b', 'it''s') and __userTag__ not has ('c') \
                limit 1000";
    assert_eq!(sent(&either), [text]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let refused = |query: Query<BackupStorage>| query.request().unwrap_err().to_string();
    let backslash = refused(Query::new().filter(BackupStorage::NAME.eq("a\\b")));
    assert_eq!(backslash, "name==\"a\\b\": neither `q=` nor ZQL can carry it: the server changes a backslash");
    let both = refused(Query::new().filter(BackupStorage::NAME.eq("it's\\")));
    assert_eq!(
        both,
        "name==\"it's\\\": `q=` cannot carry it: the server breaks its own query on a single quote; nor can ZQL: the server \
         changes a backslash"
    );
    let local: LocalTime = "2024-01-31T10:00:00".parse().unwrap();
    let dated = Query::new().filter(BackupStorage::CREATE_DATE.gt(local));
    assert_eq!(sent(&dated), ["q=createDate>2024-01-31 10:00:00"]);
    let tag = refused(Query::new().sort(BackupStorage::USER_TAG.asc()));
    assert!(tag.contains("no such field of its own"), "{tag}");
}

/// Every definition that joins and kinds lead to.
fn all() -> Vec<&'static InventoryDef> {
    let mut found: Vec<&InventoryDef> = Vec::new();
    let mut todo = vec![BackupStorage::DEF, VmInstance::DEF];
    while let Some(def) = todo.pop() {
        if !found.iter().any(|known| known.name == def.name) {
            found.push(def);
            todo.extend(def.joins.iter().chain(def.kinds).map(|(_, to)| *to));
        }
    }
    found
}

#[test]
fn what_generated_joins_lead_to_has_fields() {
    let all = all();
    assert!(all.len() > 50, "{}", all.len());
    for def in all {
        assert!(!def.fields.is_empty(), "{}", def.name);
        assert!(def.tag.is_none_or(|tag| def.own(tag).is_some()), "{}", def.name);
        for (_, kind) in def.kinds {
            // What is asked of the whole can be asked of each kind.
            assert!(def.fields.iter().all(|(name, _)| kind.own(name).is_some()), "{} of {}", kind.name, def.name);
        }
    }
}
