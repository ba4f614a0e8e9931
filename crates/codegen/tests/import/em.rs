//! Enterprise Manager's XSD: a made-up document of the vendor's next version, merged into a copy of the schemas.

use std::fs;
use std::path::{Path, PathBuf};

use backhaul_codegen::import::{self, ImportError, Outcome};
use backhaul_codegen::{diff::Diff, project};

const SCHEMA: &str = "schemas/em/em.xsd";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/em/RestAPI.xsd");
    (path.display().to_string(), fs::read_to_string(&path).unwrap())
}

/// A copy of the schemas.
fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("schemas/em")).unwrap();
    for file in ["em.xsd", "operations.json", "queries.json"] {
        fs::copy(workspace().join("schemas/em").join(file), root.path().join("schemas/em").join(file)).unwrap();
    }
    root
}

fn import(root: &Path, version: u8) -> Outcome {
    let (path, text) = document();
    let outcome = import::import(root, "em", version, &path, &text).unwrap();
    import::write(root, &outcome).unwrap();
    outcome
}

#[test]
fn a_document_adds_what_the_schema_lacks() {
    let root = tree();
    let outcome = import(root.path(), 8);
    let told = [outcome.changes, outcome.notes].concat().join("\n");
    insta::assert_snapshot!(told);
}

/// What a person wrote stays, line by line; of the vendor's only names, types and bounds come in.
#[test]
fn what_stands_in_the_schema_stays() {
    let root = tree();
    let before = fs::read_to_string(root.path().join(SCHEMA)).unwrap();
    import(root.path(), 8);
    let after = fs::read_to_string(root.path().join(SCHEMA)).unwrap();
    let mut lines = after.lines();
    for line in before.lines() {
        assert!(lines.any(|other| other == line), "lost or moved: {line}");
    }
    assert!(!after.contains("vendor that must not") && !after.contains("More words of a vendor"));
}

#[test]
fn the_same_document_again_changes_nothing() {
    let root = tree();
    import(root.path(), 8);
    let again = import(root.path(), 8);
    assert_eq!(again.changes, Vec::<String>::new());
    assert_eq!(again.files.len(), 0);
}

/// Our own schema has all that it has.
#[test]
fn our_own_schema_adds_nothing_to_itself() {
    let text = fs::read_to_string(workspace().join(SCHEMA)).unwrap();
    let (outcome, only_here) = import::compare(&workspace(), "em", SCHEMA, &text).unwrap();
    assert_eq!((outcome.changes, outcome.notes), (Vec::new(), Vec::new()));
    assert_eq!(only_here, import::em::OnlyHere::default());
}

#[test]
fn what_comes_of_it_is_generated_and_told_by_version() {
    let root = tree();
    import(root.path(), 8);
    let files = project::of_system(root.path(), "em").unwrap();
    let code: String = files.values().cloned().collect();
    assert!(
        code.contains(
            "/// Version 1.8 and later.\n    8 immutable: Option<bool> = Bool, new(\"Immutable\", Kind::Bool);"
        )
    );
    assert!(code.contains("access_password: Option<Secret>"), "a text of that name is a secret");
    assert!(code.contains("Has at least 0, at most 100. (version 1.8 and later)"), "bounds are told");
    let diff = Diff::read(root.path(), "em", 7, 8).unwrap().markdown();
    assert!(diff.starts_with("# em: 1.7 to 1.8\n"), "{diff}");
    assert!(diff.contains("- `CloudTenant.Region` added (additive)"), "{diff}");
    let unknown = Diff::read(root.path(), "em", 7, 9).unwrap_err().to_string();
    assert!(unknown.contains("1.9 was never imported: there are 1.5, 1.6, 1.7, 1.8"), "{unknown}");
}

