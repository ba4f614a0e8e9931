//! The names by which a server goes: a path of its API in its address, and names of its own in its links.

use crate::common::scripted::{Answer, Asked, Scripted};
use crate::common::{Home, Result};

/// A page of two, whose link to the next names the server as `em.internal`.
fn page(asked: &Asked, before: &str, other: &str) -> Option<Answer> {
    let target = asked.target.strip_prefix(before)?;
    let (query, page) = (target.starts_with("/api/query?"), if target.contains("page=2") { 2 } else { 1 });
    let next = match page {
        1 => format!(
            "<Links><Link Rel=\"Next\" Href=\"{other}/api/query?type=Job&amp;format=Entities&amp;page=2\" /></Links>"
        ),
        _ => "<Links />".to_owned(),
    };
    let body = format!(
        "<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"><Entities><Jobs><Job UID=\"urn:veeam:Job:{page}\" Name=\"Job {page}\" />\
         </Jobs></Entities><PagingInfo PageNum=\"{page}\" PageSize=\"1\" PagesCount=\"2\">{next}</PagingInfo></QueryResult>"
    );
    query.then_some((200, body))
}

const QUERY: [&str; 6] = ["query", "em.Job", "-p", "em", "-o", "json"];

#[test]
fn links_to_another_name_of_the_server_are_followed_where_the_profile_has_it() -> Result {
    let server = Scripted::new(|asked, _| page(asked, "", "https://em.internal:9398"))?;
    let home = Home::new()?;
    home.add("em", "em", &server.url, &[])?;
    let ran = home.run(&QUERY)?.ends(5);
    assert!(ran.err.contains("em.internal:9398") && ran.err.contains("also_known_as"), "{}", ran.err);
    assert!(ran.err.contains("profile set em --also-known-as URL"), "what to type: {}", ran.err);

    let set = ["profile", "set", "em", "--also-known-as", "https://other.internal,https://em.internal:9398"];
    home.run(&set)?.ends(0);
    assert_eq!(home.run(&QUERY)?.ends(0).column("Name")?, ["Job 1", "Job 2"]);
    assert!(server.asked().iter().any(|asked| asked.target.contains("page=2")), "asked at the address of the profile");
    let shown = home.run(&["profile", "show", "em", "-o", "json"])?.ends(0).json()?;
    assert_eq!(shown["also_known_as"], serde_json::json!(["https://other.internal", "https://em.internal:9398"]));

    // An empty list takes them away.
    home.run(&["profile", "set", "em", "--also-known-as", ""])?.ends(0);
    home.run(&QUERY)?.ends(5);
    let refused = home.run(&["profile", "set", "em", "--also-known-as", "https://svc:hunter2@x"])?.ends(2);
    assert!(!refused.err.contains("hunter2"), "{}", refused.err);
    Ok(())
}

#[test]
fn an_address_may_end_with_the_path_of_the_api() -> Result {
    let server = Scripted::new(|asked, own| page(asked, "", own))?;
    for path in ["/api", "/api/", "/API", "/"] {
        let home = Home::new()?;
        home.add("em", "em", &format!("{}{path}", server.url), &[])?;
        assert_eq!(home.run(&QUERY)?.ends(0).column("Name")?.len(), 2, "{path}");
    }
    Ok(())
}

#[test]
fn an_address_may_have_a_path_of_its_own_before_that() -> Result {
    let server = Scripted::new(|asked, own| {
        let answer = page(asked, "/em", &format!("{own}/em"));
        // A logon stands below the path, too.
        let below = Asked { target: asked.target.strip_prefix("/em")?.to_owned(), ..asked.clone() };
        answer.or_else(|| crate::common::scripted::logon(&below))
    })?;
    for path in ["/em", "/em/api"] {
        let home = Home::new()?;
        home.add("em", "em", &format!("{}{path}", server.url), &[])?;
        assert_eq!(home.run(&QUERY)?.ends(0).column("Name")?.len(), 2, "{path}");
    }
    Ok(())
}
