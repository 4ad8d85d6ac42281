//! Tables of those who use the images, and of backfills.

use crate::measure::table::{Moment, Number, Seconds, Usd, table};

table! {
    /// Pulls of one stream from one registry.
    PullRow, "pulls.csv", {
        /// Pull stream.
        stream: String,
        /// Registry that served the pulls; empty: none of those asked had the image.
        from: String,
        /// Account and Region of the fleet.
        to: String,
        /// Measured pulls.
        pulls: u64,
        /// Bytes that they moved: of each image the part that a node does not hold.
        bytes: u64,
        /// What the bytes that crossed a Region cost.
        usd: Usd,
        /// Of the stream's pulls that any registry served, the share that one in the fleet's Region did.
        local_share: Option<Number>,
        /// Pulls by a tag that stood on a newer image at the source.
        stale: u64,
    }
}

table! {
    /// One pull stream and one time for which replicas would be kept: replicate, or pull across?
    BreakEvenRow, "breakeven.csv", {
        /// Pull stream.
        stream: String,
        /// Region from which it pulls if its own lacks the image.
        from: String,
        /// Region of the fleet.
        to: String,
        /// Measured images that its push stream pushed.
        images: u64,
        /// Measured pulls that were served.
        pulls: u64,
        /// Pulls per image.
        pulls_per_image: Number,
        /// Mean bytes of a whole image.
        mean_image_bytes: Number,
        /// Mean bytes of an image's layers that no earlier image of its repository had: what a replica moves and stores.
        mean_replica_bytes: Number,
        /// One pull of an image across, without what a node holds; under internet rates at the first tier.
        pull_usd: Usd,
        /// Replicating an image from its source to the fleet's Region.
        replication_usd: Usd,
        /// Storing its replica for a month.
        storage_month_usd: Usd,
        /// Months for which the replica is kept.
        kept_months: u32,
        /// Pulls per image above which replicating is cheaper; empty if pulling is free.
        break_even_pulls_per_image: Option<Number>,
        /// replicate or pull: what is cheaper at this run's pulls per image.
        cheaper: String,
    }
}

table! {
    /// One backfill, as it stood when the run ended.
    BackfillRow, "backfills.csv", {
        /// When it was started.
        at: Moment,
        /// Source registry.
        source: String,
        /// Destination registry.
        destination: String,
        /// IN_PROGRESS, COMPLETE, FAILED, STOPPING or STOPPED.
        status: String,
        /// Stored images that it takes.
        images: u64,
        /// The same, each image once for every tag that stands on it: the unit of AWS's progress.
        replications: u64,
        /// Of the replications, those that are COMPLETE.
        completed: u64,
        /// Of the replications, those that FAILED.
        failed: u64,
        /// Of the failed, those whose source repository was deleted meanwhile.
        skipped: u64,
        /// Of the replications, those that had not started when it was stopped or failed.
        withdrawn: u64,
        /// When it reached its final status; empty if it had not when the run ended.
        ended_at: Option<Moment>,
        /// Bytes that its copies moved, also those that failed or did not end.
        moved_bytes: u64,
        /// What they cost; under internet rates at the first tier, as in replications.csv.
        usd: Usd,
    }
}

table! {
    /// One stream of deployments.
    DeploymentRow, "deployments.csv", {
        /// Stream of deployments.
        stream: String,
        /// Registry in which it looks for images.
        registry: String,
        /// Deployments of measured pushes that pulled at least once.
        deployments: u64,
        /// Of these, those whose image was not there at the first pull.
        missed: u64,
        /// The same as a share; empty without deployments.
        missed_share: Option<Number>,
        /// Deployments that gave up.
        gave_up: u64,
        /// Median wait from the first pull to the one that found the image, of those that found it.
        wait_p50_s: Option<Number>,
        /// 90th percentile of it.
        wait_p90_s: Option<Number>,
        /// 99th percentile of it.
        wait_p99_s: Option<Number>,
        /// Longest of these waits, exact.
        wait_max_s: Option<Seconds>,
        /// Wait after the push within which the image is there for 90 % of the deployments; empty if it never was for so many.
        gate_p90_s: Option<Number>,
        /// The same for 95 %.
        gate_p95_s: Option<Number>,
        /// The same for 99 %.
        gate_p99_s: Option<Number>,
        /// The same for 99.9 %.
        gate_p999_s: Option<Number>,
        /// Wait after the push within which the image is at all destinations of its push for 90 % of the deployments.
        everywhere_p90_s: Option<Number>,
        /// The same for 95 %.
        everywhere_p95_s: Option<Number>,
        /// The same for 99 %.
        everywhere_p99_s: Option<Number>,
        /// The same for 99.9 %.
        everywhere_p999_s: Option<Number>,
    }
}

table! {
    /// Deployments that fail behind a gate of one length.
    GateRow, "gate.csv", {
        /// Stream of deployments.
        stream: String,
        /// Registry in which it looks; empty: the image must be at all destinations of its push.
        registry: String,
        /// Wait after the push.
        gate_s: Seconds,
        /// Deployments whose image is not there after that wait.
        failed: u64,
        /// The same as a share of all deployments.
        failed_share: Number,
    }
}
