//! Filters built in code.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, UNIX_EPOCH};

use backhaul_filter::{DateTime, Expr, Field, Filter, Predicate, QueryType, Scalar, Sort, check, kind, parse};
use common::{BackupJobSession, CloudSubtenant, Map, Repository, any_text};
use proptest::prelude::*;

#[test]
fn spelling() {
    let filter =
        (CloudSubtenant::NAME.eq("a b") | CloudSubtenant::NAME.ne(String::from("c"))) & CloudSubtenant::QUOTA.lt(-5);
    assert_eq!(filter.to_string(), "(Name==\"a b\",Name!=c);Quota<-5");
    assert_eq!(filter.to_em().unwrap(), filter.to_string());

    let since: DateTime = "2025-08-15T08:00:00+02:00".parse().unwrap();
    let filter = BackupJobSession::CREATION_TIME.ge(since)
        & BackupJobSession::RESULT.ge("Warning")
        & BackupJobSession::PROGRESS.le(99.5);
    assert_eq!(filter.to_string(), "CreationTime>=\"2025-08-15T06:00:00Z\";Result>=Warning;Progress<=\"99.5\"");
    let filter = BackupJobSession::CREATION_TIME.lt(UNIX_EPOCH + Duration::from_millis(1500));
    assert_eq!(filter.to_string(), "CreationTime<\"1970-01-01T00:00:01.5Z\"");

    let any = BackupJobSession::RESULT.any_of(["Warning", "Failed"]).unwrap();
    assert_eq!(any.to_string(), "Result==Warning,Result==Failed");
    assert!(BackupJobSession::RESULT.any_of(Vec::<&str>::new()).is_none());
    assert_eq!(Repository::FREE_SPACE.gt(107_374_182_400_i64).to_string(), "FreeSpace>107374182400");
}

#[test]
fn everything_a_builder_makes_passes_the_check() {
    let filter =
        CloudSubtenant::NAME.eq("") & CloudSubtenant::CLOUD_TENANT_UID.eq("7445e6ce-86f5-4171-b909-dac209c66563");
    assert_eq!(check(filter.expr(), CloudSubtenant::DEF), []);
    assert_eq!(Filter::try_from_expr(filter.clone().into_expr()), Ok(filter));
}

#[test]
fn sorting() {
    let sort = CloudSubtenant::NAME.desc();
    assert_eq!((sort.parameter(), sort.field().as_str(), sort.descending()), ("sortDesc", "Name", true));
    assert_eq!(Sort::by_name("NAME", true), Some(sort));
    assert_eq!(Sort::<CloudSubtenant>::by_name("nothing", false), None);
    assert_eq!(CloudSubtenant::NAME.asc().parameter(), "sortAsc");
}

#[test]
#[should_panic(expected = "not a field name")]
fn a_constant_cannot_smuggle_text_in() {
    let _ = Field::<CloudSubtenant, kind::Text>::new("Name==x;Disabled");
}

proptest! {
    #[test]
    fn a_value_is_always_a_value(text in any_text()) {
        let filter = CloudSubtenant::NAME.eq(&text);
        prop_assert_eq!(&parse(&filter.to_em().unwrap()).unwrap().into_expr(), &Expr::from(filter.clone()));
        let record = Map::of([("Name", Scalar::from(text))]);
        prop_assert!(Predicate::compile(filter.expr(), CloudSubtenant::DEF).unwrap().matches(&record));
    }
}
