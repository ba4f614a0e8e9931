//! What tenants owe for a span of time: gigabyte-days by price.
//!
//! Between two runs that are no further apart than [`Period::longest_gap`], usage is taken to have changed evenly;
//! what lies further apart is a gap: it is told and not billed. A day is 24 hours, so that a month with a change of
//! clocks is as long as it was. A subtenant's usage is inside its tenant's. Amounts are decimal numbers; each
//! customer's sum is rounded once.

mod prices;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
pub use rust_decimal::Decimal;

pub use prices::{Per, Price, Prices, Rounding, Unit};

use crate::store::{Point, Series};
use crate::totals::Tenants;

/// The span that is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its begin.
    pub since: Timestamp,
    /// Its end, which is not in it.
    pub until: Timestamp,
    /// How far apart two runs may be, in seconds, for what was used in between to be told from them.
    pub longest_gap: i64,
}

impl Period {
    /// The month that begins on `first`, from midnight to midnight where the clocks of `zone` go: an hour shorter or
    /// longer when they are changed in it.
    ///
    /// # Errors
    /// When the month is beyond all calendars.
    pub fn of_month(first: Date, zone: &TimeZone, longest_gap: i64) -> Result<Self, BillingError> {
        let wrong = |error: jiff::Error| BillingError(format!("{first}: {error}"));
        let midnight = |day: Date| zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(wrong);
        let next = first.checked_add(1.month()).map_err(wrong)?;
        Ok(Self { since: midnight(first)?, until: midnight(next)?, longest_gap })
    }

    /// Whether a moment, in seconds since 1970, is in it.
    #[must_use]
    pub fn holds(&self, second: i64) -> bool {
        (self.since.as_second()..self.until.as_second()).contains(&second)
    }
}

/// What a customer has on one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The system.
    pub system: String,
    /// The server.
    pub server: String,
    /// The repository's name, or its id.
    pub repository: Option<String>,
    /// Gigabyte-days on the repository's own storage, in the unit of the prices.
    pub local_days: Decimal,
    /// Gigabyte-days in object storage.
    pub object_days: Decimal,
    /// The price that it is billed at.
    pub price: Price,
    /// The amount, not rounded.
    pub amount: Decimal,
    /// For how many seconds of the period it is not known what was used.
    pub gap_seconds: i64,
}

/// What a customer owes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// The tenant's name.
    pub customer: String,
    /// What it is for.
    pub items: Vec<Item>,
    /// The sum, rounded; the minimum, when it is less.
    pub amount: Decimal,
    /// Whether the minimum was taken.
    pub is_minimum: bool,
}

/// What a bill cannot be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingError(String);

impl std::fmt::Display for BillingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BillingError {}

/// The bills of all tenants that were there in the period, by name, or by id where they have none. Repositories of
/// which no tenant has a part are nobody's.
///
/// # Errors
/// When a repository has no price, or a number does not fit.
pub fn bills(series: &[Series], prices: &Prices, period: Period) -> Result<Vec<Bill>, BillingError> {
    let tenants = Tenants::of(series.iter().map(|series| &series.row));
    let (mut bills, mut unpriced) = (BTreeMap::<String, Vec<Item>>::new(), Vec::new());
    for Series { row, points, .. } in series {
        let parent = row.parent_tenant.as_ref().filter(|_| row.is_subtenant());
        let Some(customer) = parent.or(row.tenant.as_ref()).or(row.tenant_id.as_ref()) else { continue };
        // Runs around the period tell of tenants that had left before it, or came after it.
        let Some(used) = usage(points, period).filter(|_| !tenants.hold(row)) else { continue };
        let repository = row.repository.clone().or_else(|| row.repository_id.clone());
        let Some(price) = prices.of(row) else {
            unpriced.push(format!("{} on {}", repository.as_deref().unwrap_or("an unnamed repository"), row.server));
            continue;
        };
        let (local_days, object_days) = (prices.days(used.local)?, prices.days(used.object)?);
        let amount = prices.amount(price, [local_days, object_days], period)?;
        let (system, server) = (row.system.clone(), row.server.clone());
        let (price, gap_seconds) = (price.clone(), used.gap);
        let item = Item { system, server, repository, local_days, object_days, price, amount, gap_seconds };
        bills.entry(customer.clone()).or_default().push(item);
    }
    if !unpriced.is_empty() {
        unpriced.sort();
        unpriced.dedup();
        return Err(BillingError(format!(
            "there is no price for {}; add a [[price]] that matches, or one without `repository` for all the rest",
            unpriced.join(", ")
        )));
    }
    bills.into_iter().map(|(customer, items)| bill(customer, items, prices)).collect()
}

fn bill(customer: String, items: Vec<Item>, prices: &Prices) -> Result<Bill, BillingError> {
    let sum = items.iter().try_fold(Decimal::ZERO, |sum, item| sum.checked_add(item.amount));
    let sum = sum.ok_or_else(|| BillingError(format!("the sum of {customer} is too large for a decimal number")))?;
    let rounded = sum.round_dp_with_strategy(prices.decimals, prices.rounding.strategy());
    let minimum = prices.minimum.unwrap_or(Decimal::ZERO);
    let mut amount = rounded.max(minimum);
    amount.rescale(prices.decimals);
    Ok(Bill { customer, items, amount, is_minimum: minimum > rounded })
}

/// Twice the byte-seconds: halves of a byte that are used for an odd number of seconds stay whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Used {
    local: i128,
    object: i128,
    gap: i64,
}

/// What was used; `None` where no run tells of the period.
fn usage(points: &[Point], period: Period) -> Option<Used> {
    let (since, until) = (period.since.as_second(), period.until.as_second());
    let mut used = Used::default();
    let mut covered = 0;
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let (begin, end) = (a.second.max(since), b.second.min(until));
        let (Some(from), Some(to), true) = (a.used_bytes(), b.used_bytes(), begin < end) else { continue };
        let time = i128::from(b.second) - i128::from(a.second);
        if time > i128::from(period.longest_gap) {
            continue;
        }
        let area = |from: i64, to: i64| {
            let change = i128::from(to) - i128::from(from);
            let at = |second: i64| i128::from(from) * time + change * (i128::from(second) - i128::from(a.second));
            (at(begin) + at(end)) * i128::from(end - begin) / time
        };
        let all = area(from, to);
        let object = area(a.object_storage_bytes().unwrap_or(0), b.object_storage_bytes().unwrap_or(0));
        used.object += object;
        used.local += all - object;
        covered += end - begin;
    }
    used.gap = until - since - covered;
    let is_told = covered > 0 || points.iter().any(|point| period.holds(point.second));
    is_told.then_some(used)
}

#[cfg(test)]
mod tests;
