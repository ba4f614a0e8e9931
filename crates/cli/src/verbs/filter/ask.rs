//! `filter check -p`: what a server itself says of a filter.

use backhaul_filter::{Parsed, Selection};
use backhaul_models::em::QuerySvc;
use backhaul_models::registry;
use backhaul_transport::{Arguments, Params};
use backhaul_wire::System;

use crate::args::filter::Check;
use crate::connect::{self, Peer, Peers, Size};
use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::profile::{Location, Wanted, select_one};
use crate::verbs::query::{Listing, refused_by, wordings};

/// The operation that lists what an Enterprise Manager can be asked for.
const QUERY_SERVICE: &str = "GetQuerySvc";

/// Asks the server for the first row that the filter finds. Gives what it says against that; `unlisted` are the fields
/// that this release does not know, of which it is said that the server takes them.
pub(super) fn run(
    parsed: &Parsed,
    listing: &Listing,
    args: &Check,
    unlisted: &[String],
    console: &Console,
) -> Result<Option<String>, Failure> {
    let system = listing.operation.system;
    let profiles: Vec<String> = args.profile.iter().cloned().collect();
    let wanted = Wanted { profiles: &profiles, demo: args.connection.demo, system: Some(system) };
    let (server, selection) = select_one(wanted, &Location::find()?)?;
    selection.say(console);
    let ask = Selection { filter: Some(parsed.expr()), limit: Some(1), ..Selection::default() };
    let wordings = wordings(listing, &ask, &Params::default(), None, Code::DataSaysNo)?;
    connect::wait_for(async {
        let (peer, _peers) = Peers::open_one(&server, &args.connection, Size::Usual, console).await?;
        let refused = match missing_type(listing, &peer).await? {
            Some(refused) => Some(refused),
            None => match wordings.first() {
                Some(wording) => refused_by(&peer, listing, wording).await?,
                None => None,
            },
        };
        peer.close(console).await;
        if refused.is_none() && !unlisted.is_empty() {
            console.note(&format!(
                "{} takes what this release does not know: {}; query --raw-filter sends it",
                peer.name,
                unlisted.join(", ")
            ));
        }
        Ok(refused.map(|why| format!("error: {} refuses the filter: {why}", peer.name)))
    })
}

/// That an Enterprise Manager does not list the query type, by its own list.
async fn missing_type(listing: &Listing, peer: &Peer) -> Result<Option<String>, Failure> {
    let service = registry::find_operation(System::Em, QUERY_SERVICE);
    let Some(service) = service.filter(|service| service.system == listing.operation.system) else { return Ok(None) };
    let raw = peer.client.send(service, &Arguments::default()).await.map_err(|error| peer.refusal(&error))?;
    let mut known = QuerySvc::default();
    peer.client.read(&raw, &mut known, None).map_err(|error| peer.refusal(&error))?;
    let names: Vec<String> = known.links.iter().filter_map(|link| query_type(link.href.as_deref()?)).collect();
    // Some types that every server knows are in no list (`NasObject`): only a list that has their neighbours says
    // something.
    let listed = names.iter().any(|name| name.eq_ignore_ascii_case(listing.name));
    Ok((!listed)
        .then(|| format!("its query service does not list the type {}; it lists {}", listing.name, names.join(", "))))
}

/// The type that a link of the query service asks for.
fn query_type(href: &str) -> Option<String> {
    let (_, query) = href.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name.eq_ignore_ascii_case("type")).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_type() {
        let href = "https://em:9398/api/query?type=VmRestorePoint&format=Entities&sortAsc=name&pageSize=15&page=1";
        assert_eq!(query_type(href).as_deref(), Some("VmRestorePoint"));
        assert_eq!(query_type("https://em:9398/api/logonSessions/1"), None);
    }
}
