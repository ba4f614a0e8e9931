//! What an assistant may ask.

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::schemars::{self, JsonSchema};
use rmcp::serde::Deserialize;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde_json::Value;

use super::ask::{Asker, filter};

/// What the assistant is told of all tools.
const INSTRUCTIONS: &str = "\
Questions to Veeam Backup Enterprise Manager (em), Veeam Backup for Microsoft 365 (vb365) and ZStack (zstack) servers. All tools \
read, none changes anything. Filters compare fields with values: == != < <= > >=, joined by `;` (and) and `,` (or); text with \
spaces stands in double quotes, `*` is a wildcard outside of them, `null` is no value; dates may be yesterday or now-24h, sizes \
1.5TiB. Ask `types` for the fields of a type before a query. `complete` false means that rows are missing; `said` tells why.";

/// The tools.
#[derive(Debug, Clone)]
pub(super) struct Questions {
    asker: Asker,
    tool_router: ToolRouter<Self>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "rmcp::serde", deny_unknown_fields)]
struct UsageQuestion {
    /// Which rows: over the columns system, server, tenant, repository, used_bytes, quota_bytes, capacity_bytes,
    /// free_bytes, quota_percent, fill_percent, tenant_state and so on
    filter: Option<String>,
    /// Bring rows together by system, server, repository or tenant
    by: Option<String>,
    /// The most rows wanted, those with the largest use first
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "rmcp::serde", deny_unknown_fields)]
struct JobsQuestion {
    /// Only runs that failed
    #[serde(default)]
    failed: bool,
    /// Only what is running
    #[serde(default)]
    running: bool,
    /// Runs that began since: 24h, 7d, yesterday, a date. 24h when not given
    since: Option<String>,
    /// Which rows: over the columns system, server, job, result, reason, started, ended, state, kind
    filter: Option<String>,
    /// The most rows wanted
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "rmcp::serde", deny_unknown_fields)]
struct Listing {
    /// What to list, such as em.CloudTenant, vb365.BackupRepository, zstack.BackupStorage
    r#type: String,
    /// Which rows
    filter: Option<String>,
    /// The fields wanted; all when not given
    fields: Option<Vec<String>>,
    /// The field to sort by
    sort: Option<String>,
    /// Whether the largest comes first
    #[serde(default)]
    descending: bool,
    /// The most rows wanted
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "rmcp::serde", deny_unknown_fields)]
struct Search {
    /// em, vb365 or zstack; or one name of it, such as em.CloudTenant
    target: String,
    /// Words that must be in what is found
    words: Option<Vec<String>>,
}

type Answer = Result<CallToolResult, rmcp::ErrorData>;

fn answer(rows: Result<Value, String>) -> Answer {
    Ok(match rows {
        Ok(rows) => CallToolResult::structured(rows),
        Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
    })
}

#[tool_router(router = tool_router)]
impl Questions {
    pub(super) fn new(asker: Asker) -> Self {
        Self { asker, tool_router: Self::tool_router() }
    }

    #[tool(
        description = "Who uses how much of which backup repository, on all servers: one row per server, repository and tenant",
        annotations(read_only_hint = true)
    )]
    async fn usage(&self, Parameters(question): Parameters<UsageQuestion>) -> Answer {
        let mut words = vec!["usage".to_owned()];
        match filter(question.filter) {
            Ok(filter) => words.extend(filter),
            Err(why) => return answer(Err(why)),
        }
        match question.by {
            Some(by) => words.push(format!("--by={by}")),
            None => words.extend(question.limit.map(|limit| format!("--top={}", limit.saturating_add(1)))),
        }
        answer(self.asker.servers(words, question.limit).await)
    }

    #[tool(
        description = "Runs of backup jobs on all servers: what failed and why, what is running",
        annotations(read_only_hint = true)
    )]
    async fn jobs(&self, Parameters(question): Parameters<JobsQuestion>) -> Answer {
        let mut words = vec!["jobs".to_owned()];
        match filter(question.filter) {
            Ok(filter) => words.extend(filter),
            Err(why) => return answer(Err(why)),
        }
        words.extend(question.since.map(|since| format!("--since={since}")));
        words.extend(question.failed.then(|| "--failed".to_owned()));
        words.extend(question.running.then(|| "--running".to_owned()));
        answer(self.asker.servers(words, question.limit).await)
    }

    #[tool(description = "The entities of one type, filtered and sorted", annotations(read_only_hint = true))]
    async fn query(&self, Parameters(listing): Parameters<Listing>) -> Answer {
        let limit = listing.limit.unwrap_or(self.asker.most_rows).min(self.asker.most_rows);
        match listing.words() {
            Ok(mut words) => {
                // One more tells whether there are more.
                words.insert(1, format!("--limit={}", limit.saturating_add(1)));
                answer(self.asker.servers(words, Some(limit)).await)
            }
            Err(why) => answer(Err(why)),
        }
    }

    #[tool(
        description = "What a query would ask the servers, and what would be filtered here; nothing is sent",
        annotations(read_only_hint = true)
    )]
    async fn explain(&self, Parameters(listing): Parameters<Listing>) -> Answer {
        match listing.words() {
            Ok(mut words) => {
                words.insert(1, "--explain".to_owned());
                answer(self.asker.servers(words, None).await)
            }
            Err(why) => answer(Err(why)),
        }
    }

    #[tool(
        description = "The types of a system with their fields, by words, or one type by name",
        annotations(read_only_hint = true)
    )]
    async fn types(&self, Parameters(search): Parameters<Search>) -> Answer {
        answer(self.asker.rows(search.words("types"), None).await)
    }

    #[tool(
        description = "The operations of a system, by words, or one operation with its parameters by name",
        annotations(read_only_hint = true)
    )]
    async fn operations(&self, Parameters(search): Parameters<Search>) -> Answer {
        answer(self.asker.rows(search.words("ops"), None).await)
    }
}

impl Listing {
    fn words(self) -> Result<Vec<String>, String> {
        let mut words = vec!["query".to_owned()];
        words.extend(filter(self.filter)?);
        words.extend(self.fields.map(|fields| format!("--fields={}", fields.join(","))));
        let sort = if self.descending { "--sort-desc" } else { "--sort-asc" };
        words.extend(self.sort.map(|field| format!("{sort}={field}")));
        // What comes behind is no flag, whatever it looks like.
        words.extend(["--".to_owned(), self.r#type]);
        Ok(words)
    }
}

impl Search {
    fn words(self, verb: &str) -> Vec<String> {
        let mut words = vec![verb.to_owned(), "--".to_owned(), self.target];
        words.extend(self.words.unwrap_or_default());
        words
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Questions {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("backhaul", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }
}
