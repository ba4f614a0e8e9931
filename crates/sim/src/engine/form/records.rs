//! Records of the models' types in files.

use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, Id, Struct, json};
use serde_json::Value;

use super::{FormError, Object};

/// The records of an array.
pub(crate) fn records<T: Model>(object: &mut Object, name: &'static str) -> Result<Vec<T>, FormError> {
    object.list(name)?.iter().map(|(path, value)| record(path, value)).collect()
}

/// One record, in the form of the system's own JSON; members that its type does not have are errors.
pub(crate) fn record<T: Model>(path: &str, value: &Value) -> Result<T, FormError> {
    let mut record = T::default();
    fill(path, value, &mut record)?;
    Ok(record)
}

/// Reads a record of any type.
pub(crate) fn fill(path: &str, value: &Value, record: &mut dyn Struct) -> Result<(), FormError> {
    let mut drift = Drift::default();
    json::decode_into(record, value.to_string().as_bytes(), Some(&mut drift)).map_err(|error| {
        let at = if error.path().is_empty() { path.to_owned() } else { format!("{path}.{}", error.path()) };
        FormError::new(at, error.message())
    })?;
    // A record is written by hand: a value that does not fit is a mistake, and not what a newer server sends.
    if let Some(misfit) = drift.misfits.first() {
        return Err(FormError::new(format!("{path}.{}", misfit.path), &misfit.reason));
    }
    match drift.unknown_fields.first() {
        None => Ok(()),
        Some(field) => {
            let message = format!("`{field}` is no field of {}", record.shape().name);
            Err(FormError::new(path, message))
        }
    }
}

/// Fails when an id is missing or not among those of another list.
pub(crate) fn refers<'a>(
    path: &str,
    id: Option<&Id>,
    mut known: impl Iterator<Item = Option<&'a Id>>,
    list: &str,
) -> Result<(), FormError> {
    let Some(id) = id else {
        return Err(FormError::new(path, "it is missing"));
    };
    if known.any(|other| other.is_some_and(|other| other.same(id))) {
        Ok(())
    } else {
        let message = format!("`{}` is the id of nothing in `{list}`", id.as_str().escape_debug());
        Err(FormError::new(path, message))
    }
}
