//! Logging on: access tokens, refresh tokens, antiforgery tokens.

use std::time::Duration;

use backhaul_models::vb365::{GrantType, Token, TokenRequest};
use backhaul_wire::{Id, Secret, json};
use http::StatusCode;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use serde_json::json;

use super::backend::Backend;
use super::settings::Vb365Server;
use super::{Account, Call, Refusal};
use crate::engine::clock;
use crate::engine::common::Common;
use crate::engine::message::{Reply, Request};
use crate::engine::project::to_json;
use crate::engine::schedule::Clocked as _;
use crate::engine::session::{Life, Sessions};

/// The cookie that carries an antiforgery token, and the header that may carry it instead.
const COOKIE: &str = "XSRF-TOKEN";
const HEADER: &str = "X-XSRF-TOKEN";
/// A refresh token lives longer than the access token that came with it; how long, the vendor does not say.
const REFRESH_LIVES: u32 = 24;

/// The tokens of a server.
#[derive(Debug)]
pub(super) struct Tokens {
    access: Sessions<Grant>,
    refresh: Sessions<Grant>,
    life: Duration,
    common: Common,
}

/// What a token stands for.
#[derive(Debug, Clone)]
struct Grant {
    account: Account,
    user: String,
    /// The antiforgery token that must come along.
    antiforgery: Option<String>,
}

impl Tokens {
    pub(super) fn new(server: &Vb365Server, common: &Common) -> Self {
        let life = server.token_life;
        Self {
            access: Sessions::new(Life::Fixed(life)),
            refresh: Sessions::new(Life::Fixed(life.saturating_mul(REFRESH_LIVES))),
            life,
            common: common.clone(),
        }
    }

