//! Many tests at once.

/// Returns p-values adjusted for their number: those that stay at or below a level are found with a chance of at most that
/// level that any of them is a mistake, however the tests depend on each other.
///
/// S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979), 65-70:
/// the least of m times m, the next times m - 1 and so on, never less than the one before, at most 1.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut found = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        let times = (p_values.len() - rank) as f64;
        greatest = greatest.max(p_values[place] * times).min(1.0);
        found[place] = greatest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Wikipedia's "Holm-Bonferroni method": 0.01, 0.04, 0.03, 0.005 at the level 0.05 reject the
    /// fourth and the first only.
    #[test]
    fn published_example() {
        let found = adjusted(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{found}");
        }
    }

    #[test]
    fn none_is_more_than_certain_and_one_alone_stays() {
        assert_eq!(adjusted(&[0.4, 0.9]), [0.8, 0.9]);
        assert_eq!(adjusted(&[0.6, 0.7, 0.8]), [1.0, 1.0, 1.0]);
        assert_eq!(adjusted(&[0.03]), [0.03]);
        assert!(adjusted(&[]).is_empty());
    }
}
