//! The history of usage by engines of many machines.
//!
//! The Parquet store is what DataFusion, Ballista and Spark have in common: no engine needs anything of ours but the
//! files. A cluster of Ballista is a scheduler and executors; here they are started in one process and speak over
//! loopback, as they do over a network.

use std::path::Path;
use std::sync::Arc;

use backhaul_fleet::Row;
use backhaul_fleet::store::{Store, StoreError};
use ballista::prelude::SessionContextExt;
use ballista_core::serde::BallistaCodec;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::{DataFusionError, Result};
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use jiff::{SignedDuration, Timestamp};

/// Fills a store with `days` daily runs of `servers` servers of eight tenants each, the same ones for the same numbers.
///
/// # Errors
/// When the store cannot be written to.
pub async fn fill(folder: &Path, servers: usize, days: usize, tenants: usize) -> Result<u64, StoreError> {
    let store = Store::create(&folder.display().to_string())?;
    let first = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_423);
    let mut rows = 0;
    for day in 0..days {
        let at = first + SignedDuration::from_hours(24 * i64::try_from(day).unwrap_or(0) + 3);
        let mut run = store.run(at);
        for server in 0..servers {
            let of_server: Vec<Row> = (0..tenants).map(|tenant| row(server, tenant, day, at)).collect();
            rows += u64::try_from(of_server.len()).unwrap_or(0);
            run.push(&of_server)?;
        }
        run.finish().await?;
    }
    Ok(rows)
}

fn row(server: usize, tenant: usize, day: usize, at: Timestamp) -> Row {
    const GIB: i64 = 1 << 30;
    let number = |it: usize| i64::try_from(it).unwrap_or(0);
    let mixed = number((server * 311 + tenant * 173 + day * 71) % 997);
    let mut row = Row::default();
    row.system = ["em", "vb365", "zstack"][server % 3].to_owned();
    row.server = format!("server-{server:04}");
    row.tenant = Some(format!("tenant-{tenant:03}"));
    row.tenant_id = Some(format!("{server:08x}-0000-4000-8000-{tenant:012x}"));
    row.tenant_kind = Some("tenant".to_owned());
    row.repository = Some(format!("repository-{}", tenant % 4));
    row.repository_id = Some(format!("{server:08x}-0000-4000-8000-{:012x}", tenant % 4));
    row.used_bytes = (mixed % 89 != 0).then_some((number(day) + mixed) * GIB);
    row.object_storage_bytes = (tenant % 2 == 0).then_some(mixed * GIB / 3);
    row.capacity_bytes = Some(2000 * GIB);
    row.free_bytes = Some((1000 - mixed) * 2 * GIB);
    row.available = Some(mixed % 50 != 1);
    row.collected_at = Some(at);
    row
}

/// What one machine answers.
///
/// # Errors
/// When the store cannot be read, or the text is no question to it.
pub async fn alone(store: &str, text: &str) -> Result<String> {
    let sql = backhaul_sql::Sql::new(backhaul_sql::Fleet::new([])).with_history(store).await?;
    let rows = sql.query(text).await.map_err(|problem| DataFusionError::Plan(problem.to_string()))?;
    shown(&rows.collect().await?)
}

/// A scheduler of Ballista and executors of it.
pub struct Cluster(SessionContext);

impl Cluster {
    /// Starts them on free ports, and speaks to the scheduler.
    ///
    /// # Errors
    /// When one of them cannot be started.
    pub async fn start(executors: usize) -> Result<Self> {
        let other = |error: &dyn std::error::Error| DataFusionError::Execution(error.to_string());
        let address = ballista_scheduler::standalone::new_standalone_scheduler().await.map_err(|it| other(&it))?;
        let url = format!("http://localhost:{}", address.port());
        for _ in 0..executors {
            let scheduler = SchedulerGrpcClient::connect(url.clone()).await.map_err(|it| other(&it))?;
            let started = ballista_executor::new_standalone_executor(scheduler, 1, BallistaCodec::default()).await;
            started.map_err(|it| other(&it))?;
        }
        Ok(Self(SessionContext::remote(&url).await?))
    }

    /// What the cluster answers.
    ///
    /// # Errors
    /// As [`alone`].
    pub async fn answer(&self, store: &str, text: &str) -> Result<String> {
        let days = vec![("day".to_owned(), DataType::Date32), ("system".to_owned(), DataType::Utf8)];
        let options = ParquetReadOptions::default().table_partition_cols(days);
        self.0.deregister_table("history")?;
        self.0.register_parquet("history", format!("{}/", store.trim_end_matches('/')), options).await?;
        shown(&self.0.sql(text).await?.collect().await?)
    }
}

/// Rows as CSV, which every engine can write.
fn shown(batches: &[RecordBatch]) -> Result<String> {
    let mut out = Vec::new();
    let mut writer = WriterBuilder::new().with_header(true).build(&mut out);
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        writer.write(batch)?;
    }
    drop(writer);
    String::from_utf8(out).map_err(|error| DataFusionError::External(Arc::new(error).to_string().into()))
}
