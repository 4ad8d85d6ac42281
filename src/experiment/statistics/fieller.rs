//! The ratio of two means.

/// An estimated mean and its variance: the square of its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The estimate.
    pub value: f64,
    /// Its variance.
    pub variance: f64,
}

/// Returns the bounds of the ratio of the true means `over` to `under`, whose estimates have this covariance; `t` is the
/// quantile of Student's law that belongs to the confidence. `None` where there are no bounds, because `under` is not
/// distinguishable from 0.
///
/// E. C. Fieller, "Some Problems in Interval Estimation", Journal of the Royal Statistical Society B 16 (1954), 175-185: those
/// ratios r for which Student's test does not reject a mean of 0 for over - r under.
pub fn ratio_interval(over: Mean, under: Mean, covariance: f64, t: f64) -> Option<(f64, f64)> {
    let square = t * t;
    let a = under.value * under.value - square * under.variance;
    let b = under.value * over.value - square * covariance;
    let c = over.value * over.value - square * over.variance;
    // Of a ratio that is certain, rounding may leave less than nothing.
    let root = (b * b - a * c).max(0.0).sqrt();
    (a > 0.0).then(|| ((b - root) / a, (b + root) / a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(value: f64, deviation: f64) -> Mean {
        Mean {
            value,
            variance: deviation * deviation,
        }
    }

    /// The example of DCSTATS (github.com/DCPROGS/DCSTATS, "Fieller"): 14 with a standard deviation of 3 over 7 with 2, not
    /// correlated, t = 1.812461 (10 degrees of freedom): 1.051413 to 4.414296.
    #[test]
    fn published_example() {
        let found = ratio_interval(mean(14.0, 3.0), mean(7.0, 2.0), 0.0, 1.812_461);
        let (low, high) = found.expect("bounds");
        assert!((low - 1.051_413).abs() < 5e-7, "{low}");
        assert!((high - 4.414_296).abs() < 5e-6, "{high}");
    }

    #[test]
    fn there_are_no_bounds_where_what_is_under_may_be_nothing() {
        assert_eq!(
            ratio_interval(mean(14.0, 3.0), mean(3.6, 2.0), 0.0, 1.812_461),
            None
        );
        assert_eq!(
            ratio_interval(mean(1.0, 0.0), mean(0.0, 0.0), 0.0, 2.0),
            None
        );
        let certain = ratio_interval(mean(3.0, 0.0), mean(2.0, 0.0), 0.0, 2.0);
        assert_eq!(certain, Some((1.5, 1.5)));
    }
}
