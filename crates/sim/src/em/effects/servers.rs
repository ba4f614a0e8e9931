//! Backup servers, and the credentials and passwords that they keep.

use backhaul_models::em::{
    BackupServer, BackupServerSpec, CredentialsInfo, CredentialsInfoSpec, PasswordKeyInfo, PasswordKeyInfoSpec,
    SystemSession,
};
use http::StatusCode;

use super::create::New;
use crate::em::tasks::Done;
use crate::em::value::set;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// The version that a server which is added turns out to be of.
const VERSION: &str = "13.0.1.1071";

/// `POST /backupServers?action=create`.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let spec: BackupServerSpec = call.body()?;
    let name = spec.dns_name_or_ip_address.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad("BackupServerSpec lacks DnsNameOrIpAddress."))?;
    let mut server = BackupServer::default();
    server.name = Some(name);
    server.description = Some(spec.description.unwrap_or_default());
    server.port = spec.port.or(Some(9392));
    server.version = Some(VERSION.to_owned());
    call.create(New::of("BackupServer", server, Vec::new()))
}

/// `PUT /backupServers/{ID}`: the user name and password are taken and never told.
pub(super) fn edit(call: &mut Call<'_>) -> Answer {
    let spec: BackupServerSpec = call.body()?;
    let server = call.subject("BackupServer")?.clone();
    call.backend.store.edit(server.kind.name, &server.id, |body| {
        if let Some(name) = spec.dns_name_or_ip_address.filter(|name| !name.is_empty()) {
            set(body, "Name", &name);
        }
        if let Some(description) = &spec.description {
            set(body, "Description", description);
        }
        if let Some(port) = spec.port {
            set(body, "Port", port);
        }
    });
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `POST /backupServers/{ID}?action=collect`: a system session tells of it.
pub(super) fn collect(call: &mut Call<'_>) -> Answer {
    let server = call.subject("BackupServer")?.clone();
    call.begin(
        "CollectingBackupServer",
        Box::new(move |backend| {
            let date = backend.iso_date();
            let mut session = SystemSession::default();
            session.name = Some(format!("Collect Job @{}", date.replace('T', " ").replace('Z', "")));
            session.session_type = Some("CollectJob".into());
            session.creation_time_utc = Some(date.as_str().into());
            session.state = Some("InProgress".into());
            let session = New::of("SystemSession", session, vec![server.as_owner()]).put_again(backend)?;
            backend.after(backend.pace.job_time, move |backend| {
                let date = backend.iso_date();
                backend.store.edit(session.kind.name, &session.id, |body| {
                    set(body, "EndTimeUTC", &date);
                    set(body, "State", "CompletedSuccessfully");
                    set(body, "Result.Result", "CompletedSuccessfully");
                    set(body, "Result.IsCanceled", false);
                });
            });
            Ok(Done::says("Data collection started. To view results, go to Sessions."))
        }),
    )
}

/// `POST /backupServers/{ID}/credentials?action=create`.
pub(super) fn add_credentials(call: &mut Call<'_>) -> Answer {
    let spec: CredentialsInfoSpec = call.body()?;
    let server = call.subject("BackupServer")?.as_owner();
    let mut credentials = CredentialsInfo::default();
    credentials.username = spec.username;
    credentials.description = spec.description;
    credentials.password = spec.password.or_else(|| Some("".into()));
    call.create(New::of("CredentialsInfo", credentials, vec![server]))
}

/// `POST /backupServers/{ID}/passwords?action=create`: of a password, only the hint is ever told.
pub(super) fn add_password(call: &mut Call<'_>) -> Answer {
    let spec: PasswordKeyInfoSpec = call.body()?;
    let server = call.subject("BackupServer")?.as_owner();
    let mut key = PasswordKeyInfo::default();
    key.hint = spec.hint;
    key.last_modification_date = Some(call.backend.iso_date().into());
    call.create(New::of("PasswordKeyInfo", key, vec![server]))
}

/// `PUT /backupServers/{ID}/passwords/{ID}`.
pub(super) fn edit_password(call: &mut Call<'_>) -> Answer {
    let spec: PasswordKeyInfoSpec = call.body()?;
    let key = call.record()?.clone();
    let date = call.backend.iso_date();
    call.backend.store.edit(key.kind.name, &key.id, |body| {
        if let Some(hint) = &spec.hint {
            set(body, "Hint", hint);
        }
        set(body, "LastModificationDate", &date);
    });
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
