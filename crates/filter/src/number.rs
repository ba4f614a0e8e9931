//! Numbers that are calculated with, and how people write them.

use std::cmp::Ordering;

/// A number: exact as long as it fits, so that `1.1 * 10` is `11`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    /// A numerator, and a denominator above zero, without a common divisor.
    Ratio(i128, i128),
    /// Where that became too long. Finite.
    Float(f64),
}

impl Number {
    pub(crate) const ZERO: Self = Self::Ratio(0, 1);

    pub(crate) fn int(int: i64) -> Self {
        Self::Ratio(int.into(), 1)
    }

    /// As the float prints, which is what was written. None for what is not finite.
    pub(crate) fn float(float: f64) -> Option<Self> {
        decimal(&float.to_string()).or_else(|| Self::approximate(float))
    }

    fn approximate(float: f64) -> Option<Self> {
        float.is_finite().then_some(Self::Float(float))
    }

    fn ratio(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok().filter(|divisor| *divisor != 0)?;
        let divisor = if denominator < 0 { -divisor } else { divisor };
        Some(Self::Ratio(numerator.checked_div(divisor)?, denominator.checked_div(divisor)?))
    }

    fn to_float(self) -> f64 {
        match self {
            Self::Ratio(numerator, denominator) => numerator as f64 / denominator as f64,
            Self::Float(float) => float,
        }
    }

    /// The whole number that it is.
    pub(crate) fn whole(self) -> Option<i64> {
        match self {
            Self::Ratio(numerator, 1) => i64::try_from(numerator).ok(),
            _ => None,
        }
    }

    /// The whole number below, or it itself.
    pub(crate) fn floor(self) -> Option<i128> {
        match self {
            Self::Ratio(numerator, denominator) => Some(numerator.div_euclid(denominator)),
            Self::Float(_) => None,
        }
    }

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        let exact = match (self, other) {
            (Self::Ratio(a, b), Self::Ratio(c, d)) => sum(a, b, c, d),
            _ => None,
        };
        exact.or_else(|| Self::approximate(self.to_float() + other.to_float()))
    }

    pub(crate) fn subtract(self, other: Self) -> Option<Self> {
        other.multiply(Self::int(-1)).and_then(|other| self.add(other))
    }

    pub(crate) fn multiply(self, other: Self) -> Option<Self> {
        let exact = match (self, other) {
            (Self::Ratio(a, b), Self::Ratio(c, d)) => product(a, b, c, d),
            _ => None,
        };
        exact.or_else(|| Self::approximate(self.to_float() * other.to_float()))
    }

    /// None by zero.
    pub(crate) fn divide(self, other: Self) -> Option<Self> {
        let exact = match (self, other) {
            (Self::Ratio(a, b), Self::Ratio(c, d)) if c != 0 => product(a, b, d, c),
            _ => None,
        };
        exact.or_else(|| Self::approximate(self.to_float() / other.to_float()))
    }

    pub(crate) fn order(self, other: Self) -> Ordering {
        let exact = match (self, other) {
            (Self::Ratio(a, b), Self::Ratio(c, d)) => a.checked_mul(d).zip(c.checked_mul(b)).map(|(a, c)| a.cmp(&c)),
            _ => None,
        };
        exact.or_else(|| self.to_float().partial_cmp(&other.to_float())).unwrap_or(Ordering::Equal)
    }
}

fn sum(a: i128, b: i128, c: i128, d: i128) -> Option<Number> {
    Number::ratio(a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b.checked_mul(d)?)
}

