//! Sets of the registries that hold an image.

/// A place among the registries that may hold a repository's name.
pub type Slot = u8;

/// A set of up to 128 registries, one bit each, by their slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots([u64; 2]);

impl Slots {
    /// How many registries may hold one repository's name.
    pub const CAPACITY: usize = 128;

    /// None.
    pub const NONE: Self = Self([0; 2]);

    /// All of them.
    pub const ALL: Self = Self([u64::MAX; 2]);

    /// Returns which word has the bit of `slot`, which is under [`Self::CAPACITY`]: no need to ask for that each time.
    const fn word(slot: Slot) -> usize {
        debug_assert!((slot as usize) < Self::CAPACITY);
        (slot / 64 % 2) as usize
    }

    /// Returns whether `slot` is in the set.
    pub const fn has(&self, slot: Slot) -> bool {
        self.0[Self::word(slot)] >> (slot % 64) & 1 == 1
    }

    /// Adds `slot`.
    pub const fn add(&mut self, slot: Slot) {
        self.0[Self::word(slot)] |= 1 << (slot % 64);
    }

    /// Removes `slot`.
    pub const fn remove(&mut self, slot: Slot) {
        self.0[Self::word(slot)] &= !(1 << (slot % 64));
    }

    /// Returns the slots that are not in another set.
    pub const fn without(self, other: Self) -> Self {
        Self([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
    }

    /// Returns whether a slot is in both sets.
    pub const fn meets(self, other: Self) -> bool {
        self.0[0] & other.0[0] != 0 || self.0[1] & other.0[1] != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0[0] == 0 && self.0[1] == 0
    }

    /// Returns the slots of the set, rising.
    pub fn iter(self) -> impl Iterator<Item = Slot> {
        let mut words = self.0;
        std::iter::from_fn(move || {
            let word = usize::from(words[0] == 0);
            let bit = words[word].trailing_zeros();
            words[word] &= words[word].wrapping_sub(1);
            (bit < 64).then_some((word * 64) as Slot + bit as Slot)
        })
    }

    /// Hands each slot to `each`, rising: for loops over every image.
    #[inline]
    pub fn for_each(self, mut each: impl FnMut(Slot)) {
        for (first, mut word) in [0, 64].into_iter().zip(self.0) {
            while word != 0 {
                each(first + word.trailing_zeros() as Slot);
                word &= word - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_added_and_not_removed() {
        let mut slots = Slots::default();
        for slot in [127, 0, 63, 64] {
            slots.add(slot);
        }
        slots.remove(63);
        assert_eq!(slots.iter().collect::<Vec<_>>(), [0, 64, 127]);
        let mut each = Vec::new();
        slots.for_each(|slot| each.push(slot));
        assert_eq!(each, [0, 64, 127]);
        assert!(slots.has(64) && !slots.has(63) && !slots.is_empty());
    }

    #[test]
    fn each_slot_is_its_own_and_there_are_as_many_as_bits() {
        assert_eq!(Slots::CAPACITY, 8 * size_of::<Slots>());
        let all = 0..Slots::CAPACITY as Slot;
        for slot in all.clone() {
            let mut alone = set(&[slot]);
            assert!(!alone.is_empty(), "{slot}");
            let held: Vec<_> = all.clone().filter(|&other| alone.has(other)).collect();
            assert_eq!(held, [slot]);
            alone.remove(slot);
            assert!(alone.is_empty(), "{slot}");
        }
    }

    #[test]
    fn what_another_set_holds_is_left_out_in_both_words() {
        let rest = set(&[1, 5, 63, 65, 68, 127]).without(set(&[1, 2, 4, 65, 66, 69]));
        assert_eq!(rest, set(&[5, 63, 68, 127]));
    }

    #[test]
    fn sets_meet_in_a_slot_of_either_word() {
        for slot in [3, 70] {
            assert!(set(&[slot, 9, 90]).meets(set(&[slot, 8, 80])), "{slot}");
        }
        assert!(!set(&[3, 70]).meets(set(&[6, 67])));
        assert!(!set(&[3]).meets(set(&[67])) && !Slots::NONE.meets(Slots::ALL));
    }

    fn set(slots: &[Slot]) -> Slots {
        let mut set = Slots::default();
        slots.iter().for_each(|&slot| set.add(slot));
        set
    }
}
