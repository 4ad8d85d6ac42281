//! The closed forms, each with its source, and with cases worked out by hand.

/// Returns Erlang's C: the chance that an arrival finds all `servers` busy, for an offered load of `load` servers.
///
/// L. Kleinrock, "Queueing Systems", volume 1 (1975), section 3.5; by the recursion of Erlang's B, which does not
/// overflow.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = (1..=servers).fold(1.0, |blocked, n| {
        load * blocked / (f64::from(n) + load * blocked)
    });
    let utilisation = load / f64::from(servers);
    blocked / (1.0 - utilisation * (1.0 - blocked))
}

/// Returns the mean wait of M/M/c in units of the mean service: `C(c, a) / (c - a)`.
pub fn wait_mmc(servers: u32, load: f64) -> f64 {
    erlang_c(servers, load) / (f64::from(servers) - load)
}

/// Returns the mean wait of M/G/1 in units of the mean service (Pollaczek and Khinchine): `load (1 + scv) / 2 (1 - load)`,
/// where `scv` is the variance of the service over the square of its mean.
pub fn wait_mg1(load: f64, scv: f64) -> f64 {
    load * (1.0 + scv) / (2.0 * (1.0 - load))
}

/// Returns the mean of a Pareto law that is truncated at `max`.
pub fn truncated_pareto_mean(scale: f64, shape: f64, max: f64) -> f64 {
    let left = 1.0 - (scale / max).powf(shape);
    scale * shape / (shape - 1.0) * (1.0 - (scale / max).powf(shape - 1.0)) / left
}

#[test]
fn erlang_c_by_hand() {
    // One server: the utilisation. Two servers, a load of 1: the states 0, 1, 2, … weigh 1, 1, 1/2, 1/4, …, so 1 of 3.
    // Ten servers, a load of 7: Erlang's B is 0.07874, so C = 0.07874 / (1 - 0.7 × 0.92126) = 0.2217.
    assert!((erlang_c(1, 0.7) - 0.7).abs() < 1e-12);
    assert!((erlang_c(2, 1.0) - 1.0 / 3.0).abs() < 1e-12);
    assert!((erlang_c(10, 7.0) - 0.2217).abs() < 1e-4);
}

#[test]
fn special_cases_agree() {
    // M/M/1 by both ways, M/D/1 half of it; a Pareto truncated far out has nearly its own mean, 3.
    assert!((wait_mmc(1, 0.8) - wait_mg1(0.8, 1.0)).abs() < 1e-12);
    assert!((wait_mg1(0.8, 0.0) - 2.0).abs() < 1e-12);
    assert!((truncated_pareto_mean(1.0, 1.5, 1e12) - 3.0).abs() < 1e-5);
    // Shape 1 from 1 to 4: the integral of 1/x over that of 1/x².
    let near_one = truncated_pareto_mean(1.0, 1.0 + 1e-7, 4.0);
    assert!((near_one - 4_f64.ln() / 0.75).abs() < 1e-5);
}
