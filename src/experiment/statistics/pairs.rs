//! Two systems under the same seeds: their difference, their ratio, and what the same seeds were worth.

use super::estimate::{Estimate, student_quantile};
use super::fieller::{Mean, ratio_interval};

/// Differences that agree to so many parts of the values themselves agree: the rest is rounding.
const ROUNDING: f64 = 1e-12;

/// What two systems gave under the same seeds, pair by pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    base: Vec<f64>,
    variant: Vec<f64>,
}

/// How the differences of pairs lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// There is no pair.
    None,
    /// There is one pair, which differs, and says nothing of others.
    One,
    /// Every pair is equal.
    Identical,
    /// Every pair differs by the same.
    Constant,
    /// They vary: the mean of the differences, and how sure it is.
    Varying(Estimate),
}

impl Pairs {
    /// Returns the pairs of which both are there.
    pub fn of(base: &[Option<f64>], variant: &[Option<f64>]) -> Self {
        let both = base.iter().zip(variant);
        let (base, variant) = both
            .filter_map(|(base, variant)| base.zip(*variant))
            .unzip();
        Self { base, variant }
    }

    /// Returns how many there are.
    pub fn count(&self) -> usize {
        self.base.len()
    }

    /// Returns the means of both systems.
    pub fn means(&self) -> Option<(f64, f64)> {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        (self.count() > 0).then(|| (mean(&self.base), mean(&self.variant)))
    }

    /// Returns how the differences, variant less base, lie.
    ///
    /// Paired t: A. M. Law, "Simulation Modeling and Analysis", section 10.2.1.
    pub fn spread(&self) -> Spread {
        let differences = self.differences();
        let size = self.base.iter().chain(&self.variant);
        let size = size.fold(0.0_f64, |size, value| size.max(value.abs()));
        let is_nothing = |value: f64| value.abs() <= ROUNDING * size;
        match differences.as_slice() {
            [] => Spread::None,
            all if all.iter().all(|&value| is_nothing(value)) => Spread::Identical,
            [_] => Spread::One,
            all @ [first, ..] if all.iter().all(|value| is_nothing(value - first)) => {
                Spread::Constant
            }
            all => Spread::Varying(Estimate::of(all)),
        }
    }

    /// Returns the mean of the variant over the mean of the base, less 1; `None` where the base's is 0.
    pub fn relative_change(&self) -> Option<f64> {
        let (base, variant) = self.means()?;
        (base != 0.0).then(|| (variant - base) / base)
    }

    /// Returns the interval of the relative change of the true means, by [`ratio_interval`]; `None` where it has no bounds, or
    /// there are fewer than 2 pairs.
    ///
    /// It is that of the differences over the base: of the variant over the base, less 1, a small change would lose its
    /// digits.
    pub fn relative_interval(&self, confidence: f64) -> Option<(f64, f64)> {
        if self.count() < 2 {
            return None;
        }
        let (base, variant) = self.means()?;
        let differences = self.differences();
        let count = self.count() as f64;
        let of_means = |one: &[f64], other: &[f64]| covariance(one, other) / count;
        let over = Mean {
            value: variant - base,
            variance: of_means(&differences, &differences),
        };
        let under = Mean {
            value: base,
            variance: of_means(&self.base, &self.base),
        };
        let t = student_quantile(0.5 + confidence / 2.0, count - 1.0);
        ratio_interval(over, under, of_means(&self.base, &differences), t)
    }

    /// Returns by what the variance of a difference of independent runs is more than that of these pairs; `None` where one of
    /// the two is nothing.
    ///
    /// (var(a) + var(b)) / var(a - b): Law, section 11.2, common random numbers.
    pub fn variance_saved(&self) -> Option<f64> {
        if !matches!(self.spread(), Spread::Varying(_)) {
            return None;
        }
        let independent =
            covariance(&self.base, &self.base) + covariance(&self.variant, &self.variant);
        let differences = self.differences();
        Some(independent / covariance(&differences, &differences))
    }

    fn differences(&self) -> Vec<f64> {
        let pairs = self.base.iter().zip(&self.variant);
        pairs.map(|(base, variant)| variant - base).collect()
    }
}

