//! What every run checks of itself, over the whole run, warm-up included: a failed check is a defect of the program.

use super::record::Status;
use super::stats::{Backlog, LinkStats};
use crate::simulation::{Model, Phase, Replication};
use crate::units::{SimDuration, SimTime};

/// Counts kept apart from those that they are compared with.
#[derive(Clone, Debug)]
pub(super) struct Checks {
    from: SimTime,
    destinations: Vec<Counts>,
    lanes: Vec<Bytes>,
    links: Vec<Times>,
    notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    requested: u64,
    completed: u64,
    failed: u64,
    in_flight: u64,
    waiting: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bytes {
    started: u64,
    moved: u64,
    abandoned: u64,
    still_to_move: u64,
}

/// Sums over replications, clipped to the window, in ns.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    waited: u128,
    held: u128,
}

impl Checks {
    pub fn new(model: &Model, from: SimTime) -> Self {
        Self {
            from,
            destinations: vec![Counts::default(); model.registries.len()],
            lanes: vec![Bytes::default(); model.lanes.len()],
            links: vec![Times::default(); model.links.len()],
            notes: Vec::new(),
        }
    }

    pub fn requested(&mut self, destination: usize) {
        self.destinations[destination].requested += 1;
    }

    pub fn started(&mut self, lane: usize, bytes: u64) {
        self.lanes[lane].started += bytes;
    }

    /// A replication has left the queue, or the run has ended.
    pub fn waited(&mut self, link: usize, at: SimTime, waited: SimDuration) {
        let began = SimTime::from_nanos(at.as_nanos() - waited.as_nanos());
        self.links[link].waited += self.clipped(began, at);
    }

    /// A replication has left its slot, or the run has ended.
    pub fn held(&mut self, link: usize, since: SimTime, at: SimTime) {
        self.links[link].held += self.clipped(since, at);
    }

    pub fn ended(&mut self, destination: usize, lane: usize, status: Status, moved_bytes: u64) {
        let counts = &mut self.destinations[destination];
        match status {
            Status::Complete => counts.completed += 1,
            Status::Failed(_) => counts.failed += 1,
            Status::InProgress => {}
        }
        self.lanes[lane].moved += moved_bytes;
    }

    /// A copy ended with bytes still to move.
    pub fn abandoned(&mut self, lane: usize, bytes: u64) {
        self.lanes[lane].abandoned += bytes;
    }

    pub fn unfinished(&mut self, destination: usize, replication: &Replication, moved_bytes: u64) {
        let counts = &mut self.destinations[destination];
        let bytes = &mut self.lanes[replication.lane as usize];
        bytes.moved += moved_bytes;
        match replication.phase {
            Phase::Dispatching | Phase::Queued => counts.waiting += 1,
            Phase::Stalled | Phase::BackingOff | Phase::Aborted => counts.in_flight += 1,
            Phase::Moving => {
                counts.in_flight += 1;
                bytes.still_to_move +=
                    replication.to_move_bytes - (moved_bytes - replication.moved_bytes);
            }
        }
    }

    /// Compares, and notes what was compared.
    ///
    /// # Panics
    /// If something does not add up.
    pub fn verify(
        &mut self,
        model: &Model,
        links: &[LinkStats],
        backlogs: &[Backlog],
        moved_bytes: &[u64],
    ) {
        self.verify_counts(backlogs);
        self.verify_bytes(moved_bytes);
        self.verify_times(model, links);
        let total: u64 = self
            .destinations
            .iter()
            .map(|counts| counts.requested)
            .sum();
        let bytes: u64 = moved_bytes.iter().sum();
        self.notes = vec![
            format!(
                "{total} replications requested = completed + failed + in flight + waiting, per destination"
            ),
            format!(
                "{bytes} bytes moved by links = moved by copies; started = moved + abandoned + still to move"
            ),
            format!(
                "Little's law holds exactly on queue and slots of {} links",
                links.len()
            ),
            "stored bytes = sum over images of their unique layers, per registry".to_owned(),
        ];
    }

    fn verify_counts(&self, backlogs: &[Backlog]) {
        for (counts, backlog) in self.destinations.iter().zip(backlogs) {
            let Counts {
                requested,
                completed,
                failed,
                in_flight,
                waiting,
            } = *counts;
            let somewhere = completed + failed + in_flight + waiting;
            assert_eq!(
                requested, somewhere,
                "every requested replication is somewhere"
            );
            assert_eq!(
                in_flight,
                backlog.in_flight.level(),
                "in flight is what started and did not end"
            );
            assert_eq!(
                waiting,
                backlog.waiting.level(),
                "waiting is what did not start"
            );
        }
    }

    fn verify_bytes(&self, moved_bytes: &[u64]) {
        for (bytes, moved) in self.lanes.iter().zip(moved_bytes) {
            let Bytes {
                started,
                moved: by_copies,
                abandoned,
                still_to_move,
            } = *bytes;
            assert_eq!(
                started,
                by_copies + abandoned + still_to_move,
                "every byte that started is somewhere"
            );
            assert_eq!(
                by_copies, *moved,
                "bytes that links moved are those of their copies"
            );
        }
    }

    fn verify_times(&self, model: &Model, links: &[LinkStats]) {
        for ((times, stats), link) in self.links.iter().zip(links).zip(&model.names.links) {
            assert_eq!(
                times.waited,
                stats.queue.integral(),
                "Little's law on the queue of {link}"
            );
            assert_eq!(
                times.held,
                stats.busy.integral(),
                "Little's law on the slots of {link}"
            );
        }
    }

    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    fn clipped(&self, began: SimTime, ended: SimTime) -> u128 {
        let began = began.max(self.from).min(ended);
        u128::from(ended.since(began).as_nanos())
    }
}
