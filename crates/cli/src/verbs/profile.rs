//! `backhaul profile`: the servers that the command knows by name.

mod lists;
mod logon;

use std::path::{Path, PathBuf};

use backhaul_transport::net::PinError;
use backhaul_transport::{UtcOffset, ZstackLogon};
use serde_json::{Map, Value, json};
use url::Url;

use crate::args::profile::{
    Add, List as ListArgs, Password, Profile as Args, ProfileVerb, Rename, Set, Show, Tls as TlsArgs,
    Trust as TrustArgs,
};
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{self, Column, Format, Kind, Style, Table};
use crate::profile::{
    Backend, ClientFiles, ConfigFile, Demo, Location, Profile, Tls, Trust, Wanted, check_logon, check_name, parse_url,
    select_one, without_slash,
};
use crate::secret::{self, Source};
use crate::{api_version, input};

/// Runs the verb.
pub(crate) fn run(args: &Args, console: &Console) -> Outcome {
    let location = Location::find()?;
    console.verbose(1, || format!("the configuration file is {}", location.path.display()));
    match &args.verb {
        ProfileVerb::Add(args) => add(args, &location, console),
        ProfileVerb::List(args) => list(args, &location, console),
        ProfileVerb::Show(args) => show(args, &location, console),
        ProfileVerb::Remove(args) => remove(&args.name, &location, console),
        ProfileVerb::Set(args) => set(args, &location, console),
        ProfileVerb::Rename(args) => rename(args, &location, console),
        ProfileVerb::Default(args) => lists::default(args, &location, console),
        ProfileVerb::Group(args) => lists::group(args, &location, console),
        ProfileVerb::Test(args) => {
            let names = [args.name.clone()];
            // A demo profile that is named here is asked for.
            let demo = Demo::find(&args.name).is_some();
            let wanted = Wanted { profiles: &names, demo, system: None };
            let (server, selection) = select_one(wanted, &location)?;
            selection.say(console);
            logon::run(&server, console)
        }
    }
}

fn add(args: &Add, location: &Location, console: &Console) -> Outcome {
    check_name(&args.name)?;
    let version = args.api_version.as_deref().map(|text| api_version::normalise(args.system, text)).transpose();
    let (user, logon) = check_logon(args.system, args.user.clone(), args.account.clone(), args.access_key.clone())
        .map_err(|(key, problem)| Failure::usage(format!("--{}: {problem}", key.replace('_', "-"))))?;
    let mut profile = Profile {
        name: args.name.clone(),
        system: args.system,
        url: parse_url(&args.url)?,
        user,
        logon,
        utc_offset: args.utc_offset.unwrap_or_default(),
        password: password(&args.password, &args.name)?.unwrap_or(Source::Prompt),
        trust: trust(&args.trust)?.unwrap_or(Trust::System),
        also_known_as: other_names(args.also_known_as.as_deref().unwrap_or_default())?,
        tls: Tls::default(),
        api_version: version.map_err(Failure::usage)?,
        microsoft: None,
        tags: args.tags.clone(),
    };
    set_tls(&mut profile, &args.tls)?;
    if location.open_if_there()?.is_some_and(|file| file.contains(&profile.name)) {
        // Said before the server is asked for its certificate, too.
        return location.change(|file| file.add(&profile)).map(|()| Code::Done);
    }
    let profile = if args.trust.learn_pin { learned(profile, console)? } else { profile };
    checked(&profile)?;
    keep(&args.password, &profile)?;
    location.change(|file| file.add(&profile))?;
    said(&profile, "added to", location, console);
    Ok(Code::Done)
}

