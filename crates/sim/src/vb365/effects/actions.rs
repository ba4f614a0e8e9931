//! The actions of v3 to v5: `POST …/Action` with one member, which names what v6 has a path for.

use backhaul_models::route::Routed;
use backhaul_wire::ApiVersion;
use backhaul_wire::operation::Response;
use http::StatusCode;
use serde_json::Value;

use super::{files, handler};
use crate::engine::form::without_trailing_commas;
use crate::engine::message::{Reply, segments};
use crate::vb365::{Call, Refusal, version};

/// Actions whose names v6 changed, in lower case.
const RENAMED: [(&str, &str); 3] =
    [("restoretooriginallocation", "restore"), ("savetomsg", "save"), ("sendto", "send")];

/// The newest version that still has a path for each of the older actions.
const HEIR: u8 = 6;

/// `POST …/Action`.
pub(in crate::vb365) fn act(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let sent: Value = serde_json::from_slice(&without_trailing_commas(&call.request.body))
        .map_err(|error| Refusal::bad(format!("The body is not JSON: {error}.")))?;
    let members = sent.as_object().filter(|members| members.len() == 1);
    let Some((name, parameters)) = members.and_then(|members| members.iter().next()) else {
        return Err(Refusal::bad("The body must have one member, the name of the action."));
    };
    let lower = name.to_ascii_lowercase();
    let verb = RENAMED.iter().find(|(old, _)| *old == lower).map_or(lower.as_str(), |(_, new)| new);
    let path = version(&call.request.path).map_or("", |(_, path)| path).trim_end_matches('/');
    let subject = path.rsplit_once('/').map_or("", |(subject, _)| subject);
    let heir = format!("{subject}/{verb}");
    let routed = call.vb365.router.find("POST", &segments(&heir), &call.params, ApiVersion::new(HEIR), |_| true);
    let Routed::Found(operation, values) = routed else {
        // Files were to be had of more than v6 gives them of.
        if ["save", "export"].iter().any(|verb_of_file| verb.starts_with(verb_of_file)) {
            return files::download(call);
        }
        return Err(Refusal::bad(format!("There is no action {}.", name.escape_debug())));
    };
    let of_organization = call.operation.path.to_ascii_lowercase().starts_with("/organization") && verb == "explore";
    let mut heir = Call {
        vb365: call.vb365,
        backend: &mut *call.backend,
        request: call.request,
        version: call.version,
        operation,
        path: values,
        params: Vec::new(),
        account: call.account.clone(),
        action: Some(parameters.clone()),
    };
    let mut reply = handler(operation)(&mut heir)?;
    if matches!(call.operation.response, Response::Empty) {
        reply = call.done();
    }
    if of_organization && reply.status == StatusCode::OK {
        reply.status = StatusCode::CREATED;
    }
    Ok(reply)
}
