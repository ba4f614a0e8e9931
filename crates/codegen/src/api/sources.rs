//! The public API of a crate that people write, read from its sources: every item by the path that users know it by,
//! with its signature. Private modules count for what is re-exported from them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{Attribute, ImplItem, Item, TraitItem, UseTree, Visibility};

/// How far re-exports may lead on.
const MAX_DEPTH: usize = 8;

/// A module, and what it holds beside modules.
#[derive(Default)]
struct Module {
    items: Vec<Item>,
    /// The modules inside, and whether they are public.
    modules: BTreeMap<String, bool>,
}

/// A crate's modules, by path from its root.
struct Sources {
    /// The module that holds tables of generated code and is left out.
    tables: Option<String>,
    modules: BTreeMap<Vec<String>, Module>,
}

/// An item, by the module that it stands in and its name.
type Target = (Vec<String>, String);

/// The items of a crate, a line each, sorted. `tables` is the name of modules to leave out: those of generated tables.
///
/// # Errors
/// When a file cannot be read or is not Rust; the text names it.
pub fn read(name: &str, src: &Path, tables: Option<&str>) -> Result<Vec<String>, String> {
    let mut sources = Sources { tables: tables.map(str::to_owned), modules: BTreeMap::new() };
    sources.load(&src.join("lib.rs"), src, Vec::new())?;
    let mut out = BTreeSet::new();
    let mut shown: BTreeMap<Target, Vec<String>> = BTreeMap::new();
    sources.walk(&[], name, &mut out, &mut shown, 0);
    sources.impls(&shown, &mut out);
    Ok(out.into_iter().collect())
}

