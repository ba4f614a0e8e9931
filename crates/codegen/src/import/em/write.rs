//! What is new, as our schema writes it: names, types, marks and bounds, without a word of documentation.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;

use super::element::Name;
use super::model::{Bounds, Form, IDS, Kind, Member, Model, SECRET, Struct, Type, written};
use super::pairs::Pairs;
use crate::ir::is_type_name;

/// Texts of these names are secrets, whatever a document calls their type.
const SECRETS: [&str; 4] = ["Password", "Passphrase", "Secret", "PrivateKey"];

/// Writes types and members of a document into the form of our schema.
pub(super) struct Writer<'m> {
    pub(super) theirs: &'m Model,
    pub(super) pairs: &'m Pairs,
    /// The version to mark what is new with.
    pub(super) since: Option<String>,
    /// Names of types in our schema, and in Rust.
    taken: Vec<String>,
    /// Names for the document's new types.
    names: BTreeMap<String, String>,
}

impl<'m> Writer<'m> {
    pub(super) fn new(theirs: &'m Model, ours: &Model, pairs: &'m Pairs, since: Option<String>) -> Self {
        let of =
            |ty: &Type| [ty.name.clone(), rust(&ty.name)].into_iter().chain(ty.aliases.clone()).collect::<Vec<_>>();
        let roots = ours.roots.iter().map(|root| root.name.clone());
        let taken = ours.types.iter().flat_map(of).chain(roots).collect();
        Self { theirs, pairs, since, taken, names: BTreeMap::new() }
    }

    /// Our name of a document's type.
    pub(super) fn name(&mut self, theirs: &str) -> String {
        if let Some(ours) = self.pairs.get(theirs) {
            return ours.to_owned();
        }
        if let Some(known) = self.names.get(theirs) {
            return known.clone();
        }
        let wanted = match theirs.split_once('/') {
            Some((owner, element)) => {
                let owner = if owner.is_empty() { String::new() } else { rust(owner) };
                format!("{owner}{}", element.replace('/', "_").to_upper_camel_case())
            }
            None => theirs.to_owned(),
        };
        let free = |name: &String| !self.taken.contains(name);
        let name = std::iter::once(wanted.clone()).chain((2..).map(|n| format!("{wanted}{n}"))).find(free);
        let name = name.unwrap_or(wanted);
        self.taken.push(name.clone());
        self.names.insert(theirs.to_owned(), name.clone());
        name
    }

    /// A name in Rust, where the rule gives a bad or a taken one.
    fn rust_name(&mut self, name: &str, root: Option<&str>) -> Option<String> {
        let wanted = root.map_or_else(|| rust(name), str::to_owned);
        let is_free = |taken: &[String], name: &str| !taken.iter().any(|known| known == name);
        if is_type_name(&wanted) && (is_free(&self.taken, &wanted) || wanted == name) {
            self.taken.push(wanted);
            return None;
        }
        let camel = name.to_upper_camel_case();
        let camel = if is_type_name(&camel) { camel } else { format!("Type{camel}") };
        let mut all = std::iter::once(camel.clone()).chain((2..).map(|n| format!("{camel}{n}")));
        let chosen = all.find(|other| is_free(&self.taken, other) || other == name)?;
        self.taken.push(chosen.clone());
        Some(chosen)
    }

    /// The type that an element or attribute gets.
    pub(super) fn reference(&mut self, member: &Member) -> String {
        let Ok(kind) = self.theirs.kind(&member.ty, &member.place.at) else { return "xs:string".into() };
        match kind {
            Kind::Enum(name) | Kind::Struct(name) | Kind::List(name) => self.name(name),
            Kind::Text if SECRETS.iter().any(|secret| member.name.ends_with(secret)) => SECRET.into(),
            _ => self.plain(&member.ty),
        }
    }

    fn plain(&self, ty: &Name) -> String {
        let mut ty = ty;
        loop {
            match ty {
                Name::BuiltIn(name) => return format!("xs:{}", written(name).unwrap_or("string")),
                Name::Named(name) if IDS.contains(&name.as_str()) || name == SECRET => return name.clone(),
                Name::Named(name) => match self.theirs.get(name).map(|ty| &ty.form) {
                    Some(Form::Plain { base, .. } | Form::Enum { base, .. }) => ty = base,
                    _ => return "xs:string".into(),
                },
            }
        }
    }

    /// A member: its tag, and what is to be said of it.
    pub(super) fn member(&mut self, member: &Member, required: bool, since: Option<&str>) -> String {
        let (name, ty) = (&member.name, self.reference(member));
        let bounds = said_bounds(&self.theirs.bounds(&member.ty));
        let note = annotation(&[mark(since), bounds]);
        let tag = if member.is_attribute { "xs:attribute" } else { "xs:element" };
        let mut text = format!("<{tag} name=\"{}\" type=\"{}\"", escape(name), escape(&ty));
        match (member.is_attribute, required) {
            (true, true) => text += " use=\"required\"",
            (false, false) => text += " minOccurs=\"0\"",
            _ => {}
        }
        if member.list {
            text += " maxOccurs=\"unbounded\"";
        }
        if note.is_empty() { text + "/>" } else { format!("{text}>\n  {note}\n</{tag}>") }
    }

