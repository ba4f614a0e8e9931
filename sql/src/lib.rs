//! SQL over a fleet of backup servers and over what they used.
//!
//! Every listing of the three systems is a table: `em.cloud_subtenant`, `vb365.job_session`, `zstack.vm_instance`;
//! `usage` is who uses how much of which repository now, and `history` what the runs of `usage --save` kept.
//! [DataFusion](datafusion) plans and evaluates; what a server can evaluate is left to it.
//!
//! ```no_run
//! # async fn example(servers: Vec<backhaul_fleet::Server>) -> Result<(), Box<dyn std::error::Error>> {
//! use backhaul_sql::{Fleet, Sql};
//!
//! let sql = Sql::new(Fleet::new(servers));
//! let rows = sql.query("SELECT server, name FROM em.repository WHERE free_space < 1e12").await?.collect().await?;
//! # let _ = rows;
//! # Ok(())
//! # }
//! ```
//!
//! | module | one idea |
//! | --- | --- |
//! | `listing` | which listings there are, and how they are named |
//! | `columns` | a type as Arrow's columns, and its values as Arrow's arrays |
//! | `condition` | a condition of SQL as a condition of the filter language |
//! | `request` | what a server is asked |
//! | `table`, `scan` | a listing as a table: what is left to the servers, and the rows as they come |
//! | `usage`, `history` | the two tables that are no listings |
//! | [`session`] | all of them as a database that is only read |
//! | [`problem`] | what is wrong with a statement, where, and what was meant |
//! | [`output`] | rows as a table, CSV, JSON or Parquet |
//! | [`command`] | the command `backhaul-sql` |

mod columns;
pub mod command;
mod condition;
mod fleet;
mod history;
mod listing;
pub mod output;
pub mod problem;
mod request;
mod scan;
pub mod session;
mod table;
mod usage;

pub use fleet::{Failed, Fleet, Heard};
pub use session::Sql;
