//! `profile default` and `profile group`: which profiles `-p` may leave out, or name by one word.

use serde_json::json;

use crate::args::profile::{DefaultProfiles, Group};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Style, Table};
use crate::profile::{ConfigFile, List, Location, check_name, members};

pub(super) fn default(args: &DefaultProfiles, location: &Location, console: &Console) -> Outcome {
    if args.clear || !args.profiles.is_empty() {
        return set(List::Default, &args.profiles, location, console);
    }
    let file = location.open()?;
    let list = file.as_ref().map(|file| file.list(List::Default)).transpose()?.flatten();
    if list.is_none() {
        console.note("there is no default: without -p, all profiles are asked");
    }
    show(
        file.as_ref(),
        list.map(|words| ("default".to_owned(), words)).into_iter(),
        &args.output.style(console)?,
        console,
    )
}

pub(super) fn group(args: &Group, location: &Location, console: &Console) -> Outcome {
    if let Some(name) = args.name.as_deref().filter(|_| args.remove || !args.profiles.is_empty()) {
        check_name(name)?;
        if name.contains(',') {
            return Err(Failure::usage("a group's name has no comma: -p takes `@a,b` for two"));
        }
        return set(List::Group(name), &args.profiles, location, console);
    }
    let file = location.open()?;
    let mut all = Vec::new();
    for name in file.iter().flat_map(ConfigFile::groups) {
        let words = file.as_ref().map(|file| file.list(List::Group(name))).transpose()?.flatten();
        all.push((name.to_owned(), words.unwrap_or_default()));
    }
    if let Some(wanted) = &args.name {
        all.retain(|(name, _)| name == wanted);
        if all.is_empty() {
            return Err(no_group(wanted, location));
        }
    }
    show(file.as_ref(), all.into_iter(), &args.output.style(console)?, console)
}

/// Sets a list, or takes it out.
fn set(list: List<'_>, given: &[String], location: &Location, console: &Console) -> Outcome {
    let words = location.change(|file| {
        let words = file.words(given);
        if let (List::Group(name), true, None) = (list, words.is_empty(), file.list(list)?) {
            return Err(no_group(name, location));
        }
        members(&words, list, file)?;
        file.set_list(list, &words)?;
        Ok(words)
    })?;
    let path = location.path.display();
    match (list, words.is_empty()) {
        (List::Default, true) => console.note(&format!("there is no default any more in {path}")),
        (List::Group(name), true) => console.note(&format!("the group `{name}` is gone from {path}")),
        (List::Default, false) => console.note(&format!("without -p, {} now (in {path})", words.join(", "))),
        (List::Group(name), false) => console.note(&format!("-p @{name} is {} now (in {path})", words.join(", "))),
    }
    Ok(Code::Done)
}

fn no_group(name: &str, location: &Location) -> Failure {
    Failure::usage(format!("there is no group `{name}` in {}", location.path.display()))
        .with_help(format!("backhaul profile group {name} PROFILE..., or `tags` in profiles"))
}

/// A row for each list: what it says, and which profiles that means now.
fn show(
    file: Option<&ConfigFile>,
    lists: impl Iterator<Item = (String, Vec<String>)>,
    style: &Style,
    console: &Console,
) -> Outcome {
    let columns = ["name", "says", "profiles"].map(|name| Column::new(name, Kind::Name)).into();
    let mut rows = Vec::new();
    for (name, words) in lists {
        let list = if name == "default" { List::Default } else { List::Group(&name) };
        // What nobody can read any more is shown all the same, so that it can be mended.
        let meant = file.map_or(Ok(Vec::new()), |file| members(&words, list, file)).unwrap_or_else(|failure| {
            console.warn(failure.message());
            Vec::new()
        });
        rows.push(vec![json!(name), json!(words), json!(meant)]);
    }
    Table { columns, rows }.print(style, console)?;
    Ok(Code::Done)
}
