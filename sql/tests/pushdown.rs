//! Whatever is left to a server, the answer is that of SQL alone: over random conditions, nulls and three-valued logic
//! included.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::LazyLock;

use backhaul_models::em::{BackupJobSession, CloudSubtenant, Repository};
use backhaul_models::zstack::Zone;
use backhaul_sim::{EmRecord, Estate, Owned, Sim, Vb365Record};
use backhaul_sql::Sql;
use common::fleet;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use tokio::runtime::Runtime;

/// The tables, and a column that tells their rows apart.
const TABLES: [(&str, &str); 9] = [
    ("em.repository", "uid"),
    ("em.cloud_subtenant", "id"),
    ("em.cloud_tenant", "uid"),
    ("em.backup_job_session", "uid"),
    ("vb365.job_session", "id"),
    ("vb365.job", "id"),
    ("zstack.backup_storage", "uuid"),
    ("zstack.vm_instance", "uuid"),
    ("zstack.zone", "uuid"),
];

/// A column that conditions can be about, and the values that it has.
struct Column {
    name: String,
    kind: DataType,
    values: Vec<String>,
}

struct World {
    runtime: Runtime,
    with: Sql,
    without: Sql,
    tables: Vec<Vec<Column>>,
    _sim: Sim,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (sim, with, without, tables) = runtime.block_on(async {
        let sim = common::sim(estate()).await;
        let (with, without) = (Sql::new(fleet(&sim)), Sql::new(fleet(&sim).without_pushdown()));
        let mut tables = Vec::new();
        for (table, _) in TABLES {
            tables.push(columns(&without, table).await);
        }
        (sim, with, without, tables)
    });
    World { runtime, with, without, tables, _sim: sim }
});

/// Servers with what is hard to compare: no value, the empty text, words in another case, fractions of a second.
fn estate() -> Estate {
    let mut estate = Estate::demo();
    let server = estate.em.servers[0].uid.clone().unwrap();
    let tenant = estate.em.tenants[0].entity.uid.clone().unwrap();
    for (number, name) in
        [None, Some(""), Some("DEFAULT backup REPOSITORY"), Some("a;b,(c)\"d"), Some("x%y_z")].into_iter().enumerate()
    {
        let mut it = Repository::default();
        it.uid = Some(format!("urn:veeam:Repository:00000000-0000-4000-8000-00000000000{number}").into());
        it.name = name.map(str::to_owned);
        it.capacity = (number != 1).then_some(1000 * i64::try_from(number).unwrap());
        it.free_space = (number != 2).then_some(-1);
        estate.em.repositories.push(Owned::new(server.clone(), it));
        let mut it = CloudSubtenant::default();
        it.id = Some(format!("00000000-0000-4000-8000-00000000001{number}").into());
        it.name = name.map(str::to_owned);
        it.enabled = [None, Some(true), Some(false)][number % 3];
        estate.em.subtenants.push(Owned::new(tenant.clone(), it));
        let mut it = BackupJobSession::default();
        it.uid = Some(format!("urn:veeam:BackupJobSession:00000000-0000-4000-8000-00000000002{number}").into());
        it.name = name.map(str::to_owned);
        it.creation_time_utc = [
            "2026-11-20T06:00:00.1234567Z",
            "2026-11-20T06:00:00.123456Z",
            "2026-11-20T08:00:00+02:00",
            "0001-01-01T00:00:00",
            "",
        ]
        .get(number)
        .filter(|text| !text.is_empty())
        .map(|text| (*text).into());
        it.result = [None, Some("Success"), Some("FAILED"), Some("Strange"), Some("Warning")][number].map(Into::into);
        estate.em.records.push(EmRecord::new(it).belongs_to(server.clone()));
        let mut it = Zone::default();
        it.uuid = Some(format!("0000000000004000800000000000003{number}").into());
        it.name = name.map(str::to_owned);
        it.is_default = [None, Some(true), Some(false)][number % 3];
        it.create_date = (number != 4).then(|| format!("Nov 20, 2026 6:00:0{number} AM").into());
        estate.zstack.zones.push(it);
    }
    for (number, status) in ["Success", "Warning", "Failed", "Running"].into_iter().enumerate() {
        let mut body = serde_json::json!({
            "id": format!("00000000-0000-4000-8000-00000000004{number}"),
            "jobId": format!("00000000-0000-4000-8000-00000000005{}", number % 2),
            "status": status,
            "creationTime": format!("2026-11-20T06:00:00.{number}Z"),
            "details": if number == 0 { "" } else { "Job session: X" },
        });
        if number != 3 {
            body["endTime"] = format!("2026-11-20T06:10:0{number}.5413083Z").into();
        }
        estate.vb365.records.push(Vb365Record::new("jobsessions", body));
    }
    estate
}

async fn columns(sql: &Sql, table: &str) -> Vec<Column> {
    let frame = sql.query(&format!("SELECT * FROM {table}")).await.unwrap();
    let batches = frame.collect().await.unwrap();
    let schema = batches[0].schema();
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| !field.data_type().is_nested());
    let options = FormatOptions::default().with_null("");
    let column = |(place, field): (usize, &std::sync::Arc<datafusion::arrow::datatypes::Field>)| {
        let mut values: Vec<String> = Vec::new();
        for batch in &batches {
            let shown = ArrayFormatter::try_new(batch.column(place), &options).unwrap();
            values.extend((0..batch.num_rows()).map(|row| shown.value(row).to_string()));
        }
        values.sort();
        values.dedup();
        Column { name: field.name().clone(), kind: field.data_type().clone(), values }
    };
    fields.map(column).collect()
}

