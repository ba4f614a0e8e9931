//! Answers that are cut, empty, endless, of something else or of a liar: an error each time, never a short listing.

use backhaul_filter::em::CloudSubtenant;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_sim::{Effect, Estate, Fault, Faults, Sim, TlsMode};
use backhaul_transport::client::Arguments;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::RetryPolicy;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Client, EmFormat, EmOptions, Error, Options, Vb365Options};
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::Model;
use backhaul_wire::{ApiVersion, Operation, System};
use futures_util::TryStreamExt;

use crate::options;

const PATHS: [&str; 3] = ["/api/query", "/v8/Organizations", "/zstack/v1/backup-storage"];

/// A simulator on whose listings something goes wrong.
async fn sim(effect: &Effect) -> Sim {
    let faults = PATHS.iter().fold(Faults::new(), |all, path| all.with(Fault::new(effect.clone()).path(*path)));
    Sim::builder().tls(TlsMode::NoTls).estate(Estate::scaled(100)).faults(faults).start().await.unwrap()
}

fn once(sim: &Sim, system: System) -> Options {
    let mut options = options(sim, system);
    options.http.retry = RetryPolicy::none();
    options
}

/// Lists everything in small pages: how many items came, and the error.
async fn list(options: Options, system: System) -> (usize, Result<(), Error>) {
    list_in(EmFormat::Xml, options, system).await
}

async fn list_in(format: EmFormat, options: Options, system: System) -> (usize, Result<(), Error>) {
    async fn drain<T>(
        mut items: futures_util::stream::BoxStream<'static, Result<T, Error>>,
    ) -> (usize, Result<(), Error>) {
        let mut count = 0;
        loop {
            match items.try_next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, Ok(())),
                Err(error) => {
                    assert!(items.try_next().await.is_ok_and(|item| item.is_none()), "an error ends the listing");
                    return (count, Err(error));
                }
            }
        }
    }
    match system {
        System::Em => {
            let mut options = EmOptions::from(options);
            options.format = format;
            let em = EmClient::new(options).unwrap();
            drain(em.query::<CloudSubtenant>().page_size(10).by_item().unwrap()).await
        }
        System::Vb365 => {
            let mut call = OrganizationGet::new();
            call.limit = Some(10);
            let mut options = Vb365Options::from(options);
            options.version = ApiVersion::new(8);
            let client = Vb365Client::new(options).unwrap();
            drain(client.list(&call).by_item()).await
        }
        System::Zstack => {
            let mut call = QueryBackupStorage::new();
            call.limit = Some(10);
            let client = ZstackClient::new(options).unwrap();
            drain(client.list(&call).by_item()).await
        }
    }
}

async fn fails(effect: Effect, system: System) -> Error {
    let sim = sim(&effect).await;
    let (_, result) = list(once(&sim, system), system).await;
    result.expect_err(&format!("{system}: {effect:?}"))
}

