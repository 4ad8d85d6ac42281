//! `RLE`, the hybrid of runs and packed bits: small numbers, which are mostly the same.

use std::iter;

pub use super::bits::width;
use super::bits::{PACKED, pack, varint};

/// Numbers are packed by so many.
const PACKED_TOGETHER: usize = 8;

/// Appends numbers of `width` bits: one run if they are all the same, else packed.
pub fn hybrid(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    match numbers.first() {
        None => {}
        Some(&first) if numbers.iter().all(|&number| number == first) => {
            run(first, numbers.len(), width, out);
        }
        Some(_) => packed(numbers, width, out),
    }
}

/// Appends `count` times the same number.
pub fn run(number: u32, count: usize, width: u32, out: &mut Vec<u8>) {
    varint((count as u64) << 1, out);
    out.extend_from_slice(&number.to_le_bytes()[..width.div_ceil(8) as usize]);
}

fn packed(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    let groups = numbers.len().div_ceil(PACKED_TOGETHER);
    varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    for numbers in numbers.chunks(PACKED) {
        let mut all = [0; PACKED];
        iter::zip(&mut all, numbers).for_each(|(it, &number)| *it = number.into());
        pack(all, width, out);
    }
    // Beyond the last group there is nothing.
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(numbers: &[u32], width: u32) -> Vec<u8> {
        let mut out = Vec::new();
        hybrid(numbers, width, &mut out);
        out
    }

    #[test]
    fn the_same_number_is_said_once() {
        assert_eq!(bytes(&[5; 100], 3), [0x80 | 72, 1, 5]);
        assert_eq!(bytes(&[0; 3], 0), [6]);
        assert!(bytes(&[], 3).is_empty());
    }

    #[test]
    fn others_are_packed_by_eight() {
        // Nine numbers are two groups of eight: 2 * 2 + 1, then two bytes of one bit each.
        let numbers = [1, 0, 0, 0, 0, 0, 0, 1, 1];
        assert_eq!(bytes(&numbers, 1), [5, 0b1000_0001, 1]);
        // Two numbers of 12 bits are three bytes, and the other six of their group nine.
        let packed = bytes(&[0xabc, 0x123], 12);
        assert_eq!(packed, [[3, 0xbc, 0x3a, 0x12].as_slice(), &[0; 9]].concat());
    }
}
