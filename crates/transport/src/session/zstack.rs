//! ZStack: an account or a user, the SHA-512 of its password, then a header.

use ::http::header::AUTHORIZATION;
use ::http::{Method, StatusCode};
use backhaul_models::zstack::{LogInByAccountRequest, LogInByUserRequest, Reply, Session as SessionInventory};
use backhaul_wire::{Secret, Struct, System, json};
use sha2::{Digest, Sha512};

use super::{Session, below};
use crate::error::Reason;
use crate::http::{HttpClient, Request};
use crate::options::{Options, ZstackLogon};
use crate::{classify, product};

/// Wrong account or password.
const WRONG_CREDENTIALS: &str = "ID.1000";

pub(super) async fn open(http: &HttpClient, options: &Options) -> Result<Session, Reason> {
    let answer = http.send(request(options)?).await.map_err(Reason::Http)?;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE
        && classify::zstack(&answer.body).is_some_and(|error| error.code.as_deref() == Some(WRONG_CREDENTIALS))
    {
        return Err(Reason::Logon(format!("the {} or its password is wrong", account(options))));
    }
    if !answer.status.is_success() {
        return Err(classify::error(System::Zstack, &answer));
    }
    let reply: Reply<SessionInventory> = match json::decode(&answer.body) {
        Ok(reply) => reply,
        Err(_) if !answer.body.starts_with(b"{") => return Err(Reason::Product(None, product::describe(&answer))),
        Err(error) => return Err(Reason::Decode(error.without_excerpt())),
    };
    let Some(token) = reply.inventory.and_then(|session| session.uuid).filter(|token| !token.is_empty()) else {
        return Err(Reason::Product(None, "the answer to the logon has no session".to_owned()));
    };
    Ok(Session {
        header: AUTHORIZATION,
        value: format!("OAuth {}", token.expose()).into(),
        // `expiredDate` is in the server's zone, which is not known; the end is met when it comes (ID.1001).
        renew_at: None,
        refresh: None,
        logout: Some(format!("/zstack/v1/accounts/sessions/{}", token.expose())),
        number: 0,
    })
}

fn request(options: &Options) -> Result<Request, Reason> {
    let user = options.user.as_str();
    let (path, wrapper, login): (_, _, Box<dyn Struct>) = match &options.zstack_logon {
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
    let mut request = Request::new(Method::PUT, below(&options.url, path));
    request.own_503 = |body| classify::zstack(body).is_some();
    // A second session does no harm: the first one ends by itself.
    request.idempotent = true;
    Ok(request.body("application/json", body))
}

/// The form in which ZStack keeps a password and wants it sent.
pub(super) fn digest(password: &Secret) -> Secret {
    let digest = Sha512::digest(password.expose().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// Whose logon it was, for a refusal.
fn account(options: &Options) -> String {
    let user = &options.user;
    match &options.zstack_logon {
        ZstackLogon::User(account) => format!("user `{user}` of the account `{account}`"),
        ZstackLogon::Account | ZstackLogon::AccessKey => format!("account `{user}`"),
    }
}
