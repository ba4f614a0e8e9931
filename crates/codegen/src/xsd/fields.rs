//! The inside of a complex type: its fields, those of what it extends first.

use super::element::{API, BOUNDS, Element, Keywords, Reference};
use super::schema::{Definition, Form, Schema, dangling};
use crate::emit::field_clash;
use crate::error::Result;
use crate::ir::{Field, Kind, Place, Repeat, SECRETS, Struct, Versions};

/// What our appinfo may say of an element.
const OF_ELEMENT: Keywords = &[("json", &["name", "bare"]), API, BOUNDS];
/// What it may say of an attribute.
const OF_ATTRIBUTE: Keywords = &[API, BOUNDS];
/// The field for the text of an element that also has attributes.
const TEXT: &str = "Value";

/// The fields of a type, by where XML puts them.
#[derive(Default)]
struct Fields {
    attributes: Vec<Field>,
    text: Option<Field>,
    elements: Vec<Field>,
}

impl<'a> Schema<'a> {
    /// The fields of a type: attributes, then the text, then elements in the order that XML wants.
    pub(super) fn structure(&self, definition: &Definition<'a>) -> Result<Struct> {
        let mut out = Fields::default();
        self.collect(definition, &mut Vec::new(), &mut out)?;
        let mut fields = out.attributes;
        fields.extend(out.text);
        fields.extend(out.elements);
        Ok(Struct { root: definition.root.map(str::to_owned), fields, bare_list: None })
    }

    /// Adds the fields of a type and of its bases; `chain` is what extends it.
    fn collect(&self, definition: &Definition<'a>, chain: &mut Vec<&'a str>, out: &mut Fields) -> Result<()> {
        if chain.contains(&definition.name) {
            let rule = format!("`{}` extends itself", definition.name);
            return Err(definition.element.error(rule));
        }
        chain.push(definition.name);
        let parts =
            definition.element.children(&["sequence", "all", "attribute", "simpleContent", "complexContent"])?;
        for part in parts {
            if !part.is("simpleContent") && !part.is("complexContent") {
                self.part(definition, part, out)?;
                continue;
            }
            part.attributes(&[])?;
            let extensions = part.children(&["extension"])?;
            let [extension] = extensions.as_slice() else {
                return Err(part.error(format!("`{}` holds one `xs:extension`", part.tag())));
            };
            extension.attributes(&["base"])?;
            let parts = if part.is("simpleContent") {
                out.text = Some(self.text(*extension)?);
                extension.children(&["attribute"])?
            } else {
                self.collect(self.base(*extension)?, chain, out)?;
                extension.children(&["sequence", "all", "attribute"])?
            };
            for part in parts {
                self.part(definition, part, out)?;
            }
        }
        Ok(())
    }

