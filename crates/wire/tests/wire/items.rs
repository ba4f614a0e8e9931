//! A page read item by item is the page that is read whole.

use backhaul_models::em::{CloudSubtenant, CloudTenant, QueryResult};
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_models::zstack;
use backhaul_wire::reflect::{DynamicStruct, Model};
use backhaul_wire::{DecodeError, Drift, Struct, json, xml};

use crate::every::Every;

fn in_json<E: Model, T: Model>(body: &str, list: &str) -> Result<(E, Vec<T>), DecodeError> {
    let (mut page, mut all) = (E::default(), Vec::new());
    let mut items = json::Items::read(&mut page, body.into(), list, None)?;
    while let Some(item) = items.next_item()? {
        all.push(item);
    }
    assert!(items.next_item::<T>().unwrap().is_none(), "and stays at its end");
    Ok((page, all))
}

fn in_xml<E: Model, T: Model>(body: &str, list: &str) -> Result<(E, Vec<T>), DecodeError> {
    let (mut page, mut all) = (E::default(), Vec::new());
    let mut items = xml::Items::read(&mut page, body.into(), list, None)?;
    while let Some(item) = items.next_item()? {
        all.push(item);
    }
    assert!(items.next_item::<T>().unwrap().is_none(), "and stays at its end");
    Ok((page, all))
}

#[test]
fn a_page_of_json() {
    let body = r#"{"offset": 0, "results": [{"usedSpaceBytes": 1}, null, {"usedSpaceBytes": 3}], "limit": 30}"#;
    let mut whole: Page<OrganizationStorageSpaceUsage> = json::decode(body.as_bytes()).unwrap();
    let wanted = std::mem::take(&mut whole.results);
    assert_eq!(wanted.len(), 3);
    for body in [body.to_owned(), format!("\u{feff} {body}\n")] {
        let (page, items) =
            in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(&body, "results").unwrap();
        assert_eq!((&page, &items), (&whole, &wanted));
    }
    let (_, items) = in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(
        r#"[{"usedSpaceBytes": 1}]"#,
        "results",
    )
    .unwrap();
    assert_eq!(items[0].used_space_bytes, Some(1));
    for body in [r#"{"results": []}"#, r#"{"results": null}"#, "{}", "[]"] {
        assert_eq!(
            in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(body, "results").unwrap().1,
            [],
            "{body}"
        );
    }
}

#[test]
fn a_list_inside_of_wrappers() {
    for body in [
        r#"{"Resources": {"CloudSubtenants": {"CloudSubtenants": [{"Name": "a"}, {"Name": "b"}]}}}"#,
        r#"{"resources": {"cloudSubtenants": [{"name": "a"}, {"name": "b"}]}}"#,
    ] {
        let (page, items) = in_json::<QueryResult, CloudSubtenant>(body, "CloudSubtenants").unwrap();
        let names: Vec<_> = items.iter().map(|item| item.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["a", "b"], "{body}");
        assert!(page.resources.unwrap().cloud_subtenants.is_empty());
    }
    let one = r#"{"Resources": {"CloudSubtenants": {"CloudSubtenants": {"Name": "a"}}}}"#;
    assert_eq!(in_json::<QueryResult, CloudSubtenant>(one, "CloudSubtenants").unwrap().1.len(), 1);
}

