//! Numbers and booleans as texts, in the forms in which serializers write them.

/// `true`, `False`, ` 1`; empty is absent.
pub(crate) fn parse_bool(text: &str) -> Result<Option<bool>, String> {
    let text = text.trim();
    match text {
        "" => Ok(None),
        "1" => Ok(Some(true)),
        "0" => Ok(Some(false)),
        _ if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        _ if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(format!("`{}` is neither true nor false", shown(text))),
    }
}

/// `12566568`, `4900.0`, `1.2345678901234568E+17`; empty is absent.
pub(crate) fn parse_int(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(value) = text.parse() {
        return Ok(Some(value));
    }
    match Decimal::read(text).map(|decimal| decimal.whole()) {
        Some(Whole::Value(value)) => Ok(Some(value)),
        Some(Whole::TooLarge) => Err(format!("the integer {} is too large: it needs more than 64 bits", shown(text))),
        Some(Whole::Not) => Err(format!("{} is not a whole number", shown(text))),
        None => Err(format!("`{}` is not an integer", shown(text))),
    }
}

/// `0.5`, `12`, and the names of what is no number, in XML's spelling (`INF`) and Json.NET's (`Infinity`); empty is
/// absent.
pub(crate) fn parse_float(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    match text {
        "" => return Ok(None),
        "NaN" => return Ok(Some(f64::NAN)),
        "INF" | "Infinity" => return Ok(Some(f64::INFINITY)),
        "-INF" | "-Infinity" => return Ok(Some(f64::NEG_INFINITY)),
        _ => {}
    }
    let value: Option<f64> = text.parse().ok();
    value.filter(|v| v.is_finite()).map(Some).ok_or_else(|| format!("`{}` is not a number", shown(text)))
}

/// A decimal number, read digit by digit: through a double, `9223372036854775807.0` and `9007199254740993.0` would
/// become others.
struct Decimal<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i32,
}

enum Whole {
    Value(i64),
    TooLarge,
    /// There is a fraction.
    Not,
}

impl<'t> Decimal<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        (!whole.is_empty() && digits(whole) && digits(fraction)).then_some(Self { negative, whole, fraction, exponent })
    }

    fn whole(&self) -> Whole {
        let digits = || self.whole.bytes().chain(self.fraction.bytes()).map(|byte| i128::from(byte - b'0'));
        if digits().all(|digit| digit == 0) {
            return Whole::Value(0);
        }
        // How many digits stand before the point once the exponent has moved it.
        let point = i64::try_from(self.whole.len()).unwrap_or(i64::MAX).saturating_add(self.exponent.into());
        let point = usize::try_from(point).unwrap_or(0);
        if digits().skip(point).any(|digit| digit != 0) {
            return Whole::Not;
        }
        let mut value: i128 = 0;
        // Past 64 bits nothing is added any more: an exponent of a billion must not be counted out.
        for digit in digits().chain(std::iter::repeat(0)).take(point) {
            value = value * 10 + digit;
            if value > i128::from(u64::MAX) {
                return Whole::TooLarge;
            }
        }
        i64::try_from(if self.negative { -value } else { value }).map_or(Whole::TooLarge, Whole::Value)
    }
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    cut.escape_debug().to_string()
}
