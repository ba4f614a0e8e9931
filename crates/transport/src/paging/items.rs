//! Items one at a time: a page costs its text and one item, however many it has.

use backhaul_wire::reflect::Model;
use backhaul_wire::{ApiVersion, DecodeError, Drift, Struct, json, xml};
use futures_util::stream::{self, BoxStream, StreamExt};

use super::Pages;
use crate::client::{Ask, aside, log_misfits};
use crate::error::{Reason, Result};

/// A page whose items are read as they are asked for.
struct Reading<P> {
    page: P,
    list: List,
    items: i64,
    is_bare: bool,
    ask: Ask,
    version: Option<ApiVersion>,
}

enum List {
    Json(json::Items),
    Xml(xml::Items),
}

impl List {
    fn next_into(&mut self, item: &mut dyn Struct, drift: &mut Drift) -> std::result::Result<bool, DecodeError> {
        match self {
            Self::Json(items) => items.next_into(item, Some(drift)),
            Self::Xml(items) => items.next_into(item, Some(drift)),
        }
    }
}

/// The items of all pages of `P`, which are in its list of this name. An error ends the stream.
pub(crate) fn by_item<P: Model, T: Model>(pages: Pages, list: &'static str) -> BoxStream<'static, Result<T>> {
    stream::try_unfold((pages, None::<Reading<P>>), move |(mut pages, mut reading)| async move {
        let item = pages.next_item(&mut reading, list).await?;
        Ok(item.map(|item| (item, (pages, reading))))
    })
    .boxed()
}

impl Pages {
    async fn next_item<P: Model, T: Model>(
        &mut self,
        reading: &mut Option<Reading<P>>,
        list: &str,
    ) -> Result<Option<T>> {
        loop {
            // A page of many items is not read in one go where others wait for the thread.
            tokio::task::coop::consume_budget().await;
            let Some(current) = reading else {
                let Some(begun) = self.begin(list).await? else { return Ok(None) };
                *reading = Some(begun);
                continue;
            };
            let (mut item, mut drift) = (T::default(), Drift::default());
            let read = current.list.next_into(&mut item, &mut drift);
            if read.map_err(|error| self.client.fail(self.source.name(), Reason::Decode(error)))? {
                log_misfits(&self.source.name(), &drift);
                current.items = current.items.saturating_add(1);
                match self.take(&item)? {
                    None => return Ok(Some(item)),
                    Some(_) if self.follow.is_probing() => return Ok(None),
                    Some(again) => return Err(self.circle(&again)),
                }
            }
            let Reading { page, items, is_bare, ask, version, .. } = current;
            let again = self.rows.end_page();
            let next = self.look(ask, page, (*items, *is_bare), again, *version)?;
            *reading = None;
            match next {
                Some(next) => self.next = next,
                None => return Ok(None),
            }
        }
    }

    fn omitted_by(&self, items: xml::Items) -> xml::Items {
        match self.omitted {
            Some((of, field)) => items.without(of, field),
            None => items,
        }
    }

    /// The next page, without its items.
    async fn begin<P: Model>(&mut self, list: &str) -> Result<Option<Reading<P>>> {
        let Some((ask, answered, version)) = self.ask_next().await? else { return Ok(None) };
        let (mut page, mut drift) = (P::default(), Drift::default());
        let (is_bare, is_xml) = (self.is_bare(&answered.body), self.client.protocol().is_xml(&answered.body));
        let body = Vec::from(answered.body);
        let list = aside(body.len(), || match is_xml {
            true => {
                let items = xml::Items::read(&mut page, body, list, Some(&mut drift));
                items.map(|items| List::Xml(self.omitted_by(items)))
            }
            false => json::Items::read(&mut page, body, list, Some(&mut drift)).map(List::Json),
        });
        let list = list.map_err(|error| self.client.fail(answered.name.clone(), Reason::Decode(error)))?;
        self.refuse_misfits(&drift.misfits)?;
        log_misfits(&answered.name, &drift);
        Ok(Some(Reading { page, list, items: 0, is_bare, ask, version }))
    }
}
