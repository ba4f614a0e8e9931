//! What servers sent that no field could take: it is missing in what was printed, and said once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How many places are named.
const NAMED: usize = 5;

/// What was left out so far, by operation and place: how often, and why the first time; nothing once it was said. An
/// exporter asks again and again, and says it once, too.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOut(Arc<Mutex<Places>>);

type Places = BTreeMap<(String, String), Option<(usize, String)>>;

impl LeftOut {
    /// Notes what an operation's answer held at a path.
    pub(crate) fn add(&self, operation: &str, path: &str, times: usize, why: &str) {
        if let Ok(mut places) = self.0.lock() {
            let place = (operation.to_owned(), without_places(path));
            if let Some((before, _)) = places.entry(place).or_insert_with(|| Some((0, why.to_owned()))) {
                *before += times;
            }
        }
    }

    /// What there is to say of it that was not said yet.
    pub(crate) fn take(&self) -> Option<String> {
        let mut places = self.0.lock().ok()?;
        let news = places.iter_mut().filter_map(|((operation, path), told)| {
            Some(match told.take()? {
                (1, why) => format!("{operation} {path} ({why})"),
                (times, why) => format!("{operation} {path} ({times} times; {why})"),
            })
        });
        let mut named: Vec<String> = news.collect();
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        if more > 0 {
            named.push(format!("{more} more"));
        }
        (!named.is_empty()).then(|| format!("taken as not told, since it cannot be read: {}", named.join(", ")))
    }
}

/// A path without the places in lists: what all items of a listing share is one thing.
fn without_places(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| path + part.split_once(']').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_items_share_is_one_place_and_is_said_once() {
        let left_out = LeftOut::default();
        left_out.add("QueryZone", "inventories[0].zones[12].name", 1, "a number");
        left_out.add("QueryZone", "inventories[7].zones[0].name", 2, "a list");
        left_out.add("GetQuota", "Quota", 1, "1.5 is no integer");
        let said = "taken as not told, since it cannot be read: GetQuota Quota (1.5 is no integer), QueryZone \
                    inventories.zones.name (3 times; a number)";
        assert_eq!((left_out.take().as_deref(), left_out.take()), (Some(said), None));
        left_out.add("QueryZone", "inventories[8].zones[1].name", 1, "a number");
        assert_eq!(left_out.take(), None);
        (0..9).for_each(|at| left_out.add("GetQuota", &format!("member{at}"), 1, "no"));
        assert!(left_out.take().is_some_and(|said| said.ends_with("member4 (no), 4 more")));
    }
}
