//! For programs without an asynchronous runtime: waits for calls, and goes through streams as iterators.
//!
//! ```no_run
//! use backhaul_filter::em::Job;
//! use backhaul_models::em::operations::GetJobs;
//! use backhaul_transport::blocking::Blocking;
//! use backhaul_transport::{Options, em::EmClient};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let blocking = Blocking::new()?;
//! let em = EmClient::new(Options::new("https://em.example.com:9398", "admin", std::env::var("EM_PASSWORD")?)?)?;
//! let jobs = blocking.wait(em.call(&GetJobs::new()))?;
//! for job in blocking.each(em.query::<Job>().by_item()?) {
//!     println!("{:?}", job?.name);
//! }
//! blocking.wait(em.client().logout())?;
//! # Ok(())
//! # }
//! ```

use std::io;

use futures_util::stream::{BoxStream, StreamExt};
use tokio::runtime::{Builder, Runtime};

/// A runtime of its own, on the thread that waits. There is no second set of clients: every call of this crate is
/// waited for with it.
///
/// Within an asynchronous runtime, waiting panics, as tokio has it: there the calls are awaited.
#[derive(Debug)]
pub struct Blocking(Runtime);

impl Blocking {
    /// Starts the runtime.
    ///
    /// # Errors
    /// When the system gives no event queue.
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().enable_all().build().map(Self)
    }

    /// Waits for a call, a logon, a poller's end.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.block_on(work)
    }

    /// The items of a listing or of a poller, each as it comes.
    pub fn each<'s, T: 's>(&'s self, mut stream: BoxStream<'s, T>) -> impl Iterator<Item = T> + 's {
        std::iter::from_fn(move || self.0.block_on(stream.next()))
    }
}
