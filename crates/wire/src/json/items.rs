//! A page whose items are read one at a time.

use std::collections::BTreeMap;

use super::lex::{Cursor, Result};
use super::read::{Driver, Found, Listed};
use super::{classes, failure, start};
use crate::context::{Context, Step};
use crate::drift::Drift;
use crate::error::DecodeError;
use crate::reflect::{Model, Slot, Struct};
use crate::room::Room;
use crate::shape::{Field, Kind};

/// A body whose list is read item by item, so that a page costs its text and one item: an entity is as wide as its
/// schema, and ten thousand empty ones cost hundreds of times the text that they came in.
///
/// So does a list of empty ones in a single item. The page itself and each item may take so much that with the text they
/// are no more than eight times its size and 16 MB, or what [`Items::read_within`] is told, and one that takes more is an
/// error. Who wants it all the same reads the whole body with [`super::decode`], which takes what it takes.
///
/// ```
/// # use backhaul_wire::json::Items;
/// # fn each(page: &mut dyn backhaul_wire::Struct, item: &mut dyn backhaul_wire::Struct, body: Vec<u8>)
/// # -> Result<(), backhaul_wire::DecodeError> {
/// let mut items = Items::read(page, body, "results", None)?;
/// while items.next_into(item, None)? {
///     // The page's links and totals are in `page`, one of its items is in `item`.
/// }
/// # Ok(())
/// # }
/// ```
pub struct Items {
    text: String,
    found: Option<Found>,
    classes: BTreeMap<String, String>,
    name: &'static str,
    index: usize,
    /// Where the last item stands.
    place: String,
    /// The list that is read.
    list: Option<&'static Field>,
    /// How much memory an item may take, and the last one does.
    most: usize,
    taken: usize,
}

impl Items {
    /// Reads a body into `page`, all but the items of the list with this JSON or XML name (`results`,
    /// `CloudSubtenants`). The whole text is known to be JSON then; what does not fit in an item is told when that item
    /// is read.
    ///
    /// # Errors
    /// As [`super::decode_into`], and when the page without its items takes more memory than it may.
    pub fn read(
        page: &mut dyn Struct,
        body: Vec<u8>,
        list: &str,
        drift: Option<&mut Drift>,
    ) -> std::result::Result<Self, DecodeError> {
        Self::read_within(Self::room(body.len()), page, body, list, drift)
    }

    /// How many bytes an item of a body of this size may take beside its texts, if nothing else is said: with those and
    /// the body eight times its size and 16 MB.
    #[must_use]
    pub const fn room(size: usize) -> usize {
        Room::usual(size)
    }

    /// The same, where the page and each item may take so many bytes beside their texts.
    ///
    /// # Errors
    /// As [`Items::read`].
    pub fn read_within(
        most: usize,
        page: &mut dyn Struct,
        body: Vec<u8>,
        list: &str,
        drift: Option<&mut Drift>,
    ) -> std::result::Result<Self, DecodeError> {
        let name = page.shape().name;
        start(name, &body)?;
        let mut context = Context::new(drift).within(most);
        let text = String::from_utf8(body).unwrap_or_default();
        let mut driver = Driver::new(text.trim_start_matches('\u{feff}'), &mut context);
        driver.listed = Some(Listed { name: list, found: None });
        let read = driver.document(page);
        let found = driver.listed.take().and_then(|listed| listed.found);
        read.map_err(|error| failure(name, &context, &error, &text))?;
        let classes = match page.shape().classes.map(|index| page.slot(index.into())) {
            Some(Slot::TextMap(classes)) => classes.clone(),
            _ => BTreeMap::new(),
        };
        let list = found.as_ref().map(|found| found.field);
        Ok(Self { text, found, classes, name, index: 0, place: String::new(), list, most, taken: 0 })
    }

    /// Reads the next item into an empty value; false when there is none any more.
    ///
    /// # Errors
    /// As [`super::decode_into`], and when the item takes more memory than it may; the path is that in the whole body. No
    /// item follows an error.
    pub fn next_into(
        &mut self,
        item: &mut dyn Struct,
        drift: Option<&mut Drift>,
    ) -> std::result::Result<bool, DecodeError> {
        let Some(found) = self.found.take() else { return Ok(false) };
        let mut context = Context::new(drift).within(self.most);
        let read = self.item(item, found, &mut context);
        self.taken = context.room.taken();
        match read {
            Ok(more) => Ok(more),
            Err(error) => Err(failure(self.name, &context, &error, &self.text)),
        }
    }

    /// How many bytes the last item takes beside its texts, and rather more than less.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Where the last item stands in the body, such as `results[3]`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Reads what was written of the last item into an empty value, as if it stood in its place: what the page says of
    /// the classes there counts for it, too.
    ///
    /// # Errors
    /// As [`super::decode_into`].
    pub fn read_again(
        &self,
        item: &mut dyn Struct,
        body: &[u8],
        drift: Option<&mut Drift>,
    ) -> std::result::Result<(), DecodeError> {
        let mut context = Context::new(drift).within(self.most);
        let name = item.shape().name;
        let text = start(name, body)?;
        let mut driver = Driver::new(text, &mut context);
        let read = driver.document(item);
        let read = read.and_then(|()| self.settle(item, self.index.saturating_sub(1), driver.context));
        read.map_err(|error| failure(name, &context, &error, text))
    }

    /// The next item, or `None` behind the last.
    ///
    /// # Errors
    /// As [`Items::next_into`].
    pub fn next_item<T: Model>(&mut self) -> std::result::Result<Option<T>, DecodeError> {
        let mut item = T::default();
        Ok(self.next_into(&mut item, None)?.then_some(item))
    }

    fn item(&mut self, item: &mut dyn Struct, mut found: Found, context: &mut Context<'_>) -> Result<bool> {
        let text = self.text.trim_start_matches('\u{feff}');
        let mut cursor = Cursor::resume(text, found.at);
        context.push_name(&found.path);
        let mut first = self.index == 0;
        if !found.single {
            if first {
                cursor.open()?;
            }
            if !cursor.more(b']', &mut first)? {
                return Ok(false);
            }
            context.push(Step::Index(self.index));
        }
        let mut driver = Driver::resume(cursor, context);
        driver.or_null(item)?;
        found.at = driver.cursor.at();
        self.place = context.path();
        // The map of classes tells whole paths.
        context.rise(0);
        self.settle(item, self.index, context)?;
        self.index += 1;
        self.found = Some(found).filter(|found| !found.single);
        Ok(true)
    }

    /// Makes an item what the map of classes says, which counts items and does not tell what wraps them.
    fn settle(&self, item: &mut dyn Struct, index: usize, context: &mut Context<'_>) -> Result<()> {
        match self.list {
            Some(Field { json, kind: Kind::Struct(declared), .. }) if !self.classes.is_empty() => {
                classes::settle_item(item, declared, &self.classes, &format!("{json}[{index}]"), context)
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").field("page", &self.name).field("read", &self.index).finish_non_exhaustive()
    }
}
