//! Tables of what happens to links and repositories.

use crate::measure::table::{Moment, Number, Seconds, table};

/// Deleted images are all counted; at most so many are listed.
pub const LISTED_DELETES: u64 = 100_000;

table! {
    /// One outage, spell or burst.
    OutageRow, "outages.csv", {
        /// outage, spell or burst.
        kind: String,
        /// Name of the outage (empty if it has none), of the spell, or of the stream of pushes.
        name: String,
        /// Its links as the scenario names them; of a burst, all from the stream's Region.
        link: String,
        /// When it began.
        at: Moment,
        /// When it ended; empty if it had not when the run ended.
        ends_at: Option<Moment>,
        /// Share of normal speed that it leaves; empty for a burst.
        capacity: Option<Number>,
        /// Replications requested over its links while it lasted, but for backfills'.
        requested: u64,
        /// Replications that became COMPLETE over its links while it lasted, but for backfills'.
        completed: u64,
        /// Least share of the replications requested so far over its links that was COMPLETE, while it lasted; empty for a burst.
        pullable_share_min: Option<Number>,
        /// The same on average over its time.
        pullable_share_mean: Option<Number>,
        /// Most images at once that were complete in the source Region only, while it lasted; empty unless it cuts a Region off.
        at_risk_images: Option<u64>,
        /// Most bytes of such images at once.
        at_risk_bytes: Option<u64>,
        /// Replications waiting or in flight over its links just before it began.
        backlog_before: u64,
        /// Most of them at once while it lasted.
        backlog_max: u64,
        /// When there were first no more of them than before, from its end on; empty if that was not before the run's end.
        drained_at: Option<Moment>,
        /// From its end until then.
        drain_s: Option<Seconds>,
    }
}

table! {
    /// One image that was deleted.
    DeleteRow, "deletes.csv", {
        /// When.
        at: Moment,
        /// BatchDeleteImage, DeleteRepository, retention, lifecycle or delete_replication.
        cause: String,
        /// Registry.
        registry: String,
        /// Repository.
        repository: String,
        /// Number of its last push in the run, as in replications.csv (of more than 2^32 pushes, the remainder); 0 before the start.
        push: u64,
        /// Its digest if the scenario gives it; else empty.
        digest: String,
        /// When it was last pushed to where it was not stored.
        pushed_at: Moment,
        /// Bytes of the whole image.
        image_bytes: u64,
        /// Registries where it became an orphan by this, separated by spaces.
        orphaned: String,
    }
}

table! {
    /// One repository that replication created and that is still there when the run ends.
    RepositoryRow, "repositories.csv", {
        /// Destination registry.
        registry: String,
        /// Repository.
        repository: String,
        /// Registry from which the image came for which it was created.
        source: String,
        /// Creation template that made it; empty: ECR's defaults.
        template: String,
        /// Its tag mutability, and the patterns that an EXCLUSION mode excepts, separated by spaces.
        tag_mutability: String,
        /// That of the source repository; empty if that is gone.
        source_tag_mutability: String,
        /// Whether it has a lifecycle policy: yes or no.
        lifecycle_policy: String,
        /// Whether the source repository has one; empty if that is gone.
        source_lifecycle_policy: String,
        /// Settings in which it differs from the source repository, separated by spaces: tag_mutability, lifecycle_policy.
        differs: String,
    }
}
