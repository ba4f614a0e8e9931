//! Sessions: opened once for many callers, renewed before they end, forgotten when the server forgot them.

use std::sync::Arc;
use std::time::Instant;

use backhaul_wire::Secret;
use http::HeaderName;

use crate::error::Result;
use crate::net::Request;
use crate::turn::Turn;

/// An open session.
pub(crate) struct Session {
    header: HeaderName,
    value: Secret,
    /// When to renew it, where the server says how long it lives.
    renew_at: Option<Instant>,
    /// VB365's token for the next logon.
    refresh: Option<Secret>,
    /// The path that ends it, below the address.
    logout: Option<String>,
    /// Which one of the client's sessions it is, counted from 1: what the server ties to a session is lost with it.
    number: u64,
}

impl Session {
    /// A session that stands in a header, and lives until the server says otherwise.
    pub(crate) fn new(header: HeaderName, value: Secret) -> Self {
        Self { header, value, renew_at: None, refresh: None, logout: None, number: 0 }
    }

    /// The same, ended by a DELETE at this path below the address.
    pub(crate) fn ended_at(self, logout: Option<String>) -> Self {
        Self { logout, ..self }
    }

    /// The same, renewed at this time, with what opens the next one.
    pub(crate) fn renewed(self, renew_at: Option<Instant>, refresh: Option<Secret>) -> Self {
        Self { renew_at, refresh, ..self }
    }

    /// VB365's token for the next logon.
    pub(crate) fn refresh(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// Where it is ended, below the address; none where the system has no place for that.
    pub(crate) fn logout(&self) -> Option<&str> {
        self.logout.as_deref()
    }

    /// The token, which must not come back in an error's text.
    pub(crate) fn token(&self) -> Secret {
        // Without the scheme before it.
        self.value.expose().rsplit(' ').next().unwrap_or_default().to_owned().into()
    }

    /// The request with the session on it.
    pub(crate) fn authorize(&self, request: Request) -> Request {
        request.secret_header(self.header.clone(), self.value.expose())
    }

    /// Which one of the client's sessions it is, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    fn is_ending(&self) -> bool {
        self.renew_at.is_some_and(|at| Instant::now() >= at)
    }
}

/// The one session of a client.
#[derive(Default)]
pub(crate) struct Sessions(Turn<Held>);

#[derive(Default)]
struct Held {
    current: Option<Arc<Session>>,
    /// The session before, until the next is open. Its refresh token may be all that opens one.
    last: Option<Arc<Session>>,
    opened: u64,
}

impl Sessions {
    /// With a session that is open already.
    pub(crate) fn with(session: Session) -> Self {
        let session = Session { number: 1, ..session };
        Self(Turn::of(Held { current: Some(Arc::new(session)), last: None, opened: 1 }))
    }

    /// The session there is, unless it is `stale` or about to end; else what `open` gives. Callers that come meanwhile
    /// wait for the same logon, so that 500 calls in flight cause one.
    pub(crate) async fn get(
        &self,
        stale: Option<&Arc<Session>>,
        open: impl AsyncFnOnce(Option<&Session>) -> Result<Session>,
    ) -> Result<Arc<Session>> {
        let is_usable = |now: &&Arc<Session>| !now.is_ending() && stale.is_none_or(|stale| !Arc::ptr_eq(stale, now));
        let opened = async |held: &mut Held| {
            // Kept while it is renewed: a logon may fail, or be given up by a deadline in its midst.
            held.last = held.current.take().or(held.last.take());
            let mut session = open(held.last.as_deref()).await?;
            held.last = None;
            held.opened += 1;
            session.number = held.opened;
            let session = Arc::new(session);
            held.current = Some(Arc::clone(&session));
            Ok(session)
        };
        self.0.take(|held| held.current.as_ref().filter(is_usable).map(Arc::clone), opened).await
    }

    /// The session with this number, if it is still the one there is.
    pub(crate) async fn numbered(&self, number: u64) -> Option<Arc<Session>> {
        self.0.value().await.current.as_ref().filter(|now| now.number == number).map(Arc::clone)
    }

    /// Forgets the session and gives it.
    pub(crate) async fn take(&self) -> Option<Arc<Session>> {
        let mut held = self.0.value().await;
        held.last = None;
        held.current.take()
    }
}
