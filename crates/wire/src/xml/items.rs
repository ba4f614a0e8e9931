//! A page whose items are read one at a time.

use super::lex::{Result, Source};
use super::read::{Driver, Found, Listed};
use super::text;
use crate::context::{Context, Step};
use crate::drift::Drift;
use crate::error::DecodeError;
use crate::reflect::{Model, Struct};
use crate::room::Room;

/// A body whose list is read item by item, so that a page costs its text and one item; the XML twin of
/// [`crate::json::Items`], with the same bound for an item.
pub struct Items {
    text: String,
    /// The lists that are not read to their end, the first one last.
    found: Vec<Found>,
    name: &'static str,
    index: usize,
    /// Where the last item stands.
    place: String,
    omitted: Option<(&'static str, &'static str)>,
    /// How much memory an item may take, and the last one does.
    most: usize,
    taken: usize,
}

impl Items {
    /// Reads a body into `page`, all but the items of the list with this wrapper element (`CloudSubtenants`). Where the
    /// list ends is known then; what is wrong with an item is told when that item is read.
    ///
    /// # Errors
    /// As [`super::decode_into`], and when the page without its items takes more memory than it may.
    pub fn read(
        page: &mut dyn Struct,
        body: Vec<u8>,
        list: &str,
        drift: Option<&mut Drift>,
    ) -> std::result::Result<Self, DecodeError> {
        let most = Room::usual(body.len());
        Self::read_within(most, page, body, list, drift)
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
        text(name, &body)?;
        let text = String::from_utf8(body).unwrap_or_default();
        let mut context = Context::new(drift).within(most);
        let mut source = Source::text(text.trim_start_matches('\u{feff}'));
        let mut driver = Driver::new(&mut source, &mut context, Listed::Later { name: list, found: Vec::new() });
        let read = driver.document(page);
        let mut found = match driver.listed {
            Listed::Later { found, .. } => found,
            _ => Vec::new(),
        };
        found.reverse();
        read.map_err(|error| DecodeError::new(name, context.path(), error, text.as_bytes()))?;
        Ok(Self { text, found, name, index: 0, place: String::new(), omitted: None, most, taken: 0 })
    }

    /// Passes over a field, of which its type's name and its own are given, and leaves it empty: for who looks at a
    /// part of each item. Its inside is not even looked at.
    #[must_use]
    pub fn without(mut self, of: &'static str, field: &'static str) -> Self {
        self.omitted = Some((of, field));
        self
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
        let mut context = Context::new(drift).within(self.most);
        while let Some(found) = self.found.pop() {
            match self.item(item, found, &mut context) {
                Ok(true) => {
                    self.taken = context.room.taken();
                    return Ok(true);
                }
                Ok(false) => {
                    context.rise(0);
                    self.index = 0;
                }
                Err(error) => {
                    self.found.clear();
                    return Err(DecodeError::new(self.name, context.path(), error, self.text.as_bytes()));
                }
            }
        }
        Ok(false)
    }

    /// How many bytes the last item takes beside its texts, and rather more than less.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Where the last item stands in the body, such as `Resources.CloudSubtenants[3]`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The next item, or `None` behind the last.
    ///
    /// # Errors
    /// As [`Items::next_into`].
    pub fn next_item<T: Model>(&mut self) -> std::result::Result<Option<T>, DecodeError> {
        let mut item = T::default();
        Ok(self.next_into(&mut item, None)?.then_some(item))
    }

    fn item(&mut self, item: &mut dyn Struct, found: Found, context: &mut Context<'_>) -> Result<bool> {
        let Found { mark, field, path, prefixes, depth } = found;
        let mut source = Source::resume(self.text.trim_start_matches('\u{feff}'), mark);
        context.push_name(&path);
        let mut driver = Driver::new(&mut source, context, Listed::None);
        driver.prefixes = prefixes;
        driver.depth = depth;
        driver.omitted = self.omitted;
        let Some(empty) = driver.next_item(field)? else { return Ok(false) };
        driver.context.push(Step::Index(self.index));
        driver.item(item, empty)?;
        self.index += 1;
        self.place = driver.context.path();
        let prefixes = std::mem::take(&mut driver.prefixes);
        self.found.push(Found { mark: source.mark(), field, path, prefixes, depth });
        Ok(true)
    }
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").field("page", &self.name).field("read", &self.index).finish_non_exhaustive()
    }
}
