//! Tenants of Enterprise Manager over an HTTP stack of one's own: here the standard library's `TcpStream`, and HTTP as
//! plain text.
//!
//! `cargo run -p backhaul-models --example own_http_stack -- 127.0.0.1:9399 admin`, the password on standard input.
//! Nothing of backhaul's but `backhaul-models` is needed: requests come as parts, answers are decoded from bytes.

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use backhaul_models::em::QueryResult;
use backhaul_models::request::{Format, Query};
use backhaul_models::wire::json;

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result {
    let mut words = std::env::args().skip(1);
    let (Some(server), Some(user)) = (words.next(), words.next()) else {
        return Err("say a server's address and an account".into());
    };
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    for (name, used) in tenants(&server, &user, password.trim_end())? {
        println!("{name}: {used} MB");
    }
    Ok(())
}

/// The enabled tenants, and the quota that each has used.
pub(crate) fn tenants(server: &str, user: &str, password: &str) -> Result<Vec<(String, i64)>> {
    let logon = [("authorization", format!("Basic {}", base64(format!("{user}:{password}").as_bytes())))];
    let answer = exchange(server, "POST", "/api/sessionMngr/?v=latest", &logon, None)?;
    let token = answer.header("x-restsvcsessionid").ok_or("the logon was refused")?;

    let query = Query::of("CloudTenant").ok_or("there is no such query")?.filter("Enabled==true").sort_asc("Name");
    let parts = query.parts(Format::Json)?.with_session(&token.into());
    let answer = exchange(server, parts.method, &parts.target(), &parts.headers, parts.body.as_deref())?;

    Ok(names(&json::decode(&answer.body)?))
}

fn names(found: &QueryResult) -> Vec<(String, i64)> {
    let tenants = found.entities.iter().flat_map(|entities| &entities.cloud_tenants);
    let used = |tenant: &backhaul_models::em::CloudTenant| {
        let quotas = tenant.resources.iter().filter_map(|resource| resource.repository_quota.as_ref());
        quotas.filter_map(|quota| quota.used_quota).sum()
    };
    tenants.map(|tenant| (tenant.name.clone().unwrap_or_default(), used(tenant))).collect()
}

/// An answer as it came.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<String> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

/// The place of your own HTTP stack.
fn exchange(
    server: &str,
    method: &str,
    target: &str,
    headers: &[(&str, String)],
    body: Option<&[u8]>,
) -> Result<Answer> {
    let mut stream = TcpStream::connect(server)?;
    let body = body.unwrap_or_default();
    let mut head = format!("{method} {target} HTTP/1.0\r\nhost: {server}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").ok_or("this is no HTTP")?;
    Ok(Answer { head: String::from_utf8_lossy(&all[..end]).into_owned(), body: all.split_off(end + 4) })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
