//! ZQL's grammar.

use backhaul_filter::zstack::QOp;

use super::lexer::{Token, Word, words};

#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) verb: Verb,
    /// The function around the target.
    pub(super) function: Option<String>,
    pub(super) target: String,
    /// The fields of the target; all when there is none.
    pub(super) fields: Vec<String>,
    pub(super) condition: Option<Condition>,
    pub(super) restrict_by: Vec<Leaf>,
    pub(super) return_with: Vec<String>,
    /// What rows are grouped by; of a sum, what stands behind `by`.
    pub(super) group_by: Vec<String>,
    /// Fields, and whether the order descends.
    pub(super) order_by: Vec<(String, bool)>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    pub(super) name: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Verb {
    #[default]
    Query,
    Count,
    Sum,
}

#[derive(Debug)]
pub(super) enum Condition {
    Leaf(Leaf),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// A field, an operator and what it is compared with.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) field: String,
    pub(super) op: QOp,
    /// `has` and `not has`, which only tags have.
    pub(super) of_tags: bool,
    pub(super) operand: Operand,
}

#[derive(Debug)]
pub(super) enum Operand {
    Values(Vec<String>),
    Query(Box<Statement>),
}

/// Why a text is no ZQL, or none that is simulated.
#[derive(Debug)]
pub(super) enum Fault {
    Syntax(String),
    Absent(&'static str),
}

type Parsed<T> = Result<T, Fault>;

/// How deep conditions and queries may stand in each other.
const MAX_DEPTH: usize = 50;

/// Reads a script: statements with `;` between them.
pub(super) fn parse(text: &str) -> Parsed<Vec<Statement>> {
    let words = words(text).map_err(Fault::Syntax)?;
    let mut parser = Parser { words, next: 0, text, depth: 0 };
    let mut statements = vec![parser.statement()?];
    while parser.mark(";") {
        if parser.peek().is_none() {
            break;
        }
        statements.push(parser.statement()?);
    }
    if parser.peek().is_some() { Err(parser.wrong("the end")) } else { Ok(statements) }
}

struct Parser<'t> {
    words: Vec<Token<'t>>,
    next: usize,
    text: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn statement(&mut self) -> Parsed<Statement> {
        let mut statement = Statement::default();
        match self.word("a statement")? {
            "query" => {}
            "count" => statement.verb = Verb::Count,
            "sum" => statement.verb = Verb::Sum,
            "search" => return Err(Fault::Absent("search")),
            other => {
                return Err(Fault::Syntax(format!("mismatched input '{other}', expecting query, count, sum, search")));
            }
        }
        self.target(&mut statement)?;
        for join in ["inner", "left", "right"] {
            if self.peek_pair(join, "join") {
                return Err(Fault::Absent("join"));
            }
        }
        if statement.verb == Verb::Sum {
            self.keyword("by")?;
            statement.group_by.push(self.path()?);
        }
        if self.is("where") {
            statement.condition = Some(self.condition()?);
        }
        if self.pair("restrict", "by") {
            statement.restrict_by = self.bracketed(Self::leaf)?;
        }
        if self.pair("return", "with") {
            statement.return_with = self.bracketed(Self::extra)?;
        }
        if self.pair("group", "by") {
            statement.group_by = self.listed(Self::path)?;
        }
        if self.pair("order", "by") {
            statement.order_by = self.listed(Self::order)?;
        }
        if self.is("limit") {
            statement.limit = Some(self.number()?);
        }
        if self.is("offset") {
            statement.offset = self.number()?;
        }
        if self.peek_pair("filter", "by") {
            return Err(Fault::Absent("filter by"));
        }
        if self.pair("named", "as") {
            statement.name = Some(match self.take() {
                Some(Word::Text(name)) => name,
                _ => return Err(self.wrong_before("a text")),
            });
        }
        Ok(statement)
    }

    /// `entity`, `entity.field`, `entity.one,other`, or a function around one.
    fn target(&mut self, statement: &mut Statement) -> Parsed<()> {
        let name = self.word("an entity")?;
        if self.mark("(") {
            self.deeper()?;
            if statement.verb == Verb::Query && matches!(name, "count" | "sum") {
                return Err(Fault::Syntax(format!("{name} is not allowed in a query: use the statement {name}")));
            }
            statement.function = Some(name.to_owned());
            self.target(statement)?;
            self.depth -= 1;
            return self.expect(")");
        }
        statement.target = name.to_owned();
        if self.mark(".") {
            statement.fields = self.listed(Self::path)?;
        }
        Ok(())
    }

