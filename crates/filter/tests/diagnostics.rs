//! How errors and findings look to a reader.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use backhaul_filter::{
    Expr, FieldDef, Filter, Kind, Op, ParseOptions, QueryType, Schema, Severity, Source, Value, check, parse,
};
use common::{BackupJobSession, CloudSubtenant, name};

#[test]
fn texts_that_are_no_filters() {
    let deep = format!("{}a==1{}", "(".repeat(65), ")".repeat(65));
    let long = format!("{}Name=oops;{}", "Name==aaaaaaaa;".repeat(20), "Name==bbbbbbbb;".repeat(20));
    let sources = [
        "",
        "Name",
        "Name=Backup",
        "Name = Backup",
        "Name==",
        "Name==;Type==Full",
        "Name:Backup",
        "Size=>5",
        "Size=gt=5",
        "Size≥5",
        "Name==“Fileserver Backup”",
        "Name==””Backup””",
        "Name=='Backup 1'",
        "Name==\"\"Backup\"\"",
        "Name==\"Backup",
        "Name==say\"hello\"",
        "Name==Backup 1",
        "Name==a and Type==b",
        "Name==a || Type==b",
        "Name==a ",
        " Name==a",
        "Platform==vCloud&JobType==Backup",
        "a==1;",
        "a==1;;b==2",
        "a==1)",
        "(a==1;b==2",
        "(a==1 ;b==2)",
        "()",
        "a==(1,2)",
        "a==1(b==2)",
        "!a==1",
        "not(a==1)",
        "\"Name\"==x",
        "zone.==x",
        "Name%3D%3Dx",
        "日本==\"x\"",
        "Name==\"日本\"x",
        "Name==a\u{1b}[31m b",
        "Name==\"two\nlines\";x",
        "JobName==Sites, Drives, and Teams",
        "JobName==Sites;Drives",
        "JobName==\"Sites\",Drives",
        &deep,
        &long,
    ];
    let mut shown = String::new();
    for source in sources {
        shown += &format!("{}\n\n", parse(source).unwrap_err().render(source));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn several_errors_are_found_in_one_pass() {
    let sources = [
        "Name = 'Backup 1' and Type==Full or Size=>5",
        "a==;b=1;(c==2;d<;e!x",
        "a==(1,2);b==\"x\"y;c=5",
        "!a==1,not(b==2),c 3",
        "(a==1;;b==2;),(c==3",
        "a==1))b==2;c=",
        "a> =5;c=gt==5;d= =x;b==x\"y",
        "Name==Daily (weekly);x=\"never closed",
    ];
    let mut shown = String::new();
    for source in sources {
        shown += &format!("{}\n\n", parse(source).unwrap_err().render(source));
    }
    assert_eq!(
        parse(sources[0]).unwrap_err().to_string(),
        format!("{} (and 4 more)", parse(sources[0]).unwrap_err()[0])
    );
    // Sixteen without a fix end it; those that have one never do.
    let (fixable, not) = ("a=1;".repeat(40), "a==;".repeat(40));
    let errors = parse(&fixable).unwrap_err();
    assert_eq!(errors.len(), 41);
    assert!(errors.render(&fixable).contains("\nand 25 more\nas it may be meant: a==1;a==1;"));
    assert_eq!(parse(&not).unwrap_err().len(), 16);
    assert!(!parse(&not).unwrap_err().render(&not).contains("more"));
    let lenient = ParseOptions::new().lenient(true).parse(&fixable).unwrap();
    assert_eq!((lenient.repairs().len(), lenient.expr().terms().len()), (41, 40));
    // Long texts take no longer for it.
    for piece in [";", "a==1;;", " ", "'", "a==' ", "a==1 and ", "(", ")", "a==\"\"x", "a=“", "a b", "and "] {
        let long = piece.repeat(60_000 / piece.len());
        assert!(parse(&long).is_err_and(|errors| !errors.render(&long).is_empty()), "{piece}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_a_lenient_parse_repairs() {
    let lenient = ParseOptions::new().lenient(true);
    let mut shown = String::new();
    for source in [
        "Name = “Backup 1” and Type=='Full'",
        "( Name==Backup Job 1 ; Size => 5 ) or Size<>7 ",
        "Platform==vCloud&JobType==Backup",
        "Name==Backup and Restore && Owner=R&D",
        "Name==””Backup””,Name==\"\"Backup\"\"",
        "a==1;;b≥2;",
        "Name:\u{1b}[31m x",
    ] {
        let parsed = lenient.parse(source).unwrap();
        shown += &format!("{}\n", parsed.expr());
        for repair in parsed.repairs() {
            shown += &format!("{}\n", repair.repaired(source).render(source));
        }
        shown += "\n";
    }
    for source in ["Name = x;;y", "a==1 b==\"2\"", "Name=“x", "a==1 and", " "] {
        shown += &format!("{}\n\n", lenient.parse(source).unwrap_err().render(source));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn filters_that_make_no_sense() {
    let mut shown = String::new();
    for source in [
        "nmae==x",
        "Colour==red",
        "zone.name==x",
        "name==x;DISABLED==true;quota>=1024",
        "Disabled==maybe",
        "Quota>abc",
        "Quota>1.5",
        "Quota>99999999999999999999",
        "Quota==\"\"",
        "Name>x;Disabled<true;CloudTenantUid>=7445e6ce-86f5-4171-b909-dac209c66563",
        "CloudTenantUid==acme",
        "Name===x",
        "Quota<>5",
        "Name==a==b",
        "Name==\"a==b\"",
        "(Nome==\"日本\";x==1),Quotta<2",
    ] {
        shown += &format!("{source}\n");
        for finding in check(&parse(source).unwrap(), CloudSubtenant::DEF) {
            shown += &format!("{}\n", finding.render(source));
        }
        shown += "\n";
    }
    for source in [
        "Result==failed",
        "Result==None",
        "Result>=Faild",
        "CreationTime>=yesterday",
        "CreationTime>=\"2025-02-30\"",
        "CreationTime>=\"2025-02-28T10:00:00.1234567+01:00\"",
        "Progress>abc;Progress>NaN;Progress>\"99.5\"",
    ] {
        shown += &format!("{source}\n");
        for finding in check(&parse(source).unwrap(), BackupJobSession::DEF) {
            shown += &format!("{}\n", finding.render(source));
        }
        shown += "\n";
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_holds_for_no_record_or_for_every_one() {
    let mut shown = String::new();
    for source in [
        // never
        "JobName==a;JobName==b",
        "Progress>5;Result==Failed;Progress<3",
        "Progress>5;(Progress<3,Progress==4)",
        "Result<Success",
        "RESULT==None;Result>=Success",
        "CreationTime>2025-08-15;CreationTime<\"2025-08-15T00:00:00Z\"",
        "Finished==true;Finished==false",
        "(JobName==a;JobName!=A),Result==Failed",
        // always
        "JobName!=a,JobName!=b",
        "Size==1,(Size!=1;Size!=2),Size==2",
        "Result>=Success",
        "Result<Failed,result==failed",
        "Finished==true,Finished==false",
        // neither
        "Size>5,Size<=5",
        "Size>5;Size<6",
        "JobName>=a,JobName<a",
        "JobName==a;JobName==A",
        "JobName>=\"\"",
        "Result!=Failed;Result!=None",
        "Size==x;Size==y",
        "JobUid==7445e6ce-86f5-4171-b909-dac209c66563;JobUid==\"urn:veeam:Job:7445e6ce-86f5-4171-b909-dac209c66563\"",
    ] {
        shown += &format!("{source}\n");
        for finding in check(&parse(source).unwrap(), BackupJobSession::DEF) {
            shown += &format!("{}\n", finding.render(source));
        }
        shown += "\n";
    }
    insta::assert_snapshot!(shown);
    // What is said of one condition is not said of its group again.
    assert_eq!(check(&parse("Result>=Success,Size>5").unwrap(), BackupJobSession::DEF).len(), 1);
    // Where no list is known, any word is as good as another.
    let open = FieldDef { name: "Kind", kind: Kind::Enum, values: &[], source: Source::Field("Kind") };
    let schema = Schema { name: "Thing", fields: &[open] };
    assert_eq!(check(&parse("Kind==odd,Kind==other").unwrap(), &schema), []);
    // A list of many values is not looked into.
    let many = (0..100).map(|at| format!("Size!={at}")).collect::<Vec<_>>().join(",");
    assert_eq!(check(&parse(&many).unwrap(), BackupJobSession::DEF), []);
    let few = (0..60).map(|at| format!("Size!={at}")).collect::<Vec<_>>().join(",");
    assert_eq!(check(&parse(&few).unwrap(), BackupJobSession::DEF).len(), 1);
}

#[test]
fn findings_without_a_text_have_no_place() {
    let expr = Expr::In { field: name("Quota"), values: vec![Value::from(5), "x".into()], negated: false }
        .and(Expr::Null { field: name("Nothing"), negated: true })
        .and(Expr::compare(name("Name"), Op::Eq, "x"));
    let findings = check(&expr, CloudSubtenant::DEF);
    assert_eq!(findings.iter().map(|finding| finding.span).collect::<Vec<_>>(), [None, None]);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Error));
    assert_eq!(findings[0].render("anything").lines().count(), 2);

    let error = Filter::<CloudSubtenant>::try_from_expr(expr).unwrap_err();
    assert_eq!(error.to_string(), "`Quota` is a whole number, and `x` is not one (and 1 more)");
    assert_eq!(error.diagnostics(), findings);
}
