//! Which entity each query type answers with, for `backhaul-transport`: the one place where filter and models meet.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{field_name, type_name};
use super::render;
use crate::queries::{Queries, QueryType};

/// The file `crates/transport/src/generated/em_queries.rs`. That the buckets, lists and entities are there has been
/// checked when the queries were read.
#[must_use]
pub fn em_queries(queries: &Queries) -> String {
    let bodies = queries.types.iter().map(implementation);
    let rows = queries.types.iter().map(|query| {
        let (marker, name) = (format_ident!("{}", query.name), &query.name);
        let (bucket, list, entity) = (&query.bucket, &query.list, &query.entity);
        quote! {
            QueryTypeRow {
                name: #name,
                bucket: #bucket,
                list: #list,
                entity: #entity,
                def: <filter::#marker as QueryType>::DEF,
            }
        }
    });
    render(quote! {
        #![doc = " What each query type of Enterprise Manager answers with, and where the answer holds it."]
        use backhaul_filter::QueryType;
        use backhaul_filter::em as filter;
        use backhaul_models::em as models;

        use crate::em::{EmQuery, QueryTypeRow};
        #(#bodies)*
        /// Every query type, in schema order.
        pub static QUERY_TYPES: &[QueryTypeRow] = &[#(#rows),*];
    })
}

fn implementation(query: &QueryType) -> TokenStream {
    let (marker, entity) = (format_ident!("{}", query.name), type_name(&query.entity));
    let (bucket, list) = (&query.bucket, &query.list);
    let (in_answer, in_bucket) = (field_name(bucket), field_name(list));
    quote! {
        impl EmQuery for filter::#marker {
            type Entity = models::#entity;
            const BUCKET: &'static str = #bucket;
            const LIST: &'static str = #list;
            fn take(result: &mut models::QueryResult) -> Vec<Self::Entity> {
                match &mut result.#in_answer {
                    Some(bucket) => std::mem::take(&mut bucket.#in_bucket),
                    None => Vec::new(),
                }
            }
        }
    }
}
