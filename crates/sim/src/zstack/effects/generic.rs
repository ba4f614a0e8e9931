//! What an operation's form suggests: an object is made, changed or taken away where path and answer say which, and an
//! answer of any other type is made up.

use backhaul_wire::{Field, Kind, Operation, Repeat, Shape};
use serde_json::{Value, json};

use super::tags;
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::made;
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, Row};

/// `{"inventory": ...}`.
pub(super) fn inventory(row: &Row) -> Value {
    json!({"inventory": &*row.body})
}

/// Sets the fields of a class that are among the arguments; what identifies an object stays.
pub(super) fn overlay(class: &'static Class, body: &mut Body, args: &Body) {
    let settable =
        |field: &&Field| !matches!(field.kind, Kind::Secret) && field.json != "uuid" && field.json != class.tag();
    for field in class.shape.map_or(&[][..], |shape| shape.fields).iter().filter(settable) {
        if let Some(value) = args.get(field.json).and_then(|value| as_kind(field, value)) {
            body.insert(field.json.to_owned(), value);
        }
    }
}

/// An argument as a field holds it; `None` when it is of another kind there.
fn as_kind(field: &Field, value: &Value) -> Option<Value> {
    match (field.repeat, field.kind, value) {
        (Repeat::List, Kind::Id | Kind::Text, Value::Array(items)) if items.iter().all(Value::is_string) => {
            Some(value.clone())
        }
        (Repeat::One, Kind::Int, Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
        (Repeat::One, Kind::Bool, Value::String(text)) => Some(text.eq_ignore_ascii_case("true").into()),
        (Repeat::One, Kind::Int | Kind::Float, Value::Number(_)) | (Repeat::One, Kind::Bool, Value::Bool(_)) => {
            Some(value.clone())
        }
        (Repeat::One, Kind::Enum(words), Value::String(word)) => {
            words.values.iter().any(|value| value.name == word).then(|| value.clone())
        }
        (Repeat::One, Kind::Text | Kind::Id | Kind::DateTime, Value::String(_)) => Some(value.clone()),
        _ => None,
    }
}

/// Sets the state that a `stateEvent` leads to: `enable` to `Enabled`, `maintain` to `Maintenance`.
pub(super) fn state(class: &'static Class, body: &mut Body, input: &Input) {
    let event = input.text("stateEvent").to_ascii_lowercase();
    let stem = event.trim_end_matches('e').trim_end_matches("ain");
    let words = match class.field("state").map(|field| field.kind) {
        Some(Kind::Enum(words)) => words.values,
        _ => return,
    };
    let word = words.iter().find(|word| !stem.is_empty() && word.name.to_ascii_lowercase().starts_with(stem));
    if let Some(word) = word {
        body.insert("state".to_owned(), word.name.into());
    }
}

/// Puts the request's tags on an object that it made.
pub(super) fn tag(backend: &mut Backend, row: &Row, input: &Input) {
    let kind = row.class.root().name.replace("Inventory", "VO");
    for (system, all) in [(true, &input.system_tags), (false, &input.user_tags)] {
        for text in all {
            // That there are tags to be put is known: their class is among those of the models.
            let _ = tags::put(backend, system, [row.uuid(), &kind], text);
        }
    }
}

/// An answer that is made up whole.
pub(super) fn made_up(backend: &Backend, operation: &Operation) -> Value {
    let shape = operation.response.shape();
    shape.map_or_else(|| json!({}), |shape| made::object(shape, 0, &backend.store).into())
}

/// Carries an operation out by its form.
pub(super) fn answer(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let operation = input.operation;
    let Some(shape) = operation.response.shape() else {
        if operation.method == "DELETE" {
            remove(backend, input);
        }
        return Ok(json!({}));
    };
    let inventory_of = shape.fields.iter().find(|field| field.json == "inventory" && shape.name == "Reply");
    match inventory_of.map(|field| field.kind) {
        Some(Kind::Struct(item)) => match class::of_shape(item).filter(|class| class.shape.is_some()) {
            Some(class) => one(backend, input, class),
            None => Ok(json!({"inventory": made::object(item, 0, &backend.store)})),
        },
        _ => Ok(listed(backend, shape).unwrap_or_else(|| made::object(shape, 0, &backend.store).into())),
    }
}

/// An answer about one object of a class: a new one, one that is there, or, where none is meant, one that is made up.
fn one(backend: &mut Backend, input: &Input, class: &'static Class) -> Result<Value, Failure> {
    let operation = input.operation;
    if let Some(uuid) = meant(backend, input, class) {
        let changed = operation.method != "GET" && operation.long_running;
        let row = backend.store.get(class, &uuid).cloned();
        let class = row.as_ref().map_or(class, |row| row.class);
        let row = if !changed {
            row
        } else {
            backend.edit(class, &uuid, |body| {
                overlay(class, body, &input.args);
                state(class, body, input);
            })
        };
        return row.map(|row| inventory(&row)).ok_or_else(|| Failure::not_found(class.name, &uuid));
    }
    let mut body = made::object(class.shape.unwrap_or(&EMPTY), 0, &backend.store);
    overlay(class, &mut body, &input.args);
    let row = if makes(operation) {
        body.insert("uuid".to_owned(), input.text("resourceUuid").into());
        let owned = class.field("accountUuid").is_some() && !input.args.contains_key("accountUuid");
        if let Some(who) = input.who.as_ref().filter(|_| owned) {
            body.insert("accountUuid".to_owned(), who.account.as_str().into());
        }
        let row = backend.create(class, body);
        tag(backend, &row, input);
        row
    } else {
        // Whatever was meant, the answer is about it.
        if let Some(uuid) = input.args.get("uuid").filter(|_| class.field("uuid").is_some()) {
            body.insert("uuid".to_owned(), uuid.clone());
        }
        Row::new(class, body)
    };
    Ok(inventory(&row))
}

const EMPTY: Shape = Shape::new("", &[]);

/// Whether an operation makes a new object, by its name.
fn makes(operation: &Operation) -> bool {
    operation.method == "POST"
        && ["Create", "Add", "Clone", "Submit"].iter().any(|verb| operation.name.starts_with(verb))
}

/// The object of the answer's class that a parameter of the path, the last first, or `uuid` names.
fn meant(backend: &Backend, input: &Input, class: &'static Class) -> Option<String> {
    let operation = input.operation;
    let in_path = operation.path.rsplit('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'));
    let names = in_path.chain(["uuid"]).map(|name| input.text(name));
    names.filter(|uuid| !uuid.is_empty()).find(|uuid| backend.store.get(class, uuid).is_some()).map(str::to_owned)
}

/// Takes away what stands at the path.
fn remove(backend: &mut Backend, input: &Input) {
    let Some((path, last)) = input.operation.path.rsplit_once('/') else { return };
    let name = last.trim_matches(['{', '}']);
    if let Some(class) = class::at_path(path).filter(|_| name != last) {
        backend.store.remove(class, input.text(name));
    }
}

/// The rows of the class that an answer lists.
fn listed(backend: &Backend, shape: &'static Shape) -> Option<Value> {
    // A body with more in it than a list is made up whole.
    let mut fields = shape.fields.iter().filter(|_| shape.name == "Page");
    let field = fields.find(|field| field.json == "inventories")?;
    let Kind::Struct(item) = field.kind else { return None };
    let class = class::of_shape(item).filter(|class| class.shape.is_some())?;
    let mut rows = backend.store.rows(class);
    rows.retain(|row| class.holds(row.class));
    let bodies: Vec<&Body> = rows.iter().map(|row| &*row.body).collect();
    Some(json!({ "inventories": bodies }))
}
