//! `--dry-run`: the request that would be sent.

use backhaul_transport::Params;
use backhaul_wire::{Operation, Struct, json};

use crate::args::data::Call;
use crate::connect::Preview;
use crate::console::Console;
use crate::escape;
use crate::exit::Failure;
use crate::profile::Server;

use super::caution;
use super::request::Body;

/// Prints the request, and sends nothing. Secrets of the body are redacted.
pub(super) fn print(
    operation: &'static Operation,
    params: &Params,
    body: Option<Body>,
    server: &Server,
    args: &Call,
    console: &Console,
) -> Result<(), Failure> {
    let preview = Preview::of(server, &args.connection)?.forced(args.force);
    let version = preview.version(operation);
    let mut text = format!("{} {}\n", operation.method, preview.url(operation, params)?);
    match body {
        None => caution::needs_body(operation, version)?,
        Some(mut body) => {
            let value = body.take_value(operation, version, console)?;
            if let Some(value) = &value {
                check(value, version)?;
            }
            text.push_str(&format!("\n{}\n", body.shown(value.as_ref().map(|value| value as _))?));
        }
    }
    console.write(escape::lines(&text).as_bytes())?;
    console.note(&format!("nothing was sent to `{}`", server.name()));
    Ok(())
}

fn check(value: &dyn Struct, version: Option<backhaul_wire::ApiVersion>) -> Result<(), Failure> {
    match version {
        Some(version) => json::check_versions(value, Some(version)).map_err(|error| Failure::usage(error.to_string())),
        None => Ok(()),
    }
}
