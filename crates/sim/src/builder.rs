//! What a simulator is to be.

use std::fmt;
use std::time::Duration;

use backhaul_wire::System;

use crate::estate::Estate;
use crate::fault::Faults;
use crate::sim::{Sim, StartError};

/// Which systems speak TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TlsMode {
    /// As they come: Enterprise Manager and VB365 with a self-signed certificate, ZStack plain HTTP.
    #[default]
    Default,
    /// All of them.
    AllTls,
    /// None of them.
    NoTls,
}

impl TlsMode {
    pub(crate) fn covers(self, system: System) -> bool {
        match self {
            Self::Default => system != System::Zstack,
            Self::AllTls => true,
            Self::NoTls => false,
        }
    }
}

/// The release that the simulated Enterprise Manager is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmRelease {
    /// JSON in `PascalCase`.
    V12,
    /// JSON in camelCase.
    #[default]
    V13,
}

/// What a simulator is to be; [`SimBuilder::start`] brings it up.
#[derive(Debug, Clone)]
#[must_use]
pub struct SimBuilder {
    pub(crate) addresses: [Option<String>; 3],
    pub(crate) settings: Settings,
    pub(crate) estate: Estate,
    pub(crate) tls: TlsMode,
    pub(crate) faults: Faults,
    pub(crate) patience: Duration,
}

/// What the simulated systems need to know beside the estate.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) em_release: EmRelease,
    pub(crate) em_idle: Duration,
    pub(crate) em_byte_order_mark: bool,
    pub(crate) em_pace: Pace,
    pub(crate) vb365_token_life: Duration,
    pub(crate) vb365_job_time: Duration,
    pub(crate) zstack_session_life: Duration,
    pub(crate) zstack_job_time: Duration,
    pub(crate) zstack_job_retention: Duration,
    pub(crate) zstack_own_url: String,
    pub(crate) zstack_checks_time_zone: bool,
}

/// How long things take in Enterprise Manager.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// From a task's start to `OperationFinished`, and from there to `Finished`.
    pub(crate) task_steps: [Duration; 2],
    /// From a job session's start to its end.
    pub(crate) job_time: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Default for SimBuilder {
    fn default() -> Self {
        Self {
            addresses: [None, None, None],
            settings: Settings {
                user: "admin".to_owned(),
                password: "password".to_owned(),
                em_release: EmRelease::default(),
                em_idle: Duration::from_secs(15 * 60),
                em_byte_order_mark: false,
                em_pace: Pace { task_steps: [Duration::from_millis(100); 2], job_time: Duration::from_secs(2) },
                vb365_token_life: Duration::from_secs(60 * 60),
                vb365_job_time: Duration::from_secs(2),
                zstack_session_life: Duration::from_secs(7200),
                zstack_job_time: Duration::from_millis(100),
                zstack_job_retention: Duration::from_secs(10_800),
                zstack_own_url: "http://localhost:8080".to_owned(),
                zstack_checks_time_zone: false,
            },
            estate: Estate::demo(),
            tls: TlsMode::default(),
            faults: Faults::new(),
            patience: Duration::from_secs(30),
        }
    }
}

impl SimBuilder {
    /// What the servers hold; the demo estate when this is not called.
    pub fn estate(mut self, estate: Estate) -> Self {
        self.estate = estate;
        self
    }

    /// Starts Enterprise Manager on this address; port 0 takes a free one.
    pub fn em(mut self, address: impl Into<String>) -> Self {
        self.addresses[0] = Some(address.into());
        self
    }

    /// Starts VB365 on this address; port 0 takes a free one.
    pub fn vb365(mut self, address: impl Into<String>) -> Self {
        self.addresses[1] = Some(address.into());
        self
    }

    /// Starts ZStack on this address; port 0 takes a free one.
    pub fn zstack(mut self, address: impl Into<String>) -> Self {
        self.addresses[2] = Some(address.into());
        self
    }

    /// Which systems speak TLS.
    pub fn tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self
    }

    /// The release that Enterprise Manager is of; 13 when this is not called.
    pub fn em_release(mut self, release: EmRelease) -> Self {
        self.settings.em_release = release;
        self
    }

    /// Whether Enterprise Manager's JSON begins with a byte-order mark.
    pub fn em_byte_order_mark(mut self, mark: bool) -> Self {
        self.settings.em_byte_order_mark = mark;
        self
    }

    /// How long a task of Enterprise Manager is `Running`, and how long it is `OperationFinished`; a tenth of a second each
    /// when this is not called. With zero a task is over when it is first asked for.
    pub fn em_task_steps(mut self, running: Duration, operation_finished: Duration) -> Self {
        self.settings.em_pace.task_steps = [running, operation_finished];
        self
    }

    /// How long a session of a job takes; two seconds when this is not called.
    pub fn em_job_time(mut self, time: Duration) -> Self {
        self.settings.em_pace.job_time = time;
        self
    }

    /// The administrator's account on all three, `admin` with `password` when this is not called. The password is also
    /// that of the VB365 organizations' own accounts, `admin@NAME`.
    pub fn account(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.settings.user = user.into();
        self.settings.password = password.into();
        self
    }

    /// How long a session of Enterprise Manager may be idle; 15 minutes when this is not called.
    pub fn em_idle_timeout(mut self, idle: Duration) -> Self {
        self.settings.em_idle = idle;
        self
    }

    /// How long a VB365 access token lives; 60 minutes when this is not called.
    pub fn vb365_token_life(mut self, life: Duration) -> Self {
        self.settings.vb365_token_life = life;
        self
    }

    /// How long a session of a VB365 job takes; two seconds when this is not called.
    pub fn vb365_job_time(mut self, time: Duration) -> Self {
        self.settings.vb365_job_time = time;
        self
    }

    /// How long a ZStack session lives; two hours when this is not called.
    pub fn zstack_session_life(mut self, life: Duration) -> Self {
        self.settings.zstack_session_life = life;
        self
    }

    /// How long a ZStack job runs; a tenth of a second when this is not called. With zero a job is over when it is first asked for.
    pub fn zstack_job_time(mut self, time: Duration) -> Self {
        self.settings.zstack_job_time = time;
        self
    }

    /// How long a ZStack job is known once it is over; three hours when this is not called.
    pub fn zstack_job_retention(mut self, time: Duration) -> Self {
        self.settings.zstack_job_retention = time;
        self
    }

    /// What ZStack takes for its own scheme, host and port when it says where a job is: `http://localhost:8080`, and not the
    /// address that it listens on, when this is not called.
    pub fn zstack_own_url(mut self, url: impl Into<String>) -> Self {
        self.settings.zstack_own_url = url.into();
        self
    }

    /// Whether ZStack heeds the zone of a signed request's `Date`. When this is not called it does not: it compares the clock
    /// reading with that of its own zone.
    pub fn zstack_checks_time_zone(mut self, checks: bool) -> Self {
        self.settings.zstack_checks_time_zone = checks;
        self
    }

    /// What goes wrong on purpose.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// How long a client may take for a TLS handshake, a request's head, or its body; 30 seconds when this is not called.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Starts the systems whose address was given, or all three on free ports of this machine when none was.
    ///
    /// # Errors
    /// When an address is taken or is none, and when no certificate can be made.
    pub async fn start(self) -> Result<Sim, StartError> {
        Sim::start(self).await
    }
}
