//! A logon at the Microsoft identity platform by a code that a person enters in a browser; VB365 is then shown what
//! comes of it.

use std::time::Duration;

use backhaul_wire::{Secret, System};
use http::{Method, StatusCode};
use serde::Deserialize;
use tokio::time::sleep;
use url::Url;
use url::form_urlencoded::Serializer;

use super::options::Assertion;
use crate::error::{Error, Reason, Result};
use crate::net::{HttpClient, HttpOptions, Request, Response};
use crate::poller::{Poller, Waited, Waiting, Work};
use crate::said::said;
use crate::{address, product};

/// Where organizations log on that are in none of Microsoft's national clouds.
const PLATFORM: &str = "https://login.microsoftonline.com";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How much longer the pause becomes when the platform says that it is asked too often.
const SLOWER: Duration = Duration::from_secs(5);

/// Waits until a person has entered the code.
pub type DevicePoller = Poller<DeviceWork>;

/// A logon by device code.
///
/// ```no_run
/// # async fn run(mut options: backhaul_transport::Vb365Options) -> Result<(), Box<dyn std::error::Error>> {
/// use backhaul_transport::Vb365Logon;
/// use backhaul_transport::vb365::{DeviceLogon, Vb365Client};
///
/// let logon = DeviceLogon::new("contoso.onmicrosoft.com", "client-id-of-the-application", "openid offline_access");
/// let waiting = logon.start().await?;
/// println!("{}", waiting.state().message);
/// options.logon = Vb365Logon::Operator(waiting.until_done().await?);
/// let vb365 = Vb365Client::new(options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DeviceLogon {
    platform: String,
    tenant: String,
    client_id: String,
    scope: String,
    http: HttpOptions,
}

/// What a person is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DeviceCode {
    /// The code to enter.
    pub user_code: String,
    /// Where to enter it.
    #[serde(alias = "verification_url")]
    pub verification_uri: String,
    /// Both in a sentence.
    #[serde(default)]
    pub message: String,
    /// How many seconds the code is good for.
    pub expires_in: u64,
    /// How many seconds to wait between two questions.
    #[serde(default = "interval")]
    pub interval: u64,
}

fn interval() -> u64 {
    5
}

/// The code as it comes: with what is nobody's to see.
#[derive(Deserialize)]
struct Begun {
    device_code: String,
    #[serde(flatten)]
    shown: DeviceCode,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl DeviceLogon {
    /// A logon to an application of a Microsoft 365 organization: `tenant` is its id or domain, `scope` what the
    /// application asks for.
    #[must_use]
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>, scope: impl Into<String>) -> Self {
        Self {
            platform: PLATFORM.to_owned(),
            tenant: tenant.into(),
            client_id: client_id.into(),
            scope: scope.into(),
            http: HttpOptions::default(),
        }
    }

    /// Another address of the platform, such as that of a national cloud.
    #[must_use]
    pub fn platform(mut self, url: impl Into<String>) -> Self {
        self.platform = url.into();
        self
    }

    /// TLS, timeouts and limits of the requests to the platform, which are not those of VB365.
    #[must_use]
    pub fn http(mut self, http: HttpOptions) -> Self {
        self.http = http;
        self
    }

    /// Asks for a code. What to tell the person is the poller's state; what it ends in is for
    /// [`Vb365Logon`](crate::Vb365Logon).
    ///
    /// # Errors
    /// When the platform cannot be reached or refuses the application.
    pub async fn start(&self) -> Result<DevicePoller> {
        let fail = |reason| Error::new(reason, System::Vb365, &self.platform, "device code logon");
        let base = Url::parse(&self.platform)
            .map_err(|error| fail(Reason::Call(format!("the platform's address cannot be used: {error}"))))?;
        let at = |last: &'static str| address::below(&base, [self.tenant.as_str(), "oauth2", "v2.0", last].into_iter());
        let http = HttpClient::new(self.http.clone()).map_err(|error| fail(Reason::Http(error)))?;
        let form = form(&[("client_id", &self.client_id), ("scope", &self.scope)]);
        let answer = http.send(form(at("devicecode"))).await.map_err(|error| fail(Reason::Http(error)))?;
        if !answer.status.is_success() {
            return Err(fail(refusal(&answer)));
        }
        let begun: Begun = match serde_json::from_slice(&answer.body) {
            Ok(begun) => begun,
            Err(_) => return Err(fail(Reason::Product(None, product::describe(&answer)))),
        };
        let mut waiting = Waiting::default();
        // The platform says how often it may be asked, and until when; nobody waits a day for a code to be entered.
        waiting.first = Duration::from_secs(begun.shown.interval.clamp(1, 300));
        waiting.most = waiting.first;
        waiting.deadline = Some(Duration::from_secs(begun.shown.expires_in.min(86_400)));
        let work = DeviceWork {
            logon: self.clone(),
            http,
            token_url: at("token"),
            device_code: begun.device_code.into(),
            code: begun.shown,
            slower: Duration::ZERO,
            token: None,
        };
        Ok(Poller::new(work).waiting(waiting))
    }
}

