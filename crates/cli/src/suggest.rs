//! "Did you mean": the name that a mistyped one is closest to.

/// The candidate closest to `name`, when one is close enough to be worth saying.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .filter_map(|candidate| Some((likeness(&name, &candidate.to_lowercase())?, candidate)))
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
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
}
