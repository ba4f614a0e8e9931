//! What ZStack can be asked for: the fields of an inventory, the inventories that a condition can go on to, and the
//! kinds that it comes in.
//!
//! The tables are generated ([`inventories`](super::inventories)). Each inventory is a type without values, whose
//! constants are [`Field`]s and [`Join`]s, and an [`InventoryDef`] that says the same while a program runs.

use std::marker::PhantomData;

use crate::ast::{Comparison, Expr, FieldName, Op, Operand};
use crate::build::Filter;
use crate::field::{Field, Kind, kind};

/// An inventory of ZStack, known when the code is built.
pub trait Inventory: Sized + 'static {
    /// Its fields, joins and kinds.
    const DEF: &'static InventoryDef;
    /// The system tags of the resource, as text: `name::value`. A negation means that it has no such tag.
    const SYSTEM_TAG: Field<Self, kind::Text> = Field::new(SYSTEM_TAG);
    /// The user tags of the resource, as text.
    const USER_TAG: Field<Self, kind::Text> = Field::new(USER_TAG);
    /// The patterns of the user tags of the resource, by uuid.
    const TAG_UUID: Field<Self, kind::Uid> = Field::new(TAG_UUID);
}

const SYSTEM_TAG: &str = "__systemTag__";
const USER_TAG: &str = "__userTag__";
const TAG_UUID: &str = "__tagUuid__";

/// An inventory that is a kind of another: what is asked of it, only it has.
pub trait KindOf<Q>: Inventory {
    /// The value of the other's type field that means this kind.
    const TAG: &'static str;
}

/// What a condition on an inventory can speak of.
#[derive(Debug, Clone, Copy)]
pub struct InventoryDef {
    /// The name of its type, such as `BackupStorage`.
    pub name: &'static str,
    /// Its name in ZQL.
    pub zql: &'static str,
    /// The field that tells its kinds, when it comes in kinds.
    pub tag: Option<&'static str>,
    /// Its own fields.
    pub fields: &'static [(&'static str, Kind)],
    /// The inventories that a condition can go on to, by the word before the dot.
    pub joins: &'static [(&'static str, &'static InventoryDef)],
    /// Its kinds, by the value of the field that tells them.
    pub kinds: &'static [(&'static str, &'static InventoryDef)],
}

impl InventoryDef {
    /// The kind of a field, wherever it is: `name`, `zone.name`, `zone.__userTag__`.
    ///
    /// ```
    /// use backhaul_filter::Kind;
    /// use backhaul_filter::zstack::{Inventory, inventories::BackupStorage};
    ///
    /// assert_eq!(BackupStorage::DEF.field("zone.isDefault"), Some(Kind::Bool));
    /// assert_eq!(BackupStorage::DEF.field("zone.cluster.__userTag__"), Some(Kind::Text));
    /// // Only image stores have it.
    /// assert_eq!(BackupStorage::DEF.field("hostname"), None);
    /// ```
    #[must_use]
    pub fn field(&self, path: &str) -> Option<Kind> {
        let mut at = self;
        let mut rest = path;
        while let Some((word, more)) = rest.split_once('.') {
            at = at.joins.iter().find(|(name, _)| *name == word)?.1;
            rest = more;
        }
        match rest {
            SYSTEM_TAG | USER_TAG => Some(Kind::Text),
            TAG_UUID => Some(Kind::Uid),
            own => at.own(own),
        }
    }

    /// The kind of a field of its own.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<Kind> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, kind)| *kind)
    }
}

/// The way from the inventory `Q` to the inventory `T`.
///
/// ```
/// use backhaul_filter::zstack::inventories::{BackupStorage, Zone};
///
/// let filter = BackupStorage::ZONE.of(Zone::NAME.eq("Z1"));
/// assert_eq!(filter.to_string(), "zone.name==Z1");
/// ```
pub struct Join<Q, T> {
    word: &'static str,
    of: PhantomData<fn() -> (Q, T)>,
}

impl<Q, T> Join<Q, T> {
    /// A way by its word.
    #[must_use]
    pub const fn new(word: &'static str) -> Self {
        Self { word, of: PhantomData }
    }

    /// Asks this of what the way leads to.
    ///
    /// Where it leads to several, each condition holds when it does for one of them: of two conditions joined by AND,
    /// one may hold for one and the other for another.
    #[must_use]
    pub fn of(self, filter: Filter<T>) -> Filter<Q> {
        Filter::from_checked(below(self.word, filter.into_expr()))
    }
}

