//! The filter language of backup platforms: parse it, print it, build it in code, check it, and
//! evaluate it.
//!
//! The text is the filter of Veeam Backup Enterprise Manager's query service (EM):
//! `Result==Failed;CreationTime>="2025-08-15T06:00:00Z"`, where `;` is AND, `,` is OR, and
//! parentheses group. The [extended language](mod@parse#the-extended-language) adds patterns (`Name==web*`), null
//! tests, lists, negation and calculations, of which [`mod@lower`] leaves to each server what it can say.
//!
//! ```
//! use backhaul_filter::{Place, Predicate, QueryType, Record, Scalar, check, parse, url};
//! use backhaul_filter::em::CloudSubtenant;
//!
//! // Typed: fields, kinds of values and query types are checked by the compiler.
//! let filter = CloudSubtenant::NAME.eq("User 01") & CloudSubtenant::DISABLED.eq(false);
//! assert_eq!(filter.to_em()?, r#"Name=="User 01";Disabled==false"#);
//! assert_eq!(url::encode(&filter.to_em()?), "Name==%22User%2001%22;Disabled==false");
//!
//! // From a text: parsed, and checked against the fields of the type.
//! let source = "disabled==fals";
//! let findings = check(&parse(source)?, CloudSubtenant::DEF);
//! assert_eq!(findings[0].render(source), "\
//! error: `Disabled` is a boolean, and `fals` is not one
//!   | disabled==fals
//!   |           ^^^^
//!   = help: write `true` or `false`");
//!
//! // Evaluated here, on anything that can say what it holds. `Disabled` is the opposite of
//! // `Enabled`, which the field's source says, so the record need not know.
//! struct Enabled;
//! impl Record for Enabled {
//!     fn get(&self, place: Place<'_>) -> Scalar<'_> {
//!         (place == Place::Field("Enabled")).then_some(true).into()
//!     }
//! }
//! let predicate = Predicate::compile(parse("Disabled==false")?.expr(), CloudSubtenant::DEF)?;
//! assert!(predicate.matches(&Enabled));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is where
//!
//! | module | job |
//! | --- | --- |
//! | [`ast`] | what a filter says, free of spelling |
//! | [`mod@parse`] | text to expression, with errors that show the place and say what to do |
//! | [`mod@resolve`] | what a filter means for a type and at a moment: `yesterday`, `1.5TiB`, a field's other name |
//! | [`mod@print`] | expression to text, in one spelling, which parses back to the same expression |
//! | [`url`] | percent-encoding for EM's query string, and decoding of its paging links |
//! | [`field`] | the fields of a type: kinds, values of enumerations, and where a record keeps them |
//! | [`build`] | filters in code, checked by the compiler |
//! | [`mod@check`] | whether a filter makes sense for a type |
//! | [`eval`] | whether a record is one that a filter asks for, and how records sort |
//! | [`mod@lower`] | what a server evaluates of a filter, and what is left to evaluate here |
//! | [`zstack`] | ZStack's own texts, `q=` and ZQL; with the feature `zstack`, its inventories as types, and typed queries |
//!
//! # What this is not
//!
//! It sends nothing and reads no files, it does not know the vendor's entities (a [`Record`] does),
//! it does not promise that a server evaluates as [`eval`] does where the vendor's pages are
//! silent, and of ZQL it writes what the server's queries can ask for, not its functions and joins.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod ast;
pub mod build;
mod calculate;
pub mod check;
mod clock;
mod datetime;
mod decide;
mod diagnostic;
mod error;
pub mod eval;
pub mod field;
#[rustfmt::skip]
mod generated;
#[cfg(feature = "json")]
mod json;
mod key;
#[cfg(any(feature = "json", feature = "wire"))]
mod link;
pub mod lower;
mod number;
pub mod parse;
pub mod print;
mod pushdown;
mod record;
#[cfg(feature = "wire")]
mod reflected;
pub mod resolve;
mod span;
mod suggest;
mod syntax;
mod text;
mod unlisted;
pub mod url;
pub mod zstack;

pub use ast::{
    All, Any, Calculation, Comparison, Expr, FieldName, InvalidName, MAX_DEPTH, Op, Operand, Pattern, Relation, Sign,
    Value,
};
pub use build::{Filter, FilterError, IntoValue, Sort};
pub use check::{Checked, check};
pub use clock::Clock;
pub use datetime::{DateTime, InvalidDateTime};
pub use diagnostic::{Diagnostic, Severity};
pub use error::{Fix, ParseError, ParseErrorKind, ParseErrors};
pub use eval::{Predicate, compare};
pub use field::{Field, FieldDef, FieldSchema, Kind, Place, QueryDef, QueryType, Schema, Source, kind};
pub use generated::em;
#[cfg(feature = "json")]
pub use json::Json;
pub use lower::{Evaluator, LowerError, Narrowing, Order, Param, Part, Plan, Selection, Target, lower};
pub use parse::{ComparisonSpans, ParseOptions, Parsed, parse};
pub use print::{PrintError, print, print_with};
pub use pushdown::{Pushdown, pushdown};
pub use record::{EvalError, Record, Scalar};
#[cfg(feature = "wire")]
pub use reflected::Reflected;
pub use resolve::resolve;
pub use span::Span;
pub use syntax::{DoubledQuotes, MAX_LEN};
pub use unlisted::check_known;

/// The examples of the README are tested like those above.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
