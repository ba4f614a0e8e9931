//! VB365: a bearer token, by password or a Microsoft logon first and by refresh token after that.

use std::time::{Duration, Instant};

use backhaul_models::vb365::{ExceptionInfo, GrantType, KNOWN, ServiceInstance, Token, TokenRequest, VERSIONS};
use backhaul_wire::reflect::Scalar;
use backhaul_wire::{ApiVersion, Secret, Struct, json};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use url::Url;
use url::form_urlencoded::Serializer;

use super::options::{self, Vb365Logon};
use super::protocol::Vb365Protocol;
use crate::address::at;
use crate::classify;
use crate::error::Reason;
use crate::net::{HttpClient, Request, Response};
use crate::options::Options;
use crate::product;
use crate::protocol::lenient;
use crate::said::said;
use crate::session::Session;

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

pub(super) async fn open(
    http: &HttpClient,
    options: &Options,
    protocol: &Vb365Protocol,
    version: ApiVersion,
    refresh: Option<&Secret>,
) -> Result<Session, Reason> {
    if let Some(refresh) = refresh {
        let request = TokenRequest::new(GrantType::RefreshToken).refresh_token(refresh.clone());
        // A refresh token that is refused is no fault of the account: the logon tells.
        if let Ok(session) = ask(http, options, protocol, version, request).await {
            return Ok(session);
        }
    }
    ask(http, options, protocol, version, request(options, &protocol.logon)).await
}

/// What a Microsoft logon proves itself with.
pub(super) fn assertion(logon: &Vb365Logon) -> Option<Secret> {
    match logon {
        Vb365Logon::Password => None,
        Vb365Logon::Assertion(assertion) | Vb365Logon::Operator(assertion) => Some(assertion.token.clone()),
    }
}

/// The logon that the options say.
fn request(options: &Options, logon: &Vb365Logon) -> TokenRequest {
    let (grant, assertion) = match logon {
        Vb365Logon::Password => {
            let request = TokenRequest::new(GrantType::Password);
            return request.username(options.user.as_str()).password(options.password.clone());
        }
        Vb365Logon::Assertion(assertion) => (GrantType::UrnIetfParamsOauthGrantTypeJwtBearer, assertion),
        Vb365Logon::Operator(assertion) => (GrantType::Operator, assertion),
    };
    TokenRequest::new(grant).client_id(assertion.client_id.as_str()).assertion(assertion.token.clone())
}

async fn ask(
    http: &HttpClient,
    options: &Options,
    protocol: &Vb365Protocol,
    version: ApiVersion,
    mut form: TokenRequest,
) -> Result<Session, Reason> {
    if version.get() >= 7 {
        // Else a cookie is handed out, and wanted with every call.
        form.disable_antiforgery_token = Some(true);
    }
    json::check_versions(&form, Some(version)).map_err(|error| Reason::Version(error.to_string()))?;
    let mut request = Request::new(Method::POST, at(&options.url, &format!("/{version}/token")))
        .body("application/x-www-form-urlencoded", encode(&form));
    // A token more does no harm.
    request.idempotent = true;
    let sent = Instant::now();
    let answer = http.send(request).await.map_err(Reason::Http)?;
    if !answer.status.is_success() {
        return Err(match answer.status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                not_served(http, options, protocol, version, &answer).await
            }
            _ => refusal(&answer, options, protocol),
        });
    }
    let token: Token = match lenient(&answer.body) {
        Ok(token) => token,
        Err(_) if !answer.body.starts_with(b"{") => return Err(Reason::Product(None, product::describe(&answer))),
        Err(error) => return Err(Reason::Decode(error.without_excerpt())),
    };
    let Some(access) = token.access_token.filter(|token| !token.is_empty()) else {
        return Err(Reason::Product(None, "the answer to the logon has no `access_token`".to_owned()));
    };
    let lives = token.expires_in.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    // A server's number: one beyond what a clock can tell is no end.
    let renew_at = lives.and_then(|lives| sent.checked_add(lives.saturating_sub(MARGIN.min(lives / 2))));
    // v7 and v8 have a logout, which ends all of the account's sessions: theirs is to end by themselves.
    let session = Session::new(AUTHORIZATION, format!("Bearer {}", access.expose()).into());
    Ok(session.renewed(renew_at, token.refresh_token.filter(|token| !token.is_empty())))
}

