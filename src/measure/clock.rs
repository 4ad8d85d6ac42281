//! A window of time in equal parts.

use crate::units::SimTime;

/// The measured pushes' window in equal parts.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    from: SimTime,
    part_ns: u64,
    /// 2^64 over `part_ns`, rounded down: multiplying takes less time than dividing.
    parts_per_ns: u64,
}

impl Clock {
    /// Returns the window `from` to `until`, both included, in `parts`.
    pub fn new(from: SimTime, until: SimTime, parts: u64) -> Self {
        let nanos = until.as_nanos().saturating_sub(from.as_nanos()) + 1;
        let part_ns = nanos.div_ceil(parts);
        Self {
            from,
            part_ns,
            parts_per_ns: u64::MAX / part_ns,
        }
    }

    /// Returns the part that holds `at`.
    #[inline]
    pub fn part(&self, at: SimTime) -> usize {
        let nanos = at.since(self.from).as_nanos();
        let product = u128::from(nanos) * u128::from(self.parts_per_ns);
        // What rounding leaves out is less than one part.
        let part = (product >> 64) as u64;
        (part + u64::from(nanos - part * self.part_ns >= self.part_ns)) as usize
    }

    /// Returns whether a part holds `at`.
    #[inline]
    pub fn holds(&self, part: usize, at: SimTime) -> bool {
        let begins = self.from.as_nanos() + part as u64 * self.part_ns;
        at.as_nanos().wrapping_sub(begins) < self.part_ns
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock(from: u64, until: u64, parts: u64) -> Clock {
        Clock::new(SimTime::from_nanos(from), SimTime::from_nanos(until), parts)
    }

    #[test]
    fn the_last_part_holds_the_last_instant() {
        // 101 ns in parts of 11.
        let part = |nanos| clock(7, 107, 10).part(SimTime::from_nanos(nanos));
        assert_eq!([7, 17, 18, 107].map(part), [0, 0, 1, 9]);
    }

    #[test]
    fn a_window_that_ends_before_it_begins_is_its_first_instant() {
        let part = |nanos| clock(7, 5, 10).part(SimTime::from_nanos(nanos));
        assert_eq!([7, 8].map(part), [0, 1]);
    }

    proptest! {
        #[test]
        fn multiplying_finds_the_part_that_dividing_does(
            from in any::<u64>().prop_map(|nanos| nanos / 4),
            length in any::<u64>().prop_map(|nanos| nanos >> (nanos % 60) >> 2),
            parts in 1_u64..3_000,
            place in 0.0..=1.0_f64,
        ) {
            let clock = clock(from, from + length, parts);
            let part_ns = (length + 1).div_ceil(parts);
            let inside = (length as f64 * place) as u64;
            // In its midst, and at both ends of its part.
            for nanos in [inside, inside / part_ns * part_ns, inside / part_ns * part_ns + part_ns - 1] {
                let at = SimTime::from_nanos(from + nanos);
                let part = clock.part(at);
                prop_assert_eq!(part as u64, nanos / part_ns);
                prop_assert!(clock.holds(part, at) && !clock.holds(part + 1, at));
                prop_assert!(part == 0 || !clock.holds(part - 1, at));
            }
        }
    }
}
