//! Accounts, users and access keys.

use serde_json::Value;

use super::generic::{self, inventory};
use crate::zstack::backend::Backend;
use crate::zstack::class;
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::Body;

/// `CreateAccount`.
pub(super) fn create_account(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let mut input = input.clone();
    input.args.entry("type").or_insert_with(|| "Normal".into());
    keep_password(backend, &input)
}

/// `CreateUser`, in the account of whoever asks.
pub(super) fn create_user(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let mut input = input.clone();
    if let Some(who) = &input.who {
        input.args.insert("accountUuid".to_owned(), who.account.as_str().into());
    }
    keep_password(backend, &input)
}

/// `UpdateAccount`, `UpdateUser`.
pub(super) fn update(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    keep_password(backend, input)
}

/// What the form of the operation suggests; the password, which no object shows, is kept beside it.
fn keep_password(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let answer = generic::answer(backend, input)?;
    if let (Some(uuid), Some(Value::String(password))) =
        (answer["inventory"]["uuid"].as_str(), input.args.get("password"))
    {
        backend.passwords.insert(uuid.to_owned(), password.clone());
    }
    Ok(answer)
}

/// `CreateAccessKey`.
pub(super) fn create_key(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class::find("AccessKeyInventory").ok_or_else(|| Failure::operation("there are no access keys here"))?;
    let mut body = Body::new();
    generic::overlay(class, &mut body, &input.args);
    for (name, length) in [("AccessKeyID", 20), ("AccessKeySecret", 40)] {
        let given = input.text(name).to_owned();
        let value = if given.is_empty() { backend.hex(length) } else { given };
        body.insert(name.to_owned(), value.into());
    }
    body.insert("uuid".to_owned(), input.text("resourceUuid").into());
    body.insert("state".to_owned(), "Enabled".into());
    Ok(inventory(&backend.create(class, body)))
}
