//! What a schema document says: its types, their members, the roots of documents. Everything that XML Schema has for
//! writing less is resolved: groups, choices, references, types without a name.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::element::{At, Element, Name};
use super::reader::Reader;
use crate::import::Result;

/// How far references may lead on: more is a circle.
const MAX_DEPTH: usize = 64;

/// The texts that are a kind of their own with us, by name.
pub(super) const IDS: [&str; 3] = ["UidType", "GuidType", "HierarchyObjRefType"];
pub(super) const SECRET: &str = "PasswordType";

/// A document's types.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) types: Vec<Type>,
    /// The document roots, in order: an element, and its type.
    pub(super) roots: Vec<Root>,
    /// What was passed over.
    pub(super) notes: Vec<String>,
    index: BTreeMap<String, usize>,
}

/// Where something stands, and since which version our schema says that it is there.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) at: At,
    pub(super) range: Range<usize>,
    pub(super) since: Option<String>,
}

impl Place {
    pub(super) fn of(element: &Element) -> Self {
        let since = element.said("api", "since").map(str::to_owned);
        Self { at: element.at.clone(), range: element.range.clone(), since }
    }
}

#[derive(Debug)]
pub(super) struct Root {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) struct Type {
    /// Its name; `Outer/Element` for one that stands inline.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) form: Form,
    /// Other names of it, in our schema: in Rust, and more of the vendor's.
    pub(super) aliases: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Form {
    /// One of a list of texts.
    Enum {
        base: Name,
        values: Vec<Value>,
    },
    /// Another type's values, with bounds.
    Plain {
        base: Name,
        bounds: Bounds,
    },
    /// One of several simple types.
    Union(Vec<Name>),
    Struct(Struct),
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) place: Place,
}

/// The facets of a simple type that bound it, by name.
pub(super) type Bounds = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(super) struct Struct {
    /// What it extends or restricts.
    pub(super) base: Option<String>,
    /// Whether it lists the elements of its base again.
    pub(super) restricts: bool,
    pub(super) is_abstract: bool,
    /// The type of its own text, beside attributes.
    pub(super) text: Option<Name>,
    pub(super) attributes: Vec<Member>,
    pub(super) elements: Vec<Member>,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) ty: Name,
    pub(super) required: bool,
    pub(super) list: bool,
    pub(super) is_attribute: bool,
}

/// What a member holds, in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'m> {
    Text,
    Bool,
    Int,
    Float,
    Time,
    Id,
    Secret,
    Enum(&'m str),
    Struct(&'m str),
    /// A type that is nothing but a list.
    List(&'m str),
}

impl Kind<'_> {
    /// In words.
    pub(super) fn name(self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Bool => "true or false".into(),
            Self::Int => "an integer".into(),
            Self::Float => "a number".into(),
            Self::Time => "a time".into(),
            Self::Id => "an identifier".into(),
            Self::Secret => "a secret".into(),
            Self::Enum(name) => format!("one of {name}"),
            Self::Struct(name) | Self::List(name) => name.to_owned(),
        }
    }
}

impl Model {
    pub(super) fn read(path: &str, text: &str) -> Result<Self> {
        let tops = super::element::read(path, text)?;
        let (types, roots, notes) = Reader::new(&tops)?.read()?;
        let index = types.iter().enumerate().map(|(at, ty)| (ty.name.clone(), at)).collect();
        let model = Self { types, roots, notes, index };
        model.check()?;
        Ok(model)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Type> {
        self.index.get(name).and_then(|at| self.types.get(*at))
    }

    pub(super) fn structure(&self, name: &str) -> Option<&Struct> {
        self.get(name).and_then(Type::structure)
    }

    /// Refuses references to nothing and circles of bases.
    fn check(&self) -> Result<()> {
        let mut whole = BTreeSet::new();
        for ty in &self.types {
            self.ends(ty, 0, &mut whole)?;
            match &ty.form {
                Form::Enum { base, .. } | Form::Plain { base, .. } => drop(self.kind(base, &ty.place.at)?),
                Form::Union(members) => {
                    members.iter().try_for_each(|member| self.kind(member, &ty.place.at).map(drop))?
                }
                Form::Struct(body) => {
                    let mut base = body.base.as_deref();
                    for _ in 0..MAX_DEPTH {
                        let Some(name) = base else { break };
                        let Some(next) = self.structure(name) else {
                            return Err(ty
                                .place
                                .at
                                .error(format!("`{name}` is no complex type of the document to extend")));
                        };
                        base = next.base.as_deref();
                    }
                    if base.is_some() {
                        return Err(ty.place.at.error(format!("`{}` extends itself", ty.name)));
                    }
                    for member in body.attributes.iter().chain(&body.elements) {
                        let kind = self.kind(&member.ty, &member.place.at)?;
                        if member.is_attribute && matches!(kind, Kind::Struct(_) | Kind::List(_)) {
                            return Err(member
                                .place
                                .at
                                .error(format!("the attribute `{}` has no simple type", member.name)));
                        }
                    }
                    body.text.iter().try_for_each(|text| self.kind(text, &ty.place.at).map(drop))?;
                }
            }
        }
        for root in &self.roots {
            let ty = &root.ty;
            if self.get(ty).is_none() {
                let rule = format!("`{ty}` refers to nothing: no type of this name stands in the document");
                return Err(root.place.at.error(rule));
            }
        }
        Ok(())
    }

    /// Refuses simple types that lead back to themselves; `whole` are those that are known not to.
    fn ends<'m>(&'m self, ty: &'m Type, depth: usize, whole: &mut BTreeSet<&'m str>) -> Result<()> {
        let parts = match &ty.form {
            Form::Enum { base, .. } | Form::Plain { base, .. } => std::slice::from_ref(base),
            Form::Union(members) => members.as_slice(),
            Form::Struct(_) => &[],
        };
        if depth > MAX_DEPTH {
            return Err(ty.place.at.error(format!("`{}` and others refer to each other in a circle", ty.name)));
        }
        for part in parts {
            if let Name::Named(name) = part
                && !whole.contains(name.as_str())
                && let Some(part) = self.get(name)
            {
                self.ends(part, depth + 1, whole)?;
            }
        }
        whole.insert(&ty.name);
        Ok(())
    }

