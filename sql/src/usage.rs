//! Who uses how much of which repository, now.

use std::sync::Arc;

use backhaul_filter::Record;
use backhaul_fleet::{Cause, Collect, ROWS, Server};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures_util::{StreamExt, stream};

use crate::columns::Columns;
use crate::fleet::{Failed, Fleet};

/// One row per server, repository and tenant, as `backhaul usage` prints it.
pub(crate) fn usage(fleet: &Fleet) -> Arc<dyn TableProvider> {
    let columns = Arc::new(Columns::of_records(ROWS));
    let partition = |server: &Server| {
        let partition = Partition { columns: Arc::clone(&columns), server: server.clone(), fleet: fleet.clone() };
        Arc::new(partition) as Arc<dyn PartitionStream>
    };
    let partitions = fleet.servers.iter().map(partition).collect();
    // It is refused when a partition has other columns than the table; all have these.
    match StreamingTable::try_new(Arc::clone(&columns.schema), partitions) {
        Ok(table) => Arc::new(table),
        Err(_) => Arc::new(datafusion::datasource::empty::EmptyTable::new(Arc::clone(&columns.schema))),
    }
}

/// The usage of one server.
#[derive(Debug)]
struct Partition {
    columns: Arc<Columns>,
    server: Server,
    fleet: Fleet,
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.columns.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (columns, server, fleet) = (Arc::clone(&self.columns), self.server.clone(), self.fleet.clone());
        let rows = async move {
            let permit = fleet.at_once.acquire().await;
            let mut answers = std::pin::pin!(Collect::new().stream([server]));
            let answer = answers.next().await;
            drop(permit);
            let Some(answer) = answer else { return Ok(columns.records(&[])?) };
            for problem in answer.problems {
                let (server, says) = (answer.server.clone(), problem.to_string());
                match problem.cause {
                    _ if !fleet.whole => fleet.hear(|heard| drop(heard.failed.insert(server, says))),
                    Cause::Call(error) => return Err(DataFusionError::External(Box::new(Failed { server, error }))),
                    _ => return Err(DataFusionError::Execution(format!("{server}: {says}"))),
                }
            }
            let rows: Vec<&dyn Record> = answer.rows.iter().map(|row| row as &dyn Record).collect();
            Ok(columns.records(&rows)?)
        };
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.columns.schema), stream::once(rows)))
    }
}
