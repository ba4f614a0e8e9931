//! A profile as a table of the configuration file.

use std::path::{Path, PathBuf};

use toml_edit::{Item, Table, TableLike, value};
use url::Url;

use backhaul_transport::net::PinError;
use backhaul_transport::{UtcOffset, ZstackLogon};
use backhaul_wire::System;

use super::{Backend, ClientFiles, Microsoft, Profile, Tls, Trust, check_logon, parse_url, without_slash};
use crate::exit::Failure;
use crate::secret::Source;
use crate::{api_version, suggest};

const KEYS: [&str; 21] = [
    "system",
    "url",
    "also_known_as",
    "user",
    "account",
    "access_key",
    "utc_offset",
    "password_file",
    "password_env",
    "password_command",
    "password_keyring",
    "pin",
    "ca",
    "insecure",
    "tls",
    "client_certificate",
    "client_key",
    "api_version",
    "logon",
    "client_id",
    "tags",
];

/// A profile as read, and what in its table nobody understands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) profile: Profile,
    /// One sentence for each key that is not known.
    pub(crate) warnings: Vec<String>,
}

/// Reads the profile `name` from its table; relative paths start at `folder`, where the file is.
pub(crate) fn read(name: &str, table: &dyn TableLike, folder: &Path) -> Result<Read, Failure> {
    let keys = Keys { name, table, folder };
    if let Some(key) = ["password", "secret", "token"].into_iter().find(|key| table.contains_key(key)) {
        return Err(keys.wrong(key, "a password does not belong into this file")).map_err(|failure: Failure| {
            failure.with_help(
                "use password_file, password_env, password_command or password_keyring, and change the password",
            )
        });
    }
    let system = keys.required("system")?.parse().map_err(|problem: String| keys.wrong("system", &problem))?;
    let (user, logon) = check_logon(system, keys.text("user")?, keys.text("account")?, keys.text("access_key")?)
        .map_err(|(key, problem)| keys.wrong(key, problem))?;
    let profile = Profile {
        name: name.to_owned(),
        system,
        url: keys.url()?,
        also_known_as: keys.also_known_as()?,
        user,
        logon,
        utc_offset: keys.utc_offset()?,
        password: keys.password()?,
        trust: keys.trust()?,
        tls: keys.tls()?,
        api_version: keys
            .text("api_version")?
            .map(|text| api_version::normalise(system, &text).map_err(|problem| keys.wrong("api_version", &problem)))
            .transpose()?,
        microsoft: keys.microsoft(system)?,
        tags: keys.tags()?,
    };
    let unknown = table.iter().map(|(key, _)| key).filter(|key| !KEYS.contains(key));
    let warnings = unknown
        .map(|key| format!("profile `{name}`: the key `{key}` is not known{}", suggest::hint(key, KEYS)))
        .collect();
    Ok(Read { profile, warnings })
}

pub(crate) fn write(profile: &Profile) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, text: &str| {
        table.insert(key, value(text));
    };
    put("system", profile.system.name());
    put("url", profile.address());
    if !profile.also_known_as.is_empty() {
        let names = profile.also_known_as.iter().map(without_slash).collect::<toml_edit::Array>();
        table.insert("also_known_as", value(names));
    }
    let mut put = |key: &str, text: &str| {
        table.insert(key, value(text));
    };
    if let Some(user) = &profile.user {
        put(if profile.logon == ZstackLogon::AccessKey { "access_key" } else { "user" }, user);
    }
    if let ZstackLogon::User(account) = &profile.logon {
        put("account", account);
    }
    if let Some(offset) = profile.utc_offset {
        put("utc_offset", &offset.to_string());
    }
    match &profile.password {
        Source::File(path) => put("password_file", &path.to_string_lossy()),
        Source::Env(name) => put("password_env", name),
        Source::Keyring(name) => put("password_keyring", name),
        Source::Command(words) => {
            table.insert("password_command", value(words.iter().map(String::as_str).collect::<toml_edit::Array>()));
        }
        Source::Prompt => {}
    }
    match &profile.trust {
        Trust::System => {}
        Trust::Pin(pin) => {
            table.insert("pin", value(pin.to_string()));
        }
        Trust::Ca(path) => {
            table.insert("ca", value(path.to_string_lossy().into_owned()));
        }
        Trust::Insecure => {
            table.insert("insecure", value(true));
        }
    }
    if profile.tls.backend != Backend::default() {
        table.insert("tls", value(profile.tls.backend.name()));
    }
    if let Some(ClientFiles { certificate, key }) = &profile.tls.client {
        table.insert("client_certificate", value(certificate.to_string_lossy().into_owned()));
        if let Some(key) = key {
            table.insert("client_key", value(key.to_string_lossy().into_owned()));
        }
    }
    if let Some(version) = &profile.api_version {
        table.insert("api_version", value(version));
    }
    if let Some(microsoft) = &profile.microsoft {
        table.insert("logon", value(microsoft.kind()));
        table.insert("client_id", value(&microsoft.client_id));
    }
    if !profile.tags.is_empty() {
        table.insert("tags", value(profile.tags.iter().map(String::as_str).collect::<toml_edit::Array>()));
    }
    table
}

