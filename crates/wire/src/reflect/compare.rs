use super::{Node, Scalar, Struct};

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
