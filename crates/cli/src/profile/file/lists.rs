//! The lists of profiles that the file has: those that serve when none is named, and the groups.

use std::fmt;

use toml_edit::{Array, Item, Table, TableLike, value};

use super::{ConfigFile, PROFILES};
use crate::exit::Failure;

pub(super) const GROUPS: &str = "groups";
pub(super) const DEFAULT: &str = "default";

/// A list of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List<'a> {
    /// Those that serve when none is named.
    Default,
    /// A group.
    Group(&'a str),
}

/// `default`, `groups.berlin`: the key in the file.
impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str(DEFAULT),
            Self::Group(name) => write!(f, "{GROUPS}.{name}"),
        }
    }
}

impl ConfigFile {
    /// The names of the groups, in the order of the file.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let groups = self.document.get(GROUPS).and_then(Item::as_table_like);
        groups.into_iter().flat_map(|groups| groups.iter().map(|(name, _)| name)).collect()
    }

    /// The names and patterns of a list; `None` where the file has no such list.
    pub(crate) fn list(&self, list: List<'_>) -> Result<Option<Vec<String>>, Failure> {
        let item = match list {
            List::Default => self.document.get(DEFAULT),
            List::Group(name) => {
                self.document.get(GROUPS).and_then(Item::as_table_like).and_then(|groups| groups.get(name))
            }
        };
        item.map(|item| {
            names(item).ok_or_else(|| {
                let path = self.path.display();
                let rule = "it must be the name of a profile, or a list of names in quotes";
                Failure::usage(format!("{path}, `{list}`: {rule}"))
            })
        })
        .transpose()
    }

    /// Sets a list; one of nothing is taken out.
    pub(crate) fn set_list(&mut self, list: List<'_>, names: &[String]) -> Result<(), Failure> {
        let no_table = Failure::usage(format!("{}: `{GROUPS}` must be a table, [{GROUPS}]", self.path.display()));
        let (table, key): (&mut dyn TableLike, &str) = match list {
            List::Default => (self.document.as_table_mut(), DEFAULT),
            List::Group(name) => {
                let groups = self.document.entry(GROUPS).or_insert_with(|| Item::Table(Table::new()));
                (groups.as_table_like_mut().ok_or(no_table)?, name)
            }
        };
        match table.get_mut(key) {
            _ if names.is_empty() => drop(table.remove(key)),
            // A comment behind it stays.
            Some(item) => {
                let decor = item.as_value().map(|old| old.decor().clone());
                *item = array(names);
                if let (Some(decor), Some(new)) = (decor, item.as_value_mut()) {
                    *new.decor_mut() = decor;
                }
            }
            None => drop(table.insert(key, array(names))),
        }
        Ok(())
    }

    /// Lets the lists follow a profile that has another name now, or is gone; gives those that named it.
    pub(super) fn follow(&mut self, profile: &str, new: Option<&str>) -> Result<Vec<String>, Failure> {
        let groups: Vec<String> = self.groups().into_iter().map(str::to_owned).collect();
        let mut changed = Vec::new();
        for list in groups.iter().map(|name| List::Group(name)).chain([List::Default]) {
            let Ok(Some(mut names)) = self.list(list) else { continue };
            if names.iter().any(|name| name == profile) {
                match new {
                    Some(new) => names.iter_mut().filter(|name| *name == profile).for_each(|name| *name = new.into()),
                    None => names.retain(|name| name != profile),
                }
                self.set_list(list, &names)?;
                changed.push(list.to_string());
            }
        }
        Ok(changed)
    }

    /// The words of a command line, lists taken apart: a profile whose name has a comma is one.
    pub(crate) fn words(&self, given: &[String]) -> Vec<String> {
        let known = self.document.get(PROFILES).and_then(Item::as_table_like);
        let whole = |word: &str| known.is_some_and(|profiles| profiles.contains_key(word));
        let parts = given.iter().flat_map(|word| match whole(word) {
            true => vec![word.clone()],
            false => word.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
        });
        parts.collect()
    }
}

/// One name, or a list of names.
fn names(item: &Item) -> Option<Vec<String>> {
    let one = item.as_str().map(|name| vec![name.to_owned()]);
    one.or_else(|| item.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect())
}

fn array(names: &[String]) -> Item {
    value(names.iter().map(String::as_str).collect::<Array>())
}
