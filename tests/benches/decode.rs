//! Decoding a large page, ours beside its peers in one run.
//!
//! `cargo bench -p backhaul-tests --bench decode`. Each group reads the same bytes; compare the medians within a group.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::sync::LazyLock;

use backhaul_models::em::{CloudSubtenant, CloudSubtenantRepositoryQuota, Link, QueryResult};
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_wire::{Id, json, xml};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use quick_xml::events::Event;
use serde::Deserialize;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const ITEMS: usize = 10_000;

fn main() {
    divan::main();
}

fn link(rel: &str, kind: &str, href: String, name: Option<&str>) -> Link {
    let mut link = Link::default();
    link.rel = Some(rel.into());
    link.r#type = Some(kind.into());
    link.href = Some(href);
    link.name = name.map(Into::into);
    link
}

/// A page of the documented form: four links, a quota, a description with a character to unescape.
fn page() -> QueryResult {
    let mut result = QueryResult::default();
    let list = &mut result.resources.get_or_insert_default().cloud_subtenants;
    for index in 0..ITEMS {
        let tenant = "https://em.example.com:9398/api/cloud/tenants/e38a8692-6816-443e-9052-7fa71ee7fd65";
        let own = format!("{tenant}/subtenants/5f6a393a-e80b-4b20-91f0-{index:012x}");
        let server = "https://em.example.com:9398/api/backupServers/ca19249e-e638-421a-ab22-68cb89b9009a?format=Entity";
        let mut item = CloudSubtenant::default();
        item.href = Some(own.clone());
        item.r#type = Some("CloudSubtenant".into());
        item.id = Some(Id::from(format!("5f6a393a-e80b-4b20-91f0-{index:012x}")));
        item.links = vec![
            link("Edit", "CloudSubtenant", own.clone(), Some("User")),
            link("Delete", "CloudSubtenant", own, None),
            link("Up", "CloudTenant", format!("{tenant}?format=Entity"), Some("ABC Company")),
            link("Up", "BackupServer", server.into(), Some("172.24.31.67")),
        ];
        item.name = Some(format!("User{index:05}"));
        item.description = Some("Created by SRV12\\Administrator at 7/31/2019 9:28 PM for R&D.".into());
        item.password = Some("".into());
        item.enabled = Some(index % 7 != 0);
        let mut quota = CloudSubtenantRepositoryQuota::default();
        quota.unlimited = Some(index % 3 == 0);
        quota.display_name = Some(format!("Quota {index}"));
        quota.tenant_resource_id = Some(Id::from("502686fc-44ea-4f8b-b5f6-7c11a90aa12d"));
        quota.quota_mb = Some(10_240);
        quota.used_quota_mb = Some(index as i64);
        quota.quota_id = Some(Id::from("321cbe67-cc8c-474e-ab1e-2694311ef794"));
        item.repository_quota = Some(quota);
        list.push(item);
    }
    result
}

static XML: LazyLock<Vec<u8>> = LazyLock::new(|| xml::encode(&page()).unwrap());
static JSON: LazyLock<Vec<u8>> = LazyLock::new(|| json::encode(&page(), json::Case::Schema).unwrap());
static USAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut page = Page::<OrganizationStorageSpaceUsage>::default();
    for index in 0..ITEMS {
        let mut item = OrganizationStorageSpaceUsage::default();
        item.used_space_bytes = Some(9_559_506_944 + index as i64);
        item.local_cache_used_space_bytes = Some(3_473_408);
        item.object_storage_used_space_bytes = Some(2_499_432_773);
        item.is_available = Some(true);
        item.details = Some(String::new());
        let mut link = backhaul_models::vb365::Link::default();
        link.href = Some(format!("/v6/backuprepositories/cfe34111-3331-45c0-babf-{index:012x}"));
        item.links.insert("backupRepository".into(), link);
        page.results.push(item);
    }
    json::encode(&page, json::Case::Schema).unwrap()
});

