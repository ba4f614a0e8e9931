//! The file form.

use backhaul_wire::reflect::DynamicStruct;

use super::{Usage, Vb365Estate, Vb365Record};
use crate::engine::form::{FormError, Object, fill, record, records, refers};
use crate::vb365::paths::is_known;

pub(crate) fn read(mut object: Object) -> Result<Vb365Estate, FormError> {
    let mut estate = Vb365Estate::default();
    if let Some(id) = object.text("installationId")? {
        estate.installation_id = id.into();
    }
    if let Some(build) = object.text("build")? {
        estate.build = build;
    }
    estate.organizations = records(&mut object, "organizations")?;
    estate.repositories = records(&mut object, "repositories")?;
    for (path, value) in object.list("usage")? {
        let mut row = Object::new(path, value)?;
        let organization = row.required("organizationId")?;
        let (path, rest) = row.rest();
        let usage = Usage { organization_id: organization.into(), space: record(&path, &rest)? };
        refers(
            &format!("{path}.organizationId"),
            Some(&usage.organization_id),
            estate.organizations.iter().map(|it| it.id.as_ref()),
            "vb365.organizations",
        )?;
        refers(
            &format!("{path}.repositoryId"),
            usage.space.repository_id.as_ref(),
            estate.repositories.iter().map(|it| it.id.as_ref()),
            "vb365.repositories",
        )?;
        estate.usage.push(usage);
    }
    estate.records = any_records(&mut object)?;
    object.finish()?;
    Ok(estate)
}

/// Records of any collection, each with the path of what it is in.
fn any_records(object: &mut Object) -> Result<Vec<Vb365Record>, FormError> {
    let mut all = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let at = row.required("at")?;
        let Some(shape) = is_known(&at) else {
            let message = format!("`{}` is the path of no collection and of no document", at.escape_debug());
            return Err(FormError::new(row.at("at"), message));
        };
        let place = row.at("record");
        let body = row.take("record").ok_or_else(|| FormError::new(&place, "it is missing"))?;
        fill(&place, &body, &mut DynamicStruct::new(shape))?;
        row.finish()?;
        all.push(Vb365Record::new(&at, body));
    }
    Ok(all)
}
