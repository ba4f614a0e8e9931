//! Identifiers and amounts for estates of any size, the same ones every time.

/// A GUID that names a kind of thing and its number.
pub(crate) fn guid(kind: u32, number: usize) -> String {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    format!("{kind:08x}-{:04x}-4000-8000-{:012x}", number >> 16 & 0xffff, mixed)
}

/// Numbers that look arbitrary, the same ones every time.
pub(crate) fn amount(seed: usize, below: i64) -> i64 {
    let mixed = (seed as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    i64::try_from((mixed ^ mixed >> 29) % below.unsigned_abs().max(1)).unwrap_or(0)
}
