//! A listing as a table: what of a statement is left to the servers.

use std::sync::Arc;

use async_trait::async_trait;
use backhaul_filter::Pushdown;
use backhaul_transport::Params;
use backhaul_wire::System;
use backhaul_wire::operation::Param;
use datafusion::arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::columns::{Column, Columns, From};
use crate::condition::condition;
use crate::fleet::Fleet;
use crate::listing::Listing;
use crate::request::{Request, leave};
use crate::scan::{Asked, Scan};

/// How many requests the values of parameters may make of one server.
const MANY: usize = 1000;

/// A listing of the servers of a system.
#[derive(Debug)]
pub(crate) struct Table {
    /// As it is written: `em.repository`.
    pub(crate) name: String,
    pub(crate) listing: Listing,
    pub(crate) columns: Arc<Columns>,
    pub(crate) fleet: Fleet,
}

impl Table {
    pub(crate) fn new(name: &str, listing: Listing, fleet: Fleet) -> Self {
        let name = format!("{}.{name}", listing.operation.system);
        Self { name, listing, columns: Arc::new(Columns::of(&listing)), fleet }
    }

    /// Whether a condition chooses between servers.
    fn is_of_servers(&self, filter: &Expr) -> bool {
        let server = self.columns.all.first().map_or("", |column| column.name.as_str());
        let columns = filter.column_refs();
        !columns.is_empty() && columns.iter().all(|column| column.name == server) && !filter.is_volatile()
    }

    /// The values that a condition gives a parameter which has no other way to the server: `c = 'x'`, `c IN ('x',
    /// 'y')`.
    fn given<'a>(&'a self, filter: &'a Expr) -> Option<(&'static Param, Vec<String>)> {
        let column = |expr: &Expr| match expr {
            Expr::Column(column) => self.columns.find(&column.name),
            _ => None,
        };
        let (column, values) = match filter {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => match column(left) {
                Some(column) => (column, vec![&**right]),
                None => (column(right)?, vec![&**left]),
            },
            Expr::InList(InList { expr, list, negated: false }) => (column(expr)?, list.iter().collect()),
            Expr::Column(_) => {
                let column = column(filter)?;
                return parameter(column).map(|param| (param, vec!["true".to_owned()]));
            }
            Expr::Not(inner) => {
                let column = column(inner)?;
                return parameter(column).map(|param| (param, vec!["false".to_owned()]));
            }
            _ => return None,
        };
        let param = parameter(column)?;
        let values = values.into_iter().map(|value| match value {
            Expr::Literal(value, _) => text(value),
            _ => None,
        });
        Some((param, values.collect::<Option<Vec<_>>>()?))
    }

    /// What the parameters are given: one list for each request.
    fn params(&self, filters: &[Expr]) -> Result<Vec<Params>> {
        let mut all: Vec<Params> = vec![Params::new()];
        let mut named = Vec::new();
        for (param, values) in filters.iter().filter_map(|filter| self.given(filter)) {
            if named.contains(&param.name) {
                continue;
            }
            named.push(param.name);
            let with = |params: &Params, value: &String| {
                let mut params = params.clone();
                params.push((param.name.to_owned(), value.clone()));
                params
            };
            all = all.iter().flat_map(|params| values.iter().map(move |value| with(params, value))).collect();
            if all.len() > MANY {
                return Err(DataFusionError::Plan(format!("{} would be asked for more than {MANY} times", self.name)));
            }
        }
        let missing: Vec<&Param> = self.listing.required().filter(|param| !named.contains(&param.name)).collect();
        if missing.is_empty() {
            return Ok(all);
        }
        let column = |param: &&Param| {
            let column = self.columns.all.iter().find(|column| column.param.is_some_and(|it| it.name == param.name));
            column.map_or(param.name, |column| column.name.as_str())
        };
        let names: Vec<_> = missing.iter().map(column).collect();
        let conditions: Vec<_> = names.iter().map(|name| format!("{name} = '...'")).collect();
        Err(DataFusionError::Plan(format!(
            "{} is listed only by {}: add WHERE {} with values that are written down; a join gives none",
            self.name,
            names.join(" and "),
            conditions.join(" AND ")
        )))
    }

    /// The names of the servers that the conditions leave.
    fn servers(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<String>> {
        let system = self.listing.operation.system;
        let mut names: Vec<String> = self.fleet.of(system).map(|server| server.name.clone()).collect();
        if names.is_empty() {
            return Err(DataFusionError::Plan(format!(
                "{}: there is no server of {} among those that were chosen",
                self.name,
                system.product()
            )));
        }
        for filter in filters.iter().filter(|filter| self.is_of_servers(filter)) {
            let column = self.columns.all.first().map_or("", |column| column.name.as_str());
            let schema = Arc::new(Schema::new(vec![Field::new(column, DataType::Utf8, false)]));
            let qualified = DFSchema::try_from(Arc::clone(&schema))?;
            let bare = unqualified(filter.clone())?;
            let expr = state.create_physical_expr(bare, &qualified)?;
            let batch = RecordBatch::try_new(schema, vec![Arc::new(StringArray::from(names.clone()))])?;
            let kept = expr.evaluate(&batch)?.into_array(names.len())?;
            let Some(kept) = kept.as_any().downcast_ref::<BooleanArray>() else { continue };
            let keep = |place: usize| kept.is_valid(place) && kept.value(place);
            names = names.into_iter().enumerate().filter(|(place, _)| keep(*place)).map(|(_, name)| name).collect();
        }
        Ok(names)
    }
}

