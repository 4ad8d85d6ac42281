//! `BYTE_STREAM_SPLIT`: the first bytes of all numbers, then their second bytes, and so on: like lies with like.

/// Appends numbers.
pub fn streams(numbers: &[f64], out: &mut Vec<u8>) {
    for place in 0..u64::BITS / 8 {
        out.extend(
            numbers
                .iter()
                .map(|number| (number.to_bits() >> (8 * place)) as u8),
        );
    }
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
}
