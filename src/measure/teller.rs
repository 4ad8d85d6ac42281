//! The observer of a run: notes what happens, for the ledger to book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, SyncSender};

use super::calendar::Boundaries;
use super::ledger::Ledger;
use super::note::{Arrived, End, Note, Notes, Rare, Request, Start};
use super::outcome::LISTED_DELETES;
use super::record::Status;
use super::records::Records;
use crate::ecr::{
    Added, Arrival, CausedChange, Class, Covered, Departure, Holdings, Reason, RegistryId,
};
use crate::simulation::{
    Backfill, CreatedRepository, DeleteCause, Deletion, DeploymentStep, Exhausted, Fullest,
    Observer, Offer, Phase, Pull, PushState, RefusedOperation, Replication, RevokedCopy,
};
use crate::units::{SimDuration, SimTime};

/// Takes notes to their ledger.
pub(super) trait Delivery {
    /// Delivers notes, and leaves an empty list in their place.
    fn deliver(&mut self, notes: &mut Notes);
}

impl Delivery for Ledger<'_> {
    fn deliver(&mut self, notes: &mut Notes) {
        self.book(notes);
        notes.clear();
    }
}

/// A ledger that is kept by another thread.
#[derive(Debug)]
pub(super) struct Post {
    pub full: SyncSender<Notes>,
    pub emptied: Receiver<Notes>,
}

impl Delivery for Post {
    fn deliver(&mut self, notes: &mut Notes) {
        let empty = self.emptied.try_recv().unwrap_or_default();
        let full = std::mem::replace(notes, empty);
        self.full
            .send(full)
            .expect("the ledger listens until the run has ended");
    }
}

/// Hears a run and changes nothing.
pub(super) struct Teller<'m> {
    boundaries: Boundaries,
    records: Records<'m>,
    /// Whether anybody reads them.
    is_recording: bool,
    /// Replications that were in flight when their permission was lost.
    revoked: BTreeSet<u64>,
    /// Images deleted so far.
    deleted: BTreeMap<DeleteCause, u64>,
    listed_deletions: u64,
    notes: Notes,
    delivery: &'m mut dyn Delivery,
}

impl<'m> Teller<'m> {
    pub fn new(
        boundaries: Boundaries,
        records: Records<'m>,
        is_recording: bool,
        delivery: &'m mut dyn Delivery,
    ) -> Self {
        Self {
            boundaries,
            records,
            is_recording,
            revoked: BTreeSet::new(),
            deleted: BTreeMap::new(),
            listed_deletions: 0,
            notes: Notes::default(),
            delivery,
        }
    }

    #[inline(always)]
    fn note(&mut self, note: Note) {
        if self.notes.list.len() == self.notes.list.capacity() {
            self.make_room();
        }
        // Nothing else may take the note by reference: then it is written where it stays.
        self.notes.list.push(note);
    }

    /// The list is full, or there is none yet.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        if !self.notes.list.is_empty() {
            self.delivery.deliver(&mut self.notes);
        }
        self.notes.list.reserve(Notes::MANY);
    }

    fn note_rare(&mut self, rare: Rare) {
        self.note(Note::Rare);
        self.notes.rare.push(rare);
    }

    #[inline(always)]
    fn note_stored_one(&mut self, at: SimTime, added: Added) {
        self.note(Note::StoredOne {
            at,
            bytes: added.bytes,
            registry: added.registry,
            class: added.class,
        });
    }

    /// A replication whose permission was lost while it was in flight has ended.
    #[inline]
    fn end_revoked(&mut self, at: SimTime, replication: &Replication, status: Status) {
        if !self.revoked.is_empty() && self.revoked.remove(&replication.id) {
            self.note_rare(Rare::RevokedEnded {
                at,
                id: replication.id,
                status,
                moved_bytes: replication.moved_bytes,
            });
        }
    }

    /// Notes an arrival that is not the first attempt of a push's replication, or did not store what it moved.
    #[inline(never)]
    fn note_other_arrival(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        arrival: &Arrival,
    ) {
        self.released(at, replication);
        let end = self.end(at, push, replication, Status::Complete, *arrival);
        self.note_end(end, push);
    }

    fn note_end(&mut self, end: End, push: &PushState) {
        match push.backfill {
            Some(backfill) => self.note_rare(Rare::BackfillEnded { end, backfill }),
            None => self.note(Note::Ended(end)),
        }
    }

    /// Returns how a replication ended; what it leaves unmoved is noted.
    #[inline(never)]
    fn end(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        status: Status,
        arrival: Arrival,
    ) -> End {
        let in_flight = replication.attempts > 0;
        if replication.phase == Phase::Moving {
            let moved = replication.moved_bytes - replication.moved_before_bytes;
            self.note_rare(Rare::Abandoned {
                lane: replication.lane,
                bytes: replication.to_move_bytes - moved,
            });
        }
        let left_bytes = if in_flight {
            replication.to_move_bytes
        } else {
            push.image_bytes
        };
        End {
            at,
            pushed_at: push.at,
            left_bytes,
            moved_bytes: replication.moved_bytes,
            transfer: replication.transfer,
            lane: replication.lane,
            measured: push.measured,
            in_flight,
            status,
            is_untagged: arrival.is_untagged,
            is_overtaken: arrival.overtaken > 0,
        }
    }
}

