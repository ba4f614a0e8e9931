//! The query service.

use backhaul_filter::{QueryDef, Reflected};
use backhaul_models::em::{Link, PagingInfo, QueryEntities, QueryResources, QueryResult};
use http::StatusCode;

use super::filter::{Row, select};
use super::links::link;
use super::{Call, Em, Refusal, fields, guid};
use crate::message::Reply;

const DEFAULT_PAGE_SIZE: usize = 100;

/// A type that can be queried.
#[derive(Clone, Copy)]
enum Kind {
    BackupServer,
    CloudSubtenant,
    CloudTenant,
    Repository,
}

impl Kind {
    const ALL: [Self; 4] = [Self::BackupServer, Self::CloudSubtenant, Self::CloudTenant, Self::Repository];

    fn fields(self) -> &'static QueryDef {
        match self {
            Self::BackupServer => fields::BACKUP_SERVER,
            Self::CloudSubtenant => fields::CLOUD_SUBTENANT,
            Self::CloudTenant => fields::CLOUD_TENANT,
            Self::Repository => fields::REPOSITORY,
        }
    }
}

pub(super) fn unknown_type(params: &[(String, String)]) -> Refusal {
    match params.iter().find(|(name, _)| name.eq_ignore_ascii_case("type")) {
        Some((_, kind)) => Refusal::bad(format!("There is no query type {kind}.")),
        None => Refusal::bad("The query type is missing."),
    }
}

impl Em {
    /// `GET /api/query?type=...`.
    pub(super) fn query(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let wanted = call.param("type").unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|kind| kind.fields().name.eq_ignore_ascii_case(wanted));
        let kind = kind.ok_or_else(|| unknown_type(&call.params))?;
        let page = Page::asked(call)?;
        let mut rows = self.rows(kind);
        select(call, kind.fields(), &mut rows)?;
        let shown: Vec<usize> = rows.iter().skip(page.first()).take(page.size).map(|row| row.at).collect();
        let mut result = self.result(call, kind, &shown);
        result.paging_info = Some(page.info(call, rows.len()));
        Ok(call.media.reply(StatusCode::OK, &result))
    }

    fn rows(&self, kind: Kind) -> Vec<Row<'_>> {
        let data = self.data();
        let on = |owner| self.find_server(guid(Some(owner)));
        match kind {
            Kind::BackupServer => {
                let all = data.servers.iter().enumerate();
                all.map(|(at, entity)| Row { at, entity: Reflected(entity), server: Some(entity), tenant: None })
                    .collect()
            }
            Kind::Repository => {
                let all = data.repositories.iter().enumerate();
                all.map(|(at, it)| Row { at, entity: Reflected(&it.entity), server: on(&it.owner), tenant: None })
                    .collect()
            }
            Kind::CloudTenant => {
                let all = data.tenants.iter().enumerate();
                all.map(|(at, it)| Row {
                    at,
                    entity: Reflected(&it.entity),
                    server: on(&it.owner),
                    tenant: Some(&it.entity),
                })
                .collect()
            }
            Kind::CloudSubtenant => {
                let all = data.subtenants.iter().enumerate();
                all.map(|(at, it)| {
                    let tenant = self.find_tenant(guid(Some(&it.owner)));
                    let server = tenant.and_then(|tenant| on(&tenant.owner));
                    Row { at, entity: Reflected(&it.entity), server, tenant: tenant.map(|tenant| &tenant.entity) }
                })
                .collect()
            }
        }
    }

    /// The records at these places: references to key resources unless entities are asked for. Subtenants are no key
    /// resources and have one form.
    fn result(&self, call: &Call<'_>, kind: Kind, shown: &[usize]) -> QueryResult {
        let data = self.data();
        let mut result = QueryResult::default();
        let mut entities = QueryEntities::default();
        match (kind, call.wants_entity()) {
            (Kind::CloudSubtenant, _) => {
                let mut resources = QueryResources::default();
                resources.cloud_subtenants =
                    shown.iter().map(|&at| self.subtenant_entity(call, &data.subtenants[at])).collect();
                result.resources = Some(resources);
                return result;
            }
            (Kind::BackupServer, true) => {
                entities.backup_servers = shown.iter().map(|&at| self.server_entity(call, &data.servers[at])).collect();
            }
            (Kind::CloudTenant, true) => {
                entities.cloud_tenants = shown.iter().map(|&at| self.tenant_entity(call, &data.tenants[at])).collect();
            }
            (Kind::Repository, true) => {
                entities.repositories =
                    shown.iter().map(|&at| self.repository_entity(call, &data.repositories[at])).collect();
            }
            (Kind::BackupServer, false) => {
                result.refs = shown.iter().map(|&at| self.server_ref(call, &data.servers[at])).collect();
                return result;
            }
            (Kind::CloudTenant, false) => {
                result.refs = shown.iter().map(|&at| self.tenant_ref(call, &data.tenants[at])).collect();
                return result;
            }
            (Kind::Repository, false) => {
                result.refs = shown.iter().map(|&at| self.repository_ref(call, &data.repositories[at])).collect();
                return result;
            }
        }
        result.entities = Some(entities);
        result
    }
}

/// Which page is wanted.
struct Page {
    number: usize,
    size: usize,
}

impl Page {
    fn asked(call: &Call<'_>) -> Result<Self, Refusal> {
        let number = |name: &str, default: usize| match call.param(name) {
            None => Ok(default),
            Some(text) => {
                let number = text.trim().parse().ok().filter(|&number: &usize| number > 0);
                number.ok_or_else(|| Refusal::bad(format!("{name} must be a number above 0, and {text} is not.")))
            }
        };
        Ok(Self { number: number("page", 1)?, size: number("pageSize", DEFAULT_PAGE_SIZE)? })
    }

    fn first(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    fn info(&self, call: &Call<'_>, total: usize) -> PagingInfo {
        // Nothing at all is one empty page.
        let pages = total.div_ceil(self.size).max(1);
        let int = |number: usize| Some(i64::try_from(number).unwrap_or(i64::MAX));
        let mut info = PagingInfo::default();
        info.page_num = int(self.number);
        info.page_size = int(self.size);
        info.pages_count = int(pages);
        let to = |rel: &str, page: usize| self.link(call, rel, page);
        info.links = vec![to("First", 1), to("Last", pages)];
        if self.number > 1 {
            info.links.push(to("Previous", (self.number - 1).min(pages)));
        }
        if self.number < pages {
            info.links.push(to("Next", self.number + 1));
        }
        info
    }

    /// A link to another page of the same query. XML echoes the query with `+` for a blank and nearly everything else as it
    /// is, JSON percent-encoded in lower case.
    fn link(&self, call: &Call<'_>, rel: &str, page: usize) -> Link {
        let mut href = format!("{}/query?", call.api());
        for (name, value) in &call.params {
            if !["page", "pageSize"].iter().any(|paging| name.eq_ignore_ascii_case(paging)) {
                href.push_str(name);
                href.push('=');
                echo(&mut href, value, call.media.is_json());
                href.push('&');
            }
        }
        href.push_str(&format!("pageSize={}&page={page}", self.size));
        link(rel, "", href)
    }
}

fn echo(out: &mut String, value: &str, encode: bool) {
    for byte in value.bytes() {
        let keep = match byte {
            b' ' => {
                out.push('+');
                continue;
            }
            // These would change what the query says.
            b'&' | b'+' | b'%' | b'#' => false,
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => true,
            _ if byte.is_ascii_alphanumeric() => true,
            _ => !encode && byte.is_ascii_graphic(),
        };
        if keep {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
}
