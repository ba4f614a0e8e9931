//! Where things are: from the path of a request to a collection, a record in it, or a document.
//!
//! A path's template has `{}` for every identifier, in lower case: `organizations/{}/users`. What is browsed in a
//! restore session belongs to the organization that was backed up, so that every session shows the same:
//! `restored/{}/mailboxes`.

use std::collections::HashMap;

use backhaul_models::registry::listed_in;
use backhaul_models::vb365::operations::OPERATIONS;
use backhaul_wire::operation::Response;
use backhaul_wire::{Operation, Shape};

/// Collections that are a part of another: those whose records name what stands in the path.
const VIEWS: [(&str, &str, &str); 5] = [
    ("organizations/{}/jobs", "jobs", "organizationId"),
    ("organizations/{}/rbacroles", "rbacroles", "organizationId"),
    ("jobs/{}/jobsessions", "jobsessions", "jobId"),
    ("proxypools/{}/proxies", "proxies", "proxyPoolId"),
    ("organization/loggedinuser/restorepoints", "restorepoints", "organizationId"),
];

/// Collections that versions call by different names.
const SAME: [(&str, &str); 4] = [
    ("restorepoints/{}/mailboxes", "protectedmailboxes"),
    ("restorepoints/{}/onedrives", "protectedonedrives"),
    ("restorepoints/{}/teams", "protectedteams"),
    ("restorepoints/{}/webs", "protectedsites"),
];

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::vb365) struct Segment {
    /// In lower case.
    pub(in crate::vb365) text: String,
    /// Whether it is an identifier.
    pub(in crate::vb365) id: bool,
}

/// A path, taken apart.
#[derive(Debug, Clone)]
pub(in crate::vb365) struct Address {
    pub(in crate::vb365) segments: Vec<Segment>,
    /// The restore session that is browsed.
    pub(in crate::vb365) session: Option<String>,
}

/// A collection, or a document that stands alone.
#[derive(Debug, Clone)]
pub(in crate::vb365) struct CollectionPath {
    /// Its name in the store.
    pub(in crate::vb365) key: String,
    pub(in crate::vb365) template: String,
    /// Its path, as links have it.
    pub(in crate::vb365) shown: String,
    /// The member that says which of its records are meant, and what it says.
    pub(in crate::vb365) only: Option<(&'static str, String)>,
}

impl CollectionPath {
    /// A collection at the top.
    pub(in crate::vb365) fn top(key: &str) -> Self {
        Self { key: key.to_owned(), template: key.to_owned(), shown: key.to_owned(), only: None }
    }
}

impl Address {
    /// The address of an operation's path, with the values of its parameters in order.
    pub(in crate::vb365) fn new<'v>(path: &str, mut values: impl Iterator<Item = &'v str>) -> Self {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let segments = parts.map(|part| match part.starts_with('{') {
            true => Segment { text: values.next().unwrap_or_default().to_ascii_lowercase(), id: true },
            false => Segment { text: part.to_ascii_lowercase(), id: false },
        });
        Self { segments: segments.collect(), session: None }
    }

    /// The restore session whose organization the path leads into.
    pub(in crate::vb365) fn browsed(&self) -> Option<&str> {
        let [first, session, third, ..] = self.segments.as_slice() else { return None };
        (first.text == "restoresessions" && session.id && third.text == "organization").then_some(&session.text)
    }

    /// Puts the organization that was backed up in the place of the session that shows it.
    pub(in crate::vb365) fn restored(mut self, organization: &str) -> Self {
        self.session = self.browsed().map(str::to_owned);
        let id = Segment { text: organization.to_ascii_lowercase(), id: true };
        self.segments.splice(..3, [Segment { text: "restored".to_owned(), id: false }, id]);
        // A channel's files are those of its team.
        if let Some(at) =
            self.segments.windows(3).position(|part| part[0].text == "channels" && part[2].text == "files")
        {
            self.segments.drain(at..at + 2);
        }
        self
    }

    /// The last part, when it is an identifier.
    pub(in crate::vb365) fn last_id(&self) -> Option<&str> {
        self.segments.last().filter(|last| last.id).map(|last| last.text.as_str())
    }

