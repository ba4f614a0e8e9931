//! Jobs: what ZStack answers with when the work goes on.
//!
//! An answer of 202 names the place where the job can be asked for. The host in it is the server's own idea of its
//! address, so only the job's id is taken from it: the job is asked for at the address that the client was given, and
//! nothing is ever sent elsewhere. A job ends with what the operation answers (200) or with an error (503), and is
//! forgotten three hours after (404). What is wrong with a call, or with its session, is said by the job as well: the
//! 202 comes before anything is checked.
//!
//! The id is ours (`X-Job-UUID`): the job of a call whose answer was lost on the way is asked for by it, and followed.
//!
//! The API has no way to cancel a job. What is submitted as a [long job](super::ZstackClient::long_job) can be
//! cancelled.

use std::fmt;
use std::time::Duration;

use backhaul_models::zstack::operations::GetTaskProgress;
use backhaul_models::zstack::{ErrorCode, JobLocation, TaskProgress, Zstack};
use backhaul_wire::{Call, Operation, json};
use http::{HeaderName, Method, StatusCode};
use url::Url;
use uuid::Uuid;

use super::ZstackClient;
use super::protocol::SESSION_INVALID;
use crate::client::{Answered, Arguments, Ask, Client, RawAnswer};
use crate::error::{Error, Reason, Result};
use crate::poller::{Poller, Waited, Work};

/// Waits for a job of ZStack, which ends in a `D`.
pub type JobPoller<D> = Poller<JobWork<D>>;

impl ZstackClient {
    /// Calls an operation, and waits for nothing yet. What the server answers at once is done at once.
    ///
    /// ```no_run
    /// # async fn run(zstack: backhaul_transport::zstack::ZstackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use backhaul_models::zstack::operations::ReconnectBackupStorage;
    ///
    /// let call = ReconnectBackupStorage::new("6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c");
    /// let reply = zstack.start(&call).await?.deadline(Duration::from_secs(120)).until_done().await?;
    /// println!("{:?}", reply.inventory);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`ZstackClient::call`], but for what is said by the job.
    pub async fn start<C: Call<Api = Zstack>>(&self, call: &C) -> Result<JobPoller<C::Answer>>
    where
        C::Answer: 'static,
    {
        let given = self.client().arguments(call).await?;
        self.client().begin(C::OPERATION, &given, |client, raw| client.answer::<C>(raw, None)).await
    }
}

impl Client {
    /// Calls an operation of ZStack, and waits for nothing yet: the form for callers that learn the operation at run
    /// time. What the server answers at once is done at once.
    ///
    /// # Errors
    /// As [`Client::send`]; when the server does not say where to ask for the job.
    pub async fn start_job(&self, operation: &'static Operation, given: &Arguments) -> Result<JobPoller<RawAnswer>> {
        self.begin(operation, given, |_, raw| Ok(raw.clone())).await
    }

    async fn begin<D: Send + 'static>(
        &self,
        operation: &'static Operation,
        given: &Arguments,
        read: Read<D>,
    ) -> Result<JobPoller<D>> {
        let call = self.ask(operation, given).await?;
        let job = Job { operation, id: None, limit: None, end: None };
        let mut work = JobWork { client: self.clone(), job, read, again: Some(call.clone()) };
        work.submit(&call).await?;
        Ok(Poller::new(work))
    }
}

/// The header for the id of a job.
const JOB_UUID: HeaderName = HeaderName::from_static("x-job-uuid");

/// How the end of a job is read.
type Read<D> = fn(&Client, &RawAnswer) -> Result<D>;

/// A job, as far as it is known.
#[derive(Debug, Clone)]
pub struct Job {
    operation: &'static Operation,
    id: Option<String>,
    limit: Option<Duration>,
    end: Option<End>,
}

#[derive(Debug, Clone)]
enum End {
    Well(RawAnswer),
    Failed(Box<ErrorCode>),
}

