//! Veeam Backup for Microsoft 365: typed calls, listings, sessions, change feeds, files.
//!
//! | what | where |
//! | --- | --- |
//! | listings, whether a version answers pages or a bare array | [`Vb365Client::list`] |
//! | work that goes on: jobs, restores | [`Vb365Client::start_job`], [`Vb365Client::start`], [`Vb365Client::follow`] |
//! | what changed since | [`Vb365Client::events`], [`Vb365Client::job_session_changes`] |
//! | exports, reports, saved items | [`Vb365Client::download`] |
//! | a logon at Microsoft, to be shown to VB365 | [`DeviceLogon`] |
//!
//! Everything else is a typed call of `backhaul_models::vb365::operations` by [`Vb365Client::call`]. The calls of v3 to
//! v5 that do what their body names (`{"start": null}`) are operations of their own, `Post…Action`.

mod changes;
mod device;
mod follow;
mod inside;
mod logon;
mod options;
mod paging;
mod protocol;
mod runs;
mod session;
mod start;
mod stop;

use std::path::PathBuf;

pub use changes::{Changes, Feed, FeedPage};
pub use device::{DeviceCode, DeviceLogon, DevicePoller, DeviceWork};
pub use follow::{SessionPoller, SessionWork};
pub(crate) use logon::is_at;
pub use options::{Assertion, Vb365Logon, Vb365Options, parse_version};
pub use session::{Session, Status, WaitFor};
pub use start::{Kind, Started, StartsSession, starts};

use backhaul_models::vb365::Vb365;
use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::{Error, Result};
use crate::file::Existing;
use crate::net::Stub;
use crate::options::Options;
use crate::paging::{Listing, Paged};
use protocol::Vb365Protocol;

/// A client of VB365. It speaks the newest version of the API that the server serves, unless the options choose one.
#[derive(Debug, Clone)]
pub struct Vb365Client(Client);

/// A client whose system was learnt at run time. One of another system is an error.
impl TryFrom<Client> for Vb365Client {
    type Error = Error;

    fn try_from(client: Client) -> Result<Self> {
        client.only(System::Vb365).map(Self)
    }
}

/// The client beneath.
impl From<Vb365Client> for Client {
    fn from(client: Vb365Client) -> Self {
        client.0
    }
}

impl Vb365Client {
    /// A client of the server that `options` describe: [`Vb365Options`], or [`Options`] alone. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used, or the version is not one that is known here.
    pub fn new(options: impl Into<Vb365Options>) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
        Client::of(protocol, common).map(Self)
    }

    /// A client whose calls a stub answers, for the tests of programs. It is logged on; nothing of the options' TLS
    /// choice holds.
    ///
    /// # Errors
    /// As [`Vb365Client::new`].
    pub fn from_stub(options: impl Into<Vb365Options>, stub: impl Stub) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
        Ok(Self(Client::of_stub(protocol, common, stub)))
    }

    /// A client whose requests this carries in place of the network, logons too: a stack of
    /// [`Tower`](crate::net::Tower).
    ///
    /// # Errors
    /// As [`Vb365Client::new`].
    pub fn over(options: impl Into<Vb365Options>, carrier: impl Stub) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
        Ok(Self(Client::of_carrier(protocol, common, carrier)))
    }

    /// The client beneath, for calls by name.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// The same client under another policy: how long things may take, what may be sent twice.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        Self(self.0.under(policy))
    }

    /// Calls an operation. A call of another system does not compile:
    ///
    /// ```compile_fail,E0271
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) {
    /// use backhaul_models::em::operations::GetJobs;
    ///
    /// let _ = vb365.call(&GetJobs::new()).await;
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the call does not fit the version, the server cannot be reached or refuses, or the answer cannot be read.
    pub async fn call<C: Call<Api = Vb365>>(&self, call: &C) -> Result<C::Answer> {
        self.0.call(call).await
    }

    /// A listing, whether this version answers pages or a bare array. A search, which has a body, goes on over its
    /// pages alike.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call<Api = Vb365>,
        C::Answer: Paged,
    {
        self.0.list(call)
    }

    /// Calls an operation that answers with a file, such as an export or a report, and writes that to `to`. Gives its
    /// length in bytes. The file takes its place when it is whole; an error, or a caller that does not wait for the
    /// end, leaves the place as it was.
    ///
    /// ```no_run
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_models::vb365::operations::ExchangeItemSaveItemAction;
    /// use backhaul_transport::file::Existing;
    ///
    /// let call = ExchangeItemSaveItemAction::new("restore-session", "mailbox", "item");
    /// let bytes = vb365.download(&call, "message.msg", Existing::Keep).await?;
    /// println!("{bytes} bytes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the file cannot be written ([`Error::file`]), or the answer ends before its end and cannot be gone on with;
    /// and as [`Vb365Client::call`].
    pub async fn download<C: Call<Api = Vb365>>(
        &self,
        call: &C,
        to: impl Into<PathBuf>,
        existing: Existing,
    ) -> Result<u64> {
        self.0.download(call, to, existing).await
    }
}

fn protocol(options: Vb365Options) -> Result<(Vb365Protocol, Options)> {
    let server = options.common.server();
    Vb365Protocol::of(options).map_err(|reason| Error::new(reason, System::Vb365, &server, "connect"))
}
