//! Numbers of queueing theory, taken from the records of a run.

use super::case::Run;
use super::scenarios::MEAN_BYTES;
use crate::measure::record::ReplicationRecord;
use crate::units::SimTime;

/// Speed of the shared link in `scenarios/sharing.toml`.
const BANDWIDTH_BYTES_PER_S: f64 = 1e8;

/// Returns the wait for a slot, in seconds.
pub fn wait_s(record: &ReplicationRecord) -> f64 {
    record.queue.as_secs_f64()
}

/// Returns the time from the queue's tail to the replica, in seconds: queueing theory's time in system.
///
/// # Panics
/// If the replication did not end.
pub fn sojourn_s(record: &ReplicationRecord) -> f64 {
    let (from, until) = record
        .eligible_at
        .zip(record.ended_at)
        .expect("a replication that ended was eligible before");
    until.since(from).as_secs_f64()
}

/// Returns the mean of time over time alone, of the copies from `from` to `until` mean sizes on the shared link.
pub fn slowdown(run: &Run, from: f64, until: f64) -> f64 {
    let inside = run
        .records
        .iter()
        .filter(|record| (from..until).contains(&(record.image_bytes as f64 / MEAN_BYTES)));
    let (sum, count) = inside.fold((0.0, 0.0), |(sum, count), record| {
        let alone_s = record.image_bytes as f64 / BANDWIDTH_BYTES_PER_S;
        (sum + sojourn_s(record) / alone_s, count + 1.0)
    });
    sum / count
}

/// Returns the first moment at which fewer than `level` replications are in the system, in seconds.
///
/// # Panics
/// If there is none.
pub fn first_under_s(records: &[ReplicationRecord], level: i64) -> f64 {
    let spans = records.iter().filter_map(|record| {
        let from = at_s(record.eligible_at?);
        Some([(from, 1), (record.ended_at.map_or(f64::INFINITY, at_s), -1)])
    });
    let mut changes: Vec<(f64, i64)> = spans.flatten().collect();
    // At one instant, arrivals first: the burst is there before the level is looked at.
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut inside = 0;
    let first = changes.into_iter().find(|&(_, change)| {
        inside += change;
        inside < level && change < 0
    });
    first.expect("the run lasts until the burst has drained").0
}

/// Returns a moment in seconds from the run's start.
pub fn at_s(at: SimTime) -> f64 {
    at.since(SimTime::ZERO).as_secs_f64()
}

/// How many replications are somewhere at each moment of `scenarios/infinite.toml`, by the records alone.
#[derive(Clone, Debug)]
pub struct Path {
    /// Time and change of the level, in order.
    changes: Vec<(f64, f64)>,
}

/// Records begin after the warm-up, at 1,000 s; until 2,000 s nearly every one from before it has ended. Those of the
/// last 500 s of 21,000 s are not measured.
const FROM_S: f64 = 2_000.0;
const UNTIL_S: f64 = 20_500.0;

impl Path {
    /// Returns the path of how many of `spans`, from and until in seconds, cover each moment.
    pub fn new(spans: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut changes: Vec<(f64, f64)> = spans
            .flat_map(|(from, until)| [(from, 1.0), (until, -1.0)])
            .collect();
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { changes }
    }

    /// Returns the path of the copies in flight.
    pub fn in_flight(run: &Run) -> Self {
        let span =
            |record: &ReplicationRecord| Some((at_s(record.started_at?), at_s(record.ended_at?)));
        Self::new(run.records.iter().filter_map(span))
    }

    /// Returns the mean over time of a number made of the level.
    pub fn time_mean(&self, of: impl Fn(f64) -> f64) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_weighted_by_time() {
        // Of 18,500 s from 2,000 s on: one copy for the first 1,850 s (it began earlier), two for the last 1,850 s.
        let spans = [(0.0, 3_850.0), (18_650.0, 30_000.0), (18_650.0, 20_500.0)];
        let path = Path::new(spans.into_iter());
        assert!((path.time_mean(|level| level) - 0.3).abs() < 1e-12);
        let empty = path.time_mean(|level| f64::from(u8::from(level == 0.0)));
        assert!((empty - 0.8).abs() < 1e-12, "{empty}");
    }
}
