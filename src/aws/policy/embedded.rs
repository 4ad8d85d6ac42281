//! JSON inside a JSON string: where a byte of the inner text stands in the outer one.

/// For each byte of the decoded string, and its end, the offset of what encodes it.
pub(super) struct Embedded(Vec<usize>);

impl Embedded {
    /// Maps a string literal whose text between the quotes is `raw` and begins at `start` of the outer text.
    pub(super) fn new(raw: &str, start: usize) -> Self {
        let mut offsets = Vec::with_capacity(raw.len() + 1);
        let mut rest = raw;
        while let Some(first) = rest.chars().next() {
            let at = start + raw.len() - rest.len();
            let (encoded_bytes, decoded_bytes) = unit(rest, first);
            // All that an escape stands for begins where the escape does.
            let step = usize::from(first != '\\');
            offsets.extend((0..decoded_bytes).map(|byte| at + byte * step));
            rest = rest.get(encoded_bytes..).unwrap_or_default();
        }
        offsets.push(start + raw.len());
        Self(offsets)
    }

    /// Returns where the inner byte `offset` stands in the outer text.
    pub(super) fn outer(&self, offset: usize) -> usize {
        self.0[offset.min(self.0.len() - 1)]
    }
}

/// Returns how many bytes the next character takes, encoded and decoded.
fn unit(rest: &str, first: char) -> (usize, usize) {
    if first != '\\' {
        return (first.len_utf8(), first.len_utf8());
    }
    if !rest.starts_with("\\u") {
        return (2, 1);
    }
    let code = |from: usize| u32::from_str_radix(rest.get(from..from + 4)?, 16).ok();
    match code(2) {
        Some(0xd800..=0xdbff) => (12, 4),
        Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
        None => (6, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_shift_what_follows() {
        // {"a":1} written as {\"a\":1} from byte 10 on.
        let map = Embedded::new(r#"{\"a\":1}"#, 10);
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6].map(|at| map.outer(at)),
            [10, 11, 13, 14, 16, 17, 18]
        );
        assert_eq!(map.outer(7), 19);
    }

    #[test]
    fn characters_of_several_bytes() {
        // é takes two bytes either way or six as an escape; 😀 four, or twelve as a pair.
        let map = Embedded::new("é\\u00e9x", 0);
        assert_eq!([0, 1, 2, 3, 4].map(|at| map.outer(at)), [0, 1, 2, 2, 8]);
        let map = Embedded::new("\\ud83d\\ude00x", 0);
        assert_eq!([0, 3, 4].map(|at| map.outer(at)), [0, 0, 12]);
    }

    #[test]
    fn past_the_end_is_the_end() {
        assert_eq!(Embedded::new("ab", 5).outer(99), 7);
    }
}
