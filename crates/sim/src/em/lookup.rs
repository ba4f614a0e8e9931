//! The lookup service: objects of the infrastructure, by reference or by name.
//!
//! What there is to find is what jobs, policies, restore points and file servers name: the simulator has no
//! hypervisors.

use std::collections::BTreeMap;

use backhaul_models::em::{HierarchyItem, HierarchyItems, LookupSvc};
use backhaul_wire::Struct;
use http::StatusCode;

use super::links::link;
use super::store::{Store, id_of};
use super::value::{items, text};
use super::{Call, Refusal, resource_types};
use crate::engine::message::Reply;

/// A reference to an object: `urn:<platform>:<type>:<root>.<object>`.
#[derive(Debug, Clone, Copy)]
pub(in crate::em) struct Reference<'a> {
    pub(in crate::em) platform: &'a str,
    pub(in crate::em) kind: &'a str,
    pub(in crate::em) root: &'a str,
}

impl<'a> Reference<'a> {
    pub(in crate::em) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        parts.next().filter(|urn| urn.eq_ignore_ascii_case("urn"))?;
        let (platform, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let root = rest.split_once('.').map_or(rest, |(root, _)| root);
        (!platform.is_empty() && !kind.is_empty() && !root.is_empty()).then_some(Self { platform, kind, root })
    }
}

/// Every object that is named somewhere, by lower-case reference: the reference, and the name.
fn objects(store: &Store) -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    let mut add = |of: &dyn Struct, names: &[&str]| {
        let name = names.iter().find_map(|name| text(of, name)).unwrap_or_default();
        if let Some(reference) = text(of, "HierarchyObjRef").filter(|text| Reference::parse(text).is_some()) {
            all.entry(reference.to_ascii_lowercase()).or_insert_with(|| (reference.to_owned(), name.to_owned()));
        }
    };
    for kind in resource_types::all() {
        for record in store.all(kind.name) {
            for part in kind.parts {
                for path in part.paths {
                    items(record.body.as_ref(), path).into_iter().for_each(|item| add(item, &["Name", "DisplayName"]));
                }
            }
            add(record.body.as_ref(), &["VmDisplayName", "VAppDisplayName", "Name"]);
        }
    }
    all
}

/// The name of the object with this reference.
pub(in crate::em) fn name_of(store: &Store, reference: &str) -> Option<String> {
    objects(store).remove(&reference.to_ascii_lowercase()).map(|(_, name)| name)
}

/// `GET /lookup?hierarchyRef=`, or `GET /lookup?host=&name=&type=`.
pub(in crate::em) fn lookup(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let objects = objects(&call.backend.store);
    let found: Vec<&(String, String)> = if let Some(reference) = call.param("hierarchyRef") {
        if Reference::parse(reference).is_none() {
            return Err(Refusal::bad(format!("{reference} is no reference such as urn:VMware:Vm:<root>.<object>.")));
        }
        objects.get(&reference.to_ascii_lowercase()).into_iter().collect()
    } else {
        let needed =
            |name: &str| call.param(name).ok_or_else(|| Refusal::bad(format!("The parameter {name} is missing.")));
        let (host, name, kind) = (needed("host")?, needed("name")?, needed("type")?);
        let root = call.backend.store.named("HierarchyRoot", host);
        let root = root.ok_or_else(|| Refusal::not_found("The HierarchyRoot", host))?;
        let own = text(root.body.as_ref(), "HierarchyRootId").unwrap_or(&root.id);
        let fits = |reference: &str| {
            let it = Reference::parse(reference);
            it.is_some_and(|it| {
                let root = [own, &*root.id].iter().any(|id| id_of(id).eq_ignore_ascii_case(it.root));
                root && it.kind.eq_ignore_ascii_case(kind)
            })
        };
        let named = |found: &str| name == "*" || found.to_lowercase() == name.to_lowercase();
        objects.values().filter(|(reference, found)| fits(reference) && named(found)).collect()
    };
    let mut answer = HierarchyItems::default();
    answer.hierarchy_items = found
        .into_iter()
        .map(|(reference, name)| {
            let mut item = HierarchyItem::default();
            item.r#type = Some("HierarchyItem".to_owned());
            item.object_type = Reference::parse(reference).map(|it| it.kind.to_owned());
            item.object_ref = Some(reference.as_str().into());
            item.object_name = Some(name.clone());
            item
        })
        .collect();
    Ok(call.media.reply(StatusCode::OK, &answer))
}

/// `GET /lookupSvc`: the links that a client may begin with.
pub(in crate::em) fn service(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let api = call.api();
    let mut answer = LookupSvc::default();
    answer.href = Some(format!("{api}/lookupSvc"));
    answer.r#type = Some("LookupService".to_owned());
    answer.links = vec![link("Up", "LogonSession", format!("{api}/logonSessions/{}", call.session.id))];
    for root in call.backend.store.all("HierarchyRoot") {
        let host = text(root.body.as_ref(), "HostType").unwrap_or_default();
        // Tags and datastore clusters are vSphere's.
        let kinds: &[&str] = if matches!(host, "VC" | "ESX" | "ESXi") { &["Vm", "Tag", "StoragePod"] } else { &["Vm"] };
        for kind in kinds {
            let href = format!("{api}/lookup?host={}&name=*&type={kind}", root.uid());
            answer.links.push(link("Down", "HierarchyItemList", href));
        }
    }
    Ok(call.media.reply(StatusCode::OK, &answer))
}
