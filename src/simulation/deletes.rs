//! Deletes that follow: what is deleted at a source is deleted at the destinations of rules that replicate deletes
//! (B111, B112).
//!
//! How, AWS leaves open (U14). A replicated delete takes the same latency as a copy, without bytes: its dispatch delay,
//! then perhaps a stall, both drawn from its route's laws; it takes no slot and does not fail for chance. Across accounts
//! the destination must admit `ecr:ReplicateImage` at the moment it is dispatched; what has passed that is not stopped by
//! a revocation. What is not there any more is left alone. Deleting a repository is not replicated, and a delete that
//! came by replication goes no further.

use std::collections::BTreeMap;

use super::event::{Event, EventClass, order};
use super::model::Place;
use super::observer::{DeleteCause, Observer, RefusedOperation};
use super::run::Simulation;
use super::slab::Slab;
use crate::ecr::{Digest, HolderId, Reason, Refusal, Removal, RepositoryId, TagId};
use crate::engine::{Key, Rank};
use crate::units::SimTime;

/// The last place in the order of generators: replicated deletes come after what the scenario itself deletes.
const RANK: u16 = (1 << 14) - 1;

/// The deletes of a run that are on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Deletes {
    pending: Slab<ReplicatedDelete>,
    /// Deletes so far in each repository that is a source: draws are keyed by their number.
    made: BTreeMap<HolderId, u64>,
    last: u64,
}

/// A delete on its way to one destination.
#[derive(Clone, Copy, Debug)]
struct ReplicatedDelete {
    removal: Removal,
    repository: RepositoryId,
    source: HolderId,
    holder: HolderId,
    lane: u32,
    /// Its place among those of its instant.
    order: u64,
    /// How long it stalls, in ns; a stall beyond the clock's end never passes.
    stall_ns: u64,
}

