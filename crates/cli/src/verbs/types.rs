//! `backhaul types`: the types of an API, with their fields and values.

use backhaul_models::registry;
use backhaul_wire::ApiVersion;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::shape::{EnumValue, Field, Place, Repeat};
use backhaul_wire::{System, Versions};
use serde_json::{Value, json};

use super::ops::refuse_words;
use crate::args::catalogue::Types;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Table};
use crate::{api_version, names};

/// Runs the verb.
pub(crate) fn run(args: &Types, console: &Console) -> Outcome {
    let system = args.target.system;
    let version = args.api_version.as_deref().map(|text| api_version::number(system, text));
    let scope = Scope { system, version: version.transpose()?.flatten() };
    let style = args.output.style(console)?;
    let (table, one) = match &args.target.name {
        Some(name) => {
            refuse_words(&args.words, "type")?;
            let entry = names::find_type(system, name)?;
            let described = scope.described(entry).ok_or_else(|| {
                Failure::usage(format!("{system}.{} is not in that version of the API", entry.name()))
                    .with_help("leave --api-version out to see since when it is, and until when")
            })?;
            (vec![described], true)
        }
        None => {
            let all = registry::types(system).iter().filter_map(|entry| scope.described(*entry));
            (all.filter(|it| it.has_words(&args.words)).collect(), false)
        }
    };
    if table.is_empty() {
        console.note(&format!("no type of {system} has all of these words: {}", args.words.join(" ")));
    }
    let table = if style.is_table() { for_people(table, one) } else { whole(table) };
    table.print(&style, console)?;
    Ok(Code::Done)
}

/// What is asked for.
struct Scope {
    system: System,
    version: Option<u8>,
}

/// A type, as it is printed.
struct Described {
    name: &'static str,
    aliases: &'static [&'static str],
    kind: &'static str,
    fields: Vec<Value>,
    values: Vec<&'static str>,
}

impl Described {
    /// Whether all words are in the type's names, or in those of its fields and values.
    fn has_words(&self, words: &[String]) -> bool {
        let fields = self.fields.iter().filter_map(|field| field["wire"].as_str());
        let all = std::iter::once(self.name).chain(self.aliases.iter().copied()).chain(fields);
        let all = all.chain(self.values.iter().copied()).collect::<Vec<_>>().join(" ").to_lowercase();
        words.iter().all(|word| all.contains(&word.to_lowercase()))
    }
}

impl Scope {
    fn has(&self, versions: Versions) -> bool {
        self.version.is_none_or(|version| versions.contains(ApiVersion::new(version)))
    }

    fn described(&self, entry: TypeEntry) -> Option<Described> {
        let (name, aliases) = (entry.name(), entry.aliases());
        match entry {
            TypeEntry::Struct(shape) if !self.has(shape.versions) => None,
            TypeEntry::Struct(shape) => {
                let fields = shape.fields.iter().filter(|field| self.has(field.versions));
                let fields = fields.map(|field| self.field(field)).collect();
                let kinds = shape.union.map_or(&[][..], |union| union.variants);
                let kinds = kinds.iter().filter(|kind| self.has(kind.shape.versions));
                let values = kinds.map(|kind| kind.shape.name).collect();
                let kind = if shape.union.is_some() { "union" } else { "struct" };
                Some(Described { name, aliases, kind, fields, values })
            }
            TypeEntry::Enum(shape) => {
                let values = shape.values.iter().filter(|value: &&EnumValue| self.has(value.versions));
                let values = values.map(|value| value.name).collect();
                Some(Described { name, aliases, kind: "enum", fields: Vec::new(), values })
            }
        }
    }

    fn field(&self, field: &Field) -> Value {
        let kind = match field.repeat {
            // Names are the server's own; what is typed is what they lead to.
            Repeat::Map => format!("map of {}", field.kind.name()),
            Repeat::One | Repeat::List => field.kind.name().to_owned(),
        };
        let place = match (self.system, field.place) {
            (System::Vb365 | System::Zstack, _) => "member",
            (System::Em, Place::Element) => "element",
            (System::Em, Place::Attribute) => "attribute",
            (System::Em, Place::Text) => "text",
        };
        json!({
            "wire": field.wire,
            "json": field.json,
            "type": kind,
            "list": field.repeat == Repeat::List,
            "optional": !field.required,
            "place": place,
            "since": api_version::bound(field.versions.since),
            "until": api_version::bound(field.versions.until),
        })
    }
}

fn whole(all: Vec<Described>) -> Table {
    let columns = ["type", "aliases", "kind", "fields", "values"].map(|name| Column::new(name, Kind::Text)).into();
    let row =
        |it: Described| vec![json!(it.name), json!(it.aliases), json!(it.kind), json!(it.fields), json!(it.values)];
    Table { columns, rows: all.into_iter().map(row).collect() }
}

/// A line per field and per value. What is the same on each line of one type is worth no column.
fn for_people(all: Vec<Described>, one: bool) -> Table {
    let kind = Column::new("type", Kind::Text);
    let mut columns = vec![
        if one { kind.detail() } else { kind },
        Column::new("member", Kind::Text),
        Column::new("of", Kind::Text),
        Column::new("list", Kind::Bool),
        Column::new("optional", Kind::Bool),
        Column::new("since", Kind::Number),
        Column::new("until", Kind::Number),
        Column::new("aliases", Kind::Text).detail(),
    ];
    // Of many types, the names are what is looked for.
    if !one {
        columns.iter_mut().skip(4).for_each(|column| column.detail = true);
    }
    let mut rows = Vec::new();
    for mut it in all {
        let (name, aliases) = (json!(it.name), json!(it.aliases));
        let mut line = |member: Value, rest: [Value; 5]| {
            let mut row = vec![name.clone(), member];
            row.extend(rest);
            row.push(aliases.clone());
            rows.push(row);
        };
        if it.fields.is_empty() && it.values.is_empty() {
            line(json!(""), [json!(it.kind), json!(""), json!(""), json!(""), json!("")]);
        }
        for field in &mut it.fields {
            let of = ["type", "list", "optional", "since", "until"].map(|name| field[name].take());
            line(field["wire"].take(), of);
        }
        for value in it.values {
            line(json!(value), [json!("value"), json!(""), json!(""), json!(""), json!("")]);
        }
    }
    Table { columns, rows }
}
