//! Whether what a file of query types says of the entities is true.

use super::{Param, ParamKind, Queries, QueryType, Source};
use crate::error::{Result, SchemaError};
use crate::ir::{Field, Kind, Place, Repeat, Struct, Type, TypeShape, Types, is_type_name};

/// The type of a query's answer.
const ANSWER: &str = "QueryResult";

/// One file and the types that it speaks of.
pub(super) struct Check<'a> {
    pub(super) path: &'a str,
    pub(super) types: &'a Types,
}

impl<'a> Check<'a> {
    pub(super) fn all(&self, queries: &Queries) -> Result<()> {
        for (i, query) in queries.types.iter().enumerate() {
            let pointer = format!("/types/{i}");
            let before = queries.types.iter().take(i);
            if !is_type_name(&query.name) {
                let rule = format!("`{}` is not a type name: use UpperCamelCase letters and digits", query.name);
                return self.fail(format!("{pointer}/type"), rule);
            }
            if before.into_iter().any(|other| other.name.eq_ignore_ascii_case(&query.name)) {
                return self.fail(format!("{pointer}/type"), format!("the query type `{}` stands twice", query.name));
            }
            self.query(query, &pointer)?;
        }
        Ok(())
    }

    fn query(&self, query: &QueryType, pointer: &str) -> Result<()> {
        let Some(entity) = self.structure(&query.entity) else {
            return self.fail(format!("{pointer}/entity"), format!("no struct `{}` in the schema", query.entity));
        };
        let answer = self.structure(ANSWER).and_then(|answer| one(answer, &query.bucket));
        let Some(bucket) = answer.and_then(|field| self.inside(field)) else {
            return self.fail(format!("{pointer}/bucket"), format!("`{ANSWER}` has no struct `{}`", query.bucket));
        };
        let wanted = Kind::Struct(query.entity.clone());
        let list = bucket.fields.iter().find(|field| field.wire == query.list);
        if !list.is_some_and(|field| field.repeat == Repeat::List && field.kind == wanted) {
            let rule = format!("`{}` has no list `{}` of `{}`", query.bucket, query.list, query.entity);
            return self.fail(format!("{pointer}/list"), rule);
        }
        for (i, param) in query.params.iter().enumerate() {
            let pointer = format!("{pointer}/params/{i}");
            if param.name.is_empty() || !param.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return self.fail(format!("{pointer}/name"), "a filter field has letters, digits and `_`");
            }
            let before = query.params.iter().take(i);
            if before.into_iter().any(|other| other.name.eq_ignore_ascii_case(&param.name)) {
                return self.fail(format!("{pointer}/name"), format!("the filter field `{}` stands twice", param.name));
            }
            if param.values.is_empty() == (param.kind == ParamKind::Enum) {
                return self.fail(format!("{pointer}/values"), "an enum lists its values, and nothing else does");
            }
            self.source(entity, param, &format!("{pointer}/source"))?;
        }
        Ok(())
    }

    fn source(&self, entity: &Struct, param: &Param, pointer: &str) -> Result<()> {
        let (member, field) = match &param.source {
            Source::ServerOnly => return Ok(()),
            Source::Field(path) => ("field", self.follow(entity, path)),
            Source::Not(path) => ("not", self.follow(entity, path)),
            Source::Attribute(name) => (
                "attribute",
                one(entity, name)
                    .filter(|f| f.place == Place::Attribute)
                    .ok_or_else(|| format!("the entity has no attribute `{name}`")),
            ),
            Source::LinkName(link) => ("linkName", self.links(entity, link)),
            Source::LinkId(link) => ("linkId", self.links(entity, link)),
        };
        let pointer = format!("{pointer}/{member}");
        let field = match field {
            Ok(field) => field,
            Err(rule) => return self.fail(pointer, rule),
        };
        let fits = match &param.source {
            Source::Not(_) => param.kind == ParamKind::Boolean && field.kind == Kind::Bool,
            Source::LinkName(_) => param.kind == ParamKind::String,
            Source::LinkId(_) => matches!(param.kind, ParamKind::UidType | ParamKind::String),
            _ => holds(&field.kind, param.kind),
        };
        if fits {
            return Ok(());
        }
        self.fail(pointer, format!("`{}` is {:?}, which does not come from there", param.name, param.kind))
    }

    /// The field at the end of a path of XML names.
    fn follow(&self, entity: &'a Struct, path: &str) -> std::result::Result<&'a Field, String> {
        let (mut here, mut names) = (entity, path.split('.').peekable());
        while let Some(name) = names.next() {
            let field = one(here, name).ok_or_else(|| format!("`{path}`: there is no single field `{name}`"))?;
            if names.peek().is_some() {
                here = self.inside(field).ok_or_else(|| format!("`{path}`: `{name}` has no fields"))?;
            } else if std::ptr::eq(here, entity) && field.place == Place::Attribute {
                return Err(format!("`{name}` is an attribute: say `attribute`"));
            } else {
                return Ok(field);
            }
        }
        Err("a path is not empty".to_owned())
    }

    /// The entity's links.
    fn links(&self, entity: &'a Struct, link: &str) -> std::result::Result<&'a Field, String> {
        if !is_type_name(link) || link.ends_with("Reference") {
            return Err(format!("`{link}` is not a link type without `Reference`"));
        }
        let links = entity.fields.iter().find(|f| f.wire == "Links" && f.repeat == Repeat::List);
        links.ok_or_else(|| "the entity has no links".to_owned())
    }

    fn structure(&self, name: &str) -> Option<&'a Struct> {
        match self.types.get(name) {
            Some(Type { shape: TypeShape::Struct(body), .. }) => Some(body),
            _ => None,
        }
    }

    /// The struct that a field holds.
    fn inside(&self, field: &Field) -> Option<&'a Struct> {
        match &field.kind {
            Kind::Struct(name) => self.structure(name),
            _ => None,
        }
    }

    fn fail<T>(&self, pointer: String, rule: impl Into<String>) -> Result<T> {
        Err(SchemaError::new(self.path, pointer, rule))
    }
}

/// The field of this XML name that holds one value: a filter has no word for one of several.
fn one<'a>(body: &'a Struct, name: &str) -> Option<&'a Field> {
    body.fields.iter().find(|field| field.wire == name && field.repeat == Repeat::One)
}

/// Whether a filter field of this kind can be read from a field of that kind.
fn holds(field: &Kind, param: ParamKind) -> bool {
    match param {
        ParamKind::String => matches!(field, Kind::Text | Kind::Id | Kind::Enum(_)),
        ParamKind::Boolean => *field == Kind::Bool,
        ParamKind::Int | ParamKind::Int64 => *field == Kind::Int,
        ParamKind::Double => matches!(field, Kind::Int | Kind::Float),
        ParamKind::DateTime => *field == Kind::DateTime,
        ParamKind::UidType => *field == Kind::Id,
        ParamKind::Enum => matches!(field, Kind::Enum(_) | Kind::Text),
    }
}
