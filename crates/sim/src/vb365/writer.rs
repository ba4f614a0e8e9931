//! Writing answers: what a version has of a record, and what it must have.

use backhaul_wire::ApiVersion;
use backhaul_wire::shape::{Field, Kind, Repeat, Shape, Variant};
use serde_json::{Map, Value};

use super::invent::{self, Known};
use super::store::Members;

/// What is otherwise in answers of v3 to v5: the type, the member, and how.
const OLDER: [(&str, &str, Older); 9] = [
    ("License", "supportID", Older::Named("supportId")),
    ("License", "expirationDate", Older::Zoneless),
    ("ExchangeSettings", "username", Older::Named("userName")),
    ("SharepointSettings", "username", Older::Named("userName")),
    ("Job", "repositoryId", Older::Absent),
    ("Job", "proxyId", Older::Absent),
    ("Job", "selectedItems", Older::Absent),
    ("Job", "excludedItems", Older::Absent),
    ("TeamsFile", "version", Older::Text),
];

/// How a member of an older version's answer differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Older {
    Named(&'static str),
    /// It stands in requests alone.
    Absent,
    Text,
    /// A date without a zone.
    Zoneless,
}

/// How a field differs in a version.
fn older(shape: &Shape, field: &Field, version: u8) -> Option<Older> {
    let row = OLDER.iter().find(|(kind, name, _)| *kind == shape.name && *name == field.json);
    row.filter(|_| version <= 5).map(|(.., how)| *how)
}

/// How deep made-up values stand inside each other.
const DEEPEST: usize = 3;

/// What is needed to write an answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::vb365) struct Writer<'a> {
    pub(in crate::vb365) version: u8,
    /// Where made-up ids lead.
    pub(in crate::vb365) known: &'a Known,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct At<'s> {
    /// What its made-up members follow from.
    seed: &'s str,
    /// Whether everything that is not given is made up, or what must be there alone.
    all: bool,
    depth: usize,
}

