//! A certificate is trusted when it was said so, and not otherwise.

use backhaul_sim::{Sim, TlsMode};
use backhaul_transport::net::{Pin, RetryPolicy, TlsChoice};
use backhaul_transport::{Client, Error};
use backhaul_wire::System;

use crate::options;

async fn logon(sim: &Sim, system: System, tls: TlsChoice) -> Result<(), Error> {
    let mut options = options(sim, system);
    options.http.tls = tls;
    options.http.retry = RetryPolicy::none();
    Client::new(system, options)?.logon().await
}

#[tokio::test]
async fn a_pin_an_authority_or_anyone() {
    let sim = Sim::builder().tls(TlsMode::AllTls).start().await.unwrap();
    let pin = sim.cert_sha256().unwrap().parse().unwrap();
    for system in System::ALL {
        logon(&sim, system, TlsChoice::Pin(pin)).await.unwrap();
        logon(&sim, system, TlsChoice::Ca(sim.cert_pem().unwrap().into())).await.unwrap();
        logon(&sim, system, TlsChoice::Insecure).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_certificate_that_is_not_trusted() {
    let sim = Sim::builder().tls(TlsMode::AllTls).start().await.unwrap();
    let other = Sim::builder().tls(TlsMode::AllTls).start().await.unwrap();
    let wrong = Pin::of(b"another certificate");
    for system in System::ALL {
        for tls in [TlsChoice::System, TlsChoice::Pin(wrong), TlsChoice::Ca(other.cert_pem().unwrap().into())] {
            let kind = format!("{tls:?}");
            let error = logon(&sim, system, tls).await.unwrap_err();
            assert!(error.is_unreachable(), "{system} {kind}: {error}");
            let http = error.http().unwrap();
            assert!(http.is_tls(), "{system} {kind}: {error}");
            // What to pin, for those who know the server.
            let shown = http.fingerprint().unwrap_or_default().replace(':', "").to_ascii_lowercase();
            assert_eq!(shown, sim.cert_sha256().unwrap(), "{system} {kind}: {error}");
        }
    }
    assert_eq!(sim.requests(), []);
}

#[tokio::test]
async fn tls_and_plain_http_do_not_meet() {
    let plain = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in System::ALL {
        let mut options = options(&plain, system);
        options.url.set_scheme("https").unwrap();
        options.http.tls = TlsChoice::Insecure;
        options.http.retry = RetryPolicy::none();
        let error = Client::new(system, options).unwrap().logon().await.unwrap_err();
        assert!(error.is_unreachable(), "{system}: {error}");
    }
    assert_eq!(plain.requests(), []);
}
