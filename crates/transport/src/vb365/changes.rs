//! Change feeds: what happened since a token.

use backhaul_models::vb365::operations::{EventsGet, JobSessionChangesGet, RestorePointGetChanges};
use backhaul_models::vb365::{Event, Events, JobSession, JobSessionChanges, RestorePoint, RestorePointChanges};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Call, Operation};

use super::Vb365Client;
use crate::client::{Arguments, Client};
use crate::error::{Error, Reason, Result};

/// The token of what happens from now on.
const LATEST: &str = "latest";

/// The code of a token that is too old for the server to say what happened since.
const OUTDATED: &str = "OutdatedChangeToken";

/// A page of a change feed.
pub trait FeedPage: Model {
    /// What it tells of.
    type Item: Send + 'static;
    /// Where the next question goes on, and what happened.
    fn into_parts(self) -> (Option<String>, Vec<Self::Item>);
}

macro_rules! feed_page {
    ($($page:ty => $item:ty),*) => {$(
        impl FeedPage for $page {
            type Item = $item;
            fn into_parts(self) -> (Option<String>, Vec<$item>) {
                (self.next_change_token, self.results)
            }
        }
    )*};
}

feed_page!(Events => Event, JobSessionChanges => JobSession, RestorePointChanges => RestorePoint);

/// What a feed says.
#[derive(Debug, Clone)]
pub enum Changes<T> {
    /// What happened, oldest first; nothing when nothing did.
    Some(Vec<T>),
    /// The token was too old: what happened since is not known. The feed goes on from a moment before this was said, so
    /// a whole listing now, and the feed after it, miss nothing.
    StartOver,
}

/// Where a feed begins that has no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    /// At the token of what happens from now on.
    Latest,
    /// Without a token.
    Without,
    /// Nowhere that is known.
    Nowhere,
}

/// A change feed. It asks when it is asked, and keeps the place where it is.
#[derive(Debug)]
pub struct Feed<P> {
    client: Client,
    operation: &'static Operation,
    token: Option<String>,
    fresh: Fresh,
    limit: Option<i64>,
    wait_seconds: Option<i64>,
    of: std::marker::PhantomData<fn() -> P>,
}

impl Vb365Client {
    /// Everything that happens (v8 and later), from a token of an earlier feed or from now on.
    ///
    /// ```no_run
    /// # async fn run(vb365: backhaul_transport::vb365::Vb365Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use backhaul_transport::vb365::Changes;
    ///
    /// let mut feed = vb365.events(None).wait(30);
    /// loop {
    ///     match feed.next().await? {
    ///         Changes::Some(events) => println!("{} events; {:?}", events.len(), feed.token()),
    ///         Changes::StartOver => println!("list everything anew"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn events(&self, token: Option<String>) -> Feed<Events> {
        Feed::new(self.client(), EventsGet::OPERATION, Some(token.unwrap_or_else(|| LATEST.to_owned())), Fresh::Latest)
    }

    /// The runs of jobs that changed (v7 only), from a token of an earlier feed, or all that the server tells of
    /// without one.
    #[must_use]
    pub fn job_session_changes(&self, token: Option<String>) -> Feed<JobSessionChanges> {
        Feed::new(self.client(), JobSessionChangesGet::OPERATION, token, Fresh::Without)
    }

    /// The restore points that changed since a token (v7 only). The server wants one from the start.
    #[must_use]
    pub fn restore_point_changes(&self, token: impl Into<String>) -> Feed<RestorePointChanges> {
        Feed::new(self.client(), RestorePointGetChanges::OPERATION, Some(token.into()), Fresh::Nowhere)
    }
}

impl<P: FeedPage> Feed<P> {
    fn new(client: &Client, operation: &'static Operation, token: Option<String>, fresh: Fresh) -> Self {
        let client = client.clone();
        Self { client, operation, token, fresh, limit: None, wait_seconds: None, of: std::marker::PhantomData }
    }

    /// How many changes an answer holds at most.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(i64::from(limit.max(1)));
        self
    }

    /// How many seconds the server waits for something to happen before it answers that nothing did (v8 and later). It
    /// is kept below the client's own timeout for an answer.
    #[must_use]
    pub fn wait(mut self, seconds: u32) -> Self {
        // A second at least is left for the way there and back.
        let most = self.client.timeout().map_or(i64::MAX, |most| i64::try_from(most.as_secs()).unwrap_or(i64::MAX) - 1);
        self.wait_seconds = Some(i64::from(seconds).min(most.max(0)));
        self
    }

    /// Where the feed is: for another feed later, perhaps in another program. `None` before the first answer of a feed
    /// without one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Asks what happened since the last answer. Dropping the future loses nothing: the same is told again.
    ///
    /// # Errors
    /// As [`Vb365Client::call`]; when the answer does not say where the feed goes on.
    pub async fn next(&mut self) -> Result<Changes<P::Item>> {
        match self.page(self.token.clone(), self.wait_seconds).await {
            Ok((token, items)) => {
                if !items.is_empty() && self.token.as_ref() == Some(&token) {
                    let rule = "the feed goes in a circle: its next token is the one that was asked with".to_owned();
                    return Err(self.client.fail(self.operation.name, Reason::Answer(rule)));
                }
                self.token = Some(token);
                Ok(Changes::Some(items))
            }
            Err(error) if is_outdated(&error) => {
                let fresh = match self.fresh {
                    Fresh::Latest => Some(LATEST.to_owned()),
                    Fresh::Without => None,
                    Fresh::Nowhere => return Err(error),
                };
                if fresh == self.token {
                    return Err(error);
                }
                // The new place first: what happens while the caller lists everything is then in the feed.
                self.token = Some(self.page(fresh, Some(0)).await?.0);
                Ok(Changes::StartOver)
            }
            Err(error) => Err(error),
        }
    }

    async fn page(&self, token: Option<String>, wait_seconds: Option<i64>) -> Result<(String, Vec<P::Item>)> {
        let mut given = Arguments::default();
        let mut give =
            |name: &str, value: Option<String>| given.params.extend(value.map(|value| (name.to_owned(), value)));
        give("from", token);
        give("limit", self.limit.map(|limit| limit.to_string()));
        give("timeoutSeconds", wait_seconds.filter(|_| self.can_wait()).map(|seconds| seconds.to_string()));
        let raw = self.client.send(self.operation, &given).await?;
        let mut page = P::default();
        self.client.read(&raw, &mut page, None)?;
        match page.into_parts() {
            (Some(token), items) if !token.is_empty() => Ok((token, items)),
            _ => {
                let rule = "the answer does not say where the feed goes on: it has no `nextChangeToken`".to_owned();
                Err(self.client.fail(self.operation.name, Reason::Answer(rule)))
            }
        }
    }

    /// Whether the server takes a time to wait.
    fn can_wait(&self) -> bool {
        self.operation.params.iter().any(|param| param.name == "timeoutSeconds")
    }
}

fn is_outdated(error: &Error) -> bool {
    error.code().is_some_and(|code| code.eq_ignore_ascii_case(OUTDATED))
}
