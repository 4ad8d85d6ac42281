//! A replication by names and nothing that depends on what else happens in the run, such as ids.

use ecrsim::measure::record::{ReplicationRecord, Status};
use ecrsim::units::{SimDuration, SimTime};

use crate::support::Run;

/// What one replication went through.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    pub destination: String,
    pub repository: String,
    pub digest: String,
    pub source: String,
    pub pushed_at: SimTime,
    pub image_bytes: u64,
    pub eligible_at: Option<SimTime>,
    pub started_at: Option<SimTime>,
    pub ended_at: Option<SimTime>,
    pub status: Status,
    pub queue: SimDuration,
    pub transfer: SimDuration,
    pub stall: SimDuration,
    pub moved_bytes: u64,
    pub attempts: u32,
}

impl Run {
    /// Returns the stories by destination, repository, digest and time of the push.
    pub fn stories(&self) -> Vec<Story> {
        let mut stories: Vec<Story> = self.records.iter().map(|of| self.story(of)).collect();
        stories.sort_by(|a, b| a.key().cmp(&b.key()));
        stories
    }

    fn story(&self, of: &ReplicationRecord) -> Story {
        let source = self.names.lanes[of.lane as usize].0;
        Story {
            destination: self.destination(of).to_owned(),
            repository: self.names.repositories[of.repository as usize].clone(),
            digest: self.names.digest(of.digest),
            source: self.names.registries[source as usize].clone(),
            pushed_at: of.pushed_at,
            image_bytes: of.image_bytes,
            eligible_at: of.eligible_at,
            started_at: of.started_at,
            ended_at: of.ended_at,
            status: of.status,
            queue: of.queue,
            transfer: of.transfer,
            stall: of.stall,
            moved_bytes: of.moved_bytes,
            attempts: of.attempts,
        }
    }
}

impl Story {
    /// What tells a replication from every other one.
    pub fn key(&self) -> (&str, &str, &str, SimTime) {
        (
            &self.destination,
            &self.repository,
            &self.digest,
            self.pushed_at,
        )
    }

    /// Returns the time from push to dispatch; none if the run ended before.
    pub fn dispatch(&self) -> Option<SimDuration> {
        self.eligible_at.map(|at| at.since(self.pushed_at))
    }
}
