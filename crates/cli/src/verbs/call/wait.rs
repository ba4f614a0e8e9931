//! `--wait`: from the task that an operation is answered with to its end.

use backhaul_transport::Given;
use backhaul_transport::em::TaskPoller;
use backhaul_transport::poller::Progress;
use backhaul_wire::System;

use super::{Calling, shown};
use crate::connect::Peer;
use crate::exit::Failure;

impl Calling<'_> {
    /// Whether there is something to wait for: of any other operation the answer is the end already.
    pub(super) fn waits(&self) -> bool {
        self.args.wait && self.operation.long_running && self.operation.system == System::Em
    }

    /// Calls, and waits for the task's end, which is given as text; nothing where the server has done it at once.
    pub(super) async fn to_the_end(&self, peer: &Peer, given: &Given) -> Result<String, Failure> {
        let started = peer.client.start(self.operation, given).await;
        let Some(mut task) = started.map_err(|error| peer.refusal(&error))? else { return Ok(String::new()) };
        if let Some(limit) = self.args.connection.timeout {
            task = task.deadline(limit);
        }
        self.wait(peer, task).await
    }

    async fn wait(&self, peer: &Peer, mut task: TaskPoller) -> Result<String, Failure> {
        loop {
            match task.next().await.map_err(|error| peer.refusal(&error))? {
                Progress::Done(done) => return shown(done.task()),
                Progress::Going(now) => self.console.verbose(1, || {
                    let state = now.state.as_ref().map_or("in no state that it tells", |state| state.as_str());
                    format!("{}: {} is {state}", peer.name, now.task_id.as_deref().unwrap_or("the task"))
                }),
            }
        }
    }
}
