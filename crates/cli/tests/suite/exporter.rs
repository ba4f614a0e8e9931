//! Usage for monitoring: the exporter over real sockets, the plugin, line protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{Home, Result, SimProcess, set_mode};

/// Long enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

struct Exporter {
    child: Child,
    address: String,
}

impl Exporter {
    fn start(home: &Home, arguments: &[&str]) -> Result<Self> {
        let line = [&["exporter", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut command = home.unnamed(&line);
        if !arguments.contains(&"--demo") {
            command.env("BACKHAUL_CONFIG", home.config());
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no stderr")?).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next().transpose()? {
            let address = line.split_once("://").and_then(|(_, rest)| rest.split_once("/metrics"));
            if let Some((address, _)) = address {
                let address = address.to_owned();
                // It goes on to say what fails; somebody must read it.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, address });
            }
            said.push(line);
        }
        Err(format!("it did not start: {}", said.join("\n")).into())
    }

    fn get(&self, path: &str, headers: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        ask(&mut stream, path, headers)
    }

    /// The metrics, as soon as they say what is waited for.
    fn metrics(&self, is_there: impl Fn(&str) -> bool) -> Result<String> {
        let started = Instant::now();
        loop {
            let text = self.get("/metrics", "")?;
            if is_there(&text) {
                return Ok(text);
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("it never came: {text}").into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(stream: &mut (impl Read + Write), path: &str, headers: &str) -> Result<String> {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // Some ends of TLS connections come without a farewell.
        Err(error) if answer.is_empty() => Err(error.into()),
        _ => Ok(String::from_utf8(answer)?),
    }
}

#[test]
fn servers_are_asked_once_however_often_it_is_scraped() -> Result {
    let home = Home::new()?;
    let exporter = Exporter::start(&home, &["--demo", "--interval", "1h", "--jobs"])?;
    let all =
        |text: &str| ["demo-em", "demo-vb365", "demo-zstack"].iter().all(|it| text.contains(&format!("{it}\"}} 1")));
    let text = exporter.metrics(|text| all(text) && text.contains("backhaul_tenant_used_bytes{"))?;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("text/plain; version=0.0.4"), "{text}");
    let result = |system: &str| format!("backhaul_job_last_result{{system=\"{system}\"");
    assert!(text.contains(&result("vb365")) && text.contains("backhaul_job_last_run_timestamp_seconds{"), "{text}");
    for _ in 0..20 {
        exporter.get("/metrics", "")?;
    }
    let open = exporter.get("/metrics", "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n")?;
    assert!(open.contains("application/openmetrics-text; version=1.0.0") && open.ends_with("# EOF\n"), "{open}");
    assert!(open.contains("backhaul_collections_total{system=\"em\",server=\"demo-em\"} 1\n"), "{open}");
    assert!(exporter.get("/healthz", "")?.starts_with("HTTP/1.1 200"));
    assert!(exporter.get("/else", "")?.starts_with("HTTP/1.1 404"));
    Ok(())
}

#[test]
fn what_fails_is_not_frozen() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    home.add("em1", "em", sim.url("em"), &[])?;
    let exporter = Exporter::start(&home, &["--interval", "1s"])?;
    exporter.metrics(|text| text.contains("backhaul_tenant_used_bytes{"))?;
    drop(sim);
    let text = exporter.metrics(|text| text.contains("backhaul_up{system=\"em\",server=\"em1\"} 0"))?;
    assert!(!text.contains("backhaul_tenant_used_bytes{") && !text.contains("_capacity_bytes{"), "{text}");
    assert!(text.contains("backhaul_last_collection_timestamp_seconds{system=\"em\",server=\"em1\"} 1"), "{text}");
    // A server that cannot even be asked is one that is down.
    std::fs::remove_file(home.path("password.txt"))?;
    exporter.metrics(|text| text.contains("backhaul_up{system=\"em\",server=\"em1\"} 0"))?;
    Ok(())
}

/// A password command that takes its time before each round keeps nobody else waiting.
#[cfg(unix)]
#[test]
fn scrapers_are_answered_while_a_password_is_fetched() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    let folder = home.path("").to_string_lossy().into_owned();
    let command =
        format!("sh -c 'cd {folder}; touch asked; while [ ! -e answered ]; do sleep 0.05; done; echo password'");
    let add = ["profile", "add", "em1", "--system", "em", "--url", sim.url("em"), "--user", "admin"];
    home.run(&[&add[..], &["--password-command", &command]].concat())?.ends(0);
    let exporter = Exporter::start(&home, &["--interval", "1h"])?;
    let started = Instant::now();
    while !home.path("asked").exists() {
        assert!(started.elapsed() < PATIENCE, "no password was asked for");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(exporter.get("/healthz", "")?.starts_with("HTTP/1.1 200"));
    let text = exporter.get("/metrics", "")?;
    assert!(text.starts_with("HTTP/1.1 200") && !text.contains("backhaul_tenant_used_bytes{"), "{text}");
    home.file("answered", "")?;
    exporter.metrics(|text| text.contains("backhaul_tenant_used_bytes{"))?;
    Ok(())
}

/// As in `two_of_each.rs`, of the verbs that print no rows.
#[test]
fn one_server_that_fails_is_down_and_the_others_are_up() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--tls"])?;
    for system in ["em", "vb365", "zstack"] {
        home.add(&format!("{system}-good"), system, sim.url(system), &["--pin", sim.pin()])?;
        home.add(&format!("{system}-bad"), system, sim.url(system), &["--pin", sim.pin(), "--user", "nobody"])?;
    }
    let exporter = Exporter::start(&home, &["--interval", "1h", "--jobs"])?;
    let up = |text: &str, system: &str, server: &str, up: u8| {
        text.contains(&format!("backhaul_up{{system=\"{system}\",server=\"{system}-{server}\"}} {up}\n"))
    };
    let text = exporter.metrics(|text| text.matches("\nbackhaul_up{").count() == 6)?;
    for system in ["em", "vb365", "zstack"] {
        assert!(up(&text, system, "good", 1) && up(&text, system, "bad", 0), "{text}");
        assert!(!text.contains(&format!("server=\"{system}-bad\",")), "{text}");
    }

    let ran = home.run(&["check-usage", "--warning", "10000", "--critical", "10000"])?.ends(3);
    assert!(ran.out.starts_with("USAGE UNKNOWN - ") && ran.out.lines().count() == 1, "{}", ran.out);
    assert!(ran.out.contains("no answer: em-bad: ") && ran.out.contains(", and 2 more | "), "{}", ran.out);
    assert!(ran.out.contains("'zstack-good/"), "{}", ran.out);
    Ok(())
}

#[test]
fn a_token_and_tls_guard_who_uses_what() -> Result {
    let home = Home::new()?;
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let certificate = home.file("cert.pem", &made.cert.pem())?;
    let key = home.file("key.pem", &made.signing_key.serialize_pem())?;
    let token = home.file("token", "s3cret-token\n")?;
    set_mode(&home.path("token"), 0o600)?;
    let line = ["--demo", "--interval", "1h", "--tls-cert", &certificate, "--tls-key", &key, "--token-file", &token];
    let exporter = Exporter::start(&home, &line)?;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let get = |path: &str, headers: &str| -> Result<String> {
        let connection = rustls::ClientConnection::new(Arc::clone(&config), "localhost".try_into()?)?;
        let stream = TcpStream::connect(&exporter.address)?;
        ask(&mut rustls::StreamOwned::new(connection, stream), path, headers)
    };
    for wrong in ["", "Authorization: Bearer guess\r\n", "Authorization: Basic s3cret-token\r\n"] {
        let answer = get("/metrics", wrong)?;
        assert!(answer.starts_with("HTTP/1.1 401") && !answer.contains("backhaul_up"), "{answer}");
    }
    assert!(get("/metrics", "Authorization: Bearer s3cret-token\r\n")?.starts_with("HTTP/1.1 200"));
    assert!(get("/healthz", "")?.starts_with("HTTP/1.1 200"));
    // Plain HTTP gets nothing.
    assert!(
        exporter.get("/healthz", "").is_ok_and(|answer| !answer.contains("200 OK")) || exporter.get("/", "").is_err()
    );

    let refused = home.demo(&["exporter", "--tls-cert", &key, "--tls-key", &key])?.ends(2);
    assert!(refused.err.contains("key.pem"), "{}", refused.err);
    home.demo(&["exporter", "--tls-cert", &certificate])?.ends(2);
    let empty = home.file("empty", "\n")?;
    assert!(home.demo(&["exporter", "--token-file", &empty])?.ends(2).err.contains("is empty"));
    Ok(())
}

#[test]
fn the_plugin_says_one_line_and_ends_as_plugins_do() -> Result {
    let home = Home::new()?;
    let ran = home.demo(&["check-usage", "-p", "demo-em", "--filter", "tenant==Contoso"])?;
    assert!(ran.out.lines().count() == 1 && ran.out.starts_with("USAGE "), "{}", ran.out);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let ran = home
        .demo(&["check-usage", "--warning", "1", "--critical", "100", "--of", "repository", "-p", "demo-em"])?
        .ends(1);
    assert!(ran.out.starts_with("USAGE WARNING - ") && ran.out.contains(" | '"), "{}", ran.out);
    home.demo(&["check-usage", "--warning", "0", "--critical", "1"])?.ends(2);
    for wrong in
        [&["--warning", "90", "--critical", "80"][..], &["--nonsense"], &["--filter", "x==y"], &["-p", "nobody"]]
    {
        let line = [&["check-usage"], wrong].concat();
        home.demo(&line)?.ends(3);
    }
    home.add("gone", "em", "http://127.0.0.1:9", &[])?;
    let ran = home.run(&["check-usage"])?.ends(3);
    assert!(ran.out.contains("no answer: gone") && ran.out.lines().count() == 1, "{}", ran.out);
    Ok(())
}

#[test]
fn line_protocol_has_a_line_per_row() -> Result {
    let home = Home::new()?;
    let rows = home.demo(&["usage", "-o", "json"])?.ends(0).column("server")?.len();
    let lines = home.demo(&["usage", "--influx"])?.ends(0);
    assert_eq!(lines.out.lines().count(), rows);
    assert!(lines.out.lines().all(|line| line.starts_with("backhaul_usage,system=")), "{}", lines.out);
    home.demo(&["usage", "--influx", "-o", "csv"])?.ends(2);
    Ok(())
}

/// systemd's credentials are for the service's user by an access list, which shows as a mode of 440.
#[cfg(unix)]
#[test]
fn what_systemd_hands_over_is_a_password_file() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    home.add("em1", "em", sim.url("em"), &[])?;
    let password = home.path("password.txt");
    set_mode(&password, 0o440)?;
    home.run(&["usage", "--count"])?.ends(2);
    let folder = password.parent().ok_or("a folder")?;
    let mut service = home.unnamed(&["usage", "--count"]);
    service.env("BACKHAUL_CONFIG", home.config()).env("CREDENTIALS_DIRECTORY", folder);
    crate::common::Ran::new(service.output()?)?.ends(0);
    Ok(())
}
