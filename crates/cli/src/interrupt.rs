//! INT, TERM and HUP: what is under way is ended in order, and the exit code says so.
//!
//! The first signal stops the clients: their calls fail, so that every verb goes its usual way to the end. It prints
//! what it has read, closes the document, removes what it has begun to write, and logs out. A second signal, or the end
//! of the time for that, ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use backhaul_transport::Stop;

use crate::exit::Code;

/// How long the way to the end may take. A logout has five seconds.
const PATIENCE: Duration = Duration::from_secs(7);

/// What a signal does to the command. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stop: Stop,
    /// Whether signals are for us to handle: in another program they are not.
    ours: AtomicBool,
    listening: AtomicBool,
    /// Whether nothing but the end of the process helps: a password is asked for.
    at_once: AtomicBool,
    /// The exit code, once there was a signal; else 0.
    code: AtomicU8,
}

impl Interrupt {
    /// One of a process that is all ours.
    pub(crate) fn of_the_process() -> Self {
        let interrupt = Self::default();
        interrupt.0.ours.store(true, Ordering::Relaxed);
        interrupt
    }

    /// What ends the clients' work. From now on signals are listened to.
    pub(crate) fn stop(&self) -> Stop {
        if self.0.ours.load(Ordering::Relaxed) && !self.0.listening.swap(true, Ordering::Relaxed) {
            let interrupt = self.clone();
            // Beside the command's own thread, which may be busy with something that is not the network.
            std::thread::spawn(move || interrupt.listen());
        }
        self.0.stop.clone()
    }

    /// Does something that a signal must end at once, since it looks after no clients.
    pub(crate) fn at_once<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.0.at_once.swap(true, Ordering::Relaxed);
        let done = work();
        self.0.at_once.store(before, Ordering::Relaxed);
        done
    }

    /// Waits for a signal.
    pub(crate) async fn stopped(&self) {
        self.0.stop.stopped().await;
    }

    /// Whether a signal came.
    pub(crate) fn is_on(&self) -> bool {
        self.0.code.load(Ordering::Relaxed) != 0
    }

    /// The exit code, where a signal came; else the command's own.
    pub(crate) fn code(&self, own: Code) -> Code {
        match self.0.code.load(Ordering::Relaxed) {
            129 => Code::HungUp,
            130 => Code::Interrupted,
            143 => Code::Terminated,
            _ => own,
        }
    }

    fn listen(&self) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::new() else { return };
            let code = signals.next().await;
            self.0.code.store(code as u8, Ordering::Relaxed);
            self.0.stop.stop();
            if !self.0.at_once.load(Ordering::Relaxed) {
                let _ = tokio::time::timeout(PATIENCE, signals.next()).await;
            }
            std::process::exit(i32::from(code as u8));
        });
    }
}

/// A file that grows beyond what `ulimit -f` allows shall be an error of writing, with a sentence and an exit code, and
/// not the end of the process by a signal.
pub(crate) fn outlive_file_limits() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let _within = runtime.enter();
        // What is registered stays when the runtime is gone. Programs that are started have the default again.
        drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
    }
}

#[cfg(unix)]
struct Signals([(tokio::signal::unix::Signal, Code); 3]);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            (signal(SignalKind::interrupt())?, Code::Interrupted),
            (signal(SignalKind::terminate())?, Code::Terminated),
            (signal(SignalKind::hangup())?, Code::HungUp),
        ]))
    }

    async fn next(&mut self) -> Code {
        let [(interrupt, interrupted), (terminate, terminated), (hangup, hung_up)] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => *interrupted,
            _ = terminate.recv() => *terminated,
            _ = hangup.recv() => *hung_up,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Code {
        let _ = tokio::signal::ctrl_c().await;
        Code::Interrupted
    }
}
