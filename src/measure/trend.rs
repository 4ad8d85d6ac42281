//! A sample of durations: exact mean and extremes, quantiles from a histogram.

use std::sync::Arc;

use super::histogram::{Histogram, rank};
use crate::units::SimDuration;

/// Durations as they come.
///
/// The latest wait in a short list: going through many at once costs each less, and keeps the memory of the histogram out
/// of the simulation's way. Those of no length at all, as most waits are, are but counted. [`Trend::settle`] takes them
/// all in, and must be called before anything is asked.
#[derive(Clone, Debug)]
pub struct Trend {
    recent: Vec<u64>,
    recent_zeros: u64,
    nanos: Histogram,
    sum: u128,
    least: u64,
    greatest: u64,
    /// Limits at which durations are counted exactly, and how many were within each.
    limits: Arc<[SimDuration]>,
    within: Vec<u64>,
}

/// A quantile and how far it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The duration.
    pub at: SimDuration,
    /// Whether it rests on fewer than 10 samples beyond it.
    pub scarce: bool,
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            recent_zeros: 0,
            nanos: Histogram::default(),
            sum: 0,
            least: u64::MAX,
            greatest: 0,
            limits: Arc::default(),
            within: Vec::new(),
        }
    }
}

impl Trend {
    const RECENT: usize = 256;

    /// Returns an empty sample that counts exactly how many durations are within each of `limits`.
    pub fn new(limits: &Arc<[SimDuration]>) -> Self {
        Self {
            limits: Arc::clone(limits),
            within: vec![0; limits.len()],
            ..Self::default()
        }
    }

    /// Adds one duration.
    #[inline]
    pub fn add(&mut self, duration: SimDuration) {
        if duration == SimDuration::ZERO {
            self.recent_zeros += 1;
            return;
        }
        if self.recent.len() == Self::RECENT {
            self.settle();
        }
        self.recent.push(duration.as_nanos());
    }

    /// Takes in the durations that were added of late.
    #[inline(never)]
    pub fn settle(&mut self) {
        let mut recent = std::mem::take(&mut self.recent);
        self.add_many(recent.iter().copied());
        recent.clear();
        self.recent = recent;
        self.settle_zeros();
    }

    fn settle_zeros(&mut self) {
        let zeros = std::mem::take(&mut self.recent_zeros);
        if zeros > 0 {
            self.least = 0;
            self.nanos.add(0, zeros);
            self.within.iter_mut().for_each(|count| *count += zeros);
        }
    }

    /// Adds many durations, in nanoseconds, and takes them in.
    #[inline]
    pub fn add_many(&mut self, durations: impl ExactSizeIterator<Item = u64> + Clone) {
        self.nanos.count(durations.clone());
        let (mut least, mut greatest, mut sum) = (self.least, self.greatest, self.sum);
        for nanos in durations.clone() {
            least = least.min(nanos);
            greatest = greatest.max(nanos);
            sum += u128::from(nanos);
        }
        (self.least, self.greatest, self.sum) = (least, greatest, sum);
        for (limit, count) in self.limits.iter().zip(&mut self.within) {
            let is_within = |nanos: &u64| *nanos <= limit.as_nanos();
            *count += durations.clone().filter(is_within).count() as u64;
        }
    }

    fn is_settled(&self) -> bool {
        self.recent.is_empty() && self.recent_zeros == 0
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        debug_assert!(other.is_settled(), "a trend is settled before it is read");
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.sum += other.sum;
        self.nanos.merge(&other.nanos);
        self.within
            .iter_mut()
            .zip(&other.within)
            .for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Returns how many durations were within the limit at `place`.
    pub fn within(&self, place: usize) -> u64 {
        self.within[place]
    }

    /// Returns how many durations there are.
    pub fn count(&self) -> u64 {
        debug_assert!(self.is_settled(), "a trend is settled before it is read");
        self.nanos.total()
    }

    /// Returns the exact mean in seconds.
    pub fn mean_s(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum as f64 / self.count() as f64 / 1e9)
    }

    /// Returns the least duration.
    pub fn min(&self) -> Option<SimDuration> {
        (self.count() > 0).then(|| SimDuration::from_nanos(self.least))
    }

    /// Returns the greatest duration.
    pub fn max(&self) -> Option<SimDuration> {
        (self.count() > 0).then(|| SimDuration::from_nanos(self.greatest))
    }

    /// Returns the quantile at nearest rank `numerator / denominator`, to 0.1 %.
    pub fn quantile(&self, numerator: u64, denominator: u64) -> Option<Quantile> {
        let nanos = self
            .nanos
            .quantile(numerator, denominator)?
            .clamp(self.least, self.greatest);
        let beyond = self.nanos.total() - rank(self.nanos.total(), numerator, denominator);
        Some(Quantile {
            at: SimDuration::from_nanos(nanos),
            scarce: beyond < 10,
        })
    }

    /// Returns the buckets of the histogram: least and greatest nanoseconds, and how many durations.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.nanos.buckets()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_extremes_are_exact_and_scarce_quantiles_marked() {
        let mut trend = Trend::default();
        (1..=100).for_each(|second| trend.add(SimDuration::from_secs(second)));
        trend.settle();
        assert_eq!(trend.mean_s(), Some(50.5));
        assert_eq!(
            (trend.min(), trend.max()),
            (
                Some(SimDuration::from_secs(1)),
                Some(SimDuration::from_secs(100))
            )
        );
        let quantile = |permille| trend.quantile(permille, 1000).expect("a sample");
        assert!((quantile(500).at.as_secs_f64() - 50.0).abs() < 0.05);
        // p90 has 10 beyond it, p95 has 5.
        assert!(!quantile(900).scarce && quantile(950).scarce);
    }

    #[test]
    fn merging_is_as_if_all_were_added_to_one() {
        let limits: Arc<[SimDuration]> = Arc::new([SimDuration::from_secs(30)]);
        let (mut one, mut two, mut both) = (
            Trend::new(&limits),
            Trend::new(&limits),
            Trend::new(&limits),
        );
        for second in 1..50 {
            one.add(SimDuration::from_secs(second));
            two.add(SimDuration::from_secs(second * second));
            both.add(SimDuration::from_secs(second));
            both.add(SimDuration::from_secs(second * second));
        }
        for trend in [&mut one, &mut two, &mut both] {
            trend.settle();
        }
        one.merge(&two);
        assert_eq!(
            (one.mean_s(), one.min(), one.max()),
            (both.mean_s(), both.min(), both.max())
        );
        assert_eq!(one.quantile(3, 4), both.quantile(3, 4));
        // 1 to 30, and the squares up to 25.
        assert_eq!((one.within(0), both.within(0)), (35, 35));
        assert_eq!(Trend::default().mean_s(), None);
    }
}
