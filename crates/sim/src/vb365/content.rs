//! What collections hold before anything changes: what the estate says of them, and else what follows from it.

mod backups;
mod implied;
mod people;

use backhaul_wire::{Id, Shape};
use serde_json::{Value, json};

use self::backups::derived;
pub(in crate::vb365) use self::backups::{log_item, record, restore_point, seconds};
pub(in crate::vb365) use self::implied::whole;
use self::people::{Subject, subject};
use super::estate::{Usage, Vb365Estate};
use super::invent;
use super::paths::CollectionPath;
use super::store::{Collection, Members, Record, Store};
use crate::engine::project::to_json;

/// How many things a made-up collection has, where not said otherwise.
const FEW: usize = 3;

/// What an object of a backup weighs.
pub(in crate::vb365) const OBJECT_BYTES: i64 = 106_236;

/// How many there are of what comes in numbers, by the last part of the path.
const MANY: [(&str, usize); 10] = [
    ("users", 45),
    ("mailboxes", 45),
    ("onedrives", 12),
    ("userdata", 45),
    ("mailboxdata", 45),
    ("protectedusers", 45),
    ("items", 75),
    ("documents", 40),
    ("posts", 40),
    ("files", 35),
];

/// Collections whose ids are two GUIDs without anything in between.
const JOINED: [&str; 12] = [
    "users",
    "groups",
    "sites",
    "groupdata",
    "sitedata",
    "teamdata",
    "userdata",
    "mailboxdata",
    "onedrivedata",
    "protectedusers",
    "protectedgroups",
    "protectedsites",
];

/// The members that say what a record is about, by the collection that its path goes through.
const OWNERS: [(&str, &str); 10] = [
    ("organizations", "organizationId"),
    ("restored", "organizationId"),
    ("backuprepositories", "repositoryId"),
    ("jobs", "jobId"),
    ("restorepoints", "restorePointId"),
    ("groups", "groupId"),
    ("teams", "teamId"),
    ("channels", "channelId"),
    ("users", "userId"),
    ("mailboxes", "mailboxId"),
];

/// The records of a collection. Where the estate gives some, they are all.
pub(in crate::vb365) fn load(estate: &Vb365Estate, store: &Store, place: &CollectionPath, shape: &Shape) -> Collection {
    let given: Vec<&Value> = estate.records.iter().filter(|it| it.is_at(&place.key)).map(|it| &it.body).collect();
    if !given.is_empty() {
        return given.into_iter().enumerate().map(|(at, body)| recorded(place, shape, at, body)).collect();
    }
    if let Some(records) = derived(estate, store, place) {
        return records.into_iter().collect();
    }
    let last = place.key.rsplit('/').next().unwrap_or_default();
    let count = MANY.iter().find(|(name, _)| *name == last).map_or(FEW, |(_, count)| *count);
    let organization = organization(estate, store, &place.key);
    (0..count).map(|at| made(organization.as_ref(), place, shape, last, at)).collect()
}

/// A record of the estate, under its own id.
fn recorded(place: &CollectionPath, shape: &Shape, at: usize, body: &Value) -> Record {
    let mut body = body.as_object().cloned().unwrap_or_default();
    let name = key_member(shape);
    let id = body.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = id.unwrap_or_else(|| invent::id(&format!("{}[{at}]", place.key)));
    body.entry(name).or_insert_with(|| id.as_str().into());
    Record { id: id.into(), body, made: false }
}

/// The organization that a collection is about: the one in its path, the first one in the repository in its path, or
/// else the first one there is. Its id and its name.
fn organization(estate: &Vb365Estate, store: &Store, key: &str) -> Option<(String, String)> {
    let owners = owners(key);
    let named = |name: &str| owners.get(name).and_then(Value::as_str);
    let first = || estate.organizations.first()?.id.clone();
    let stored = named("repositoryId").and_then(|repository| {
        let here = |it: &&Usage| it.space.repository_id.as_ref().is_some_and(|id| id.same(&repository.into()));
        estate.usage.iter().find(here).map(|usage| usage.organization_id.clone())
    });
    let id = named("organizationId").map(Id::from).or(stored).or_else(first)?;
    let name = store.get("organizations", id.as_str()).map(|it| it.text("name").to_owned());
    let given = || estate.organizations.iter().find(|it| it.id.as_ref().is_some_and(|own| own.same(&id)))?.name.clone();
    Some((id.to_string(), name.or_else(given).unwrap_or_default()))
}

