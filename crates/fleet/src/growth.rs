//! How fast something grows, and when it will be full.
//!
//! The rate is the median of the slopes between all pairs of moments (Theil and Sen): a few odd measurements do not
//! move it. A sudden drop is a clean-up and no trend: only what came after the last one counts. A drop is sudden
//! when it takes more than a tenth of what there was, and more than five times what a step usually changes.

use jiff::{SignedDuration, Timestamp};

/// Of how many moments slopes are made; of more, so many are picked evenly.
const MOMENTS: usize = 200;
/// With fewer moments than this nothing is told.
const FEWEST: usize = 5;
/// Nor over a shorter time.
const SHORTEST: i64 = 3 * DAY;
const DAY: i64 = 86_400;
/// Beyond ten years a forecast is no forecast.
const FARTHEST: f64 = 3650.0;

/// A number of bytes at a moment, in seconds since 1970.
pub type Moment = (i64, i64);

/// How something changed over time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Growth {
    /// The first moment.
    pub first: Moment,
    /// The last moment.
    pub last: Moment,
    /// How many moments there are.
    pub moments: usize,
    /// How many bytes are added a day, by the trend; none when there is too little to tell.
    pub per_day: Option<f64>,
    /// When the last sudden drop was, after which the trend begins.
    pub dropped: Option<i64>,
}

/// When something will be full.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Forecast {
    /// It is full already.
    Full,
    /// At this time, if the trend goes on.
    At(Timestamp),
    /// Not in the next ten years, or it does not grow.
    NotForeseen,
    /// There are too few moments, or over too short a time, to tell: five, over three days, are needed.
    TooLittle,
}

impl Growth {
    /// What moments, oldest first, say; none when there are none.
    #[must_use]
    pub fn of(moments: &[Moment]) -> Option<Self> {
        let (first, last) = (*moments.first()?, *moments.last()?);
        let begin = after_last_drop(moments);
        let trend = moments.get(begin..).unwrap_or_default();
        let dropped = trend.first().filter(|_| begin > 0).map(|(second, _)| *second);
        Some(Self { first, last, moments: moments.len(), per_day: slope(trend), dropped })
    }

    /// When `limit` bytes are reached.
    #[must_use]
    pub fn forecast(&self, limit: i64) -> Forecast {
        let (second, bytes) = self.last;
        if bytes >= limit {
            return Forecast::Full;
        }
        let Some(per_day) = self.per_day else { return Forecast::TooLittle };
        let days = (limit as f64 - bytes as f64) / per_day;
        if per_day <= 0.0 || !days.is_finite() || days > FARTHEST {
            return Forecast::NotForeseen;
        }
        let at = Timestamp::from_second(second).ok();
        let at = at.and_then(|at| at.checked_add(SignedDuration::from_secs((days * DAY as f64) as i64)).ok());
        at.map_or(Forecast::NotForeseen, Forecast::At)
    }
}

/// Where the trend begins: after the last sudden drop.
fn after_last_drop(moments: &[Moment]) -> usize {
    let change = |pair: &[Moment]| match pair {
        [(_, before), (_, after)] => i128::from(*after) - i128::from(*before),
        _ => 0,
    };
    let mut steps: Vec<u128> = moments.windows(2).map(|pair| change(pair).unsigned_abs()).collect();
    let middle = steps.len() / 2;
    let usual = if steps.is_empty() { 0 } else { *steps.select_nth_unstable(middle).1 };
    let sudden = |pair: &[Moment]| {
        let before = pair.first().map_or(0, |(_, bytes)| *bytes);
        let (fell, change) = (change(pair) < 0, change(pair).unsigned_abs());
        fell && change > u128::from(before.max(0).unsigned_abs() / 10) && change > usual.saturating_mul(5)
    };
    moments.windows(2).rposition(sudden).map_or(0, |before| before + 1)
}

fn slope(moments: &[Moment]) -> Option<f64> {
    let (first, last) = (moments.first()?, moments.last()?);
    if moments.len() < FEWEST || last.0.checked_sub(first.0)? < SHORTEST {
        return None;
    }
    let count = moments.len().min(MOMENTS);
    let pick = |at: usize| moments.get(at * (moments.len() - 1) / (count - 1).max(1)).copied();
    // From the first moment on, so that no digit of a size or a second is lost to a float where it counts.
    let since = |at: Moment| Some((at.0.checked_sub(first.0)? as f64, (i128::from(at.1) - i128::from(first.1)) as f64));
    let picked: Vec<(f64, f64)> = (0..count).filter_map(pick).filter_map(since).collect();
    let mut slopes = Vec::with_capacity(count * count / 2);
    for (at, a) in picked.iter().enumerate() {
        for b in picked.iter().skip(at + 1).filter(|b| b.0 > a.0) {
            slopes.push((b.1 - a.1) / (b.0 - a.0));
        }
    }
    Some(median(&mut slopes)? * DAY as f64)
}