/// The parameter that a column is, where no filter can speak of it, or where it must be given.
fn parameter(column: &Column) -> Option<&'static Param> {
    column.param.filter(|param| param.required || matches!(column.from, From::Param))
}

fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Boolean(Some(value)) => Some(value.to_string()),
        ScalarValue::Int64(Some(value)) => Some(value.to_string()),
        ScalarValue::TimestampMicrosecond(Some(at), _) => {
            jiff::Timestamp::from_microsecond(*at).ok().map(|at| at.to_string())
        }
        other => other.try_as_str().flatten().map(str::to_owned),
    }
}

/// The expression without the table's name before its columns.
fn unqualified(expr: Expr) -> Result<Expr> {
    use datafusion::common::Column;
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let bare = expr.transform(|expr| {
        Ok(match expr {
            Expr::Column(column) => Transformed::yes(Expr::Column(Column::new_unqualified(column.name))),
            other => Transformed::no(other),
        })
    });
    bare.map(|bare| bare.data)
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let conditions: Vec<_> = filters.iter().map(|filter| condition(filter, &self.columns)).collect();
        let asked: Vec<_> = conditions.iter().flatten().cloned().collect();
        let mut done = leave(&self.listing, &self.columns, &asked, None).done.into_iter();
        let each = filters.iter().zip(&conditions).map(|(filter, condition)| {
            let done = condition.as_ref().and_then(|_| done.next()).unwrap_or(Pushdown::None);
            if self.is_of_servers(filter) {
                return TableProviderFilterPushDown::Exact;
            }
            if self.given(filter).is_some() {
                return TableProviderFilterPushDown::Inexact;
            }
            match done {
                _ if !self.fleet.pushdown => TableProviderFilterPushDown::Unsupported,
                Pushdown::Exact => TableProviderFilterPushDown::Exact,
                Pushdown::Inexact => TableProviderFilterPushDown::Inexact,
                Pushdown::None => TableProviderFilterPushDown::Unsupported,
            }
        });
        Ok(each.collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let names = self.servers(state, filters)?;
        let params = self.params(filters)?;
        let conditions: Vec<_> = filters.iter().filter_map(|filter| condition(filter, &self.columns)).collect();
        let places = projection.cloned().unwrap_or_else(|| (0..self.columns.all.len()).collect());
        let mut asked = Vec::with_capacity(names.len());
        for server in self.fleet.of(self.listing.operation.system).filter(|server| names.contains(&server.name)) {
            // What VB365 can be asked depends on its version. A server that does not tell fails when it is asked for
            // rows.
            let version = match self.listing.operation.system {
                System::Vb365 => server.client.version().await.ok().flatten(),
                _ => None,
            };
            let known = if self.fleet.pushdown { &conditions[..] } else { &[] };
            let left = leave(&self.listing, &self.columns, known, version);
            let request = |params: &Params| {
                Request::new(&self.listing, &self.columns, &left, params.clone(), &places, limit, version)
            };
            asked.push(Asked { server: server.clone(), requests: params.iter().map(request).collect() });
        }
        Ok(Arc::new(Scan::new(self, asked, places, limit)?))
    }
}
