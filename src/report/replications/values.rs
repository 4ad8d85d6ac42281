//! What a row says of a record, whatever the file's format: which values there are, and which are left empty.

use crate::measure::record::{AppliedTags, ReplicationRecord, Status};
use crate::units::{SimDuration, SimTime};

/// When it was pushed, could start, started and ended.
pub fn times(record: &ReplicationRecord) -> [Option<SimTime>; 4] {
    [
        Some(record.pushed_at),
        record.eligible_at,
        record.started_at,
        record.ended_at,
    ]
}

/// Latency, queue, transfer and stall: no latency unless it arrived, nothing of a copy that never started.
pub fn spans(record: &ReplicationRecord) -> [Option<SimDuration>; 4] {
    let of_started = |span: SimDuration| record.started_at.map(|_| span);
    [
        latency(record),
        of_started(record.queue),
        of_started(record.transfer),
        of_started(record.stall),
    ]
}

/// From push to arrival.
fn latency(record: &ReplicationRecord) -> Option<SimDuration> {
    let arrived = |ended_at: SimTime| ended_at.since(record.pushed_at);
    (record.status == Status::Complete)
        .then_some(record.ended_at)
        .flatten()
        .map(arrived)
}

/// Why it failed; empty unless it did.
pub const fn reason(status: Status) -> &'static str {
    match status {
        Status::Failed(reason) => reason.name(),
        Status::Complete | Status::InProgress => "",
    }
}

/// The tags that stand after its arrival: none unless it arrived.
pub fn applied(record: &ReplicationRecord) -> &AppliedTags {
    match record.status {
        Status::Complete => &record.applied,
        Status::Failed(_) | Status::InProgress => &AppliedTags::None,
    }
}

/// Dollars, unless there is no such number.
pub fn usd(record: &ReplicationRecord) -> Option<f64> {
    // Adding zero makes 0.0 of -0.0 and leaves every other number as it is.
    record.usd.is_finite().then_some(record.usd + 0.0)
}
