//! The table of metrics: what thresholds, sweeps and comparisons may ask of a run.

use super::threshold::Statistic;

/// A metric of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it is summed up.
    pub kind: Kind,
    /// What its values count.
    pub unit: Unit,
    /// Labels that narrow it.
    pub labels: &'static [Label],
    /// What a scenario must have for the metric to mean anything; `None` if every scenario has it.
    pub needs: Option<&'static str>,
    /// What it is, in one sentence.
    pub about: &'static str,
}

/// How a metric is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Samples of time: their mean and quantiles.
    Trend,
    /// A level over time: its time-weighted mean and quantiles.
    Gauge,
    /// A sum.
    Counter,
    /// A sum of money.
    Money,
}

/// What values count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// US dollars.
    Usd,
    /// Plain numbers and shares.
    One,
}

/// A label that narrows a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A destination registry.
    Destination,
    /// Why replications failed.
    Reason,
    /// A stream of deployments or pulls.
    Stream,
}

/// Why a replication fails, by MODEL.md's closed list.
pub const REASONS: [&str; 9] = [
    "AccessDenied",
    "BackfillStopped",
    "LimitExceeded",
    "PermissionRevoked",
    "RegionNotEnabled",
    "RepositoryCreationDenied",
    "SourceImageDeleted",
    "TemplateRoleMissing",
    "TransferFailed",
];

impl Kind {
    /// Returns the statistics of such a metric, but for `within(D)`, which trends have too.
    pub const fn statistics(self) -> &'static [Statistic] {
        use Statistic::{
            Count, End, Max, Mean, Min, Monthly, P50, P90, P95, P99, P999, Rate, Total,
        };
        match self {
            Self::Trend => &[Mean, Min, P50, P90, P95, P99, P999, Max, Count],
            Self::Gauge => &[Mean, P50, P95, P99, Max, End],
            Self::Counter => &[Total, Rate],
            Self::Money => &[Total, Monthly],
        }
    }
}

impl Unit {
    /// Returns its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::Usd => "USD",
            Self::One => "1",
        }
    }
}

impl Label {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Reason => "reason",
            Self::Stream => "stream",
        }
    }
}

/// Returns the unit of a statistic of a metric.
pub fn unit_of(metric: &Metric, statistic: Statistic) -> Unit {
    match statistic {
        Statistic::Count | Statistic::Within(_) | Statistic::Rate => Unit::One,
        _ => metric.unit,
    }
}

/// Returns the quantity behind a sum of money, where one number is: what was moved or stored.
pub fn quantity_behind(money: &str) -> Option<&'static str> {
    match money {
        "transfer_usd" => Some("moved_bytes.total"),
        "storage_usd" => Some("stored_bytes.mean"),
        "orphan_usd" => Some("orphan_bytes.mean"),
        _ => None,
    }
}

/// Returns the metric with this name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

const BY_DESTINATION: &[Label] = &[Label::Destination];

const fn metric(name: &'static str, kind: Kind, unit: Unit, about: &'static str) -> Metric {
    Metric {
        name,
        kind,
        unit,
        labels: BY_DESTINATION,
        needs: None,
        about,
    }
}

impl Metric {
    const fn labels(mut self, labels: &'static [Label]) -> Self {
        self.labels = labels;
        self
    }

    const fn needs(mut self, what: &'static str) -> Self {
        self.needs = Some(what);
        self
    }
}

