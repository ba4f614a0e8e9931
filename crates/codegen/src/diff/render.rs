use std::fmt::Write;

use super::{Change, Diff, Kind, Subject, Verdict};

/// The order in which Markdown tells of changes.
const SECTIONS: [(Subject, &str); 6] = [
    (Subject::Operation, "Operations"),
    (Subject::Paging, "Paging"),
    (Subject::Parameter, "Parameters"),
    (Subject::Type, "Types"),
    (Subject::Property, "Properties"),
    (Subject::Value, "Enum values"),
];

impl Diff {
    /// As Markdown: a table of counts, then the changes by what they are of.
    #[must_use]
    pub fn markdown(&self) -> String {
        let Self { system, from, to, changes } = self;
        let mut out = format!(
            "# {system}: {} to {}\n\n| | breaking | additive | wire only |\n| --- | --- | --- | --- |\n",
            crate::import::label(system, *from),
            crate::import::label(system, *to)
        );
        for (of, title) in SECTIONS {
            let count = |verdict| changes.iter().filter(|change| change.of == of && change.verdict == verdict).count();
            let [breaking, additive, wire_only] = [Verdict::Breaking, Verdict::Additive, Verdict::WireOnly].map(count);
            // Writing to a String does not fail.
            let _ = writeln!(out, "| {title} | {breaking} | {additive} | {wire_only} |");
        }
        for (of, title) in SECTIONS {
            let rows: Vec<&Change> = changes.iter().filter(|change| change.of == of).collect();
            if rows.is_empty() {
                continue;
            }
            let _ = write!(out, "\n## {title}\n\n");
            for Change { name, change, detail, verdict, .. } in rows {
                let sign = match change {
                    Kind::Added => "added",
                    Kind::Removed => "removed",
                    Kind::Retyped => "retyped",
                };
                let detail = if detail.is_empty() { String::new() } else { format!("; {detail}") };
                let _ = writeln!(out, "- `{name}` {sign} ({verdict}){detail}");
            }
        }
        out
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self)
            .map_or_else(|error| format!("{{\"error\": \"{error}\"}}"), |text| text + "\n")
    }
}
