//! What a query asks for: the operation whose answer lists the type.

use backhaul_filter::{FieldSchema, Kind, Source};
use backhaul_models::registry;
use backhaul_transport::em::QueryTypeRow;
use backhaul_transport::{Params, QUERY_TYPES};
use backhaul_wire::ApiVersion;
use backhaul_wire::operation::{Param, ParamPlace, Response};
use backhaul_wire::{Operation, Shape, System};

use crate::args::values::Qualified;
use crate::exit::Failure;
use crate::fields::Fields;
use crate::{names, suggest};

/// A listing: an operation, where in its answer the items stand, and what they are.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) operation: &'static Operation,
    /// The path to the items.
    pub(crate) list: &'static str,
    pub(crate) item: &'static Shape,
    /// The name under which filters speak of the items.
    pub(crate) name: &'static str,
    filter: Filterable,
    /// Fields that Enterprise Manager's own list lacks, and a filter is to name all the same.
    unlisted: Vec<String>,
}

/// What a filter may say of the items.
#[derive(Debug)]
enum Filterable {
    /// Enterprise Manager's own list of fields.
    Query(&'static QueryTypeRow),
    Type(Fields),
}

impl Listing {
    /// Finds the listing of a type; `params` decide between several, and so does VB365's version, where it is known.
    pub(crate) fn find(target: &Qualified, params: &[(String, String)], version: Option<u8>) -> Result<Self, Failure> {
        match target.system {
            System::Em => query_type(&target.name),
            System::Vb365 | System::Zstack => collection(target, params, version),
        }
    }

    /// Refuses a version whose listing has items of another type: their fields are not those that were asked for.
    pub(crate) fn check_version(&self, version: Option<ApiVersion>) -> Result<(), Failure> {
        let listed = registry::listed_in(self.operation.form(version).response);
        match version.zip(listed) {
            Some((version, item)) if item.name != self.item.name => {
                let (system, wanted) = (self.operation.system, self.item.name);
                Err(Failure::usage(format!("{version} of the API lists {} where others list {wanted}", item.name))
                    .with_help(format!("ask for {system}.{} with --api-version {version}", item.name)))
            }
            _ => Ok(()),
        }
    }

    /// A listing of a type, whichever it is: for what is said of its items alone.
    pub(crate) fn about(target: &Qualified) -> Result<Self, Failure> {
        let candidates = match target.system {
            System::Em => return query_type(&target.name),
            System::Vb365 | System::Zstack => candidates(target, None)?,
        };
        // What can be asked for without more: no parameter in the path, and still there in newer versions.
        let rank =
            |it: &&Candidate| (path_params(it.operation).next().is_none(), it.operation.versions.until.is_none());
        let best = candidates.iter().rev().max_by_key(rank);
        best.map(|found| found.listing(target.system)).ok_or_else(|| Failure::internal("no listing among some"))
    }

    /// The fields that a filter and an order may name.
    pub(crate) fn fields(&self) -> Vec<FieldSchema<'_>> {
        match &self.filter {
            Filterable::Query(row) => {
                row.def.fields.iter().copied().chain(self.unlisted.iter().map(unlisted)).collect()
            }
            Filterable::Type(fields) => fields.schemas(),
        }
    }

    /// Lets a filter name a field that is not listed: of an object that the server joins, or one that only the server
    /// knows.
    pub(crate) fn allow(&mut self, field: &str) {
        match &mut self.filter {
            Filterable::Type(fields) => fields.add(field),
            Filterable::Query(_) => self.unlisted.push(field.to_owned()),
        }
    }

    /// The parameters as the operation spells them.
    pub(crate) fn params(&self, given: &[(String, String)]) -> Result<Params, Failure> {
        let params = names::params(self.operation, given)?;
        let missing = self.operation.params.iter().find(|param| param.required && !has(&params, param.name));
        match missing {
            None => Ok(params),
            Some(param) => Err(needs(self.name, &[param.name])),
        }
    }
}

fn unlisted(name: &String) -> FieldSchema<'_> {
    FieldSchema { name, kind: Kind::Text, values: &[], source: Source::ServerOnly }
}

/// A query type of Enterprise Manager, by its own name or by that of what it lists.
fn query_type(name: &str) -> Result<Listing, Failure> {
    let by_name = QUERY_TYPES.iter().find(|row| row.name.eq_ignore_ascii_case(name));
    let by_operation =
        || QUERY_TYPES.iter().find(|row| row.operation().is_some_and(|it| it.name.eq_ignore_ascii_case(name)));
    let by_entity = || {
        let entity = registry::find_type(System::Em, name)?.name();
        QUERY_TYPES.iter().find(|row| row.entity == entity)
    };
    let row = by_name.or_else(by_operation).or_else(by_entity);
    let row = row.ok_or_else(|| unknown(System::Em, name, QUERY_TYPES.iter().map(|row| row.name)))?;
    let lost = || Failure::internal(format!("the query type {} has no operation", row.name));
    let operation = row.operation().ok_or_else(lost)?;
    let (list, item) = names::list(operation).zip(registry::listed(operation)).ok_or_else(lost)?;
    Ok(Listing { operation, list, item, name: row.name, filter: Filterable::Query(row), unlisted: Vec::new() })
}

