//! Fills every slot of a value through reflection, from a string of bytes that proptest makes and shrinks.

use backhaul_wire::generated::Unknown;
use backhaul_wire::generated::Value;
use backhaul_wire::json::{self, Case};
use backhaul_wire::shape::{EnumShape, Field, Kind, Place};
use backhaul_wire::{Drift, Slot, Struct};

/// Which texts the format that is tested can hold, and which values it keeps apart.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    /// Anything.
    Json,
    /// No control characters, no maps, no empty ids, dates or enum values.
    Xml,
}

/// Bytes to make choices from; zeros when they are used up.
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
    format: For,
    /// How many structs may still be made, so that types that contain themselves end.
    structs: usize,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(rest: &'a [u8], format: For) -> Self {
        Self { rest, format, structs: 60 }
    }

    fn next(&mut self) -> u8 {
        match self.rest.split_first() {
            None => 0,
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
        }
    }

    fn int(&mut self) -> i64 {
        const EDGES: [i64; 6] = [0, i64::MAX, i64::MIN, (1 << 53) + 1, -(1 << 53) - 1, -1];
        match self.next() {
            choice @ 0..6 => EDGES[usize::from(choice)],
            choice => i64::from(choice) << (self.next() % 55),
        }
    }

    fn float(&mut self) -> f64 {
        let value = f64::from_bits(u64::from_le_bytes(std::array::from_fn(|_| self.next())));
        if value.is_finite() { value } else { 0.5 }
    }

    fn text(&mut self, empty: bool) -> String {
        const CHARS: [char; 30] = [
            'a', 'Z', '0', ' ', '&', '<', '>', '"', '\'', ';', ']', '[', '{', '}', '\\', '/', ':', '=', '+', '%', '\t',
            '\n', '\r', 'é', '漢', '😀', '\u{85}', '\u{2028}', '\u{feff}', '\u{fffd}',
        ];
        let len = self.next() % 12;
        let mut text: String = (0..len)
            .map(|_| match self.next() {
                byte @ 0..30 => CHARS[usize::from(byte)],
                byte @ 30..45 if self.format == For::Json => char::from(byte - 30),
                byte => char::from(b'a' + byte % 26),
            })
            .collect();
        if text.is_empty() && !empty {
            text.push('x');
        }
        text
    }

    fn choice(&mut self, shape: &'static EnumShape) -> String {
        let choice = usize::from(self.next());
        match shape.values.get(choice % (shape.values.len() + 1)) {
            Some(value) => value.name.to_owned(),
            None => format!("Newer{choice}"),
        }
    }

    fn json(&mut self, depth: u8) -> Value {
        if self.format == For::Xml {
            return Value::String(self.text(true));
        }
        match self.next() % if depth < 3 { 7 } else { 5 } {
            0 => Value::Bool(self.next().is_multiple_of(2)),
            1 => self.int().into(),
            2 => self.float().into(),
            3 => Value::String(self.text(true)),
            4 => u64::MAX.into(),
            5 => (0..self.next() % 3).map(|_| self.json(depth + 1)).collect(),
            _ => Value::Object((0..self.next() % 3).map(|_| (self.text(true), self.json(depth + 1))).collect()),
        }
    }

    fn some(&mut self) -> bool {
        // Used-up bytes are zeros, so that what is filled ends.
        !self.next().is_multiple_of(3)
    }

    fn len(&mut self) -> u8 {
        self.next() % 4
    }

    fn nested(&mut self) -> bool {
        let some = self.structs > 0 && self.some();
        self.structs -= usize::from(some);
        some
    }

    /// Fills a value. Of a union it is one that reads back as itself: what its own body is read as.
    pub(crate) fn fill(&mut self, target: &mut dyn Struct) {
        let Some(union) = target.shape().union else { return self.fields(target) };
        let choice = usize::from(self.next()) % (union.variants.len() + 1);
        if let Some(slot) = target.union() {
            slot.choose((choice < union.variants.len()).then_some(choice));
        }
        self.fields(target);
        let body = json::encode(target, Case::Schema).unwrap();
        if let Some(slot) = target.union() {
            slot.choose(None);
        }
        let mut drift = Drift::default();
        let read = json::decode_into(target, &body, Some(&mut drift));
        // What stands at a name that two kinds give other types fits only one of them, and further down may be kept as
        // unknown.
        let elsewhere = drift.unknown_fields.iter().any(|path| path.contains(['.', '[']));
        if (read.is_err() || elsewhere || !drift.misfits.is_empty())
            && let Some(slot) = target.union()
        {
            slot.choose(None);
        }
        // The fields of other kinds are none of this one's.
        if let Some(unknown) = target.unknown_mut() {
            *unknown = Unknown::NONE;
        }
    }

    fn fields(&mut self, target: &mut dyn Struct) {
        let shape = target.shape();
        for (index, field) in shape.fields.iter().enumerate() {
            self.slot(target.slot(index), field, shape.name);
        }
    }

    fn slot(&mut self, slot: Slot<'_>, field: &Field, owner: &str) {
        let xml = self.format == For::Xml;
        match slot {
            Slot::None => panic!("{owner} has no slot for {}", field.wire),
            Slot::Bool(v) => *v = self.some().then(|| self.next().is_multiple_of(2)),
            Slot::Int(v) => *v = self.some().then(|| self.int()),
            Slot::Float(v) => *v = self.some().then(|| self.float()),
            // An element's own text that is empty is no text.
            Slot::Text(v) => *v = self.some().then(|| self.text(!(xml && field.place == Place::Text))),
            Slot::Id(v) => *v = self.some().then(|| self.text(!xml).into()),
            Slot::DateTime(v) => *v = self.some().then(|| self.text(!xml).into()),
            Slot::Secret(v) => *v = self.some().then(|| self.text(false).into()),
            Slot::Json(v) => *v = self.some().then(|| self.json(0)),
            Slot::Bools(v) => v.extend((0..self.len()).map(|_| self.next().is_multiple_of(2))),
            Slot::Ints(v) => v.extend((0..self.len()).map(|_| self.int())),
            Slot::Floats(v) => v.extend((0..self.len()).map(|_| self.float())),
            Slot::Texts(v) => v.extend((0..self.len()).map(|_| self.text(true))),
            Slot::Ids(v) => v.extend((0..self.len()).map(|_| self.text(true).into())),
            Slot::DateTimes(v) => v.extend((0..self.len()).map(|_| self.text(true).into())),
            Slot::Jsons(v) => v.extend((0..self.len()).map(|_| self.json(0))),
            Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) if xml => {}
            Slot::TextMap(v) => v.extend((0..self.len()).map(|_| (self.text(true), self.text(true)))),
            Slot::JsonMap(v) => v.extend((0..self.len()).map(|_| (self.text(true), self.json(0)))),
            Slot::Enum(v) => {
                let Kind::Enum(kind) = field.kind else { panic!("{owner}.{}", field.wire) };
                if self.some() {
                    v.put(Some(&self.choice(kind)));
                }
            }
            Slot::Enums(v) => {
                let Kind::Enum(kind) = field.kind else { panic!("{owner}.{}", field.wire) };
                for _ in 0..self.len() {
                    v.push(&self.choice(kind));
                }
            }
            Slot::Struct(v) => {
                if self.nested() {
                    self.fill(v.get_or_default());
                }
            }
            Slot::Structs(v) => {
                while self.nested() {
                    self.fill(v.push());
                }
            }
            Slot::StructMap(v) => {
                while self.nested() {
                    let name = self.text(true);
                    self.fill(v.entry(&name));
                }
            }
            Slot::Edit(v) => match self.next() % 3 {
                0 => v.set_null(true),
                _ => self.slot(v.slot(), field, owner),
            },
            Slot::Unknown(_) => panic!("{owner} has more among its fields"),
        }
    }
}
