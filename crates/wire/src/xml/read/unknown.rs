//! What the shape does not know, or knows as something else.

use serde_json::Value;

use super::super::lex::{Error, Result, Span, Token};
use super::{Driver, local};
use crate::context::Step;
use crate::reflect::{Struct, UnknownField, UnknownPlace};

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
        self.raw(&mut markup);
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
        unknown.append(UnknownField { name, place: after(last), value: Value::String(markup) });
        Ok(())
    }

    /// Refuses what an attribute of the tag read last cannot say: a reference that XML does not have must not be sent
    /// on.
    fn sound_attributes(&self) -> Result<()> {
        self.source.attributes().iter().try_for_each(|attribute| self.source.value(*attribute).map(drop))
    }

    /// Adds the token read last, without the root element's prefix, which the body that goes back does not declare.
    fn raw(&self, out: &mut String) {
        let (comments, raw) = self.source.raw();
        out.push_str(comments);
        let open = if raw.starts_with("</") { "</" } else { "<" };
        match raw.strip_prefix(open).and_then(|rest| rest.strip_prefix(&*self.prefix)) {
            Some(rest) if !self.prefix.is_empty() => {
                out.push_str(open);
                out.push_str(rest);
            }
            _ => out.push_str(raw),
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
            let value = Value::String(format!("<{name}>{text}</{name}>"));
            unknown.append(UnknownField { name: name.to_owned(), place: after(index), value });
        }
        Ok(())
    }
}

fn after(last: usize) -> UnknownPlace {
    UnknownPlace::ElementAfter(u16::try_from(last).unwrap_or(u16::MAX))
}
