//! The configuration file: where it is, and how it is read and changed without losing what a person wrote in it.

mod lists;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::{Profile, entry};
use crate::exit::Failure;
use crate::{input, suggest};

pub(crate) use lists::List;
use lists::{DEFAULT, GROUPS};

/// The variable that names the configuration file.
pub(crate) const VARIABLE: &str = "BACKHAUL_CONFIG";

const PROFILES: &str = "profiles";

/// Where the configuration file is, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether the user named it, so that it has to be there.
    pub(crate) named: bool,
}

impl Location {
    /// `BACKHAUL_CONFIG`, else the platform's: `$XDG_CONFIG_HOME/backhaul/config.toml` or
    /// `~/.config/backhaul/config.toml` on Linux and macOS, `%APPDATA%\backhaul\config.toml` on Windows.
    pub(crate) fn find() -> Result<Self, Failure> {
        Self::from_variable(std::env::var_os(VARIABLE))
    }

    fn from_variable(named: Option<OsString>) -> Result<Self, Failure> {
        if let Some(path) = named.filter(|path| !path.is_empty()) {
            return Ok(Self { path: input::absolute(Path::new(&path))?, named: true });
        }
        let folders = etcetera::choose_base_strategy().map_err(|_| {
            Failure::usage("there is no home folder to hold the configuration file")
                .with_help(format!("name a file in {VARIABLE}"))
        })?;
        Ok(Self { path: folders.config_dir().join("backhaul").join("config.toml"), named: false })
    }

    /// Opens the file; `None` when there is none and the user named none.
    pub(crate) fn open(&self) -> Result<Option<ConfigFile>, Failure> {
        match read(&self.path) {
            Ok((bytes, file)) => {
                refuse_others(&self.path, &file)?;
                ConfigFile::parse(&self.path, bytes).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.named => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Failure::usage(format!("there is no file {}, which {VARIABLE} names", self.path.display())))
            }
            Err(error) => Err(Failure::file(&self.path, &error)),
        }
    }

    /// Opens the file, also when it was named and is yet to be written.
    pub(crate) fn open_if_there(&self) -> Result<Option<ConfigFile>, Failure> {
        Self { named: false, ..self.clone() }.open()
    }

    /// Opens the file, or begins a new one, changes it and saves it. Commands that change it at the same time wait for
    /// each other, so that none undoes what another did.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut ConfigFile) -> Result<T, Failure>) -> Result<T, Failure> {
        // The file itself is replaced by each change, so that a lock on it would guard an old one.
        let path = self.path.with_extension("lock");
        let fail = |error: io::Error| Failure::internal(format!("cannot lock {}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            create_private_folder(folder).map_err(fail)?;
        }
        let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        lock.lock().map_err(fail)?;
        let new = || ConfigFile { path: self.path.clone(), document: DocumentMut::new() };
        let mut file = self.open_if_there()?.unwrap_or_else(new);
        let done = change(&mut file)?;
        file.save()?;
        Ok(done)
    }
}

fn read(path: &Path) -> io::Result<(Vec<u8>, File)> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, file))
}

/// Refuses a file that somebody else can write: it says which programs are run and whom passwords are sent to.
#[cfg(unix)]
fn refuse_others(path: &Path, file: &File) -> Result<(), Failure> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let metadata = file.metadata().map_err(|error| Failure::file(path, &error))?;
    let (mode, owner, me) =
        (metadata.permissions().mode() & 0o777, metadata.uid(), rustix::process::geteuid().as_raw());
    let path = path.display();
    if metadata.is_file() && owner != me && owner != 0 {
        return Err(Failure::usage(format!("the configuration file {path} belongs to another user (uid {owner})"))
            .with_help(format!("it says which programs are run: make a copy of your own, and name it in {VARIABLE}")));
    }
    if metadata.is_file() && mode & 0o022 != 0 {
        return Err(Failure::usage(format!("others can write the configuration file {path} (mode {mode:03o})"))
            .with_help(format!("it says which programs are run: chmod go-w {path}")));
    }
    Ok(())
}

/// Elsewhere, access is not a matter of a mode.
#[cfg(not(unix))]
fn refuse_others(_path: &Path, _file: &File) -> Result<(), Failure> {
    Ok(())
}

