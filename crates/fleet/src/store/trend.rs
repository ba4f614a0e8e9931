//! Where each thing is heading: its growth, and when its quota and its repository will be full.

use std::collections::HashMap;

use super::Series;
use crate::growth::{Forecast, Growth, Moment};
use crate::row::Key;

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
    /// When the quota will be full; none without one.
    pub quota: Option<Forecast>,
    /// When the repository's volume will be full; none where its size is unknown, or where it is but a cache of object
    /// storage, which fills and empties by itself.
    pub volume: Option<Forecast>,
}

/// Where each of the series is heading, one after the other. What fills a volume is asked once for each repository, of
/// the series that tells most of it.
pub fn trends<'a>(series: &[&'a Series]) -> impl Iterator<Item = Trend<'a>> + use<'a> {
    let mut longest: HashMap<(&str, Key), &Series> = HashMap::new();
    for series in series {
        let Some(place) = place(series) else { continue };
        let known = longest.entry(place).or_insert(series);
        if known.points.len() < series.points.len() {
            *known = series;
        }
    }
    let mut volumes: HashMap<(&'a str, Key), Option<Growth>> = HashMap::new();
    for (place, series) in longest {
        volumes.insert(place, Growth::of(&series.taken()));
    }
    let series = series.to_vec();
    series.into_iter().map(move |series| {
        let (row, used) = (&series.row, series.used());
        let growth = Growth::of(&used);
        let quota = growth.as_ref().zip(row.quota_bytes).map(|(growth, quota)| growth.forecast(quota));
        let capacity = row.capacity_bytes.filter(|_| row.object_storage != Some(true));
        let volume = place(series).and_then(|place| volumes.get(&place)?.as_ref());
        let volume = volume.zip(capacity).map(|(growth, capacity)| growth.forecast(capacity));
        Trend { series, used, growth, quota, volume }
    })
}

fn place(series: &Series) -> Option<(&str, Key)> {
    Some((series.row.server.as_str(), series.row.repository_key()?))
}