fn product(a: i128, b: i128, c: i128, d: i128) -> Option<Number> {
    Number::ratio(a.checked_mul(c)?, b.checked_mul(d)?)
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Whether a text is a number, a size or a length of time.
pub(crate) fn is_number(text: &str) -> bool {
    decimal(text).is_some() || size(text).is_some() || duration(text).is_some()
}

/// `12`, `-0.8`: digits, with at least one on each side of a point.
pub(crate) fn decimal(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let value = whole.parse::<i128>().ok()?.checked_mul(scale)?.checked_add(fraction.parse().ok()?)?;
    Number::ratio(if digits.len() < text.len() { -value } else { value }, scale)
}

/// `1.5TiB`, `500 GB`, in bytes; the unit in any case.
pub(crate) fn size(text: &str) -> Option<Number> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let unit = unit.to_ascii_lowercase();
    let (base, prefix) = match unit.strip_suffix("ib") {
        Some(prefix) => (1024_i128, prefix),
        None => (1000, unit.strip_suffix('b')?),
    };
    let power = match prefix {
        "" if base == 1000 => 0,
        _ => 1 + u32::try_from(["k", "m", "g", "t", "p", "e"].iter().position(|known| *known == prefix)?).ok()?,
    };
    decimal(number.trim_end())?.multiply(Number::Ratio(base.checked_pow(power)?, 1))
}

/// `90m`, `1h30m`, `2d`, in seconds: seconds, minutes, hours, days of 24 hours, weeks.
pub(crate) fn duration(text: &str) -> Option<Number> {
    let mut rest = text;
    let mut seconds = Number::ZERO;
    while !rest.is_empty() {
        let (number, more) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
        let unit_len = more.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(more.len());
        let unit = match more.get(..unit_len)?.to_ascii_lowercase().as_str() {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        let number = decimal(number).filter(|_| !number.starts_with('-'))?;
        seconds = seconds.add(number.multiply(Number::int(unit))?)?;
        rest = &more[unit_len..];
    }
    (!text.is_empty()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(number: Option<Number>) -> Option<i64> {
        number.and_then(Number::whole)
    }

    #[test]
    fn sizes_are_exact() {
        for (text, bytes) in [
            ("1.5TiB", Some(1_649_267_441_664)),
            ("500GB", Some(500_000_000_000)),
            ("500 gb", Some(500_000_000_000)),
            ("1KiB", Some(1024)),
            ("1kB", Some(1000)),
            ("7B", Some(7)),
            ("7.9EiB", None),
            ("-1MB", Some(-1_000_000)),
            ("0.3KiB", None),
            ("1iB", None),
            ("8EiB", None),
            ("5", None),
            ("GB", None),
            ("1G", None),
            ("1.GB", None),
            ("1e3GB", None),
        ] {
            assert_eq!(whole(size(text)), bytes, "{text}");
        }
    }

    #[test]
    fn lengths_of_time() {
        for (text, seconds) in [
            ("90m", Some(5400)),
            ("1h30m", Some(5400)),
            ("1.5h", Some(5400)),
            ("2D", Some(172_800)),
            ("1w", Some(604_800)),
            ("5min", Some(300)),
            ("", None),
            ("5", None),
            ("h", None),
            ("-1h", None),
            ("1y", None),
            ("1h30", None),
            ("1 h", None),
        ] {
            assert_eq!(whole(duration(text)), seconds, "{text}");
        }
    }

    #[test]
    fn calculations_are_exact() {
        let number = |text: &str| decimal(text).unwrap_or(Number::ZERO);
        let product = number("1.1").multiply(Number::int(10));
        assert_eq!(whole(product), Some(11));
        let third = Number::int(1).divide(Number::int(3));
        assert_eq!(whole(third.and_then(|third| third.multiply(Number::int(3)))), Some(1));
        assert!(Number::int(1).divide(Number::ZERO).is_none());
        assert_eq!(number("0.1").order(number("-0.1")), Ordering::Greater);
        let large = Number::int(i64::MAX);
        let larger = (0..4).try_fold(large, |product, _| product.multiply(large));
        assert!(larger.is_some_and(|larger| larger.order(large).is_gt()));
        assert!(Number::float(f64::NAN).is_none() && Number::float(f64::MAX).is_some());
    }
}
