//! What is written reads back as it was: every generated type, empty and with every field filled.

use std::hash::{DefaultHasher, Hash, Hasher};

use backhaul_models::registry;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::json::{self, Case};
use backhaul_wire::reflect::{DynamicStruct, Model, copy};
use backhaul_wire::{Drift, Shape, Struct, System, xml};
use proptest::prelude::*;
use serde::Deserialize;

use crate::every::Every;
use crate::fill::{Bytes, For};

fn structs() -> impl Iterator<Item = (System, &'static Shape)> {
    System::ALL.into_iter().flat_map(|system| {
        registry::types(system).iter().filter_map(move |entry| match entry {
            TypeEntry::Struct(shape) => Some((system, *shape)),
            TypeEntry::Enum(_) => None,
        })
    })
}

/// Empty values of a type: the generated one, and the one that is made from its shape.
fn both(system: System, shape: &'static Shape) -> [impl Fn() -> Box<dyn Struct>; 2] {
    [true, false].map(|typed| {
        move || match typed {
            true => registry::make_typed(system, shape.name).unwrap(),
            false => Box::new(DynamicStruct::new(shape)),
        }
    })
}

/// `Err` says where the two differ; a panic would print every step of shrinking.
type Outcome = Result<(), TestCaseError>;

fn fail(what: &str, written: &[u8], detail: &dyn std::fmt::Debug) -> TestCaseError {
    TestCaseError::fail(format!("{what}: {}\n{detail:?}", String::from_utf8_lossy(written)))
}

fn through_json(value: &dyn Struct, mut again: Box<dyn Struct>, case: Case) -> Outcome {
    let written = json::encode(value, case).unwrap();
    let mut drift = Drift::default();
    json::decode_into(&mut *again, &written, Some(&mut drift))
        .map_err(|error| fail("cannot be read", &written, &error))?;
    same(value, &*again, &drift, &written)?;
    match json::encode(&*again, case).unwrap() {
        twice if twice == written => Ok(()),
        twice => Err(fail("written differently the second time", &twice, &written)),
    }
}

fn through_xml(value: &dyn Struct, mut again: Box<dyn Struct>) -> Outcome {
    let written = xml::encode(value).unwrap();
    let mut drift = Drift::default();
    xml::decode_into(&mut *again, &written, Some(&mut drift))
        .map_err(|error| fail("cannot be read", &written, &error))?;
    same(value, &*again, &drift, &written)?;
    match xml::encode(&*again).unwrap() {
        twice if twice == written => Ok(()),
        twice => Err(fail("written differently the second time", &twice, &written)),
    }
}

fn same(value: &dyn Struct, again: &dyn Struct, drift: &Drift, written: &[u8]) -> Outcome {
    match drift.unknown_fields.is_empty() {
        false => Err(fail("a field was not known", written, &drift)),
        true if *again != *value => Err(fail("read differently", written, &again)),
        true if hash(again) != hash(value) => Err(fail("equal, with another hash", written, &again)),
        true => Ok(()),
    }
}

fn hash(value: &dyn Struct) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn duplicate(value: &dyn Struct, mut to: Box<dyn Struct>) -> Outcome {
    copy(value, &mut *to);
    if *to == *value { Ok(()) } else { Err(fail("copied differently", b"", &to)) }
}

