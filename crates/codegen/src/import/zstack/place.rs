//! The schema files as they are written: people keep what belongs together on one line, so what is new is put into the
//! text.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::import::{ImportError, Result};

/// ZStack's schema files, by stem.
pub(super) struct Files {
    files: BTreeMap<String, File>,
}

pub(super) struct File {
    was: String,
    text: String,
    pub(super) json: Json,
    /// What is to be written behind the last definition or operation, each written in one go: their places are sought
    /// from the start of the text.
    blocks: BTreeMap<&'static str, Vec<(String, Json)>>,
}

/// The parts of a file of which each item is a block.
const BLOCKS: [&str; 2] = ["/$defs", "/operations"];

impl Files {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for name in crate::project::schema_files(root, "zstack")? {
            let path = format!("schemas/zstack/{name}");
            let text = std::fs::read_to_string(root.join(&path)).map_err(|error| ImportError::new(&path, "", error))?;
            let json = crate::error::parse(&format!("zstack/{name}"), &text)?;
            files.insert(
                name.trim_end_matches(".json").to_owned(),
                File { was: text.clone(), text, json, blocks: BTreeMap::new() },
            );
        }
        Ok(Self { files })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.files.iter().map(|(name, file)| (name.as_str(), &file.json))
    }

    /// Adds a member to an object, or an item to a list, behind the last one.
    pub(super) fn add(&mut self, file: &str, pointer: &str, name: Option<&str>, value: &Json) {
        let Some(file) = self.files.get_mut(file) else { return };
        match (file.json.pointer_mut(pointer), name) {
            (Some(Json::Object(members)), Some(name)) => drop(members.insert(name.to_owned(), value.clone())),
            (Some(Json::Array(items)), None) => items.push(value.clone()),
            _ => return,
        }
        let label = name.map(|name| format!("{}: ", Json::from(name))).unwrap_or_default();
        if let Some(part) = BLOCKS.into_iter().find(|part| *part == pointer) {
            file.blocks.entry(part).or_default().push((label, value.clone()));
        } else {
            file.write_blocks();
            file.append(pointer, false, &[format!("{label}{}", line(value))]);
        }
    }

    /// How many items a list has.
    pub(super) fn count(&self, file: &str, pointer: &str) -> usize {
        let list = self.files.get(file).and_then(|file| file.json.pointer(pointer)?.as_array());
        list.map_or(0, Vec::len)
    }

    /// Adds a list or an object that is not there.
    pub(super) fn ensure(&mut self, file: &str, pointer: &str, name: &str, empty: &Json) {
        let has =
            self.files.get(file).and_then(|file| file.json.pointer(pointer)).is_some_and(|it| it.get(name).is_some());
        if !has {
            self.add(file, pointer, Some(name), empty);
        }
    }

    pub(super) fn changed(mut self) -> BTreeMap<PathBuf, String> {
        self.files.values_mut().for_each(File::write_blocks);
        let changed = self.files.into_iter().filter(|(_, file)| file.was != file.text);
        changed.map(|(name, file)| (format!("schemas/zstack/{name}.json").into(), file.text)).collect()
    }
}

impl File {
    fn write_blocks(&mut self) {
        for (pointer, blocks) in std::mem::take(&mut self.blocks) {
            let Some(place) = find(&self.text, pointer) else { continue };
            let inner = format!("{}  ", super::super::em::indent_of(&self.text, place.start));
            // Definitions and operations are a block each, and what they hold a line each.
            let blocks: Vec<String> =
                blocks.iter().map(|(label, value)| format!("{label}{}", block(value, &inner, 2))).collect();
            self.append(pointer, true, &blocks);
        }
    }

    /// Writes items behind the last one of a list or an object.
    fn append(&mut self, pointer: &str, in_lines: bool, items: &[String]) {
        let Some(place) = find(&self.text, pointer) else { return };
        let own = self.text.get(place.clone()).unwrap_or_default();
        let end = place.end - 1;
        let last = self.text.get(..end).unwrap_or_default().trim_end().len();
        let is_empty = last == place.start + 1;
        let outer = super::super::em::indent_of(&self.text, place.start);
        let in_lines = own.contains('\n') || is_empty && in_lines;
        let between = if in_lines { format!(",\n{outer}  ") } else { ", ".to_owned() };
        let all = items.join(&between);
        let added = match in_lines {
            _ if !is_empty => format!("{between}{all}"),
            true => format!("\n{outer}  {all}\n{outer}"),
            false => all,
        };
        self.text.replace_range(last..if is_empty { end } else { last }, &added);
    }
}

/// On one line, with a blank behind each comma and colon.
fn line(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let all: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", Json::from(name.as_str()), line(value))).collect();
            format!("{{{}}}", all.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Objects a member a line, as deep as `depth`.
fn block(value: &Json, indent: &str, depth: usize) -> String {
    let inner = format!("{indent}  ");
    let deeper = |members: &Map<String, Json>| -> String {
        let all: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("{inner}{}: {}", Json::from(name.as_str()), block(value, &inner, depth - 1)))
            .collect();
        format!("{{\n{}\n{indent}}}", all.join(",\n"))
    };
    match value {
        Json::Object(members) if depth > 0 && !members.is_empty() => deeper(members),
        Json::Array(items) if depth > 0 && items.iter().any(Json::is_object) => {
            let all: Vec<String> = items.iter().map(|item| format!("{inner}{}", line(item))).collect();
            format!("[\n{}\n{indent}]", all.join(",\n"))
        }
        other => line(other),
    }
}

/// Where the value of a pointer stands in a text, which is JSON.
fn find(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut at = skip(text, 0);
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = child(text, at, &part)?;
    }
    Some(at..value_end(text, at)?)
}

/// The next place that is no blank.
fn skip(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_start().len())
}

fn child(text: &str, open: usize, name: &str) -> Option<usize> {
    let is_object = text.as_bytes().get(open) == Some(&b'{');
    let (mut at, mut index) = (skip(text, open + 1), 0_usize);
    loop {
        match text.as_bytes().get(at)? {
            b'}' | b']' => return None,
            b',' => {
                at = skip(text, at + 1);
                index += 1;
                continue;
            }
            _ => {}
        }
        let mut found = name.parse() == Ok(index) && !is_object;
        if is_object {
            let end = value_end(text, at)?;
            let key: String = serde_json::from_str(text.get(at..end)?).ok()?;
            found = key == name;
            // Behind the colon.
            at = skip(text, skip(text, end) + 1);
        }
        if found {
            return Some(at);
        }
        at = skip(text, value_end(text, at)?);
    }
}

/// Where a value ends that begins at a place.
fn value_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut in_text) = (0_usize, start, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_text => at += 1,
            b'"' => {
                in_text = !in_text;
                if !in_text && depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return Some(if depth == 1 { at + 1 } else { at }),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_found_whatever_stands_around_it() {
        let text = r#"{ "a\"": [1, {"x": "}"} , "y"], "b/c": {"d": -2.5, "e": {}}, "f": true }"#;
        let json: Json = serde_json::from_str(text).unwrap_or_default();
        for pointer in ["", "/a\"", "/a\"/1", "/a\"/1/x", "/a\"/2", "/b~1c", "/b~1c/d", "/b~1c/e", "/f"] {
            let found = find(text, pointer).and_then(|range| text.get(range)).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Json>(found).ok().as_ref(), json.pointer(pointer), "{pointer}: {found}");
        }
        assert_eq!(find(text, "/nothing"), None);
    }
}
