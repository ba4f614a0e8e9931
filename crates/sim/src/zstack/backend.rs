//! What can change: rows, sessions, jobs, the time.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::ADMIN;
use super::class::{self, Class};
use super::estate::ZstackEstate;
use super::jobs::Jobs;
use super::settings::ZstackServer;
use super::store::{Body, Row, Store, text};
use crate::engine::clock;
use crate::engine::common::Common;
use crate::engine::schedule::{Clocked, Schedule};
use crate::engine::session::{Life, Sessions};

/// Who a session, or an access key, speaks for.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) account: String,
    pub(super) user: String,
}

/// All that can change.
pub(super) struct Backend {
    pub(super) store: Store,
    pub(super) jobs: Jobs,
    pub(super) sessions: Arc<Sessions<Who>>,
    pub(super) settings: ZstackServer,
    pub(super) common: Common,
    /// The server's zone, in seconds east of UTC.
    pub(super) offset: i32,
    /// The passwords of accounts and users that were made here, as they were sent: SHA-512 in hex.
    pub(super) passwords: HashMap<String, String>,
    schedule: Schedule<Self>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").field("store", &self.store).field("schedule", &self.schedule).finish_non_exhaustive()
    }
}

impl Backend {
    pub(super) fn new(estate: &ZstackEstate, settings: ZstackServer, common: Common) -> Self {
        let mut store = Store::load(estate);
        administrator(&mut store, &common.user);
        Self {
            store,
            jobs: Jobs::default(),
            sessions: Arc::new(Sessions::new(Life::Fixed(settings.session_life))),
            settings,
            offset: estate.utc_offset_seconds,
            passwords: HashMap::new(),
            schedule: Schedule::starting_at(common.started),
            common,
        }
    }

    /// The date and time as the server writes them.
    pub(super) fn date(&self) -> Value {
        clock::java(self.seconds(), self.offset).into()
    }

    /// Hex digits that are new.
    pub(super) fn hex(&mut self, length: usize) -> String {
        let mut hex = self.new_hex();
        hex.truncate(length);
        hex
    }

    /// Puts a new object in, with its dates, and with a uuid where it has none.
    pub(super) fn create(&mut self, class: &'static Class, mut body: Body) -> Row {
        if class.field("uuid").is_none() {
            body.remove("uuid");
        } else if text(&body, "uuid").is_empty() {
            body.insert("uuid".to_owned(), self.hex(32).into());
        }
        let date = self.date();
        for name in ["createDate", "lastOpDate"] {
            if class.field(name).is_some() {
                body.insert(name.to_owned(), date.clone());
            }
        }
        let row = Row::new(class, body);
        self.store.put(row.clone());
        row
    }

    /// Changes an object, and the date of its last change.
    pub(super) fn edit(&mut self, class: &'static Class, uuid: &str, change: impl FnOnce(&mut Body)) -> Option<Row> {
        let date = self.date();
        self.store.edit(class, uuid, |body| {
            change(body);
            if class.field("lastOpDate").is_some() {
                body.insert("lastOpDate".to_owned(), date);
            }
        })
    }
}

/// The administrator's account is there on every installation, under the name that logs on.
fn administrator(store: &mut Store, name: &str) {
    let Some(class) = class::find("AccountInventory") else { return };
    let rename = |body: &mut Body| {
        body.insert("name".to_owned(), name.into());
    };
    if store.edit(class, ADMIN, rename).is_none() {
        let members = [("uuid", ADMIN), ("name", name), ("type", "SystemAdmin")];
        store.put(Row::new(class, members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()));
    }
}

impl Clocked for Backend {
    fn schedule(&self) -> &Schedule<Self> {
        &self.schedule
    }

    fn schedule_mut(&mut self) -> &mut Schedule<Self> {
        &mut self.schedule
    }
}
