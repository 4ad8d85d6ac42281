//! Metrics, thresholds and revocations of the made-up outcomes.

use rand_distr::{Distribution, Exp, Pareto};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::SeedableRng;

use super::{Size, moment, registry, seconds, shifted};
use crate::measure::outcome::{
    DestinationRow, MetricValue, Outcome, RevocationRow, RevokedCopyRow, Verdict,
};
use crate::measure::table::Number;
use jiff::ToSpan;

pub fn revocations(outcome: &mut Outcome, size: Size) {
    for number in 0..size.revocations {
        let random = &mut SplitMix64::seed_from_u64(number as u64 + 77);
        let law = Exp::new(1.0 / 40.0).expect("a law");
        let tail = Pareto::<f64>::new(600.0, 1.1).expect("a law");
        let at = moment((10 * 24 + 9 + 5 * number as i64).hours());
        let copies = 37 + 160 * number;
        for copy in 0..copies {
            let before: f64 = law.sample(random);
            let after: f64 = match copy % 40 {
                0 => tail.sample(random).min(30_000.0),
                _ => law.sample(random),
            };
            let failed = copy % 9 == 4;
            outcome.revoked_copies.push(RevokedCopyRow {
                revoked_at: at,
                source: "build/us-east-1".to_owned(),
                destination: registry(number + 1),
                repository: format!("shop/service-{copy}"),
                started_at: shifted(at, -before),
                ended_at: (copy % 31 != 30).then(|| shifted(at, if failed { 0.0 } else { after })),
                status: match (copy % 31, failed) {
                    (30, _) => "IN_PROGRESS",
                    (_, true) => "FAILED",
                    _ => "COMPLETE",
                }
                .to_owned(),
            });
        }
        outcome.revocations.push(RevocationRow {
            at,
            source: "build/us-east-1".to_owned(),
            destination: registry(number + 1),
            in_flight: copies as u64,
            completed_after: copies as u64 - 5,
            aborted_after: 4,
            denied_after: 17,
            last_arrival_after_s: Some(seconds(1_234.5)),
            bytes_after: 812_000_000,
        });
    }
}

pub fn metrics(outcome: &Outcome) -> Vec<MetricValue> {
    let value = |metric, statistic: &str, value: f64, unit, scarce| MetricValue {
        metric,
        destination: String::new(),
        statistic: statistic.to_owned(),
        value: Some(value),
        unit,
        scarce,
        // A twentieth of the value, and nothing of what is scarce.
        half_width: (["mean", "p50", "p95", "p99"].contains(&statistic) && !scarce)
            .then_some(value / 20.0),
    };
    let rows = &outcome.destinations;
    let completed: u64 = rows.iter().map(|row| row.completed).sum();
    let requested: u64 = rows.iter().map(|row| row.requested).sum();
    let worst = |of: fn(&DestinationRow) -> Option<Number>| {
        rows.iter()
            .filter_map(of)
            .map(|value| value.0)
            .fold(0.0, f64::max)
    };
    let usd: f64 = outcome.costs.iter().map(|row| row.usd.0).sum();
    let mut metrics = vec![
        value(
            "replication_latency",
            "mean",
            worst(|row| row.mean_s),
            "s",
            false,
        ),
        value(
            "replication_latency",
            "p50",
            worst(|row| row.p50_s),
            "s",
            false,
        ),
        value(
            "replication_latency",
            "p95",
            worst(|row| row.p95_s),
            "s",
            false,
        ),
        value(
            "replication_latency",
            "p99",
            worst(|row| row.p99_s),
            "s",
            true,
        ),
        value("replication_latency", "max", 43_200.0, "s", false),
        value("replication_latency", "count", completed as f64, "1", false),
        value(
            "replication_latency",
            "within(30 min)",
            0.997_12,
            "1",
            false,
        ),
        value("requested", "total", requested as f64, "1", false),
        value("completed", "total", completed as f64, "1", false),
        value("total_usd", "total", usd, "USD", false),
    ];
    metrics.extend(rows.iter().flat_map(quantiles));
    metrics
}

/// Returns the quantiles of replication latency at a destination.
fn quantiles(row: &DestinationRow) -> [MetricValue; 2] {
    [("p50", row.p50_s), ("p99", row.p99_s)].map(|(statistic, observed)| MetricValue {
        metric: "replication_latency",
        destination: row.destination.clone(),
        statistic: statistic.to_owned(),
        value: observed.map(|number| number.0),
        unit: "s",
        scarce: false,
        half_width: None,
    })
}

pub fn thresholds() -> Vec<Verdict> {
    // The second one is within its half-width.
    let verdict = |metric: &str, condition: &str, observed, unit, held| Verdict {
        metric: metric.to_owned(),
        condition: condition.to_owned(),
        observed,
        unit,
        held,
        scarce: false,
        too_close: condition.starts_with("within"),
    };
    vec![
        verdict(
            "replication_latency",
            "p99 < 30 min",
            Some(1_404.25),
            "s",
            true,
        ),
        verdict(
            "replication_latency",
            "within(30 min) >= 0.99",
            Some(0.997_12),
            "1",
            true,
        ),
        verdict(
            "replication_latency{destination=prod/ap-northeast-1}",
            "p95 < 20 s",
            Some(24.5),
            "s",
            false,
        ),
        verdict("total_usd", "total < 500 USD", Some(61.25), "USD", true),
    ]
}
