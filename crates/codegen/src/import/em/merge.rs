//! Merging a document into our schema: what it has and we have not goes in; what it says otherwise is told, and left to
//! a person.

use std::collections::BTreeMap;

use super::element::{At, Element};
use super::model::{Form, Kind, Member, Model, Place, Type};
use super::pairs::Pairs;
use super::text::{Edit, append, indent, indented};
use super::write::{Writer, wrap};

pub(super) struct Merge<'m> {
    pub(super) theirs: &'m Model,
    pub(super) ours: &'m Model,
    pub(super) pairs: &'m Pairs,
    pub(super) writer: Writer<'m>,
    /// Our schema, as it is written, and the elements of its types.
    pub(super) text: &'m str,
    pub(super) elements: BTreeMap<&'m str, &'m Element>,
    pub(super) edits: Vec<Edit>,
    pub(super) changes: Vec<String>,
    pub(super) notes: Vec<String>,
    /// New types that something refers to, with the end of the type of ours to write them behind.
    wanted: Vec<(&'m Type, usize)>,
}

/// What our schema has and a document has not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OnlyHere {
    /// Types, by their names in our schema.
    pub types: Vec<String>,
    /// Members and values, as `Type.member` and `Type: value`.
    pub members: Vec<String>,
}

impl<'m> Merge<'m> {
    pub(super) fn new(
        theirs: &'m Model,
        ours: &'m Model,
        pairs: &'m Pairs,
        (text, tree): (&'m str, &'m [Element]),
        since: Option<String>,
    ) -> Self {
        let named = tree.iter().filter_map(|element| Some((element.get("name")?, element)));
        let elements = named.filter(|(_, element)| !element.is("element")).collect();
        let writer = Writer::new(theirs, ours, pairs, since);
        let (edits, changes, notes, wanted) = (Vec::new(), Vec::new(), theirs.notes.clone(), Vec::new());
        Self { theirs, ours, pairs, writer, text, elements, edits, changes, notes, wanted }
    }

    pub(super) fn run(&mut self) {
        let (theirs, ours) = (self.theirs, self.ours);
        for ty in &theirs.types {
            let Some(known) = self.pairs.get(&ty.name).and_then(|name| ours.get(name)) else { continue };
            self.earlier(&known.name, &known.place);
            match ty.form {
                Form::Struct(_) => self.structure(ty, known),
                _ => self.values(ty, known),
            }
        }
        self.roots();
        let mut written: Vec<&str> = Vec::new();
        while let Some((ty, behind)) = self.wanted.pop() {
            if written.contains(&ty.name.as_str()) {
                continue;
            }
            written.push(&ty.name);
            let lines = self.writer.ty(ty);
            let name = self.writer.name(&ty.name);
            self.changes.push(format!("+ type {name}"));
            self.edit(behind, format!("\n\n{}", indented(&lines, "  ")), &ty.place.at);
            let members = theirs.members(&ty.name).into_iter().filter(|_| ty.structure().is_some());
            members.for_each(|(_, member)| self.want(member, behind));
            // A restriction is written whole, without its base.
            let extends = ty.structure().is_some_and(|body| !body.restricts);
            let base = self.writer.base(&ty.name).filter(|_| extends).and_then(|base| theirs.get(&base));
            self.want_type(base, behind);
        }
        let used = |name: &str| self.pairs.get(name).is_some() || written.contains(&name);
        let unused: Vec<&Type> = theirs.types.iter().filter(|ty| !used(&ty.name) && self.is_idle(ty)).collect();
        for ty in unused {
            self.notes.push(format!("`{}` ({}) is used nowhere in the document: it is left out", ty.name, ty.place.at));
        }
    }

    /// Whether a type is worth a line that nothing refers to it: not the simple types and bases that only shorten a
    /// document.
    fn is_idle(&self, ty: &Type) -> bool {
        let is_base =
            self.theirs.types.iter().any(|other| {
                other.structure().and_then(|body| body.base.as_deref()).is_some_and(|base| base == ty.name)
            });
        let is_empty = ty.structure().is_some() && self.theirs.members(&ty.name).is_empty();
        let is_plain = matches!(ty.form, Form::Plain { .. });
        let kind = self
            .theirs
            .types
            .iter()
            .flat_map(|other| other.structure())
            .flat_map(|body| body.attributes.iter().chain(&body.elements));
        let mut kinds = kind.filter_map(|member| self.theirs.kind(&member.ty, &member.place.at).ok());
        let is_used = kinds.any(|kind| matches!(kind, Kind::Enum(n) | Kind::Struct(n) | Kind::List(n) if n == ty.name));
        !is_base && !is_empty && !is_plain && !is_used
    }

    fn edit(&mut self, at: usize, text: String, of: &At) {
        self.edits.push(Edit { range: at..at, text, of: of.clone() });
    }

