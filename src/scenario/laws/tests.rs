//! Means against closed forms worked out by hand, and against sums.

use super::*;
use crate::units::{Bytes, SimDuration};

fn law(text: &str) -> Distribution<SimDuration> {
    let table: toml::Table = toml::from_str(&format!("law = {text}")).expect("a law");
    table["law"].clone().try_into().expect("a law")
}

fn mean_s(text: &str) -> f64 {
    law(text).mean() / 1e9
}

#[track_caller]
fn close(value: f64, expected: f64) {
    assert!(
        (value - expected).abs() <= 1e-9 * expected.abs(),
        "{value} is not {expected}"
    );
}

#[test]
fn means_without_truncation() {
    close(mean_s("\"90 s\""), 90.0);
    close(
        mean_s("{ uniform = { min = \"1 s\", max = \"3 s\" } }"),
        2.0,
    );
    close(mean_s("{ exponential = { mean = \"5 s\" } }"), 5.0);
    // exp(ln 3 + 0.8²/2)
    close(
        mean_s("{ lognormal = { median = \"3 s\", sigma = 0.8 } }"),
        3.0 * (0.32_f64).exp(),
    );
    close(mean_s("{ gamma = { mean = \"7 s\", shape = 0.3 } }"), 7.0);
    // Shape 2: scale · Γ(1.5) = scale · √π / 2.
    close(
        mean_s("{ weibull = { scale = \"2 s\", shape = 2 } }"),
        std::f64::consts::PI.sqrt(),
    );
    // shape · scale / (shape - 1)
    close(mean_s("{ pareto = { scale = \"10 s\", shape = 3 } }"), 15.0);
    // Half between 1 and 3, half between 3 and 7.
    close(
        mean_s("{ quantiles = { \"0\" = \"1 s\", \"0.5\" = \"3 s\", \"1\" = \"7 s\" } }"),
        3.5,
    );
    close(
        mean_s("{ mixture = [{ weight = 1, of = \"1 s\" }, { weight = 3, of = \"5 s\" }] }"),
        4.0,
    );
}

#[test]
fn means_of_what_a_truncation_leaves() {
    // ∫0..5 t e^(-t/5)/5 dt / (1 - 1/e) = 5 (1 - 2/e) / (1 - 1/e)
    let e = std::f64::consts::E;
    close(
        mean_s("{ exponential = { mean = \"5 s\", max = \"5 s\" } }"),
        5.0 * (1.0 - 2.0 / e) / (1.0 - 1.0 / e),
    );
    // Shape 1 from 1 to e: ln e / (1 - 1/e), to the nearest nanosecond of the bound.
    let cut = mean_s("{ pareto = { scale = \"1 s\", shape = 1, max = \"2.718281828 s\" } }");
    assert!((cut - 1.0 / (1.0 - 1.0 / e)).abs() < 1e-8, "{cut}");
    close(
        mean_s("{ quantiles = { \"0\" = \"0 s\", \"1\" = \"10 s\", max = \"4 s\" } }"),
        2.0,
    );
    // Of the mixture, only the 1 s part is left.
    close(
        mean_s(
            "{ mixture = [{ weight = 1, of = \"1 s\" }, { weight = 3, of = \"5 s\" }], max = \"2 s\" }",
        ),
        1.0,
    );
}

#[test]
fn truncated_gamma_and_weibull_of_shape_one_are_exponential() {
    let exponential = mean_s("{ exponential = { mean = \"5 s\", max = \"7 s\" } }");
    close(
        mean_s("{ gamma = { mean = \"5 s\", shape = 1, max = \"7 s\" } }"),
        exponential,
    );
    close(
        mean_s("{ weibull = { scale = \"5 s\", shape = 1, max = \"7 s\" } }"),
        exponential,
    );
}

#[test]
fn truncated_lognormal_against_a_sum() {
    let text = "{ lognormal = { median = \"3 s\", sigma = 0.8, max = \"6 s\" } }";
    // Midpoint rule over the density.
    let density = |x: f64| (-(x.ln() - 3.0_f64.ln()).powi(2) / (2.0 * 0.64)).exp() / x;
    let step = 1e-4;
    let points = (0..60_000).map(|index| (f64::from(index) + 0.5) * step);
    let (mut mass, mut moment) = (0.0, 0.0);
    for x in points {
        mass += density(x);
        moment += x * density(x);
    }
    assert!((mean_s(text) - moment / mass).abs() < 1e-6);
}

#[test]
fn two_quantiles_give_a_lognormal_law() {
    let Distribution::Law(Law::Lognormal(law)) =
        law("{ lognormal = { p50 = \"5 min\", p95 = \"25 min\" } }")
    else {
        panic!("a log-normal law");
    };
    let (mu, sigma) = law.mu_sigma();
    close(mu, (300e9_f64).ln());
    // ln 5 / z(0.95)
    close(sigma, 5.0_f64.ln() / 1.644_853_626_951_472_7);
}

#[test]
fn heavy_tails_without_a_bound_are_infinite() {
    let pareto = |shape: &str| {
        law(&format!(
            "{{ pareto = {{ scale = \"1 s\", shape = {shape} }} }}"
        ))
    };
    assert!(pareto("1.0").mean_is_infinite() && pareto("1.0").mean().is_infinite());
    assert!(pareto("0.5").mean().is_infinite());
    assert!(!pareto("1.5").mean_is_infinite() && pareto("1.5").variance_is_infinite());
    assert!(!pareto("2.5").variance_is_infinite());
    let cut = law("{ pareto = { scale = \"1 s\", shape = 0.5, max = \"1 h\" } }");
    assert!(!cut.variance_is_infinite() && cut.mean().is_finite());
    let mixture = "{ mixture = [{ weight = 9, of = \"1 s\" }, { weight = 1, of = { pareto = { scale = \"1 s\", shape = 1 } } }]";
    assert!(law(&format!("{mixture} }}")).mean_is_infinite());
    assert!(!law(&format!("{mixture}, max = \"1 h\" }}")).mean_is_infinite());
}

#[test]
fn samples_have_a_mean() {
    let text = "law = { empirical = { file = \"x.csv\", column = \"size\", unit = \"MB\" } }";
    let table: toml::Table = toml::from_str(text).expect("a law");
    let mut law: Distribution<Bytes> = table["law"].clone().try_into().expect("a law");
    if let Distribution::Law(Law::Empirical(law)) = &mut law {
        law.samples = [1, 2, 6].map(Bytes::new).into();
    }
    close(law.mean(), 3.0);
}
