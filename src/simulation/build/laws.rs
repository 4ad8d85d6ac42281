//! Distributions of the scenario, made ready to be drawn from.

use std::sync::Arc;

use rand_distr::Gamma;

use crate::engine::{self, Choice, normal_quantile};
use crate::scenario::{Distribution, Law, Lognormal, Quantity};

/// Returns the law of a distribution in its base unit: nanoseconds or bytes.
///
/// # Panics
/// If its parameters are not such as the scenario's checks let through.
pub(super) fn compile<Q: Quantity>(distribution: &Distribution<Q>) -> engine::Law {
    match distribution {
        Distribution::Constant(value) => engine::Law::Constant(number(*value)),
        Distribution::Law(law) => compile_law(law),
        Distribution::Mixture(mixture) => {
            let weights: Vec<f64> = mixture.mixture.iter().map(|part| part.weight).collect();
            let laws = mixture
                .mixture
                .iter()
                .map(|part| compile(&part.of))
                .collect();
            reject_above(
                engine::Law::Mixture(Arc::new((Choice::weighted(&weights), laws))),
                mixture.max,
            )
        }
    }
}

fn compile_law<Q: Quantity>(law: &Law<Q>) -> engine::Law {
    match law {
        Law::Uniform { min, max } => engine::Law::Uniform {
            min: number(*min),
            max: number(*max),
        },
        Law::Exponential { mean, max } => {
            let mean = number(*mean);
            let top = max.map_or(1.0, |max| -libm::expm1(-number(max) / mean));
            engine::Law::Exponential { mean, top }
        }
        Law::Lognormal(lognormal) => {
            let (mu, sigma) = normal_parameters(lognormal);
            reject_above(engine::Law::LogNormal { mu, sigma }, lognormal.max)
        }
        Law::Gamma { mean, shape, max } => {
            let gamma = Gamma::new(*shape, number(*mean) / shape)
                .expect("a gamma law's parameters are positive");
            reject_above(engine::Law::Gamma(gamma), *max)
        }
        Law::Weibull { scale, shape, max } => {
            let scale = number(*scale);
            let top = max.map_or(1.0, |max| {
                -libm::expm1(-libm::pow(number(max) / scale, *shape))
            });
            engine::Law::Weibull {
                scale,
                inverse_shape: 1.0 / shape,
                top,
            }
        }
        Law::Pareto { scale, shape, max } => {
            let scale = number(*scale);
            let top = max.map_or(1.0, |max| 1.0 - libm::pow(scale / number(max), *shape));
            engine::Law::Pareto {
                scale,
                inverse_shape: 1.0 / shape,
                top,
            }
        }
        Law::Quantiles(quantiles) => {
            let parsed = quantiles.values.iter().map(|(probability, value)| {
                let probability: f64 = probability
                    .0
                    .parse()
                    .expect("a probability is a decimal number");
                (probability, number(*value))
            });
            let mut points: Vec<(f64, f64)> = parsed.collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let top = quantiles
                .max
                .map_or(1.0, |max| share_below(&points, number(max)));
            engine::Law::Quantiles {
                points: points.into(),
                top,
            }
        }
        Law::Empirical(empirical) => engine::Law::Empirical(
            empirical
                .samples
                .iter()
                .map(|&value| number(value))
                .collect(),
        ),
    }
}

/// Returns mean and standard deviation of the logarithm.
fn normal_parameters<Q: Quantity>(lognormal: &Lognormal<Q>) -> (f64, f64) {
    if let (Some(median), Some(sigma)) = (lognormal.median, lognormal.sigma) {
        return (libm::log(number(median)), sigma);
    }
    let points = lognormal.quantiles.iter().map(|(percentile, value)| {
        let digits = percentile.0.trim_start_matches('p');
        let share: f64 = format!("0.{digits}")
            .parse()
            .expect("a percentile is p and digits");
        (normal_quantile(share), libm::log(number(*value)))
    });
    let mut points: Vec<(f64, f64)> = points.collect();
    points.extend(
        lognormal
            .median
            .map(|median| (0.0, libm::log(number(median)))),
    );
    let [(z0, x0), (z1, x1)] = points[..] else {
        panic!("a lognormal law has two quantiles")
    };
    let sigma = (x1 - x0) / (z1 - z0);
    (x0 - sigma * z0, sigma)
}