    /// Takes a mark back to an older version, whose document has it, too.
    fn earlier(&mut self, name: &str, place: &Place) {
        let (Some(marked), Some(version)) = (&place.since, &self.writer.since) else { return };
        let number = |text: &str| text.rsplit('.').next().and_then(|minor| minor.parse::<u8>().ok());
        if number(version) >= number(marked) {
            return;
        }
        let old = format!("since=\"{marked}\"");
        let own = self.text.get(place.range.clone()).unwrap_or_default();
        if let Some(at) = own.find(&old) {
            let (start, text) = (place.range.start + at, format!("since=\"{version}\""));
            self.changes.push(format!("~ {name}: since {version}, not {marked}"));
            self.edits.push(Edit { range: start..start + old.len(), text, of: place.at.clone() });
        }
    }

    fn want(&mut self, member: &Member, behind: usize) {
        if let Ok(Kind::Enum(name) | Kind::Struct(name) | Kind::List(name)) =
            self.theirs.kind(&member.ty, &member.place.at)
        {
            self.want_type(self.theirs.get(name), behind);
        }
    }

    fn want_type(&mut self, ty: Option<&'m Type>, behind: usize) {
        if let Some(ty) = ty.filter(|ty| self.pairs.get(&ty.name).is_none()) {
            self.wanted.push((ty, behind));
        }
    }

    fn structure(&mut self, ty: &'m Type, known: &'m Type) {
        let (theirs, ours) = (self.theirs.members(&ty.name), self.ours.members(&known.name));
        let both_lists = (self.theirs.item(&ty.name), self.ours.item(&known.name));
        if let (Some(item), Some(same)) = both_lists {
            self.agree(known, item, same);
            return;
        }
        if both_lists.0.is_some() != both_lists.1.is_some() && !theirs.is_empty() {
            let what = |list: bool| if list { "nothing but a list" } else { "a struct" };
            self.differ(&known.name, what(both_lists.1.is_some()), what(both_lists.0.is_some()), &ty.place.at);
            return;
        }
        let bases: Vec<&str> = self.ours.chain(&known.name).iter().skip(1).map(|base| base.name.as_str()).collect();
        let (mut elements, mut attributes): (Vec<(Option<&str>, &Member)>, Vec<&Member>) = (Vec::new(), Vec::new());
        let mut before: Option<&str> = None;
        for (at, (owner, member)) in theirs.iter().enumerate() {
            let is_twin = |(_, other): &&(&str, &Member)| other.name.eq_ignore_ascii_case(&member.name);
            match ours.iter().find(|(_, known)| known.is(member)) {
                Some((_, same)) => {
                    self.earlier(&format!("{}.{}", known.name, same.name), &same.place);
                    self.agree(known, member, same);
                    if !same.is_attribute {
                        before = Some(&same.name);
                    }
                }
                // What a base has that we know is told of the base.
                None if self.pairs.get(owner).is_some_and(|base| bases.contains(&base)) => {}
                // In Rust and in JSON an attribute and an element of one name are one member.
                None if ours.iter().any(|(_, known)| known.name.eq_ignore_ascii_case(&member.name)) => {
                    let what = |attribute: bool| if attribute { "an attribute" } else { "an element" };
                    let (name, there) = (format!("{}.{}", known.name, member.name), member.is_attribute);
                    self.differ(&name, what(!there), what(there), &member.place.at);
                }
                // The same, where both are new: the first one comes in.
                None if theirs.iter().take(at).any(|other| is_twin(&other)) => {
                    self.notes.push(format!(
                        "`{}.{}` is an attribute and an element in the document ({}): one of them is taken",
                        known.name, member.name, member.place.at
                    ));
                }
                None => {
                    self.changes.push(format!("+ {}.{}", known.name, member.name));
                    self.want(member, known.place.range.end);
                    match member.is_attribute {
                        true => attributes.push(member),
                        false => elements.push((before, member)),
                    }
                }
            }
        }
        let order = |all: &[(&str, &'m Member)], other: &[(&str, &'m Member)]| -> Vec<String> {
            let common = all
                .iter()
                .filter(|(_, member)| !member.is_attribute && other.iter().any(|(_, known)| known.is(member)));
            common.map(|(_, member)| member.name.to_lowercase()).collect()
        };
        if order(&theirs, &ours) != order(&ours, &theirs) {
            let list = order(&theirs, &ours).join(", ");
            self.notes.push(format!(
                "the elements of `{}` stand in another order in the document ({}): {list}",
                known.name, ty.place.at
            ));
        }
        self.insert(known, &elements, &attributes);
    }

