//! Digests and tags as text, made without allocating.

use crate::measure::record::AppliedTags;
use crate::simulation::names::{Digest, Names, TagList};

/// Makes text of what has no name of its own; borrows the names of the run.
pub struct Texts<'a> {
    names: &'a Names,
    /// By push stream id.
    templates: Vec<Vec<Template>>,
}

/// A tag template, cut at every `{n}`.
struct Template {
    pieces: Vec<Vec<u8>>,
}

impl<'a> Texts<'a> {
    /// Prepares the templates of `names`.
    pub fn new(names: &'a Names) -> Self {
        let cut = |tags: &Vec<String>| tags.iter().map(|text| Template::new(text)).collect();
        Self {
            names,
            templates: names.templates.iter().map(cut).collect(),
        }
    }

    /// Appends a digest: `sha256:` and 12 digits, unless it was given in full.
    pub fn digest(&self, digest: Digest, out: &mut Vec<u8>) {
        match digest {
            Digest::Generated(bits) => {
                let mut text = *b"sha256:000000000000";
                text[7..15].copy_from_slice(&hex((bits >> 16) as u32));
                text[15..].copy_from_slice(&hex(bits as u32)[4..]);
                out.extend_from_slice(&text);
            }
            Digest::Given(id) => out.extend_from_slice(self.names.digests[id as usize].as_bytes()),
        }
    }

    /// Appends the tags of `list` that `applied` names, separated by spaces.
    pub fn tags(&self, list: TagList, applied: &AppliedTags, out: &mut Vec<u8>) {
        match list {
            TagList::Stream { stream, number } => {
                let templates = &self.templates[stream as usize];
                join(templates.len(), applied, out, |index, out| {
                    templates[index].put(number, out);
                });
            }
            TagList::Listed(id) => {
                let tags = &self.names.tag_lists[id as usize];
                join(tags.len(), applied, out, |index, out| {
                    out.extend_from_slice(tags[index].as_bytes());
                });
            }
        }
    }
}

/// Returns the hexadecimal digits of a number, all eight at once: each in a byte of one word.
const fn hex(number: u32) -> [u8; 8] {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let mut digits = number as u64;
    digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff;
    digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | digits << 4) & (0xf * EACH);
    // From ten on, 6 more reach the next bit: these are letters.
    let letters = (digits + 6 * EACH) >> 4 & EACH;
    let to_letter = (b'a' - b'0' - 10) as u64;
    (digits + b'0' as u64 * EACH + letters * to_letter).to_be_bytes()
}

/// Appends those of `count` tags that `applied` names, separated by spaces.
fn join(
    count: usize,
    applied: &AppliedTags,
    out: &mut Vec<u8>,
    mut put: impl FnMut(usize, &mut Vec<u8>),
) {
    let mut first = true;
    let mut next = |index| {
        if !first {
            out.push(b' ');
        }
        first = false;
        put(index, out);
    };
    match applied {
        AppliedTags::All => (0..count).for_each(next),
        AppliedTags::None => {}
        AppliedTags::Some(places) => places.iter().for_each(|&place| next(place as usize)),
    }
}

impl Template {
    fn new(text: &str) -> Self {
        Self {
            pieces: text
                .split("{n}")
                .map(|piece| piece.as_bytes().to_vec())
                .collect(),
        }
    }

    /// Appends the tag with that number.
    fn put(&self, number: u64, out: &mut Vec<u8>) {
        for (place, piece) in self.pieces.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            out.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 0x0123_4567, 0x89ab_cdef, 0x9a9a_a9a9, u32::MAX] {
            assert_eq!(hex(number), format!("{number:08x}").as_bytes());
        }
    }
}
