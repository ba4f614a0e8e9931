//! Sessions: opened once for many callers, renewed before they end, forgotten when the server forgot them.

mod em;
mod vb365;
mod zstack;

use std::sync::Arc;
use std::time::Instant;

use ::http::HeaderName;
use backhaul_wire::{Secret, System};
use tokio::sync::Mutex;
use url::Url;

use crate::error::Reason;
use crate::http::{HttpClient, Request};
use crate::options::Options;

pub(crate) use vb365::newest_version;

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
pub(crate) struct Sessions(Mutex<Held>);

#[derive(Default)]
struct Held {
    current: Option<Arc<Session>>,
    opened: u64,
}

impl Sessions {
    /// The session there is, unless it is `stale` or about to end; else what `open` gives. Callers that come meanwhile wait for
    /// the same logon, so that 500 calls in flight cause one.
    pub(crate) async fn get(
        &self,
        stale: Option<&Arc<Session>>,
        open: impl AsyncFnOnce(Option<&Session>) -> Result<Session, Reason>,
    ) -> Result<Arc<Session>, Reason> {
        let mut held = self.0.lock().await;
        let usable =
            held.current.as_ref().filter(|now| !now.is_ending() && stale.is_none_or(|stale| !Arc::ptr_eq(stale, now)));
        if let Some(session) = usable {
            return Ok(Arc::clone(session));
        }
        let old = held.current.take();
        let mut session = open(old.as_deref()).await?;
        held.opened += 1;
        session.number = held.opened;
        let session = Arc::new(session);
        held.current = Some(Arc::clone(&session));
        Ok(session)
    }

    /// The session with this number, if it is still the one there is.
    pub(crate) async fn numbered(&self, number: u64) -> Option<Arc<Session>> {
        self.0.lock().await.current.as_ref().filter(|now| now.number == number).map(Arc::clone)
    }

    /// Forgets the session and gives it.
    pub(crate) async fn take(&self) -> Option<Arc<Session>> {
        self.0.lock().await.current.take()
    }
}

/// Opens a session.
pub(crate) async fn open(
    system: System,
    http: &HttpClient,
    options: &Options,
    version: u8,
    old: Option<&Session>,
) -> Result<Session, Reason> {
    match system {
        System::Em => em::open(http, options).await,
        System::Vb365 => vb365::open(http, options, version, old.and_then(|old| old.refresh.as_ref())).await,
        System::Zstack => zstack::open(http, options).await,
    }
}

/// What a logon sends that proves the account, in each form in which it is sent.
pub(crate) fn sent_secrets(system: System, options: &Options) -> Vec<Secret> {
    let mut secrets = vec![options.password.clone()];
    match system {
        System::Em => secrets.push(em::basic(options)),
        System::Vb365 => secrets.extend(vb365::assertion(options)),
        System::Zstack => secrets.push(zstack::digest(&options.password)),
    }
    secrets
}

/// Where to end a session, if the system has a place for it.
pub(crate) fn logout(_system: System, base: &Url, session: &Session) -> Option<Url> {
    session.logout.as_ref().map(|path| below(base, path))
}

/// A path below the server's address.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}
