//! What the exporter answers.

use backhaul_fleet::metrics::Exposition;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use sha2::{Digest, Sha256};

use super::Shared;

const PLAIN: &str = "text/plain; charset=utf-8";
const HELP: &str = "backhaul exporter: /metrics for scrapers, /healthz for whoever watches this process\n";

pub(super) fn answer<B>(request: &Request<B>, shared: &Shared) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut answer = say(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "only GET and HEAD are answered\n".to_owned());
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    match request.uri().path() {
        "/metrics" if !is_allowed(request, shared) => {
            let mut answer =
                say(StatusCode::UNAUTHORIZED, PLAIN, "send the token as Authorization: Bearer\n".to_owned());
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            answer
        }
        "/metrics" => {
            let accept = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
            let exposition = Exposition::negotiate(&accept.collect::<Vec<_>>().join(","));
            say(StatusCode::OK, exposition.content_type(), shared.text(exposition))
        }
        "/healthz" if shared.is_healthy() => say(StatusCode::OK, PLAIN, "ok\n".to_owned()),
        "/healthz" => {
            say(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "no collection has come to an end for too long\n".to_owned())
        }
        "/" => say(StatusCode::OK, PLAIN, HELP.to_owned()),
        _ => say(StatusCode::NOT_FOUND, PLAIN, HELP.to_owned()),
    }
}

fn is_allowed<B>(request: &Request<B>, shared: &Shared) -> bool {
    let Some(wanted) = &shared.token else { return true };
    let sent = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    sent.is_some_and(|(_, token)| Sha256::digest(token.trim()).as_slice() == wanted)
}

fn say(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
