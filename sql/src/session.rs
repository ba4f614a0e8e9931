//! The tables as a database that is only read.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backhaul_wire::System;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TableType, Volatility,
};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::{DFParserBuilder, Statement};

use crate::columns::UTC;
use crate::fleet::Fleet;
use crate::history;
use crate::listing::{Listing, listings};
use crate::problem::Problem;
use crate::table::Table;
use crate::usage::usage;

const CATALOG: &str = "backhaul";
const SCHEMA: &str = "public";

/// A database of a fleet.
pub struct Sql {
    context: SessionContext,
    fleet: Fleet,
}

impl Sql {
    /// The listings of the servers, and their usage.
    #[must_use]
    pub fn new(fleet: Fleet) -> Self {
        let mut config =
            SessionConfig::new().with_default_catalog_and_schema(CATALOG, SCHEMA).with_information_schema(true);
        // Pages come one by one, and who deals them out to several threads reads ahead: a limit behind a condition that
        // is evaluated here would not end the listing. Files of the history are split without it.
        config.options_mut().optimizer.enable_round_robin_repartition = false;
        // Errors tell the place in the text.
        config.options_mut().sql_parser.collect_spans = true;
        // A run that is kept while a prompt is open is in its next answer: the store's files are listed each time.
        let runtime = RuntimeEnvBuilder::new().with_object_list_cache_limit(0).build_arc().unwrap_or_default();
        let context = SessionContext::new_with_config_rt(config, runtime);
        let public = MemorySchemaProvider::new();
        // Only names that are taken already are refused.
        let _ = public.register_table("usage".to_owned(), usage(&fleet));
        let catalog = MemoryCatalogProvider::new();
        let _ = catalog.register_schema(SCHEMA, Arc::new(public));
        for system in System::ALL {
            let of = Listings { system, listings: listings(system), fleet: fleet.clone() };
            let _ = catalog.register_schema(system.name(), Arc::new(of));
        }
        context.register_catalog(CATALOG, Arc::new(catalog));
        context.register_udf(ScalarUDF::from(Now(Signature::nullary(Volatility::Stable))));
        Self { context, fleet }
    }

    /// Adds `history`, the runs of a store: a folder, as `backhaul usage --save` fills it.
    ///
    /// # Errors
    /// When there is no store, or no run in it, or its files cannot be read.
    pub async fn with_history(self, store: &str) -> Result<Self> {
        let table = history::table(&self.context, store).await?;
        self.context.register_table("history", table)?;
        Ok(self)
    }

    /// The servers, and what was heard of them.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// The statements of a text, with their places in it.
    ///
    /// # Errors
    /// When the text is no SQL.
    pub fn statements(&self, text: &str) -> Result<Vec<Statement>, Problem> {
        let parsed = DFParserBuilder::new(text).build().and_then(|mut parser| parser.parse_statements());
        parsed.map(Vec::from).map_err(|error| Problem::new(text, error, self))
    }

    /// Plans a statement of a text. What would change anything is refused. The rows are asked for when they are taken.
    ///
    /// # Errors
    /// When a name is unknown, kinds do not fit, or the statement is not a question.
    pub async fn plan(&self, text: &str, statement: Statement) -> Result<DataFrame, Problem> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let planned = async {
            let plan = self.context.state().statement_to_plan(statement).await?;
            options.verify_plan(&plan)?;
            self.context.execute_logical_plan(plan).await
        };
        planned.await.map_err(|error| Problem::new(text, error, self))
    }

    /// Plans a text that is one statement.
    ///
    /// # Errors
    /// As [`statements`](Self::statements) and [`plan`](Self::plan).
    pub async fn query(&self, text: &str) -> Result<DataFrame, Problem> {
        let mut statements = self.statements(text)?;
        match (statements.pop(), statements.len()) {
            (Some(statement), 0) => self.plan(text, statement).await,
            (_, more) => {
                let says = if more == 0 { "there is no statement" } else { "there are several statements" };
                Err(Problem::new(text, DataFusionError::Plan(says.to_owned()), self))
            }
        }
    }

    /// The names of all tables.
    pub(crate) fn tables(&self) -> Vec<String> {
        let Some(catalog) = self.context.catalog(CATALOG) else { return Vec::new() };
        let mut names = Vec::new();
        for schema in catalog.schema_names() {
            let tables = catalog.schema(&schema).map(|it| it.table_names()).unwrap_or_default();
            let prefix = if schema == SCHEMA { String::new() } else { format!("{schema}.") };
            names.extend(tables.into_iter().map(|table| format!("{prefix}{table}")));
        }
        names
    }
}

/// The listings of a system.
#[derive(Debug)]
struct Listings {
    system: System,
    listings: BTreeMap<String, Listing>,
    fleet: Fleet,
}

#[async_trait]
impl SchemaProvider for Listings {
    fn owner_name(&self) -> Option<&str> {
        Some(self.system.product())
    }

    fn table_names(&self) -> Vec<String> {
        self.listings.keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let table =
            |listing: &Listing| Arc::new(Table::new(name, *listing, self.fleet.clone())) as Arc<dyn TableProvider>;
        Ok(self.listings.get(name).map(table))
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        Ok(self.listings.contains_key(name).then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.listings.contains_key(name)
    }
}

/// `now()` in microseconds of UTC, as the columns are. DataFusion's own has nanoseconds: a column that is compared with
/// it is converted first, so that no server could be left the condition, and a date of the year 1 would be an error.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Now(Signature);

impl ScalarUDFImpl for Now {
    fn name(&self) -> &'static str {
        "now"
    }

    fn aliases(&self) -> &[String] {
        static ALIASES: std::sync::LazyLock<Vec<String>> =
            std::sync::LazyLock::new(|| vec!["current_timestamp".to_owned()]);
        &ALIASES
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Err(DataFusionError::Internal("now() is known when a statement is planned".to_owned()))
    }

    fn simplify(&self, args: Vec<Expr>, context: &SimplifyContext) -> Result<ExprSimplifyResult> {
        Ok(match context.query_execution_start_time() {
            None => ExprSimplifyResult::Original(args),
            Some(at) => {
                let at = ScalarValue::TimestampMicrosecond(Some(at.timestamp_micros()), Some(UTC.into()));
                ExprSimplifyResult::Simplified(Expr::Literal(at, None))
            }
        })
    }
}
