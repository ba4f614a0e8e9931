//! What stands in for the network: canned answers in tests, or an HTTP stack of one's own.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::{HttpError, Request, Response};

/// Answers requests in place of a server. Below it there is no network; above it all is as with one: what is tried
/// again, how answers and errors are read, how listings go on, how work is waited for.
///
/// A function from a request to its answer is one:
///
/// ```
/// use backhaul_models::zstack::operations::QueryZone;
/// use backhaul_transport::net::{Request, Response};
/// use backhaul_transport::{Options, zstack::ZstackClient};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let options = Options::new("http://zstack.invalid", "admin", "")?;
/// let zstack = ZstackClient::from_stub(options, |request: &Request| {
///     assert_eq!(request.url.path(), "/zstack/v1/zones");
///     Response::new(200, r#"{"inventories": [{"name": "zone 1"}]}"#)
/// })?;
/// let zones = zstack.call(&QueryZone::new()).await?;
/// assert_eq!(zones.inventories[0].name.as_deref(), Some("zone 1"));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
/// ```
pub trait Stub: Send + Sync + 'static {
    /// The answer to a request.
    ///
    /// # Errors
    /// Where none came: [`HttpError::broken`].
    fn answer(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>>;
}

impl<F: Fn(&Request) -> Response + Send + Sync + 'static> Stub for F {
    fn answer(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>> {
        ready(Ok(self(&request))).boxed()
    }
}
