//! What a request asks for: its operation's parameters, wherever they stand.

use backhaul_models::route::PathParams;
use backhaul_wire::operation::ParamPlace;
use backhaul_wire::{Kind, Operation, Repeat};
use serde_json::Value;

use super::backend::Who;
use super::refusal::{Failure, Refusal};
use super::store::{Body, text};

/// A request whose operation is known.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) operation: &'static Operation,
    /// The parameters of the path, of the query and of the body's wrapper, by name.
    pub(super) args: Body,
    pub(super) system_tags: Vec<String>,
    pub(super) user_tags: Vec<String>,
    /// Who asks; `None` where nobody needs to say.
    pub(super) who: Option<Who>,
}

/// The members of a body; nothing when there is no body.
pub(super) fn members(body: &[u8]) -> Result<Body, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Body::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::text("the body is not a JSON object")),
        Err(error) => Err(Refusal::text(format!("the body is not JSON: {error}"))),
    }
}

/// Whether a body is one for this operation: several share an address, and the wrapper tells them apart.
pub(super) fn is_for(operation: &Operation, members: &Body) -> bool {
    let optional = operation.method == "POST" && operation.request.is_none();
    operation.wrapper.is_none_or(|wrapper| optional || members.contains_key(wrapper))
}

impl Input {
    pub(super) fn read(
        operation: &'static Operation,
        path: &PathParams,
        query: &[(String, String)],
        mut members: Body,
    ) -> Result<Self, Refusal> {
        let inside = match (operation.wrapper, operation.request) {
            (Some(wrapper), _) => members.remove(wrapper),
            // Two operations put their parameters into the body itself.
            (None, Some(_)) => Some(Value::Object(members.clone())),
            (None, None) => None,
        };
        let mut args = match inside {
            Some(Value::Object(args)) => args,
            None | Some(Value::Null) => Body::new(),
            Some(_) => {
                return Err(Refusal::text(format!("'{}' is not an object", operation.wrapper.unwrap_or_default())));
            }
        };
        // A null is the same as nothing.
        args.retain(|_, value| !value.is_null());
        if let Some(request) = operation.request {
            for field in request.fields {
                if let Some(value) = args.get(field.json) {
                    let fits = match field.repeat {
                        Repeat::One => fits(field.kind, value),
                        Repeat::List => value.is_array(),
                        Repeat::Map => value.is_object(),
                    };
                    if !fits {
                        return Err(misfit(field.json, field.kind));
                    }
                }
            }
        }
        for param in operation.params.iter().filter(|param| param.place == ParamPlace::Query) {
            if let Some(value) = in_query(param.name, param.kind, param.list, query)? {
                args.insert(param.name.to_owned(), value);
            }
        }
        args.extend(path.pairs().map(|(name, value)| (name.to_owned(), value.into())));
        let mut tags = |name: &str| {
            let inside = args.remove(name);
            let tags = members.remove(name).or(inside);
            let tags = tags.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            tags.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (system_tags, user_tags) = (tags("systemTags"), tags("userTags"));
        Ok(Self { operation, args, system_tags, user_tags, who: None })
    }

    /// A text parameter; empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.args, name)
    }

    /// The texts of a list; none when there is no such parameter.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.args.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(Value::as_str).collect()
    }

    /// What the server looks at once it has taken the request in: that nothing is missing, and that words are known.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Self { operation, args, .. } = self;
        let name = operation.name;
        let fields = operation.request.map_or(&[][..], |request| request.fields);
        let required = fields.iter().filter(|field| field.required).map(|field| field.json);
        let params = operation.params.iter().filter(|param| param.required && param.place != ParamPlace::Body);
        if let Some(missing) = required.chain(params.map(|param| param.name)).find(|name| !args.contains_key(*name)) {
            let details = format!("field[{missing}] of message[API{name}Msg] is mandatory, can not be null");
            return Err(Failure::argument(details));
        }
        for field in fields {
            let (Kind::Enum(words), Some(Value::String(word))) = (field.kind, args.get(field.json)) else { continue };
            if !words.values.iter().any(|value| value.name == word) {
                let known: Vec<&str> = words.values.iter().map(|value| value.name).collect();
                let details = format!("invalid value of field[{}], valid values are {}", field.json, known.join(", "));
                return Err(Failure::argument(details));
            }
        }
        Ok(())
    }
}

/// A parameter of the query: given several times or with numbers behind its name when it is a list, with keys when it
/// is a map.
fn in_query(name: &str, kind: Kind, list: bool, query: &[(String, String)]) -> Result<Option<Value>, Refusal> {
    let dotted = |given: &str| given.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    if matches!(kind, Kind::Json) && !list {
        let members = query.iter().filter_map(|(given, value)| Some((dotted(given)?, value.as_str().into())));
        let members: Body = members.collect();
        return Ok((!members.is_empty()).then_some(members.into()));
    }
    let numbered = |given: &str| list && dotted(given).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let given = query.iter().filter(|(given, _)| given == name || numbered(given));
    let values: Vec<Value> =
        given.map(|(_, value)| typed(kind, value).ok_or_else(|| misfit(name, kind))).collect::<Result<_, _>>()?;
    match values.len() {
        0 => Ok(None),
        _ if list => Ok(Some(values.into())),
        1 => Ok(values.into_iter().next()),
        _ => Err(Refusal::text(format!("the parameter '{name}' is given more than once, but it is no list"))),
    }
}

fn typed(kind: Kind, text: &str) -> Option<Value> {
    let value = match kind {
        Kind::Int => text.trim().parse::<i64>().ok()?.into(),
        Kind::Bool if text.eq_ignore_ascii_case("true") => true.into(),
        Kind::Bool if text.eq_ignore_ascii_case("false") => false.into(),
        Kind::Bool => return None,
        _ => text.trim().into(),
    };
    Some(value)
}

/// Whether a value is one of this kind, as the server takes them before it looks at anything else.
fn fits(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Int, Value::Number(number)) => number.is_i64() || number.as_f64().is_some_and(|it| it.fract() == 0.0),
        (Kind::Int | Kind::Bool, Value::String(text)) => typed(kind, text).is_some(),
        (Kind::Bool, value) => value.is_boolean(),
        (Kind::Int, _) => false,
        _ => true,
    }
}

fn misfit(name: &str, kind: Kind) -> Refusal {
    Refusal::text(format!("the parameter '{name}' must be of type {}", kind.name()))
}
