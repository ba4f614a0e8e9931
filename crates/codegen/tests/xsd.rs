//! Enterprise Manager's schema and query types: what is checked in can be read, and what is wrong is refused with its
//! file, its place and the rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use backhaul_codegen::ir::{Field, Kind, Place, Repeat, Struct, Type, TypeShape, Types};
use backhaul_codegen::{emit, queries, xsd};

const SCHEMA: &str = include_str!("../../../schemas/em/em.xsd");
const QUERIES: &str = include_str!("fixtures/queries.json");

fn types() -> Types {
    xsd::read("em/em.xsd", SCHEMA).expect("the checked-in schema is right")
}

fn body<'a>(types: &'a Types, name: &str) -> &'a Struct {
    match types.get(name) {
        Some(Type { shape: TypeShape::Struct(body), .. }) => body,
        other => panic!("{name} is {other:?}"),
    }
}

fn field<'a>(types: &'a Types, owner: &str, wire: &str) -> &'a Field {
    let mut fields = body(types, owner).fields.iter();
    fields.find(|f| f.wire == wire).unwrap_or_else(|| panic!("{owner} has no {wire}"))
}

/// A schema around some definitions. They begin on line 2.
fn schema(inside: &str) -> String {
    format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:b='urn:backhaul:schema' \
         xmlns='http://www.veeam.com/ent/v1.0' targetNamespace='http://www.veeam.com/ent/v1.0' \
         elementFormDefault='qualified'><xs:annotation><xs:appinfo><b:family name='core'/></xs:appinfo></xs:annotation>\n\
         {inside}\n</xs:schema>"
    )
}

fn read(inside: &str) -> Types {
    xsd::read("em/test.xsd", &schema(inside)).unwrap()
}

/// The error of a schema, as it is shown.
fn refused(inside: &str) -> String {
    xsd::read("em/test.xsd", &schema(inside)).expect_err("this is wrong").to_string()
}

#[test]
fn names_come_from_roots_then_from_the_vendors_type() {
    let types = types();
    for (ours, vendors) in [
        ("CloudTenant", "CloudTenantEntityType"),
        ("CloudTenants", "CloudTenantEntityListType"),
        ("EntityRef", "EntityReferenceType"),
        ("LogonSession", "LogonSessionType"),
        ("CloudTenantLeaseOptions", "CloudTenantLeaseOptionsType"),
        ("CloudTenantKind", "CloudTenantType"),
        ("NetworkAppliance", "NetworkApplianceInfoType"),
    ] {
        let ty = types.get(ours).unwrap_or_else(|| panic!("no {ours}"));
        assert_eq!(ty.aliases, [vendors]);
        assert_eq!(ty.source, format!("schemas/em/em.xsd#{vendors}"));
    }
    assert!(types.get("Link").unwrap().aliases.is_empty());
    assert_eq!(body(&types, "CloudTenant").root.as_deref(), Some("CloudTenant"));
    for hidden in ["Entity", "Resource", "Links", "SupportedVersions", "UidType"] {
        assert!(types.get(hidden).is_none(), "{hidden} is generated");
    }
    let families: Vec<_> = types.by_family().into_keys().collect();
    assert!(families.windows(2).all(|two| two[0] < two[1]) && families.contains(&"cloud"), "{families:?}");
}

#[test]
fn bases_come_first_and_attributes_before_elements() {
    let types = types();
    let names = |name| -> Vec<String> { body(&types, name).fields.iter().map(|f| f.wire.clone()).collect() };
    assert_eq!(
        names("CloudSubtenant"),
        ["Href", "Type", "Id", "Links", "Name", "Description", "Password", "Enabled", "RepositoryQuota"]
    );
    assert_eq!(names("Repository"), ["Href", "Type", "Name", "UID", "Links", "Capacity", "FreeSpace", "Kind"]);
    assert_eq!(field(&types, "Repository", "UID").place, Place::Attribute);
    assert_eq!(field(&types, "Repository", "UID").kind, Kind::Id);
    assert_eq!(field(&types, "CloudSubtenant", "Password").kind, Kind::Secret);
    assert_eq!(field(&types, "CloudTenant", "LastActive").kind, Kind::DateTime);
}