/// Writes the profile over its table: keys of ours that it no longer has go, those that are not ours stay.
pub(crate) fn update(table: &mut dyn TableLike, profile: &Profile) {
    let written = write(profile);
    for key in KEYS {
        let same = match (table.get(key), written.get(key)) {
            (Some(old), Some(new)) => plain(old) == plain(new),
            (old, new) => old.is_none() && new.is_none(),
        };
        match written.get(key) {
            _ if same => {}
            Some(new) => drop(table.insert(key, new.clone())),
            None => drop(table.remove(key)),
        }
    }
}

/// What an item says, without how it is laid out.
fn plain(item: &Item) -> String {
    item.clone()
        .into_value()
        .map(|mut value| {
            value.decor_mut().clear();
            value.to_string()
        })
        .unwrap_or_default()
}

/// The keys of one profile's table.
struct Keys<'a> {
    name: &'a str,
    table: &'a dyn TableLike,
    folder: &'a Path,
}

impl Keys<'_> {
    fn wrong(&self, key: &str, problem: &str) -> Failure {
        Failure::usage(format!("profile `{}`, `{key}`: {problem}", self.name))
    }

    fn text(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        let text = item.as_str().ok_or_else(|| self.wrong(key, "it must be text in quotes"))?;
        Ok(Some(text.to_owned()))
    }

    fn required(&self, key: &str) -> Result<String, Failure> {
        self.text(key)?.ok_or_else(|| self.wrong(key, "it is missing"))
    }

    fn url(&self) -> Result<Url, Failure> {
        parse_url(&self.required("url")?).map_err(|failure| self.wrong("url", failure.message()))
    }

    /// `logon = "assertion"` or `"operator"`, with the `client_id` of the application.
    fn microsoft(&self, system: System) -> Result<Option<Microsoft>, Failure> {
        let (logon, client_id) = (self.text("logon")?, self.text("client_id")?);
        let Some(logon) = logon.filter(|logon| logon != "password") else {
            return match client_id {
                Some(_) => Err(self.wrong("client_id", "it belongs to `logon`, which is missing")),
                None => Ok(None),
            };
        };
        if system != System::Vb365 {
            return Err(self.wrong("logon", &format!("{system} takes a password only")));
        }
        let operator = match logon.as_str() {
            Microsoft::ASSERTION => false,
            Microsoft::OPERATOR => true,
            _ => return Err(self.wrong("logon", "it must be `password`, `assertion` or `operator`")),
        };
        let client_id = client_id.filter(|id| !id.is_empty());
        let client_id = client_id.ok_or_else(|| self.wrong("client_id", "it is missing"))?;
        Ok(Some(Microsoft { client_id, operator }))
    }

    /// A list of words, by which `-p @TAG` finds the profile.
    fn tags(&self) -> Result<Vec<String>, Failure> {
        self.list("tags", "words")
    }

    fn list(&self, key: &str, of: &str) -> Result<Vec<String>, Failure> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let list = item.as_array().and_then(|list| list.iter().map(|text| text.as_str().map(str::to_owned)).collect());
        list.ok_or_else(|| self.wrong(key, &format!("it must be a list of {of}, each in quotes")))
    }

    fn also_known_as(&self) -> Result<Vec<Url>, Failure> {
        let key = "also_known_as";
        let names = self.list(key, "addresses")?;
        names.iter().map(|url| parse_url(url).map_err(|failure| self.wrong(key, failure.message()))).collect()
    }

    fn tls(&self) -> Result<Tls, Failure> {
        let backend = self.text("tls")?.map(|text| text.parse()).transpose();
        let backend = backend.map_err(|problem: String| self.wrong("tls", &problem))?.unwrap_or_default();
        let client = match (self.path("client_certificate")?, self.path("client_key")?) {
            (Some(certificate), key) => Some(ClientFiles { certificate, key }),
            (None, None) => None,
            (None, Some(_)) => {
                return Err(self.wrong("client_key", "it belongs to `client_certificate`, which is missing"));
            }
        };
        Ok(Tls { backend, client })
    }

    fn utc_offset(&self) -> Result<Option<UtcOffset>, Failure> {
        let key = "utc_offset";
        let parsed = self.text(key)?.map(|text| UtcOffset::parse(&text)).transpose();
        parsed.map_err(|problem| self.wrong(key, &problem.to_string()))
    }

    fn path(&self, key: &str) -> Result<Option<PathBuf>, Failure> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let home = text.strip_prefix("~/").zip(etcetera::home_dir().ok());
        Ok(Some(home.map_or_else(|| self.folder.join(&text), |(rest, home)| home.join(rest))))
    }

    fn password(&self) -> Result<Source, Failure> {
        let file = self.path("password_file")?.map(Source::File);
        let env = self.text("password_env")?.map(Source::Env);
        let command = self.command()?;
        let keyring = self.text("password_keyring")?.map(Source::Keyring);
        let mut sources = [file, env, command, keyring].into_iter().flatten();
        let source = sources.next().unwrap_or(Source::Prompt);
        match sources.next() {
            None => Ok(source),
            Some(second) => Err(self.wrong(
                &format!("password_{}", second.kind()),
                &format!("password_{} says already where the password comes from", source.kind()),
            )),
        }
    }

    /// A list of words, or one text that is split into words.
    fn command(&self) -> Result<Option<Source>, Failure> {
        let key = "password_command";
        let Some(Item::Value(toml_edit::Value::Array(words))) = self.table.get(key) else {
            let line = self.text(key)?;
            let source = line.map(|line| Source::command(&line)).transpose();
            return source.map_err(|failure| self.wrong(key, failure.message()));
        };
        let words: Option<Vec<String>> = words.iter().map(|word| word.as_str().map(str::to_owned)).collect();
        match words {
            Some(words) if !words.is_empty() => Ok(Some(Source::Command(words))),
            _ => Err(self.wrong(key, "it must be a list of words, each in quotes")),
        }
    }

    fn trust(&self) -> Result<Trust, Failure> {
        let pin = self.text("pin")?.map(|text| text.parse()).transpose();
        let pin = pin.map_err(|problem: PinError| self.wrong("pin", &problem.to_string()))?.map(Trust::Pin);
        let ca = self.path("ca")?.map(Trust::Ca);
        let insecure = match self.table.get("insecure").map(Item::as_bool) {
            None | Some(Some(false)) => None,
            Some(Some(true)) => Some(Trust::Insecure),
            Some(None) => return Err(self.wrong("insecure", "it must be true or false")),
        };
        let mut trusts = [pin, ca, insecure].into_iter().flatten();
        let trust = trusts.next().unwrap_or(Trust::System);
        match trusts.next() {
            None => Ok(trust),
            Some(second) => Err(self.wrong(second.kind(), &format!("it contradicts `{}`", trust.kind()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;

    fn from_text(text: &str) -> Result<Read, Failure> {
        let document: toml_edit::DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| Failure::internal(error.to_string()))?;
        read("p", document.as_table(), Path::new("/etc/backhaul"))
    }

    #[test]
    fn what_is_written_is_read() -> Result<(), Failure> {
        let pin = "ab".repeat(32).parse().map_err(|error: PinError| Failure::internal(error.to_string()))?;
        for (password, trust) in [
            (Source::File("/run/pw".into()), Trust::Pin(pin)),
            (Source::Env("PW".into()), Trust::Ca("/etc/ca.pem".into())),
            (Source::Command(["op", "read", "a b"].map(String::from).into()), Trust::Insecure),
            (Source::Keyring("em1".into()), Trust::System),
            (Source::Prompt, Trust::System),
        ] {
            let operator = trust == Trust::System;
            let profile = Profile {
                name: "p".into(),
                system: backhaul_wire::System::Vb365,
                url: parse_url("https://vb365.example.com:4443")?,
                user: Some("DOMAIN\\svc".into()),
                logon: ZstackLogon::Account,
                utc_offset: None,
                password,
                trust,
                also_known_as: vec![parse_url("https://localhost:4443")?, parse_url("https://gw/m365")?],
                tls: Tls {
                    backend: Backend::default(),
                    client: operator.then(|| ClientFiles {
                        certificate: "/etc/client.pem".into(),
                        key: Some("/etc/client.key".into()),
                    }),
                },
                api_version: Some("v8".into()),
                microsoft: operator.then(|| Microsoft { client_id: "app".into(), operator: true }),
                tags: vec!["prod".into()],
            };
            let read = from_text(&write(&profile).to_string())?;
            assert_eq!(read, Read { profile, warnings: vec![] });
        }
        Ok(())
    }

    #[test]
    fn what_logs_on_to_zstack_is_read_and_written() -> Result<(), Failure> {
        let table = "system = \"zstack\"\nurl = \"http://10.0.0.5:8080\"\n";
        for (keys, user, logon, offset) in [
            ("user = \"admin\"\n", "admin", ZstackLogon::Account, None),
            ("user = \"alice\"\naccount = \"tenant\"\n", "alice", ZstackLogon::User("tenant".into()), None),
            ("access_key = \"kid\"\nutc_offset = \"+08:00\"\n", "kid", ZstackLogon::AccessKey, Some("+08:00")),
            ("user = \"admin\"\nutc_offset = \"+00:00\"\n", "admin", ZstackLogon::Account, Some("+00:00")),
        ] {
            let read = from_text(&format!("{table}{keys}"))?;
            let profile = &read.profile;
            assert_eq!((profile.user.as_deref(), &profile.logon), (Some(user), &logon));
            assert_eq!(profile.utc_offset.map(|it| it.to_string()).as_deref(), offset);
            assert_eq!(write(profile).to_string(), format!("{table}{keys}"));
        }
        Ok(())
    }

    #[test]
    fn a_hand_written_table_may_be_short() -> Result<(), Failure> {
        let text = "system = \"EM\"\nurl = \"https://em:9398\"\npassword_file = \"pw\"\npassword_comand = \"x\"\n";
        let read = from_text(text)?;
        assert_eq!(read.profile.password, Source::File("/etc/backhaul/pw".into()));
        assert_eq!(
            read.warnings,
            ["profile `p`: the key `password_comand` is not known (did you mean `password_command`?)"]
        );
        let text = "system = \"em\"\nurl = \"https://em\"\npassword_command = \"pass 'a b'\"";
        assert_eq!(from_text(text)?.profile.password, Source::command("pass 'a b'")?);
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, key) in [
            ("url = \"https://em\"", "system"),
            ("system = \"em\"", "url"),
            ("system = \"aws\"\nurl = \"https://em\"", "system"),
            ("system = 1\nurl = \"https://em\"", "system"),
            ("system = \"em\"\nurl = \"https://a:hunter2@em\"", "url"),
            ("system = \"em\"\nurl = \"https://em\"\npassword = \"hunter2\"", "password"),
            ("system = \"em\"\nurl = \"https://em\"\npassword_env = \"A\"\npassword_file = \"b\"", "password_env"),
            ("system = \"em\"\nurl = \"https://em\"\npin = \"ab\"", "pin"),
            ("system = \"em\"\nurl = \"https://em\"\nca = \"x\"\ninsecure = true", "insecure"),
            ("system = \"em\"\nurl = \"https://em\"\ninsecure = 1", "insecure"),
            ("system = \"vb365\"\nurl = \"https://em\"\napi_version = \"v2\"", "api_version"),
            ("system = \"em\"\nurl = \"https://em\"\npassword_command = []", "password_command"),
            ("system = \"em\"\nurl = \"https://em\"\nlogon = \"operator\"\nclient_id = \"a\"", "logon"),
            ("system = \"vb365\"\nurl = \"https://em\"\nlogon = \"other\"\nclient_id = \"a\"", "logon"),
            ("system = \"vb365\"\nurl = \"https://em\"\nlogon = \"operator\"", "client_id"),
            ("system = \"vb365\"\nurl = \"https://em\"\nclient_id = \"a\"", "client_id"),
            ("system = \"em\"\nurl = \"https://em\"\naccess_key = \"a\"", "access_key"),
            ("system = \"em\"\nurl = \"https://em\"\nuser = \"a\"\naccount = \"b\"", "account"),
            ("system = \"zstack\"\nurl = \"https://z\"\naccess_key = \"a\"\nuser = \"b\"", "access_key"),
            ("system = \"zstack\"\nurl = \"https://z\"\naccess_key = \"a\"\naccount = \"b\"", "access_key"),
            ("system = \"zstack\"\nurl = \"https://z\"\naccount = \"b\"", "account"),
            ("system = \"zstack\"\nurl = \"https://z\"\nutc_offset = \"8\"", "utc_offset"),
            ("system = \"em\"\nurl = \"https://em\"\ntags = \"prod\"", "tags"),
            ("system = \"em\"\nurl = \"https://em\"\ntls = \"openssl\"", "tls"),
            ("system = \"em\"\nurl = \"https://em\"\nclient_key = \"k\"", "client_key"),
            ("system = \"em\"\nurl = \"https://em\"\nalso_known_as = \"https://x\"", "also_known_as"),
            ("system = \"em\"\nurl = \"https://em\"\nalso_known_as = [\"https://a:hunter2@x\"]", "also_known_as"),
        ] {
            let failure = from_text(text).err();
            let message = failure.as_ref().map_or("", Failure::message);
            assert!(message.contains(&format!("`{key}`")) && !message.contains("hunter2"), "{text}: {message}");
            assert_eq!(failure.map(|failure| failure.code()), Some(Code::Usage));
        }
    }
}
