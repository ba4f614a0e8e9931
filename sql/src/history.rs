//! What was used, by the runs that are kept.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::{DataFusionError, Result};
use datafusion::prelude::SessionContext;

/// A store's files as one table. The day and the system stand in the path: a condition on them spares the other files.
pub(crate) async fn table(context: &SessionContext, store: &str) -> Result<Arc<dyn TableProvider>> {
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension(".parquet")
        .with_table_partition_cols(vec![("day".to_owned(), DataType::Date32), ("system".to_owned(), DataType::Utf8)]);
    if store.contains("://") && !store.starts_with("file://") {
        let says = format!("{store}: history is read from folders; a bucket is for the engines of docs/scale.md");
        return Err(DataFusionError::Plan(says));
    }
    // A folder ends in a slash.
    let url = ListingTableUrl::parse(format!("{}/", store.trim_end_matches('/')))?;
    let schema = options.infer_schema(&context.state(), &url).await?;
    if schema.fields().is_empty() {
        let says = format!("{store} holds no run yet: `backhaul usage --save` writes one");
        return Err(DataFusionError::Plan(says));
    }
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}
