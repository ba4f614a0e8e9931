//! What a type says of itself, and how a value is read and written by it, without a type of any vendor's.
//!
//! `cargo run -p backhaul-wire --example reflection`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use backhaul_models::em::CloudSubtenant;
use backhaul_wire::{Drift, Struct, xml};

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body = br#"<CloudSubtenant Id="0f5afb99-7468-42c4-a45d-28e98bc6122b"><Name>web</Name><Colour>blue</Colour></CloudSubtenant>"#;
    let (mut subtenant, mut drift) = (CloudSubtenant::default(), Drift::default());
    xml::decode_into(&mut subtenant, body, Some(&mut drift))?;

    // Any type the same way: its fields by name, and what of them is set.
    let reflected: &dyn Struct = &subtenant;
    for (index, field) in reflected.shape().fields.iter().enumerate() {
        if !reflected.view(index).is_absent() {
            println!("{}: {}", field.wire, field.kind.name());
        }
    }
    // What the schema does not know is told, and kept for the form in which it came.
    println!("unknown: {:?}", drift.unknown_fields);
    println!("{}", String::from_utf8(xml::encode(&subtenant)?)?);
    Ok(())
}
