//! Pending events of one run, earliest first.

use std::mem;

use crate::units::SimTime;

/// Place of an event among those of the same instant: its class, then whatever orders it within the class.
///
/// The higher bits hold the class, so that ranks compare as (class, order) in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u64);

impl Rank {
    const CLASS_SHIFT: u32 = 60;

    /// Returns the rank of `order` within `class`.
    ///
    /// # Panics
    /// If `class` is over 15 or `order` needs more than 60 bits.
    pub const fn new(class: u8, order: u64) -> Self {
        assert!(class < 16, "a class fits in 4 bits");
        assert!(
            order >> Self::CLASS_SHIFT == 0,
            "an order within a class fits in 60 bits"
        );
        Self((class as u64) << Self::CLASS_SHIFT | order)
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: SimTime,
    rank: Rank,
    event: E,
}

impl<E> Entry<E> {
    fn key(&self) -> (SimTime, Rank) {
        (self.at, self.rank)
    }
}

/// Pending events of one run: earliest first, at one instant by rank.
///
/// Two events of the same instant and rank come in no particular order; the caller gives each its own rank.
/// A heap of four children a node: half as deep as a binary one, and a node's children share a cache line or two.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    now: SimTime,
    heap: Vec<Entry<E>>,
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Self {
        Self {
            now: SimTime::ZERO,
            heap: Vec::new(),
        }
    }
}

impl<E: Copy> Calendar<E> {
    const CHILDREN: usize = 4;

    /// Returns the time of the last event taken.
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// Returns how many events are pending.
    pub const fn len(&self) -> usize {
        self.heap.len()
    }

    /// Returns whether nothing is pending.
    pub const fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Returns the time and rank of the next event.
    pub fn peek(&self) -> Option<(SimTime, Rank)> {
        self.heap.first().map(Entry::key)
    }

    /// Adds an event, in O(log n).
    ///
    /// # Panics
    /// If `at` lies before the last event taken or a moment that the clock was moved to.
    pub fn schedule(&mut self, at: SimTime, rank: Rank, event: E) {
        assert!(
            at >= self.now,
            "scheduled in the past: {at:?} is before {:?}",
            self.now
        );
        let entry = Entry { at, rank, event };
        self.heap.push(entry);
        self.sift_up(self.heap.len() - 1, entry);
    }

    /// Takes the next event and moves the clock to it, in O(log n).
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let last = self.heap.pop()?;
        let next = if self.heap.is_empty() {
            last
        } else {
            mem::replace(&mut self.heap[0], last)
        };
        if !self.heap.is_empty() {
            self.sift_down(last);
        }
        self.now = next.at;
        Some((next.at, next.event))
    }

    /// Moves the clock to a happening that is not in the calendar.
    ///
    /// # Panics
    /// If `at` lies before the clock or after a pending event.
    pub fn move_to(&mut self, at: SimTime) {
        assert!(
            at >= self.now,
            "time never goes back: {at:?} is before {:?}",
            self.now
        );
        assert!(
            self.heap.first().is_none_or(|next| at <= next.at),
            "an event was passed over at {at:?}"
        );
        self.now = at;
    }

    fn sift_up(&mut self, mut hole: usize, entry: Entry<E>) {
        while hole > 0 {
            let parent = (hole - 1) / Self::CHILDREN;
            if self.heap[parent].key() <= entry.key() {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// Puts `entry` where it belongs, from the root down.
    fn sift_down(&mut self, entry: Entry<E>) {
        let mut hole = 0;
        loop {
            let first = hole * Self::CHILDREN + 1;
            let children = first..(first + Self::CHILDREN).min(self.heap.len());
            let Some(least) = children.min_by_key(|&child| self.heap[child].key()) else {
                break;
            };
            if entry.key() <= self.heap[least].key() {
                break;
            }
            self.heap[hole] = self.heap[least];
            hole = least;
        }
        self.heap[hole] = entry;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn orders_by_time_then_class_then_order() {
        let mut calendar = Calendar::default();
        calendar.schedule(at(5), Rank::new(2, 1), 'd');
        calendar.schedule(at(5), Rank::new(1, 9), 'b');
        calendar.schedule(at(4), Rank::new(7, 7), 'a');
        calendar.schedule(at(5), Rank::new(2, 0), 'c');
        let order: String = std::iter::from_fn(|| calendar.pop())
            .map(|(_, event)| event)
            .collect();
        assert_eq!(order, "abcd");
    }

    #[test]
    fn class_may_go_back_at_one_instant() {
        let mut calendar = Calendar::default();
        calendar.schedule(at(5), Rank::new(7, 0), "start");
        calendar.pop();
        calendar.schedule(at(5), Rank::new(0, 0), "end");
        assert_eq!(calendar.pop(), Some((at(5), "end")));
    }

    #[test]
    #[should_panic(expected = "scheduled in the past")]
    fn refuses_the_past() {
        let mut calendar = Calendar::default();
        calendar.schedule(at(5), Rank::new(0, 0), ());
        calendar.pop();
        calendar.schedule(at(4), Rank::new(0, 0), ());
    }

    #[test]
    #[should_panic(expected = "passed over")]
    fn the_clock_passes_no_event() {
        let mut calendar = Calendar::default();
        calendar.schedule(at(5), Rank::new(0, 0), ());
        calendar.move_to(at(6));
    }

    proptest! {
        #[test]
        fn sorts_like_a_sort(keys in prop::collection::vec((0_u64..50, 0_u8..16, 0_u64..9), 0..200)) {
            let mut calendar = Calendar::default();
            for &(time, class, order) in &keys {
                calendar.schedule(at(time), Rank::new(class, order), (time, class, order));
            }
            let mut sorted = keys;
            sorted.sort_unstable();
            let popped: Vec<_> = std::iter::from_fn(|| calendar.pop()).map(|(_, key)| key).collect();
            prop_assert_eq!(popped, sorted);
        }
    }
}
