//! A decoded entity and the JSON that it came from are the same record.
#![cfg(all(feature = "wire", feature = "json"))]
#![allow(missing_docs, clippy::unwrap_used)]

use backhaul_filter::{Json, Place, Record, Reflected, Scalar};
use backhaul_wire::generated::{DateTime, Field, Id, Kind, Model, Secret, Shape, Slot, Struct, View};
use serde_json::{Value, json};

/// A struct as the generator writes it.
macro_rules! entity {
    ($name:ident, $shape:ident, [$($field:ident: $of:ty = $kind:ident, $row:expr;)*]) => {
        struct $name { $($field: $of),* }

        static $shape: Shape = Shape::new(stringify!($name), &[$($row),*]);

        impl $name {
            const EMPTY: Self = Self { $($field: <$of as Empty>::EMPTY),* };
        }

        impl Model for $name {
            const SHAPE: &'static Shape = &$shape;
        }

        impl Struct for $name {
            fn shape(&self) -> &'static Shape {
                &$shape
            }
            fn view(&self, index: usize) -> View<'_> {
                let views = [$(View::$kind(&self.$field)),*];
                views.get(index).copied().unwrap_or(View::None)
            }
            fn slot(&mut self, index: usize) -> Slot<'_> {
                let mut at = 0..;
                $(if at.next() == Some(index) {
                    return Slot::$kind(&mut self.$field);
                })*
                Slot::None
            }
        }

        backhaul_wire::generated_struct! { $name; }
    };
}

trait Empty {
    const EMPTY: Self;
}

impl<T> Empty for Option<T> {
    const EMPTY: Self = None;
}

impl<T> Empty for Vec<T> {
    const EMPTY: Self = Vec::new();
}

entity!(Link, LINK, [
    rel: Option<String> = Text, Field::new("Rel", Kind::Text).attribute();
    href: Option<String> = Text, Field::new("Href", Kind::Text).attribute();
    name: Option<String> = Text, Field::new("Name", Kind::Text).attribute();
    of: Option<String> = Text, Field::new("Type", Kind::Text).attribute();
]);

entity!(Owner, OWNER, [
    name: Option<String> = Text, Field::new("Name", Kind::Text);
    password: Option<Secret> = Secret, Field::new("Password", Kind::Secret);
]);

entity!(Entity, ENTITY, [
    uid: Option<Id> = Id, Field::new("UID", Kind::Id).attribute();
    enabled: Option<bool> = Bool, Field::new("Enabled", Kind::Bool);
    size: Option<i64> = Int, Field::new("Size", Kind::Int);
    load: Option<f64> = Float, Field::new("Load", Kind::Float);
    made: Option<DateTime> = DateTime, Field::new("CreationTimeUTC", Kind::DateTime);
    owner: Option<Box<Owner>> = Struct, Field::new("Owner", Kind::Struct(&OWNER));
    links: Vec<Link> = Structs, Field::list("Links", Kind::Struct(&LINK));
]);

fn link(relation: &str, of: &str, name: &str, href: &str) -> Value {
    json!({ "Rel": relation, "Type": of, "Name": name, "Href": href })
}

fn body() -> Value {
    json!({
        "UID": "urn:veeam:Job:2851cb88-37b6-46ea-b2c8-47b55270169d",
        "Enabled": false,
        "Size": 12,
        "Load": 1.5,
        "CreationTimeUTC": "2025-08-15T06:00:00Z",
        "Owner": { "Name": "é" },
        "Links": [
            link("Alternate", "Job", "CRM", "https://em/api/jobs/j1?format=Entity"),
            link("Down", "BackupServer", "wrong", "https://em/api/backupServers/wrong"),
            link("Up", "BackupServerReference", "em1", "https://em/api/backupServers/s1/#x"),
            link("Related", "Repository", "Default", ""),
            link("Related", "Repository", "Second", "https://em/api/repositories/r2/"),
        ],
    })
}

const PLACES: [Place<'static>; 17] = [
    Place::Attribute("UID"),
    Place::Attribute("Nothing"),
    Place::Field("Enabled"),
    Place::Field("Size"),
    Place::Field("Load"),
    Place::Field("CreationTimeUTC"),
    Place::Field("Owner.Name"),
    Place::Field("Owner"),
    Place::Field("Owner.Nothing"),
    Place::Field("Size.Nothing"),
    Place::Field("Links"),
    Place::LinkName("BackupServer"),
    Place::LinkId("BackupServer"),
    Place::LinkName("Repository"),
    Place::LinkId("Repository"),
    Place::LinkId("job"),
    Place::LinkName("CloudTenant"),
];

#[test]
fn both_see_the_same() {
    let body = body();
    let entity: Entity = backhaul_wire::json::decode(body.to_string().as_bytes()).unwrap();
    let (entity, json) = (Reflected(&entity), Json(&body));
    let of_entity = PLACES.map(|place| entity.get(place));
    assert_eq!(of_entity, PLACES.map(|place| json.get(place)));
    let text = Scalar::from;
    assert_eq!(
        of_entity,
        [
            text("urn:veeam:Job:2851cb88-37b6-46ea-b2c8-47b55270169d"),
            Scalar::Null,
            false.into(),
            12.into(),
            1.5.into(),
            text("2025-08-15T06:00:00Z"),
            text("é"),
            Scalar::Null,
            Scalar::Null,
            Scalar::Null,
            Scalar::Null,
            text("em1"),
            text("s1"),
            text("Default"),
            Scalar::Null,
            text("j1"),
            Scalar::Null,
        ]
    );
}

#[test]
fn nothing_is_learnt_of_a_secret() {
    let owner: Owner = backhaul_wire::json::decode(br#"{"Name": "a", "Password": "hunter2"}"#).unwrap();
    assert_eq!(Reflected(&owner).get(Place::Field("Password")), Scalar::Null);
    assert_eq!(Reflected(&owner).get(Place::Field("Name")), "a".into());
}

#[test]
fn json_as_it_comes() {
    // Enterprise Manager 13 writes camelCase; XML turned into JSON has a level more.
    let body = json!({
        "uid": "u", "name": "n", "Name": "N", "big": 18_446_744_073_709_551_615_u64, "list": [1], "none": null,
        "links": { "link": [link("Down", "X", "x", "h/1"), link("Up", "X", "y", "h/2")] },
    });
    let json = Json(&body);
    let get = |place| json.get(place);
    assert_eq!(get(Place::Attribute("UID")), "u".into());
    assert_eq!(get(Place::Field("Name")), "N".into());
    assert_eq!(get(Place::Field("name")), "n".into());
    assert_eq!(get(Place::Field("big")), 18_446_744_073_709_551_615.0.into());
    assert_eq!(get(Place::Field("list")), Scalar::Null);
    assert_eq!(get(Place::Field("none")), Scalar::Null);
    assert_eq!(get(Place::LinkName("X")), "y".into());
    assert_eq!(get(Place::LinkId("X")), "2".into());
    for odd in [json!(null), json!([1]), json!({"Links": 5}), json!({"Links": [1, {"Type": 2}]})] {
        assert_eq!(Json(&odd).get(Place::LinkName("X")), Scalar::Null);
        assert_eq!(Json(&odd).get(Place::Field("a.b")), Scalar::Null);
    }
}
