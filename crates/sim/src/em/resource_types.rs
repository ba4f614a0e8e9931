//! What kinds of resources there are, as data: names, addresses, links, what lies below them.
//!
//! Collections, single resources, sub-collections, queries, deletion and the links of all answers come from these
//! tables.

mod agents;
mod backups;
mod cloud;
mod infrastructure;
mod jobs;
mod links;
mod replicas;
mod security;

use backhaul_wire::reflect::{DynamicStruct, Model};
use backhaul_wire::{Shape, Struct};

pub(in crate::em) use self::links::{Form, LinkRow};

/// An empty value of a type.
pub(in crate::em) fn empty(shape: &'static Shape) -> Box<dyn Struct> {
    Box::new(DynamicStruct::new(shape))
}

/// A kind of resource.
#[derive(Debug)]
pub(in crate::em) struct ResourceType {
    /// The name of its type, which is its XML element's.
    pub(in crate::em) name: &'static str,
    /// Its name in a UID; empty where the UID is the bare GUID.
    pub(in crate::em) urn: &'static str,
    /// The attribute `Type` of its entities.
    pub(in crate::em) link: &'static str,
    /// The type of links to references to it.
    pub(in crate::em) reference_type: &'static str,
    /// Where its resources are.
    pub(in crate::em) place: Location,
    /// Whether it has a reference form.
    pub(in crate::em) key: bool,
    /// The field that holds its name.
    pub(in crate::em) title: &'static str,
    /// The links of an entity.
    pub(in crate::em) links: &'static [LinkRow],
    /// The links of a reference, where they are not the upward ones, the alternate and the lists of references.
    pub(in crate::em) reference: Option<&'static [LinkRow]>,
    /// The collections below it.
    pub(in crate::em) subs: &'static [Sub],
    /// The lists inside its entity that have addresses of their own.
    pub(in crate::em) parts: &'static [Part],
    /// The list in `QueryEntities` or `QueryResources`; empty where there is no query.
    pub(in crate::em) bucket: &'static str,
    /// The names of the tasks that create, edit and delete it.
    pub(in crate::em) tasks: [&'static str; 3],
    /// The type of an entity.
    pub(in crate::em) one: &'static Shape,
    /// The type of a collection.
    pub(in crate::em) all: &'static Shape,
}

/// Where a kind's resources are, below `/api/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::em) enum Location {
    /// In a collection of their own.
    At(&'static str),
    /// Below a resource of another kind.
    Under(&'static str, &'static str),
}

/// A collection below a resource.
#[derive(Debug)]
pub(in crate::em) struct Sub {
    pub(in crate::em) segment: &'static str,
    pub(in crate::em) kind: &'static str,
    pub(in crate::em) way: Relation,
}

/// How the resources of a sub-collection are found.
#[derive(Debug, Clone, Copy)]
pub(in crate::em) enum Relation {
    /// They belong to the resource.
    Children,
    /// The resource belongs to them.
    Owners,
    /// The list of structs names the resource, in this field.
    Mentions(&'static str, &'static str),
    /// Their list of identifiers holds the resource, or the resource's own list holds theirs.
    Listed(&'static str, &'static str),
}

/// A list inside an entity whose items have addresses of their own.
#[derive(Debug)]
pub(in crate::em) struct Part {
    /// The type of an item, by which queries know it.
    pub(in crate::em) name: &'static str,
    /// The attribute `Type` of an item.
    pub(in crate::em) link: &'static str,
    pub(in crate::em) segment: &'static str,
    /// Where in the entity the lists are.
    pub(in crate::em) paths: &'static [&'static str],
    /// The field with an item's identifier.
    pub(in crate::em) id: &'static str,
    /// The links of an item that is answered by itself.
    pub(in crate::em) links: &'static [LinkRow],
    pub(in crate::em) bucket: &'static str,
    /// The names of the tasks that add and remove an item.
    pub(in crate::em) tasks: [&'static str; 2],
    pub(in crate::em) one: &'static Shape,
    pub(in crate::em) all: &'static Shape,
}

impl ResourceType {
    /// A key resource of the type `T` in a collection of the type `L`.
    const fn new<T: Model, L: Model>(path: &'static str, reference_type: &'static str) -> Self {
        let name = T::SHAPE.name;
        Self {
            name,
            urn: name,
            link: name,
            reference_type,
            place: Location::At(path),
            key: true,
            title: "Name",
            links: &[],
            reference: None,
            subs: &[],
            parts: &[],
            bucket: "",
            tasks: ["", "", ""],
            one: T::SHAPE,
            all: L::SHAPE,
        }
    }