#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod xml_page {
    use super::*;

    #[divan::bench]
    fn ours(bencher: Bencher) {
        bencher.counter(BytesCount::new(XML.len())).bench(|| xml::decode::<QueryResult>(black_box(&XML)).unwrap());
    }

    /// One entity at a time from a reader: the column `max alloc` is what it holds at most.
    #[divan::bench]
    fn ours_streamed(bencher: Bencher) {
        bencher.counter(BytesCount::new(XML.len())).bench(|| {
            let mut count = 0;
            let rest: QueryResult = xml::decode_stream(XML.as_slice(), "CloudSubtenants", |item: CloudSubtenant| {
                count += usize::from(item.name.is_some());
            })
            .unwrap();
            (rest, count)
        });
    }

    #[divan::bench]
    fn quick_xml_serde(bencher: Bencher) {
        let text = std::str::from_utf8(&XML).unwrap();
        bencher
            .counter(BytesCount::new(XML.len()))
            .bench(|| quick_xml::de::from_str::<peer::QueryResult>(black_box(text)).unwrap());
    }

    /// The floor: every event and every attribute seen, nothing built.
    #[divan::bench]
    fn quick_xml_events_and_attributes(bencher: Bencher) {
        let text = std::str::from_utf8(&XML).unwrap();
        bencher.counter(BytesCount::new(XML.len())).bench(|| {
            let mut reader = quick_xml::Reader::from_str(black_box(text));
            let mut seen = 0;
            loop {
                match reader.read_event().unwrap() {
                    Event::Start(start) | Event::Empty(start) => {
                        for attribute in start.attributes() {
                            seen += attribute.unwrap().value.len();
                        }
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
            seen
        });
    }

    #[divan::bench]
    fn quick_xml_events(bencher: Bencher) {
        let text = std::str::from_utf8(&XML).unwrap();
        bencher.counter(BytesCount::new(XML.len())).bench(|| {
            let mut reader = quick_xml::Reader::from_str(black_box(text));
            let mut seen = 0;
            while !matches!(reader.read_event().unwrap(), Event::Eof) {
                seen += 1;
            }
            seen
        });
    }
}

#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod em_json_page {
    use super::*;

    #[divan::bench]
    fn ours(bencher: Bencher) {
        bencher.counter(BytesCount::new(JSON.len())).bench(|| json::decode::<QueryResult>(black_box(&JSON)).unwrap());
    }

    #[divan::bench]
    fn serde_json_derive(bencher: Bencher) {
        let text = std::str::from_utf8(&JSON).unwrap();
        bencher
            .counter(BytesCount::new(JSON.len()))
            .bench(|| serde_json::from_str::<peer::JsonResult>(black_box(text)).unwrap());
    }
}

#[divan::bench_group(sample_count = 40, sample_size = 1)]
mod vb365_page {
    use super::*;

    #[divan::bench]
    fn ours(bencher: Bencher) {
        bencher
            .counter(BytesCount::new(USAGE.len()))
            .bench(|| json::decode::<Page<OrganizationStorageSpaceUsage>>(black_box(&USAGE)).unwrap());
    }

    #[divan::bench]
    fn serde_json_derive(bencher: Bencher) {
        let text = std::str::from_utf8(&USAGE).unwrap();
        bencher
            .counter(BytesCount::new(USAGE.len()))
            .bench(|| serde_json::from_str::<peer::Usage>(black_box(text)).unwrap());
    }
}

/// One item of 80,000 members that its type does not know, beside as many bytes of one that it knows.
#[divan::bench_group(sample_count = 10, sample_size = 1)]
mod wide_item {
    use super::*;

    const MEMBERS: usize = 80_000;

    fn item(name: impl Fn(usize) -> String) -> Vec<u8> {
        let members: Vec<String> = (0..MEMBERS).map(|at| format!("\"{}\":\"value{at:06}\"", name(at))).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }

    fn read(bencher: Bencher, body: &[u8]) {
        bencher
            .counter(BytesCount::new(body.len()))
            .bench(|| json::decode::<OrganizationStorageSpaceUsage>(black_box(body)).unwrap());
    }

    #[divan::bench]
    fn known(bencher: Bencher) {
        read(bencher, &item(|_| "details".to_owned()));
    }

    #[divan::bench]
    fn unknown(bencher: Bencher) {
        read(bencher, &item(|at| format!("n{at:06}")));
    }
}

/// The same types as a user would write them with serde's derive.
#[allow(dead_code)]
mod peer {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct QueryResult {
        resources: Resources,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Resources {
        cloud_subtenants: List,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct List {
        cloud_subtenant: Vec<Subtenant>,
    }

    #[derive(Deserialize)]
    struct Subtenant {
        #[serde(rename = "@Href")]
        href: Option<String>,
        #[serde(rename = "@Type")]
        kind: Option<String>,
        #[serde(rename = "@Id")]
        id: Option<String>,
        #[serde(rename = "Links")]
        links: Option<Links>,
        #[serde(rename = "Name")]
        name: Option<String>,
        #[serde(rename = "Description")]
        description: Option<String>,
        #[serde(rename = "Password")]
        password: Option<String>,
        #[serde(rename = "Enabled")]
        enabled: Option<bool>,
        #[serde(rename = "RepositoryQuota")]
        repository_quota: Option<Quota>,
    }

    #[derive(Deserialize)]
    struct Links {
        #[serde(rename = "Link", default)]
        link: Vec<LinkPeer>,
    }

    #[derive(Deserialize)]
    struct LinkPeer {
        #[serde(rename = "@Rel")]
        rel: Option<String>,
        #[serde(rename = "@Type")]
        kind: Option<String>,
        #[serde(rename = "@Href")]
        href: Option<String>,
        #[serde(rename = "@Name")]
        name: Option<String>,
    }

    #[derive(Deserialize)]
    struct Quota {
        #[serde(rename = "@Unlimited")]
        unlimited: Option<bool>,
        #[serde(rename = "DisplayName")]
        display_name: Option<String>,
        #[serde(rename = "TenantResourceId")]
        tenant_resource_id: Option<String>,
        #[serde(rename = "QuotaMb")]
        quota_mb: Option<i64>,
        #[serde(rename = "UsedQuotaMb")]
        used_quota_mb: Option<i64>,
        #[serde(rename = "QuotaId")]
        quota_id: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct JsonResult {
        resources: JsonResources,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct JsonResources {
        cloud_subtenants: JsonList,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct JsonList {
        cloud_subtenants: Vec<JsonSubtenant>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct JsonSubtenant {
        href: Option<String>,
        r#type: Option<String>,
        id: Option<String>,
        links: Option<Vec<JsonLink>>,
        name: Option<String>,
        description: Option<String>,
        password: Option<String>,
        enabled: Option<bool>,
        repository_quota: Option<JsonQuota>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct JsonLink {
        rel: Option<String>,
        r#type: Option<String>,
        href: Option<String>,
        name: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct JsonQuota {
        unlimited: Option<bool>,
        display_name: Option<String>,
        tenant_resource_id: Option<String>,
        quota_mb: Option<i64>,
        used_quota_mb: Option<i64>,
        quota_id: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Usage {
        results: Vec<UsageItem>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct UsageItem {
        used_space_bytes: Option<i64>,
        local_cache_used_space_bytes: Option<i64>,
        object_storage_used_space_bytes: Option<i64>,
        is_available: Option<bool>,
        details: Option<String>,
        #[serde(rename = "_links")]
        links: Option<BTreeMap<String, UsageLink>>,
    }

    #[derive(Deserialize)]
    struct UsageLink {
        href: Option<String>,
    }
}
