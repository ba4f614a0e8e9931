//! What a reader of Enterprise Manager's XML takes.

use backhaul_models::em::{CloudSubtenant, EnterpriseManager, QueryResult};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, xml};

use crate::every::{Color, Every};

fn read<T: Model>(body: &str) -> (T, Drift) {
    let (mut value, mut drift) = (T::default(), Drift::default());
    xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).unwrap_or_else(|error| panic!("{error}: {body}"));
    (value, drift)
}

fn every(body: &str) -> Every {
    let (value, drift) = read(body);
    assert!(drift.is_empty(), "{drift:?}");
    value
}

fn refused<T: Model + std::fmt::Debug>(body: &str) -> String {
    xml::decode::<T>(body.as_bytes()).expect_err(body).message().to_owned()
}

const NAMED: &str = "<Name>User01</Name>";

#[test]
fn the_root_is_the_types_own() {
    assert_eq!(refused::<QueryResult>("<CloudTenants/>"), "the root element is `CloudTenants`, not `QueryResult`");
    assert_eq!(
        refused::<QueryResult>("<Error Message='x' StatusCode='500'/>"),
        "the root element is `Error`, not `QueryResult`"
    );
}

#[test]
fn the_namespace_is_enterprise_managers_or_none() {
    let good = [
        format!("<CloudSubtenant>{NAMED}</CloudSubtenant>"),
        format!("<CloudSubtenant xmlns=\"{}\">{NAMED}</CloudSubtenant>", xml::NAMESPACE),
        format!(
            "<CloudSubtenant xmlns='{}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{NAMED}</CloudSubtenant>",
            xml::NAMESPACE
        ),
        format!("<v:CloudSubtenant xmlns:v=\"{}\"><v:Name>User01</v:Name></v:CloudSubtenant>", xml::NAMESPACE),
    ];
    for body in good {
        let (value, drift) = read::<CloudSubtenant>(&body);
        assert_eq!(value.name.as_deref(), Some("User01"), "{body}");
        assert!(drift.is_empty(), "{body}: {drift:?}");
    }
    for body in [
        "<CloudSubtenant xmlns='http://www.veeam.com/ent/v2.0'/>",
        "<v:CloudSubtenant xmlns:v='urn:other'/>",
        "<CloudSubtenant xmlns=''/>",
    ] {
        assert!(refused::<CloudSubtenant>(body).contains("namespace"), "{body}");
    }
}

#[test]
fn a_prefix_stands_at_every_depth() {
    let body = format!(
        "<?xml version='1.0'?><v:QueryResult xmlns:v='{}'><v:Resources><v:CloudSubtenants><v:CloudSubtenant Id='7'>\
         <v:Links><v:Link Rel='Up'/></v:Links><v:RepositoryQuota Unlimited='true'><v:QuotaMb>5</v:QuotaMb></v:RepositoryQuota>\
         </v:CloudSubtenant></v:CloudSubtenants></v:Resources></v:QueryResult>",
        xml::NAMESPACE
    );
    let (page, drift) = read::<QueryResult>(&body);
    assert!(drift.is_empty(), "{drift:?}");
    let subtenant = &page.resources.unwrap().cloud_subtenants[0];
    assert_eq!((subtenant.id.as_ref().unwrap().as_str(), subtenant.links.len()), ("7", 1));
    let quota = subtenant.repository_quota.as_ref().unwrap();
    assert_eq!((quota.unlimited, quota.quota_mb), (Some(true), Some(5)));
}

#[test]
fn entities_that_xml_has_are_resolved() {
    let value = every("<Every UID='&quot;a&apos;&#x41;'><Name>&lt;a&gt; &amp;amp; &#65;&#x1F600;</Name></Every>");
    assert_eq!(value.id.unwrap().as_str(), "\"a'A");
    assert_eq!(value.name.as_deref(), Some("<a> &amp; A😀"));
    let (page, _) = read::<QueryResult>(
        "<QueryResult><PagingInfo><Links><Link Rel='Next' Href='https://em:9398/api/query?type=Job&amp;filter=Name==&quot;a+b&quot;;JobType==1&amp;page=2'/></Links></PagingInfo></QueryResult>",
    );
    let href = page.paging_info.unwrap().links[0].href.clone().unwrap();
    assert_eq!(href, "https://em:9398/api/query?type=Job&filter=Name==\"a+b\";JobType==1&page=2");
}

#[test]
fn cdata_comments_and_instructions() {
    let value = every(
        "<?xml version='1.0' encoding='utf-8'?><!-- x --><Every><!-- <Name>no</Name> -->\
         <Name>a<![CDATA[ <b> & ]]><!-- c -->d<?go on?></Name><Count><!-- 1 -->7</Count></Every><!-- end -->\n",
    );
    assert_eq!((value.name.as_deref(), value.count), (Some("a <b> & d"), Some(7)));
}

