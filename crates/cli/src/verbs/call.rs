//! `backhaul call`: one operation of the API.

mod caution;
mod dry_run;
mod out;
mod request;
mod shown;
mod template;
mod wait;

use std::path::Path;

use backhaul_models::registry;
use backhaul_models::zstack::JobLocation;
use backhaul_transport::file::{Existing, NewFile};
use backhaul_transport::{Arguments, Error, Policy, RawAnswer};
use backhaul_wire::operation::{ENTITY, FORMAT, Response};
use backhaul_wire::reflect::{DynamicStruct, Model};
use backhaul_wire::{ApiVersion, Drift, Operation, Struct, System};
use bytes::Bytes;

pub(super) use self::caution::needs_body;
use self::request::Body;
use self::shown::Shown;
use crate::args::data::{Call, CallFormat};
use crate::body::room;
use crate::connect::{self, Peer, Peers, Size};
use crate::console::Console;
use crate::drift::Strangers;
use crate::exit::{Code, Failure, Outcome};
use crate::output::print_json;
use crate::page::List;
use crate::profile::{Location, Server, Wanted, select_one};
use crate::{api_version, names};

/// Runs the verb.
pub(crate) fn run(args: &Call, console: &Console) -> Outcome {
    let operation = names::find_operation(&args.target)?;
    if let Some(part) = args.template {
        let version = args.connection.api_version.as_deref();
        let version = version.map(|text| api_version::number(operation.system, text)).transpose()?.flatten();
        let body = template::template(operation, version.and_then(ApiVersion::new), part)?;
        print_json(&body, console)?;
        return Ok(Code::Done);
    }
    let params = names::params(operation, &args.params)?;
    let body = args.body.as_ref().map(|source| Body::read(operation, source, console)).transpose()?;
    let profiles: Vec<String> = args.profile.iter().cloned().collect();
    let wanted = Wanted { profiles: &profiles, demo: args.connection.demo, system: Some(args.target.system) };
    let (server, selection) = select_one(wanted, &Location::find()?)?;
    selection.say(console);
    if args.wait && args.format == Some(CallFormat::Raw) {
        return Err(Failure::usage("--wait asks several times, so there are no bytes as they came: leave -o raw out"));
    }
    if args.dry_run {
        dry_run::print(operation, &params, body, &server, args, console)?;
        return Ok(Code::Done);
    }
    if !args.yes {
        caution::ask(operation, server.name(), console)?;
    }
    let call = Calling { operation, args, console };
    connect::wait_for(call.run(&server, Arguments { params, body: None }, body))?;
    Ok(Code::Done)
}

struct Calling<'a> {
    operation: &'static Operation,
    args: &'a Call,
    console: &'a Console,
}

