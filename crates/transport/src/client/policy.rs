//! How long work may take, and what may be sent twice: for a client, a call, a listing or a wait.

use std::time::Duration;

use tokio::time::Instant;

use super::{Client, Stop};
use crate::net::RetryPolicy;

/// How a call, a listing or a wait is made, where that differs from the client's options.
///
/// ```no_run
/// # async fn run(em: backhaul_transport::em::EmClient) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use backhaul_models::em::operations::GetJobs;
/// use backhaul_transport::Policy;
///
/// let mut policy = Policy::default();
/// policy.timeout = Some(Duration::from_secs(5));
/// policy.deadline = Some(Duration::from_secs(20));
/// let jobs = em.under(policy).call(&GetJobs::new()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Policy {
    /// How long one try of a request may take.
    pub timeout: Option<Duration>,
    /// How long the whole work may take, counted from when the policy is laid down: logon, connecting, TLS, tries,
    /// pauses, all pages, all questions after work that goes on. What does not end in time is an error
    /// ([`Error::is_deadline`](crate::Error::is_deadline)).
    pub deadline: Option<Duration>,
    /// When to try again.
    pub retry: Option<RetryPolicy>,
    /// Whether what is asked for may be sent twice, though it is no reading: the caller knows that it does no harm.
    pub idempotent: bool,
    /// What ends the work from outside.
    pub stop: Option<Stop>,
    /// Whether an operation or parameter is also sent where it is not known whether the version has it: descriptions of
    /// VB365's v3 to v5 are not whole. What a version is known to lack is refused all the same.
    pub unproven: bool,
}

/// A policy that is laid down.
#[derive(Debug, Clone, Default)]
pub(super) struct Laid {
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Instant>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) idempotent: bool,
    pub(super) stop: Option<Stop>,
    pub(super) unproven: bool,
}

impl Client {
    /// The same client under another policy, for all that is done with it from now on. It shares session, connections
    /// and limits with this one, and its deadline never ends later than this one's.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        let deadline = policy.deadline.and_then(|time| Instant::now().checked_add(time));
        let deadline = [self.policy.deadline, deadline].into_iter().flatten().min();
        let laid = Laid {
            timeout: policy.timeout.or(self.policy.timeout),
            deadline,
            retry: policy.retry.or_else(|| self.policy.retry.clone()),
            idempotent: policy.idempotent || self.policy.idempotent,
            stop: policy.stop.or_else(|| self.policy.stop.clone()),
            unproven: policy.unproven || self.policy.unproven,
        };
        Self { core: self.core.clone(), policy: laid }
    }

    /// When to try again.
    pub(crate) fn retry(&self) -> &RetryPolicy {
        self.policy.retry.as_ref().unwrap_or(&self.core.options.http.retry)
    }
}
