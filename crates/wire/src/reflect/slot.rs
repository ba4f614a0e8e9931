use super::Slot;

impl Slot<'_> {
    /// Empties the place.
    pub fn clear(&mut self) {
        match self {
            Self::None => {}
            Self::Bool(v) => **v = None,
            Self::Int(v) => **v = None,
            Self::Float(v) => **v = None,
            Self::Text(v) => **v = None,
            Self::Id(v) => **v = None,
            Self::DateTime(v) => **v = None,
            Self::Secret(v) => **v = None,
            Self::Json(v) => **v = None,
            Self::Enum(v) => {
                v.put(None);
            }
            Self::Struct(v) => v.clear(),
            Self::Bools(v) => v.clear(),
            Self::Ints(v) => v.clear(),
            Self::Floats(v) => v.clear(),
            Self::Texts(v) => v.clear(),
            Self::Ids(v) => v.clear(),
            Self::DateTimes(v) => v.clear(),
            Self::Jsons(v) => v.clear(),
            Self::Enums(v) => v.clear(),
            Self::Structs(v) => v.truncate(0),
            Self::TextMap(v) => v.clear(),
            Self::JsonMap(v) => v.clear(),
            Self::StructMap(v) => v.clear(),
            Self::Edit(v) => {
                v.set_null(false);
                v.slot().clear();
            }
            Self::Unknown(v) => **v = super::Unknown::default(),
        }
    }

    /// The same place, borrowed for a shorter time.
    pub fn reborrow(&mut self) -> Slot<'_> {
        match self {
            Self::None => Slot::None,
            Self::Bool(v) => Slot::Bool(v),
            Self::Int(v) => Slot::Int(v),
            Self::Float(v) => Slot::Float(v),
            Self::Text(v) => Slot::Text(v),
            Self::Id(v) => Slot::Id(v),
            Self::DateTime(v) => Slot::DateTime(v),
            Self::Secret(v) => Slot::Secret(v),
            Self::Json(v) => Slot::Json(v),
            Self::Enum(v) => Slot::Enum(*v),
            Self::Struct(v) => Slot::Struct(*v),
            Self::Bools(v) => Slot::Bools(v),
            Self::Ints(v) => Slot::Ints(v),
            Self::Floats(v) => Slot::Floats(v),
            Self::Texts(v) => Slot::Texts(v),
            Self::Ids(v) => Slot::Ids(v),
            Self::DateTimes(v) => Slot::DateTimes(v),
            Self::Jsons(v) => Slot::Jsons(v),
            Self::Enums(v) => Slot::Enums(*v),
            Self::Structs(v) => Slot::Structs(*v),
            Self::TextMap(v) => Slot::TextMap(v),
            Self::JsonMap(v) => Slot::JsonMap(v),
            Self::StructMap(v) => Slot::StructMap(*v),
            Self::Edit(v) => Slot::Edit(*v),
            Self::Unknown(v) => Slot::Unknown(v),
        }
    }
}