#[test]
fn wrappers_collapse_into_lists() {
    let types = types();
    for (owner, wire, item, json, json_item, kind) in [
        ("CloudTenant", "Links", Some("Link"), "Links", None, "Link"),
        (
            "CloudTenant",
            "Resources",
            Some("CloudTenantResource"),
            "Resources",
            Some("CloudTenantResources"),
            "CloudTenantResource",
        ),
        ("QueryEntities", "CloudTenants", Some("CloudTenant"), "CloudTenants", Some("CloudTenants"), "CloudTenant"),
        ("QueryEntities", "Repositories", Some("Repository"), "Repositories", Some("Repositories"), "Repository"),
        ("QueryResult", "Refs", Some("Ref"), "Refs", Some("Refs"), "EntityRef"),
        ("EntityReferences", "Ref", None, "Refs", None, "EntityRef"),
        ("Repositories", "Repository", None, "Repositories", None, "Repository"),
    ] {
        let field = field(&types, owner, wire);
        assert_eq!(field.repeat, Repeat::List, "{owner}.{wire}");
        assert_eq!(field.kind, Kind::Struct(kind.to_owned()), "{owner}.{wire}");
        assert_eq!(
            (field.item.as_deref(), field.json.as_str(), field.json_item.as_deref()),
            (item, json, json_item),
            "{owner}.{wire}"
        );
    }
    let pools = field(&types, "CloudTenant", "CloudGatewayPools");
    assert_eq!((&pools.kind, pools.json_item.as_deref()), (&Kind::Id, Some("CloudGatewayPoolUids")));
}

#[test]
fn texts_in_lists_are_bare_and_text_beside_attributes_is_a_value() {
    let types = read(
        "<xs:complexType name='Paths'><xs:sequence><xs:element name='Path' type='xs:string' maxOccurs='unbounded'/>\
         </xs:sequence></xs:complexType>\
         <xs:complexType name='Day'><xs:simpleContent><xs:extension base='xs:boolean'>\
         <xs:attribute name='Name' type='xs:string' use='required'/></xs:extension></xs:simpleContent></xs:complexType>\
         <xs:complexType name='Plan'><xs:all><xs:element name='Folders' type='Paths'/>\
         <xs:element name='Day' type='Day' minOccurs='0' maxOccurs='7'/>\
         <xs:element name='Next' type='Plan' minOccurs='0'/></xs:all></xs:complexType>",
    );
    let folders = field(&types, "Plan", "Folders");
    assert_eq!(
        (&folders.kind, folders.item.as_deref(), folders.json_item.as_deref()),
        (&Kind::Text, Some("Path"), None)
    );
    assert!(folders.required);
    let days = field(&types, "Plan", "Day");
    assert_eq!((days.repeat, days.json.as_str(), days.required), (Repeat::List, "Days", false));
    let value = field(&types, "Day", "Value");
    assert_eq!((value.place, &value.kind), (Place::Text, &Kind::Bool));
    assert!(field(&types, "Day", "Name").required);
    assert!(field(&types, "Plan", "Next").boxed, "a type that contains itself needs a box");
}

