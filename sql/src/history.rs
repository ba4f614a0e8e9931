//! What was used, by the runs that are kept.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use backhaul_fleet::store::Store;
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::{DataFusionError, Result};
use datafusion::object_store::local::LocalFileSystem;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as Stored,
};
use datafusion::prelude::SessionContext;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use jiff::civil::Date;

/// Where DataFusion finds the files of the store.
const PLACE: &str = "history://store/";

/// A store's files as one table. The day and the system stand in the path: a condition on them spares the other files.
pub(crate) async fn table(context: &SessionContext, store: &str) -> Result<Arc<dyn TableProvider>> {
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension(".parquet")
        .with_table_partition_cols(vec![("day".to_owned(), DataType::Date32), ("system".to_owned(), DataType::Utf8)]);
    let folder = store.strip_prefix("file://").unwrap_or(store);
    if folder.contains("://") {
        let says = format!("{store}: history is read from folders; a bucket is for the engines of docs/scale.md");
        return Err(DataFusionError::Plan(says));
    }
    let says = |error: &dyn fmt::Display| DataFusionError::Plan(format!("{error}"));
    let opened = Store::open(store).map_err(|error| says(&error))?;
    if opened.all_files().await.map_err(|error| says(&error))?.is_empty() {
        let says = format!("{store} holds no run yet: `backhaul usage --save` writes one");
        return Err(DataFusionError::Plan(says));
    }
    let url = ListingTableUrl::parse(PLACE)?;
    let files = Once { files: LocalFileSystem::new_with_prefix(folder)?, store: opened };
    context.register_object_store(url.object_store().as_ref(), Arc::new(files));
    // A file that cannot be read is not named by Parquet's error.
    let broken = |error| says(&format_args!("{error}; `backhaul store verify --store {store}` names the file"));
    let schema = options.infer_schema(&context.state(), &url).await.map_err(broken)?;
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// A store's files to be read, without those whose rows are in another one as well.
#[derive(Debug)]
struct Once {
    files: LocalFileSystem,
    store: Store,
}

impl fmt::Display for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.store.name())
    }
}

impl Once {
    fn refuses<T>(&self, operation: &str) -> Stored<T> {
        Err(Error::NotImplemented { operation: operation.to_owned(), implementer: self.to_string() })
    }
}

#[async_trait::async_trait]
impl ObjectStore for Once {
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Stored<ObjectMeta>> {
        let (store, listed) = (self.store.clone(), self.files.list(prefix));
        let once = async move {
            let failed = |error| Error::Generic { store: "history", source: Box::new(error) };
            let files = store.files_once(Date::MIN, Date::MAX).await.map_err(failed)?;
            let once: HashSet<String> = files.iter().map(|file| file.path().to_owned()).collect();
            Ok::<_, Error>(listed.try_filter(move |file| std::future::ready(once.contains(file.location.as_ref()))))
        };
        stream::once(once).try_flatten().boxed()
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Stored<GetResult> {
        self.files.get_opts(location, options).await
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Stored<ListResult> {
        self.refuses("list_with_delimiter")
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Stored<PutResult> {
        self.refuses("put")
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Stored<Box<dyn MultipartUpload>> {
        self.refuses("put")
    }

    fn delete_stream(&self, _: BoxStream<'static, Stored<Path>>) -> BoxStream<'static, Stored<Path>> {
        stream::once(std::future::ready(self.refuses("delete"))).boxed()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Stored<()> {
        self.refuses("copy")
    }
}
