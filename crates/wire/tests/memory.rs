//! What a body costs in memory when it is read item by item: no more than eight times its size and 16 MB.
#![allow(clippy::unwrap_used, missing_docs)]

use allocation_counter::measure;
use backhaul_models::em::{CloudSubtenant, QueryResult};
use backhaul_models::vb365::{BackupRepository, Page};
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{DecodeError, Drift, Field, Kind, Shape, Struct, json, xml};
use every::{EVERY, Every};

#[allow(dead_code)]
#[path = "wire/every.rs"]
mod every;

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

static PAGE: Shape = Shape::new("Page", &[Field::list("Jobs", Kind::Struct(&EVERY)).item("Job").json("results")]);

/// What stands in one item: a beginning, what is repeated with a number in it, an end; and whether it is taken whatever
/// its length.
type Inside = (&'static str, fn(usize) -> String, &'static str, bool);

/// The inside of an item, of this many bytes.
fn inside((start, part, end, _): Inside, size: usize) -> String {
    let mut out = start.to_owned();
    for at in 0.. {
        if out.len() >= size {
            break;
        }
        out.push_str(&part(at));
    }
    out + end
}

const JSON: [Inside; 20] = [
    (r#""new":["#, |_| "1,".into(), "1]", true),
    (r#""new":["#, |_| "{},".into(), "1]", true),
    (r#""new":{"#, |at| format!("\"n{at}\":[],"), r#""end":1}"#, true),
    ("", |at| format!("\"n{at}\":1,"), r#""end":1"#, true),
    (r#""Count":["#, |_| "1,".into(), "1]", false),
    (r#""Items":["#, |_| "{},".into(), "{}]", false),
    (r#""Items":["#, |_| "null,".into(), "{}]", false),
    (r#""Items":["#, |_| r#"{"Nested":{}},"#.into(), "{}]", false),
    (r#""Items":["#, |_| r#"{"Name":"a"},"#.into(), "{}]", false),
    (r#""Items":["#, |_| r#"{"x":1},"#.into(), "{}]", false),
    (r#""Parts":{"#, |at| format!("\"n{at}\":{{}},"), r#""end":{}}"#, false),
    (r#""Parts":{"#, |at| format!("\"n{at}\":{{\"Texts\":{{\"\":\"\"}}}},"), r#""end":{}}"#, false),
    (r#""Texts":{"#, |at| format!("\"n{at}\":\"\","), r#""end":""}"#, false),
    (r#""Members":{"#, |at| format!("\"n{at}\":{{\"a\":{{}}}},"), r#""end":1}"#, false),
    (r#""Any":["#, |_| "1,".into(), "1]", false),
    (r#""Anys":["#, |_| r#"{"a":{}},"#.into(), "1]", false),
    (r#""Names":["#, |_| r#""a","#.into(), r#""a"]"#, false),
    (r#""Colors":["#, |_| r#""x","#.into(), r#""x"]"#, false),
    (r#""Counts":["#, |_| "1,".into(), "1]", true),
    (r#""Flags":["#, |_| "true,".into(), "true]", true),
];

const XML: [Inside; 9] = [
    ("<New>", |_| "<a/>".into(), "</New>", true),
    ("", |at| format!("<n{at}/>"), "", true),
    ("", |_| "<Item/>".into(), "", false),
    ("<NASJobs>", |_| "<NASJob/>".into(), "</NASJobs>", false),
    ("<NASJobs>", |_| "<NASJob x=''/>".into(), "</NASJobs>", false),
    ("<NASJobs>", |_| "<NASJob><Nested/></NASJob>".into(), "</NASJobs>", false),
    ("<Names>", |_| "<Part>a</Part>".into(), "</Names>", false),
    ("", |_| "<Colors>x</Colors>".into(), "", false),
    ("", |_| "<Counts>1</Counts>".into(), "", true),
];

const SIZE: usize = 4 << 20;

/// Reads a body and sees that it costs what it may, whether it is taken or refused; gives why it is refused.
fn bounded(what: &str, always: bool, body: &[u8], read: impl Fn(Vec<u8>) -> Result<(), DecodeError>) -> bool {
    let mut read_as = Ok(());
    let info = measure(|| read_as = read(body.to_vec()));
    within(what, body.len(), info.bytes_max);
    match read_as {
        Ok(()) => true,
        Err(error) => {
            assert!(!always, "{what}: {error}");
            assert!(error.to_string().contains("takes more than the"), "{what}: {error}");
            assert!(!error.path().is_empty(), "{what}: {error}");
            false
        }
    }
}

fn value(of: &'static Shape) -> [Box<dyn Struct>; 2] {
    [Box::new(DynamicStruct::new(of)), Box::new(Every::default())]
}

/// Whatever stands in one item, a page costs what it may: what would cost more is refused.
#[test]
fn an_item_of_json() {
    let mut refused = 0;
    for case in JSON {
        let body = format!("{{\"results\":[{{{}}}]}}", inside(case, SIZE));
        for empty in [0, 1] {
            let read = |body| {
                let (mut page, mut drift) = (DynamicStruct::new(&PAGE), Drift::default());
                let mut items = json::Items::read(&mut page, body, "results", Some(&mut drift))?;
                items.next_into(value(&EVERY)[empty].as_mut(), Some(&mut drift)).map(|there| assert!(there))
            };
            let what = format!("{} {} {empty}", case.0, case.1(0));
            refused += usize::from(!bounded(&what, case.3, body.as_bytes(), read));
        }
    }
    assert!(refused > JSON.len() / 2, "else this tests little: {refused}");
}

/// The same of a page without its items.
#[test]
fn a_page_that_is_large_itself() {
    static PAGE: Shape =
        Shape::new("Page", &[Field::list("results", Kind::Text), Field::new("all", Kind::Struct(&EVERY))]);
    for case in JSON {
        let body = format!("{{\"all\":{{{}}}}}", inside(case, SIZE));
        let read = |body| json::Items::read(&mut DynamicStruct::new(&PAGE), body, "results", None).map(drop);
        if case.0 != r#""Count":["# {
            bounded(case.0, case.3, body.as_bytes(), read);
        }
    }
}

#[test]
fn an_item_of_xml() {
    let mut refused = 0;
    for case in XML {
        let body = format!("<Page><Jobs><Job>{}</Job></Jobs></Page>", inside(case, SIZE));
        for empty in [0, 1] {
            let read = |body| {
                let (mut page, mut drift) = (DynamicStruct::new(&PAGE), Drift::default());
                let mut items = xml::Items::read(&mut page, body, "Jobs", Some(&mut drift))?;
                items.next_into(value(&EVERY)[empty].as_mut(), Some(&mut drift)).map(|there| assert!(there))
            };
            let what = format!("{} {} {empty}", case.0, case.1(0));
            refused += usize::from(!bounded(&what, case.3, body.as_bytes(), read));
        }
    }
    assert!(refused > XML.len() / 2, "else this tests little: {refused}");
}

/// How long a reader's text is, nobody knows before its end: what was read so far counts.
#[test]
fn an_item_of_a_stream() {
    let mut refused = 0;
    for case in XML {
        let text = inside(case, SIZE).replace("NASJob", "Other");
        let body = format!("<Every><NASJobs><NASJob/><NASJob>{text}</NASJob></NASJobs></Every>");
        let read = |body: Vec<u8>| xml::decode_stream::<Every, Every>(body.as_slice(), "NASJobs", |_| {}).map(drop);
        refused += usize::from(!bounded(&case.1(0), case.3, body.as_bytes(), read));
    }
    assert!(refused > 0, "else this tests nothing");
}

/// A bound of one's own, and none.
#[test]
fn as_much_as_is_wanted() {
    let body = format!("{{\"Items\":[{}{{}}]}}", "{},".repeat(10_000));
    let read = |most| json::decode_within(most, &mut Every::default(), body.as_bytes(), None);
    let error = read(1 << 20).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read Every at `Items[1024]`: read into memory it takes more than the 1 MB that a body of its size may"
    );
    read(100 << 20).unwrap();
    json::decode::<Every>(body.as_bytes()).unwrap();
    let body = format!("<Every>{}</Every>", "<Item/>".repeat(10_000));
    let read = |most| xml::decode_within(most, &mut Every::default(), body.as_bytes(), None);
    assert!(read(1 << 20).is_err());
    read(100 << 20).unwrap();
}
