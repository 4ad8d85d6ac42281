//! What a run found, as plain tables: one row type per CSV file of the run's folder, names as the user wrote them.
//!
//! Knows nothing of files, screens or charts. `Option` is an empty cell: a value without a sample.

mod happenings;
mod orphans;
mod workloads;

pub use happenings::{DeleteRow, LISTED_DELETES, OutageRow, RepositoryRow};
pub use orphans::{OrphanPass, OrphanRow, Orphans, PassedBy};
pub use workloads::{BackfillRow, BreakEvenRow, DeploymentRow, GateRow, PullRow};

use super::table::{Moment, Number, Seconds, Usd, table};

/// Everything that a run found, but for the replications themselves, which stream while it goes on.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Every metric for all destinations and each one, with every statistic.
    pub metrics: Vec<MetricValue>,
    /// The scenario's thresholds, in the order of the file's keys.
    pub thresholds: Vec<Verdict>,
    /// `destinations.csv`
    pub destinations: Vec<DestinationRow>,
    /// `links.csv`
    pub links: Vec<LinkRow>,
    /// `latency.csv`
    pub latency: Vec<LatencyRow>,
    /// `failures.csv`
    pub failures: Vec<FailureRow>,
    /// `timeline.csv`
    pub timeline: Vec<TimelineRow>,
    /// `revocations.csv`
    pub revocations: Vec<RevocationRow>,
    /// `revoked_copies.csv`
    pub revoked_copies: Vec<RevokedCopyRow>,
    /// `storage.csv`
    pub storage: Vec<StorageRow>,
    /// `costs.csv`
    pub costs: Vec<CostRow>,
    /// `refused.csv`
    pub refused: Vec<RefusedRow>,
    /// `deployments.csv`
    pub deployments: Vec<DeploymentRow>,
    /// `gate.csv`
    pub gates: Vec<GateRow>,
    /// `pulls.csv`
    pub pulls: Vec<PullRow>,
    /// `breakeven.csv`
    pub break_even: Vec<BreakEvenRow>,
    /// `backfills.csv`
    pub backfills: Vec<BackfillRow>,
    /// `orphans.csv`
    pub orphan_months: Vec<OrphanRow>,
    /// What orphans come to over the run; `None` if the measured time has none.
    pub orphans: Option<Orphans>,
    /// `outages.csv`
    pub outages: Vec<OutageRow>,
    /// `deletes.csv`
    pub deletes: Vec<DeleteRow>,
    /// `repositories.csv`
    pub repositories: Vec<RepositoryRow>,
    /// The bill's transfer item under the reading of the transfer rate that `prices.transfer_rate` did not choose.
    pub other_reading: OtherReading,
    /// Running hash over time, kind and ids of every event, in order.
    pub fingerprint: u64,
    /// Events handled: pushes, dispatches, ends of transfers and single operations.
    pub events: u64,
    /// How full the fullest repository is at the end; `None` if nothing is stored.
    pub fullest: Option<FullestRepository>,
    /// What a reader of the numbers should know: why a mean has no interval, a warm-up that looks too short.
    pub notes: Vec<String>,
    /// What the checks of the run compared, in words and numbers; all of them held.
    pub checks: Vec<String>,
}

/// One statistic of one metric; `destination` is empty for all together.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricValue {
    /// Metric, as in thresholds: `replication_latency`.
    pub metric: &'static str,
    /// Destination registry `account/region`, or empty for all.
    pub destination: String,
    /// Statistic: `mean`, `p99`, `within(30 min)`, `total`.
    pub statistic: String,
    /// The value; `None` without a sample.
    pub value: Option<f64>,
    /// Unit: `s`, `bytes`, `USD`, `1` (a share or a number).
    pub unit: &'static str,
    /// A quantile that rests on fewer than 10 samples beyond it.
    pub scarce: bool,
    /// Half-width of the 95 % interval around the value, in its unit; `None` where there is none.
    pub half_width: Option<f64>,
}

/// A threshold and whether it held.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The metric with its labels, as written: `replication_latency{destination=prod/eu-west-1}`.
    pub metric: String,
    /// The condition as written: `p99 < 30 min`.
    pub condition: String,
    /// What the run gave, in the metric's unit; `None` without a sample, which is a breach.
    pub observed: Option<f64>,
    /// The metric's unit, as in [`MetricValue`].
    pub unit: &'static str,
    /// Whether the condition held.
    pub held: bool,
    /// The quantile rests on fewer than 10 samples beyond it.
    pub scarce: bool,
    /// Some value within the half-width of what the run gave would change the verdict.
    pub too_close: bool,
}

/// The repository with most images at the run's end.
#[derive(Clone, Debug, PartialEq)]
pub struct FullestRepository {
    /// Registry `account/region`.
    pub registry: String,
    /// Its name.
    pub repository: String,
    /// Its images.
    pub images: u64,
    /// Most images that ECR takes into one repository.
    pub quota: u64,
    /// When it is full at the pace of the run's second half; `None` if it does not grow, or is full already.
    pub full_at: Option<Moment>,
}