/// The document of an older version that has something, too, takes the mark back.
#[test]
fn a_mark_goes_back_to_the_first_version() {
    let root = tree();
    import(root.path(), 9);
    assert!(fs::read_to_string(root.path().join(SCHEMA)).unwrap().contains("<b:api since=\"1.9\"/>"));
    import(root.path(), 8);
    let text = fs::read_to_string(root.path().join(SCHEMA)).unwrap();
    assert!(!text.contains("since=\"1.9\"") && text.contains("<b:api since=\"1.8\"/>"));
    import(root.path(), 9);
    assert_eq!(fs::read_to_string(root.path().join(SCHEMA)).unwrap(), text);
}

#[test]
fn what_the_document_lacks_is_named() {
    let (path, text) = document();
    let (_, only_here) = import::compare(&workspace(), "em", &path, &text).unwrap();
    assert!(only_here.members.contains(&"CloudTenantEntityType.LeaseOptions".to_owned()), "{only_here:?}");
    assert!(only_here.members.contains(&"RepositoryKind: Cloud".to_owned()), "{only_here:?}");
    assert!(only_here.types.contains(&"JobEntityType".to_owned()), "{only_here:?}");
}

fn schema(inside: &str) -> String {
    format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='http://www.veeam.com/ent/v1.0' \
         xmlns:o='urn:other' targetNamespace='http://www.veeam.com/ent/v1.0' elementFormDefault='qualified'>\n\
         <xs:element name='R' type='T'/>\n{inside}\n</xs:schema>"
    )
}

fn refused(inside: &str) -> ImportError {
    import::compare(&workspace(), "em", "their.xsd", &schema(inside)).expect_err(inside)
}

#[test]
fn the_empty_text_is_a_value() {
    let values = ["", "x"].map(|value| format!("<xs:enumeration value='{value}'/>")).concat();
    let ty = format!("<xs:simpleType><xs:restriction base='xs:string'>{values}</xs:restriction></xs:simpleType>");
    let text = schema(&format!(
        "<xs:complexType name='T'><xs:sequence><xs:element name='Mood'>{ty}</xs:element></xs:sequence></xs:complexType>"
    ));
    let (outcome, _) = import::compare(&workspace(), "em", "their.xsd", &text).unwrap();
    assert!(outcome.changes.contains(&"+ type TMood".to_owned()), "{:?}", outcome.changes);
}

/// One such difference is no reason to refuse the rest of the document.
#[test]
fn an_attribute_that_is_an_element_elsewhere_stays_and_is_told() {
    let ty = |inside: &str| format!("<xs:complexType name='CloudTenantEntityType'>{inside}</xs:complexType>");
    let plain = |name: &str| format!("<xs:element name='{name}' type='xs:string'/>");
    let inside = format!("<xs:sequence>{}{}</xs:sequence>", plain("Name"), plain("Mood"));
    let inside =
        inside + "<xs:attribute name='Enabled' type='xs:boolean'/><xs:attribute name='Mood' type='xs:string'/>";
    let text = schema(&ty(&inside)).replace("name='R' type='T'", "name='CloudTenant' type='CloudTenantEntityType'");
    let (outcome, _) = import::compare(&workspace(), "em", "their.xsd", &text).unwrap();
    assert_eq!(outcome.changes, ["+ CloudTenantEntityType.Mood"]);
    for wanted in [
        "`CloudTenantEntityType.Name` is an attribute here and an element in the document (line 3): it stays",
        "`CloudTenantEntityType.Mood` is an attribute and an element in the document (line 3): one of them is taken",
        "`CloudTenantEntityType.Enabled` is an element here and an attribute in the document (line 3): it stays",
    ] {
        assert!(outcome.notes.iter().any(|note| note.starts_with(wanted)), "{:#?}", outcome.notes);
    }
}

