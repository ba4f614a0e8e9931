//! The XML reader: whole and from a stream it reads the same, and what it read is written and read again as the same.
#![no_main]

use backhaul_models::em::{CloudTenant, Link};
use backhaul_wire::{Drift, xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let (mut value, mut drift) = (CloudTenant::default(), Drift::default());
    let read = xml::decode_into(&mut value, body, Some(&mut drift));
    let mut handed = 0;
    let streamed = xml::decode_stream::<CloudTenant, Link>(body, "Links", |_| handed += 1);
    match read {
        Err(error) => assert!(error.excerpt().len() <= 2048),
        Ok(()) if drift.misfits.is_empty() => {
            let streamed = streamed.expect("what is read whole is read from a stream");
            assert!(streamed.name == value.name && handed == value.links.len());
            let written = match xml::encode(&value) {
                Ok(written) => written,
                // The reader lets a control character pass; XML has no way to write one.
                Err(error) => return assert!(error.to_string().contains("XML cannot hold"), "{error}"),
            };
            let again: CloudTenant = xml::decode(&written).expect("what is written is read");
            assert!(again.name == value.name && again.links == value.links);
        }
        Ok(()) => {}
    }
});