/// The form, from the fields that are set.
fn encode(form: &TokenRequest) -> String {
    let mut out = Serializer::new(String::new());
    for (index, field) in form.shape().fields.iter().enumerate() {
        match form.view(index).scalar() {
            Some(Scalar::Secret(secret)) => out.append_pair(field.wire, secret.expose()),
            Some(Scalar::Text(text) | Scalar::Enum(text)) => out.append_pair(field.wire, text),
            Some(Scalar::Bool(value)) => out.append_pair(field.wire, if value { "true" } else { "false" }),
            _ => &mut out,
        };
    }
    out.finish()
}

/// The server has no such place for a logon: it may serve other versions.
async fn not_served(
    http: &HttpClient,
    options: &Options,
    protocol: &Vb365Protocol,
    version: ApiVersion,
    answer: &Response,
) -> Reason {
    match newest_version(http, &options.url, protocol).await {
        Ok(newest) if newest != version => Reason::Version(format!(
            "the server does not serve {version} of the API, the newest that it serves and that is known here is {newest}: \
             choose {newest}, or no version"
        )),
        _ => Reason::Product(None, product::describe(answer)),
    }
}

fn refusal(answer: &Response, options: &Options, protocol: &Vb365Protocol) -> Reason {
    if !matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return classify::error(protocol, answer);
    }
    let who = match &protocol.logon {
        Vb365Logon::Password => format!("account `{}`", options.user),
        Vb365Logon::Assertion(assertion) | Vb365Logon::Operator(assertion) => {
            format!(
                "Microsoft logon to the application `{}`, which may have ended: log on there anew",
                assertion.client_id
            )
        }
    };
    // Both forms of a refusal are met: OAuth's, and the API's own.
    match json::decode::<ExceptionInfo>(&answer.body) {
        Ok(info) => match info.error_description.or(info.message).or(info.error) {
            Some(text) => Reason::Logon(format!("{} ({who})", said(text.trim_end_matches('.')))),
            None => Reason::Product(None, product::describe(answer)),
        },
        Err(_) => Reason::Product(None, product::describe(answer)),
    }
}

/// The newest version that the server serves, learnt without credentials: a served one refuses (401, 403) or answers,
/// another is not found.
pub(super) async fn newest_version(
    http: &HttpClient,
    base: &Url,
    protocol: &Vb365Protocol,
) -> Result<ApiVersion, Reason> {
    let mut last = None;
    for version in options::known().rev() {
        // `ServiceInstance` came with v6; nothing is known of v3 to v5 but that they want a token for this.
        let path = if version.get() >= 6 { "ServiceInstance" } else { "Organizations" };
        let url = at(base, &format!("/{version}/{path}"));
        let answer = http.send(Request::new(Method::GET, url)).await.map_err(Reason::Http)?;
        if let unavailable @ Reason::Unavailable { .. } = classify::error(protocol, &answer) {
            return Err(unavailable);
        }
        if product::is_page(&answer) {
            // A proxy that wants its own logon refuses every version alike.
            last = Some(answer);
            break;
        }
        match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(version),
            StatusCode::OK if names_itself(&answer) => return Ok(version),
            _ => last = Some(answer),
        }
    }
    let hint = last.as_ref().map_or_else(String::new, product::describe);
    Err(Reason::Product(None, format!("it serves no version of the API from {KNOWN}: {hint}")))
}

/// Whether a server that wants no token says which product it is.
fn names_itself(answer: &Response) -> bool {
    json::decode::<ServiceInstance>(&answer.body).is_ok_and(|instance| instance.version.is_some())
}

/// Whether VB365 is at this address: by its refusal of what wants a token.
pub(crate) async fn is_at(http: &HttpClient, base: &Url) -> bool {
    // The newest ones: a server serves several, and each question more is one that nobody asked for.
    for version in VERSIONS.rev().take(3) {
        let answer = product::page(http, base, &format!("/v{version}/ServiceInstance")).await;
        if answer.is_some_and(|answer| answer.status == StatusCode::UNAUTHORIZED && answer.body.is_empty()) {
            return true;
        }
    }
    false
}
