//! The body that `call` sends: what the user wrote, checked against the schemas first.

use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{ApiVersion, Drift, Operation, Shape, Struct, System, json};
use bytes::Bytes;
use serde_json::Value;

use crate::args::common::EmFormat;
use crate::args::data::Call;
use crate::body::{Form, start};
use crate::connect::Peer;
use crate::console::Console;
use crate::exit::Failure;
use crate::input::Source;

/// A request's body that was read and reads as the operation's request.
pub(super) struct Body {
    bytes: Vec<u8>,
    form: Form,
    /// As the schemas read it; nothing where they do not say what the operation takes.
    value: Option<DynamicStruct>,
    /// Where it was read from.
    source: String,
}

impl Body {
    /// Reads the body. Versions of VB365 may want different types: then it is read once the version is known.
    pub(super) fn read(operation: &'static Operation, source: &Source, console: &Console) -> Result<Self, Failure> {
        if operation.request.is_none() && operation.older.iter().all(|form| form.request.is_none()) {
            return Err(Failure::usage(format!("{} takes no body", operation.name)));
        }
        if let Source::File(path) = source
            && !path.exists()
            && path.to_string_lossy().trim_start().starts_with(['{', '[', '<'])
        {
            // It is not shown: it may hold a secret.
            return Err(Failure::usage("--body is followed by a body, where a file's name is expected")
                .with_help("send it by a file, or by standard input with `--body -`: other users see command lines"));
        }
        let bytes = start(&source.read()?).to_vec();
        let bytes = match operation.wrapper {
            None => bytes,
            Some(wrapper) => unwrapped(bytes, wrapper),
        };
        let mut body = Self { form: Form::of(operation.system, &bytes), bytes, value: None, source: source.name() };
        if operation.older.is_empty() {
            body.value = body.decoded(operation, operation.request, console)?;
        }
        Ok(body)
    }

    /// The value that the body holds in a version; none where no type of ours holds it.
    pub(super) fn take_value(
        &mut self,
        operation: &'static Operation,
        version: Option<ApiVersion>,
        console: &Console,
    ) -> Result<Option<DynamicStruct>, Failure> {
        match self.value.take() {
            None => self.decoded(operation, operation.form(version).request, console),
            read => Ok(read),
        }
    }

    /// The body for people: its value with secrets redacted, else the bytes as text.
    pub(super) fn shown(&self, value: Option<&dyn Struct>) -> Result<String, Failure> {
        match value {
            Some(value) => json::to_string_pretty(value).map_err(|error| Failure::internal(error.to_string())),
            None => Ok(String::from_utf8_lossy(&self.bytes).into_owned()),
        }
    }

    /// The body as the schemas read it. What the schemas do not know of it is said; what does not fit them is a usage
    /// error.
    fn decoded(
        &self,
        operation: &'static Operation,
        request: Option<&'static Shape>,
        console: &Console,
    ) -> Result<Option<DynamicStruct>, Failure> {
        let Some(shape) = request else {
            return Err(Failure::usage(format!("{} takes no body in the version that is spoken", operation.name)));
        };
        let mut value = DynamicStruct::new(shape);
        let mut drift = Drift::default();
        self.form
            .decode(&mut value, &self.bytes, Some(&mut drift))
            .map_err(|error| Failure::usage(format!("the body in {}: {error}", self.source)))?;
        for field in &drift.unknown_fields {
            console.warn(&format!("the body has a field that {} does not have: {field}", shape.name));
        }
        for found in &drift.unknown_values {
            console.warn(&format!("the body has a value that is not known: {} is `{}`", found.path, found.value));
        }
        Ok(Some(value))
    }

    /// The bytes to send: as given, unless Enterprise Manager is spoken to in the other format. A field or value that
    /// the version lacks is an error.
    pub(super) async fn for_server(
        self,
        peer: &Peer,
        operation: &'static Operation,
        args: &Call,
        console: &Console,
    ) -> Result<Bytes, Failure> {
        let value = match self.value {
            None if !operation.older.is_empty() => {
                self.decoded(operation, operation.form(peer.version().await?).request, console)?
            }
            read => read,
        };
        let Some(value) = value else { return Ok(self.bytes.into()) };
        let spoken = match (operation.system, args.connection.em_format) {
            (System::Em, Some(EmFormat::Xml) | None) => Form::Xml,
            (System::Em, Some(EmFormat::Json)) | (System::Vb365 | System::Zstack, _) => Form::Json,
        };
        let encoded = peer.client.encode(operation, &value).await.map_err(|error| peer.refusal(&error))?;
        Ok(if self.form == spoken { self.bytes.into() } else { encoded })
    }
}

/// What stands in ZStack's wrapper, when the body came with it, as documents print it: it is put around every body.
fn unwrapped(bytes: Vec<u8>, wrapper: &str) -> Vec<u8> {
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(mut members)) if members.len() == 1 => {
            members.remove(wrapper).map_or(bytes, |inner| inner.to_string().into_bytes())
        }
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_of_the_documents_is_taken_off() {
        let text = |body: &str| String::from_utf8(unwrapped(body.into(), "logInByAccount"));
        assert_eq!(text(r#"{"logInByAccount": {"a": 1}}"#).as_deref(), Ok(r#"{"a":1}"#));
        assert_eq!(text(r#"{"a": 1}"#).as_deref(), Ok(r#"{"a": 1}"#));
        assert_eq!(text("no").as_deref(), Ok("no"));
    }
}
