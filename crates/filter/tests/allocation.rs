//! Evaluating takes no memory from the heap, whatever the kinds of fields and values.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use allocation_counter::measure;
use backhaul_filter::{Place, Predicate, QueryType, Record, Scalar, compare, parse};
use common::BackupJobSession;

/// The same value for every field.
struct Same(Scalar<'static>);

impl Record for Same {
    fn get(&self, _: Place<'_>) -> Scalar<'_> {
        match &self.0 {
            Scalar::Text(text) => Scalar::from(text.as_ref()),
            other => other.clone(),
        }
    }
}

#[test]
fn no_record_allocates() {
    let filter = concat!(
        r#"(JobUid!="urn:veeam:Job:7445e6ce-86f5-4171-b909-dac209c66563",JobUid==x);(JobName!="É b",JobName==a);"#,
        r#"(Result>=Warning,Result!=None);(CreationTime<2025-08-15,CreationTime!=2025-08-15);(Progress!="1.5",Progress<1);"#,
        r#"(Size!=7,Size>5);(Finished==true,Finished!=true)"#
    );
    let predicate = Predicate::compile(parse(filter).unwrap().expr(), BackupJobSession::DEF).unwrap();
    let records = [
        Scalar::Null,
        true.into(),
        7.into(),
        i64::MIN.into(),
        (-1.5e300).into(),
        f64::NAN.into(),
        "".into(),
        "É B".into(),
        "Failed".into(),
        "2025-08-14T12:31:30.389954Z".into(),
        "7445e6ce-86f5-4171-b909-dac209c66563".into(),
        "Apr 11, 2018 2:50:54 PM".into(),
    ]
    .map(Same);
    let like = Predicate::compile(
        &backhaul_filter::Expr::Like {
            field: common::name("Size"),
            pattern: backhaul_filter::Pattern::sql("%1%5"),
            negated: true,
        },
        BackupJobSession::DEF,
    );
    let like = like.unwrap();
    let mut held = 0;
    let taken = measure(|| {
        for record in &records {
            held += usize::from(predicate.matches(record)) + usize::from(like.matches(record));
            for field in BackupJobSession::DEF.fields {
                held += usize::from(compare(field, record, &records[2]).is_lt());
            }
        }
    });
    assert!(held > 0);
    assert_eq!(taken.count_total, 0);
}
