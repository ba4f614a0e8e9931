//! One client for all three systems: sends operations, keeps the session, reads answers.

mod download;
mod exchange;
mod policy;

use backhaul_wire::ApiVersion;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use ::http::header::HeaderName;
use ::http::{Method, StatusCode};
use backhaul_models::vb365;
use backhaul_wire::operation::{Answer, ParamPlace};
use backhaul_wire::{Call, Drift, Operation, Secret, Struct, System, json, xml};
use bytes::Bytes;
use serde_json::Value;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;
use url::Url;

use crate::address::{self, Params};
use crate::error::{Error, Reason, Result};
use crate::http::{HttpClient, Request, RetryPolicy, StreamingResponse};
use crate::options::{EmFormat, Options, Version};
use crate::session::{Session, Sessions};
use crate::zstack::AccessKey;
use crate::{classify, session};

pub(crate) use download::Resumable;
pub(crate) use exchange::{Answered, Ask, Bound};
pub use policy::Policy;

/// A client of one server. Cheap to clone; all clones share the session, the connections and the limits.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
    policy: policy::Laid,
}

struct Core {
    system: System,
    options: Options,
    server: String,
    http: HttpClient,
    sessions: Sessions,
    /// ZStack's access key, which signs requests in place of a session.
    access_key: Option<AccessKey>,
    /// VB365's version once it is known; 0 until then, and for the other systems.
    version: AtomicU8,
    /// What must not come back in an error's text: the password, in the forms in which it is sent.
    secrets: Vec<Secret>,
}

/// What goes with a call, as text: the form in which the command and other dynamic callers have it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Parameters by name.
    pub params: Params,
    /// A body, already in the wire form that the server expects inside its wrapper.
    pub body: Option<Bytes>,
}

/// An answer before it is read.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The operation that it answers.
    pub operation: &'static Operation,
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
}

impl Raw {
    /// Whether there is a body to read where the operation may have one. VB365's actions of v3 to v5 answer with a session or with
    /// nothing, as what was done has it; an empty answer to anything else is a fault.
    #[must_use]
    pub fn has_body(&self) -> bool {
        let action = self.operation.system == System::Vb365 && is_action(self.operation);
        !(self.body.is_empty() && (action || self.status == StatusCode::NO_CONTENT))
    }
}

/// Whether an operation of VB365 does what its body names, as v3 to v5 have it.
pub(crate) fn is_action(operation: &Operation) -> bool {
    operation.method == "POST" && operation.path.ends_with("/Action")
}

impl Client {
    /// A client of the server that `options` describe. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used, or the version is not one of the system's.
    pub fn new(system: System, options: Options) -> Result<Self> {
        let server = options.server();
        let fail = |reason| Error::new(reason, system, &server, "connect");
        let version = match (system, options.version) {
            (System::Vb365, Some(Version::Vb365(version))) => version,
            (_, None) | (System::Em, Some(Version::Em(..))) => 0,
            (_, Some(version)) => {
                return Err(fail(Reason::Call(format!("{version} is not a version of {}", system.product()))));
            }
        };
        let http = HttpClient::new(options.http.clone()).map_err(|error| fail(Reason::Http(error)))?;
        let access_key = match system {
            System::Zstack => AccessKey::of(&options).map_err(fail)?,
            System::Em | System::Vb365 => None,
        };
        let (sessions, version) = (Sessions::default(), AtomicU8::new(version));
        let secrets = session::sent_secrets(system, &options);
        let core = Core { system, server, http, sessions, access_key, version, secrets, options };
        Ok(Self { core: Arc::new(core), policy: policy::Laid::default() })
    }

    /// The system.
    #[must_use]
    pub fn system(&self) -> System {
        self.core.system
    }

