//! `backhaul exporter`: usage for Prometheus and its like.
//!
//! One task asks the servers, once per interval; connections read what it left. However many scrapers there are,
//! the servers notice nothing of them.

mod answer;
mod tls;

use std::collections::HashSet;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use backhaul_fleet::metrics::{Exposition, Metrics};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_rustls::TlsAcceptor;

use super::usage::{Order, ask, collecting};
use crate::args::exporter::Exporter;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::{Location, Selection, Wanted, select};
use crate::secret;

/// How many connections are served at once; a scraper needs one.
const CONNECTIONS: usize = 64;
/// How long a client may take to say what it wants, and to make the TLS connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a whole connection may live.
const LIFE: Duration = Duration::from_secs(300);

/// What collections leave for scrapers.
struct Shared {
    metrics: Mutex<Metrics>,
    /// When the last collection came to an end.
    ended: Mutex<Instant>,
    /// After which time without an end something is wrong.
    overdue: Duration,
    /// The token's hash: comparing hashes tells nothing of the token by how long it takes.
    token: Option<[u8; 32]>,
}

impl Shared {
    /// A panic in one connection must not end all scraping: what it held is whole, or the next collection makes it so.
    fn metrics<T>(&self, work: impl FnOnce(&mut Metrics) -> T) -> T {
        work(&mut self.metrics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn text(&self, exposition: Exposition) -> String {
        self.metrics(|metrics| metrics.text(exposition, Timestamp::now()))
    }

    fn ended(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_healthy(&self) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).elapsed() <= self.overdue
    }
}

/// Runs the verb: until Ctrl-C, or the signal that asks a process to end.
pub(crate) fn run(args: &Exporter, console: &Console) -> Outcome {
    let wanted = Wanted { profiles: &args.fleet.profiles, demo: args.fleet.connection.demo, system: args.fleet.system };
    let selection = select(wanted, &Location::find()?)?;
    selection.say(console);
    let acceptor = match (&args.tls_cert, &args.tls_key) {
        (Some(chain), Some(key)) => Some(tls::acceptor(chain, key)?),
        _ => None,
    };
    let token = args.token_file.as_deref().map(secret::from_file_with_caution).transpose()?;
    let token = token.map(|(token, caution)| {
        // A secret that a container mounts can often be read by all users of it: that is no reason to refuse it.
        caution.into_iter().for_each(|caution| console.warn(caution.message()));
        token
    });
    if token.as_ref().is_some_and(|token| token.expose().trim().is_empty()) {
        return Err(Failure::usage("the token file is empty"));
    }
    if !args.listen.ip().is_loopback() && token.is_none() {
        console.warn("others can reach this address: without --token-file everybody is told who uses what");
    }
    // A collection may take its deadline several times over, once per group of servers that are asked at once.
    let rounds = selection.servers.len().div_ceil(args.fleet.at_once.max(1)).max(1);
    let longest = args.fleet.deadline().saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    let overdue = args.interval.saturating_mul(2).saturating_add(longest);
    let shared = Arc::new(Shared {
        metrics: Mutex::new(Metrics::new().stale_after(overdue)),
        ended: Mutex::new(Instant::now()),
        overdue,
        token: token.map(|token| Sha256::digest(token.expose().trim()).into()),
    });
    connect::wait_for(async {
        let end = super::sim::stop()?;
        let refused = |error: std::io::Error| Failure::usage(format!("{} cannot be listened at: {error}", args.listen));
        let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        console.note(&format!("metrics at {scheme}://{address}/metrics; stop with Ctrl-C"));
        tokio::select! {
            () = end => Ok(Code::Done),
            failure = collect(args, &selection, &shared, console) => Err(failure),
            () = serve(&listener, acceptor, &shared) => Ok(Code::Done),
        }
    })
}

/// Asks the servers, over and over; ends only with a failure that asking again cannot mend.
async fn collect(args: &Exporter, selection: &Selection, shared: &Shared, console: &Console) -> Failure {
    let mut tick = tokio::time::interval(args.interval);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let mut answered = HashSet::new();
        let how = (collecting(&args.fleet).jobs(args.jobs), Order::AsTheyCome);
        let work = ask(&args.fleet, selection, how, console, |answer| {
            answered.insert(answer.server.clone());
            shared.metrics(|metrics| metrics.take(answer));
            Ok(())
        });
        if let Err(failure) = work.await {
            return failure;
        }
        for server in selection.servers.iter().filter(|server| !answered.contains(server.name())) {
            shared.metrics(|metrics| metrics.failed(server.name(), server.system()));
        }
        shared.ended();
    }
}

/// Takes connections, as many at once as there is room for.
async fn serve(listener: &TcpListener, acceptor: Option<TlsAcceptor>, shared: &Arc<Shared>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return pending().await };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, most likely: others will be closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(shared));
        tokio::spawn(async move {
            let _ = timeout(LIFE, connection(stream, acceptor, shared)).await;
            drop(permit);
        });
    }
}

/// One connection. What goes wrong with it is its client's affair, and nobody else's.
async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let answer = answer::answer(&request, &shared);
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    match acceptor {
        None => drop(http.serve_connection(TokioIo::new(stream), service).await),
        Some(acceptor) => {
            let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await else { return };
            drop(http.serve_connection(TokioIo::new(stream), service).await);
        }
    }
}
