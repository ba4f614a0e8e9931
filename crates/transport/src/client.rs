//! One client for all three systems: sends operations, keeps the session, reads answers.

mod download;
mod exchange;
mod policy;
mod preview;
mod stop;
mod typed;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backhaul_models::vb365::is_action;
use backhaul_wire::{ApiVersion, Drift, Operation, Secret, Struct, System, json, xml};
use bytes::Bytes;
use http::{Method, StatusCode};
use tokio::runtime::{Handle, RuntimeFlavor, worker_index};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use crate::address::{self, Params};
use crate::classify;
use crate::error::{Error, Reason, Result};
use crate::net::{HttpClient, Request, RetryPolicy, StreamingResponse, Stub};
use crate::options::Options;
use crate::protocol::Protocol;
use crate::session::{Session, Sessions};
use crate::turn::Turn;

pub(crate) use download::Resumable;
pub(crate) use exchange::{Answered, Ask, Bound};
pub use policy::Policy;
pub use stop::Stop;

/// A client of one server. Cheap to clone; all clones share the session, the connections and the limits.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
    policy: policy::Laid,
}

struct Core {
    protocol: Box<dyn Protocol>,
    options: Options,
    /// The address as it was given.
    server: String,
    http: HttpClient,
    sessions: Sessions,
    /// Whose turn it is to ask for the version.
    asking: Turn<()>,
    /// What must not come back in an error's text: the password, in the forms in which it is sent.
    secrets: Vec<Secret>,
    /// The same of the session that was opened last: its token.
    token: Mutex<Option<Secret>>,
    /// Which other product is at the address, once that was doubted and asked.
    other: OnceCell<Option<System>>,
}

/// What goes with a call, as text: the form in which the command and other dynamic callers have it.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// Parameters by name.
    pub params: Params,
    /// A body, already in the wire form that the server expects inside its wrapper.
    pub body: Option<Bytes>,
}

/// An answer before it is read.
#[derive(Debug, Clone)]
pub struct RawAnswer {
    /// The operation that it answers.
    pub operation: &'static Operation,
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
}

impl RawAnswer {
    /// Whether there is a body to read where the operation may have one. VB365's actions of v3 to v5 answer with a
    /// session or with nothing, as what was done has it, and what does something may be done without a word (204); an
    /// empty answer to anything else is a fault.
    #[must_use]
    pub fn has_body(&self) -> bool {
        let is_done = self.status == StatusCode::NO_CONTENT && self.operation.method != "GET";
        !(self.body.is_empty() && (is_action(self.operation) || is_done))
    }
}

impl Client {
    /// A client of any system, with the defaults of that system's own options: the form for callers that learn the
    /// system at run time. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used.
    pub fn new(system: System, options: Options) -> Result<Self> {
        match system {
            System::Em => crate::em::EmClient::new(options).map(Self::from),
            System::Vb365 => crate::vb365::Vb365Client::new(options).map(Self::from),
            System::Zstack => crate::zstack::ZstackClient::new(options).map(Self::from),
        }
    }

    /// A client that speaks as `protocol` says.
    pub(crate) fn of(protocol: impl Protocol + 'static, options: Options) -> Result<Self> {
        let http = HttpClient::new(options.http.clone())
            .map_err(|error| Error::new(Reason::Http(error), protocol.system(), &options.server(), "connect"))?;
        Ok(Self::over(http, Sessions::default(), protocol, options))
    }

    /// A client whose calls a stub answers. It is logged on.
    pub(crate) fn of_stub(protocol: impl Protocol + 'static, options: Options, stub: impl Stub) -> Self {
        let http = HttpClient::from_stub(options.http.clone(), stub);
        let session = Session::new(http::header::AUTHORIZATION, Secret::from("stub"));
        Self::over(http, Sessions::with(session), protocol, options)
    }