/// Every metric, in the order of the documentation.
pub const METRICS: &[Metric] = &[
    metric(
        "replication_latency",
        Kind::Trend,
        Unit::Seconds,
        "From push to arrival, of COMPLETE replications.",
    ),
    metric(
        "backfill_latency",
        Kind::Trend,
        Unit::Seconds,
        "From request to arrival, of a backfill's COMPLETE replications.",
    )
    .needs("backfill"),
    metric(
        "time_to_all",
        Kind::Trend,
        Unit::Seconds,
        "From push to the arrival at its slowest destination, of pushes that completed everywhere.",
    )
    .labels(&[]),
    metric(
        "queue_time",
        Kind::Trend,
        Unit::Seconds,
        "Wait for a slot, of started replications.",
    ),
    metric(
        "transfer_time",
        Kind::Trend,
        Unit::Seconds,
        "Time of moving bytes.",
    ),
    metric(
        "deploy_wait",
        Kind::Trend,
        Unit::Seconds,
        "Wait of a deployment for its image.",
    )
    .labels(&[Label::Stream])
    .needs("deployments"),
    metric(
        "waiting",
        Kind::Gauge,
        Unit::One,
        "Replications waiting for a slot.",
    ),
    metric(
        "in_flight",
        Kind::Gauge,
        Unit::One,
        "Replications in flight.",
    ),
    metric(
        "pending_bytes",
        Kind::Gauge,
        Unit::Bytes,
        "Bytes still to move.",
    ),
    metric(
        "stored_bytes",
        Kind::Gauge,
        Unit::Bytes,
        "Bytes of unique layers stored, but for those in the archive.",
    ),
    metric(
        "orphan_bytes",
        Kind::Gauge,
        Unit::Bytes,
        "Bytes that deleting every orphan would free.",
    ),
    metric(
        "requested",
        Kind::Counter,
        Unit::One,
        "Replications requested.",
    ),
    metric(
        "completed",
        Kind::Counter,
        Unit::One,
        "Replications that are COMPLETE.",
    ),
    metric(
        "failed",
        Kind::Counter,
        Unit::One,
        "Replications that FAILED.",
    )
    .labels(&[Label::Destination, Label::Reason]),
    metric(
        "unfinished",
        Kind::Counter,
        Unit::One,
        "Replications that had not ended when the run ended.",
    ),
    metric(
        "completed_after_revocation",
        Kind::Counter,
        Unit::One,
        "Copies in flight at a revocation that completed.",
    ),
    metric(
        "denied_after_revocation",
        Kind::Counter,
        Unit::One,
        "Replications denied after a revocation.",
    ),
    metric(
        "untagged_arrivals",
        Kind::Counter,
        Unit::One,
        "Images that arrived with none of their tags.",
    ),
    metric(
        "overtaken_arrivals",
        Kind::Counter,
        Unit::One,
        "Images that arrived when a later push already held a tag of theirs.",
    ),
    metric(
        "stale_tags",
        Kind::Counter,
        Unit::One,
        "Pulls of a tag that stood on an older image.",
    )
    .labels(&[Label::Stream])
    .needs("pulls"),
    metric(
        "deploys_missed",
        Kind::Counter,
        Unit::One,
        "Deployments whose image was not there.",
    )
    .labels(&[Label::Stream])
    .needs("deployments"),
    metric("moved_bytes", Kind::Counter, Unit::Bytes, "Bytes moved."),
    metric(
        "refused",
        Kind::Counter,
        Unit::One,
        "Operations that ECR refused.",
    )
    .labels(&[]),
    metric("transfer_usd", Kind::Money, Unit::Usd, "Cost of transfer."),
    metric(
        "storage_usd",
        Kind::Money,
        Unit::Usd,
        "Cost of storage, all its items: the archive's and restores too.",
    ),
    metric(
        "orphan_usd",
        Kind::Money,
        Unit::Usd,
        "Cost of storage that orphans take.",
    ),
    metric("pull_usd", Kind::Money, Unit::Usd, "Cost of pulls.")
        .labels(&[Label::Stream])
        .needs("pulls"),
    metric(
        "total_usd",
        Kind::Money,
        Unit::Usd,
        "Cost of transfer, storage and pulls.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = METRICS.iter().map(|metric| metric.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METRICS.len());
    }

    #[test]
    fn shares_and_counts_have_no_unit() {
        let latency = find("replication_latency").expect("a known metric");
        assert_eq!(unit_of(latency, Statistic::P99), Unit::Seconds);
        assert_eq!(unit_of(latency, Statistic::Count), Unit::One);
        let moved = find("moved_bytes").expect("a known metric");
        assert_eq!(unit_of(moved, Statistic::Total), Unit::Bytes);
        assert_eq!(unit_of(moved, Statistic::Rate), Unit::One);
    }
}
