//! In which words a server is asked: its own parameters, or ZStack's query language.

use backhaul_filter::{Plan, Schema, Selection, Target, lower};
use backhaul_models::vb365::VERSIONS;
use backhaul_transport::Params;
use backhaul_transport::zstack::Zql;
use backhaul_wire::System;

use super::Listing;
use super::request::{self, plan};
use crate::exit::{Code, Failure};

/// The words in which a server is asked, and who does what.
#[derive(Debug)]
pub(crate) struct Wording {
    pub(crate) plan: Plan,
    /// What is asked in ZQL; none where the operation's own parameters say it.
    pub(crate) zql: Option<Zql>,
}

/// The wordings of a question, of which the next serves where a server does not know the one before.
///
/// ZStack's `q=` is asked where it can say the whole filter. ZQL stands in for it where it can, and `q=` cannot; a
/// server without ZQL is asked what `q=` can say, and the rest is done here, as far as that can be.
pub(crate) fn wordings(
    listing: &Listing,
    ask: &Selection<'_>,
    given: &Params,
    version: Option<u8>,
    code: Code,
) -> Result<Vec<Wording>, Failure> {
    let own = plan(listing, ask, given, version, code).map(|plan| Wording { plan, zql: None });
    // What the user says in the operation's own parameters cannot be said along with ZQL.
    if listing.operation.system != System::Zstack || !given.is_empty() {
        return own.map(|own| vec![own]);
    }
    let falls_short = own.as_ref().map_or(true, |own| own.plan.rest().is_some());
    let in_zql = Zql::all(listing.operation).filter(|_| falls_short).map(|all| zql(listing, ask, all, code));
    match (own, in_zql) {
        (own, None) => own.map(|own| vec![own]),
        (Ok(own), Some(Ok(zql))) if zql.plan.rest().is_none() => Ok(vec![zql, own]),
        (Ok(own), Some(_)) => Ok(vec![own]),
        (Err(_), Some(zql)) => zql.map(|zql| vec![zql]),
    }
}

/// How one version of VB365's API is asked; `None` stands for any other, and for systems without versions.
pub(crate) type OfVersion = (Option<u8>, Vec<Wording>);

/// The same for each version of VB365's API that narrows a listing in its own way, and first for any other version.
/// What is not known until a server is asked, or has no versions, is worded once.
pub(crate) fn worded(
    listing: &Listing,
    ask: &Selection<'_>,
    given: &Params,
    version: Option<u8>,
    code: Code,
) -> Result<Vec<OfVersion>, Failure> {
    let any = wordings(listing, ask, given, version, code)?;
    let sent = |wordings: &[Wording]| wordings.first().map(|wording| wording.plan.sent().to_vec());
    let usual = sent(&any);
    let mut all = vec![(None, any)];
    if listing.operation.system == System::Vb365 && version.is_none() {
        for version in VERSIONS {
            let own = wordings(listing, ask, given, Some(version), code)?;
            if sent(&own) != usual {
                all.push((Some(version), own));
            }
        }
    }
    Ok(all)
}

fn zql(listing: &Listing, ask: &Selection<'_>, all: Zql, code: Code) -> Result<Wording, Failure> {
    let fields = listing.fields();
    let schema = Schema { name: listing.name, fields: &fields };
    let plan = lower(ask, &schema, Target::ZstackZql).map_err(|error| request::nobody(listing, ask, &error, code))?;
    let mut zql = all;
    for (clause, text) in plan.sent() {
        zql = match clause.as_ref() {
            "where" => zql.filter(text.as_str()),
            _ => zql.order(text.as_str()),
        };
    }
    if let Some(limit) = plan.limit().and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit < 1000) {
        zql = zql.page_size(limit);
    }
    Ok(Wording { plan, zql: Some(zql) })
}
