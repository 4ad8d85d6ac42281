//! Laws that durations and sizes follow, compiled for drawing: plain numbers in the base unit (nanoseconds, bytes).

use std::sync::Arc;

use rand_distr::Gamma;

use super::exponentials::{AT_ONCE, USUAL, exponentials};
use super::random::Draws;

/// A law of non-negative numbers.
///
/// What is made of the standard draws (exp, powers) goes through `libm`, which gives the same bits everywhere.
#[derive(Clone, Debug)]
pub enum Law {
    /// Always this number.
    Constant(f64),
    /// Uniform from `min` to `max`.
    Uniform {
        /// Least number.
        min: f64,
        /// Greatest number.
        max: f64,
    },
    /// Exponential, cut at the quantile `top` (1: not cut).
    Exponential {
        /// Mean of the uncut law.
        mean: f64,
        /// Share of the uncut law that is left.
        top: f64,
    },
    /// Exp of a normal number with this mean and standard deviation.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Gamma.
    Gamma(Gamma<f64>),
    /// Weibull, cut at the quantile `top`.
    Weibull {
        /// Scale of the uncut law.
        scale: f64,
        /// One over its shape.
        inverse_shape: f64,
        /// Share of the uncut law that is left.
        top: f64,
    },
    /// Pareto, cut at the quantile `top`.
    Pareto {
        /// Least number.
        scale: f64,
        /// One over its shape.
        inverse_shape: f64,
        /// Share of the uncut law that is left.
        top: f64,
    },
    /// Linear between (quantile, number) points from quantile 0 to `top`.
    Quantiles {
        /// Points by rising quantile.
        points: Arc<[(f64, f64)]>,
        /// Share of the uncut law that is left.
        top: f64,
    },
    /// One of these numbers.
    Empirical(Arc<[f64]>),
    /// One of several laws; the choice and then the law.
    Mixture(Arc<(Choice, Vec<Law>)>),
    /// What a law without a closed inverse gives at or under `max`; drawn again until it does.
    Rejected {
        /// The uncut law.
        law: Arc<Law>,
        /// Greatest number.
        max: f64,
    },
}

impl Law {
    /// Returns a draw, in the law's base unit.
    pub fn draw(&self, draws: &mut Draws) -> f64 {
        match self {
            Self::Constant(number) => *number,
            Self::Uniform { min, max } => min + (max - min) * draws.uniform(),
            // Uncut laws are drawn by the quicker standard draw.
            Self::Exponential { mean, top } if *top >= 1.0 => mean * draws.exponential(),
            Self::Exponential { mean, top } => -mean * libm::log1p(-draws.uniform() * top),
            Self::LogNormal { mu, sigma } => libm::exp(mu + sigma * draws.normal()),
            Self::Gamma(law) => draws.gamma(law),
            Self::Weibull {
                scale,
                inverse_shape,
                top,
            } => scale * libm::pow(-libm::log1p(-draws.uniform() * top), *inverse_shape),
            Self::Pareto {
                scale,
                inverse_shape,
                top,
            } => scale * libm::pow(1.0 - draws.uniform() * top, -inverse_shape),
            Self::Quantiles { points, top } => interpolate(points, draws.uniform() * top),
            Self::Empirical(numbers) => numbers[index(draws.uniform(), numbers.len())],
            Self::Mixture(parts) => parts.1[parts.0.draw(draws)].draw(draws),
            Self::Rejected { law, max } => loop {
                let number = law.draw(draws);
                if number <= *max {
                    return number;
                }
            },
        }
    }

    /// Returns whether the law's moment of this order is finite: all are, but for an uncut Pareto law, whose tail falls as x to
    /// the power of minus its shape.
    pub fn has_moment(&self, order: f64) -> bool {
        match self {
            Self::Pareto {
                inverse_shape, top, ..
            } => *top < 1.0 || order * inverse_shape < 1.0,
            Self::Mixture(parts) => parts.1.iter().all(|part| part.has_moment(order)),
            _ => true,
        }
    }

    /// Returns a draw rounded up to a whole number of base units.
    pub fn draw_whole(&self, draws: &mut Draws) -> u64 {
        round_up(self.draw(draws))
    }

