//! Reading what clients send.

use backhaul_wire::reflect::Model;
use backhaul_wire::{Struct, json, xml};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::{Call, Refusal, value};
use crate::engine::form::without_trailing_commas;

impl Call<'_> {
    /// The body of the request, which must be there.
    pub(in crate::em) fn body<T: Model>(&self) -> Result<T, Refusal> {
        let mut body = T::default();
        self.read(&mut body)?;
        Ok(body)
    }

    /// The body of the request, or an empty value when there is none.
    pub(in crate::em) fn body_or_default<T: Model>(&self) -> Result<T, Refusal> {
        if self.request.body.is_empty() { Ok(T::default()) } else { self.body() }
    }

    /// Reads the body of the request. What is wrong with it is said with its place.
    pub(in crate::em) fn read(&self, into: &mut dyn Struct) -> Result<(), Refusal> {
        let kind = self.request.header(CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is = |known: &[&str]| known.iter().any(|it| it.eq_ignore_ascii_case(kind));
        let bytes = &self.request.body;
        let read = if is(&["application/json", "text/json"]) {
            json::decode_into(into, &without_trailing_commas(bytes), None)
        } else if is(&["application/xml", "text/xml"]) {
            xml::decode_into(into, bytes, None)
        } else {
            let message = "A body needs the Content-Type application/xml or application/json.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        };
        read.map_err(|error| Refusal::bad(error.to_string()))?;
        match value::missing(into) {
            None => Ok(()),
            Some(name) => Err(Refusal::bad(format!("{} lacks {name}.", into.shape().name))),
        }
    }
}
