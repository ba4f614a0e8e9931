//! What a failed call means to the user: an exit code, the sentence, and what to do.

use backhaul_transport::Error;

use crate::exit::{Code, Failure};

/// The failure of a server, by its profile's name.
pub(crate) fn refusal(error: &Error, name: &str) -> Failure {
    let failure = Failure::new(code(error), error.to_string()).of_server(name);
    match error.http().and_then(|http| http.fingerprint()) {
        Some(fingerprint) => failure.with_help(format!(
            "if that is the server's own: backhaul profile set {} --pin {fingerprint}",
            crate::profile::quoted(name)
        )),
        None if error.http().is_some_and(|http| http.wants_platform_tls()) => failure.with_help(platform_tls(name)),
        None if error.is_link_to_elsewhere() => failure.with_help(format!(
            "if that is another name of the same server: backhaul profile set {} --also-known-as URL",
            crate::profile::quoted(name)
        )),
        None if error.is_unproven() => failure.with_help("`call --force` sends it all the same"),
        None if error.is_deadline() => failure.with_help("--deadline sets how long one server may take"),
        None => failure,
    }
}

/// What to do about a server that rustls cannot speak with.
fn platform_tls(name: &str) -> String {
    let set = format!("backhaul profile set {} --tls platform", crate::profile::quoted(name));
    match cfg!(feature = "platform-tls") {
        true => format!("the platform's TLS may reach it: {set}"),
        false => format!("the platform's TLS may reach it, which a build with `--features platform-tls` has: {set}"),
    }
}

fn code(error: &Error) -> Code {
    if error.is_logon_refused() {
        Code::LogonRefused
    } else if error.is_unreachable() || error.is_wrong_product() || error.is_deadline() {
        // Whether one try or all of them took too long: no answer came.
        Code::NotReachable
    } else if error.is_unsupported() || error.is_invalid_call() {
        Code::Usage
    } else {
        // An error of the API, an answer that cannot be read, pages that do not fit together: the server's doing.
        Code::ServerError
    }
}