/// Returns the unbiased covariance of two samples of the same length, at least 2.
fn covariance(one: &[f64], other: &[f64]) -> f64 {
    let count = one.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (of_one, of_other) = (mean(one), mean(other));
    let products = one.iter().zip(other);
    let products = products.map(|(a, b)| (a - of_one) * (b - of_other));
    products.sum::<f64>() / (count - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(base: &[f64], variant: &[f64]) -> Pairs {
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        Pairs::of(&some(base), &some(variant))
    }

    /// Hours of sleep that two drugs gained the same ten patients (Student 1908; the data set `sleep` of R).
    const ONE: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const OTHER: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    #[test]
    fn difference_of_student_s_data() {
        let Spread::Varying(difference) = pairs(&ONE, &OTHER).spread() else {
            panic!("they vary");
        };
        let (low, high) = difference.interval(0.95);
        assert!((difference.mean - 1.58).abs() < 1e-12);
        assert!((low - 0.700_114_2).abs() < 5e-8 && (high - 2.459_885_8).abs() < 5e-8);
        // Variances 3.200556 and 4.009 of the drugs, 1.512889 of the differences.
        let saved = pairs(&ONE, &OTHER).variance_saved().expect("a factor");
        assert!(
            (saved - (3.200_556 + 4.009) / 1.512_889).abs() < 1e-5,
            "{saved}"
        );
    }

    /// Base 9, 10, 11: mean 10, variance 1. Variant 18, 20, 25: mean 21, variance 13, covariance 3.5. t = 4.303, square over
    /// 3 is 6.1709. By Fieller's own formula for the ratio: a = 100 - 6.1709, b = 210 - 21.598, c = 441 - 80.222, and
    /// (b -+ root(b^2 - a c)) / a = 1.5758 and 2.4400, so that the change is 110 %, between 58 % and 144 %.
    #[test]
    fn fieller_by_hand() {
        let pairs = pairs(&[9.0, 10.0, 11.0], &[18.0, 20.0, 25.0]);
        let change = pairs.relative_change().expect("a base that is not 0");
        let (low, high) = pairs.relative_interval(0.95).expect("bounds");
        assert!((change - 1.1).abs() < 1e-12);
        assert!((low - 0.575_8).abs() < 5e-4, "{low}");
        assert!((high - 1.440_0).abs() < 5e-4, "{high}");
    }

    /// The definition: at each bound r of the ratio, Student's t of variant - r base is the quantile.
    #[test]
    fn fieller_s_bounds_are_where_the_test_turns() {
        let base = [12.1, 9.8, 11.4, 10.6, 13.2];
        let variant = [14.0, 11.9, 12.5, 13.0, 15.1];
        let (low, high) = pairs(&base, &variant)
            .relative_interval(0.9)
            .expect("bounds");
        for change in [low, high] {
            let left = base.iter().zip(&variant);
            let left: Vec<f64> = left.map(|(x, y)| y - (1.0 + change) * x).collect();
            assert!((Estimate::of(&left).p_value(0.0) - 0.1).abs() < 1e-9);
        }
    }

    /// A change of 1e-9 with a spread of 1e-10 of it has its bounds still.
    #[test]
    fn small_changes_keep_their_digits() {
        let base = [3e12, 2e12, 4e12, 2.5e12];
        let noise = [1.0, 1.1, 0.9, 1.05];
        let variant: Vec<f64> = base
            .iter()
            .zip(noise)
            .map(|(x, by)| x + 3000.0 * by)
            .collect();
        let (low, high) = pairs(&base, &variant)
            .relative_interval(0.95)
            .expect("bounds");
        assert!(
            0.0 < low && low < 1.05e-9 && 1.05e-9 < high && high < 3e-9,
            "{low} {high}"
        );
    }

    #[test]
    fn fieller_has_no_bounds_where_the_base_may_be_nothing() {
        assert_eq!(pairs(&ONE, &OTHER).relative_interval(0.95), None);
        assert_eq!(pairs(&[0.0, 0.0], &[1.0, 2.0]).relative_change(), None);
        assert_eq!(pairs(&[1.0], &[2.0]).relative_interval(0.95), None);
        let certain = pairs(&[20.0, 21.0, 22.0], &[30.0, 31.5, 33.0]);
        let (low, high) = certain.relative_interval(0.95).expect("bounds");
        assert!((low - 0.5).abs() < 1e-7 && (high - 0.5).abs() < 1e-7);
    }

    #[test]
    fn what_does_not_vary_is_named() {
        assert_eq!(pairs(&[1.0, 2.0], &[1.0, 2.0]).spread(), Spread::Identical);
        assert_eq!(pairs(&[0.0, 0.0], &[0.0, 0.0]).spread(), Spread::Identical);
        // 0.1 + 0.2 is not 0.3 to the last bit.
        assert_eq!(
            pairs(&[0.3, 2.0], &[0.1 + 0.2, 2.0]).spread(),
            Spread::Identical
        );
        assert_eq!(pairs(&[1.0, 2.0], &[3.5, 4.5]).spread(), Spread::Constant);
        assert_eq!(pairs(&[1.0], &[2.0]).spread(), Spread::One);
        assert_eq!(pairs(&[1.0], &[1.0]).spread(), Spread::Identical);
        let none = Pairs::of(&[None, Some(1.0)], &[Some(1.0), None]);
        assert_eq!((none.spread(), none.count()), (Spread::None, 0));
        assert_eq!(pairs(&[1.0, 2.0], &[3.5, 4.5]).variance_saved(), None);
    }
}
