//! `BYTE_STREAM_SPLIT`: the first bytes of all numbers, then their second bytes, and so on: like lies with like.

use std::{array, iter};

/// Bytes of a number, and numbers that are taken at once.
const EIGHT: usize = 8;

/// Appends numbers.
pub fn streams(numbers: &[f64], out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let begin = out.len();
    out.resize(begin + EIGHT * numbers.len(), 0);
    let mut streams = out[begin..].chunks_exact_mut(numbers.len());
    let mut streams: [_; EIGHT] = array::from_fn(|_| streams.next().expect("eight streams"));
    let (eights, rest) = numbers.as_chunks::<EIGHT>();
    for (index, eight) in eights.iter().enumerate() {
        let bytes = transposed(eight.map(f64::to_bits)).map(u64::to_le_bytes);
        for (stream, bytes) in iter::zip(&mut streams, bytes) {
            stream[EIGHT * index..][..EIGHT].copy_from_slice(&bytes);
        }
    }
    for (index, number) in iter::zip(EIGHT * eights.len().., rest) {
        for (stream, byte) in iter::zip(&mut streams, number.to_bits().to_le_bytes()) {
            stream[index] = byte;
        }
    }
}

/// Returns the lowest bytes of all words as the first word, their second bytes as the second, and so on: swaps halves of
/// words that lie four apart, then quarters of those that lie two apart, then single bytes of neighbours.
fn transposed(mut words: [u64; EIGHT]) -> [u64; EIGHT] {
    for (apart, lower) in [
        (4, 0x0000_0000_ffff_ffff),
        (2, 0x0000_ffff_0000_ffff),
        (1, 0x00ff_00ff_00ff_00ff),
    ] {
        for one in (0..EIGHT).filter(|one| one & apart == 0) {
            let bits = 8 * apart;
            let differing = (words[one] >> bits ^ words[one + apart]) & lower;
            words[one] ^= differing << bits;
            words[one + apart] ^= differing;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_one_place_stand_together() {
        // 1.0 is 0x3ff0…, 2.5 is 0x4004…
        let mut out = Vec::new();
        streams(&[1.0, 2.5], &mut out);
        assert_eq!(
            out,
            [[0; 12].as_slice(), &[0xf0, 0x04, 0x3f, 0x40]].concat()
        );
    }

    #[test]
    fn eight_at_once_are_as_one_by_one() {
        let number = |index: u64| f64::from_bits(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for count in [0, 1, 7, 8, 9, 24, 31] {
            let numbers: Vec<_> = (1..=count).map(number).collect();
            let stream = |place| {
                let byte = move |number: &f64| number.to_bits().to_le_bytes()[place];
                numbers.iter().map(byte)
            };
            let mut out = Vec::new();
            streams(&numbers, &mut out);
            assert_eq!(out, (0..8).flat_map(stream).collect::<Vec<_>>());
        }
    }
}
