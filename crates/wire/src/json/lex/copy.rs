//! Values as JSON text of one form: without blanks, texts with the escapes that they need, each member once.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Cursor, Result};

/// A member in a text: where it begins, and where its name ends.
type Member = (usize, usize);

impl Cursor<'_> {
    /// Reads any value and adds it to a text, as [`Cursor::value`] would be written.
    pub(in crate::json) fn copy(&mut self, out: &mut String) -> Result<()> {
        match self.peek()? {
            b'"' => self.copy_string(out)?,
            b'{' => self.copy_object(out)?,
            b'[' => {
                let mut first = true;
                self.open()?;
                out.push('[');
                let start = out.len();
                while self.more(b']', &mut first)? {
                    if out.len() > start {
                        out.push(',');
                    }
                    self.copy(out)?;
                }
                out.push(']');
            }
            b't' => self.literal("true").map(|()| out.push_str("true"))?,
            b'f' => self.literal("false").map(|()| out.push_str("false"))?,
            b'n' => self.literal("null").map(|()| out.push_str("null"))?,
            _ => {
                let (value, altered) = self.number()?.value();
                self.altered = altered.or(self.altered);
                out.push_str(&value.to_string());
            }
        }
        Ok(())
    }

    fn copy_object(&mut self, out: &mut String) -> Result<()> {
        let mut first = true;
        self.open()?;
        out.push('{');
        let mut members: Vec<Member> = Vec::new();
        while self.more_members(&mut first)? {
            if !members.is_empty() {
                out.push(',');
            }
            let start = out.len();
            self.copy_string(out)?;
            members.push((start, out.len()));
            self.colon()?;
            out.push(':');
            self.copy(out)?;
        }
        drop_twins(out, &members);
        out.push('}');
        Ok(())
    }

    fn copy_string(&mut self, out: &mut String) -> Result<()> {
        match self.string()? {
            // What has no escape needs none.
            Cow::Borrowed(text) => out.extend(["\"", text, "\""]),
            Cow::Owned(text) => out.push_str(&Value::String(text).to_string()),
        }
        Ok(())
    }
}

/// Of members of one name, keeps the last one, in the first one's place; they stand at the end of the text.
fn drop_twins(out: &mut String, members: &[Member]) {
    let name = |(start, end): &Member| out.get(*start..*end).unwrap_or_default();
    let mut seen = HashSet::with_capacity(if members.len() > 1 { members.len() } else { 0 });
    if members.len() < 2 || members.iter().all(|member| seen.insert(name(member))) {
        return;
    }
    let last: HashMap<&str, usize> = members.iter().enumerate().map(|(at, member)| (name(member), at)).collect();
    // A comma stands before the next one.
    let end = |at: usize| members.get(at + 1).map_or(out.len(), |next| next.0.saturating_sub(1));
    let text = |at: usize| members.get(at).and_then(|member| out.get(member.0..end(at))).unwrap_or_default();
    seen.clear();
    let first = members.iter().filter(|member| seen.insert(name(member)));
    let kept: Vec<&str> = first.filter_map(|member| last.get(name(member)).map(|at| text(*at))).collect();
    let kept = kept.join(",");
    if let Some((start, _)) = members.first() {
        out.truncate(*start);
        out.push_str(&kept);
    }
}
