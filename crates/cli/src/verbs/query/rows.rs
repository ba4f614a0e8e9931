//! The rows of a query on their way out: as they come, or sorted first.

use backhaul_filter::{Order, Reflected, compare};
use backhaul_wire::{Struct, json};
use serde_json::{Map, Value};

use crate::console::Console;
use crate::exit::Failure;
use crate::output::{Column, Format, Kind, Projection, Records, RowWriter, writer};

/// Where items are printed.
pub(super) struct Rows {
    out: Out,
    /// The name of the member that tells the server, when there are several.
    server: Option<&'static str>,
    left: u64,
    begun: bool,
}

enum Out {
    /// Whole objects.
    Whole(Box<Records>),
    /// The chosen fields.
    Chosen(Projection, Box<dyn RowWriter>),
}

impl Rows {
    pub(super) fn new(
        format: Format,
        projection: Option<Projection>,
        server: Option<&'static str>,
        limit: Option<u64>,
        console: &Console,
    ) -> Self {
        let out = match projection {
            Some(projection) => Out::Chosen(projection, writer(format, console)),
            None => Out::Whole(Box::new(Records::new(format, console))),
        };
        Self { out, server, left: limit.unwrap_or(u64::MAX), begun: false }
    }

    /// Whether no more rows are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Prints an item; secrets are redacted.
    pub(super) fn item(&mut self, server: &str, item: &dyn Struct) -> Result<(), Failure> {
        if self.is_full() {
            return Ok(());
        }
        self.left -= 1;
        let value = json::to_value(item).map_err(|error| Failure::internal(error.to_string()))?;
        self.begin()?;
        match &mut self.out {
            Out::Whole(records) => {
                let mut object = Map::new();
                if let Some(name) = self.server {
                    object.insert(name.to_owned(), server.into());
                }
                if let Value::Object(members) = value {
                    object.extend(members);
                }
                records.record(object)
            }
            Out::Chosen(projection, out) => {
                let mut row: Vec<Value> = self.server.map(|_| server.into()).into_iter().collect();
                row.extend(projection.row(&value));
                out.row(row)
            }
        }
    }

    fn begin(&mut self) -> Result<(), Failure> {
        if let (false, Out::Chosen(projection, out)) = (self.begun, &mut self.out) {
            let mut columns: Vec<Column> = self.server.map(|name| Column::new(name, Kind::Text)).into_iter().collect();
            columns.extend(projection.columns());
            out.begin(&columns)?;
        }
        self.begun = true;
        Ok(())
    }

    /// Hands what was printed to the reader, after each page.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.out {
            Out::Whole(records) => records.flush(),
            Out::Chosen(_, out) => out.flush(),
        }
    }

    /// Ends the output.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        self.begin()?;
        match self.out {
            Out::Whole(records) => records.end(),
            Out::Chosen(_, mut out) => out.end(),
        }
    }
}

/// Items that are kept until all are there, to be sorted.
#[derive(Default)]
pub(super) struct Kept {
    pages: Vec<Box<dyn Struct>>,
    /// Of each item: its server, its page, its place in the page's list.
    items: Vec<(usize, usize, usize)>,
}

impl Kept {
    /// Keeps a page, and of its list the items at these places.
    pub(super) fn page(&mut self, server: usize, page: Box<dyn Struct>, places: Vec<usize>) {
        if !places.is_empty() {
            let at = self.pages.len();
            self.items.extend(places.into_iter().map(|place| (server, at, place)));
            self.pages.push(page);
        }
    }

    /// Hands the items out in order: by the field, those that are equal as they came.
    pub(super) fn sorted(
        self,
        list: &str,
        order: &Order<'_>,
        mut item: impl FnMut(usize, &dyn Struct) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut items: Vec<(usize, &dyn Struct)> = self
            .items
            .iter()
            .filter_map(|&(server, page, place)| {
                Some((server, self.pages.get(page)?.path(list).structs()?.get(place)?))
            })
            .collect();
        items.sort_by(|(_, a), (_, b)| {
            let found = compare(&order.field, &Reflected(*a), &Reflected(*b));
            if order.descending { found.reverse() } else { found }
        });
        items.into_iter().try_for_each(|(server, value)| item(server, value))
    }
}
