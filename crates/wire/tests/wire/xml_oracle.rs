//! Our XML reader beside quick-xml: what quick-xml writes is read as it was meant, and what we take, quick-xml takes
//! and reads alike.

use backhaul_wire::{Drift, xml};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use crate::every::Every;

/// The text of the root's first `Name`, unless it holds elements, as quick-xml reads it.
fn peer(body: &str) -> Result<Option<String>, String> {
    let mut reader = Reader::from_str(body);
    let (mut depth, mut name, mut nested, mut inside) = (0, None::<String>, false, false);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            for attribute in tag.attributes() {
                let attribute = attribute.map_err(|error| error.to_string())?;
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            }
            nested |= inside;
        }
        match event {
            Event::Start(tag) => {
                if depth == 1 && name.is_none() && tag.local_name().into_inner() == "Name" {
                    (name, inside) = (Some(String::new()), true);
                }
                depth += 1;
            }
            Event::Empty(tag) if depth == 1 && name.is_none() && tag.local_name().into_inner() == "Name" => {
                name = Some(String::new());
            }
            Event::End(_) => {
                depth -= 1;
                inside &= depth > 1;
            }
            Event::Text(text) if inside => name.get_or_insert_default().push_str(&text.xml10_content()),
            Event::CData(text) if inside => name.get_or_insert_default().push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content())
                        .ok_or("an entity that XML does not have")?
                        .to_owned(),
                };
                if inside {
                    name.get_or_insert_default().push_str(&character);
                }
            }
            Event::Eof => return Ok(name.filter(|_| !nested)),
            _ => {}
        }
    }
}

fn ours(body: &str) -> Result<Option<String>, String> {
    let (mut value, mut drift) = (Every::default(), Drift::default());
    xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)).map_err(|error| error.to_string())?;
    let streamed: Every = xml::decode_stream(body.as_bytes(), "NASJobs", |_: Every| {}).map_err(|e| e.to_string())?;
    assert_eq!(streamed.name, value.name, "{body}");
    Ok(value.name)
}

fn text() -> impl Strategy<Value = String> {
    // What XML can hold at all, and what has a meaning in it more often than chance would give.
    prop_oneof!["[ -~\t\n\r\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{1F600}]{0,20}", "[&<>'\";=/!\\[\\]?a -]{0,12}"]
}

/// Elements that the type does not know, with attributes.
fn markup() -> impl Strategy<Value = String> {
    let name = "[A-Za-z_][A-Za-z0-9_.-]{0,6}";
    let leaf = text().prop_map(|text| quick_xml::escape::escape(&text).into_owned());
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let inside = proptest::collection::vec(inner, 0..4);
        (name, proptest::collection::btree_map("[a-z]{1,4}", text(), 0..3), inside).prop_map(
            |(name, attributes, inside)| {
                let attributes: String = attributes
                    .iter()
                    .map(|(name, value)| format!(" {name}=\"{}\"", quick_xml::escape::escape(value)))
                    .collect();
                match &*inside.concat() {
                    "" => format!("<X{name}{attributes}/>"),
                    inside => format!("<X{name}{attributes}>{inside}</X{name}><!-- & --><?x y?>"),
                }
            },
        )
    })
}

fn document(markup: &str, name: &str) -> String {
    let name = quick_xml::escape::escape(name);
    format!("<?xml version=\"1.0\"?>\r\n<Every><X>{markup}</X><Name>{name}</Name>{markup}</Every>\n")
}

proptest! {
    #[test]
    fn what_quick_xml_writes(markup in markup(), name in text()) {
        let body = document(&markup, &name);
        prop_assert_eq!(peer(&body), Ok(Some(name.clone())), "{}", body);
        prop_assert_eq!(ours(&body).map(Option::unwrap_or_default), Ok(name), "{}", body);
    }

    #[test]
    fn what_is_almost_xml(
        markup in markup(),
        name in text(),
        at: prop::sample::Index,
        cut in 0_usize..3,
        with in "([<>/&;='\"! a-]|&#x?[0-9a-f]{1,3};|<!\\[CDATA\\[|\\]\\]>|<!--|-->|<\\?|\\?>|</|/>|xmlns=){0,2}",
    ) {
        let mut body = document(&markup, &name);
        let at = body.floor_char_boundary(at.index(body.len() + 1));
        let end = body.ceil_char_boundary((at + cut).min(body.len()));
        body.replace_range(at..end, &with);
        if let Ok(name) = ours(&body) {
            match peer(&body) {
                Ok(Some(peer)) => prop_assert_eq!(name.unwrap_or_default(), peer, "{}", body),
                Ok(None) => {}
                Err(error) => return Err(TestCaseError::fail(format!("taken, though {error}: {body}"))),
            }
        }
    }
}
