//! What happens to every replication.

use super::super::note::{Arrived, End, Request, Start};
use super::super::record::Status;
use super::super::stats::{FailureStats, Landed};
use super::Ledger;
use crate::ecr::{Class, Reason};
use crate::units::{SimDuration, SimTime};

impl Ledger<'_> {
    #[inline]
    pub(super) fn requested(&mut self, request: &Request) {
        let (at, bytes) = (request.at, request.image_bytes);
        let lanes = request.lanes();
        for &lane in lanes {
            let lane = &mut self.lanes[lane as usize];
            lane.requested += u64::from(request.measured);
            self.by_destination[lane.destination].request(at, request.push, bytes);
        }
        if let Some(all) = &mut self.backlog {
            all.request(at, lanes.len() as u64, bytes);
        }
        if let Some(interruptions) = &mut self.interruptions {
            for &lane in lanes {
                interruptions.requested(at, self.lanes[lane as usize].link);
            }
        }
        if let Some(&lane) = lanes.last().filter(|_| request.is_stored) {
            let source = self.lanes[lane as usize].source;
            self.storage.add(at, source, Class::Source, bytes);
        }
    }

    #[inline]
    pub(super) fn queued(&mut self, at: SimTime, lane: usize) {
        let link = self.lanes[lane].link;
        self.links[link].queue.raise(at, 1);
    }

    pub(super) fn queued_again(
        &mut self,
        at: SimTime,
        image_bytes: u64,
        was_bytes: u64,
        lane: usize,
    ) {
        self.queued(at, lane);
        let destination = self.lanes[lane].destination;
        let backlog = &mut self.by_destination[destination].backlog;
        backlog.wait_again(at, image_bytes, was_bytes);
        if let Some(all) = &mut self.backlog {
            all.wait_again(at, image_bytes, was_bytes);
        }
    }

    #[inline]
    pub(super) fn started(&mut self, start: &Start) {
        let &Start {
            at,
            waited,
            image_bytes,
            to_move_bytes,
            ..
        } = start;
        let lane = &mut self.lanes[start.lane as usize];
        let link = &mut self.links[lane.link];
        if !start.at_once {
            link.leave_queue(at, waited);
        }
        link.take(at);
        lane.bytes.started += to_move_bytes;
        let backlog = &mut self.by_destination[lane.destination].backlog;
        backlog.start(at, image_bytes, to_move_bytes);
        if let Some(all) = &mut self.backlog {
            all.start(at, image_bytes, to_move_bytes);
        }
        if start.measured {
            link.waits.add(waited);
            if start.is_first {
                lane.queue.add(waited);
            }
        }
    }

    #[inline]
    pub(super) fn released(&mut self, at: SimTime, slot_since: SimTime, lane: usize) {
        let link = self.lanes[lane].link;
        self.links[link].release(at, slot_since);
    }

    pub(super) fn dismissed(&mut self, at: SimTime, waited: SimDuration, lane: usize) {
        let link = self.lanes[lane].link;
        self.links[link].leave_queue(at, waited);
    }

    /// Does what [`Self::released`] and [`Self::ended`] do for what arrives at its first attempt: most do.
    #[inline]
    pub(super) fn arrived(&mut self, arrival: &Arrived) {
        let &Arrived {
            at,
            pushed_at,
            moved_bytes,
            ..
        } = arrival;
        let lane = &mut self.lanes[arrival.lane as usize];
        self.links[lane.link].release(at, arrival.since);
        let destination = &mut self.by_destination[lane.destination];
        destination.counts.completed += 1;
        destination.backlog.leave(at, true, moved_bytes);
        if let Some(all) = &mut self.backlog {
            all.leave(at, true, moved_bytes);
        }
        lane.bytes.moved += moved_bytes;
        if arrival.is_stored {
            self.storage
                .add(at, lane.receiver, Class::Replica, moved_bytes);
        }
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.left(at, lane.link);
            interruptions.completed(at, lane.link);
        }
        let latency = at.since(pushed_at);
        if !arrival.measured {
            let destination = lane.destination;
            return self.landed(destination, pushed_at, latency);
        }
        lane.untagged_arrivals += u64::from(arrival.is_untagged);
        lane.overtaken_arrivals += u64::from(arrival.is_overtaken);
        let landed = Landed {
            pushed_at,
            latency,
            transfer: arrival.transfer,
        };
        if lane.land(landed) {
            self.take_in(arrival.lane as usize);
        }
        if let Some(all_complete) = arrival.settles {
            self.settled(pushed_at, latency, all_complete);
        }
    }

    #[inline]
    pub(super) fn ended(&mut self, end: &End) {
        let destination = self.left(end);
        let Status::Failed(reason) = end.status else {
            return self.note_complete(end, destination);
        };
        self.note_failed(end, destination, reason);
        if end.measured {
            let batches = &mut self.by_destination[destination].latency;
            batches.add_failed(end.pushed_at);
        }
    }

    /// A replication is no more on its way; returns the place of its destination.
    #[inline]
    pub(super) fn left(&mut self, end: &End) -> usize {
        let lane = &mut self.lanes[end.lane as usize];
        let destination = &mut self.by_destination[lane.destination];
        let backlogs = std::iter::once(&mut destination.backlog).chain(&mut self.backlog);
        for backlog in backlogs {
            backlog.leave(end.at, end.in_flight, end.left_bytes);
        }
        destination.counts.ended(end.status);
        lane.bytes.moved += end.moved_bytes;
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.left(end.at, lane.link);
        }
        if end.measured && end.in_flight {
            lane.transfer.add(end.transfer);
        }
        lane.destination
    }

    fn note_complete(&mut self, end: &End, destination: usize) {
        let latency = end.at.since(end.pushed_at);
        let lane = &mut self.lanes[end.lane as usize];
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.completed(end.at, lane.link);
        }
        if end.measured {
            lane.untagged_arrivals += u64::from(end.is_untagged);
            lane.overtaken_arrivals += u64::from(end.is_overtaken);
            lane.latency.add(latency);
            let batches = &mut self.by_destination[destination].latency;
            batches.add(end.pushed_at, latency);
        }
        self.landed(destination, end.pushed_at, latency);
    }

    /// Takes in a latency where it is wanted whether it is measured or not.
    fn landed(&mut self, destination: usize, pushed_at: SimTime, latency: SimDuration) {
        let nanos = std::iter::once(latency.as_nanos());
        self.timeline.landed(destination, nanos);
        if let Some(transient) = &mut self.transient {
            transient.add_many(std::iter::once((pushed_at, latency)));
        }
    }

    /// Takes in what arrived on a lane of late, wherever it is wanted.
    #[inline(never)]
    fn take_in(&mut self, lane: usize) {
        let lane = &mut self.lanes[lane];
        let landed = lane.landed.iter();
        let latencies = landed.clone().map(|of| of.latency.as_nanos());
        let transfers = landed.clone().map(|of| of.transfer.as_nanos());
        lane.latency.add_many(latencies.clone());
        lane.transfer.add_many(transfers);
        self.timeline.landed(lane.destination, latencies);
        let read = |of: &Landed| (of.pushed_at, of.latency);
        if let Some(transient) = &mut self.transient {
            transient.add_many(landed.map(read));
        }
        let destination = &mut self.by_destination[lane.destination];
        destination.latency.add_many(&lane.landed, read);
        lane.landed.clear();
    }

    /// Does so on every lane.
    pub(super) fn take_in_all(&mut self) {
        (0..self.lanes.len()).for_each(|lane| self.take_in(lane));
    }

    #[inline(never)]
    pub(super) fn note_failed(&mut self, end: &End, destination: usize, reason: Reason) {
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
