//! The columns of a type: those that `--fields` names, all of them, or those that people look for first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use backhaul_wire::Struct;
use backhaul_wire::shape::{Field, Kind as WireKind, Repeat, Shape};
use serde_json::Value;

use super::{Cell, Column, Kind};
use crate::exit::Failure;
use crate::suggest;

/// Columns, each with the way to its value.
#[derive(Debug, Clone)]
pub(crate) struct Projection(Vec<(Column, Vec<String>)>);

impl Projection {
    /// The named fields of a type; dotted names lead into nested values, through lists to each of their items.
    pub(crate) fn new(shape: &'static Shape, names: &[String]) -> Result<Self, Failure> {
        let column = |name: &String| column(shape, name).map(|(column, path)| (column.asked(), path));
        names.iter().map(column).collect::<Result<_, _>>().map(Self)
    }

    /// All fields of a type, in its order: the same columns whatever a server's rows hold.
    pub(crate) fn whole(shape: &'static Shape) -> Self {
        let column = |field: &Field| {
            let column = Column::new(field.json, shown(field.json, field.kind, field.repeat));
            (column, vec![field.json.to_owned()])
        };
        Self(shape.fields.iter().map(column).collect())
    }

    /// The single values of a type in the order in which people look for them: names, states, sizes, times, the rest.
    /// Ids and links are details, and so are the values of nested objects, by dotted names, unless they are sizes.
    pub(crate) fn for_people(shape: &'static Shape) -> Self {
        let is_reference = shape.index_of("Href").is_some() && shape.index_of("Type").is_some();
        let mut columns = Vec::new();
        for field in shape.fields {
            if let (WireKind::Struct(nested), Repeat::One) = (field.kind, field.repeat) {
                let inner = nested.fields.iter().filter(|inner| is_plain(inner) && !is_identity(inner));
                columns.extend(inner.map(|inner| {
                    let kind = shown(inner.json, inner.kind, inner.repeat);
                    let column = Column::new(format!("{}.{}", field.json, inner.json), kind);
                    (
                        if is_size(kind) { column } else { column.detail() },
                        vec![field.json.to_owned(), inner.json.to_owned()],
                    )
                }));
            } else if is_plain(field) {
                let mut column = Column::new(field.json, shown(field.json, field.kind, field.repeat));
                // What a reference of Enterprise Manager points at is the type that was asked for.
                column.detail = is_identity(field) || (is_reference && field.json == "Type");
                columns.push((column, vec![field.json.to_owned()]));
            }
        }
        columns.sort_by_key(|(column, _)| (column.detail, rank(column)));
        Self(columns)
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.0.iter().map(|(column, _)| column.clone()).collect()
    }

