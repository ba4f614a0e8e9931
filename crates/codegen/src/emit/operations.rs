use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::names::{constant, field_name, type_name};
use super::params::ParamLists;
use super::types::{evidence, versions, with_versions};
use super::{doc, render};
use crate::ir::{Kind, Operation, Param, Request, Response};
use crate::operations::QUERIES;

/// A system's operations: the table, and a small struct for each with its parameters.
///
/// `system` is the variant of `wire::System`. EM's queries get no struct: their types are those of the filter language.
#[must_use]
pub fn operations(system: &str, all: &[Operation]) -> String {
    let replies = (system != "Em").then(|| quote! { use super::super::reply::*; });
    let system = format_ident!("{system}");
    let lists = ParamLists::of_one(all, &ParamLists::default());
    let rows = all.iter().map(|operation| row(&system, operation, lists.of(operation).as_ref()));
    let lists = lists.iter().map(|(name, list)| quote! { const #name: &[Param] = #list; });
    let answers = all.iter().map(|operation| match answer(&operation.response) {
        Some(answer) => quote! { Some(make::<#answer>) },
        None => quote! { None },
    });
    let older = all.iter().enumerate().flat_map(|(index, operation)| {
        operation.older.iter().filter_map(move |form| {
            let (answer, until) = (answer(&form.response)?, version(Some(form.until)));
            Some(quote! { (#index, #until, make::<#answer>) })
        })
    });
    let calls = all.iter().enumerate().filter(|(_, op)| op.family != QUERIES).map(|(index, op)| calls(index, op));
    render(quote! {
        //! Operations as data, and a typed call for each.
        use super::prelude::*;
        #[allow(unused_imports, reason = "not every system has every reply")]
        #replies
        #(#lists)*
        /// Every operation, in schema order.
        pub static OPERATIONS: &[Operation] = &[#(#rows),*];
        /// How an empty answer of each operation is made, beside [`OPERATIONS`].
        #[cfg(feature = "registry")]
        pub static ANSWERS: &[Option<Make>] = &[#(#answers),*];
        /// The same for older forms: the index of the operation, the last version of the form, and how.
        #[cfg(feature = "registry")]
        pub static OLDER_ANSWERS: &[(usize, Option<ApiVersion>, Make)] = &[#(#older),*];
        #(#calls)*
    })
}

/// The Rust type of an answer.
pub(super) fn answer(response: &Response) -> Option<TokenStream> {
    Some(match response {
        Response::Empty | Response::Bytes => return None,
        Response::Body(name) | Response::List(name, _) | Response::Forms(name, _) => {
            let name = type_name(name);
            quote! { super::#name }
        }
        Response::Page(item) => {
            let item = type_name(item);
            quote! { Page<super::#item> }
        }
        Response::Inventory(item) => {
            let item = type_name(item);
            quote! { Reply<super::#item> }
        }
        Response::Inventories(item) => {
            let item = type_name(item);
            quote! { Page<super::#item> }
        }
    })
}

pub(super) fn row(system: &Ident, operation: &Operation, params: Option<&Ident>) -> TokenStream {
    let Operation { name, aliases, also, method, path, .. } = operation;
    let aliases = (!aliases.is_empty()).then(|| quote! { .aliases(&[#(#aliases),*]) });
    let also = (!also.is_empty()).then(|| quote! { .also(&[#(#also),*]) });
    let params = params.map(|list| quote! { .params(#list) });
    let versions = versions(operation.versions);
    let request = request_shape(operation.request.as_ref()).map(|shape| quote! { .request(#shape) });
    let wrapper = operation.wrapper.as_ref().map(|wrapper| quote! { .wrapper(#wrapper) });
    let response = match &operation.response {
        Response::Empty => None,
        response => {
            let response = response_shape(response);
            Some(quote! { .response(#response) })
        }
    };
    let bare = operation.bare.map(|bare| {
        let (since, until) = (version(bare.since), version(bare.until));
        quote! { .bare(Versions::new(#since, #until)) }
    });
    let older = operation.older.iter().map(|form| {
        let (until, response) = (version(Some(form.until)), response_shape(&form.response));
        let request = match request_shape(form.request.as_ref()) {
            None => quote! { None },
            Some(shape) => quote! { Some(#shape) },
        };
        quote! { Form { until: #until, request: #request, response: #response } }
    });
    let older = (!operation.older.is_empty()).then(|| quote! { .older(&[#(#older),*]) });
    let long_running = operation.long_running.then(|| quote! { .long_running() });
    let anonymous = operation.anonymous.then(|| quote! { .anonymous() });
    quote! {
        Operation::new(System::#system, #name, #method, #path)
            #aliases #also #params #versions #request #wrapper #response #bare #older #long_running #anonymous
    }
}

/// `ApiVersion::new(5)`
fn version(version: Option<u8>) -> TokenStream {
    match version.map(Literal::u8_unsuffixed) {
        None => quote! { None },
        Some(version) => quote! { ApiVersion::new(#version) },
    }
}

fn request_shape(request: Option<&Request>) -> Option<TokenStream> {
    let request = request?;
    if request.list {
        let body = request_type(request);
        return Some(quote! { <#body as Model>::SHAPE });
    }
    let shape = request.ty.as_deref().map(constant);
    Some(quote! { &#shape })
}

/// The Rust type of a request body.
pub(super) fn request_type(request: &Request) -> TokenStream {
    match &request.ty {
        None => quote! { Ids },
        Some(name) => {
            let name = type_name(name);
            if request.list {
                quote! { Items<super::#name> }
            } else {
                quote! { super::#name }
            }
        }
    }
}

fn response_shape(response: &Response) -> TokenStream {
    match response {
        Response::Empty => quote! { Response::Empty },
        Response::Bytes => quote! { Response::Bytes },
        Response::Body(name) => {
            let shape = constant(name);
            quote! { Response::Body(&#shape) }
        }
        Response::Forms(entity, reference) => {
            let (entity, reference) = (constant(entity), constant(reference));
            quote! { Response::Forms(&#entity, &#reference) }
        }
        Response::List(name, list) => {
            let shape = constant(name);
            quote! { Response::Page(&#shape, #list) }
        }
        Response::Page(item) => {
            let item = type_name(item);
            quote! { Response::Page(<Page<super::#item> as Model>::SHAPE, Page::<super::#item>::LIST) }
        }
        Response::Inventory(item) => {
            let item = type_name(item);
            quote! { Response::Body(<Reply<super::#item> as Model>::SHAPE) }
        }
        Response::Inventories(item) => {
            let item = type_name(item);
            quote! { Response::Body(<Page<super::#item> as Model>::SHAPE) }
        }
    }
}

/// The typed calls of an operation: one for its newest form, and one for each older form that it does not fit
/// (`Operation::fits`).
fn calls(index: usize, operation: &Operation) -> TokenStream {
    let newest = call(index, operation, None);
    let older = operation.older.iter().filter(|form| {
        let answers = |response| answer(response).is_some();
        form.request != operation.request || answers(&form.response) && answers(&operation.response)
    });
    let older = older.map(|form| {
        let mut then = operation.clone();
        then.name = format!("{}_V{}", operation.name, form.until);
        then.versions.until = Some(form.until);
        then.request.clone_from(&form.request);
        then.response.clone_from(&form.response);
        call(index, &then, Some(form.until))
    });
    let older: TokenStream = older.collect();
    quote! { #newest #older }
}

fn call(index: usize, operation: &Operation, until: Option<u8>) -> TokenStream {
    // A typed call reads one type, so it always asks for all fields.
    let asks = matches!(operation.response, Response::Forms(..));
    let params: Vec<&Param> = operation.params.iter().filter(|param| !(asks && param.name == "format")).collect();
    let name = type_name(&operation.name.to_upper_camel_case());
    let text =
        with_versions(format!("`{} {}`: {}", operation.method, operation.path, operation.doc), operation.versions);
    let evidence = evidence(&operation.evidence).map(|text| format!("\n\n{text}")).unwrap_or_default();
    let docs = doc(&format!("{text}{evidence}\n\nSchema: `{}`", operation.source));
    let fields = params.iter().map(|param| {
        let ident = field_name(&param.name);
        let rust = param_type(param);
        let text = if param.doc.is_empty() { format!("`{}`.", param.name) } else { param.doc.clone() };
        let docs = doc(&with_versions(text, param.versions));
        quote! { #docs pub #ident: #rust, }
    });
    let optional = operation.request.as_ref().is_some_and(|request| request.optional);
    let body = operation.request.as_ref().map(|request| {
        let body = request_type(request);
        let body = if optional {
            quote! { Option<#body> }
        } else {
            body
        };
        quote! {
            /// The body to send.
            pub body: #body,
        }
    });
    let required: Vec<_> = params.iter().filter(|param| param.required && !param.list).collect();
    let args = required.iter().map(|param| {
        let (ident, rust) = (field_name(&param.name), value_type(&param.kind));
        quote! { #ident: impl Into<#rust> }
    });
    let body_arg = operation.request.as_ref().filter(|_| !optional).map(|request| {
        let body = request_type(request);
        if request.list {
            quote! { body: impl Into<#body> }
        } else {
            quote! { body: #body }
        }
    });
    let args = args.chain(body_arg);
    let sets = params.iter().map(|param| {
        let ident = field_name(&param.name);
        match (param.required, param.list) {
            (_, true) => quote! { #ident: Vec::new(), },
            (true, false) => quote! { #ident: #ident.into(), },
            (false, false) => quote! { #ident: None, },
        }
    });
    // A call that must have nothing can also be made from nothing.
    let default = (required.is_empty() && (operation.request.is_none() || optional)).then(|| quote! { , Default });
    let body_set = operation.request.as_ref().map(|request| match request {
        Request { optional: true, .. } => quote! { body: None, },
        Request { list: true, .. } => quote! { body: body.into(), },
        _ => quote! { body, },
    });
    let visits = params.iter().map(|param| {
        let (ident, name) = (field_name(&param.name), &param.name);
        let text = match param.kind {
            Kind::Bool | Kind::Int | Kind::Float => quote! { &value.to_string() },
            Kind::Text => quote! { value },
            _ => quote! { value.as_str() },
        };
        match (param.required, param.list) {
            (_, true) => quote! { for value in &self.#ident { visit(#name, #text); } },
            (true, false) => quote! { { let value = &self.#ident; visit(#name, #text); } },
            (false, false) => quote! { if let Some(value) = &self.#ident { visit(#name, #text); } },
        }
    });
    let asked = asks.then(|| quote! { visit(FORMAT, ENTITY); });
    let visits: Vec<_> = visits.chain(asked).collect();
    let visit = if visits.is_empty() {
        quote! { _visit }
    } else {
        quote! { visit }
    };
    let body_fn = operation.request.as_ref().map(|_| {
        let body = if optional {
            quote! { self.body.as_ref().map(|body| body as &dyn Struct) }
        } else {
            quote! { Some(&self.body) }
        };
        quote! { fn body(&self) -> Option<&dyn Struct> { #body } }
    });
    let form_until = until.map(|until| {
        let until = version(Some(until));
        quote! { const FORM_UNTIL: Option<ApiVersion> = #until; }
    });
    let answer = answer(&operation.response).unwrap_or_else(|| quote! { () });
    quote! {
        #docs
        #[derive(Debug, Clone #default)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* #body }
        impl #name {
            /// A call with what it must have.
            #[must_use]
            pub fn new(#(#args),*) -> Self { Self { #(#sets)* #body_set } }
        }
        impl Call for #name {
            type Api = ThisApi;
            type Answer = #answer;
            const OPERATION: &'static Operation = &OPERATIONS[#index];
            #form_until
            #body_fn
            fn params(&self, #visit: &mut dyn FnMut(&'static str, &str)) { #(#visits)* }
        }
    }
}

fn param_type(param: &Param) -> TokenStream {
    let value = value_type(&param.kind);
    match (param.required, param.list) {
        (_, true) => quote! { Vec<#value> },
        (true, false) => value,
        (false, false) => quote! { Option<#value> },
    }
}

pub(super) fn value_type(kind: &Kind) -> TokenStream {
    match kind {
        Kind::Bool => quote! { bool },
        Kind::Int => quote! { i64 },
        Kind::Float => quote! { f64 },
        Kind::Id => quote! { Id },
        Kind::DateTime => quote! { DateTime },
        Kind::Enum(name) => {
            let name = type_name(name);
            quote! { super::#name }
        }
        Kind::Text | Kind::Secret | Kind::Json | Kind::Struct(_) => quote! { String },
    }
}
