//! The items of a page, one at a time: a page costs its text and one item, where as values all of them would be many
//! times their text.

use backhaul_models::registry;
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{DecodeError, Drift, Shape, Struct, json, xml};

use crate::body::{Form, room};

/// The list of a page's items.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) name: &'static str,
    pub(crate) item: &'static Shape,
}

impl List {
    /// The list of an answer that lists.
    pub(crate) fn of(response: Response) -> Option<Self> {
        let Response::Page(_, path) = response else { return None };
        let name = path.rsplit('.').next().unwrap_or(path);
        registry::listed_in(response).map(|item| Self { name, item })
    }
}

/// A page's items, in the form that the page came in.
pub(crate) enum Items {
    Xml(xml::Items),
    Json(json::Items),
}

impl Items {
    /// Reads a page without its items.
    pub(crate) fn read(
        form: Form,
        page: &mut dyn Struct,
        body: Vec<u8>,
        list: List,
        drift: &mut Drift,
    ) -> Result<Self, DecodeError> {
        let most = room(body.len());
        Ok(match form {
            Form::Xml => Self::Xml(xml::Items::read_within(most, page, body, list.name, Some(drift))?),
            Form::Json => Self::Json(json::Items::read_within(most, page, body, list.name, Some(drift))?),
        })
    }

    pub(crate) fn next_into(&mut self, item: &mut DynamicStruct, drift: &mut Drift) -> Result<bool, DecodeError> {
        match self {
            Self::Xml(items) => items.next_into(item, Some(drift)),
            Self::Json(items) => items.next_into(item, Some(drift)),
        }
    }

    /// Reads what was written of the last item.
    pub(crate) fn read_again(&self, item: &mut DynamicStruct, body: &[u8]) -> Result<(), DecodeError> {
        // What did not fit is written as it came, and does not fit again.
        let drift = Some(&mut Drift::default());
        match self {
            Self::Xml(_) => xml::decode_into(item, body, drift),
            Self::Json(items) => items.read_again(item, body, drift),
        }
    }

    /// Where the last item stands in the body.
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::Xml(items) => items.place(),
            Self::Json(items) => items.place(),
        }
    }
}
