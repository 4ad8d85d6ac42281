//! Nothing limits the copies: each is alone (M/G/infinity).

use ecrsim::measure::record::ReplicationRecord;
use statrs::distribution::{DiscreteCDF, Poisson};

use crate::case::{Case, at_s};

const LAMBDA_PER_S: f64 = 5.0;
/// Transfer (gamma, mean 40 MB at 10 MB/s) and, for one copy in five, a stall of 5 s on average.
const IN_FLIGHT_S: f64 = 4.0 + 0.2 * 5.0;
/// Dispatch: log-normal, median 2 s, sigma 0.8.
const SIGMA: f64 = 0.8;

/// Lambda: 5 per second. Mu: 1/5 per second. Warm-up 1,000 s, 20 repeats of 20,000 s; intervals within 5 % of theory.
/// The number in flight is Poisson: its mean is lambda/mu = 25, its variance too, and so is each part of time.
#[test]
fn copies_in_flight_are_poisson() {
    let mean = LAMBDA_PER_S * IN_FLIGHT_S;
    let poisson = Poisson::new(mean).expect("a positive mean");
    let [gauge, level, square, over_30, under_20] = Case::new("infinite", 20).estimate(|run| {
        let path = Path::new(
            run.records
                .iter()
                .filter_map(|record| Some((at_s(record.started_at?), at_s(record.ended_at?)))),
        );
        [
            run.metric("in_flight", "", "mean")
                .expect("a time was measured"),
            path.time_mean(|level| level),
            path.time_mean(|level| (level - mean).powi(2)),
            path.time_mean(|level| f64::from(u8::from(level > 30.0))),
            path.time_mean(|level| f64::from(u8::from(level < 20.0))),
        ]
    });
    gauge.agrees("mean of the gauge", mean, 0.02);
    level.agrees("mean of the records", mean, 0.02);
    square.agrees("variance", mean, 0.05);
    over_30.agrees("part of time over 30", poisson.sf(30), 0.1);
    under_20.agrees("part of time under 20", poisson.cdf(19), 0.1);
}

/// The same run: those not yet dispatched are Poisson too, with mean lambda × mean dispatch delay, and independent of
/// those in flight (a tandem of M/G/infinity). Intervals within 5 % of theory, the covariance within 1 of 0.
#[test]
fn copies_before_dispatch_are_poisson_and_independent() {
    let mean = LAMBDA_PER_S * 2.0 * (SIGMA * SIGMA / 2.0).exp();
    let flying = LAMBDA_PER_S * IN_FLIGHT_S;
    let [gauge, square, both] = Case::new("infinite", 20).estimate(|run| {
        let waiting =
            |record: &ReplicationRecord| Some((at_s(record.pushed_at), at_s(record.started_at?)));
        let either =
            |record: &ReplicationRecord| Some((at_s(record.pushed_at), at_s(record.ended_at?)));
        let waiting = Path::new(run.records.iter().filter_map(waiting));
        let either = Path::new(run.records.iter().filter_map(either));
        [
            run.metric("waiting", "", "mean")
                .expect("a time was measured"),
            waiting.time_mean(|level| (level - mean).powi(2)),
            either.time_mean(|level| (level - mean - flying).powi(2)),
        ]
    });
    gauge.agrees("mean of the gauge", mean, 0.02);
    square.agrees("variance", mean, 0.05);
    // Var(A + B) = Var A + Var B + 2 Cov(A, B).
    both.agrees("variance of both together", mean + flying, 0.05);
}

/// How many intervals cover each moment, by the records alone.
struct Path {
    /// Time and change of the level, in order.
    changes: Vec<(f64, f64)>,
}

/// Records begin after the warm-up, at 1,000 s; until 2,000 s nearly every one from before it has ended. Those of the
/// last 500 s of 21,000 s are not measured.
const FROM_S: f64 = 2_000.0;
const UNTIL_S: f64 = 20_500.0;

impl Path {
    fn new(spans: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut changes: Vec<(f64, f64)> = spans
            .flat_map(|(from, until)| [(from, 1.0), (until, -1.0)])
            .collect();
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { changes }
    }

    /// Returns the mean over time of a number made of the level.
    fn time_mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let (mut at, mut level, mut sum) = (0.0, 0.0, 0.0);
        for &(next, change) in self.changes.iter().chain([&(UNTIL_S, 0.0)]) {
            let next = next.min(UNTIL_S);
            let spent = next - f64::max(at, FROM_S);
            if spent > 0.0 {
                sum += spent * of(level);
            }
            at = next;
            level += change;
        }
        sum / (UNTIL_S - FROM_S)
    }
}
