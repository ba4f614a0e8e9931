//! Which operation a request calls.

use backhaul_wire::{ApiVersion, Operation};

/// The routes of one system. Of several that fit a request, the one with the most literal segments wins.
#[derive(Debug)]
pub struct Router {
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
pub enum Routed {
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
pub struct PathParams(Vec<(&'static str, String)>);

impl PathParams {
    /// All of them, in the order of the path.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of the first parameter.
    #[must_use]
    pub fn first(&self) -> &str {
        self.nth(0)
    }

    /// The value of a parameter by its place in the path; empty when there is no such place.
    #[must_use]
    pub fn nth(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |(_, value)| value)
    }
}

impl Router {
    /// The routes of some operations. `ignore_case` says whether paths are taken in any letter case.
    pub fn new(operations: impl IntoIterator<Item = &'static Operation>, ignore_case: bool) -> Self {
        let paths = |operation: &'static Operation| std::iter::once(&operation.path).chain(operation.also);
        let rows = operations.into_iter();
        let rows = rows.flat_map(|operation| paths(operation).map(move |path| Row::new(operation, path))).collect();
        Self { rows, ignore_case }
    }

    /// Finds the operation for a method, the segments of a path and the pairs of a query, both decoded, among the
    /// operations that `wanted` takes. With `version`, only operations that the version has are there.
    pub fn find<S: AsRef<str>, Q: AsRef<str>>(
        &self,
        method: &str,
        segments: &[S],
        query: &[(Q, Q)],
        version: Option<ApiVersion>,
        wanted: impl Fn(&Operation) -> bool,
    ) -> Routed {
        let (mut others, mut actions) = (Vec::new(), Vec::new());
        let mut best: Option<(usize, &Row, PathParams)> = None;
        for row in &self.rows {
            let there = version.is_none() || row.operation.versions.contains(version);
            let Some(params) = row.matches(segments, self.ignore_case).filter(|_| there && wanted(row.operation))
            else {
                continue;
            };
            if !row.operation.method.eq_ignore_ascii_case(method) {
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

    fn matches<S: AsRef<str>>(&self, segments: &[S], ignore_case: bool) -> Option<PathParams> {
        let rest = self.rest();
        if segments.len() != self.segments.len() && !(rest.is_some() && segments.len() > self.segments.len()) {
            return None;
        }
        let mut params = Vec::new();
        for (at, (pattern, segment)) in self.segments.iter().zip(segments).enumerate() {
            let segment = segment.as_ref();
            match pattern {
                Segment::Param(name) if Some(*name) == rest => {
                    let all: Vec<&str> = segments[at..].iter().map(AsRef::as_ref).collect();
                    params.push((*name, all.join("/")));
                }
                Segment::Literal(text) if *text == segment => {}
                Segment::Literal(text) if ignore_case && text.eq_ignore_ascii_case(segment) => {}
                Segment::Literal(_) => return None,
                Segment::Ending(start, name) => {
                    params.push((*name, segment.strip_prefix(start).filter(|rest| !rest.is_empty())?.to_owned()));
                }
                Segment::Param(name) => params.push((*name, segment.to_owned())),
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

    fn query_matches<Q: AsRef<str>>(&self, query: &[(Q, Q)]) -> bool {
        let given = |name: &str, value: &str| {
            query.iter().any(|(n, v)| n.as_ref().eq_ignore_ascii_case(name) && v.as_ref().eq_ignore_ascii_case(value))
        };
        self.query.iter().all(|(name, value)| given(name, value))
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
