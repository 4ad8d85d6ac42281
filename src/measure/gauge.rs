//! A number that holds for a while: how it was over time.

use super::histogram::Histogram;
use crate::units::SimTime;

/// A level over time, with its exact time integral and its distribution by time, both from the warm-up's end.
///
/// Low levels only have their time counted, each for itself: the rest follows from that when it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    level: u64,
    since: SimTime,
    /// Nanoseconds at each level, of the lowest ones.
    times: Vec<u64>,
    beyond: Beyond,
}

/// What became of the levels that have no place of their own.
#[derive(Clone, Debug, Default)]
struct Beyond {
    integral: u128,
    times: Histogram,
    max: u64,
}

impl Gauge {
    /// Levels under this may have a place of their own; a [`Histogram`] counts each of these exactly too.
    const EXACT: u64 = 1024;

    /// Returns a gauge at 0 that is measured from `from` on.
    pub fn new(from: SimTime) -> Self {
        Self {
            since: from,
            ..Self::default()
        }
    }

    /// Returns the present level.
    pub const fn level(&self) -> u64 {
        self.level
    }

    /// Sets the level from `now` on.
    #[inline]
    pub fn set(&mut self, now: SimTime, level: u64) {
        self.settle(now);
        self.level = level;
    }

    /// Raises the level by `amount` from `now` on.
    #[inline]
    pub fn raise(&mut self, now: SimTime, amount: u64) {
        self.set(now, self.level + amount);
    }

    /// Lowers the level by `amount` from `now` on.
    ///
    /// # Panics
    /// If it would fall below 0.
    #[inline]
    pub fn lower(&mut self, now: SimTime, amount: u64) {
        self.set(
            now,
            self.level
                .checked_sub(amount)
                .expect("a level never falls below 0"),
        );
    }

    /// Books the time until `now`: the gauge can be read. A level that held for no time at all leaves no trace.
    #[inline]
    pub fn settle(&mut self, now: SimTime) {
        if now <= self.since {
            return;
        }
        let nanos = now.since(self.since).as_nanos();
        self.since = now;
        match self.times.get_mut(self.level as usize) {
            Some(time) => *time += nanos,
            None if self.level < Self::EXACT => self.make_place(nanos),
            None => self.beyond.add(self.level, nanos),
        }
    }

    #[cold]
    #[inline(never)]
    fn make_place(&mut self, nanos: u64) {
        let place = self.level as usize;
        self.times.resize((place + 1).next_power_of_two(), 0);
        self.times[place] += nanos;
    }

    /// Returns the time integral of the level, in level × ns.
    pub fn integral(&self) -> u128 {
        let low = self
            .low()
            .map(|(level, nanos)| u128::from(level) * u128::from(nanos));
        low.sum::<u128>() + self.beyond.integral
    }

    /// Returns the mean over the measured time; `None` if no time was measured.
    pub fn mean(&self) -> Option<f64> {
        let nanos = self.measured();
        (nanos > 0).then(|| self.integral() as f64 / nanos as f64)
    }

    /// Returns the level that was not passed for `numerator / denominator` of the time.
    pub fn quantile(&self, numerator: u64, denominator: u64) -> Option<u64> {
        let mut times = self.beyond.times.clone();
        self.low()
            .for_each(|(level, nanos)| times.add(level, nanos));
        let level = times.quantile(numerator, denominator)?;
        Some(level.min(self.max()?))
    }

    /// Returns the highest level; `None` if no time was measured.
    pub fn max(&self) -> Option<u64> {
        if self.beyond.times.total() > 0 {
            return Some(self.beyond.max);
        }
        self.low().last().map(|(level, _)| level)
    }

    /// Returns the low levels that held for some time, rising, and how many nanoseconds each did.
    fn low(&self) -> impl Iterator<Item = (u64, u64)> {
        let times = self.times.iter().enumerate();
        times
            .filter(|&(_, &nanos)| nanos > 0)
            .map(|(level, &nanos)| (level as u64, nanos))
    }

    fn measured(&self) -> u64 {
        self.low().map(|(_, nanos)| nanos).sum::<u64>() + self.beyond.times.total()
    }
}

impl Beyond {
    #[inline]
    fn add(&mut self, level: u64, nanos: u64) {
        self.integral += u128::from(level) * u128::from(nanos);
        if level > self.max {
            self.max = level;
        }
        self.times.add(level, nanos);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn weighs_levels_by_their_time_after_the_warm_up() {
        // From 10 on: level 4 until 20, 6 until 50. Before: 2 and 4, not measured.
        let mut gauge = Gauge::new(at(10));
        gauge.set(at(0), 2);
        gauge.raise(at(5), 2);
        gauge.raise(at(20), 2);
        gauge.settle(at(50));
        assert_eq!(gauge.integral(), 4 * 10 + 6 * 30);
        assert_eq!(gauge.mean(), Some(5.5));
        assert_eq!(
            (gauge.quantile(1, 4), gauge.quantile(1, 2), gauge.max()),
            (Some(4), Some(6), Some(6))
        );
    }

    #[test]
    fn high_levels_count_like_low_ones() {
        // 1,023 has a place of its own, 1,024 and 5,000 have none: 10 ns each, then 70 ns at 3.
        let mut gauge = Gauge::new(at(0));
        for (time, level) in [(0, 1_023), (10, 1_024), (20, 5_000), (30, 3)] {
            gauge.set(at(time), level);
        }
        gauge.settle(at(100));
        assert_eq!(gauge.integral(), 10_230 + 10_240 + 50_000 + 210);
        assert_eq!(gauge.mean(), Some(706.8));
        assert_eq!((gauge.quantile(7, 10), gauge.max()), (Some(3), Some(5_000)));
        assert_eq!(
            (gauge.quantile(8, 10), gauge.quantile(9, 10)),
            (Some(1_023), Some(1_024))
        );
    }

    #[test]
    fn a_level_of_no_duration_leaves_no_trace() {
        let mut gauge = Gauge::new(at(0));
        gauge.raise(at(5), 9);
        gauge.lower(at(5), 9);
        gauge.settle(at(10));
        assert_eq!((gauge.max(), gauge.integral()), (Some(0), 0));
        assert_eq!(Gauge::new(at(0)).mean(), None);
    }
}
