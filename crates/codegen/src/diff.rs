//! `cargo xtask diff`: what a version of an API has that another has not, as the marks in `schemas/` tell.
//!
//! Versions are merged into one type per entity, so most of what a vendor changes changes nothing for users of the
//! crates: what is gone stays for the servers that have it. Each change says which it is ([`Verdict`]).

mod render;

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::import::NamesFile;
use crate::ir::{Field, Operation, Param, Response, Struct, Type, TypeShape, Types, Union, Value, Versions};
use crate::project;

/// How two versions of an API differ.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The system.
    pub system: String,
    /// The older version.
    pub from: u8,
    /// The newer version.
    pub to: u8,
    /// The changes, by what they are of and by name.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What changed.
    pub of: Subject,
    /// Its name: `BackupRepository.isOutdated`, `GET /Jobs?limit`.
    pub name: String,
    /// How it changed.
    pub change: Kind,
    /// More of it; may be empty.
    pub detail: String,
    /// What it means for users of the crates.
    pub verdict: Verdict,
}

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Subject {
    Type,
    Property,
    Value,
    Operation,
    Parameter,
    Paging,
}

/// How something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Added,
    Removed,
    Retyped,
}

/// What a change means for users of the crates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Code that compiled may no longer: a constructor takes more, or a call answers with another type.
    Breaking,
    /// There is more to use; what there was stays.
    Additive,
    /// The crates look the same; only what goes over the wire differs.
    WireOnly,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::WireOnly => "wire only",
        })
    }
}

impl Diff {
    /// Compares two versions of a system whose schemas stand below `root`.
    ///
    /// # Errors
    /// When the schemas break a rule.
    pub fn read(root: &Path, system: &str, from: u8, to: u8) -> Result<Self> {
        let known = crate::import::versions(root, system)
            .map_err(|error| crate::SchemaError::new(format!("{system}/versions.json"), "", error.to_string()))?;
        if let Some(missing) = [from, to].into_iter().find(|version| !known.contains(version)) {
            let label = |version: u8| crate::import::label(system, version);
            let known: Vec<String> = known.iter().map(|version| label(*version)).collect();
            let rule = format!("{} was never imported: there are {}", label(missing), known.join(", "));
            return Err(crate::SchemaError::new(format!("{system}/versions.json"), "", rule));
        }
        if system == "em" {
            let (types, operations) = project::em_schemas(root)?;
            return Ok(Self::of(system, &types, &operations, None, from, to));
        }
        let (types, operations, _) = project::schemas(root, system)?;
        let names = project::names(root, system)?;
        Ok(Self::of(system, &types, &operations, names.as_ref(), from, to))
    }

    /// Compares two versions of types and operations.
    #[must_use]
    pub fn of(
        system: &str,
        types: &Types,
        operations: &[Operation],
        names: Option<&NamesFile>,
        from: u8,
        to: u8,
    ) -> Self {
        let mut finder = Finder { from, to, types, sent: project::requests(operations), changes: Vec::new() };
        for ty in &types.types {
            finder.ty(ty);
        }
        for operation in operations {
            finder.operation(operation);
        }
        for (place, settled) in names.map(|names| &names.conflicts).into_iter().flatten() {
            if settled.since.is_some_and(|since| from < since && since <= to) {
                // The release that took the newer type in gave the field another type.
                finder.add(Subject::Property, place, Kind::Retyped, &settled.why, Verdict::Breaking);
            }
        }
        finder.changes.sort();
        Self { system: system.to_owned(), from, to, changes: finder.changes }
    }
}

struct Finder<'a> {
    from: u8,
    to: u8,
    types: &'a Types,
    /// The types that have constructors.
    sent: std::collections::BTreeSet<&'a str>,
    changes: Vec<Change>,
}

/// Which of the two versions has something.
enum In {
    Both,
    Neither,
    Only(Kind),
}

