//! Operations as tables: a row of data and a typed call in one.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::HEADER;
use super::docs::{evidence, param_doc, with_versions};
use super::names::{field_name, type_name};
use super::tables::{doc, plain, renamed};
use super::types::{kind, required, versions};
use crate::ir::{Kind, OlderForm, Operation, Param, ParamPlace, Request, Response, Versions};
use crate::operations::{FORMAT, QUERIES};

/// The operations of one family, as a file.
#[must_use]
pub(super) fn operations(title: &str, prelude: &str, all: &[&Operation]) -> String {
    let calls: Vec<&&Operation> = all.iter().filter(|operation| operation.family != QUERIES).collect();
    let queries: Vec<&&Operation> = all.iter().filter(|operation| operation.family == QUERIES).collect();
    let own: BTreeSet<String> = calls.iter().map(|operation| call_name(&operation.name)).collect();
    let scope = Scope { own: &own };
    let mut out = format!("{HEADER}//! {title}\n\n{prelude}");
    for operation in &calls {
        out.push_str(&scope.calls(operation));
        for old in &operation.formerly {
            out.push_str(&renamed(&call_name(old), &call_name(&operation.name)));
            for form in scope.older(operation) {
                let of = |name: &str| call_name(&older_name(name, form.until));
                out.push_str(&renamed(&of(old), &of(&operation.name)));
            }
        }
    }
    let names: String = calls.iter().map(|operation| format!("        {};\n", call_name(&operation.name))).collect();
    let rows: String = queries.iter().map(|operation| scope.query(operation)).collect();
    out.push_str(&format!("generated_operations! {{\n    calls {{\n{names}    }}\n{rows}}}\n"));
    out
}

/// What a caller gives for a value. Texts of any sort are taken as literals, too; whatever else has its own type, so
/// that a caller's `into()` and number literals are understood.
pub(super) fn taken(kind: &Kind, ty: &str) -> String {
    if is_text(kind) { format!("impl Into<{ty}>") } else { ty.to_owned() }
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Id | Kind::DateTime | Kind::Secret)
}

/// The name of an operation's call.
pub(crate) fn call_name(name: &str) -> String {
    name.to_upper_camel_case()
}

/// What an operation is called in its form up to a version.
pub(crate) fn older_name(name: &str, until: u8) -> String {
    format!("{name}_V{until}")
}

/// The names that are taken by a file's calls, so that a type of the same name is written with its path.
struct Scope<'a> {
    own: &'a BTreeSet<String>,
}