    /// Puts new members into a type of ours: elements behind those that come before them in the document.
    fn insert(&mut self, known: &'m Type, elements: &[(Option<&str>, &Member)], attributes: &[&Member]) {
        let Some(element) = self.elements.get(known.name.as_str()).copied() else { return };
        let Some(of) = elements.first().map(|(_, member)| *member).or(attributes.first().copied()) else { return };
        // The constructors of what is sent stay as they are.
        for member in elements.iter().map(|(_, member)| *member).chain(attributes.iter().copied()) {
            if member.required && known.name.contains("Spec") {
                let (ty, name, at) = (&known.name, &member.name, &member.place.at);
                self.notes.push(format!(
                    "`{ty}.{name}` must be there by the document ({at}): it is taken as optional, so that no constructor changes"
                ));
            }
        }
        let since = self.writer.since.clone();
        let mut lines = |member: &Member| self.writer.member(member, false, since.as_deref());
        let body = body(element);
        let sequence = body.children.iter().find(|part| part.is("sequence") || part.is("all"));
        let new: Vec<(Option<&str>, String, At)> =
            elements.iter().map(|(before, member)| (*before, lines(member), member.place.at.clone())).collect();
        let attributes: Vec<String> = attributes.iter().map(|member| lines(member)).collect();
        let text = self.text;
        match sequence {
            Some(sequence) if !sequence.children.is_empty() => {
                for (before, lines, at) in new {
                    let named = |name: &str| sequence.children.iter().find(|child| child.get("name") == Some(name));
                    let (place, lines) = match (before.and_then(named), sequence.children.first()) {
                        (Some(sibling), _) => {
                            let indent = indent(text, sibling.range.start);
                            (sibling.range.end, format!("\n{}", indented(&lines, indent)))
                        }
                        (None, Some(first)) => {
                            let indent = indent(text, first.range.start);
                            (first.range.start, format!("{}\n{indent}", indented(&lines, indent).trim_start()))
                        }
                        (None, None) => continue,
                    };
                    self.edit(place, lines, &at);
                }
                self.edits.extend(append(text, body, &attributes, &of.place.at));
            }
            Some(empty) => {
                let all: Vec<String> = new.into_iter().map(|(_, lines, _)| lines).collect();
                self.edits.extend(append(text, empty, &all, &of.place.at));
                self.edits.extend(append(text, body, &attributes, &of.place.at));
            }
            None => {
                let all: Vec<String> = new.into_iter().map(|(_, lines, _)| lines).collect();
                let block = (!all.is_empty()).then(|| wrap("xs:sequence", &all));
                if let (Some(block), Some(first)) = (&block, body.children.first()) {
                    let indent = indent(text, first.range.start);
                    let block = format!("{}\n{indent}", indented(block, indent).trim_start());
                    self.edit(first.range.start, block, &of.place.at);
                    self.edits.extend(append(text, body, &attributes, &of.place.at));
                } else {
                    let lines: Vec<String> = block.into_iter().chain(attributes).collect();
                    self.edits.extend(append(text, body, &lines, &of.place.at));
                }
            }
        }
    }

    /// Tells where a member is of another kind than ours. What we know more of than the document, such as the values of
    /// a text, is no difference.
    fn agree(&mut self, owner: &Type, theirs: &Member, ours: &Member) {
        let kinds = (self.theirs.kind(&theirs.ty, &theirs.place.at), self.ours.kind(&ours.ty, &ours.place.at));
        let (Ok(there), Ok(here)) = kinds else { return };
        let same = match (there, here) {
            (Kind::Enum(a), Kind::Enum(b)) | (Kind::Struct(a), Kind::Struct(b)) | (Kind::List(a), Kind::List(b)) => {
                self.pairs.get(a) == Some(b)
            }
            (Kind::Text | Kind::Id | Kind::Secret, Kind::Text | Kind::Id | Kind::Secret) => true,
            (Kind::Text, Kind::Enum(_) | Kind::Time) => true,
            (there, here) => there == here,
        };
        let name = format!("{}.{}", owner.name, ours.name);
        if !same {
            self.differ(&name, &here.name(), &there.name(), &theirs.place.at);
        } else if theirs.list != ours.list {
            let what = |list: bool| if list { "a list" } else { "one value" };
            self.differ(&name, what(ours.list), what(theirs.list), &theirs.place.at);
        }
    }

    fn differ(&mut self, name: &str, here: &str, there: &str, at: &At) {
        self.notes
            .push(format!("`{name}` is {here} here and {there} in the document ({at}): it stays; settle it in em.xsd"));
    }

