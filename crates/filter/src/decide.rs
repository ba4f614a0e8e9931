//! Whether conditions on one field hold for every record, or for none.
//!
//! What a condition says of a value depends only on where the value lies between the values of the
//! filter. So it is enough to look at one value of each region: none, each value of the filter, what
//! lies between them, and what is not of the field's kind.

use std::cmp::Ordering;

use crate::ast::{Comparison, Expr, Op, Value};
use crate::field::{FieldSchema, Kind};
use crate::key::Key;

/// More conditions than this on one field are not looked into: the work grows with their square.
const MOST: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certain {
    /// It holds for no record.
    Never,
    /// It holds for every record.
    Always,
    /// It holds for every record with a value that the field's list has.
    EveryKnown,
}

/// What is certain of terms that speak of one field: of all of them together (`all`), or of any. None
/// when it depends on the record, or when a value is not of the field's kind.
pub(crate) fn decide(terms: &[&Expr], all: bool, field: &FieldSchema<'_>) -> Option<Certain> {
    let conditions = || terms.iter().flat_map(|term| term.conditions());
    let undecided = |condition: &Expr| matches!(condition, Expr::Like { .. } | Expr::Relate { .. });
    if conditions().count() > MOST || conditions().any(undecided) {
        return None;
    }
    let values: Vec<&Value> = conditions().flat_map(values).collect();
    let regions = Regions::new(field, values)?;
    let holds = |region: &Region| {
        let mut held = terms.iter().map(|term| regions.holds(term, *region));
        if all { held.all(|held| held) } else { held.any(|held| held) }
    };
    let every = regions.all();
    // A word that the list lacks may well be known to the server.
    let known =
        matches!(field.kind, Kind::Enum | Kind::Bool) && every.iter().any(Region::is_known) && regions.odd.is_empty();
    if !every.iter().any(holds) {
        Some(Certain::Never)
    } else if every.iter().all(holds) {
        Some(Certain::Always)
    } else if known && every.iter().filter(|region| region.is_known()).all(holds) {
        Some(Certain::EveryKnown)
    } else {
        None
    }
}

fn values(condition: &Expr) -> &[Value] {
    match condition {
        Expr::Compare(Comparison { value, .. }) | Expr::Not(Comparison { value, .. }) => std::slice::from_ref(value),
        Expr::In { values, .. } => values,
        _ => &[],
    }
}

/// Where a value may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    /// There is none.
    Null,
    /// At this place in the order: of a list its own places; otherwise odd places are the filter's values, even ones
    /// what lies between.
    At(usize),
    /// Without order: equal to this value of the filter, or to none of them.
    Odd(Option<usize>),
}

impl Region {
    fn is_known(&self) -> bool {
        matches!(self, Self::At(_))
    }
}

struct Regions<'f> {
    field: &'f FieldSchema<'f>,
    /// The filter's values that have an order, sorted, each once.
    ordered: Vec<Key<'static>>,
    /// The others.
    odd: Vec<Key<'static>>,
}

impl<'f> Regions<'f> {
    fn new(field: &'f FieldSchema<'f>, values: Vec<&Value>) -> Option<Self> {
        let kind = field.kind;
        let (mut ordered, mut odd): (Vec<Key<'static>>, Vec<Key<'static>>) = (Vec::new(), Vec::new());
        for value in values {
            let key = Key::of_literal(kind, field.values, value.as_str())?;
            let list = if key.order(&key, kind).is_some() { &mut ordered } else { &mut odd };
            if !list.iter().any(|known| known.equals(&key, kind)) {
                list.push(key);
            }
        }
        ordered.sort_by(|a, b| a.order(b, kind).unwrap_or(Ordering::Equal));
        Some(Self { field, ordered, odd })
    }

    fn all(&self) -> Vec<Region> {
        let mut regions = vec![Region::Null];
        match self.field.kind {
            Kind::Bool => regions.extend([Region::At(0), Region::At(1)]),
            Kind::Enum => regions.extend((0..self.field.values.len()).map(Region::At)),
            _ => {
                // Nothing is below the empty text.
                let lowest = usize::from(matches!(self.ordered.first(), Some(Key::Text(text)) if text.is_empty()));
                regions.extend((lowest..=2 * self.ordered.len()).map(Region::At));
            }
        }
        if self.field.kind != Kind::Text {
            regions.push(Region::Odd(None));
            regions.extend((0..self.odd.len()).map(|at| Region::Odd(Some(at))));
        }
        regions
    }