    fn condition(&mut self) -> Parsed<Condition> {
        self.deeper()?;
        let mut any = vec![self.conjunction()?];
        while self.is("or") {
            any.push(self.conjunction()?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 { any.remove(0) } else { Condition::Any(any) })
    }

    fn conjunction(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.single()?];
        while self.is("and") {
            all.push(self.single()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn single(&mut self) -> Parsed<Condition> {
        if self.mark("(") {
            let condition = self.condition()?;
            self.expect(")")?;
            return Ok(condition);
        }
        self.leaf().map(Condition::Leaf)
    }

    fn leaf(&mut self) -> Parsed<Leaf> {
        let field = self.path()?;
        let (op, of_tags) = self.operator()?;
        let operand = match op {
            QOp::IsNull | QOp::NotNull => Operand::Values(Vec::new()),
            _ => self.operand()?,
        };
        Ok(Leaf { field, op, of_tags, operand })
    }

    fn operator(&mut self) -> Parsed<(QOp, bool)> {
        for (first, second, op, of_tags) in [
            ("is", "null", QOp::IsNull, false),
            ("not", "in", QOp::NotIn, false),
            ("not", "like", QOp::NotLike, false),
            ("not", "has", QOp::NotIn, true),
        ] {
            if self.pair(first, second) {
                return Ok((op, of_tags));
            }
        }
        if self.peek_pair("is", "not") {
            self.next += 1;
            return if self.pair("not", "null") { Ok((QOp::NotNull, false)) } else { Err(self.wrong("is not null")) };
        }
        let op = match self.take() {
            Some(Word::Mark("=")) => QOp::Eq,
            Some(Word::Mark("!=")) => QOp::Ne,
            Some(Word::Mark(">")) => QOp::Gt,
            Some(Word::Mark(">=")) => QOp::Ge,
            Some(Word::Mark("<")) => QOp::Lt,
            Some(Word::Mark("<=")) => QOp::Le,
            Some(Word::Name("in")) => QOp::In,
            Some(Word::Name("like")) => QOp::Like,
            Some(Word::Name("has")) => return Ok((QOp::In, true)),
            _ => return Err(self.wrong_before("an operator")),
        };
        Ok((op, false))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        if !self.mark("(") {
            return Ok(Operand::Values(vec![self.value()?]));
        }
        if self.is_next("query") {
            self.deeper()?;
            let query = self.statement()?;
            self.depth -= 1;
            self.expect(")")?;
            return Ok(Operand::Query(Box::new(query)));
        }
        let values = self.listed(Self::value)?;
        self.expect(")")?;
        Ok(Operand::Values(values))
    }

    fn value(&mut self) -> Parsed<String> {
        let minus = self.mark("-");
        match self.take() {
            Some(Word::Number(number)) if minus => Ok(format!("-{number}")),
            Some(Word::Number(number)) => Ok(number.to_owned()),
            Some(Word::Text(text)) if !minus => Ok(text),
            Some(Word::Name(word @ ("true" | "false"))) if !minus => Ok(word.to_owned()),
            Some(Word::Name("getapi")) => Err(Fault::Absent("getapi")),
            _ => Err(self.wrong_before("a value")),
        }
    }

    fn extra(&mut self) -> Parsed<String> {
        let mut name = self.path()?;
        if let Some(Word::Raw(_)) = self.peek() {
            self.next += 1;
            name.push_str("{}");
        }
        Ok(name)
    }

    fn order(&mut self) -> Parsed<(String, bool)> {
        let field = self.path()?;
        if let Some(Word::Mark("(" | "*" | "/" | "%" | "+" | "-" | "--")) = self.peek() {
            return Err(Fault::Absent("order by an expression"));
        }
        if self.is("desc") {
            return Ok((field, true));
        }
        self.is("asc");
        Ok((field, false))
    }

    /// Names with dots between them.
    fn path(&mut self) -> Parsed<String> {
        let mut path = self.word("a name")?.to_owned();
        while self.mark(".") {
            path.push('.');
            path.push_str(self.word("a name")?);
        }
        Ok(path)
    }

    fn number(&mut self) -> Parsed<usize> {
        match self.take() {
            Some(Word::Number(number)) => number.parse().map_err(|_| self.wrong_before("a whole number")),
            _ => Err(self.wrong_before("a whole number")),
        }
    }

    fn bracketed<T>(&mut self, one: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect("(")?;
        let all = self.listed(one)?;
        self.expect(")")?;
        Ok(all)
    }

    fn listed<T>(&mut self, one: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut all = vec![one(self)?];
        while self.mark(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Fault::Syntax("the query nests too deep".to_owned())) } else { Ok(()) }
    }

    fn peek(&self) -> Option<&Word<'t>> {
        self.words.get(self.next).map(|token| &token.word)
    }

    fn take(&mut self) -> Option<Word<'t>> {
        let word = self.peek().cloned();
        self.next += 1;
        word
    }

    fn word(&mut self, what: &str) -> Parsed<&'t str> {
        match self.take() {
            Some(Word::Name(name)) => Ok(name),
            _ => Err(self.wrong_before(what)),
        }
    }

    fn is_next(&self, keyword: &str) -> bool {
        self.peek() == Some(&Word::Name(keyword))
    }

    /// Takes a keyword if it is next.
    fn is(&mut self, keyword: &str) -> bool {
        let is = self.is_next(keyword);
        self.next += usize::from(is);
        is
    }

    fn keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.is(keyword) { Ok(()) } else { Err(self.wrong(keyword)) }
    }

    /// Whether a keyword of two words is next: one blank stands between them, and nothing else.
    fn peek_pair(&self, first: &str, second: &str) -> bool {
        let Some([one, two]) = self.words.get(self.next..self.next + 2) else { return false };
        let joined = self.text.get(one.end..two.at) == Some(" ");
        joined && one.word == Word::Name(first) && two.word == Word::Name(second)
    }

    fn pair(&mut self, first: &str, second: &str) -> bool {
        let is = self.peek_pair(first, second);
        self.next += if is { 2 } else { 0 };
        is
    }

    fn mark(&mut self, mark: &str) -> bool {
        let is = self.peek() == Some(&Word::Mark(mark));
        self.next += usize::from(is);
        is
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.mark(mark) { Ok(()) } else { Err(self.wrong(mark)) }
    }

    fn wrong(&self, expected: &str) -> Fault {
        self.wrong_at(self.next, expected)
    }

    fn wrong_before(&self, expected: &str) -> Fault {
        self.wrong_at(self.next - 1, expected)
    }

    fn wrong_at(&self, place: usize, expected: &str) -> Fault {
        Fault::Syntax(match self.words.get(place) {
            Some(token) => {
                let found = self.text.get(token.at..token.end).unwrap_or("");
                format!("mismatched input '{found}' at character {}, expecting {expected}", token.at)
            }
            None => format!("mismatched input at the end, expecting {expected}"),
        })
    }
}