impl Sources {
    fn load(&mut self, file: &Path, folder: &Path, path: Vec<String>) -> Result<(), String> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.module(parsed.items, folder, path)
    }

    fn module(&mut self, items: Vec<Item>, folder: &Path, path: Vec<String>) -> Result<(), String> {
        let mut module = Module::default();
        for item in items {
            let Item::Mod(inner) = item else {
                module.items.push(item);
                continue;
            };
            if is_test(&inner.attrs) {
                continue;
            }
            let name = plain(&inner.ident.to_string());
            // Tables, which are read as such.
            if self.tables.as_deref() == Some(&name) {
                continue;
            }
            module.modules.insert(name.clone(), is_public(&inner.vis));
            let (below, mut path) = (folder.join(&name), path.clone());
            path.push(name.clone());
            match inner.content {
                Some((_, items)) => self.module(items, &below, path)?,
                None => {
                    let file = folder.join(format!("{name}.rs"));
                    let file = if file.exists() { file } else { below.join("mod.rs") };
                    self.load(&file, &below, path)?;
                }
            }
        }
        self.modules.insert(path, module);
        Ok(())
    }

    /// What is public in a module, by the path that users write.
    fn walk(
        &self,
        module: &[String],
        shown_as: &str,
        out: &mut BTreeSet<String>,
        shown: &mut BTreeMap<Target, Vec<String>>,
        depth: usize,
    ) {
        let Some(own) = self.modules.get(module).filter(|_| depth < MAX_DEPTH) else { return };
        for (name, _) in own.modules.iter().filter(|(_, public)| **public) {
            let path = [module, std::slice::from_ref(name)].concat();
            self.walk(&path, &format!("{shown_as}::{name}"), out, shown, depth + 1);
        }
        for item in &own.items {
            if let Item::Use(used) = item {
                if is_public(&used.vis) && !is_test(&used.attrs) {
                    for (path, alias) in flat(&used.tree, &[]) {
                        self.used(module, &path, alias.as_deref(), shown_as, out, shown, depth);
                    }
                }
                continue;
            }
            let is_exported = matches!(item, Item::Macro(_)) || visibility(item).is_some_and(is_public);
            if let (true, Some(name)) = (is_exported, name_of(item)) {
                emit(item, shown_as, &name, out);
                shown.entry((module.to_vec(), name.clone())).or_default().push(format!("{shown_as}::{name}"));
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the state of the walk")]
    fn used(
        &self,
        from: &[String],
        path: &[String],
        alias: Option<&str>,
        shown_as: &str,
        out: &mut BTreeSet<String>,
        shown: &mut BTreeMap<Target, Vec<String>>,
        depth: usize,
    ) {
        if let (Some((last, module)), None) = (path.split_last(), alias)
            && last == "*"
        {
            match self.module_at(from, module) {
                Some(module) => self.walk(&module, shown_as, out, shown, depth + 1),
                None => drop(out.insert(format!("{shown_as}: pub use {}", path.join("::")))),
            }
            return;
        }
        let known_as = alias.unwrap_or_else(|| path.last().map_or("", String::as_str));
        if let Some(module) = self.module_at(from, path) {
            self.walk(&module, &format!("{shown_as}::{known_as}"), out, shown, depth + 1);
            return;
        }
        match self.resolve(from, path, 0) {
            Some((module, name)) => {
                let items = self.modules.get(&module).map(|module| module.items.as_slice()).unwrap_or_default();
                for item in items.iter().filter(|item| name_of(item).as_deref() == Some(&name)) {
                    emit(item, shown_as, known_as, out);
                }
                shown.entry((module, name)).or_default().push(format!("{shown_as}::{known_as}"));
            }
            None => drop(out.insert(format!("{shown_as}::{known_as}: pub use {}", path.join("::")))),
        }
    }

    /// The module that a path names.
    fn module_at(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut at = from.to_vec();
        for (index, part) in path.iter().enumerate() {
            match part.as_str() {
                "self" => {}
                "super" => drop(at.pop()),
                "crate" if index == 0 => at.clear(),
                name => at.push(name.to_owned()),
            }
        }
        self.modules.contains_key(&at).then_some(at)
    }

    /// The item that a path names, through re-exports.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Target> {
        let (name, module) = path.split_last()?;
        let module = self.module_at(from, module).filter(|_| depth < MAX_DEPTH)?;
        let own = self.modules.get(&module)?;
        if own.items.iter().any(|item| name_of(item).as_deref() == Some(name) && !matches!(item, Item::Use(_))) {
            return Some((module, name.clone()));
        }
        let uses = own.items.iter().filter_map(|item| match item {
            Item::Use(used) => Some(flat(&used.tree, &[])),
            _ => None,
        });
        uses.flatten().find_map(|(path, alias)| match path.split_last() {
            Some((last, before)) if last == "*" => {
                self.resolve(&module, &[before, std::slice::from_ref(name)].concat(), depth + 1)
            }
            Some((last, _)) if alias.as_ref().unwrap_or(last) == name => self.resolve(&module, &path, depth + 1),
            _ => None,
        })
    }

    /// The methods and traits of what is shown.
    fn impls(&self, shown: &BTreeMap<Target, Vec<String>>, out: &mut BTreeSet<String>) {
        for (module, own) in &self.modules {
            for item in &own.items {
                let Item::Impl(block) = item else { continue };
                let syn::Type::Path(ty) = block.self_ty.as_ref() else { continue };
                if is_test(&block.attrs) {
                    continue;
                }
                let path: Vec<String> = ty.path.segments.iter().map(|part| plain(&part.ident.to_string())).collect();
                let Some(names) = self.resolve(module, &path, 0).and_then(|target| shown.get(&target)) else {
                    continue;
                };
                let lines: Vec<String> = match &block.trait_ {
                    Some((_, path, _)) => {
                        let generics = line(&block.generics);
                        let args = line(&ty.path.segments.last().map(|part| part.arguments.clone()));
                        vec![format!("impl{generics} {} for Self{args}", line(path))]
                    }
                    None => block.items.iter().filter_map(method).collect(),
                };
                for name in names {
                    out.extend(lines.iter().map(|line| format!("{name}: {line}")));
                }
            }
        }
    }
}

/// A public method or constant of a type.
fn method(item: &ImplItem) -> Option<String> {
    match item {
        ImplItem::Fn(method) if is_public(&method.vis) && !is_test(&method.attrs) => {
            Some(format!("pub {}", line(&method.sig)))
        }
        ImplItem::Const(constant) if is_public(&constant.vis) => {
            Some(format!("pub const {}: {}", constant.ident, line(&constant.ty)))
        }
        _ => None,
    }
}

/// An item's lines.
fn emit(item: &Item, shown_as: &str, name: &str, out: &mut BTreeSet<String>) {
    let path = format!("{shown_as}::{name}");
    let mut say = |text: String| {
        out.insert(format!("{path}{text}"));
    };
    let closed = |attrs: &[Attribute]| if has(attrs, "non_exhaustive") { " non_exhaustive" } else { "" };
    match item {
        Item::Fn(item) => say(format!(": pub {}", line(&item.sig))),
        Item::Const(item) => say(format!(": pub const {}", line(&item.ty))),
        Item::Static(item) => say(format!(": pub static {}", line(&item.ty))),
        Item::Type(item) => say(format!(": pub type{} = {}", line(&item.generics), line(&item.ty))),
        Item::Struct(item) => {
            say(format!(": pub struct{}{}", line(&item.generics), closed(&item.attrs)));
            derives(&item.attrs).into_iter().for_each(|name| say(format!(": impl {name} for Self (derived)")));
            for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                say(format!(".{name}: {}", line(&field.ty)));
            }
        }
        Item::Enum(item) => {
            say(format!(": pub enum{}{}", line(&item.generics), closed(&item.attrs)));
            derives(&item.attrs).into_iter().for_each(|name| say(format!(": impl {name} for Self (derived)")));
            for variant in &item.variants {
                let mut bare = variant.clone();
                bare.attrs.clear();
                bare.fields.iter_mut().for_each(|field| field.attrs.clear());
                say(format!("::{}{}", line(&bare), closed(&variant.attrs)));
            }
        }
        Item::Trait(item) => {
            say(format!(": pub trait{}: {}", line(&item.generics), line(&item.supertraits)));
            for inner in &item.items {
                say(match inner {
                    TraitItem::Fn(method) => {
                        let given = if method.default.is_some() { " (provided)" } else { "" };
                        format!("::{}{given}", line(&method.sig))
                    }
                    TraitItem::Const(item) => format!("::const {}: {}", item.ident, line(&item.ty)),
                    TraitItem::Type(item) => format!("::type {}: {}", item.ident, line(&item.bounds)),
                    _ => continue,
                });
            }
        }
        Item::Macro(item) if item.ident.is_some() && has(&item.attrs, "macro_export") => {
            let root = shown_as.split("::").next().unwrap_or_default();
            out.insert(format!("{root}::{name}!"));
        }
        _ => {}
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Fn(item) => &item.sig.ident,
        Item::Const(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(plain(&ident.to_string()))
}

fn visibility(item: &Item) -> Option<&Visibility> {
    Some(match item {
        Item::Fn(item) => &item.vis,
        Item::Const(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        _ => return None,
    })
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("cfg") && {
            let text = line(&attr.meta);
            text.contains("test") && !text.contains("not")
        }
    })
}

fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}

