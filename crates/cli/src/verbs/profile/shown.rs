//! `profile list` and `profile show`: what may be seen of a profile.

use backhaul_transport::ZstackLogon;
use serde_json::{Map, Value, json};

use crate::args::profile::{List, Show};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{self, Column, Format, Kind, Style, Table};
use crate::profile::{
    Backend, ClientFiles, ConfigFile, Demo, Location, Profile, Trust, Wanted, select_one, without_slash,
};

pub(super) fn list(args: &List, location: &Location, console: &Console) -> Outcome {
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

pub(super) fn show(args: &Show, location: &Location, console: &Console) -> Outcome {
    let file = location.open()?;
    let fields = match (Demo::find(&args.name), &file) {
        (Some(demo), file) if !file.as_ref().is_some_and(|file| file.contains(&args.name)) => demo_fields(demo),
        (_, Some(file)) => {
            let read = file.get(&args.name)?;
            read.warnings.iter().for_each(|warning| console.warn(warning));
            Profile::caution([&read.profile], console);
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
    if let Some(offset) = profile.utc_offset {
        said.insert("utc_offset".to_owned(), json!(offset.to_string()));
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