    /// Draws up to [`Self::FEW`] laws, each from its own stream, as [`Law::draw`] does; `of` gives law and stream of each.
    #[inline]
    pub fn draw_few<'a>(count: usize, of: impl Fn(usize) -> (&'a Self, Draws)) -> [f64; Self::FEW] {
        if count == 1 {
            let (law, mut draws) = of(0);
            return [law.draw(&mut draws), 0.0, 0.0, 0.0];
        }
        // Beside a number of no log-normal law stands an exponential that nobody reads.
        let (mut logarithms, mut numbers) = ([USUAL; Self::FEW], [0.0; Self::FEW]);
        let mut are_logarithms = [false; Self::FEW];
        for place in 0..count {
            let (law, mut draws) = of(place);
            if let Self::LogNormal { mu, sigma } = law {
                logarithms[place] = mu + sigma * draws.normal();
                are_logarithms[place] = true;
            } else {
                numbers[place] = law.draw(&mut draws);
            }
        }
        if are_logarithms != [false; Self::FEW] {
            let exponentials = exponentials(logarithms);
            for place in 0..Self::FEW {
                if are_logarithms[place] {
                    numbers[place] = exponentials[place];
                }
            }
        }
        numbers
    }

    /// How many laws are drawn at once.
    pub const FEW: usize = AT_ONCE;
}

/// Returns a number of base units, which is not negative, rounded up to whole ones.
#[inline]
pub fn round_up(number: f64) -> u64 {
    debug_assert!(
        number > -1.0 || number.is_nan(),
        "a law gives no negative number: {number}"
    );
    // Where a signed number holds it, it is had in a few steps.
    if number < (1_u64 << 62) as f64 {
        let whole = number as i64;
        return (whole + i64::from((whole as f64) < number)) as u64;
    }
    // Whole numbers beyond 2^53 have no fraction to round up, and those beyond 2^64 stay at its end.
    let whole = number as u64;
    whole.saturating_add(u64::from((whole as f64) < number))
}

/// Returns the number at `quantile` on the line through `points`.
fn interpolate(points: &[(f64, f64)], quantile: f64) -> f64 {
    let above = points
        .partition_point(|&(q, _)| q < quantile)
        .clamp(1, points.len() - 1);
    let ((q0, x0), (q1, x1)) = (points[above - 1], points[above]);
    x0 + (x1 - x0) * ((quantile - q0) / (q1 - q0)).clamp(0.0, 1.0)
}

fn index(uniform: f64, count: usize) -> usize {
    ((uniform * count as f64) as usize).min(count - 1)
}

/// A choice among weighted places, by inversion: one number a draw.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Each of so many with the same weight.
    Even(usize),
    /// By cumulative share; the last is 1.
    Weighted(Arc<[f64]>),
}

