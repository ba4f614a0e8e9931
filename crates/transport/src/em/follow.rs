//! Following links: to what stands there, and to what they do.

use std::borrow::Cow;

use backhaul_models::em::{EntityRef, Link};
use backhaul_wire::operation::{ENTITY, FORMAT};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Shape, Struct};
use http::Method;
use url::Url;

use super::EmClient;
use super::link_type::{fits, is_reference, whole};
use super::links::Linked;
use super::task::{TaskPoller, task_of};
use crate::address;
use crate::client::{Answered, Ask, Bound};
use crate::error::{Error, Reason, Result};

impl EmClient {
    /// Gets what stands at a link: `em.follow::<EntityReferences>(&link)`. A link that does not say its type is read as
    /// `T` unchecked.
    ///
    /// # Errors
    /// When the link says another type than `T`, or leads to another server
    /// ([`Error::is_link_refused`](crate::Error::is_link_refused)); and as [`EmClient::call`].
    pub async fn follow<T: Model>(&self, link: &Link) -> Result<T> {
        let url = self.place(link)?;
        self.check_type(link, link.r#type.as_deref(), T::SHAPE)?;
        self.get(url, None).await.map(|(value, _)| value)
    }

    /// Gets the entity, or the list of entities, at a link, also where the link leads to a reference or to a list of
    /// them (`JobReference`, `JobReferenceList`): with `format=Entity`, one call.
    ///
    /// # Errors
    /// As [`EmClient::follow`].
    pub async fn follow_entity<T: Model>(&self, link: &Link) -> Result<T> {
        let mut url = self.place(link)?;
        let link_type = link.r#type.as_deref().map(whole);
        self.check_type(link, link_type.as_deref(), T::SHAPE)?;
        if link.r#type.as_deref().is_none_or(is_reference) {
            address::set_query(&mut url, FORMAT, ENTITY);
        }
        self.get(url, None).await.map(|(value, _)| value)
    }

    /// Gets the entity that a reference stands for.
    ///
    /// # Errors
    /// As [`EmClient::follow`]; when the reference has neither an `Alternate` link nor an address.
    pub async fn entity<T: Model>(&self, reference: &EntityRef) -> Result<T> {
        let alternate = reference.all_links().rel("Alternate");
        let entity = alternate.iter().find(|link| !link.r#type.as_deref().is_some_and(is_reference));
        if let Some(link) = entity {
            return self.follow_entity(link).await;
        }
        let mut own = Link::default();
        own.href.clone_from(&reference.href);
        own.r#type.clone_from(&reference.r#type);
        self.follow_entity(&own).await
    }

    /// Does what a link is for, with what belongs into the body: `Create` and actions are a POST, `Edit` a PUT,
    /// `Delete` a DELETE. Gives the task that the server answers with, or `None` where it has done it at once.
    ///
    /// ```no_run
    /// # async fn run(em: backhaul_transport::em::EmClient, job: backhaul_models::em::NASJob) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_transport::em::Linked;
    ///
    /// let start = job.link("Start").ok_or("this job cannot be started")?;
    /// if let Some(task) = em.act(&start, None).await? {
    ///     task.until_done().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the link only leads to something (`Down`, `Alternate`), or to another server; and as [`EmClient::call`].
    pub async fn act(&self, link: &Link, body: Option<&dyn Struct>) -> Result<Option<TaskPoller>> {
        let url = self.place(link)?;
        let method = method(link.rel.as_deref().unwrap_or_default());
        if method == Method::GET {
            return Err(self.refuse(link, "it leads to something and does nothing: follow it".to_owned()));
        }
        let body = match body {
            None => None,
            Some(body) => Some(self.client().encode_named(called(link), body).await?),
        };
        let answered = self.client().exchange(&Ask::link(method, url, body)).await?;
        task_of(self.client(), &answered)
    }

    /// The address of a link, which must be on this server.
    pub(super) fn place(&self, link: &Link) -> Result<Url> {
        let Some(href) = link.href.as_deref().filter(|href| !href.is_empty()) else {
            return Err(self.refuse(link, "it has no address".to_owned()));
        };
        address::follow(self.client().url(), self.client().other_names(), href)
            .map_err(|why| self.client().fail(called(link), Reason::Elsewhere(why)))
    }

    /// Gets and reads what stands at an address, and says in which session.
    pub(super) async fn get<T: Model>(&self, url: Url, bound: Option<Bound>) -> Result<(T, u64)> {
        let answered = self.client().exchange(&Ask::link(Method::GET, url, None).bound(bound)).await?;
        Ok((self.read(&answered)?, answered.session))
    }

    pub(super) fn read<T: Model>(&self, answered: &Answered) -> Result<T> {
        let mut value = T::default();
        self.client().read_body(answered.name.clone(), &answered.body, &mut value, None)?;
        Ok(value)
    }

    fn check_type(&self, link: &Link, link_type: Option<&str>, shape: &'static Shape) -> Result<()> {
        match link_type {
            Some(found) if !found.is_empty() && !fits(found, shape) => {
                let said = link.r#type.as_deref().unwrap_or_default().escape_debug();
                let hint = if is_reference(found) { ", whose entity `follow_entity` gets" } else { "" };
                Err(self.refuse(link, format!("it leads to `{said}`{hint}, which does not read as `{}`", shape.name)))
            }
            _ => Ok(()),
        }
    }

    fn refuse(&self, link: &Link, why: String) -> Error {
        self.client().fail(called(link), Reason::Link(why))
    }
}

/// What errors call a link.
fn called(link: &Link) -> Cow<'static, str> {
    match link.rel.as_deref() {
        Some(rel) => format!("the link `{}`", rel.escape_debug()).into(),
        None => "the link".into(),
    }
}

/// What is sent to a link of this relation, by the documents' table of verbs; `Download` is a GET, as its pages say.
fn method(rel: &str) -> Method {
    let is = |known: &&str| known.eq_ignore_ascii_case(rel);
    if ["Up", "Down", "Related", "Alternate", "First", "Last", "Previous", "Next", "Download"].iter().any(is) {
        Method::GET
    } else if is(&"Edit") {
        Method::PUT
    } else if is(&"Delete") {
        Method::DELETE
    } else {
        Method::POST
    }
}
