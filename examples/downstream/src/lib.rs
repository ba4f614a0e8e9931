//! What a report asks of Veeam Backup for Microsoft 365: repositories, and the accounts behind them. No I/O: requests
//! leave as parts, and answers come as bytes.

use backhaul_models::request::{Format, Parts, RequestError};
use backhaul_models::vb365::operations::{AccountGetAccounts, AccountGetAccountsV7, BackupRepositoryGetRepositories};
use backhaul_models::vb365::{BackupRepository, Page};
use backhaul_models::wire::{ApiVersion, DecodeError, json};

/// The requests of a report, in a version of the API.
pub fn requests(version: ApiVersion) -> Result<Vec<Parts>, RequestError> {
    let mut repositories = BackupRepositoryGetRepositories::new();
    // A parameter that only newer versions have is an error on the others, and never dropped in silence.
    repositories.limit = (version.get() >= 8).then_some(100);
    let of = |parts| vec![Parts::of(&repositories, Some(version), Format::Json), parts];
    // v8 answers with another type: each form has a call of its own, so that the compiler shows every place.
    let all = if version.get() >= 8 {
        of(Parts::of(&AccountGetAccounts::new(), Some(version), Format::Json))
    } else {
        of(Parts::of(&AccountGetAccountsV7::new(), Some(version), Format::Json))
    };
    all.into_iter().collect()
}

/// A line of the report.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub free_percent: Option<i64>,
}

/// The lines of an answer, whether it is a page or, from an older server, a bare array.
pub fn lines(body: &[u8]) -> Result<Vec<Line>, DecodeError> {
    let page: Page<BackupRepository> = json::decode(body)?;
    let line = |repository: &BackupRepository| Line {
        name: repository.name.clone().unwrap_or_default(),
        free_percent: percent(repository.free_space_bytes, repository.capacity_bytes),
    };
    Ok(page.results.iter().map(line).collect())
}

fn percent(part: Option<i64>, whole: Option<i64>) -> Option<i64> {
    let whole = whole.filter(|whole| *whole > 0)?;
    part?.checked_mul(100).map(|part| part / whole)
}
