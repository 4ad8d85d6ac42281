//! The closed forms, each with its source, and with numbers of textbooks or worked out by hand.

use statrs::distribution::{DiscreteCDF, Poisson};

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
///
/// L. Kleinrock, "Queueing Systems", volume 1 (1975), section 3.5.
pub fn wait_mmc(servers: u32, load: f64) -> f64 {
    erlang_c(servers, load) / (f64::from(servers) - load)
}

/// Returns the wait of M/M/c, first come first served, that the share `tail` of arrivals exceeds, in units of the mean
/// service: `ln(C(c, a) / tail) / (c - a)`, and 0 if fewer wait at all.
///
/// D. Gross and C. M. Harris, "Fundamentals of Queueing Theory", third edition (1998), section 2.3: who waits, waits an
/// exponential time of rate `c - a`.
pub fn wait_quantile_mmc(servers: u32, load: f64, tail: f64) -> f64 {
    let exponents = (erlang_c(servers, load) / tail).ln();
    exponents.max(0.0) / (f64::from(servers) - load)
}

/// Returns the share of M/M/1's customers whose time in the system exceeds `time` mean services: `exp(-(1 - load) time)`.
///
/// L. Kleinrock, "Queueing Systems", volume 1 (1975), section 5.7, example M/M/1.
pub fn sojourn_tail_mm1(load: f64, time: f64) -> f64 {
    (-(1.0 - load) * time).exp()
}

/// Returns the mean wait of M/G/1 in units of the mean service (Pollaczek and Khinchine): `load (1 + scv) / 2 (1 - load)`,
/// where `scv` is the variance of the service over the square of its mean. M/D/1 has an `scv` of 0, M/M/1 of 1.
///
/// L. Kleinrock, "Queueing Systems", volume 1 (1975), section 5.5.
pub fn wait_mg1(load: f64, scv: f64) -> f64 {
    load * (1.0 + scv) / (2.0 * (1.0 - load))
}

/// Returns the slowdown of M/G/1 processor sharing, `1 / (1 - load)`: a customer that alone takes `x` takes
/// `x / (1 - load)` on average, small or large, whatever the law of sizes; so does the mean of all.
///
/// M. Harchol-Balter, "Performance Modeling and Design of Computer Systems" (2013), section 30.1; L. Kleinrock, "Queueing
/// Systems", volume 2 (1976), section 4.4.
pub fn slowdown_ps(load: f64) -> f64 {
    1.0 / (1.0 - load)
}

/// Returns the mean time in the system, in units of the mean service alone, where customers share `servers` times the top
/// speed of one, for a load of `load` top speeds: `1 + C(c, a) / (c - a)`, whatever the law of sizes.
///
/// F. P. Kelly, "Reversibility and Stochastic Networks" (1979), section 3.3: a symmetric queue whose total effort with n
/// customers is `min(n, c)` has the numbers of M/M/c; with Little's law they give the time.
pub fn sojourn_capped_sharing(servers: u32, load: f64) -> f64 {
    1.0 + wait_mmc(servers, load)
}

/// Returns the chance that M/G/infinity with a mean of `mean` customers has more than `level` of them: they are Poisson.
///
/// D. Gross and C. M. Harris, "Fundamentals of Queueing Theory", third edition (1998), section 5.2; S. G. Eick, W. A.
/// Massey and W. Whitt, "The physics of the Mt/G/infinity queue", Operations Research 41 (1993), section 1.
pub fn over_level_mginf(mean: f64, level: u64) -> f64 {
    poisson(mean).sf(level)
}

/// Returns the chance that M/G/infinity with a mean of `mean` customers has fewer than `level` of them.
///
/// Sources: as those of [`over_level_mginf`].
pub fn under_level_mginf(mean: f64, level: u64) -> f64 {
    level
        .checked_sub(1)
        .map_or(0.0, |most| poisson(mean).cdf(most))
}

fn poisson(mean: f64) -> Poisson {
    Poisson::new(mean).expect("a mean number in the system is positive")
}

/// Returns how long a backlog of `work` mean services lasts at a load of `load`, in mean services: `work / (1 - load)`.
///
/// The fluid limit of L. Kleinrock, "Queueing Systems", volume 2 (1976), section 2.7; of a queue that works while it has
/// work also the exact mean (volume 1, section 5.8: each customer of the backlog brings a busy period of `1 / (1 - load)`).
pub fn drain_time(work: f64, load: f64) -> f64 {
    work / (1.0 - load)
}

