//! Which run of a job is the one that was just started, where the server does not say.

use backhaul_wire::ApiVersion;
use std::collections::BTreeSet;

use backhaul_models::vb365::operations::{JobSessionGet, JobSessionGetByJobId};
use backhaul_models::vb365::{JobSession, Link};
use backhaul_wire::{Call, Id, IdKey};
use futures_util::TryStreamExt;

use crate::client::Client;
use crate::error::Result;

/// The runs of a job that were there before it was started.
#[derive(Debug)]
pub(super) struct Runs {
    job: Id,
    is_copy: bool,
    before: BTreeSet<IdKey>,
}

impl Runs {
    /// The runs that are there now.
    pub(super) async fn before(client: &Client, job: Id, is_copy: bool) -> Result<Self> {
        let mut runs = Self { job, is_copy, before: BTreeSet::new() };
        runs.before = runs.list(client).await?.iter().filter_map(|run| run.id.as_ref().map(Id::key)).collect();
        Ok(runs)
    }

    pub(super) fn job(&self) -> &Id {
        &self.job
    }

    /// The run that was not there before; of several the first, since a run that failed may be followed by another try.
    pub(super) async fn next(&self, client: &Client) -> Result<Option<Id>> {
        let runs = self.list(client).await?;
        let new = runs.into_iter().filter(|run| run.id.as_ref().is_some_and(|id| !self.before.contains(&id.key())));
        let first = new.min_by_key(|run| run.creation_time.as_ref().map(|time| time.as_str().to_owned()));
        Ok(first.and_then(|run| run.id))
    }

    /// All runs of the job. v3 to v6 have a job's runs below it, v7 and later as a choice among all; of copy jobs, v6
    /// has only all runs, of which each links to its job.
    async fn list(&self, client: &Client) -> Result<Vec<JobSession>> {
        let version = client.version().await?;
        let runs: Vec<JobSession> = if JobSessionGetByJobId::OPERATION.versions.contains(version) && !self.is_copy {
            client.list(&JobSessionGetByJobId::new(self.job.clone())).by_item().try_collect().await?
        } else {
            let mut call = JobSessionGet::new();
            call.job_id = (version >= ApiVersion::new(7)).then(|| self.job.clone());
            client.list(&call).by_item().try_collect().await?
        };
        Ok(runs.into_iter().filter(|run| is_of(run, &self.job)).collect())
    }
}

/// Whether a run is not plainly another job's.
fn is_of(run: &JobSession, job: &Id) -> bool {
    let linked = |link: &Link| link.href.as_deref().and_then(Id::of_link);
    let of = run.job_id.clone().or_else(|| run.links.get("job").and_then(linked));
    of.is_none_or(|of| of.same(job))
}
