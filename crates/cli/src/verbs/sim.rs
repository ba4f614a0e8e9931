//! `backhaul sim`: simulated servers.

use std::io;
use std::path::Path;

use backhaul_sim::{
    EmRelease, EmServer, Estate, Faults, Sim, SimBuilder, StartError, TlsMode, Vb365Server, ZstackServer,
};
use backhaul_wire::System;

use crate::args::sim::{EmRelease as Release, Sim as Args};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::input::{self, Source};
use crate::secret;
use crate::when::Present;

/// Runs the verb: until Ctrl-C, or the signal that asks a process to end.
pub(crate) fn run(args: &Args, console: &Console) -> Outcome {
    let builder = builder(args, console)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal(format!("the network cannot be used: {error}")))?;
    runtime.block_on(async {
        // Before anything is announced: whoever reads the announcement may end this at once.
        let end = stop()?;
        let sim = builder.start().await.map_err(|error| refused(&error))?;
        if args.announce.is_some() {
            console.write(format!("{}\n", sim.announce()).as_bytes())?;
        } else {
            introduce(&sim, args, console);
        }
        end.await;
        Ok(Code::Done)
    })
}

fn builder(args: &Args, console: &Console) -> Result<SimBuilder, Failure> {
    let release = match args.em_release {
        Release::V12 => EmRelease::V12,
        Release::V13 => EmRelease::V13,
    };
    let all = args.em.is_none() && args.vb365.is_none() && args.zstack.is_none();
    let mut builder = Sim::builder().clock(Present::now().time());
    if all {
        builder = builder.em(EmServer::new().release(release)).vb365(Vb365Server::new()).zstack(ZstackServer::new());
    }
    if let Some(address) = args.em {
        builder = builder.em(EmServer::at(address.to_string()).release(release));
    }
    if let Some(address) = args.vb365 {
        builder = builder.vb365(address.to_string());
    }
    if let Some(address) = args.zstack {
        builder = builder.zstack(address.to_string());
    }
    builder = builder.tls(match (args.http, args.tls) {
        (true, _) => TlsMode::NoTls,
        (false, true) => TlsMode::AllTls,
        (false, false) => TlsMode::Default,
    });
    if let Some(path) = &args.estate {
        builder = builder.estate(read(path, Estate::from_json)?);
    }
    if let Some(count) = args.scale.and_then(|count| usize::try_from(count).ok()) {
        builder = builder.estate(Estate::scaled(count));
    }
    if let Some(path) = &args.faults {
        builder = builder.faults(read(path, Faults::from_json)?);
    }
    if let (Some(user), Some(path)) = (&args.user, &args.password_file) {
        let (password, caution) = secret::from_file_with_caution(path)?;
        // It guards made-up data alone.
        if let Some(caution) = caution {
            console.warn(caution.message());
        }
        builder = builder.account(user.as_str(), password.expose());
    }
    Ok(builder)
}

fn read<T, E: std::fmt::Display>(path: &Path, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Failure> {
    let name = path.display().to_string();
    let text = input::utf8(Source::File(path.to_owned()).read()?, &name)?;
    parse(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
}

fn refused(error: &StartError) -> Failure {
    let failure = match error.kind() {
        // The address is the user's choice.
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable | io::ErrorKind::PermissionDenied => Failure::usage,
        _ => Failure::internal,
    };
    failure(format!("the simulator cannot be started: {error}"))
}

fn introduce(sim: &Sim, args: &Args, console: &Console) {
    for system in System::ALL {
        if let Some(url) = sim.url(system) {
            console.note(&format!("{} at {url}", system.product()));
        }
    }
    if let Some(pin) = sim.cert_sha256() {
        console.note(&format!("the certificate: --pin {pin}"));
    }
    let account = args.user.as_deref().map_or("`admin`, password `password`".to_owned(), |user| format!("`{user}`"));
    console.note(&format!("the account is {account}; stop with Ctrl-C"));
}

/// Ends when the process is asked to end.
pub(super) fn stop() -> Result<impl Future<Output = ()>, Failure> {
    let fail = |error: io::Error| Failure::internal(format!("signals cannot be received: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(fail)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}
