//! Enterprise Manager: the vendor's own schema, the pages of the queries, the methods.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use roxmltree::{Document, Node};
use serde_json::Value;

use super::{Reasons, Source, list, members, place, read, text};

/// What a source itself calls a slip, or no longer sent.
const LEFT_OUT: &str = "do not add";

const IN_ANOTHER_WAY: Reasons = &[
    (
        "NasSnapshotModeEnumeration",
        "the only member that it may be for, ProcessingMode, is `Direct` in a sample, which it lacks: that one is text here",
    ),
    (
        "GET /api/vcloud/orgconfigs/backupjobsettings",
        "it is the path with an organization's id, written without it once",
    ),
];

pub(super) fn sources(facts: &Path, schemas: &Path) -> Result<Vec<Source>, String> {
    let added = read(&facts.join("additions.json"))?;
    let xsd = std::fs::read_to_string(schemas.join("em.xsd")).map_err(|error| error.to_string())?;
    let types = Xsd::of(&xsd)?;
    let ours = |vendors: &str| match &added["em_xsd_type"][vendors] {
        _ if types.has(vendors) => vendors.to_owned(),
        Value::String(name) => name.clone(),
        Value::Array(names) => names.first().and_then(Value::as_str).unwrap_or(vendors).to_owned(),
        _ => match vendors.split_once('/') {
            Some((outer, element)) => format!("{}/{element}", text(&added["em_xsd_type"], outer)),
            None => vendors.to_owned(),
        },
    };
    let mut wanted = BTreeSet::new();
    for (name, all) in members(&added, "types") {
        let names = all.as_array().into_iter().flatten().map(|member| text(member, "name"));
        wanted.extend(names.map(|member| format!("{}.{member}", ours(name))));
    }
    let new: BTreeSet<String> = members(&added, "new_types").map(|(name, _)| name.clone()).collect();
    let enums: BTreeSet<String> =
        members(&added, "enums").filter(|(_, it)| it.is_object()).map(|(name, _)| name.clone()).collect();
    // Names of enumerations are ours; what counts is that one has all the words.
    let listed = |name: &str| {
        let words: Vec<&str> = list(&added["enums"][name], "values").iter().filter_map(Value::as_str).collect();
        types.enums.iter().any(|known| words.iter().all(|word| known.contains(&word.to_lowercase())))
    };
    let roots = list(&added, "roots").iter().map(|root| text(root, "root").to_owned()).collect();
    let vendor =
        Source::new("EM: the vendor's schema of 11, live answers of 12 and 13 (additions.json)", IN_ANOTHER_WAY)
            .count("members", &wanted, |path| types.has_member(path))
            .count("types", &new, |name| types.has(&ours(name)))
            .count("enums", &enums, listed)
            .count("roots", &roots, |name| types.roots.contains(name));

    let operations = read(&schemas.join("operations.json"))?;
    let known: BTreeSet<String> = list(&operations, "operations")
        .iter()
        .flat_map(|row| {
            let action = text(row, "path").split_once("action=").map(|(_, action)| action.to_owned());
            [
                place(text(row, "method"), text(row, "path")),
                with(text(row, "method"), text(row, "path"), action.as_deref()),
            ]
        })
        .collect();
    let beyond = list(&added, "operations").iter().filter(|row| {
        // A path of words is a rule, and not a path.
        !text(row, "certainty").contains(LEFT_OUT) && !text(row, "path").contains(' ')
    });
    let beyond: BTreeSet<String> = beyond.map(|row| place(text(row, "method"), text(row, "path"))).collect();
    let pages = read(&facts.join("resources.json"))?;
    // Queries are one row per type, and counted by their fields below.
    let pages = pages.as_array().into_iter().flatten().filter(|page| text(page, "path_template") != "/query");
    let methods = pages.map(|page| {
        let path = format!("/api{}", text(page, "path_template"));
        // An action may be a segment of the path instead.
        let action = page["action"].as_str().filter(|action| !path.ends_with(&format!("/{action}")));
        with(text(page, "method"), &path, action)
    });
    let methods: BTreeSet<String> = methods.collect();
    let vendor = vendor.count("operations", &beyond, |name| known.contains(name));
    let pages = Source::new("EM: method pages (resources.json)", &[])
        .count("operations", &methods, |name| known.contains(name));

    let queries = read(&facts.join("queries.json"))?;
    let ours = read(&schemas.join("queries.json"))?;
    let fields = |all: &Value| -> BTreeSet<String> {
        let rows = list(all, "types").iter();
        let field = |row: &Value| {
            let name = text(row, "type").to_owned();
            list(row, "params").iter().map(move |param| format!("{name}.{}", text(param, "name"))).collect::<Vec<_>>()
        };
        rows.flat_map(field).map(|name| name.to_lowercase()).collect()
    };
    let known = fields(&ours);
    let queries = Source::new("EM: query pages (queries.json)", &[])
        .count("fields", &fields(&queries), |name| known.contains(name));
    let more = list(&added, "query_fields").iter().filter(|row| row["sort_only"] != true);
    let more = more.map(|row| format!("{}.{}", text(row, "type"), text(row, "field")).to_lowercase()).collect();
    Ok(vec![vendor.count("fields", &more, |name| known.contains(name)), pages, queries])
}

