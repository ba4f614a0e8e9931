//! The management node.

use serde_json::{Value, json};

use crate::engine::schedule::Clocked as _;
use crate::zstack::backend::Backend;
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;

/// The release that is simulated.
const VERSION: &str = "5.2.1";

/// `GetCurrentTime`.
pub(super) fn current_time(backend: &mut Backend, _: &Input) -> Result<Value, Failure> {
    let seconds = backend.seconds();
    Ok(json!({"currentTime": {"MillionSeconds": seconds.saturating_mul(1000), "Seconds": seconds}}))
}

/// `GetVersion`.
pub(super) fn version(_: &mut Backend, _: &Input) -> Result<Value, Failure> {
    Ok(json!({ "version": VERSION }))
}

/// `IsReadyToGo`.
pub(super) fn ready(_: &mut Backend, _: &Input) -> Result<Value, Failure> {
    Ok(json!({}))
}
