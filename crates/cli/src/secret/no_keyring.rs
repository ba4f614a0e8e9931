//! The platform's keyring, in a build without it.

use super::Secret;
use crate::exit::Failure;

fn none<T>() -> Result<T, Failure> {
    Err(Failure::not_built("the keyring of the platform", "keyring"))
}

pub(super) fn read(_: &str) -> Result<Secret, Failure> {
    none()
}

pub(crate) fn keep(_: &str, _: &Secret) -> Result<(), Failure> {
    none()
}

pub(crate) fn forget(_: &str) -> Result<(), Failure> {
    none()
}