    /// The region of a value of the filter.
    fn of(&self, value: &Value) -> Region {
        let kind = self.field.kind;
        let found = |list: &[Key<'static>], key: &Key<'static>| list.iter().position(|known| known.equals(key, kind));
        match Key::of_literal(kind, self.field.values, value.as_str()) {
            Some(Key::Bool(value)) => Region::At(usize::from(value)),
            Some(Key::Place(place)) => Region::At(place),
            Some(key) => match found(&self.ordered, &key) {
                Some(at) => Region::At(2 * at + 1),
                None => Region::Odd(found(&self.odd, &key)),
            },
            None => Region::Odd(None),
        }
    }

    fn equals(&self, region: Region, value: &Value) -> bool {
        match region {
            Region::Null => self.field.kind == Kind::Text && value.as_str().is_empty(),
            Region::Odd(None) => false,
            other => other == self.of(value),
        }
    }

    fn compared(&self, Comparison { op, value, .. }: &Comparison, region: Region) -> bool {
        let order = match (region, self.of(value)) {
            (Region::At(a), Region::At(b)) => Some(a.cmp(&b)),
            _ => None,
        };
        match op {
            Op::Eq => self.equals(region, value),
            Op::Ne => !self.equals(region, value),
            order_op => order_op.holds(order),
        }
    }

    /// Whether an expression on the field holds for a value of a region.
    fn holds(&self, expr: &Expr, region: Region) -> bool {
        match expr {
            Expr::And(terms) => terms.iter().all(|term| self.holds(term, region)),
            Expr::Or(terms) => terms.iter().any(|term| self.holds(term, region)),
            Expr::Compare(comparison) => self.compared(comparison, region),
            Expr::Not(comparison) => !self.compared(comparison, region),
            Expr::In { values, negated, .. } => negated ^ values.iter().any(|value| self.equals(region, value)),
            Expr::Null { negated, .. } => negated ^ (region == Region::Null),
            Expr::Like { negated, .. } | Expr::Relate { negated, .. } => *negated,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::field::Source;
    use crate::{FieldName, parse};

    const fn field(kind: Kind, values: &'static [&'static str]) -> FieldSchema<'static> {
        FieldSchema { name: "x", kind, values, source: Source::Field("x") }
    }

    const WORDS: FieldSchema<'static> = field(Kind::Enum, &["a", "b", "c", "d"]);

    fn x() -> FieldName {
        "x".parse().unwrap()
    }

    fn list(values: &[&str], negated: bool) -> Expr {
        Expr::In { field: x(), values: values.iter().map(|&value| value.into()).collect(), negated }
    }

    fn null(negated: bool) -> Expr {
        Expr::Null { field: x(), negated }
    }

    fn all(field: &FieldSchema<'_>, source: &str) -> Option<Certain> {
        decide(&[parse(source).unwrap().expr()], true, field)
    }

    #[test]
    fn every_region_is_looked_at() {
        use Certain::{Always, EveryKnown, Never};
        for (source, certain) in [
            ("x<=b,x==d", None),
            ("x<=b,x>=c", Some(EveryKnown)),
            ("x<=b,x==c,x==d", Some(EveryKnown)),
            ("x>d", Some(Never)),
            ("x>=d", None),
            ("x>c;x<d", Some(Never)),
            ("x!=a;x!=b;x!=c;x!=d", None),
            ("x!=a;x!=b;x!=c;x!=d;x!=e", None),
            ("x==e;x==f", Some(Never)),
            ("x==e;x!=E", Some(Never)),
            ("x!=e,x!=a", Some(Always)),
            ("x>=a,x==e", None),
            ("x>=e", Some(Never)),
        ] {
            assert_eq!(all(&WORDS, source), certain, "{source}");
        }
        let number = field(Kind::Int, &[]);
        for (source, certain) in [
            ("x>5;x!=1;x!=3", None),
            ("x<1;x!=5;x!=3", None),
            ("x>3;x<5;x!=1", None),
            ("x>5;x<=5", Some(Never)),
            ("x>5,x<=5", None),
            ("x>5,(x!=5;x!=6)", None),
            ("x>5,x!=6", Some(Always)),
            ("x==1,x!=1", Some(Always)),
        ] {
            assert_eq!(all(&number, source), certain, "{source}");
        }
        let truth = field(Kind::Bool, &[]);
        assert_eq!(all(&truth, "x<false"), Some(Never));
        assert_eq!(all(&truth, "x<true,x>false"), Some(EveryKnown));
        assert_eq!(all(&truth, "x!=true;x!=false"), None);
        let text = field(Kind::Text, &[]);
        assert_eq!(all(&text, "x<\"\""), Some(Never));
        assert_eq!(all(&text, "x>=\"\""), None);
        assert_eq!(all(&text, "x>=\"\",x==\"\""), Some(Always));
        assert_eq!(all(&text, "x<a;x!=\"\""), None);
    }

    #[test]
    fn nodes_that_no_text_can_say() {
        use Certain::{Always, Never};
        let text = field(Kind::Text, &[]);
        let number = field(Kind::Int, &[]);
        let empty = || Expr::compare(x(), Op::Eq, "");
        let any = Expr::Like { field: x(), pattern: crate::Pattern::glob("*"), negated: false };
        for (field, expr, certain) in [
            (&number, list(&[], false), Some(Never)),
            (&number, list(&[], true), Some(Always)),
            (&number, list(&["1", "2"], false), None),
            (&number, list(&["1", "2"], false).and(list(&["1"], true)), None),
            (&number, list(&["1", "2"], false).and(list(&["2", "1"], true)), Some(Never)),
            (&number, list(&["1", "2"], false).or(list(&["2"], true)), Some(Always)),
            (&number, null(false), None),
            (&number, null(false).or(null(true)), Some(Always)),
            (&number, null(false).and(null(true)), Some(Never)),
            (&number, null(false).and(list(&["1"], true)), None),
            (&number, null(false).and(list(&["1"], false)), Some(Never)),
            (&text, null(false).and(empty()), None),
            (&text, null(false).and(Expr::compare(x(), Op::Ne, "")), Some(Never)),
            (&text, null(true).and(empty()), None),
            (&text, null(false).and(Expr::compare(x(), Op::Eq, "a")), Some(Never)),
            (&text, any.clone().and(null(false)).and(null(true)), None),
            (&number, list(&["x"], false), None),
        ] {
            assert_eq!(decide(&[&expr], true, field), certain, "{expr}");
        }
        // Together, or each.
        let terms = [&null(false), &null(true)];
        assert_eq!(decide(&terms, true, &number), Some(Never));
        assert_eq!(decide(&terms, false, &number), Some(Always));
    }

    #[test]
    fn many_conditions_are_left_alone() {
        let many = |count: usize| vec!["x!=a"; count].join(";") + ";x==a";
        assert_eq!(all(&WORDS, &many(MOST - 1)), Some(Certain::Never));
        assert_eq!(all(&WORDS, &many(MOST)), None);
    }
}
