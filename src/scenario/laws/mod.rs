//! What is known of a distribution without drawing from it: mass, mean, whether mean and variance exist.
//!
//! In whole units (nanoseconds or bytes) as doubles; used to check, to warn, and to reckon offered load.

mod check;
mod special;
#[cfg(test)]
mod tests;

use super::distribution::{Component, Distribution, Law, Lognormal, Mixture, Quantiles, Quantity};
use special::{gamma_mass, ln_gamma, normal_below, normal_quantile};

pub(super) use check::check;

impl<Q: Quantity> Distribution<Q> {
    /// Returns the mean of what is drawn, truncation included, in whole units; infinite if there is none.
    pub fn mean(&self) -> f64 {
        let end = self.max().map_or(f64::INFINITY, |max| max.units() as f64);
        match self {
            Self::Constant(value) => value.units() as f64,
            Self::Mixture(mixture) => mixture.partial_mean(end) / mixture.below(end),
            Self::Law(law) => law.partial_mean(end) / law.below(end),
        }
    }

    /// Tells whether what is drawn has no finite mean.
    pub fn mean_is_infinite(&self) -> bool {
        self.tail_shape().is_some_and(|shape| shape <= 1.0)
    }

    /// Tells whether what is drawn has no finite variance.
    pub fn variance_is_infinite(&self) -> bool {
        self.tail_shape().is_some_and(|shape| shape <= 2.0)
    }

    /// Returns the least shape of a Pareto law that nothing truncates.
    fn tail_shape(&self) -> Option<f64> {
        match self {
            Self::Law(Law::Pareto {
                shape, max: None, ..
            }) => Some(*shape),
            Self::Mixture(Mixture { mixture, max: None }) => mixture
                .iter()
                .filter_map(|component| component.of.tail_shape())
                .min_by(f64::total_cmp),
            _ => None,
        }
    }

    /// Returns where the law is truncated.
    pub fn max(&self) -> Option<Q> {
        match self {
            Self::Constant(_) => None,
            Self::Mixture(mixture) => mixture.max,
            Self::Law(law) => law.max(),
        }
    }

    /// Returns the probability of at most `x`, truncation included.
    fn truncated_below(&self, x: f64) -> f64 {
        match self {
            Self::Constant(value) => f64::from(u8::from(value.units() as f64 <= x)),
            Self::Mixture(_) | Self::Law(_) => self.cut(x, Self::below),
        }
    }

    /// Returns the mean's part that lies at most at `x`, truncation included.
    fn truncated_partial_mean(&self, x: f64) -> f64 {
        match self {
            Self::Constant(value) => match value.units() as f64 {
                value if value <= x => value,
                _ => 0.0,
            },
            Self::Mixture(_) | Self::Law(_) => self.cut(x, Self::partial_mean),
        }
    }

    fn cut(&self, x: f64, part: impl Fn(&Self, f64) -> f64) -> f64 {
        let end = self.max().map_or(f64::INFINITY, |max| max.units() as f64);
        part(self, x.min(end)) / self.below(end)
    }

    fn below(&self, x: f64) -> f64 {
        match self {
            Self::Constant(_) => 1.0,
            Self::Mixture(mixture) => mixture.below(x),
            Self::Law(law) => law.below(x),
        }
    }

    fn partial_mean(&self, x: f64) -> f64 {
        match self {
            Self::Constant(value) => value.units() as f64,
            Self::Mixture(mixture) => mixture.partial_mean(x),
            Self::Law(law) => law.partial_mean(x),
        }
    }
}

impl<Q: Quantity> Mixture<Q> {
    /// Returns the components with weights that sum to 1.
    pub fn weighted(&self) -> impl Iterator<Item = (f64, &Distribution<Q>)> {
        let sum: f64 = self.mixture.iter().map(|component| component.weight).sum();
        let normalised = move |component: &Component<Q>| component.weight / sum;
        self.mixture
            .iter()
            .map(move |component| (normalised(component), &component.of))
    }

    fn below(&self, x: f64) -> f64 {
        self.weighted()
            .map(|(weight, law)| weight * law.truncated_below(x))
            .sum()
    }

    fn partial_mean(&self, x: f64) -> f64 {
        self.weighted()
            .map(|(weight, law)| weight * law.truncated_partial_mean(x))
            .sum()
    }
}

impl<Q: Quantity> Law<Q> {
    /// Returns where the law is truncated; the end of a uniform law is no truncation.
    pub fn max(&self) -> Option<Q> {
        match self {
            Self::Uniform { .. } => None,
            Self::Lognormal(law) => law.max,
            Self::Quantiles(law) => law.max,
            Self::Empirical(law) => law.max,
            Self::Exponential { max, .. }
            | Self::Gamma { max, .. }
            | Self::Weibull { max, .. }
            | Self::Pareto { max, .. } => *max,
        }
    }

