//! A part of a whole as a bar.

use unicode_width::UnicodeWidthStr;

/// How many characters a bar has.
const CHARACTERS: usize = 10;
/// How much wider a column is with a bar behind its number.
pub(super) const WIDTH: usize = 1 + CHARACTERS;

/// What stands behind a number of percent: a space and a bar, or as much blank where there is no number.
///
/// What is not quite full does not look full, and what is not empty does not look empty.
pub(super) fn behind(number: &str) -> String {
    let Ok(percent) = number.parse::<f64>() else { return " ".repeat(WIDTH) };
    let filled = match percent {
        _ if percent >= 100.0 => CHARACTERS,
        _ if percent <= 0.0 => 0,
        _ => ((percent / 100.0 * CHARACTERS as f64).round() as usize).clamp(1, CHARACTERS - 1),
    };
    let bar = format!(" {}{}", "█".repeat(filled), "░".repeat(CHARACTERS - filled));
    debug_assert_eq!(bar.width(), WIDTH);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_full_looks_full() {
        for (number, bar) in [
            ("0.0", " ░░░░░░░░░░"),
            ("0.1", " █░░░░░░░░░"),
            ("30.6", " ███░░░░░░░"),
            ("99.6", " █████████░"),
            ("103.1", " ██████████"),
            ("-", "           "),
            ("NaN", " █░░░░░░░░░"),
        ] {
            assert_eq!(behind(number), bar, "{number}");
        }
    }
}