    /// The server's address, as it was given.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.core.server
    }

    /// The server's address.
    pub(crate) fn url(&self) -> &Url {
        &self.core.options.url
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

    /// Opens a session now instead of with the first call: to learn whether address and account are right. With an access key of
    /// ZStack, which opens no session, the number of zones is asked for.
    ///
    /// # Errors
    /// When the server cannot be reached, is another product, or refuses the logon.
    pub async fn logon(&self) -> Result<()> {
        match &self.core.access_key {
            None => self.session(None).await.map(drop),
            Some(_) => {
                let mut zones = self.below(&["zstack", "v1", "zones"]);
                zones.set_query(Some("count=true"));
                self.exchange(&Ask::link(Method::GET, zones, None).named("logon")).await.map(drop)
            }
        }
    }

    /// Ends the session, if there is one. The next call opens another. It takes five seconds at most: a session that is not ended ends
    /// by itself.
    ///
    /// # Errors
    /// When the server cannot be reached or answers with an error; the session is forgotten all the same.
    pub async fn logout(&self) -> Result<()> {
        let Some(session) = self.core.sessions.take().await else { return Ok(()) };
        let Some(url) = session::logout(self.core.system, &self.core.options.url, &session) else { return Ok(()) };
        let mut request = Request::new(Method::DELETE, url);
        request = session.authorize(request);
        request.retry = Some(RetryPolicy::none());
        request.deadline = Instant::now().checked_add(LOGOUT);
        let answer = self.core.http.send(request).await.map_err(|error| self.fail("logout", Reason::Http(error)))?;
        match answer.status {
            // A session that is gone already is what was wanted.
            status if status.is_success() || status == StatusCode::UNAUTHORIZED || status == StatusCode::NOT_FOUND => {
                Ok(())
            }
            _ => Err(self.fail("logout", classify::error(self.core.system, &answer))),
        }
    }

    /// The version of VB365's API that is spoken: the one chosen, else the newest that the server has (asked once). 0 for the
    /// other systems.
    ///
    /// # Errors
    /// When the server cannot be reached or serves no version that is known here.
    pub async fn version(&self) -> Result<u8> {
        let known = self.core.version.load(Ordering::Relaxed);
        if self.core.system != System::Vb365 || known != 0 {
            return Ok(known);
        }
        let found = match session::newest_version(&self.core.http, &self.core.options.url).await {
            Ok(found) => found,
            Err(Reason::Product(None, hint)) => return Err(self.fail("version discovery", self.identify(hint).await)),
            Err(reason) => return Err(self.fail("version discovery", reason)),
        };
        self.core.version.store(found, Ordering::Relaxed);
        Ok(found)
    }

    /// Calls an operation. What ZStack answers with a job is waited for, for an hour at most; [`Client::start_job`] and
    /// [`ZstackClient::start`](crate::zstack::ZstackClient::start) give the job itself.
    ///
    /// # Errors
    /// When the call does not fit the version, the server cannot be reached or refuses, or the answer cannot be read.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer> {
        let (operation, version) = (C::OPERATION, self.version().await?);
        self.check_form(operation, C::FORM_UNTIL, version)?;
        let given = self.given(call).await?;
        let raw = match operation.system {
            // What ZStack answers with a job has its answer when the job ends.
            System::Zstack => self.start_job(operation, &given).await?.until_done().await?,
            System::Em | System::Vb365 => self.send(operation, &given).await?,
        };
        self.answer::<C>(&raw, version)
    }

    /// The answer to a typed call.
    pub(crate) fn answer<C: Call>(&self, raw: &Raw, version: u8) -> Result<C::Answer> {
        let mut answer = C::Answer::default();
        let has_body = raw.has_body() && C::OPERATION.form(ApiVersion::new(version)).response.shape().is_some();
        if let Some(target) = answer.target().filter(|_| has_body) {
            self.read(raw, target, None)?;
        }
        Ok(answer)
    }

    /// Refuses a typed call that the version lacks, or that has another version's form.
    pub(crate) fn check_form(
        &self,
        operation: &'static Operation,
        until: Option<ApiVersion>,
        version: u8,
    ) -> Result<()> {
        address::check_version(operation, version, self.policy.unproven)
            .map_err(|reason| self.fail(operation.name, reason))?;
        if operation.fits(until, ApiVersion::new(version)) {
            return Ok(());
        }
        let rule =
            format!("v{version} asks for or answers another type: use the call that is named after its last version");
        Err(self.fail(operation.name, Reason::Version(rule)))
    }

    /// A typed call as text, its body encoded for this server.
    pub(crate) async fn given<C: Call>(&self, call: &C) -> Result<Given> {
        let mut params = Params::new();
        call.params(&mut |name, value| params.push((name.to_owned(), value.to_owned())));
        let body = match call.body() {
            None => None,
            Some(body) => Some(self.encode(C::OPERATION, body).await?),
        };
        Ok(Given { params, body })
    }

    /// A request body in the form that this server takes, checked against the version that is spoken. Enterprise Manager answers
    /// every password empty: an empty one is left out for it, so that putting an answer back does not reset it.
    ///
    /// # Errors
    /// When a field or value is not in the version, or the value cannot be written.
    pub async fn encode(&self, operation: &'static Operation, body: &dyn Struct) -> Result<Bytes> {
        self.encode_named(operation.name.into(), body).await
    }

    /// A request body for `name`.
    pub(crate) async fn encode_named(&self, name: Cow<'static, str>, body: &dyn Struct) -> Result<Bytes> {
        let fail = |error: backhaul_wire::EncodeError| self.fail(name.clone(), Reason::Version(error.to_string()));
        let version = self.version().await?;
        if version > 0 {
            let unproven = self.policy.unproven;
            let passes = |versions| unproven && vb365::is_unproven(versions, version);
            json::check_versions_but(body, ApiVersion::new(version), &passes).map_err(|error| {
                let absent = error.versions().and_then(|versions| address::absence(versions, version, unproven));
                let reason = match absent {
                    Some((true, why)) => Reason::Unproven(format!("`{}` is {why}", error.path())),
                    _ => Reason::Version(error.to_string()),
                };
                self.fail(name.clone(), reason)
            })?;
        }
        let bytes = match (self.core.system, self.core.options.em_format) {
            (System::Em, EmFormat::Xml) => xml::encode_request(body),
            (System::Em, EmFormat::Json) => json::encode_request(body, json::Case::Schema),
            (System::Vb365 | System::Zstack, _) => json::encode(body, json::Case::Schema),
        };
        bytes.map(Bytes::from).map_err(fail)
    }

    /// Sends an operation with what goes with it, and gives the answer before it is read. What ZStack answers with a job has the
    /// job's place as its answer (202): [`Client::start_job`] waits for more.
    ///
    /// # Errors
    /// As [`Client::call`], but for the reading.
    pub async fn send(&self, operation: &'static Operation, given: &Given) -> Result<Raw> {
        Ok(self.exchange(&self.ask(operation, given).await?).await?.of(operation))
    }

    /// Sends an operation and gives its answer as it comes, for files.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn open(&self, operation: &'static Operation, given: &Given) -> Result<StreamingResponse> {
        self.exchange_open(&self.ask(operation, given).await?).await
    }

    /// A call, checked against its operation and the version that is spoken.
    pub(crate) async fn ask(&self, operation: &'static Operation, given: &Given) -> Result<Ask> {
        if operation.system != self.core.system {
            let rule = format!(
                "this is an operation of {}, not of {}",
                operation.system.product(),
                self.core.system.product()
            );
            return Err(self.fail(operation.name, Reason::Call(rule)));
        }
        let version = self.version().await?;
        address::check(operation, version, &given.params, self.policy.unproven)
            .map_err(|reason| self.fail(operation.name, reason))?;
        let url = address::url(&self.core.options.url, operation, version, &given.params)
            .map_err(|reason| self.fail(operation.name, reason))?;
        Ok(Ask::new(operation, url, wrapped(operation, given)))
    }

    /// Reads an answer into an empty value; what the schemas do not know goes into `drift`.
    ///
    /// # Errors
    /// When the body cannot be read; the error names the path inside it.
    pub fn read(&self, raw: &Raw, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<()> {
        self.read_body(raw.operation.name, &raw.body, target, drift)
    }

    /// Reads the body of an answer to `name`.
    pub(crate) fn read_body(
        &self,
        name: impl Into<Cow<'static, str>>,
        body: &[u8],
        target: &mut dyn Struct,
        drift: Option<&mut Drift>,
    ) -> Result<()> {
        let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let first = start.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        let read = aside(body.len(), || match (self.core.system, first) {
            (System::Em, Some(b'<')) => xml::decode_into(target, body, drift),
            _ => json::decode_into(target, body, drift),
        });
        read.map_err(|error| self.fail(name, Reason::Decode(error)))
    }

    /// The session: the one there is, unless it is `stale` or about to end, else a new one. Many callers share one logon.
    async fn session(&self, stale: Option<&Arc<Session>>) -> Result<Arc<Session>> {
        let version = self.version().await?;
        let core = &self.core;
        let opened = core.sessions.get(stale, async |old| {
            Box::pin(session::open(core.system, &core.http, &core.options, version, old)).await
        });
        match opened.await {
            Ok(session) => Ok(session),
            Err(Reason::Product(None, hint)) => Err(self.fail("logon", self.identify(hint).await)),
            Err(reason) => Err(self.fail("logon", reason)),
        }
    }

    pub(crate) fn fail(&self, operation: impl Into<Cow<'static, str>>, reason: Reason) -> Error {
        let reason = reason.without(&self.core.secrets);
        Error::new(reason, self.core.system, &self.core.server, operation)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("system", &self.core.system)
            .field("options", &self.core.options)
            .finish_non_exhaustive()
    }
}