    /// Returns the probability of at most `x` before truncation.
    fn below(&self, x: f64) -> f64 {
        if x == f64::INFINITY {
            return 1.0;
        }
        match self {
            Self::Uniform { min, max } => {
                let (min, max) = (min.units() as f64, max.units() as f64);
                if max > min {
                    ((x - min) / (max - min)).clamp(0.0, 1.0)
                } else {
                    f64::from(u8::from(x >= min))
                }
            }
            Self::Exponential { mean, .. } => -libm::expm1(-x / mean.units() as f64),
            Self::Lognormal(law) => {
                let (mu, sigma) = law.mu_sigma();
                normal_below((libm::log(x) - mu) / sigma)
            }
            Self::Gamma { mean, shape, .. } => gamma_mass(*shape, x * shape / mean.units() as f64),
            Self::Weibull { scale, shape, .. } => {
                -libm::expm1(-libm::pow(x / scale.units() as f64, *shape))
            }
            Self::Pareto { scale, shape, .. } => match x / scale.units() as f64 {
                ratio if ratio > 1.0 => 1.0 - libm::pow(ratio, -shape),
                _ => 0.0,
            },
            Self::Quantiles(law) => law.pieces().iter().map(|piece| piece.below(x)).sum(),
            Self::Empirical(law) => {
                let count = law
                    .samples
                    .iter()
                    .filter(|sample| sample.units() as f64 <= x)
                    .count();
                count as f64 / law.samples.len().max(1) as f64
            }
        }
    }

    /// Returns the integral of `t` times the density over `t` up to `x`, before truncation.
    fn partial_mean(&self, x: f64) -> f64 {
        match self {
            Self::Uniform { min, max } => {
                let (min, max) = (min.units() as f64, max.units() as f64);
                let end = x.min(max);
                self.below(x) * (min + end) / 2.0
            }
            Self::Exponential { mean, .. } => {
                let mean = mean.units() as f64;
                let ratio = x / mean;
                let beyond = if ratio.is_finite() {
                    (1.0 + ratio) * libm::exp(-ratio)
                } else {
                    0.0
                };
                mean * (1.0 - beyond)
            }
            Self::Lognormal(law) => {
                let (mu, sigma) = law.mu_sigma();
                let mean = libm::exp(mu + sigma * sigma / 2.0);
                mean * normal_below((libm::log(x) - mu) / sigma - sigma)
            }
            Self::Gamma { mean, shape, .. } => {
                let mean = mean.units() as f64;
                mean * gamma_mass(shape + 1.0, x * shape / mean)
            }
            Self::Weibull { scale, shape, .. } => {
                let scale = scale.units() as f64;
                let order = 1.0 + 1.0 / shape;
                let whole = scale * libm::exp(ln_gamma(order));
                whole * gamma_mass(order, libm::pow(x / scale, *shape))
            }
            Self::Pareto { scale, shape, .. } => {
                pareto_partial_mean(scale.units() as f64, *shape, x)
            }
            Self::Quantiles(law) => law.pieces().iter().map(|piece| piece.partial_mean(x)).sum(),
            Self::Empirical(law) => {
                let samples = law.samples.iter().map(|sample| sample.units() as f64);
                let sum: f64 = samples.filter(|sample| *sample <= x).sum();
                sum / law.samples.len().max(1) as f64
            }
        }
    }
}

/// Returns the integral of `t · shape · scale^shape / t^(shape + 1)` from `scale` to `x`.
fn pareto_partial_mean(scale: f64, shape: f64, x: f64) -> f64 {
    if x <= scale {
        return 0.0;
    }
    if shape == 1.0 {
        return scale * libm::log(x / scale);
    }
    let ratio = scale / (shape - 1.0) * shape;
    match (x == f64::INFINITY, shape < 1.0) {
        (true, true) => f64::INFINITY,
        (true, false) => ratio,
        (false, _) => ratio * (1.0 - libm::pow(x / scale, 1.0 - shape)),
    }
}

impl<Q: Quantity> Lognormal<Q> {
    /// Returns mean and standard deviation of the natural logarithm of the whole units, before truncation.
    ///
    /// From two quantiles `x1`, `x2` at `p1`, `p2`: sigma = ln(x2/x1) / (z2 − z1), mu = ln x1 − sigma z1,
    /// z the standard normal law's quantiles.
    ///
    /// # Panics
    /// If the law has neither median and sigma nor two quantiles: a loaded scenario's have.
    pub fn mu_sigma(&self) -> (f64, f64) {
        if let (Some(median), Some(sigma)) = (self.median, self.sigma) {
            return (libm::log(median.units() as f64), sigma);
        }
        let mut points = self.quantiles.iter().map(|(key, value)| {
            let z = normal_quantile(key.probability());
            (z, libm::log(value.units() as f64))
        });
        let mut next = || {
            points
                .next()
                .expect("a checked log-normal law has two quantiles")
        };
        let ((z1, x1), (z2, x2)) = (next(), next());
        let sigma = (x2 - x1) / (z2 - z1);
        (x1 - sigma * z1, sigma)
    }
}

/// Mass `p1 - p0` spread evenly from `x0` to `x1`.
struct Piece {
    mass: f64,
    from: f64,
    to: f64,
}

impl<Q: Quantity> Quantiles<Q> {
    /// Returns the points by probability, from 0 to 1.
    pub fn points(&self) -> Vec<(f64, Q)> {
        let mut points: Vec<(f64, Q)> = self
            .values
            .iter()
            .map(|(key, value)| (key.value(), *value))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }

    fn pieces(&self) -> Vec<Piece> {
        let points = self.points();
        points
            .windows(2)
            .map(|pair| Piece {
                mass: pair[1].0 - pair[0].0,
                from: pair[0].1.units() as f64,
                to: pair[1].1.units() as f64,
            })
            .collect()
    }
}

impl Piece {
    fn below(&self, x: f64) -> f64 {
        if x >= self.to {
            return self.mass;
        }
        if x <= self.from {
            return 0.0;
        }
        self.mass * (x - self.from) / (self.to - self.from)
    }

    fn partial_mean(&self, x: f64) -> f64 {
        self.below(x) * (self.from + x.clamp(self.from, self.to)) / 2.0
    }
}