impl<O: Observer> Simulation<'_, O> {
    /// Replicates the delete of a tag that is about to be made; so too the two below.
    pub(super) fn replicate_delete_by_tag(&mut self, at: SimTime, place: Place, tag: TagId) {
        if self.model.replicates_deletes {
            let holder = self.holder(place.repository, place.registry);
            let removal = self.world.removal_by_tag(holder, tag);
            self.replicate_deletes(at, place, removal);
        }
    }

    /// Replicates the delete of a digest.
    pub(super) fn replicate_delete_by_digest(&mut self, at: SimTime, place: Place, digest: Digest) {
        if self.model.replicates_deletes {
            let holder = self.holder(place.repository, place.registry);
            let removal = self.world.removal_by_digest(holder, digest);
            self.replicate_deletes(at, place, removal);
        }
    }

    /// Replicates the deletes of a retention.
    pub(super) fn replicate_retention(&mut self, at: SimTime, place: Place, keep: u64) {
        if self.model.replicates_deletes {
            let holder = self.holder(place.repository, place.registry);
            let removals = self.world.removals_but_newest(holder, keep);
            self.replicate_deletes(at, place, removals);
        }
    }

    /// Sends deletes that are about to be made on their way, by the rules as they stand.
    pub(super) fn replicate_deletes(
        &mut self,
        at: SimTime,
        place: Place,
        removals: impl IntoIterator<Item = Removal>,
    ) {
        let Place {
            registry,
            repository,
        } = place;
        let lanes = self
            .permissions
            .delete_routes(self.model, registry, repository);
        let source = self.holder(repository, registry);
        for removal in removals {
            // What is refused here is replicated nowhere.
            if self.world.check_removal(removal, source).is_err() {
                continue;
            }
            let made = self.deletes.made.entry(source).or_default();
            *made += 1;
            let number = *made;
            for &lane in &lanes {
                self.send_delete(at, removal, (source, repository), lane, number);
            }
        }
    }

    fn send_delete(
        &mut self,
        at: SimTime,
        removal: Removal,
        (source, repository): (HolderId, RepositoryId),
        lane: u32,
        number: u64,
    ) {
        let of_lane = &self.model.lanes[lane as usize];
        let link = &self.model.links[of_lane.link];
        let key = |purpose| self.delete_key(purpose, lane, repository).numbered(number);
        let delay = link
            .dispatch
            .draw_whole(&mut key("delete-dispatch").draws());
        let mut draws = key("delete-stall").draws();
        let stalls = link.stall_probability > 0.0 && draws.chance(link.stall_probability);
        let stall_ns = if stalls {
            link.stall.draw_whole(&mut draws)
        } else {
            0
        };
        let slot = self.model.slots.of(repository, of_lane.destination);
        self.deletes.last += 1;
        let delete = ReplicatedDelete {
            removal,
            repository,
            source,
            holder: self.world.holder_at(repository, slot),
            lane,
            order: order(RANK, self.deletes.last, slot),
            stall_ns,
        };
        // A delay beyond the clock's end never passes.
        let Some(due) = at.as_nanos().checked_add(delay) else {
            return;
        };
        self.world.hold(removal.image());
        let place = self.deletes.pending.insert(delete);
        let rank = Rank::new(EventClass::Dispatch as u8, delete.order);
        let event = Event::DeleteDispatch(place);
        self.calendar
            .schedule(SimTime::from_nanos(due), rank, event);
    }

    fn delete_key(&self, purpose: &'static str, lane: u32, repository: RepositoryId) -> Key {
        let of_lane = &self.model.lanes[lane as usize];
        let names = &self.model.names;
        Key::new(self.seed, purpose)
            .named(&names.registries[of_lane.source.index()])
            .named(&names.registries[of_lane.destination.index()])
            .named(&names.repositories[repository.index()])
    }

    /// Asks whether a replicated delete may be made at its destination, once and for all.
    pub(super) fn dispatch_delete(&mut self, at: SimTime, place: u32) {
        let delete = *self.deletes.pending.get(place);
        if let Err(refusal) = self.admit_delete(&delete) {
            self.tell_refused(at, &delete, refusal);
            return self.close_delete(place);
        }
        let Some(due) = at.as_nanos().checked_add(delete.stall_ns) else {
            return self.close_delete(place);
        };
        let rank = Rank::new(EventClass::Deletion as u8, delete.order);
        let event = Event::DeleteEnd(place);
        self.calendar
            .schedule(SimTime::from_nanos(due), rank, event);
    }

    /// Regions and `ecr:ReplicateImage`, as for a copy; a repository is never created for a delete.
    fn admit_delete(&mut self, delete: &ReplicatedDelete) -> Result<(), Refusal> {
        let asked = self
            .permissions
            .admit(self.model, delete.lane, delete.repository, true);
        asked.map_err(|reason| match reason {
            Reason::RegionNotEnabled => Refusal::ReplicatedDeleteRegion,
            _ => Refusal::ReplicatedDeleteDenied,
        })
    }

    /// A replicated delete takes effect.
    pub(super) fn end_delete(&mut self, at: SimTime, place: u32) {
        let delete = *self.deletes.pending.get(place);
        match self.world.check_removal(delete.removal, delete.holder) {
            Ok(()) => {
                self.delete_by(DeleteCause::DeleteReplication);
                self.world
                    .follow(delete.removal, delete.source, delete.holder);
            }
            Err(refusal) => self.tell_refused(at, &delete, refusal),
        }
        self.close_delete(place);
        self.tell_stored(at);
    }

    fn tell_refused(&mut self, at: SimTime, delete: &ReplicatedDelete, refusal: Refusal) {
        let operation = RefusedOperation {
            action: "BatchDeleteImage",
            registry: self.model.lanes[delete.lane as usize].destination,
            repository: Some(delete.repository),
            refusal,
        };
        self.observer.refused(at, operation);
    }

    fn close_delete(&mut self, place: u32) {
        let image = self.deletes.pending.get(place).removal.image();
        self.deletes.pending.remove(place);
        self.world.let_go(image);
    }
}
