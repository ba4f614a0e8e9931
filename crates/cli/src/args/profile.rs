//! `profile`: the verbs that manage the servers that the command knows by name.
#![allow(rustdoc::bare_urls, reason = "these comments are help texts, which a terminal shows")]

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;

use super::common::Output;
use super::values;
use crate::complete;
use backhaul_transport::UtcOffset;
use backhaul_wire::System;

/// `backhaul profile`
#[derive(Debug, Args)]
#[command(after_help = "\
Profiles stand in one TOML file, which may be edited by hand: BACKHAUL_CONFIG names it, else it is the platform's \
(`backhaul profile list -v` says which). It never holds a password, only where the password comes from.

A VB365 server may be shown a logon at Microsoft: `logon` is `assertion`, or `operator` for the Restore Portal, with the \
`client_id` of the application. In place of the password then comes the platform's answer, JSON on one line.

-p takes a name, a list (a,b), a pattern ('em-*'), or @NAME: a group (`backhaul profile group`), or all profiles with that \
tag. Without -p, the default serves (`backhaul profile default`), else every profile.

Examples:
  backhaul profile add prod --system em --url https://em.example.com:9398 --user svc
  backhaul profile list
  backhaul profile test prod")]
pub(crate) struct Profile {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: ProfileVerb,

    /// Say on stderr what is going on
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileVerb {
    /// Add a profile
    Add(Box<Add>),
    /// List the profiles
    List(List),
    /// Show a profile, and where its password comes from
    Show(Show),
    /// Change a profile, and keep the rest of it
    Set(Box<Set>),
    /// Give a profile another name
    Rename(Rename),
    /// Say which profiles serve when -p is not given, or choose them
    Default(DefaultProfiles),
    /// List the groups of profiles, or say which ones a group has
    Group(Group),
    /// Log on to a profile's server, and say what answered
    Test(Name),
    /// Remove a profile
    Remove(Name),
}

/// `backhaul profile add`
#[derive(Debug, Args)]
#[command(after_help = "\
The password is asked for on the terminal, unless one of the --password options says where it comes from. A \
password file must be readable by its owner alone. A password command is split into words as a shell would, but run \
without one; the first line that it prints is the password. A keyring is that of your session: the Keychain, the \
Credential Manager, or the Secret Service of a desktop. A password for it may come on standard input.

A server's certificate is checked against the system's trusted authorities, unless --pin, --ca or --insecure \
says otherwise. --learn-pin asks the server for its certificate, sends nothing else, and pins it; compare it with:
  openssl x509 -noout -fingerprint -sha256 -in server.pem

An existing profile is not overwritten: `backhaul profile set` changes it.

Examples:
  backhaul profile add prod --system em --url https://em.example.com:9398 --user svc
  backhaul profile add m365 --system vb365 --url https://vb365:4443 --user svc --password-file m365.pw
  backhaul profile add cloud --system zstack --url http://10.0.0.5:8080 --user admin --password-command 'pass z'
  backhaul profile add east --system zstack --url https://z --access-key BVnI... --utc-offset +08:00")]
pub(crate) struct Add {
    /// The profile's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What runs on the server
    #[arg(long, value_name = "SYSTEM", value_parser = values::system(), ignore_case = true)]
    pub(crate) system: System,

    // Text on purpose: clap would print a refused value, and a URL may hold a password.
    /// The server's address, such as https://em.example.com:9398
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,

    /// Other addresses of the same server: links that name one of them are followed, at the address of the profile
    #[arg(long, value_name = "URL,URL", value_delimiter = ',')]
    pub(crate) also_known_as: Option<Vec<String>>,

    /// The account
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// The account of which --user is a user (zstack)
    #[arg(long, value_name = "NAME", requires = "user")]
    pub(crate) account: Option<String>,

    /// The id of an access key in place of an account; its secret comes from where a password would (zstack)
    #[arg(long, value_name = "ID", conflicts_with_all = ["user", "account"])]
    pub(crate) access_key: Option<String>,

    /// How far the server's clock is ahead of UTC, such as +08:00: an access key needs it (zstack)
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true, value_parser = UtcOffset::parse)]
    pub(crate) utc_offset: Option<UtcOffset>,

    /// The API version to speak, in place of the newest that both sides know [em: v1_7, vb365: v8]
    #[arg(long, value_name = "V")]
    pub(crate) api_version: Option<String>,

    /// Words by which -p @TAG finds the profile
    #[arg(long, alias = "tag", value_name = "A,B", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,

    #[command(flatten)]
    pub(crate) password: Password,

    #[command(flatten)]
    pub(crate) trust: Trust,

    #[command(flatten)]
    pub(crate) tls: Tls,
}

/// `backhaul profile set`
#[derive(Debug, Args)]
#[command(after_help = "\
Only what is named changes. What else stands in the file, comments too, stays.

Examples:
  backhaul profile set prod --learn-pin
  backhaul profile set prod --url https://em2.example.com:9398
  backhaul profile set prod --password-command 'pass em' --tags berlin,customer-7")]
