//! What a simulator is to be.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backhaul_wire::System;

#[cfg(feature = "em")]
use crate::em::{Em, EmServer};
use crate::engine::common::Common;
use crate::engine::fault::{Faults, Plan};
use crate::engine::server::{Api, Identity, Server, listen};
use crate::estate::Estate;
use crate::sim::{Running, Sim, StartError};
#[cfg(feature = "vb365")]
use crate::vb365::{Vb365, Vb365Server};
#[cfg(feature = "zstack")]
use crate::zstack::{Zstack, ZstackServer};

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
    fn covers(self, system: System) -> bool {
        match self {
            Self::Default => system != System::Zstack,
            Self::AllTls => true,
            Self::NoTls => false,
        }
    }
}

/// What a simulator is to be; [`SimBuilder::start`] brings it up.
#[derive(Clone)]
#[must_use]
pub struct SimBuilder {
    #[cfg(feature = "em")]
    em: Option<EmServer>,
    #[cfg(feature = "vb365")]
    vb365: Option<Vb365Server>,
    #[cfg(feature = "zstack")]
    zstack: Option<ZstackServer>,
    user: String,
    password: String,
    clock: Option<SystemTime>,
    estate: Option<Estate>,
    tls: TlsMode,
    faults: Faults,
    patience: Duration,
}

impl std::fmt::Debug for SimBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimBuilder").field("user", &self.user).field("tls", &self.tls).finish_non_exhaustive()
    }
}

impl Default for SimBuilder {
    fn default() -> Self {
        Self {
            #[cfg(feature = "em")]
            em: None,
            #[cfg(feature = "vb365")]
            vb365: None,
            #[cfg(feature = "zstack")]
            zstack: None,
            user: "admin".to_owned(),
            password: "password".to_owned(),
            clock: None,
            estate: None,
            tls: TlsMode::default(),
            faults: Faults::new(),
            patience: Duration::from_secs(30),
        }
    }
}

impl Sim {
    /// Describes a simulator.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }
}

impl SimBuilder {
    /// What the servers hold; the demo estate when this is not called.
    pub fn estate(mut self, estate: Estate) -> Self {
        self.estate = Some(estate);
        self
    }

    /// Starts Enterprise Manager: on an address, of which port 0 is a free one, or as an [`EmServer`] says.
    #[cfg(feature = "em")]
    pub fn em(mut self, server: impl Into<EmServer>) -> Self {
        self.em = Some(server.into());
        self
    }

    /// Starts VB365: on an address, of which port 0 is a free one, or as a [`Vb365Server`] says.
    #[cfg(feature = "vb365")]
    pub fn vb365(mut self, server: impl Into<Vb365Server>) -> Self {
        self.vb365 = Some(server.into());
        self
    }

    /// Starts ZStack: on an address, of which port 0 is a free one, or as a [`ZstackServer`] says.
    #[cfg(feature = "zstack")]
    pub fn zstack(mut self, server: impl Into<ZstackServer>) -> Self {
        self.zstack = Some(server.into());
        self
    }

    /// Which systems speak TLS.
    pub fn tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self
    }

    /// The administrator's account on all three, `admin` with `password` when this is not called. The password is also
    /// that of the VB365 organizations' own accounts, `admin@NAME`.
    pub fn account(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = user.into();
        self.password = password.into();
        self
    }

    /// The time that the simulated clocks show at the start; the present when this is not
    /// called. A test that fixes it sees the same dates on every run.
    pub fn clock(mut self, time: SystemTime) -> Self {
        self.clock = Some(time);
        self
    }

    /// What goes wrong on purpose.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// How long a client may take for a TLS handshake, a request's head, or its body; 30 seconds when this is not
    /// called.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Starts the systems that were asked for, or all of them on free ports of this machine when none was.
    ///
    /// # Errors
    /// When an address is taken or is none, when no certificate can be made, and when a fault has a header or status
    /// that no answer can have.
    pub async fn start(self) -> Result<Sim, StartError> {
        let tls = self.tls;
        let patience = self.patience;
        let wrong = |message| StartError(io::Error::new(io::ErrorKind::InvalidInput, message));
        self.faults.check().map_err(wrong)?;
        let plan = Arc::new(Plan::new(self.faults.clone()));
        let wanted = self.servers();
        let identity = match wanted.iter().any(|wanted| tls.covers(wanted.system)) {
            true => Some(Identity::new().map_err(StartError)?),
            false => None,
        };
        // All listen before any is served, so that a port that is taken leaves nothing running.
        let mut listening = Vec::new();
        for Wanted { system, address, api } in wanted {
            listening.push((system, listen(system, &address).await.map_err(StartError)?, api));
        }
        let requests = Arc::new(Mutex::default());
        let mut servers = Vec::new();
        for (system, listener, api) in listening {
            let address = listener.local_addr().map_err(StartError)?;
            let acceptor = identity.as_ref().filter(|_| tls.covers(system)).map(|id| id.acceptor.clone());
            let scheme = if acceptor.is_some() { "https" } else { "http" };
            let (plan, requests) = (plan.clone(), Arc::clone(&requests));
            let server = Arc::new(Server { system, api, plan, requests, patience });
            let task = tokio::spawn(server.clone().run(listener, acceptor));
            servers.push(Running { server, url: format!("{scheme}://{address}"), task });
        }
        Ok(Sim { servers, identity, requests })
    }

    /// The systems to start.
    fn servers(mut self) -> Vec<Wanted> {
        let none = [
            #[cfg(feature = "em")]
            self.em.is_none(),
            #[cfg(feature = "vb365")]
            self.vb365.is_none(),
            #[cfg(feature = "zstack")]
            self.zstack.is_none(),
        ];
        if none.into_iter().all(|none| none) {
            #[cfg(feature = "em")]
            self.em.replace(EmServer::new());
            #[cfg(feature = "vb365")]
            self.vb365.replace(Vb365Server::new());
            #[cfg(feature = "zstack")]
            self.zstack.replace(ZstackServer::new());
        }
        let clock = self.clock.unwrap_or_else(SystemTime::now);
        let since = clock.duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        let common = Common { user: self.user, password: self.password, started };
        let estate = self.estate.unwrap_or_else(|| Estate::demo_at(clock));
        [
            #[cfg(feature = "em")]
            self.em.map(|server| Wanted {
                system: System::Em,
                address: server.address.clone(),
                api: Box::new(Em::new(&estate.em, server, common.clone())),
            }),
            #[cfg(feature = "vb365")]
            self.vb365.map(|server| Wanted {
                system: System::Vb365,
                address: server.address.clone(),
                api: Box::new(Vb365::new(Arc::new(estate.vb365.clone()), &server, &common)),
            }),
            #[cfg(feature = "zstack")]
            self.zstack.map(|server| Wanted {
                system: System::Zstack,
                address: server.address.clone(),
                api: Box::new(Zstack::new(&estate.zstack, server, common.clone())),
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A system that is to be started.
struct Wanted {
    system: System,
    address: String,
    api: Box<dyn Api>,
}
