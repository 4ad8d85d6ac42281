//! Made-up outcomes for the tests of this room: plausible, of any size, and the same every time.

pub mod pulls;
mod verdicts;

pub mod deployments;

use jiff::{Span, Timestamp, ToSpan};
use rand_distr::{Distribution, Exp, LogNormal, Pareto};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::SeedableRng;
use serde_json::json;

use self::verdicts::{metrics, revocations, thresholds};
use super::run_json::{FileFact, Mark, PriceFacts, RunFacts};
use crate::measure::outcome::{
    CostRow, DestinationRow, FailureRow, LatencyRow, LinkRow, OtherReading, Outcome, RefusedRow,
    StorageRow, TimelineRow,
};
use crate::measure::table::{Moment, Number, Seconds, Usd};
use crate::units::SimDuration;

const REGIONS: [&str; 25] = [
    "eu-west-1",
    "ap-northeast-1",
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
    "ca-central-1",
    "eu-north-1",
    "ap-south-1",
    "us-east-2",
    "us-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-south-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-east-1",
    "af-south-1",
    "me-south-1",
    "me-central-1",
    "il-central-1",
    "eu-central-2",
    "ap-southeast-4",
];

/// The size of a made-up outcome.
#[derive(Clone, Copy)]
pub struct Size {
    pub destinations: usize,
    pub days: i64,
    pub requests_per_day: u64,
    pub revocations: usize,
}

/// Two destinations over thirty days.
pub const SMALL: Size = Size {
    destinations: 2,
    days: 30,
    requests_per_day: 480,
    revocations: 1,
};

/// Facts of a run of thirty days.
pub fn facts() -> RunFacts {
    facts_for(SMALL)
}

/// Facts of a run of that many days.
pub fn facts_for(size: Size) -> RunFacts {
    let mark = |at: Span, until: Option<Span>, label: &str| Mark {
        at: moment(at),
        until: until.map(moment),
        label: label.to_owned(),
    };
    RunFacts {
        name: "shop".to_owned(),
        version: "0.1.0".to_owned(),
        seed: 1,
        start: moment(0.hours()),
        end: moment((24 * size.days).hours()),
        measured_from: moment(0.hours()),
        measured_until: moment((24 * size.days).hours()),
        latency_preset: "observed".to_owned(),
        prices: PriceFacts {
            table: "aws-2026".to_owned(),
            date: "2026-11-22".to_owned(),
            transfer_rate: "inter-region".to_owned(),
        },
        assumptions: json!({"in_flight_completes": 1.0, "tag_order": "push"})
            .as_object()
            .expect("an object")
            .clone(),
        files: vec![FileFact {
            path: "shop.toml".to_owned(),
            hash: "fnv1a:00ff".to_owned(),
        }],
        marks: vec![
            mark(
                (24 * size.days / 3).hours(),
                None,
                "DeleteRegistryPolicy prod/ap-northeast-1",
            ),
            mark(
                (16 * size.days).hours(),
                Some((16 * size.days + 18).hours()),
                "outage subsea-cable",
            ),
        ],
        scenario: json!({"name": "shop", "duration": "30 days"}),
    }
}

/// An outcome in which nothing was ever replicated.
pub fn empty() -> Outcome {
    Outcome {
        metrics: Vec::new(),
        thresholds: Vec::new(),
        destinations: Vec::new(),
        links: Vec::new(),
        latency: Vec::new(),
        failures: Vec::new(),
        timeline: Vec::new(),
        revocations: Vec::new(),
        revoked_copies: Vec::new(),
        storage: Vec::new(),
        costs: Vec::new(),
        refused: Vec::new(),
        deployments: Vec::new(),
        gates: Vec::new(),
        pulls: Vec::new(),
        break_even: Vec::new(),
        backfills: Vec::new(),
        orphan_months: Vec::new(),
        orphans: None,
        outages: Vec::new(),
        deletes: Vec::new(),
        repositories: Vec::new(),
        other_reading: OtherReading {
            transfer_rate: "internet",
            transfer_usd: Some(Usd(0.0)),
            pull_usd: Some(Usd(0.0)),
        },
        fingerprint: 0xcafe_f00d,
        events: 0,
        fullest: None,
        notes: Vec::new(),
        checks: vec!["requested = completed + failed + in flight + waiting".to_owned()],
    }
}

/// The outcome of [`SMALL`].
pub fn small() -> Outcome {
    outcome(SMALL)
}

