//! Listings in ZStack's query language, for what `q=` cannot say.
//!
//! ZQL has a place of its own (`GET /zstack/v1/zql`) and another answer: a list of results, of which each holds what
//! the answer to a query holds. A server without it does not know the place (404).

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "zstack-queries")]
use backhaul_filter::zstack::Statement;
use backhaul_models::zstack::Zstack;
use backhaul_models::zstack::operations::ZqlQuery;
use backhaul_wire::operation::Response;
use backhaul_wire::shape::Kind;
use backhaul_wire::{ApiVersion, Call, Operation, Shape};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::ZstackClient;
use crate::client::{Arguments, Ask, Client};
use crate::error::Result;
use crate::paging::{Listing, Paged, Pages, Source};
use crate::protocol::PAGE;

/// What is asked for in ZQL: resources of one kind, which of them, and in which order.
///
/// The condition and the order are ZQL's own text: [`backhaul_filter::zstack::zql`] writes a condition, with its values
/// quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zql {
    target: String,
    condition: Option<String>,
    order: Option<String>,
    limit: i64,
    start: i64,
}

impl Zql {
    /// All resources that a query operation lists; `None` where ZQL has no name for them.
    #[must_use]
    pub fn all(operation: &'static Operation) -> Option<Self> {
        let item = listed(operation)?;
        let names = item.aliases.iter().chain(Some(&item.name));
        // ZQL's name of a resource is that of its inventory's class.
        let target = names.filter_map(|name| name.strip_suffix("Inventory")).find(|name| !name.is_empty())?;
        // Without an order, pages may overlap and miss.
        let order = item.index_of("uuid").map(|_| "uuid asc".to_owned());
        Some(Self { target: target.to_ascii_lowercase(), condition: None, order, limit: PAGE, start: 0 })
    }

    /// What a typed query asks for.
    #[cfg(feature = "zstack-queries")]
    pub(crate) fn of(statement: Statement) -> Self {
        let number = |given: Option<u64>| given.and_then(|number| i64::try_from(number).ok());
        Self {
            target: statement.target,
            condition: statement.condition,
            order: statement.order,
            limit: number(statement.limit).unwrap_or(PAGE).max(1),
            start: number(statement.start).unwrap_or(0),
        }
    }

    /// Those that meet a condition, such as `name = 'a' or cpuNum > 4`.
    #[must_use]
    pub fn filter(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// In an order, such as `name desc`.
    #[must_use]
    pub fn order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// In pages of so many, in place of 1000.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.limit = i64::from(size.max(1));
        self
    }

    /// The text of the query for the page that it is at. ZQL wants its clauses in this order.
    fn page(&self) -> String {
        format!("{self} limit {} offset {}", self.limit, self.start)
    }
}

/// The query without a page.
impl fmt::Display for Zql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query {}", self.target)?;
        if let Some(condition) = &self.condition {
            write!(f, " where {condition}")?;
        }
        f.write_str(" return with (total)")?;
        if let Some(order) = &self.order {
            write!(f, " order by {order}")?;
        }
        Ok(())
    }
}

impl Client {
    /// The pages of what a query operation of ZStack lists, asked for in ZQL. Where the server has no ZQL the first
    /// page is an error with the [status](crate::Error::status) 404 or 501.
    #[must_use]
    pub fn pages_zql(&self, operation: &'static Operation, zql: Zql) -> Pages {
        self.pages_of(Queried { operation, zql })
    }
}

/// What a query operation lists, asked for in ZQL.
struct Queried {
    operation: &'static Operation,
    zql: Zql,
}