/// Returns the share of a law of linear quantiles at or below `x`.
fn share_below(points: &[(f64, f64)], x: f64) -> f64 {
    let above = points.partition_point(|point| point.1 <= x);
    match (
        above.checked_sub(1).map(|below| points[below]),
        points.get(above),
    ) {
        (None, _) => 0.0,
        (Some(_), None) => 1.0,
        (Some((q0, x0)), Some(&(q1, x1))) => q0 + (q1 - q0) * (x - x0) / (x1 - x0),
    }
}

fn reject_above<Q: Quantity>(law: engine::Law, max: Option<Q>) -> engine::Law {
    match max {
        None => law,
        Some(max) => engine::Law::Rejected {
            law: Arc::new(law),
            max: number(max),
        },
    }
}

fn number<Q: Quantity>(quantity: Q) -> f64 {
    quantity.units() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Key;
    use crate::units::SimDuration;

    /// The share of draws at or under `seconds` is within 4 standard errors of `expected`.
    fn assert_share(toml: &str, seconds: f64, expected: f64) {
        #[derive(serde::Deserialize)]
        struct File {
            law: Distribution<SimDuration>,
        }
        let file: File = toml::from_str(&format!("law = {toml}")).expect("a law");
        let law = compile(&file.law);
        let key = Key::new(1, "law");
        let draws = 40_000;
        let below = (0..draws)
            .filter(|&n| law.draw(&mut key.numbered(n).draws()) <= seconds * 1e9)
            .count();
        let share = below as f64 / draws as f64;
        let error = (expected * (1.0 - expected) / draws as f64).sqrt();
        assert!(
            (share - expected).abs() <= 4.0 * error,
            "{toml}: F({seconds} s) is {share}, expected {expected}"
        );
    }

    #[test]
    fn laws_have_the_quantiles_that_the_file_gives() {
        assert_share("'90 s'", 90.0, 1.0);
        assert_share(
            "{ lognormal = { p50 = '5 min', p95 = '25 min' } }",
            300.0,
            0.5,
        );
        assert_share(
            "{ lognormal = { p50 = '5 min', p95 = '25 min' } }",
            1500.0,
            0.95,
        );
        assert_share(
            "{ lognormal = { p90 = '1 min', p999 = '1 h' } }",
            3600.0,
            0.999,
        );
        assert_share(
            "{ gamma = { mean = '10 s', shape = 1.0 } }",
            10.0,
            1.0 - (-1.0_f64).exp(),
        );
        assert_share(
            "{ quantiles = { '0' = '1 s', '0.5' = '4 s', '1' = '10 s' } }",
            4.0,
            0.5,
        );
        assert_share(
            "{ mixture = [{ weight = 3.0, of = '1 s' }, { weight = 1.0, of = '9 s' }] }",
            5.0,
            0.75,
        );
    }

    #[test]
    fn cut_laws_are_drawn_from_what_is_left() {
        // Pareto of 10 s and 1.1 cut at 100 s: F(20 s) = (1 - 0.5^1.1) / (1 - 0.1^1.1).
        let expected = (1.0 - 0.5_f64.powf(1.1)) / (1.0 - 0.1_f64.powf(1.1));
        assert_share(
            "{ pareto = { scale = '10 s', shape = 1.1, max = '100 s' } }",
            20.0,
            expected,
        );
        assert_share(
            "{ pareto = { scale = '10 s', shape = 1.1, max = '100 s' } }",
            100.0,
            1.0,
        );
        // Exponential cut at its median of ln 2.
        let expected = 2.0 * (1.0 - (-0.3_f64).exp());
        assert_share(
            "{ exponential = { mean = '1 s', max = '693147181 ns' } }",
            0.3,
            expected,
        );
        // Quantiles cut at 7 s, where F is 0.75: the median of what is left is at F = 0.375.
        assert_share(
            "{ quantiles = { max = '7 s', '0' = '1 s', '0.5' = '4 s', '1' = '10 s' } }",
            3.25,
            0.5,
        );
        assert_share(
            "{ weibull = { scale = '1 s', shape = 2.0, max = '1 s' } }",
            0.5,
            (1.0 - (-0.25_f64).exp()) / (1.0 - (-1.0_f64).exp()),
        );
    }
}
