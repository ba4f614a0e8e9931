//! Which cargo features a type is compiled with.
//!
//! A schema file names the feature of its types and operations (`x-feature`). What one of them refers to must be there
//! as well, so a type has the features of its own file and of everything that leads to it; what a file without a
//! feature leads to is always there.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Field, Kind, Operation, Param, Response, Type, TypeShape, Types};

/// Features of which one must be on; `None` when it is always there.
pub type Features = Option<BTreeSet<String>>;

/// The features of a system's families and types.
#[derive(Debug, Clone, Default)]
pub struct Closure {
    families: BTreeMap<String, String>,
    types: BTreeMap<String, Features>,
    rows: Option<String>,
}

impl Closure {
    /// Follows the references of types and operations. `families` gives the feature of each family that has one.
    #[must_use]
    pub fn new(families: BTreeMap<String, String>, types: &Types, operations: &[Operation]) -> Self {
        let mut closure = Self { families, types: BTreeMap::new(), rows: None };
        let all: BTreeMap<&str, &Type> = types.types.iter().map(|ty| (ty.name.as_str(), ty)).collect();
        let mut todo: Vec<(&str, Features)> = Vec::new();
        todo.extend(types.types.iter().map(|ty| (ty.name.as_str(), closure.family(&ty.family))));
        for operation in operations {
            let features = closure.family(&operation.family);
            todo.extend(used(operation).into_iter().map(|name| (name, features.clone())));
        }
        while let Some((name, features)) = todo.pop() {
            if closure.add(name, &features)
                && let Some(ty) = all.get(name)
            {
                let features = closure.of(name);
                todo.extend(references(ty).into_iter().map(|target| (target, features.clone())));
            }
        }
        closure
    }

    /// With a feature that brings what has none of its own on as rows, without types.
    #[must_use]
    pub fn with_rows(self, feature: String) -> Self {
        Self { rows: Some(feature), ..self }
    }

    /// The feature that brings what has none of its own on as rows.
    #[must_use]
    pub fn rows(&self) -> Option<&str> {
        self.rows.as_deref()
    }

    /// Whether anything depends on a feature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// The features of a family's operations.
    #[must_use]
    pub fn family(&self, family: &str) -> Features {
        self.families.get(family).map(|feature| BTreeSet::from([feature.clone()]))
    }

    /// The features of a type.
    #[must_use]
    pub fn of(&self, name: &str) -> Features {
        self.types.get(name).cloned().flatten()
    }

    /// Every feature, sorted.
    #[must_use]
    pub fn all(&self) -> BTreeSet<&str> {
        self.families.values().map(String::as_str).collect()
    }

    /// Adds features to a type; whether that says anything new.
    fn add(&mut self, name: &str, more: &Features) -> bool {
        let all = self.all().len();
        let Some(known) = self.types.get_mut(name) else {
            self.types.insert(name.to_owned(), more.clone());
            return true;
        };
        match (known.as_mut(), more) {
            (None, _) => false,
            (Some(_), None) => {
                *known = None;
                true
            }
            (Some(features), Some(more)) => {
                let before = features.len();
                features.extend(more.iter().cloned());
                debug_assert!(features.len() <= all);
                features.len() > before
            }
        }
    }
}

/// The types that an operation names.
#[must_use]
pub fn used(operation: &Operation) -> Vec<&str> {
    let mut names: Vec<&str> = operation.params.iter().filter_map(Param::named).collect();
    names.extend(operation.request.iter().filter_map(|request| request.ty.as_deref()));
    match &operation.response {
        Response::Empty | Response::Bytes => {}
        Response::Body(name)
        | Response::Page(name)
        | Response::Inventory(name)
        | Response::Inventories(name)
        | Response::List(name, _) => names.push(name),
        Response::Forms(entity, reference) => names.extend([entity.as_str(), reference]),
    }
    names
}

/// The types that a type names.
#[must_use]
pub fn references(ty: &Type) -> Vec<&str> {
    match &ty.shape {
        TypeShape::Struct(body) => body.fields.iter().filter_map(Field::named).collect(),
        TypeShape::Union(body) => {
            let kinds = body.variants.iter().map(|variant| variant.ty.as_str());
            kinds.chain(body.fields.iter().filter_map(Field::named)).collect()
        }
        TypeShape::Enum(_) => Vec::new(),
    }
}

impl Field {
    /// The type that it names.
    fn named(&self) -> Option<&str> {
        self.kind.named()
    }
}

impl Param {
    /// The type that it names.
    fn named(&self) -> Option<&str> {
        self.kind.named()
    }
}

impl Kind {
    /// The type that it names.
    fn named(&self) -> Option<&str> {
        match self {
            Self::Enum(name) | Self::Struct(name) => Some(name),
            _ => None,
        }
    }
}