    /// The names, where all are fields of the type itself: what a server could be asked for.
    pub(crate) fn own_names(&self) -> Option<Vec<&str>> {
        self.0
            .iter()
            .map(|(_, path)| match &path[..] {
                [name] => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The values of one item; null for what it does not have.
    pub(crate) fn cells<'a>(&'a self, item: &'a dyn Struct) -> Result<Vec<Cell<'a>>, Failure> {
        // Several columns may lead into one member.
        let mut members: HashMap<&str, Value> = HashMap::new();
        let cell = |(_, path): &'a (Column, Vec<String>)| {
            let Some((name, rest)) = path.split_first() else { return Ok(Cell::Value(Value::Null)) };
            if rest.is_empty() {
                return Ok(Cell::Member(item, name));
            }
            let member = match members.entry(name) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(Cell::Member(item, name).into_value()?),
            };
            Ok(Cell::Value(take(member, rest)))
        };
        self.0.iter().map(cell).collect()
    }
}

fn column(shape: &'static Shape, name: &str) -> Result<(Column, Vec<String>), Failure> {
    let mut path = Vec::new();
    let mut spelled: Vec<&str> = Vec::new();
    let mut kind = Kind::Text;
    let mut at = Some(shape);
    let mut segments = name.trim().split('.').peekable();
    while let Some(segment) = segments.next() {
        let Some(shape) = at else {
            // Inside a map or a value of any kind, names are the server's own.
            spelled.push(segment);
            path.push(segment.to_owned());
            continue;
        };
        let field = shape.index_of(segment).and_then(|index| shape.fields.get(index)).ok_or_else(|| {
            let names = shape.fields.iter().map(|field| field.json);
            let hint = suggest::hint(segment, names.clone());
            Failure::usage(format!("{} has no field `{}`{hint}", shape.name, segment.escape_debug()))
                .with_help(format!("its fields are {}", suggest::among(segment, names)))
        })?;
        spelled.push(field.json);
        path.push(field.json.to_owned());
        kind = shown(field.json, field.kind, field.repeat);
        at = match (field.kind, field.repeat) {
            (WireKind::Struct(nested), Repeat::One | Repeat::List) => Some(nested),
            (WireKind::Struct(_) | WireKind::Json, _) | (_, Repeat::Map) => None,
            _ if segments.peek().is_some() => {
                return Err(Failure::usage(format!(
                    "`{}` of {} holds a plain value: nothing is inside it",
                    field.json, shape.name
                )));
            }
            _ => None,
        };
        // A list may stand in a wrapper, which may be named and need not be.
        if segments.peek().is_some()
            && let Some(json_item) = field.json_item
        {
            path.push(json_item.to_owned());
            if segments.peek().is_some_and(|next| next.eq_ignore_ascii_case(json_item)) {
                segments.next();
                spelled.push(json_item);
            }
        }
    }
    Ok((Column::new(spelled.join("."), kind), path))
}

fn shown(name: &str, kind: WireKind, repeat: Repeat) -> Kind {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    match kind {
        _ if repeat != Repeat::One => Kind::Text,
        WireKind::Bool => Kind::Bool,
        WireKind::Int => size(&lower).unwrap_or(Kind::Number),
        WireKind::Float if ends(&["percent"]) => Kind::Percent,
        WireKind::Float => Kind::Number,
        WireKind::DateTime => Kind::Time,
        WireKind::Enum(_) | WireKind::Text if ends(&["state", "status", "result"]) => Kind::State,
        WireKind::Text if ends(&["name"]) => Kind::Name,
        _ => Kind::Text,
    }
}

/// What a whole number counts, by its name: the systems write sizes in bytes unless the name has another unit.
fn size(name: &str) -> Option<Kind> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let counts_others = ["cpu", "bandwidth", "resourcesize", "replicatedsize", "ipv4", "ipv6", "ipnumber"];
    match name {
        "pagesize" => None,
        // Enterprise Manager's, of a repository.
        "quota" | "usedquota" => Some(Kind::Mebibytes),
        _ if counts_others.iter().any(|other| name.contains(other)) => None,
        _ if ends(&["percent"]) => Some(Kind::Percent),
        _ if ends(&["mb"]) => Some(Kind::Mebibytes),
        _ if ends(&["gb", "gbsize"]) => Some(Kind::Gibibytes),
        _ if ends(&["bytesps"]) => Some(Kind::Rate),
        _ if ends(&["bytes", "capacity", "space", "size"]) => Some(Kind::Bytes),
        _ => None,
    }
}

fn is_size(kind: Kind) -> bool {
    matches!(kind, Kind::Bytes | Kind::Mebibytes | Kind::Gibibytes | Kind::Percent)
}

/// One value that fits a cell, or a list of such.
fn is_plain(field: &Field) -> bool {
    field.repeat != Repeat::Map && !matches!(field.kind, WireKind::Struct(_) | WireKind::Json | WireKind::Secret)
}

/// What tells machines which thing it is, and where.
fn is_identity(field: &Field) -> bool {
    let name = field.json;
    let lower = name.to_ascii_lowercase();
    matches!(field.kind, WireKind::Id)
        || matches!(lower.as_str(), "id" | "uid" | "uuid" | "href" | "url" | "classname")
        || ["Id", "Ids", "Uid", "UID", "Uuid", "Uuids", "Href", "Url"].iter().any(|ending| name.ends_with(ending))
}

/// Where people look first.
fn rank(column: &Column) -> u8 {
    let name = column.name.to_ascii_lowercase();
    match column.kind {
        Kind::Name if matches!(name.as_str(), "name" | "displayname") => 0,
        Kind::Name if !["username", "hostname", "poolname"].iter().any(|other| name.ends_with(other)) => 1,
        Kind::State => 2,
        Kind::Bool
            if ["enabled", "disabled", "available"].iter().any(|word| name.trim_start_matches("is") == *word) =>
        {
            2
        }
        Kind::Rate => 6,
        _ if is_size(column.kind) => 3,
        Kind::Time => 4,
        Kind::Text if ["reason", "message", "details"].iter().any(|word| name.ends_with(word)) => 5,
        Kind::Number => 6,
        Kind::Name => 7,
        Kind::Text if name != "description" => 7,
        Kind::Bool => 8,
        _ => 9,
    }
}

