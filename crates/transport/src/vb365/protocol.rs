//! VB365's own way: a version in each path, a bearer token, errors in JSON.

use std::sync::OnceLock;

use backhaul_models::vb365::{ExceptionInfo, KNOWN};
use backhaul_wire::{ApiVersion, Secret, System, Versions, json};
use http::StatusCode;

use super::logon;
use super::options::{self, Vb365Logon, Vb365Options};
use super::paging::Pages;
use crate::error::Reason;
use crate::net::{HttpClient, Response};
use crate::options::Options;
use crate::protocol::{Asked, Follow, Protocol};
use crate::said::said;
use crate::session::Session;

/// [`Vb365Options`] without what is common to all systems, and the version once it is known.
#[derive(Debug)]
pub(super) struct Vb365Protocol {
    pub(super) logon: Vb365Logon,
    version: OnceLock<ApiVersion>,
}

impl Vb365Protocol {
    pub(super) fn of(options: Vb365Options) -> Result<(Self, Options), Reason> {
        let Vb365Options { common, logon, version } = options;
        if let Some(version) = version.filter(|version| !options::is_known(*version)) {
            let problem = format!("{version} is not a version of VB365 that is known here: use {KNOWN}");
            return Err(Reason::Call(problem));
        }
        let version = version.map_or_else(OnceLock::new, OnceLock::from);
        Ok((Self { logon, version }, common))
    }
}

impl Protocol for Vb365Protocol {
    fn system(&self) -> System {
        System::Vb365
    }

    fn roots(&self) -> Vec<String> {
        options::known().map(|version| format!("/{version}")).collect()
    }

    fn versions(&self) -> Vec<ApiVersion> {
        options::known().collect()
    }

    fn is_unproven(&self, versions: Versions, version: ApiVersion) -> bool {
        backhaul_models::vb365::is_unproven(versions, version.get())
    }

    fn version(&self) -> Option<ApiVersion> {
        self.version.get().copied()
    }

    fn lacks_version(&self) -> bool {
        self.version.get().is_none()
    }

    fn find_version<'a>(&'a self, http: &'a HttpClient, options: &'a Options) -> Asked<'a, ()> {
        Box::pin(async {
            let found = logon::newest_version(http, &options.url, self).await?;
            self.version.get_or_init(|| found);
            Ok(())
        })
    }

    fn open<'a>(&'a self, http: &'a HttpClient, options: &'a Options, old: Option<&'a Session>) -> Asked<'a, Session> {
        Box::pin(async move {
            // It is known: a session is never opened before it is.
            let Some(version) = self.version() else {
                return Err(Reason::Version("no version is known to log on with".to_owned()));
            };
            logon::open(http, options, self, version, old.and_then(Session::refresh)).await
        })
    }

    fn secrets(&self, options: &Options) -> Vec<Secret> {
        let mut secrets = vec![options.password.clone()];
        secrets.extend(logon::assertion(&self.logon));
        secrets
    }

    fn is_expired(&self, answer: &Response) -> bool {
        answer.status == StatusCode::UNAUTHORIZED
    }

    /// Files are declared as bytes; an error comes as JSON all the same.
    fn file_type(&self) -> &'static str {
        "application/octet-stream, application/json"
    }

    fn error(&self, answer: &Response) -> Option<Reason> {
        let info: ExceptionInfo = json::decode(&answer.body).ok()?;
        let message = info.message.or(info.error_description).or(info.error)?;
        let code = info.error_code.map(|code| code.as_str().to_owned());
        Some(Reason::Api { status: answer.status.as_u16(), code, message: said(&message) })
    }

    fn follow(&self) -> Box<dyn Follow> {
        Box::new(Pages::default())
    }
}
