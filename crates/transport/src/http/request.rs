//! A request, and how it may be shown.

use std::fmt;

use ::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use ::http::Method;
use bytes::Bytes;
use url::{Position, Url};

use super::error::{HttpError, Kind, Place};

/// A request.
///
/// Its `Debug` output has the method, the address without what may be secret in it, the names of the headers and the length of
/// the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// The headers. The client adds `Host`, `Content-Length`, `User-Agent`, `Accept-Encoding`, and `Accept` if it is missing.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// Whether sending it twice does the same as once: by the method, unless said otherwise. Else it is sent again only when
    /// no connection was made.
    pub idempotent: bool,
    /// Whether 503 means that the server is busy, and the same request may be sent again. `false` where an API says its own
    /// errors with 503.
    pub retry_503: bool,
    hide_path: bool,
    invalid: Option<HeaderName>,
}

impl Request {
    /// A request without headers or a body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            idempotent: method.is_idempotent(),
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            retry_503: true,
            hide_path: false,
            invalid: None,
        }
    }

    /// Sets a header. A value that HTTP does not allow is an error when the request is sent.
    #[must_use]
    pub fn header(self, name: HeaderName, value: &str) -> Self {
        let secret = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(&name) || name.as_str() == "x-restsvcsessionid";
        self.set(name, value, secret)
    }

    /// Sets a header whose value is a secret. `Authorization`, `Cookie` and Enterprise Manager's session header always are.
    #[must_use]
    pub fn secret_header(self, name: HeaderName, value: &str) -> Self {
        self.set(name, value, true)
    }

    /// Sets the body and its `Content-Type`.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.set(CONTENT_TYPE, content_type, false)
    }

    /// Says whether sending it twice does the same as once, where the method does not tell: a `PUT` that starts something, a
    /// `POST` that only asks.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Says whether 503 is how this API reports its own errors, which sending again would not cure.
    #[must_use]
    pub fn api_error_503(mut self, api_error: bool) -> Self {
        self.retry_503 = !api_error;
        self
    }

    /// Says that the path carries a secret, such as a session to end: only the server is then shown.
    #[must_use]
    pub fn secret_path(mut self) -> Self {
        self.hide_path = true;
        self
    }

    fn set(mut self, name: HeaderName, value: &str, secret: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(secret);
                self.headers.insert(name, value);
            }
            Err(_) => self.invalid = Some(name),
        }
        self
    }

    /// Refuses what must not be sent.
    pub(super) fn check(&self) -> Result<(), HttpError> {
        let fail = |rule: String| Err(self.place().fail(Kind::Invalid(rule)));
        if let Some(name) = &self.invalid {
            return fail(format!("the value of the header `{name}` has characters that HTTP does not allow"));
        }
        if !matches!(self.url.scheme(), "http" | "https") || !self.url.has_host() {
            return fail("the address must start with http:// or https:// and name a host".to_owned());
        }
        if !self.url.username().is_empty() || self.url.password().is_some() {
            return fail("the address must not carry an account or a password".to_owned());
        }
        Ok(())
    }

    pub(super) fn place(&self) -> Place {
        Place { method: self.method.clone(), url: self.url.clone(), hide_path: self.hide_path }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &format_args!("{}", Shown(&self.url, self.hide_path)))
            .field("headers", &Names(&self.headers))
            .field("body_bytes", &self.body.len())
            .field("idempotent", &self.idempotent)
            .field("retry_503", &self.retry_503)
            .finish()
    }
}

/// An address without an account, without the values of its query, and, if the flag says so, without its path.
pub(super) struct Shown<'a>(pub(super) &'a Url, pub(super) bool);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(url, hide_path) = self;
        write!(f, "{}://{}", url.scheme(), &url[Position::BeforeHost..Position::BeforePath])?;
        if *hide_path {
            return f.write_str("/…");
        }
        f.write_str(url.path())?;
        let Some(query) = url.query() else { return Ok(()) };
        for (index, pair) in query.split('&').enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            if let Some((name, _)) = pair.split_once('=') {
                write!(f, "{name}=")?;
            }
            f.write_str("…")?;
        }
        Ok(())
    }
}

/// The names of headers.
pub(super) struct Names<'a>(pub(super) &'a HeaderMap);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys().map(HeaderName::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn nothing_secret_is_shown() {
        let request = Request::new(Method::POST, url("https://joe:pw@em:9398/api/x?token=abc&type=Job&bare#frag"))
            .header(AUTHORIZATION, "Basic c2VjcmV0")
            .secret_header(HeaderName::from_static("x-my-key"), "s3cret")
            .body("application/json", "{\"password\": \"hunter2\"}");
        let shown = format!("{request:?}");
        for secret in ["joe", "pw", "abc", "bare", "frag", "c2VjcmV0", "s3cret", "hunter2"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        for plain in ["POST", "https://em:9398/api/x?token=…&type=…&…", "authorization", "x-my-key", "body_bytes: 23"] {
            assert!(shown.contains(plain), "{plain} not in {shown}");
        }
        assert!(!format!("{:?}", request.headers).contains("s3cret"));
    }

    #[test]
    fn a_secret_path_is_not_shown() {
        let request = Request::new(Method::DELETE, url("http://zstack:8080/v1/sessions/abcdef?x=y")).secret_path();
        assert!(format!("{request:?}").contains("url: http://zstack:8080/…,"));
    }

    #[test]
    fn what_must_not_be_sent_is_refused_without_its_value() {
        let header = Request::new(Method::GET, url("http://em/")).secret_header(AUTHORIZATION, "Bearer a\nb");
        let account = Request::new(Method::GET, url("http://joe:pw@em/"));
        let scheme = Request::new(Method::GET, url("ftp://em/"));
        for (request, expected) in [(header, "authorization"), (account, "account"), (scheme, "http://")] {
            let error = request.check().err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("Bearer") && !error.contains("joe"), "{error}");
        }
    }

    #[test]
    fn the_method_says_what_is_idempotent_unless_the_caller_does() {
        let new = |method| Request::new(method, url("http://em/"));
        assert!(new(Method::GET).idempotent && new(Method::PUT).idempotent && !new(Method::POST).idempotent);
        assert!(!new(Method::PUT).idempotent(false).idempotent);
        assert!(!new(Method::GET).api_error_503(true).retry_503);
    }
}
