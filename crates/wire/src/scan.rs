//! Finding the end of a text quickly.

/// The first byte from `at` on that is one of two or a control character; the end when there is none. Eight bytes at a
/// time.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize, one: u8, other: u8) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // The high bit of each byte that is zero; a borrow can only mark bytes above a true one.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let hit = (zeros(word ^ (ONES * u64::from(one))) | zeros(word ^ (ONES * u64::from(other))) | control) & HIGH;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| *byte != one && *byte != other && *byte >= 0x20) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn agrees_with_a_look_at_each_byte() {
        let bytes: Vec<u8> = (0..=255).cycle().step_by(37).take(600).collect();
        for at in 0..bytes.len() {
            let slow = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'&' | 0..0x20));
            assert_eq!(plain(&bytes, at, b'"', b'&'), slow.map_or(bytes.len(), |found| at + found), "{at}");
        }
    }
}
