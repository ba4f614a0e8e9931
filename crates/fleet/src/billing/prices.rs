//! Prices, from a file that people write.

use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

use super::{BillingError, Period};
use crate::row::Row;

/// What a gigabyte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Unit {
    /// 1000³ bytes.
    #[serde(rename = "GB")]
    Gb,
    /// 1024³ bytes.
    #[default]
    #[serde(rename = "GiB")]
    Gib,
}

impl Unit {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gb => "GB",
            Self::Gib => "GiB",
        }
    }

    fn bytes(self) -> i64 {
        match self {
            Self::Gb => 1_000_000_000,
            Self::Gib => 1 << 30,
        }
    }
}

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// A gigabyte for 24 hours.
    #[default]
    Day,
    /// A gigabyte for the whole period, however long it is.
    Month,
}

/// How sums are rounded. Amounts are never below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Halves go up.
    #[default]
    HalfUp,
    /// Halves go to the even digit.
    HalfEven,
    /// Every part goes up.
    Up,
    /// Every part is dropped.
    Down,
}

impl Rounding {
    pub(super) fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
        }
    }
}

/// A price, and what it is for. What is left out matches everything; `*` in a text is any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The repositories, by name.
    pub repository: Option<String>,
    /// The tenants, by name.
    pub tenant: Option<String>,
    /// The servers, by their name in the fleet.
    pub server: Option<String>,
    /// The system.
    pub system: Option<String>,
    /// The price of a gigabyte on the repository's own storage.
    #[serde(deserialize_with = "decimal")]
    pub local: Decimal,
    /// The price of a gigabyte in object storage; as `local` when left out.
    #[serde(default, deserialize_with = "some_decimal")]
    pub object_storage: Option<Decimal>,
    /// What the amount is multiplied by.
    #[serde(default, deserialize_with = "some_decimal")]
    pub multiplier: Option<Decimal>,
}

/// All prices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The currency's code, such as `EUR`.
    pub currency: String,
    /// What a gigabyte is.
    #[serde(default)]
    pub unit: Unit,
    /// What a price is for.
    #[serde(default)]
    pub per: Per,
    /// How many decimal places amounts have.
    #[serde(default = "two")]
    pub decimals: u32,
    /// How each customer's sum is rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// What each customer owes at least.
    #[serde(default, deserialize_with = "some_decimal")]
    pub minimum: Option<Decimal>,
    /// The prices; the first that matches counts.
    #[serde(rename = "price")]
    pub prices: Vec<Price>,
}

impl Prices {
    /// Reads a price file, which is TOML. Amounts are texts, such as `"0.05"`: a binary number is no amount.
    ///
    /// # Errors
    /// When the text is no price file.
    pub fn parse(text: &str) -> Result<Self, BillingError> {
        let prices: Self =
            toml::from_str(text).map_err(|error| BillingError(error.to_string().trim_end().to_owned()))?;
        if prices.decimals > 9 {
            return Err(BillingError("`decimals` is 9 at most".to_owned()));
        }
        let amounts = prices.prices.iter().flat_map(|it| [Some(it.local), it.object_storage, it.multiplier]);
        if amounts.chain([prices.minimum]).flatten().any(|amount| amount.is_sign_negative() && !amount.is_zero()) {
            return Err(BillingError("a price, a multiplier or the minimum is below zero".to_owned()));
        }
        Ok(prices)
    }

    pub(super) fn of(&self, row: &Row) -> Option<&Price> {
        let is = |pattern: &Option<String>, text: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| text.is_some_and(|text| matches(pattern, text)))
        };
        self.prices.iter().find(|price| {
            is(&price.repository, row.repository.as_deref())
                && (is(&price.tenant, row.tenant.as_deref()) || is(&price.tenant, row.parent_tenant.as_deref()))
                && is(&price.server, Some(&row.server))
                && is(&price.system, Some(&row.system))
        })
    }

    /// Gigabyte-days from twice the byte-seconds.
    pub(super) fn days(&self, doubled: i128) -> Result<Decimal, BillingError> {
        // To a thousandth of a byte-day, far below any price.
        let thousandths = doubled / 172_800 * 1000 + doubled % 172_800 * 1000 / 172_800;
        let days = Decimal::try_from_i128_with_scale(thousandths, 3).ok();
        days.and_then(|days| days.checked_div(self.unit.bytes().into())).ok_or_else(too_large)
    }

    pub(super) fn amount(
        &self,
        price: &Price,
        [local, object]: [Decimal; 2],
        period: Period,
    ) -> Result<Decimal, BillingError> {
        let sum = || {
            let object_price = price.object_storage.unwrap_or(price.local);
            let sum = local.checked_mul(price.local)?.checked_add(object.checked_mul(object_price)?)?;
            let sum = sum.checked_mul(price.multiplier.unwrap_or(Decimal::ONE))?;
            match self.per {
                Per::Day => Some(sum),
                Per::Month => {
                    let seconds = period.until.as_second().checked_sub(period.since.as_second())?;
                    sum.checked_mul(86_400.into())?.checked_div(seconds.into())
                }
            }
        };
        sum().ok_or_else(too_large)
    }
}

fn too_large() -> BillingError {
    BillingError("an amount is too large for a decimal number".to_owned())
}

fn two() -> u32 {
    2
}

fn decimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| serde::de::Error::custom(format!("`{}` is no amount: write it as \"0.05\"", text.escape_debug()));
    Decimal::from_str(&text).map_err(wrong)
}

fn some_decimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    decimal(deserializer).map(Some)
}

/// Whether a text fits a pattern in which `*` is any run of characters; letter case counts.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}