/// Returns the mean of a Pareto law that is truncated at `max`: the integral of `x` times its density.
pub fn truncated_pareto_mean(scale: f64, shape: f64, max: f64) -> f64 {
    let left = 1.0 - (scale / max).powf(shape);
    scale * shape / (shape - 1.0) * (1.0 - (scale / max).powf(shape - 1.0)) / left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_near(value: f64, expected: f64, within: f64) {
        assert!(
            (value - expected).abs() <= within,
            "{value}, not {expected}"
        );
    }

    #[test]
    fn erlang_c_by_hand() {
        // One server: the utilisation. Two servers, a load of 1: the states 0, 1, 2, … weigh 1, 1, 1/2, 1/4, …: 1 of 3.
        // Ten servers, a load of 7: Erlang's B is 0.07874, so C = 0.07874 / (1 - 0.7 × 0.92126) = 0.2217.
        assert_near(erlang_c(1, 0.7), 0.7, 1e-12);
        assert_near(erlang_c(2, 1.0), 1.0 / 3.0, 1e-12);
        assert_near(erlang_c(10, 7.0), 0.2217, 1e-4);
    }

    /// Gross and Harris, sections 2.2 and 2.3: a barber, 5 customers an hour, 10 minutes each, makes them wait 50 minutes;
    /// an eye clinic of 3 doctors, 6 patients an hour, 20 minutes each, 8/9 of a patient waits on average.
    #[test]
    fn waits_of_the_textbook() {
        assert_near(10.0 * wait_mmc(1, 5.0 / 6.0), 50.0, 1e-9);
        assert_near(6.0 / 60.0 * 20.0 * wait_mmc(3, 2.0), 8.0 / 9.0, 1e-12);
    }

    #[test]
    fn special_cases_agree() {
        // M/M/1 by both ways, M/D/1 half of it; a Pareto truncated far out has nearly its own mean, 3.
        assert_near(wait_mmc(1, 0.8), wait_mg1(0.8, 1.0), 1e-12);
        assert_near(wait_mg1(0.8, 0.0), 2.0, 1e-12);
        assert_near(truncated_pareto_mean(1.0, 1.5, 1e12), 3.0, 1e-5);
        // Shape 1 from 1 to 4: the integral of 1/x over that of 1/x².
        let near_one = truncated_pareto_mean(1.0, 1.0 + 1e-7, 4.0);
        assert_near(near_one, 4_f64.ln() / 0.75, 1e-5);
        // Sharing with a cap of the whole capacity is processor sharing; with ample capacity nobody is slowed down.
        assert_near(sojourn_capped_sharing(1, 0.7), slowdown_ps(0.7), 1e-12);
        assert_near(sojourn_capped_sharing(100, 0.7), 1.0, 1e-12);
    }

    #[test]
    fn quantile_and_tail_are_each_other_s_inverse() {
        // M/M/1 at 0.5: half of all wait, and of these 1/e wait longer than 2: half of 1/e exceed 2.
        assert_near(wait_quantile_mmc(1, 0.5, 0.5 / 1_f64.exp()), 2.0, 1e-12);
        assert_near(wait_quantile_mmc(8, 1.0, 0.5), 0.0, 0.0);
        // The time in the system is exponential with mean 2.
        assert_near(sojourn_tail_mm1(0.5, 2.0), (-1_f64).exp(), 1e-12);
    }

    #[test]
    fn numbers_in_flight_are_poisson() {
        // Mean 1: none with a chance of 1/e, one with the same, so more than 1 with 1 - 2/e.
        let e = 1_f64.exp();
        assert_near(over_level_mginf(1.0, 1), 1.0 - 2.0 / e, 1e-12);
        assert_near(under_level_mginf(1.0, 2), 2.0 / e, 1e-12);
        assert_near(under_level_mginf(1.0, 0), 0.0, 0.0);
    }

    #[test]
    fn backlog_drains_at_the_spare_capacity() {
        // 60 in hand, 10 a minute go, 4 a minute come: 10 minutes, 100 services of 6 s.
        assert_near(drain_time(60.0, 0.4), 100.0, 1e-12);
    }
}