impl<Q, T> Clone for Join<Q, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, T> Copy for Join<Q, T> {}

impl<Q, T> std::fmt::Debug for Join<Q, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Join").field(&self.word).finish()
    }
}

/// An expression whose fields stand behind a word and a dot.
fn below(word: &str, mut expr: Expr) -> Expr {
    match &mut expr {
        // No group is without terms.
        Expr::And(all) => return Expr::all(all.iter().map(|term| below(word, term.clone()))).unwrap_or(expr),
        Expr::Or(any) => return Expr::any(any.iter().map(|term| below(word, term.clone()))).unwrap_or(expr),
        Expr::Relate { relation, .. } => {
            let side = |side: Operand| {
                side.map(&mut |operand| match operand {
                    Operand::Field(field) => Operand::Field(FieldName::checked(format!("{word}.{field}").into())),
                    other => other,
                })
            };
            relation.left = side(relation.left.clone());
            relation.right = side(relation.right.clone());
        }
        Expr::Compare(Comparison { field, .. })
        | Expr::Not(Comparison { field, .. })
        | Expr::Like { field, .. }
        | Expr::In { field, .. }
        | Expr::Null { field, .. } => *field = FieldName::checked(format!("{word}.{field}").into()),
    }
    expr
}

/// Texts in the order of the database, which its collation defines.
impl<Q: Inventory> Field<Q, kind::Text> {
    /// The field stands after the value.
    #[must_use]
    pub fn after(self, value: impl AsRef<str>) -> Filter<Q> {
        self.ordered(Op::Gt, value.as_ref())
    }

    /// The field stands after the value, or equals it.
    #[must_use]
    pub fn at_or_after(self, value: impl AsRef<str>) -> Filter<Q> {
        self.ordered(Op::Ge, value.as_ref())
    }

    /// The field stands before the value.
    #[must_use]
    pub fn before(self, value: impl AsRef<str>) -> Filter<Q> {
        self.ordered(Op::Lt, value.as_ref())
    }

    /// The field stands before the value, or equals it.
    #[must_use]
    pub fn at_or_before(self, value: impl AsRef<str>) -> Filter<Q> {
        self.ordered(Op::Le, value.as_ref())
    }

    fn ordered(self, op: Op, value: &str) -> Filter<Q> {
        Filter::from_checked(Expr::compare(self.field_name(), op, value))
    }
}

/// An inventory as a table: its type and its definition.
///
/// ```text
/// BackupStorage = BACKUP_STORAGE("backupstorage", Some("type"));
/// fields { NAME: Text = "name"; }
/// joins { ZONE: Zone = "zone", ZONE; }
/// kinds { CephBackupStorage = "Ceph", CEPH_BACKUP_STORAGE; }
/// ```
///
/// In brackets stand the name in ZQL and the field that tells the kinds; a row of a join names the constant, the
/// inventory, the word and the inventory's definition.
macro_rules! inventory {
    (
        $(#[$doc:meta])* $name:ident = $def:ident($zql:literal, $tag:expr);
        fields { $($field:ident: $kind:ident = $wire:literal;)* }
        $(joins { $($join:ident: $to:ident = $word:literal, $to_def:ident;)* })?
        $(kinds { $($of:ident = $value:literal, $of_def:ident;)* })?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
        pub(crate) static $def: crate::zstack::InventoryDef = crate::zstack::InventoryDef {
            name: stringify!($name),
            zql: $zql,
            tag: $tag,
            fields: &[$(($wire, <crate::field::kind::$kind as crate::field::kind::FieldKind>::KIND)),*],
            joins: &[$($(($word, &$to_def)),*)?],
            kinds: &[$($(($value, &$of_def)),*)?],
        };
        impl crate::zstack::Inventory for $name {
            const DEF: &'static crate::zstack::InventoryDef = &$def;
        }
        impl $name {
            $(
                #[doc = concat!("`", $wire, "`.")]
                pub const $field: crate::field::Field<Self, crate::field::kind::$kind> = crate::field::Field::new($wire);
            )*
            $($(
                #[doc = concat!("`", $word, "`, a [`", stringify!($to), "`].")]
                pub const $join: crate::zstack::Join<Self, $to> = crate::zstack::Join::new($word);
            )*)?
        }
        $($(
            impl crate::zstack::KindOf<$name> for $of {
                const TAG: &'static str = $value;
            }
        )*)?
    };
}
pub(crate) use inventory;
