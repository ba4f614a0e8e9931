//! Proxies, as the environment names them: for HTTP, HTTPS and SOCKS (`socks5h://`, where the proxy looks the name up).

use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use http::HeaderValue;
use url::{Host, Url};

use super::error::Cause;

/// The proxies that the environment names, and what is reached without one.
pub(super) struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    direct: Direct,
}

pub(super) struct Proxy {
    pub(super) address: Url,
    /// User and password.
    pub(super) account: Option<(String, String)>,
}

impl Proxies {
    /// For `https` and `http` addresses. The variables may be in lower case too, which goes first; `ALL_PROXY` stands in
    /// for either.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Cause> {
        let find = |name: &str| {
            let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
            given(&name.to_ascii_lowercase()).or_else(|| given(name))
        };
        let proxy = |name: &'static str| {
            // Under CGI a request's own `Proxy` header becomes HTTP_PROXY.
            let named = find(name).filter(|_| name != "HTTP_PROXY" || variable("REQUEST_METHOD").is_none());
            let found = named.map(|text| (name, text)).or_else(|| Some(("ALL_PROXY", find("ALL_PROXY")?)));
            found.map(|(name, text)| Ok(Proxy::new(address(name, &text)?))).transpose()
        };
        let direct = Direct::read(&find("NO_PROXY").unwrap_or_default());
        Ok(Self { https: proxy("HTTPS_PROXY")?, http: proxy("HTTP_PROXY")?, direct })
    }

    /// The proxy on the way to an address.
    pub(super) fn of(&self, url: &Url) -> Option<&Proxy> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.as_ref().filter(|_| !self.direct.covers(url))
    }
}

impl Proxy {
    fn new(address: Url) -> Self {
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let account = (decoded(address.username()), decoded(address.password().unwrap_or_default()));
        Self { address, account: Some(account).filter(|(user, _)| !user.is_empty()) }
    }

    /// Whether it reads the requests to an address, and sends its own to the server.
    pub(super) fn speaks_to(&self, url: &Url) -> bool {
        url.scheme() == "http" && matches!(self.address.scheme(), "http" | "https")
    }

    /// What it knows its user by.
    pub(super) fn credentials(&self) -> Option<HeaderValue> {
        let (user, password) = self.account.as_ref()?;
        let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        // Base64 is always fit for a header.
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// An address without a scheme is one of HTTP, as for other programs. It stays out of the text: it may hold a password.
fn address(name: &str, text: &str) -> Result<Url, Cause> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let known = |url: &Url| {
        url.has_host() && matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h")
    };
    Url::parse(&whole).ok().filter(known).ok_or_else(|| {
        Cause::Config(format!(
            "the environment's {name} is not the address of a proxy, such as http://proxy:3128 or socks5h://proxy:1080"
        ))
    })
}

/// What is reached without a proxy: loopback, which a proxy elsewhere would look for on itself, and what `NO_PROXY`
/// names.
struct Direct(Vec<Rule>);

enum Rule {
    Everything,
    /// A name and all below it; with a port, only there.
    Domain(String, Option<u16>),
    /// An address, or all with its first bits; with a port, only there.
    Net(IpAddr, u8, Option<u16>),
}

impl Direct {
    fn read(list: &str) -> Self {
        Self(list.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()).filter_map(rule).collect())
    }

    fn covers(&self, url: &Url) -> bool {
        let (name, ip) = match url.host() {
            Some(Host::Domain(name)) => (name.trim_end_matches('.').to_ascii_lowercase(), None),
            Some(Host::Ipv4(ip)) => (String::new(), Some(IpAddr::V4(ip))),
            Some(Host::Ipv6(ip)) => (String::new(), Some(IpAddr::V6(ip))),
            None => return true,
        };
        if name == "localhost" || ip.is_some_and(|ip| ip.to_canonical().is_loopback()) {
            return true;
        }
        let at = |port: &Option<u16>| port.is_none() || *port == url.port_or_known_default();
        self.0.iter().any(|rule| match rule {
            Rule::Everything => true,
            Rule::Domain(domain, port) => {
                at(port) && name.strip_suffix(domain.as_str()).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
            }
            Rule::Net(net, bits, port) => at(port) && ip.is_some_and(|ip| is_in(ip, *net, *bits)),
        })
    }
}

