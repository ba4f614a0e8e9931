//! From the elements of a schema document to its types.

use std::collections::BTreeMap;

use super::element::{Element, Name};
use super::model::{Bounds, Form, Member, Place, Root, Struct, Type, Value};
use crate::import::{ImportError, Result};

/// How deep groups may refer to groups.
const MAX_DEPTH: usize = 32;

/// What stands in a complex type.
const CONTENT: [&str; 10] = [
    "sequence",
    "all",
    "choice",
    "group",
    "attribute",
    "attributeGroup",
    "anyAttribute",
    "simpleContent",
    "complexContent",
    "any",
];

/// What bounds a simple type, beside its list of values.
const FACETS: [&str; 11] = [
    "length",
    "minLength",
    "maxLength",
    "pattern",
    "whiteSpace",
    "minInclusive",
    "maxInclusive",
    "minExclusive",
    "maxExclusive",
    "totalDigits",
    "fractionDigits",
];

pub(super) struct Reader<'d> {
    tops: &'d [Element],
    /// Groups, attribute groups, elements and attributes, by kind and name.
    named: BTreeMap<(&'d str, &'d str), &'d Element>,
    types: Vec<Type>,
    notes: Vec<String>,
}

/// How a group's elements may stand.
#[derive(Clone, Copy)]
struct Freedom {
    optional: bool,
    repeated: bool,
    depth: usize,
}

impl<'d> Reader<'d> {
    pub(super) fn new(tops: &'d [Element]) -> Result<Self> {
        let mut named: BTreeMap<(&str, &str), &Element> = BTreeMap::new();
        for top in tops {
            let kind = match top.tag.as_str() {
                "simpleType" | "complexType" => "type",
                "element" | "attribute" | "group" | "attributeGroup" => top.tag.as_str(),
                "notation" | "defaultOpenContent" => continue,
                _ => return Err(top.error(format!("`xs:{}` has no meaning below `xs:schema`", top.tag))),
            };
            let name = top.need("name")?;
            if let Some(first) = named.insert((kind, name), top) {
                return Err(top.error(format!("`{name}` stands twice: it is also on {}", first.at)));
            }
        }
        Ok(Self { tops, named, types: Vec::new(), notes: Vec::new() })
    }

    /// The types, the roots of documents, and what was passed over.
    pub(super) fn read(mut self) -> Result<(Vec<Type>, Vec<Root>, Vec<String>)> {
        let mut roots = Vec::new();
        for top in self.tops {
            match top.tag.as_str() {
                "complexType" => self.complex(top, top.need("name")?)?,
                "simpleType" => self.simple(top, top.need("name")?)?,
                "element" => {
                    let name = top.need("name")?;
                    // A type that stands inline is the root's own.
                    match self.element_type(top, "")? {
                        Name::Named(ty) => {
                            roots.push(Root { name: name.to_owned(), ty, place: Place::of(top) });
                        }
                        Name::BuiltIn(_) => {
                            self.notes.push(format!("the root `{name}` ({}) is a plain text, and no body", top.at));
                        }
                    }
                }
                // Read where something refers to them.
                _ => {}
            }
        }
        Ok((self.types, roots, self.notes))
    }

    fn add(&mut self, element: &Element, name: &str, form: Form) -> Result<()> {
        // Of a choice two elements of one name may each have a type inside: the document means either.
        if let Some(known) = self.types.iter_mut().find(|known| known.name == name) {
            let rule =
                format!("`{name}` has another type inside on {}, and no type is both: name them", known.place.at);
            return known.unite(form).ok_or_else(|| element.error(rule));
        }
        let aliases = [element.said("type", "rust"), element.said("type", "aliases")];
        let aliases = aliases.into_iter().flatten().flat_map(str::split_whitespace).map(str::to_owned).collect();
        let place = Place::of(element);
        self.types.push(Type { name: name.to_owned(), place, form, aliases });
        Ok(())
    }