/// An outcome of that size.
pub fn outcome(size: Size) -> Outcome {
    let mut outcome = empty();
    for index in 0..size.destinations {
        destination(&mut outcome, size, index);
    }
    outcome
        .timeline
        .sort_by(|a, b| (a.time, &a.destination).cmp(&(b.time, &b.destination)));
    outcome
        .storage
        .sort_by(|a, b| (a.time, &a.registry).cmp(&(b.time, &b.registry)));
    outcome.metrics = metrics(&outcome);
    outcome.thresholds = thresholds();
    outcome.events = 123_456;
    outcome.other_reading.transfer_usd = Some(Usd(4.5
        * outcome
            .destinations
            .iter()
            .map(|row| row.transfer_usd.0)
            .sum::<f64>()));
    revocations(&mut outcome, size);
    outcome.refused.push(RefusedRow {
        at: moment(36.hours()),
        action: "PutImage".to_owned(),
        registry: "build/us-east-1".to_owned(),
        repository: "shop/service-7".to_owned(),
        exception: "ImageTagAlreadyExistsException".to_owned(),
        message: "tag `hotfix` stands on another digest".to_owned(),
    });
    outcome
}

/// Registry of the destination of that number.
pub fn registry(index: usize) -> String {
    let account = ["prod", "staging-and-integration", "partner"][index / REGIONS.len() % 3];
    format!("{account}/{}", REGIONS[index % REGIONS.len()])
}

fn region(index: usize) -> String {
    REGIONS[index % REGIONS.len()].to_owned()
}

fn destination(outcome: &mut Outcome, size: Size, index: usize) {
    let random = &mut SplitMix64::seed_from_u64(index as u64 + 1);
    let median_s = 4.0 * (1.0 + 0.15 * index as f64);
    let body = LogNormal::new(f64::ln(median_s), 0.8).expect("a law");
    let tail = Pareto::<f64>::new(600.0, 1.1).expect("a law");
    let chance = Exp::new(1.0).expect("a law");
    let mut all = Vec::new();
    let mut moved_bytes = 0;
    for step in 0..24 * size.days as u64 {
        let busy = [0.3, 2.0, 1.0][(step % 24 / 8) as usize];
        let requests = (size.requests_per_day as f64 / 24.0
            * busy
            * (0.5 + chance.sample(random) / 2.0)) as u64;
        let latencies: Vec<f64> = (0..requests)
            .map(|_| match chance.sample(random) > 5.5 {
                true => tail.sample(random).min(43_200.0),
                false => body.sample(random),
            })
            .collect();
        outcome.timeline.push(step_row(step, index, &latencies));
        moved_bytes += requests * 90_000_000;
        all.extend(latencies);
    }
    all.sort_by(f64::total_cmp);
    histogram(outcome, index, &all);
    outcome
        .destinations
        .push(destination_row(index, &all, moved_bytes));
    outcome
        .links
        .push(link_row(index, all.len() as u64, moved_bytes));
    stored(outcome, size, index, moved_bytes);
    costs(outcome, index, moved_bytes);
    outcome.failures.push(FailureRow {
        destination: registry(index),
        reason: "TransferFailed".to_owned(),
        replications: 3 + index as u64,
        first_at: moment(7.hours()),
        last_at: moment(100.hours()),
    });
}

fn step_row(step: u64, index: usize, latencies: &[f64]) -> TimelineRow {
    let mut sorted = latencies.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = latencies.len() as u64;
    TimelineRow {
        time: moment((step as i64).hours()),
        destination: registry(index),
        pushed: count,
        requested: count,
        completed: count,
        failed: 0,
        waiting: count / 3,
        in_flight: count / 4 + latencies.iter().filter(|&&latency| latency > 600.0).count() as u64,
        pending_bytes: count * 30_000_000,
        moved_bytes: count * 90_000_000,
        p50_s: quantile(&sorted, 0.5).map(seconds),
        p99_s: quantile(&sorted, 0.99).map(seconds),
        transfer_usd: Usd(count as f64 * 0.09 / 1.073_741_824 * 0.02),
        coverage: Some(Number(1.0 - count as f64 / (100 * (step + 1)) as f64)),
    }
}

fn histogram(outcome: &mut Outcome, index: usize, sorted: &[f64]) {
    let mut upto_s = 0.1;
    let mut below = 0;
    while below < sorted.len() {
        let count = sorted[below..].partition_point(|&latency| latency <= upto_s);
        if count > 0 {
            outcome.latency.push(LatencyRow {
                destination: registry(index),
                upto_s: seconds(upto_s),
                count: count as u64,
            });
        }
        below += count;
        upto_s *= 1.01;
    }
}

