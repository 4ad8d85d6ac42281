//! What happens to every replication.

use super::super::note::{Arrived, End, Request, Start};
use super::super::record::{RecordSink, Status};
use super::super::stats::{Backlog, FailureStats};
use super::Ledger;
use crate::ecr::{Class, Reason};
use crate::units::{SimDuration, SimTime};

impl<S: RecordSink> Ledger<'_, S> {
    /// Applies `change` to the backlog of a destination and to that of all.
    #[inline]
    pub(super) fn change_backlogs(&mut self, destination: usize, change: impl Fn(&mut Backlog)) {
        change(&mut self.backlogs[destination]);
        change(&mut self.backlog);
    }

    #[inline]
    pub(super) fn requested(&mut self, request: &Request) {
        let (at, bytes) = (request.at, request.image_bytes);
        let mut source = None;
        for &lane in request.lanes() {
            let lane = lane as usize;
            let destination = self.destination_of[lane];
            self.lanes[lane].requested += u64::from(request.measured);
            self.timeline.requested(destination, request.push);
            self.checks.requested(destination);
            let backlog = &mut self.backlogs[destination];
            backlog.waiting.raise(at, 1);
            backlog.pending_bytes.raise(at, bytes);
            source = Some(self.model.lanes[lane].source);
            if let Some(interruptions) = &mut self.interruptions {
                interruptions.requested(at, self.link_of[lane]);
            }
        }
        let count = request.lanes().len() as u64;
        self.backlog.waiting.raise(at, count);
        self.backlog.pending_bytes.raise(at, bytes * count);
        if let Some(source) = source.filter(|_| request.is_stored) {
            self.storage.add(at, source, Class::Source, bytes);
        }
    }

    #[inline]
    pub(super) fn queued(&mut self, at: SimTime, lane: usize) {
        self.links[self.link_of[lane]].queue.raise(at, 1);
    }

    /// In back-off it counted as in flight; what it will move next is known when it starts.
    pub(super) fn queued_again(
        &mut self,
        at: SimTime,
        image_bytes: u64,
        was_bytes: u64,
        lane: usize,
    ) {
        self.queued(at, lane);
        self.change_backlogs(self.destination_of[lane], |backlog| {
            backlog.in_flight.lower(at, 1);
            backlog.waiting.raise(at, 1);
            backlog.pending_bytes.raise(at, image_bytes);
            backlog.pending_bytes.lower(at, was_bytes);
        });
    }

    #[inline]
    pub(super) fn started(&mut self, start: &Start) {
        let (at, lane) = (start.at, start.lane as usize);
        let link = self.link_of[lane];
        let slots = self.model.links[link].slots;
        let stats = &mut self.links[link];
        stats.copies += u64::from(at >= self.model.window.from);
        if !start.at_once {
            stats.queue.lower(at, 1);
            self.checks.waited(link, at, start.waited);
        }
        stats.busy.raise(at, 1);
        if slots == Some(stats.busy.level()) {
            stats.full_since = Some(at);
        }
        if start.measured {
            stats.waits.add(start.waited);
        }
        self.checks.started(lane, start.to_move_bytes);
        self.change_backlogs(self.destination_of[lane], |backlog| {
            backlog.waiting.lower(at, 1);
            backlog.in_flight.raise(at, 1);
            if start.to_move_bytes != start.image_bytes {
                backlog.pending_bytes.raise(at, start.to_move_bytes);
                backlog.pending_bytes.lower(at, start.image_bytes);
            }
        });
        if start.measured && start.is_first {
            self.lanes[lane].queue.add(start.waited);
        }
    }

    #[inline]
    pub(super) fn released(&mut self, at: SimTime, slot_since: SimTime, lane: usize) {
        let link = self.link_of[lane];
        let stats = &mut self.links[link];
        stats.busy.lower(at, 1);
        if let Some(since) = stats.full_since.take() {
            let from = since.max(self.model.window.from).min(at);
            stats.full_ns += u128::from(at.since(from).as_nanos());
        }
        self.checks.held(link, slot_since, at);
    }

    pub(super) fn dismissed(&mut self, at: SimTime, waited: SimDuration, lane: usize) {
        let link = self.link_of[lane];
        self.links[link].queue.lower(at, 1);
        self.checks.waited(link, at, waited);
    }

    #[inline]
    pub(super) fn arrived(&mut self, arrival: &Arrived) {
        let lane = arrival.lane as usize;
        self.released(arrival.at, arrival.since, lane);
        self.ended(&arrival.end());
        if let Some(all_complete) = arrival.settles
            && arrival.measured
        {
            let taken = arrival.at.since(arrival.pushed_at);
            self.settled(arrival.pushed_at, taken, all_complete);
        }
        if arrival.is_stored {
            let registry = self.model.lanes[lane].destination;
            self.storage
                .add(arrival.at, registry, Class::Replica, arrival.moved_bytes);
        }
    }

    #[inline]
    pub(super) fn ended(&mut self, end: &End) {
        let destination = self.destination_of[end.lane as usize];
        self.left(end, destination);
        match end.status {
            Status::Failed(reason) => {
                self.note_failed(end, destination, reason);
                if end.measured {
                    self.latency_batches[destination].add_failed(end.pushed_at);
                }
            }
            _ => self.note_complete(end, destination),
        }
    }

    /// A replication is no more on its way.
    #[inline]
    pub(super) fn left(&mut self, end: &End, destination: usize) {
        let (at, lane) = (end.at, end.lane as usize);
        self.change_backlogs(destination, |backlog| {
            if end.in_flight {
                backlog.in_flight.lower(at, 1);
            } else {
                backlog.waiting.lower(at, 1);
            }
            backlog.pending_bytes.lower(at, end.left_bytes);
        });
        self.checks
            .ended(destination, lane, end.status, end.moved_bytes);
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.left(at, self.link_of[lane]);
        }
        if end.measured && end.in_flight {
            self.lanes[lane].transfer.add(end.transfer);
        }
    }

    #[inline]
    fn note_complete(&mut self, end: &End, destination: usize) {
        let latency = end.at.since(end.pushed_at);
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.completed(end.at, self.link_of[end.lane as usize]);
        }
        self.timeline
            .completed(destination, std::iter::once(latency.as_nanos()));
        if let Some(transient) = &mut self.transient {
            transient.add(end.pushed_at, latency);
        }
        if !end.measured {
            return;
        }
        self.latency_batches[destination].add(end.pushed_at, latency);
        let stats = &mut self.lanes[end.lane as usize];
        stats.latency.add(latency);
        stats.untagged_arrivals += u64::from(end.is_untagged);
        stats.overtaken_arrivals += u64::from(end.is_overtaken);
    }

    #[inline(never)]
    pub(super) fn note_failed(&mut self, end: &End, destination: usize, reason: Reason) {
        self.timeline.failed(destination);
        if matches!(
            reason,
            Reason::AccessDenied | Reason::RepositoryCreationDenied
        ) {
            self.revocations.denied(end.lane);
        }
        if !end.measured {
            return;
        }
        self.lanes[end.lane as usize].failed += 1;
        let first = FailureStats {
            replications: 0,
            first_at: end.at,
            last_at: end.at,
        };
        let stats = self.failures.entry((destination, reason)).or_insert(first);
        stats.replications += 1;
        stats.last_at = end.at;
    }

    /// The last replication of a measured push has ended, `taken` after it.
    pub(super) fn settled(&mut self, pushed_at: SimTime, taken: SimDuration, all_complete: bool) {
        self.pushes += 1;
        if all_complete {
            self.time_to_all.add(taken);
            self.time_to_all_batches.add(pushed_at, taken);
        } else {
            self.time_to_all_batches.add_failed(pushed_at);
        }
    }
}
