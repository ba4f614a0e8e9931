//! What a page costs in memory when it is read item by item: no more than eight times its size and 16 MB.
#![allow(clippy::unwrap_used, missing_docs)]

use allocation_counter::measure;
use backhaul_models::em::{CloudSubtenant, QueryResult};
use backhaul_models::vb365::{BackupRepository, Page};
use backhaul_wire::{json, xml};

const ITEMS: usize = 1_000_000;

/// Reads the items of a body one at a time and gives the most memory that was held at once, the body included.
fn most(body: impl Fn() -> Vec<u8>, read: impl Fn(Vec<u8>) -> usize) -> u64 {
    let info = measure(|| assert_eq!(read(body()), ITEMS));
    info.bytes_max
}

fn within(what: &str, size: usize, most: u64) {
    let limit = size as u64 * 8 + (16 << 20);
    assert!(most <= limit, "{what}: {most} bytes for a body of {size}, where {limit} are allowed");
}

/// An entity is as wide as its schema: the same items in a list cost hundreds of times as much.
#[test]
fn a_page_of_empty_items() {
    let body = || format!("{{\"results\":[{}{{}}]}}", "{},".repeat(ITEMS - 1)).into_bytes();
    let held = most(body, |body| {
        let (mut page, mut count) = (Page::<BackupRepository>::default(), 0);
        let mut items = json::Items::read(&mut page, body, "results", None).unwrap();
        while items.next_item::<BackupRepository>().unwrap().is_some() {
            count += 1;
        }
        count
    });
    within("JSON", body().len(), held);
    assert!(size_of::<BackupRepository>() * ITEMS > body().len() * 100, "else this tests nothing");
}

#[test]
fn a_page_of_empty_elements() {
    let list = || "<CloudSubtenant/>".repeat(ITEMS);
    let body = || {
        let start = "<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"><Resources><CloudSubtenants>";
        format!("{start}{}</CloudSubtenants></Resources></QueryResult>", list()).into_bytes()
    };
    let held = most(body, |body| {
        let (mut page, mut count) = (QueryResult::default(), 0);
        let mut items = xml::Items::read(&mut page, body, "CloudSubtenants", None).unwrap();
        while items.next_item::<CloudSubtenant>().unwrap().is_some() {
            count += 1;
        }
        count
    });
    within("XML", body().len(), held);
}

/// A stream costs what one item does and a bounded part of the text, even where the reader has all of it at hand.
#[test]
fn a_stream_from_a_slice() {
    let body = format!(
        "<QueryResult><Resources><CloudSubtenants>{}</CloudSubtenants></Resources></QueryResult>",
        "<CloudSubtenant/>".repeat(ITEMS)
    );
    let info = measure(|| {
        let mut count = 0;
        let count_one = |_: CloudSubtenant| count += 1;
        let _: QueryResult = xml::decode_stream(body.as_bytes(), "CloudSubtenants", count_one).unwrap();
        assert_eq!(count, ITEMS);
    });
    assert!(info.bytes_max < 1 << 20, "{}", info.bytes_max);
}
