//! Work that is divided among the cores of the machine.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

/// How many there are, as far as this process may use them.
pub(crate) fn count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// What `work` makes of each item, in their order. It blocks for as long.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut made = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return made };
            made.push((place, work(item)));
        }
    };
    let mut made = thread::scope(|scope| {
        let more = 1..count().min(items.len());
        // A system that has no thread to spare has this one.
        let started: Vec<_> = more.filter_map(|_| Builder::new().spawn_scoped(scope, some).ok()).collect();
        let mut made = some();
        for thread in started {
            made.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_is_lost_and_the_order_stays() {
        for count in [0, 1, 2, 3, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |it| it * 2), (0..count).map(|it| it * 2).collect::<Vec<_>>());
        }
    }
}
