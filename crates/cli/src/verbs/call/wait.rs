//! `--wait`: from the task or job that an operation is answered with to its end.

use backhaul_transport::Given;
use backhaul_transport::poller::{Poller, Progress, Work};
use backhaul_wire::System;

use super::{Calling, shown};
use crate::connect::Peer;
use crate::exit::Failure;

impl Calling<'_> {
    /// Whether there is something to wait for: of any other operation the answer is the end already.
    pub(super) fn waits(&self) -> bool {
        self.args.wait && self.operation.long_running && self.operation.system != System::Vb365
    }

    /// Calls, and waits for the end, which is given as text: of a task itself, of a job its answer. Nothing where the server has
    /// done it at once and has nothing to tell.
    pub(super) async fn to_the_end(&self, peer: &Peer, given: &Given) -> Result<String, Failure> {
        if self.operation.system == System::Zstack {
            let job = peer.client.start_job(self.operation, given).await.map_err(|error| peer.refusal(&error))?;
            let state = |job: &backhaul_transport::zstack::Job| {
                format!("the job {} is running", job.id().unwrap_or("without an id"))
            };
            let raw = self.wait(peer, job, state).await?;
            return Ok(self.decoded(peer, given, &raw).await?.unwrap_or_default());
        }
        let started = peer.client.start(self.operation, given).await;
        let Some(task) = started.map_err(|error| peer.refusal(&error))? else { return Ok(String::new()) };
        let state = |task: &backhaul_models::em::Task| {
            let state = task.state.as_ref().map_or("in no state that it tells", |state| state.as_str());
            format!("{} is {state}", task.task_id.as_deref().unwrap_or("the task"))
        };
        shown(self.wait(peer, task, state).await?.task())
    }

    /// Waits for the end, and says how far the work is; `state` puts that into words.
    async fn wait<W: Work>(
        &self,
        peer: &Peer,
        mut work: Poller<W>,
        state: impl Fn(&W::State) -> String,
    ) -> Result<W::Done, Failure> {
        if let Some(limit) = self.args.connection.timeout {
            work = work.deadline(limit);
        }
        loop {
            match work.next().await.map_err(|error| peer.refusal(&error))? {
                Progress::Done(done) => return Ok(done),
                Progress::Going(now) => self.console.verbose(1, || format!("{}: {}", peer.name, state(&now))),
            }
        }
    }
}