/// The transfer item of the bill under the other reading of AWS's transfer rate (`../facts`: it is not settled).
#[derive(Clone, Debug, PartialEq)]
pub struct OtherReading {
    /// `internet` or `inter-region`: the reading that was not chosen.
    pub transfer_rate: &'static str,
    /// Transfer dollars under it; `None` if the table lacks a price that it needs.
    pub transfer_usd: Option<Usd>,
    /// Dollars of pulls under it; likewise.
    pub pull_usd: Option<Usd>,
}

table! {
    /// One statistic of one metric.
    SummaryRow, "summary.csv", {
        /// Metric, as in thresholds.
        metric: String,
        /// Destination registry; empty means all.
        destination: String,
        /// Statistic.
        statistic: String,
        /// Its value; empty without a sample.
        value: Option<Number>,
        /// Unit of the value.
        unit: String,
    }
}

table! {
    /// One source and destination registry.
    DestinationRow, "destinations.csv", {
        /// Source registry.
        source: String,
        /// Destination registry.
        destination: String,
        /// Measured replications requested.
        requested: u64,
        /// Of these, COMPLETE.
        completed: u64,
        /// Of these, FAILED.
        failed: u64,
        /// Of these, not ended when the run ended.
        in_progress: u64,
        /// Share COMPLETE within 30 minutes of the push, leaving out unfinished ones younger than that.
        within_30min: Option<Number>,
        /// Mean replication latency.
        mean_s: Option<Number>,
        /// Median replication latency.
        p50_s: Option<Number>,
        /// 90th percentile.
        p90_s: Option<Number>,
        /// 95th percentile.
        p95_s: Option<Number>,
        /// 99th percentile.
        p99_s: Option<Number>,
        /// 99.9th percentile.
        p999_s: Option<Number>,
        /// Longest replication latency, exact.
        max_s: Option<Seconds>,
        /// Images that arrived with none of their tags.
        untagged_arrivals: u64,
        /// Bytes moved after the warm-up, also by copies that failed or did not end.
        moved_bytes: u64,
        /// What they cost.
        transfer_usd: Usd,
        /// Of the requested, those of backfills: the latencies and the share within 30 minutes are without them.
        backfill_requested: u64,
        /// Of these, COMPLETE.
        backfill_completed: u64,
    }
}

table! {
    /// One link: source Region to destination Region.
    LinkRow, "links.csv", {
        /// The link, `source -> destination`.
        link: String,
        /// Attempts started on it.
        copies: u64,
        /// Its slots; empty if unlimited.
        slots: Option<u64>,
        /// Mean number of slots in use.
        busy_mean: Option<Number>,
        /// 95th percentile over time of the slots in use.
        busy_p95: Option<Number>,
        /// Most slots in use at once.
        busy_max: Option<u64>,
        /// Share of time in which every slot was in use; 0 if unlimited.
        full_share: Option<Number>,
        /// Moved bytes as a share of what the bandwidth could move; empty if unlimited.
        bandwidth_used: Option<Number>,
        /// Mean number of replications waiting for a slot.
        queue_mean: Option<Number>,
        /// 95th percentile over time of the queue.
        queue_p95: Option<Number>,
        /// Longest queue.
        queue_max: Option<u64>,
        /// Median wait for a slot.
        wait_p50_s: Option<Number>,
        /// 99th percentile of the wait for a slot.
        wait_p99_s: Option<Number>,
        /// Bytes moved over it.
        moved_bytes: u64,
    }
}

table! {
    /// One bucket of a destination's histogram of replication latency.
    LatencyRow, "latency.csv", {
        /// Destination registry.
        destination: String,
        /// Upper bound of the bucket, included.
        upto_s: Seconds,
        /// Measured COMPLETE replications in the bucket.
        count: u64,
    }
}

table! {
    /// One reason for failures at one destination.
    FailureRow, "failures.csv", {
        /// Destination registry.
        destination: String,
        /// Reason, from the closed list of the model.
        reason: String,
        /// Measured replications that failed for it.
        replications: u64,
        /// When the first of them failed.
        first_at: Moment,
        /// When the last of them failed.
        last_at: Moment,
    }
}

table! {
    /// One step of time at one destination.
    TimelineRow, "timeline.csv", {
        /// Start of the step.
        time: Moment,
        /// Destination registry.
        destination: String,
        /// Pushes in the step that requested a replication to this destination.
        pushed: u64,
        /// Replications requested in the step.
        requested: u64,
        /// Replications that became COMPLETE in the step.
        completed: u64,
        /// Replications that became FAILED in the step.
        failed: u64,
        /// Replications requested and not started, at the step's end.
        waiting: u64,
        /// Copies in flight at the step's end.
        in_flight: u64,
        /// Bytes still to move of these, at the step's end.
        pending_bytes: u64,
        /// Bytes moved in the step.
        moved_bytes: u64,
        /// Median latency of what completed in the step.
        p50_s: Option<Seconds>,
        /// 99th percentile of it.
        p99_s: Option<Seconds>,
        /// What the step's bytes cost.
        transfer_usd: Usd,
        /// Share of the live images that sources send it which it holds, at the step's end; empty if they send none.
        coverage: Option<Number>,
    }
}

