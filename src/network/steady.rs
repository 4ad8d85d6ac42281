//! Copies that share nothing on a link whose speed never changes: each knows its end when it starts.
//!
//! Nothing is kept of a single copy; who started it remembers when that was, and how many bytes it moves.

use super::service::{UNITS_PER_BYTE, to_bytes, to_nearest_bytes, tolerance, units_per_ns};
use crate::engine::round_up;
use crate::units::SimTime;

/// Copies that move each at the same speed, whatever the others do.
#[derive(Clone, Debug)]
pub struct Steady {
    /// Without one, whatever moves is there at once.
    speed: Option<Speed>,
    flows: Vec<Flow>,
}

#[derive(Clone, Copy, Debug)]
struct Speed {
    units_per_ns: u128,
    /// The same in one word, if it fits: up to 137 Gbit/s.
    few_units_per_ns: Option<u64>,
    /// Units by which a copy may fall short of its end.
    tolerance: u128,
    /// About so many.
    ns_per_byte: f64,
}

/// Bytes of one kind of copies.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    moving: u64,
    /// Sum of the times at which its moving copies started.
    started_ns: u128,
    /// Bytes of its copies that ended.
    settled_bytes: u64,
}

impl Steady {
    /// Returns an idle link of this speed in bits per second (`None`: unlimited), with `flows` kinds of copies counted
    /// apart.
    ///
    /// # Panics
    /// If the speed is 0.
    pub fn new(per_copy: Option<u64>, flows: usize) -> Self {
        let speed = |bits_per_s| {
            assert!(bits_per_s > 0, "a link that nothing changes moves");
            let units_per_ns = units_per_ns(bits_per_s);
            let ns_per_byte = UNITS_PER_BYTE as f64 / units_per_ns as f64;
            Speed {
                units_per_ns,
                few_units_per_ns: u64::try_from(units_per_ns).ok(),
                tolerance: tolerance(units_per_ns),
                ns_per_byte,
            }
        };
        Self {
            speed: per_copy.map(speed),
            flows: vec![Flow::default(); flows],
        }
    }

    /// Starts a copy of `bytes` bytes, and returns when it ends, rounded up to a whole nanosecond; `None` if that is
    /// beyond the clock's end.
    #[inline(always)]
    pub fn start(&mut self, now: SimTime, bytes: u64, flow: u32) -> Option<SimTime> {
        let flow = &mut self.flows[flow as usize];
        flow.moving += 1;
        flow.started_ns += u128::from(now.as_nanos());
        let nanos = match self.speed {
            Some(speed) => speed.nanos(bytes)?,
            None => 0,
        };
        now.as_nanos().checked_add(nanos).map(SimTime::from_nanos)
    }

    /// Ends a copy that began at `began` and moved `moved_bytes`.
    #[inline]
    pub fn finish(&mut self, began: SimTime, moved_bytes: u64, flow: u32) {
        let flow = &mut self.flows[flow as usize];
        flow.moving -= 1;
        flow.started_ns -= u128::from(began.as_nanos());
        flow.settled_bytes += moved_bytes;
    }

    /// Ends a copy before its time and returns the bytes that it moved, to the nearest byte.
    pub fn abort(&mut self, began: SimTime, now: SimTime, bytes: u64, flow: u32) -> u64 {
        let moved = self.moved_by(began, now, bytes);
        self.finish(began, moved, flow);
        moved
    }

    /// Returns what a copy of `bytes` bytes that began at `began` has moved by `now`, to the nearest byte.
    pub fn moved_by(&self, began: SimTime, now: SimTime, bytes: u64) -> u64 {
        let Some(speed) = self.speed else {
            return 0;
        };
        let served = speed.units_per_ns * u128::from(now.since(began).as_nanos());
        to_nearest_bytes(served).min(bytes)
    }

    /// Returns the bytes that the copies of `flow` have moved by `now`.
    ///
    /// `now` may not lie after the next end; an end exactly then counts. Ends are rounded up to a nanosecond: a copy that
    /// ends now may be ahead of its bytes by what a nanosecond moves.
    pub fn moved_bytes(&self, flow: u32, now: SimTime) -> u64 {
        let of = &self.flows[flow as usize];
        let units_per_ns = self.speed.map_or(0, |speed| speed.units_per_ns);
        let moving_ns = u128::from(of.moving) * u128::from(now.as_nanos()) - of.started_ns;
        of.settled_bytes + to_bytes(moving_ns * units_per_ns)
    }

    /// Returns the bytes of the copies of `flow` that have ended.
    pub fn settled_bytes(&self, flow: u32) -> u64 {
        self.flows[flow as usize].settled_bytes
    }
}