    fn base(&self, extension: Element<'a>) -> Result<&Definition<'a>> {
        let base = match extension.reference("base")? {
            Reference::Named(name) => self.get(name),
            Reference::BuiltIn(_) => None,
        };
        let base = base.ok_or_else(|| extension.error(dangling(extension.get("base").unwrap_or_default())))?;
        match base.form {
            Form::Struct | Form::Abstract => Ok(base),
            _ => Err(extension.error(format!("`{}` is no struct to extend", base.name))),
        }
    }

    /// A group of elements, or one attribute.
    fn part(&self, definition: &Definition<'a>, part: Element<'a>, out: &mut Fields) -> Result<()> {
        if part.is("attribute") {
            let field = self.attribute(part)?;
            out.once(part, &field)?;
            out.attributes.push(field);
            return Ok(());
        }
        part.attributes(&[])?;
        for element in part.children(&["element"])? {
            let field = self.element(definition, element)?;
            out.once(element, &field)?;
            out.elements.push(field);
        }
        Ok(())
    }

    fn attribute(&self, attribute: Element<'a>) -> Result<Field> {
        attribute.attributes(&["name", "type", "use"])?;
        attribute.children(&[])?;
        let required = match attribute.get("use") {
            None | Some("optional") => false,
            Some("required") => true,
            Some(_) => return Err(attribute.error("`use` is `optional` or `required`")),
        };
        let Target::One(kind) = self.target(attribute, "type")? else {
            return Err(attribute.error("an attribute has a simple type"));
        };
        if matches!(kind, Kind::Struct(_)) {
            return Err(attribute.error("an attribute has a simple type"));
        }
        let notes = attribute.notes(OF_ATTRIBUTE)?;
        let mut out = field(attribute.need("name")?, kind, Place::Attribute, required, notes.documented());
        out.versions = notes.versions()?;
        Ok(out)
    }

    /// The text of an element with attributes.
    fn text(&self, extension: Element<'a>) -> Result<Field> {
        match self.target(extension, "base")? {
            Target::One(kind) if !matches!(kind, Kind::Struct(_)) => {
                Ok(field(TEXT, kind, Place::Text, false, extension.notes(&[])?.doc))
            }
            _ => Err(extension.error("`xs:simpleContent` extends a simple type")),
        }
    }

    fn element(&self, definition: &Definition<'a>, element: Element<'a>) -> Result<Field> {
        element.attributes(&["name", "type", "minOccurs", "maxOccurs"])?;
        element.children(&[])?;
        let required = element.least()? > 0;
        let notes = element.notes(OF_ELEMENT)?;
        // On the item of a list type it is about wrappers of that type; a document of the type is no wrapper.
        if notes.flag("json", "bare")?.is_some() && !matches!(definition.form, Form::List(_)) {
            return Err(element.error("`bare` is for the item of a list type that wraps nothing else"));
        }
        let (name, list) = (element.need("name")?, element.repeats()?);
        let json = notes.get("json", "name");
        let mut out = match self.target(element, "type")? {
            Target::One(kind) => field(name, kind, Place::Element, required, notes.documented()),
            Target::List(_) if list => {
                return Err(element.error(format!("`{name}` would be a list of lists")));
            }
            Target::List(item) => {
                let mut out = self.wrapped(name, item)?;
                out.required = required;
                if !notes.doc.is_empty() {
                    out.doc.clone_from(&notes.doc);
                }
                out
            }
        };
        out.versions = notes.versions()?;
        if list {
            no_secret(element, &out.kind)?;
            out.repeat = Repeat::List;
            out.json = format!("{name}s");
        }
        if let Some(json) = json {
            out.json = json.to_owned();
        }
        Ok(out)
    }

    /// A list inside a wrapper.
    fn wrapped(&self, wrapper: &str, item: Element<'a>) -> Result<Field> {
        item.attributes(&["name", "type", "minOccurs", "maxOccurs"])?;
        item.children(&[])?;
        item.least()?;
        let notes = item.notes(OF_ELEMENT)?;
        let name = item.need("name")?;
        let Target::One(kind) = self.target(item, "type")? else {
            return Err(item.error(format!("`{name}` would be a list of lists")));
        };
        no_secret(item, &kind)?;
        let bare = notes.flag("json", "bare")?.unwrap_or(kind == Kind::Text);
        let array = notes.get("json", "name").map_or_else(|| format!("{name}s"), str::to_owned);
        let mut out = field(wrapper, kind, Place::Element, false, notes.doc);
        out.repeat = Repeat::List;
        out.item = Some(name.to_owned());
        out.json_item = (!bare).then_some(array);
        Ok(out)
    }

    fn target(&self, element: Element<'a>, attribute: &str) -> Result<Target<'a>> {
        let name = match element.reference(attribute)? {
            Reference::BuiltIn(name) => {
                return built_in(name)
                    .map(Target::One)
                    .ok_or_else(|| element.error(format!("`xs:{name}` is not read: no such kind")));
            }
            Reference::Named(name) => name,
        };
        let definition = self.get(name).ok_or_else(|| element.error(dangling(name)))?;
        let rust = || definition.rust.clone();
        Ok(match &definition.form {
            Form::Scalar(kind) => Target::One(kind.clone()),
            Form::Enum(_) => Target::One(Kind::Enum(rust())),
            Form::Struct => Target::One(Kind::Struct(rust())),
            Form::List(item) => Target::List(*item),
            Form::Abstract => {
                return Err(element.error(format!("`{name}` is abstract: only a base")));
            }
        })
    }
}

/// What a reference gives.
enum Target<'a> {
    One(Kind),
    List(Element<'a>),
}

impl Element<'_> {
    /// Whether the element may stand several times.
    pub(super) fn repeats(self) -> Result<bool> {
        if self.get("maxOccurs") == Some("unbounded") {
            return Ok(true);
        }
        match self.count("maxOccurs")? {
            Some(0) => Err(self.error("an element that never stands has no meaning")),
            most => Ok(most.is_some_and(|most| most > 1)),
        }
    }

    /// How often the element stands at least.
    pub(super) fn least(self) -> Result<u32> {
        let least = self.count("minOccurs")?.unwrap_or(1);
        let most =
            if self.get("maxOccurs") == Some("unbounded") { None } else { Some(self.count("maxOccurs")?.unwrap_or(1)) };
        match most {
            Some(most) if most < least => {
                Err(self
                    .error(format!("`maxOccurs` ({most}) lies below `minOccurs` ({least}): no document could have it")))
            }
            _ => Ok(least),
        }
    }

    fn count(self, attribute: &str) -> Result<Option<u32>> {
        let Some(text) = self.get(attribute) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(self.error(format!("`{attribute}` is a number"))),
        }
    }
}