impl Choice {
    /// Returns a choice by `weights`.
    ///
    /// # Panics
    /// If they are empty or their sum is not positive.
    pub fn weighted(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0, "weights have a positive sum");
        let mut sum = 0.0;
        let shares = weights.iter().map(|weight| {
            sum += weight;
            sum / total
        });
        Self::Weighted(shares.collect())
    }

    /// Returns a choice among `count` places, the k-th with weight k^-exponent (Zipf).
    pub fn zipf(count: usize, exponent: f64) -> Self {
        let weights: Vec<f64> = (1..=count)
            .map(|rank| libm::pow(rank as f64, -exponent))
            .collect();
        Self::weighted(&weights)
    }

    /// Returns the chosen place.
    pub fn draw(&self, draws: &mut Draws) -> usize {
        match self {
            Self::Even(count) => index(draws.uniform(), *count),
            Self::Weighted(shares) => {
                let uniform = draws.uniform();
                shares
                    .partition_point(|&share| share < uniform)
                    .min(shares.len() - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Key;
    use super::*;

    fn sample(law: &Law) -> Vec<f64> {
        let key = Key::new(1, "law");
        let mut draws: Vec<f64> = (0..40_000)
            .map(|n| law.draw(&mut key.numbered(n).draws()))
            .collect();
        draws.sort_by(f64::total_cmp);
        draws
    }

    /// The share of draws at or under `x` is within 4 standard errors of `expected`.
    fn assert_cdf(law: &Law, x: f64, expected: f64) {
        let draws = sample(law);
        let share = draws.partition_point(|&d| d <= x) as f64 / draws.len() as f64;
        let error = (expected * (1.0 - expected) / draws.len() as f64).sqrt();
        assert!(
            (share - expected).abs() < 4.0 * error,
            "F({x}) is {share}, expected {expected}"
        );
    }

    #[test]
    fn only_an_uncut_pareto_law_lacks_moments() {
        let pareto = |shape: f64, top| Law::Pareto {
            scale: 1.0,
            inverse_shape: 1.0 / shape,
            top,
        };
        assert!(!pareto(2.0, 1.0).has_moment(2.0) && pareto(2.1, 1.0).has_moment(2.0));
        assert!(!pareto(2.1, 1.0).has_moment(3.0) && pareto(1.1, 0.999).has_moment(3.0));
        let parts = vec![Law::Constant(1.0), pareto(1.5, 1.0)];
        let mixture = Law::Mixture(Arc::new((Choice::Even(2), parts)));
        assert!(!mixture.has_moment(2.0) && mixture.has_moment(1.0));
        let cut = Law::Rejected {
            law: Arc::new(mixture),
            max: 1e6,
        };
        assert!(cut.has_moment(2.0));
    }

    #[test]
    fn uncut_laws_have_their_distribution() {
        assert_cdf(&Law::Uniform { min: 2.0, max: 6.0 }, 3.0, 0.25);
        assert_cdf(
            &Law::Exponential {
                mean: 2.0,
                top: 1.0,
            },
            2.0,
            1.0 - (-1.0_f64).exp(),
        );
        assert_cdf(
            &Law::LogNormal {
                mu: 1.0,
                sigma: 0.5,
            },
            1.0_f64.exp(),
            0.5,
        );
        assert_cdf(
            &Law::LogNormal {
                mu: 1.0,
                sigma: 0.5,
            },
            1.5_f64.exp(),
            0.841_345,
        );
        // Gamma of shape 1 is exponential.
        let gamma = Gamma::new(1.0, 3.0).expect("a gamma law");
        assert_cdf(&Law::Gamma(gamma), 3.0, 1.0 - (-1.0_f64).exp());
        assert_cdf(
            &Law::Weibull {
                scale: 2.0,
                inverse_shape: 0.5,
                top: 1.0,
            },
            2.0,
            1.0 - (-1.0_f64).exp(),
        );
        assert_cdf(
            &Law::Pareto {
                scale: 1.0,
                inverse_shape: 0.5,
                top: 1.0,
            },
            2.0,
            0.75,
        );
        let points: Arc<[(f64, f64)]> = Arc::new([(0.0, 1.0), (0.5, 4.0), (1.0, 10.0)]);
        assert_cdf(&Law::Quantiles { points, top: 1.0 }, 7.0, 0.75);
    }

    #[test]
    fn cut_laws_keep_what_is_left_in_proportion() {
        // Pareto(1, 2) has F(2) = 0.75; cut at 2, F(1.5) = (1 - 1/2.25) / 0.75.
        let pareto = Law::Pareto {
            scale: 1.0,
            inverse_shape: 0.5,
            top: 0.75,
        };
        assert!(sample(&pareto).last().is_some_and(|&x| x <= 2.0));
        assert_cdf(&pareto, 1.5, (1.0 - 1.0 / 2.25) / 0.75);
        // Exponential of mean 1 cut at ln 2, its median: F(x) = 2 (1 - e^-x).
        let exponential = Law::Exponential {
            mean: 1.0,
            top: 0.5,
        };
        assert!(
            sample(&exponential)
                .last()
                .is_some_and(|&x| x <= 2.0_f64.ln())
        );
        assert_cdf(&exponential, 0.3, 2.0 * (1.0 - (-0.3_f64).exp()));
        // Weibull(2, 2) cut at 2: F(1) = (1 - e^-1/4) / (1 - 1/e).
        let weibull = Law::Weibull {
            scale: 2.0,
            inverse_shape: 0.5,
            top: 1.0 - (-1.0_f64).exp(),
        };
        assert!(sample(&weibull).last().is_some_and(|&x| x <= 2.0));
        assert_cdf(
            &weibull,
            1.0,
            (1.0 - (-0.25_f64).exp()) / (1.0 - (-1.0_f64).exp()),
        );
        // Quantiles cut at 7, where F is 0.75: the median of what is left is at F = 0.375.
        let points: Arc<[(f64, f64)]> = Arc::new([(0.0, 1.0), (0.5, 4.0), (1.0, 10.0)]);
        let quantiles = Law::Quantiles { points, top: 0.75 };
        assert!(sample(&quantiles).last().is_some_and(|&x| x <= 7.0));
        assert_cdf(&quantiles, 3.25, 0.5);
        // A standard lognormal cut at its median.
        let law = Arc::new(Law::LogNormal {
            mu: 0.0,
            sigma: 1.0,
        });
        let lognormal = Law::Rejected { law, max: 1.0 };
        assert!(sample(&lognormal).last().is_some_and(|&x| x <= 1.0));
        assert_cdf(&lognormal, (-1.0_f64).exp(), 2.0 * 0.158_655);
    }

    #[test]
    fn whole_draws_are_rounded_up_within_64_bits() {
        let whole = |number| Law::Constant(number).draw_whole(&mut Key::new(1, "law").draws());
        assert_eq!([0.0, 1e-9, 2.0, 2.1].map(whole), [0, 1, 2, 3]);
        // 2^53 + 2 is the next number that a double holds.
        assert_eq!(whole(9_007_199_254_740_994.0), (1 << 53) + 2);
        // From here on a signed number no longer holds all.
        let at_62_bits = (1_u64 << 62) as f64;
        assert_eq!(
            [at_62_bits, 3.0 * at_62_bits].map(whole),
            [1 << 62, 3 << 62]
        );
        assert_eq!(whole(1e300), u64::MAX);
    }

    #[test]
    fn laws_drawn_at_once_give_what_each_gives_alone() {
        let (mu, sigma) = (24.8, 0.8);
        let laws = [
            Law::LogNormal { mu, sigma },
            Law::Constant(3.5),
            Law::LogNormal { mu: 0.1, sigma },
            Law::Exponential {
                mean: 1e9,
                top: 1.0,
            },
        ];
        let key = Key::new(1, "law");
        for first in 0..20 {
            let of = |n: usize| {
                (
                    &laws[(first + n) % 4],
                    key.numbered((first + n) as u64).draws(),
                )
            };
            let log_normal = |n: usize| (&laws[0], of(n).1);
            for count in 0..=Law::FEW {
                let alone = |(law, mut draws): (&Law, Draws)| law.draw(&mut draws);
                let few = Law::draw_few(count, of);
                assert!((0..count).all(|n| few[n] == alone(of(n))));
                let few = Law::draw_few(count, log_normal);
                assert!((0..count).all(|n| few[n] == alone(log_normal(n))));
            }
        }
    }

    #[test]
    fn choices_follow_their_weights() {
        let key = Key::new(1, "choice");
        let counts = |choice: &Choice| {
            let mut counts = [0_u32; 3];
            (0..30_000).for_each(|n| counts[choice.draw(&mut key.numbered(n).draws())] += 1);
            counts.map(|count| f64::from(count) / 30_000.0)
        };
        let near = |shares: [f64; 3], expected: [f64; 3]| {
            shares
                .iter()
                .zip(expected)
                .all(|(share, want)| (share - want).abs() < 0.012)
        };
        assert!(near(counts(&Choice::Even(3)), [1.0 / 3.0; 3]));
        assert!(near(
            counts(&Choice::weighted(&[1.0, 0.0, 3.0])),
            [0.25, 0.0, 0.75]
        ));
        // Zipf of exponent 1 over 3: 6/11, 3/11, 2/11.
        assert!(near(
            counts(&Choice::zipf(3, 1.0)),
            [6.0 / 11.0, 3.0 / 11.0, 2.0 / 11.0]
        ));
    }
}
