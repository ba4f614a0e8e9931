//! Changing an entity and putting it back.

use backhaul_models::em::Link;
use backhaul_wire::Struct;
use backhaul_wire::operation::{ENTITY, FORMAT};
use backhaul_wire::reflect::{Model, Scalar};

use super::EmClient;
use super::links::Linked;
use super::task::TaskPoller;
use crate::address;
use crate::error::{Reason, Result};

impl EmClient {
    /// Gets the entity anew, lets `change` change it and puts it back: what was changed on the server meanwhile is not
    /// undone, and fields that this crate does not know go back as they came, in their places. Passwords, which the
    /// server answers empty, are only sent when `change` sets them.
    ///
    /// Gives the task that the server answers with, or `None` where it has done it at once.
    ///
    /// ```no_run
    /// # async fn run(em: backhaul_transport::em::EmClient, tenant: backhaul_models::em::CloudTenant) -> Result<(), Box<dyn std::error::Error>> {
    /// if let Some(task) = em.edit(&tenant, |tenant| tenant.description = Some("paid until May".to_owned())).await? {
    ///     task.until_done().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the entity has no address or no `Edit` link (it cannot be edited, or not by this account); and as
    /// [`EmClient::call`].
    pub async fn edit<T: Model>(&self, entity: &T, change: impl FnOnce(&mut T)) -> Result<Option<TaskPoller>> {
        let mut fresh = self.again(entity).await?;
        change(&mut fresh);
        self.put_back(&fresh).await
    }

    /// Gets an entity anew.
    ///
    /// # Errors
    /// As [`EmClient::edit`].
    pub async fn again<T: Model>(&self, entity: &T) -> Result<T> {
        let mut own = Link::default();
        own.href = match (entity as &dyn Struct).field("Href").scalar() {
            Some(Scalar::Text(href)) => Some(href.to_owned()),
            _ => None,
        };
        let mut url = self.place(&own)?;
        // Only what has an identifier of its own has two forms.
        if T::SHAPE.index_of("UID").is_some() {
            address::set_query(&mut url, FORMAT, ENTITY);
        }
        self.get(url, None).await.map(|(entity, _)| entity)
    }

    /// Puts an entity back as it is, by its `Edit` link. What was changed on the server since it was got is undone:
    /// [`EmClient::edit`] gets it anew first.
    ///
    /// # Errors
    /// As [`EmClient::edit`].
    pub async fn put_back<T: Model>(&self, entity: &T) -> Result<Option<TaskPoller>> {
        let Some(edit) = entity.link("Edit") else {
            let name = T::SHAPE.name;
            let rule = format!("this `{name}` has no link `Edit`: it cannot be edited, or not by this account");
            return Err(self.client().fail("edit", Reason::Link(rule)));
        };
        self.act(&edit, Some(entity)).await
    }
}