    /// The place that the first so many parts name.
    pub(in crate::vb365) fn collection_path(&self, count: usize) -> CollectionPath {
        let parts = &self.segments[..count.min(self.segments.len())];
        let join = |parts: &[Segment]| parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("/");
        let (mut key, mut template) = (join(parts), template(parts));
        let shown = match &self.session {
            Some(session) => match parts.get(2..) {
                Some(rest @ [_, ..]) => format!("restoresessions/{session}/organization/{}", join(rest)),
                _ => format!("restoresessions/{session}/organization"),
            },
            None => key.clone(),
        };
        if let Some((_, target, member)) = VIEWS.iter().find(|(view, ..)| *view == template) {
            let owner = parts.iter().rev().find(|part| part.id).map(|part| part.text.clone()).unwrap_or_default();
            let target = (*target).to_owned();
            return CollectionPath {
                key: target.clone(),
                template: target.clone(),
                shown: target,
                only: Some((member, owner)),
            };
        }
        for (other, name) in SAME {
            if template == other {
                key = format!("{}/{name}", join(&parts[..2]));
                template = format!("restorepoints/{{}}/{name}");
            }
        }
        CollectionPath { key, template, shown, only: None }
    }
}

fn template(parts: &[Segment]) -> String {
    parts.iter().map(|part| if part.id { "{}" } else { part.text.as_str() }).collect::<Vec<_>>().join("/")
}

/// What the collections hold, by template.
#[derive(Debug)]
pub(in crate::vb365) struct RecordTypes(HashMap<String, &'static Shape>);

impl RecordTypes {
    /// From the listings of a table of operations, and, for what is never listed, from the operations that get one.
    pub(in crate::vb365) fn new(operations: &'static [Operation]) -> Self {
        let mut record_types = HashMap::new();
        let mut alone = Vec::new();
        for operation in operations.iter().filter(|operation| operation.method == "GET") {
            let mut address = Address::new(operation.path, std::iter::empty());
            if address.browsed().is_some() {
                address = address.restored("");
            }
            let parts = &address.segments;
            if parts.len() == 2 && parts[0].text == "restored" {
                continue;
            }
            match (operation.response, listed_in(operation.response), address.last_id()) {
                (_, Some(item), None) => {
                    record_types.insert(template(parts), item);
                }
                (Response::Body(shape), _, Some(_)) => alone.push((template(&parts[..parts.len() - 1]), shape)),
                _ => {}
            }
        }
        for (template, shape) in alone {
            record_types.entry(template).or_insert(shape);
        }
        Self(record_types)
    }

    /// What the records of a collection are; `None` where there is no such collection.
    pub(in crate::vb365) fn of(&self, template: &str) -> Option<&'static Shape> {
        self.0.get(template).copied()
    }
}

/// What stands at a path without version, in any letter case: the type of a collection's records, or of a document that
/// stands alone; `None` where there is nothing.
pub(crate) fn is_known(path: &str) -> Option<&'static Shape> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let fits = |template: &str| {
        let mut names = template.trim_matches('/').split('/');
        let same =
            |part: &&str| names.next().is_some_and(|name| name.starts_with('{') || name.eq_ignore_ascii_case(part));
        parts.iter().all(same) && names.next().is_none()
    };
    let rows = OPERATIONS.iter().filter(|operation| operation.method == "GET" && fits(operation.path));
    rows.filter(|operation| !operation.path.ends_with('}'))
        .find_map(|operation| listed_in(operation.response).or_else(|| operation.response.shape()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_places() {
        let ids = ["S1", "T", "C"];
        let path = "/RestoreSessions/{restoreSessionId}/organization/teams/{teamId}/channels/{channelId}/files";
        let address = Address::new(path, ids.into_iter());
        assert_eq!(address.browsed(), Some("s1"));
        let place = address.restored("ORG").collection_path(9);
        assert_eq!(place.key, "restored/org/teams/t/files");
        assert_eq!(place.template, "restored/{}/teams/{}/files");
        assert_eq!(place.shown, "restoresessions/s1/organization/teams/t/files");
        let view = Address::new("/Organizations/{organizationId}/Jobs", ["O"].into_iter()).collection_path(3);
        assert_eq!((view.key.as_str(), view.only), ("jobs", Some(("organizationId", "o".to_owned()))));
    }

    #[test]
    fn every_view_is_of_a_collection() {
        let record_types = RecordTypes::new(OPERATIONS);
        for (view, target, _) in VIEWS {
            assert!(record_types.of(view).is_some(), "{view}");
            assert!(record_types.of(target).is_some(), "{target}");
        }
        for (other, name) in SAME {
            assert!(
                record_types.of(other).is_some() && record_types.of(&format!("restorepoints/{{}}/{name}")).is_some(),
                "{other}"
            );
        }
        assert!(record_types.of("restored/{}/teams/{}/files").is_some());
    }
}
