//! Filtering and sorting, on the records themselves.

use backhaul_filter::{Place, Predicate, QueryDef, Record, Scalar, Severity, check, compare, parse};
use backhaul_wire::Struct;

use super::fields::{ADDRESS, COMPUTER, FILE_SERVER, PLAN_PLATFORM, TENANT_KIND, TENANT_NAME};
use crate::em::resource_types::Part;
use crate::em::store::{self, Store};
use crate::em::value::text;
use crate::em::{Call, Refusal};

/// The kinds of what filters call a job.
const JOBS: [&str; 4] = ["Job", "AgentBackupJob", "NASJob", "CdpPolicy"];

/// Something that can be found: a record, an item of one of its parts, or a task.
pub(super) struct Row<'a> {
    pub(super) body: &'a dyn Struct,
    /// The record, or the one whose part it is; `None` for tasks.
    pub(super) record: Option<&'a store::Record>,
    pub(super) part: Option<&'static Part>,
    pub(super) store: &'a Store,
}

impl Record for Row<'_> {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field(TENANT_KIND) => self.tenant_kind().into(),
            // Enterprise Manager knows a server by name, and the simulated ones go by their address.
            Place::Field(ADDRESS) => text(self.body, "Name").into(),
            Place::Field(PLAN_PLATFORM) => self.plan_platform().into(),
            Place::Field(TENANT_NAME) => self.named("CloudTenant", "TenantUid").into(),
            Place::Field(FILE_SERVER) => self.named("FileServer", "FileServerUid").into(),
            Place::Field(COMPUTER) => {
                text(self.body, "Name").map(|name| name.rsplit_once('@').map_or(name, |(computer, _)| computer)).into()
            }
            Place::LinkName(kind) => self.owner(kind).and_then(store::Record::name).into(),
            Place::LinkId(kind) => self.owner(kind).map(|owner| &*owner.id).into(),
            own => scalar(self.body, own),
        }
    }
}

/// A value of a record's own. Links are found in the store, and not in it.
fn scalar<'a>(body: &'a dyn Struct, place: Place<'_>) -> Scalar<'a> {
    use backhaul_wire::reflect::Scalar as Value;
    let view = match place {
        Place::Field(path) => body.path(path),
        Place::Attribute(name) => body.field(name),
        Place::LinkName(_) | Place::LinkId(_) => return Scalar::Null,
    };
    match view.scalar() {
        Some(Value::Bool(value)) => Scalar::Bool(value),
        Some(Value::Int(value)) => Scalar::Int(value),
        Some(Value::Float(value)) => Scalar::Float(value),
        Some(Value::Text(text) | Value::Enum(text)) => Scalar::Text(text.into()),
        // Nothing is learnt of a secret by filtering.
        Some(Value::Secret(_)) | None => Scalar::Null,
    }
}

impl<'a> Row<'a> {
    fn owner(&self, kind: &str) -> Option<&'a store::Record> {
        let record = self.record?;
        let of = |kind: &str| {
            // What a part belongs to is first of all the record that it is a part of.
            let own = self.part.is_some() && record.kind.name == kind;
            if own { Some(record) } else { self.store.owner(record, kind) }
        };
        if kind == "Job" { JOBS.into_iter().find_map(of) } else { of(kind) }
    }

    fn named(&self, kind: &str, field: &str) -> Option<&'a str> {
        self.store.named(kind, text(self.body, field)?)?.name()
    }

    fn tenant_kind(&self) -> &'static str {
        let has = |name: &str| !self.body.path(&format!("TenantType.{name}")).is_absent();
        match () {
            () if has("ADTenantType") => "ActiveDirectory",
            () if has("vCloudTenant") => "vCD",
            () => "Standalone",
        }
    }

    fn plan_platform(&self) -> Option<&'static str> {
        let has = |name: &str| !self.body.path(&format!("HardwarePlanDetails.{name}")).is_absent();
        let vmware = has("ViCloudHardwarePlan").then_some("VMware");
        vmware.or_else(|| has("HvCloudHardwarePlan").then_some("HyperV"))
    }
}

/// Keeps the rows that the filter asks for and sorts them, as the request says.
pub(super) fn select(call: &Call<'_>, fields: &'static QueryDef, rows: &mut Vec<Row<'_>>) -> Result<(), Refusal> {
    if let Some(source) = call.param("filter").filter(|source| !source.trim().is_empty()) {
        let parsed = parse(source).map_err(|error| Refusal::bad(format!("The filter is malformed: {error}")))?;
        let mut findings = check(&parsed, fields).into_iter();
        if let Some(error) = findings.find(|finding| finding.severity == Severity::Error) {
            return Err(Refusal::bad(format!("The filter does not fit {}: {error}", fields.name)));
        }
        let predicate = Predicate::compile(parsed.expr(), fields).map_err(|error| Refusal::bad(error.to_string()))?;
        rows.retain(|row| predicate.matches(row));
    }
    // Of several, the first counts.
    let sort = call.params.iter().find_map(|(name, value)| {
        let descending = name.eq_ignore_ascii_case("sortDesc");
        (descending || name.eq_ignore_ascii_case("sortAsc")).then_some((descending, value.trim()))
    });
    if let Some((descending, name)) = sort.filter(|(_, name)| !name.is_empty()) {
        let field =
            fields.field(name).ok_or_else(|| Refusal::bad(format!("{} cannot be sorted by {name}.", fields.name)))?;
        rows.sort_by(|a, b| {
            let order = compare(field, a, b);
            if descending { order.reverse() } else { order }
        });
    }
    Ok(())
}