pub(crate) struct Set {
    /// The profile's name
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(complete::own_profiles))]
    pub(crate) name: String,

    // Text on purpose: clap would print a refused value, and a URL may hold a password.
    /// The server's address, such as https://em.example.com:9398
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Other addresses of the same server: links that name one of them are followed, at the address of the profile
    #[arg(long, value_name = "URL,URL", value_delimiter = ',')]
    pub(crate) also_known_as: Option<Vec<String>>,

    /// The account, or the id of the access key that the profile has
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// The API version to speak; `newest` goes back to the newest that both sides know
    #[arg(long, value_name = "V")]
    pub(crate) api_version: Option<String>,

    /// Words by which -p @TAG finds the profile, in place of those that it has
    #[arg(long, alias = "tag", value_name = "A,B", value_delimiter = ',')]
    pub(crate) tags: Option<Vec<String>>,

    #[command(flatten)]
    pub(crate) password: Password,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Trust what the system's authorities vouch for, and nothing else
    #[arg(long, conflicts_with_all = ["pin", "learn_pin", "ca", "insecure"], help_heading = "TLS")]
    pub(crate) system_trust: bool,

    #[command(flatten)]
    pub(crate) tls: Tls,

    /// Show the server no certificate any more
    #[arg(long, conflicts_with = "client_certificate", help_heading = "TLS")]
    pub(crate) no_client_certificate: bool,
}

/// `backhaul profile rename`
#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The profile's name
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(complete::own_profiles))]
    pub(crate) name: String,

    /// Its new name
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
}

/// `backhaul profile default`
#[derive(Debug, Args)]
#[command(after_help = "\
It stands at the file's top: default = [\"em1\", \"vb-*\"].

Examples:
  backhaul profile default
  backhaul profile default em1 'vb-*' @berlin
  backhaul profile default --clear")]
pub(crate) struct DefaultProfiles {
    /// Names, patterns ('em-*') and groups (@berlin)
    #[arg(value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profiles: Vec<String>,

    /// Have no default: without -p every profile is asked
    #[arg(long, conflicts_with = "profiles")]
    pub(crate) clear: bool,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// `backhaul profile group`
#[derive(Debug, Args)]
#[command(after_help = "\
Groups stand in the file: [groups] with berlin = [\"em1\", \"vb-*\"]. A tag of profiles serves as well, and needs no group.

Examples:
  backhaul profile group
  backhaul profile group berlin em1 'vb-*'
  backhaul profile group berlin --remove")]
pub(crate) struct Group {
    /// The group's name, as in -p @NAME
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(complete::groups))]
    pub(crate) name: Option<String>,

    /// The names and patterns ('em-*') that it stands for, in place of those that it has
    #[arg(value_name = "PROFILE", add = ArgValueCompleter::new(complete::own_profiles))]
    pub(crate) profiles: Vec<String>,

    /// Remove the group, and none of its profiles
    #[arg(long, requires = "name", conflicts_with = "profiles")]
    pub(crate) remove: bool,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where the password comes from: at most one; none asks on the terminal.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[command(next_help_heading = "Password")]
pub(crate) struct Password {
    /// A file that holds the password
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// The environment variable that holds the password
    #[arg(long, value_name = "NAME")]
    pub(crate) password_env: Option<String>,

    /// The command that prints the password
    #[arg(long, value_name = "COMMAND")]
    pub(crate) password_command: Option<String>,

    /// Ask for the password now, and keep it in the keyring of the platform; not in every build (feature `keyring`)
    #[arg(long)]
    pub(crate) password_keyring: bool,
}

/// Which certificate is trusted: at most one; none trusts the system's authorities.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Trust {
    /// Trust the certificate with this SHA-256 fingerprint, and no other
    #[arg(long, value_name = "SHA256")]
    pub(crate) pin: Option<String>,

    /// Ask the server for its certificate, and trust it from now on, and no other
    #[arg(long)]
    pub(crate) learn_pin: bool,

    /// Trust the authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// Trust any certificate: anyone on the way can read the password
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// How TLS is spoken.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Tls {
    /// Which TLS speaks: `platform` reaches old servers that rustls cannot, in a build with `--features platform-tls`
    #[arg(long, value_name = "rustls|platform")]
    pub(crate) tls: Option<String>,

    /// The certificate (PEM) by which the server knows this client
    #[arg(long, value_name = "FILE")]
    pub(crate) client_certificate: Option<PathBuf>,

    /// Its key (PEM), where that is in a file of its own; nobody but its owner may read it
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    pub(crate) client_key: Option<PathBuf>,
}

/// `backhaul profile list`
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `backhaul profile show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The profile's name
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(complete::own_profiles))]
    pub(crate) name: String,

    /// Say of each value where it comes from: rows of key, value and origin
    #[arg(long)]
    pub(crate) origin: bool,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// The name of a profile.
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// The profile's name
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(complete::own_profiles))]
    pub(crate) name: String,
}
