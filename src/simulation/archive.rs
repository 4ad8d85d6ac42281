//! The archive storage class in a run: images that are archived, and restores, which take their time and are like pushes
//! (B12, B80-B84).

use super::backfill::Stored;
use super::event::{Event, EventClass, order};
use super::model::{Named, Place};
use super::observer::{Observer, PushState};
use super::requests::Requested;
use super::run::Simulation;
use super::slab::Slab;
use crate::aws::StorageClass;
use crate::ecr::{self, Digest, HolderId, ImageId, Refusal, Restore};
use crate::engine::Rank;
use crate::units::{SimDuration, SimTime};

/// From the request to the active image: AWS says up to 20 minutes (B83); the longest is on the safe side.
const RESTORE_TIME: SimDuration = SimDuration::from_secs(20 * 60);

/// The restores of a run that are under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Restores {
    pending: Slab<Restoring>,
}

/// A restore, and the step of a script that asked for it.
#[derive(Clone, Copy, Debug)]
struct Restoring {
    restore: Restore,
    place: Place,
    holder: HolderId,
    script: u32,
    step: u32,
}

impl<O: Observer> Simulation<'_, O> {
    /// `UpdateImageStorageClass`.
    pub(super) fn update_storage_class(
        &mut self,
        at: SimTime,
        (script, step): (u32, u32),
        place: Place,
        named: Named,
        class: StorageClass,
    ) -> Result<(), Refusal> {
        let holder = self.holder_at(place);
        let named = match named {
            Named::Tag(tag) => ecr::Named::Tag(tag),
            Named::Digest(digest) => ecr::Named::Digest(Digest::Given(digest)),
        };
        if class == StorageClass::Archive {
            return self.world.archive(holder, named, nanos(at));
        }
        let restoring = Restoring {
            restore: self.world.request_restore(holder, named)?,
            place,
            holder,
            script,
            step,
        };
        let of_script = &self.model.scripts[script as usize];
        let rank = Rank::new(
            EventClass::Push as u8,
            order(of_script.rank, u64::from(step), 0),
        );
        let place = self.restores.pending.insert(restoring);
        let event = Event::RestoreEnd(place);
        self.calendar.schedule(at + RESTORE_TIME, rank, event);
        Ok(())
    }

    /// An image is active again; where a rule matches now, that is a push like any other (B12).
    pub(super) fn end_restore(&mut self, at: SimTime, place: u32) {
        let of = *self.restores.pending.get(place);
        self.restores.pending.remove(place);
        if !self.world.finish_restore(of.holder, of.restore, nanos(at)) {
            return;
        }
        self.tell_stored(at);
        let Place {
            registry,
            repository,
        } = of.place;
        let routes = self.permissions.routes(self.model, registry, repository);
        if routes.is_empty() {
            return;
        }
        self.world.note_restored_push(of.restore.image, of.holder);
        self.tell_stored(at);
        let push = self.restored_push(at, &of, routes.len() as u32);
        let script = &self.model.scripts[of.script as usize];
        let requested = Requested {
            lanes: &routes,
            rank: script.rank,
            number: u64::from(of.step),
            added: None,
            drawn_by: None,
        };
        self.request(at, push, &requested);
    }

    /// Returns the place of what stands for the push: the image under the tags that stand on it.
    fn restored_push(&mut self, at: SimTime, of: &Restoring, open: u32) -> u32 {
        let image = of.restore.image;
        let stored = self.stored(image);
        let left_out = self.tags_elsewhere(of, &stored);
        self.last_push += 1;
        self.world.hold(image);
        let (model, repository) = (self.model, of.place.repository);
        let place = self.pushes.insert(PushState {
            number: self.last_push,
            at,
            repository,
            digest: stored.digest,
            image_bytes: self.world.image_bytes(image),
            tags: stored.tags,
            measured: model.window.measures(at),
            member: 0,
            image,
            holder: of.holder,
            slot: model.slots.of(repository, of.place.registry),
            origin: model.streams.len() as u32 + of.script,
            draw: model.scripts[of.script as usize].steps[of.step as usize].draw,
            open,
            all_complete: true,
            backfill: None,
        });
        if !left_out.is_empty() {
            self.left_out.insert(place, left_out);
        }
        place
    }

    /// Returns the places of an image's tags that do not stand on it any more.
    fn tags_elsewhere(&mut self, of: &Restoring, stored: &Stored) -> Vec<u32> {
        self.resolve_tags(&stored.tags, of.place.repository);
        let tags = self.resolved.common.iter().zip(&self.resolved.places);
        let elsewhere =
            tags.filter(|(tag, _)| !self.world.stands_on(of.holder, **tag, of.restore.image));
        elsewhere.map(|(_, &place)| place).collect()
    }

    /// A replica of an archived digest restores it (B82).
    #[inline]
    pub(super) fn restore_at_once(&mut self, at: SimTime, image: ImageId, holder: HolderId) {
        if self.model.archives {
            self.world.restore_at_once(image, holder, nanos(at));
        }
    }
}

fn nanos(at: SimTime) -> i64 {
    i64::try_from(at.as_nanos()).expect("a run is shorter than 292 years")
}
