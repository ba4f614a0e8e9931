//! Objects that are made up from their types, for what no estate holds. The same ones every time.
//!
//! An id names a row where its name says of which class: `zoneUuid` is the uuid of a zone, so that joins lead
//! somewhere.

use backhaul_wire::{Field, Kind, Repeat, Shape};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::ADMIN;
use super::class::{self, Class};
use super::store::{Body, Row, Store};

/// How deep objects stand in objects.
const DEPTH: usize = 3;
/// How many rows there are of the class on top of a hierarchy; of each below there is one.
const ROWS: usize = 2;

/// The rows of a hierarchy.
pub(super) fn rows(root: &'static Class, store: &Store) -> Vec<Row> {
    let below = class::all().iter().filter(|class| !std::ptr::eq(*class, root) && class.is_a(root));
    // Where the models have no type for the hierarchy, objects of the classes below would not be read whole.
    let below = below.filter(|class| root.holds(class));
    let classes = std::iter::repeat_n(root, ROWS).chain(below).filter(|class| class.shape.is_some());
    classes.enumerate().map(|(number, class)| Row::new(class, Maker { store, number }.row(class))).collect()
}

/// An object of a type, with these numbers in its values.
pub(super) fn object(shape: &'static Shape, number: usize, store: &Store) -> Body {
    let maker = Maker { store, number };
    match class::of_shape(shape) {
        Some(class) => maker.row(class),
        None => maker.fields(None, shape, DEPTH),
    }
}

/// The uuid of a made-up row.
fn uuid(class: &str, number: usize) -> String {
    let mut uuid = hex::encode(Sha256::digest(format!("backhaul-sim {class} {number}")));
    uuid.truncate(32);
    uuid
}

struct Maker<'s> {
    /// Where ids may lead.
    store: &'s Store,
    number: usize,
}

impl Maker<'_> {
    fn row(&self, class: &'static Class) -> Body {
        class.shape.map_or_else(Body::new, |shape| self.fields(Some(class), shape, DEPTH))
    }

    fn fields(&self, class: Option<&'static Class>, shape: &'static Shape, depth: usize) -> Body {
        let value = |field: &'static Field| match class.and_then(|class| Some((class, class.type_value(field.json)?))) {
            Some((class, value)) => value.map(Value::from).or_else(|| type_of_none(class, field)),
            None => self.field(class, field, depth),
        };
        // What an answer says beside its objects is not theirs.
        let beside = |name: &str| shape.classes.is_some() && matches!(name, "schema" | "success" | "total");
        let fields = shape.fields.iter().filter(|field| !beside(field.json));
        fields.filter_map(|field| Some((field.json.to_owned(), value(field)?))).collect()
    }

    fn field(&self, class: Option<&'static Class>, field: &'static Field, depth: usize) -> Option<Value> {
        if field.repeat == Repeat::One {
            return self.value(class, field, depth);
        }
        let item = self.value(class, field, depth);
        Some(match field.repeat {
            Repeat::Map => Value::Object(item.map(|item| ("key".to_owned(), item)).into_iter().collect()),
            _ => Value::Array(item.into_iter().collect()),
        })
    }

    fn value(&self, class: Option<&'static Class>, field: &'static Field, depth: usize) -> Option<Value> {
        let number = self.number;
        let place = u32::try_from(number % 200).unwrap_or(0);
        let lower = field.json.to_ascii_lowercase();
        Some(match field.kind {
            Kind::Bool => number.is_multiple_of(2).into(),
            Kind::Float => (f64::from(place + 1) / 4.0).into(),
            Kind::Int if lower.contains("capacity") || lower.ends_with("size") => (i64::from(place + 1) << 30).into(),
            Kind::Int if lower.ends_with("port") => 22.into(),
            Kind::Int if lower == "ipversion" => 4.into(),
            Kind::Int => (place + 1).into(),
            Kind::DateTime => format!("Jan {}, 2024 9:31:07 AM", place % 28 + 1).into(),
            Kind::Enum(words) => words.values.get(number % words.values.len().max(1))?.name.into(),
            Kind::Id => self.id(class, field.json).into(),
            Kind::Text => text(class, field.json, number)?.into(),
            // Passwords are masked or left out.
            Kind::Secret | Kind::Json => return None,
            Kind::Struct(_) if depth == 0 => return None,
            Kind::Struct(shape) => self.nested(shape, depth - 1).into(),
        })
    }

    fn nested(&self, shape: &'static Shape, depth: usize) -> Body {
        match class::of_shape(shape) {
            // The same row as the one of that number, but not as deep.
            Some(class) if class.shape.is_some() => {
                let kinds = shape.union.and_then(|union| class::of_shape(union.variants.first()?.shape));
                let class = kinds.unwrap_or(class);
                class.shape.map_or_else(Body::new, |shape| self.fields(Some(class), shape, depth))
            }
            _ => self.fields(None, shape, depth),
        }
    }

    /// An id: the own one, or that of a row that joins or its name lead to.
    fn id(&self, class: Option<&'static Class>, name: &str) -> String {
        let own = class.map_or("", |class| class.root().name);
        if name == "uuid" {
            return uuid(own, self.number);
        }
        if name == "accountUuid" || name == "userUuid" {
            return ADMIN.to_owned();
        }
        let joined = class.and_then(|class| class.joins_at_field(name));
        let stem = name.trim_end_matches('s').trim_end_matches("Uuid");
        let stem = stem.strip_prefix("attached").unwrap_or(stem);
        let mut letters = stem.chars();
        let capital = letters.next().map(|first| first.to_ascii_uppercase());
        let named =
            || class::find(&format!("{}{}Inventory", capital.map_or(String::new(), String::from), letters.as_str()));
        match joined.or_else(named).map(|class| class.root().name) {
            Some(root) => match self.store.uuid_at(root, self.number) {
                Some(known) => known.to_owned(),
                None => uuid(root, self.number % ROWS),
            },
            None => uuid(name, self.number),
        }
    }
}

/// A value of the type field that means no class below.
fn type_of_none(class: &'static Class, field: &'static Field) -> Option<Value> {
    match field.kind {
        Kind::Enum(words) => {
            let own = words.values.iter().find(|word| !class.means_some(word.name))?;
            Some(own.name.into())
        }
        _ => Some("zstack".into()),
    }
}

fn text(class: Option<&'static Class>, name: &str, number: usize) -> Option<String> {
    let place = number + 1;
    let kind = class.map_or("object", |class| class.name.strip_suffix("Inventory").unwrap_or(class.name));
    Some(match name {
        "name" => format!("{kind}-{place}"),
        // Every other row has none.
        "description" if number % 2 == 1 => return None,
        "description" => format!("{kind} number {place}"),
        "hostname" | "gateway" | "ip" => format!("172.20.9.{place}"),
        ip if ip.ends_with("Ip") => format!("172.20.9.{place}"),
        "mac" => format!("fa:16:3e:00:00:{place:02x}"),
        "netmask" => "255.255.255.0".to_owned(),
        "url" => format!("http://172.20.9.{place}/{name}"),
        _ => format!("{name}-{place}"),
    })
}
