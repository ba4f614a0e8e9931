//! A sentence for a field that nobody described: its name, in words, with its unit.

/// Units that stand at the end of names.
const UNITS: [(&str, &str); 12] = [
    ("Bytes", "In bytes."),
    ("KB", "In KB."),
    ("MB", "In MB."),
    ("GB", "In GB."),
    ("TB", "In TB."),
    ("Milliseconds", "In milliseconds."),
    ("Seconds", "In seconds."),
    ("Minutes", "In minutes."),
    ("Hours", "In hours."),
    ("Days", "In days."),
    ("Percent", "In percent."),
    ("Percents", "In percent."),
];

/// Words that keep their capitals.
const NAMES: [&str; 27] = [
    "AD", "API", "AWS", "CIDR", "DNS", "EC2", "GUID", "HTML", "HTTP", "HTTPS", "IBM", "ID", "IP", "JSON", "MB", "GB",
    "MFA", "OAuth", "PST", "REST", "S3", "SMTP", "SQL", "SSH", "SSL", "UI", "URL",
];

/// `usedSpaceBytes` as `Used space, in bytes.`
///
/// ```
/// use backhaul_codegen::emit::field_words;
/// assert_eq!(field_words("usedSpaceBytes"), "Used space, in bytes.");
/// assert_eq!(field_words("isOutOfSync"), "Whether it is out of sync.");
/// assert_eq!(field_words("organizationId"), "The organization's id.");
/// assert_eq!(field_words("lastRun"), "Last run.");
/// ```
#[must_use]
pub fn field_words(wire: &str) -> String {
    let name = wire.trim_start_matches(['_', '.']);
    let (name, unit) = UNITS
        .iter()
        .find_map(|(end, unit)| {
            name.strip_suffix(end).filter(|start| !start.is_empty()).map(|start| (start, Some(*unit)))
        })
        .unwrap_or((name, None));
    let words = split(name);
    let rest = |from: usize| words[from..].join(" ");
    let text = match words.first().map(String::as_str) {
        Some("is") if words.len() > 1 => format!("Whether it is {}", rest(1)),
        Some("has") if words.len() > 1 => format!("Whether it has {}", rest(1)),
        Some(verb @ ("use" | "enable" | "show" | "include" | "exclude" | "send" | "skip" | "allow"))
            if words.len() > 1 =>
        {
            format!("Whether to {verb} {}", rest(1))
        }
        _ if words.len() > 1 && words.last().is_some_and(|word| word == "id") => {
            format!("The {}'s id", words[..words.len() - 1].join(" "))
        }
        _ if words.len() > 1 && words.last().is_some_and(|word| word == "ids") => {
            format!("Ids: {}", words[..words.len() - 1].join(" "))
        }
        _ => capital(&rest(0)),
    };
    match unit {
        Some(unit) => format!("{text}, {}{}", unit[..1].to_lowercase(), &unit[1..]),
        None => format!("{text}."),
    }
}

/// The unit that a name ends with, as a sentence: `In bytes.`
pub(super) fn unit(name: &str) -> Option<&'static str> {
    let (_, unit) = UNITS.iter().find(|(end, _)| name.strip_suffix(end).is_some_and(|start| !start.is_empty()))?;
    Some(unit)
}

/// `JobSessionDeleteEvent` as `Job session delete event.`
pub(super) fn type_words(name: &str) -> String {
    format!("{}.", capital(&split(name).join(" ")))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The words of a camelCase name, in lower case but for names.
pub(crate) fn split(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, c) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(index + 1).copied();
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase())
                || before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase));
        if (starts || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
        .into_iter()
        .map(|word| match NAMES.iter().find(|name| name.eq_ignore_ascii_case(&word)) {
            Some(name) if word.len() > 2 || word.chars().all(|c| !c.is_lowercase()) => (*name).to_owned(),
            _ => word.to_lowercase(),
        })
        .collect()
}
