//! What a body held that the schemas do not know.

/// Unknown fields and enum values met while decoding, each with its path inside the body.
///
/// Drift is never an error: it is what a newer server, or a mistake in our schemas, looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// Paths of fields that the type does not have, such as `results[0].newField`.
    pub unknown_fields: Vec<String>,
    /// Paths and texts of enum values that the type does not list.
    pub unknown_values: Vec<UnknownValueAt>,
    /// How many more there were past [`Drift::LIMIT`] of either kind.
    pub more: usize,
}

/// An enum value that its type does not list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownValueAt {
    /// The path inside the body.
    pub path: String,
    /// The value as it came.
    pub value: String,
}

impl Drift {
    /// How many of each kind are kept; a page of 10,000 rows from a newer server repeats itself.
    pub const LIMIT: usize = 1000;

    /// Whether everything was known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unknown_fields.is_empty() && self.unknown_values.is_empty()
    }

    /// Drops what stands below a path.
    pub(crate) fn forget(&mut self, path: &str) {
        let below =
            |of: &str| of.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        self.unknown_fields.retain(|field| !below(field));
        self.unknown_values.retain(|value| !below(&value.path));
    }

    pub(crate) fn extend(&mut self, more: Self) {
        for path in more.unknown_fields {
            self.field(path);
        }
        for value in more.unknown_values {
            self.value(value.path, &value.value);
        }
        self.more += more.more;
    }

    pub(crate) fn field(&mut self, path: String) {
        if self.unknown_fields.len() < Self::LIMIT {
            self.unknown_fields.push(path);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn value(&mut self, path: String, value: &str) {
        if self.unknown_values.len() < Self::LIMIT {
            self.unknown_values.push(UnknownValueAt { path, value: value.to_owned() });
        } else {
            self.more += 1;
        }
    }
}