#[tokio::test]
async fn a_body_that_is_cut() {
    for bytes in [0, 1, 50] {
        for system in System::ALL {
            let error = fails(Effect::Truncate(bytes), system).await;
            assert!(error.http().is_some_and(|error| error.is_interrupted()), "{system}: {error}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer() {
    for system in System::ALL {
        let error = fails(Effect::Drop, system).await;
        assert!(error.is_unreachable(), "{system}: {error}");
    }
}

#[tokio::test]
async fn an_empty_body() {
    for system in System::ALL {
        let error = fails(Effect::Empty, system).await;
        assert!(error.to_string().contains("empty"), "{system}: {error}");
    }
}

#[tokio::test]
async fn a_page_of_a_proxy() {
    let mut wrong = Vec::new();
    for status in [200, 401, 403, 404, 502] {
        for system in System::ALL {
            let error = fails(Effect::Html { status }, system).await;
            if !error.to_string().contains("HTML") || error.is_api() {
                wrong.push(format!("{system} {status}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn another_document_than_the_one_asked_for() {
    let mut wrong = Vec::new();
    for system in System::ALL {
        for format in [EmFormat::Xml, EmFormat::Json] {
            let sim = sim(&Effect::WrongRoot).await;
            if let (items, Ok(())) = list_in(format, once(&sim, system), system).await {
                wrong.push(format!("{system} {format:?}: {items} items and no error"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// 200 MB and no end: refused at the limit, and never held.
#[tokio::test]
async fn a_body_without_end() {
    for system in System::ALL {
        let sim = sim(&Effect::Huge(200 << 20)).await;
        let mut options = once(&sim, system);
        options.http.max_body_bytes = 8 << 20;
        let error = list(options, system).await.1.unwrap_err();
        assert!(error.http().is_some_and(|error| error.is_body_too_large()), "{system}: {error}");
    }
}

#[tokio::test]
async fn a_next_link_to_another_host_is_not_followed() {
    let other = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in [System::Em, System::Vb365] {
        for target in [other.url(system).unwrap(), "https://127.0.0.1", "http://example.com"] {
            let sim = sim(&Effect::ForeignNext(target.to_owned())).await;
            for format in [EmFormat::Xml, EmFormat::Json] {
                let error = list_in(format, once(&sim, system), system).await.1.unwrap_err();
                assert!(error.to_string().contains("another server"), "{system} {target}: {error}");
            }
        }
    }
    assert_eq!(other.requests(), [], "the session was not carried there");
}

#[tokio::test]
async fn a_next_link_to_the_page_itself_is_noticed() {
    for system in [System::Em, System::Vb365] {
        let sim = sim(&Effect::LoopingNext).await;
        let (_, result) = list(once(&sim, system), system).await;
        let error = result.unwrap_err();
        assert!(error.to_string().contains("circle"), "{system}: {error}");
        let listed =
            sim.requests().iter().filter(|it| PATHS.iter().any(|path| it.path_and_query.starts_with(path))).count();
        assert!(listed <= 3, "{system}: {listed} requests");
    }
}

#[tokio::test]
async fn an_error_of_the_server_in_the_middle_of_a_listing() {
    for system in System::ALL {
        let body = match system {
            System::Em => {
                r#"<Error xmlns="http://www.veeam.com/ent/v1.0" Message="Object reference not set." StatusCode="500" />"#
            }
            System::Vb365 => r#"{"message": "The database is locked."}"#,
            System::Zstack => {
                r#"{"error": {"code": "SYS.1001", "description": "A timeout", "cause": {"code": "SYS.1006", "details": "The disk is gone"}}}"#
            }
        };
        let status = if system == System::Zstack { 503 } else { 500 };
        let at = |path: &str| Fault::new(Effect::status(status, body)).path(path).skip(1);
        let faults = PATHS.iter().fold(Faults::new(), |all, path| all.with(at(path)));
        let estate = Estate::scaled(100);
        let sim = Sim::builder().tls(TlsMode::NoTls).estate(estate).faults(faults).start().await.unwrap();
        let (items, result) = list(once(&sim, system), system).await;
        let error = result.unwrap_err();
        assert_eq!(items, 10, "{system}");
        assert_eq!((error.is_api(), error.status()), (true, Some(status)), "{system}: {error}");
        match system {
            System::Em => assert!(error.to_string().contains("Object reference not set."), "{error}"),
            System::Vb365 => assert!(error.to_string().contains("The database is locked."), "{error}"),
            System::Zstack => {
                assert_eq!(error.code(), Some("SYS.1001"));
                assert!(error.to_string().contains("The disk is gone"), "the deepest cause is the root: {error}");
            }
        }
    }
}

/// ZStack answers every error of its API with 503: sending again would only be told the same.
#[tokio::test]
async fn an_error_of_zstacks_api_is_not_asked_for_again() {
    let body = r#"{"error": {"code": "SYS.1007", "description": "An invalid argument"}}"#;
    let sim = sim(&Effect::status(503, body)).await;
    let mut options = options(&sim, System::Zstack);
    options.http.retry.base_delay = std::time::Duration::ZERO;
    list(options, System::Zstack).await.1.unwrap_err();
    let asked = sim.requests().iter().filter(|it| it.path_and_query.starts_with(PATHS[2])).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_filter_that_is_not_one() {
    let sim = Sim::builder().em("127.0.0.1:0").tls(TlsMode::NoTls).start().await.unwrap();
    let operation = backhaul_models::registry::find_operation(System::Em, "QueryCloudSubtenant").unwrap();
    for format in [EmFormat::Xml, EmFormat::Json] {
        for filter in ["Name==", "Name==\"a", "NoSuchField==1", "Name=1;;", ")("] {
            let mut options = EmOptions::from(options(&sim, System::Em));
            options.format = format;
            let given = Arguments { params: vec![("filter".to_owned(), filter.to_owned())], body: None };
            let error = EmClient::new(options).unwrap().client().send(operation, &given).await.unwrap_err();
            assert_eq!((error.is_api(), error.status()), (true, Some(400)), "{filter}: {error}");
        }
    }
}

#[tokio::test]
async fn a_query_of_a_type_that_there_is_not() {
    static NO_TYPE: Operation = Operation::new(System::Em, "QueryNoSuchType", "GET", "/api/query?type=NoSuchType")
        .response(Response::Body(backhaul_models::em::QueryResult::SHAPE));
    let sim = Sim::builder().em("127.0.0.1:0").tls(TlsMode::NoTls).start().await.unwrap();
    let client = Client::new(System::Em, options(&sim, System::Em)).unwrap();
    let error = client.send(&NO_TYPE, &Arguments::default()).await.unwrap_err();
    assert_eq!((error.is_api(), error.status()), (true, Some(400)), "{error}");
}
