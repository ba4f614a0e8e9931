//! The accounts and passwords of many servers, fetched before anything is in flight: a password command may take a
//! minute, in which the servers that were asked already would run into their deadlines.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::exit::Failure;
use crate::profile::{Profile, Server};
use crate::secret::{Secret, Source};

/// An account and its password.
pub(super) type Credentials = (String, Secret);
/// Those of a server, or why there are none; nothing for one that needs none.
type Fetched = Option<Result<Credentials, Failure>>;

/// How many are fetched at once.
const AT_ONCE: usize = 16;

/// Fetches those of all servers, side by side but for what a person may be asked for. The thread is held meanwhile.
/// Call it before anything is in flight.
pub(super) fn fetch(servers: &[Server]) -> Vec<Fetched> {
    let fetched: Vec<Mutex<Fetched>> = servers.iter().map(|_| Mutex::default()).collect();
    let fetch = |at: usize| {
        let profile = servers.get(at).and_then(Server::profile);
        if let (Some(profile), Some(mut place)) = (profile, fetched.get(at).and_then(|it| it.lock().ok())) {
            *place = Some(profile.credentials());
        }
    };
    let (asks, quiet): (Vec<usize>, Vec<usize>) =
        (0..servers.len()).partition(|at| servers.get(*at).and_then(Server::profile).is_some_and(asks_a_person));
    asks.into_iter().for_each(fetch);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(at) = quiet.get(next.fetch_add(1, Ordering::Relaxed)) {
            fetch(*at);
        }
    };
    thread::scope(|scope| {
        (1..quiet.len().min(AT_ONCE)).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    fetched.into_iter().map(|place| place.into_inner().unwrap_or_default()).collect()
}

/// Whether somebody is asked at the terminal, or by a keyring that is locked: one question at a time.
fn asks_a_person(profile: &Profile) -> bool {
    matches!(profile.password, Source::Prompt | Source::Keyring(_))
}