    pub(super) fn expire(&self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Who sent a request, or the refusal.
    pub(super) fn check(&self, request: &Request, version: u8) -> Result<Account, Box<Reply>> {
        let token = request.authorization("Bearer");
        let Some(grant) = token.and_then(|token| self.access.get(token)) else {
            return Err(Box::new(Reply::empty(StatusCode::UNAUTHORIZED)));
        };
        match grant.antiforgery {
            Some(wanted) if version >= 7 && !carries(request, &wanted) => {
                let message = "The required antiforgery token was not supplied.";
                Err(Box::new(Refusal::bad(message).reply(version)))
            }
            _ => Ok(grant.account),
        }
    }

    /// `POST /vN/token`.
    pub(super) fn answer(&self, request: &Request, version: u8, backend: &mut Backend) -> Reply {
        let body = match read(request, version) {
            Ok(body) => body,
            Err((error, description)) => return refused(error, &description),
        };
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        let grant = match body.grant_type {
            None | Some(GrantType::Password) => {
                let user = body.username.unwrap_or_default();
                let password = secret(&body.password).unwrap_or_default();
                let account = if user.eq_ignore_ascii_case(&self.common.user) {
                    Some(Account::Administrator)
                } else {
                    organization_of(&user, backend).map(Account::Organization)
                };
                account
                    .filter(|_| password == self.common.password)
                    .map(|account| Grant { account, user, antiforgery: None })
                    .ok_or("The user name or password is incorrect.")
            }
            Some(GrantType::RefreshToken) => {
                let token = secret(&body.refresh_token).unwrap_or_default();
                match self.refresh.get(&token) {
                    None => Err("The refresh token is not valid."),
                    Some(Grant { antiforgery: Some(wanted), .. }) if version >= 7 && !carries(request, &wanted) => {
                        Err("The required antiforgery token was not supplied.")
                    }
                    Some(grant) => {
                        // One use: the answer brings another.
                        self.refresh.close(&token);
                        Ok(grant)
                    }
                }
            }
            // An operator restores for the organization; so does who comes with Microsoft's answer.
            Some(GrantType::UrnIetfParamsOauthGrantTypeJwtBearer) if version >= 4 => asserted(&body, backend),
            Some(GrantType::Operator) if version >= 6 => asserted(&body, backend),
            Some(other) => {
                return refused("unsupported_grant_type", &format!("The grant type {other} is not simulated."));
            }
        };
        match grant {
            Ok(grant) => self.issue(grant, version >= 7 && body.disable_antiforgery_token != Some(true), backend),
            Err(description) => refused("invalid_grant", description),
        }
    }

    fn issue(&self, mut grant: Grant, antiforgery: bool, backend: &Backend) -> Reply {
        grant.antiforgery = None;
        let mut token = Token::default();
        token.user_name = Some(grant.user.clone());
        if antiforgery {
            // Any text that nobody can guess will do: an access token that is never handed out is one.
            let guess = self.access.open(grant.clone());
            self.access.close(&guess);
            grant.antiforgery = Some(guess);
        }
        let life = self.life.as_secs();
        let life = i64::try_from(life).unwrap_or(i64::MAX);
        let now = backend.seconds();
        token.access_token = Some(Secret::from(self.access.open(grant.clone())));
        token.refresh_token = Some(Secret::from(self.refresh.open(grant.clone())));
        token.token_type = Some("bearer".to_owned());
        token.expires_in = Some(life);
        token.issued = Some(clock::iso(now).into());
        token.expires = Some(clock::iso(now.saturating_add(life)).into());
        let reply = Reply::json(StatusCode::OK, &to_json(&token).unwrap_or_default());
        match grant.antiforgery {
            Some(value) => reply.with(SET_COOKIE, format!("{COOKIE}={value}; path=/; secure; samesite=strict")),
            None => reply,
        }
    }
}

/// `POST /token/logout`: the token is worth nothing from now on.
pub(super) fn log_out(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    if let Some(token) = call.request.authorization("Bearer") {
        call.vb365.tokens.access.close(token);
    }
    Ok(call.done())
}

/// The organization whose own account this is: `admin@NAME`.
fn organization_of(user: &str, backend: &mut Backend) -> Option<Id> {
    let (name, domain) = user.split_once('@')?;
    name.eq_ignore_ascii_case("admin").then_some(())?;
    let lower = domain.to_lowercase();
    let found = backend.top("organizations")?.all().find(|it| it.text("name").to_lowercase() == lower);
    found.map(|it| Id::from(&*it.id))
}

/// Who comes with an assertion: the answer of the Microsoft identity platform, whole, and the application that asked
/// for it. Its signature is not looked at; a `<userId>.<tenantId>` says which organization, and else it is the first
/// one in Microsoft 365.
fn asserted(body: &TokenRequest, backend: &mut Backend) -> Result<Grant, &'static str> {
    let client = body.client_id.as_ref().map(ToString::to_string).filter(|client| !client.is_empty());
    let client = client.ok_or("The client_id is missing.")?;
    let assertion = body.assertion.as_ref().map(|text| text.expose().to_owned()).unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_str(&assertion)
        .map_err(|_| "The assertion is not the answer of the Microsoft identity platform.")?;
    if answer["access_token"].as_str().is_none_or(str::is_empty) {
        return Err("The assertion holds no access_token.");
    }
    let tenant = client.split_once('.').map(|(_, tenant)| tenant.to_owned());
    let online = |it: &&super::store::Record| match &tenant {
        Some(tenant) => it.says("msid", tenant) || it.says("name", tenant),
        None => !it.says("type", "OnPremises"),
    };
    let found = backend.top("organizations").and_then(|collection| collection.all().find(online));
    let organization = found.ok_or("No organization belongs to the assertion.")?;
    let account = Account::Organization(Id::from(&*organization.id));
    Ok(Grant { account, user: format!("operator@{}", organization.text("name")), antiforgery: None })
}

/// Whether a request carries an antiforgery token.
fn carries(request: &Request, wanted: &str) -> bool {
    request.cookie(COOKIE) == Some(wanted) || request.header(HEADER) == Some(wanted)
}

fn refused(error: &str, description: &str) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": description }))
}

/// The body, which is a form; the newer documents list JSON, too.
fn read(request: &Request, version: u8) -> Result<TokenRequest, (&'static str, String)> {
    let malformed = |message: String| ("invalid_request", message);
    let kind = request.header(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let mut body = TokenRequest::default();
    if kind.starts_with("application/json") && version >= 6 {
        json::decode_into(&mut body, &request.body, None).map_err(|error| malformed(error.message().to_owned()))?;
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(&request.body).map_err(|error| malformed(error.to_string()))?;
        for pair in backhaul_filter::url::pairs(text) {
            let (name, value) = pair.map_err(|error| malformed(error.to_string()))?;
            let value = value.into_owned();
            match name.as_ref() {
                "grant_type" => body.grant_type = Some(GrantType::from(value.as_str())),
                "username" => body.username = Some(value),
                "password" => body.password = Some(value.into()),
                "refresh_token" => body.refresh_token = Some(value.into()),
                "client_id" => body.client_id = Some(value),
                "assertion" => body.assertion = Some(value.into()),
                "disable_antiforgery_token" => {
                    body.disable_antiforgery_token = Some(value.eq_ignore_ascii_case("true"));
                }
                _ => {}
            }
        }
    } else {
        return Err(malformed("The body must be application/x-www-form-urlencoded.".to_owned()));
    }
    Ok(body)
}
