//! The JSON reader: it takes what serde_json takes, and what it read is written and read again as the same.
#![no_main]

use backhaul_models::em::CloudTenant;
use backhaul_wire::{Drift, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let (mut value, mut drift) = (CloudTenant::default(), Drift::default());
    match json::decode_into(&mut value, body, Some(&mut drift)) {
        Err(error) => {
            assert!(error.excerpt().len() <= 2048);
            let object = serde_json::from_slice::<serde_json::Value>(body).ok().filter(|value| value.is_object());
            assert!(object.is_none(), "{error}");
        }
        Ok(()) => {
            let written = json::encode(&value, json::Case::Schema).expect("what was read from JSON is written as JSON");
            // What did not fit is written as it came, and does not fit again.
            let (mut again, mut drift) = (CloudTenant::default(), Drift::default());
            json::decode_into(&mut again, &written, Some(&mut drift)).expect("what is written is read");
            assert!(again == value);
        }
    }
    let mut page = CloudTenant::default();
    if let Ok(mut items) = json::Items::read(&mut page, body.to_vec(), "Links", None) {
        while let Ok(Some(_)) = items.next_item::<backhaul_models::em::Link>() {}
    }
});