impl Writer<'_> {
    /// A value of a type. What is given is shown as far as the version has it; what is required and not given is made
    /// up, and with `all` what is optional, too.
    pub(in crate::vb365) fn write(&self, shape: &Shape, given: &Members, seed: &str, all: bool) -> Value {
        self.object(shape, given, At { seed, all, depth: 0 })
    }

    fn object(&self, shape: &Shape, given: &Members, at: At<'_>) -> Value {
        let mut out = Map::new();
        let (shape, tag) = self.kind(shape, given, at);
        for field in shape.fields.iter().filter(|field| field.versions.contains(ApiVersion::new(self.version))) {
            let value = match given.get(field.json).filter(|value| !value.is_null()) {
                Some(value) => self.given(field, value, at),
                None if tag.is_some_and(|(name, _)| name == field.json) => tag.map(|(_, value)| value.into()),
                // What v3 to v5 have nothing to say of, they leave out.
                None if at.all || field.required && self.version >= 6 => self.made(field, at),
                None => None,
            };
            match (value, older(shape, field, self.version)) {
                (None, _) | (_, Some(Older::Absent)) => {}
                (Some(value), Some(Older::Named(name))) => drop(out.insert(name.to_owned(), value)),
                (Some(Value::Number(number)), Some(Older::Text)) => {
                    out.insert(field.json.to_owned(), number.to_string().into());
                }
                (Some(Value::String(date)), Some(Older::Zoneless)) => {
                    out.insert(field.json.to_owned(), date.trim_end_matches('Z').into());
                }
                (Some(value), _) => drop(out.insert(field.json.to_owned(), value)),
            }
        }
        Value::Object(out)
    }

    /// Which struct a value is of, and the tag that says so where nothing else does.
    fn kind<'s>(&self, shape: &'s Shape, given: &Members, at: At<'_>) -> (&'s Shape, Option<(&'s str, &'s str)>) {
        let Some(union) = shape.union else { return (shape, None) };
        let said = union.tag.and_then(|tag| given.get(tag)).and_then(Value::as_str).unwrap_or_default();
        let fits = |tag: &str| tag.eq_ignore_ascii_case(said);
        let named = union.variants.iter().find(|variant| variant.tags.iter().any(|tag| fits(tag)));
        let there = named.filter(|variant| variant.shape.versions.contains(ApiVersion::new(self.version)));
        let chosen = there
            .or_else(|| self.telling(union.variants, given))
            .or_else(|| invent::variant(union.variants, self.version, at.seed));
        match chosen {
            Some(variant) => {
                let value = |name: &'s str| {
                    let has = |tag: &&&str| self.has_tag(variant.shape, name, tag);
                    variant.tags.iter().find(has).map(|tag| (name, *tag))
                };
                (variant.shape, union.tag.and_then(value))
            }
            None => (shape, None),
        }
    }

    /// The kind that knows most of what is given, if it knows any of it.
    fn telling<'v>(&self, variants: &'v [Variant], given: &Members) -> Option<&'v Variant> {
        let known = |it: &&Variant| it.shape.fields.iter().filter(|field| given.contains_key(field.json)).count();
        let there = variants.iter().filter(|it| it.shape.versions.contains(ApiVersion::new(self.version)));
        // The first of those that know as much.
        there.rev().max_by_key(known).filter(|it| known(it) > 1)
    }

    /// Whether a tag's value is one that the version knows.
    fn has_tag(&self, shape: &Shape, name: &str, tag: &str) -> bool {
        match shape.fields.iter().find(|field| field.json == name).map(|field| field.kind) {
            Some(Kind::Enum(values)) => invent::nearest(values, self.version, tag).as_deref() == Some(tag),
            _ => true,
        }
    }

    fn given(&self, field: &Field, value: &Value, at: At<'_>) -> Option<Value> {
        let seed = format!("{}.{}", at.seed, field.json);
        let inside = At { seed: &seed, all: false, depth: at.depth + 1 };
        let value = match (field.kind, value) {
            (Kind::Secret, _) => return field.required.then(|| Value::from("")),
            (Kind::Struct(shape), Value::Array(items)) => {
                items.iter().filter_map(Value::as_object).map(|item| self.object(shape, item, inside)).collect()
            }
            (Kind::Struct(shape), Value::Object(entries)) if field.repeat == Repeat::Map => {
                let entry = |(name, value): (&String, &Value)| {
                    Some((name.clone(), self.object(shape, value.as_object()?, inside)))
                };
                Value::Object(entries.iter().filter_map(entry).collect())
            }
            (Kind::Struct(shape), Value::Object(members)) => self.object(shape, members, inside),
            (Kind::Enum(shape), Value::String(text)) => invent::nearest(shape, self.version, text)?.into(),
            (Kind::Enum(shape), Value::Array(items)) => {
                let items = items.iter().filter_map(Value::as_str);
                items.filter_map(|text| invent::nearest(shape, self.version, text)).collect()
            }
            // What is a number in one version is a text in another.
            (Kind::Int, Value::String(text)) => text.parse::<i64>().ok()?.into(),
            (Kind::Text | Kind::Id, Value::Number(number)) => number.to_string().into(),
            (_, value) => value.clone(),
        };
        Some(value)
    }

    fn made(&self, field: &Field, at: At<'_>) -> Option<Value> {
        if field.repeat == Repeat::Map {
            return field.required.then(|| Value::Object(Map::new()));
        }
        let seed = format!("{}.{}", at.seed, field.json);
        if field.repeat == Repeat::List {
            let items = (0..invent::count(field, at.depth)).filter_map(|number| {
                let seed = format!("{seed}[{number}]");
                self.one(field, At { seed: &seed, ..at })
            });
            return Some(items.collect());
        }
        self.one(field, At { seed: &seed, ..at })
    }

    fn one(&self, field: &Field, at: At<'_>) -> Option<Value> {
        match field.kind {
            Kind::Struct(_) if at.depth >= DEEPEST && !field.required => None,
            Kind::Struct(shape) => Some(self.object(shape, &Members::new(), At { depth: at.depth + 1, ..at })),
            _ => invent::scalar(field, self.version, at.seed, self.known),
        }
    }
}

#[cfg(test)]
mod tests {
    use backhaul_models::vb365::{AnyOrganization, Job, JobItem};
    use backhaul_wire::reflect::Model;
    use serde_json::json;

    use super::*;

    fn write<T: Model>(version: u8, given: &Value, all: bool) -> Value {
        let known = Known::new();
        Writer { version, known: &known }.write(T::SHAPE, given.as_object().unwrap_or(&Members::new()), "seed", all)
    }

    #[test]
    fn a_version_gets_what_it_has() {
        let job =
            json!({"id": "a", "name": "Job", "organizationId": "b", "schedulePolicy": {"type": "Daily"}, "foo": 1});
        let v3 = json!({"id": "a", "name": "Job", "schedulePolicy": {"type": "Daily"}});
        assert_eq!(write::<Job>(3, &job, false), v3);
        assert_eq!(write::<Job>(8, &job, false)["organizationId"], "b");
    }

    #[test]
    fn unions_keep_their_kind() {
        let item = write::<JobItem>(8, &json!({"type": "user", "user": {"id": "u"}}), false);
        assert_eq!(item["user"]["id"], "u");
        let whole = write::<JobItem>(8, &Value::Null, true);
        assert!(whole["type"].is_string());
        let all = write::<AnyOrganization>(8, &json!({"type": "OnPremises", "isExchange": true}), false);
        assert_eq!(all["type"], "OnPremises");
    }
}
