//! `DELTA_BINARY_PACKED`: each number as its distance from the one before.

use super::bits::{pack, varint, width, zigzag};

/// Distances that share their least, from which they are counted.
const BLOCK: usize = 128;

/// Distances that share a width.
const SHARING_WIDTH: usize = 32;

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
    let mut distances = [0; BLOCK];
    for (distance, pair) in distances.iter_mut().zip(numbers.windows(2)) {
        *distance = pair[1].wrapping_sub(pair[0]);
    }
    let distances = &distances[..numbers.len() - 1];
    let least = distances.iter().copied().min().unwrap_or(0);
    zigzag(least, out);
    // What is beyond the last number stays 0 and is packed where it shares a width with others.
    let mut excess = [0; BLOCK];
    for (excess, distance) in excess.iter_mut().zip(distances) {
        *excess = distance.wrapping_sub(least) as u64;
    }
    let sharing = excess.chunks_exact(SHARING_WIDTH);
    let widths = sharing
        .clone()
        .map(|numbers| width(numbers.iter().fold(0, |all, it| all | it)));
    out.extend(widths.clone().map(|width| width as u8));
    for (numbers, width) in sharing.zip(widths) {
        pack(numbers.iter().copied(), width, out);
    }
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
