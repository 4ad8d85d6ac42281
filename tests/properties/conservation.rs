//! Nothing appears, nothing is lost: records, summary and tables tell of the same replications, bytes and times.

use std::collections::BTreeMap;

use ecrsim::measure::record::{Reason, ReplicationRecord, Status};
use ecrsim::scenario::{Loaded, PushStream};
use ecrsim::units::{SimDuration, SimTime};
use proptest::prelude::*;

use crate::scenarios::any_scenario;
use crate::support::{Run, run_loaded};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A run never panics, so its own checks hold, and what it tells agrees with itself.
    #[test]
    fn a_run_agrees_with_itself(text in any_scenario()) {
        let loaded = text.loaded();
        let run = run_loaded(&loaded);
        replications_are_conserved(&run);
        run.records.iter().for_each(|record| is_possible(record, &loaded));
        records_are_in_order(&run);
        tables_add_up(&run);
        storage_adds_up(&run);
        the_bill_adds_up(&run);
        revocations_add_up(&run, &loaded);
        if loaded.scenario.warmup == SimDuration::ZERO {
            levels_are_those_of_the_records(&run, &loaded);
        }
        if loaded.scenario.warmup == SimDuration::ZERO && loaded.scenario.cooldown == SimDuration::ZERO {
            bytes_are_conserved(&run);
        }
    }
}

/// All lines of an item, whoever caused them, are its metric; orphans by month are the bill's; shares are shares.
fn the_bill_adds_up(run: &Run) {
    let billed = |item: &str| {
        let rows = run.outcome.costs.iter();
        let rows = rows.filter(|row| row.item.starts_with(item));
        rows.map(|row| row.usd.0).sum::<f64>()
    };
    let close =
        |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} is not {b}");
    // What restoring from the archive costs is part of what storage costs.
    let storage = run.metric("storage_usd", "", "total").expect("a total");
    close(billed("storage") + billed("restore"), storage);
    for (item, metric) in [
        ("transfer", "transfer_usd"),
        ("storage_orphan", "orphan_usd"),
        ("pull", "pull_usd"),
    ] {
        let total = run.metric(metric, "", "total").expect("a total");
        close(billed(item), total);
    }
    let months = &run.outcome.orphan_months;
    close(
        months.iter().map(|of| of.storage_usd.0).sum(),
        billed("storage"),
    );
    close(
        months.iter().map(|of| of.orphan_usd.0).sum(),
        billed("storage_orphan"),
    );
    if let Some(last) = months.last() {
        let end = run.metric("orphan_bytes", "", "end");
        assert_eq!(end, Some(last.end_bytes as f64));
    }
    let shares = run.outcome.timeline.iter().filter_map(|row| row.coverage);
    shares.for_each(|share| assert!((0.0..=1.0).contains(&share.0), "{share:?}"));
}

/// Per destination, requested = completed + failed + unfinished, and as many records of each.
fn replications_are_conserved(run: &Run) {
    let mut counts: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for record in &run.records {
        for destination in ["", run.destination(record)] {
            let counts = counts.entry(destination).or_default();
            counts[match record.status {
                Status::Complete => 0,
                Status::Failed(_) => 1,
                Status::InProgress => 2,
            }] += 1.0;
        }
    }
    for (destination, [completed, failed, unfinished]) in counts {
        let total = |metric| run.metric(metric, destination, "total");
        assert_eq!(total("completed"), Some(completed), "{destination}");
        assert_eq!(total("failed"), Some(failed), "{destination}");
        assert_eq!(total("unfinished"), Some(unfinished), "{destination}");
        let requested = completed + failed + unfinished;
        assert_eq!(total("requested"), Some(requested), "{destination}");
        let latencies = run.metric("replication_latency", destination, "count");
        assert_eq!(latencies, Some(completed), "{destination}");
    }
}

/// Time goes forward in each record, its parts add up to the whole, and its ending fits what it went through.
fn is_possible(record: &ReplicationRecord, loaded: &Loaded) {
    let moments = [
        Some(record.pushed_at),
        record.eligible_at,
        record.started_at,
        record.ended_at,
    ];
    let known: Vec<SimTime> = moments.into_iter().flatten().collect();
    assert!(known.is_sorted(), "{record:?}");
    assert!(
        record.started_at.is_none() || record.eligible_at.is_some(),
        "{record:?}"
    );
    assert_eq!(
        record.attempts > 0,
        record.started_at.is_some(),
        "{record:?}"
    );
    assert!(
        record.moved_bytes <= u64::from(record.attempts) * record.image_bytes,
        "{record:?}"
    );
    let failures = &loaded.scenario.failures;
    assert!(record.attempts <= failures.retries + 1, "{record:?}");
    match record.status {
        Status::InProgress => assert!(record.ended_at.is_none(), "{record:?}"),
        // An index that fails with one of its images has not started.
        Status::Failed(Reason::TransferFailed | Reason::PermissionRevoked)
            if record.eligible_at.is_none() =>
        {
            assert_eq!(record.image_bytes, PushStream::INDEX_BYTES, "{record:?}");
        }
        Status::Failed(Reason::TransferFailed) => {
            assert_eq!(record.attempts, failures.retries + 1, "{record:?}");
            assert_eq!(parts(record, loaded), whole(record), "{record:?}");
        }
        Status::Failed(Reason::PermissionRevoked) => {
            assert!(record.attempts > 0, "{record:?}");
            assert!(
                loaded.scenario.assumptions.in_flight_completes < 1.0,
                "{record:?}"
            );
        }
        Status::Failed(_) => {
            assert_eq!((record.attempts, record.moved_bytes), (0, 0), "{record:?}");
            assert!(record.ended_at.is_some(), "{record:?}");
        }
        Status::Complete => assert_eq!(parts(record, loaded), whole(record), "{record:?}"),
    }
}