    /// What a value of a type is.
    pub(super) fn kind<'m>(&'m self, ty: &'m Name, at: &At) -> Result<Kind<'m>> {
        let mut ty = ty;
        for _ in 0..MAX_DEPTH {
            let name = match ty {
                Name::BuiltIn(name) => {
                    return built_in(name).ok_or_else(|| at.error(format!("`xs:{name}` is not read: no such kind")));
                }
                Name::Named(name) => name.as_str(),
            };
            if IDS.contains(&name) {
                return Ok(Kind::Id);
            } else if name == SECRET {
                return Ok(Kind::Secret);
            }
            let found = self.get(name).ok_or_else(|| {
                at.error(format!("`{name}` refers to nothing: no type of this name stands in the document"))
            })?;
            ty = match &found.form {
                Form::Plain { base, .. } => base,
                Form::Enum { base, .. } => match self.kind(base, &found.place.at)? {
                    Kind::Text | Kind::Enum(_) => return Ok(Kind::Enum(&found.name)),
                    other => return Ok(other),
                },
                Form::Union(members) if !members.is_empty() => {
                    let all = members.iter().map(|member| self.kind(member, &found.place.at));
                    let enums = all.collect::<Result<Vec<_>>>()?.iter().all(|kind| matches!(kind, Kind::Enum(_)));
                    return Ok(if enums { Kind::Enum(&found.name) } else { Kind::Text });
                }
                Form::Union(_) => return Ok(Kind::Text),
                Form::Struct(_) if self.item(&found.name).is_some() => return Ok(Kind::List(&found.name)),
                Form::Struct(_) => return Ok(Kind::Struct(&found.name)),
            };
        }
        Err(at.error("the types refer to each other in a circle"))
    }

