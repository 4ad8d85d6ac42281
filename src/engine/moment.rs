//! When an event happens, and where it stands among those of the same instant.

use std::cmp::Ordering;

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

    /// Returns class and order as one number.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// A time and a rank within it, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    at: SimTime,
    rank: Rank,
}

impl Moment {
    /// After all others; no event has this one.
    pub const NEVER: Self = Self {
        at: SimTime::from_nanos(u64::MAX),
        rank: Rank(u64::MAX),
    };

    pub const fn new(at: SimTime, rank: Rank) -> Self {
        Self { at, rank }
    }

    pub const fn at(self) -> SimTime {
        self.at
    }

    pub const fn rank(self) -> Rank {
        self.rank
    }

    pub const fn nanos(self) -> u64 {
        self.at.as_nanos()
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_goes_by_time_then_class_then_order_however_it_is_compared() {
        let moment =
            |nanos, class, order| Moment::new(SimTime::from_nanos(nanos), Rank::new(class, order));
        let rising = [
            moment(0, 0, 0),
            moment(0, 0, 1),
            moment(0, 1, 0),
            moment(0, 15, (1 << 60) - 1),
            moment(1, 0, 0),
            moment(u64::MAX, 0, 0),
            Moment::NEVER,
        ];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j));
                assert_eq!(a.partial_cmp(b), i.partial_cmp(&j));
                assert_eq!(
                    (a < b, a <= b, a > b, a >= b),
                    (i < j, i <= j, i > j, i >= j)
                );
            }
        }
    }

    #[test]
    fn a_rank_is_one_number_with_the_class_on_top() {
        assert_eq!(Rank::new(0, 7).bits(), 7);
        assert_eq!(Rank::new(9, 0x0abc).bits(), 0x9000_0000_0000_0abc);
    }

    #[test]
    #[should_panic(expected = "60 bits")]
    fn an_order_does_not_reach_into_the_class() {
        Rank::new(0, 1 << 60);
    }

    #[test]
    #[should_panic(expected = "4 bits")]
    fn there_are_sixteen_classes() {
        Rank::new(16, 0);
    }
}