/// An operation that lists something, where in its answer, and what.
#[derive(Clone, Copy)]
struct Candidate {
    operation: &'static Operation,
    list: &'static str,
    item: &'static Shape,
}

impl Candidate {
    /// An operation as a listing, in the form of a version. What is not got but posted changes something, or searches
    /// for what stands in a body.
    fn of(operation: &'static Operation, response: Response) -> Option<Self> {
        let Response::Page(_, list) = response else { return None };
        (operation.method == "GET").then_some(Self { operation, list, item: registry::listed_in(response)? })
    }

    /// The forms in which an operation is a listing: that of the version, or all, the newest first.
    fn all(operation: &'static Operation, version: Option<u8>) -> impl Iterator<Item = Self> {
        let older = if version.is_some() { &[] } else { operation.older };
        let forms =
            std::iter::once(operation.form(version.and_then(ApiVersion::new))).chain(older.iter().rev().copied());
        let has = version.is_none_or(|version| operation.versions.contains(ApiVersion::new(version)));
        forms.filter(move |_| has).filter_map(move |form| Self::of(operation, form.response))
    }

    /// Which of several is meant: one that newer versions still have, then what is more specific, when its parameters
    /// are given.
    fn rank(&self) -> (bool, usize) {
        (self.operation.versions.until.is_none(), path_params(self.operation).count())
    }

    fn takes(self, params: &[(String, String)], version: Option<u8>) -> bool {
        let known = |name: &str| {
            let param = self.operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name));
            param.is_some_and(|param| version.is_none_or(|version| param.versions.contains(ApiVersion::new(version))))
        };
        params.iter().all(|(name, _)| known(name))
    }

    fn listing(self, system: System) -> Listing {
        let Self { operation, list, item } = self;
        let filter = Filterable::Type(Fields::of(system, item));
        Listing { operation, list, item, name: item.name, filter, unlisted: Vec::new() }
    }
}

/// What may be meant by a name: a resource of ZStack's queries, a type that is listed, an operation. Never none.
fn candidates(target: &Qualified, version: Option<u8>) -> Result<Vec<Candidate>, Failure> {
    let Qualified { system, name } = target;
    let all: Vec<Candidate> =
        registry::operations(*system).iter().flat_map(|operation| Candidate::all(operation, version)).collect();
    let some = |wanted: &dyn Fn(&Candidate) -> bool| {
        let found: Vec<Candidate> = all.iter().copied().filter(|it| wanted(it)).collect();
        (!found.is_empty()).then_some(found)
    };
    let queried =
        |it: &Candidate| it.operation.name.strip_prefix("Query").is_some_and(|it| it.eq_ignore_ascii_case(name));
    let typed = registry::find_type(*system, name).map(|entry| entry.name());
    let named = registry::find_operation(*system, name);
    some(&queried)
        .or_else(|| some(&|it| Some(it.item.name) == typed))
        .or_else(|| some(&|it| named.is_some_and(|named| it.operation.name == named.name)))
        .ok_or_else(|| unknown(*system, name, all.iter().map(|it| it.item.name)))
}

/// A collection of VB365 or a query of ZStack, by what it lists; the parameters choose among several.
fn collection(target: &Qualified, params: &[(String, String)], version: Option<u8>) -> Result<Listing, Failure> {
    let candidates = candidates(target, version).map_err(|failure| match (version, candidates(target, None)) {
        // Where other versions list it, those are worth more than that this one does not.
        (Some(version), Ok(others)) => {
            let mut versions: Vec<_> = others.iter().map(|it| it.operation.versions.to_string()).collect();
            versions.dedup();
            Failure::usage(format!("{target} is not listed in v{version} of the API: it is in {}", versions.join(", ")))
        }
        _ => failure,
    })?;
    let complete =
        |it: &&Candidate| it.takes(params, version) && path_params(it.operation).all(|param| has(params, param.name));
    // Of equals the first: the newest form.
    if let Some(chosen) = candidates.iter().rev().filter(complete).max_by_key(|it| it.rank()) {
        return Ok(chosen.listing(target.system));
    }
    if let Some(near) = candidates.iter().find(|it| it.takes(params, version)) {
        let missing: Vec<_> =
            path_params(near.operation).map(|param| param.name).filter(|name| !has(params, name)).collect();
        return Err(needs(&target.to_string(), &missing));
    }
    for candidate in &candidates {
        names::params(candidate.operation, params)?;
    }
    Err(Failure::usage(format!("no listing of {target} takes all of these parameters")))
}