fn destination_row(index: usize, sorted: &[f64], moved_bytes: u64) -> DestinationRow {
    let at = |share| quantile(sorted, share).map(Number);
    let count = sorted.len() as u64;
    DestinationRow {
        source: "build/us-east-1".to_owned(),
        destination: registry(index),
        requested: count + 5 + index as u64,
        completed: count,
        failed: 3 + index as u64,
        in_progress: 2,
        within_30min: at(0.5).map(|_| {
            Number(sorted.partition_point(|&latency| latency <= 1_800.0) as f64 / count as f64)
        }),
        mean_s: at(0.5).map(|_| Number(sorted.iter().sum::<f64>() / count as f64)),
        p50_s: at(0.5),
        p90_s: at(0.9),
        p95_s: at(0.95),
        p99_s: at(0.99),
        p999_s: at(0.999),
        max_s: quantile(sorted, 1.0).map(seconds),
        untagged_arrivals: 0,
        moved_bytes,
        transfer_usd: Usd(moved_bytes as f64 / 1_073_741_824.0 * 0.02),
        backfill_requested: 0,
        backfill_completed: 0,
    }
}

fn link_row(index: usize, copies: u64, moved_bytes: u64) -> LinkRow {
    LinkRow {
        link: format!("us-east-1 -> {}", region(index)),
        copies,
        slots: index.is_multiple_of(2).then_some(16),
        busy_mean: Some(Number(3.25)),
        busy_p95: Some(Number(9.0)),
        busy_max: Some(16),
        full_share: Some(Number(0.01)),
        bandwidth_used: None,
        queue_mean: Some(Number(0.4)),
        queue_p95: Some(Number(2.0)),
        queue_max: Some(31),
        wait_p50_s: Some(Number(0.0)),
        wait_p99_s: Some(Number(12.5)),
        moved_bytes,
    }
}

fn stored(outcome: &mut Outcome, size: Size, index: usize, moved_bytes: u64) {
    for day in 0..=size.days {
        let share = day as f64 / size.days.max(1) as f64;
        let replica_bytes = (moved_bytes as f64 * share) as u64;
        let orphan_bytes = (moved_bytes as f64 * (share - 0.4).max(0.0)) as u64;
        outcome.storage.push(StorageRow {
            time: moment((24 * day).hours()),
            registry: registry(index),
            images: day as u64 * size.requests_per_day,
            untagged_images: 0,
            stored_bytes: replica_bytes,
            source_bytes: 0,
            replica_bytes,
            orphan_bytes,
            archived_bytes: 0,
        });
        if index == 0 {
            outcome.storage.push(StorageRow {
                time: moment((24 * day).hours()),
                registry: "build/us-east-1".to_owned(),
                images: 30,
                untagged_images: 0,
                stored_bytes: moved_bytes / 3,
                source_bytes: moved_bytes / 3,
                replica_bytes: 0,
                orphan_bytes: 0,
                archived_bytes: 0,
            });
        }
    }
}

fn costs(outcome: &mut Outcome, index: usize, moved_bytes: u64) {
    let gib = moved_bytes as f64 / 1_073_741_824.0;
    let mut line = |item: &str, from: &str, quantity: f64, unit: &str, rate_usd: f64| {
        outcome.costs.push(CostRow {
            month: "2026-03".to_owned(),
            payer: if item == "transfer" { "build" } else { "prod" }.to_owned(),
            item: item.to_owned(),
            from: from.to_owned(),
            to: region(index),
            quantity: Number(quantity),
            unit: unit.to_owned(),
            rate_usd: Number(rate_usd),
            usd: Usd(quantity * rate_usd),
            caused_by: "build".to_owned(),
        });
    };
    line("transfer", "us-east-1", gib, "GiB", 0.02);
    line(
        "storage_replica",
        &region(index),
        0.4 * gib,
        "GiB-month",
        0.1,
    );
    line(
        "storage_orphan",
        &region(index),
        0.1 * gib,
        "GiB-month",
        0.1,
    );
    if index == 0 {
        line(
            "storage_source",
            &region(index),
            0.3 * gib,
            "GiB-month",
            0.1,
        );
    }
}

/// Nearest rank.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

fn seconds(seconds: f64) -> Seconds {
    Seconds(SimDuration::from_nanos(
        (seconds * 1_000.0) as u64 * 1_000_000,
    ))
}

fn moment(after: Span) -> Moment {
    let start: Timestamp = "2026-03-01T00:00:00Z".parse().expect("a moment");
    Moment(start + after)
}

fn shifted(at: Moment, seconds: f64) -> Moment {
    Moment(at.0 + ((seconds * 1_000.0) as i64).milliseconds())
}
