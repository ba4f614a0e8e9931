//! What a vendor's pages say of the listing that they are of.

use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Operation, Struct};
use url::Url;

/// How many items a page of ZStack or VB365 is asked to hold, unless the call says; their own defaults are 1000 and 30.
pub(crate) const PAGE: i64 = 1000;

/// The GUID that stands for no id: of a server that has none, of a set that is not kept.
pub(crate) const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// How a listing of one vendor goes on. There is one for each listing, since it knows the pages that came.
///
/// Its errors are texts: what the pages say against each other.
pub(crate) trait Follow: Send {
    /// What a page is asked for, unless the call says otherwise.
    fn defaults(&self, operation: &'static Operation) -> Vec<(&'static str, String)>;

    /// What a page says of itself: another document has none of these fields.
    fn marks(&self) -> &'static [&'static str];

    /// Which of these lead on: a page in which one of them does not read cannot be followed.
    fn leads(&self) -> &'static [&'static str];

    /// Whether some versions answer with the items alone, in an array.
    fn may_be_array(&self) -> bool {
        false
    }

    /// Where a page leads.
    ///
    /// # Errors
    /// When it does not fit the pages before it.
    fn after(&mut self, page: &Page<'_>) -> Result<Step, String>;

    /// Sets right what the server's own link says wrongly.
    fn mend(&self, _link: &mut Url, _page: &Page<'_>) {}

    /// Whether the page asked for last is one that the server never spoke of. It need not be there.
    fn is_probing(&self) -> bool {
        false
    }
}

/// A page that came, and what it was asked for with.
pub(crate) struct Page<'p> {
    /// The page.
    pub(crate) body: &'p dyn Struct,
    /// How many items it has.
    pub(crate) items: i64,
    /// The value of a parameter of the request.
    pub(crate) asked: &'p dyn Fn(&str) -> Option<String>,
    /// Whether the operation has a parameter, in the version that is spoken.
    pub(crate) takes: &'p dyn Fn(&str) -> bool,
}

impl Page<'_> {
    /// A number of the page.
    pub(crate) fn int(&self, path: &str) -> Option<i64> {
        match self.body.path(path).scalar()? {
            Scalar::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A number of the request.
    pub(crate) fn asked_int(&self, name: &str) -> Option<i64> {
        (self.asked)(name)?.parse().ok()
    }
}

/// Where a page leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    End,
    /// To where its own link leads.
    Link(String),
    /// To the same request with these parameters.
    With(Vec<(&'static str, String)>),
    /// Nowhere: the listing is not the one that the pages before it were of. Says what tells.
    Changed(String),
}

/// A text of a link or a page.
pub(crate) fn text(of: &dyn Struct, field: &str) -> Option<String> {
    match of.field(field).scalar()? {
        Scalar::Text(text) | Scalar::Enum(text) if !text.is_empty() => Some(text.to_owned()),
        _ => None,
    }
}