    /// A client whose requests this carries.
    pub(crate) fn of_carrier(protocol: impl Protocol + 'static, options: Options, carrier: impl Stub) -> Self {
        let http = HttpClient::from_stub(options.http.clone(), carrier);
        Self::over(http, Sessions::default(), protocol, options)
    }

    fn over(http: HttpClient, sessions: Sessions, protocol: impl Protocol + 'static, mut options: Options) -> Self {
        let server = options.server();
        options.url = address::without_root(options.url, &protocol.roots());
        let (secrets, token) = (protocol.secrets(&options), Mutex::default());
        let (protocol, other) = (Box::new(protocol), OnceCell::new());
        let asking = Turn::default();
        let core = Core { protocol, options, server, http, sessions, asking, secrets, token, other };
        Self { core: Arc::new(core), policy: policy::Laid::default() }
    }

    /// The same, if it is one of this system.
    pub(crate) fn only(self, system: System) -> Result<Self> {
        if self.system() == system {
            return Ok(self);
        }
        let rule = format!("this is a client of {}, not of {}", self.system().product(), system.product());
        Err(self.fail("connect", Reason::Call(rule)))
    }

    pub(crate) fn protocol(&self) -> &dyn Protocol {
        &*self.core.protocol
    }

    /// The system.
    #[must_use]
    pub fn system(&self) -> System {
        self.core.protocol.system()
    }