/// A form, to be sent to any address.
fn form(pairs: &[(&str, &str)]) -> impl Fn(Url) -> Request + use<> {
    let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
    move |url| Request::new(Method::POST, url).body("application/x-www-form-urlencoded", body.clone())
}

/// What an answer without success means.
fn refusal(answer: &Response) -> Reason {
    match serde_json::from_slice::<Refused>(&answer.body) {
        Ok(refused) => {
            let why = refused.error_description.lines().next().unwrap_or_default().trim();
            Reason::Logon(said(&if why.is_empty() { refused.error } else { format!("{}: {why}", refused.error) }))
        }
        Err(_) => Reason::Product(None, product::describe(answer)),
    }
}

/// A code that a person has still to enter.
pub struct DeviceWork {
    logon: DeviceLogon,
    http: HttpClient,
    token_url: Url,
    device_code: Secret,
    code: DeviceCode,
    /// What is waited on top of the usual pause.
    slower: Duration,
    token: Option<Secret>,
}

impl DeviceWork {
    fn fail(&self, reason: Reason) -> Error {
        Error::new(reason, System::Vb365, &self.logon.platform, "device code logon")
    }
}

impl Work for DeviceWork {
    type State = DeviceCode;
    type Done = Assertion;

    fn state(&self) -> &DeviceCode {
        &self.code
    }

    fn end(&self) -> Option<Result<Assertion>> {
        let token = self.token.clone()?;
        Some(Ok(Assertion { client_id: self.logon.client_id.clone(), token }))
    }

    async fn ask(&mut self) -> Result<()> {
        sleep(self.slower).await;
        let pairs =
            [("grant_type", GRANT), ("client_id", &self.logon.client_id), ("device_code", self.device_code.expose())];
        let request = form(&pairs)(self.token_url.clone());
        let answer = self.http.send(request).await.map_err(|error| self.fail(Reason::Http(error)))?;
        if answer.status.is_success() {
            // VB365 wants the answer whole: it is not taken apart here, only looked at.
            let text = String::from_utf8(answer.body.to_vec()).ok().filter(|text| is_token(text));
            let Some(text) = text else { return Err(self.fail(Reason::Product(None, product::describe(&answer)))) };
            self.token = Some(text.into());
            return Ok(());
        }
        let waits = (answer.status == StatusCode::BAD_REQUEST)
            .then(|| serde_json::from_slice::<Refused>(&answer.body).ok())
            .flatten();
        match waits.as_ref().map(|refused| refused.error.as_str()) {
            Some("authorization_pending") => Ok(()),
            Some("slow_down") => {
                self.slower = self.slower.saturating_add(SLOWER);
                Ok(())
            }
            _ => Err(self.fail(refusal(&answer))),
        }
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let (code, waited) = (self.code.user_code.escape_debug(), waited.total.as_secs());
        let message = format!("nobody entered the code {code} within {waited} s");
        self.fail(Reason::Deadline(message))
    }
}

/// Whether an answer is a JSON object with a token.
fn is_token(text: &str) -> bool {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    value.is_some_and(|value| value["access_token"].as_str().is_some_and(|token| !token.is_empty()))
}

impl std::fmt::Debug for DeviceWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceWork").field("code", &self.code).finish_non_exhaustive()
    }
}
