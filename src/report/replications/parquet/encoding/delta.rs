//! `DELTA_BINARY_PACKED`: each number as its distance from the one before.

use std::{array, iter};

use super::bits::{PACKED, pack, varint, width, zigzag};

/// Distances that share their least, from which they are counted.
const BLOCK: usize = 128;

/// Distances that share a width.
const SHARING_WIDTH: usize = PACKED;

/// Appends numbers.
pub fn delta(numbers: &[i64], out: &mut Vec<u8>) {
    for fact in [BLOCK, BLOCK / SHARING_WIDTH, numbers.len()] {
        varint(fact as u64, out);
    }
    zigzag(numbers.first().copied().unwrap_or(0), out);
    for begin in (1..numbers.len()).step_by(BLOCK) {
        let end = numbers.len().min(begin + BLOCK);
        block(&numbers[begin - 1..end], out);
    }
}

/// Appends the distances between neighbours. They wrap around, so that they always fit.
fn block(numbers: &[i64], out: &mut Vec<u8>) {
    let later = &numbers[1..];
    let mut distances = [i64::MAX; BLOCK];
    for (distance, (later, earlier)) in iter::zip(&mut distances, iter::zip(later, numbers)) {
        *distance = later.wrapping_sub(*earlier);
    }
    let least = least(&distances);
    zigzag(least, out);
    // What is beyond the last number is 0 and is packed where it shares a width with others.
    distances[later.len()..].fill(least);
    let excess = distances.map(|distance| distance.wrapping_sub(least) as u64);
    let (sharing, _) = excess.as_chunks::<SHARING_WIDTH>();
    let mut widths = [0; BLOCK / SHARING_WIDTH];
    for (known, numbers) in iter::zip(&mut widths, sharing) {
        *known = width(numbers.iter().fold(0, |all, it| all | it));
    }
    out.extend(widths.map(|width| width as u8));
    for (&numbers, width) in iter::zip(sharing, widths) {
        pack(numbers, width, out);
    }
}

/// Returns the least distance; looks at four at once.
fn least(distances: &[i64; BLOCK]) -> i64 {
    let (fours, _) = distances.as_chunks::<4>();
    let least = |one: [i64; 4], other: &[i64; 4]| array::from_fn(|lane| one[lane].min(other[lane]));
    let [one, two, three, four] = fours.iter().fold(fours[0], least);
    one.min(two).min(three).min(four)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(numbers: &[i64]) -> Vec<u8> {
        let mut out = Vec::new();
        delta(numbers, &mut out);
        out
    }

    /// A block of 128 distances with 4 widths.
    const HEAD: [u8; 3] = [0x80, 1, 4];

    /// The first example of `Encodings.md`: all distances are 1, so that they take no bits.
    #[test]
    fn steps_of_one_take_no_bits() {
        let numbers = [1, 2, 3, 4, 5];
        assert_eq!(
            bytes(&numbers),
            [&HEAD[..], &[5, 2, 2, 0, 0, 0, 0]].concat()
        );
    }

    /// The second: 7, 5, 3, 1, 2, 3, 4, 5 has the distances -2, -2, -2, 1, 1, 1, 1, which lie 0, 0, 0, 3, 3, 3, 3 over their least.
    #[test]
    fn distances_are_counted_from_the_least() {
        let packed = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
        let expected = [&HEAD[..], &[8, 14, 3, 2, 0, 0, 0], &packed].concat();
        assert_eq!(bytes(&[7, 5, 3, 1, 2, 3, 4, 5]), expected);
    }

    #[test]
    fn nothing_and_a_single_number_have_no_block() {
        assert_eq!(bytes(&[]), [&HEAD[..], &[0, 0]].concat());
        assert_eq!(bytes(&[-1]), [&HEAD[..], &[1, 1]].concat());
    }

    /// 130 numbers are 129 distances: a block of 128 that take no bits, and one of a single distance of 0.
    #[test]
    fn a_block_ends_after_128_distances() {
        let block = [0, 0, 0, 0, 0];
        let expected = [&HEAD[..], &[0x80 | 2, 1, 0], &block, &block].concat();
        assert_eq!(bytes(&[0; 130]), expected);
    }
}
