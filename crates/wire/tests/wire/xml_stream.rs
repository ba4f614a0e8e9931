//! A stream hands over what the whole page holds, item by item and in order.

use std::io::{BufReader, Read};

use backhaul_models::em::{CloudSubtenant, QueryResult};
use backhaul_wire::xml;

use crate::every::Every;

fn page(items: usize) -> String {
    let items: String = (0..items)
        .map(|i| {
            format!(
                "<CloudSubtenant Id=\"id-{i}\" Type=\"CloudSubtenant\"><Links><Link Rel=\"Up\" Name=\"T &amp; {i}\" /></Links>\n\
                 <Name>User{i:02} é</Name><New><Deep a='{i}'/></New><RepositoryQuota Unlimited=\"true\"><QuotaMb>{i}</QuotaMb></RepositoryQuota></CloudSubtenant>\n"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><QueryResult xmlns=\"{}\"><Resources><CloudSubtenants>\n{items}</CloudSubtenants></Resources>\
         <PagingInfo PagesCount=\"1\" PageSize=\"100\" PageNum=\"1\"><Links /></PagingInfo></QueryResult>",
        xml::NAMESPACE
    )
}

fn streamed(reader: impl std::io::BufRead) -> (QueryResult, Vec<CloudSubtenant>) {
    let mut items = Vec::new();
    let envelope = xml::decode_stream(reader, "CloudSubtenants", |item: CloudSubtenant| items.push(item)).unwrap();
    (envelope, items)
}

#[test]
fn equals_the_whole_page() {
    let body = page(40);
    let mut whole: QueryResult = xml::decode(body.as_bytes()).unwrap();
    let wanted = std::mem::take(&mut whole.resources.as_mut().unwrap().cloud_subtenants);
    assert_eq!(wanted.len(), 40);
    let (envelope, items) = streamed(body.as_bytes());
    assert_eq!(items, wanted);
    assert_eq!(envelope, whole);
    assert_eq!(envelope.paging_info.unwrap().page_size, Some(100));
}

#[test]
fn wherever_the_reader_breaks_off() {
    let body = page(3);
    let whole = streamed(body.as_bytes());
    for capacity in 1..80 {
        assert_eq!(streamed(BufReader::with_capacity(capacity, body.as_bytes())), whole, "{capacity}");
    }
}

#[test]
fn a_byte_order_mark_may_come_first() {
    let body = format!("\u{feff}{}", page(2));
    assert_eq!(streamed(body.as_bytes()).1.len(), 2);
    assert_eq!(streamed(BufReader::with_capacity(1, body.as_bytes())).1.len(), 2);
}

#[test]
fn empty_lists_and_empty_items() {
    for list in ["<CloudSubtenants/>", "<CloudSubtenants></CloudSubtenants>", ""] {
        let body = format!("<QueryResult><Resources>{list}</Resources></QueryResult>");
        assert_eq!(streamed(body.as_bytes()).1, []);
    }
    let (_, items) = streamed(&b"<QueryResult><Resources><CloudSubtenants><CloudSubtenant/><CloudSubtenant Id='x'/></CloudSubtenants></Resources></QueryResult>"[..]);
    assert_eq!(items.len(), 2);
    assert_eq!(items[1].id.as_ref().unwrap().as_str(), "x");
}

#[test]
fn a_list_of_the_same_name_inside_an_item_stays_in_it() {
    let body = "<Every><NASJobs><NASJob UID='a'><NASJobs><NASJob UID='b'/></NASJobs></NASJob><NASJob UID='c'/></NASJobs></Every>";
    let mut items = Vec::new();
    let envelope: Every = xml::decode_stream(body.as_bytes(), "NASJobs", |item: Every| items.push(item)).unwrap();
    assert_eq!(envelope, Every::default());
    let ids: Vec<_> = items.iter().map(|item| item.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(items[0].wrapped[0].id.as_ref().unwrap().as_str(), "b");
}

#[test]
fn items_before_an_error_stay_handed_over_and_the_error_says_where() {
    let mut body = page(5);
    body.truncate(body.find("User03").unwrap());
    let mut items = 0;
    let error = xml::decode_stream::<QueryResult, CloudSubtenant>(body.as_bytes(), "CloudSubtenants", |_| items += 1)
        .unwrap_err();
    assert_eq!(items, 3);
    assert_eq!(error.path(), "Resources.CloudSubtenants[3]");
    assert_eq!(error.type_name(), "QueryResult");
}

#[test]
fn a_reader_that_fails_is_an_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the line went dead"))
        }
    }
    let body = page(5);
    let reader = BufReader::new(body.as_bytes()[..700].chain(Broken));
    let error = xml::decode_stream::<QueryResult, CloudSubtenant>(reader, "CloudSubtenants", |_| {}).unwrap_err();
    assert!(error.message().contains("the line went dead"), "{}", error.message());
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    for bad in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80"] {
        let body = [
            &b"<QueryResult><Resources><CloudSubtenants><CloudSubtenant><Name>"[..],
            bad,
            b"</Name></CloudSubtenant></CloudSubtenants></Resources></QueryResult>",
        ]
        .concat();
        let read = xml::decode_stream::<QueryResult, CloudSubtenant>(&body[..], "CloudSubtenants", |_| {});
        assert!(read.is_err(), "{bad:?}");
    }
}

/// Also where the reader has come to its end before.
#[test]
fn an_error_far_into_a_stream_says_at_which_byte() {
    let body = format!("<Every><NASJobs>{}</NASJobs><Name UID=1/></Every>", "<NASJob/>".repeat(100_000));
    let read = [
        xml::decode_stream::<Every, Every>(body.as_bytes(), "NASJobs", |_| {}).map(drop),
        xml::decode::<Every>(body.as_bytes()).map(drop),
    ];
    let [streamed, whole] = read.map(|read| read.unwrap_err().message().to_owned());
    assert_eq!(streamed, whole);
    assert!(whole.contains("(byte 900"), "{whole}");
}
