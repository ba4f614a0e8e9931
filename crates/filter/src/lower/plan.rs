//! Who does what.

use std::borrow::Cow;
use std::fmt;

use super::{LowerError, Selection, Server, Why};
use crate::ast::Expr;

/// Who does what. See the [module](mod@crate::lower).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub(super) parts: Vec<Part>,
    pub(super) sent: Vec<Param>,
    pub(super) server: Option<Expr>,
    pub(super) rest: Option<Expr>,
    order_here: bool,
    limit: Option<u64>,
}

/// A parameter for the server: its name and its value, not percent-encoded.
pub type Param = (Cow<'static, str>, String);

/// A part of what is asked for, and who does it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What is asked: a condition or a group of the filter, the order, the limit.
    pub what: String,
    /// Who does it.
    pub by: Evaluator,
    /// What the server is sent for it.
    pub sent: Vec<Param>,
    /// Why it is not left to the server alone; empty when it is.
    pub why: String,
}

/// Who does a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evaluator {
    /// The server.
    Server,
    /// The server sends less for it, and it is done here.
    Both,
    /// It is done here.
    Here,
}

impl fmt::Display for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "server",
            Self::Both => "both",
            Self::Here => "here",
        })
    }
}

impl Plan {
    /// The parts: the filter's, in the order of the text, the order, the limit.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The parameters that the server is sent, for the filter and the order.
    #[must_use]
    pub fn sent(&self) -> &[Param] {
        &self.sent
    }

    /// What the server evaluates, in the server's own words and values; none when it is asked for everything.
    #[must_use]
    pub fn server(&self) -> Option<&Expr> {
        self.server.as_ref()
    }

    /// What is evaluated here, on what the server sends; none when nothing is left.
    #[must_use]
    pub fn rest(&self) -> Option<&Expr> {
        self.rest.as_ref()
    }

    /// Whether the order is made here.
    #[must_use]
    pub fn order_here(&self) -> bool {
        self.order_here
    }

    /// The limit, when the server may end its answer there.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }
}

/// One line for each part.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            write!(f, "{}{:<6}  {}", if at == 0 { "" } else { "\n" }, part.by, part.what)?;
            for (at, (name, value)) in part.sent.iter().enumerate() {
                write!(f, "{}{name}={value}", if at == 0 { "  ->  " } else { " & " })?;
            }
            if !part.why.is_empty() {
                write!(f, "  ({})", part.why)?;
            }
        }
        Ok(())
    }
}

impl Plan {
    pub(super) fn place_order(&mut self, ask: &Selection<'_>, server: &impl Server) -> Result<(), LowerError> {
        let Some(order) = &ask.order else { return Ok(()) };
        let pushed = match server.order(order) {
            Ok(_) if ask.several => Err("the rows of several servers become one list".into()),
            other => other,
        };
        let what = format!("sorted by {}{}", order.field.name, if order.descending { ", highest first" } else { "" });
        let (by, sent, why) = match pushed {
            Ok(param) => (Evaluator::Server, vec![param], Why::default()),
            Err(why) if order.field.source.place().is_none() => {
                return Err(LowerError::nobody(what, &why, &order.field));
            }
            Err(why) => (Evaluator::Here, Vec::new(), why),
        };
        self.order_here = by == Evaluator::Here;
        self.sent.extend(sent.iter().cloned());
        self.parts.push(Part { what, by, sent, why: why.into_owned() });
        Ok(())
    }

    pub(super) fn place_limit(&mut self, limit: Option<u64>) {
        let Some(limit) = limit else { return };
        let why = match (self.rest.is_some(), self.order_here) {
            (true, _) => "what is left of the filter is evaluated first",
            (_, true) => "the order is made first",
            _ => "",
        };
        let by = if why.is_empty() { Evaluator::Server } else { Evaluator::Here };
        self.limit = Some(limit).filter(|_| by == Evaluator::Server);
        self.parts.push(Part { what: format!("the first {limit}"), by, sent: Vec::new(), why: why.to_owned() });
    }
}