    fn values(&mut self, ty: &'m Type, known: &'m Type) {
        let (theirs, ours) = (self.theirs.values(&ty.name), self.ours.values(&known.name));
        let since = self.writer.since.clone();
        let find = |name: &str| {
            let exact = ours.iter().position(|known| known.name == name);
            exact.or_else(|| ours.iter().position(|known| known.name.eq_ignore_ascii_case(name)))
        };
        let (mut before, mut last): (Option<&Place>, usize) = (None, 0);
        for (index, value) in theirs.iter().enumerate() {
            if let Some(known_at) = find(&value.name) {
                // The language of filters compares values by their order.
                if known_at < last {
                    self.notes.push(format!(
                        "`{}` stands elsewhere among the values of `{}` in the document ({}): filters compare them by their order",
                        value.name, known.name, value.place.at
                    ));
                }
                last = last.max(known_at);
                before = Some(&ours[known_at].place);
                self.earlier(&format!("{}: {}", known.name, value.name), &ours[known_at].place);
                continue;
            }
            self.changes.push(format!("+ {}: value {}", known.name, value.name));
            let lines = Writer::value(&value.name, since.as_deref());
            let next = || theirs[index..].iter().find_map(|later| find(&later.name)).map(|at| &ours[at].place);
            let (at, lines) = match (before, next()) {
                (None, Some(near)) => {
                    let indent = indent(self.text, near.range.start);
                    (near.range.start, format!("{}\n{indent}", indented(&lines, indent).trim_start()))
                }
                (near, _) => {
                    let Some(near) = near.or(ours.last().map(|last| &last.place)) else { continue };
                    (near.range.end, format!("\n{}", indented(&lines, indent(self.text, near.range.start))))
                }
            };
            self.edit(at, lines, &value.place.at);
        }
    }

    fn roots(&mut self) {
        let (theirs, ours) = (self.theirs, self.ours);
        let end = ours.types.last().map_or(0, |ty| ty.place.range.end);
        // A root's type goes behind that of the root before it.
        let mut behind = end;
        let mut new: Vec<(String, &At)> = Vec::new();
        for root in &theirs.roots {
            let known = self.pairs.get(&root.ty).and_then(|name| ours.get(name));
            if let Some(known) = known {
                behind = known.place.range.end;
            }
            if ours.roots.iter().any(|known| known.name == root.name) {
                continue;
            }
            let twin = theirs.roots.iter().find(|other| other.ty == root.ty && other.name != root.name);
            let taken = match known {
                Some(known) => ours.roots.iter().find(|root| root.ty == known.name).map(|root| root.name.clone()),
                None => {
                    twin.filter(|twin| twin.place.range.start < root.place.range.start).map(|twin| twin.name.clone())
                }
            };
            if let Some(taken) = taken {
                self.notes.push(format!(
                    "the root `{}` ({}) is left out: its type is already the root `{taken}`, and has one",
                    root.name, root.place.at
                ));
                continue;
            }
            if theirs.get(&root.ty).is_none_or(|ty| ty.structure().is_none()) {
                self.notes.push(format!("the root `{}` ({}) is a plain text, and no body", root.name, root.place.at));
                continue;
            }
            self.changes.push(format!("+ root {}", root.name));
            let ty = self.writer.name(&root.ty);
            new.push((format!("\n  <xs:element name=\"{}\" type=\"{ty}\"/>", root.name), &root.place.at));
            self.want_type(theirs.get(&root.ty), behind);
        }
        let last = ours.roots.last().map(|root| root.place.range.end);
        if let (Some(last), Some((_, at))) = (last, new.first()) {
            let at = (*at).clone();
            self.edit(last, new.iter().map(|(line, _)| line.as_str()).collect(), &at);
        }
    }

    /// What our schema has and the document has not.
    pub(super) fn only_here(&self) -> OnlyHere {
        let mut out = OnlyHere::default();
        for ty in &self.theirs.types {
            let Some(known) = self.pairs.get(&ty.name) else { continue };
            let theirs = self.theirs.members(&ty.name);
            let lists = self.theirs.item(&ty.name).is_some() && self.ours.item(known).is_some();
            for (_, member) in self.ours.members(known).into_iter().filter(|_| !lists) {
                if !theirs.iter().any(|(_, there)| there.is(member)) {
                    out.members.push(format!("{known}.{}", member.name));
                }
            }
            let values = self.theirs.values(&ty.name);
            let missing = self.ours.values(known).into_iter().filter(|_| !values.is_empty());
            let missing = missing.filter(|value| !values.iter().any(|there| there.name == value.name));
            out.members.extend(missing.map(|value| format!("{known}: {}", value.name)));
        }
        let all = self.ours.types.iter().filter(|ty| !matches!(ty.form, Form::Plain { .. }));
        let missing =
            all.filter(|ty| !self.pairs.has(&ty.name) && !ty.structure().is_some_and(|body| body.is_abstract));
        out.types = missing.map(|ty| ty.name.clone()).collect();
        out
    }
}

/// Where a type's own members stand.
fn body(element: &Element) -> &Element {
    let content = element.children.iter().find(|part| part.is("complexContent") || part.is("simpleContent"));
    content.and_then(|content| content.children.first()).unwrap_or(element)
}
