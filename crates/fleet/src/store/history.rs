//! What the runs of a span of time say of each thing.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::file::Reader;
use super::{Store, StoreError, StoreErrorKind};
use crate::growth::Moment;
use crate::row::Row;

/// What was used at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Point {
    /// When, in seconds since 1970.
    pub second: i64,
    /// What was used, in bytes.
    pub used_bytes: Option<i64>,
    /// The part of it in object storage.
    pub object_storage_bytes: Option<i64>,
    /// What was taken of the repository's volume.
    pub taken_bytes: Option<i64>,
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
        Self { second, used_bytes: used, object_storage_bytes: object_storage, taken_bytes: taken }
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
        self.points.iter().filter_map(|point| Some((point.second, point.used_bytes?))).collect()
    }

    /// What was taken of the repository's volume, where it is known.
    #[must_use]
    pub fn taken(&self) -> Vec<Moment> {
        self.points.iter().filter_map(|point| Some((point.second, point.taken_bytes?))).collect()
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
        let expected = order.len();
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

impl History {
    fn read(
        &mut self,
        reader: &Reader,
        places: &mut HashMap<i64, usize>,
        (since, until): (i64, i64),
        expected: usize,
    ) -> Result<(), StoreError> {
        for group in 0..reader.groups() {
            let names =
                ["row_key", "collected_at", "used_bytes", "object_storage_bytes", "capacity_bytes", "free_bytes"];
            let [keys, times, used, objects, capacity, free] = reader.numbers(group, names)?;
            let at = |row: usize| times.get(row).copied().flatten().map(|micros| micros.div_euclid(1_000_000));
            let inside = |row: usize| at(row).is_some_and(|second| since <= second && second <= until);
            // Files come newest first, so that a row newer than what is known is rare: a collector's clock went back.
            let is_newer = |key: i64, second: i64| {
                let known = places.get(&key).and_then(|place| self.series.get(*place));
                known.is_none_or(|it| it.row.collected_at.is_none_or(|at| at.as_second() < second))
            };
            let new = keys
                .iter()
                .enumerate()
                .any(|(row, key)| inside(row) && key.zip(at(row)).is_some_and(|(key, second)| is_newer(key, second)));
            let rows = if new { reader.rows(group)? } else { Vec::new() };
            for (place, key) in keys.iter().enumerate() {
                let (Some(key), Some(second), true) = (*key, at(place), inside(place)) else { continue };
                let number = |column: &[Option<i64>]| column.get(place).copied().flatten();
                let (size, left) = (number(&capacity), number(&free));
                let point = Point {
                    second,
                    used_bytes: number(&used),
                    object_storage_bytes: number(&objects),
                    taken_bytes: size.zip(left).and_then(|(size, left)| size.checked_sub(left)).filter(|it| *it >= 0),
                };
                let series = *places.entry(key).or_insert_with(|| {
                    let row = rows.get(place).cloned().unwrap_or_default();
                    self.series.push(Series { row, points: Vec::with_capacity(expected) });
                    self.series.len() - 1
                });
                let Some(series) = self.series.get_mut(series) else { continue };
                if series.row.collected_at.is_some_and(|newest| newest.as_second() < second)
                    && let Some(row) = rows.get(place)
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
