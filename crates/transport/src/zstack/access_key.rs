//! Access keys: each request is signed, and says when it was made.
//!
//! What is signed is the method, the `Date` header and the decoded path from `/v1` on, without the query, as HMAC-SHA1
//! with the key's secret. The server refuses (403) a request whose `Date` is more than 15 minutes from its own clock.
//! By default it compares what the two clocks show and passes over the zone, so a request must tell the time of the
//! server's zone; with the global configuration `rest`/`checkTimeZone` it compares moments. A date that names its
//! offset from GMT is right for both.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use http::header::{AUTHORIZATION, DATE};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use sha1::Sha1;

use super::options::{UtcOffset, ZstackLogon, ZstackOptions};
use crate::error::Reason;
use crate::net::{Request, Response};

/// What stands before the part of a path that is signed, which begins with `/v1`.
const CONTEXT: &str = "/zstack";

/// How much the server's clock must differ from what is known of it for another try to be worth it, in seconds.
const WORTH_IT: u64 = 60;

/// Signs requests with an access key. The secret is in it only as the beginning of each signature.
pub(crate) struct AccessKey {
    id: String,
    mac: Hmac<Sha1>,
    offset: UtcOffset,
    /// How many seconds the server's clock is ahead of ours, as far as it is known.
    ahead: AtomicI64,
}

