//! The file form of faults.

use std::time::Duration;

use serde_json::Value;

use super::{Effect, Fault};
use crate::engine::form::{FormError, Object, parse};

pub(super) fn read(text: &str) -> Result<Vec<Fault>, FormError> {
    let mut root = Object::new("", parse(text)?)?;
    let faults = root.list("faults")?;
    root.finish()?;
    faults.into_iter().map(|(path, value)| fault(Object::new(path, value)?)).collect()
}

fn fault(mut object: Object) -> Result<Fault, FormError> {
    let mut fault = Fault::new(Effect::Delay);
    if let Some(system) = object.text("system")? {
        let system = system.parse().map_err(|message: String| FormError::new(object.at("system"), message))?;
        fault = fault.system(system);
    }
    fault.method = object.text("method")?;
    if let Some(path) = object.text("path")? {
        fault.path = path;
    }
    fault.skip = object.number("skip")?.unwrap_or(0);
    fault.times = object.number("times")?;
    fault.delay = Duration::from_millis(object.number("delayMs")?.unwrap_or(0));
    fault.effect = effect(&mut object)?;
    let path = object.at("headers");
    object.finish()?;
    fault.check().map_err(|message| FormError::new(path, message))?;
    Ok(fault)
}

fn effect(object: &mut Object) -> Result<Effect, FormError> {
    let name = object.text("effect")?.unwrap_or_else(|| "delay".to_owned());
    Ok(match name.as_str() {
        "delay" => Effect::Delay,
        "status" => Effect::Status {
            status: status(object)?.unwrap_or(500),
            content_type: object.text("contentType")?,
            headers: headers(object)?,
            body: object.text("body")?.unwrap_or_default(),
        },
        "html" => Effect::Html { status: status(object)?.unwrap_or(502) },
        "empty" => Effect::Empty,
        "truncate" => {
            let bytes = object.number("bytes")?.unwrap_or(0);
            Effect::Truncate(usize::try_from(bytes).unwrap_or(usize::MAX))
        }
        "drop" => Effect::Drop,
        "huge" => Effect::Huge(object.number("bytes")?.unwrap_or(200 << 20)),
        "wrongRoot" => Effect::WrongRoot,
        "loopingNext" => Effect::LoopingNext,
        "foreignNext" => Effect::ForeignNext(object.required("to")?),
        "expireSessions" => Effect::ExpireSessions,
        "taskHangs" => Effect::TaskHangs,
        "taskFails" => Effect::TaskFails(object.text("message")?.unwrap_or_else(|| "The operation failed.".to_owned())),
        "taskVanishes" => Effect::TaskVanishes,
        other => {
            let message = format!(
                "`{}` is no effect; there are delay, status, html, empty, truncate, drop, huge, wrongRoot, loopingNext, \
                 foreignNext, expireSessions, taskHangs, taskFails, taskVanishes",
                other.escape_debug()
            );
            return Err(FormError::new(object.at("effect"), message));
        }
    })
}

fn status(object: &mut Object) -> Result<Option<u16>, FormError> {
    let Some(status) = object.number("status")? else {
        return Ok(None);
    };
    let status = u16::try_from(status).ok().filter(|status| (200..=599).contains(status));
    let wrong = || FormError::new(object.at("status"), "a status is a number from 200 to 599");
    status.ok_or_else(wrong).map(Some)
}

fn headers(object: &mut Object) -> Result<Vec<(String, String)>, FormError> {
    let Some(headers) = object.object("headers")? else {
        return Ok(Vec::new());
    };
    let (path, Value::Object(members)) = headers.rest() else {
        return Ok(Vec::new());
    };
    let texts = members.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(FormError::new(format!("{path}.{name}"), "a header is text")),
    });
    texts.collect()
}