    /// A value of an enum.
    pub(super) fn value(value: &str, since: Option<&str>) -> String {
        let note = annotation(&[mark(since)]);
        let text = format!("<xs:enumeration value=\"{}\"", escape(value));
        if note.is_empty() { text + "/>" } else { format!("{text}>\n  {note}\n</xs:enumeration>") }
    }

    /// A type that our schema does not have.
    pub(super) fn ty(&mut self, ty: &Type) -> String {
        let name = self.name(&ty.name);
        let root = self.theirs.roots.iter().find(|root| root.ty == ty.name).map(|root| root.name.clone());
        let since = self.since.clone();
        let known = self.rust_name(&name, root.as_deref());
        let rust = known.map(|rust| format!("<b:type rust=\"{rust}\"/>")).unwrap_or_default();
        let mut lines = Vec::new();
        let note = annotation(&[rust, mark(since.as_deref())]);
        lines.extend((!note.is_empty()).then_some(note));
        let Some(body) = ty.structure() else {
            let values: Vec<String> =
                self.theirs.values(&ty.name).iter().map(|value| Self::value(&value.name, None)).collect();
            let values = super::text::indented(&values.join("\n"), "  ");
            lines.push(format!("<xs:restriction base=\"xs:string\">\n{values}\n</xs:restriction>"));
            return wrap(&format!("xs:simpleType name=\"{}\"", escape(&name)), &lines);
        };
        lines.extend(self.body(ty, body));
        let is_abstract = if body.is_abstract { " abstract=\"true\"" } else { "" };
        wrap(&format!("xs:complexType name=\"{}\"{is_abstract}", escape(&name)), &lines)
    }

    /// The inside of a new struct.
    fn body(&mut self, ty: &Type, body: &Struct) -> Vec<String> {
        let base = self.base(&ty.name);
        // What a base that is left out has is its own.
        let has = base.as_deref().filter(|_| !body.restricts).map(|base| self.theirs.members(base)).unwrap_or_default();
        let own = self.theirs.members(&ty.name).into_iter().map(|(_, member)| member.clone());
        let own: Vec<Member> = own.filter(|member| !has.iter().any(|(_, known)| known.is(member))).collect();
        // What a request must carry is required; answers may leave out anything.
        let is_request = ty.name.contains("Spec");
        let mut write = |member: &Member| self.member(member, member.required && is_request, None);
        let elements: Vec<String> = own.iter().filter(|member| !member.is_attribute).map(&mut write).collect();
        let attributes: Vec<String> = own.iter().filter(|member| member.is_attribute).map(&mut write).collect();
        let mut lines = Vec::new();
        if !elements.is_empty() {
            lines.push(wrap("xs:sequence", &elements));
        }
        lines.extend(attributes);
        let text = self.theirs.chain(&ty.name).iter().find_map(|ty| ty.structure()?.text.clone());
        if let Some(text) = text {
            let base = self.plain(&text);
            return vec![wrap("xs:simpleContent", &[wrap(&format!("xs:extension base=\"{base}\""), &lines)])];
        }
        match base.filter(|_| !body.restricts) {
            Some(base) => {
                let base = self.name(&base);
                let extension = wrap(&format!("xs:extension base=\"{}\"", escape(&base)), &lines);
                vec![wrap("xs:complexContent", &[extension])]
            }
            None => lines,
        }
    }

    /// The nearest base that has members: `SpecType` and its like have none, and are left out.
    pub(super) fn base(&self, name: &str) -> Option<String> {
        let chain = self.theirs.chain(name);
        let is_list = self.theirs.item(name).is_some();
        let base = chain.iter().skip(1).find(|ty| !self.theirs.members(&ty.name).is_empty() && !is_list);
        base.map(|ty| ty.name.clone())
    }
}

/// `b:api` for what only newer versions have.
fn mark(since: Option<&str>) -> String {
    since.map(|since| format!("<b:api since=\"{since}\"/>")).unwrap_or_default()
}

fn said_bounds(bounds: &Bounds) -> String {
    if bounds.is_empty() {
        return String::new();
    }
    let all: String = bounds.iter().map(|(facet, value)| format!(" {facet}=\"{}\"", escape(value))).collect();
    format!("<b:bounds{all}/>")
}

fn annotation(parts: &[String]) -> String {
    let parts = parts.concat();
    if parts.is_empty() {
        return parts;
    }
    format!("<xs:annotation><xs:appinfo>{parts}</xs:appinfo></xs:annotation>")
}

/// An element with lines inside.
pub(super) fn wrap(tag: &str, lines: &[String]) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    if lines.is_empty() {
        return format!("<{tag}/>");
    }
    format!("<{tag}>\n{}\n</{name}>", super::text::indented(&lines.join("\n"), "  "))
}

/// The name that a type gets in Rust by itself.
fn rust(name: &str) -> String {
    crate::xsd::plain(name).to_owned()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
