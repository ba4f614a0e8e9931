//! A sentence for an operation that nobody described: its method and path, in words.

use crate::emit::words_of;

/// `GET /Organizations/{organizationId}/Users` as `Lists the users of one organization.`
pub(super) fn operation(method: &str, path: &str) -> String {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_param = |segment: &&str| segment.starts_with('{');
    let ends_at_one = segments.last().is_some_and(is_param);
    let mut nouns: Vec<String> = Vec::new();
    let mut index = 0;
    while let Some(segment) = segments.get(index) {
        let words = words_of(segment).join(" ");
        if segments.get(index + 1).is_some_and(is_param) {
            nouns.push(format!("one {}", singular(&words)));
            index += 2;
        } else {
            nouns.push(format!("the {words}"));
            index += 1;
        }
    }
    nouns.reverse();
    let (first, rest) = nouns.split_first().map_or(("the server", &[][..]), |(first, rest)| (first.as_str(), rest));
    let of = rest.iter().map(|noun| format!(" of {noun}")).collect::<String>();
    let last = segments.last().map(|last| words_of(last).join(" ")).unwrap_or_default();
    match method {
        "GET" if ends_at_one => format!("Gives {first}{of}."),
        "GET" => format!("Gives {first}{of}."),
        "PUT" | "PATCH" => format!("Changes {first}{of}."),
        "DELETE" => format!("Removes {first}{of}."),
        // An action is named in lower case, or follows one resource.
        _ if segments.len() > 1 && rest.first().is_some_and(|noun| noun.starts_with("one ")) && !plural(&last) => {
            format!("Does `{last}` with {}.", rest.join(" of "))
        }
        _ => format!("Adds to {first}{of}."),
    }
}

fn plural(words: &str) -> bool {
    words.ends_with('s') && !words.ends_with("ss")
}

fn singular(words: &str) -> String {
    match words {
        _ if words.ends_with("ies") => format!("{}y", &words[..words.len() - 3]),
        _ if words.ends_with("xes") || words.ends_with("sses") => words[..words.len() - 2].to_owned(),
        _ if plural(words) => words[..words.len() - 1].to_owned(),
        _ => words.to_owned(),
    }
}