#[test]
fn what_lies_outside_the_form_is_refused() {
    let complex = |inside: &str| refused(&format!("<xs:complexType name='Plan'>\n{inside}</xs:complexType>"));
    let sequence = |inside: &str| complex(&format!("<xs:sequence>{inside}</xs:sequence>"));
    for (error, expected) in [
        (refused("<xs:group name='G'/>"), "schemas/em/test.xsd#2:1: `group` is outside the part of XSD that is read"),
        (complex("<xs:choice/>"), "test.xsd#3:1: `choice` is outside"),
        (complex("<xs:sequence minOccurs='0'/>"), "3:1: the attribute `minOccurs` has no meaning on `sequence`"),
        (sequence("<xs:element name='A' type='Nothing'/>"), "3:14: `Nothing` refers to nothing"),
        (sequence("<xs:element name='A' type='x:B'/>"), "3:14: `x:B` is neither in XML Schema's namespace"),
        (sequence("<xs:element name='A' type='xs:duration'/>"), "3:14: `xs:duration` is not read"),
        (sequence("<xs:element name='A'/>"), "3:14: `xs:element` needs `type` here"),
        (sequence("<xs:element ref='A'/>"), "3:14: the attribute `ref` has no meaning on `element`"),
        (sequence("<xs:element name='A' type='xs:int'>text</xs:element>"), "3:14: text has no meaning in `element`"),
        (
            sequence("<xs:element name='A' type='xs:int'/><xs:element name='a' type='xs:int'/>"),
            "`a` stands twice: `A` has its name in XML or JSON",
        ),
        (
            sequence(
                "<xs:element name='A' type='xs:int'><xs:annotation><xs:appinfo><b:jsn/></xs:appinfo></xs:annotation></xs:element>",
            ),
            "3:76: the keyword `jsn` has no meaning here",
        ),
        (
            sequence(
                "<xs:element name='A' type='xs:int'><xs:annotation><xs:appinfo><b:json named='a'/></xs:appinfo></xs:annotation></xs:element>",
            ),
            "3:76: the attribute `named` has no meaning on `json`",
        ),
        (refused("<xs:complexType name='A'/><xs:complexType name='A'/>"), "2:27: the type `A` stands twice"),
        (
            refused("<xs:complexType name='AType'/><xs:complexType name='AEntityType'/>"),
            "2:31: `AEntityType` and `AType` are both `A` in Rust",
        ),
        (
            refused(
                "<xs:complexType name='A'><xs:complexContent><xs:extension base='A'/></xs:complexContent></xs:complexType>",
            ),
            "2:1: `A` extends itself",
        ),
        (refused("<xs:element name='A' type='B'/>"), "2:1: `B` refers to nothing"),
        (
            refused("<xs:simpleType name='A'><xs:restriction base='xs:string'/></xs:simpleType>"),
            "2:1: `A` lists no values",
        ),
        (
            refused(
                "<xs:simpleType name='A'><xs:restriction base='xs:string'><xs:pattern value='.'/></xs:restriction></xs:simpleType>",
            ),
            "`pattern` is outside",
        ),
    ] {
        assert!(error.contains(expected), "{error}\nlacks\n{expected}");
    }
}

#[test]
fn the_frame_of_a_schema_is_checked() {
    let error = |text: &str| xsd::read("em/test.xsd", text).unwrap_err().to_string();
    assert!(error("<a></b>").starts_with("schemas/em/test.xsd#1:4: not XML: "), "{}", error("<a></b>"));
    assert_eq!(error("<schema/>"), "schemas/em/test.xsd#1:1: the root is `xs:schema`");
    assert_eq!(
        error(&schema("").replace("targetNamespace='http://www.veeam.com/ent/v1.0'", "targetNamespace='urn:x'")),
        "schemas/em/test.xsd#1:1: the target namespace is http://www.veeam.com/ent/v1.0"
    );
    let without = schema("<xs:complexType name='A'/>").replace("<b:family name='core'/>", "");
    assert_eq!(error(&without), "schemas/em/test.xsd#2:1: a type belongs to a family: name it with `b:family` above");
}

/// The error of the checked-in query types after a change.
fn broken(from: &str, to: &str) -> String {
    assert!(QUERIES.contains(from), "{from} is not in queries.json");
    let text = QUERIES.replacen(from, to, 1);
    queries::read("em/queries.json", &text, &types()).expect_err("this is wrong").to_string()
}