    fn named(&self, kind: &'static str, element: &Element) -> Result<&'d Element> {
        match element.reference("ref")? {
            Some(Name::Named(name)) => self.named.get(&(kind, name.as_str())).copied().ok_or_else(|| {
                element.error(format!("`{name}` refers to nothing: the document has no `xs:{kind}` of this name"))
            }),
            _ => Err(element.error(format!("`xs:{}` needs `ref` here", element.tag))),
        }
    }

    // Simple types.

    fn simple(&mut self, element: &Element, name: &str) -> Result<()> {
        element.attributes(&["name", "final"])?;
        let form = self.simple_form(element, name)?;
        self.add(element, name, form)
    }

    fn simple_form(&mut self, element: &Element, name: &str) -> Result<Form> {
        let part = element.only(&["restriction", "list", "union"])?;
        match part.tag.as_str() {
            "restriction" => self.restriction(part, name),
            // Values between spaces are one text.
            "list" => {
                part.attributes(&["itemType"])?;
                Ok(Form::Plain { base: Name::BuiltIn("string".into()), bounds: Bounds::new() })
            }
            _ => {
                part.attributes(&["memberTypes"])?;
                let mut members = part.references("memberTypes")?;
                for (index, inner) in part.inside(&["simpleType"])?.iter().enumerate() {
                    let inner_name = format!("{name}/{}", index + 1);
                    self.simple(inner, &inner_name)?;
                    members.push(Name::Named(inner_name));
                }
                Ok(Form::Union(members))
            }
        }
    }

    fn restriction(&mut self, part: &Element, name: &str) -> Result<Form> {
        part.attributes(&["base"])?;
        let known: Vec<&str> = FACETS.into_iter().chain(["enumeration", "simpleType"]).collect();
        let (mut values, mut bounds): (Vec<Value>, Bounds) = (Vec::new(), Bounds::new());
        let mut base = part.reference("base")?;
        for facet in part.inside(&known)? {
            if facet.is("simpleType") {
                let inner = format!("{name}/base");
                self.simple(facet, &inner)?;
                base = Some(Name::Named(inner));
                continue;
            }
            facet.attributes(&["value", "fixed"])?;
            let value = facet.get("value").unwrap_or_default();
            if facet.is("enumeration") {
                if let Some(twin) = values.iter().find(|known| known.name == value) {
                    return Err(
                        facet.error(format!("the value `{value}` stands twice: it is also on {}", twin.place.at))
                    );
                }
                values.push(Value { name: facet.need("value")?.to_owned(), place: Place::of(facet) });
            } else if facet.tag != "whiteSpace" {
                let all = bounds.entry(facet.tag.clone()).or_default();
                // Of several patterns, one must fit.
                *all = if all.is_empty() { value.to_owned() } else { format!("{all}|{value}") };
            }
        }
        let base = base.ok_or_else(|| part.error("`xs:restriction` needs `base` here"))?;
        for (least, most) in
            [("minInclusive", "maxInclusive"), ("minExclusive", "maxExclusive"), ("minLength", "maxLength")]
        {
            let number = |facet: &str| bounds.get(facet).and_then(|value| value.parse::<f64>().ok());
            if let (Some(from), Some(to)) = (number(least), number(most))
                && from > to
            {
                let rule = format!("`{most}` ({to}) lies below `{least}` ({from}): no value could keep both");
                return Err(part.error(rule));
            }
        }
        Ok(if values.is_empty() { Form::Plain { base, bounds } } else { Form::Enum { base, values } })
    }

    // Complex types.

    fn complex(&mut self, element: &Element, name: &str) -> Result<()> {
        element.attributes(&["name", "abstract", "mixed", "final", "block"])?;
        if element.is_true("mixed")? {
            return Err(element.error("`mixed`: a text between elements has no place in a struct"));
        }
        let mut body = Struct { is_abstract: element.is_true("abstract")?, ..Struct::default() };
        match element.inside(&CONTENT)? {
            [content] if content.is("simpleContent") || content.is("complexContent") => {
                self.derived(content, name, &mut body)?;
            }
            parts => self.content(parts, name, &mut body)?,
        }
        self.add(element, name, Form::Struct(body))
    }

    fn derived(&mut self, content: &Element, name: &str, body: &mut Struct) -> Result<()> {
        content.attributes(&["mixed"])?;
        if content.is_true("mixed")? {
            return Err(content.error("`mixed`: a text between elements has no place in a struct"));
        }
        let part = content.only(&["extension", "restriction"])?;
        part.attributes(&["base"])?;
        let base = part.reference("base")?.ok_or_else(|| part.error(format!("`xs:{}` needs `base` here", part.tag)))?;
        let is_complex = |name: &String| self.named.get(&("type", name)).is_some_and(|ty| ty.is("complexType"));
        match base {
            Name::Named(base) if is_complex(&base) => body.base = Some(base),
            base if content.is("simpleContent") => body.text = Some(base),
            Name::BuiltIn(base) if base == "anyType" => {}
            Name::BuiltIn(base) | Name::Named(base) => {
                return Err(part.error(format!("`{base}` is no complex type of the document")));
            }
        }
        body.restricts = part.is("restriction");
        let known: Vec<&str> = if content.is("simpleContent") {
            // What a restriction bounds further is the text.
            ["attribute", "attributeGroup", "anyAttribute", "enumeration", "simpleType"]
                .into_iter()
                .chain(FACETS)
                .collect()
        } else {
            CONTENT[..7].iter().chain(&["any"]).copied().collect()
        };
        let parts = part.inside(&known)?;
        let facet =
            |part: &Element| FACETS.contains(&part.tag.as_str()) || part.is("enumeration") || part.is("simpleType");
        parts.iter().filter(|part| !facet(part)).try_for_each(|part| self.part(part, name, body))
    }

    fn content(&mut self, parts: &[Element], name: &str, body: &mut Struct) -> Result<()> {
        parts.iter().try_for_each(|part| {
            if part.is("simpleContent") || part.is("complexContent") {
                return Err(part.error(format!("`xs:{}` stands alone in its type", part.tag)));
            }
            self.part(part, name, body)
        })
    }

    fn part(&mut self, part: &Element, name: &str, body: &mut Struct) -> Result<()> {
        let free = Freedom { optional: false, repeated: false, depth: 0 };
        match part.tag.as_str() {
            "attribute" | "attributeGroup" | "anyAttribute" => self.attribute(part, name, &mut body.attributes, 0),
            _ => self.particle(part, name, free, &mut body.elements),
        }
    }

    fn attribute(&mut self, part: &Element, name: &str, out: &mut Vec<Member>, depth: usize) -> Result<()> {
        if part.is("anyAttribute") {
            return Ok(());
        }
        if part.is("attributeGroup") {
            part.attributes(&["ref"])?;
            if depth > MAX_DEPTH {
                return Err(part.error("the attribute groups refer to each other in a circle"));
            }
            let group = self.named("attributeGroup", part)?;
            let inside = group.inside(&["attribute", "attributeGroup", "anyAttribute"])?;
            return inside.iter().try_for_each(|part| self.attribute(part, name, out, depth + 1));
        }
        part.attributes(&["name", "type", "use", "ref", "default", "fixed", "form", "inheritable", "targetNamespace"])?;
        let required = match part.get("use") {
            None | Some("optional") => false,
            Some("required") => true,
            Some("prohibited") => return Ok(()),
            Some(other) => return Err(part.error(format!("`use` is optional, required or prohibited, not `{other}`"))),
        };
        // XML's own, such as `xml:lang`, whose prefix every document has: they say nothing of the type's values.
        if part.get("ref").is_some_and(|name| name.starts_with("xml:")) {
            self.notes.push(format!("`{name}` ({}): an attribute of XML's own is passed over", part.at));
            return Ok(());
        }
        let declared = if part.get("ref").is_some() { self.named("attribute", part)? } else { part };
        let attribute = declared.need("name")?;
        let ty = match (declared.reference("type")?, declared.inside(&["simpleType"])?) {
            (Some(ty), []) => ty,
            (None, [inline]) => {
                let inner = format!("{name}/{attribute}");
                self.simple(inline, &inner)?;
                Name::Named(inner)
            }
            (None, []) => Name::BuiltIn("string".into()),
            _ => return Err(declared.error(format!("`{attribute}` has one type: `type`, or one inside"))),
        };
        let (name, place) = (attribute.to_owned(), Place::of(part));
        let member = Member { name, place, ty, required, list: false, is_attribute: true };
        join(out, member, part)
    }

    /// A group of elements, or one of them.
    fn particle(&mut self, part: &Element, name: &str, free: Freedom, out: &mut Vec<Member>) -> Result<()> {
        if free.depth > MAX_DEPTH {
            return Err(part.error("the groups refer to each other in a circle"));
        }
        let Some((least, repeated)) = part.occurs()? else { return Ok(()) };
        let free = Freedom {
            optional: free.optional || least == 0,
            repeated: free.repeated || repeated,
            depth: free.depth + 1,
        };
        match part.tag.as_str() {
            "element" => self.element(part, name, free, out),
            "group" => {
                part.attributes(&["ref", "minOccurs", "maxOccurs"])?;
                let group = self.named("group", part)?;
                self.particle(group.only(&["sequence", "all", "choice"])?, name, free, out)
            }
            "any" => {
                part.attributes(&[
                    "namespace",
                    "processContents",
                    "minOccurs",
                    "maxOccurs",
                    "notNamespace",
                    "notQName",
                ])?;
                let rule = "`xs:any` is passed over: what is not listed is read as unknown members";
                self.notes.push(format!("`{name}` ({}): {rule}", part.at));
                Ok(())
            }
            kind => {
                part.attributes(&["minOccurs", "maxOccurs"])?;
                let inside = part.inside(&["element", "group", "sequence", "all", "choice", "any"])?;
                let alternatives = kind == "choice" && inside.len() > 1;
                if !alternatives {
                    return inside.iter().try_for_each(|part| self.particle(part, name, free, out));
                }
                // Of a choice any may be missing; an element of two alternatives is still one.
                let mut chosen: Vec<Member> = Vec::new();
                for part in inside {
                    let mut branch = Vec::new();
                    self.particle(part, name, Freedom { optional: true, ..free }, &mut branch)?;
                    for member in branch {
                        match chosen.iter_mut().find(|known| known.name == member.name) {
                            Some(known) if known.ty == member.ty => known.list |= member.list,
                            Some(_) => return Err(twice(part, &member)),
                            None => chosen.push(member),
                        }
                    }
                }
                chosen.into_iter().try_for_each(|member| join(out, member, part))
            }
        }
    }

    fn element(&mut self, part: &Element, name: &str, free: Freedom, out: &mut Vec<Member>) -> Result<()> {
        let declared = if part.get("ref").is_some() {
            part.attributes(&["ref", "minOccurs", "maxOccurs"])?;
            self.named("element", part)?
        } else {
            part
        };
        // What stands in a root is that root's own type.
        let owner = if std::ptr::eq(declared, part) { name } else { "" };
        let ty = self.element_type(declared, owner)?;
        let (name, place) = (declared.need("name")?.to_owned(), Place::of(part));
        let member = Member { name, place, ty, required: !free.optional, list: free.repeated, is_attribute: false };
        join(out, member, part)
    }

    /// An element's type; one that stands inline is added under the name `Owner/Element`.
    fn element_type(&mut self, element: &Element, owner: &str) -> Result<Name> {
        element.attributes(&[
            "name",
            "type",
            "minOccurs",
            "maxOccurs",
            "nillable",
            "default",
            "fixed",
            "form",
            "block",
            "final",
            "abstract",
            "substitutionGroup",
            "targetNamespace",
        ])?;
        element.is_true("nillable")?;
        if element.get("substitutionGroup").is_some() || element.is_true("abstract")? {
            return Err(element.error("elements that stand for each other (`substitutionGroup`) are not read"));
        }
        let name = element.need("name")?;
        let inside = element.inside(&["complexType", "simpleType", "key", "keyref", "unique"])?;
        let mut inline = inside.iter().filter(|part| part.is("complexType") || part.is("simpleType"));
        match (element.reference("type")?, inline.next(), inline.next()) {
            (Some(ty), None, None) => Ok(ty),
            (None, Some(ty), None) => {
                let inner = format!("{owner}/{name}");
                let known = self.types.iter().any(|known| known.name == inner && known.place.at == ty.at);
                match ty.is("complexType") {
                    _ if known => {}
                    true => self.complex(ty, &inner)?,
                    false => self.simple(ty, &inner)?,
                }
                Ok(Name::Named(inner))
            }
            (None, None, _) => Err(element.error(format!("`{name}` has no type: it could hold anything"))),
            _ => Err(element.error(format!("`{name}` has one type: `type`, or one inside"))),
        }
    }
}

/// Adds a member; one that stands twice in a sequence repeats.
fn join(out: &mut Vec<Member>, member: Member, part: &Element) -> Result<()> {
    match out.iter_mut().find(|known| known.name == member.name) {
        None => out.push(member),
        Some(known) if known.ty == member.ty && !member.is_attribute => known.list = true,
        Some(_) => return Err(twice(part, &member)),
    }
    Ok(())
}

fn twice(part: &Element, member: &Member) -> ImportError {
    part.error(format!("`{}` stands twice in its type, and not with the same type", member.name))
}
