//! `DELTA_BYTE_ARRAY`: each text as what it shares with the front of the one before, and the rest.

use std::{iter, mem};

use super::delta::delta;

/// Texts of a page.
#[derive(Clone, Default)]
pub struct FrontCoded {
    shared_bytes: Vec<i64>,
    rest_bytes: Vec<i64>,
    rests: Vec<u8>,
    before: Vec<u8>,
}

impl FrontCoded {
    /// Takes a text, and leaves the memory of the one before in its place.
    pub fn push(&mut self, text: &mut Vec<u8>) {
        let shared = shared_bytes(&self.before, text);
        let rest = &text[shared..];
        self.shared_bytes.push(shared as i64);
        self.rest_bytes.push(rest.len() as i64);
        self.rests.extend_from_slice(rest);
        mem::swap(&mut self.before, text);
    }

    /// Returns how many bytes of text it keeps.
    pub const fn kept_bytes(&self) -> usize {
        self.rests.len()
    }

    /// Appends the texts and forgets them.
    pub fn put(&mut self, out: &mut Vec<u8>) {
        delta(&self.shared_bytes, out);
        delta(&self.rest_bytes, out);
        out.extend_from_slice(&self.rests);
        self.shared_bytes.clear();
        self.rest_bytes.clear();
        self.rests.clear();
        self.before.clear();
    }
}

/// Returns how many bytes two texts have in common from their begin on; compares a word at a time.
fn shared_bytes(one: &[u8], other: &[u8]) -> usize {
    let words = iter::zip(one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    for (index, (&one, &other)) in words.enumerate() {
        let difference = u64::from_le_bytes(one) ^ u64::from_le_bytes(other);
        if difference != 0 {
            return 8 * index + difference.trailing_zeros() as usize / 8;
        }
    }
    let begin = one.len().min(other.len()) / 8 * 8;
    let rests = iter::zip(&one[begin..], &other[begin..]);
    begin + rests.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of `Encodings.md`: axis, axle, babble, babyhood share 0, 2, 0 and 3 bytes.
    #[test]
    fn shared_bytes_are_those_up_to_the_first_difference() {
        let text = b"0123456789abcdefgh";
        for length in 0..=text.len() {
            assert_eq!(shared_bytes(text, &text[..length]), length);
            assert_eq!(shared_bytes(&text[..length], text), length);
            let other = [&text[..length], b"~ and more than a word"].concat();
            assert_eq!(shared_bytes(text, &other), length);
        }
    }

    #[test]
    fn what_is_shared_is_not_said_again() {
        let mut texts = FrontCoded::default();
        for text in ["axis", "axle", "babble", "babyhood"] {
            texts.push(&mut text.into());
        }
        assert_eq!(texts.kept_bytes(), 17);
        let mut expected = Vec::new();
        delta(&[0, 2, 0, 3], &mut expected);
        delta(&[4, 2, 6, 5], &mut expected);
        expected.extend(b"axislebabbleyhood");
        let mut found = Vec::new();
        texts.put(&mut found);
        assert_eq!(found, expected);
        // A page knows nothing of the one before.
        texts.push(&mut b"babyhood".into());
        assert_eq!(texts.kept_bytes(), 8);
    }
}
