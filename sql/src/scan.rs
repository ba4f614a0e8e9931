//! The rows of a listing as they come: a partition for each server, a batch for each page.

use std::fmt;
use std::sync::Arc;

use backhaul_fleet::Server;
use backhaul_models::registry;
use backhaul_transport::paging::Pages;
use backhaul_wire::Struct;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, ReplaceChildrenOptions};
use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SendableRecordBatchStream,
};
use futures_util::stream;

use crate::columns::Columns;
use crate::fleet::{Failed, Fleet};
use crate::listing::Listing;
use crate::request::Request;
use crate::table::Table;

/// A server, and what it is asked: one request, or one for each value of a parameter.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) server: Server,
    pub(crate) requests: Vec<Request>,
}

/// A listing of several servers under way.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    table: String,
    listing: Listing,
    columns: Arc<Columns>,
    places: Arc<[usize]>,
    fleet: Fleet,
    asked: Arc<[Asked]>,
    limit: Option<usize>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl Scan {
    pub(crate) fn new(table: &Table, asked: Vec<Asked>, places: Vec<usize>, limit: Option<usize>) -> Result<Self> {
        let schema = Arc::new(table.columns.schema.project(&places)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(asked.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            table: table.name.clone(),
            listing: table.listing,
            columns: Arc::clone(&table.columns),
            places: places.into(),
            fleet: table.fleet.clone(),
            asked: asked.into(),
            limit,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

impl DisplayAs for Scan {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(format, DisplayFormatType::TreeRender) {
            write!(f, "Listing: table={}, servers={}", self.table, self.asked.len())?;
            self.limit.map_or(Ok(()), |limit| write!(f, ", limit={limit}"))?;
            f.write_str(", requests=")?;
        }
        let mut separator = "[";
        let mut line = |server: &str, request: &Request| {
            let begin = std::mem::replace(&mut separator, ", ");
            write!(f, "{begin}{server}: {request}")
        };
        for asked in self.asked.iter() {
            asked.requests.iter().try_for_each(|request| line(&asked.server.name, request))?;
        }
        f.write_str(if self.asked.is_empty() { "[]" } else { "]" })
    }
}

impl ExecutionPlan for Scan {
    fn name(&self) -> &'static str {
        "Listing"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let asked = self
            .asked
            .get(partition)
            .cloned()
            .ok_or_else(|| DataFusionError::Internal(format!("{} has no partition {partition}", self.table)))?;
        let reader = Reader {
            scan: self.clone(),
            server: asked.server,
            requests: asked.requests.into_iter(),
            now: None,
            left: self.limit.unwrap_or(usize::MAX),
            pages: MetricBuilder::new(&self.metrics).counter("pages", partition),
            rows: MetricBuilder::new(&self.metrics).output_rows(partition),
        };
        let batches = stream::try_unfold(reader, |mut reader| async move {
            match reader.next().await {
                Ok(batch) => Ok(batch.map(|batch| (batch, reader))),
                Err(error) if reader.scan.fleet.whole => Err(error),
                Err(error) => {
                    let server = reader.server.name.clone();
                    reader.scan.fleet.hear(|heard| drop(heard.failed.insert(server, error.to_string())));
                    Ok(None)
                }
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// Reads the pages of one server.
struct Reader {
    scan: Scan,
    server: Server,
    requests: std::vec::IntoIter<Request>,
    now: Option<(Request, Pages, bool)>,
    left: usize,
    pages: Count,
    rows: Count,
}

impl Reader {
    /// The next page that has rows.
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        while self.left > 0 {
            let Some((request, mut pages, begun)) = self.now.take().or_else(|| {
                let request = self.requests.next()?;
                let pages = request.pages(&self.server.client);
                Some((request, pages, false))
            }) else {
                break;
            };
            let version = self.server.client.version().await.map_err(|error| self.fail(error))?;
            self.scan
                .listing
                .check_version(version)
                .map_err(|says| DataFusionError::Plan(format!("{}: {}: {says}", self.server.name, self.scan.table)))?;
            let operation = self.scan.listing.operation;
            let mut page = registry::answer(operation, version)
                .ok_or_else(|| DataFusionError::Internal(format!("{} has no answer", operation.name)))?;
            let permit = self.scan.fleet.at_once.acquire().await;
            let answer = pages.next_into(&mut page, None).await;
            drop(permit);
            match answer {
                Ok(None) => continue,
                Ok(Some(_)) => self.count(),
                Err(error) => match request.without_zql() {
                    Some(request) if !begun && matches!(error.status(), Some(404 | 501)) => {
                        let pages = request.pages(&self.server.client);
                        self.now = Some((request, pages, false));
                        continue;
                    }
                    _ => return Err(self.fail(error)),
                },
            }
            let batch = self.batch(&page, &request)?;
            self.now = Some((request, pages, true));
            if batch.num_rows() > 0 {
                self.left -= batch.num_rows();
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn batch(&self, page: &dyn Struct, request: &Request) -> Result<RecordBatch> {
        let scan = &self.scan;
        let Some(items) = page.path(scan.listing.list).structs() else {
            return Ok(RecordBatch::new_empty(scan.schema()));
        };
        let schema: SchemaRef = scan.schema();
        let filled = scan.columns.fill(&scan.places, &schema, &self.server.name, &request.params, items, self.left)?;
        if !filled.undated.is_empty() {
            scan.fleet.hear(|heard| {
                for (column, count) in filled.undated {
                    *heard.undated.entry(format!("{}.{column}", scan.table)).or_default() += count;
                }
            });
        }
        self.rows.add(filled.batch.num_rows());
        Ok(filled.batch)
    }

    fn count(&self) {
        self.pages.add(1);
        self.scan.fleet.hear(|heard| *heard.pages.entry(self.server.name.clone()).or_default() += 1);
    }

    fn fail(&self, error: backhaul_transport::Error) -> DataFusionError {
        DataFusionError::External(Box::new(Failed { server: self.server.name.clone(), error }))
    }
}
