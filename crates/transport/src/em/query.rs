//! Typed queries.

use std::marker::PhantomData;

use backhaul_filter::{Filter, QueryDef, QueryType, Sort};
use backhaul_models::em::QueryResult;
use backhaul_wire::Operation;
use backhaul_wire::reflect::Model;
use futures_util::stream::BoxStream;

use super::EmClient;
use crate::client::{Arguments, Client};
use crate::error::{Reason, Result};
use crate::paging::{self, Pages};

/// What a query type of the filter language answers with.
pub trait EmQuery: QueryType {
    /// The entity.
    type Entity: Model + Send;
    /// The part of the answer that holds the entities: `Entities` or `Resources`.
    const BUCKET: &'static str;
    /// The list in it, such as `CloudSubtenants`.
    const LIST: &'static str;
    /// Takes the entities out of a page.
    fn take(result: &mut QueryResult) -> Vec<Self::Entity>;
}

/// A query type, for callers that learn it at run time.
#[derive(Debug, Clone, Copy)]
pub struct QueryTypeRow {
    /// The query type, such as `CloudSubtenant`.
    pub name: &'static str,
    /// The part of the answer that holds the entities: `Entities` or `Resources`.
    pub bucket: &'static str,
    /// The list in it, such as `CloudSubtenants`.
    pub list: &'static str,
    /// The name of the entity that it answers with.
    pub entity: &'static str,
    /// Its filter fields.
    pub def: &'static QueryDef,
}

impl QueryTypeRow {
    /// The operation, such as `QueryCloudSubtenant`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        operation(self.name)
    }
}

impl EmClient {
    /// Starts a query of type `Q`: `em.query::<CloudSubtenant>().filter(CloudSubtenant::DISABLED.eq(false)).by_item()`.
    #[must_use]
    pub fn query<Q: EmQuery>(&self) -> Query<Q> {
        Query { client: self.0.clone(), filter: None, sort: None, page_size: None, links: true, of: PhantomData }
    }
}

/// A query of Enterprise Manager, typed by what it asks for.
#[derive(Debug)]
pub struct Query<Q> {
    client: Client,
    filter: Option<Filter<Q>>,
    sort: Option<Sort<Q>>,
    page_size: Option<u32>,
    links: bool,
    of: PhantomData<fn() -> Q>,
}

impl<Q: EmQuery> Query<Q> {
    /// Keeps what the filter says; filters of another type do not compile.
    #[must_use]
    pub fn filter(mut self, filter: Filter<Q>) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Orders by one field.
    #[must_use]
    pub fn sort(mut self, sort: Sort<Q>) -> Self {
        self.sort = Some(sort);
        self
    }

    /// How many entities a page holds; the server's own default is 100.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size.max(1));
        self
    }

    /// Leaves the entities' links empty in [`by_item`](Query::by_item): they are most of what entities say in XML, and
    /// much of the work of reading them. JSON answers keep them.
    #[must_use]
    pub fn without_links(mut self) -> Self {
        self.links = false;
        self
    }

    /// The pages, each as it comes. An error ends the stream.
    ///
    /// # Errors
    /// When the filter says something that Enterprise Manager's language cannot (a dotted name, `like`, `in`).
    pub fn by_page(self) -> Result<BoxStream<'static, Result<QueryResult>>> {
        self.pages().map(paging::by_page)
    }

    fn pages(self) -> Result<Pages> {
        let name = Q::DEF.name;
        let operation = operation(name)
            .ok_or_else(|| self.client.fail("query", Reason::Call(format!("there is no query type `{name}`"))))?;
        let mut given = Arguments::default();
        let mut add = |name: &str, value: String| given.params.push((name.to_owned(), value));
        add("format", "Entities".to_owned());
        if let Some(sort) = &self.sort {
            add(sort.parameter(), sort.field().to_string());
        }
        if let Some(filter) = &self.filter {
            let text =
                filter.to_em().map_err(|error| self.client.fail(operation.name, Reason::Call(error.to_string())))?;
            add("filter", text);
        }
        if let Some(size) = self.page_size {
            add("pageSize", size.to_string());
        }
        Ok(self.client.pages(operation, given))
    }

    /// The entities of all pages, each as it is read. An error ends the stream, and may come after entities of the page
    /// that it is of.
    ///
    /// # Errors
    /// As [`Query::by_page`].
    pub fn by_item(self) -> Result<BoxStream<'static, Result<Q::Entity>>> {
        let omitted = (!self.links).then_some((Q::Entity::SHAPE.name, "Links"));
        Ok(paging::by_item::<QueryResult, Q::Entity>(self.pages()?.without(omitted), Q::LIST))
    }
}

fn operation(query_type: &str) -> Option<&'static Operation> {
    let all = backhaul_models::em::operations::OPERATIONS;
    all.iter().find(|operation| operation.name.strip_prefix("Query") == Some(query_type))
}
