//! Work that is divided among the cores of the machine.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, Builder};

/// How many there are, as far as this process may use them.
pub(crate) fn count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// What `work` makes of each item, in their order. It blocks for as long.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let all = |items: &[T]| items.iter().map(&work).collect::<Vec<R>>();
    let mut parts = items.chunks(items.len().div_ceil(count()).max(1));
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        // A system that has no thread to spare has this one.
        let started: Vec<_> =
            parts.map(|part| Builder::new().spawn_scoped(scope, || all(part)).map_err(|_| part)).collect();
        let mut made = all(first);
        for part in started {
            made.extend(match part {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(part) => all(part),
            });
        }
        made
    })
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