impl Finder<'_> {
    fn add(&mut self, of: Subject, name: &str, change: Kind, detail: &str, verdict: Verdict) {
        self.changes.push(Change { of, name: name.to_owned(), change, detail: detail.to_owned(), verdict });
    }

    fn which(&self, versions: Versions) -> In {
        let has = |version: u8| {
            versions.since.is_none_or(|since| version >= since) && versions.until.is_none_or(|until| version <= until)
        };
        match (has(self.from), has(self.to)) {
            (true, true) => In::Both,
            (false, false) => In::Neither,
            (false, true) => In::Only(Kind::Added),
            (true, false) => In::Only(Kind::Removed),
        }
    }

    /// Notes what only one of the versions has; gives whether both have it.
    fn both(&mut self, of: Subject, name: &str, versions: Versions, added: Verdict) -> bool {
        match self.which(versions) {
            In::Both => return true,
            In::Neither => {}
            In::Only(Kind::Added) => self.add(of, name, Kind::Added, "", added),
            In::Only(kind) => self.add(of, name, kind, "stays for the versions that have it", Verdict::WireOnly),
        }
        false
    }

    fn ty(&mut self, ty: &Type) {
        if !self.both(Subject::Type, &ty.name, ty.versions, Verdict::Additive) {
            return;
        }
        match &ty.shape {
            TypeShape::Struct(Struct { fields, .. }) => fields.iter().for_each(|field| self.field(ty, field)),
            // The fields of a union are those of its kinds, which are types themselves.
            TypeShape::Union(union) => self.union(ty, union),
            TypeShape::Enum(values) => values.iter().for_each(|value| self.value(ty, value)),
        }
    }

    fn field(&mut self, ty: &Type, field: &Field) {
        let name = format!("{}.{}", ty.name, field.wire);
        // What comes later than its type, or is wanted later, is never an argument of the constructor.
        let both = self.both(Subject::Property, &name, field.versions, Verdict::Additive);
        if both && self.sent.contains(ty.name.as_str()) {
            self.wanted(Subject::Property, &name, field.required, field.required_in);
        }
    }

    /// Notes what only one of the versions wants in a request.
    fn wanted(&mut self, of: Subject, name: &str, required: bool, required_in: Versions) {
        let In::Only(kind) = self.which(required_in) else { return };
        let detail = if kind == Kind::Added { "required from now on" } else { "required no more" };
        if required {
            self.add(of, name, Kind::Retyped, detail, Verdict::WireOnly);
        }
    }

    /// A kind is as old as its type.
    fn union(&mut self, ty: &Type, union: &Union) {
        for variant in &union.variants {
            let Some(kind) = self.types.types.iter().find(|kind| kind.name == variant.ty) else { continue };
            self.both(Subject::Value, &format!("{}: {}", ty.name, kind.name), kind.versions, Verdict::Additive);
        }
    }

    fn value(&mut self, ty: &Type, value: &Value) {
        self.both(Subject::Value, &format!("{}: {}", ty.name, value.name), value.versions, Verdict::Additive);
    }

    fn operation(&mut self, operation: &Operation) {
        let name = format!("{} {}", operation.method, operation.path);
        if !self.both(Subject::Operation, &name, operation.versions, Verdict::Additive) {
            return;
        }
        for param in &operation.params {
            self.param(&name, param);
        }
        let (old, new) = (form(operation, self.from), form(operation, self.to));
        for (what, old, new) in [("asks for", old.0, new.0), ("answers with", old.1, new.1)] {
            if old != new {
                let detail = format!("{what} {new}, no longer {old}");
                self.add(Subject::Operation, &name, Kind::Retyped, &detail, Verdict::Breaking);
            }
        }
        let Some(bare) = operation.bare else { return };
        if let In::Only(kind) = self.which(bare) {
            let detail =
                if kind == Kind::Removed { "a bare array became a page" } else { "a page became a bare array" };
            self.add(Subject::Paging, &name, Kind::Retyped, detail, Verdict::WireOnly);
        }
    }

    fn param(&mut self, operation: &str, param: &Param) {
        let name = format!("{operation}?{}", param.name);
        match self.which(param.versions) {
            // It is no argument of the call, which older servers take as it is: it is asked for when the call goes to a
            // newer one.
            In::Only(Kind::Added) if param.required => {
                self.add(Subject::Parameter, &name, Kind::Added, "required from now on", Verdict::Additive);
            }
            _ if self.both(Subject::Parameter, &name, param.versions, Verdict::Additive) => {
                self.wanted(Subject::Parameter, &name, param.required, param.required_in);
            }
            _ => {}
        }
    }
}

/// The names of what an operation asks for and answers in a version.
fn form(operation: &Operation, version: u8) -> (String, String) {
    let older = operation.older.iter().find(|form| version <= form.until);
    let (request, response) = match older {
        Some(form) => (form.request.as_ref(), &form.response),
        None => (operation.request.as_ref(), &operation.response),
    };
    let request = request.map_or("nothing".to_owned(), |request| {
        let name = request.ty.as_deref().unwrap_or("id");
        if request.list { format!("a list of {name}") } else { name.to_owned() }
    });
    let response = match response {
        Response::Empty => "nothing".to_owned(),
        Response::Bytes => "a file".to_owned(),
        Response::Body(name) | Response::Inventory(name) | Response::Forms(name, _) => name.clone(),
        Response::Inventories(name) => format!("a list of {name}"),
        Response::Page(name) | Response::List(name, _) => format!("pages of {name}"),
    };
    (request, response)
}
