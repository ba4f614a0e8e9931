//! What inventories there are: `classes.txt`, with the fields of the models' shapes.

use std::collections::HashMap;
use std::sync::LazyLock;

use backhaul_models::registry::{TypeEntry, types};
use backhaul_models::zstack::operations::OPERATIONS;
use backhaul_wire::operation::Response;
use backhaul_wire::{Field, Kind, Operation, Repeat, Shape, System};

/// An inventory class of the server.
#[derive(Debug, Default)]
pub(super) struct Class {
    /// Its simple name, such as `BackupStorageInventory`.
    pub(super) name: &'static str,
    /// Its full name.
    pub(super) java: String,
    /// Its own fields and those of the classes above it; `None` for what only joins lead through.
    pub(super) shape: Option<&'static Shape>,
    /// It and those below it as one type, when the models have one.
    pub(super) union: Option<&'static Shape>,
    /// Where its rows are, when they are part of others.
    pub(super) part: Option<Part>,
    parent: Option<&'static str>,
    tag: &'static str,
    kinds: Vec<(&'static str, &'static str)>,
    joins: Vec<Join>,
    aliases: Vec<(&'static str, &'static str)>,
    lists: Vec<&'static str>,
    zql: String,
}

/// A way from the rows of one class to those of another.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) name: &'static str,
    /// The class that it leads to.
    pub(super) class: &'static str,
    /// The field here.
    pub(super) key: &'static str,
    /// The field there that must hold the same.
    pub(super) theirs: &'static str,
}

/// Rows that are the items of a list of other rows.
#[derive(Debug)]
pub(super) struct Part {
    /// The class of the others.
    pub(super) of: &'static str,
    pub(super) list: &'static str,
    /// The field that holds the other row's uuid.
    pub(super) key: &'static str,
    /// The field that holds an item that is a mere id; empty when items are objects.
    pub(super) own: &'static str,
}

/// All classes.
struct Catalogue {
    classes: Vec<Class>,
    by_name: HashMap<&'static str, usize>,
    by_shape: HashMap<&'static str, usize>,
    queries: HashMap<&'static str, &'static str>,
}

static ALL: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("classes.txt")));

/// The class with this simple name.
pub(super) fn find(name: &str) -> Option<&'static Class> {
    ALL.classes.get(*ALL.by_name.get(name)?)
}

/// Every class.
pub(super) fn all() -> &'static [Class] {
    &ALL.classes
}

/// The class that ZQL names so, in any letter case.
pub(super) fn named_in_zql(name: &str) -> Option<&'static Class> {
    ALL.classes.iter().find(|class| class.zql.eq_ignore_ascii_case(name))
}

/// The class of the objects of this type.
pub(super) fn of_shape(shape: &Shape) -> Option<&'static Class> {
    ALL.classes.get(*ALL.by_shape.get(shape.name)?)
}

/// The class that a query answers with; `None` when the operation is no query of inventories.
pub(super) fn of_query(operation: &Operation) -> Option<&'static Class> {
    match ALL.queries.get(operation.name) {
        Some(name) => find(name),
        None => of_shape(item(operation)?),
    }
}

