//! `backhaul mcp`: the questions of the command for an assistant that speaks the Model Context Protocol, on standard
//! input and output. Nothing that it offers changes anything on a server.
//!
//! Each answer is what a command of its own prints, so that an assistant and a person at a terminal see the same.

mod ask;
mod tools;

use rmcp::ServiceExt;

use self::ask::Asker;
use self::tools::Questions;
use crate::args::mcp::Mcp;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::{Location, Wanted, select};

/// Serves until the assistant hangs up.
pub(crate) fn run(args: &Mcp, console: &Console) -> Outcome {
    let program = std::env::current_exe();
    let program = program.map_err(|error| Failure::internal(format!("this program cannot be found: {error}")))?;
    // A slip in the profiles is told to the person who starts it, and not to the assistant.
    select(Wanted { profiles: &args.profiles, demo: args.demo, system: None }, &Location::find()?)?.say(console);
    let mut servers: Vec<String> = args.profiles.iter().map(|profile| format!("--profile={profile}")).collect();
    if args.demo {
        servers.push("--demo".to_owned());
    }
    let asker = Asker { program, servers, most_rows: args.max_rows, patience: args.patience };
    connect::wait_for(async {
        let fault = |error: &dyn std::fmt::Display| Failure::internal(format!("the protocol's other side: {error}"));
        let serving = Questions::new(asker).serve(rmcp::transport::stdio()).await;
        serving.map_err(|error| fault(&error))?.waiting().await.map_err(|error| fault(&error))
    })?;
    Ok(Code::Done)
}
