//! How sure a ranking is.

use super::best::Preference;
use crate::engine::Key;

/// Samples that are drawn: a chance of one half is known to half a per cent.
const RESAMPLES: u64 = 10_000;

/// Returns for each system the share of resampled experiments in which its mean is the best; systems that tie share it.
///
/// The bootstrap of B. Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7 (1979), 1-26, over
/// whole repeats: the same seeds are drawn for all systems, which keeps what the repeats have in common. `values` holds the
/// repeats of each system, the same seeds in the same places. The draws are keyed: the same values give the same shares.
pub fn chances_of_being_best(values: &[Vec<f64>], preference: Preference) -> Vec<f64> {
    let repeats = values.first().map_or(0, Vec::len);
    let mut shares = vec![0.0; values.len()];
    if repeats == 0 {
        return shares;
    }
    let key = Key::new(repeats as u64, "bootstrap of repeats");
    for number in 0..RESAMPLES {
        let mut draws = key.numbered(number).draws();
        let drawn: Vec<usize> = (0..repeats)
            .map(|_| (draws.uniform() * repeats as f64) as usize)
            .collect();
        let sum = |of: &Vec<f64>| drawn.iter().map(|&repeat| of[repeat]).sum::<f64>();
        let sums: Vec<f64> = values
            .iter()
            .map(|of| preference.sign() * sum(of))
            .collect();
        let best = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let winners = sums.iter().filter(|&&sum| sum == best).count() as f64;
        let won = sums
            .iter()
            .zip(&mut shares)
            .filter(|(sum, _)| **sum == best);
        won.for_each(|(_, share)| *share += 1.0 / winners);
    }
    shares
        .into_iter()
        .map(|won| won / RESAMPLES as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two repeats, differences -1 and 3: the mean of two draws is -1, 1 or 3 with chances 1/4, 1/2 and 1/4, so that the second
    /// is less in a quarter of all experiments.
    #[test]
    fn known_answer() {
        let values = [vec![0.0, 0.0], vec![-1.0, 3.0]];
        let least = chances_of_being_best(&values, Preference::Least);
        assert!((least[1] - 0.25).abs() < 0.015, "{least:?}");
        assert!((least[0] + least[1] - 1.0).abs() < 1e-9);
        let greatest = chances_of_being_best(&values, Preference::Greatest);
        assert!((greatest[1] - 0.75).abs() < 0.015, "{greatest:?}");
    }

    /// Noise that all share does not blur the ranking, because whole repeats are drawn.
    #[test]
    fn what_repeats_have_in_common_does_not_count() {
        let noise = [5.0, -40.0, 12.0, 77.0, 0.5];
        let values = [noise.to_vec(), noise.map(|value| value + 0.001).to_vec()];
        let shares = chances_of_being_best(&values, Preference::Least);
        assert_eq!(shares, [1.0, 0.0]);
    }

    #[test]
    fn ties_share() {
        let shares = chances_of_being_best(&[vec![1.0, 2.0], vec![1.0, 2.0]], Preference::Least);
        assert!(
            shares.iter().all(|share| (share - 0.5).abs() < 1e-9),
            "{shares:?}"
        );
    }
}
