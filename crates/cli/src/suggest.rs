//! "Did you mean": the name that a mistyped one is closest to.

/// The candidate closest to `name`, when one is close enough to be worth saying.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    // A name that is a part of another was cut short, and not mistyped: the shortest of those is meant.
    let whole = candidates.iter().filter(|it| name.len() >= PART && it.to_lowercase().ends_with(&name));
    if let Some(whole) = whole.min_by_key(|it| it.len()) {
        return Some(whole);
    }
    candidates
        .into_iter()
        .filter_map(|candidate| Some((likeness(&name, &candidate.to_lowercase())?, candidate)))
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// A shorter text is the end of too many names.
const PART: usize = 6;
/// How many of a long list of names an error ends in.
const NEAREST: usize = 5;
/// A list up to this length is read whole.
const SHORT: usize = 12;

/// The candidates, or the nearest of them when there are many: `a, b, c, d, e and 407 more`.
pub(crate) fn among<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for candidate in candidates {
        if !all.contains(&candidate) {
            all.push(candidate);
        }
    }
    if all.len() <= SHORT {
        return all.join(", ");
    }
    let name = name.to_lowercase();
    all.sort_by_cached_key(|candidate| {
        let candidate = candidate.to_lowercase();
        // What holds the whole name is what was looked for; else what is spelled alike.
        let likeness = strsim::jaro_winkler(&name, &candidate) + if candidate.contains(&name) { 1.0 } else { 0.0 };
        std::cmp::Reverse((likeness * 1e9) as u64)
    });
    format!("{} and {} more", all[..NEAREST].join(", "), all.len() - NEAREST)
}

/// How alike two names are; nothing when they are strangers. One slip of the hand is always close enough.
fn likeness(left: &str, right: &str) -> Option<f64> {
    let likeness = strsim::jaro_winkler(left, right);
    (likeness > 0.8 || strsim::osa_distance(left, right) == 1).then_some(likeness)
}

/// ` (did you mean X?)` when a candidate is close, else nothing.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(name, candidates).map_or_else(String::new, |found| format!(" (did you mean `{found}`?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        let names = ["demo-em", "demo-vb365", "production"];
        assert_eq!(closest("prodction", names), Some("production"));
        assert_eq!(closest("DEMO-EM", names), Some("demo-em"));
        assert_eq!(closest("odl", ["old", "new"]), Some("old"));
        assert_eq!(closest("xyz", names), None);
        assert_eq!(hint("prod", names), " (did you mean `production`?)");
    }

    #[test]
    fn a_long_list_is_cut_to_what_is_near() {
        let names: Vec<String> = (0..40).map(|number| format!("field{number:02}")).collect();
        let names = || names.iter().map(String::as_str);
        assert_eq!(among("x", ["b", "a", "b"]), "b, a");
        assert!(among("field07", names()).starts_with("field07, "), "{}", among("field07", names()));
        assert!(among("07", names()).starts_with("field07, ") && among("07", names()).ends_with(" and 35 more"));
    }
}
