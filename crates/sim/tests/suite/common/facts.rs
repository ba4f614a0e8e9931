//! What a document states, read by a reader of this test's own.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_sim::{Estate, Sim};
use quick_xml::events::Event;

use super::em;

/// The facts that an XML document states: `Root/Child[0]/@Attribute = value`, in no order but that of repeated
/// elements.
pub fn facts(xml: &str) -> BTreeSet<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().trim_text(true);
    let mut facts = BTreeSet::new();
    let mut path: Vec<String> = Vec::new();
    let mut seen: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new()];
    let mut text = String::new();
    loop {
        let event = reader.read_event().unwrap();
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) => {
                let name = tag.name().as_ref().to_owned();
                let index = seen.last_mut().unwrap().entry(name.clone()).or_default();
                path.push(format!("{name}[{index}]"));
                *index += 1;
                seen.push(BTreeMap::new());
                text.clear();
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap();
                    facts.insert(format!("{}/@{} = {value}", path.join("/"), attribute.key.as_ref()));
                }
                if matches!(event, Event::Empty(_)) {
                    facts.insert(format!("{} = ", path.join("/")));
                    path.pop();
                    seen.pop();
                }
            }
            Event::Text(part) => text.push_str(&part),
            Event::End(_) => {
                if seen.pop().unwrap().is_empty() {
                    facts.insert(format!("{} = {text}", path.join("/")));
                }
                text.clear();
                path.pop();
            }
            Event::Eof => return facts,
            _ => {}
        }
    }
}

/// Expected facts: each line is a path below `base`, then ` = `, then the value.
pub fn expected(lines: &[(String, String)]) -> BTreeSet<String> {
    lines.iter().map(|(path, value)| format!("{path} = {value}")).collect()
}

#[track_caller]
pub fn same(found: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let missing: Vec<_> = expected.difference(found).collect();
    let unexpected: Vec<_> = found.difference(expected).collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "missing {missing:#?}\nunexpected {unexpected:#?}");
}

pub const NAMESPACE: &str = "http://www.veeam.com/ent/v1.0";
pub const API: &str = "https://localhost:9398/api";
pub const HOST: (&str, &str) = ("Host", "localhost:9398");
pub const SERVER: &str = "ca19249e-e638-421a-ab22-68cb89b9009a";

/// Collects facts about one document.
pub struct Expect(pub Vec<(String, String)>);

impl Expect {
    pub fn new(root: &str) -> Self {
        Self(vec![(format!("{root}[0]/@xmlns"), NAMESPACE.to_owned())])
    }

    pub fn fact(&mut self, path: &str, value: &str) -> &mut Self {
        self.0.push((path.to_owned(), value.to_owned()));
        self
    }

    /// Links: relation, type, address below the API, name; a type or name that is empty is absent.
    pub fn links(&mut self, parent: &str, links: &[[&str; 4]]) -> &mut Self {
        for (at, [rel, kind, href, name]) in links.iter().enumerate() {
            let link = format!("{parent}/Links[0]/Link[{at}]");
            self.fact(&format!("{link}/@Rel"), rel).fact(&format!("{link}/@Href"), &format!("{API}{href}"));
            for (attribute, value) in [("Type", kind), ("Name", name)] {
                if !value.is_empty() {
                    self.fact(&format!("{link}/@{attribute}"), value);
                }
            }
            self.fact(&link, "");
        }
        self
    }

    pub fn paging(&mut self, query: &str) -> &mut Self {
        let info = "QueryResult[0]/PagingInfo[0]";
        for (name, value) in [("PagesCount", "1"), ("PageSize", "100"), ("PageNum", "1")] {
            self.fact(&format!("{info}/@{name}"), value);
        }
        let href = format!("/query?{query}&pageSize=100&page=1");
        self.links(info, &[["First", "", &href, ""], ["Last", "", &href, ""]])
    }
}

pub async fn em_xml(estate: serde_json::Value, path: &str) -> BTreeSet<String> {
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let sim = Sim::builder().em("127.0.0.1:0").estate(estate).start().await.unwrap();
    let answer = em(&sim).await.send(&format!("GET /api{path}"), &[HOST], "").await.expect(200);
    facts(&answer.text())
}
