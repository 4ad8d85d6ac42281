//! Losses of permission: what was in flight then, and what became of it.

use std::collections::BTreeMap;

use super::record::Status;
use crate::ecr::RepositoryId;
use crate::simulation::RevokedCopy;
use crate::units::{SimDuration, SimTime};

/// One loss of permission on one lane.
#[derive(Clone, Debug)]
pub(super) struct Revocation {
    pub at: SimTime,
    pub lane: u32,
    pub copies: Vec<Copy>,
    pub completed_after: u64,
    pub aborted_after: u64,
    pub denied_after: u64,
    pub last_arrival_after: Option<SimDuration>,
    pub bytes_after: u64,
}

/// A copy in flight then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy {
    pub repository: RepositoryId,
    pub started_at: SimTime,
    moved_bytes: u64,
    /// When it ended and how; none while it has not.
    pub ended: Option<(SimTime, Status)>,
}

/// Every loss so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Revocations {
    pub list: Vec<Revocation>,
    /// Losses and places there of each replication that was in flight at one.
    concerned: BTreeMap<u64, Vec<(usize, usize)>>,
    /// The loss on each lane since its destination's last change of policy.
    current: BTreeMap<u32, usize>,
}

impl Revocations {
    /// A lane has lost permission.
    pub fn open(&mut self, at: SimTime, lane: u32, copies: &[RevokedCopy]) {
        let revocation = self.list.len();
        self.current.insert(lane, revocation);
        for (place, copy) in copies.iter().enumerate() {
            self.concerned
                .entry(copy.id)
                .or_default()
                .push((revocation, place));
        }
        let copies = copies.iter().map(|copy| Copy {
            repository: copy.repository,
            started_at: copy.started_at,
            moved_bytes: copy.moved_bytes,
            ended: None,
        });
        self.list.push(Revocation {
            at,
            lane,
            copies: copies.collect(),
            completed_after: 0,
            aborted_after: 0,
            denied_after: 0,
            last_arrival_after: None,
            bytes_after: 0,
        });
    }

    /// The lane's destination has a new policy.
    pub fn close(&mut self, lane: u32) {
        self.current.remove(&lane);
    }

    /// A replication was denied on a lane.
    pub fn denied(&mut self, lane: u32) {
        if let Some(&revocation) = self.current.get(&lane) {
            self.list[revocation].denied_after += 1;
        }
    }

    /// A replication has ended, or the run has.
    pub fn ended(&mut self, at: SimTime, id: u64, status: Status, moved_bytes: u64) {
        for (revocation, place) in self.concerned.remove(&id).unwrap_or_default() {
            self.list[revocation].note_end(at, place, status, moved_bytes);
        }
    }
}

impl Revocation {
    fn note_end(&mut self, at: SimTime, place: usize, status: Status, moved_bytes: u64) {
        let copy = &mut self.copies[place];
        self.bytes_after += moved_bytes - copy.moved_bytes;
        match status {
            Status::InProgress => return,
            Status::Complete => {
                self.completed_after += 1;
                self.last_arrival_after = self.last_arrival_after.max(Some(at.since(self.at)));
            }
            Status::Failed(crate::ecr::Reason::PermissionRevoked) => self.aborted_after += 1,
            Status::Failed(_) => {}
        }
        copy.ended = Some((at, status));
    }
}
