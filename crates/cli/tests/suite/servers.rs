//! The command as a library: the profiles that a person has named, as clients.

use backhaul::servers::{Choice, Code};
use backhaul_wire::System;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::test]
async fn another_program_speaks_to_the_servers_that_the_command_knows() -> Result {
    let choice = Choice { demo: true, quiet: true, ..Choice::default() };
    let all = choice.open().await?;
    let names: Vec<&str> = all.ready.iter().map(|peer| peer.name.as_str()).collect();
    assert_eq!(names, ["demo-em", "demo-vb365", "demo-vb365-org", "demo-zstack"]);

    let some =
        Choice { profiles: vec!["demo-*".into()], system: Some(System::Zstack), ..choice.clone() }.open().await?;
    let [zstack] = &some.ready[..] else { return Err(format!("{:?}", some.ready).into()) };
    zstack.client.logon().await?;
    zstack.client.logout().await?;

    let wrong = Choice { profiles: vec!["demo-em".into()], system: Some(System::Zstack), ..choice }.open().await;
    assert_eq!(wrong.err().map(|failure| failure.code()), Some(Code::Usage));
    Ok(())
}
