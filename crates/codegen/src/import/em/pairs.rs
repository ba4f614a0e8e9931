//! Which type of our schema a type of a document is: by its name, by its document root, and by the members that lead to
//! it.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Form, Kind, Model, Type};

/// Our name of a document's type.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    ours: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Pairs {
    pub(super) fn get(&self, theirs: &str) -> Option<&str> {
        self.ours.get(theirs).map(String::as_str)
    }

    /// Whether a type of ours is one of the document's.
    pub(super) fn has(&self, ours: &str) -> bool {
        self.taken.contains(ours)
    }

    fn add(&mut self, theirs: &Type, ours: &Type) {
        let is_enum = |ty: &Type| matches!(ty.form, Form::Enum { .. } | Form::Union(_));
        let same = theirs.structure().is_some() == ours.structure().is_some() && is_enum(theirs) == is_enum(ours);
        if same && !self.ours.contains_key(&theirs.name) {
            self.ours.insert(theirs.name.clone(), ours.name.clone());
            self.taken.insert(ours.name.clone());
        }
    }

    pub(super) fn find(theirs: &Model, ours: &Model) -> Self {
        let mut pairs = Self::default();
        let by_alias = |name: &str| ours.types.iter().find(|ty| ty.aliases.iter().any(|alias| alias == name));
        for ty in &theirs.types {
            // A name without the vendor's ending is ours.
            let plain = || ty.name.strip_suffix("Type").and_then(|plain| ours.get(plain));
            if let Some(found) = ours.get(&ty.name).or_else(|| by_alias(&ty.name)).or_else(plain) {
                pairs.add(ty, found);
            }
        }
        for root in &theirs.roots {
            let same = ours.roots.iter().find(|known| known.name == root.name);
            if let (Some(theirs), Some(ours)) = (theirs.get(&root.ty), same.and_then(|known| ours.get(&known.ty))) {
                pairs.add(theirs, ours);
            }
        }
        let mut todo: Vec<(String, String)> = pairs.ours.clone().into_iter().collect();
        while let Some((from, to)) = todo.pop() {
            for (theirs_of, ours_of) in pairs.members(theirs, ours, &from, &to) {
                // What another type has by its own name is not this one's.
                if pairs.get(&theirs_of).is_some() || pairs.has(&ours_of) {
                    continue;
                }
                if let (Some(a), Some(b)) = (theirs.get(&theirs_of), ours.get(&ours_of)) {
                    pairs.add(a, b);
                    todo.push((theirs_of, ours_of));
                }
            }
        }
        pairs
    }

    /// The types of the members that a pair of types has in common.
    fn members(&self, theirs: &Model, ours: &Model, from: &str, to: &str) -> Vec<(String, String)> {
        let known = ours.members(to);
        let mut out = Vec::new();
        let both = (theirs.item(from), ours.item(to));
        for (_, member) in theirs.members(from) {
            let same = match both {
                (Some(_), Some(item)) => Some(item),
                _ => known.iter().map(|(_, known)| *known).find(|known| known.is(member)),
            };
            let Some(same) = same else { continue };
            let kinds = (theirs.kind(&member.ty, &member.place.at), ours.kind(&same.ty, &same.place.at));
            match kinds {
                (Ok(Kind::Enum(a)), Ok(Kind::Enum(b)))
                | (Ok(Kind::Struct(a) | Kind::List(a)), Ok(Kind::Struct(b) | Kind::List(b))) => {
                    out.push((a.to_owned(), b.to_owned()));
                }
                _ => {}
            }
        }
        out
    }
}
