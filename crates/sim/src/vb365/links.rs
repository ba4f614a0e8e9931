//! The links and actions of records.

use backhaul_models::vb365::Link;
use backhaul_wire::ApiVersion;
use backhaul_wire::Shape;
use serde_json::{Map, Value, json};

use super::Call;
use super::content::whole;
use super::paths::CollectionPath;
use super::store::{Members, Record};

/// The name of a link, its path with members of the record in braces, and the versions that have it.
type Row = (&'static str, &'static str, std::ops::RangeInclusive<u8>);

const ALL: std::ops::RangeInclusive<u8> = backhaul_models::vb365::VERSIONS;
const NEWEST: u8 = *ALL.end();

/// What records of a collection link to, beside themselves. Where nothing stands here, a record of a collection inside
/// another one links to the record that it is below.
const ROWS: &[(&str, &[Row])] = &[
    (
        "organizations",
        &[
            ("jobs", "organizations/{id}/jobs", 3..=7),
            ("groups", "organizations/{id}/groups", ALL),
            ("users", "organizations/{id}/users", ALL),
            ("sites", "organizations/{id}/sites", ALL),
            ("usedRepositories", "organizations/{id}/usedrepositories", ALL),
        ],
    ),
    ("backuprepositories", &[("proxy", "proxies/{proxyId}", ALL)]),
    (
        "jobs",
        &[
            ("organization", "organizations/{organizationId}", ALL),
            ("backupRepository", "backuprepositories/{repositoryId}", ALL),
            ("selectedItems", "jobs/{id}/selecteditems", ALL),
            ("excludedItems", "jobs/{id}/excludeditems", ALL),
            ("jobsessions", "jobs/{id}/jobsessions", 3..=6),
            ("jobsessions", "jobsessions?jobId={id}", 7..=NEWEST),
        ],
    ),
    (
        "proxies",
        &[
            ("repositories", "proxies/{id}/repositories", 3..=3),
            ("repositories", "backuprepositories?proxyId={id}", 4..=NEWEST),
        ],
    ),
    (
        "copyjobs",
        &[("backupJob", "jobs/{backupJobId}", ALL), ("backupRepository", "backuprepositories/{repositoryId}", ALL)],
    ),
    (
        "jobsessions",
        &[
            // Nothing stands there; that is what v3 says.
            ("log", "jobsessions/{id}/log", 3..=3),
            ("log", "jobsessions/{id}/logitems", 4..=NEWEST),
            ("job", "jobs/{jobId}", ALL),
        ],
    ),
    ("restoresessions", &[("organization", "restoresessions/{id}/organization", ALL)]),
    (
        "restorepoints",
        &[
            ("organization", "organizations/{organizationId}", ALL),
            ("job", "jobs/{jobId}", ALL),
            ("backupRepository", "backuprepositories/{repositoryId}", ALL),
        ],
    ),
    (
        "rbacroles",
        &[
            ("organization", "organizations/{organizationId}", ALL),
            ("operators", "rbacRoles/{id}/operators", ALL),
            ("selectedItem", "rbacRoles/{id}/selectedItems", ALL),
            ("excludedItems", "rbacRoles/{id}/excludedItems", ALL),
        ],
    ),
];

/// The actions that v3 to v5 name in records.
const ACTIONS: &[(&str, &[&str])] = &[
    ("jobs", &["start", "stop", "enable", "disable", "explore"]),
    ("proxies", &["rescan", "remove"]),
    ("restoresessions", &["stop"]),
];

impl Call<'_> {
    /// A record's members, with its links and actions where its type has them.
    pub(in crate::vb365) fn linked(&self, place: &CollectionPath, record: &Record, shape: &Shape) -> Members {
        let mut body = whole(&place.template, record);
        let has = |name: &str| {
            shape
                .fields
                .iter()
                .any(|field| field.json == name && field.versions.contains(ApiVersion::new(self.version)))
        };
        if has("_links") {
            let mut links = self.links(place, record);
            if let Some(Value::Object(given)) = body.remove("_links") {
                links.extend(given);
            }
            body.insert("_links".to_owned(), Value::Object(links));
        }
        if has("_actions") && self.version <= 5 {
            body.insert("_actions".to_owned(), Value::Object(self.actions(place, record)));
        }
        body
    }

    fn links(&self, place: &CollectionPath, record: &Record) -> Map<String, Value> {
        let mut links = Map::new();
        let own = match place.template.as_str() {
            "rbacroles" => "rbacRoles",
            _ => place.shown.as_str(),
        };
        let mut add = |name: &str, path: &str| links.insert(name.to_owned(), json!({ "href": self.href(path) }));
        add("self", &format!("{own}/{}", record.id.to_lowercase()));
        match ROWS.iter().find(|(template, _)| *template == place.template) {
            Some((_, rows)) => {
                for (name, path, _) in rows.iter().filter(|(.., versions)| versions.contains(&self.version)) {
                    if let Some(path) = fill(path, record) {
                        add(name, &path);
                    }
                }
            }
            None => {
                let mut parts = place.shown.rsplitn(3, '/');
                if let (Some(_), Some(id), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                    add(rest.rsplit('/').next().unwrap_or(rest), &format!("{rest}/{id}"));
                }
            }
        }
        links
    }

    fn actions(&self, place: &CollectionPath, record: &Record) -> Map<String, Value> {
        let names =
            ACTIONS.iter().find(|(template, _)| *template == place.template).map_or(&[][..], |(_, names)| names);
        let uri = self.href(&format!("{}/{}/action", place.shown, record.id.to_lowercase()));
        names.iter().map(|name| ((*name).to_owned(), json!({ "uri": uri, "method": "POST" }))).collect()
    }
}

/// A path with the members of a record; `None` when it lacks one.
fn fill(path: &str, record: &Record) -> Option<String> {
    let Some((before, rest)) = path.split_once('{') else { return Some(path.to_owned()) };
    let (name, after) = rest.split_once('}')?;
    let value = if name == "id" { &record.id } else { record.text(name) };
    (!value.is_empty()).then(|| format!("{before}{}{after}", value.to_lowercase()))
}

pub(in crate::vb365) fn link(href: String) -> Link {
    let mut link = Link::default();
    link.href = Some(href);
    link
}
