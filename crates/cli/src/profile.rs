//! The servers a person has named, and which of them a command speaks to.

mod demo;
mod entry;
mod file;
mod logon;
mod select;
mod tls;
mod trust;

use std::collections::BTreeMap;

use url::{Host, Url};

pub(crate) use demo::Demo;
pub(crate) use file::{ConfigFile, List, Location};
pub(crate) use logon::check as check_logon;
pub(crate) use select::{Selection, Server, Wanted, members, select, select_one};
pub(crate) use tls::{Backend, ClientFiles, Tls};
pub(crate) use trust::Trust;

use crate::console::Console;
use crate::exit::Failure;
use crate::secret::{Secret, Source};
use backhaul_transport::{UtcOffset, ZstackLogon};
use backhaul_wire::System;

/// A server by name: where it is, who logs on, and what proves each to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// What runs there.
    pub(crate) system: System,
    /// Where it is: scheme, host, port, and a path when it stands behind a gateway.
    pub(crate) url: Url,
    /// Other addresses by which the server names itself in its links.
    pub(crate) also_known_as: Vec<Url>,
    /// The account; the id of an access key.
    pub(crate) user: Option<String>,
    /// What `user` and the password are to ZStack.
    pub(crate) logon: ZstackLogon,
    /// How far ZStack's clock is ahead of UTC, where somebody says so.
    pub(crate) utc_offset: Option<UtcOffset>,
    /// Where the account's password comes from, or the access key's secret.
    pub(crate) password: Source,
    /// Which certificate is trusted.
    pub(crate) trust: Trust,
    /// How TLS is spoken with it.
    pub(crate) tls: Tls,
    /// The API version to speak, in its one spelling.
    pub(crate) api_version: Option<String>,
    /// Where VB365 is logged on to with an answer of the Microsoft identity platform, which then stands in place of the
    /// password.
    pub(crate) microsoft: Option<Microsoft>,
    /// Words by which `-p @TAG` finds it.
    pub(crate) tags: Vec<String>,
}

/// A logon at the Microsoft identity platform that VB365 is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Microsoft {
    /// The application that was logged on to.
    pub(crate) client_id: String,
    /// Whether it is the logon of an operator of the Restore Portal.
    pub(crate) operator: bool,
}

impl Microsoft {
    /// What the configuration file calls the logon.
    pub(crate) fn kind(&self) -> &'static str {
        if self.operator { Self::OPERATOR } else { Self::ASSERTION }
    }

    pub(crate) const ASSERTION: &'static str = "assertion";
    pub(crate) const OPERATOR: &'static str = "operator";
}

impl Profile {
    /// The account and its password, fetched from where it comes from.
    pub(crate) fn credentials(&self) -> Result<(String, Secret), Failure> {
        if self.microsoft.is_some() {
            return Ok((String::new(), self.password.read(&self.name)?));
        }
        let user = self.user.clone().ok_or_else(|| {
            Failure::usage(format!("profile `{}` names no account", self.name))
                .with_help(format!("add `user = \"...\"` under [profiles.{}] in the configuration file", self.name))
        })?;
        Ok((user, self.password.read(&self.name)?))
    }

    /// The address as people write it: no slash after the host.
    pub(crate) fn address(&self) -> &str {
        without_slash(&self.url)
    }

    /// What the user should know of a profile that works but not as safely as it could; said of it by its name.
    pub(crate) fn cautions(&self) -> Vec<String> {
        let mut cautions = Vec::new();
        let plain = self.url.scheme() == "http";
        if plain && self.trust != Trust::System {
            let trust = self.trust.kind();
            cautions.push(format!("speaks http://, where no certificate is shown: {trust} has no effect"));
        }
        if plain && !is_this_machine(&self.url) {
            let what = match self.logon {
                ZstackLogon::AccessKey => "anyone on the way can read the answers, and repeat a request for 15 minutes",
                _ => "the password crosses the network in the clear",
            };
            cautions.push(format!("speaks http://: {what}"));
        }
        if !plain && self.trust == Trust::Insecure {
            cautions
                .push("trusts any certificate: anyone on the way can read the password; --pin trusts one".to_owned());
        }
        cautions
    }