#[test]
fn classes_that_stand_behind_the_list_are_known() {
    let schema =
        r#""schema": {"inventories[1]": "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory"}"#;
    let body = &format!(r#"{{"inventories": [{{"name": "a"}}, {{"name": "b"}}], {schema}}}"#);
    let wrapped = &format!(r#"{{"inventories": {{"inventories": [{{"name": "a"}}, {{"name": "b"}}]}}, {schema}}}"#);
    let mut whole: zstack::Page<zstack::BackupStorage> = json::decode(body.as_bytes()).unwrap();
    let wanted = std::mem::take(&mut whole.inventories);
    let (_, items) =
        in_json::<zstack::Page<zstack::BackupStorage>, zstack::BackupStorage>(body, "inventories").unwrap();
    assert_eq!(items, wanted);
    assert_ne!(items[0].shape().name, items[1].shape().name, "{:?}", items[1]);
    // The map counts items, whatever wraps them.
    let (_, items) =
        in_json::<zstack::Page<zstack::BackupStorage>, zstack::BackupStorage>(wrapped, "inventories").unwrap();
    assert_eq!(items, wanted);
}

/// What is told of an item that the map of classes makes another type has the path that reading the whole gives it.
#[test]
fn drift_of_what_a_class_decides_has_its_place() {
    let body = r#"{"inventories": [{}, {"type": "Tape", "shelf": 3}], "schema": {"inventories[1]": "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory"}}"#;
    let (mut whole, mut wanted) = (zstack::Page::<zstack::BackupStorage>::default(), Drift::default());
    json::decode_into(&mut whole, body.as_bytes(), Some(&mut wanted)).unwrap();
    assert_eq!(wanted.unknown_fields, ["inventories[1].shelf"]);
    let (mut page, mut drift) = (zstack::Page::<zstack::BackupStorage>::default(), Drift::default());
    let mut items = json::Items::read(&mut page, body.into(), "inventories", Some(&mut drift)).unwrap();
    for place in ["inventories[0]", "inventories[1]"] {
        let mut item = zstack::BackupStorage::default();
        assert!(items.next_into(&mut item, Some(&mut drift)).unwrap());
        assert_eq!(items.place(), place);
        // What is written of it and read in its place is of the same kind.
        let (text, mut again) = (json::encode(&item, json::Case::Schema).unwrap(), zstack::BackupStorage::default());
        items.read_again(&mut again, &text, Some(&mut Drift::default())).unwrap();
        assert_eq!((again.shape().name, &again), (item.shape().name, &item));
    }
    assert!(!items.next_into(&mut zstack::BackupStorage::default(), None).unwrap());
    assert_eq!(drift, wanted);
}

/// A list that stands in two wrappers of XML is one, and of a member of JSON that stands twice the last one counts.
#[test]
fn a_list_that_stands_twice_is_read_as_the_whole_reads_it() {
    let xml = "<QueryResult><Resources><CloudSubtenants><CloudSubtenant><Name>a</Name></CloudSubtenant></CloudSubtenants>\
        <CloudSubtenants/><CloudSubtenants><CloudSubtenant><Name>b</Name></CloudSubtenant></CloudSubtenants></Resources></QueryResult>";
    let mut whole: QueryResult = xml::decode(xml.as_bytes()).unwrap();
    let wanted = std::mem::take(&mut whole.resources.as_mut().unwrap().cloud_subtenants);
    assert_eq!(wanted.len(), 2);
    assert_eq!(in_xml::<QueryResult, CloudSubtenant>(xml, "CloudSubtenants").unwrap(), (whole, wanted));
    for last in [r#""resources": {}"#, r#""resources": null"#, r#""resources": {"cloudSubtenants": null}"#] {
        let body = format!(r#"{{"resources": {{"cloudSubtenants": [{{"name": "a"}}]}}, {last}}}"#);
        let whole: QueryResult = json::decode(body.as_bytes()).unwrap();
        assert_eq!(
            in_json::<QueryResult, CloudSubtenant>(&body, "CloudSubtenants").unwrap(),
            (whole, vec![]),
            "{last}"
        );
    }
    let body = r#"{"results": [{"usedSpaceBytes": 1}], "results": {"results": [{"usedSpaceBytes": 2}]}}"#;
    let (_, items) =
        in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(body, "results").unwrap();
    assert_eq!(items.iter().map(|item| item.used_space_bytes).collect::<Vec<_>>(), [Some(2)]);
}

#[test]
fn a_page_is_shown_item_by_item_as_it_is_whole() {
    let classes = r#"{"inventories": [{"name": "a"}, {"name": "b", "x": [1]}], "total": 2, "schema": {"inventories[1]": "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory"}}"#;
    let nested = r#"{"Entities": {"CloudTenants": {"CloudTenants": [{"Name": "a", "Password": "secret"}, {}]}}, "PagingInfo": {"PageNum": 1}}"#;
    let usage = r#"{"limit": 5, "results": [{}, {"usedSpaceBytes": 7}], "odd": null}"#;
    let (zones, queries) = (<zstack::Page<zstack::BackupStorage>>::SHAPE, QueryResult::SHAPE);
    for (page, item, list, body) in [
        (zones, zstack::BackupStorage::SHAPE, "inventories", classes),
        (queries, CloudTenant::SHAPE, "CloudTenants", nested),
        (<Page<OrganizationStorageSpaceUsage>>::SHAPE, OrganizationStorageSpaceUsage::SHAPE, "results", usage),
    ] {
        let mut whole = DynamicStruct::new(page);
        json::decode_into(&mut whole, body.as_bytes(), Some(&mut Drift::default())).unwrap();
        let (mut page, mut drift) = (DynamicStruct::new(page), Drift::default());
        let mut items = json::Items::read(&mut page, body.into(), list, Some(&mut drift)).unwrap();
        let next = || {
            let mut value = DynamicStruct::new(item);
            items.next_into(&mut value, Some(&mut drift)).unwrap().then_some(value)
        };
        let shown = serde_json::to_string_pretty(&json::RedactedPage::new(&page, list, next)).unwrap();
        assert_eq!(shown, json::to_string_pretty(&whole).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn a_page_of_xml() {
    let body = "<?xml version='1.0'?><v:QueryResult xmlns:v='http://www.veeam.com/ent/v1.0'><v:Resources><v:CloudSubtenants>\n \
        <v:CloudSubtenant Id='1'><v:Name>a</v:Name><v:Links><v:Link Rel='Up'/></v:Links></v:CloudSubtenant><v:Other/>\
        <v:CloudSubtenant Id='2'/></v:CloudSubtenants></v:Resources><v:PagingInfo PageNum='1'/></v:QueryResult>";
    let mut whole: QueryResult = xml::decode(body.as_bytes()).unwrap();
    let wanted = std::mem::take(&mut whole.resources.as_mut().unwrap().cloud_subtenants);
    assert_eq!(wanted.len(), 2);
    let (page, items) = in_xml::<QueryResult, CloudSubtenant>(body, "CloudSubtenants").unwrap();
    assert_eq!((page, items), (whole, wanted));
    for list in ["<CloudSubtenants/>", "<CloudSubtenants> </CloudSubtenants>", ""] {
        let body = format!("<QueryResult><Resources>{list}</Resources></QueryResult>");
        assert_eq!(in_xml::<QueryResult, CloudSubtenant>(&body, "CloudSubtenants").unwrap().1, []);
    }
    let inside = "<Every><NASJobs><NASJob UID='a'><NASJobs><NASJob UID='b'/></NASJobs></NASJob><NASJob UID='c'/></NASJobs></Every>";
    let (_, items) = in_xml::<Every, Every>(inside, "NASJobs").unwrap();
    assert_eq!((items.len(), items[0].wrapped.len()), (2, 1));
}

/// The items are passed over once to find their end, by fewer rules than they are read by: that shows in no page,
/// damaged at any place.
#[test]
fn a_damaged_page_of_xml_is_read_as_the_whole_is() {
    let body = "<QueryResult><Resources><CloudSubtenants><!-- </CloudSubtenants> --><CloudSubtenant Id='1' a=\"'>\" b='/'>\
        <Name><![CDATA[<x>]]></Name><x y='\"' /><?z </x>?></CloudSubtenant><CloudSubtenant/></CloudSubtenants></Resources>\
        <PagingInfo PageNum='1'/></QueryResult>";
    let damages = ["", "<", ">", "/", "'", "\"", "!", "?", "-", "]", " ", "x", "</", "<x>", "</x>", "<!--"];
    let mut sound = 0;
    for at in 0..body.len() {
        for damage in damages {
            for kept in [at, at + 1] {
                let body = [&body[..at], damage, &body[kept..]].concat();
                let in_items = in_xml::<QueryResult, CloudSubtenant>(&body, "CloudSubtenants");
                match xml::decode::<QueryResult>(body.as_bytes()) {
                    Ok(mut whole) => {
                        let resources = whole.resources.as_mut();
                        let wanted = resources.map(|all| std::mem::take(&mut all.cloud_subtenants)).unwrap_or_default();
                        assert_eq!(in_items.unwrap(), (whole, wanted), "{body}");
                        sound += 1;
                    }
                    Err(_) => assert!(in_items.is_err(), "{body}"),
                }
            }
        }
    }
    assert!(sound > 100, "{sound}");
}

/// What is left out is not looked at, and hides nothing behind it.
#[test]
fn a_field_that_is_left_out() {
    let read = |links: &str| -> Result<Vec<CloudSubtenant>, DecodeError> {
        let item = format!("<CloudSubtenant Id='1'>{links}<Name>a</Name></CloudSubtenant>");
        let body = format!(
            "<QueryResult><Resources><CloudSubtenants>{item}{item}</CloudSubtenants></Resources></QueryResult>"
        );
        let items = xml::Items::read(&mut QueryResult::default(), body.into(), "CloudSubtenants", None)?;
        let (mut items, mut all) = (items.without("CloudSubtenant", "Links"), Vec::new());
        while let Some(item) = items.next_item::<CloudSubtenant>()? {
            all.push(item);
        }
        Ok(all)
    };
    let wanted = read("").unwrap();
    assert_eq!((wanted.len(), wanted[1].name.as_deref()), (2, Some("a")));
    for links in ["<Links/>", "<Links><Link Href='>'/><x></x></Links>", "<Links a='1' ><![CDATA[</Links>]]></Links >"] {
        assert_eq!(read(links).unwrap(), wanted, "{links}");
    }
    for links in ["<Links>", "<Links><Link></Links>", "<Links><Link></Link>", "<Links></x></Links>"] {
        assert!(read(links).is_err(), "{links}");
    }
}

#[test]
fn errors_and_drift_tell_the_place_in_the_whole_body() {
    let body = r#"{"results": [{}, {"usedSpaceBytes": "x"}, {}]}"#;
    let error =
        in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(body, "results").unwrap_err();
    assert_eq!((error.path(), error.type_name()), ("results[1].usedSpaceBytes", "Page"));
    let broken = r#"{"results": [{}, {"usedSpaceBytes": 1 2}]}"#;
    let error =
        in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(broken, "results").unwrap_err();
    assert_eq!(error.path(), "results[1]");
    let (mut page, mut drift) = (Page::<OrganizationStorageSpaceUsage>::default(), Drift::default());
    let mut items = json::Items::read(&mut page, body.into(), "results", Some(&mut drift)).unwrap();
    let mut count = 0;
    while items.next_into(&mut OrganizationStorageSpaceUsage::default(), Some(&mut drift)).unwrap() {
        count += 1;
    }
    assert_eq!((count, drift.misfits[0].path.as_str()), (3, "results[1].usedSpaceBytes"));

    let body = "<QueryResult><Resources><CloudSubtenants><CloudSubtenant/><CloudSubtenant><Enabled>so</Enabled></CloudSubtenant></CloudSubtenants></Resources></QueryResult>";
    let error = in_xml::<QueryResult, CloudSubtenant>(body, "CloudSubtenants").unwrap_err();
    assert_eq!(error.path(), "Resources.CloudSubtenants[1].Enabled");
    // A body that is cut off gives no item at all.
    assert!(in_xml::<QueryResult, CloudSubtenant>(&body[..100], "CloudSubtenants").is_err());
    assert!(
        in_json::<Page<OrganizationStorageSpaceUsage>, OrganizationStorageSpaceUsage>(
            r#"{"results": [{}, {}"#,
            "results"
        )
        .is_err()
    );
}