#[test]
fn every_type_empty() {
    let mut count = 0;
    for (system, shape) in structs() {
        let value = registry::make_typed(system, shape.name).unwrap();
        assert_eq!(value.shape().name, shape.name);
        for make in both(system, shape) {
            through_json(&*value, make(), Case::Schema).unwrap();
            through_json(&*value, make(), Case::Camel).unwrap();
            if system == System::Em {
                through_xml(&*value, make()).unwrap();
            }
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn every_enum_value_is_known_by_its_own_text_and_no_other() {
    for system in System::ALL {
        for entry in registry::types(system) {
            let TypeEntry::Enum(shape) = entry else { continue };
            for (index, value) in shape.values.iter().enumerate() {
                assert_eq!(shape.index_of(value.name), Some(index), "{system}.{}", shape.name);
                let lower = value.name.to_ascii_lowercase();
                let found = shape.index_of(&lower).map(|index| shape.values[index].name.to_ascii_lowercase());
                assert_eq!(found, Some(lower), "{system}.{}", shape.name);
            }
            assert_eq!(shape.index_of("no value of any enum"), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_type_filled(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for (system, shape) in structs() {
            let [typed, dynamic] = both(system, shape);
            let mut value = typed();
            Bytes::new(&bytes, For::Json).fill(&mut *value);
            for make in [&typed, &dynamic] {
                through_json(&*value, make(), Case::Schema)
                    .map_err(|e| TestCaseError::fail(format!("{}: {e}", value.shape().name)))?;
                through_json(&*value, make(), Case::Camel)?;
                duplicate(&*value, make())?;
            }
            // The same bytes fill the same places of both, and one is copied into the other.
            let mut other = dynamic();
            Bytes::new(&bytes, For::Json).fill(&mut *other);
            prop_assert!(*other == *value, "{}: {other:?}\n{value:?}", shape.name);
            prop_assert_eq!(format!("{other:?}"), format!("{value:?}"));
            prop_assert_eq!(hash(&*other), hash(&*value));
            let empty = typed();
            prop_assert_eq!(hash(&*empty) == hash(&*value), *empty == *value, "{}", shape.name);
            duplicate(&*other, typed())?;
            if system == System::Em {
                let mut value = typed();
                Bytes::new(&bytes, For::Xml).fill(&mut *value);
                through_xml(&*value, typed())?;
                through_xml(&*value, dynamic())?;
            }
        }
    }

    #[test]
    fn the_type_of_every_kind_filled(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let mut value = Every::default();
        Bytes::new(&bytes, For::Json).fill(&mut value);
        through_json(&value, Box::<Every>::default(), Case::Schema)?;
        through_json(&value, Box::<Every>::default(), Case::Camel)?;
        duplicate(&value, Box::<Every>::default())?;

        let mut value = Every::default();
        Bytes::new(&bytes, For::Xml).fill(&mut value);
        through_xml(&value, Box::<Every>::default())?;
    }

    #[test]
    fn serdes_traits_agree_with_the_codec(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut value = Every::default();
        Bytes::new(&bytes, For::Json).fill(&mut value);
        redact(&mut value);
        let tree = serde_json::to_value(&value).unwrap();
        prop_assert_eq!(&tree, &json::to_value(&value).unwrap());
        let from_tree = Every::deserialize(&tree).unwrap();
        let from_text: Every = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
        prop_assert!(from_tree == value, "{from_tree:?}");
        prop_assert!(from_text == value, "{from_text:?}");
    }

    #[test]
    fn no_body_makes_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = json::decode::<Every>(&body);
        let _ = xml::decode::<Every>(&body);
        let _ = xml::decode_stream::<Every, Every>(&body[..], "NASJobs", |_| {});
    }

    /// Bytes of a good body, some of them replaced: nearer to what a reader takes than random bytes are.
    #[test]
    fn no_damaged_body_makes_a_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut value = Every::default();
        Bytes::new(&bytes, For::Xml).fill(&mut value);
        for mut body in [json::encode(&value, Case::Schema).unwrap(), xml::encode(&value).unwrap()] {
            for (at, byte) in &damage {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            let _ = json::decode::<Every>(&body);
            let _ = xml::decode::<Every>(&body);
            let _ = xml::decode_stream::<Every, Every>(&body[..], "NASJobs", |_| {});
        }
    }
}

/// Secrets read back as what stands in for them; here they all do from the start.
fn redact(value: &mut Every) {
    if let Some(password) = &mut value.password {
        *password = "***".into();
    }
    value.nested.iter_mut().for_each(|nested| redact(nested));
    value.items.iter_mut().chain(&mut value.wrapped).for_each(redact);
    value.parts.values_mut().for_each(redact);
}

/// The registry knows the types themselves.
#[test]
fn a_type_by_name_is_the_type() {
    let found = registry::find_shape(System::Em, "cloudSUBtenant").unwrap();
    assert!(std::ptr::eq(found, backhaul_models::em::CloudSubtenant::SHAPE));
    let page = registry::find_shape(System::Vb365, "PageOfUsedRepository").unwrap();
    assert_eq!(page.name, "Page");
}
