//! How the values of arguments are read.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use backhaul_wire::System;

/// The parser of SYSTEM: shows the three in help and completions.
pub(crate) fn system() -> impl TypedValueParser<Value = System> {
    PossibleValuesParser::new(System::ALL.map(System::name)).try_map(|name| name.parse::<System>())
}

/// `SYSTEM.NAME`: a type or an operation of one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Qualified {
    /// The system.
    pub(crate) system: System,
    /// The name, as typed.
    pub(crate) name: String,
}

impl FromStr for Qualified {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (system, name) = text
            .split_once('.')
            .filter(|(_, name)| !name.is_empty())
            .ok_or_else(|| "write SYSTEM.NAME, such as em.CloudSubtenant".to_owned())?;
        Ok(Self { system: system.parse()?, name: name.to_owned() })
    }
}

impl fmt::Display for Qualified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.system, self.name)
    }
}

/// `SYSTEM.TYPE`, or `SYSTEM` alone where `--request` says the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The system.
    pub(crate) system: System,
    /// The type, when one is named.
    pub(crate) name: Option<String>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('.') {
            let Qualified { system, name } = text.parse()?;
            return Ok(Self { system, name: Some(name) });
        }
        Ok(Self { system: text.parse()?, name: None })
    }
}

/// `K=V`: split at the first `=`.
pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// `30`, `30s`, `500ms`, `2m`, `1h`; more than nothing.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let millis = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err("write seconds, or a number with ms, s, m or h".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a whole number, such as 30 or 500ms".to_owned())?;
    match number.checked_mul(millis) {
        None => Err("that is too long".to_owned()),
        Some(0) => Err("it must be more than 0".to_owned()),
        Some(millis) => Ok(Duration::from_millis(millis)),
    }
}

/// Where a simulated server listens: `IP:PORT`, or `PORT`, `:PORT`, `localhost:PORT` for this machine alone.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(port).parse();
    port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .map_err(|_| "write an IP address and a port, such as 127.0.0.1:0".to_owned())
}

/// The first line of a recorded request: `GET /v8/Organizations?limit=5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestLine {
    /// The method, in capitals.
    pub(crate) method: String,
    /// Path and query as recorded, with or without the host.
    pub(crate) target: String,
}

impl FromStr for RequestLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "write 'METHOD PATH', such as 'GET /v8/Organizations'".to_owned();
        let (method, target) = text.trim().split_once(char::is_whitespace).ok_or_else(expected)?;
        // A line copied from a recording ends with the protocol. Paging links hold raw spaces, so only that is cut.
        let target = target.trim();
        let target = target.rsplit_once(" HTTP/").map_or(target, |(target, _)| target).trim_end();
        let has_path = target.starts_with('/') || target.contains("://");
        if !has_path || !method.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(expected());
        }
        Ok(Self { method: method.to_ascii_uppercase(), target: target.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_their_system() {
        let parsed = "VB365.Organization".parse();
        assert_eq!(parsed, Ok(Qualified { system: System::Vb365, name: "Organization".into() }));
        assert_eq!("em".parse(), Ok(Target { system: System::Em, name: None }));
        for wrong in ["em.", "Organization", "aws.Bucket", ""] {
            assert!(wrong.parse::<Qualified>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_may_hold_the_sign_that_splits_them() {
        assert_eq!(key_value("filter=a==b"), Ok(("filter".into(), "a==b".into())));
        assert_eq!(key_value("empty="), Ok(("empty".into(), String::new())));
        assert!(key_value("=b").is_err() && key_value("b").is_err());
    }

    #[test]
    fn times_have_units() {
        for (text, millis) in [("30", 30_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), ("5 s", 5_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "s", "0", "-1", "1d", "1.5", "99999999999999999999"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn listeners_default_to_this_machine() {
        for text in ["127.0.0.1:9398", "localhost:9398", ":9398", "9398"] {
            assert_eq!(listen(text), Ok(SocketAddr::from(([127, 0, 0, 1], 9398))), "{text}");
        }
        assert!(listen("[::1]:0").is_ok_and(|address| address.is_ipv6()));
        assert!(listen("em.example.com:1").is_err() && listen("70000").is_err());
    }

    #[test]
    fn a_request_line_may_come_from_a_recording() {
        let line = |text: &str| text.parse::<RequestLine>().map(|line| (line.method, line.target));
        let wanted = Ok(("GET".into(), "/api/query?type=Job&filter=Name==\"a b\"".into()));
        assert_eq!(line("get /api/query?type=Job&filter=Name==\"a b\" HTTP/1.1"), wanted);
        assert_eq!(line("POST https://h:4443/v8/Token"), Ok(("POST".into(), "https://h:4443/v8/Token".into())));
        assert!(line("GET").is_err() && line("GET v8").is_err() && line("").is_err());
    }
}
