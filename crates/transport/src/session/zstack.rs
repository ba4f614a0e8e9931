//! ZStack: an account and the SHA-512 of its password, then a header.

use ::http::header::AUTHORIZATION;
use ::http::{Method, StatusCode};
use backhaul_models::zstack::{ErrorResponse, LogInByAccountRequest, Reply, Session as SessionInventory};
use backhaul_wire::{System, json};
use sha2::{Digest, Sha512};

use super::{Session, below};
use crate::error::Reason;
use crate::http::{HttpClient, Request};
use crate::options::Options;
use crate::{classify, product};

/// Wrong account or password.
const WRONG_CREDENTIALS: &str = "ID.1000";

pub(super) async fn open(http: &HttpClient, options: &Options) -> Result<Session, Reason> {
    let digest = Sha512::digest(options.password.expose().as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let login = LogInByAccountRequest::new(options.user.as_str(), digest);
    let body = json::encode(&login, json::Case::Schema).map_err(|error| Reason::Call(error.to_string()))?;
    let body = [b"{\"logInByAccount\":", body.as_slice(), b"}"].concat();
    let mut request = Request::new(Method::PUT, below(&options.url, "/zstack/v1/accounts/login"));
    request.retry_503 = false;
    let answer = http.send(request.body("application/json", body)).await.map_err(Reason::Http)?;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE
        && let Ok(error) = json::decode::<ErrorResponse>(&answer.body)
        && error.error.as_ref().and_then(|error| error.code.as_deref()) == Some(WRONG_CREDENTIALS)
    {
        return Err(Reason::Logon(format!("the account `{}` or its password is wrong", options.user)));
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
