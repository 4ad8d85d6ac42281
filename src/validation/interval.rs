//! Means over independent repeats, and the intervals of Student's t around them.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The mean of a number over independent repeats, each of which gives it once, and how sure it is.
///
/// A. M. Law, "Simulation Modeling and Analysis", section 9.5.2: the replication/deletion approach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean of the repeats.
    pub mean: f64,
    /// Its standard error: the repeats' standard deviation over the root of their number.
    pub standard_error: f64,
    /// Degrees of freedom: one less than the number of repeats.
    freedom: f64,
}

impl Estimate {
    /// Returns the estimate from what each repeat gave.
    ///
    /// # Panics
    /// If there are fewer than 2.
    pub fn of(values: &[f64]) -> Self {
        assert!(values.len() >= 2, "an interval takes at least two repeats");
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            standard_error: (squares / (count - 1.0) / count).sqrt(),
            freedom: count - 1.0,
        }
    }

    /// Returns half the width of the interval that holds the true mean with a chance of `confidence`, if the mean is normal.
    pub fn half_width(&self, confidence: f64) -> f64 {
        self.quantile(confidence) * self.standard_error
    }

    /// Returns the bounds of that interval.
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        let half_width = self.half_width(confidence);
        (self.mean - half_width, self.mean + half_width)
    }

    /// Returns whether that interval holds `truth`.
    pub fn covers(&self, truth: f64, confidence: f64) -> bool {
        (self.mean - truth).abs() <= self.half_width(confidence)
    }

    /// Returns how many standard errors reach from the mean to the interval's bounds.
    fn quantile(&self, confidence: f64) -> f64 {
        let student = StudentsT::new(0.0, 1.0, self.freedom)
            .expect("there are at least two repeats, so the degrees of freedom are positive");
        student.inverse_cdf(0.5 + confidence / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_by_hand() {
        // 1, 2, 3, 4, 5: mean 3, variance 2.5, standard error the root of 0.5; tables of t: 2.776 for 95 %, 4 degrees of freedom.
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let (low, high) = estimate.interval(0.95);
        assert!((estimate.mean - 3.0).abs() < 1e-12);
        let half_width = 2.776 * 0.5_f64.sqrt();
        assert!((low - (3.0 - half_width)).abs() < 1e-3, "{low}");
        assert!((high - (3.0 + half_width)).abs() < 1e-3, "{high}");
        assert!(estimate.covers(1.1, 0.95) && !estimate.covers(1.0, 0.95));
        // 99.9 %: 8.610.
        assert!(estimate.covers(-3.0, 0.999) && !estimate.covers(-3.1, 0.999));
    }

    #[test]
    fn repeats_that_agree_leave_no_doubt() {
        let estimate = Estimate::of(&[2.0, 2.0, 2.0]);
        assert!(estimate.covers(2.0, 0.95) && !estimate.covers(2.000_001, 0.95));
    }
}
