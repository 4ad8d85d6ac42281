//! Two calendars of what is pending: a binary heap, and buckets of time.

use std::collections::BinaryHeap;

/// A moment in seconds, as the bits of the float, over 64 bits that say what happens.
/// The bits of positive floats are ordered as the floats are, so that one comparison of integers orders entries.
type Entry = u128;

const fn entry(at_s: f64, what: u64) -> Entry {
    (at_s.to_bits() as u128) << 64 | what as u128
}

const fn parts(entry: Entry) -> (f64, u64) {
    (f64::from_bits((entry >> 64) as u64), entry as u64)
}

/// What a loop needs of a calendar.
pub trait Calendar: Default {
    /// Adds what happens at `at_s`, which is not before the last entry taken.
    fn add(&mut self, at_s: f64, what: u64);

    /// Takes the earliest entry if it is due before `before_s`.
    fn take(&mut self, before_s: f64) -> Option<(f64, u64)>;
}

/// The standard library's binary heap.
#[derive(Debug, Default)]
pub struct Heap(BinaryHeap<std::cmp::Reverse<Entry>>);

impl Calendar for Heap {
    #[inline]
    fn add(&mut self, at_s: f64, what: u64) {
        self.0.push(std::cmp::Reverse(entry(at_s, what)));
    }

    #[inline]
    fn take(&mut self, before_s: f64) -> Option<(f64, u64)> {
        if parts(self.0.peek()?.0).0 >= before_s {
            return None;
        }
        self.0.pop().map(|earliest| parts(earliest.0))
    }
}

/// Buckets of a quarter of a second for the next four minutes, a heap for what lies beyond.
///
/// Only the bucket of the present is kept in order.
#[derive(Debug)]
pub struct Buckets {
    /// The bucket of the present, latest entry first.
    present: Vec<Entry>,
    /// Its number since the beginning.
    number: u64,
    /// The others by number modulo their count.
    buckets: Vec<Vec<Entry>>,
    /// One bit per bucket: whether anything is in it.
    filled: [u64; Self::COUNT / 64],
    beyond: Heap,
}

impl Buckets {
    const COUNT: usize = 1024;
    const PER_S: f64 = 4.0;

    const fn number(at_s: f64) -> u64 {
        (at_s * Self::PER_S) as u64
    }

    #[inline]
    fn add_present(&mut self, entry: Entry) {
        let place = self.present.iter().rposition(|&other| other > entry);
        self.present
            .insert(place.map_or(0, |place| place + 1), entry);
    }

    /// Returns the number of the next bucket that holds anything.
    fn next(&self) -> Option<u64> {
        let first = (self.number + 1) as usize % Self::COUNT;
        let words = self.filled.len();
        let (word, bit) = (first / 64, first % 64);
        for step in 0..=words {
            let mut bits = self.filled[(word + step) % words];
            if step == 0 {
                bits &= !0 << bit;
            }
            if bits != 0 {
                let place = (word + step) % words * 64 + bits.trailing_zeros() as usize;
                let ahead = (place + Self::COUNT - first) % Self::COUNT;
                return Some(self.number + 1 + ahead as u64);
            }
        }
        None
    }

    /// Makes the next bucket that holds anything the present one; returns whether there is one.
    fn advance(&mut self) -> bool {
        let far = self.beyond.0.peek().map(|far| Self::number(parts(far.0).0));
        let near = self.next();
        let Some(number) = near.into_iter().chain(far).min() else {
            return false;
        };
        self.number = number;
        let place = number as usize % Self::COUNT;
        if near == Some(number) {
            std::mem::swap(&mut self.present, &mut self.buckets[place]);
            self.filled[place / 64] &= !(1 << (place % 64));
            self.present.sort_unstable_by(|one, other| other.cmp(one));
        }
        while let Some(far) = self.beyond.0.peek()
            && Self::number(parts(far.0).0) == number
        {
            let far = far.0;
            self.beyond.0.pop();
            self.add_present(far);
        }
        true
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            present: Vec::new(),
            number: 0,
            buckets: vec![Vec::new(); Self::COUNT],
            filled: [0; Self::COUNT / 64],
            beyond: Heap::default(),
        }
    }
}

impl Calendar for Buckets {
    #[inline]
    fn add(&mut self, at_s: f64, what: u64) {
        let number = Self::number(at_s);
        // The present bucket may lie ahead of the clock: whoever asked for it has something else to do before.
        if number <= self.number {
            self.add_present(entry(at_s, what));
        } else if number - self.number < Self::COUNT as u64 {
            let place = number as usize % Self::COUNT;
            self.buckets[place].push(entry(at_s, what));
            self.filled[place / 64] |= 1 << (place % 64);
        } else {
            self.beyond.add(at_s, what);
        }
    }

    #[inline]
    fn take(&mut self, before_s: f64) -> Option<(f64, u64)> {
        while self.present.is_empty() {
            if !self.advance() {
                return None;
            }
        }
        let &earliest = self.present.last()?;
        if parts(earliest).0 >= before_s {
            return None;
        }
        self.present.pop();
        Some(parts(earliest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn takes_the_earliest_if_it_is_due() {
        let mut calendar = Buckets::default();
        // In the same bucket, in the next one, beyond the horizon of 256 s, and one place behind a full turn of it.
        for at_s in [0.1, 0.3, 1_000.0, 0.2, 256.1] {
            calendar.add(at_s, (at_s * 10.0) as u64);
        }
        assert_eq!(calendar.take(0.1), None);
        assert_eq!(calendar.take(9e9), Some((0.1, 1)));
        assert_eq!(calendar.take(9e9), Some((0.2, 2)));
        assert_eq!(calendar.take(9e9), Some((0.3, 3)));
        // The bucket of the present is now ahead of the clock: what comes before it is still taken first.
        assert_eq!(calendar.take(1.0), None);
        calendar.add(1.0, 10);
        assert_eq!(calendar.take(9e9), Some((1.0, 10)));
        assert_eq!(calendar.take(9e9), Some((256.1, 2_561)));
        assert_eq!(calendar.take(9e9), Some((1_000.0, 10_000)));
        assert_eq!(calendar.take(9e9), None);
    }

    #[test]
    fn buckets_and_heap_take_the_same() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let (mut buckets, mut heap) = (Buckets::default(), Heap::default());
        let mut now_s = 0.0;
        for number in 0..100_000 {
            // From a millisecond to half an hour ahead, some beyond the horizon.
            let at_s = now_s + 10_f64.powf(random.gen_range(-3.0..3.3));
            buckets.add(at_s, number);
            heap.add(at_s, number);
            let before_s = now_s + random.gen_range(0.0..20.0);
            let taken = heap.take(before_s);
            assert_eq!(buckets.take(before_s), taken, "number {number}");
            now_s = taken.map_or(before_s, |(at_s, _)| at_s);
        }
    }
}
