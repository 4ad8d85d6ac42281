//! Pending events of one run, earliest first.

use super::moment::{Moment, Rank};
use super::wheel::Wheel;
use crate::units::SimTime;

/// Pending events of one run: earliest first, at one instant by rank.
///
/// Two events of the same instant and rank come in no particular order; the caller gives each its own rank.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    now: SimTime,
    pending: Wheel<E>,
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Self {
        Self {
            now: SimTime::ZERO,
            pending: Wheel::new(),
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
        self.len() == 0
    }

    /// Returns the time and rank of the next event.
    #[inline]
    pub fn peek(&self) -> Option<(SimTime, Rank)> {
        let next = self.pending.peek();
        (next != Moment::NEVER).then_some((next.at(), next.rank()))
    }

    /// Returns the time of the next event; the clock's end if nothing is pending.
    #[inline]
    pub fn next_at(&self) -> SimTime {
        self.pending.peek().at()
    }

    /// Adds an event.
    ///
    /// # Panics
    /// If `at` lies before the last event taken or a moment that the clock was moved to.
    #[inline(never)]
    pub fn schedule(&mut self, at: SimTime, rank: Rank, event: E) {
        self.schedule_here(at, rank, event);
    }

    /// Does the same, as part of what calls it.
    #[inline(always)]
    pub fn schedule_here(&mut self, at: SimTime, rank: Rank, event: E) {
        assert!(
            at >= self.now,
            "scheduled in the past: {at:?} is before {:?}",
            self.now
        );
        self.pending.push(Moment::new(at, rank), event);
    }

    /// Takes the next event and moves the clock to it.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(SimTime, Rank, E)> {
        let (next, event) = self.pending.pop()?;
        self.now = next.at();
        Some((self.now, next.rank(), event))
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
            at <= self.pending.peek().at(),
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
            .map(|(_, _, event)| event)
            .collect();
        assert_eq!(order, "abcd");
    }

    #[test]
    fn tells_whether_something_is_pending_and_when_it_is_next() {
        let mut calendar = Calendar::default();
        assert!(calendar.is_empty());
        assert_eq!((calendar.peek(), calendar.next_at()), (None, at(u64::MAX)));
        calendar.schedule(at(9), Rank::new(0, 0), ());
        calendar.schedule(at(5), Rank::new(1, 2), ());
        assert!(!calendar.is_empty());
        assert_eq!(calendar.peek(), Some((at(5), Rank::new(1, 2))));
        assert_eq!(calendar.next_at(), at(5));
    }

    #[test]
    fn class_may_go_back_at_one_instant() {
        let mut calendar = Calendar::default();
        calendar.schedule(at(5), Rank::new(7, 0), "start");
        calendar.pop();
        calendar.schedule(at(5), Rank::new(0, 0), "end");
        assert_eq!(
            calendar.pop().map(|(at, _, event)| (at, event)),
            Some((at(5), "end"))
        );
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

    /// What is pending in the plainest way.
    #[derive(Default)]
    struct Naive(Vec<(u64, u8, u64)>);

    impl Naive {
        fn pop(&mut self) -> Option<(u64, u8, u64)> {
            let least = *self.0.iter().min()?;
            self.0.retain(|key| *key != least);
            Some(least)
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_search_for_the_least(
            steps in prop::collection::vec(prop::option::weighted(0.6, (0_u64..1 << 12, 0_u32..45)), 0..600),
            many in 0_usize..4,
        ) {
            // Delays from nothing to hours, bunches at one instant, and more taken than the width is looked at after.
            let (mut calendar, mut naive) = (Calendar::default(), Naive::default());
            let mut number = 0;
            for _ in 0..=many * 8 {
                for &step in &steps {
                    if let Some((mantissa, exponent)) = step {
                        let time = calendar.now().as_nanos() + (mantissa << exponent >> 12);
                        let class = (mantissa % 16) as u8;
                        number += 1;
                        calendar.schedule(at(time), Rank::new(class, number), (time, class, number));
                        naive.0.push((time, class, number));
                    } else {
                        prop_assert_eq!(calendar.pop().map(|(_, _, key)| key), naive.pop());
                    }
                    prop_assert_eq!(calendar.len(), naive.0.len());
                    let next = naive.0.iter().min().map(|&(time, class, number)| (at(time), Rank::new(class, number)));
                    prop_assert_eq!(calendar.peek(), next);
                }
            }
        }

        #[test]
        fn sorts_like_a_sort(keys in prop::collection::vec((0_u64..50, 0_u8..16, 0_u64..9), 0..200)) {
            let mut calendar = Calendar::default();
            for &(time, class, order) in &keys {
                calendar.schedule(at(time), Rank::new(class, order), (time, class, order));
            }
            let mut sorted = keys;
            sorted.sort_unstable();
            let popped: Vec<_> = std::iter::from_fn(|| calendar.pop()).map(|(_, _, key)| key).collect();
            prop_assert_eq!(popped, sorted);
        }
    }
}
