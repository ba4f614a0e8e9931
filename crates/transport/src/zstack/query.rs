//! Typed queries: sent as parameters where they can carry the query, else in ZQL.

use backhaul_filter::zstack::{Inventory, Query, Request};
use backhaul_models::zstack::Zstack;
use backhaul_wire::Call;

use super::ZstackClient;
use super::zql::{Zql, listed};
use crate::client::Arguments;
use crate::error::{Reason, Result};
use crate::paging::{Listing, Paged};

impl ZstackClient {
    /// The items that a typed query finds; `C` is the operation that lists them. A limit is the size of a page: the
    /// listing goes on to the end.
    ///
    /// ```no_run
    /// # async fn run(zstack: backhaul_transport::zstack::ZstackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_filter::zstack::Query;
    /// use backhaul_filter::zstack::inventories::{BackupStorage, Zone};
    /// use backhaul_models::zstack::operations::QueryBackupStorage;
    /// use futures_util::TryStreamExt;
    ///
    /// let query = Query::new()
    ///     .filter(BackupStorage::ZONE.of(Zone::NAME.eq("O'Brien's zone")))
    ///     .sort(BackupStorage::NAME.asc());
    /// let storages: Vec<_> = zstack.find::<QueryBackupStorage, _>(&query)?.by_item().try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When neither parameters nor ZQL can carry the query, the operation lists something else, or the query asks for a
    /// number alone.
    pub fn find<C, Q>(&self, query: &Query<Q>) -> Result<Listing<C::Answer>>
    where
        C: Call<Api = Zstack>,
        C::Answer: Paged,
        Q: Inventory,
    {
        let wrong = |why: String| self.client().fail(C::OPERATION.name, Reason::Call(why));
        let lists = listed(C::OPERATION).map_or("", |item| item.name);
        if lists != Q::DEF.name {
            return Err(wrong(format!("it does not list {}, which the query asks for", Q::DEF.name)));
        }
        let request = query.request().map_err(|error| wrong(error.to_string()))?;
        let no_items = || wrong("the query asks for a number alone, and a listing is of items".to_owned());
        match request {
            Request::Parameters(params) if params.iter().any(|(name, _)| name == "count") => Err(no_items()),
            Request::Parameters(params) => {
                let params = params.into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
                Ok(Listing::of(self.client().pages(C::OPERATION, Arguments { params, body: None })))
            }
            Request::Zql { statement, .. } if statement.counts => Err(no_items()),
            Request::Zql { statement, .. } => {
                Ok(Listing::of(self.client().pages_zql(C::OPERATION, Zql::of(statement))))
            }
        }
    }
}
