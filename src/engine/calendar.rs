//! Pending events of one run, earliest first.

use std::cmp::Ordering;

use super::heap::Heap;
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

/// A moment and a rank within it, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    at: SimTime,
    rank: Rank,
}

impl Moment {
    /// Both as one number: it compares without a jump.
    const fn packed(self) -> u128 {
        (self.at.as_nanos() as u128) << 64 | self.rank.0 as u128
    }
}

impl Ord for Moment {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.packed().cmp(&other.packed())
    }
}

impl PartialOrd for Moment {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.packed() < other.packed()
    }

    #[inline]
    fn le(&self, other: &Self) -> bool {
        self.packed() <= other.packed()
    }
}

/// Pending events of one run: earliest first, at one instant by rank.
///
/// Two events of the same instant and rank come in no particular order; the caller gives each its own rank.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    now: SimTime,
    pending: Heap<Moment, E>,
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Self {
        Self {
            now: SimTime::ZERO,
            pending: Heap::default(),
        }
    }
}

impl<E: Copy> Calendar<E> {
    /// Returns the time of the last event taken.
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// Returns how many events are pending.
    pub const fn len(&self) -> usize {
        self.pending.len()
    }

    /// Returns whether nothing is pending.
    pub const fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Returns the time and rank of the next event.
    #[inline]
    pub fn peek(&self) -> Option<(SimTime, Rank)> {
        let (next, _) = self.pending.peek()?;
        Some((next.at, next.rank))
    }

    /// Adds an event, in O(log n).
    ///
    /// # Panics
    /// If `at` lies before the last event taken or a moment that the clock was moved to.
    #[inline]
    pub fn schedule(&mut self, at: SimTime, rank: Rank, event: E) {
        assert!(
            at >= self.now,
            "scheduled in the past: {at:?} is before {:?}",
            self.now
        );
        self.pending.push(Moment { at, rank }, event);
    }

    /// Takes the next event and moves the clock to it, in O(log n).
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let (next, event) = self.pending.pop()?;
        self.now = next.at;
        Some((next.at, event))
    }

    /// Moves the clock to a happening that is not in the calendar.
    ///
    /// # Panics
    /// If `at` lies before the clock or after a pending event.
    #[inline]
    pub fn move_to(&mut self, at: SimTime) {
        assert!(
            at >= self.now,
            "time never goes back: {at:?} is before {:?}",
            self.now
        );
        assert!(
            self.peek().is_none_or(|(next, _)| at <= next),
            "an event was passed over at {at:?}"
        );
        self.now = at;
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
