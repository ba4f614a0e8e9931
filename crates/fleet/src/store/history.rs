//! What the runs of a span of time say of each thing.

use std::collections::HashMap;
use std::num::NonZeroU64;

use futures_util::StreamExt;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::file::{Reader, Values};
use super::{AT_ONCE, Store, StoreError, StoreErrorKind};
use crate::cores;
use crate::growth::Moment;
use crate::row::Row;

/// What was used at one moment. A size that is negative, which none can be, is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Point {
    /// When, in seconds since 1970.
    pub second: i64,
    used: Size,
    object_storage: Size,
    taken: Size,
}

/// A number of bytes that may be unknown, plus one: a year of a large fleet is millions of them, and an
/// `Option<i64>` would take twice the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(Option<NonZeroU64>);

impl Size {
    fn new(bytes: Option<i64>) -> Self {
        let bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok());
        Self(bytes.and_then(|bytes| NonZeroU64::MIN.checked_add(bytes)))
    }

    fn bytes(self) -> Option<i64> {
        i64::try_from(self.0?.get() - 1).ok()
    }
}

/// One thing over time: a tenant's part of a repository, or a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Series {
    /// What the newest run in the span says.
    pub row: Row,
    /// All that the runs say, oldest first.
    pub points: Vec<Point>,
    /// Whether a newer run of its server, in the span and whole, has no word of it any more: a tenant that left.
    pub is_gone: bool,
}

impl Point {
    /// What was used at a moment, in seconds since 1970.
    #[must_use]
    pub fn new(second: i64, used: Option<i64>, object_storage: Option<i64>, taken: Option<i64>) -> Self {
        let (used, object_storage, taken) = (Size::new(used), Size::new(object_storage), Size::new(taken));
        Self { second, used, object_storage, taken }
    }

    /// What was used, in bytes.
    #[must_use]
    pub fn used_bytes(&self) -> Option<i64> {
        self.used.bytes()
    }

    /// The part of it in object storage.
    #[must_use]
    pub fn object_storage_bytes(&self) -> Option<i64> {
        self.object_storage.bytes()
    }

    /// What was taken of the repository's volume.
    #[must_use]
    pub fn taken_bytes(&self) -> Option<i64> {
        self.taken.bytes()
    }
}

impl Series {
    /// What several moments, oldest first, say of what `row` is about.
    #[must_use]
    pub fn new(row: Row, points: Vec<Point>) -> Self {
        Self { row, points, is_gone: false }
    }

    /// What was used, where it is known.
    #[must_use]
    pub fn used(&self) -> Vec<Moment> {
        self.points.iter().filter_map(|point| Some((point.second, point.used_bytes()?))).collect()
    }

    /// What was taken of the repository's volume, where it is known.
    #[must_use]
    pub fn taken(&self) -> Vec<Moment> {
        self.points.iter().filter_map(|point| Some((point.second, point.taken_bytes()?))).collect()
    }
}

/// A span of time.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct History {
    /// One per thing.
    pub series: Vec<Series>,
    /// Files that could not be read, so that what they say is missing.
    pub unreadable: Vec<StoreError>,
    /// How many files were read.
    pub files: usize,
}

