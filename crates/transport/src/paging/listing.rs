//! Typed listings: a call, and its pages or items as a stream.

use backhaul_wire::reflect::Model;
use backhaul_wire::{ApiVersion, Call, json};
use futures_util::stream::{self, BoxStream, StreamExt};

use super::source::Called;
use super::{Pages, by_item};
use crate::client::{Arguments, Client};
use crate::error::Result;

/// What a typed call asks of the version.
pub(super) struct Typed {
    /// As [`Call::FORM_UNTIL`].
    pub(super) until: Option<ApiVersion>,
    /// Why its body cannot be sent: to one version, or to any.
    pub(super) refused: Vec<(Option<ApiVersion>, String)>,
}

impl Client {
    /// A typed listing, for the clients that take no calls but their own.
    #[must_use]
    pub(crate) fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call,
        C::Answer: Paged,
    {
        let mut given = Arguments::default();
        call.params(&mut |name, value| given.params.push((name.to_owned(), value.to_owned())));
        let mut typed = Typed { until: C::FORM_UNTIL, refused: Vec::new() };
        if let Some(body) = call.body() {
            match json::encode(body, json::Case::Schema) {
                Ok(bytes) => given.body = Some(bytes.into()),
                Err(error) => typed.refused.push((None, error.to_string())),
            }
            // Which version is spoken is known once the first page is asked for.
            for version in self.protocol().versions().into_iter().map(Some) {
                if let Err(error) = json::check_versions(body, version) {
                    typed.refused.push((version, error.to_string()));
                }
            }
        }
        Listing::of(self.pages_of(Called { operation: C::OPERATION, given, typed: Some(typed) }))
    }
}

/// An answer that is one page of items.
pub trait Paged: Model {
    /// What it lists.
    type Item: Model;
    /// The list that holds the items, by its name in JSON.
    const LIST: &'static str;
}

impl<T: Model> Paged for backhaul_models::vb365::Page<T> {
    type Item = T;
    const LIST: &'static str = "results";
}

impl<T: Model> Paged for backhaul_models::zstack::Page<T> {
    type Item = T;
    const LIST: &'static str = "inventories";
}

/// A typed listing: by page or by item, as a stream.
pub struct Listing<P> {
    pages: Pages,
    of: std::marker::PhantomData<fn() -> P>,
}

impl<P: Paged> Listing<P> {
    pub(crate) fn of(pages: Pages) -> Self {
        Self { pages, of: std::marker::PhantomData }
    }

    /// The pages, each as it comes. An error ends the stream.
    #[must_use]
    pub fn by_page(self) -> BoxStream<'static, Result<P>> {
        by_page(self.pages)
    }

    /// The items of all pages, each as it is read: however many a page has, one is in memory beside its text. An error
    /// ends the stream, and may come after items of the page that it is of.
    #[must_use]
    pub fn by_item(self) -> BoxStream<'static, Result<P::Item>> {
        by_item::<P, P::Item>(self.pages, P::LIST)
    }
}

pub(crate) fn by_page<P: Model>(pages: Pages) -> BoxStream<'static, Result<P>> {
    stream::try_unfold(pages, |mut pages| async move {
        let mut page = P::default();
        Ok(pages.next_page(&mut page, None).await?.map(|_| (page, pages)))
    })
    .boxed()
}