impl Scope<'_> {
    /// The typed calls of an operation: one for its newest form, and one for each older form that it does not fit
    /// (`Operation::fits`).
    fn calls(&self, operation: &Operation) -> String {
        let newest = self.call(operation, None);
        let older = self.older(operation).map(|form| {
            let mut then = operation.clone();
            then.name = older_name(&operation.name, form.until);
            then.versions.until = Some(form.until);
            then.request.clone_from(&form.request);
            then.response.clone_from(&form.response);
            self.call(&then, Some((operation, form.until)))
        });
        newest + &older.collect::<String>()
    }

    /// The older forms that have a call of their own.
    fn older<'o>(&self, operation: &'o Operation) -> impl Iterator<Item = &'o OlderForm> {
        operation.older.iter().filter(|form| {
            let answers = |response| self.answer(response).is_some();
            form.request != operation.request || answers(&form.response) && answers(&operation.response)
        })
    }

    fn call(&self, operation: &Operation, older_of: Option<(&Operation, u8)>) -> String {
        // A typed call reads one type, so it always asks for all fields.
        let asks = matches!(operation.response, Response::Forms(..));
        let mut out = format!("generated_call! {{\n{}", doc(&documentation(operation)));
        for alias in &operation.aliases {
            out.push_str(&format!("    #[doc(alias = {alias:?})]\n"));
        }
        let optional = operation.request.as_ref().is_some_and(|request| request.optional);
        let must: Vec<&Param> = operation.params.iter().filter(|param| is_argument(param)).collect();
        if must.is_empty() && (operation.request.is_none() || optional) {
            // A call that must have nothing can also be made from nothing.
            out.push_str("    #[derive(Default)]\n");
        }
        let name = call_name(&operation.name);
        out.push_str(&match older_of {
            None => format!("    {name} = {};\n", self.row(operation)),
            Some((newest, until)) => {
                format!("    {name} = older({}::OPERATION) until {until};\n", call_name(&newest.name))
            }
        });
        let args = must.iter().map(|param| {
            format!("{}: {}", field_name(&param.name), taken(&param.kind, &plain(self.value(&param.kind))))
        });
        let args = args.collect::<Vec<_>>().join(", ");
        let body = operation
            .request
            .as_ref()
            .map(|request| format!(" {}({})", if optional { "maybe" } else { "body" }, plain(self.request(request))));
        out.push_str(&format!("    ({args}){} -> {};\n", body.unwrap_or_default(), self.reply(&operation.response)));
        for param in operation.params.iter().filter(|param| !(asks && param.name == FORMAT)) {
            out.push_str(&doc(&param_doc(param)));
            let (name, ty, shape) =
                (field_name(&param.name), plain(self.value(&param.kind)), plain(param_shape(param)));
            let shape = shape.trim_start_matches("Param::");
            out.push_str(&match (is_argument(param), param.list) {
                (_, true) => format!("    {name}: Vec<{ty}> [Vec::new()] {shape};\n"),
                (true, false) if is_text(&param.kind) => format!("    {name}: {ty} [{name}.into()] {shape};\n"),
                (true, false) => format!("    {name}: {ty} [{name}] {shape};\n"),
                (false, false) => format!("    {name}: Option<{ty}> [None] {shape};\n"),
            });
        }
        out + "}\n"
    }

    /// A query of Enterprise Manager, which has no call: its types are those of the filter language.
    fn query(&self, operation: &Operation) -> String {
        let params = operation.params.iter().map(param_shape);
        let params = plain(quote! { #(#params),* });
        let response = plain(self.response(&operation.response));
        format!("    {}.params(&[{params}]).response({response});\n", self.row(operation))
    }

    /// `op("UpdateZone", "PUT", "/zstack/v1/zones/{uuid}/actions").long_running()`: what the table does not say
    /// elsewhere.
    fn row(&self, operation: &Operation) -> String {
        let Operation { name, aliases, also, method, path, .. } = operation;
        let aliases = (!aliases.is_empty()).then(|| quote! { .aliases(&[#(#aliases),*]) });
        let also = (!also.is_empty()).then(|| quote! { .also(&[#(#also),*]) });
        let range = versions(operation.versions);
        let wrapper = operation.wrapper.as_ref().map(|wrapper| quote! { .wrapper(#wrapper) });
        let bare = operation.bare.map(|bare| {
            let end = |number: Option<u8>| number.map_or_else(|| quote! { None }, version);
            let (since, until) = (end(bare.since), end(bare.until));
            quote! { .bare(Versions::new(#since, #until)) }
        });
        let older = operation.older.iter().map(|form| {
            let (until, response) = (version(form.until), self.response(&form.response));
            let request = match form.request.as_ref().map(|request| self.request(request)) {
                None => quote! { None },
                Some(request) => quote! { Some(<#request as Model>::SHAPE) },
            };
            quote! { Form { until: #until, request: #request, response: #response } }
        });
        let older = (!operation.older.is_empty()).then(|| quote! { .older(&[#(#older),*]) });
        let long_running = operation.long_running.then(|| quote! { .long_running() });
        let anonymous = operation.anonymous.then(|| quote! { .anonymous() });
        plain(quote! {
            op(#name, #method, #path) #aliases #also #range #wrapper #bare #older #long_running #anonymous
        })
    }

    /// What stands after the arrow of a call: how the answer comes, and its type.
    fn reply(&self, response: &Response) -> String {
        let answer = self.answer(response).map(plain).unwrap_or_default();
        match response {
            Response::Empty => "empty(())".to_owned(),
            Response::Bytes => "bytes(())".to_owned(),
            Response::Forms(_, reference) => format!("forms({answer}, {})", plain(self.ty(reference))),
            Response::Page(_) => format!("page({answer})"),
            _ => format!("body({answer})"),
        }
    }

    /// The Rust type of an answer.
    fn answer(&self, response: &Response) -> Option<TokenStream> {
        Some(match response {
            Response::Empty | Response::Bytes => return None,
            Response::Body(name) | Response::List(name, _) | Response::Forms(name, _) => self.ty(name),
            Response::Page(item) | Response::Inventories(item) => {
                let item = self.ty(item);
                quote! { Page<#item> }
            }
            Response::Inventory(item) => {
                let item = self.ty(item);
                quote! { Reply<#item> }
            }
        })
    }

    fn response(&self, response: &Response) -> TokenStream {
        let Some(answer) = self.answer(response) else {
            return match response {
                Response::Bytes => quote! { Response::Bytes },
                _ => quote! { Response::Empty },
            };
        };
        match response {
            Response::Forms(_, reference) => {
                let reference = self.ty(reference);
                quote! { Response::Forms(<#answer as Model>::SHAPE, <#reference as Model>::SHAPE) }
            }
            Response::List(_, list) => quote! { Response::Page(<#answer as Model>::SHAPE, #list) },
            Response::Page(_) => quote! { Response::Page(<#answer as Model>::SHAPE, <#answer>::LIST) },
            _ => quote! { Response::Body(<#answer as Model>::SHAPE) },
        }
    }

    /// The Rust type of a request body.
    fn request(&self, request: &Request) -> TokenStream {
        match &request.ty {
            None => quote! { Ids },
            Some(name) => {
                let name = self.ty(name);
                if request.list {
                    quote! { Items<#name> }
                } else {
                    name
                }
            }
        }
    }

    fn value(&self, kind: &Kind) -> TokenStream {
        match kind {
            Kind::Bool => quote! { bool },
            Kind::Int => quote! { i64 },
            Kind::Float => quote! { f64 },
            Kind::Id => quote! { Id },
            Kind::DateTime => quote! { DateTime },
            Kind::Enum(name) => self.ty(name),
            Kind::Text | Kind::Secret | Kind::Json | Kind::Struct(_) => quote! { String },
        }
    }

    fn ty(&self, name: &str) -> TokenStream {
        let ident = type_name(name);
        if self.own.contains(name) {
            quote! { super::super::#ident }
        } else {
            quote! { #ident }
        }
    }
}

fn documentation(operation: &Operation) -> String {
    let text = format!("`{} {}`: {}", operation.method, operation.path, operation.doc);
    let evidence = evidence(&operation.evidence).map(|text| format!("\n\n{text}")).unwrap_or_default();
    format!("{}{evidence}\n\nSchema: `{}`", with_versions(&text, operation.versions), operation.source)
}

/// Whether a call cannot be made without it. What only some versions require is optional here and asked for when it is
/// sent to one of them: the call stays the same for the others.
fn is_argument(param: &Param) -> bool {
    param.required && param.required_in.since.is_none() && !param.list && param.versions == Versions::default()
}

/// `ApiVersion::new(5)`
fn version(number: u8) -> TokenStream {
    let number = Literal::u8_unsuffixed(number);
    quote! { ApiVersion::new(#number) }
}

/// `Param::path("uuid", Kind::Id)`
fn param_shape(param: &Param) -> TokenStream {
    let (name, kind, versions) = (&param.name, kind(&param.kind), versions(param.versions));
    let place = match param.place {
        ParamPlace::Path => quote! { path },
        ParamPlace::Query => quote! { query },
        ParamPlace::Body => quote! { body },
    };
    let list = param.list.then(|| quote! { .list() });
    let required = (param.required && param.place != ParamPlace::Path).then(|| required(param.required_in));
    quote! { Param::#place(#name, #kind) #list #required #versions }
}
