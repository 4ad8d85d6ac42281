//! Nothing limits the copies: each is alone (M/G/infinity).

use ecrsim::measure::record::ReplicationRecord;
use ecrsim::validation::MEAN_IN_FLIGHT;
use ecrsim::validation::formulas::{over_level_mginf, under_level_mginf};
use ecrsim::validation::observe::{Path, at_s};
use ecrsim::validation::scenarios::INFINITE;

use crate::case::Case;

const LAMBDA_PER_S: f64 = 5.0;
/// Dispatch: log-normal, median 2 s, sigma 0.8.
const SIGMA: f64 = 0.8;

/// Lambda: 5 per second. Mu: 1/5 per second. Warm-up 1,000 s, 20 repeats of 20,000 s; intervals within 5 % of theory.
/// The number in flight is Poisson: its mean is lambda/mu = 25, its variance too, and so is each part of time.
#[test]
fn copies_in_flight_are_poisson() {
    let mean = MEAN_IN_FLIGHT;
    let [gauge, level, square, over_30, under_20] = Case::new("infinite.toml", INFINITE, 20)
        .estimate(|run| {
            let path = Path::in_flight(run);
            [
                run.metric("in_flight", "mean"),
                path.time_mean(|level| level),
                path.time_mean(|level| (level - mean).powi(2)),
                path.time_mean(|level| f64::from(u8::from(level > 30.0))),
                path.time_mean(|level| f64::from(u8::from(level < 20.0))),
            ]
        });
    gauge.agrees("mean of the gauge", mean, 0.02);
    level.agrees("mean of the records", mean, 0.02);
    square.agrees("variance", mean, 0.05);
    over_30.agrees("part of time over 30", over_level_mginf(mean, 30), 0.1);
    under_20.agrees("part of time under 20", under_level_mginf(mean, 20), 0.1);
}

/// The same run: those not yet dispatched are Poisson too, with mean lambda × mean dispatch delay, and independent of
/// those in flight (a tandem of M/G/infinity). Intervals within 5 % of theory, the covariance within 1 of 0.
#[test]
fn copies_before_dispatch_are_poisson_and_independent() {
    let mean = LAMBDA_PER_S * 2.0 * (SIGMA * SIGMA / 2.0).exp();
    let flying = MEAN_IN_FLIGHT;
    let [gauge, square, both] = Case::new("infinite.toml", INFINITE, 20).estimate(|run| {
        let waiting =
            |record: &ReplicationRecord| Some((at_s(record.pushed_at), at_s(record.started_at?)));
        let either =
            |record: &ReplicationRecord| Some((at_s(record.pushed_at), at_s(record.ended_at?)));
        let waiting = Path::new(run.records.iter().filter_map(waiting));
        let either = Path::new(run.records.iter().filter_map(either));
        [
            run.metric("waiting", "mean"),
            waiting.time_mean(|level| (level - mean).powi(2)),
            either.time_mean(|level| (level - mean - flying).powi(2)),
        ]
    });
    gauge.agrees("mean of the gauge", mean, 0.02);
    square.agrees("variance", mean, 0.05);
    // Var(A + B) = Var A + Var B + 2 Cov(A, B).
    both.agrees("variance of both together", mean + flying, 0.05);
}
