//! Filtering and sorting, on the records themselves.

use backhaul_filter::{Place, Predicate, QueryDef, Record, Reflected, Scalar, Severity, check, compare, parse};
use backhaul_models::em::{BackupServer, CloudTenant};

use super::fields::{ADDRESS, TENANT_KIND};
use super::{Call, Refusal, guid};

/// A record with what it belongs to.
pub(super) struct Row<'a> {
    /// Its place in the estate.
    pub(super) at: usize,
    pub(super) entity: Reflected<'a>,
    pub(super) server: Option<&'a BackupServer>,
    pub(super) tenant: Option<&'a CloudTenant>,
}

impl Record for Row<'_> {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field(TENANT_KIND) => self.tenant_kind().into(),
            // Enterprise Manager knows a server by name, and the simulated ones go by their address.
            Place::Field(ADDRESS) => self.entity.get(Place::Attribute("Name")),
            Place::LinkName("BackupServer") => self.server.and_then(|it| it.name.as_deref()).into(),
            Place::LinkId("BackupServer") => self.server.map(|it| guid(it.uid.as_ref())).into(),
            Place::LinkName("CloudTenant") => self.tenant.and_then(|it| it.name.as_deref()).into(),
            Place::LinkId("CloudTenant") => self.tenant.map(|it| guid(it.uid.as_ref())).into(),
            own => self.entity.get(own),
        }
    }
}

impl Row<'_> {
    fn tenant_kind(&self) -> Option<&'static str> {
        let kind = self.tenant?.tenant_type.as_ref();
        Some(match kind {
            Some(kind) if kind.ad_tenant_type.is_some() => "ActiveDirectory",
            Some(kind) if kind.v_cloud_tenant.is_some() => "vCD",
            _ => "Standalone",
        })
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
