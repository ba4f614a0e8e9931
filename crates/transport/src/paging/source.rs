//! What a listing is of: the request for a page, and what its answer holds.

use std::borrow::Cow;

use backhaul_wire::operation::Response;
use backhaul_wire::reflect::StructList;
use backhaul_wire::{ApiVersion, Operation, Struct};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use url::Url;

use super::listing::Typed;
use crate::address;
use crate::client::{Arguments, Ask, Client};
use crate::error::{Reason, Result};

/// What is listed.
pub(crate) trait Source: Send + Sync {
    /// What errors call it.
    fn name(&self) -> Cow<'static, str>;

    /// The operation whose answers the pages are, if they are one's.
    fn operation(&self) -> Option<&'static Operation>;

    /// Makes it fit the version that is spoken, and asks for what is wanted unless the call says otherwise.
    fn prepare(
        &mut self,
        client: &Client,
        version: Option<ApiVersion>,
        defaults: Vec<(&'static str, String)>,
    ) -> Result<()>;

    /// The request for the page that the parameters name.
    fn ask<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Ask>>;

    /// The request for the page at an address.
    fn ask_at(&self, url: Url) -> Ask;

    /// The value of a parameter.
    fn param(&self, name: &str) -> Option<String>;

    /// Sets a parameter.
    fn set(&mut self, name: &'static str, value: &str);

    /// The page in the body of an answer.
    ///
    /// # Errors
    /// What is wrong with the body.
    fn page(&self, body: Bytes) -> std::result::Result<Bytes, String> {
        Ok(body)
    }

    /// The lists that hold the items of a page.
    fn lists<'p>(&self, page: &'p dyn Struct) -> Vec<&'p dyn StructList> {
        match self.operation().map(|operation| operation.response) {
            Some(Response::Page(_, list)) if !list.is_empty() => page.path(list).structs().into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// An operation, and of a typed call also what is known of it before the version is.
pub(super) struct Called {
    pub(super) operation: &'static Operation,
    pub(super) given: Arguments,
    pub(super) typed: Option<Typed>,
}

impl Source for Called {
    fn name(&self) -> Cow<'static, str> {
        self.operation.name.into()
    }

    fn operation(&self) -> Option<&'static Operation> {
        Some(self.operation)
    }

    fn prepare(
        &mut self,
        client: &Client,
        version: Option<ApiVersion>,
        defaults: Vec<(&'static str, String)>,
    ) -> Result<()> {
        if let Some(typed) = &self.typed {
            client.check_form(self.operation, typed.until, version)?;
            if let Some((_, why)) = typed.refused.iter().find(|(of, _)| of.is_none() || *of == version) {
                return Err(client.fail(self.operation.name, Reason::Version(why.clone())));
            }
        }
        for (name, value) in defaults {
            if address::takes(self.operation, name, version) && self.param(name).is_none() {
                self.given.params.push((name.to_owned(), value));
            }
        }
        Ok(())
    }

    fn ask<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Ask>> {
        Box::pin(client.ask(self.operation, &self.given))
    }

    /// A search says what it looks for in its body: so does each of its pages.
    fn ask_at(&self, url: Url) -> Ask {
        Ask::new(self.operation, url, self.given.body.clone())
    }

    fn param(&self, name: &str) -> Option<String> {
        let mut params = self.given.params.iter();
        params.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.given.params.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.given.params.push((name.to_owned(), value.to_owned()));
    }
}
