//! Items one at a time: a page costs its text and one item, however many it has.

use std::fmt;

use backhaul_wire::reflect::{Model, Slot, StructList};
use backhaul_wire::{ApiVersion, DecodeError, Drift, Struct, json, xml};
use futures_util::stream::{self, BoxStream, StreamExt};

use super::Pages;
use crate::client::{Ask, aside, log_misfits};
use crate::error::{Reason, Result};

/// Makes an empty page, where the type of the answer is known.
type Empty = dyn Fn() -> Option<Box<dyn Struct>> + Send + Sync;

/// A page whose items are read as they are asked for.
struct Reading {
    page: Box<dyn Struct>,
    list: List,
    items: i64,
    is_bare: bool,
    ask: Ask,
    version: Option<ApiVersion>,
}

/// What there was to read.
enum Met {
    Item,
    /// The end of a page; another one follows.
    PageEnd,
    End,
}

enum List {
    Json(json::Items),
    Xml(xml::Items),
}

impl List {
    /// How many bytes the last item takes.
    fn taken(&self) -> usize {
        match self {
            Self::Json(items) => items.taken(),
            Self::Xml(items) => items.taken(),
        }
    }

    fn next_into(&mut self, item: &mut dyn Struct, drift: &mut Drift) -> std::result::Result<bool, DecodeError> {
        match self {
            Self::Json(items) => items.next_into(item, Some(drift)),
            Self::Xml(items) => items.next_into(item, Some(drift)),
        }
    }
}

/// The items of all pages of `P`, which are in its list of this name. An error ends the stream.
pub(crate) fn by_item<P: Model, T: Model>(pages: Pages, list: &'static str) -> BoxStream<'static, Result<T>> {
    // In a box, since it is moved twice for each item.
    stream::try_unfold(Box::new((pages, None)), move |mut state| async move {
        let (pages, reading) = &mut *state;
        loop {
            let (mut item, mut drift) = (T::default(), Drift::default());
            let empty = || Some(Box::new(P::default()) as Box<dyn Struct>);
            let met = pages.read_item(reading, (&empty, list), &mut item, &mut drift).await?;
            log_misfits(&pages.source.name(), &drift);
            match met {
                Met::Item => return Ok(Some((item, state))),
                Met::PageEnd => {}
                Met::End => return Ok(None),
            }
        }
    })
    .boxed()
}

/// The pages of a listing in parts of a bounded number of items, so that a page costs its text and one part: what
/// [`Pages`] is for whole pages.
///
/// A part of large items has fewer of them, and an item that alone takes more than four and a half times the size of its
/// body and 12 MB beside its texts is an error: who shows a part writes it beside it.
pub struct Parts {
    pages: Pages,
    empty: Box<Empty>,
    list: &'static str,
    most: usize,
    reading: Option<Reading>,
    /// How many bytes the last part takes.
    taken: usize,
    /// How the listing ended, once it has: an error is told behind the items that were read before it.
    ended: Option<Result<()>>,
}

impl Parts {
    /// The next part: an empty page but for its list, in which at least one item is. `None` when there is none any
    /// more. Paths of `drift` are those in the whole body.
    ///
    /// # Errors
    /// As [`Pages::next_into`]; items of the same page may have come before. After an error the listing has ended.
    pub async fn next(&mut self, drift: &mut Drift) -> Result<Option<Box<dyn Struct>>> {
        if let Some(ended) = &mut self.ended {
            return std::mem::replace(ended, Ok(())).map(|()| None);
        }
        let Some(mut part) = (self.empty)() else { return Err(self.pages.fail(UNKNOWN.to_owned())) };
        let Some(items) = list_of(part.as_mut(), self.list) else { return Err(self.pages.fail(UNKNOWN.to_owned())) };
        self.taken = 0;
        while items.len() < self.most && self.taken < PART {
            let met = self.pages.read_item(&mut self.reading, (&self.empty, self.list), items.push(), drift).await;
            match (&met, &self.reading) {
                (Ok(Met::Item), Some(reading)) => self.taken = self.taken.saturating_add(reading.list.taken()),
                (Ok(Met::Item), None) => {}
                _ => items.truncate(items.len().saturating_sub(1)),
            }
            match met {
                Ok(Met::PageEnd) if !items.is_empty() => break,
                Ok(Met::Item | Met::PageEnd) => {}
                ended => {
                    self.ended = Some(ended.map(drop));
                    break;
                }
            }
        }
        match &mut self.ended {
            Some(ended) if items.is_empty() => std::mem::replace(ended, Ok(())).map(|()| None),
            _ => Ok(Some(part)),
        }
    }
}

impl Parts {
    /// How many bytes the last part takes beside its texts, and rather more than less.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("list", &self.list).field("most", &self.most).finish_non_exhaustive()
    }
}

