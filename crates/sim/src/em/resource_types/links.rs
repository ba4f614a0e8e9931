//! The links of a kind's answers, as rows of its table.

/// In which form a link leads to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::em) enum Form {
    Reference,
    Entity,
}

/// What name a link carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::em) enum Title {
    None,
    /// The resource's.
    Own,
    Is(&'static str),
}

/// A link of an answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::em) enum LinkRow {
    /// To a resource of that kind to which this one belongs; left out when there is none.
    To { rel: &'static str, kind: &'static str, form: Form },
    /// To the other form of the resource.
    Alternate,
    /// To the resource itself or to something below it: the relation, the link type, the rest of the address, and the
    /// name.
    Own { rel: &'static str, kind: &'static str, tail: &'static str, name: Title },
    /// As `Own`, where the type of job makes it possible.
    For(JobKinds, &'static LinkRow),
}

/// Types of jobs that differ in what can be done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::em) enum JobKinds {
    Backup,
    Replica,
    /// What is not a backup copy.
    Plain,
    Copy,
}

impl Title {
    /// The name, on a link of a resource with this one.
    pub(in crate::em) fn of(self, own: Option<&str>) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Own => own,
            Self::Is(name) => Some(name),
        }
    }
}

impl JobKinds {
    /// Whether a type of job is among them.
    pub(in crate::em) fn holds(self, job_type: &str) -> bool {
        let copy = matches!(job_type, "BackupCopy" | "ImmediateBackupCopy" | "ImmediateBackupCopyWorker");
        match self {
            Self::Backup => job_type != "Replica",
            Self::Replica => job_type == "Replica",
            Self::Plain => !copy,
            Self::Copy => copy,
        }
    }
}

pub(super) const fn up(kind: &'static str) -> LinkRow {
    LinkRow::To { rel: "Up", kind, form: Form::Reference }
}

pub(super) const fn up_entity(kind: &'static str) -> LinkRow {
    LinkRow::To { rel: "Up", kind, form: Form::Entity }
}

pub(super) const fn related(kind: &'static str) -> LinkRow {
    LinkRow::To { rel: "Related", kind, form: Form::Reference }
}

pub(super) const fn related_entity(kind: &'static str) -> LinkRow {
    LinkRow::To { rel: "Related", kind, form: Form::Entity }
}

/// A link without a name; the rest of the address begins with `/` or `?`.
pub(super) const fn own(rel: &'static str, kind: &'static str, tail: &'static str) -> LinkRow {
    LinkRow::Own { rel, kind, tail, name: Title::None }
}

/// A link with the resource's name.
pub(super) const fn titled(rel: &'static str, kind: &'static str, tail: &'static str) -> LinkRow {
    LinkRow::Own { rel, kind, tail, name: Title::Own }
}

/// A link with a name of its own.
pub(super) const fn called(rel: &'static str, kind: &'static str, tail: &'static str, name: &'static str) -> LinkRow {
    LinkRow::Own { rel, kind, tail, name: Title::Is(name) }
}

pub(super) const fn down(kind: &'static str, tail: &'static str) -> LinkRow {
    own("Down", kind, tail)
}

pub(super) const fn action(rel: &'static str, tail: &'static str) -> LinkRow {
    own(rel, "", tail)
}

pub(super) const EDIT: &str = "Edit";
pub(super) const DELETE: &str = "Delete";
pub(super) const SERVER: LinkRow = up("BackupServer");
pub(super) const ALTERNATE: LinkRow = LinkRow::Alternate;