    /// The server's address, as it was given.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.core.server
    }

    /// The server's address as it is called, without the API's own path: one for all spellings of it.
    #[must_use]
    pub fn address(&self) -> &str {
        self.url().as_str()
    }

    /// The server's address.
    pub(crate) fn url(&self) -> &Url {
        &self.core.options.url
    }

    /// Other names of the server.
    pub(crate) fn other_names(&self) -> &[Url] {
        &self.core.options.also_known_as
    }

    /// How long an answer may take.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.policy.timeout.or(self.core.options.http.timeout)
    }

    /// How many retries the client's budget has left: each request adds a part of one, each retry takes one.
    #[must_use]
    pub fn retries_left(&self) -> u32 {
        self.core.http.retries_left()
    }

    /// A path below the server's address.
    pub(crate) fn below(&self, segments: &[&str]) -> Url {
        address::below(&self.core.options.url, segments.iter().copied())
    }

    /// Opens a session now instead of with the first call: to learn whether address and account are right. With an
    /// access key of ZStack, which opens no session, the number of zones is asked for.
    ///
    /// # Errors
    /// When the server cannot be reached, is another product, or refuses the logon.
    pub async fn logon(&self) -> Result<()> {
        match self.protocol().trial(self.url()) {
            None => self.session(None).await.map(drop),
            Some(url) => self.exchange(&Ask::link(Method::GET, url, None).named("logon")).await.map(drop),
        }
    }

    /// Ends the session, if there is one. The next call opens another. It takes five seconds at most: a session that is
    /// not ended ends by itself.
    ///
    /// # Errors
    /// When the server cannot be reached or answers with an error; the session is forgotten all the same.
    pub async fn logout(&self) -> Result<()> {
        let Some(session) = self.core.sessions.take().await else { return Ok(()) };
        let Some(url) = session.logout().map(|path| address::at(self.url(), path)) else { return Ok(()) };
        let mut request = Request::new(Method::DELETE, url);
        request = session.authorize(request);
        // Ended twice is ended: it needs no connection of its own.
        request.idempotent = true;
        request.retry = Some(RetryPolicy::none());
        request.deadline = Instant::now().checked_add(LOGOUT);
        let answer = self.core.http.send(request).await.map_err(|error| self.fail("logout", Reason::Http(error)))?;
        match answer.status {
            // A session that is gone already is what was wanted.
            status if status.is_success() || status == StatusCode::UNAUTHORIZED || status == StatusCode::NOT_FOUND => {
                Ok(())
            }
            _ => Err(self.fail("logout", classify::error(self.protocol(), &answer))),
        }
    }

    /// The version of the API that is spoken: the one chosen, else the newest that the server has (asked once). `None`
    /// for systems that do not number theirs: all but VB365.
    ///
    /// # Errors
    /// When the server cannot be reached or serves no version that is known here.
    pub async fn version(&self) -> Result<Option<ApiVersion>> {
        let Core { protocol, http, options, asking, .. } = &*self.core;
        if protocol.lacks_version() {
            let name = "version discovery";
            let asked = asking.take(
                |()| (!protocol.lacks_version()).then_some(()),
                async |()| match protocol.find_version(http, options).await {
                    Ok(()) => Ok(()),
                    Err(Reason::Product(None, hint)) => Err(self.fail(name, self.identify(hint).await)),
                    Err(reason) => Err(self.fail(name, reason)),
                },
            );
            self.in_time(name, Box::pin(asked)).await?;
        }
        Ok(protocol.version())
    }

    /// Sends an operation with what goes with it, and gives the answer before it is read. What ZStack answers with a
    /// job has the job's place as its answer (202): [`Client::start_job`] waits for more.
    ///
    /// # Errors
    /// When the call does not fit its operation or the version, or the server cannot be reached or refuses.
    pub async fn send(&self, operation: &'static Operation, given: &Arguments) -> Result<RawAnswer> {
        Ok(self.exchange(&self.ask(operation, given).await?).await?.of(operation))
    }

    /// Sends an operation and gives its answer as it comes, for files.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn open(&self, operation: &'static Operation, given: &Arguments) -> Result<StreamingResponse> {
        self.exchange_open(&self.ask(operation, given).await?).await
    }

    /// A call, checked against its operation and the version that is spoken.
    pub(crate) async fn ask(&self, operation: &'static Operation, given: &Arguments) -> Result<Ask> {
        if operation.system != self.system() {
            let (its, here) = (operation.system.product(), self.system().product());
            let rule = format!("this is an operation of {its}, not of {here}");
            return Err(self.fail(operation.name, Reason::Call(rule)));
        }
        let version = self.version().await?;
        let spoken = self.spoken(version);
        address::check(operation, spoken, &given.params).map_err(|reason| self.fail(operation.name, reason))?;
        let url = address::url(self.url(), operation, version, &given.params)
            .map_err(|reason| self.fail(operation.name, reason))?;
        let body = backhaul_models::request::body(operation, &given.params, given.body.as_deref()).map(Bytes::from);
        Ok(Ask::new(operation, url, body))
    }

    /// Reads an answer into an empty value; what the schemas do not know goes into `drift`. What does not fit its field
    /// costs that field and not the answer; who does not ask for it here finds it in the log.
    ///
    /// # Errors
    /// When the body cannot be read, and the error names the path inside it; when nothing in it is known.
    pub fn read(&self, raw: &RawAnswer, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<()> {
        self.read_raw(None, raw, target, drift)
    }

    /// The same, where the value may take no more than so many bytes of memory beside its texts: of an object that is as
    /// wide as its schema the text says little.
    ///
    /// # Errors
    /// As [`Client::read`], and when the value takes more.
    pub fn read_within(
        &self,
        most: usize,
        raw: &RawAnswer,
        target: &mut dyn Struct,
        drift: Option<&mut Drift>,
    ) -> Result<()> {
        self.read_raw(Some(most), raw, target, drift)
    }

    fn read_raw(
        &self,
        most: Option<usize>,
        raw: &RawAnswer,
        target: &mut dyn Struct,
        drift: Option<&mut Drift>,
    ) -> Result<()> {
        let (mut own, asked) = (Drift::default(), drift.is_some());
        let drift = drift.unwrap_or(&mut own);
        let known = drift.unknown_fields.len();
        let name = raw.operation.name;
        self.decode(name.into(), &raw.body, most, target, drift)?;
        let is_blank = (0..target.shape().fields.len()).all(|field| target.view(field).is_absent());
        if is_blank && drift.unknown_fields.len() > known {
            let rule = "nothing in the answer is known: it is another document than the one that was asked for";
            return Err(self.fail(name, Reason::Answer(rule.to_owned())));
        }
        if !asked {
            log_misfits(name, drift);
        }
        Ok(())
    }

    /// Reads the body of an answer to `name`.
    pub(crate) fn read_body(
        &self,
        name: impl Into<Cow<'static, str>>,
        body: &[u8],
        target: &mut dyn Struct,
        drift: Option<&mut Drift>,
    ) -> Result<()> {
        let name = name.into();
        if let Some(drift) = drift {
            return self.decode(name, body, None, target, drift);
        }
        let mut drift = Drift::default();
        self.decode(name.clone(), body, None, target, &mut drift)?;
        log_misfits(&name, &drift);
        Ok(())
    }

    pub(crate) fn decode(
        &self,
        name: Cow<'static, str>,
        body: &[u8],
        most: Option<usize>,
        target: &mut dyn Struct,
        drift: &mut Drift,
    ) -> Result<()> {
        let drift = Some(drift);
        let read = aside(body.len(), || match (self.protocol().is_xml(body), most) {
            (true, None) => xml::decode_into(target, body, drift),
            (true, Some(most)) => xml::decode_within(most, target, body, drift),
            (false, None) => json::decode_into(target, body, drift),
            (false, Some(most)) => json::decode_within(most, target, body, drift),
        });
        read.map_err(|error| self.fail(name, Reason::Decode(error)))
    }

    /// The session: the one there is, unless it is `stale` or about to end, else a new one. Many callers share one
    /// logon.
    async fn session(&self, stale: Option<&Arc<Session>>) -> Result<Arc<Session>> {
        // What fails is told as a question for the version, and not as a logon.
        self.version().await?;
        let core = &self.core;
        let open =
            async |old: Option<&Session>| match Box::pin(core.protocol.open(&core.http, &core.options, old)).await {
                Ok(session) => {
                    *self.token() = Some(session.token());
                    Ok(session)
                }
                Err(Reason::Product(None, hint)) => Err(self.fail("logon", self.identify(hint).await)),
                Err(reason) => Err(self.fail("logon", reason.without_tokens())),
            };
        core.sessions.get(stale, open).await
    }

    pub(crate) fn fail(&self, operation: impl Into<Cow<'static, str>>, reason: Reason) -> Error {
        let reason = reason.without(self.core.secrets.iter().chain(self.token().as_ref()));
        Error::new(reason, self.system(), &self.core.server, operation)
    }

    fn token(&self) -> MutexGuard<'_, Option<Secret>> {
        // Nothing panics while it is held.
        self.core.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("protocol", &self.core.protocol)
            .field("options", &self.core.options)
            .finish_non_exhaustive()
    }
}

/// How long a logout may take.
const LOGOUT: Duration = Duration::from_secs(5);

/// Tells of what did not fit where nobody asked for it.
pub(crate) fn log_misfits(operation: &str, drift: &Drift) {
    if let Some(first) = drift.misfits.first() {
        let (path, why, misfits) = (first.path.as_str(), first.reason.as_str(), drift.misfits.len());
        tracing::warn!(operation, path, why, misfits, "left out of an answer");
    }
}

/// Reads a body. A large one is read where it does not hold up what else the thread has to do: other servers' answers.
///
/// Only a worker of a runtime with several threads has something to hand over. Anywhere else it is read at once: in a
/// `LocalSet` that such a runtime drives, `block_in_place` panics.
pub(crate) fn aside<T>(length: usize, read: impl FnOnce() -> T) -> T {
    const LARGE: usize = 64 << 10;
    let threads = || Handle::try_current().map(|handle| handle.runtime_flavor());
    match length >= LARGE && worker_index().is_some() && matches!(threads(), Ok(RuntimeFlavor::MultiThread)) {
        true => tokio::task::block_in_place(read),
        false => read(),
    }
}
