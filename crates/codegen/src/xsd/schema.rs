//! The top of a schema: families, document roots, and the named types with their names in Rust.

use std::collections::BTreeMap;

use super::element::{API, Element, Keywords, Notes, Reference, TARGET};
use crate::emit::{TypeNames, family_clash, value_clash};
use crate::error::Result;
use crate::ir::{Kind, Type, TypeShape, Value, is_type_name};

/// What our appinfo may say of a type.
const OF_TYPE: Keywords = &[("type", &["rust", "aliases", "formerly", "keep-unknown"]), API];

/// A schema's definitions, found but not yet rendered into types.
pub(super) struct Schema<'a> {
    /// What each family is.
    pub(super) titles: BTreeMap<String, String>,
    /// In file order.
    definitions: Vec<Definition<'a>>,
    /// The places in `definitions`, by name.
    index: BTreeMap<&'a str, usize>,
}

/// A named type.
pub(super) struct Definition<'a> {
    /// Where it stands.
    pub(super) element: Element<'a>,
    /// Its name in the schema.
    pub(super) name: &'a str,
    /// Its name in Rust.
    pub(super) rust: String,
    /// Its document root.
    pub(super) root: Option<&'a str>,
    /// What it is.
    pub(super) form: Form<'a>,
    family: &'a str,
    notes: Notes<'a>,
}

/// What a definition is.
pub(super) enum Form<'a> {
    /// A text with a kind of its own.
    Scalar(Kind),
    /// One of a list of names.
    Enum(Vec<Value>),
    /// Nothing but a list of these elements.
    List(Element<'a>),
    /// Named fields.
    Struct,
    /// Named fields that other types extend.
    Abstract,
}

impl<'a> Schema<'a> {
    /// Finds the definitions below `xs:schema`.
    pub(super) fn read(root: Element<'a>) -> Result<Self> {
        if !root.is("schema") {
            return Err(root.error("the root is `xs:schema`"));
        }
        root.attributes(&["targetNamespace", "elementFormDefault"])?;
        if root.get("targetNamespace") != Some(TARGET) {
            return Err(root.error(format!("the target namespace is {TARGET}")));
        }
        if root.get("elementFormDefault") != Some("qualified") {
            return Err(root.error("`elementFormDefault` is `qualified`: every element is"));
        }
        let mut schema = Self { definitions: Vec::new(), index: BTreeMap::new(), titles: BTreeMap::new() };
        let (mut family, mut roots, mut modules) = (None, Vec::new(), BTreeMap::new());
        for child in root.top()? {
            match child.tag() {
                "annotation" => {
                    let notes = child.annotation(&[("family", &["name"])])?;
                    if let Some(name) = notes.get("family", "name") {
                        if let Some(rule) = family_clash(&mut modules, name) {
                            return Err(child.error(rule));
                        }
                        family = Some(name);
                        schema.titles.insert(name.to_owned(), notes.doc);
                    }
                }
                "element" => roots.push(child),
                _ => {
                    let family = family
                        .ok_or_else(|| child.error("a type belongs to a family: name it with `b:family` above"))?;
                    schema.define(child, family)?;
                }
            }
        }
        for root in roots {
            schema.root(root)?;
        }
        schema.name_types()?;
        Ok(schema)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Definition<'a>> {
        self.index.get(name).and_then(|i| self.definitions.get(*i))
    }

    fn define(&mut self, element: Element<'a>, family: &'a str) -> Result<()> {
        let name = element.need("name")?;
        let notes = element.notes(OF_TYPE)?;
        let keep_unknown = notes.flag("type", "keep-unknown")?.unwrap_or(false);
        let form = if element.is("simpleType") {
            simple(element, name)?
        } else {
            element.attributes(&["name", "abstract"])?;
            match item(element)? {
                _ if element.flag("abstract")? => Form::Abstract,
                // A wrapper that keeps what it does not know has to be a struct.
                Some(item) if !keep_unknown => Form::List(item),
                _ => Form::Struct,
            }
        };
        if keep_unknown && !matches!(form, Form::Struct) {
            return Err(element.error("`keep-unknown` is for a struct"));
        }
        let definition = Definition { element, name, rust: String::new(), root: None, form, family, notes };
        if self.index.insert(name, self.definitions.len()).is_some() {
            return Err(element.error(format!("the type `{name}` stands twice")));
        }
        self.definitions.push(definition);
        Ok(())
    }

    fn root(&mut self, element: Element<'a>) -> Result<()> {
        element.attributes(&["name", "type"])?;
        element.children(&[])?;
        element.notes(&[])?;
        let name = element.need("name")?;
        let wanted = match element.reference("type")? {
            Reference::Named(wanted) => self.index.get(wanted).copied(),
            Reference::BuiltIn(_) => return Err(element.error("a document root is a struct")),
        };
        let Some(definition) = wanted.and_then(|i| self.definitions.get_mut(i)) else {
            return Err(element.error(dangling(element.get("type").unwrap_or_default())));
        };
        if !matches!(definition.form, Form::Struct | Form::List(_)) {
            return Err(element.error("a document root is a struct"));
        }
        match definition.root.replace(name) {
            Some(other) => {
                let rule = format!("`{}` is already the document root `{other}`: a type has one", definition.name);
                Err(element.error(rule))
            }
            None => Ok(()),
        }
    }