#[test]
fn query_types_are_checked_against_the_entities() {
    let read = queries::read("em/queries.json", QUERIES, &types()).unwrap();
    let names: Vec<_> = read.types.iter().map(|query| query.name.as_str()).collect();
    assert_eq!(names, ["BackupServer", "CloudSubtenant", "CloudTenant", "Repository"]);
    for (error, expected) in [
        (
            broken("\"RepositoryQuota.QuotaMb\"", "\"RepositoryQuota.Quota\""),
            "schemas/em/queries.json#/types/1/params/6/source/field: `RepositoryQuota.Quota`: there is no single field `Quota`",
        ),
        (
            broken("{\"not\": \"Enabled\"}", "{\"not\": \"Name\"}"),
            "/types/1/params/4/source/not: `Disabled` is Boolean",
        ),
        (
            broken("{\"attribute\": \"Id\"}", "{\"attribute\": \"Uid\"}"),
            "/types/1/params/0/source/attribute: the entity has no attribute",
        ),
        (
            broken("{\"attribute\": \"UID\"}", "{\"field\": \"UID\"}"),
            "/types/0/params/0/source/field: `UID` is an attribute",
        ),
        (
            broken("{\"linkId\": \"CloudTenant\"}", "{\"linkId\": \"CloudTenantReference\"}"),
            "/types/1/params/2/source/linkId: ",
        ),
        (
            broken("{\"linkId\": \"CloudTenant\"}", "{\"linkUid\": \"CloudTenant\"}"),
            "/types/1/params/2/source: unknown variant `linkUid`",
        ),
        (broken("\"kind\": \"Int64\"", "\"kind\": \"Int65\""), "/types/0/params/4/kind: unknown variant `Int65`"),
        (
            broken("\"bucket\": \"Entities\"", "\"bucket\": \"PagingInfos\""),
            "/types/0/bucket: `QueryResult` has no struct",
        ),
        (broken("\"list\": \"BackupServers\"", "\"list\": \"CloudTenants\""), "/types/0/list: `Entities` has no list"),
        (broken("\"entity\": \"BackupServer\"", "\"entity\": \"Backups3\""), "/types/0/entity: no struct `Backups3`"),
        (
            broken("\"type\": \"CloudTenant\"", "\"type\": \"Cloudsubtenant\""),
            "/types/2/type: the query type `Cloudsubtenant` stands twice",
        ),
        (
            broken("\"name\": \"Description\"", "\"name\": \"uid\""),
            "/types/0/params/2/name: the filter field `uid` stands twice",
        ),
        (broken("\"kind\": \"Boolean\"", "\"kind\": \"Enum\""), "/types/1/params/4/values: an enum lists its values"),
        (
            broken("\"description\": \"The build", "\"note\": \"The build"),
            "/types/0/params/5/note: unknown field `note`",
        ),
    ] {
        assert!(error.contains(expected), "{error}\nlacks\n{expected}");
    }
}

#[test]
fn emission_is_rust_and_the_same_every_time() {
    let once = || {
        let types = types();
        let queries = queries::read("em/queries.json", QUERIES, &types).unwrap();
        let mut out: Vec<String> = emit::filter_fields(&queries, &types).into_values().collect();
        out.push(emit::em_queries(&queries));
        let (api, closure, requests) = ("Em", Default::default(), Default::default());
        let types = &types;
        let system = emit::System {
            holds: emit::Holds::All,
            api,
            replies: false,
            types,
            operations: &[],
            requests: &requests,
            closure: &closure,
        };
        out.extend(system.files(std::path::Path::new("")).into_values());
        out
    };
    let (first, second) = (once(), once());
    assert_eq!(first, second);
    for line in [
        "pub const DISABLED: Field<Self, kind::Bool> = Field::new(\"Disabled\");",
        "pub const BACKUP_SERVER_UID: Field<Self, kind::Uid> = Field::new(\"BackupServerUId\");",
        "source: Source::Not(\"Enabled\"),",
        "values: &[\"vCD\", \"Standalone\", \"ActiveDirectory\"],",
    ] {
        assert!(first.iter().any(|code| code.contains(line)), "{line} is nowhere");
    }
    for line in [
        "impl EmQuery for filter::CloudSubtenant {",
        "const BUCKET: &'static str = \"Resources\";",
        "Some(bucket) => std::mem::take(&mut bucket.cloud_subtenants),",
    ] {
        assert!(first.iter().any(|code| code.contains(line)), "{line} is nowhere");
    }
}