fn set(args: &Set, location: &Location, console: &Console) -> Outcome {
    let changed = |mut profile: Profile| -> Result<Profile, Failure> {
        if let Some(url) = &args.url {
            profile.url = parse_url(url)?;
        }
        if let Some(names) = &args.also_known_as {
            profile.also_known_as = other_names(names)?;
        }
        profile.user = args.user.clone().or(profile.user);
        if let Some(version) = &args.api_version {
            let version = (!version.eq_ignore_ascii_case("newest")).then_some(version);
            let version = version.map(|text| api_version::normalise(profile.system, text)).transpose();
            profile.api_version = version.map_err(Failure::usage)?;
        }
        profile.password = password(&args.password, &args.name)?.unwrap_or(profile.password);
        profile.trust = if args.system_trust { Trust::System } else { trust(&args.trust)?.unwrap_or(profile.trust) };
        profile.tags = args.tags.clone().unwrap_or(profile.tags);
        if args.no_client_certificate {
            profile.tls.client = None;
        }
        set_tls(&mut profile, &args.tls)?;
        Ok(profile)
    };
    // A server may take its time to show its certificate: nobody waits for the file meanwhile.
    let before = existing_profile(&args.name, location)?;
    let old_password = before.password.clone();
    let after = changed(before)?;
    keep(&args.password, &after)?;
    let pin = if args.trust.learn_pin { Some(learned(after, console)?.trust) } else { None };
    let profile = location.change(|file| {
        let mut profile = changed(file.get(&args.name)?.profile)?;
        profile.trust = pin.clone().unwrap_or(profile.trust);
        checked(&profile)?;
        file.replace(&profile)?;
        Ok(profile)
    })?;
    if profile.password != old_password {
        forget(old_password, location, console);
    }
    said(&profile, "changed in", location, console);
    Ok(Code::Done)
}

fn rename(args: &Rename, location: &Location, console: &Console) -> Outcome {
    check_name(&args.new)?;
    existing_profile(&args.name, location)?;
    let lists = location.change(|file| file.rename(&args.name, &args.new))?;
    console.note(&format!("profile `{}` is called `{}` now{}", args.name, args.new, also(&lists)));
    Ok(Code::Done)
}

/// The lists that changed with a profile, in words.
fn also(lists: &[String]) -> String {
    if lists.is_empty() { String::new() } else { format!(", also in {}", lists.join(", ")) }
}

/// The profile of a name, as it stands in the file.
fn existing_profile(name: &str, location: &Location) -> Result<Profile, Failure> {
    let file = location.open()?.ok_or_else(|| {
        let path = location.path.display();
        Failure::usage(format!("there is no profile `{name}`, as there is no configuration file {path}"))
    })?;
    file.get(name).map(|read| read.profile)
}

/// Finds now what would show only in next night's report: a password file of a wrong mode, a CA file without a
/// certificate.
fn checked(profile: &Profile) -> Result<(), Failure> {
    if let Source::File(_) = profile.password {
        profile.password.read(&profile.name)?;
    }
    connect::check(profile)
}

/// The profile with a pin of the certificate that its server shows.
fn learned(profile: Profile, console: &Console) -> Result<Profile, Failure> {
    if profile.url.scheme() != "https" {
        return Err(Failure::usage(format!("--learn-pin: {} shows no certificate", profile.address())));
    }
    let pin = connect::wait_for(connect::certificate(&profile))?;
    console.note(&format!(
        "{} shows the certificate {pin} (SHA-256): compare it with the server's own",
        profile.address()
    ));
    Ok(Profile { trust: Trust::Pin(pin), ..profile })
}

fn said(profile: &Profile, done: &str, location: &Location, console: &Console) {
    for caution in profile.cautions() {
        console.warn(&caution);
    }
    console.note(&format!("profile `{}` {done} {}", profile.name, location.path.display()));
}

/// Asks for the password that the keyring is to have.
fn keep(args: &Password, profile: &Profile) -> Result<(), Failure> {
    match &profile.password {
        Source::Keyring(entry) if args.password_keyring => secret::keep(entry, &secret::to_keep(&profile.name)?),
        _ => Ok(()),
    }
}

/// Takes a password that no profile names any more out of the keyring; one that cannot be reached keeps it, which is
/// told.
fn forget(source: Source, location: &Location, console: &Console) {
    let Source::Keyring(entry) = &source else { return };
    let file = location.open().ok().flatten();
    let mut named = file.iter().flat_map(|file| file.names().into_iter().filter_map(|name| file.get(name).ok()));
    if !named.any(|read| read.profile.password == source)
        && let Err(failure) = secret::forget(entry)
    {
        console.warn(&format!("the password stays in the keyring, as the entry `{entry}`: {}", failure.message()));
    }
}

/// Where the password of the profile comes from; nothing when no option says so.
fn password(args: &Password, profile: &str) -> Result<Option<Source>, Failure> {
    if args.password_keyring {
        return Ok(Some(Source::Keyring(profile.to_owned())));
    }
    if let Some(path) = &args.password_file {
        return existing(path).map(|path| Some(Source::File(path)));
    }
    if let Some(name) = &args.password_env {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(Failure::usage("--password-env takes the name of an environment variable"));
        }
        return Ok(Some(Source::Env(name.clone())));
    }
    args.password_command.as_deref().map(Source::command).transpose()
}