    /// A resource below one of another kind.
    const fn under<T: Model, L: Model>(
        owner: &'static str,
        segment: &'static str,
        reference_type: &'static str,
    ) -> Self {
        let mut kind = Self::new::<T, L>("", reference_type);
        kind.place = Location::Under(owner, segment);
        kind
    }

    /// Makes it a resource of one form, without a UID.
    const fn plain(mut self, title: &'static str) -> Self {
        self.key = false;
        self.title = title;
        self
    }

    const fn named(mut self, urn: &'static str, link: &'static str) -> Self {
        self.urn = urn;
        self.link = link;
        self
    }

    const fn links(mut self, links: &'static [LinkRow]) -> Self {
        self.links = links;
        self
    }

    const fn reference(mut self, links: &'static [LinkRow]) -> Self {
        self.reference = Some(links);
        self
    }

    const fn subs(mut self, subs: &'static [Sub]) -> Self {
        self.subs = subs;
        self
    }

    const fn parts(mut self, parts: &'static [Part]) -> Self {
        self.parts = parts;
        self
    }

    const fn bucket(mut self, bucket: &'static str) -> Self {
        self.bucket = bucket;
        self
    }

    const fn tasks(mut self, create: &'static str, edit: &'static str, delete: &'static str) -> Self {
        self.tasks = [create, edit, delete];
        self
    }
}

impl Part {
    const fn new<T: Model, L: Model>(segment: &'static str, id: &'static str, paths: &'static [&'static str]) -> Self {
        let name = T::SHAPE.name;
        Self {
            name,
            link: name,
            segment,
            paths,
            id,
            links: &[],
            bucket: "",
            tasks: ["", ""],
            one: T::SHAPE,
            all: L::SHAPE,
        }
    }

    const fn link(mut self, link: &'static str) -> Self {
        self.link = link;
        self
    }

    const fn links(mut self, links: &'static [LinkRow]) -> Self {
        self.links = links;
        self
    }

    const fn tasks(mut self, add: &'static str, remove: &'static str) -> Self {
        self.tasks = [add, remove];
        self
    }

    const fn bucket(mut self, bucket: &'static str) -> Self {
        self.bucket = bucket;
        self
    }
}

/// A sub-collection of what belongs to a resource.
const fn below(segment: &'static str, kind: &'static str) -> Sub {
    Sub { segment, kind, way: Relation::Children }
}

/// A sub-collection of what a resource belongs to.
const fn above(segment: &'static str, kind: &'static str) -> Sub {
    Sub { segment, kind, way: Relation::Owners }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

static TABLES: [&[ResourceType]; 7] =
    [infrastructure::KINDS, jobs::KINDS, backups::KINDS, replicas::KINDS, agents::KINDS, cloud::KINDS, security::KINDS];

/// Every kind.
pub(in crate::em) fn all() -> impl Iterator<Item = &'static ResourceType> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The kind of this name, or of this name in UIDs; letter case does not count.
pub(in crate::em) fn find(name: &str) -> Option<&'static ResourceType> {
    all()
        .find(|kind| kind.name == name)
        .or_else(|| all().find(|kind| kind.name.eq_ignore_ascii_case(name) || kind.urn.eq_ignore_ascii_case(name)))
}

/// The kinds that have a part of this name, with the part.
pub(in crate::em) fn parts(name: &str) -> impl Iterator<Item = (&'static ResourceType, &'static Part)> {
    let name = name.to_owned();
    all().flat_map(|kind| kind.parts.iter().map(move |part| (kind, part))).filter(move |(_, part)| part.name == name)
}