    /// The values of an enum.
    pub(super) fn values(&self, name: &str) -> Vec<&Value> {
        match self.get(name).map(|ty| &ty.form) {
            Some(Form::Enum { values, .. }) => values.iter().collect(),
            Some(Form::Union(members)) => {
                let mut all: Vec<&Value> = Vec::new();
                for member in members {
                    let Name::Named(member) = member else { continue };
                    for value in self.values(member) {
                        if !all.iter().any(|known| known.name == value.name) {
                            all.push(value);
                        }
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// The bounds that a type's values keep, those of what it restricts included.
    pub(super) fn bounds(&self, ty: &Name) -> Bounds {
        let (mut ty, mut out) = (ty, Bounds::new());
        for _ in 0..MAX_DEPTH {
            let Name::Named(name) = ty else { break };
            if IDS.contains(&name.as_str()) {
                return Bounds::new();
            }
            let Some(Form::Plain { base, bounds }) = self.get(name).map(|ty| &ty.form) else { break };
            for (facet, value) in bounds {
                out.entry(facet.clone()).or_insert_with(|| value.clone());
            }
            ty = base;
        }
        out
    }

    /// The members of a struct with the type that declares each, those of its bases first.
    pub(super) fn members(&self, name: &str) -> Vec<(&str, &Member)> {
        let mut out: Vec<(&str, &Member)> = Vec::new();
        for ty in self.chain(name).into_iter().rev() {
            let Some(body) = ty.structure() else { continue };
            if body.restricts {
                out.retain(|(_, member)| member.is_attribute && !body.attributes.iter().any(|a| a.name == member.name));
            }
            out.extend(body.attributes.iter().chain(&body.elements).map(|member| (ty.name.as_str(), member)));
        }
        out
    }

    /// A type and what it extends, itself first.
    pub(super) fn chain(&self, name: &str) -> Vec<&Type> {
        let mut out = Vec::new();
        let mut next = self.get(name);
        while let Some(ty) = next {
            out.push(ty);
            if out.len() > MAX_DEPTH {
                break;
            }
            next = ty.structure().and_then(|body| body.base.as_deref()).and_then(|base| self.get(base));
        }
        out
    }

    /// The one element of a type that is nothing but a list.
    pub(super) fn item(&self, name: &str) -> Option<&Member> {
        let has_text = self.chain(name).iter().any(|ty| ty.structure().is_some_and(|body| body.text.is_some()));
        match self.members(name).as_slice() {
            [(_, only)] if only.list && !only.is_attribute && !has_text => Some(only),
            _ => None,
        }
    }
}

impl Type {
    /// Takes what another form of it says, too; nothing when no type is both.
    pub(super) fn unite(&mut self, other: Form) -> Option<()> {
        match (&mut self.form, other) {
            (Form::Struct(ours), Form::Struct(theirs)) => ours.unite(theirs),
            (Form::Enum { base, values }, Form::Enum { base: same, values: more }) if *base == same => {
                let new = more.into_iter().filter(|value| !values.iter().any(|known| known.name == value.name));
                values.extend(new.collect::<Vec<_>>());
                Some(())
            }
            (Form::Plain { base, bounds }, Form::Plain { base: same, bounds: others }) if *base == same => {
                // A bound that only one of them has does not hold for both.
                bounds.retain(|facet, value| others.get(facet) == Some(value));
                Some(())
            }
            _ => None,
        }
    }

    pub(super) fn structure(&self) -> Option<&Struct> {
        match &self.form {
            Form::Struct(body) => Some(body),
            _ => None,
        }
    }
}

fn built_in(name: &str) -> Option<Kind<'static>> {
    Some(match written(name)? {
        "boolean" => Kind::Bool,
        "double" => Kind::Float,
        "dateTime" | "date" | "time" => Kind::Time,
        "string" | "anyURI" => Kind::Text,
        _ => Kind::Int,
    })
}

/// The type of XML Schema's own that our schema writes for one; nothing for those that hold anything.
pub(super) fn written(name: &str) -> Option<&'static str> {
    Some(match name {
        "boolean" => "boolean",
        "byte" | "short" | "int" | "unsignedByte" | "unsignedShort" => "int",
        "long" | "unsignedInt" | "unsignedLong" | "integer" | "nonNegativeInteger" | "positiveInteger"
        | "negativeInteger" | "nonPositiveInteger" => "long",
        "float" | "double" | "decimal" => "double",
        "dateTime" | "dateTimeStamp" => "dateTime",
        "date" => "date",
        "time" => "time",
        "anyURI" => "anyURI",
        "string" | "normalizedString" | "token" | "language" | "Name" | "NCName" | "NMTOKEN" | "NMTOKENS" | "ID"
        | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "QName" | "NOTATION" | "base64Binary" | "hexBinary"
        | "duration" | "dayTimeDuration" | "yearMonthDuration" | "gYear" | "gYearMonth" | "gMonth" | "gMonthDay"
        | "gDay" | "anySimpleType" | "anyAtomicType" => "string",
        _ => return None,
    })
}

impl Struct {
    fn unite(&mut self, other: Self) -> Option<()> {
        let alike = self.base == other.base && self.restricts == other.restricts && self.text == other.text;
        if !alike {
            return None;
        }
        unite(&mut self.attributes, other.attributes)?;
        unite(&mut self.elements, other.elements)
    }
}

/// The members of both; what only one of them has may be missing.
fn unite(ours: &mut Vec<Member>, theirs: Vec<Member>) -> Option<()> {
    for known in ours.iter_mut() {
        let twin = theirs.iter().find(|member| member.name == known.name);
        if twin.is_some_and(|twin| twin.ty != known.ty) {
            return None;
        }
        known.required &= twin.is_some_and(|twin| twin.required);
        known.list |= twin.is_some_and(|twin| twin.list);
    }
    let new = theirs.into_iter().filter(|member| !ours.iter().any(|known| known.name == member.name));
    let new: Vec<Member> = new.map(|member| Member { required: false, ..member }).collect();
    ours.extend(new);
    Some(())
}

impl Member {
    /// Whether it is the member of another document: of the same name, in the same place.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.is_attribute == other.is_attribute && self.name.eq_ignore_ascii_case(&other.name)
    }
}
