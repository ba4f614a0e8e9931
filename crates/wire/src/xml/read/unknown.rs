//! What the shape does not know, or knows as something else.

use super::super::lex::{Error, Result, Span, Token};
use super::{Driver, local};
use crate::context::Step;
use crate::reflect::{Struct, UnknownPlace};

impl Driver<'_, '_, '_, '_> {
    /// Passes over an unknown element whose start tag was read, or keeps it as it stands on types that keep them:
    /// behind the known element before it, whose field's index + 1 is `last`.
    pub(super) fn unknown(&mut self, target: &mut dyn Struct, last: usize, name: Span, empty: bool) -> Result<()> {
        let name = local(self.source.str(name));
        self.context.unknown_field(name);
        let Some(unknown) = target.unknown_mut() else {
            return if empty { Ok(()) } else { self.skip() };
        };
        let name = name.to_owned();
        let mut markup = String::new();
        self.sound_attributes()?;
        let start = self.raw(&mut markup);
        let foreign = self.foreign();
        if !empty {
            let above = self.source.depth().saturating_sub(1);
            while self.source.depth() > above {
                match self.source.next()? {
                    Token::Text { span, plain } => drop(self.source.meaning(span, plain)?),
                    Token::Open { .. } => self.sound_attributes()?,
                    _ => {}
                }
                self.raw(&mut markup);
            }
        }
        self.declare(&mut markup, start, &foreign);
        unknown.append(&name, after(last), &markup);
        Ok(())
    }

    /// Refuses what an attribute of the tag read last cannot say: a reference that XML does not have must not be sent
    /// on.
    fn sound_attributes(&self) -> Result<()> {
        self.source.attributes().iter().try_for_each(|attribute| self.source.value(*attribute).map(drop))
    }

    /// Adds the token read last, without the root element's prefix, which the body that goes back does not declare.
    /// Says where it begins, behind the comments before it.
    fn raw(&self, out: &mut String) -> usize {
        let (comments, raw) = self.source.raw();
        out.push_str(comments);
        let start = out.len();
        let open = if raw.starts_with("</") { "</" } else { "<" };
        match raw.strip_prefix(open).and_then(|rest| rest.strip_prefix(&*self.prefixes.own)) {
            Some(rest) if !self.prefixes.own.is_empty() => {
                out.push_str(open);
                out.push_str(rest);
            }
            _ => out.push_str(raw),
        }
        start
    }

    /// The prefixes of the root element that the tag read last does not declare itself, by their index.
    fn foreign(&self) -> Vec<usize> {
        let own = |prefix: &str| {
            let is =
                |name: &str| name.strip_prefix("xmlns:").is_some_and(|name| Some(name) == prefix.strip_suffix(':'));
            self.source.attributes().iter().any(|attribute| is(self.source.str(attribute.name)))
        };
        let declared = self.prefixes.declared.iter().enumerate();
        declared.filter(|(_, (prefix, _))| !own(prefix)).map(|(index, _)| index).collect()
    }

    /// Declares, in the start tag at `start`, those of these prefixes that an element's markup uses: the root element of
    /// the body that goes back does not.
    fn declare(&self, markup: &mut String, start: usize, foreign: &[usize]) {
        let used = foreign.iter().filter_map(|index| self.prefixes.declared.get(*index));
        let used: Vec<_> = used.filter(|(prefix, _)| uses(markup, prefix)).collect();
        let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
        let Some(name) = markup.get(start..).and_then(|tag| tag.find(is_end)) else { return };
        for (prefix, namespace) in used {
            let (prefix, namespace) = (prefix.trim_end_matches(':'), quick_xml::escape::escape(namespace));
            markup.insert_str(start + name, &format!(" xmlns:{prefix}=\"{namespace}\""));
        }
    }

    /// Keeps the text of an element that does not fit its field when somebody wants to know; else it is an error.
    #[cold]
    pub(super) fn misfit(&mut self, target: &mut dyn Struct, index: usize, text: &str, reason: String) -> Result<()> {
        let field = &target.shape().fields[index];
        if !self.context.reports() && !field.uncertain {
            self.context.push(Step::Field(field.wire));
            return Err(Error::Refused(reason));
        }
        self.context.misfit(field.wire, self.context.path_to(field.wire), reason);
        if let Some(unknown) = target.unknown_mut() {
            let (name, text) = (field.wire, quick_xml::escape::escape(text));
            unknown.append(name, after(index), &format!("<{name}>{text}</{name}>"));
        }
        Ok(())
    }
}

/// Whether a name in a tag, or what an attribute holds, begins with a prefix. A word of a text may look so, too, and
/// costs a declaration that says nothing.
fn uses(markup: &str, prefix: &str) -> bool {
    let before = |at: usize| markup.as_bytes().get(at.wrapping_sub(1));
    let begins = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'/' | b'"' | b'\'');
    markup.match_indices(prefix).any(|(at, _)| before(at).is_some_and(begins))
}

fn after(last: usize) -> UnknownPlace {
    UnknownPlace::ElementAfter(u16::try_from(last).unwrap_or(u16::MAX))
}