impl Calling<'_> {
    async fn run(&self, server: &Server, mut given: Arguments, body: Option<Body>) -> Result<(), Failure> {
        let size = if self.args.out.is_some() && self.is_as_it_comes() { Size::Any } else { Size::Usual };
        let (mut peer, _peers) = Peers::open_one(server, &self.args.connection, size, self.console).await?;
        if self.args.force {
            let mut policy = Policy::default();
            policy.unproven = true;
            peer.client = peer.client.under(policy);
        }
        if let Some(body) = body {
            given.body = Some(body.for_server(&peer, self.operation, self.args, self.console).await?);
        }
        if given.body.is_none() {
            caution::needs_body(self.operation, peer.version().await?)?;
            given.body = self.no_options(peer.version().await?);
        }
        self.console.verbose(1, || format!("{}: {} {}", peer.name, self.operation.method, self.operation.path));
        let answered = match &self.args.out {
            Some(path) => self.to_file(&peer, &given, path).await,
            None => self.to_stdout(&peer, &given).await,
        };
        peer.close(self.console).await;
        answered
    }

    fn is_file(&self) -> bool {
        matches!(self.operation.response, Response::Bytes)
    }

    /// Whether the answer is given byte by byte, unread.
    fn is_as_it_comes(&self) -> bool {
        self.is_file() || self.args.format == Some(CallFormat::Raw)
    }

    async fn to_stdout(&self, peer: &Peer, given: &Arguments) -> Result<(), Failure> {
        if self.waits() {
            return self.print(self.to_the_end(peer, given).await?);
        }
        if self.is_file() && self.console.stdout_is_terminal() {
            return Err(
                Failure::usage(format!("{} answers with a file", self.operation.name)).with_help("add --out FILE")
            );
        }
        let raw = self.send(peer, given).await?;
        if self.is_as_it_comes() {
            return self.console.write(&raw.body);
        }
        self.print(self.decoded(peer, given, raw).await?)
    }

    /// Prints an answer, if there is one.
    fn print(&self, answer: Option<Shown>) -> Result<(), Failure> {
        let Some(answer) = answer else { return Ok(()) };
        answer.write(&mut self.console.stdout()).map_err(|error| Failure::output(&error))
    }

    /// VB365 wants an object where an operation takes options, also when there are none.
    fn no_options(&self, version: Option<ApiVersion>) -> Option<Bytes> {
        let takes = self.operation.system == System::Vb365 && self.operation.method == "POST";
        self.operation.form(version).request.filter(|_| takes).map(|_| Bytes::from_static(b"{}"))
    }

    async fn send(&self, peer: &Peer, given: &Arguments) -> Result<RawAnswer, Failure> {
        let sent = peer.client.send(self.operation, given).await;
        sent.map_err(|error: Error| peer.refusal(&error))
    }

    /// An empty value for the answer. Enterprise Manager answers with references unless entities are asked for.
    fn answer(&self, given: &Arguments, version: Option<ApiVersion>) -> Option<DynamicStruct> {
        let entity = given.params.iter().any(|(name, value)| name == FORMAT && value.eq_ignore_ascii_case(ENTITY));
        match self.operation.response {
            Response::Forms(_, reference) if !entity => Some(DynamicStruct::new(reference)),
            _ => registry::answer(self.operation, version),
        }
    }

    /// The answer as JSON with our names, secrets redacted; nothing when there is no body.
    async fn decoded(&self, peer: &Peer, given: &Arguments, raw: RawAnswer) -> Result<Option<Shown>, Failure> {
        let version = peer.version().await?;
        // What ZStack answers with a job is not there yet, only where to ask for it.
        let is_job = self.operation.system == System::Zstack && raw.status.as_u16() == 202;
        let value = if is_job { Some(DynamicStruct::new(JobLocation::SHAPE)) } else { self.answer(given, version) };
        let Some(mut value) = value.filter(|_| raw.has_body()) else { return Ok(None) };
        let mut drift = Drift::default();
        let list = List::of(self.operation.form(version).response).filter(|_| !is_job);
        let page = list.and_then(|list| Shown::page(value.shape(), list, &raw, &mut drift));
        if page.is_none() {
            drift = Drift::default();
            let read = peer.client.read_within(room(raw.body.len()), &raw, &mut value, Some(&mut drift));
            read.map_err(|error| peer.refusal(&error))?;
        }
        let mut strangers = Strangers::default();
        strangers.add(&value, &drift);
        strangers.say(true, self.console);
        if !drift.is_empty() {
            self.console.verbose(1, || format!("{}: unknown to the schemas: {drift:?}", peer.name));
        }
        Ok(Some(page.unwrap_or(Shown::Value(Box::new(value)))))
    }

    /// Writes the answer, once it is known to be one: as it came, unless it is waited for or wanted otherwise.
    async fn document(&self, peer: &Peer, given: &Arguments, path: &Path, out: &mut NewFile) -> Result<(), Failure> {
        let (answer, as_it_came) = if self.waits() {
            (self.to_the_end(peer, given).await?, None)
        } else {
            let raw = self.send(peer, given).await?;
            let body = Some(raw.body.clone()).filter(|_| self.args.format != Some(CallFormat::Json));
            (self.decoded(peer, given, raw).await?, body)
        };
        let written = match (as_it_came, answer) {
            (Some(body), _) if !body.is_empty() => out.write(&body).await,
            (None, Some(answer)) => out.write_with(|out| answer.write(out)).await,
            // Nothing is no reason to replace what is there.
            _ => return Err(out::nothing(peer, path)),
        };
        written.map_err(|error| out::refusal(&error))
    }

    /// Writes the answer to a file, which is either whole afterwards or as it was.
    async fn to_file(&self, peer: &Peer, given: &Arguments, path: &Path) -> Result<(), Failure> {
        let mut out = NewFile::create(path, Existing::Replace).await.map_err(|error| out::refusal(&error))?;
        if self.is_as_it_comes() {
            let written = peer.client.write_to(self.operation, given, &mut out).await;
            written.map_err(|error| out::failure(peer, &error))?;
        } else {
            self.document(peer, given, path, &mut out).await?;
        }
        out.finish().await.map_err(|error| out::refusal(&error))?;
        self.console.verbose(1, || format!("{} is written", path.display()));
        Ok(())
    }
}