impl Store {
    /// What the runs from `since` to `until` say, both moments included.
    ///
    /// A file that is damaged or foreign is left out and told of. One that a newer release wrote is an error: it
    /// may mean something else by what can be read of it.
    ///
    /// # Errors
    /// When the place cannot be read, or a file was written by a newer release.
    pub async fn history(&self, since: Timestamp, until: Timestamp) -> Result<History, StoreError> {
        let files = self.files_once(day(since, -1), day(until, 0)).await?;
        let mut history = History { files: files.len(), ..History::default() };
        let mut places: HashMap<i64, usize> = HashMap::new();
        // Of each system: what two systems' servers say are different things.
        let mut expected: HashMap<&str, usize> = HashMap::new();
        files.iter().for_each(|file| *expected.entry(&file.system).or_default() += 1);
        // Newest first: of what a series is about, only its newest row need be read.
        let mut order: Vec<_> = files.iter().collect();
        order.sort_by(|a, b| (b.day, &a.system, &b.path).cmp(&(a.day, &b.system, &a.path)));
        // A file for each core at a time: more would only take memory.
        let mut contents = std::pin::pin!(self.contents(order).chunks(cores::count().min(AT_ONCE)));
        while let Some(fetched) = contents.next().await {
            let mut readers = Vec::with_capacity(fetched.len());
            for (file, content) in fetched {
                match Reader::new(file, self.place(file), content?) {
                    Ok(reader) => readers.push((file, reader)),
                    Err(error) if error.is_one_file() && error.kind() != StoreErrorKind::Newer => {
                        history.unreadable.push(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            let span = (since.as_second(), until.as_second());
            let all = cores::map(&readers, |(_, reader)| {
                (0..reader.groups()).map(|group| told(reader, group, span)).collect::<Result<Vec<_>, _>>()
            });
            for ((file, reader), groups) in readers.iter().zip(all) {
                let expected = expected.get(file.system.as_str()).copied().unwrap_or_default();
                if let Err(error) = groups.and_then(|groups| history.take(reader, groups, &mut places, expected)) {
                    history.unreadable.push(error);
                }
            }
        }
        let mut newest: HashMap<String, Timestamp> = HashMap::new();
        // A run of which a part failed proves nobody gone.
        for Series { row, .. } in history.series.iter().filter(|series| !series.row.partial) {
            let at = row.collected_at.unwrap_or(Timestamp::MIN);
            newest.entry(row.server.clone()).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
        }
        for series in &mut history.series {
            series.points.sort_by_key(|point| point.second);
            series.is_gone = series.row.collected_at < newest.get(&series.row.server).copied();
        }
        Ok(history)
    }
}

/// What a row says of a moment.
struct Told {
    key: i64,
    row: usize,
    point: Point,
}

/// What a group of rows says of a span.
fn told(reader: &Reader, group: usize, (since, until): (i64, i64)) -> Result<Vec<Told>, StoreError> {
    let names = ["row_key", "collected_at", "used_bytes", "object_storage_bytes", "capacity_bytes", "free_bytes"];
    let mut columns = reader.numbers(group, &names)?;
    let [keys, times, used, objects, capacity, free] = columns.as_mut_slice() else { return Ok(Vec::new()) };
    let mut all = Vec::with_capacity(keys.size_hint().0);
    for (row, key) in keys.enumerate() {
        let next = |column: &mut Values<i64>| column.next().flatten();
        let second = next(times).map(|micros| micros.div_euclid(1_000_000));
        let (used, objects, size, left) = (next(used), next(objects), next(capacity), next(free));
        let Some((key, second)) = key.zip(second.filter(|second| since <= *second && *second <= until)) else {
            continue;
        };
        let taken = size.zip(left).and_then(|(size, left)| size.checked_sub(left));
        all.push(Told { key, row, point: Point::new(second, used, objects, taken) });
    }
    Ok(all)
}

impl History {
    /// Takes what a file says, all or nothing of it.
    fn take(
        &mut self,
        reader: &Reader,
        groups: Vec<Vec<Told>>,
        places: &mut HashMap<i64, usize>,
        expected: usize,
    ) -> Result<(), StoreError> {
        // Files come newest first, so that a row newer than what is known is rare: a collector's clock went back.
        let is_newer = |told: &Told| {
            let known = places.get(&told.key).and_then(|place| self.series.get(*place));
            known.is_none_or(|it| it.row.collected_at.is_none_or(|at| at.as_second() < told.point.second))
        };
        let rows = |(group, told): (usize, &Vec<Told>)| {
            if told.iter().any(is_newer) { reader.rows(group) } else { Ok(Vec::new()) }
        };
        let rows = groups.iter().enumerate().map(rows).collect::<Result<Vec<_>, _>>()?;
        for (told, rows) in groups.into_iter().zip(rows) {
            for Told { key, row, point } in told {
                let place = *places.entry(key).or_insert_with(|| {
                    let row = rows.get(row).cloned().unwrap_or_default();
                    self.series.push(Series::new(row, Vec::with_capacity(expected)));
                    self.series.len() - 1
                });
                let Some(series) = self.series.get_mut(place) else { continue };
                if series.row.collected_at.is_some_and(|newest| newest.as_second() < point.second)
                    && let Some(row) = rows.get(row)
                {
                    series.row = row.clone();
                }
                series.points.push(point);
            }
        }
        Ok(())
    }
}

/// The day of a moment in UTC, and so many days before or after.
fn day(at: Timestamp, days: i64) -> Date {
    let at = at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(at);
    at.to_zoned_datetime(TimeZone::UTC).date()
}