#[test]
fn blanks_between_elements_say_nothing_and_inside_texts_are_kept() {
    let value = every(
        "\n <Every\n UID = 'x' >\r\n\t<Name> a\tb </Name>\n<Count> 7\n</Count><Flag>\ttrue </Flag><Color> Red </Color></Every>\n ",
    );
    assert_eq!(value.name.as_deref(), Some(" a\tb "));
    assert_eq!((value.count, value.flag), (Some(7), Some(true)));
    assert!(matches!(value.color, Some(Color::Red)));
    assert_eq!(value.id.unwrap().as_str(), "x");
}

#[test]
fn an_empty_element_is_empty_text_and_no_number() {
    let value =
        every("<Every><Name/><Password /><Count/><Flag></Flag><At/><Nested/><NASJobs/><Names/><Color/></Every>");
    assert_eq!(value.name.as_deref(), Some(""));
    assert!(value.password.unwrap().is_empty());
    assert_eq!((value.count, value.flag, value.at), (None, None, None));
    assert!(value.color.is_none());
    assert_eq!(*value.nested.unwrap(), Every::default());
    assert!(value.wrapped.is_empty() && value.names.is_empty());
}

#[test]
fn lists_with_and_without_a_wrapper() {
    let value = every(
        "<Every><Names><Part>a</Part><Part/><Part>b</Part></Names><Counts>1</Counts><Counts>2</Counts><Item UID='i'/><Item><Item UID='j'/></Item>\
         <NASJobs><NASJob UID='n'/><NASJob><Count>3</Count></NASJob></NASJobs><Colors>Red</Colors><Colors>DeepBlue</Colors></Every>",
    );
    assert_eq!(value.names, ["a", "", "b"]);
    assert_eq!(value.counts, [1, 2]);
    assert_eq!(value.items[1].items[0].id.as_ref().unwrap().as_str(), "j");
    assert_eq!(value.wrapped[1].count, Some(3));
    assert_eq!(value.colors.len(), 2);
}

#[test]
fn elements_out_of_the_schemas_order_are_read() {
    let value =
        every("<Every><Color>Red</Color><Count>1</Count><Item/><Name>n</Name><Item/><Counts>1</Counts><Item/></Every>");
    assert_eq!((value.count, value.name.as_deref(), value.items.len()), (Some(1), Some("n"), 3));
}

#[test]
fn names_fit_in_any_letter_case() {
    let value = every("<Every uid='x'><NAME>n</NAME><count>2</count></Every>");
    assert_eq!((value.id.unwrap().as_str(), value.name.as_deref(), value.count), ("x", Some("n"), Some(2)));
}

#[test]
fn what_is_unknown_is_reported_with_its_path() {
    let body = "<QueryResult New='1'><Resources><CloudSubtenants Count='2'><CloudSubtenant/><CloudSubtenant Extra='x'>\
                <RepositoryQuota><Burst><Deep/></Burst></RepositoryQuota></CloudSubtenant><Other/></CloudSubtenants></Resources>\
                <Later/>text</QueryResult>";
    let (_, drift) = read::<QueryResult>(body);
    let mut fields = drift.unknown_fields;
    // An attribute of a list's wrapper has no place in any shape, and may be reported or not.
    fields.retain(|path| !path.ends_with("Count"));
    assert_eq!(
        fields,
        [
            "New",
            "Resources.CloudSubtenants[1].Extra",
            "Resources.CloudSubtenants[1].RepositoryQuota.Burst",
            "Resources.CloudSubtenants.Other",
            "Later",
            "#text",
        ]
    );
    let (value, drift) = read::<Every>("<Every><Color>Puce</Color><Nested><Color>puce</Color></Nested></Every>");
    assert!(matches!(&value.color, Some(Color::Unknown(text)) if text.as_str() == "Puce"));
    let values: Vec<_> = drift.unknown_values.iter().map(|at| (at.path.as_str(), at.value.as_str())).collect();
    assert_eq!(values, [("Color", "Puce"), ("Nested.Color", "puce")]);
}

#[test]
fn an_attribute_is_not_an_element() {
    let (value, drift) = read::<Every>("<Every Name='attribute'><UID>element</UID></Every>");
    assert_eq!((value.name, value.id), (None, None));
    assert_eq!(drift.unknown_fields, ["Name", "UID"]);
}

#[test]
fn the_servers_own_root() {
    let (value, drift) = read::<EnterpriseManager>(
        "\u{feff}<EnterpriseManager xmlns=\"http://www.veeam.com/ent/v1.0\"><Links><Link Href=\"/api/logonSessions\" Type=\"LogonSessionList\" Rel=\"Down\" /></Links>\
         <SupportedVersions><SupportedVersion Name=\"v1_7\"><Links /></SupportedVersion></SupportedVersions></EnterpriseManager>",
    );
    assert!(drift.is_empty(), "{drift:?}");
    assert_eq!((value.links.len(), value.supported_versions.len()), (1, 1));
}

#[test]
fn an_item_of_a_wrapped_list_of_texts_is_one_step_of_the_path() {
    let (value, drift) = read::<Every>("<Every><Names><Part>a</Part><Other/><Part>b<Deep/></Part></Names></Every>");
    assert_eq!(value.names, ["a", "b"]);
    assert_eq!(drift.unknown_fields, ["Names.Other", "Names[1].Deep"]);
}
