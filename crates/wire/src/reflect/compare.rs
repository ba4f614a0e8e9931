use std::hash::{Hash, Hasher};

use super::{Node, Scalar, Struct, View};

impl dyn Struct {
    /// The fields that the type does not know, on types that keep them: all generated ones.
    #[must_use]
    pub fn unknown(&self) -> Option<&super::Unknown> {
        match self.view(self.shape().fields.len()) {
            super::View::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// Where unknown fields go, on types that keep them.
    pub fn unknown_mut(&mut self) -> Option<&mut super::Unknown> {
        match self.slot(self.shape().fields.len()) {
            super::Slot::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// The field with this wire or JSON name; [`super::View::None`] when there is none.
    #[must_use]
    pub fn field(&self, name: &str) -> super::View<'_> {
        self.shape().index_of(name).map_or(super::View::None, |index| self.view(index))
    }

    /// The field at a dotted path of wire names, such as `RepositoryQuota.QuotaMb`; lists and maps end the path.
    #[must_use]
    pub fn path(&self, path: &str) -> super::View<'_> {
        match path.split_once('.') {
            None => self.field(path),
            Some((first, rest)) => self.field(first).nested().map_or(super::View::None, |nested| nested.path(rest)),
        }
    }
}

/// Equality of two values of one type, field by field.
impl PartialEq for dyn Struct {
    fn eq(&self, other: &Self) -> bool {
        self.shape().name == other.shape().name
            && self.shape().fields.len() == other.shape().fields.len()
            && (0..self.shape().fields.len()).all(|i| same(self.view(i).node(), other.view(i).node()))
            && self.unknown() == other.unknown()
    }
}

fn same(a: Node<'_>, b: Node<'_>) -> bool {
    match (a, b) {
        (Node::Absent, Node::Absent) => true,
        // One that is no number is the same as another: a value is asked whether it came back, not whether it is
        // ordered.
        (Node::Scalar(Scalar::Float(a)), Node::Scalar(Scalar::Float(b))) => a == b || a.is_nan() && b.is_nan(),
        (Node::Scalar(a), Node::Scalar(b)) => a == b,
        (Node::Json(a), Node::Json(b)) => a == b,
        (Node::Struct(a), Node::Struct(b)) => a == b,
        (Node::List(a), Node::List(b)) => a.len == b.len && (0..a.len).all(|i| same(a.get(i), b.get(i))),
        (Node::Map(a), Node::Map(b)) => {
            a.len == b.len && a.iter().zip(b.iter()).all(|((ka, va), (kb, vb))| ka == kb && same(va, vb))
        }
        _ => false,
    }
}

/// Of values that are equal the same: a large one can be compared with what is read later, when it is gone.
///
/// A secret goes into it as it is, so a hash of one alone must not be shown.
impl Hash for dyn Struct {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shape().name.hash(state);
        (0..=self.shape().fields.len()).for_each(|index| self.view(index).hash(state));
    }
}

/// What stands at a field, as equality of structs sees it.
impl Hash for View<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            View::Unknown(unknown) => unknown.hash(state),
            view => hash(view.node(), state),
        }
    }
}

fn hash<H: Hasher>(node: Node<'_>, state: &mut H) {
    std::mem::discriminant(&node).hash(state);
    match node {
        Node::Absent => {}
        Node::Scalar(scalar) => {
            std::mem::discriminant(&scalar).hash(state);
            match scalar {
                Scalar::Bool(value) => value.hash(state),
                Scalar::Int(value) => value.hash(state),
                // Both zeros are equal, and all that is no number.
                Scalar::Float(0.0) => 0_u64.hash(state),
                Scalar::Float(value) if value.is_nan() => f64::NAN.to_bits().hash(state),
                Scalar::Float(value) => value.to_bits().hash(state),
                Scalar::Text(text) | Scalar::Enum(text) => text.hash(state),
                Scalar::Secret(secret) => secret.expose().hash(state),
            }
        }
        Node::Json(value) => value.hash(state),
        Node::Struct(value) => value.hash(state),
        Node::List(list) => {
            list.len.hash(state);
            (0..list.len).for_each(|index| hash(list.get(index), state));
        }
        Node::Map(map) => {
            map.len.hash(state);
            map.iter().for_each(|(name, value)| {
                name.hash(state);
                hash(value, state);
            });
        }
    }
}