/// `xml:` needs no declaration, and two names of one file are one include.
#[test]
fn what_xml_has_by_itself_and_a_file_that_is_included_twice_are_no_faults() {
    let root = tempfile::tempdir().unwrap();
    let included = schema("<xs:complexType name='U'><xs:attribute name='a' type='xs:int'/></xs:complexType>");
    fs::write(root.path().join("u.xsd"), included.replace("<xs:element name='R' type='T'/>", "")).unwrap();
    let path = root.path().join("their.xsd").display().to_string();
    let includes =
        ["./u.xsd", "u.xsd", "x/../u.xsd"].map(|name| format!("<xs:include schemaLocation='{name}'/>")).concat();
    let ty = "<xs:complexType name='T'><xs:sequence><xs:element name='U' type='U'/></xs:sequence><xs:attribute ref='xml:lang'/>\
              </xs:complexType>";
    let (outcome, _) = import::compare(&workspace(), "em", &path, &schema(&format!("{includes}{ty}"))).unwrap();
    assert!(outcome.changes.contains(&"+ type U".to_owned()), "{:?}", outcome.changes);
    assert!(outcome.notes.iter().any(|note| note.contains("an attribute of XML's own is passed over")));
}

/// Either may come: the type has what both have.
#[test]
fn two_types_inside_elements_of_one_name_are_united() {
    let element = |inside: &str| format!("<xs:element name='Shelf'>{inside}</xs:element>\n");
    let of = |members: &str| format!("<xs:complexType><xs:sequence>{members}</xs:sequence></xs:complexType>");
    let one = |name: &str, ty: &str| format!("<xs:element name='{name}' type='{ty}'/>");
    let listed = |values: &[&str]| {
        let values: String = values.iter().map(|value| format!("<xs:enumeration value='{value}'/>")).collect();
        format!("<xs:simpleType><xs:restriction base='xs:string'>{values}</xs:restriction></xs:simpleType>")
    };
    let choice = |first: &str, second: &str| {
        let both = element(first) + &element(second);
        schema(&format!("<xs:complexType name='T'><xs:choice>\n{both}</xs:choice></xs:complexType>"))
    };
    let written = |text: &str| {
        let (outcome, _) = import::compare(&workspace(), "em", "their.xsd", text).unwrap();
        outcome.files.values().cloned().collect::<String>()
    };
    let both = written(&choice(
        &of(&(one("Colour", "xs:string") + &one("Size", "xs:int"))),
        &of(&(one("Size", "xs:int") + &one("Depth", "xs:int"))),
    ));
    for name in ["Colour", "Size", "Depth"] {
        assert!(both.contains(&format!("name=\"{name}\" type")), "{name}");
    }
    let values = written(&choice(&listed(&["Oak", "Ash"]), &listed(&["Ash", "Elm"])));
    for value in ["Oak", "Ash", "Elm"] {
        assert_eq!(values.matches(&format!("<xs:enumeration value=\"{value}\"")).count(), 1, "{value}");
    }
    let text = choice(&of(&one("Size", "xs:int")), &listed(&["Oak"]));
    let error = import::compare(&workspace(), "em", "their.xsd", &text).unwrap_err();
    assert!(error.rule.contains("`T/Shelf` has another type inside on line 4"), "{error}");
}