    /// Gives every definition that becomes a type its name in Rust.
    fn name_types(&mut self) -> Result<()> {
        let mut taken: BTreeMap<String, &'a str> = BTreeMap::new();
        let mut names = TypeNames::default();
        for definition in &mut self.definitions {
            let chosen = definition.notes.get("type", "rust").or(definition.root);
            let name = chosen.unwrap_or_else(|| plain(definition.name));
            definition.rust = name.to_owned();
            if !definition.is_generated() {
                continue;
            }
            let error = |rule: String| Err(definition.element.error(rule));
            if !is_type_name(name) {
                return error(format!("`{name}` is not a type name: use UpperCamelCase letters and digits"));
            }
            if let Some(other) = taken.insert(name.to_owned(), definition.name) {
                return error(format!(
                    "`{}` and `{other}` are both `{name}` in Rust: name one with `b:type rust`",
                    definition.name
                ));
            }
            let formerly = definition.notes.get("type", "formerly").unwrap_or_default().split_whitespace();
            for name in std::iter::once(name).chain(formerly) {
                names.add(name, false).or_else(error)?;
            }
        }
        Ok(())
    }

    /// The types, in file order.
    pub(super) fn types(&self) -> Result<Vec<Type>> {
        let generated = self.definitions.iter().filter(|d| d.is_generated());
        generated.map(|definition| self.ty(definition)).collect()
    }

    fn ty(&self, definition: &Definition<'a>) -> Result<Type> {
        let shape = match &definition.form {
            Form::Enum(values) => TypeShape::Enum(values.clone()),
            _ => TypeShape::Struct(self.structure(definition)?),
        };
        let told = definition.notes.get("type", "aliases").unwrap_or_default();
        let mut aliases: Vec<String> = Vec::new();
        for alias in std::iter::once(definition.name).chain(definition.root).chain(told.split_whitespace()) {
            if alias != definition.rust && !aliases.iter().any(|known| known == alias) {
                aliases.push(alias.to_owned());
            }
        }
        let formerly = definition.notes.get("type", "formerly").unwrap_or_default();
        let formerly = formerly.split_whitespace().map(str::to_owned).collect();
        Ok(Type {
            name: definition.rust.clone(),
            family: definition.family.to_owned(),
            // By name and not by line, so that a new line at the top does not change every generated file.
            source: format!("schemas/{}#{}", definition.element.file(), definition.name),
            doc: definition.notes.doc.clone(),
            aliases,
            formerly,
            versions: definition.notes.versions()?,
            evidence: Vec::new(),
            shape,
        })
    }
}

impl Definition<'_> {
    fn is_generated(&self) -> bool {
        match self.form {
            Form::Enum(_) | Form::Struct => true,
            Form::List(_) => self.root.is_some(),
            Form::Scalar(_) | Form::Abstract => false,
        }
    }
}

impl<'a> Element<'a> {
    /// What stands below `xs:schema`; annotations count there, since they begin families.
    fn top(self) -> Result<Vec<Self>> {
        self.children(&["element", "complexType", "simpleType"])?;
        self.inside()
    }
}

/// The rule for a reference to nothing.
pub(super) fn dangling(name: &str) -> String {
    format!("`{name}` refers to nothing: no type of this name stands in the schema")
}

/// The one element of a type that is nothing but a list.
fn item(complex: Element<'_>) -> Result<Option<Element<'_>>> {
    let parts = complex.children(&["sequence", "all", "attribute", "simpleContent", "complexContent"])?;
    let [group] = parts.as_slice() else {
        return Ok(None);
    };
    if !group.is("sequence") && !group.is("all") {
        return Ok(None);
    }
    match group.children(&["element"])?.as_slice() {
        [item] if item.repeats()? => {
            // A list type that nothing refers to is not looked at again.
            item.least()?;
            Ok(Some(*item))
        }
        _ => Ok(None),
    }
}

fn simple<'a>(element: Element<'a>, name: &str) -> Result<Form<'a>> {
    element.attributes(&["name"])?;
    let parts = element.children(&["restriction"])?;
    let [restriction] = parts.as_slice() else {
        return Err(element.error("a simple type is one `xs:restriction`"));
    };
    restriction.attributes(&["base"])?;
    if restriction.reference("base")? != Reference::BuiltIn("string") {
        return Err(restriction.error("a simple type restricts `xs:string`"));
    }
    let mut values: Vec<Value> = Vec::new();
    for value in restriction.children(&["enumeration"])? {
        value.attributes(&["value"])?;
        value.children(&[])?;
        let name = value.need("value")?;
        if let Some(rule) = value_clash(&values, name) {
            return Err(value.error(rule));
        }
        let notes = value.notes(&[API])?;
        values.push(Value { name: name.to_owned(), versions: notes.versions()?, doc: notes.doc });
    }
    match name {
        _ if !values.is_empty() => Ok(Form::Enum(values)),
        "UidType" | "GuidType" | "HierarchyObjRefType" => Ok(Form::Scalar(Kind::Id)),
        "PasswordType" => Ok(Form::Scalar(Kind::Secret)),
        _ => Err(element.error(format!(
            "`{name}` lists no values and is not UidType, GuidType, HierarchyObjRefType or PasswordType"
        ))),
    }
}

/// The vendor's name of a type without its ending.
pub(crate) fn plain(name: &str) -> &str {
    let stem = name.strip_suffix("EntityType").or_else(|| name.strip_suffix("Type"));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(name)
}
