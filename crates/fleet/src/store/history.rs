//! What the runs of a span of time say of each thing.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;

use futures_util::StreamExt;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::file::Reader;
use super::{Store, StoreError, StoreErrorKind};
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
        Self { row, points }
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
        let files = self.files(day(since, -1), day(until, 0)).await?;
        let mut history = History { files: files.len(), ..History::default() };
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut known: HashSet<String> = HashSet::new();
        // Newest first: of what a series is about, only its newest row need be read. Compacted files come before
        // the runs of their day that they are made of, which may still be there.
        let mut order: Vec<_> = files.iter().collect();
        order.sort_by(|a, b| (b.day, !a.is_compacted(), b.run()).cmp(&(a.day, !b.is_compacted(), a.run())));
        let mut contents = std::pin::pin!(self.contents(order));
        while let Some((file, content)) = contents.next().await {
            if known.contains(&format!("{}/{}", file.system, file.run())) {
                continue;
            }
            let reader = match Reader::new(file, self.place(file), content?) {
                Ok(reader) => reader,
                Err(error) if error.is_one_file() && error.kind() != StoreErrorKind::Newer => {
                    history.unreadable.push(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            known.extend(reader.runs().into_iter().map(|run| format!("{}/{run}", file.system)));
            let span = (since.as_second(), until.as_second());
            // Of each system: what two systems' servers say are different things.
            let expected = files.iter().filter(|other| other.system == file.system).count();
            if let Err(error) = history.read(&reader, &mut places, span, expected) {
                history.unreadable.push(error);
            }
        }
        for series in &mut history.series {
            series.points.sort_by_key(|point| point.second);
        }
        Ok(history)
    }
}

/// What a group of rows says of a span: which thing, in which row, and how much; the rows themselves where one is newer
/// than what is known.
struct Group {
    points: Vec<(i64, usize, Point)>,
    rows: Vec<Row>,
}

impl History {
    /// Takes what a file says, all or nothing of it.
    fn read(
        &mut self,
        reader: &Reader,
        places: &mut HashMap<i64, usize>,
        span: (i64, i64),
        expected: usize,
    ) -> Result<(), StoreError> {
        let groups = (0..reader.groups()).map(|group| self.group(reader, group, places, span));
        for Group { points, rows } in groups.collect::<Result<Vec<_>, _>>()? {
            for (key, place, point) in points {
                let series = *places.entry(key).or_insert_with(|| {
                    let row = rows.get(place).cloned().unwrap_or_default();
                    self.series.push(Series { row, points: Vec::with_capacity(expected) });
                    self.series.len() - 1
                });
                let Some(series) = self.series.get_mut(series) else { continue };
                if series.row.collected_at.is_some_and(|newest| newest.as_second() < point.second)
                    && let Some(row) = rows.get(place)
                {
                    series.row = row.clone();
                }
                series.points.push(point);
            }
        }
        Ok(())
    }

    fn group(
        &self,
        reader: &Reader,
        group: usize,
        places: &HashMap<i64, usize>,
        (since, until): (i64, i64),
    ) -> Result<Group, StoreError> {
        let names = ["row_key", "collected_at", "used_bytes", "object_storage_bytes", "capacity_bytes", "free_bytes"];
        let [keys, times, used, objects, capacity, free] = reader.numbers(group, names)?;
        let number = |column: &[Option<i64>], place: usize| column.get(place).copied().flatten();
        let mut points = Vec::with_capacity(keys.len());
        for (place, key) in keys.iter().enumerate() {
            let second = number(&times, place).map(|micros| micros.div_euclid(1_000_000));
            let Some((key, second)) = key.zip(second.filter(|second| since <= *second && *second <= until)) else {
                continue;
            };
            let (size, left) = (number(&capacity, place), number(&free, place));
            let taken = size.zip(left).and_then(|(size, left)| size.checked_sub(left));
            points.push((key, place, Point::new(second, number(&used, place), number(&objects, place), taken)));
        }
        // Files come newest first, so that a row newer than what is known is rare: a collector's clock went back.
        let is_newer = |(key, _, point): &(i64, usize, Point)| {
            let known = places.get(key).and_then(|place| self.series.get(*place));
            known.is_none_or(|it| it.row.collected_at.is_none_or(|at| at.as_second() < point.second))
        };
        let rows = if points.iter().any(is_newer) { reader.rows(group)? } else { Vec::new() };
        Ok(Group { points, rows })
    }
}

/// The day of a moment in UTC, and so many days before or after.
fn day(at: Timestamp, days: i64) -> Date {
    let at = at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(at);
    at.to_zoned_datetime(TimeZone::UTC).date()
}