/// The configuration file's content. Comments, order and keys that are not ours survive a change.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ConfigFile {
    fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        let shown = path.display();
        let text = input::utf8(bytes, &shown.to_string())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            // The error's own text quotes the line, which may hold a secret that does not belong there.
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            Failure::usage(format!("{shown} is not TOML: line {line}: {}", error.message()))
        })?;
        let tables = document.get(PROFILES).is_none_or(|profiles| {
            profiles.as_table_like().is_some_and(|table| table.iter().all(|(_, item)| item.is_table_like()))
        });
        if !tables {
            return Err(Failure::usage(format!("{shown}: a profile must be a table, [{PROFILES}.NAME]")));
        }
        Ok(Self { path: path.to_owned(), document })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its profiles, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.profiles().into_iter().flat_map(|table| table.iter().map(|(name, _)| name)).collect()
    }

    /// Whether it has a profile of that name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.profiles().is_some_and(|table| table.contains_key(name))
    }

    /// A profile, and what in it nobody understands.
    pub(crate) fn get(&self, name: &str) -> Result<entry::Read, Failure> {
        let table = self.profiles().and_then(|table| table.get(name)).and_then(Item::as_table_like);
        let table = table.ok_or_else(|| self.unknown(name))?;
        entry::read(name, table, self.path.parent().unwrap_or(Path::new("")))
    }

    /// One sentence for each key beside the profiles that nobody understands.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let known = [PROFILES, GROUPS, DEFAULT];
        let keys = self.document.iter().map(|(key, _)| key).filter(|key| !known.contains(key));
        let said = |key: &str| {
            let hint = suggest::hint(key, known);
            format!("{}: the key `{}` is not known{hint}", self.path.display(), key.escape_debug())
        };
        keys.map(said).collect()
    }

    /// Puts a changed profile in the place of the old one. Keys that are not ours, comments and order stay.
    pub(crate) fn replace(&mut self, profile: &Profile) -> Result<(), Failure> {
        let unknown = self.unknown(&profile.name);
        let profiles = self.document.get_mut(PROFILES).and_then(Item::as_table_like_mut);
        let table = profiles.and_then(|profiles| profiles.get_mut(&profile.name)).and_then(Item::as_table_like_mut);
        entry::update(table.ok_or(unknown)?, profile);
        Ok(())
    }

    /// Gives a profile another name; it stays in its place, and in its lists, which are given.
    pub(crate) fn rename(&mut self, old: &str, new: &str) -> Result<Vec<String>, Failure> {
        if self.contains(new) {
            return Err(Failure::usage(format!("there is a profile `{new}` already")));
        }
        let unknown = self.unknown(old);
        let profiles = self.document.get_mut(PROFILES).and_then(Item::as_table_like_mut);
        let profiles = profiles.filter(|profiles| profiles.contains_key(old)).ok_or(unknown)?;
        // Those after it are taken out and put back behind it, so that the order stays.
        let place = profiles.iter().position(|(name, _)| name == old).unwrap_or(0);
        let later: Vec<String> = profiles.iter().skip(place).map(|(name, _)| name.to_owned()).collect();
        let items: Vec<(String, Item)> =
            later.into_iter().filter_map(|name| profiles.remove(&name).map(|item| (name, item))).collect();
        for (name, item) in items {
            profiles.insert(if name == old { new } else { &name }, item);
        }
        self.follow(old, Some(new))
    }

    /// Adds a profile; an existing one is not overwritten.
    pub(crate) fn add(&mut self, profile: &Profile) -> Result<(), Failure> {
        let name = &profile.name;
        if self.contains(name) {
            return Err(Failure::usage(format!("there is a profile `{name}` already"))
                .with_help(format!("`backhaul profile set {name}` changes it")));
        }
        let mut parent = Table::new();
        parent.set_implicit(true);
        let profiles = self.document.entry(PROFILES).or_insert(Item::Table(parent));
        if let Some(profiles) = profiles.as_table_like_mut() {
            let mut table = entry::write(profile);
            if !profiles.is_empty() {
                table.decor_mut().set_prefix("\n");
            }
            profiles.insert(name, Item::Table(table));
        }
        Ok(())
    }

    /// Removes a profile and the comment right above it; what stands further above stays. Gives the lists that it was
    /// in.
    pub(crate) fn remove(&mut self, name: &str) -> Result<Vec<String>, Failure> {
        self.take_out(name)?;
        self.follow(name, None)
    }

    fn take_out(&mut self, name: &str) -> Result<(), Failure> {
        let unknown = self.unknown(name);
        let profiles = self.document.get_mut(PROFILES).and_then(Item::as_table_like_mut);
        let profiles = profiles.filter(|table| table.contains_key(name)).ok_or(unknown)?;
        let place = profiles.iter().position(|(key, _)| key == name).unwrap_or(0);
        let removed = profiles.remove(name);
        let kept = removed.as_ref().and_then(Item::as_table).and_then(comment_of_others).unwrap_or_default();
        if kept.is_empty() {
            return Ok(());
        }
        let next = profiles.iter_mut().nth(place).map(|(_, item)| item);
        if let Some(next) = next.and_then(Item::as_table_mut) {
            let own = prefix(next).trim_start_matches(['\r', '\n']).to_owned();
            next.decor_mut().set_prefix(format!("{kept}{own}"));
        } else {
            let trailing = self.document.trailing().as_str().unwrap_or_default().to_owned();
            self.document.set_trailing(format!("{}{trailing}", kept.trim_end_matches('\n').to_owned() + "\n"));
        }
        Ok(())
    }

    /// Writes the file: a new one beside it, then renamed over it, so that a reader sees the old or the new, never
    /// half. Only its owner may read it. A link stays a link.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let fail = |error: io::Error| Failure::internal(format!("cannot write {}: {error}", path.display()));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create_private_folder(folder).map_err(fail)?;
        // tempfile opens with mode 0600 on Unix.
        let mut file = tempfile::Builder::new().prefix(".config.").suffix(".tmp").tempfile_in(folder).map_err(fail)?;
        file.write_all(self.document.to_string().as_bytes()).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&path).map_err(|error| fail(error.error))?;
        Ok(())
    }

    /// The failure that no profile has that name.
    pub(crate) fn unknown(&self, name: &str) -> Failure {
        let hint = suggest::hint(name, self.names());
        Failure::usage(format!("there is no profile `{name}` in {}{hint}", self.path.display()))
    }

    fn profiles(&self) -> Option<&dyn TableLike> {
        self.document.get(PROFILES).and_then(Item::as_table_like)
    }
}

fn prefix(table: &Table) -> &str {
    table.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or_default()
}

/// What stands above a table and, by the blank line after it, belongs to the file and not to the table.
fn comment_of_others(table: &Table) -> Option<String> {
    let prefix = prefix(table);
    let end = prefix.trim_end_matches('\n').rfind("\n\n").map(|at| at + 2).or_else(|| {
        // A comment, a blank line, then the table.
        prefix.ends_with("\n\n").then_some(prefix.len())
    })?;
    let kept = &prefix[..end];
    kept.contains('#').then(|| kept.to_owned())
}

#[cfg(unix)]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
