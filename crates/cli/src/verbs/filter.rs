//! `backhaul filter`: filters formatted, checked and explained.

mod ask;
mod explain;

use backhaul_filter::{
    Diagnostic, Evaluator, Expr, Order, ParseOptions, Parsed, Schema, Selection, Severity, check, print, url,
};
use backhaul_transport::Params;
use backhaul_wire::System;

use super::query::{Listing, Wording, allow_joined, allow_unlisted, plan, worded};
use crate::args::filter::{Check, Filter, FilterVerb, Subject};
use crate::console::Console;
use crate::escape;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;

/// Runs the verb.
pub(crate) fn run(args: &Filter, console: &Console) -> Outcome {
    match &args.verb {
        FilterVerb::Fmt(subject) => {
            let filter = Given::read(subject, console)?;
            console.write(format!("{}\n", filter.written).as_bytes())?;
            Ok(Code::Done)
        }
        FilterVerb::Check(args) => checked(args, console),
        FilterVerb::Url(subject) => {
            let text = Given::read(subject, console)?.url()?;
            console.write(format!("{text}\n").as_bytes())?;
            Ok(Code::Done)
        }
        FilterVerb::Explain(args) => explain::run(&Given::read(&args.subject, console)?, args, console),
    }
}

/// Prints what is found: that is what was asked for. Strict, because a server is.
fn checked(args: &Check, console: &Console) -> Outcome {
    let subject = &args.subject;
    let mut listing = subject.target.as_ref().map(Listing::about).transpose()?;
    let source = subject.expression.text()?;
    let mut found: Vec<String> = Vec::new();
    let mut errors = false;
    // Fields and values are looked at as well when it is clear what is meant.
    let strict = ParseOptions::new().extended(true);
    let parsed = match strict.parse(&source) {
        Ok(parsed) => Ok(parsed),
        Err(wrong) => {
            errors = true;
            found.push(wrong.render(&source));
            strict.lenient(true).parse(&source)
        }
    };
    if let (Ok(parsed), Some(listing)) = (parsed, &mut listing) {
        let unlisted = if args.asks() { allow_unlisted(listing, &parsed) } else { Vec::new() };
        let parsed = resolved(parsed, listing, console);
        if args.asks()
            && !errors
            && let Some(refused) = ask::run(&parsed, listing, args, &unlisted, console)?
        {
            errors = true;
            found.push(refused);
        }
        for finding in findings(&parsed, listing) {
            errors |= finding.severity == Severity::Error;
            found.push(finding.render(&source));
        }
    }
    for finding in found {
        console.write(format!("{}\n", escape::lines(&finding)).as_bytes())?;
    }
    Ok(if errors { Code::DataSaysNo } else { Code::Done })
}

fn resolved(parsed: Parsed, listing: &mut Listing, console: &Console) -> Parsed {
    allow_joined(listing, &parsed);
    let fields = listing.fields();
    let schema = Schema { name: listing.name, fields: &fields };
    expression::resolved(parsed, &schema, Some(listing.operation.system), console)
}

fn findings(parsed: &Parsed, listing: &Listing) -> Vec<Diagnostic> {
    let fields = listing.fields();
    check(parsed, &Schema { name: listing.name, fields: &fields })
}

/// A filter, and the listing that it is about when one is named.
struct Given {
    source: String,
    /// What it says, before it is known of what and when.
    written: Expr,
    parsed: Parsed,
    listing: Option<Listing>,
}

impl Given {
    /// The filter; the data say no when the text is none.
    fn read(subject: &Subject, console: &Console) -> Result<Self, Failure> {
        // The filter is about the items, whichever path or parameters lead to them.
        let mut listing = subject.target.as_ref().map(Listing::about).transpose()?;
        let source = subject.expression.text()?;
        let parsed = expression::parsed(&source, Code::DataSaysNo, console)?;
        let written = parsed.expr().clone();
        let parsed = match &mut listing {
            Some(listing) => resolved(parsed, listing, console),
            None => parsed,
        };
        Ok(Self { source, written, parsed, listing })
    }

    fn findings(&self) -> Vec<Diagnostic> {
        self.listing.as_ref().map_or_else(Vec::new, |listing| findings(&self.parsed, listing))
    }

    /// The filter as it stands in a URL's query: the whole of it, or nothing.
    fn url(&self) -> Result<String, Failure> {
        let expr = self.parsed.expr();
        let no = |message: String| Failure::new(Code::DataSaysNo, message);
        let Some(listing) = &self.listing else {
            let text = print(expr).map_err(|error| no(error.to_string()))?;
            return Ok(url::encode(&text).into_owned());
        };
        let ask = Selection { filter: Some(expr), ..Selection::default() };
        let plan = plan(listing, &ask, &Params::default(), None, Code::DataSaysNo)?;
        if let Some(part) = plan.parts().iter().find(|part| part.by != Evaluator::Server) {
            let product = listing.operation.system.product();
            return Err(no(format!("{product} cannot be asked `{}`: {}", part.what, part.why))
                .with_help("`backhaul query --filter` evaluates it here"));
        }
        let encoded = plan.sent().iter().map(|(name, value)| (name, url::encode(value)));
        Ok(match listing.operation.system {
            System::Em => encoded.map(|(_, value)| value.into_owned()).collect(),
            _ => encoded.map(|(name, value)| format!("{name}={}", strict(&value))).collect::<Vec<_>>().join("&"),
        })
    }

    /// The words for the newest version of the API, and which that is where it matters.
    fn wordings(
        &self,
        listing: &Listing,
        order: Option<Order<'_>>,
        limit: Option<u64>,
    ) -> Result<(Option<u8>, Vec<Wording>), Failure> {
        let ask = Selection { filter: Some(self.parsed.expr()), order, limit, several: false };
        let newest = worded(listing, &ask, &Params::default(), None, Code::DataSaysNo)?.pop();
        newest.ok_or_else(|| Failure::internal("a listing that nobody can be asked for"))
    }
}

/// The value with the signs encoded that a form would encode as well.
fn strict(value: &str) -> String {
    value.replace('=', "%3D")
}
