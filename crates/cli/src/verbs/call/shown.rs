//! An answer on its way out: JSON with our names, secrets redacted, and nothing that a terminal would obey.

use std::io::{self, Write};

use backhaul_transport::RawAnswer;
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{Drift, Shape, Struct, json};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::body::Form;
use crate::escape::JsonTo;
use crate::page::{Items, List};

/// What is shown. It is written piece by piece: indented, it may be many times what it was read from.
pub(super) enum Shown {
    Value(Box<dyn Struct>),
    Page(Paged),
    Tree(Value),
}

impl Shown {
    /// A page that can be read item by item; `None` when it lists nothing or cannot be read, of which who reads it whole
    /// tells more.
    pub(super) fn page(shape: &'static Shape, list: List, raw: &RawAnswer, drift: &mut Drift) -> Option<Self> {
        let form = Form::of(raw.operation.system, &raw.body);
        let page = Paged { form, body: raw.body.clone(), shape, list };
        // What breaks in its last item is told before anything is shown.
        page.write(&mut io::sink(), drift).ok()?;
        Some(Self::Page(page))
    }

    /// Writes it, and the end of its line.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Value(value) => pretty(out, &json::Redacted(value.as_ref()))?,
            Self::Tree(value) => pretty(out, value)?,
            Self::Page(page) => page.write(out, &mut Drift::default())?,
        }
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// A page that is read item by item, each time that it is written.
pub(super) struct Paged {
    form: Form,
    body: Bytes,
    shape: &'static Shape,
    list: List,
}

impl Paged {
    fn write(&self, out: &mut dyn Write, drift: &mut Drift) -> io::Result<()> {
        let Self { form, body, shape, list } = self;
        let mut page = DynamicStruct::new(shape);
        let mut items = Items::read(*form, &mut page, body.to_vec(), *list, drift).map_err(io::Error::other)?;
        let (mut count, mut ended) = (0_u64, Err(io::Error::other("the page has no such list")));
        let next = || {
            let mut item = DynamicStruct::new(list.item);
            match items.next_into(&mut item, drift) {
                Ok(true) => {
                    count += 1;
                    return Some(item);
                }
                Ok(false) if count > 0 => ended = Ok(()),
                Ok(false) => ended = Err(io::Error::other("the list is empty")),
                Err(error) => ended = Err(io::Error::other(error)),
            }
            None
        };
        pretty(out, &json::RedactedPage::new(&page, list.name, next))?;
        ended
    }
}

fn pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(JsonTo(out), value).map_err(Into::into)
}
