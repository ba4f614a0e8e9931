//! `backhaul profile`: the servers that the command knows by name.

mod lists;
mod logon;
mod shown;

use std::path::{Path, PathBuf};

use backhaul_transport::net::PinError;
use url::Url;

use crate::args::profile::{
    Add, Password, Profile as Args, ProfileVerb, Rename, Set, Tls as TlsArgs, Trust as TrustArgs,
};
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::{
    ClientFiles, Demo, Location, Profile, Tls, Trust, Wanted, check_logon, check_name, parse_url, select_one,
};
use crate::secret::{self, Source};
use crate::{api_version, input};

/// Runs the verb.
pub(crate) fn run(args: &Args, console: &Console) -> Outcome {
    let location = Location::find()?;
    console.verbose(1, || format!("the configuration file is {}", location.path.display()));
    match &args.verb {
        ProfileVerb::Add(args) => add(args, &location, console),
        ProfileVerb::List(args) => shown::list(args, &location, console),
        ProfileVerb::Show(args) => shown::show(args, &location, console),
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
        utc_offset: args.utc_offset,
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
    Profile::caution([profile], console);
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
