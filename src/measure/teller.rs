//! The observer of a run: notes what happens, for the ledger to book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, SyncSender};

use super::calendar::Boundaries;
use super::ledger::Ledger;
use super::note::{Arrived, End, Note, Notes, Rare, Request, Start};
use super::outcome::LISTED_DELETES;
use super::record::{RecordSink, Status};
use super::records::Records;
use crate::ecr::{Arrival, CausedChange, Class, Covered, Departure, Holdings, RegistryId};
use crate::simulation::{
    Backfill, CreatedRepository, DeleteCause, Deletion, DeploymentStep, Ending, Exhausted, Fullest,
    Observer, Offer, Phase, Pull, PushState, RefusedOperation, Replication, RevokedCopy,
};
use crate::units::{SimDuration, SimTime};

/// Takes notes to their ledger.
pub(super) trait Delivery {
    /// Delivers notes, and leaves an empty list in their place.
    fn deliver(&mut self, notes: &mut Notes);
}

impl<S: RecordSink> Delivery for Ledger<'_, S> {
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
#[derive(Debug)]
pub(super) struct Teller<'m, D> {
    boundaries: Boundaries,
    records: Records<'m>,
    /// Whether anybody reads them.
    is_recording: bool,
    /// Replications that were in flight when their permission was lost.
    revoked: BTreeSet<u64>,
    /// What each registry stores.
    holdings: Vec<Holdings>,
    /// Images deleted so far.
    deleted: BTreeMap<DeleteCause, u64>,
    listed_deletions: u64,
    notes: Notes,
    pub delivery: D,
}

impl<'m, D: Delivery> Teller<'m, D> {
    pub fn new(
        boundaries: Boundaries,
        records: Records<'m>,
        is_recording: bool,
        delivery: D,
    ) -> Self {
        Self {
            boundaries,
            holdings: vec![Holdings::default(); records.model.registries.len()],
            records,
            is_recording,
            revoked: BTreeSet::new(),
            deleted: BTreeMap::new(),
            listed_deletions: 0,
            notes: Notes::default(),
            delivery,
        }
    }

    #[inline]
    fn note(&mut self, note: Note) {
        if self.notes.list.len() >= Notes::MANY {
            self.delivery.deliver(&mut self.notes);
        }
        self.notes.list.push(note);
    }

    fn note_rare(&mut self, rare: Rare) {
        self.note(Note::Rare);
        self.notes.rare.push(rare);
    }

    /// Takes back the last note if it is the one that `is_it` says.
    #[inline]
    fn take_back(&mut self, is_it: impl FnOnce(&Note) -> bool) -> bool {
        let found = self.notes.list.last().is_some_and(is_it);
        if found {
            self.notes.list.pop();
        }
        found
    }

