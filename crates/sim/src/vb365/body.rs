//! Reading request bodies, in the types of the version that was called.

use backhaul_wire::ApiVersion;
use std::borrow::Cow;

use backhaul_models::vb365::VERSIONS;
use backhaul_wire::json;
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::shape::{Field, Kind, Shape};
use serde_json::Value;

use super::store::Members;
use super::{Call, Refusal};
use crate::engine::form::without_trailing_commas;
use crate::engine::project::to_json;

impl Call<'_> {
    /// The body as JSON; `None` when there is none.
    fn sent(&self) -> Result<Option<Cow<'_, Value>>, Refusal> {
        if let Some(action) = &self.action {
            return Ok((!action.is_null()).then_some(Cow::Borrowed(action)));
        }
        let bytes = self.request.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.request.body);
        let bytes = &*without_trailing_commas(bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| Refusal::bad(format!("The body is not JSON: {error}.")))?;
        Ok((!value.is_null()).then_some(Cow::Owned(value)))
    }

    /// The members of the body, by the names of its type; none when the operation takes no body or none was sent.
    pub(in crate::vb365) fn members(&self) -> Result<Members, Refusal> {
        let form = self.operation.form(ApiVersion::new(self.version));
        let Some(sent) = self.sent()? else { return Ok(Members::new()) };
        let Some(shape) = form.request else { return Ok(Members::new()) };
        if !sent.is_object() {
            return Err(Refusal::bad("The body must be an object."));
        }
        let members = read(shape, &sent)?;
        let said = |field: &Field| {
            sent.as_object().is_some_and(|sent| sent.keys().any(|name| name.eq_ignore_ascii_case(field.json)))
        };
        // What must be there is known of the newest version; what edits may leave anything out, and what is answered,
        // too, names what the answer must hold.
        let answered = form.response.shape().is_some_and(|answer| answer.name == shape.name);
        let strict = self.version == *VERSIONS.end() && self.operation.method == "POST" && !answered;
        let mut required = shape.fields.iter().filter(|field| field.is_required_in(ApiVersion::new(self.version)));
        match required.find(|field| strict && !said(field)) {
            Some(field) => Err(Refusal::bad(format!("The {} field is required.", field.json))),
            None => Ok(members),
        }
    }

    /// The items of a body that is an array.
    pub(in crate::vb365) fn items(&self) -> Result<Vec<Value>, Refusal> {
        let Some(sent) = self.sent()? else { return Ok(Vec::new()) };
        let Value::Array(items) = sent.as_ref() else {
            return Err(Refusal::bad("The body must be an array."));
        };
        let list = self.operation.form(ApiVersion::new(self.version)).request.and_then(|shape| shape.fields.first());
        match list.map(|list| list.kind) {
            Some(Kind::Struct(shape)) => items.iter().map(|item| read(shape, item).map(Value::Object)).collect(),
            _ => Ok(items.clone()),
        }
    }
}

/// Reads a body in its type, so that letter case and numbers in texts are as the type has them.
fn read(shape: &'static Shape, sent: &Value) -> Result<Members, Refusal> {
    let whole = || sent.as_object().cloned().unwrap_or_default();
    let mut body = DynamicStruct::new(shape);
    json::decode_into(&mut body, sent.to_string().as_bytes(), None).map_err(|error| {
        let at = if error.path().is_empty() { String::new() } else { format!(" at {}", error.path()) };
        Refusal::bad(format!("The body does not fit{at}: {}.", error.message()))
    })?;
    match to_json(&body) {
        Ok(Value::Object(mut members)) => {
            // A null that was sent takes away, whether or not the type tells it from nothing.
            for (name, _) in whole().into_iter().filter(|(_, value)| value.is_null()) {
                if let Some(field) = shape.index_of(&name).and_then(|at| shape.fields.get(at)) {
                    members.insert(field.json.to_owned(), Value::Null);
                }
            }
            Ok(members)
        }
        _ => Ok(whole()),
    }
}