fn with(method: &str, path: &str, action: Option<&str>) -> String {
    let place = place(method, path);
    action.map_or(place.clone(), |action| format!("{place}?action={}", action.to_lowercase()))
}

/// The types of our XSD, by their own and the vendors' names.
struct Xsd {
    types: BTreeMap<String, BTreeSet<String>>,
    /// The types of elements, by `type.element`.
    inside: BTreeMap<String, String>,
    enums: Vec<BTreeSet<String>>,
    roots: BTreeSet<String>,
}

impl Xsd {
    fn of(xsd: &str) -> Result<Self, String> {
        let document = Document::parse(xsd).map_err(|error| format!("em.xsd: {error}"))?;
        let tops: Vec<Node<'_, '_>> = document.root_element().children().filter(Node::is_element).collect();
        let named = |kind: &'static str| tops.iter().copied().filter(move |node| node.tag_name().name() == kind);
        let complex: BTreeMap<&str, Node<'_, '_>> =
            named("complexType").filter_map(|node| Some((node.attribute("name")?, node))).collect();
        let (mut types, mut inside) = (BTreeMap::new(), BTreeMap::new());
        for node in named("complexType").chain(named("simpleType")) {
            let mut found = BTreeSet::new();
            let mut at = Some(node);
            while let Some(ty) = at {
                let of = |kind: &str| ty.descendants().filter(|it| it.tag_name().name() == kind).collect::<Vec<_>>();
                let names = [of("element"), of("attribute")].concat();
                let typed = names.iter().filter_map(|it| Some((it.attribute("name")?, it.attribute("type")?)));
                let own = node.attribute("name").unwrap_or_default();
                inside.extend(typed.map(|(name, ty)| (format!("{own}.{name}").to_lowercase(), ty.to_lowercase())));
                found.extend(names.iter().filter_map(|it| it.attribute("name")).map(str::to_lowercase));
                at = of("extension").first().and_then(|it| complex.get(it.attribute("base")?)).copied();
            }
            let aliases =
                node.descendants().filter(|it| it.tag_name().name() == "type").filter_map(|it| it.attribute("aliases"));
            let aliases = aliases.flat_map(str::split_whitespace);
            for name in node.attribute("name").into_iter().chain(aliases) {
                types.insert(name.to_lowercase(), found.clone());
            }
        }
        let roots = named("element").filter_map(|node| node.attribute("name")).map(str::to_owned).collect();
        let words = |node: Node<'_, '_>| -> BTreeSet<String> {
            let all = node.descendants().filter(|it| it.tag_name().name() == "enumeration");
            all.filter_map(|it| it.attribute("value")).map(str::to_lowercase).collect()
        };
        let enums = named("simpleType").map(words).collect();
        Ok(Self { types, inside, enums, roots })
    }

    /// The name under which a type of the vendor's is known here: one that has no name there (`Type/Element`) by its
    /// element.
    fn known(&self, name: &str) -> String {
        match name.to_lowercase().split_once('/') {
            Some((outer, element)) => self.inside.get(&format!("{outer}.{element}")).cloned().unwrap_or_default(),
            None => name.to_lowercase(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.types.contains_key(&self.known(name))
    }

    fn has_member(&self, path: &str) -> bool {
        let Some((name, member)) = path.split_once('.') else { return false };
        // An element of the vendor's that stands in another: `JobInfo.FileCopyJobInfo`.
        let member = member.rsplit('.').next().unwrap_or(member);
        self.types.get(&self.known(name)).is_some_and(|members| members.contains(&member.to_lowercase()))
    }
}
