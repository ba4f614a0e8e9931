//! What was used, by the runs that are kept.

use std::sync::Arc;

use backhaul_fleet::store::Store;
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
    let says = |error: &dyn std::fmt::Display| DataFusionError::Plan(format!("{error}"));
    let files = Store::open(store).map_err(|error| says(&error))?.all_files().await.map_err(|error| says(&error))?;
    if files.is_empty() {
        let says = format!("{store} holds no run yet: `backhaul usage --save` writes one");
        return Err(DataFusionError::Plan(says));
    }
    // A folder ends in a slash.
    let url = ListingTableUrl::parse(format!("{}/", store.trim_end_matches('/')))?;
    // A file that cannot be read is not named by Parquet's error.
    let broken = |error| says(&format_args!("{error}; `backhaul store verify --store {store}` names the file"));
    let schema = options.infer_schema(&context.state(), &url).await.map_err(broken)?;
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}