impl Job {
    /// The operation that it carries out.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Its id; none where the server answered at once.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// How long the server lets it run, where it says so.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.end.is_none()
    }
}

/// A job under way.
pub struct JobWork<D> {
    client: Client,
    job: Job,
    read: Read<D>,
    /// The call, as long as it may be sent once more when its session proves to be unknown.
    again: Option<Ask>,
}

impl<D> JobWork<D> {
    /// What the server tells of the job's steps; mostly nothing once it has ended.
    ///
    /// # Errors
    /// As [`ZstackClient::call`].
    pub async fn progress(&self) -> Result<Vec<TaskProgress>> {
        match self.job.id() {
            None => Ok(Vec::new()),
            Some(id) => Ok(self.client.call(&GetTaskProgress::new(id)).await?.inventories),
        }
    }

    /// Sends the call. Where its answer is lost, the server may have begun: its job is asked for and followed. The call
    /// is not sent again, whatever the server says of the job: a server in between may pass over the id.
    async fn submit(&mut self, call: &Ask) -> Result<()> {
        if !self.job.operation.long_running {
            let answered = self.client.exchange(call).await?;
            return self.begun(answered);
        }
        let id = Uuid::new_v4().simple().to_string();
        let call = call.with(vec![(JOB_UUID, id.clone())]);
        let lost = match self.client.exchange(&call).await {
            Ok(answered) => return self.begun(answered),
            Err(error) if is_lost(&error) => error,
            Err(error) => return Err(error),
        };
        tracing::debug!(job = id, "the answer was lost: the job is asked for by its id");
        self.job.id = Some(id.clone());
        match self.ask_for(&id).await {
            Ok(()) => Ok(()),
            Err(error) if error.status() == Some(404) || error.is_transient() => Err(lost),
            Err(error) => Err(error),
        }
    }

    /// Takes the answer to the call.
    fn begun(&mut self, answered: Answered) -> Result<()> {
        if answered.status != StatusCode::ACCEPTED {
            self.job.end = Some(End::Well(answered.of(self.job.operation)));
            return Ok(());
        }
        let fail = |reason| self.client.fail(answered.name.clone(), reason);
        let location: JobLocation = json::decode(&answered.body).map_err(|error| fail(Reason::Decode(error)))?;
        let Some(place) = location.location.as_deref().filter(|place| !place.is_empty()) else {
            let rule = "the server took the work on and does not say where to ask for it: look at the objects themselves for what \
                        came of it";
            return Err(fail(Reason::Answer(rule.to_owned())));
        };
        let id = job_id(self.client.url(), place).map_err(|why| fail(Reason::Link(why)))?;
        self.job.id = Some(id);
        self.job.limit = location.api_timeout.and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis);
        Ok(())
    }

    async fn ask_for(&mut self, id: &str) -> Result<()> {
        let ask = Ask::link(Method::GET, self.client.below(&["zstack", "v1", "api-jobs", id]), None)
            .named(self.job.operation.name)
            .gone(format!(
                "the server no longer knows the job {id}: it forgets a job three hours after its end, and when it is started anew; \
                 the operation may have been carried out: look at the objects themselves"
            ));
        let error = match self.client.exchange(&ask).await {
            Ok(answered) if answered.status == StatusCode::ACCEPTED => return Ok(()),
            Ok(answered) if answered.status == StatusCode::NO_CONTENT => {
                let rule =
                    format!("the server says nothing of what came of the job {id}: look at the objects themselves");
                return Err(self.client.fail(answered.name, Reason::Answer(rule)));
            }
            Ok(answered) => {
                self.job.end = Some(End::Well(answered.of(self.job.operation)));
                return Ok(());
            }
            Err(error) => error,
        };
        let Some(said) = error.zstack() else { return Err(error) };
        // Sessions are looked at after the 202, before anything is done: the call is sent again in the session that
        // there is now.
        if said.code.as_deref() == Some(SESSION_INVALID)
            && said.cause.is_none()
            && let Some(call) = self.again.take()
        {
            return Box::pin(self.submit(&call)).await;
        }
        self.failed(said);
        Ok(())
    }

    fn failed(&mut self, error: &ErrorCode) {
        self.job.end = Some(End::Failed(Box::new(error.clone())));
    }
}

