//! One measured replication as ids and whole nanoseconds; its names are resolved only where it is written.

pub use crate::ecr::Reason;
use crate::simulation::names::{Digest, TagList};
use crate::units::{SimDuration, SimTime};

/// How a replication stands, in AWS's words, with our reasons (U12: AWS publishes none).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Arrived.
    Complete,
    /// Ended without arrival.
    Failed(Reason),
    /// Not ended when the run ended.
    InProgress,
}

impl Status {
    /// Returns AWS's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "COMPLETE",
            Self::Failed(_) => "FAILED",
            Self::InProgress => "IN_PROGRESS",
        }
    }
}

/// Which of a push's tags stand on the image after its arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppliedTags {
    /// Every one.
    All,
    /// None.
    None,
    /// Those at these places of the push's list.
    Some(Box<[u32]>),
}

/// A measured replication that has ended, or had not when the run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicationRecord {
    /// Number of the replication in the run.
    pub id: u64,
    /// Number of its push in the run.
    pub push: u64,
    /// Lane id: source and destination registry.
    pub lane: u32,
    /// Repository id.
    pub repository: u32,
    /// Image digest.
    pub digest: Digest,
    /// The push's tags.
    pub tags: TagList,
    /// Which of them stand after arrival.
    pub applied: AppliedTags,
    /// When the push was accepted.
    pub pushed_at: SimTime,
    /// When the copy could start at the earliest, unless the run ended before.
    pub eligible_at: Option<SimTime>,
    /// When it first started.
    pub started_at: Option<SimTime>,
    /// When it ended.
    pub ended_at: Option<SimTime>,
    /// How it stands.
    pub status: Status,
    /// Wait for a slot, over all attempts.
    pub queue: SimDuration,
    /// Time of moving bytes, over all attempts.
    pub transfer: SimDuration,
    /// Time stalled, over all attempts.
    pub stall: SimDuration,
    /// Bytes of the whole image.
    pub image_bytes: u64,
    /// Bytes moved, over all attempts.
    pub moved_bytes: u64,
    /// Attempts started.
    pub attempts: u32,
    /// Dollars for its bytes.
    pub usd: f64,
}

/// Takes measured replications in the order of their end, ties by id, unfinished ones last.
pub trait RecordSink: Send {
    /// Takes one; called by whoever keeps the books, perhaps on another thread, so it must be quick.
    fn record(&mut self, record: ReplicationRecord);

    /// Returns whether it wants any: if not, none is made.
    fn is_listening(&self) -> bool {
        true
    }
}

/// Throws records away.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecords;

impl RecordSink for NoRecords {
    fn record(&mut self, _: ReplicationRecord) {}

    fn is_listening(&self) -> bool {
        false
    }
}

/// Without a sink, records are thrown away.
impl<S: RecordSink> RecordSink for Option<S> {
    fn record(&mut self, record: ReplicationRecord) {
        if let Some(sink) = self {
            sink.record(record);
        }
    }

    fn is_listening(&self) -> bool {
        self.as_ref().is_some_and(RecordSink::is_listening)
    }
}