/// Returns the sum of queue, transfer, stall and back-offs.
fn parts(record: &ReplicationRecord, loaded: &Loaded) -> u64 {
    let backoffs = u64::from(record.attempts - 1) * loaded.scenario.failures.backoff.as_nanos();
    (record.queue + record.transfer + record.stall).as_nanos() + backoffs
}

/// Returns the time from when it could start until it ended.
fn whole(record: &ReplicationRecord) -> u64 {
    let (from, until) = record.eligible_at.zip(record.ended_at).expect("it ended");
    until.since(from).as_nanos()
}

/// By end, then id; unfinished ones last, by id.
fn records_are_in_order(run: &Run) {
    let key = |record: &ReplicationRecord| {
        let end = record.ended_at.map_or(u64::MAX, SimTime::as_nanos);
        (end, record.id)
    };
    let keys: Vec<(u64, u64)> = run.records.iter().map(key).collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
}

/// The rows of each table add up to the summary.
fn tables_add_up(run: &Run) {
    let outcome = &run.outcome;
    let total = |metric| {
        run.metric(metric, "", "total")
            .expect("a counter has a total")
    };
    let sum = |numbers: &mut dyn Iterator<Item = u64>| numbers.sum::<u64>() as f64;
    let rows = &outcome.destinations;
    assert_eq!(
        sum(&mut rows.iter().map(|row| row.requested)),
        total("requested")
    );
    assert_eq!(
        sum(&mut rows.iter().map(|row| row.moved_bytes)),
        total("moved_bytes")
    );
    let latencies = sum(&mut outcome.latency.iter().map(|row| row.count));
    assert_eq!(latencies, total("completed"));
    let failures = sum(&mut outcome.failures.iter().map(|row| row.replications));
    assert_eq!(failures, total("failed"));
    let bytes = sum(&mut outcome.links.iter().map(|row| row.moved_bytes));
    assert_eq!(bytes, total("moved_bytes"));
    let transfers = outcome.costs.iter().filter(|row| row.item == "transfer");
    let dollars: f64 = transfers.map(|row| row.usd.0).sum();
    assert!((dollars - total("transfer_usd")).abs() <= 1e-9 * dollars.max(1.0));
    let by_lane: f64 = rows.iter().map(|row| row.transfer_usd.0).sum();
    assert!((by_lane - dollars).abs() <= 1e-9 * dollars.max(1.0));
}

fn storage_adds_up(run: &Run) {
    for row in &run.outcome.storage {
        assert_eq!(
            row.stored_bytes,
            row.source_bytes + row.replica_bytes,
            "{row:?}"
        );
        assert!(row.orphan_bytes <= row.replica_bytes, "{row:?}");
        assert!(row.untagged_images <= row.images, "{row:?}");
    }
}

fn revocations_add_up(run: &Run, loaded: &Loaded) {
    let completes = loaded.scenario.assumptions.in_flight_completes;
    for row in &run.outcome.revocations {
        assert!(
            row.completed_after + row.aborted_after <= row.in_flight,
            "{row:?}"
        );
        assert!(completes > 0.0 || row.completed_after == 0, "{row:?}");
        assert!(completes < 1.0 || row.aborted_after == 0, "{row:?}");
    }
}

/// The time integrals of `waiting` and `in_flight`, taken as the run goes, are the sums over the records.
fn levels_are_those_of_the_records(run: &Run, loaded: &Loaded) {
    if loaded.scenario.cooldown > SimDuration::ZERO {
        return;
    }
    let end = SimTime::ZERO + loaded.scenario.duration;
    let (mut waiting, mut in_flight) = (0, 0);
    for record in &run.records {
        let until = record.ended_at.unwrap_or(end);
        let Some(started) = record.started_at else {
            waiting += until.since(record.pushed_at).as_nanos();
            continue;
        };
        let eligible = record.eligible_at.expect("it started");
        // In the queue again after a back-off, it waits.
        let again = record.queue.as_nanos() - started.since(eligible).as_nanos();
        waiting += started.since(record.pushed_at).as_nanos() + again;
        in_flight += until.since(started).as_nanos() - again;
    }
    let nanos = loaded.scenario.duration.as_nanos() as f64;
    for (metric, integral) in [("waiting", waiting), ("in_flight", in_flight)] {
        let mean = run.metric(metric, "", "mean").expect("a time was measured");
        let expected = integral as f64 / nanos;
        assert!(
            (mean - expected).abs() <= 1e-12 * expected,
            "{metric}: {mean}, not {expected}"
        );
    }
}

/// Bytes of the records = bytes of the links = bytes over time.
fn bytes_are_conserved(run: &Run) {
    let records: u64 = run.records.iter().map(|record| record.moved_bytes).sum();
    assert_eq!(run.metric("moved_bytes", "", "total"), Some(records as f64));
    let steps: u64 = run.outcome.timeline.iter().map(|row| row.moved_bytes).sum();
    assert_eq!(steps, records);
    let ended =
        |row: &ecrsim::measure::outcome::TimelineRow| [row.requested, row.completed, row.failed];
    let mut sums = [0; 3];
    for row in run.outcome.timeline.iter().map(ended) {
        (0..3).for_each(|place| sums[place] += row[place]);
    }
    let total = |metric| run.metric(metric, "", "total").expect("a total") as u64;
    assert_eq!(sums, ["requested", "completed", "failed"].map(total));
}
