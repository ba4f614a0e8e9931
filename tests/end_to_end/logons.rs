//! A logon that cannot succeed says why.

use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_sim::{Effect, Fault, Faults, Sim, TlsMode};
use backhaul_transport::net::RetryPolicy;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Client, Error, Vb365Options};
use backhaul_wire::{ApiVersion, Secret, System};

use crate::options;

fn client(sim: &Sim, server: System, client: System) -> Client {
    Client::new(client, options(sim, server)).unwrap()
}

#[tokio::test]
async fn a_wrong_password_or_account() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in System::ALL {
        for (user, password) in
            [("admin", "wrong"), ("admin", ""), ("nobody", "password"), ("", ""), ("admin", "Password")]
        {
            let mut options = options(&sim, system);
            (options.user, options.password) = (user.to_owned(), Secret::from(password));
            let error = Client::new(system, options).unwrap().logon().await.unwrap_err();
            assert!(error.is_logon_refused(), "{system} {user} {password}: {error}");
            assert!(error.to_string().contains("refused the logon"), "{error}");
            assert!(!error.is_api() && !error.is_wrong_product(), "{error}");
        }
        client(&sim, system, system).logon().await.unwrap();
    }
}

/// Passwords of letters that every encoding on the way treats in its own manner.
#[tokio::test]
async fn a_password_of_any_letters() {
    for password in ["pä ss+&=%:\"<>'\\wörd", "密码", "a:b:c", " "] {
        let sim = Sim::builder().tls(TlsMode::NoTls).account("DOMAIN\\admin", password).start().await.unwrap();
        for system in System::ALL {
            let mut options = options(&sim, system);
            (options.user, options.password) = ("DOMAIN\\admin".to_owned(), Secret::from(password));
            let logon = Client::new(system, options).unwrap().logon().await;
            assert!(logon.is_ok(), "{system} {password}: {logon:?}");
        }
    }
}

/// Whether an error says which product answers in place of which.
fn names(error: &Error, found: System, wanted: System) -> bool {
    error.is_wrong_product() && error.to_string().contains(&format!("is {}, not {}", found.product(), wanted.product()))
}

#[tokio::test]
async fn another_product_on_the_port_is_named() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    let mut wrong = Vec::new();
    for server in System::ALL {
        for wanted in System::ALL.into_iter().filter(|wanted| *wanted != server) {
            let error = client(&sim, server, wanted).logon().await.unwrap_err();
            if !names(&error, server, wanted) {
                wrong.push(format!("{wanted} at {server}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A version that was chosen is not asked for first: the call itself must find out.
#[tokio::test]
async fn another_product_on_the_port_is_named_when_the_version_is_chosen() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    let mut wrong = Vec::new();
    for server in [System::Em, System::Zstack] {
        for version in [3, 6, 8] {
            let mut options = Vb365Options::from(options(&sim, server));
            options.version = ApiVersion::new(version);
            let error = Vb365Client::new(options).unwrap().call(&OrganizationGet::new()).await.unwrap_err();
            if !names(&error, server, System::Vb365) {
                wrong.push(format!("v{version} at {server}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_page_of_a_proxy_in_place_of_the_logon() {
    let mut wrong = Vec::new();
    for status in [200, 401, 403, 404, 502] {
        let faults = Faults::new().with(Fault::new(Effect::Html { status }));
        let sim = Sim::builder().tls(TlsMode::NoTls).faults(faults).start().await.unwrap();
        for system in System::ALL {
            let mut options = options(&sim, system);
            options.http.retry = RetryPolicy::none();
            let error = Client::new(system, options).unwrap().logon().await.unwrap_err();
            // A proxy's 502 says that the server is away; every other page, that something else answers here.
            let told = if status == 502 { error.is_unreachable() } else { error.is_wrong_product() };
            if !told || !error.to_string().contains("HTML") {
                wrong.push(format!("{system} {status}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn nobody_at_the_address() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for system in System::ALL {
        let mut options =
            backhaul_transport::Options::new(&format!("http://127.0.0.1:{port}"), "admin", "password").unwrap();
        options.http.retry = RetryPolicy::none();
        let error = Client::new(system, options).unwrap().logon().await.unwrap_err();
        assert!(error.is_unreachable(), "{system}: {error}");
        assert!(error.http().is_some_and(|error| error.is_connect()), "{system}: {error}");
        assert!(error.to_string().contains(&port.to_string()), "{system}: {error}");
    }
}
