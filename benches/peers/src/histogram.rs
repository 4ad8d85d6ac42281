//! A log-linear histogram of times.

/// Counts times in buckets no wider than 1/1024 of their lower bound.
#[derive(Debug)]
pub struct Histogram {
    counts: Vec<u32>,
    sum_s: f64,
    total: u64,
}

impl Histogram {
    /// Bits of the significand that choose the bucket.
    const BITS: u32 = 10;
    const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - Self::BITS;
    /// Times from a microsecond (shorter ones share the first bucket) ...
    const FIRST: u64 = 1e-6_f64.to_bits() >> Self::SHIFT;
    /// ... to 30,000 years.
    const LAST: u64 = 1e12_f64.to_bits() >> Self::SHIFT;

    /// Returns one without times.
    pub fn new() -> Self {
        Self {
            counts: vec![0; (Self::LAST - Self::FIRST + 1) as usize],
            sum_s: 0.0,
            total: 0,
        }
    }

    /// Adds a time. The bits of a positive float are ordered as the float is: no logarithm is taken.
    #[inline]
    pub fn add(&mut self, time_s: f64) {
        let place = (time_s.to_bits() >> Self::SHIFT).clamp(Self::FIRST, Self::LAST) - Self::FIRST;
        self.counts[place as usize] += 1;
        self.sum_s += time_s;
        self.total += 1;
    }

    /// Returns the number of times.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Returns the mean.
    pub fn mean_s(&self) -> f64 {
        self.sum_s / self.total as f64
    }

    /// Returns the time at nearest rank `share`, at the middle of its bucket.
    pub fn quantile_s(&self, share: f64) -> f64 {
        let rank = (share * self.total as f64).ceil() as u64;
        let mut below = 0;
        let place = self.counts.iter().position(|&count| {
            below += u64::from(count);
            below >= rank
        });
        let bits =
            (place.expect("a rank is at most the total") as u64 + Self::FIRST) << Self::SHIFT;
        f64::from_bits(bits + (1 << (Self::SHIFT - 1)))
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_nearest_rank_to_a_thousandth() {
        let mut times = Histogram::new();
        (1..=1_000).for_each(|n| times.add(f64::from(n)));
        times.add(0.0);
        // Of 1,001 times the 501st is 500, the 991st is 990, the last is 1,000.
        for (share, expected_s) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0)] {
            let error = times.quantile_s(share) / expected_s - 1.0;
            assert!(error.abs() < 1.0 / 1_024.0, "{share}: {error}");
        }
        assert!((times.mean_s() - 500_500.0 / 1_001.0).abs() < 1e-9);
    }
}
