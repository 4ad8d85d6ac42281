//! The normal and the gamma law's functions, on `libm`, so that every machine gives the same.

/// Returns the probability that a standard normal variable is at most `z`.
pub(super) fn normal_below(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Returns the `z` below which a standard normal variable lies with probability `p`, by bisection.
pub(super) fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    // 80 wide at first, 100 halvings: as exact as a double can be.
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if normal_below(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Returns the natural logarithm of the gamma function.
pub(super) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Returns the regularised lower incomplete gamma function P(a, x): the gamma law's mass below `x`.
///
/// Series for x < a + 1, else Lentz's continued fraction; relative error about 1e-14.
/// Source: Press et al., "Numerical Recipes", 3rd ed., section 6.2.
pub(super) fn gamma_mass(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    let scale = libm::exp(a * libm::log(x) - x - ln_gamma(a));
    if x < a + 1.0 {
        scale * series(a, x)
    } else {
        1.0 - scale * continued_fraction(a, x)
    }
}

/// More terms than any shape up to some millions needs.
const MOST_TERMS: usize = 100_000;

fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..MOST_TERMS {
        term *= x / (a + n as f64);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut product = d;
    for n in 1..MOST_TERMS {
        let n = n as f64;
        let factor = -n * (n - a);
        b += 2.0;
        d = 1.0 / at_least(factor * d + b, TINY);
        c = at_least(b + factor / c, TINY);
        let step = d * c;
        product *= step;
        if (step - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}

fn at_least(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Gamma, Normal};

    use super::*;

    #[test]
    fn normal_law_against_an_independent_library() {
        let normal = Normal::standard();
        for z in [-8.0, -2.5, -0.1, 0.0, 1.0, 3.0, 8.0] {
            let expected = normal.cdf(z);
            assert!((normal_below(z) - expected).abs() <= 1e-10, "{z}");
        }
        // Far out in the tail the library is less exact; the value is tabulated.
        assert!((normal_below(-8.0) / 6.220_960_574_271_785e-16 - 1.0).abs() < 1e-12);
        // Known to ten digits: the 95 % quantile.
        assert!((normal_quantile(0.95) - 1.644_853_626_951_472_7).abs() < 1e-12);
        assert!(normal_quantile(0.5).abs() < 1e-12);
    }

    #[test]
    fn gamma_law_against_an_independent_library() {
        for shape in [0.05, 0.5, 1.0, 2.5, 30.0, 4_000.0] {
            let gamma = Gamma::new(shape, 1.0).expect("a gamma law");
            for factor in [0.01, 0.3, 1.0, 1.1, 3.0, 20.0] {
                let x = shape * factor;
                let (mass, expected) = (gamma_mass(shape, x), gamma.cdf(x));
                assert!(
                    (mass - expected).abs() < 1e-10,
                    "P({shape}, {x}) = {mass}, {expected}"
                );
            }
        }
    }

    #[test]
    fn gamma_of_shape_one_is_exponential() {
        assert!((gamma_mass(1.0, 2.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
    }
}
