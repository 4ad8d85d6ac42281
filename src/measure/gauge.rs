//! A number that holds for a while: how it was over time.

use super::histogram::Histogram;
use crate::units::SimTime;

/// A level over time, with its exact time integral and its distribution by time, both from the warm-up's end.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    level: u64,
    since: SimTime,
    integral: u128,
    times: Histogram,
    max: u64,
}

impl Gauge {
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
    pub fn set(&mut self, now: SimTime, level: u64) {
        self.flush(now);
        self.level = level;
    }

    /// Raises the level by `amount` from `now` on.
    pub fn raise(&mut self, now: SimTime, amount: u64) {
        self.set(now, self.level + amount);
    }

    /// Lowers the level by `amount` from `now` on.
    ///
    /// # Panics
    /// If it would fall below 0.
    pub fn lower(&mut self, now: SimTime, amount: u64) {
        self.set(
            now,
            self.level
                .checked_sub(amount)
                .expect("a level never falls below 0"),
        );
    }

    /// Books the time until `now`. A level that held for no time at all leaves no trace.
    pub fn flush(&mut self, now: SimTime) {
        if now <= self.since {
            return;
        }
        let nanos = now.since(self.since).as_nanos();
        self.integral += u128::from(self.level) * u128::from(nanos);
        self.times.add(self.level, nanos);
        self.max = self.max.max(self.level);
        self.since = now;
    }

    /// Returns the time integral of the level, in level × ns.
    pub const fn integral(&self) -> u128 {
        self.integral
    }

    /// Returns the mean over the measured time; `None` if no time was measured.
    pub fn mean(&self) -> Option<f64> {
        let nanos = self.times.total();
        (nanos > 0).then(|| self.integral as f64 / nanos as f64)
    }

    /// Returns the level that was not passed for `numerator / denominator` of the time.
    pub fn quantile(&self, numerator: u64, denominator: u64) -> Option<u64> {
        self.times
            .quantile(numerator, denominator)
            .map(|level| level.min(self.max))
    }

    /// Returns the highest level; `None` if no time was measured.
    pub fn max(&self) -> Option<u64> {
        (self.times.total() > 0).then_some(self.max)
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
        gauge.flush(at(50));
        assert_eq!(gauge.integral(), 4 * 10 + 6 * 30);
        assert_eq!(gauge.mean(), Some(5.5));
        assert_eq!(
            (gauge.quantile(1, 4), gauge.quantile(1, 2), gauge.max()),
            (Some(4), Some(6), Some(6))
        );
    }

    #[test]
    fn a_level_of_no_duration_leaves_no_trace() {
        let mut gauge = Gauge::new(at(0));
        gauge.raise(at(5), 9);
        gauge.lower(at(5), 9);
        gauge.flush(at(10));
        assert_eq!((gauge.max(), gauge.integral()), (Some(0), 0));
        assert_eq!(Gauge::new(at(0)).mean(), None);
    }
}
