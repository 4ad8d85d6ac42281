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

/// Numbers that are packed at once: they end with a whole byte, whatever their width.
pub const PACKED: usize = 32;

/// Appends numbers of `width` bits side by side, the first at the lowest bit: `4 * width` bytes.
pub fn pack(mut numbers: [u64; PACKED], width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    // Neighbours are joined as long as two of them fit into a word, all pairs at once; only what is left goes one by one.
    let mut count = PACKED;
    let mut wide = width;
    while wide <= u64::BITS / 2 && count > 1 {
        match count {
            32 => join::<16>(&mut numbers, wide),
            16 => join::<8>(&mut numbers, wide),
            8 => join::<4>(&mut numbers, wide),
            4 => join::<2>(&mut numbers, wide),
            _ => join::<1>(&mut numbers, wide),
        }
        count /= 2;
        wide *= 2;
    }
    let mut packed = [0; 8 * PACKED];
    let (mut words, _) = packed.as_chunks_mut::<8>();
    let (mut word, mut filled) = (0, 0);
    for &number in &numbers[..count] {
        word |= number << filled;
        filled += wide;
        if filled >= u64::BITS {
            let (first, rest) = words.split_first_mut().expect("32 words are enough");
            *first = word.to_le_bytes();
            words = rest;
            filled -= u64::BITS;
            // The bits of this number that had no place.
            word = number.checked_shr(wide - filled).unwrap_or(0);
        }
    }
    if filled > 0 {
        words[0] = word.to_le_bytes();
    }
    out.extend_from_slice(&packed[..PACKED / 8 * width as usize]);
}

/// Makes one number of each of the first `PAIRS` pairs.
fn join<const PAIRS: usize>(numbers: &mut [u64; PACKED], width: u32) {
    for pair in 0..PAIRS {
        numbers[pair] = numbers[2 * pair] | numbers[2 * pair + 1] << width;
    }
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

    fn packed(numbers: &[u64], width: u32) -> Vec<u8> {
        let mut all = [0; PACKED];
        all[..numbers.len()].copy_from_slice(numbers);
        let packed = bytes(|out| pack(all, width, out));
        assert_eq!(packed.len(), 4 * width as usize);
        packed
    }

    /// The example of `Encodings.md`: 0 to 7 in three bits each.
    #[test]
    fn bits_stand_side_by_side() {
        let packed = packed(&[0, 1, 2, 3, 4, 5, 6, 7], 3);
        assert_eq!(packed[..4], [0b1000_1000, 0b1100_0110, 0b1111_1010, 0]);
    }

    #[test]
    fn a_number_may_lie_over_two_words() {
        // 40 ones, 40 bits of 2: bits 0 to 39 and bit 41.
        let two = packed(&[(1 << 40) - 1, 2], 40);
        assert_eq!(two[..10], [255, 255, 255, 255, 255, 2, 0, 0, 0, 0]);
        let whole = packed(&[u64::MAX, 1], 64);
        assert_eq!(whole[..16], [[255; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat());
    }

    /// Of each width, bit by bit.
    #[test]
    fn every_bit_has_its_place() {
        for width in 0..=u64::BITS {
            let spread = |index: u64| (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mask = u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0);
            let numbers: [_; PACKED] = std::array::from_fn(|index| spread(index as u64) & mask);
            let packed = packed(&numbers, width);
            let bit = |place: usize| packed[place / 8] >> (place % 8) & 1;
            for (index, number) in numbers.iter().enumerate() {
                for place in 0..width as usize {
                    let expected = (number >> place & 1) as u8;
                    assert_eq!(bit(index * width as usize + place), expected, "{width}");
                }
            }
        }
    }
}
