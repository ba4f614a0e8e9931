//! One request out with the session on it, and one answer in.

use std::borrow::Cow;
use std::sync::Arc;

use backhaul_wire::Operation;
use backhaul_wire::operation::Response as Form;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_ENCODING, HeaderName};
use http::{Method, StatusCode};
use tracing::Instrument as _;
use url::Url;

use super::{Client, Core, RawAnswer};
use crate::classify;
use crate::error::{Reason, Result};
use crate::net::{HttpError, Request, Response, StreamingResponse, shown};
use crate::product;
use crate::session::Session;

/// A request that was checked, before a session is on it.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// What errors call it: the operation's name, or method and path of a link.
    pub(crate) name: Cow<'static, str>,
    method: Method,
    /// The operation's path with its placeholders; nothing for an address that the server gave.
    route: Option<&'static str>,
    pub(crate) url: Url,
    body: Option<Bytes>,
    anonymous: bool,
    bound: Option<Bound>,
    /// What it means that the server does not know what is asked for (404, 501), where that is known better than by its
    /// text.
    gone: Option<String>,
    /// Whether the answer is a file.
    file: bool,
    /// Whether it only reads, and may be sent twice.
    reads: bool,
    /// Headers of this request alone.
    headers: Vec<(HeaderName, String)>,
}

/// What belongs to one session of the client and is gone with it: a task, a mount.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// The session's number; 0 for none that there ever was.
    pub(crate) session: u64,
    /// What it is, for errors.
    pub(crate) what: String,
}

/// An answer of success.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    /// What errors call it.
    pub(crate) name: Cow<'static, str>,
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    /// The number of the session that it was given in; 0 without one.
    pub(crate) session: u64,
}

impl Answered {
    pub(crate) fn of(self, operation: &'static Operation) -> RawAnswer {
        RawAnswer { operation, status: self.status, body: self.body }
    }
}

impl Ask {
    pub(crate) fn new(operation: &'static Operation, url: Url, body: Option<Bytes>) -> Self {
        Self {
            name: operation.name.into(),
            method: Method::from_bytes(operation.method.as_bytes()).unwrap_or(Method::GET),
            route: Some(operation.path),
            url,
            body,
            anonymous: operation.anonymous,
            bound: None,
            gone: None,
            file: matches!(operation.response, Form::Bytes),
            // A search is a listing whose question stands in the body.
            reads: operation.method == "GET" || matches!(operation.response, Form::Page(..)),
            headers: Vec::new(),
        }
    }

    /// A request to an address that the server gave.
    pub(crate) fn link(method: Method, url: Url, body: Option<Bytes>) -> Self {
        let name = format!("{method} {}", shown(&url).path());
        Self {
            name: name.into(),
            method,
            route: None,
            url,
            body,
            anonymous: false,
            bound: None,
            gone: None,
            file: false,
            reads: false,
            headers: Vec::new(),
        }
    }

    /// Whether the answer is a file, and no document of the API.
    pub(super) fn is_file(&self) -> bool {
        self.file
    }

    /// The same, under an operation's name.
    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = name.into();
        self
    }

    /// The same; this is what to say when the server does not know what is asked for.
    pub(crate) fn gone(mut self, meaning: String) -> Self {
        self.gone = Some(meaning);
        self
    }

    /// The same, but only within one session.
    pub(crate) fn bound(mut self, bound: Option<Bound>) -> Self {
        self.bound = bound;
        self
    }

    /// The same with these headers, and no others of its own.
    pub(crate) fn with(&self, headers: Vec<(HeaderName, String)>) -> Self {
        Self { headers, ..self.clone() }
    }
}

impl Client {
    /// Sends, and reads the whole answer. A new session is opened once when the server no longer knows the old one,
    /// unless what is asked for is gone with the old one.
    pub(crate) async fn exchange(&self, ask: &Ask) -> Result<Answered> {
        // In a box: what holds a logon, a renewal and all tries is large, and stands in every caller's own future.
        self.in_time(&ask.name, Box::pin(self.exchanged(ask).instrument(self.span(ask)))).await
    }