/// A record that nobody gave.
fn made(
    organization: Option<&(String, String)>,
    place: &CollectionPath,
    shape: &Shape,
    last: &str,
    at: usize,
) -> Record {
    let seed = format!("{}[{at}]", place.key);
    let mut body = owners(&place.key);
    let mut domain = "example.com";
    if let Some((id, name)) = organization {
        domain = name;
        body.insert("organizationId".to_owned(), id.as_str().into());
        body.insert("backedUpOrganizationId".to_owned(), id.as_str().into());
        body.insert("organizationName".to_owned(), name.as_str().into());
    }
    subject(last).describe(&mut body, at, domain, last);
    // The posts of a team are numbered.
    if shape.fields.iter().any(|field| field.json == "postId") {
        let number = 1_700_000_000_000 + invent::number(&seed, 1 << 30);
        body.insert("postId".to_owned(), number.into());
        body.insert("id".to_owned(), number.to_string().into());
        return Record { id: number.to_string().into(), body, made: true };
    }
    // A version is one of what it stands below, and numbered.
    if last == "versions" {
        let of = place.key.rsplit('/').nth(1).unwrap_or_default();
        body.insert("id".to_owned(), of.into());
        body.insert("versionId".to_owned(), (at + 1).into());
        return Record { id: (at + 1).to_string().into(), body, made: true };
    }
    let key = key_member(shape);
    let id = match body.get(key).filter(|_| key != "id" && !key.ends_with("Id")).and_then(Value::as_str) {
        Some(named) => named.to_owned(),
        None if JOINED.contains(&last) => format!("{}{}", invent::id(domain), invent::id(&seed)),
        None => invent::id(&seed),
    };
    body.insert(key.to_owned(), id.as_str().into());
    Record { id: id.into(), body, made: true }
}

/// The member by which the path of a record calls it.
pub(in crate::vb365) fn key_member(shape: &Shape) -> &'static str {
    let named = |name: &&str| shape.fields.iter().any(|field| field.json == *name);
    let all =
        ["id", "name", "subscriptionId", "applicationId", "SiteId", "siteId", "channelId", "organizationId", "type"];
    all.into_iter().find(named).unwrap_or("id")
}

/// What the path of a collection says of its records.
fn owners(key: &str) -> Members {
    let parts: Vec<&str> = key.split('/').collect();
    let owner = |pair: &[&str]| {
        let (_, member) = OWNERS.iter().find(|(name, _)| *name == pair[0])?;
        Some(((*member).to_owned(), Value::from(pair[1])))
    };
    parts.windows(2).filter_map(owner).collect()
}

/// What a document that stands alone says before anything changes; the rest is made up.
pub(in crate::vb365) fn single(estate: &Vb365Estate, key: &str) -> Members {
    let given = estate.records.iter().find(|it| it.is_at(key)).and_then(|it| it.body.as_object().cloned());
    let said = match key {
        "license" => json!({
            "licensedTo": "Veeam Software", "contactPerson": "admin@example.com", "status": "Valid", "type": "Subscription",
            "expirationDate": "2027-09-20T00:00:00Z", "licenseExpires": "2027-09-20T00:00:00Z", "licensedNumber": 500,
            "usedNumber": 128, "newNumber": 3,
        }),
        _ => Value::Null,
    };
    let mut body = owners(key);
    if let Value::Object(said) = said {
        body.extend(said);
    }
    body.extend(given.unwrap_or_default());
    body
}

/// The JSON members of a typed record.
fn members(record: &dyn backhaul_wire::Struct) -> Members {
    match to_json(record) {
        Ok(Value::Object(members)) => members,
        _ => Members::new(),
    }
}

impl Subject {
    fn describe(self, body: &mut Members, at: usize, domain: &str, last: &str) {
        for (name, value) in self.members(at, domain, last) {
            body.entry(name).or_insert(value);
        }
    }
}
