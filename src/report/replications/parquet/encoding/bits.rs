//! Whole numbers as bits.

/// Appends a number in groups of seven bits, the lowest first (ULEB128).
pub fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a signed number: 0, -1, 1, -2 … as 0, 1, 2, 3 …
pub fn zigzag(number: i64, out: &mut Vec<u8>) {
    varint((number << 1 ^ number >> 63) as u64, out);
}

/// Returns how many bits the number takes.
pub const fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Appends numbers of `width` bits side by side, the first at the lowest bit; zeros fill the last byte.
pub fn pack(numbers: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let (mut word, mut filled) = (0, 0);
    for number in numbers {
        word |= number << filled;
        filled += width;
        if filled >= u64::BITS {
            out.extend_from_slice(&word.to_le_bytes());
            filled -= u64::BITS;
            // The bits of this number that had no place.
            word = number.checked_shr(width - filled).unwrap_or(0);
        }
    }
    out.extend_from_slice(&word.to_le_bytes()[..filled.div_ceil(8) as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(put: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out);
        out
    }

    #[test]
    fn numbers_take_seven_bits_a_byte() {
        // 300 = 2 * 128 + 44.
        assert_eq!(bytes(|out| varint(300, out)), [0x80 | 44, 2]);
        assert_eq!(bytes(|out| varint(127, out)), [127]);
        assert_eq!(bytes(|out| zigzag(-65, out)), [0x80 | 1, 1]);
        let widest = [vec![0xff; 9], vec![1]].concat();
        assert_eq!(bytes(|out| zigzag(i64::MIN, out)), widest);
    }

    /// The example of `Encodings.md`: 0 to 7 in three bits each.
    #[test]
    fn bits_stand_side_by_side() {
        let packed = bytes(|out| pack(0..8, 3, out));
        assert_eq!(packed, [0b1000_1000, 0b1100_0110, 0b1111_1010]);
    }

    #[test]
    fn a_number_may_lie_over_two_words() {
        // 40 ones, 40 bits of 2: bits 0 to 39 and bit 41.
        let packed = bytes(|out| pack([(1 << 40) - 1, 2].into_iter(), 40, out));
        assert_eq!(packed, [255, 255, 255, 255, 255, 2, 0, 0, 0, 0]);
        let whole = bytes(|out| pack([u64::MAX, 1].into_iter(), 64, out));
        assert_eq!(whole, [[255; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat());
    }
}