table! {
    /// One loss of permission for one source at one destination.
    RevocationRow, "revocations.csv", {
        /// When the permission was lost.
        at: Moment,
        /// Source registry.
        source: String,
        /// Destination registry.
        destination: String,
        /// Copies in flight at that moment.
        in_flight: u64,
        /// Of these, COMPLETE afterwards.
        completed_after: u64,
        /// Of these, ended by the revocation.
        aborted_after: u64,
        /// Replications denied until that registry's next change of policy.
        denied_after: u64,
        /// From the revocation to the last arrival of a copy then in flight.
        last_arrival_after_s: Option<Seconds>,
        /// Bytes moved after the revocation by the copies then in flight.
        bytes_after: u64,
    }
}

table! {
    /// One copy in flight at a revocation.
    RevokedCopyRow, "revoked_copies.csv", {
        /// When the permission was lost.
        revoked_at: Moment,
        /// Source registry.
        source: String,
        /// Destination registry.
        destination: String,
        /// Repository.
        repository: String,
        /// When the copy started.
        started_at: Moment,
        /// When it ended; empty if it had not when the run ended.
        ended_at: Option<Moment>,
        /// COMPLETE, FAILED or IN_PROGRESS.
        status: String,
    }
}

table! {
    /// One registry at one time: every 24 h and at the end.
    StorageRow, "storage.csv", {
        /// When.
        time: Moment,
        /// Registry.
        registry: String,
        /// Images stored.
        images: u64,
        /// Of these, without a tag.
        untagged_images: u64,
        /// Bytes of unique layers stored: source and replica bytes.
        stored_bytes: u64,
        /// Bytes of layers that a pushed image holds.
        source_bytes: u64,
        /// Bytes of layers that only replicas hold, orphans among them.
        replica_bytes: u64,
        /// Bytes that deleting every orphan would free.
        orphan_bytes: u64,
        /// Bytes of layers that only archived images hold; in none of the four before.
        archived_bytes: u64,
    }
}

table! {
    /// One line of the bill.
    CostRow, "costs.csv", {
        /// Calendar month, `2026-03`.
        month: String,
        /// Account that pays, by alias.
        payer: String,
        /// transfer, storage_source, storage_replica, storage_orphan, storage_archive, restore or pull.
        item: String,
        /// Region from which bytes went, or where they lie.
        from: String,
        /// Region to which bytes went, or where they lie.
        to: String,
        /// Billed quantity.
        quantity: Number,
        /// GiB (or GB) or GiB-month.
        unit: String,
        /// Average dollars per unit, tiers spread.
        rate_usd: Number,
        /// Dollars.
        usd: Usd,
        /// Account whose pushes, or of a pull whose fleets, caused the line, by alias; another account's part is another line.
        caused_by: String,
    }
}

table! {
    /// One refused operation.
    RefusedRow, "refused.csv", {
        /// When.
        at: Moment,
        /// The operation, by ECR's name.
        action: String,
        /// Registry.
        registry: String,
        /// Repository; empty if the operation has none.
        repository: String,
        /// ECR's exception.
        exception: String,
        /// Why.
        message: String,
    }
}

table! {
    /// One measured replication.
    ReplicationRow, "replications.csv", {
        /// Number of the replication in the run, in order of request.
        id: u64,
        /// Number of its push in the run; of a backfill's, that of its image's push, 0 before the start.
        push: u64,
        /// Source registry.
        source: String,
        /// Destination registry.
        destination: String,
        /// Repository.
        repository: String,
        /// Image digest.
        digest: String,
        /// The push's tags, separated by spaces; a backfill brings those that still stand on the image.
        tags: String,
        /// When the push was accepted; of a backfill's, when it was requested.
        pushed_at: Moment,
        /// When the copy could start at the earliest; empty if the run ended before.
        eligible_at: Option<Moment>,
        /// When the copy first started; empty if it never did.
        started_at: Option<Moment>,
        /// When the replication ended; empty if it had not when the run ended.
        ended_at: Option<Moment>,
        /// COMPLETE, FAILED or IN_PROGRESS.
        status: String,
        /// Why it FAILED; else empty.
        reason: String,
        /// From push to arrival; empty unless COMPLETE.
        latency_s: Option<Seconds>,
        /// Wait for a slot, over all attempts.
        queue_s: Option<Seconds>,
        /// Time of moving bytes, over all attempts.
        transfer_s: Option<Seconds>,
        /// Time stalled, over all attempts.
        stall_s: Option<Seconds>,
        /// Bytes of the whole image.
        image_bytes: u64,
        /// Bytes that it moved, over all attempts.
        moved_bytes: u64,
        /// Attempts started.
        attempts: u32,
        /// Tags that stand on the image after its arrival, separated by spaces.
        tags_applied: String,
        /// What its bytes cost; under internet rates at the first tier, since rows are written before the month's tier is known.
        usd: Usd,
    }
}
