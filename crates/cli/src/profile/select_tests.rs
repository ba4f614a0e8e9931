//! Tests of the choice of servers.

use super::*;
use crate::exit::Code;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const FILE: &str = "\
[profiles.berlin]
system = \"em\"
url = \"https://berlin:9398\"

[profiles.munich]
system = \"em\"
url = \"https://munich:9398\"

[profiles.m365]
system = \"vb365\"
url = \"https://m365:4443\"
";

/// A folder, and the names chosen in it by a command line.
struct Case {
    _folder: tempfile::TempDir,
    location: Location,
}

impl Case {
    fn new(content: Option<&str>, named: bool) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("config.toml");
        if let Some(content) = content {
            std::fs::write(&path, content)?;
        }
        Ok(Self { _folder: folder, location: Location { path, named } })
    }

    fn select(&self, profiles: &[&str], demo: bool, system: Option<System>) -> Result<Selection, Failure> {
        let profiles: Vec<String> = profiles.iter().map(|&name| name.to_owned()).collect();
        select(Wanted { profiles: &profiles, demo, system }, &self.location)
    }

    fn names(&self, profiles: &[&str], demo: bool, system: Option<System>) -> Result<Vec<String>, Code> {
        let selection = self.select(profiles, demo, system).map_err(|failure| failure.code())?;
        Ok(selection.servers.iter().map(|server| server.name().to_owned()).collect())
    }
}

