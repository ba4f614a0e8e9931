//! Typed calls: which version's form they have, what they send, and how their answer is read.
//!
//! They are for the typed clients, which take the calls of their system and no others.

use std::borrow::Cow;

use backhaul_wire::operation::Answer;
use backhaul_wire::{ApiVersion, Call, Operation, Struct, json};
use bytes::Bytes;

use super::{Arguments, Client, RawAnswer};
use crate::address::{Params, Spoken};
use crate::error::{Reason, Result};

impl Client {
    /// Calls an operation whose answer is the end of it.
    pub(crate) async fn call<C: Call>(&self, call: &C) -> Result<C::Answer> {
        let version = self.version().await?;
        self.check_form(C::OPERATION, C::FORM_UNTIL, version)?;
        let raw = self.send(C::OPERATION, &self.arguments(call).await?).await?;
        self.answer::<C>(&raw, version)
    }

    /// The answer to a typed call.
    pub(crate) fn answer<C: Call>(&self, raw: &RawAnswer, version: Option<ApiVersion>) -> Result<C::Answer> {
        let mut answer = C::Answer::default();
        let has_body = raw.has_body() && C::OPERATION.form(version).response.shape().is_some();
        if let Some(target) = answer.target().filter(|_| has_body) {
            self.read(raw, target, None)?;
        }
        Ok(answer)
    }

    /// What a call may hold in a version.
    pub(crate) fn spoken(&self, version: Option<ApiVersion>) -> Spoken<'_> {
        Spoken { protocol: self.protocol(), version, unproven: self.policy.unproven }
    }

    /// Refuses a typed call that the version lacks, or that has another version's form.
    pub(crate) fn check_form(
        &self,
        operation: &'static Operation,
        until: Option<ApiVersion>,
        version: Option<ApiVersion>,
    ) -> Result<()> {
        self.spoken(version).check_operation(operation).map_err(|reason| self.fail(operation.name, reason))?;
        match version.filter(|_| !operation.fits(until, version)) {
            None => Ok(()),
            Some(version) => {
                let rule = format!(
                    "{version} asks for or answers another type: use the call that is named after its last version"
                );
                Err(self.fail(operation.name, Reason::Version(rule)))
            }
        }
    }

    /// A typed call as text, its body encoded for this server.
    pub(crate) async fn arguments<C: Call>(&self, call: &C) -> Result<Arguments> {
        let mut params = Params::new();
        call.params(&mut |name, value| params.push((name.to_owned(), value.to_owned())));
        let body = match call.body() {
            None => None,
            Some(body) => Some(self.encode(C::OPERATION, body).await?),
        };
        Ok(Arguments { params, body })
    }

    /// A request body in the form that this server takes, checked against the version that is spoken. Enterprise
    /// Manager answers every password empty: an empty one is left out for it, so that putting an answer back does not
    /// reset it.
    ///
    /// # Errors
    /// When a field or value is not in the version, or the value cannot be written.
    pub async fn encode(&self, operation: &'static Operation, body: &dyn Struct) -> Result<Bytes> {
        self.encode_named(operation.name.into(), body).await
    }

    /// A request body for `name`.
    pub(crate) async fn encode_named(&self, name: Cow<'static, str>, body: &dyn Struct) -> Result<Bytes> {
        let fail = |error: backhaul_wire::EncodeError| self.fail(name.clone(), Reason::Version(error.to_string()));
        if let Some(version) = self.version().await? {
            let spoken = self.spoken(Some(version));
            let passes = |versions| spoken.passes(versions);
            json::check_versions_but(body, Some(version), &passes).map_err(|error| {
                let what = format!("`{}` is ", error.path());
                let absent = error.versions().and_then(|versions| spoken.absence(&what, versions));
                let reason = match absent {
                    Some(unproven @ Reason::Unproven(_)) => unproven,
                    _ => Reason::Version(error.to_string()),
                };
                self.fail(name.clone(), reason)
            })?;
        }
        self.protocol().encode(body).map(Bytes::from).map_err(fail)
    }
}