fn path_params(operation: &'static Operation) -> impl Iterator<Item = &'static Param> {
    operation.params.iter().filter(|param| param.place == ParamPlace::Path)
}

fn has(params: &[(String, String)], name: &str) -> bool {
    params.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
}

fn needs(what: &str, missing: &[&str]) -> Failure {
    let options: Vec<_> = missing.iter().map(|name| format!("--param {name}=...")).collect();
    Failure::usage(format!("{what} is listed only by {}", missing.join(" and ")))
        .with_help(format!("add {}", options.join(" ")))
}

/// There is no such listing; a type of that name may well be there.
fn unknown(system: System, name: &str, listed: impl Iterator<Item = &'static str>) -> Failure {
    let mut listed: Vec<_> = listed.collect();
    listed.dedup();
    let shown = name.escape_debug();
    let hint = suggest::hint(name, listed.iter().copied());
    let failure = match registry::find_type(system, name) {
        Some(_) => Failure::usage(format!("{system}.{shown} is a type, but no operation lists it{hint}")),
        None => Failure::usage(format!("there is no listing {system}.{shown}{hint}")),
    };
    failure.with_help(format!("{system} lists {}", suggest::among(name, listed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;

    fn find(target: &str, params: &[&str]) -> Result<&'static str, Failure> {
        let params: Vec<_> = params.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        let target = target.parse().map_err(|message: String| Failure::internal(message))?;
        Listing::find(&target, &params, None).map(|listing| listing.operation.name)
    }

    #[test]
    fn listings_are_found_by_the_names_that_people_know() {
        for (target, params, operation) in [
            ("em.cloudsubtenant", &[][..], "QueryCloudSubtenant"),
            ("em.CloudSubtenantType", &[], "QueryCloudSubtenant"),
            ("zstack.backupStorage", &["limit"], "QueryBackupStorage"),
            ("vb365.Organization", &[], "Organization_Get"),
            ("vb365.UsedRepository", &["organizationID"], "Organization_GetStorageSpaceUsage"),
            ("vb365.Organization_Get", &[], "Organization_Get"),
            // Several list them: what newer versions still have, and never what a body is posted to.
            ("vb365.JobSession", &[], "JobSession_Get"),
            ("vb365.JobSession", &["jobId"], "JobSession_Get"),
            ("vb365.Application", &["organizationId"], "Application_GetApplications"),
            ("vb365.Credential", &[], "Account_GetAccounts"),
        ] {
            assert_eq!(find(target, params), Ok(operation), "{target}");
        }
    }

    #[test]
    fn a_version_has_listings_of_its_own() {
        let find = |target: &str, params: &[&str], version| {
            let params: Vec<_> = params.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
            let target = target.parse().map_err(|message: String| Failure::internal(message))?;
            Listing::find(&target, &params, Some(version)).map(|listing| (listing.operation.name, listing.item.name))
        };
        assert_eq!(find("vb365.JobSession", &["jobId"], 5), Ok(("JobSession_GetByJobId", "JobSession")));
        assert_eq!(find("vb365.JobSession", &["jobId"], 7), Ok(("JobSession_Get", "JobSession")));
        assert_eq!(find("vb365.Credential", &[], 7), Ok(("Account_GetAccounts", "Credential")));
        assert_eq!(find("vb365.Account", &[], 8), Ok(("Account_GetAccounts", "Account")));
        for (target, version, says) in [
            ("vb365.Account", 7, "is not listed in v7"),
            ("vb365.Credential", 8, "is not listed in v8"),
            ("vb365.CopyJob", 5, "it is in v6 and later"),
        ] {
            let failure = find(target, &[], version).err();
            assert!(failure.as_ref().is_some_and(|it| it.message().contains(says)), "{target} v{version}: {failure:?}");
        }
    }

    #[test]
    fn what_is_not_listed_is_a_usage_error_that_says_what_is() {
        for (target, params, says) in [
            ("em.CloudSubtenan", &[][..], "did you mean `CloudSubtenant`?"),
            ("em.PagingInfo", &[], "is a type, but no operation lists it"),
            ("vb365.Nothing", &[], "there is no listing"),
            ("vb365.UsedRepository", &[], "listed only by organizationId"),
            ("vb365.Organization", &["msidd"], "did you mean `msid`?"),
        ] {
            let failure = find(target, params).err();
            assert!(
                failure.as_ref().is_some_and(|it| it.code() == Code::Usage && it.message().contains(says)),
                "{failure:?}"
            );
        }
    }
}
