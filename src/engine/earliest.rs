//! The earliest of a fixed number of times that change often.

use crate::units::SimTime;

/// One optional time for each of `n` places, and the earliest of them: a tournament over the places.
///
/// A change costs O(log n), reading the earliest O(1); among equal times the lowest place wins.
#[derive(Clone, Debug)]
pub struct Earliest {
    /// Node `i` has children `2i` and `2i + 1`; the places are the second half. Each node is its winner.
    winners: Vec<(u64, u32)>,
    leaves: usize,
}

impl Earliest {
    const NEVER: u64 = u64::MAX;

    /// Returns `places` places, each without a time.
    pub fn new(places: usize) -> Self {
        let leaves = places.max(1).next_power_of_two();
        let winners = (0..2 * leaves)
            .map(|node| (Self::NEVER, (node % leaves) as u32))
            .collect();
        Self { winners, leaves }
    }

    /// Sets the time of `place`.
    #[inline]
    pub fn set(&mut self, place: usize, time: Option<SimTime>) {
        let mut node = self.leaves + place;
        let key = time.map_or(Self::NEVER, SimTime::as_nanos);
        if self.winners[node].0 == key {
            return;
        }
        self.winners[node] = (key, place as u32);
        while node > 1 {
            node /= 2;
            let winner = self.winners[2 * node].min(self.winners[2 * node + 1]);
            if self.winners[node] == winner {
                break;
            }
            self.winners[node] = winner;
        }
    }

    /// Returns the earliest time of all places but one; the clock's end if there is none.
    #[inline]
    pub fn first_but(&self, place: usize) -> SimTime {
        let mut node = self.leaves + place;
        let mut first = Self::NEVER;
        while node > 1 {
            first = first.min(self.winners[node ^ 1].0);
            node /= 2;
        }
        SimTime::from_nanos(first)
    }

    /// Returns the earliest time and its place; the clock's end if there is none.
    #[inline]
    pub fn first(&self) -> (SimTime, usize) {
        let (time, place) = self.winners[1];
        (SimTime::from_nanos(time), place as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_place_alone() {
        let mut earliest = Earliest::new(1);
        assert_eq!(earliest.first().0.as_nanos(), u64::MAX);
        earliest.set(0, Some(SimTime::from_nanos(3)));
        assert_eq!(earliest.first(), (SimTime::from_nanos(3), 0));
        earliest.set(0, None);
        assert_eq!(earliest.first().0.as_nanos(), u64::MAX);
    }

    proptest! {
        #[test]
        fn agrees_with_a_scan(places in 1_usize..20, changes in prop::collection::vec((0_usize..20, prop::option::of(0_u64..9)), 0..100)) {
            let mut earliest = Earliest::new(places);
            let mut plain = vec![None; places];
            for (place, time) in changes {
                let place = place % places;
                plain[place] = time.map(SimTime::from_nanos);
                earliest.set(place, plain[place]);
                let scan = (0..places).filter_map(|p| plain[p].map(|t| (t, p))).min();
                let first = Some(earliest.first()).filter(|first| first.0.as_nanos() != u64::MAX);
                prop_assert_eq!(first, scan);
                let others = (0..places).filter(|&p| p != place).filter_map(|p| plain[p]).min();
                let first = Some(earliest.first_but(place)).filter(|first| first.as_nanos() != u64::MAX);
                prop_assert_eq!(first, others);
            }
        }
    }
}