/// Without the secret.
impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AccessKey {
    /// The access key in the options, if they have one.
    pub(super) fn of(options: &ZstackOptions) -> Result<Option<Self>, Reason> {
        if options.logon != ZstackLogon::AccessKey {
            return Ok(None);
        }
        let common = &options.common;
        let id = common.user.clone();
        if id.is_empty() || id.contains(|c: char| c == ':' || !c.is_ascii_graphic()) {
            return Err(Reason::Call(format!("`{}` is not the id of an access key", id.escape_debug())));
        }
        let mac = Hmac::new_from_slice(common.password.expose().as_bytes())
            .map_err(|_| Reason::Call("the secret of the access key cannot be used".to_owned()))?;
        Ok(Some(Self { id, mac, offset: options.utc_offset, ahead: AtomicI64::new(0) }))
    }

    /// The request with date and signature on it.
    pub(crate) fn sign(&self, request: Request) -> Request {
        let date = self.date(SystemTime::now());
        let path = request.url.path();
        let path = path.find(CONTEXT).map_or(path, |at| &path[at + CONTEXT.len()..]);
        let path = percent_decode_str(path).decode_utf8_lossy();
        let signature = self.signature(&request.method, &date, &path);
        request.header(DATE, &date).secret_header(AUTHORIZATION, &format!("ZStack {}:{signature}", self.id))
    }

    fn signature(&self, method: &Method, date: &str, path: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(format!("{method}\n{date}\n{path}").as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// A moment by our clock as the server's clock shows it.
    fn date(&self, now: SystemTime) -> String {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let shown = shifted(now, ahead.saturating_add(self.offset.seconds()));
        let text = httpdate::fmt_http_date(shown);
        match self.offset.seconds() {
            0 => text,
            _ => format!("{}{}", text, self.offset),
        }
    }

    /// Learns the server's clock from its refusal, and says whether another try may go better.
    pub(crate) fn learn(&self, answer: &Response) -> bool {
        let Some(theirs) = is_skewed(answer).then(|| server_date(answer)).flatten() else { return false };
        let ahead = seconds(theirs) - seconds(SystemTime::now());
        self.ahead.swap(ahead, Ordering::Relaxed).abs_diff(ahead) >= WORTH_IT
    }

    /// What a refusal of the key or of the date means; nothing for other answers. Operations on access keys speak of
    /// the ids of others as well.
    pub(crate) fn refusal(&self, operation: &str, answer: &Response) -> Option<Reason> {
        if is_skewed(answer) {
            return Some(Reason::Logon(self.skew(answer)));
        }
        let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
        let unknown = text.contains("access key id") && !operation.contains("AccessKey");
        let refused = unknown || text.contains("wrong accesskey signature");
        refused.then(|| Reason::Logon(format!("the access key `{}` is unknown, or its secret is wrong", self.id)))
    }

    fn skew(&self, answer: &Response) -> String {
        let now = SystemTime::now();
        let ours = self.date(now);
        let Some(theirs) = server_date(answer) else {
            return format!(
                "its clock and this one are more than 15 minutes apart: the request said `{ours}`, and the server does not tell \
                 its own time"
            );
        };
        let theirs = httpdate::fmt_http_date(theirs);
        let machine = httpdate::fmt_http_date(now);
        format!(
            "it takes the time of the request for more than 15 minutes away from its own: the request said `{ours}`, the server's \
             clock says `{theirs}`, this machine's `{machine}`; unless its global configuration rest/checkTimeZone is true, the \
             server compares what the clocks show and passes over the zone: give its offset from UTC, such as +08:00"
        )
    }
}

/// Whether the server refused the request for its time.
fn is_skewed(answer: &Response) -> bool {
    let text = || String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    answer.status == StatusCode::FORBIDDEN && text().contains("requesttimetooskewed")
}

/// When the server answered, by its own clock.
fn server_date(answer: &Response) -> Option<SystemTime> {
    httpdate::parse_http_date(answer.headers.get(DATE)?.to_str().ok()?).ok()
}

fn seconds(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The moment so many seconds later. A year that HTTP cannot write is out of reach of any clock: it stays at its
/// bounds.
fn shifted(moment: SystemTime, by: i64) -> SystemTime {
    /// The last second of the year 9999.
    const LAST: i64 = 253_402_300_799;
    let at = seconds(moment).saturating_add(by).clamp(0, LAST);
    UNIX_EPOCH + Duration::from_secs(at.unsigned_abs())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http::HeaderMap;

    use super::*;

    fn key(url: &str, offset: &str) -> AccessKey {
        let mut options = ZstackOptions::access_key(url, "kid", "Jefe").unwrap();
        options.utc_offset = UtcOffset::parse(offset).unwrap();
        AccessKey::of(&options).ok().unwrap().unwrap()
    }

    fn answer(status: u16, date: Option<SystemTime>, body: &'static str) -> Response {
        let date = date.map(|date| (DATE, httpdate::fmt_http_date(date).parse().unwrap()));
        let status = StatusCode::from_u16(status).unwrap();
        Response { status, headers: HeaderMap::from_iter(date), body: body.into() }
    }

    /// The time of the documents' own example of a date.
    fn moment() -> SystemTime {
        httpdate::parse_http_date("Wed, 11 Apr 2018 14:50:54 GMT").unwrap()
    }

    #[test]
    fn dates_are_the_servers_clock_with_its_zone() {
        let date = |offset: &str| key("http://z", offset).date(moment());
        assert_eq!(date("+00:00"), "Wed, 11 Apr 2018 14:50:54 GMT");
        assert_eq!(date("+08:00"), "Wed, 11 Apr 2018 22:50:54 GMT+08:00");
        assert_eq!(date("-03:30"), "Wed, 11 Apr 2018 11:20:54 GMT-03:30");
        let ahead = key("http://z", "+00:00");
        ahead.ahead.store(-3600, Ordering::Relaxed);
        assert_eq!(ahead.date(moment()), "Wed, 11 Apr 2018 13:50:54 GMT");
        ahead.ahead.store(i64::MAX, Ordering::Relaxed);
        assert_eq!(ahead.date(moment()), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    /// As another HMAC computes it: Python's, over the same text.
    #[test]
    fn a_signature_is_the_hmac_of_method_date_and_path() {
        let signature = key("http://z", "z").signature(&Method::GET, "Wed, 11 Apr 2018 14:50:54 GMT", "/v1/zones");
        assert_eq!(signature, "HS3IBFtqT/JfkUY1MGo5zJTNQVA=");
    }

    #[test]
    fn the_decoded_path_from_the_version_on_is_signed() {
        for (base, url) in [
            ("http://z:8080", "http://z:8080/zstack/v1/a%20b/%C3%A9?q=name%3Dx"),
            ("https://gw/cloud/", "https://gw/cloud/zstack/v1/a%20b/%C3%A9"),
        ] {
            let signed = key(base, "+00:00").sign(Request::new(Method::GET, url.parse().unwrap()));
            let date = signed.headers[DATE].to_str().unwrap();
            let signature = key(base, "+00:00").signature(&Method::GET, date, "/v1/a b/\u{e9}");
            assert_eq!(signed.headers[AUTHORIZATION], format!("ZStack kid:{signature}"));
            assert!(signed.headers[AUTHORIZATION].is_sensitive());
        }
    }

    #[test]
    fn the_skew_is_learned_once() {
        let (key, hour) = (key("http://z", "+00:00"), Duration::from_secs(3600));
        let refused = |date| answer(403, date, "requestTimeTooSkewed");
        assert!(!key.learn(&refused(None)));
        assert!(!key.learn(&refused(Some(SystemTime::now()))));
        assert!(!key.learn(&answer(403, Some(SystemTime::now() - hour), "no")));
        assert!(key.learn(&refused(Some(SystemTime::now() - hour))));
        assert!(!key.learn(&refused(Some(SystemTime::now() - hour))));
        assert!(key.ahead.load(Ordering::Relaxed).abs_diff(-3600) < 5);
    }

    #[test]
    fn refusals_tell_the_key_and_both_clocks_but_no_secret() {
        let key = key("http://z", "+08:00");
        let said = |answer: &Response| match key.refusal("QueryZone", answer) {
            Some(Reason::Logon(said)) => said,
            _ => String::new(),
        };
        let skewed = said(&answer(403, Some(moment()), "requestTimeTooSkewed"));
        assert!(skewed.contains("`Wed, 11 Apr 2018 14:50:54 GMT`") && skewed.contains("GMT+08:00`"), "{skewed}");
        assert!(said(&answer(403, None, "requestTimeTooSkewed")).contains("does not tell its own"));
        for body in ["wrong accessKey signature", "{\"error\":{\"details\":\"cannot find Access Key ID[kid]\"}}"] {
            let said = said(&answer(503, None, body));
            assert!(said.contains("`kid`") && !said.contains("Jefe"), "{said}");
        }
        assert!(key.refusal("QueryZone", &answer(503, None, "{\"error\":{\"code\":\"SYS.1007\"}}")).is_none());
        assert!(key.refusal("DeleteAccessKey", &answer(503, None, "no such access key id")).is_none());
    }

    #[test]
    fn an_id_is_what_a_header_can_carry() {
        for id in ["", "a:b", "a b", "a\r\nX: y", "\u{e9}"] {
            let options = ZstackOptions::access_key("http://z", id, "Jefe").unwrap();
            assert!(matches!(AccessKey::of(&options), Err(Reason::Call(_))), "{id}");
        }
        assert!(
            AccessKey::of(&crate::Options::new("http://z", "a", "b").unwrap().into()).is_ok_and(|key| key.is_none())
        );
    }
}
