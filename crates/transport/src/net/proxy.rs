//! Proxies, as the environment names them.

use reqwest::{NoProxy, Proxy};

use super::error::Cause;

/// The hosts that are never proxied: a proxy elsewhere would look for them on itself.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// The proxies for `https` and `http` addresses. The variables may be in lower case too, which goes first.
pub(super) fn proxies(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<Proxy>, Cause> {
    let find = |name: &str| {
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        given(&name.to_ascii_lowercase()).or_else(|| given(name))
    };
    let direct = find("NO_PROXY").map_or_else(|| LOOPBACK.to_owned(), |given| format!("{given},{LOOPBACK}"));
    let direct = NoProxy::from_string(&direct);
    let mut proxies = Vec::new();
    if let Some(url) = find("HTTPS_PROXY") {
        proxies.push(usable("HTTPS_PROXY", Proxy::https(url))?.no_proxy(direct.clone()));
    }
    // Under CGI a request's own `Proxy` header becomes HTTP_PROXY.
    if let Some(url) = find("HTTP_PROXY").filter(|_| variable("REQUEST_METHOD").is_none()) {
        proxies.push(usable("HTTP_PROXY", Proxy::http(url))?.no_proxy(direct));
    }
    Ok(proxies)
}

/// The address stays out of the text: it may hold a password.
fn usable(name: &str, proxy: reqwest::Result<Proxy>) -> Result<Proxy, Cause> {
    proxy.map_err(|_| {
        Cause::Config(format!("the environment's {name} is not the address of a proxy, such as http://proxy:3128"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_named_without_being_shown() {
        let error = proxies(|name| (name == "HTTPS_PROXY").then(|| "http://me:secret@[".to_owned())).err();
        let Some(Cause::Config(text)) = error else { unreachable!("it was accepted") };
        assert!(text.contains("HTTPS_PROXY") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn an_empty_variable_is_none() {
        assert!(matches!(proxies(|_| Some(" ".to_owned())), Ok(found) if found.is_empty()));
    }
}
