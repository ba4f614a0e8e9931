//! Organizations: adding and removing, what their own accounts see of them, synchronization.

use serde_json::{Value, json};

use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;
use crate::vb365::paths::CollectionPath;
use crate::vb365::store::Collection;
use crate::vb365::{Account, Call, Refusal, resources};

type Answer = Result<Reply, Refusal>;

/// `GET /Organization`: answers only to an organization's own account.
pub(super) fn current(call: &mut Call<'_>) -> Answer {
    let Account::Organization(id) = call.account.clone() else { return Err(Refusal::forbidden()) };
    let found = call.backend.find("organizations", id.as_str());
    let mut own = found.ok_or_else(|| Refusal::not_found("The organization", id.as_str()))?;
    if own.body.get("isBackedup") == Some(&Value::Bool(true)) {
        let path = if call.version <= 5 { "organization/action" } else { "organization/explore" };
        let explore = json!({ "explore": { "uri": call.href(path), "method": "POST" } });
        own.body.insert("_actions".to_owned(), explore);
    }
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    Ok(call.reply(&call.make_as_given(shape, &own)))
}

/// `POST /Organizations`: two of one name there are not.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let mut body = call.members()?;
    let first =
        |settings: &str| body.get(settings).and_then(|it| it.get("officeOrganizationName")).and_then(Value::as_str);
    let name = body.get("name").and_then(Value::as_str).or_else(|| first("exchangeOnlineSettings"));
    let name = name.or_else(|| first("sharePointOnlineSettings")).map(str::to_owned);
    if let Some(name) = name {
        if call.backend.top("organizations").is_some_and(|collection| collection.all().any(|it| it.says("name", &name)))
        {
            return Err(Refusal::conflict(format!("The organization {name} exists already.")));
        }
        body.insert("name".to_owned(), name.into());
    }
    body.entry("type").or_insert_with(|| "Office365".into());
    body.entry("isBackedup").or_insert(false.into());
    resources::create_with(call, body)
}

/// `DELETE /Organizations/{id}`: its jobs go with it, its backups stay.
pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let organization = call.subject("organizations")?;
    let id = organization.id.to_string();
    for key in ["jobs", "copyjobs"] {
        let own = |collection: &Collection| -> Vec<String> {
            collection.all().filter(|job| job.says("organizationId", &id)).map(|job| job.id.to_string()).collect()
        };
        let jobs = call.backend.top(key).map(own).unwrap_or_default();
        for job in jobs {
            call.backend.remove(key, &job);
        }
    }
    call.backend.usages.remember(&id, organization.text("name"));
    call.backend.remove("organizations", &id);
    Ok(call.done())
}

/// `GET /Organizations/{id}/SyncState`.
pub(super) fn sync_state(call: &mut Call<'_>) -> Answer {
    let organization = call.subject("organizations")?;
    let place = CollectionPath::top("organizations/syncstate");
    let state = call.backend.collection(&place).and_then(|collection| collection.get(&organization.id)).cloned();
    let state = state.ok_or_else(|| Refusal::not_found("The synchronization of", &organization.id))?;
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    Ok(call.reply(&call.make(shape, &state.body, &organization.id)))
}

/// `POST /Organizations/{id}/Sync`.
pub(super) fn sync(call: &mut Call<'_>) -> Answer {
    let organization = call.subject("organizations")?;
    call.members()?;
    let date = call.backend.iso_date();
    call.backend.collection(&CollectionPath::top("organizations/syncstate"));
    call.backend.store.edit("organizations/syncstate", &organization.id, |body| {
        body.insert("lastSyncTime".to_owned(), date.into());
    });
    Ok(call.done())
}

/// `POST /Organizations/{id}/AuditItems/remove`.
pub(super) fn remove_audit_items(call: &mut Call<'_>) -> Answer {
    let organization = call.subject("organizations")?;
    let body = call.members()?;
    let items = body.values().find_map(Value::as_array).cloned().unwrap_or_default();
    let key = format!("organizations/{}/audititems", organization.id.to_ascii_lowercase());
    for item in &items {
        let id = item.as_str().or_else(|| item.get("id").and_then(Value::as_str)).unwrap_or_default();
        call.backend.store.remove(&key, id);
    }
    Ok(call.done())
}
