use backhaul_sim::{Faults, Sim};
use backhaul_transport::Options;
use backhaul_transport::net::TlsChoice;

use super::*;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

async fn sim(faults: &str) -> Result<Sim> {
    Ok(Sim::builder().em("127.0.0.1:0").faults(Faults::from_json(faults)?).start().await?)
}

fn server(sim: &Sim, name: &str) -> Result<Server> {
    let mut options = Options::new(sim.url(System::Em).ok_or("not running")?, "admin", "password")?;
    options.http.tls = TlsChoice::Insecure;
    Ok(Server { name: name.to_owned(), client: Client::new(System::Em, options)? })
}

#[tokio::test]
async fn a_panic_and_a_deadline_are_one_server_s_problem() {
    let broken = true;
    let work = async move {
        assert!(!broken, "boom at {}", 1);
        Ok(Found::default())
    };
    let panicked = confined(work, None).await;
    let says: Vec<String> = panicked.problems.iter().map(ToString::to_string).collect();
    assert!(matches!(says.as_slice(), [one] if one.contains("backhaul's own: boom at 1")), "{says:?}");
    let late = confined(std::future::pending(), Some(Duration::from_millis(1))).await;
    assert!(matches!(late.problems.as_slice(), [Problem { part: None, cause: Cause::Deadline(_) }]));
}

#[tokio::test]
async fn a_logout_that_is_never_answered_holds_nobody_up() -> Result {
    let faults = r#"{"faults": [{"system": "em", "method": "DELETE", "path": "/api/*", "delayMs": 3600000}]}"#;
    let (sim, started) = (sim(faults).await?, Instant::now());
    let answers: Vec<Answer> = Collect::new().stream([server(&sim, "a")?, server(&sim, "b")?]).collect().await;
    assert!(answers.len() == 2 && answers.iter().all(|answer| !answer.rows.is_empty() && answer.problems.is_empty()));
    assert!(started.elapsed() < Duration::from_secs(600), "an hour would be the logout's");
    Ok(())
}

#[tokio::test]
async fn servers_are_taken_when_their_turn_comes() -> Result {
    let sim = sim(r#"{"faults": []}"#).await?;
    let taken = std::cell::Cell::new(0);
    let all: Vec<Server> = (0..9).map(|at| server(&sim, &at.to_string())).collect::<Result<_>>()?;
    let counted = all.into_iter().inspect(|_| taken.set(taken.get() + 1));
    let mut answers = std::pin::pin!(Collect::new().at_once(2).stream(counted));
    let mut done = 0;
    while answers.next().await.is_some() {
        done += 1;
        assert!(taken.get() <= done + 2, "{} taken after {done} answers", taken.get());
    }
    assert_eq!((done, taken.get()), (9, 9));
    Ok(())
}

/// Every connection costs the client and the server a handshake.
#[tokio::test]
async fn a_server_is_asked_over_one_connection() -> Result {
    let sim = sim(r#"{"faults": []}"#).await?;
    let address = sim.url(System::Em).and_then(|url| url.split("://").nth(1)).ok_or("not running")?.to_owned();
    let address = address.trim_end_matches('/').to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let mut options = Options::new(&format!("https://{}", listener.local_addr()?), "admin", "password")?;
    options.http.tls = TlsChoice::Insecure;
    let server = Server { name: "em".to_owned(), client: Client::new(System::Em, options)? };
    let connections = std::cell::Cell::new(0);
    let between = async {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                Ok((mut client, _)) = listener.accept() => {
                    connections.set(connections.get() + 1);
                    let address = address.clone();
                    open.push(async move {
                        let mut server = tokio::net::TcpStream::connect(address).await?;
                        tokio::io::copy_bidirectional(&mut client, &mut server).await
                    });
                }
                Some(_) = open.next() => {}
            }
        }
    };
    let answers = Collect::new().stream([server]).collect::<Vec<Answer>>();
    let answers = tokio::select! { answers = answers => answers, () = between => Vec::new() };
    assert!(answers.iter().all(|answer| !answer.rows.is_empty() && answer.problems.is_empty()), "{answers:?}");
    // The demo's has tenants, subtenants, a repository without them, and a logout.
    assert_eq!((answers.len(), connections.get()), (1, 1));
    Ok(())
}