    /// Sends, and gives the answer as it comes.
    pub(crate) async fn exchange_open(&self, ask: &Ask) -> Result<StreamingResponse> {
        self.in_time(&ask.name, Box::pin(self.opened(ask).instrument(self.span(ask)))).await
    }

    /// What the tries of a call are events in. The route is the template: what stands in it may be anybody's name.
    fn span(&self, ask: &Ask) -> tracing::Span {
        tracing::debug_span!(
            "call",
            otel.name = &*ask.name,
            otel.kind = "client",
            backhaul.system = self.system().name(),
            http.request.method = ask.method.as_str(),
            http.route = ask.route,
        )
    }

    /// No longer than until the policy's deadline, or until somebody stops it: logons, and waiting for another
    /// caller's, are in it.
    pub(super) async fn in_time<T>(&self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let late = || {
            let rule = "there was no answer before the deadline: give it more time".to_owned();
            self.fail(name.to_owned(), Reason::Deadline(rule))
        };
        let work = self.unless_stopped(name, work);
        match self.policy.deadline {
            None => work.await,
            Some(deadline) => match tokio::time::timeout_at(deadline, work).await {
                Err(_) => Err(late()),
                Ok(Err(error)) if error.http().is_some_and(HttpError::is_deadline) => Err(late()),
                Ok(outcome) => outcome,
            },
        }
    }

    async fn unless_stopped<T>(&self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(stop) = &self.policy.stop else { return work.await };
        tokio::select! {
            biased;
            () = stop.stopped() => Err(self.fail(name.to_owned(), Reason::Stopped)),
            outcome = work => outcome,
        }
    }

    async fn exchanged(&self, ask: &Ask) -> Result<Answered> {
        let mut session = self.session_of(ask).await?;
        let mut renewed = false;
        loop {
            let request = self.request(ask, session.as_deref());
            let answer = self.core.http.send(request).await.map_err(|error| self.failed(ask, Reason::Http(error)))?;
            if answer.status.is_success() {
                self.refuse_captive(ask, &answer).await?;
                let session = session.map_or(0, |session| session.number());
                return Ok(Answered { name: ask.name.clone(), status: answer.status, body: answer.body, session });
            }
            if renewed || !self.renew(ask, &mut session, &answer).await? {
                return Err(self.failed(ask, self.doubt(ask, session.as_deref(), &answer).await));
            }
            renewed = true;
        }
    }

    async fn opened(&self, ask: &Ask) -> Result<StreamingResponse> {
        let mut session = self.session_of(ask).await?;
        let mut renewed = false;
        loop {
            let request = self.request(ask, session.as_deref());
            let open = self.core.http.open(request).await.map_err(|error| self.failed(ask, Reason::Http(error)))?;
            if open.status.is_success() {
                return Ok(open);
            }
            // An error is short: it is read whole, and means what it means for any call.
            let answer = open.read().await.map_err(|error| self.failed(ask, Reason::Http(error)))?;
            if renewed || !self.renew(ask, &mut session, &answer).await? {
                return Err(self.failed(ask, self.doubt(ask, session.as_deref(), &answer).await));
            }
            renewed = true;
        }
    }

    async fn session_of(&self, ask: &Ask) -> Result<Option<Arc<Session>>> {
        match &ask.bound {
            _ if ask.anonymous || !self.protocol().has_sessions() => Ok(None),
            None => self.session(None).await.map(Some),
            Some(bound) => match self.core.sessions.numbered(bound.session).await {
                Some(session) => Ok(Some(session)),
                None => Err(self.lost(ask, bound)),
            },
        }
    }

    /// Opens a new session when the answer says that the old one is gone. A request that is refused for its session was
    /// not carried out: sending it again does nothing twice.
    async fn renew(&self, ask: &Ask, session: &mut Option<Arc<Session>>, answer: &Response) -> Result<bool> {
        if !ask.anonymous && self.protocol().learn(answer) {
            return Ok(true);
        }
        if session.is_none() || !self.protocol().is_expired(answer) {
            return Ok(false);
        }
        if let Some(bound) = &ask.bound {
            return Err(self.lost(ask, bound));
        }
        tracing::debug!("the session has ended: another is opened");
        *session = Some(self.session(session.as_ref()).await?);
        Ok(true)
    }