/// The median; that of an even number is between the two in the middle. Ten thousand are not put in order for it: a
/// large fleet asks so 25,000 times.
fn median(numbers: &mut [f64]) -> Option<f64> {
    let middle = numbers.len() / 2;
    let is_even = numbers.len().is_multiple_of(2);
    if numbers.is_empty() {
        return None;
    }
    let (below, upper, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if is_even {
        let lower = below.iter().copied().max_by(f64::total_cmp)?;
        return Some(f64::midpoint(lower, upper));
    }
    Some(upper)
}

/// A line of bars, one per moment or group of moments, of at most `width` characters; from the smallest to the largest.
#[must_use]
pub fn sparkline(moments: &[Moment], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let count = moments.len().min(width.max(1));
    let pick = |at: usize| moments.get(if count < 2 { at } else { at * (moments.len() - 1) / (count - 1) });
    let values: Vec<i64> = (0..count).filter_map(pick).map(|(_, bytes)| *bytes).collect();
    let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else { return String::new() };
    let span = i128::from(*high) - i128::from(*low);
    let bar = |value: &i64| {
        let at = ((i128::from(*value) - i128::from(*low)) * 7 + span / 2).checked_div(span).unwrap_or(0);
        usize::try_from(at).ok().and_then(|at| BARS.get(at)).copied().unwrap_or(BARS[0])
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(bytes: impl IntoIterator<Item = i64>) -> Vec<Moment> {
        bytes.into_iter().enumerate().map(|(day, bytes)| (day as i64 * DAY, bytes)).collect()
    }

    #[test]
    fn a_steady_growth_fills_on_its_day() {
        let growth = Growth::of(&days((0..10).map(|day| 1000 + day * 10))).unwrap_or_else(|| unreachable!());
        assert_eq!((growth.per_day, growth.dropped), (Some(10.0), None));
        let at = Timestamp::from_second(19 * DAY).ok();
        assert_eq!(growth.forecast(1190), at.map_or(Forecast::TooLittle, Forecast::At));
        assert_eq!((growth.forecast(1090), growth.forecast(1 << 60)), (Forecast::Full, Forecast::NotForeseen));
    }

    #[test]
    fn a_clean_up_is_no_trend_and_an_odd_value_none_either() {
        let saw = (0..20).map(|day| if day < 10 { 1000 + day * 10 } else { 300 + day * 10 });
        let growth = Growth::of(&days(saw)).unwrap_or_else(|| unreachable!());
        assert_eq!((growth.per_day, growth.dropped), (Some(10.0), Some(10 * DAY)));
        let odd = (0..20).map(|day| if day == 7 { 90_000 } else { 1000 + day * 10 });
        let growth = Growth::of(&days(odd)).unwrap_or_else(|| unreachable!());
        assert!(growth.per_day.is_some_and(|rate| (rate - 10.0).abs() < 0.001), "{growth:?}");
    }

    #[test]
    fn too_little_is_said() {
        for moments in [days([1, 2, 3, 4]), vec![(0, 1), (60, 2), (120, 3), (180, 4), (240, 5)]] {
            let growth = Growth::of(&moments).unwrap_or_else(|| unreachable!());
            assert_eq!((growth.per_day, growth.forecast(100)), (None, Forecast::TooLittle));
        }
        assert_eq!(Growth::of(&[]), None);
    }

    #[test]
    fn a_sparkline_goes_from_low_to_high() {
        assert_eq!(sparkline(&days([0, 7, 14]), 10), "▁▅█");
        assert_eq!(sparkline(&days([5, 5]), 10), "▁▁");
        assert_eq!(sparkline(&days(0..100), 5).chars().count(), 5);
        assert_eq!(sparkline(&[], 5), "");
        assert_eq!(sparkline(&days([i64::MIN, i64::MAX]), 5), "▁█");
    }

    proptest::proptest! {
        #[test]
        fn no_numbers_panic(moments in proptest::collection::vec((0_i64..1 << 40, proptest::num::i64::ANY), 0..40), limit: i64) {
            let mut moments = moments;
            moments.sort_unstable();
            if let Some(growth) = Growth::of(&moments) {
                let _ = growth.forecast(limit);
            }
            let _ = sparkline(&moments, 10);
        }
    }
}