    /// Says what is to be known of each of these. Of many it is said once, with the first names.
    pub(crate) fn caution<'a>(profiles: impl IntoIterator<Item = &'a Self>, console: &Console) {
        let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for profile in profiles {
            for caution in profile.cautions() {
                said.entry(caution).or_default().push(&profile.name);
            }
        }
        for (caution, names) in said {
            match names.as_slice() {
                [first, second, _, more @ ..] if !more.is_empty() => {
                    let more = more.len() + 1;
                    console.warn(&format!("`{first}`, `{second}` and {more} more: each {caution}"));
                }
                few => few.iter().for_each(|name| console.warn(&format!("`{name}` {caution}"))),
            }
        }
    }
}

/// An address as people write it.
pub(crate) fn without_slash(url: &Url) -> &str {
    let address = url.as_str();
    if url.path() == "/" { address.trim_end_matches('/') } else { address }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Reads a server's address. The text is never repeated in a failure when it holds a password.
pub(crate) fn parse_url(text: &str) -> Result<Url, Failure> {
    let text = text.trim();
    let no_secret = || {
        Failure::usage("the URL holds an account or a password, where process lists and logs show it")
            .with_help("give the account with --user and the password with --password-file or one of its siblings")
    };
    let parsed = Url::parse(text);
    if let Ok(url) = &parsed {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(no_secret());
        }
        if matches!(url.scheme(), "http" | "https") && url.has_host() {
            if url.query().is_some() || url.fragment().is_some() {
                return Err(Failure::usage("the URL of a server has neither a query nor a fragment"));
            }
            return Ok(url.clone());
        }
    }
    // What does not parse, or parses as something else (`localhost:9398` has the scheme `localhost`).
    if text.contains('@') {
        return Err(no_secret());
    }
    let failure = Failure::usage(format!("`{text}` is not the address of a server"));
    let guess = format!("https://{text}");
    Err(if !text.contains("://") && Url::parse(&guess).is_ok_and(|url| url.has_host()) {
        failure.with_help(format!("did you mean {guess}?"))
    } else {
        failure.with_help("it begins with https:// or http://, such as https://em.example.com:9398")
    })
}

/// The name as a shell takes it for one word.
pub(crate) fn quoted(name: &str) -> String {
    shlex::try_quote(name).map_or_else(|_| name.to_owned(), |name| name.into_owned())
}

/// Whether a profile may be called so: one line of visible text that no flag or file argument looks like.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let problem = if name.is_empty() || name.trim() != name {
        "is empty, or begins or ends with a space"
    } else if name.chars().any(crate::escape::is_unsafe) {
        "holds control characters"
    } else if name.starts_with(['-', '@']) {
        "begins with a sign that means something else on the command line"
    } else if Demo::find(name).is_some() {
        "is the name of a built-in demo profile"
    } else {
        return Ok(());
    };
    Err(Failure::usage(format!("`{name}` cannot be the name of a profile: it {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_http_and_hold_no_secret() {
        for good in ["https://em.example.com:9398", "http://10.0.0.5:8080/", "https://[::1]:4443", "https://gw/em"] {
            assert!(parse_url(good).is_ok(), "{good}");
        }
        for bad in ["", "em.example.com", "localhost:9398", "ftp://x", "https://", "https://x/?a=b", "https://x/#a"] {
            assert!(parse_url(bad).is_err(), "{bad}");
        }
        let help = |text| parse_url(text).err().and_then(|failure| failure.help().map(str::to_owned));
        assert_eq!(help("localhost:9398").as_deref(), Some("did you mean https://localhost:9398?"));
    }

    #[test]
    fn a_refused_address_does_not_repeat_its_password() {
        for text in
            ["https://svc:hunter2@em", "https://hunter2@em", "svc:hunter2@em:9398", "https://svc:hunter2@em:99999999"]
        {
            let failure = parse_url(text).err();
            assert!(failure.is_some(), "{text}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }

    #[test]
    fn names_are_one_line_of_visible_text() {
        for good in ["prod", "m365-berlin", "Kunde \u{c4}", "a.b"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "a\n", "-p", "@file", "demo-em", "Demo-VB365"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
