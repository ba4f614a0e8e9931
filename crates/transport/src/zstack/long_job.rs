//! Long jobs: work that is submitted as such (`SubmitLongJob`), outlives sessions and management nodes, and can be
//! cancelled.

use backhaul_models::zstack::operations::{CancelLongJob, QueryLongJob, RerunLongJob, ResumeLongJob, SubmitLongJob};
use backhaul_models::zstack::{ErrorCode, LongJob, LongJobState, Reply};
use backhaul_wire::{Call, json};

use super::ZstackClient;
use super::error::Told;
use crate::client::RawAnswer;
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};
use crate::said::said;

/// Waits for a long job of ZStack, which ends in itself.
pub type LongJobPoller = Poller<LongJobWork>;

impl ZstackClient {
    /// Waits for a long job, such as the one that `SubmitLongJob` answers with. A suspended one is waited for, too:
    /// somebody may resume it.
    ///
    /// ```no_run
    /// # async fn run(zstack: backhaul_transport::zstack::ZstackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_models::zstack::SubmitLongJobRequest;
    /// use backhaul_models::zstack::operations::SubmitLongJob;
    ///
    /// let add = r#"{"name": "cirros", "url": "http://10.0.0.9/cirros.qcow2", "format": "qcow2"}"#;
    /// let reply = zstack.call(&SubmitLongJob::new(SubmitLongJobRequest::new("APIAddImageMsg", add))).await?;
    /// let job = zstack.long_job(reply.inventory.ok_or("no job")?);
    /// println!("{:?}", job.until_done().await?.job_result);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn long_job(&self, job: LongJob) -> LongJobPoller {
        Poller::new(LongJobWork { client: self.clone(), job })
    }

    /// Waits for the long job that an answer tells of: the form for callers that learn the operation at run time.
    /// `None` where the operation submits none.
    ///
    /// # Errors
    /// When the answer cannot be read, or names no long job.
    pub fn long_job_in(&self, answer: &RawAnswer) -> Result<Option<LongJobPoller>> {
        let submits = [SubmitLongJob::OPERATION, ResumeLongJob::OPERATION, RerunLongJob::OPERATION];
        if !submits.iter().any(|operation| operation.name == answer.operation.name) {
            return Ok(None);
        }
        let mut reply: Reply<LongJob> = Reply::default();
        self.client().read(answer, &mut reply, None)?;
        match reply.inventory.filter(|job| job.uuid.is_some()) {
            Some(job) => Ok(Some(self.long_job(job))),
            None => {
                let rule = "the answer names no long job: there is nothing to wait for".to_owned();
                Err(self.client().fail(answer.operation.name, Reason::Answer(rule)))
            }
        }
    }
}

/// A long job under way.
#[derive(Debug)]
pub struct LongJobWork {
    client: ZstackClient,
    job: LongJob,
}

impl LongJobWork {
    /// Asks the server to cancel the job. It has ended only when its state says so.
    ///
    /// # Errors
    /// As [`ZstackClient::call`].
    pub async fn cancel(&self) -> Result<()> {
        self.client.call(&CancelLongJob::new(self.id())).await.map(drop)
    }

    fn id(&self) -> &str {
        self.job.uuid.as_ref().map_or("", |id| id.as_str())
    }

    /// The job's id and what it does, for errors.
    fn named(&self) -> String {
        let job = self.job.job_name.as_deref().unwrap_or("unnamed");
        format!("the long job {} ({job})", self.id())
    }

    fn state_text(&self) -> &str {
        self.job.state.as_ref().map_or("in no state that it tells", LongJobState::as_str)
    }

    fn fail(&self, reason: Reason) -> Error {
        self.client.client().fail("long job", reason)
    }

    /// Why it failed: an error as JSON, or a text.
    fn why(&self) -> String {
        let Some(result) = self.job.job_result.as_deref().filter(|result| !result.is_empty()) else {
            return "the server does not say why".to_owned();
        };
        let error = json::decode::<ErrorCode>(result.as_bytes()).ok().filter(|error| error.code.is_some());
        error.map_or_else(|| said(result), |error| Told(&error).to_string())
    }
}

impl Work for LongJobWork {
    type State = LongJob;
    type Done = LongJob;

    fn state(&self) -> &LongJob {
        &self.job
    }

    fn end(&self) -> Option<Result<LongJob>> {
        match self.job.state {
            Some(LongJobState::Succeeded) => Some(Ok(self.job.clone())),
            Some(LongJobState::Failed) => {
                Some(Err(self.fail(Reason::Task(format!("{} failed: {}", self.named(), self.why())))))
            }
            Some(LongJobState::Canceled) => {
                Some(Err(self.fail(Reason::Task(format!("{} was cancelled", self.named())))))
            }
            _ => None,
        }
    }

    async fn ask(&mut self) -> Result<()> {
        let mut query = QueryLongJob::new();
        query.q = vec![format!("uuid={}", self.id())];
        match self.client.call(&query).await?.inventories.pop() {
            Some(job) => {
                self.job = job;
                Ok(())
            }
            None => Err(self.fail(Reason::Answer(format!(
                "the server no longer knows {}, last seen {}: it was deleted; look at the objects themselves for what came of it",
                self.named(),
                self.state_text()
            )))),
        }
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let told = waited.told(&self.named(), self.state_text());
        self.fail(Reason::Deadline(format!("{told}: it goes on on the server; wait longer, or cancel it")))
    }
}
