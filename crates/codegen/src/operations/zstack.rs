//! The parameters that many of ZStack's operations share.

use super::query_param;
use crate::ir::{Kind, Param, ParamPlace};

/// What every query takes.
pub(super) fn query() -> Vec<Param> {
    let mut all = vec![
        query_param("q", Kind::Text, "A condition such as `state=Enabled`; all given must hold."),
        query_param("limit", Kind::Int, "How many items at most: 1000 when left out."),
        query_param("start", Kind::Int, "How many items to skip."),
        query_param("count", Kind::Bool, "Whether to give the number of items alone."),
        query_param("groupBy", Kind::Text, "Accepted and without effect."),
        query_param("replyWithCount", Kind::Bool, "Whether to give the number of all items beside this page."),
        query_param("filterName", Kind::Text, "A filter of the server by name and value."),
        query_param("sort", Kind::Text, "A field, with `-` before it for descending order."),
        query_param("fields", Kind::Text, "The fields to give, separated by commas."),
    ];
    all[0].list = true;
    all
}

/// System tags and user tags: beside the wrapper of a body, else in the query string.
pub(super) fn tags(wrapped: bool) -> [Param; 2] {
    [("systemTags", "System tags, such as `name::value`."), ("userTags", "User tags.")].map(|(name, doc)| Param {
        list: true,
        place: if wrapped { ParamPlace::Body } else { ParamPlace::Query },
        ..query_param(name, Kind::Text, doc)
    })
}
