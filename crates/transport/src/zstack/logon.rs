//! ZStack: an account or a user, the SHA-512 of its password, then a header.

use backhaul_models::zstack::{LogInByAccountRequest, LogInByUserRequest, Reply, Session as SessionInventory};
use backhaul_wire::{Secret, Struct, json};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use sha2::{Digest, Sha512};
use url::Url;

use super::options::ZstackLogon;
use super::protocol::{ZstackProtocol, api_error};
use crate::address::at;
use crate::error::Reason;
use crate::net::{HttpClient, Request};
use crate::options::Options;
use crate::protocol::lenient;
use crate::session::Session;
use crate::{classify, product};

/// Wrong account or password.
const WRONG_CREDENTIALS: &str = "ID.1000";

pub(super) async fn open(
    http: &HttpClient,
    options: &Options,
    logon: &ZstackLogon,
    protocol: &ZstackProtocol,
) -> Result<Session, Reason> {
    let answer = http.send(request(options, logon)?).await.map_err(Reason::Http)?;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE
        && api_error(&answer.body).is_some_and(|error| error.code.as_deref() == Some(WRONG_CREDENTIALS))
    {
        return Err(Reason::Logon(format!("the {} or its password is wrong", account(options, logon))));
    }
    if !answer.status.is_success() {
        return Err(classify::error(protocol, &answer));
    }
    let reply: Reply<SessionInventory> = match lenient(&answer.body) {
        Ok(reply) => reply,
        Err(_) if !answer.body.starts_with(b"{") => return Err(Reason::Product(None, product::describe(&answer))),
        Err(error) => return Err(Reason::Decode(error.without_excerpt())),
    };
    let Some(token) = reply.inventory.and_then(|session| session.uuid).filter(|token| !token.is_empty()) else {
        return Err(Reason::Product(None, "the answer to the logon has no session".to_owned()));
    };
    // `expiredDate` is in the server's zone, which is not known; the end is met when it comes (ID.1001).
    let end = format!("/zstack/v1/accounts/sessions/{}", token.expose());
    Ok(Session::new(AUTHORIZATION, format!("OAuth {}", token.expose()).into()).ended_at(Some(end)))
}

fn request(options: &Options, logon: &ZstackLogon) -> Result<Request, Reason> {
    let user = options.user.as_str();
    let (path, wrapper, login): (_, _, Box<dyn Struct>) = match logon {
        ZstackLogon::User(account) => {
            let mut login = LogInByUserRequest::new(user, digest(&options.password));
            login.account_name = Some(account.clone());
            ("/zstack/v1/accounts/users/login", "logInByUser", Box::new(login))
        }
        // A client with an access key opens no session.
        ZstackLogon::Account | ZstackLogon::AccessKey => {
            let login = LogInByAccountRequest::new(user, digest(&options.password));
            ("/zstack/v1/accounts/login", "logInByAccount", Box::new(login))
        }
    };
    let login = json::encode(login.as_ref(), json::Case::Schema).map_err(|error| Reason::Call(error.to_string()))?;
    let body = [b"{\"", wrapper.as_bytes(), b"\":", &login, b"}"].concat();
    let mut request = Request::new(Method::PUT, at(&options.url, path));
    request.own_503 = |body| api_error(body).is_some();
    // A second session does no harm: the first one ends by itself.
    request.idempotent = true;
    Ok(request.body("application/json", body))
}

/// The form in which ZStack keeps a password and wants it sent.
pub(super) fn digest(password: &Secret) -> Secret {
    hex::encode(Sha512::digest(password.expose().as_bytes())).into()
}

/// Whose logon it was, for a refusal.
fn account(options: &Options, logon: &ZstackLogon) -> String {
    let user = &options.user;
    match logon {
        ZstackLogon::User(account) => format!("user `{user}` of the account `{account}`"),
        ZstackLogon::Account | ZstackLogon::AccessKey => format!("account `{user}`"),
    }
}

/// Whether ZStack is at this address: by its text on a missing session.
pub(crate) async fn is_at(http: &HttpClient, base: &Url) -> bool {
    let answer = product::page(http, base, "/zstack/v1/zones").await;
    answer.is_some_and(|answer| answer.status == StatusCode::BAD_REQUEST && product::contains(&answer, "Authorization"))
}