impl<D: Send + 'static> Work for JobWork<D> {
    type State = Job;
    type Done = D;

    fn state(&self) -> &Job {
        &self.job
    }

    fn end(&self) -> Option<Result<D>> {
        match self.job.end.as_ref()? {
            End::Well(raw) => Some((self.read)(&self.client, raw)),
            End::Failed(error) => {
                let reason = Reason::Zstack { status: 503, error: error.clone(), job: self.job.id.clone() };
                Some(Err(self.client.fail(self.job.operation.name, reason)))
            }
        }
    }

    async fn ask(&mut self) -> Result<()> {
        match self.job.id.clone() {
            Some(id) => self.ask_for(&id).await,
            None => Ok(()),
        }
    }

    fn overdue(&self, waited: &Waited) -> Error {
        let told = waited.told(&format!("the job {}", self.job.id().unwrap_or("without an id")), "running");
        let limit = self.job.limit.map(|limit| format!(", for which the server gives it {} s", limit.as_secs()));
        let rule = format!("{told}: it goes on on the server{}; wait longer", limit.unwrap_or_default());
        self.client.fail(self.job.operation.name, Reason::Deadline(rule))
    }
}

impl<D> fmt::Debug for JobWork<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobWork")
            .field("operation", &self.job.operation.name)
            .field("id", &self.job.id)
            .finish_non_exhaustive()
    }
}

/// Whether the call may have come to the server, and its answer did not come back.
fn is_lost(error: &Error) -> bool {
    error
        .http()
        .is_some_and(|http| !http.is_connect() && (http.is_interrupted() || (http.is_timeout() && !http.is_deadline())))
}

/// The id of the job at a place that the server named, wherever it thinks that place is.
fn job_id(base: &Url, place: &str) -> std::result::Result<String, String> {
    let refused = || {
        let shown: String = place.chars().take(200).collect();
        format!(
            "the server took the work on, and names `{}` as the place to ask for it, which is no job: it was not followed; look at \
             the objects themselves for what came of it",
            shown.escape_debug()
        )
    };
    let url = base.join(place).map_err(|_| refused())?;
    let mut segments = url.path().rsplit('/');
    let id = segments.next().unwrap_or_default();
    let is_job = segments.next() == Some("api-jobs") && segments.next() == Some("v1");
    let is_id = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_job && is_id { Ok(id.to_owned()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_id_is_taken_from_a_place() {
        let Ok(base) = Url::parse("https://gw.example.com/cloud") else { unreachable!("it is an address") };
        for place in [
            "http://10.0.0.5:8080/zstack/v1/api-jobs/5cf4a7dca7f2416a9a6cc2a0a2ba5fe7",
            "https://user:pw@evil.example.com/v1/api-jobs/5cf4a7dca7f2416a9a6cc2a0a2ba5fe7?x=y#z",
            "/other/v1/api-jobs/5cf4a7dca7f2416a9a6cc2a0a2ba5fe7",
        ] {
            assert_eq!(job_id(&base, place).as_deref(), Ok("5cf4a7dca7f2416a9a6cc2a0a2ba5fe7"), "{place}");
        }
        for place in [
            "http://10.0.0.5:8080/zstack/v1/accounts/login",
            "http://10.0.0.5:8080/zstack/v1/api-jobs/",
            "http://10.0.0.5:8080/zstack/v1/api-jobs/a/../../zones/b",
            "http://10.0.0.5:8080/zstack/v1/api-jobs/a%2Fb",
            "http://10.0.0.5:8080/zstack/v2/api-jobs/a",
            "http://[/zstack/v1/api-jobs/a",
            "mailto:a",
        ] {
            assert!(job_id(&base, place).is_err_and(|error| error.contains("no job")), "{place}");
        }
    }
}
