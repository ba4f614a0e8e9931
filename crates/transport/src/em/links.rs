//! The links of a resource.

use backhaul_models::em::Link;
use backhaul_wire::Struct;
use backhaul_wire::reflect::copy;

/// Anything with links: every entity, reference and task. A type without them has none.
///
/// ```
/// use backhaul_models::em::{Job, Link};
/// use backhaul_transport::em::Linked;
///
/// let mut start = Link::default();
/// start.rel = Some("Start".to_owned());
/// let mut job = Job::default();
/// job.links = vec![start];
/// assert!(job.link("start").is_some() && job.link("Stop").is_none());
/// ```
pub trait Linked: Struct {
    /// The links, in the server's order.
    fn all_links(&self) -> Links {
        let list = self.shape().index_of("Links").and_then(|index| self.view(index).structs());
        let link = |link: &dyn Struct| {
            let mut owned = Link::default();
            copy(link, &mut owned);
            owned
        };
        Links(list.into_iter().flat_map(|list| (0..list.len()).filter_map(|i| list.get(i)).map(link)).collect())
    }

    /// The first link of this relation; letter case does not count. Action links (`Start`, `Retry`) are missing where
    /// the action is impossible.
    fn link(&self, rel: &str) -> Option<Link> {
        self.all_links().rel(rel).into_first()
    }
}

impl<T: Struct + ?Sized> Linked for T {}

/// Links, narrowed down by what they are for and where they lead.
#[derive(Debug, Clone, Default)]
pub struct Links(Vec<Link>);

impl Links {
    /// Those of this relation (`Down`, `Edit`, `Start`); letter case does not count.
    #[must_use]
    pub fn rel(mut self, rel: &str) -> Self {
        self.0.retain(|link| link.rel.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(rel)));
        self
    }

    /// Those of this link type (`JobReferenceList`, `BackupServer`); letter case does not count.
    #[must_use]
    pub fn of_type(mut self, link_type: &str) -> Self {
        self.0.retain(|link| link.r#type.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(link_type)));
        self
    }

    /// The first of them.
    #[must_use]
    pub fn into_first(self) -> Option<Link> {
        self.0.into_iter().next()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Link> {
        self.0.iter()
    }
}

impl IntoIterator for Links {
    type Item = Link;
    type IntoIter = std::vec::IntoIter<Link>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'l> IntoIterator for &'l Links {
    type Item = &'l Link;
    type IntoIter = std::slice::Iter<'l, Link>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
