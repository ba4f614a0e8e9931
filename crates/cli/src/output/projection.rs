//! The fields that `--fields` names, looked up in a type and taken out of its values.

use backhaul_wire::shape::{Kind as WireKind, Repeat, Shape};
use serde_json::Value;

use super::{Column, Kind, Row};
use crate::exit::Failure;
use crate::suggest;

/// Columns, each with the way to its value.
#[derive(Debug, Clone)]
pub(crate) struct Projection(Vec<(Column, Vec<String>)>);

impl Projection {
    /// The named fields of a type; dotted names lead into nested values, through lists to each of their items.
    pub(crate) fn new(shape: &'static Shape, names: &[String]) -> Result<Self, Failure> {
        names.iter().map(|name| column(shape, name)).collect::<Result<_, _>>().map(Self)
    }

    /// The columns.
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
    pub(crate) fn row(&self, item: &Value) -> Row {
        self.0.iter().map(|(_, path)| take(item, path)).collect()
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
                .with_help(format!("its fields are {}", names.collect::<Vec<_>>().join(", ")))
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
    match kind {
        _ if repeat != Repeat::One => Kind::Text,
        WireKind::Bool => Kind::Bool,
        WireKind::Int if name.to_ascii_lowercase().ends_with("bytes") => Kind::Bytes,
        WireKind::Int | WireKind::Float => Kind::Number,
        WireKind::DateTime => Kind::Time,
        _ => Kind::Text,
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
    use backhaul_wire::System;
    use serde_json::json;

    use super::*;
    use crate::exit::Code;

    fn projection(system: System, name: &str, fields: &str) -> Result<Projection, Failure> {
        let value = registry::make(system, name).ok_or_else(|| Failure::internal("no such type"))?;
        Projection::new(value.shape(), &fields.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_found_in_any_case_and_keep_their_order() -> Result<(), Failure> {
        let projection = projection(System::Vb365, "BackupRepository", "freespacebytes,Name")?;
        let columns: Vec<_> = projection.columns().into_iter().map(|column| (column.name, column.kind)).collect();
        assert_eq!(columns, [("freeSpaceBytes".to_owned(), Kind::Bytes), ("name".to_owned(), Kind::Text)]);
        assert_eq!(projection.own_names(), Some(vec!["freeSpaceBytes", "name"]));
        assert_eq!(projection.row(&json!({"name": "a", "capacityBytes": 1})), [json!(null), json!("a")]);
        Ok(())
    }

    #[test]
    fn dotted_names_reach_inside_and_through_lists() -> Result<(), Failure> {
        let projection = projection(System::Em, "CloudTenant", "LeaseOptions.Enabled,Resources.RepositoryQuota.Quota")?;
        let tenant = json!({
            "LeaseOptions": {"Enabled": false},
            "Resources": {"CloudTenantResources": [{"RepositoryQuota": {"Quota": 5}}, {}]},
        });
        assert_eq!(projection.row(&tenant), [json!(false), json!([5, null])]);
        assert_eq!(projection.own_names(), None);
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