fn take(value: &Value, path: &[String]) -> Value {
    let Some((name, rest)) = path.split_first() else { return value.clone() };
    match value {
        Value::Object(members) => members.get(name).map_or(Value::Null, |value| take(value, rest)),
        Value::Array(items) => items.iter().map(|item| take(item, path)).collect(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use backhaul_models::registry;
    use backhaul_wire::reflect::DynamicStruct;
    use backhaul_wire::{Drift, System};
    use serde_json::json;

    use super::*;
    use crate::exit::Code;

    fn projection(system: System, name: &str, fields: &str) -> Result<Projection, Failure> {
        let shape = registry::find_shape(system, name).ok_or_else(|| Failure::internal("no such type"))?;
        Projection::new(shape, &fields.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    /// The values of an item that reads so.
    fn row(projection: &Projection, system: System, name: &str, item: &Value) -> Result<Vec<Value>, Failure> {
        let shape = registry::find_shape(system, name).ok_or_else(|| Failure::internal("no such type"))?;
        let mut value = DynamicStruct::new(shape);
        let read =
            backhaul_wire::json::decode_into(&mut value, item.to_string().as_bytes(), Some(&mut Drift::default()));
        read.map_err(|error| Failure::internal(error.to_string()))?;
        projection.cells(&value)?.into_iter().map(Cell::into_value).collect()
    }

    #[test]
    fn names_are_found_in_any_case_and_keep_their_order() -> Result<(), Failure> {
        let projection = projection(System::Vb365, "BackupRepository", "freespacebytes,Name")?;
        let columns: Vec<_> = projection.columns().into_iter().map(|column| (column.name, column.kind)).collect();
        assert_eq!(columns, [("freeSpaceBytes".to_owned(), Kind::Bytes), ("name".to_owned(), Kind::Name)]);
        assert_eq!(projection.own_names(), Some(vec!["freeSpaceBytes", "name"]));
        let row = |item| row(&projection, System::Vb365, "BackupRepository", &item);
        assert_eq!(row(json!({"name": "a", "capacityBytes": 1}))?, [json!(null), json!("a")]);
        // What does not fit its field stands in the field's column.
        assert_eq!(row(json!({"freeSpaceBytes": [1]}))?, [json!([1]), json!(null)]);
        Ok(())
    }

    #[test]
    fn dotted_names_reach_inside_and_through_lists() -> Result<(), Failure> {
        let projection = projection(System::Em, "CloudTenant", "LeaseOptions.Enabled,Resources.RepositoryQuota.Quota")?;
        let tenant = json!({
            "LeaseOptions": {"Enabled": false},
            "Resources": {"CloudTenantResources": [{"RepositoryQuota": {"Quota": 5}}, {}]},
        });
        assert_eq!(row(&projection, System::Em, "CloudTenant", &tenant)?, [json!(false), json!([5, null])]);
        assert_eq!(projection.own_names(), None);
        Ok(())
    }

    #[test]
    fn people_see_names_first_and_programs_the_whole_type() -> Result<(), Failure> {
        let all = |system, name: &str| {
            let shape = registry::find_shape(system, name).ok_or_else(|| Failure::internal("no such type"))?;
            let names = |projection: Projection| -> Vec<String> {
                let shown = projection.columns().into_iter().filter(|column| !column.detail);
                shown.map(|column| column.name).collect()
            };
            Ok::<_, Failure>((names(Projection::for_people(shape)), names(Projection::whole(shape))))
        };
        let (people, programs) = all(System::Vb365, "BackupRepository")?;
        assert_eq!(people[..3], ["name", "capacityBytes", "freeSpaceBytes"]);
        assert!(programs.contains(&"_links".to_owned()) && !people.contains(&"_links".to_owned()));
        let (people, programs) = all(System::Em, "BackupJobSession")?;
        assert_eq!(people[..4], ["Name", "JobName", "State", "Result"]);
        assert_eq!(programs[..3], ["Href", "Type", "Name"]);
        let (people, _) = all(System::Zstack, "BackupStorage")?;
        assert_eq!(people[..4], ["name", "state", "status", "totalCapacity"]);
        Ok(())
    }

    #[test]
    fn a_slip_is_a_usage_error_with_a_suggestion() {
        for (fields, says) in [("nmae", "did you mean `name`?"), ("name.first", "plain value")] {
            let failure = projection(System::Vb365, "BackupRepository", fields).err();
            assert!(failure.is_some_and(|it| it.code() == Code::Usage && it.message().contains(says)), "{fields}");
        }
    }
}