/// Numbers that choose a condition.
type Choice = (usize, usize, usize, usize);

#[derive(Debug, Clone)]
enum Condition {
    One(Choice),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// The same numbers for the same seed (xorshift64). proptest would bring features into DataFusion's dependencies, so
/// that `cargo build` and `cargo test` would each build all of it.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn condition(&mut self, depth: usize) -> Condition {
        match if depth == 0 { 0 } else { self.below(7) } {
            0..=3 => Condition::One((self.below(10_000), self.below(10_000), self.below(10_000), self.below(10_000))),
            4 => Condition::Not(Box::new(self.condition(depth - 1))),
            5 => Condition::All(self.conditions(depth)),
            _ => Condition::Any(self.conditions(depth)),
        }
    }

    fn conditions(&mut self, depth: usize) -> Vec<Condition> {
        (0..2 + self.below(2)).map(|_| self.condition(depth - 1)).collect()
    }
}

impl Condition {
    fn sql(&self, columns: &[Column]) -> String {
        let joined = |all: &[Self], word: &str| {
            format!("({})", all.iter().map(|it| it.sql(columns)).collect::<Vec<_>>().join(word))
        };
        match self {
            Self::One(choice) => columns[choice.0 % columns.len()].condition(*choice),
            Self::Not(inner) => format!("NOT {}", inner.sql(columns)),
            Self::All(all) => joined(all, " AND "),
            Self::Any(any) => joined(any, " OR "),
        }
    }
}

impl Column {
    fn value(&self, choice: usize) -> String {
        let value = &self.values[choice % self.values.len()];
        match &self.kind {
            DataType::Boolean | DataType::Int64 | DataType::Float64 if value.is_empty() => "NULL".to_owned(),
            DataType::Boolean | DataType::Float64 => value.clone(),
            DataType::Int64 => {
                let nearby = i64::try_from(choice / 7 % 3).unwrap() - 1;
                value.parse::<i64>().unwrap().saturating_add(nearby).to_string()
            }
            DataType::Timestamp(..) if value.is_empty() => "NULL".to_owned(),
            DataType::Timestamp(..) => format!("'{value}'"),
            _ => {
                let cased = match choice / 7 % 4 {
                    0 => value.to_uppercase(),
                    1 => value.to_lowercase(),
                    _ => value.clone(),
                };
                format!("'{}'", cased.replace('\'', "''"))
            }
        }
    }

    fn condition(&self, (_, what, one, other): Choice) -> String {
        let name = &self.name;
        let (one, other) = (self.value(one), self.value(other));
        let is_text = self.kind == DataType::Utf8;
        match what % 16 {
            0 | 1 => format!("{name} = {one}"),
            2 => format!("{name} <> {one}"),
            3 => format!("{name} < {one}"),
            4 => format!("{name} <= {one}"),
            5 => format!("{name} > {one}"),
            6 => format!("{one} <= {name}"),
            7 => format!("{name} IS NULL"),
            8 => format!("{name} IS NOT NULL"),
            9 => format!("{name} IN ({one}, {other})"),
            10 => format!("{name} NOT IN ({one}, {other})"),
            11 => format!("{name} BETWEEN {one} AND {other}"),
            12 => format!("{name} IS DISTINCT FROM {one}"),
            13 if is_text => format!("{name} LIKE {}", one.replace(' ', "%")),
            14 if is_text => format!("{name} NOT ILIKE {}", one.replace(' ', "_")),
            15 if self.kind == DataType::Boolean => format!("{name} IS NOT TRUE"),
            _ => format!("{name} >= {one}"),
        }
    }
}

async fn ids(sql: &Sql, text: &str) -> Result<Vec<String>, String> {
    let frame = sql.query(text).await.map_err(|problem| problem.to_string())?;
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for batch in &batches {
        let shown = ArrayFormatter::try_new(batch.column(0), &FormatOptions::default()).map_err(|it| it.to_string())?;
        found.extend((0..batch.num_rows()).map(|row| shown.value(row).to_string()));
    }
    found.sort();
    Ok(found)
}

/// How many conditions are tried; `BACKHAUL_SQL_CASES` tries more.
const CASES: u64 = 400;

#[test]
fn what_is_left_to_servers_changes_no_answer() {
    let world = &*WORLD;
    let cases = std::env::var("BACKHAUL_SQL_CASES").ok().map_or(CASES, |cases| cases.parse().unwrap());
    let (mut answered, mut found) = (0, 0);
    for case in 1..=cases {
        let mut random = Random(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.below(1);
        let table = random.below(TABLES.len());
        let (name, id) = TABLES[table];
        let condition = random.condition(3).sql(&world.tables[table]);
        let text = format!("SELECT {id} FROM {name} WHERE {condition}");
        let (with, without) =
            world.runtime.block_on(async { (ids(&world.with, &text).await, ids(&world.without, &text).await) });
        // Both refuse the same.
        if let Err(error) = &with {
            // Kinds do not fit; a server never refuses what it is asked.
            assert!(!error.contains("answered with an error"), "{text}: {error}");
        }
        assert_eq!(with.is_ok(), without.is_ok(), "{text}: {with:?} {without:?}");
        if let (Ok(with), Ok(without)) = (with, without) {
            assert_eq!(with, without, "{text}");
            answered += 1;
            found += u64::from(!with.is_empty());
        }
    }
    assert!(
        answered * 10 > cases * 8 && found * 4 > cases,
        "of {cases}, {answered} were answered and {found} found something"
    );
}
