//! What a body held that the schemas do not know, or know otherwise.

/// Unknown fields and enum values met while decoding, and values that did not fit their field, each with its path
/// inside the body.
///
/// Drift is never an error: it is what a newer server, or a mistake in our schemas, looks like. Whoever asks a decoder
/// for it gets all that fits: a value of another type than its field's is kept as an unknown member (on types that keep
/// them), its field stays empty, and the rest is read. Whoever does not ask gets an error there, for nothing may be
/// lost in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// Paths of fields that the type does not have, such as `results[0].newField`, and of those in `misfits`.
    pub unknown_fields: Vec<String>,
    /// Paths and texts of enum values that the type does not list.
    pub unknown_values: Vec<UnknownValueAt>,
    /// Values that did not fit their field, which is then empty, or that could not be kept as they stood.
    pub misfits: Vec<Misfit>,
    /// How many more there were past [`Drift::LIMIT`] of any kind.
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

/// A value that its field cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The path inside the body, down to what did not fit, such as `inventories[0].attachedTemplates[2]`.
    pub path: String,
    /// What was wrong with it, such as "text stands where an object (VmTemplate) is expected".
    pub reason: String,
}

impl Drift {
    /// How many of each kind are kept; a page of 10,000 rows from a newer server repeats itself.
    pub const LIMIT: usize = 1000;

    /// Whether everything was known and fitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unknown_fields.is_empty() && self.unknown_values.is_empty() && self.misfits.is_empty()
    }

    /// Drops what stands below a path.
    pub(crate) fn forget(&mut self, path: &str) {
        self.unknown_fields.retain(|field| !is_below(field, path));
        self.unknown_values.retain(|value| !is_below(&value.path, path));
        self.misfits.retain(|misfit| !is_below(&misfit.path, path));
    }

    /// Drops what was told last, as far as it stands below a path: what was told of a value while that was read. A look
    /// at all of it for each of 100,000 values would be a thousand times the work of reading them.
    pub(crate) fn forget_last(&mut self, path: &str) {
        while self.unknown_fields.pop_if(|field| is_below(field, path)).is_some() {}
        while self.unknown_values.pop_if(|value| is_below(&value.path, path)).is_some() {}
        while self.misfits.pop_if(|misfit| is_below(&misfit.path, path)).is_some() {}
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

    pub(crate) fn misfit(&mut self, path: String, reason: String) {
        if self.misfits.len() < Self::LIMIT {
            self.misfits.push(Misfit { path, reason });
        } else {
            self.more += 1;
        }
    }
}

/// Whether a place is at a path or inside of what is there.
pub(crate) fn is_below(place: &str, path: &str) -> bool {
    place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
