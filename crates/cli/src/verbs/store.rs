//! `backhaul store`: what keeps the runs small, whole and lawful. And where runs are kept, for all verbs.

use backhaul_fleet::store::{Store, StoreError, StoreErrorKind};
use etcetera::BaseStrategy;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::args::store::{Place, Store as Args, StoreVerb};
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Table};

/// Runs the verb.
pub(crate) fn run(args: &Args, console: &Console) -> Outcome {
    let store = open(&args.place)?;
    connect::wait_for(async {
        match &args.what {
            StoreVerb::List { output } => {
                let files = store.all_files().await.map_err(|error| failure(&error))?;
                let columns =
                    [("day", Kind::Time), ("system", Kind::Text), ("size_bytes", Kind::Bytes), ("file", Kind::Name)];
                let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
                let row = |it: &backhaul_fleet::store::StoredFile| {
                    vec![it.day.to_string().into(), it.system.clone().into(), it.size.into(), it.path().into()]
                };
                Table { columns, rows: files.iter().map(row).collect() }.print(&output.style(console)?, console)?;
            }
            StoreVerb::Verify => {
                let verified = store.verify().await.map_err(|error| failure(&error))?;
                verified.unreadable.iter().for_each(|error| console.failure(&failure(error)));
                console.note(&format!("{} files with {} rows are whole", verified.files, verified.rows));
                if !verified.unreadable.is_empty() {
                    return Ok(Code::DataSaysNo);
                }
            }
            StoreVerb::Compact => {
                let compacted = store.compact(today()).await.map_err(|error| failure(&error))?;
                console.note(&format!("{} files became {}", compacted.before, compacted.after));
            }
            StoreVerb::Migrate => {
                let migrated = store.migrate().await.map_err(|error| failure(&error))?;
                console.note(&format!("{migrated} files of older releases are written anew"));
            }
            StoreVerb::Prune { keep } => {
                let before = today().checked_sub(keep.days()).unwrap_or(Date::MIN);
                let removed = store.prune(before).await.map_err(|error| failure(&error))?;
                console.note(&format!("{removed} files of days before {before} are removed"));
            }
            StoreVerb::DeleteTenant { tenant } => {
                let removed = store.delete_tenant(tenant).await.map_err(|error| failure(&error))?;
                console.note(&format!("{removed} rows are removed"));
                if removed == 0 {
                    return Ok(Code::DataSaysNo);
                }
            }
        }
        Ok(Code::Done)
    })
}

/// The store to read.
pub(super) fn open(place: &Place) -> Result<Store, Failure> {
    Store::open(&address(place)?).map_err(|error| failure(&error))
}

/// The store to write to.
pub(super) fn create(place: &Place) -> Result<Store, Failure> {
    Store::create(&address(place)?).map_err(|error| failure(&error))
}

fn address(place: &Place) -> Result<String, Failure> {
    if let Some(store) = &place.store {
        return Ok(store.clone());
    }
    let folders = etcetera::choose_base_strategy().map_err(|_| {
        Failure::usage("there is no home folder to keep runs in").with_help("name a folder with --store")
    })?;
    Ok(folders.data_dir().join("backhaul").join("store").to_string_lossy().into_owned())
}

/// What is wrong with a store, to the user.
pub(super) fn failure(error: &StoreError) -> Failure {
    let code = match error.kind() {
        StoreErrorKind::Address | StoreErrorKind::Missing => Code::Usage,
        _ => Code::Internal,
    };
    Failure::new(code, error.to_string())
}

pub(super) fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name)
        .map_err(|_| Failure::usage(format!("`{name}` is no time zone")).with_help("write it as Europe/Berlin, or UTC"))
}

/// Today's date in UTC, which is what the days of a store are in.
pub(super) fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}
