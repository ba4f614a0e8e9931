//! A running simulator.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul_wire::System;
use tokio::task::JoinHandle;

use crate::engine::server::{Identity, RecordedRequest, Server};
use crate::engine::session::lock;

/// A running simulator; it ends when it is dropped.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use backhaul_sim::{Estate, Sim, System};
///
/// let sim = Sim::builder().estate(Estate::demo()).vb365("127.0.0.1:0").start().await?;
/// assert!(sim.url(System::Vb365).unwrap().starts_with("https://127.0.0.1:"));
/// assert_eq!(sim.url(System::Em), None); // only what was named is started
/// # Ok::<(), backhaul_sim::StartError>(()) }).unwrap();
/// ```
pub struct Sim {
    pub(crate) servers: Vec<Running>,
    pub(crate) identity: Option<Identity>,
    pub(crate) requests: Arc<Mutex<VecDeque<RecordedRequest>>>,
}

/// A system that is served.
pub(crate) struct Running {
    pub(crate) server: Arc<Server>,
    pub(crate) url: String,
    pub(crate) task: JoinHandle<()>,
}

/// A simulator could not be started.
#[derive(Debug)]
pub struct StartError(pub(crate) io::Error);

impl StartError {
    /// What the operating system said.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.0.kind()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StartError {}

impl Sim {
    /// The URL of a system, without a path: `https://127.0.0.1:41233`; `None` when it was not started.
    #[must_use]
    pub fn url(&self, system: System) -> Option<&str> {
        let running = self.servers.iter().find(|running| running.server.system == system);
        running.map(|running| running.url.as_str())
    }

    /// The SHA-256 of the certificate in lower-case hex; `None` when no system speaks TLS.
    #[must_use]
    pub fn cert_sha256(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.sha256.as_str())
    }

    /// The certificate in PEM, to trust as an authority; `None` when no system speaks TLS.
    #[must_use]
    pub fn cert_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.pem.as_str())
    }

    /// Where everything is, as one line of JSON:
    /// `{"em":"https://127.0.0.1:41233","vb365":...,"zstack":...,"cert_sha256":...}`, null for what there is not.
    #[must_use]
    pub fn announce(&self) -> String {
        let quote = |text: Option<&str>| serde_json::Value::from(text).to_string();
        let urls = System::ALL.map(|system| format!("\"{system}\":{}", quote(self.url(system))));
        format!("{{{},\"cert_sha256\":{}}}", urls.join(","), quote(self.cert_sha256()))
    }

    /// The requests so far, oldest first; the last 10,000 of them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.requests).iter().cloned().collect()
    }

    /// Ends every session of every system, as if all had run out.
    pub fn expire_sessions(&self) {
        for running in &self.servers {
            running.server.api.expire_sessions();
        }
    }

    /// Puts the simulated clocks forward, so that tasks, jobs and sessions of jobs go on; logons do not age.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use std::time::Duration;
    /// use backhaul_sim::{EmServer, Sim};
    ///
    /// let sim = Sim::builder().em(EmServer::new().job_time(Duration::from_secs(3600))).start().await?;
    /// // ... a job is started over HTTP, and then:
    /// sim.advance(Duration::from_secs(3600));
    /// # Ok::<(), backhaul_sim::StartError>(()) }).unwrap();
    /// ```
    pub fn advance(&self, by: Duration) {
        for running in &self.servers {
            running.server.api.advance(by);
        }
    }

    /// Waits until the servers end, which they do only with their runtime.
    pub async fn wait(&mut self) {
        for running in &mut self.servers {
            // The task ends when it is aborted; that is all there is to learn.
            let _ = (&mut running.task).await;
        }
    }

    /// Ends the servers and their connections.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        for running in &self.servers {
            running.task.abort();
        }
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<&str> = self.servers.iter().map(|running| running.url.as_str()).collect();
        f.debug_struct("Sim").field("urls", &urls).finish_non_exhaustive()
    }
}
