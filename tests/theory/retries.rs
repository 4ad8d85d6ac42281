//! Attempts that fail: a geometric law, cut at the number of retries.

use ecrsim::measure::record::Status;

use crate::case::Case;

const RETRIES: &str = include_str!("scenarios/retries.toml");

/// Lambda: 1 per second, no queue. A failure probability of 0.3 and 2 retries: `0.3³` of the replications fail, a mean of
/// `1 + 0.3 + 0.3²` attempts each, and as many times the bytes are moved. No warm-up, 20 repeats of 10,000 copies;
/// intervals within 10 % of theory.
#[test]
fn attempts_are_geometric() {
    let [failed, attempts, bytes] = Case::new("retries.toml", RETRIES, 20).estimate(|run| {
        [
            run.share(|record| matches!(record.status, Status::Failed(_))),
            run.mean(|record| f64::from(record.attempts)),
            run.mean(|record| record.moved_bytes as f64 / 1e6),
        ]
    });
    failed.agrees("share that fails", 0.027, 0.1);
    attempts.agrees("mean attempts", 1.39, 0.01);
    bytes.agrees("MB moved per replication of 1 MB", 1.39, 0.01);
}