impl Source for Queried {
    fn name(&self) -> Cow<'static, str> {
        self.operation.name.into()
    }

    fn operation(&self) -> Option<&'static Operation> {
        Some(self.operation)
    }

    /// The text says all of it.
    fn prepare(&mut self, _: &Client, _: Option<ApiVersion>, _: Vec<(&'static str, String)>) -> Result<()> {
        Ok(())
    }

    fn ask<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Ask>> {
        Box::pin(async {
            let given = Arguments { params: vec![("zql".to_owned(), self.zql.page())], body: None };
            let ask = client.ask(ZqlQuery::OPERATION, &given).await?;
            Ok(ask.named(self.operation.name).gone("the server has no ZQL".to_owned()))
        })
    }

    fn ask_at(&self, url: Url) -> Ask {
        Ask::new(self.operation, url, None)
    }

    fn param(&self, name: &str) -> Option<String> {
        match name {
            "start" => Some(self.zql.start.to_string()),
            "limit" => Some(self.zql.limit.to_string()),
            _ => None,
        }
    }

    fn set(&mut self, name: &'static str, value: &str) {
        if let ("start", Ok(start)) = (name, value.parse()) {
            self.zql.start = start;
        }
    }

    fn page(&self, body: Bytes) -> std::result::Result<Bytes, String> {
        only_result(&body)
    }
}

impl ZstackClient {
    /// The items that a query operation lists, asked for in ZQL.
    ///
    /// ```no_run
    /// # async fn run(zstack: backhaul_transport::zstack::ZstackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_filter::{parse, zstack::zql};
    /// use backhaul_models::zstack::operations::QueryZone;
    /// use backhaul_transport::zstack::Zql;
    /// use backhaul_wire::Call;
    /// use futures_util::TryStreamExt;
    ///
    /// let condition = zql(parse(r#"name=="O'Brien",state==Disabled"#)?.expr(), |_| true)?;
    /// let query = Zql::all(QueryZone::OPERATION).ok_or("zones have no name in ZQL")?.filter(condition);
    /// let zones: Vec<_> = zstack.list_zql::<QueryZone>(query).by_item().try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn list_zql<C>(&self, zql: Zql) -> Listing<C::Answer>
    where
        C: Call<Api = Zstack>,
        C::Answer: Paged,
    {
        Listing::of(self.client().pages_zql(C::OPERATION, zql))
    }
}

/// What a query operation lists.
pub(crate) fn listed(operation: &'static Operation) -> Option<&'static Shape> {
    let Response::Page(page, list) = operation.response else { return None };
    match page.fields.get(page.index_of(list)?)?.kind {
        Kind::Struct(item) => Some(item),
        _ => None,
    }
}

/// The only result in an answer, which reads like the answer to a query.
pub(crate) fn only_result(body: &[u8]) -> std::result::Result<Bytes, String> {
    let mut answer: Value = serde_json::from_slice(body).map_err(|error| format!("the answer is not JSON: {error}"))?;
    let result = match answer.get_mut("results") {
        Some(Value::Array(results)) if results.len() == 1 => results.pop(),
        _ => None,
    };
    let result = result.filter(Value::is_object).ok_or("the answer is not one result of ZQL")?;
    serde_json::to_vec(&result).map(Bytes::from).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use backhaul_models::zstack::operations::QueryLongJob;

    use super::*;

    #[test]
    fn clauses_stand_in_zqls_order() {
        let all = Zql::all(QueryLongJob::OPERATION);
        let text = |zql: Option<Zql>| zql.map(|zql| Zql { start: 40, ..zql }.page());
        assert_eq!(
            text(all.clone()).as_deref(),
            Some("query longjob return with (total) order by uuid asc limit 1000 offset 40")
        );
        let some = all.map(|all| all.filter("name = 'a'").order("name desc").page_size(20));
        assert_eq!(
            text(some).as_deref(),
            Some("query longjob where name = 'a' return with (total) order by name desc limit 20 offset 40")
        );
        assert_eq!(Zql::all(ZqlQuery::OPERATION), None);
    }

    #[test]
    fn an_answer_holds_one_result() {
        let only = |body: &str| only_result(body.as_bytes());
        assert_eq!(only(r#"{"results": [{"total": 3}]}"#).as_deref(), Ok(&br#"{"total":3}"#[..]));
        for wrong in ["", "[]", "{}", r#"{"results": []}"#, r#"{"results": [1]}"#, r#"{"results": [{}, {}]}"#] {
            assert!(only(wrong).is_err(), "{wrong}");
        }
    }
}
