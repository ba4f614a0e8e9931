//! A restore within a session that stays open: what its log says of it.

use std::collections::BTreeSet;

use backhaul_models::vb365::operations::RestoreSessionEventGet;
use backhaul_models::vb365::{RestoreSessionEvent, RestoreSessionEventStatus as Line};
use backhaul_wire::{Id, IdKey};
use futures_util::TryStreamExt;

use super::session::Status;
use crate::client::Client;
use crate::error::Result;

/// What a restore session's log tells of one restore.
///
/// Nothing that is known of v8 says whether a restore runs in a session of its own, which ends with it, or in the one
/// that is browsed, which stays open. In the latter only the log tells when it is done: by the lines that were not
/// there before.
#[derive(Debug)]
pub(super) struct Inside {
    session: Id,
    before: BTreeSet<IdKey>,
    status: Status,
}

impl Inside {
    /// The log as it is before the restore.
    pub(super) async fn before(client: &Client, session: Id) -> Result<Self> {
        let before = list(client, &session).await?.iter().filter_map(key).collect();
        Ok(Self { session, before, status: Status::Running })
    }

    /// Whether it is about this session.
    pub(super) fn is_of(&self, session: &Id) -> bool {
        self.session.same(session)
    }

    /// How the restore stood when it was last looked for.
    pub(super) fn status(&self) -> &Status {
        &self.status
    }

    /// Looks for the restore's lines.
    pub(super) async fn look(&mut self, client: &Client) -> Result<()> {
        let events = list(client, &self.session).await?;
        let new = events.iter().filter(|event| key(event).is_some_and(|key| !self.before.contains(&key)));
        self.status = status(new);
        Ok(())
    }
}

fn status<'e>(events: impl Iterator<Item = &'e RestoreSessionEvent>) -> Status {
    let mut status = Status::Running;
    for event in events {
        match event.status {
            Some(Line::Running) => return Status::Running,
            Some(Line::Failed | Line::Cancelled) => {
                let said = [&event.message, &event.title].into_iter().flatten().find(|text| !text.trim().is_empty());
                let said =
                    said.map_or_else(|| "the server does not say why".to_owned(), |text| crate::said::said(text));
                status = Status::Failed(format!("has a restore that failed: {said}"));
            }
            _ if status == Status::Running => status = Status::Done,
            _ => {}
        }
    }
    status
}

async fn list(client: &Client, session: &Id) -> Result<Vec<RestoreSessionEvent>> {
    client.list(&RestoreSessionEventGet::new(session.clone())).by_item().try_collect().await
}

fn key(event: &RestoreSessionEvent) -> Option<IdKey> {
    event.id.as_ref().map(Id::key)
}
