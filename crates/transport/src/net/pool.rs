//! Connections that wait for their next request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};
use url::Url;

/// How long an idle connection serves: less than servers keep one, so that one rarely closes while a request is on its
/// way. One that nobody asks for is closed within twice as long.
const IDLE: Duration = Duration::from_secs(15);
/// How long a connection may take to be free for the next request once its answer has been read.
const SOON: Duration = Duration::from_millis(50);

/// The connections of a client that no request is on.
#[derive(Default)]
pub(super) struct Pool(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    /// The one that was used last stands last.
    connections: Vec<(Connection, Instant)>,
    /// Looks after those that nobody asks for; it is gone with its runtime.
    watcher: Option<AbortHandle>,
}

/// A connection, one request after another.
pub(super) struct Connection {
    pub(super) sender: SendRequest<Full<Bytes>>,
    leads_to: Origin,
    /// Whether it had a request before: the server may have closed it since.
    pub(super) is_used: bool,
    /// Whether it was made for a request that could have had one that waits.
    is_shared: bool,
    pool: Weak<Pool>,
}

struct Origin {
    scheme: Box<str>,
    host: Box<str>,
    port: Option<u16>,
}

impl Origin {
    fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().into();
        Self { scheme: url.scheme().into(), host, port: url.port_or_known_default() }
    }

    fn is_of(&self, url: &Url) -> bool {
        self.port == url.port_or_known_default() && Some(&*self.host) == url.host_str() && &*self.scheme == url.scheme()
    }

    fn is(&self, other: &Self) -> bool {
        self.port == other.port && self.host == other.host && self.scheme == other.scheme
    }
}

impl Pool {
    /// A new connection to where an address leads.
    pub(super) fn connection(
        self: &Arc<Self>,
        url: &Url,
        sender: SendRequest<Full<Bytes>>,
        is_shared: bool,
    ) -> Connection {
        Connection { sender, leads_to: Origin::of(url), is_used: false, is_shared, pool: Arc::downgrade(self) }
    }

    /// A connection to where an address leads, free for a request: the one that was used last, which is the least likely
    /// to have been closed.
    pub(super) async fn take(&self, url: &Url) -> Option<Connection> {
        loop {
            let mut connection = self.last(url)?;
            // It mostly is at once. One that the last request is still written to, though its answer was there, is not.
            let is_free =
                connection.sender.is_ready() || matches!(timeout(SOON, connection.sender.ready()).await, Ok(Ok(())));
            if is_free {
                return Some(connection);
            }
        }
    }

    fn last(&self, url: &Url) -> Option<Connection> {
        let mut idle = self.lock();
        idle.clean();
        let at = idle.connections.iter().rposition(|(connection, _)| connection.leads_to.is_of(url))?;
        Some(idle.connections.remove(at).0)
    }

    /// Closes what waits for too long, until nothing waits.
    async fn watch(pool: Weak<Self>) {
        loop {
            tokio::time::sleep(IDLE).await;
            let Some(pool) = pool.upgrade() else { return };
            let mut idle = pool.lock();
            idle.clean();
            if idle.connections.is_empty() {
                idle.watcher = None;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    /// Lets go of what was closed, and of what waits for too long.
    fn clean(&mut self) {
        let now = Instant::now();
        let old = self.connections.partition_point(|(_, since)| now.saturating_duration_since(*since) >= IDLE);
        self.connections.drain(..old);
        while self.connections.pop_if(|(connection, _)| connection.sender.is_closed()).is_some() {}
    }
}

impl Connection {
    /// Lets the next request have it. One that was made for a request of its own is kept only where none waits already:
    /// each further such request makes another.
    pub(super) fn keep(mut self) {
        let Some(pool) = self.pool.upgrade().filter(|_| !self.sender.is_closed()) else { return };
        let mut idle = pool.lock();
        idle.clean();
        let is_spare = !self.is_shared && !self.is_used;
        if is_spare && idle.connections.iter().any(|(other, _)| other.leads_to.is(&self.leads_to)) {
            return;
        }
        self.is_used = true;
        idle.connections.push((self, Instant::now()));
        if idle.watcher.as_ref().is_none_or(AbortHandle::is_finished) {
            let watch = Pool::watch(Arc::downgrade(&pool));
            idle.watcher = Handle::try_current().ok().map(|runtime| runtime.spawn(watch).abort_handle());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;

    use super::*;

    /// A connection whose other end answers nothing, and stays.
    async fn connection(pool: &Arc<Pool>, url: &Url) -> (Connection, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(1024);
        let (sender, connection) = http1::handshake(TokioIo::new(near)).await.unwrap();
        tokio::spawn(connection);
        (pool.connection(url, sender, true), far)
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_serves_where_it_leads_and_not_for_ever() {
        let pool = Arc::<Pool>::default();
        let url = |text: &str| text.parse::<Url>().unwrap();
        let here = url("https://em.example.com:9398/api");
        let (kept, _far) = connection(&pool, &here).await;
        assert!(!kept.is_used);
        kept.keep();
        for elsewhere in ["http://em.example.com:9398", "https://em.example.com", "https://vb.example.com:9398"] {
            assert!(pool.take(&url(elsewhere)).await.is_none(), "{elsewhere}");
        }
        let taken = pool.take(&url("https://em.example.com:9398/other?q=1")).await.unwrap();
        assert!(taken.is_used && pool.take(&here).await.is_none(), "it serves one at a time");
        taken.keep();
        tokio::time::sleep(IDLE - Duration::from_secs(1)).await;
        pool.take(&here).await.unwrap().keep();
        tokio::time::advance(IDLE).await;
        assert!(pool.take(&here).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_closed() {
        let pool = Arc::<Pool>::default();
        let here = "https://em.example.com".parse().unwrap();
        let (kept, mut far) = connection(&pool, &here).await;
        kept.keep();
        let end = tokio::time::timeout(IDLE * 3, tokio::io::AsyncReadExt::read(&mut far, &mut [0; 1])).await;
        assert!(matches!(end, Ok(Ok(0))), "{end:?}");
        assert!(pool.lock().watcher.is_none());
    }

    #[tokio::test]
    async fn what_the_server_closed_is_let_go() {
        let pool = Arc::<Pool>::default();
        let here = "https://em.example.com".parse().unwrap();
        let (kept, far) = connection(&pool, &here).await;
        kept.keep();
        drop(far);
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(pool.take(&here).await.is_none());
    }

    #[tokio::test]
    async fn requests_with_connections_of_their_own_leave_one() {
        let pool = Arc::<Pool>::default();
        let here = "https://em.example.com".parse().unwrap();
        let mut others = Vec::new();
        for _ in 0..3 {
            let (mut own, far) = connection(&pool, &here).await;
            own.is_shared = false;
            own.keep();
            others.push(far);
        }
        assert_eq!(pool.lock().connections.len(), 1);
    }

    /// The one that looked after it is gone with the first runtime.
    #[test]
    fn a_second_runtime_watches_again() {
        let pool = Arc::<Pool>::default();
        let keep = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (kept, far) = connection(&pool, &"https://em.example.com".parse().unwrap()).await;
                kept.keep();
                drop(far);
                tokio::task::yield_now().await;
                assert!(!pool.lock().watcher.as_ref().unwrap().is_finished());
            });
        };
        keep();
        keep();
    }
}
