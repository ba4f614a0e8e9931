//! Connections that wait for their next request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::time::Instant;
use url::Url;

/// How long an idle connection is kept: less than servers do, so that one rarely closes while a request is on its way.
const IDLE: Duration = Duration::from_secs(15);

/// The connections of a client that no request is on.
#[derive(Default)]
pub(super) struct Pool(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    /// The one that was used last stands last.
    connections: Vec<(Connection, Instant)>,
    /// Whether somebody looks after those that nobody asks for.
    watched: bool,
}

/// A connection, one request after another.
pub(super) struct Connection {
    pub(super) sender: SendRequest<Full<Bytes>>,
    leads_to: Arc<Origin>,
    /// Whether it had a request before: the server may have closed it since.
    pub(super) is_used: bool,
    pool: Weak<Pool>,
}

#[derive(PartialEq, Eq)]
struct Origin {
    scheme: Box<str>,
    host: Box<str>,
    port: Option<u16>,
}

impl Origin {
    fn is_of(&self, url: &Url) -> bool {
        self.port == url.port_or_known_default() && Some(&*self.host) == url.host_str() && &*self.scheme == url.scheme()
    }
}

impl Pool {
    /// A new connection to where an address leads.
    pub(super) fn connection(self: &Arc<Self>, url: &Url, sender: SendRequest<Full<Bytes>>) -> Connection {
        let host = url.host_str().unwrap_or_default().into();
        let leads_to = Arc::new(Origin { scheme: url.scheme().into(), host, port: url.port_or_known_default() });
        Connection { sender, leads_to, is_used: false, pool: Arc::downgrade(self) }
    }

    /// The connection to where an address leads that was used last: it is the least likely to have been closed.
    pub(super) fn take(&self, url: &Url) -> Option<Connection> {
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
                idle.watched = false;
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
    /// Lets the next request have it.
    pub(super) fn keep(mut self) {
        self.is_used = true;
        let Some(pool) = self.pool.upgrade() else { return };
        let mut idle = pool.lock();
        let watched = std::mem::replace(&mut idle.watched, true);
        idle.connections.push((self, Instant::now()));
        drop(idle);
        if !watched {
            tokio::spawn(Pool::watch(Arc::downgrade(&pool)));
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
        (pool.connection(url, sender), far)
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
            assert!(pool.take(&url(elsewhere)).is_none(), "{elsewhere}");
        }
        let taken = pool.take(&url("https://em.example.com:9398/other?q=1")).unwrap();
        assert!(taken.is_used && pool.take(&here).is_none(), "it serves one at a time");
        taken.keep();
        tokio::time::sleep(IDLE - Duration::from_secs(1)).await;
        pool.take(&here).unwrap().keep();
        tokio::time::advance(IDLE).await;
        assert!(pool.take(&here).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_closed() {
        let pool = Arc::<Pool>::default();
        let here = "https://em.example.com".parse().unwrap();
        let (kept, mut far) = connection(&pool, &here).await;
        kept.keep();
        let end = tokio::time::timeout(IDLE * 3, tokio::io::AsyncReadExt::read(&mut far, &mut [0; 1])).await;
        assert!(matches!(end, Ok(Ok(0))), "{end:?}");
        assert!(!pool.lock().watched);
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
        assert!(pool.take(&here).is_none());
    }
}
