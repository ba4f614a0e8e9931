use std::fmt;

use super::{Node, Scalar, Struct};

/// Prints the fields that are there, by wire name; secrets as `***`.
impl fmt::Debug for dyn Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = self.shape();
        let mut out = f.debug_struct(shape.name);
        for (index, field) in shape.fields.iter().enumerate() {
            let view = self.view(index);
            if !view.is_absent() {
                out.field(field.wire, &Shown(view.node()));
            }
        }
        for field in self.unknown().into_iter().flat_map(super::Unknown::iter) {
            out.field(field.name(), &field.value());
        }
        out.finish()
    }
}

struct Shown<'a>(Node<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::Absent => f.write_str("None"),
            Node::Scalar(Scalar::Bool(v)) => v.fmt(f),
            Node::Scalar(Scalar::Int(v)) => v.fmt(f),
            Node::Scalar(Scalar::Float(v)) => v.fmt(f),
            Node::Scalar(Scalar::Text(v)) => v.fmt(f),
            Node::Scalar(Scalar::Enum(v)) => f.write_str(v),
            Node::Scalar(Scalar::Secret(v)) => v.fmt(f),
            Node::Json(v) => v.fmt(f),
            Node::Struct(v) => v.fmt(f),
            Node::List(list) => f.debug_list().entries((0..list.len).map(|i| Shown(list.get(i)))).finish(),
            Node::Map(map) => f.debug_map().entries(map.iter().map(|(k, v)| (k, Shown(v)))).finish(),
        }
    }
}