/// How long a logout may take.
const LOGOUT: Duration = Duration::from_secs(5);

/// Enterprise Manager's session header.
pub(crate) const EM_SESSION: HeaderName = HeaderName::from_static("x-restsvcsessionid");

/// Reads a body. A large one is read where it does not hold up what else the thread has to do: other servers' answers.
fn aside<T>(length: usize, read: impl FnOnce() -> T) -> T {
    const LARGE: usize = 64 << 10;
    let threads = Handle::try_current().map(|handle| handle.runtime_flavor());
    match threads {
        Ok(RuntimeFlavor::MultiThread) if length >= LARGE => tokio::task::block_in_place(read),
        _ => read(),
    }
}

/// The body as it goes on the wire: ZStack's stands in a wrapper, even an empty one, and its tags beside that.
fn wrapped(operation: &Operation, given: &Given) -> Option<Bytes> {
    let Some(wrapper) = operation.wrapper else { return given.body.clone() };
    let body = given.body.as_deref().unwrap_or(b"{}");
    let mut out = [b"{\"", wrapper.as_bytes(), b"\":", body].concat();
    for param in operation.params.iter().filter(|param| param.place == ParamPlace::Body) {
        let values = given.params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(param.name));
        let values: Vec<Value> = values.map(|(_, value)| Value::from(value.as_str())).collect();
        if !values.is_empty() {
            out.extend(format!(",\"{}\":{}", param.name, Value::from(values)).into_bytes());
        }
    }
    out.push(b'}');
    Some(out.into())
}
