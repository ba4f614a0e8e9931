//! `backhaul filter`: filters formatted, checked and explained.

mod explain;

use backhaul_filter::zstack::lower_q;
use backhaul_filter::{Diagnostic, Parsed, Schema, Severity, check, parse, print, url};
use backhaul_wire::System;

use super::query::{Listing, allow_joined, zstack_expr};
use crate::args::filter::{Filter, FilterVerb, Subject};
use crate::console::Console;
use crate::escape;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;

/// Runs the verb.
pub(crate) fn run(args: &Filter, console: &Console) -> Outcome {
    match &args.verb {
        FilterVerb::Fmt(subject) => {
            let filter = Given::read(subject)?;
            let text = filter.parsed()?.expr().to_string();
            console.write(format!("{text}\n").as_bytes())?;
            Ok(Code::Done)
        }
        FilterVerb::Check(subject) => Given::read(subject)?.check(console),
        FilterVerb::Url(subject) => {
            let text = Given::read(subject)?.url()?;
            console.write(format!("{text}\n").as_bytes())?;
            Ok(Code::Done)
        }
        FilterVerb::Explain(args) => explain::run(&Given::read(&args.subject)?, args.output, console),
    }
}

/// A filter, and the listing that it is about when one is named.
struct Given {
    source: String,
    parsed: Result<Parsed, Diagnostic>,
    listing: Option<Listing>,
}

impl Given {
    fn read(subject: &Subject) -> Result<Self, Failure> {
        // The filter is about the items, whichever path or parameters lead to them.
        let mut listing = subject.target.as_ref().map(Listing::about).transpose()?;
        let source = subject.expression.text()?;
        let parsed = parse(&source).map_err(Diagnostic::from);
        if let (Ok(parsed), Some(listing)) = (&parsed, &mut listing) {
            allow_joined(listing, parsed);
        }
        Ok(Self { source, parsed, listing })
    }

    /// The filter; the data say no when the text is none.
    fn parsed(&self) -> Result<&Parsed, Failure> {
        self.parsed.as_ref().map_err(|error| {
            Failure::new(Code::DataSaysNo, expression::untitled(&error.render(&self.source), Severity::Error))
        })
    }

    fn findings(&self) -> Vec<Diagnostic> {
        match (&self.parsed, &self.listing) {
            (Err(error), _) => vec![error.clone()],
            (Ok(_), None) => Vec::new(),
            (Ok(parsed), Some(listing)) => {
                let fields = listing.fields();
                check(parsed, &Schema { name: listing.name, fields: &fields })
            }
        }
    }

    /// Prints what is found: that is what was asked for.
    fn check(&self, console: &Console) -> Outcome {
        let findings = self.findings();
        for finding in &findings {
            console.write(format!("{}\n", escape::lines(&finding.render(&self.source))).as_bytes())?;
        }
        let errors = findings.iter().any(|finding| finding.severity == Severity::Error);
        Ok(if errors { Code::DataSaysNo } else { Code::Done })
    }

    /// The filter as it stands in a URL's query.
    fn url(&self) -> Result<String, Failure> {
        let expr = self.parsed()?.expr();
        let no = |message: String| Failure::new(Code::DataSaysNo, message);
        match self.listing.as_ref().map(|listing| (listing, listing.operation.system)) {
            None | Some((_, System::Em)) => {
                let text = print(expr).map_err(|error| no(error.to_string()))?;
                Ok(url::encode(&text).into_owned())
            }
            Some((listing, System::Zstack)) => {
                let conditions =
                    lower_q(&zstack_expr(expr, &listing.fields())?).map_err(|error| no(error.to_string()))?;
                let mut query = ::url::form_urlencoded::Serializer::new(String::new());
                conditions.iter().for_each(|condition| {
                    query.append_pair("q", condition);
                });
                // A blank as the client sends it; a `+` of the value's own is encoded.
                Ok(query.finish().replace('+', "%20"))
            }
            Some((listing, System::Vb365)) => Err(no(format!(
                "{} takes no filter in its requests: filters on {} are evaluated here",
                System::Vb365.product(),
                listing.name
            ))),
        }
    }
}