impl Observer for Teller<'_> {
    fn next_boundary(&self) -> SimTime {
        self.boundaries.next()
    }

    fn boundary(&mut self, at: SimTime, moved_bytes: &[u64], covered: &[Covered]) {
        let kinds = self.boundaries.pass(at);
        let month = kinds.month.then(|| self.boundaries.month.clone());
        let (moved_bytes, covered) = (moved_bytes.into(), covered.into());
        self.note_rare(Rare::Boundary {
            at,
            kinds,
            month,
            moved_bytes,
            covered,
        });
    }

    fn added(&mut self, at: SimTime, added: Added) {
        self.note_stored_one(at, added);
    }

    fn stored(&mut self, at: SimTime, registry: RegistryId, holdings: &Holdings) {
        self.note(Note::Stored {
            at,
            registry,
            holdings: *holdings,
        });
    }

    fn caused(&mut self, at: SimTime, change: CausedChange) {
        self.note(Note::Caused { at, change });
    }

    fn refused(&mut self, at: SimTime, operation: RefusedOperation) {
        self.note_rare(Rare::Refused { at, operation });
    }

    #[inline(always)]
    fn requested(&mut self, at: SimTime, push: &PushState, lanes: &[u32], added: Option<Added>) {
        // What the ledger takes from the push is what the registry stores more.
        debug_assert!(
            added.is_none_or(|of| {
                push.backfill.is_none() && (of.class, of.bytes) == (Class::Source, push.image_bytes)
            }),
            "a push adds its image to its registry"
        );
        if push.backfill.is_some() {
            for &lane in lanes {
                self.note_rare(Rare::BackfillRequested {
                    at,
                    image_bytes: push.image_bytes,
                    lane,
                    measured: push.measured,
                });
            }
            return;
        }
        // A push of many lanes takes several notes, the first of which tells of what is stored.
        let mut is_stored = added.is_some();
        for lanes in lanes.chunks(Request::LANES) {
            let mut request = Request::new(at, push, lanes);
            request.is_stored = std::mem::take(&mut is_stored);
            self.note(Note::Requested(request));
        }
    }

    fn queued(&mut self, at: SimTime, push: &PushState, replication: &Replication) {
        let lane = replication.lane;
        self.note(if replication.attempts == 0 {
            Note::Queued { at, lane }
        } else {
            Note::QueuedAgain {
                at,
                image_bytes: push.image_bytes,
                was_bytes: replication.to_move_bytes,
                lane,
            }
        });
    }

    #[inline(always)]
    fn started(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        waited: Option<SimDuration>,
    ) {
        self.note(Note::Started(Start {
            at,
            waited: waited.unwrap_or_default(),
            image_bytes: push.image_bytes,
            to_move_bytes: replication.to_move_bytes,
            lane: replication.lane,
            measured: push.measured,
            is_first: replication.attempts == 1,
            at_once: waited.is_none(),
        }));
    }

    fn released(&mut self, at: SimTime, replication: &Replication) {
        self.note(Note::Released {
            at,
            since: replication.slot_since,
            lane: replication.lane,
        });
    }

    fn dismissed(&mut self, at: SimTime, replication: &Replication, waited: SimDuration) {
        let lane = replication.lane;
        self.note(Note::Dismissed { at, waited, lane });
    }

    #[inline(always)]
    fn arrived(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        arrival: &Arrival,
        missing_tags: &[u32],
    ) {
        let added = arrival.added;
        let moved_bytes = replication.moved_bytes;
        let is_stored =
            added.is_some_and(|of| (of.class, of.bytes) == (Class::Replica, moved_bytes));
        if replication.attempts == 1 && push.backfill.is_none() && is_stored == added.is_some() {
            self.note(Note::Arrived(Arrived {
                at,
                pushed_at: push.at,
                since: replication.slot_since,
                moved_bytes,
                transfer: replication.transfer,
                lane: replication.lane,
                measured: push.measured,
                is_untagged: arrival.is_untagged,
                is_overtaken: arrival.overtaken > 0,
                is_stored,
                settles: None,
            }));
        } else {
            self.note_other_arrival(at, push, replication, arrival);
            if let Some(added) = added {
                self.note_stored_one(at, added);
            }
        }
        self.end_revoked(at, replication, Status::Complete);
        if push.measured && self.is_recording {
            let record = self.records.arrived(at, push, replication, missing_tags);
            self.notes.records.push(record);
        }
    }

    fn failed(&mut self, at: SimTime, push: &PushState, replication: &Replication, reason: Reason) {
        let status = Status::Failed(reason);
        let end = self.end(at, push, replication, status, Arrival::default());
        self.note_end(end, push);
        self.end_revoked(at, replication, status);
        if push.measured && self.is_recording {
            let record = self.records.failed(at, push, replication, reason);
            self.notes.records.push(record);
        }
    }

    #[inline(always)]
    fn settled(&mut self, at: SimTime, push: &PushState, all_complete: bool) {
        if let Some(Note::Arrived(arrival)) = self.notes.list.last_mut()
            && (arrival.at, arrival.pushed_at, arrival.settles) == (at, push.at, None)
        {
            arrival.settles = Some(all_complete);
            return;
        }
        self.note(Note::Settled {
            at,
            pushed_at: push.at,
            measured: push.measured,
            all_complete,
        });
    }

    fn left_archive(&mut self, at: SimTime, departure: Departure) {
        self.note_rare(Rare::LeftArchive { at, departure });
    }

    fn policy_changed(&mut self, _: SimTime, registry: RegistryId) {
        self.note_rare(Rare::PolicyChanged { registry });
    }

    fn revoked(&mut self, at: SimTime, lane: u32, copies: &[RevokedCopy]) {
        self.revoked.extend(copies.iter().map(|copy| copy.id));
        let copies = copies.into();
        self.note_rare(Rare::Revoked { at, lane, copies });
    }

    fn deployed(&mut self, stream: u32, pushed_at: SimTime, step: DeploymentStep) {
        self.note(Note::Deployed {
            stream,
            pushed_at,
            step,
        });
    }

    fn offered(&mut self, offer: Offer) {
        self.note(Note::Offered(offer));
    }

    fn pulled(&mut self, pull: Pull) {
        self.note(Note::Pulled(pull));
    }

    fn at_risk(&mut self, at: SimTime, region: u32, images: u64, bytes: u64) {
        self.note_rare(Rare::AtRisk {
            at,
            region,
            images,
            bytes,
        });
    }

    fn deleted(&mut self, at: SimTime, deletion: &Deletion) {
        *self.deleted.entry(deletion.cause).or_default() += 1;
        if self.listed_deletions < LISTED_DELETES {
            self.listed_deletions += 1;
            let deletion = deletion.clone();
            self.note_rare(Rare::Deleted { at, deletion });
        }
    }

    fn unfinished(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    ) {
        self.note_rare(Rare::Unfinished {
            at,
            push: *push,
            replication: *replication,
            moved_bytes,
        });
        if push.measured && self.is_recording {
            let record = self.records.unfinished(at, push, replication, moved_bytes);
            self.notes.records.push(record);
        }
    }

    fn backfill(&mut self, backfill: &Backfill) {
        self.note_rare(Rare::Backfill(*backfill));
    }

    fn created(&mut self, repository: CreatedRepository) {
        self.note_rare(Rare::Created(Box::new(repository)));
    }

    fn exhausted(&mut self, exhausted: Exhausted) {
        self.note_rare(Rare::Exhausted(exhausted));
    }

    fn fullest(&mut self, fullest: Fullest) {
        self.note_rare(Rare::Fullest(fullest));
    }

    fn finished(&mut self, at: SimTime, moved_bytes: &[u64]) {
        let deleted = std::mem::take(&mut self.deleted);
        self.note_rare(Rare::Deletions(deleted));
        let moved_bytes = moved_bytes.into();
        self.note_rare(Rare::Finished { at, moved_bytes });
        self.delivery.deliver(&mut self.notes);
    }
}
