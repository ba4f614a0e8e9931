//! What is asked or refused before a call is sent: what destroys something, what lacks its body.

use backhaul_wire::{ApiVersion, Operation, Repeat, Shape};

use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::names;

/// Words in operations' names that say that something will be gone.
const DESTROYS: [&str; 9] = ["delete", "remove", "destroy", "expunge", "erase", "wipe", "cleanup", "clean", "revoke"];

/// Whether something is gone afterwards.
pub(super) fn destroys(operation: &Operation) -> bool {
    operation.method == "DELETE" || names::words(operation.name).iter().any(|word| DESTROYS.contains(&word.as_str()))
}

/// Asks a person at a terminal whether what destroys something is meant. A script is not asked: it cannot answer.
pub(super) fn ask(operation: &Operation, server: &str, console: &Console) -> Result<(), Failure> {
    if !destroys(operation) {
        return Ok(());
    }
    let question = format!("{} on `{server}` destroys something: go on?", operation.name);
    match console.agrees(&question) {
        Some(false) => Err(Failure::new(Code::DataSaysNo, "nothing was sent").with_help("--yes asks no question")),
        Some(true) | None => Ok(()),
    }
}

/// Refuses a call without the body that its operation cannot do without.
pub(in crate::verbs) fn needs_body(operation: &Operation, version: Option<ApiVersion>) -> Result<(), Failure> {
    let Some(shape) = operation.form(version).request else { return Ok(()) };
    let must: Vec<&str> = required(shape, version).collect();
    // What replaces something with nothing is never meant. Enterprise Manager's actions take their options or do
    // without.
    let is_action = operation.path.contains("?action=");
    if is_action || must.is_empty() && operation.method != "PUT" {
        return Ok(());
    }
    let fields = if must.is_empty() { String::new() } else { format!(", which must have {}", must.join(", ")) };
    let target = format!("{}.{}", operation.system, operation.name);
    Err(Failure::usage(format!("{} needs a body, a {}{fields}", operation.name, shape.name))
        .with_help(format!("backhaul call {target} --template > body.json, edit it, and add --body body.json")))
}

fn required(shape: &'static Shape, version: Option<ApiVersion>) -> impl Iterator<Item = &'static str> {
    let needed = move |field: &&backhaul_wire::shape::Field| {
        // Without a version it is not known yet which is spoken.
        field.repeat != Repeat::Map && if version.is_none() { field.required } else { field.is_required_in(version) }
    };
    shape.fields.iter().filter(needed).map(|field| field.json)
}

#[cfg(test)]
mod tests {
    use backhaul_models::registry;
    use backhaul_wire::System;

    use super::*;

    fn operation(system: System, name: &str) -> &'static Operation {
        registry::find_operation(system, name).unwrap_or_else(|| unreachable!("{name}"))
    }

    #[test]
    fn what_destroys_is_known_by_method_and_name() {
        assert!(destroys(operation(System::Vb365, "Organization_Remove")));
        assert!(destroys(operation(System::Zstack, "ExpungeVmInstance")));
        assert!(!destroys(operation(System::Em, "PostJobsByIdStart")));
        assert!(!destroys(operation(System::Zstack, "QueryBackupStorage")));
    }

    #[test]
    fn a_body_is_missed_before_the_server_misses_it() {
        let refused = needs_body(operation(System::Zstack, "AddImageStoreBackupStorage"), None).err();
        assert!(refused.is_some_and(|failure| failure.message().contains("hostname")));
        assert!(needs_body(operation(System::Vb365, "Job_StartAction"), None).is_ok());
        assert!(needs_body(operation(System::Em, "PostJobsByIdStart"), None).is_ok());
    }
}
