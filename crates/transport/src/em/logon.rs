//! Enterprise Manager: Basic on the session manager, or a tenant's account in the body, then a header.

use backhaul_models::em::{LoginSpec, LogonSession, TenantCredentials, VCloudOrganizationCredentials};
use backhaul_wire::{Drift, EncodeError, Secret, json, xml};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName};
use http::{Method, StatusCode};
use url::Url;

use super::options::{EmFormat, EmLogon};
use super::protocol::{EmProtocol, error};
use crate::address::at;
use crate::classify;
use crate::error::Reason;
use crate::net::{HttpClient, Request, Response};
use crate::options::Options;
use crate::product;
use crate::protocol::Protocol;
use crate::session::Session;

const SESSION: HeaderName = HeaderName::from_static("x-restsvcsessionid");

pub(super) async fn open(http: &HttpClient, options: &Options, protocol: &EmProtocol) -> Result<Session, Reason> {
    let answer = http.send(request(options, protocol)?).await.map_err(Reason::Http)?;
    match answer.status {
        StatusCode::OK | StatusCode::CREATED => {}
        // Only Enterprise Manager's own refusal speaks of the password: a 401 of something else is another product.
        StatusCode::UNAUTHORIZED
            if answer.headers.get("www-authenticate").is_some_and(|v| v.as_bytes().starts_with(b"Basic")) =>
        {
            return Err(Reason::Logon(format!("the {} or its password is wrong", account(options, protocol))));
        }
        StatusCode::FORBIDDEN if answer.body.is_empty() || error(&answer).is_some() => {
            let rule = format!("the {} has no role in Enterprise Manager", account(options, protocol));
            return Err(Reason::Logon(rule));
        }
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNAUTHORIZED => {
            return Err(Reason::Product(None, product::describe(&answer)));
        }
        _ => return Err(refusal(protocol, &answer)),
    }
    // Read by what came, whatever was asked for.
    let is_xml = protocol.is_xml(&answer.body);
    let (mut logon, mut drift) = (LogonSession::default(), Drift::default());
    let read = match is_xml {
        true => xml::decode_into(&mut logon, &answer.body, Some(&mut drift)),
        false => json::decode_into(&mut logon, &answer.body, Some(&mut drift)),
    };
    let id = match read {
        Ok(()) => logon.session_id.map(|id| id.as_str().to_owned()),
        // An answer of success that is no session at all: something else answers every address.
        Err(_) if answer.headers.get(SESSION).is_none() => {
            return Err(Reason::Product(None, product::describe(&answer)));
        }
        Err(error) => return Err(Reason::Decode(error.without_excerpt())),
    };
    let header = answer.headers.get(SESSION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = header.or_else(|| id.as_ref().map(|id| STANDARD.encode(id)));
    let Some(token) = token else {
        return Err(Reason::Product(
            None,
            "the answer to the logon has neither a session header nor a session id".to_owned(),
        ));
    };
    let value = Secret::from(token);
    // The server ends a session after 15 idle minutes and says so with 401, which is met when it comes.
    Ok(Session::new(SESSION, value).ended_at(id.map(|id| format!("/api/logonSessions/{id}"))))
}

fn request(options: &Options, protocol: &EmProtocol) -> Result<Request, Reason> {
    let version =
        protocol.version.map_or_else(|| "latest".to_owned(), |version| format!("v{version}").replace('.', "_"));
    let media_type = protocol.format.media_type();
    let mut request = Request::new(Method::POST, at(&options.url, &format!("/api/sessionMngr/?v={version}")))
        .header(ACCEPT, media_type);
    // A session more does no harm: it ends by itself.
    request.idempotent = true;
    match login_spec(options, protocol) {
        // A body on an account's logon gets 415.
        None => Ok(request.secret_header(AUTHORIZATION, &format!("Basic {}", basic(options).expose()))),
        Some(spec) => {
            let body = match protocol.format {
                EmFormat::Xml => xml::encode(&spec),
                EmFormat::Json => json::encode(&spec, json::Case::Schema),
            };
            Ok(request.body(media_type, body.map_err(|error: EncodeError| Reason::Call(error.to_string()))?))
        }
    }
}

/// Account and password, as the header has them.
pub(super) fn basic(options: &Options) -> Secret {
    STANDARD.encode(format!("{}:{}", options.user, options.password.expose())).into()
}

/// What a tenant logs on with, which goes into the body; an account of Enterprise Manager goes into a header.
fn login_spec(options: &Options, protocol: &EmProtocol) -> Option<LoginSpec> {
    let mut spec = LoginSpec::default();
    match &protocol.logon {
        EmLogon::Account => return None,
        EmLogon::Tenant => {
            let mut credentials = TenantCredentials::default();
            credentials.username = Some(options.user.clone());
            credentials.password = Some(options.password.clone());
            spec.tenant_credentials = Some(credentials);
        }
        EmLogon::VCloudOrganization(organization) => {
            let mut credentials = VCloudOrganizationCredentials::default();
            credentials.organization_name = Some(organization.clone());
            credentials.login = Some(options.user.clone());
            credentials.password = Some(options.password.clone());
            spec.v_cloud_organization_credentials = Some(credentials);
        }
    }
    Some(spec)
}

/// Whose logon it was, for a refusal.
fn account(options: &Options, protocol: &EmProtocol) -> String {
    let user = &options.user;
    match &protocol.logon {
        EmLogon::Account => format!("account `{user}`"),
        EmLogon::Tenant => format!("cloud tenant `{user}`"),
        EmLogon::VCloudOrganization(organization) => format!("account `{user}` of the organization `{organization}`"),
    }
}

/// An error of the API. A version that was asked for may be its cause: older servers do not have the newest, 13 has no
/// 1.4.
fn refusal(protocol: &EmProtocol, answer: &Response) -> Reason {
    // A session that comes along with an error is one all the same.
    let session = answer.headers.get(SESSION).and_then(|value| value.to_str().ok()).map(Secret::from);
    match (classify::error(protocol, answer).without(session.iter()), protocol.version) {
        (Reason::Api { status, code, message }, Some(version)) => {
            let message = format!("{message} (the logon asked for version {version} of the API)");
            Reason::Api { status, code, message }
        }
        (reason, _) => reason,
    }
}

/// Whether Enterprise Manager is at this address: by the root of its API, which needs no session.
pub(crate) async fn is_at(http: &HttpClient, base: &Url) -> bool {
    let root = product::page(http, base, "/api/").await;
    root.is_some_and(|root| {
        product::contains(&root, "EnterpriseManager") || product::contains(&root, "SupportedVersions")
    })
}
