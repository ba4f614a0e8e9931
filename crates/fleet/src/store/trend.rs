//! Where each thing is heading: its growth, and when its quota and its repository will be full.

use std::collections::HashMap;

use super::Series;
use crate::cores;
use crate::growth::{Forecast, Growth, Moment};
use crate::row::Key;

/// How many are computed at a time.
const BLOCK: usize = 1024;

/// Where one thing is heading.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trend<'a> {
    /// What was used over time.
    pub series: &'a Series,
    /// What was used, where it is known.
    pub used: Vec<Moment>,
    /// How it grew; none where it is never known.
    pub growth: Option<Growth>,
    /// When the quota will be full; none without one, or for what is gone.
    pub quota: Option<Forecast>,
    /// When the repository's volume will be full; none where its size is unknown, or where it is but a cache of object
    /// storage, which fills and empties by itself, and none for what is gone.
    pub volume: Option<Forecast>,
}

/// Where each of the series is heading, one after the other. What fills a volume is asked once for each repository, of
/// the series that tells most of it and is not gone.
pub fn trends<'a>(series: &[&'a Series]) -> impl Iterator<Item = Trend<'a>> + use<'a> {
    let mut longest: HashMap<(&str, Key), &Series> = HashMap::new();
    for series in series {
        let Some(place) = place(series) else { continue };
        let known = longest.entry(place).or_insert(series);
        if (!known.is_gone, known.points.len()) < (!series.is_gone, series.points.len()) {
            *known = series;
        }
    }
    let longest: Vec<((&'a str, Key), &'a Series)> = longest.into_iter().collect();
    let growths = cores::map(&longest, |(_, series)| Growth::of(&series.taken()));
    let volumes: HashMap<(&'a str, Key), Option<Growth>> =
        longest.into_iter().map(|(place, _)| place).zip(growths).collect();
    let trend = move |series: &&'a Series| {
        let series: &'a Series = series;
        let (row, used) = (&series.row, series.used());
        let growth = Growth::of(&used);
        let goes_on = growth.as_ref().filter(|_| !series.is_gone);
        let quota = goes_on.zip(row.quota_bytes).map(|(growth, quota)| growth.forecast(quota));
        let capacity = row.capacity_bytes.filter(|_| row.object_storage != Some(true) && !series.is_gone);
        let volume = place(series).and_then(|place| volumes.get(&place)?.as_ref());
        let volume = volume.zip(capacity).map(|(growth, capacity)| growth.forecast(capacity));
        Trend { series, used, growth, quota, volume }
    };
    // Some at a time: the moments of a large fleet once more would be as much memory as its history.
    let blocks: Vec<Vec<&'a Series>> = series.chunks(BLOCK).map(<[_]>::to_vec).collect();
    blocks.into_iter().flat_map(move |block| cores::map(&block, &trend))
}

fn place(series: &Series) -> Option<(&str, Key)> {
    Some((series.row.server.as_str(), series.row.repository_key()?))
}