/// `*`, `example.com`, `.example.com`, `*.example.com`, `10.0.0.0/8`, `::1`, each but the first with `:PORT` or
/// without.
fn rule(word: &str) -> Option<Rule> {
    if word == "*" {
        return Some(Rule::Everything);
    }
    let whole = |ip: IpAddr| if ip.is_ipv4() { 32 } else { 128 };
    if let Ok(ip) = word.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(Rule::Net(ip, whole(ip), None));
    }
    if let Some((net, bits)) = word.split_once('/') {
        let net: IpAddr = net.parse().ok()?;
        return bits.parse().ok().filter(|bits| *bits <= whole(net)).map(|bits| Rule::Net(net, bits, None));
    }
    let (host, port) = match word.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (word, None),
    };
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(Rule::Net(ip, whole(ip), port));
    }
    let domain = host.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
    (!domain.is_empty()).then(|| Rule::Domain(domain.to_ascii_lowercase(), port))
}

fn is_in(ip: IpAddr, net: IpAddr, bits: u8) -> bool {
    let same = |a: u128, b: u128, size: u32| {
        // A shift by all bits of a number is none.
        let rest = size.saturating_sub(u32::from(bits));
        a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
    };
    match (ip.to_canonical(), net.to_canonical()) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => same(ip.to_bits().into(), net.to_bits().into(), 32),
        (IpAddr::V6(ip), IpAddr::V6(net)) => same(ip.to_bits(), net.to_bits(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_that_is_none_is_named_without_being_shown() {
        for wrong in ["http://me:secret@[", "ftp://me:secret@proxy", "http://"] {
            let error = Proxies::read(|name| (name == "HTTPS_PROXY").then(|| wrong.to_owned())).err();
            let Some(Cause::Config(text)) = error else { unreachable!("it was accepted") };
            assert!(text.contains("HTTPS_PROXY") && !text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn an_empty_variable_is_none_and_one_stands_in_for_both() {
        let none = Proxies::read(|_| Some(" ".to_owned()));
        assert!(matches!(none, Ok(Proxies { https: None, http: None, .. })));
        let all = Proxies::read(|name| (name == "ALL_PROXY").then(|| "socks5h://127.0.0.1:1080".to_owned()));
        assert!(matches!(all, Ok(Proxies { https: Some(_), http: Some(_), .. })));
    }

    #[test]
    fn what_needs_no_proxy() {
        let covers = |list: &str, url: &str| Direct::read(list).covers(&url.parse().unwrap());
        for (list, url) in [
            ("", "https://localhost:9398"),
            ("", "https://127.0.0.2"),
            ("", "https://[::1]:9398"),
            ("*", "https://10.0.0.5:9398"),
            ("*", "https://em.example.com"),
            ("example.com", "https://em.EXAMPLE.com"),
            (".example.com", "https://em.example.com"),
            ("*.example.com", "https://em.example.com"),
            ("a, em.example.com:9398 ,b", "https://em.example.com:9398"),
            ("em.example.com:443", "https://em.example.com"),
            ("10.0.0.0/8", "https://10.9.8.7"),
            ("10.0.0.5:9398", "https://10.0.0.5:9398"),
            ("fd00::/8", "https://[fd12::1]"),
            ("0.0.0.0/0", "https://10.0.0.5"),
        ] {
            assert!(covers(list, url), "{list}: {url}");
        }
        for (list, url) in [
            ("", "https://em.example.com"),
            ("example.com", "https://notexample.com"),
            ("em.example.com:9398", "https://em.example.com"),
            ("10.0.0.0/8", "https://11.0.0.1"),
            ("10.0.0.0/33,/8,:80,[", "https://10.0.0.1"),
        ] {
            assert!(!covers(list, url), "{list}: {url}");
        }
    }
}
