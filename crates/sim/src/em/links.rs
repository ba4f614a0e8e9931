//! Links.

use backhaul_models::em::Link;

use super::Call;

/// A link; without a type where it is empty.
pub(super) fn link(rel: &str, kind: &str, href: String) -> Link {
    let mut link = Link::default();
    link.rel = Some(rel.into());
    link.r#type = (!kind.is_empty()).then(|| kind.into());
    link.href = Some(href);
    link
}

pub(super) fn named(rel: &str, kind: &str, href: String, name: Option<&str>) -> Link {
    let mut link = link(rel, kind, href);
    link.name = name.map(str::to_owned);
    link
}

impl Call<'_> {
    /// The address of the API, with host and port as the client addressed them.
    pub(super) fn api(&self) -> String {
        format!("{}/api", self.request.base)
    }
}
