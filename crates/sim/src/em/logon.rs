//! The entrance, logging on and logging off.

use backhaul_models::em::{EnterpriseManager, Link, LogonSession, SupportedVersion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{HeaderName, SET_COOKIE};

use super::links::link;
use super::{Call, Em, Refusal};
use crate::message::{Reply, Request};
use crate::session::guid;

/// The name of the header, and of the cookie, that carries a session.
const SESSION: &str = "X-RestSvcSessionId";
const SESSION_HEADER: HeaderName = HeaderName::from_static("x-restsvcsessionid");

const VERSIONS: [&str; 3] = ["v1_5", "v1_6", "v1_7"];

/// The collections that a session links to: the kind of entity, and the path.
const COLLECTIONS: [(&str, &str); 20] = [
    ("BackupServer", "backupServers"),
    ("ManagedServer", "managedServers"),
    ("Job", "jobs"),
    ("FailoverPlan", "failoverPlans"),
    ("HierarchyRoot", "hierarchyRoots"),
    ("Repository", "repositories"),
    ("Backup", "backups"),
    ("RestorePoint", "restorePoints"),
    ("VmRestorePoint", "vmRestorePoints"),
    ("VAppRestorePoint", "vAppRestorePoints"),
    ("Replica", "replicas"),
    ("VmReplicaPoint", "vmReplicaPoints"),
    ("CatalogVm", "catalog/vms"),
    ("BackupJobSession", "backupSessions"),
    ("RestoreSession", "restoreSessions"),
    ("ReplicaJobSession", "replicaSessions"),
    ("BackupTaskSession", "backupTaskSessions"),
    ("ReplicaTaskSession", "replicaTaskSessions"),
    ("WanAccelerator", "wanAccelerators"),
    ("BackupFile", "backupFiles"),
];

const SERVICES: [(&str, &str); 7] = [
    ("EnterpriseSecuritySettings", "security"),
    ("TaskList", "tasks"),
    ("QueryService", "querySvc"),
    ("LookupService", "lookupSvc"),
    ("Report", "reports/summary"),
    ("CloudConnectService", "cloud"),
    ("VCloudService", "vCloud"),
];

impl Em {
    /// `GET /api/`.
    pub(super) fn root(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
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

    /// `POST /api/sessionMngr/?v=...`.
    pub(super) fn log_on(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        if !call.request.body.is_empty() {
            let message = "The logon takes no body.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let version = call.param("v").unwrap_or("latest");
        if !VERSIONS.iter().chain(&["latest"]).any(|known| known.eq_ignore_ascii_case(version)) {
            return Err(Refusal::bad(format!("There is no version {version} of the API.")));
        }
        let user = self
            .credentials(call.request)
            .ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "The user name or password is incorrect."))?;
        let opened = self.sessions.open(());
        let id = guid(&opened);
        self.sessions.reopen(&opened, id.clone());
        let token = STANDARD.encode(&id);
        let own = format!("{}/logonSessions/{id}", call.api());
        let mut session = LogonSession::default();
        session.href = Some(own.clone());
        session.r#type = Some("LogonSession".to_owned());
        session.links = call.session_links(&own);
        session.user_name = Some(user);
        session.session_id = Some(id.into());
        Ok(call
            .media
            .reply(StatusCode::CREATED, &session)
            .with(SET_COOKIE, format!("{SESSION}={token}; Path=/api;"))
            .with(SESSION_HEADER, token))
    }

    /// `DELETE /api/logonSessions/{ID}`.
    pub(super) fn log_off(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = call.path.first().to_ascii_lowercase();
        match self.sessions.close(&id) {
            Some(()) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
            None => Err(Refusal::not_found("The session", &id)),
        }
    }

    /// The name of the user, when the credentials are right.
    fn credentials(&self, request: &Request) -> Option<String> {
        let decoded = STANDARD.decode(request.authorization("Basic")?).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (user, password) = text.split_once(':')?;
        let known = user.eq_ignore_ascii_case(&self.settings.user) && password == self.settings.password;
        known.then(|| user.to_owned())
    }

    /// Whether a request carries a session that is alive. A cookie wins over the header.
    pub(super) fn has_session(&self, request: &Request) -> bool {
        let Some(token) = request.cookie(SESSION).or_else(|| request.header(SESSION)) else {
            return false;
        };
        let id = STANDARD.decode(token).ok().and_then(|id| String::from_utf8(id).ok());
        id.is_some_and(|id| self.sessions.get(&id).is_some())
    }
}

impl Call<'_> {
    fn session_links(&self, own: &str) -> Vec<Link> {
        let api = self.api();
        let mut links = vec![link("Up", "EnterpriseManager", format!("{api}/"))];
        let lists = COLLECTIONS.map(|(kind, path)| {
            let list = link("Down", &format!("{kind}ReferenceList"), format!("{api}/{path}"));
            (list, link("Down", &format!("{kind}List"), format!("{api}/{path}?format=Entity")))
        });
        let (references, entities): (Vec<_>, Vec<_>) = lists.into_iter().unzip();
        links.extend(references);
        links.extend(SERVICES.map(|(kind, path)| link("Down", kind, format!("{api}/{path}"))));
        links.extend(entities);
        links.push(link("Create", "", format!("{api}/backupServers?action=create")));
        links.push(link("Delete", "", own.to_owned()));
        links
    }
}
