//! What records of some collections say where nothing else is said. It is added when they are shown, and not kept with
//! each.

use serde_json::{Value, json};

use crate::vb365::store::{Members, Record};

/// The hours of a week, which a backup window has one by one.
const HOURS: usize = 168;

/// The members of a record, and what they imply.
pub(in crate::vb365) fn whole(template: &str, record: &Record) -> Members {
    let mut body = record.body.clone();
    if let Value::Object(implied) = implied(template, record) {
        for (name, value) in implied {
            body.entry(name).or_insert(value);
        }
    }
    body
}

fn implied(template: &str, record: &Record) -> Value {
    match template {
        "jobs" => json!({
            "description": "", "eTag": 1, "schedulePolicy": {
                "scheduleEnabled": true, "type": "Daily", "dailyType": "Everyday", "dailyTime": "22:00:00",
                "backupWindowEnabled": true, "backupWindowSettings": {"backupWindow": vec![true; HOURS], "minuteOffset": 0},
                "retryEnabled": true, "retryNumber": 3, "retryWaitInterval": 10,
            },
        }),
        "copyjobs" => json!({ "eTag": 1, "schedulePolicy": {"type": "Immediate"} }),
        "jobsessions" => json!({
            "mainSessionId": &*record.id, "details": "", "retryCount": 0, "jobWillBeRetried": false, "jobType": "Backup",
            "jobSessionConfigType": "Incremental", "eTag": 1, "statistics": statistics(record.number("progress")),
        }),
        "restorepoints" => json!({
            "isDeleted": false, "isExchange": true, "isSharePoint": true, "isOneDrive": true, "isTeams": false,
            "isLongTermCopy": false, "isCopy": false, "isRetrieved": false, "eTag": 1, "objectsEtag": 1,
        }),
        _ => Value::Null,
    }
}

/// What a session that has processed so many objects tells of it.
fn statistics(objects: i64) -> Value {
    json!({
        "processingRateBytesPS": 98_010, "processingRateItemsPS": objects / 60, "readRateBytesPS": 1_426_172,
        "writeRateBytesPS": 31_686_381, "transferredDataBytes": objects * super::OBJECT_BYTES, "processedObjects": objects,
        "bottleneck": "Source",
    })
}
