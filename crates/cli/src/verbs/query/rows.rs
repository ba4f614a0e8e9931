//! The rows of a query on their way out: as they come, or sorted first.

use backhaul_filter::{Order, Reflected, compare};
use backhaul_wire::{Shape, Struct};
use serde_json::Value;

use crate::console::Console;
use crate::exit::Failure;
use crate::output::{Cell, Column, Kind, More, Projection, RowWriter, Style, writer};

/// Where items are printed.
pub(super) struct Rows {
    out: Box<dyn RowWriter>,
    columns: Vec<Source>,
    fields: Projection,
    shape: &'static Shape,
    /// Whether members that are no columns stand in each row, too.
    unknown: bool,
    left: u64,
    begun: bool,
}

/// Where a column's value comes from.
enum Source {
    /// The profile that was asked.
    Server(Column),
    /// The item.
    Field(Column),
}

/// What of the items is printed.
pub(super) struct Chosen {
    /// Whether what the schemas do not know belongs to it: it does when all that they know is wanted.
    unknown: bool,
    shape: &'static Shape,
    /// Whether the server's name stands in a column of its own, and where: first, unless the user says otherwise.
    server: Option<(&'static str, usize)>,
    fields: Projection,
}

impl Chosen {
    /// The fields that the user names, else those of the whole type, or of a table.
    pub(super) fn new(item: &'static Shape, named: &[String], several: bool, style: &Style) -> Result<Self, Failure> {
        let server = match item.index_of("server") {
            Some(_) => "_server",
            None => "server",
        };
        let place = named.iter().position(|name| name.trim().eq_ignore_ascii_case(server));
        let named: Vec<String> =
            named.iter().enumerate().filter(|(at, _)| Some(*at) != place).map(|(_, name)| name.clone()).collect();
        let fields = match (place, &named[..]) {
            (None, []) if style.is_table() => Projection::for_people(item),
            (None, []) => Projection::whole(item),
            _ => Projection::new(item, &named)?,
        };
        let unknown = named.is_empty() && place.is_none() && style.has_room();
        Ok(Self { unknown, shape: item, server: place.or(several.then_some(0)).map(|place| (server, place)), fields })
    }

    /// With what the schemas do not know beside any fields, if that is `wanted`.
    pub(super) fn with_unknown(mut self, wanted: bool, style: &Style) -> Result<Self, Failure> {
        if wanted && !style.has_room() {
            return Err(Failure::usage(
                "--unknown prints members that are no columns: this format has no room for them",
            )
            .with_help("add -o json, ndjson or yaml"));
        }
        self.unknown |= wanted;
        Ok(self)
    }

    /// The fields of the items that the server could be asked for; nothing when all are wanted.
    pub(super) fn projection(&self, named: &[String]) -> Option<&Projection> {
        (!named.is_empty()).then_some(&self.fields)
    }
}

impl Rows {
    pub(super) fn new(style: &Style, chosen: Chosen, limit: Option<u64>, console: &Console) -> Self {
        let mut columns: Vec<Source> = chosen.fields.columns().into_iter().map(Source::Field).collect();
        if let Some((name, place)) = chosen.server {
            columns.insert(place.min(columns.len()), Source::Server(Column::new(name, Kind::Name).asked()));
        }
        let out = writer(style, console);
        let left = limit.unwrap_or(u64::MAX);
        let Chosen { unknown, shape, fields, .. } = chosen;
        Self { out, columns, fields, unknown, shape, left, begun: false }
    }

    /// Whether members that the schemas do not know are printed.
    pub(super) fn shows_unknown(&self) -> bool {
        self.unknown
    }

    /// Whether no more rows are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Whether something was printed.
    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    /// Prints an item; secrets are redacted.
    pub(super) fn item(&mut self, server: &str, item: &dyn Struct) -> Result<(), Failure> {
        if self.is_full() {
            return Ok(());
        }
        self.left -= 1;
        self.begin()?;
        let mut cells = self.fields.cells(item)?.into_iter();
        let cells = self.columns.iter().map(|source| match source {
            Source::Server(_) => Cell::Value(server.into()),
            Source::Field(_) => cells.next().unwrap_or(Cell::Value(Value::Null)),
        });
        let more = if self.unknown { More::of(item, self.shape) } else { More::NONE };
        self.out.cells(cells.collect(), more)
    }

    fn begin(&mut self) -> Result<(), Failure> {
        if !self.begun {
            let columns = self.columns.iter().map(|(Source::Server(column) | Source::Field(column))| column.clone());
            self.out.begin(&columns.collect::<Vec<_>>())?;
        }
        self.begun = true;
        Ok(())
    }

    /// Hands what was printed to the reader, after each page.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush()
    }

    /// Ends the output.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        self.begin()?;
        self.out.end()
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
    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

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
        // Servers answer in any order; of equals, those of the first server come first.
        items.sort_by_key(|(server, _)| *server);
        items.sort_by(|(_, a), (_, b)| {
            let found = compare(&order.field, &Reflected(*a), &Reflected(*b));
            if order.descending { found.reverse() } else { found }
        });
        items.into_iter().try_for_each(|(server, value)| item(server, value))
    }
}
