//! `--template`: a request's body to be filled in, made of what the schemas know of its type.

use backhaul_wire::shape::{EnumShape, Field, Kind, Repeat};
use backhaul_wire::{ApiVersion, Operation, Shape, System, Versions};
use serde_json::{Map, Value, json};

use crate::args::data::Template;
use crate::exit::Failure;

/// Deeper, a template shows more braces than fields.
const DEPTH: usize = 5;
/// What a server says of itself and of its other answers: no request carries it.
const ANSWERED: [&str; 4] = ["_links", "_actions", "Links", "Href"];

/// The body, with an example value for each field.
pub(super) fn template(
    operation: &'static Operation,
    version: Option<ApiVersion>,
    part: Template,
) -> Result<Value, Failure> {
    let Some(shape) = operation.form(version).request else {
        return Err(Failure::usage(format!("{} takes no body", operation.name)));
    };
    let making = Making { system: operation.system, version, part };
    Ok(making.object(shape, &mut vec![shape.name]))
}

struct Making {
    system: System,
    version: Option<ApiVersion>,
    part: Template,
}

impl Making {
    fn has(&self, versions: Versions) -> bool {
        self.version.is_none() || versions.contains(self.version)
    }

    /// An object of a type; `within` are the types around it, so that one that holds itself has an end.
    fn object(&self, shape: &'static Shape, within: &mut Vec<&'static str>) -> Value {
        // Of a union its first kind is as good an example as any.
        let kind = shape.union.and_then(|union| {
            let variant = union.variants.iter().find(|variant| self.has(variant.shape.versions))?;
            Some((union.tag, variant))
        });
        let fields = kind.map_or(shape.fields, |(_, variant)| variant.shape.fields);
        let mut members = Map::new();
        for field in fields.iter().filter(|field| self.has(field.versions) && !ANSWERED.contains(&field.json)) {
            let required = if self.version.is_none() { field.required } else { field.is_required_in(self.version) };
            if self.part == Template::Required && !required {
                continue;
            }
            if let Some(value) = self.value(field, within) {
                members.insert(field.json.to_owned(), value);
            }
        }
        if let Some((Some(tag), variant)) = kind
            && let Some(value) = variant.tags.first()
        {
            members.insert(tag.to_owned(), json!(value));
        }
        Value::Object(members)
    }

    fn value(&self, field: &Field, within: &mut Vec<&'static str>) -> Option<Value> {
        let one = match field.kind {
            Kind::Struct(shape) if within.len() >= DEPTH || within.contains(&shape.name) => return None,
            Kind::Struct(shape) => {
                within.push(shape.name);
                let object = self.object(shape, within);
                within.pop();
                object
            }
            kind => self.example(kind),
        };
        Some(match field.repeat {
            Repeat::One => one,
            Repeat::Map => json!({ "name": one }),
            Repeat::List => match field.json_item {
                Some(item) => json!({ item: [one] }),
                None => json!([one]),
            },
        })
    }

    fn example(&self, kind: Kind) -> Value {
        match kind {
            Kind::Bool => json!(false),
            Kind::Int | Kind::Float => json!(0),
            Kind::Text | Kind::Secret => json!(""),
            Kind::Id if self.system == System::Zstack => json!("0".repeat(32)),
            Kind::Id => json!("00000000-0000-0000-0000-000000000000"),
            Kind::DateTime => json!("2026-01-31T22:00:00Z"),
            Kind::Json | Kind::Struct(_) => json!({}),
            Kind::Enum(shape) => json!(self.first(shape)),
        }
    }

    fn first(&self, shape: &EnumShape) -> &'static str {
        shape.values.iter().find(|value| self.has(value.versions)).map_or("", |value| value.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backhaul_models::registry;
    use backhaul_wire::reflect::DynamicStruct;
    use backhaul_wire::{Drift, json as codec};

    /// What is printed can be sent: it reads as the request's type, and nothing of it is unknown.
    #[test]
    fn every_template_is_a_body() {
        let mut count = 0;
        for system in System::ALL {
            for operation in registry::operations(system).iter().filter(|operation| operation.request.is_some()) {
                for part in [Template::All, Template::Required] {
                    let Ok(template) = template(operation, None, part) else { unreachable!("{}", operation.name) };
                    let Some(mut value) = operation.request.map(DynamicStruct::new) else { continue };
                    let mut drift = Drift::default();
                    let read = codec::decode_into(&mut value, template.to_string().as_bytes(), Some(&mut drift));
                    assert!(read.is_ok() && drift.is_empty(), "{}: {read:?} {drift:?}\n{template}", operation.name);
                    count += 1;
                }
            }
        }
        assert!(count > 1000, "{count}");
    }
}
