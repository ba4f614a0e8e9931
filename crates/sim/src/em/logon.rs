//! The entrance, logging on and logging off.

mod tenant;

use backhaul_models::em::{EnterpriseManager, LogonSession, LogonSessions, SupportedVersion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{HeaderName, SET_COOKIE};

use super::account::{Account, Session, Who};
use super::links::link;
use super::{Call, Em, Refusal, services, value};
use crate::engine::message::{Reply, Request};
use crate::engine::session::guid;

/// The name of the header, and of the cookie, that carries a session.
const SESSION: &str = "X-RestSvcSessionId";
const SESSION_HEADER: HeaderName = HeaderName::from_static("x-restsvcsessionid");

const VERSIONS: [&str; 3] = ["v1_5", "v1_6", "v1_7"];

/// `GET /api/`.
pub(in crate::em) fn root(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let api = call.api();
    let create = |version: &str| link("Create", "LogonSession", format!("{api}/sessionMngr/?v={version}"));
    let mut root = EnterpriseManager::default();
    root.links = vec![link("Down", "LogonSessionList", format!("{api}/logonSessions")), create("latest")];
    root.supported_versions = VERSIONS
        .map(|version| {
            let mut it = SupportedVersion::default();
            it.name = Some(version.to_owned());
            it.links = vec![create(version)];
            it
        })
        .into();
    Ok(call.media.reply(StatusCode::OK, &root))
}

/// `POST /api/sessionMngr/?v=...`: an administrator's with Basic credentials and no body, a tenant's with either.
pub(in crate::em) fn log_on(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let basic = basic(call.request);
    let account = if call.request.body.is_empty() {
        let (user, password) = basic.ok_or_else(wrong)?;
        call.account(&user, &password).ok_or_else(wrong)?
    } else if basic.as_ref().is_some_and(|(user, password)| call.is_administrator(user, password)) {
        let message = "The logon takes no body.";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    } else {
        tenant::by_body(call)?
    };
    let version = call.param("v").unwrap_or("latest");
    if !VERSIONS.iter().chain(&["latest"]).any(|known| known.eq_ignore_ascii_case(version)) {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, format!("There is no version {version} of the API.")));
    }
    let sessions = &call.em.sessions;
    let opened = sessions.open(account.clone());
    let id = guid(&opened);
    sessions.reopen(&opened, id.clone());
    call.backend.work.keep(|session| sessions.lives(session));
    let token = STANDARD.encode(&id);
    let session = document(call, &id, &account);
    Ok(call
        .media
        .reply(StatusCode::CREATED, &session)
        .with(SET_COOKIE, format!("{SESSION}={token}; Path=/api;"))
        .with(SESSION_HEADER, token))
}

/// `GET /api/logonSessions`: the own session, and for administrators everybody's.
pub(in crate::em) fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut all = LogonSessions::default();
    all.logon_sessions = sessions(call).iter().map(|(id, account)| document(call, id, account)).collect();
    Ok(call.media.reply(StatusCode::OK, &all))
}

/// `GET /api/logonSessions/{ID}`.
pub(in crate::em) fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let wanted = call.path.first().to_ascii_lowercase();
    let found = sessions(call).into_iter().find(|(id, _)| *id == wanted);
    let (id, account) = found.ok_or_else(|| Refusal::not_found("The session", &wanted))?;
    Ok(call.media.reply(StatusCode::OK, &document(call, &id, &account)))
}

/// `DELETE /api/logonSessions/{ID}`.
pub(in crate::em) fn log_off(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.first().to_ascii_lowercase();
    let own = id == call.session.id || call.session.account.who == Who::Administrator;
    if !own || call.em.sessions.close(&id).is_none() {
        return Err(Refusal::not_found("The session", &id));
    }
    call.backend.work.keep(|session| session != id);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The sessions that an account may see, by identifier.
fn sessions(call: &Call<'_>) -> Vec<(String, Account)> {
    let mut all = call.em.sessions.all();
    all.retain(|(id, _)| call.session.account.who == Who::Administrator || *id == call.session.id);
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

fn document(call: &Call<'_>, id: &str, account: &Account) -> LogonSession {
    let own = format!("{}/logonSessions/{id}", call.api());
    let mut session = LogonSession::default();
    session.r#type = Some("LogonSession".to_owned());
    session.links = services::session_links(call, &own, &account.who);
    session.href = Some(own);
    session.user_name = Some(account.user.clone());
    session.session_id = Some(id.into());
    session
}

fn wrong() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "The user name or password is incorrect.")
}

/// The user name and password of a request.
fn basic(request: &Request) -> Option<(String, String)> {
    let decoded = STANDARD.decode(request.authorization("Basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

impl Call<'_> {
    fn is_administrator(&self, user: &str, password: &str) -> bool {
        let common = &self.em.common;
        user.eq_ignore_ascii_case(&common.user) && password == common.password
    }

    /// The account with this name and password.
    fn account(&self, user: &str, password: &str) -> Option<Account> {
        if self.is_administrator(user, password) {
            return Some(Account { user: user.to_owned(), who: Who::Administrator });
        }
        self.portal_account(user, password).or_else(|| tenant::account(self, user, password))
    }

    /// An account of the portal; the simulator keeps no passwords for them, they all have the administrator's.
    fn portal_account(&self, user: &str, password: &str) -> Option<Account> {
        let store = &self.backend.store;
        let named = |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(user));
        let found = store.all("EnterpriseAccount").find(|it| named(it.name()))?;
        let person = value::text(found.body.as_ref(), "AccountType").is_some_and(|kind| kind.ends_with("User"));
        if !person || password != self.em.common.password {
            return None;
        }
        let roles = store.all("EnterpriseAccountInRole").filter(|role| role.belongs_to(found));
        let administrator = roles.into_iter().any(|role| role.name() == Some("Portal Administrator"));
        let who = if administrator { Who::Administrator } else { Who::Operator };
        Some(Account { user: user.to_owned(), who })
    }
}

impl Em {
    /// The session that a request carries, if it is alive. A cookie wins over the header.
    pub(in crate::em) fn session(&self, request: &Request) -> Option<Session> {
        let token = request.cookie(SESSION).or_else(|| request.header(SESSION))?;
        let id = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
        let account = self.sessions.get(&id)?;
        Some(Session { id, account })
    }
}