    /// A web page is no answer of any API: something in front of the server gave it, or another product. What is packed
    /// was not asked for so.
    async fn refuse_captive(&self, ask: &Ask, answer: &Response) -> Result<()> {
        if product::is_page(answer) {
            return Err(self.failed(ask, self.identify(product::describe(answer)).await));
        }
        match answer
            .headers
            .get(CONTENT_ENCODING)
            .filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
        {
            Some(_) => {
                let rule = "the answer came packed (`Content-Encoding`), which nobody asked for: ask past the proxy that does so";
                Err(self.failed(ask, Reason::Answer(rule.to_owned())))
            }
            None => Ok(()),
        }
    }

    fn lost(&self, ask: &Ask, bound: &Bound) -> crate::Error {
        let what = &bound.what;
        self.failed(
            ask,
            Reason::Session(format!(
                "{what} belongs to a session that has ended (the server ends one after 15 idle minutes) and is gone with it: \
                 look at the objects themselves for what came of it, and start again"
            )),
        )
    }

    /// What an answer without success means: mostly the server's error, sometimes another product.
    async fn doubt(&self, ask: &Ask, session: Option<&Session>, answer: &Response) -> Reason {
        if let Some(refusal) = self.protocol().refusal(&ask.name, answer) {
            return refusal;
        }
        // A page of a proxy says nothing of what is asked for.
        let is_gone = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED);
        if let Some(meaning) = ask.gone.as_ref().filter(|_| is_gone && !product::is_page(answer)) {
            return Reason::Api { status: answer.status.as_u16(), code: None, message: meaning.clone() };
        }
        match classify::error(self.protocol(), answer) {
            Reason::Product(None, hint) => self.identify(hint).await,
            Reason::Api { status: 404, code, message } if self.ends_with_session(ask, session) => {
                let message = format!(
                    "{message} (tasks and mounts end with their session, and this client's first one has ended since)"
                );
                Reason::Api { status: 404, code, message }
            }
            reason => reason,
        }
    }

    /// Whether it is asked for something of a session, in one that is not the client's first.
    fn ends_with_session(&self, ask: &Ask, session: Option<&Session>) -> bool {
        session.is_some_and(|session| session.number() > 1) && self.protocol().is_of_session(&ask.url)
    }

    /// What it means that no API answers so: which other product is there is asked once in a client's life.
    pub(super) async fn identify(&self, hint: String) -> Reason {
        let Core { http, other, .. } = &*self.core;
        // In a box: it is rare and large, and stands in the future of every call.
        let found = Box::pin(other.get_or_init(|| product::other_than(self.system(), http, self.url()))).await;
        Reason::Product(*found, hint)
    }

    fn request(&self, ask: &Ask, session: Option<&Session>) -> Request {
        let mut request = Request::new(ask.method.clone(), ask.url.clone());
        request.idempotent |= ask.reads || self.policy.idempotent;
        request.deadline = self.policy.deadline;
        request.timeout = self.policy.timeout;
        request.retry.clone_from(&self.policy.retry);
        request.own_503 = self.protocol().own_503();
        let accepted = if ask.file { self.protocol().file_type() } else { self.protocol().media_type() };
        request = request.header(ACCEPT, accepted);
        for (name, value) in &ask.headers {
            request = request.header(name.clone(), value);
        }
        request = match &ask.body {
            None => request,
            Some(body) => request.body(self.protocol().media_type(), body.clone()),
        };
        match session {
            Some(session) => session.authorize(request),
            None if ask.anonymous => request,
            None => self.protocol().sign(request),
        }
    }

    fn failed(&self, ask: &Ask, reason: Reason) -> crate::Error {
        self.fail(ask.name.clone(), reason)
    }
}