fn derives(attrs: &[Attribute]) -> Vec<String> {
    let mut out = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // What cannot be parsed is no list of traits.
        drop(attr.parse_nested_meta(|meta| {
            out.push(line(&meta.path));
            Ok(())
        }));
    }
    out
}

/// `{a, b::c as d}` as paths with their aliases.
fn flat(tree: &UseTree, before: &[String]) -> Vec<(Vec<String>, Option<String>)> {
    let with = |name: &syn::Ident| [before, &[plain(&name.to_string())]].concat();
    match tree {
        UseTree::Path(path) => flat(&path.tree, &with(&path.ident)),
        // `a::{self}` is `a`.
        UseTree::Name(name) if name.ident == "self" => vec![(before.to_vec(), None)],
        UseTree::Name(name) => vec![(with(&name.ident), None)],
        UseTree::Rename(name) => vec![(with(&name.ident), Some(plain(&name.rename.to_string())))],
        UseTree::Glob(_) => vec![([before, &["*".to_owned()]].concat(), None)],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| flat(tree, before)).collect(),
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

/// Tokens on one line, spaced as people write them.
fn line(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string().replace('\n', " ");
    for (spaced, written) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" <", "<"),
        (" > ", "> "),
        (" >", ">"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" [", "["),
        ("[ ", "["),
        (" ]", "]"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" ;", ";"),
        ("' ", "'"),
        (",)", ")"),
        (", >", ">"),
        ("* const", "*const"),
        (">(", ">("),
        ("->(", "-> ("),
        ("->[", "-> ["),
        ("= >", "=>"),
        ("- >", "->"),
        ("dyn<", "dyn <"),
    ] {
        text = text.replace(spaced, written);
    }
    text.replace("->", " -> ").replace("  ", " ").replace("  ", " ").trim().to_owned()
}
