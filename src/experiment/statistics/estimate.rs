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

    /// Returns the chance that a mean at least so far from `null` comes about where `null` is the true one: the two-sided
    /// test of Student's t. Where the repeats agree, it is 1 or 0.
    pub fn p_value(&self, null: f64) -> f64 {
        let away = (self.mean - null).abs();
        if self.standard_error > 0.0 {
            2.0 * student(self.freedom).sf(away / self.standard_error)
        } else {
            f64::from(u8::from(away == 0.0))
        }
    }

    /// Returns the repeats' standard deviation.
    pub fn deviation(&self) -> f64 {
        self.standard_error * (self.freedom + 1.0).sqrt()
    }

    /// Returns how many standard errors reach from the mean to the interval's bounds.
    fn quantile(&self, confidence: f64) -> f64 {
        student_quantile(0.5 + confidence / 2.0, self.freedom)
    }
}

/// Returns the point at or below which the share `p` of Student's law of so many degrees of freedom lies.
///
/// # Panics
/// If `p` is not strictly between 0 and 1, or `freedom` not positive.
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "a quantile is strictly between 0 and 1");
    student(freedom).inverse_cdf(p)
}

fn student(freedom: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, freedom)
        .expect("there are at least two repeats, so the degrees of freedom are positive")
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

    /// Tables of Student's t (Abramowitz and Stegun, table 26.10; E. S. Pearson and H. O. Hartley, "Biometrika Tables", 12).
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, freedom, t) in [
            (0.975, 1.0, 12.706),
            (0.975, 9.0, 2.262),
            (0.975, 19.0, 2.093),
            (0.95, 19.0, 1.729),
            (0.995, 30.0, 2.750),
            (0.9995, 4.0, 8.610),
        ] {
            let found = student_quantile(p, freedom);
            assert!((found - t).abs() < 6e-4, "{p}, {freedom}: {found}");
        }
    }

    /// The hours of sleep that a drug gained ten patients over another, paired (Student, "The Probable Error of a Mean",
    /// Biometrika 6, 1908; the data set `sleep` of R): mean 1.58, t = 4.0621 with 9 degrees of freedom, p = 0.002833, 95 %
    /// interval 0.7001142 to 2.4598858.
    #[test]
    fn paired_test_of_student_s_own_data() {
        let gained = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let estimate = Estimate::of(&gained);
        let (low, high) = estimate.interval(0.95);
        assert!((estimate.mean - 1.58).abs() < 1e-12);
        assert!((estimate.mean / estimate.standard_error - 4.0621).abs() < 5e-5);
        assert!((estimate.p_value(0.0) - 0.002_833).abs() < 5e-7);
        assert!((low - 0.700_114_2).abs() < 5e-8 && (high - 2.459_885_8).abs() < 5e-8);
        assert!((estimate.deviation() - 1.229_995).abs() < 1e-6);
    }

    #[test]
    fn repeats_that_agree_leave_no_doubt() {
        let estimate = Estimate::of(&[2.0, 2.0, 2.0]);
        assert!(estimate.covers(2.0, 0.95) && !estimate.covers(2.000_001, 0.95));
        assert_eq!((estimate.p_value(2.0), estimate.p_value(1.0)), (1.0, 0.0));
    }
}
