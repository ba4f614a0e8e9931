//! The file form.

use backhaul_models::registry::find_shape;
use backhaul_wire::System;
use backhaul_wire::reflect::DynamicStruct;

use super::{ZstackEstate, ZstackRecord};
use crate::engine::form::{FormError, Object, fill, parse, records};
use crate::zstack::class;

pub(crate) fn read(mut object: Object) -> Result<ZstackEstate, FormError> {
    let mut estate = ZstackEstate::default();
    if let Some(offset) = object.text("utcOffset")? {
        let wrong = || FormError::new(object.at("utcOffset"), "an offset from UTC is written +08:00");
        estate.utc_offset_seconds = offset_seconds(&offset).ok_or_else(wrong)?;
    }
    estate.zones = records(&mut object, "zones")?;
    estate.backup_storages = records(&mut object, "backupStorages")?;
    estate.records = inventories(&mut object)?;
    object.finish()?;
    Ok(estate)
}

/// ZStack's records of any inventory; the two that are listed by name are not among them.
fn inventories(object: &mut Object) -> Result<Vec<ZstackRecord>, FormError> {
    let mut all = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let name = row.required("type")?;
        let shape = find_shape(System::Zstack, &name).filter(|it| class::of_shape(it).is_some());
        let Some(mut record) = shape.map(DynamicStruct::new) else {
            let message = format!("`{}` is no type of inventory", name.escape_debug());
            return Err(FormError::new(row.at("type"), message));
        };
        let at = row.at("record");
        let body = row.take("record").ok_or_else(|| FormError::new(&at, "it is missing"))?;
        fill(&at, &body, &mut record)?;
        row.finish()?;
        all.push(ZstackRecord::boxed(Box::new(record)));
    }
    Ok(all)
}

/// ZStack's records alone.
pub(super) fn records_alone(text: &str) -> Result<Vec<ZstackRecord>, FormError> {
    let mut object = Object::new("", parse(text)?)?;
    let all = inventories(&mut object)?;
    object.finish()?;
    Ok(all)
}

/// `+08:00`, `-03:30`, `Z`.
fn offset_seconds(text: &str) -> Option<i32> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}