/// The type of the items that a query lists; `None` when the operation is no query.
pub(super) fn item(operation: &Operation) -> Option<&'static Shape> {
    match operation.response {
        Response::Page(page, list) => {
            match page.fields.iter().find(|field| field.json == list).map(|field| field.kind) {
                Some(Kind::Struct(item)) => Some(item),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The class whose objects stand at `path/{uuid}`.
pub(super) fn at_path(path: &str) -> Option<&'static Class> {
    let operation = OPERATIONS.iter().find(|operation| operation.path == path && operation.method == "GET")?;
    of_query(operation)
}

impl Class {
    fn chain(&'static self) -> impl Iterator<Item = &'static Self> {
        std::iter::successors(Some(self), |class| class.parent.and_then(find))
    }

    /// The class on top of its hierarchy, whose rows stand together.
    pub(super) fn root(&'static self) -> &'static Self {
        self.chain().last().unwrap_or(self)
    }

    /// Whether it is this class or one below.
    pub(super) fn is_a(&'static self, other: &Self) -> bool {
        self.chain().any(|class| class.name == other.name)
    }

    /// The field that names the subtype; empty where none does.
    pub(super) fn tag(&'static self) -> &'static str {
        self.chain().map(|class| class.tag).find(|tag| !tag.is_empty()).unwrap_or("")
    }

    /// The class below this one that a value of the type field means.
    pub(super) fn kind(&'static self, value: &str) -> Option<&'static Self> {
        let kinds = self.chain().flat_map(|class| &class.kinds).filter(|(known, _)| *known == value);
        kinds.filter_map(|(_, name)| find(name)).find(|class| class.is_a(self))
    }

    /// The class of an object: this one, or the one below that its type fields mean, step by step.
    pub(super) fn of(&'static self, member: impl Fn(&str) -> String) -> &'static Self {
        let mut class = self;
        loop {
            let values = class.chain().filter(|class| !class.tag.is_empty()).map(|class| member(class.tag));
            let below = values.filter_map(|value| class.kind(&value)).find(|below| !std::ptr::eq(*below, class));
            match below {
                Some(below) => class = below,
                None => return class,
            }
        }
    }

    /// Whether a field names the subtype, and the value of it that means this class.
    pub(super) fn type_value(&'static self, field: &str) -> Option<Option<&'static str>> {
        let owner = self.chain().find(|class| !class.tag.is_empty() && class.tag == field)?;
        let kind = owner.kinds.iter().find(|(_, name)| find(name).is_some_and(|kind| self.is_a(kind)));
        Some(kind.map(|(value, _)| *value))
    }

    /// Whether a value of the type field means some class of the hierarchy.
    pub(super) fn means_some(&'static self, value: &str) -> bool {
        self.chain().any(|class| class.kinds.iter().any(|(known, _)| *known == value))
    }

    /// Whether the models' type for this class can hold objects of another.
    pub(super) fn holds(&'static self, other: &'static Self) -> bool {
        let (Some(shape), Some(union)) = (other.shape, self.union) else { return std::ptr::eq(self, other) };
        union.union.is_some_and(|union| union.variants.iter().any(|variant| variant.shape.name == shape.name))
    }

    /// A field that conditions may name, written exactly so.
    pub(super) fn field(&'static self, name: &str) -> Option<&'static Field> {
        let field = self.shape?.fields.iter().find(|field| field.json == name)?;
        let known = match (field.repeat, field.kind) {
            (Repeat::One, Kind::Struct(_) | Kind::Json | Kind::Secret) => false,
            (Repeat::One, _) => true,
            (Repeat::List, Kind::Struct(_) | Kind::Json) => false,
            (Repeat::List, _) => self.is_list(name),
            (Repeat::Map, _) => false,
        };
        known.then_some(field)
    }

    /// A list of objects that conditions may lead through.
    pub(super) fn items(&'static self, name: &str) -> Option<&'static Self> {
        let field = self.shape?.fields.iter().find(|field| field.json == name)?;
        match (field.repeat, field.kind) {
            (Repeat::List, Kind::Struct(item)) if self.is_list(name) => of_shape(item),
            _ => None,
        }
    }

    fn is_list(&'static self, name: &str) -> bool {
        self.chain().any(|class| class.lists.contains(&name))
    }

    /// The joins, the class's own first.
    pub(super) fn joins(&'static self) -> impl Iterator<Item = &'static Join> {
        self.chain().flat_map(|class| &class.joins)
    }

    pub(super) fn join(&'static self, name: &str) -> Option<&'static Join> {
        self.joins().find(|join| join.name == name)
    }

    /// The class whose uuid a field holds, if a join says so.
    pub(super) fn joins_at_field(&'static self, key: &str) -> Option<&'static Self> {
        self.joins()
            .find(|join| key != "uuid" && join.key == key && join.theirs == "uuid")
            .and_then(|join| find(join.class))
    }

    /// Another name for a path of joins.
    pub(super) fn alias(&'static self, name: &str) -> Option<&'static str> {
        let aliases = self.chain().flat_map(|class| &class.aliases);
        aliases.filter(|(alias, _)| *alias == name).map(|(_, path)| *path).next()
    }
}

impl Catalogue {
    fn read(text: &'static str) -> Self {
        let mut classes: Vec<Class> = Vec::new();
        let mut queries = HashMap::new();
        for line in text.lines() {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            match (words.as_slice(), classes.last_mut()) {
                (["class", name, package], _) => classes.push(Class::new(name, package)),
                (["query", operation, class], _) => {
                    queries.insert(*operation, *class);
                }
                (words, Some(class)) => class.learn(words),
                (_, None) => {} // the remarks at the top
            }
        }
        let by_name: HashMap<&str, usize> = classes.iter().enumerate().map(|(at, class)| (class.name, at)).collect();
        let mut by_shape = HashMap::new();
        for entry in types(System::Zstack) {
            let TypeEntry::Struct(shape) = entry else { continue };
            let mut names = shape.aliases.iter().chain([&shape.name]);
            let Some(&at) = names.find_map(|name| by_name.get(name)) else { continue };
            by_shape.insert(shape.name, at);
            // A union has the fields of all its kinds; the class has its own.
            match shape.union {
                Some(_) => classes[at].union = Some(shape),
                None => classes[at].shape = Some(shape),
            }
        }
        Self { classes, by_name, by_shape, queries }
    }
}

impl Class {
    fn new(name: &'static str, package: &'static str) -> Self {
        // Classes inside of others are named whole.
        let whole = package.rsplit('.').next().is_some_and(|last| last.contains('$'));
        let java = if whole { package.to_owned() } else { format!("{package}.{name}") };
        let zql = name.strip_suffix("Inventory").unwrap_or(name).to_lowercase();
        Self { name, java, zql, ..Self::default() }
    }

    fn learn(&mut self, words: &[&'static str]) {
        match *words {
            ["parent", name] => self.parent = Some(name),
            ["type", field] => self.tag = field,
            ["kind", value, name] => self.kinds.push((value, name)),
            ["join", name, class, key, theirs] => self.joins.push(Join { name, class, key, theirs }),
            ["alias", name, path] => self.aliases.push((name, path)),
            ["list", field] => self.lists.push(field),
            ["of", of, list, key, own] => self.part = Some(Part { of, list, key, own }),
            ["items", of, list, key] => self.part = Some(Part { of, list, key, own: "" }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn classes_lead_to_classes() {
        for class in all() {
            assert!(class.parent.is_none_or(|parent| find(parent).is_some()), "{}", class.name);
            let lists = class.lists.iter().filter(|list| class.items(list).is_none() && class.field(list).is_none());
            assert_eq!(lists.count(), 0, "{}", class.name);
            for (_, kind) in &class.kinds {
                assert!(find(kind).unwrap().is_a(class), "{} {kind}", class.name);
            }
        }
    }

    #[test]
    fn every_query_has_a_type() {
        for operation in OPERATIONS.iter().filter(|it| matches!(it.response, Response::Page(..))) {
            assert!(item(operation).is_some(), "{}", operation.name);
        }
    }
}
