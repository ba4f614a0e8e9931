//! `backhaul man`: manual pages.

use std::fs;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use crate::args::{Cli, Man};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};

/// Prints the page of the command, or writes a page for each verb into a folder.
pub(crate) fn run(args: &Man, console: &Console) -> Outcome {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.dir else {
        console.write(&rendered(command)?)?;
        return Ok(Code::Done);
    };
    let fail = |error: std::io::Error| Failure::internal(format!("cannot write to {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(fail)?;
    for command in pages(&command) {
        // `backhaul-profile-add`, as clap names a verb of a verb.
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        fs::write(folder.join(format!("{name}.1")), rendered(command)?).map_err(fail)?;
    }
    Ok(Code::Done)
}

fn rendered(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(page)
}

/// A command, its verbs, and theirs.
fn pages(command: &clap::Command) -> Vec<clap::Command> {
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    std::iter::once(command.clone()).chain(verbs.flat_map(pages)).collect()
}
