//! The fields of a type as the filter language sees them, for types that have no list of filter fields of their own.

use backhaul_filter::{FieldSchema, Kind, Source};
use backhaul_wire::System;
use backhaul_wire::shape::{Kind as WireKind, Repeat, Shape};

/// How deep dotted names reach.
const DEPTH: usize = 4;

/// The single values of a type, those of nested objects by dotted name: what can be compared and sorted by.
#[derive(Debug)]
pub(crate) struct Fields(Vec<Field>);

#[derive(Debug)]
struct Field {
    name: String,
    kind: Kind,
    values: Vec<&'static str>,
    /// Only the server can look it up.
    joined: bool,
}

impl Fields {
    /// The fields of a type of a system.
    pub(crate) fn of(system: System, shape: &'static Shape) -> Self {
        let mut fields = Self(Vec::new());
        fields.collect(system, shape, "", DEPTH);
        fields
    }

    fn collect(&mut self, system: System, shape: &'static Shape, prefix: &str, depth: usize) {
        for field in shape.fields.iter().filter(|field| field.repeat == Repeat::One) {
            let name = format!("{prefix}{}", field.json);
            // ZStack ends here: its dotted names lead to other objects and not into this one.
            if let WireKind::Struct(nested) = field.kind {
                if depth > 1 && system != System::Zstack {
                    self.collect(system, nested, &format!("{name}."), depth - 1);
                }
            } else if let Some((kind, values)) = kind(system, field.kind) {
                self.0.push(Field { name, kind, values, joined: false });
            }
        }
    }

    /// Adds a text field of an object that the server joins, unless the type lists it.
    pub(crate) fn add(&mut self, name: &str) {
        if !self.0.iter().any(|field| field.name.eq_ignore_ascii_case(name)) {
            self.0.push(Field { name: name.to_owned(), kind: Kind::Text, values: Vec::new(), joined: true });
        }
    }

    /// The fields for a [`backhaul_filter::Schema`], which borrows them.
    pub(crate) fn schemas(&self) -> Vec<FieldSchema<'_>> {
        self.0.iter().map(Field::schema).collect()
    }
}

impl Field {
    fn schema(&self) -> FieldSchema<'_> {
        let source = if self.joined { Source::ServerOnly } else { Source::Field(&self.name) };
        FieldSchema { name: &self.name, kind: self.kind, values: &self.values, source }
    }
}

/// What a filter may say of a value; nothing of a secret, not even whether it equals a guess.
fn kind(system: System, kind: WireKind) -> Option<(Kind, Vec<&'static str>)> {
    let kind = match kind {
        WireKind::Bool => Kind::Bool,
        WireKind::Int => Kind::Int,
        WireKind::Float => Kind::Float,
        WireKind::Text => Kind::Text,
        // ZStack compares ids as text, and dates as its database's text.
        WireKind::Id if system == System::Zstack => Kind::Text,
        WireKind::Id => Kind::Uid,
        WireKind::DateTime => Kind::DateTime,
        WireKind::Enum(shape) => return Some((Kind::Enum, shape.values.iter().map(|value| value.name).collect())),
        WireKind::Secret | WireKind::Json | WireKind::Struct(_) => return None,
    };
    Some((kind, Vec::new()))
}

#[cfg(test)]
mod tests {
    use backhaul_filter::Schema;
    use backhaul_models::registry;
    use backhaul_wire::generated::TypeEntry;

    use super::*;

    fn fields(system: System, name: &str) -> Option<Fields> {
        match registry::find_type(system, name)? {
            TypeEntry::Struct(shape) => Some(Fields::of(system, shape)),
            TypeEntry::Enum(_) => None,
        }
    }

    #[test]
    fn single_values_are_fields_and_nested_ones_have_dotted_names() {
        let fields = fields(System::Vb365, "Organization");
        let schemas = fields.as_ref().map(Fields::schemas).unwrap_or_default();
        let schema = Schema { name: "Organization", fields: &schemas };
        let kind = |name: &str| schema.field(name).map(|field| field.kind);
        assert_eq!(kind("id"), Some(Kind::Uid));
        assert_eq!(kind("ISBACKEDUP"), Some(Kind::Bool));
        assert_eq!(kind("exchangeOnlineSettings.account"), Some(Kind::Text));
        assert!(schema.field("type").is_some_and(|field| field.kind == Kind::Enum && field.values.contains(&"Hybrid")));
        assert_eq!(kind("_links"), None);
    }

    #[test]
    fn what_a_type_does_not_list_can_be_added_once() {
        let Some(mut fields) = fields(System::Zstack, "BackupStorage") else { unreachable!("it is a type") };
        let before = fields.schemas().len();
        fields.add("zone.name");
        fields.add("ZONE.name");
        fields.add("Uuid");
        assert_eq!(fields.schemas().len(), before + 1);
        assert!(fields.schemas().iter().any(|field| field.name == "uuid" && field.kind == Kind::Text));
    }
}
