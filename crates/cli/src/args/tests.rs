//! Tests of the command line.

use clap::{CommandFactory, Parser};

use super::*;
use crate::exit::Code;
use crate::input::{Expression, Source};
use crate::output::Format;

fn parse(line: &str) -> Result<Verb, clap::Error> {
    let words = shlex::split(line).unwrap_or_default();
    Cli::try_parse_from(std::iter::once("backhaul".to_owned()).chain(words)).map(|cli| cli.verb)
}

#[test]
fn clap_finds_no_fault() {
    Cli::command().debug_assert();
}

/// The help of every verb, in one golden.
#[test]
fn help() {
    fn collect(command: &mut clap::Command, path: &str, text: &mut String) {
        let path = format!("{path}{}", command.get_name());
        let help = command.render_long_help().to_string();
        let lines = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        text.push_str(&format!("==== {path}\n{lines}\n\n"));
        for verb in command.get_subcommands_mut().filter(|verb| verb.get_name() != "help") {
            collect(verb, &format!("{path} "), text);
        }
    }
    let mut command = Cli::command().term_width(110);
    command.build();
    let mut text = String::new();
    collect(&mut command, "", &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn no_flag_takes_a_secret() {
    fn check(command: &clap::Command) {
        for name in command.get_arguments().filter_map(clap::Arg::get_long) {
            let secret = name.contains("password") || name.contains("token") || name.contains("secret");
            let source =
                ["password-file", "password-env", "password-command", "password-keyring", "token-file"].contains(&name);
            assert!(!secret || source, "--{name}");
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}

#[test]
fn every_line_of_the_contract_parses() {
    for line in [
        "usage",
        "usage -p a -p b --filter 'used_bytes>1' --sort-asc tenant -o csv",
        "usage --sort-desc used_bytes -o table --api-version v8 --em-format xml --timeout 30 -v --demo",
        "query em.CloudSubtenant -p a --param a=b --param c=d --filter @f --sort-asc a --limit 5 --fields A,B -o ndjson",
        "query vb365.Organization --em-format json --timeout 5s --demo -vv",
        "call vb365.OrganizationGet -p a --param id=1 --body - --wait --out f -o raw",
        "call em.PostBackupServersByIdQuickbackup --body f.xml -o json --demo",
        "ops vb365 --api-version v8 -o json",
        "types zstack --api-version 5.2.1 -o table",
        "check em.CloudTenant a.xml -",
        "check vb365 --request 'GET /v8/Organizations?limit=1' --api-version v8 --status 200 --strict a b -o json",
        "filter fmt 'a==b'",
        "filter check - --type em.Job",
        "filter explain @f --type zstack.BackupStorage",
        "filter url 'a==b' --type em.Job",
        "sim",
        "sim --em 127.0.0.1:0 --vb365 127.0.0.1:0 --zstack [::1]:0 --http --announce json --em-release 12",
        "sim --tls --estate f --faults g --user u --password-file p",
        "sim --scale 100 --em-release 13",
        "profile add a --system em --url https://a --user u --password-file f --pin ab --api-version v1_7",
        "profile add a --system VB365 --url https://a --password-env V --ca f",
        "profile add a --system zstack --url http://a --password-command 'pass a' --insecure",
        "profile list",
        "profile show a",
        "profile test a",
        "profile remove a",
        "completions bash",
    ] {
        assert!(
            parse(line).is_ok(),
            "{line}: {}",
            parse(line).map_or_else(|error| error.to_string(), |_| String::new())
        );
    }
}

#[test]
fn what_contradicts_itself_is_a_usage_error() {
    for line in [
        "",
        "usage --sort-asc a --sort-desc b",
        "usage -o raw",
        "usage --em-format yaml",
        "usage --timeout soon",
        "query CloudSubtenant",
        "query em.CloudSubtenant --param novalue",
        "query em.CloudSubtenant --limit -1",
        "call em.Logon -o table",
        "call em.Logon -p a -p b",
        "ops aws",
        "check em.Job",
        "check em --request GET a",
        "check em.Job a --status 42",
        "sim --http --tls",
        "sim --scale 5 --estate f",
        "sim --user u",
        "sim --em nowhere",
        "profile add a --system em",
        "profile add a --system em --url https://a --password-file f --password-env V",
        "profile add a --system em --url https://a --pin a --insecure",
        "profile add a --system em --url https://a --password hunter2",
        "profile",
        "completions tcl",
    ] {
        let error = parse(line).err();
        assert_eq!(error.map(|error| error.exit_code()), Some(Code::Usage as i32), "{line}");
    }
}

#[test]
fn values_arrive_as_types() {
    let Ok(Verb::Query(query)) =
        parse("query EM.cloudsubtenant --filter - --fields A,B --sort-desc A -o CSV --param a=b=c -v -v")
    else {
        unreachable!("it parses");
    };
    assert_eq!(query.target.to_string(), "em.cloudsubtenant");
    assert_eq!(query.filter, Some(Expression::Source(Source::Stdin)));
    assert_eq!(query.fields, ["A", "B"]);
    assert_eq!(query.sort.order(), Some(("A", true)));
    assert_eq!(query.output.format, Some(Format::Csv));
    assert_eq!(query.params, [("a".to_owned(), "b=c".to_owned())]);
    assert_eq!(query.connection.verbose, 2);
}

#[test]
fn check_takes_a_type_or_a_request() {
    let checked = |line: &str| match parse(line) {
        Ok(Verb::Check(check)) => check.checked().map(|checked| format!("{checked:?}")).map_err(|f| f.code()),
        _ => unreachable!("{line} parses"),
    };
    assert_eq!(checked("check em.Job a"), Ok("Type(\"Job\")".to_owned()));
    assert!(checked("check em --request 'GET /api/jobs' a").is_ok_and(|text| text.starts_with("Request")));
    for line in ["check em a", "check em.Job a --request 'GET /api/jobs'", "check em.Job - -"] {
        assert_eq!(checked(line), Err(Code::Usage), "{line}");
    }
}