impl Speed {
    /// Returns how long `bytes` bytes take, rounded up to a whole nanosecond; `None` if that is beyond the clock's end.
    ///
    /// The least number of nanoseconds whose service, and the tolerance, reach the bytes: a guess that is looked at, since a
    /// division of this width takes longer than all the rest.
    #[inline(always)]
    fn nanos(self, bytes: u64) -> Option<u64> {
        let asked = u128::from(bytes) * UNITS_PER_BYTE;
        let asked = asked.saturating_sub(self.tolerance);
        let guess = bytes as f64 * self.ns_per_byte;
        if let Some(per_ns) = self.few_units_per_ns
            && guess < 1e15
        {
            let nanos = round_up(guess);
            let served = u128::from(nanos) * u128::from(per_ns);
            if served >= asked && served < asked + u128::from(per_ns) {
                return Some(nanos);
            }
        }
        u64::try_from(asked.div_ceil(self.units_per_ns)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MB: u64 = 1_000_000;
    /// 10^9 ns.
    const S: u64 = 1_000_000_000;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn each_copy_moves_at_its_own_speed() {
        // 10 MB/s: 100 MB take 10 s, whoever else moves.
        let mut link = Steady::new(Some(80 * MB), 2);
        assert_eq!(link.start(at(0), 100 * MB, 0), Some(at(10 * S)));
        assert_eq!(link.start(at(S), 50 * MB, 1), Some(at(6 * S)));
        assert_eq!(
            (
                link.moved_bytes(0, at(4 * S)),
                link.moved_bytes(1, at(4 * S))
            ),
            (40 * MB, 30 * MB)
        );
        link.finish(at(S), 50 * MB, 1);
        assert_eq!(
            (link.settled_bytes(1), link.moved_bytes(1, at(9 * S))),
            (50 * MB, 50 * MB)
        );
        assert_eq!(link.abort(at(0), at(9 * S), 100 * MB, 0), 90 * MB);
        assert_eq!(link.moved_bytes(0, at(20 * S)), 90 * MB);
    }

    #[test]
    fn without_a_limit_all_is_there_at_once() {
        let mut link = Steady::new(None, 1);
        assert_eq!(link.start(at(7), 5_000 * MB, 0), Some(at(7)));
        assert_eq!(link.moved_bytes(0, at(7)), 0);
        assert_eq!(link.moved_by(at(7), at(7), 5_000 * MB), 0);
        link.finish(at(7), 5_000 * MB, 0);
        assert_eq!(link.settled_bytes(0), 5_000 * MB);
    }

    #[test]
    fn what_takes_longer_than_the_clock_never_ends() {
        // A bit each second: 8 s a byte, of which the clock holds 2.3 10^9.
        let mut link = Steady::new(Some(1), 1);
        assert_eq!(link.start(at(0), 1, 0), Some(at(8 * S)));
        assert_eq!(link.start(at(0), 3_000_000_000, 0), None);
        // A nanosecond after what just fits.
        let last = u64::MAX - 8 * S;
        assert_eq!(link.start(at(last), 1, 0), Some(at(u64::MAX)));
        assert_eq!(link.start(at(last + 1), 1, 0), None);
    }

    #[test]
    #[should_panic(expected = "a link that nothing changes moves")]
    fn refuses_to_stand_still() {
        Steady::new(Some(0), 1);
    }

    #[test]
    fn a_thousandth_of_a_nanosecond_late_is_on_time() {
        let ends = |bits_per_s, bytes| Steady::new(Some(bits_per_s), 1).start(at(0), bytes, 0);
        // 26 ns and just that thousandth; a little more than 1 ns and less than it.
        assert_eq!(ends(65_536_000_000, 213), Some(at(26)));
        assert_eq!(ends(15_990_000_000, 2), Some(at(1)));
        // Beyond it.
        assert_eq!(ends(65_535_999_999, 213), Some(at(27)));
    }

    #[test]
    fn days_end_to_the_nanosecond_where_a_double_is_off() {
        // A guess by doubles is off by up to an eighth of a nanosecond.
        for bits_per_s in (30 * MB..50 * MB).step_by(1_234_567) {
            let mut link = Steady::new(Some(bits_per_s), 1);
            for bytes in (3_000_000 * MB..3_001_000 * MB).step_by(7_654_321) {
                // As below.
                let asked = u128::from(bytes) * 8 * u128::from(S) * 1024 - u128::from(bits_per_s);
                let exact = asked.div_ceil(u128::from(bits_per_s) * 1024) as u64;
                assert_eq!(link.start(at(0), bytes, 0), Some(at(exact)));
            }
        }
    }

    #[test]
    fn a_copy_has_moved_whole_bytes_to_the_nearest_and_no_more_than_it_has() {
        let moved = |bits_per_s, nanos: u64, bytes| {
            let link = Steady::new(Some(bits_per_s), 1);
            link.moved_by(at(9), at(9 + nanos), bytes)
        };
        // A byte each microsecond.
        assert_eq!(
            [499, 500, 1_499, 1_500].map(|nanos| moved(8 * MB, nanos, 5)),
            [0, 1, 1, 2]
        );
        // 10 bytes a nanosecond: 15 take 2.
        assert_eq!(moved(80_000 * MB, 2, 15), 15);
    }

    proptest! {
        #[test]
        fn the_least_time_that_suffices(bytes in 1_u64..1 << 44, bits_per_s in 1_u64..1 << 40) {
            let speed = Steady::new(Some(bits_per_s), 0).speed.expect("a speed");
            // Bytes x 8 x 10^9 / speed nanoseconds, rounded up, but for a 1,024th.
            let (asked, speed_1024) = (u128::from(bytes) * 8 * u128::from(S) * 1024, u128::from(bits_per_s) * 1024);
            let exact = (asked.saturating_sub(u128::from(bits_per_s))).div_ceil(speed_1024);
            prop_assert_eq!(speed.nanos(bytes).map(u128::from), Some(exact).filter(|&nanos| nanos <= u128::from(u64::MAX)));
        }
    }
}