/// Which certificate is trusted; nothing when no option says so, or the server is to be asked.
fn trust(args: &TrustArgs) -> Result<Option<Trust>, Failure> {
    if let Some(pin) = &args.pin {
        let wrong = |problem: PinError| Failure::usage(format!("--pin: {problem}")).with_help(LEARN);
        let pin = pin.parse().map_err(wrong)?;
        return Ok(Some(Trust::Pin(pin)));
    }
    if let Some(path) = &args.ca {
        return existing(path).map(|path| Some(Trust::Ca(path)));
    }
    Ok(args.insecure.then_some(Trust::Insecure))
}

/// Sets what the options say, and leaves the rest.
fn set_tls(profile: &mut Profile, args: &TlsArgs) -> Result<(), Failure> {
    if let Some(backend) = &args.tls {
        profile.tls.backend = backend.parse().map_err(|problem| Failure::usage(format!("--tls: {problem}")))?;
    }
    if let Some(certificate) = &args.client_certificate {
        let key = args.client_key.as_deref().map(existing).transpose()?;
        profile.tls.client = Some(ClientFiles { certificate: existing(certificate)?, key });
    }
    Ok(())
}

/// Other addresses of a server. An empty one is none, and so takes away those that there are.
fn other_names(names: &[String]) -> Result<Vec<Url>, Failure> {
    names.iter().filter(|name| !name.is_empty()).map(|name| parse_url(name)).collect()
}

const LEARN: &str = "--learn-pin asks the server for it";

/// The path of a file that is there, fit for the configuration file: absolute, and text.
fn existing(path: &Path) -> Result<PathBuf, Failure> {
    let path = input::absolute(path)?;
    if path.to_str().is_none() {
        return Err(Failure::usage(format!("the name of {} is not UTF-8 text", path.display())));
    }
    std::fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?;
    Ok(path)
}

fn list(args: &ListArgs, location: &Location, console: &Console) -> Outcome {
    let file = location.open()?;
    file.iter().flat_map(ConfigFile::warnings).for_each(|warning| console.warn(&warning));
    let mut rows = Vec::new();
    for name in file.iter().flat_map(ConfigFile::names) {
        let read = file.as_ref().map(|file| file.get(name));
        match read {
            Some(Ok(read)) => {
                read.warnings.iter().for_each(|warning| console.warn(warning));
                rows.push(fields(&read.profile).into_values().collect());
            }
            // A broken profile is listed by name, so that it can be removed.
            Some(Err(failure)) => {
                console.warn(failure.message());
                rows.push(vec![json!(name)]);
            }
            None => {}
        }
    }
    if file.is_none() {
        let names = Demo::ALL.map(Demo::name).join(", ");
        let path = location.path.display();
        console.note(&format!("there is no configuration file {path}: the built-in profiles serve ({names})"));
    }
    let column = |name: &str| {
        let column = Column::new(name, if name == "name" { Kind::Name } else { Kind::Text });
        if matches!(name, "password_place" | "trust_value" | "api_version") { column.detail() } else { column }
    };
    let table = Table { columns: FIELDS.map(column).into(), rows };
    table.print(&args.output.style(console)?, console)?;
    Ok(Code::Done)
}