impl Fields {
    /// Refuses a second field of the same name. Readers ignore letter case, so it makes no difference here either.
    fn once(&self, element: Element<'_>, field: &Field) -> Result<()> {
        let all = || self.attributes.iter().chain(&self.text).chain(&self.elements);
        let clash = |other: &Field| {
            [&other.wire, &other.json]
                .into_iter()
                .any(|name| name.eq_ignore_ascii_case(&field.wire) || name.eq_ignore_ascii_case(&field.json))
        };
        if let Some(other) = all().find(|other| clash(other)) {
            return Err(
                element.error(format!("`{}` stands twice: `{}` has its name in XML or JSON", field.wire, other.wire))
            );
        }
        let known: Vec<Field> = all().cloned().collect();
        field_clash(&known, field).map_or(Ok(()), |rule| Err(element.error(rule)))
    }
}

/// Refuses a list of secrets, whose items would be texts that anything prints.
fn no_secret(element: Element<'_>, item: &Kind) -> Result<()> {
    match item {
        Kind::Secret => Err(element.error(SECRETS)),
        _ => Ok(()),
    }
}

fn field(wire: &str, kind: Kind, place: Place, required: bool, doc: String) -> Field {
    Field {
        wire: wire.to_owned(),
        json: wire.to_owned(),
        item: None,
        json_item: None,
        doc,
        kind,
        repeat: Repeat::One,
        place,
        required,
        required_in: Versions::default(),
        versions: Versions::default(),
        boxed: false,
        edit: false,
        uncertain: false,
    }
}

fn built_in(name: &str) -> Option<Kind> {
    Some(match name {
        "string" | "normalizedString" | "token" | "anyURI" => Kind::Text,
        "boolean" => Kind::Bool,
        "byte" | "short" | "int" | "long" | "integer" | "nonNegativeInteger" | "positiveInteger" | "unsignedByte"
        | "unsignedShort" | "unsignedInt" | "unsignedLong" => Kind::Int,
        "float" | "double" | "decimal" => Kind::Float,
        "dateTime" | "date" | "time" => Kind::DateTime,
        _ => return None,
    })
}