/// How many bytes a part takes beside its texts, before its last item.
const PART: usize = 1 << 20;

/// What an item of a part may take of a body of this size.
fn room(size: usize) -> usize {
    size.saturating_mul(9) / 2 + (12 << 20)
}

const UNKNOWN: &str = "the answer is not of a type that has this list";

/// The list at a dotted path of wire names.
fn list_of<'a>(page: &'a mut dyn Struct, path: &str) -> Option<&'a mut dyn StructList> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let index = page.shape().index_of(name)?;
    match (page.slot(index), rest) {
        (Slot::Structs(list), None) => Some(list),
        (Slot::Struct(place), Some(rest)) => list_of(place.get_or_default(), rest),
        _ => None,
    }
}

impl Pages {
    /// The same pages in parts of at most `most` items. `empty` makes an empty page, and `list` is the dotted path of
    /// wire names to its items.
    #[must_use]
    pub fn parts(
        self,
        list: &'static str,
        most: usize,
        empty: impl Fn() -> Option<Box<dyn Struct>> + Send + Sync + 'static,
    ) -> Parts {
        let pages = Self { in_parts: true, ..self };
        Parts { pages, empty: Box::new(empty), list, most: most.max(1), reading: None, taken: 0, ended: None }
    }

    async fn read_item(
        &mut self,
        reading: &mut Option<Reading>,
        page: (&Empty, &str),
        item: &mut dyn Struct,
        drift: &mut Drift,
    ) -> Result<Met> {
        // A page of many items is not read in one go where others wait for the thread.
        tokio::task::coop::consume_budget().await;
        if reading.is_none() {
            *reading = self.begin(page, drift).await?;
        }
        let Some(current) = reading else { return Ok(Met::End) };
        let read = current.list.next_into(item, drift);
        if read.map_err(|error| self.client.fail(self.source.name(), Reason::Decode(error)))? {
            current.items = current.items.saturating_add(1);
            return match self.take(item)? {
                None => Ok(Met::Item),
                Some(_) if self.follow.is_probing() => Ok(Met::End),
                Some(again) => Err(self.again(&again)),
            };
        }
        let Reading { page, items, is_bare, ask, version, .. } = current;
        let again = self.rows.end_page();
        let next = self.look(ask, page.as_ref(), (*items, *is_bare), again, *version)?;
        *reading = None;
        Ok(match next {
            None | Some(super::Next::End) => Met::End,
            Some(next) => {
                self.next = next;
                Met::PageEnd
            }
        })
    }

    fn omitted_by(&self, items: xml::Items) -> xml::Items {
        match self.omitted {
            Some((of, field)) => items.without(of, field),
            None => items,
        }
    }

    /// The next page, without its items.
    async fn begin(&mut self, (empty, list): (&Empty, &str), drift: &mut Drift) -> Result<Option<Reading>> {
        let Some((ask, answered, version)) = self.ask_next().await? else { return Ok(None) };
        let Some(mut page) = empty() else { return Err(self.fail(UNKNOWN.to_owned())) };
        let (is_bare, is_xml) = (self.is_bare(&answered.body), self.client.protocol().is_xml(&answered.body));
        let body = Vec::from(answered.body);
        let list = list.rsplit('.').next().unwrap_or(list);
        let known = drift.misfits.len();
        let most = if self.in_parts { room(body.len()) } else { json::Items::room(body.len()) };
        let list = aside(body.len(), || {
            let (page, drift) = (page.as_mut(), Some(&mut *drift));
            Ok(match is_xml {
                true => List::Xml(self.omitted_by(xml::Items::read_within(most, page, body, list, drift)?)),
                false => List::Json(json::Items::read_within(most, page, body, list, drift)?),
            })
        });
        let list = list.map_err(|error| self.client.fail(answered.name.clone(), Reason::Decode(error)))?;
        self.refuse_misfits(drift.misfits.get(known..).unwrap_or_default())?;
        Ok(Some(Reading { page, list, items: 0, is_bare, ask, version }))
    }
}