fn show(args: &Show, location: &Location, console: &Console) -> Outcome {
    let file = location.open()?;
    let fields = match (Demo::find(&args.name), &file) {
        (Some(demo), file) if !file.as_ref().is_some_and(|file| file.contains(&args.name)) => demo_fields(demo),
        (_, Some(file)) => {
            let read = file.get(&args.name)?;
            let cautions = read.profile.cautions();
            read.warnings.iter().chain(&cautions).for_each(|warning| console.warn(warning));
            let mut fields = fields(&read.profile);
            fields.extend(logon(&read.profile));
            fields
        }
        (_, None) => {
            // Says that there is no file, and which name may have been meant.
            let names = [args.name.clone()];
            let wanted = Wanted { profiles: &names, ..Wanted::default() };
            select_one(wanted, location)?;
            return Err(Failure::internal("a profile without a file"));
        }
    };
    let style = args.output.style(console)?;
    if args.origin {
        let origin = |key: &str, value: &Value| match (value, key) {
            (Value::Null, _) => "not set".to_owned(),
            (_, "password_from") if *value == json!("prompt") => "default".to_owned(),
            (_, "trust") if *value == json!("system") => "default".to_owned(),
            _ if Demo::find(&args.name).is_some() => "built in".to_owned(),
            _ => format!("{} [profiles.{}]", location.path.display(), args.name),
        };
        let columns = ["key", "value", "origin"].map(|name| Column::new(name, Kind::Name).asked()).into();
        let row = |(key, value): (String, Value)| vec![json!(key), value.clone(), json!(origin(&key, &value))];
        let rows = fields.into_iter().map(row).collect();
        Table { columns, rows }.print(&style, console)?;
        return Ok(Code::Done);
    }
    if style.format == Format::Json && style.jq.is_none() && !style.count {
        output::print_json(&Value::Object(fields), console)?;
    } else if style.is_table() {
        let columns = vec![Column::new("key", Kind::Name), Column::new("value", Kind::Name)];
        let rows = fields.into_iter().map(|(key, value)| vec![Value::String(key), value]).collect();
        Table { columns, rows }.print(&Style::of(Format::Table), console)?;
    } else {
        let columns = fields.keys().map(|name| Column::new(name, Kind::Text)).collect();
        Table { columns, rows: vec![fields.into_values().collect()] }.print(&style, console)?;
    }
    Ok(Code::Done)
}

fn remove(name: &str, location: &Location, console: &Console) -> Outcome {
    if location.open()?.is_none() {
        let path = location.path.display();
        return Err(Failure::usage(format!("there is no profile `{name}`, as there is no configuration file {path}")));
    }
    let kept = location.open()?.and_then(|file| file.get(name).ok()).map(|read| read.profile.password);
    let lists = location.change(|file| file.remove(name))?;
    if let Some(source) = kept {
        forget(source, location, console);
    }
    console.note(&format!("profile `{name}` removed from {}{}", location.path.display(), also(&lists)));
    Ok(Code::Done)
}

const FIELDS: [&str; 9] =
    ["name", "system", "url", "user", "password_from", "password_place", "trust", "trust_value", "api_version"];

/// What may be seen of a profile: of its password, only where it comes from.
fn fields(profile: &Profile) -> Map<String, Value> {
    let trust = match &profile.trust {
        Trust::Pin(pin) => Some(pin.to_string()),
        Trust::Ca(path) => Some(path.display().to_string()),
        Trust::System | Trust::Insecure => None,
    };
    let values = [
        json!(profile.name),
        json!(profile.system.name()),
        json!(profile.address()),
        json!(profile.user),
        json!(profile.password.kind()),
        json!(profile.password.place()),
        json!(profile.trust.kind()),
        json!(trust),
        json!(profile.api_version),
    ];
    FIELDS.map(str::to_owned).into_iter().zip(values).collect()
}

/// What logs on, where that is no plain account with a password.
fn logon(profile: &Profile) -> Map<String, Value> {
    let mut said = Map::new();
    match &profile.logon {
        ZstackLogon::User(account) => said.insert("account".to_owned(), json!(account)),
        ZstackLogon::AccessKey => said.insert("access_key".to_owned(), json!(profile.user)),
        _ => None,
    };
    if profile.utc_offset != UtcOffset::default() {
        said.insert("utc_offset".to_owned(), json!(profile.utc_offset.to_string()));
    }
    if !profile.tags.is_empty() {
        said.insert("tags".to_owned(), json!(profile.tags));
    }
    if !profile.also_known_as.is_empty() {
        let names: Vec<&str> = profile.also_known_as.iter().map(without_slash).collect();
        said.insert("also_known_as".to_owned(), json!(names));
    }
    if profile.tls.backend != Backend::default() {
        said.insert("tls".to_owned(), json!(profile.tls.backend.name()));
    }
    if let Some(ClientFiles { certificate, key }) = &profile.tls.client {
        said.insert("client_certificate".to_owned(), json!(certificate.display().to_string()));
        said.insert("client_key".to_owned(), json!(key.as_ref().map(|key| key.display().to_string())));
    }
    if let Some(microsoft) = &profile.microsoft {
        said.insert("logon".to_owned(), json!(microsoft.kind()));
        said.insert("client_id".to_owned(), json!(microsoft.client_id));
    }
    said
}

fn demo_fields(demo: Demo) -> Map<String, Value> {
    let known = [json!(demo.name()), json!(demo.system().name())];
    let values = known.into_iter().chain(std::iter::repeat(Value::Null));
    FIELDS.map(str::to_owned).into_iter().zip(values).collect()
}