/// The definitions begin on line 3.
#[test]
fn what_cannot_be_read_is_told_with_its_line_and_its_rule() {
    let ty =
        |inside: &str| format!("<xs:complexType name='T'><xs:sequence>\n{inside}\n</xs:sequence></xs:complexType>");
    let element = |rest: &str| ty(&format!("<xs:element name='a' {rest}/>"));
    let cases: &[(String, u32, &str)] = &[
        (element("type='Nothing'"), 4, "`Nothing` refers to nothing"),
        (element("type='xs:anyType'"), 4, "`xs:anyType` is not read"),
        (element("type='o:x'"), 4, "is of the namespace urn:other"),
        (element("type='p:x'"), 4, "nothing says what the prefix means"),
        (element(""), 4, "`a` has no type"),
        (element("type='xs:int' minOccurs='2'"), 4, "`maxOccurs` (1) lies below `minOccurs` (2)"),
        (element("type='xs:int' maxOccurs='many'"), 4, "`maxOccurs` is a number, not `many`"),
        (element("type='xs:int' size='3'"), 4, "the attribute `size` has no meaning"),
        (element("type='xs:int' substitutionGroup='R'"), 4, "stand for each other"),
        (element("type='xs:int' nillable='maybe'"), 4, "`nillable` is true or false"),
        (ty("<xs:group ref='G'/>"), 4, "no `xs:group` of this name"),
        (ty("<xs:element name='a' type='xs:int'/><xs:element name='a' type='xs:string'/>"), 4, "stands twice"),
        (ty("<xs:sorted/>"), 4, "`xs:sorted` is outside the part of XML Schema that is read"),
        (ty("<o:element/>"), 4, "`element` is no element of XML Schema"),
        (ty("text"), 3, "text has no meaning"),
        (ty("<xs:element name='is-outdated' type='xs:int'/>\n<xs:element name='isOutdated' type='xs:int'/>"), 3, "is_outdated"),
        ("<xs:complexType name='T' mixed='true'/>".into(), 3, "`mixed`"),
        ("<xs:complexType name='T'/>\n<xs:complexType name='T'/>".into(), 4, "`T` stands twice: it is also on line 3"),
        ("<xs:complexType/>".into(), 3, "`xs:complexType` needs `name`"),
        ("<xs:simpleType name='T'><xs:restriction base='T'/></xs:simpleType>".into(), 3, "in a circle"),
        (
            "<xs:simpleType name='T'><xs:restriction base='T'><xs:enumeration value='x'/></xs:restriction></xs:simpleType>"
                .into(),
            3,
            "in a circle",
        ),
        (
            "<xs:simpleType name='T'><xs:union memberTypes='U U'/></xs:simpleType>\n\
             <xs:simpleType name='U'><xs:union memberTypes='T T'/></xs:simpleType>"
                .into(),
            4,
            "in a circle",
        ),
        (
            "<xs:simpleType name='T'><xs:restriction base='xs:string'>\n<xs:enumeration value='x'/>\n<xs:enumeration \
             value='x'/></xs:restriction></xs:simpleType>"
                .into(),
            5,
            "the value `x` stands twice: it is also on line 4",
        ),
        (
            "<xs:simpleType name='T'>\n<xs:restriction base='xs:int'><xs:minInclusive value='9'/><xs:maxInclusive \
             value='1'/></xs:restriction></xs:simpleType>"
                .into(),
            4,
            "`maxInclusive` (1) lies below `minInclusive` (9)",
        ),
        (
            "<xs:complexType name='T'><xs:complexContent>\n<xs:extension base='T'/></xs:complexContent></xs:complexType>".into(),
            3,
            "`T` extends itself",
        ),
        (
            format!("<xs:group name='G'><xs:sequence>\n<xs:group ref='G'/></xs:sequence></xs:group>{}", ty("<xs:group ref='G'/>")),
            4,
            "the groups refer to each other in a circle",
        ),
        ("<xs:redefine schemaLocation='x.xsd'/>".into(), 3, "`xs:redefine` is not read"),
        ("<xs:include schemaLocation='nowhere.xsd'/>".into(), 3, "the included file nowhere.xsd"),
        ("<xs:include schemaLocation='http://example.com/x.xsd'/>".into(), 3, "is not fetched"),
    ];
    for (inside, line, rule) in cases {
        let error = refused(inside);
        assert!(error.rule.contains(rule), "{inside}\n{error}");
        assert!(error.pointer.starts_with(&format!("{line}:")), "{inside}\nline {line}: {error}");
        assert!(error.to_string().starts_with(&format!("their.xsd:{line}:")), "{error}");
    }
}

#[test]
fn what_is_no_schema_of_enterprise_manager_is_said_to_be_none() {
    for (text, rule) in [
        ("{}", "it is not XML"),
        ("<html/>", "its root is `html`"),
        ("<!DOCTYPE x><x/>", "a document type declaration"),
        (
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:x'/>",
            "it describes the namespace urn:x",
        ),
        ("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", "it describes no namespace"),
    ] {
        let error = import::compare(&workspace(), "em", "their.xsd", text).unwrap_err().to_string();
        assert!(error.starts_with("their.xsd:1:") && error.contains(rule), "{text}: {error}");
    }
}
