//! Which kind of a union an object is.

use serde_json::{Map, Value};

use super::super::lex::Result;
use super::Driver;
use crate::reflect::Struct;

impl Driver<'_, '_, '_> {
    /// Makes a union the kind that the object ahead is. The tag may stand last, so the object is looked through first.
    pub(super) fn choose(&mut self, target: &mut dyn Struct) -> Result<()> {
        let wide = target.shape();
        let Some(union) = wide.union else { return Ok(()) };
        let kind = union.pick(wide, &self.outline()?);
        if let Some(slot) = target.union() {
            slot.choose(kind);
        }
        Ok(())
    }

    /// The members of the object ahead, as far as they tell its kind: texts whole, of objects and lists whether they
    /// are empty.
    fn outline(&self) -> Result<Map<String, Value>> {
        let (mut ahead, mut first, mut outline) = (self.cursor, true, Map::new());
        ahead.open()?;
        while ahead.more_members(&mut first)? {
            let name = ahead.string()?.into_owned();
            ahead.colon()?;
            let value = match ahead.peek()? {
                b'"' => Value::String(ahead.string()?.into_owned()),
                b'n' => ahead.literal("null").map(|()| Value::Null)?,
                open @ (b'{' | b'[') => {
                    let mut inside = ahead;
                    inside.open()?;
                    ahead.skip()?;
                    match (open, inside.peek()?) {
                        (b'{', b'}') => Value::Object(Map::new()),
                        (b'{', _) => Value::Object(Map::from_iter([(String::new(), Value::Null)])),
                        (_, b']') => Value::Array(Vec::new()),
                        _ => Value::Array(vec![Value::Null]),
                    }
                }
                _ => {
                    ahead.skip()?;
                    Value::Bool(true)
                }
            };
            outline.insert(name, value);
        }
        Ok(outline)
    }
}