    /// An end in its most frequent form: a slot is left, the image is there.
    #[inline]
    fn note_arrival(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        arrival: Arrival,
    ) {
        self.note(Note::Arrived(Arrived {
            at,
            pushed_at: push.at,
            since: replication.slot_since,
            moved_bytes: replication.moved_bytes,
            transfer: replication.transfer,
            lane: replication.lane,
            measured: push.measured,
            is_untagged: arrival.is_untagged,
            is_overtaken: arrival.overtaken > 0,
            is_stored: false,
            settles: None,
        }));
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

impl<D: Delivery> Observer for Teller<'_, D> {
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

    fn stored(&mut self, at: SimTime, registry: RegistryId, holdings: &Holdings) {
        let before = std::mem::replace(&mut self.holdings[registry.index()], *holdings);
        let Some((class, bytes)) = one_more(&before, holdings) else {
            return self.note(Note::Stored {
                at,
                registry,
                holdings: *holdings,
            });
        };
        if let Some(Note::Arrived(arrival)) = self.notes.list.last_mut()
            && (class, arrival.at, arrival.moved_bytes) == (Class::Replica, at, bytes)
            && self.records.model.lanes[arrival.lane as usize].destination == registry
        {
            arrival.is_stored = true;
            return;
        }
        self.note(Note::StoredOne {
            at,
            bytes,
            registry,
            class,
        });
    }

    fn caused(&mut self, at: SimTime, change: CausedChange) {
        self.note(Note::Caused { at, change });
    }

    fn refused(&mut self, at: SimTime, operation: RefusedOperation) {
        self.note_rare(Rare::Refused { at, operation });
    }

    fn requested(&mut self, at: SimTime, push: &PushState, replication: &Replication) {
        let lane = replication.lane;
        if push.backfill.is_some() {
            return self.note_rare(Rare::BackfillRequested {
                at,
                image_bytes: push.image_bytes,
                lane,
                measured: push.measured,
            });
        }
        // Between the images of one push a note of what is stored tells them apart.
        if let Some(Note::Requested(request)) = self.notes.list.last_mut()
            && request.push == push.first_number()
            && request.add(lane)
        {
            return;
        }
        let source = self.records.model.lanes[lane as usize].source;
        let mut request = Request::new(at, push.first_number(), push.image_bytes, push.measured);
        request.is_stored = self.take_back(|note| {
            matches!(note, Note::StoredOne { at: then, bytes, registry, class: Class::Source }
                if (*then, *bytes, *registry) == (at, push.image_bytes, source))
        });
        request.add(lane);
        self.note(Note::Requested(request));
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

    fn started(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        waited: SimDuration,
    ) {
        let lane = replication.lane;
        let joined = |note: &Note| matches!(note, Note::Queued { at: then, lane: of } if *then == at && *of == lane);
        let at_once = waited == SimDuration::ZERO && self.take_back(joined);
        self.note(Note::Started(Start {
            at,
            waited,
            image_bytes: push.image_bytes,
            to_move_bytes: replication.to_move_bytes,
            lane,
            measured: push.measured,
            is_first: replication.attempts == 1,
            at_once,
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

    fn ended(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        ending: &Ending<'_>,
    ) {
        let (lane, since) = (replication.lane, replication.slot_since);
        let left = |note: &Note| matches!(note, Note::Released { at: then, since: from, lane: of } if (*then, *from, *of) == (at, since, lane));
        let (status, arrival) = match ending {
            Ending::Complete { arrival, .. } => (Status::Complete, *arrival),
            Ending::Failed(reason) => (Status::Failed(*reason), Arrival::default()),
        };
        let is_plain = status == Status::Complete && replication.attempts == 1;
        if let Some(backfill) = push.backfill {
            let end = self.end(at, push, replication, status, arrival);
            self.note_rare(Rare::BackfillEnded { end, backfill });
        } else if is_plain && self.take_back(left) {
            self.note_arrival(at, push, replication, arrival);
        } else {
            let end = self.end(at, push, replication, status, arrival);
            self.note(Note::Ended(end));
        }
        if !self.revoked.is_empty() && self.revoked.remove(&replication.id) {
            self.note_rare(Rare::RevokedEnded {
                at,
                id: replication.id,
                status,
                moved_bytes: replication.moved_bytes,
            });
        }
        if push.measured && self.is_recording {
            let record = self.records.ended(at, push, replication, status, ending);
            self.notes.records.push(record);
        }
    }

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

/// Returns class and bytes of the one tagged image that makes the difference, if that is it.
#[inline]
fn one_more(before: &Holdings, after: &Holdings) -> Option<(Class, u64)> {
    let grown =
        |class: Class| after.bytes[class as usize].wrapping_sub(before.bytes[class as usize]);
    let (source, replica) = (grown(Class::Source), grown(Class::Replica));
    let (class, bytes) = if source > 0 {
        (Class::Source, source)
    } else {
        (Class::Replica, replica)
    };
    let is_one = after.images == before.images + 1
        && (source == 0 || replica == 0)
        && grown(Class::Orphan) == 0
        && grown(Class::Archived) == 0
        && after.untagged == before.untagged
        && after.repositories == before.repositories;
    // A difference that wrapped is none of one image's bytes.
    (is_one && bytes <= u64::MAX / 2).then_some((class, bytes))
}
