//! Finding the operation that a request calls, in the route tables of `backhaul-models`.

use backhaul_wire::ApiVersion;
use std::borrow::Cow;

use backhaul_wire::Operation;
use percent_encoding::percent_decode_str;

/// The routes of one system.
#[derive(Debug)]
pub(crate) struct Router {
    rows: Vec<Row>,
    ignore_case: bool,
}

#[derive(Debug)]
struct Row {
    operation: &'static Operation,
    segments: Vec<Segment>,
    /// What the query must hold, such as `action=start`.
    query: Vec<(&'static str, &'static str)>,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Param(&'static str),
    /// A parameter that begins inside of a segment (ZStack has one such path).
    Ending(&'static str, &'static str),
}

/// What a request calls.
#[derive(Debug)]
pub(crate) enum Routed {
    /// An operation, with the values of its path parameters.
    Found(&'static Operation, PathParams),
    /// A known path and method, but the query asks for nothing that there is; these actions there are.
    OtherActions(Vec<&'static str>),
    /// A known path that does not answer to this method; these it does answer to.
    OtherMethods(Vec<&'static str>),
    /// Nothing.
    Unknown,
}

/// The values of path parameters, by name.
#[derive(Debug, Default)]
pub(crate) struct PathParams(Vec<(&'static str, String)>);

impl PathParams {
    /// All of them, in the order of the path.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of the first parameter.
    pub(crate) fn first(&self) -> &str {
        self.nth(0)
    }

    /// The value of a parameter by its place in the path; empty when there is no such place.
    pub(crate) fn nth(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |(_, value)| value)
    }
}

impl Router {
    /// The routes of a table. `ignore_case` says whether the server takes paths in any letter case.
    pub(crate) fn new(operations: &'static [Operation], ignore_case: bool) -> Self {
        let paths = |operation: &'static Operation| std::iter::once(&operation.path).chain(operation.also);
        let rows = operations.iter().flat_map(|operation| paths(operation).map(|path| Row::new(operation, path)));
        let rows = rows.collect();
        Self { rows, ignore_case }
    }

    /// Finds the operation for a method, a path (percent-encoded) and the query's parameters. With `version`, only
    /// operations that the version has are there.
    pub(crate) fn find(&self, method: &str, path: &str, query: &[(String, String)], version: Option<u8>) -> Routed {
        self.find_which(method, path, query, version, |_| true)
    }

    /// As [`Router::find`], among the operations that `wanted` takes.
    pub(crate) fn find_which(
        &self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        version: Option<u8>,
        wanted: impl Fn(&Operation) -> bool,
    ) -> Routed {
        let segments: Vec<Cow<'_, str>> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
            .collect();
        let (mut others, mut actions) = (Vec::new(), Vec::new());
        let mut best: Option<(usize, &Row, PathParams)> = None;
        for row in &self.rows {
            let there = version.is_none_or(|version| row.operation.versions.contains(ApiVersion::new(version)));
            let Some(params) = row.matches(&segments, self.ignore_case).filter(|_| there && wanted(row.operation))
            else {
                continue;
            };
            if row.operation.method != method {
                if !others.contains(&row.operation.method) {
                    others.push(row.operation.method);
                }
            } else if row.query_matches(query) {
                let rank = row.rank();
                if best.as_ref().is_none_or(|(other, ..)| rank > *other) {
                    best = Some((rank, row, params));
                }
            } else {
                actions.extend(row.query.iter().map(|(_, value)| *value));
            }
        }
        match best {
            Some((_, row, params)) => Routed::Found(row.operation, params),
            None if !actions.is_empty() => Routed::OtherActions(actions),
            None if others.is_empty() => Routed::Unknown,
            None => Routed::OtherMethods(others),
        }
    }
}

impl Row {
    fn new(operation: &'static Operation, path: &'static str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self {
            operation,
            segments: segments.map(Segment::new).collect(),
            query: pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .filter(|(_, value)| !value.starts_with('{'))
                .collect(),
        }
    }

    fn matches(&self, segments: &[Cow<'_, str>], ignore_case: bool) -> Option<PathParams> {
        let rest = self.rest();
        if segments.len() != self.segments.len() && !(rest.is_some() && segments.len() > self.segments.len()) {
            return None;
        }
        let mut params = Vec::new();
        for (at, (pattern, segment)) in self.segments.iter().zip(segments).enumerate() {
            match pattern {
                Segment::Param(name) if Some(*name) == rest => params.push((*name, segments[at..].join("/"))),
                Segment::Literal(text) if text == segment => {}
                Segment::Literal(text) if ignore_case && text.eq_ignore_ascii_case(segment) => {}
                Segment::Literal(_) => return None,
                Segment::Ending(start, name) => {
                    params.push((*name, segment.strip_prefix(start).filter(|rest| !rest.is_empty())?.to_owned()));
                }
                Segment::Param(name) => params.push((*name, segment.clone().into_owned())),
            }
        }
        Some(PathParams(params))
    }

    /// The parameter at the end that takes all of a path that is left, `/` and all.
    fn rest(&self) -> Option<&'static str> {
        match self.segments.last() {
            Some(Segment::Param(name)) if name.eq_ignore_ascii_case("filepath") => Some(name),
            _ => None,
        }
    }

    fn query_matches(&self, query: &[(String, String)]) -> bool {
        self.query.iter().all(|(name, value)| {
            query.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && v.eq_ignore_ascii_case(value))
        })
    }

    /// Exact paths win over patterns, and rows that ask for something in the query over those that do not.
    fn rank(&self) -> usize {
        let literal = |segment: &&Segment| matches!(segment, Segment::Literal(_));
        self.segments.iter().filter(literal).count() * 8 + self.query.len()
    }
}

impl Segment {
    fn new(text: &'static str) -> Self {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => Self::Param(name),
            None => match text.strip_suffix('}').and_then(|text| text.split_once('{')) {
                Some((start, name)) => Self::Ending(start, name),
                None => Self::Literal(text),
            },
        }
    }
}