fn ok(names: &[&str]) -> Result<Vec<String>, Code> {
    Ok(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn without_a_file_the_demo_serves() -> Result {
    let case = Case::new(None, false)?;
    assert_eq!(case.names(&[], false, None), ok(&["demo-em", "demo-vb365", "demo-vb365-org", "demo-zstack"]));
    assert_eq!(case.names(&[], false, Some(System::Vb365)), ok(&["demo-vb365"]));
    assert_eq!(case.names(&["demo-vb365-org", "demo-em"], false, None), ok(&["demo-vb365-org", "demo-em"]));
    assert_eq!(case.names(&["prod"], false, None), Err(Code::Usage));
    assert_eq!(case.names(&["demo-em", "prod"], false, None), Err(Code::Usage));
    assert!(case.select(&[], false, None)?.notice.is_some_and(|notice| notice.contains("no configuration file")));
    Ok(())
}

#[test]
fn a_file_that_is_named_and_missing_is_an_error_unless_the_demo_is_asked_for() -> Result {
    let case = Case::new(None, true)?;
    for profiles in [&[][..], &["demo-em"], &["prod"]] {
        assert_eq!(case.names(profiles, false, None), Err(Code::Usage), "{profiles:?}");
    }
    assert_eq!(case.names(&["demo-zstack"], true, None), ok(&["demo-zstack"]));
    Ok(())
}

#[test]
fn with_a_file_its_profiles_serve() -> Result {
    let case = Case::new(Some(FILE), true)?;
    assert_eq!(case.names(&[], false, None), ok(&["berlin", "munich", "m365"]));
    assert_eq!(case.names(&[], false, Some(System::Em)), ok(&["berlin", "munich"]));
    assert_eq!(case.names(&["munich", "berlin", "munich"], false, None), ok(&["munich", "berlin"]));
    assert_eq!(case.names(&["m365"], false, Some(System::Em)), Err(Code::Usage));
    assert_eq!(case.names(&[], false, Some(System::Zstack)), Err(Code::Usage));
    assert_eq!(case.select(&[], false, None)?.notice, None);
    let slip = case.select(&["berln"], false, None).err().ok_or("it was found")?;
    assert!(slip.message().ends_with("(did you mean `berlin`?)"), "{slip}");
    Ok(())
}

#[test]
fn with_a_file_the_demo_serves_only_when_asked_for() -> Result {
    let case = Case::new(Some(FILE), false)?;
    let refused = case.select(&["demo-em"], false, None).err().ok_or("it served")?;
    assert!(refused.code() == Code::Usage && refused.help().is_some_and(|help| help.contains("--demo")), "{refused}");
    assert_eq!(case.names(&["demo-em"], true, None), ok(&["demo-em"]));
    assert_eq!(case.names(&[], true, None), ok(&["demo-em", "demo-vb365", "demo-vb365-org", "demo-zstack"]));
    assert_eq!(case.names(&["berlin"], true, None), Err(Code::Usage));
    assert_eq!(case.names(&["demo-em"], true, Some(System::Zstack)), Err(Code::Usage));
    Ok(())
}

#[test]
fn an_empty_file_serves_nobody() -> Result {
    let case = Case::new(Some(""), false)?;
    assert_eq!(case.names(&[], false, None), Err(Code::Usage));
    Ok(())
}

#[test]
fn a_broken_profile_does_not_stop_the_other_systems() -> Result {
    let case = Case::new(Some(&format!("{FILE}\n[profiles.broken]\nsystem = \"zstack\"\n")), false)?;
    assert_eq!(case.names(&[], false, Some(System::Vb365)), ok(&["m365"]));
    assert_eq!(case.select(&[], false, Some(System::Vb365))?.warnings.len(), 1);
    assert_eq!(case.names(&[], false, None), Err(Code::Usage));
    assert_eq!(case.names(&["broken"], false, None), Err(Code::Usage));
    Ok(())
}

#[test]
fn one_server_must_be_the_only_one() -> Result {
    let case = Case::new(Some(FILE), false)?;
    let one = |system| select_one(Wanted { system: Some(system), ..Wanted::default() }, &case.location);
    assert_eq!(one(System::Vb365)?.0.name(), "m365");
    let many = one(System::Em).err().ok_or("it chose")?;
    assert_eq!(many.help(), Some("name one with -p: berlin, munich"));
    Ok(())
}

#[test]
fn fleets_are_chosen_by_lists_patterns_groups_and_tags() -> Result {
    let rest = "\n[profiles.\"a,b\"]\nsystem = \"zstack\"\nurl = \"https://ab\"\ntags = [\"south\"]\n\n[groups]\n\
                south = [\"m*\"]\nall = [\"*\"]\nhalf = \"berlin\"\n";
    let tagged = FILE.replace("https://berlin:9398\"\n", "https://berlin:9398\"\ntags = [\"old\", \"north\"]\n");
    let case = Case::new(Some(&format!("{tagged}{rest}")), true)?;
    for (profiles, system, chosen) in [
        (&["munich,berlin"][..], None, &["munich", "berlin"][..]),
        (&["m*"], None, &["munich", "m365"]),
        (&["m*"], Some(System::Em), &["munich"]),
        (&["m?nich", "*"], Some(System::Em), &["munich", "berlin"]),
        (&["@south"], None, &["munich", "m365"]),
        (&["@north"], None, &["berlin"]),
        (&["@half,@south"], Some(System::Vb365), &["m365"]),
        (&["@all"], Some(System::Zstack), &["a,b"]),
        // A profile that is called so wins.
        (&["a,b"], None, &["a,b"]),
    ] {
        assert_eq!(case.names(profiles, false, system), ok(chosen), "{profiles:?}");
    }
    for (profiles, system) in
        [(&["x*"][..], None), (&["@west"], None), (&["berlin,m365"], Some(System::Em)), (&["m*"], Some(System::Zstack))]
    {
        assert_eq!(case.names(profiles, false, system), Err(Code::Usage), "{profiles:?}");
    }
    let demo = Case::new(None, false)?;
    assert_eq!(demo.names(&["demo-v*"], false, None), ok(&["demo-vb365", "demo-vb365-org"]));
    Ok(())
}

#[test]
fn the_default_serves_when_none_is_named() -> Result {
    let case = Case::new(Some(&format!("default = [\"berlin\", \"m365\"]\n\n{FILE}")), true)?;
    assert_eq!(case.names(&[], false, None), ok(&["berlin", "m365"]));
    assert_eq!(case.names(&[], false, Some(System::Em)), ok(&["berlin"]));
    assert_eq!(case.names(&["munich"], false, None), ok(&["munich"]));
    let other = Case::new(Some(&format!("default = \"m365\"\n\n{FILE}")), true)?;
    assert_eq!(other.names(&[], false, Some(System::Em)), ok(&["berlin", "munich"]));
    let wrong = Case::new(Some(&format!("default = 1\n\n{FILE}")), true)?;
    assert_eq!(wrong.names(&[], false, None), Err(Code::Usage));
    Ok(())
}
